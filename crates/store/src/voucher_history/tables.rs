//! The table of vouchers from elsewhere, and what must hold of it.

use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::idempotency;

/// What the scope of the vouchers' numbers begins with.
const SCOPE: &str = "voucher_history";

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Thing,
        ..Table::by_bucket("voucher_history", BucketOf::Pair(Some("pid"), "user_id"))
    }],
    proofs: &[Proof { name: "numbers of imported vouchers", count: VOUCHERS, differ: NUMBERS_OFF, values: &[SCOPE] }],
};

statements! {
    VOUCHERS: proof = "SELECT COUNT(*) FROM voucher_history";
    // A number that two members have, none has, or nobody claimed.
    NUMBERS_OFF: proof = "SELECT sums.pid || '/' || sums.voucher_no, CAST(sums.vouchers AS TEXT) || ' vouchers',
            CAST(sums.claims AS TEXT) || ' claims of the number' FROM
        (SELECT pid, voucher_no, CAST(SUM(vouchers) AS BIGINT) AS vouchers, CAST(SUM(claims) AS BIGINT) AS claims FROM
            (SELECT pid, voucher_no, 1 AS vouchers, 0 AS claims FROM voucher_history
            UNION ALL SELECT merchant.pid, once.key, 0, 1 FROM merchant
                JOIN once ON once.scope = $1 || '/' || merchant.pid) AS parts
            GROUP BY pid, voucher_no) AS sums
        WHERE sums.vouchers <> 1 OR sums.claims <> 1 ORDER BY 1";
}

/// Within what a merchant's numbers of vouchers from elsewhere are unique.
pub(super) fn scope(pid: &str) -> String {
    idempotency::scope(&[SCOPE, pid])
}
