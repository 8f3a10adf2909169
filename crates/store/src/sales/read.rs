//! Reading sums: of one member, of some, or of all of a merchant's in pages.

use std::collections::HashSet;

use super::row::Sales;
use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::member::{self, Cursor};
use crate::params;

statements! {
    SCAN = "SELECT user_id, net_fen, version FROM member_sales WHERE bucket = $1 AND pid = $2 AND user_id > $3
        ORDER BY user_id LIMIT $4";
    GET = "SELECT user_id, net_fen, version FROM member_sales WHERE bucket = $1 AND pid = $2 AND user_id = $3";
    PAYERS = "SELECT user_id FROM member_sales WHERE bucket = $1 AND pid = $2 AND user_id >= $3 AND user_id <= $4
        ORDER BY user_id LIMIT $5";
}

static FIND: Rows<3> = Rows::new(
    "WITH wanted (bucket, pid, user_id) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT member_sales.user_id, net_fen, version FROM wanted JOIN member_sales ON
        member_sales.bucket = wanted.bucket AND member_sales.pid = wanted.pid AND member_sales.user_id = wanted.user_id",
)
.or_alone(GET);

/// Of these users, in the order of their ids, those who have paid before, or only some of them: who has paid is a
/// member. None where several buckets hold them, for there they are asked for one by one.
pub(crate) fn payers(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<HashSet<String>, Fault> {
    let (Some(first), Some(last)) = (users.first(), users.last()) else { return Ok(HashSet::new()) };
    if 1 < tx.buckets() {
        return Ok(HashSet::new());
    }
    let most = i64::try_from(2 * users.len()).unwrap_or(i64::MAX);
    let paid = tx.query::<(String,)>(PAYERS, params![bucket_of(pid, first), pid, *first, *last, most])?;
    Ok(paid.into_iter().map(|(user,)| user).collect())
}

/// A member's sum; `None` before the first payment.
pub fn get(tx: &mut Tx, pid: &str, user_id: &str) -> Result<Option<Sales>, Fault> {
    tx.query_opt(GET, params![bucket_of(pid, user_id), pid, user_id])
}

/// The sums of those of `users` that have one, in no order.
pub fn get_many(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<Vec<Sales>, Fault> {
    tx.query_rows(&FIND, users.iter().map(|user| [bucket_of(pid, user).into(), pid.into(), (*user).into()]))
}

/// The next sums of a merchant's members after `after`, about `limit`, and where to go on; `None` at the end.
pub fn scan(tx: &mut Tx, pid: &str, after: &Cursor, limit: usize) -> Result<(Vec<Sales>, Option<Cursor>), Fault> {
    member::scan_with(tx, SCAN, pid, after, limit, |sales: &Sales| &sales.user_id)
}
