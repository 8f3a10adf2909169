//! How often users took part in activities, for ever and by day, week or month.

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Key,
        ..Table::by_bucket("participation", BucketOf::Pair(Some("pid"), "user_id"))
    }],
    proofs: &[Proof { name: "participations", count: PARTS, differ: PARTS_OFF, values: &[] }],
};

statements! {
    COUNT = "INSERT INTO participation (bucket, pid, activity, user_id, part, times) VALUES ($1, $2, $3, $4, $5, 1)
        ON CONFLICT (bucket, activity, user_id, part) DO UPDATE SET times = participation.times + 1 RETURNING times";
    TIMES = "SELECT times FROM participation WHERE bucket = $1 AND activity = $2 AND user_id = $3 AND part = $4";
    PARTS: proof = "SELECT COUNT(*) FROM participation";
    // Every time is a token that was used; where periods are counted, each time is in one of them.
    PARTS_OFF: proof = "SELECT pid || '/' || user_id, CAST(times AS TEXT) || ' in all, ' || CAST(periods AS TEXT) || ' in periods',
            CAST(used AS TEXT) FROM
        (SELECT MAX(pid) AS pid, user_id, CAST(SUM(times) AS BIGINT) AS times, CAST(SUM(periods) AS BIGINT) AS periods,
            CAST(SUM(used) AS BIGINT) AS used FROM
            (SELECT pid, activity, user_id, CASE WHEN part = '' THEN times ELSE 0 END AS times,
                CASE WHEN part = '' THEN 0 ELSE times END AS periods, 0 AS used FROM participation
            UNION ALL SELECT pid, activity, user_id, 0, 0, 1 FROM prize_token WHERE used_at IS NOT NULL) AS parts
            GROUP BY activity, user_id) AS sums
        WHERE times <> used OR (periods <> 0 AND periods <> times) ORDER BY 1";
}

/// The part that stands for all time.
pub const EVER: &str = "";

/// Counts that a user takes part once more; how often that was, this time included. From here on nobody else does so
/// for this user until the transaction ends, so what was loaded before may be old. [`EVER`] comes before any other
/// part.
pub fn count(tx: &mut Tx, pid: &str, activity: i64, user_id: &str, part: &str) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(COUNT, params![bucket_of(pid, user_id), pid, activity, user_id, part])?.0)
}

/// How often a user took part so far.
pub fn times(tx: &mut Tx, pid: &str, activity: i64, user_id: &str, part: &str) -> Result<i64, Fault> {
    let found = tx.query_opt::<(i64,)>(TIMES, params![bucket_of(pid, user_id), activity, user_id, part])?;
    Ok(found.map_or(0, |(times,)| times))
}
