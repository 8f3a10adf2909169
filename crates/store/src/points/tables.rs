//! The tables of points, and what must hold of them.

use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::job;

/// What the scope of the trades that points were deposited for begins with.
pub(super) const DEPOSIT_SCOPE: &str = "point_deposit";

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table {
            without_rowid: true,
            lock: Lock::Points,
            ..Table::by_bucket("point_account", BucketOf::Pair(Some("pid"), "user_id"))
        },
        Table { without_rowid: true, lock: Lock::Points, ..Table::by_bucket("point_log", BucketOf::Id("id")) },
        Table { without_rowid: true, lock: Lock::Part, ..Table::by_bucket("point_freeze", BucketOf::Id("id")) },
    ],
    proofs: &[
        Proof { name: "point accounts", count: POINT_ACCOUNTS, differ: POINTS_OFF, values: &[] },
        Proof { name: "freezes that wait", count: FREEZES, differ: FREEZES_OFF, values: &[] },
        Proof { name: "ends of freezes", count: FREEZES, differ: FREEZE_ENDS_OFF, values: &[job::CARD_END] },
        Proof { name: "deposits of trades", count: DEPOSITS, differ: DEPOSITS_OFF, values: &[DEPOSIT_SCOPE] },
    ],
};

statements! {
    POINT_ACCOUNTS: proof = "SELECT COUNT(*) FROM point_account";
    POINTS_OFF: proof = "SELECT pid || '/' || user_id, CAST(available AS TEXT) || ' available, ' || CAST(frozen AS TEXT) || ' frozen, '
            || CAST(spent AS TEXT) || ' spent', CAST(free AS TEXT) || ' available, ' || CAST(held AS TEXT) || ' frozen, '
            || CAST(gone AS TEXT) || ' spent' FROM
        (SELECT MAX(pid) AS pid, user_id, CAST(SUM(available) AS BIGINT) AS available, CAST(SUM(frozen) AS BIGINT) AS frozen,
            CAST(SUM(spent) AS BIGINT) AS spent, CAST(SUM(total) AS BIGINT) AS total, CAST(SUM(free) AS BIGINT) AS free,
            CAST(SUM(held) AS BIGINT) AS held, CAST(SUM(gone) AS BIGINT) AS gone FROM
            (SELECT pid, card, user_id, available, frozen, spent, total, 0 AS free, 0 AS held, 0 AS gone FROM point_account
            UNION ALL SELECT '', card, user_id, 0, 0, 0, 0,
                CASE WHEN kind IN ('DEPOSIT', 'CANCEL') THEN amount WHEN kind = 'COMMIT' THEN 0 ELSE 0 - amount END,
                CASE WHEN kind = 'FREEZE' THEN amount WHEN kind IN ('COMMIT', 'CANCEL') THEN 0 - amount ELSE 0 END,
                CASE WHEN kind IN ('CONSUME', 'COMMIT') THEN amount ELSE 0 END FROM point_log) AS parts
            GROUP BY card, user_id) AS sums
        WHERE available <> free OR frozen <> held OR spent <> gone OR total <> free + held + gone ORDER BY 1";
    FREEZES: proof = "SELECT COUNT(*) FROM point_freeze";
    FREEZES_OFF: proof = "SELECT COALESCE(CAST(id AS TEXT), 'no freeze'), CAST(waits AS TEXT), CAST(entered AS TEXT) FROM
        (SELECT id, CAST(SUM(waits) AS BIGINT) AS waits, CAST(SUM(entered) AS BIGINT) AS entered FROM
            (SELECT id, amount AS waits, 0 AS entered FROM point_freeze
            UNION ALL SELECT id, 0, amount FROM point_log WHERE kind = 'FREEZE'
            UNION ALL SELECT freeze_id, 0, 0 - amount FROM point_log WHERE kind IN ('COMMIT', 'CANCEL')) AS parts
            GROUP BY id) AS sums
        WHERE waits <> entered ORDER BY 1";
    FREEZE_ENDS_OFF: proof = "SELECT CAST(held.card AS TEXT), CAST(held.freezes AS TEXT) || ' freezes', 'no job' FROM
        (SELECT card, COUNT(*) AS freezes FROM point_freeze GROUP BY card) AS held
        LEFT JOIN job ON job.subject = held.card AND job.kind = $1 WHERE job.kind IS NULL ORDER BY 1";
    DEPOSITS: proof = "SELECT COUNT(*) FROM point_log WHERE kind = 'DEPOSIT'";
    DEPOSITS_OFF: proof = "SELECT point_log.user_id || '/' || COALESCE(point_log.biz_no, 'no trade'), 'no claim', 'the claim of its trade'
        FROM point_log LEFT JOIN once ON once.scope = $1 || '/' || CAST(point_log.card AS TEXT)
            AND once.key = point_log.biz_no AND once.subject = point_log.id
        WHERE point_log.kind = 'DEPOSIT' AND once.key IS NULL ORDER BY 1";
}
