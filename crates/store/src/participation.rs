//! How often users took part in activities, for ever and by day, week or month.

use crate::bucket::bucket_of;
use crate::fault::Fault;
use crate::params;
use crate::sql::statements;
use crate::tx::Tx;

statements! {
    COUNT = "INSERT INTO participation (bucket, pid, activity, user_id, part, times) VALUES ($1, $2, $3, $4, $5, 1)
        ON CONFLICT (bucket, activity, user_id, part) DO UPDATE SET times = participation.times + 1 RETURNING times";
    TIMES = "SELECT times FROM participation WHERE bucket = $1 AND activity = $2 AND user_id = $3 AND part = $4";
}

/// The part that stands for all time.
pub const EVER: &str = "";

/// Counts that a user takes part once more; how often that was, this time included. From here on nobody else does so for
/// this user until the transaction ends, so what was loaded before may be old. [`EVER`] comes before any other part.
pub fn count(tx: &mut Tx, pid: &str, activity: i64, user_id: &str, part: &str) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(COUNT, params![bucket_of(pid, user_id), pid, activity, user_id, part])?.0)
}

/// How often a user took part so far.
pub fn times(tx: &mut Tx, pid: &str, activity: i64, user_id: &str, part: &str) -> Result<i64, Fault> {
    let found = tx.query_opt::<(i64,)>(TIMES, params![bucket_of(pid, user_id), activity, user_id, part])?;
    Ok(found.map_or(0, |(times,)| times))
}
