-- What merchants give their members: activities and their tools, points, coupons, and the trades that coupons lower.

-- One text for every engine, as before. Activities, their shops, tools and orders are few and seldom written, so they have no
-- bucket. content is the JSON of what the merchant said, without the shops; what decides has columns of its own.
CREATE TABLE activity (
    id BIGINT NOT NULL PRIMARY KEY,
    pid TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('POINT_SEND', 'DIRECT_SEND')),
    status TEXT NOT NULL CHECK (status IN ('CREATED', 'STARTED', 'CLOSED', 'FINISHED', 'DISABLED')),
    audit_status TEXT CHECK (audit_status IN ('AUDITING', 'REJECT')),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- What auto_delay moves ends_at on by: the length that the activity was made with.
    length_ms BIGINT NOT NULL,
    auto_delay SMALLINT NOT NULL CHECK (auto_delay IN (0, 1)),
    -- The number of the crowd whose members alone may take part.
    crowd BIGINT,
    content TEXT NOT NULL,
    app_id TEXT NOT NULL,
    auth_app_id TEXT NOT NULL,
    notify_url TEXT,
    sign_type TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX activity_of_merchant ON activity (pid, created_at, id);
CREATE INDEX activity_of_crowd ON activity (crowd, status);

CREATE TABLE activity_shop (
    activity BIGINT NOT NULL REFERENCES activity (id),
    shop_id TEXT NOT NULL,
    PRIMARY KEY (activity, shop_id)
);
-- A payment tells the point cards of its shop.
CREATE INDEX activity_of_shop ON activity_shop (shop_id, activity);

-- A point card (id is the number of activity_account) or a coupon (id is the number of prize_id). content is its JSON.
CREATE TABLE tool (
    id BIGINT NOT NULL PRIMARY KEY,
    activity BIGINT NOT NULL REFERENCES activity (id),
    place INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('POINT_CARD', 'MONEY', 'EXCHANGE', 'REDUCETO', 'RATE', 'PER_FULL_CUT')),
    content TEXT NOT NULL,
    -- A point card's validity, or a coupon's with a fixed one.
    starts_at BIGINT,
    ends_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX tool_of_activity ON tool (activity, place);

-- What was done to an activity, by whom, and what an auditor said of it.
CREATE TABLE activity_order (
    activity BIGINT NOT NULL REFERENCES activity (id),
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    creator_type TEXT NOT NULL,
    reason TEXT,
    at BIGINT NOT NULL,
    audit_id BIGINT,
    audit_status TEXT,
    auditor_id TEXT,
    auditor_type TEXT,
    audit_reason TEXT,
    audited_at BIGINT,
    PRIMARY KEY (activity, id)
);

-- Stock that many take from at once: kind 'budget' of an activity with part '', kind 'day_budget' with part '2026-01-01'.
CREATE TABLE counter (
    bucket INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    part TEXT NOT NULL,
    taken BIGINT NOT NULL CHECK (taken >= 0),
    total BIGINT NOT NULL,
    CHECK (taken <= total),
    PRIMARY KEY (bucket, kind, subject, part)
);

-- A user's points on a card. Frozen is neither available nor spent; total is all that was ever deposited.
CREATE TABLE point_account (
    bucket INTEGER NOT NULL,
    pid TEXT NOT NULL,
    card BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    available BIGINT NOT NULL CHECK (available >= 0),
    frozen BIGINT NOT NULL CHECK (frozen >= 0),
    spent BIGINT NOT NULL CHECK (spent >= 0),
    total BIGINT NOT NULL,
    CHECK (available + frozen + spent = total),
    PRIMARY KEY (bucket, card, user_id)
);

-- Every change of points. Never altered; accounts are its sums. biz_no is the trade of a DEPOSIT as the caller wrote it;
-- freeze_id is the FREEZE that a COMMIT or CANCEL ends.
CREATE TABLE point_log (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    card BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('DEPOSIT', 'CONSUME', 'FREEZE', 'COMMIT', 'CANCEL')),
    amount BIGINT NOT NULL CHECK (amount > 0),
    biz_no TEXT,
    freeze_id BIGINT,
    shop_id TEXT,
    memo TEXT,
    ext_info TEXT,
    at BIGINT NOT NULL,
    app_id TEXT,
    trace_id TEXT,
    PRIMARY KEY (bucket, id)
);

-- The freezes that wait for COMMIT or CANCEL. id is the FREEZE's in the log; whoever ends it takes the row away, once.
CREATE TABLE point_freeze (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    card BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    at BIGINT NOT NULL,
    PRIMARY KEY (bucket, id)
);
-- The end of a card ends all that is frozen on it, and operators ask for what is frozen for long.
CREATE INDEX point_freeze_of_card ON point_freeze (card, id);

-- What lets one user take one prize, once, on the coupon page. What it gave is in voucher, by token.
CREATE TABLE prize_token (
    bucket INTEGER NOT NULL,
    token TEXT NOT NULL,
    pid TEXT NOT NULL,
    activity BIGINT NOT NULL,
    tool BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    out_biz_no TEXT,
    PRIMARY KEY (bucket, token)
);

-- How often a user took part in an activity: part is '' for ever, else the day, week or month as '2026-01-01', '2026-W01',
-- '2026-01'.
CREATE TABLE participation (
    bucket INTEGER NOT NULL,
    pid TEXT NOT NULL,
    activity BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    part TEXT NOT NULL,
    times BIGINT NOT NULL CHECK (times > 0),
    PRIMARY KEY (bucket, activity, user_id, part)
);

-- What a member holds. A coupon has a tool and an activity. UNACTIVE and EXPIRED of a coupon follow from its times.
CREATE TABLE voucher (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    pid TEXT NOT NULL,
    user_id TEXT NOT NULL,
    activity BIGINT,
    tool BIGINT,
    token TEXT,
    status TEXT NOT NULL CHECK (status IN ('ENABLED', 'USING', 'USED', 'REFUNDED', 'EXPIRED')),
    received_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- The trade that holds or used it; held_until is the end of holding.
    trade BIGINT,
    held_until BIGINT,
    used_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (bucket, id)
);
CREATE INDEX voucher_of_member ON voucher (bucket, pid, user_id, status, ends_at);
CREATE INDEX voucher_of_token ON voucher (bucket, token, id);

-- What vouchers took off a trade, and what of it was given back since. name, kind and memo are what callers are told.
CREATE TABLE trade_voucher (
    bucket INTEGER NOT NULL,
    trade BIGINT NOT NULL,
    voucher BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    memo TEXT,
    template TEXT,
    deducted_fen BIGINT NOT NULL CHECK (deducted_fen BETWEEN 1 AND 4000000000000000),
    merchant_fen BIGINT NOT NULL CHECK (merchant_fen BETWEEN 0 AND 4000000000000000),
    refunded_fen BIGINT NOT NULL CHECK (refunded_fen BETWEEN 0 AND 4000000000000000),
    CHECK (merchant_fen <= deducted_fen),
    CHECK (refunded_fen <= deducted_fen),
    PRIMARY KEY (bucket, trade, voucher)
);

-- Every use of a voucher and every share of a refund. Never altered; trade_voucher is its sums.
CREATE TABLE voucher_bill (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    voucher BIGINT NOT NULL,
    trade BIGINT,
    kind TEXT NOT NULL CHECK (kind IN ('V_USE', 'V_REFUND')),
    amount_fen BIGINT NOT NULL CHECK (amount_fen BETWEEN 0 AND 4000000000000000),
    at BIGINT NOT NULL,
    PRIMARY KEY (bucket, id)
);
CREATE INDEX voucher_bill_of_voucher ON voucher_bill (bucket, voucher, id);
