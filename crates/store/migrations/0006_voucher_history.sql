-- Vouchers that members received from a merchant elsewhere, and redeemed there: history that was imported. All of a member's are
-- beside each other. That a merchant has a voucher_no once is what its row of once is for: the bucket here is the member's.
CREATE TABLE voucher_history (
    bucket INTEGER NOT NULL,
    pid TEXT NOT NULL,
    user_id TEXT NOT NULL,
    voucher_no TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    redeemed_at BIGINT,
    CHECK (redeemed_at >= received_at),
    PRIMARY KEY (bucket, pid, user_id, voucher_no)
);
