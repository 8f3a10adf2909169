//! Reading members: one, some, or all of a merchant's in pages.

use super::row::Member;
use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::row::FromRow;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    GET = "SELECT user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version FROM member
        WHERE bucket = $1 AND pid = $2 AND user_id = $3";
    SCAN = "SELECT user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version FROM member
        WHERE bucket = $1 AND pid = $2 AND user_id > $3 ORDER BY user_id LIMIT $4";
    FIRST = "SELECT user_id FROM member WHERE bucket = $1 AND pid = $2 ORDER BY user_id LIMIT 1";
    LAST = "SELECT user_id FROM member WHERE bucket = $1 AND pid = $2 ORDER BY user_id DESC LIMIT 1";
    COUNT = "SELECT COUNT(*) FROM member WHERE bucket = $1 AND pid = $2";
    PIDS: all_buckets = "SELECT DISTINCT pid FROM member ORDER BY pid";
}

static FIND: Rows<3> = Rows::new(
    "WITH wanted (bucket, pid, user_id) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT member.user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version FROM wanted
        JOIN member ON member.bucket = wanted.bucket AND member.pid = wanted.pid AND member.user_id = wanted.user_id",
)
.or_alone(GET);

/// One member.
pub fn get(tx: &mut Tx, pid: &str, user_id: &str) -> Result<Option<Member>, Fault> {
    tx.query_opt(GET, params![bucket_of(pid, user_id), pid, user_id])
}

/// Those of `users` that are members, in no order.
pub fn get_many(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<Vec<Member>, Fault> {
    tx.query_rows(&FIND, users.iter().map(|user| [bucket_of(pid, user).into(), pid.into(), (*user).into()]))
}

/// Where a scan has got to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// How many buckets are behind.
    bucket: u16,
    /// The last member seen of the one at hand.
    user_id: String,
}

/// The next members after `after`, about `limit`, and where to go on; `None` at the end. Pages of one read agree.
pub fn scan(tx: &mut Tx, pid: &str, after: &Cursor, limit: usize) -> Result<(Vec<Member>, Option<Cursor>), Fault> {
    scan_with(tx, SCAN, pid, after, limit, |member: &Member| &member.user_id)
}

/// The same for any table of a merchant's members: `sql` gives the rows of one bucket after a user, in their order.
pub(crate) fn scan_with<R: FromRow>(
    tx: &mut Tx,
    sql: &str,
    pid: &str,
    after: &Cursor,
    limit: usize,
    user_id: impl Fn(&R) -> &String,
) -> Result<(Vec<R>, Option<Cursor>), Fault> {
    let mut page: Vec<R> = Vec::new();
    let mut cursor = after.clone();
    while cursor.bucket < tx.buckets() {
        let room = i64::try_from(limit.saturating_sub(page.len()).max(1)).unwrap_or(i64::MAX);
        let bucket = Bucket::of_id(cursor.bucket.into());
        let some: Vec<R> = tx.query(sql, params![bucket, pid, &cursor.user_id, room])?;
        let full = i64::try_from(some.len()) == Ok(room);
        cursor = match some.last() {
            Some(last) if full => Cursor { user_id: user_id(last).clone(), ..cursor },
            _ => Cursor { bucket: cursor.bucket + 1, user_id: String::new() },
        };
        page.extend(some);
        if page.len() >= limit {
            return Ok((page, Some(cursor)));
        }
    }
    Ok((page, None))
}

/// A place somewhere among a merchant's members to scan from; `random` says which. `None` where no member is there.
pub fn place(tx: &mut Tx, pid: &str, random: u64) -> Result<Option<Cursor>, Fault> {
    let buckets = u64::from(tx.buckets());
    let number = u16::try_from(random % buckets).expect("fewer than buckets");
    if 1 < buckets {
        // Members are spread evenly over them, and a bucket has few of a merchant.
        return Ok(Some(Cursor { bucket: number, user_id: String::new() }));
    }
    let bucket = Bucket::of_id(number.into());
    let ends: Option<((String,), (String,))> = {
        let first = tx.query_opt(FIRST, params![bucket, pid])?;
        let last = tx.query_opt(LAST, params![bucket, pid])?;
        first.zip(last)
    };
    let Some(((first,), (last,))) = ends else { return Ok(None) };
    let between = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(low), Ok(high)) if low < high => format!("{:0width$}", low + random % (high - low), width = first.len()),
        _ => String::new(),
    };
    Ok(Some(Cursor { bucket: number, user_id: between }))
}

/// How many members a merchant has.
pub fn count(tx: &mut Tx, pid: &str) -> Result<i64, Fault> {
    let mut total = 0;
    for bucket in 0..tx.buckets() {
        total += tx.query_one::<(i64,)>(COUNT, params![Bucket::of_id(bucket.into()), pid])?.0;
    }
    Ok(total)
}

/// The merchants that have members. Reads the whole table.
pub fn pids_with_members(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    Ok(tx.query::<(String,)>(PIDS, &[])?.into_iter().map(|(pid,)| pid).collect())
}
