-- What operators ask every day: trades in the order of time, what a day took, what became of coupons, funds and tokens.

-- What a shop took on a day of UTC+8 (days since 1970-01-01 there), and gave back on it, as the sums of trades and refunds.
-- shop_id is '' for trades of no shop. A payment or refund changes its row beside its merchant's balance, for which everybody
-- who pays the merchant waits anyway.
CREATE TABLE takings (
    bucket INTEGER NOT NULL,
    pid TEXT NOT NULL,
    day INTEGER NOT NULL,
    shop_id TEXT NOT NULL,
    trades BIGINT NOT NULL CHECK (trades >= 0),
    total_fen BIGINT NOT NULL CHECK (total_fen BETWEEN 0 AND 4000000000000000),
    buyer_fen BIGINT NOT NULL CHECK (buyer_fen BETWEEN 0 AND 4000000000000000),
    receipt_fen BIGINT NOT NULL CHECK (receipt_fen BETWEEN 0 AND 4000000000000000),
    refunds BIGINT NOT NULL CHECK (refunds >= 0),
    refunded_fen BIGINT NOT NULL CHECK (refunded_fen BETWEEN 0 AND 4000000000000000),
    back_fen BIGINT NOT NULL CHECK (back_fen BETWEEN 0 AND 4000000000000000),
    PRIMARY KEY (bucket, pid, day, shop_id)
);

-- A merchant's trades in the order of time: that of the payment, of an unpaid one that at which it was made.
CREATE INDEX trade_of_merchant ON trade (pid, COALESCE(paid_at, created_at), id);
-- What trade_of_member leaves out; a trade that is paid as it is made never has a row here.
CREATE INDEX trade_of_member_unpaid ON trade (bucket, pid, buyer_id, paid_at, created_at, id) WHERE paid_at IS NULL;
CREATE INDEX refund_of_time ON refund (at, trade, out_request_no);

-- The entries of a template's fund. Those of trades alone have no row here.
CREATE INDEX transfer_of_fund ON transfer ((CASE WHEN kind = 'fund' THEN credit ELSE debit END), at, id)
    WHERE kind IN ('fund', 'voucher', 'recycle');
-- What became of an activity's coupons, counted without a look at each.
CREATE INDEX voucher_of_activity ON voucher (activity, status, ends_at, trade);
-- Tokens that were given and not used, by when.
CREATE INDEX prize_token_unused ON prize_token (pid, created_at) WHERE used_at IS NULL;
