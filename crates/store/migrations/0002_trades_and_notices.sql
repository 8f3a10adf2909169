-- Money that moves, the trades that move it, and what is due: jobs and notifications.

-- A trade names its shop by the merchant's number for it.
CREATE INDEX shop_of_store ON shop (pid, store_id);

-- By what an account is found beside its number: login ids, pay codes, nicknames. used_at is of codes that pay once.
CREATE TABLE account_key (
    bucket INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('login', 'pay_code', 'nick')),
    key TEXT NOT NULL,
    user_id TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (bucket, kind, key)
);

-- Wrong PINs in a row on an account's pages.
CREATE TABLE pin_try (
    bucket INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    wrong INTEGER NOT NULL CHECK (wrong BETWEEN 0 AND 5),
    locked_until BIGINT NOT NULL,
    PRIMARY KEY (bucket, user_id)
);

-- Money that is nobody's account: outside/PID is where a merchant's imported history comes from, and so below zero.
CREATE TABLE fund (
    bucket INTEGER NOT NULL,
    name TEXT NOT NULL,
    balance_fen BIGINT NOT NULL CHECK (balance_fen BETWEEN -4000000000000000 AND 4000000000000000),
    PRIMARY KEY (bucket, name)
);

-- Double entry: each row takes from one account or fund what it gives to another. Never altered; balances are its sums.
CREATE TABLE transfer (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen BETWEEN 1 AND 4000000000000000),
    kind TEXT NOT NULL,
    trade BIGINT,
    at BIGINT NOT NULL,
    app_id TEXT,
    trace_id TEXT,
    PRIMARY KEY (bucket, id)
);

-- imported_no is the number that an imported trade came with. detail is JSON: what is kept and given back, never asked for.
CREATE TABLE trade (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    pid TEXT NOT NULL,
    seller_id TEXT NOT NULL,
    buyer_id TEXT NOT NULL,
    out_trade_no TEXT NOT NULL,
    imported_no TEXT,
    status TEXT NOT NULL CHECK (status IN ('WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_CLOSED', 'TRADE_FINISHED')),
    subject TEXT NOT NULL,
    total_fen BIGINT NOT NULL CHECK (total_fen BETWEEN 1 AND 4000000000000000),
    discountable_fen BIGINT NOT NULL CHECK (discountable_fen BETWEEN 0 AND 4000000000000000),
    buyer_pay_fen BIGINT NOT NULL CHECK (buyer_pay_fen BETWEEN 0 AND 4000000000000000),
    receipt_fen BIGINT NOT NULL CHECK (receipt_fen BETWEEN 0 AND 4000000000000000),
    refunded_fen BIGINT NOT NULL CHECK (refunded_fen BETWEEN 0 AND 4000000000000000),
    shop_id TEXT,
    detail TEXT NOT NULL,
    app_id TEXT,
    auth_app_id TEXT,
    notify_url TEXT,
    sign_type TEXT,
    page_token TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    paid_at BIGINT,
    closed_at BIGINT,
    refunded_at BIGINT,
    version BIGINT NOT NULL,
    CHECK (refunded_fen <= total_fen),
    PRIMARY KEY (bucket, id)
);
CREATE INDEX trade_of_member ON trade (bucket, pid, buyer_id, paid_at);

CREATE TABLE refund (
    bucket INTEGER NOT NULL,
    trade BIGINT NOT NULL,
    out_request_no TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen BETWEEN 1 AND 4000000000000000),
    buyer_fen BIGINT NOT NULL CHECK (buyer_fen BETWEEN 0 AND 4000000000000000),
    reason TEXT,
    cancels SMALLINT NOT NULL CHECK (cancels IN (0, 1)),
    at BIGINT NOT NULL,
    PRIMARY KEY (bucket, trade, out_request_no)
);

-- What a member paid a merchant less what was refunded, over all trades; a row since the first payment.
CREATE TABLE member_sales (
    bucket INTEGER NOT NULL,
    pid TEXT NOT NULL,
    user_id TEXT NOT NULL,
    net_fen BIGINT NOT NULL CHECK (net_fen BETWEEN 0 AND 4000000000000000),
    version BIGINT NOT NULL,
    PRIMARY KEY (bucket, pid, user_id)
);

-- What is due, and when. A row is removed by the transaction that does it. Jobs of one lane may wait for each other and for
-- nobody else's: a notification's lane is the host that it goes to.
CREATE TABLE job (
    bucket INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    lane TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (bucket, kind, subject)
);
CREATE INDEX job_due ON job (due_at, subject, kind);

-- Which process does the jobs of a range of buckets. beat grows while its holder lives; no clock takes part. A slice below
-- zero is no range: it says that its holder lives. Holder 0 is nobody.
CREATE TABLE job_lease (
    slice BIGINT NOT NULL PRIMARY KEY,
    holder BIGINT NOT NULL,
    beat BIGINT NOT NULL
);

-- Notifications. members is a JSON object of what the event says; the envelope is put around it when it is sent. rung counts
-- the deliveries since the first, or since it was resent by hand.
CREATE TABLE notice (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    pid TEXT NOT NULL,
    app_id TEXT NOT NULL,
    auth_app_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    url TEXT NOT NULL,
    sign_type TEXT NOT NULL,
    members TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
    attempts INTEGER NOT NULL,
    rung INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT,
    PRIMARY KEY (bucket, id)
);

-- Every delivery that was tried. status is HTTP's; error says why there is none.
CREATE TABLE notice_attempt (
    bucket INTEGER NOT NULL,
    notice BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    at BIGINT NOT NULL,
    took_us BIGINT NOT NULL,
    status INTEGER,
    answer TEXT,
    error TEXT,
    PRIMARY KEY (bucket, notice, attempt)
);
