//! Reading vouchers from elsewhere: those of one member, or those that the rows of a chunk are about.

use domain::voucher_history::ImportedVoucher;

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    OF_MEMBER = "SELECT voucher_no, user_id, received_at, redeemed_at FROM voucher_history
        WHERE bucket = $1 AND pid = $2 AND user_id = $3 ORDER BY voucher_no";
    GET = "SELECT voucher_no, user_id, received_at, redeemed_at FROM voucher_history
        WHERE bucket = $1 AND pid = $2 AND user_id = $3 AND voucher_no = $4";
}

static FIND: Rows<4> = Rows::new(
    "WITH wanted (bucket, pid, user_id, voucher_no) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT", "TEXT"],
    ") SELECT voucher_history.voucher_no, voucher_history.user_id, received_at, redeemed_at FROM wanted
        JOIN voucher_history ON voucher_history.bucket = wanted.bucket AND voucher_history.pid = wanted.pid
            AND voucher_history.user_id = wanted.user_id AND voucher_history.voucher_no = wanted.voucher_no",
)
.or_alone(GET);

/// All vouchers that a member received from a merchant elsewhere, in the order of their numbers: one range of the
/// table.
pub fn of_member(tx: &mut Tx, pid: &str, user_id: &str) -> Result<Vec<ImportedVoucher>, Fault> {
    tx.query(OF_MEMBER, params![bucket_of(pid, user_id), pid, user_id])
}

/// What is kept of these vouchers, in no order: those alone that have the same number and the same user.
pub(super) fn find_many<'a>(
    tx: &mut Tx,
    pid: &str,
    vouchers: impl Iterator<Item = &'a ImportedVoucher>,
) -> Result<Vec<ImportedVoucher>, Fault> {
    let key = |ImportedVoucher { voucher_no, user_id, .. }: &'a ImportedVoucher| {
        [bucket_of(pid, user_id).into(), pid.into(), user_id.into(), voucher_no.into()]
    };
    tx.query_rows(&FIND, vouchers.map(key))
}

impl FromRow for ImportedVoucher {
    fn from_row(row: &dyn Row) -> Result<ImportedVoucher, Fault> {
        let (voucher_no, user_id, received_at, redeemed_at) = FromRow::from_row(row)?;
        Ok(ImportedVoucher { voucher_no, user_id, received_at, redeemed_at })
    }
}
