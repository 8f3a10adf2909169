//! What must hold of imported trades: a merchant's are compared with the entries of its imports.

use crate::engine::sql::statements;
use crate::engine::table::{Module, Proof};

pub(crate) static MODULE: Module = Module {
    tables: &[],
    proofs: &[Proof { name: "entries of imports", count: IMPORTS, differ: IMPORTS_OFF, values: &[] }],
};

statements! {
    IMPORTS: proof = "SELECT COUNT(*) FROM transfer WHERE kind = 'import' AND trade IS NULL";
    // An imported trade without an entry of its payment is in its chunk's entries: what was paid, and what had been
    // refunded until then, which is all that no entry of its own paid back since.
    IMPORTS_OFF: proof = "SELECT sums.pid, CAST(sums.paid AS TEXT) || ' less ' || CAST(sums.back AS TEXT),
            CAST(sums.trades_paid AS TEXT) || ' less ' || CAST(sums.trades_back AS TEXT) FROM
        (SELECT pid, CAST(SUM(paid) AS BIGINT) AS paid, CAST(SUM(back) AS BIGINT) AS back,
            CAST(SUM(trades_paid) AS BIGINT) AS trades_paid, CAST(SUM(trades_back) AS BIGINT) AS trades_back FROM
            (SELECT credit AS pid, amount_fen AS paid, 0 AS back, 0 AS trades_paid, 0 AS trades_back FROM transfer
                WHERE kind = 'import' AND trade IS NULL AND debit = 'outside/' || credit
            UNION ALL SELECT debit, 0, amount_fen, 0, 0 FROM transfer
                WHERE kind = 'import' AND trade IS NULL AND credit = 'outside/' || debit
            UNION ALL SELECT trade.pid, 0, 0, trade.receipt_fen, trade.refunded_fen - COALESCE(repaid.fen, 0) FROM trade
                LEFT JOIN (SELECT bucket, trade, credit, COUNT(*) AS times FROM transfer
                    WHERE trade IS NOT NULL GROUP BY bucket, trade, credit) AS own
                    ON own.bucket = trade.bucket AND own.trade = trade.id AND own.credit = trade.seller_id
                LEFT JOIN (SELECT bucket, trade, debit, SUM(amount_fen) AS fen FROM transfer
                    WHERE trade IS NOT NULL GROUP BY bucket, trade, debit) AS repaid
                    ON repaid.bucket = trade.bucket AND repaid.trade = trade.id AND repaid.debit = trade.seller_id
                WHERE trade.imported_no IS NOT NULL AND own.times IS NULL) AS parts
            GROUP BY pid) AS sums
        WHERE sums.paid <> sums.trades_paid OR sums.back <> sums.trades_back ORDER BY 1";
}
