//! What each member paid a merchant, less what was refunded: the sums that a count of members adds up.

use std::collections::HashSet;
use std::sync::Arc;

use crate::bucket::bucket_of;
use crate::changes::{Change, announce};
use crate::fault::Fault;
use crate::member::{self, Cursor};
use crate::params;
use crate::row::{FromRow, Row, Val};
use crate::rows::Rows;
use crate::sql::statements;
use crate::tx::Tx;

statements! {
    MOVE = "UPDATE member_sales SET net_fen = net_fen + $1, version = version + 1
        WHERE bucket = $2 AND pid = $3 AND user_id = $4";
    SCAN = "SELECT user_id, net_fen, version FROM member_sales WHERE bucket = $1 AND pid = $2 AND user_id > $3
        ORDER BY user_id LIMIT $4";
    GET = "SELECT user_id, net_fen, version FROM member_sales WHERE bucket = $1 AND pid = $2 AND user_id = $3";
    PAYERS = "SELECT user_id FROM member_sales WHERE bucket = $1 AND pid = $2 AND user_id >= $3 AND user_id <= $4
        ORDER BY user_id LIMIT $5";
}

// An INSERT, so for sums that grow: PostgreSQL holds its row to the bounds even where it becomes an update. And on SQLite one
// row that is given back is dear, many are not.
static ADD_MANY: Rows<5> = Rows::new(
    "INSERT INTO member_sales (bucket, pid, user_id, net_fen, version) VALUES",
    ["INTEGER", "TEXT", "TEXT", "BIGINT", "BIGINT"],
    "ON CONFLICT (bucket, pid, user_id) DO UPDATE SET net_fen = member_sales.net_fen + excluded.net_fen,
        version = member_sales.version + 1 RETURNING user_id, net_fen, version",
);

static FIND: Rows<3> = Rows::new(
    "WITH wanted (bucket, pid, user_id) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT member_sales.user_id, net_fen, version FROM wanted JOIN member_sales ON
        member_sales.bucket = wanted.bucket AND member_sales.pid = wanted.pid AND member_sales.user_id = wanted.user_id",
)
.or_alone(GET);

/// A member's net payments with a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    /// Whose.
    pub user_id: String,
    /// Paid less refunded, fen.
    pub net_fen: i64,
    /// 1 with the first payment, one more with each change.
    pub version: i64,
}

/// Adds a payment to a user's sum, or takes a refund from it (`fen` below zero). Whoever pays a merchant for the first time
/// becomes its member (DECISIONS 5), and holds the member ([`member::hold`]).
pub fn add(tx: &mut Tx, pid: &str, user_id: &str, fen: i64) -> Result<(), Fault> {
    if tx.execute(MOVE, params![fen, bucket_of(pid, user_id), pid, user_id])? == 0 {
        if fen < 0 {
            return Err(tx.fail(Fault::bug("a refund to a member who never paid")));
        }
        member::hold(tx, pid, user_id)?;
        return add_many(tx, pid, &[(user_id, fen)]);
    }
    let now = get(tx, pid, user_id)?.ok_or_else(|| Fault::bug("a sum that is gone"))?;
    announce(tx, Change::Sales { pid: pid.into(), rows: Arc::new([now]) })
}

/// Adds what is paid (none below zero) to the sums of many members, in the order of their user ids.
pub(crate) fn add_many(tx: &mut Tx, pid: &str, sums: &[(&str, i64)]) -> Result<(), Fault> {
    let mut values: Vec<_> = sums.iter().map(|&(user, fen)| (bucket_of(pid, user), row(pid, user, fen))).collect();
    if 1 < tx.buckets() {
        // In the order of the primary key, as everybody locks.
        values.sort_by_key(|(bucket, _)| *bucket);
    }
    let rows: Vec<Sales> = tx.query_rows(&ADD_MANY, values.into_iter().map(|(_, row)| row))?;
    announce(tx, Change::Sales { pid: pid.into(), rows: rows.into() })
}

/// The same where some sums shrink, of members who have paid before.
pub(crate) fn move_many(tx: &mut Tx, pid: &str, sums: &[(&str, i64)]) -> Result<(), Fault> {
    let mut sums = sums.to_vec();
    if 1 < tx.buckets() {
        sums.sort_by_key(|(user, _)| bucket_of(pid, user));
    }
    for run in sums.chunk_by(|left, right| 0 <= left.1.min(right.1)) {
        match run {
            &[(user, fen)] if fen < 0 => add(tx, pid, user, fen)?,
            grow => add_many(tx, pid, grow)?,
        }
    }
    Ok(())
}

fn row<'a>(pid: &'a str, user_id: &'a str, fen: i64) -> [Val<'a>; 5] {
    [bucket_of(pid, user_id).into(), pid.into(), user_id.into(), fen.into(), 1_i64.into()]
}

/// Of these users, in the order of their ids, those who have paid before, or only some of them: who has paid is a member. None
/// where several buckets hold them, for there they are asked for one by one.
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

/// The texts that are made as needed, for the test of the rules.
#[cfg(test)]
pub(crate) fn several_rows() -> impl Iterator<Item = (&'static str, String)> {
    [1, 2].into_iter().flat_map(|rows| [ADD_MANY.text(rows), FIND.text(rows)]).map(|sql| ("several rows", sql))
}

impl FromRow for Sales {
    fn from_row(row: &dyn Row) -> Result<Sales, Fault> {
        let (user_id, net_fen, version) = FromRow::from_row(row)?;
        Ok(Sales { user_id, net_fen, version })
    }
}
