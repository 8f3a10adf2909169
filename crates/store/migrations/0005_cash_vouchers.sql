-- Cash vouchers: templates that a sponsor pays for in advance, and what users hold of them.

-- Templates are few and seldom written; what every send and every payment writes is in template_total. rules is the JSON of
-- where vouchers can be used; content that of what is kept and shown. A period of validity is valid_starts_at to valid_ends_at,
-- or valid_duration times valid_unit from when a voucher is sent.
CREATE TABLE voucher_template (
    id BIGINT NOT NULL PRIMARY KEY,
    pid TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('I', 'S', 'E', 'D')),
    sponsor_id TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen BETWEEN 1 AND 4000000000000000),
    floor_fen BIGINT NOT NULL CHECK (floor_fen BETWEEN 0 AND 4000000000000000),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    publish_starts_at BIGINT NOT NULL,
    publish_ends_at BIGINT NOT NULL,
    valid_starts_at BIGINT,
    valid_ends_at BIGINT,
    valid_duration BIGINT,
    valid_unit TEXT CHECK (valid_unit IN ('MINUTE', 'HOUR', 'DAY')),
    rules TEXT NOT NULL,
    content TEXT NOT NULL,
    page_token TEXT NOT NULL,
    app_id TEXT NOT NULL,
    auth_app_id TEXT NOT NULL,
    notify_url TEXT,
    sign_type TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    paid_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX voucher_template_of_merchant ON voucher_template (pid, created_at, id);

-- What happened to a template's vouchers, in numbers: published were sent, used and expired are over, used_fen is what the
-- used ones took off. refunded_fen and returned_fen went back to the sponsor: by refunds of trades, and from the fund.
CREATE TABLE template_total (
    bucket INTEGER NOT NULL,
    template BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    published BIGINT NOT NULL CHECK (published >= 0),
    used BIGINT NOT NULL CHECK (used >= 0),
    used_fen BIGINT NOT NULL CHECK (used_fen BETWEEN 0 AND 4000000000000000),
    expired BIGINT NOT NULL CHECK (expired >= 0),
    refunded_fen BIGINT NOT NULL CHECK (refunded_fen BETWEEN 0 AND 4000000000000000),
    returned_fen BIGINT NOT NULL CHECK (returned_fen BETWEEN 0 AND 4000000000000000),
    CHECK (published <= quantity),
    CHECK (used + expired <= published),
    CHECK (refunded_fen <= used_fen),
    PRIMARY KEY (bucket, template)
);

-- What of a refund was the cash voucher's that the trade was paid with.
ALTER TABLE refund ADD COLUMN cash_fen BIGINT NOT NULL DEFAULT 0 CHECK (cash_fen BETWEEN 0 AND 4000000000000000);

-- A voucher in a user's hands, in the user's bucket: it may be used at any merchant that its template's rules name.
CREATE TABLE cash_voucher (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    template BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    memo TEXT,
    status TEXT NOT NULL CHECK (status IN ('ENABLED', 'DISABLED', 'USING', 'USED', 'REFUNDED', 'EXPIRED')),
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
CREATE INDEX cash_voucher_of_user ON cash_voucher (bucket, user_id, status, ends_at);
-- What of a template expires next.
CREATE INDEX cash_voucher_of_template ON cash_voucher (template, ends_at) WHERE status IN ('ENABLED', 'DISABLED', 'USING');
