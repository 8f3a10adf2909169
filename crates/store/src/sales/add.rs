//! Adding payments to members' sums, and taking refunds from them.

use std::sync::Arc;

use super::read::get;
use super::row::Sales;
use crate::changes::announce::announce;
use crate::changes::change::Change;
use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::Val;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::member;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Member,
        ..Table::by_bucket("member_sales", BucketOf::Pair(Some("pid"), "user_id"))
    }],
    proofs: &[Proof { name: "members' net payments", count: SALES, differ: SALES_OFF, values: &[] }],
};

statements! {
    MOVE = "UPDATE member_sales SET net_fen = net_fen + $1, version = version + 1
        WHERE bucket = $2 AND pid = $3 AND user_id = $4";
    // A write of nothing, because a row is locked by writing alone.
    HOLD = "UPDATE member_sales SET version = version WHERE bucket = $1 AND pid = $2 AND user_id = $3";
    SALES: proof = "SELECT COUNT(*) FROM member_sales";
    SALES_OFF: proof = "SELECT sums.pid || '/' || sums.user_id, CAST(sums.kept AS TEXT), CAST(sums.fen AS TEXT) FROM
        (SELECT pid, user_id, CAST(SUM(kept) AS BIGINT) AS kept, CAST(SUM(fen) AS BIGINT) AS fen FROM
            (SELECT pid, user_id, net_fen AS kept, 0 AS fen FROM member_sales
            UNION ALL SELECT pid, buyer_id, 0, total_fen - refunded_fen FROM trade WHERE paid_at IS NOT NULL) AS parts
            GROUP BY pid, user_id) AS sums
        WHERE sums.kept <> sums.fen ORDER BY 1";
}

static HOLD_MANY: Rows<3> = Rows::new(
    "WITH held (bucket, pid, user_id) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") UPDATE member_sales SET version = member_sales.version FROM held WHERE member_sales.bucket = held.bucket
        AND member_sales.pid = held.pid AND member_sales.user_id = held.user_id",
)
.or_alone(HOLD);

// An INSERT, so for sums that grow: PostgreSQL holds its row to the bounds even where it becomes an update. And on
// SQLite one row that is given back is dear, many are not.
static ADD_MANY: Rows<5> = Rows::new(
    "INSERT INTO member_sales (bucket, pid, user_id, net_fen, version) VALUES",
    ["INTEGER", "TEXT", "TEXT", "BIGINT", "BIGINT"],
    "ON CONFLICT (bucket, pid, user_id) DO UPDATE SET net_fen = member_sales.net_fen + excluded.net_fen,
        version = member_sales.version + 1 RETURNING user_id, net_fen, version",
);

/// Adds a payment to a user's sum, or takes a refund from it (`fen` below zero). Whoever pays a merchant for the first
/// time becomes its member (`docs/decisions.md`, "Users and members"), and holds the member ([`member::hold`]).
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

/// Keeps everybody else from changing a user's sum until this transaction ends. A refund does so before it changes its
/// trade, for a payment counts its sale before it changes its own: two who want both want them in one order.
pub fn hold(tx: &mut Tx, pid: &str, user_id: &str) -> Result<(), Fault> {
    hold_many(tx, pid, [user_id])
}

/// The same for many members, in the order of their user ids.
pub(crate) fn hold_many<'a>(tx: &mut Tx, pid: &str, users: impl IntoIterator<Item = &'a str>) -> Result<(), Fault> {
    let mut rows: Vec<_> = users.into_iter().map(|user| (bucket_of(pid, user), user)).collect();
    if !tx.has_other_processes() {
        // There is one writer.
        rows.iter().for_each(|(bucket, user)| tx.note_locks(HOLD, params![*bucket, pid, *user]));
        return Ok(());
    }
    rows.sort_unstable();
    tx.execute_rows(&HOLD_MANY, rows.into_iter().map(|(bucket, user)| [bucket.into(), pid.into(), user.into()]))
        .map(drop)
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
