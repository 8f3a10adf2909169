//! The table of trades, and what must hold of it.

use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};

/// What the scope of a trade's numbers begins with.
pub(super) const SCOPE: &str = "trade";

pub(crate) static MODULE: Module = Module {
    tables: &[Table { without_rowid: true, lock: Lock::Thing, ..Table::by_bucket("trade", BucketOf::Id("id")) }],
    proofs: &[
        Proof { name: "payments of trades", count: TRADES, differ: PAID_OFF, values: &[] },
        Proof { name: "statuses of trades", count: TRADES, differ: STATUS_OFF, values: &[] },
        Proof { name: "numbers of trades", count: TRADES, differ: NUMBERS_OFF, values: &[SCOPE] },
    ],
};

statements! {
    TRADES: proof = "SELECT COUNT(*) FROM trade";
    PAID_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no,
            CAST(CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.receipt_fen END AS TEXT),
            CAST(COALESCE(moved.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, credit, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfer
            WHERE trade IS NOT NULL GROUP BY bucket, trade, credit) AS moved
            ON moved.bucket = trade.bucket AND moved.trade = trade.id AND moved.credit = trade.seller_id
        WHERE (trade.imported_no IS NULL OR moved.fen IS NOT NULL)
            AND COALESCE(moved.fen, 0) <> CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.receipt_fen END ORDER BY 1";
    STATUS_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no, trade.status, 'a status that its money and times allow'
        FROM trade WHERE NOT ((trade.status = 'WAIT_BUYER_PAY' AND trade.paid_at IS NULL AND trade.refunded_fen = 0)
            OR (trade.status IN ('TRADE_SUCCESS', 'TRADE_FINISHED') AND trade.paid_at IS NOT NULL
                AND trade.refunded_fen < trade.total_fen)
            OR (trade.status = 'TRADE_CLOSED' AND trade.paid_at IS NULL AND trade.refunded_fen = 0)
            OR (trade.status = 'TRADE_CLOSED' AND trade.paid_at IS NOT NULL AND trade.refunded_fen = trade.total_fen))
        ORDER BY 1";
    NUMBERS_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no, 'no claim', 'the claim of its number' FROM trade
        LEFT JOIN once ON once.scope = $1 || '/' || trade.pid AND once.key = trade.out_trade_no AND once.subject = trade.id
        WHERE trade.imported_no IS NULL AND once.key IS NULL ORDER BY 1";
}
