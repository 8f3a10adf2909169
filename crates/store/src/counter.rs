//! Stock that many take from at once: never more of it is given than there is, never is a taker refused while some is
//! left.
//!
//! A counter is one row, changed by one guarded statement. Everybody who takes waits for that row, so it is taken from
//! last in a transaction; who takes from several, does so in the order of their kinds. Its total only grows.

use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Counter,
        ..Table::by_bucket("counter", BucketOf::Id("subject"))
    }],
    proofs: &[Proof { name: "budgets of activities", count: BUDGETS, differ: BUDGETS_OFF, values: &[] }],
};

statements! {
    OPEN = "INSERT INTO counter (bucket, kind, subject, part, taken, total) VALUES ($1, $2, $3, $4, 0, $5)";
    EXTEND = "UPDATE counter SET total = $1 WHERE bucket = $2 AND kind = $3 AND subject = $4 AND total < $1";
    // The taker may know a smaller total than the row has: the greater one holds, for it was given since.
    TAKE = "INSERT INTO counter (bucket, kind, subject, part, taken, total) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (bucket, kind, subject, part) DO UPDATE SET taken = counter.taken + excluded.taken,
            total = CASE WHEN counter.total < excluded.total THEN excluded.total ELSE counter.total END
        WHERE counter.taken + excluded.taken <= counter.total OR counter.taken + excluded.taken <= excluded.total";
    HOLD = "UPDATE counter SET taken = taken WHERE bucket = $1 AND kind = $2 AND subject = $3";
    GET = "SELECT taken, total FROM counter WHERE bucket = $1 AND kind = $2 AND subject = $3 AND part = $4";
    BUDGETS: proof = "SELECT COUNT(*) FROM counter WHERE kind IN ('budget', 'day_budget')";
    // Every token that was used took one of the budget, and one of its day's where days have one.
    BUDGETS_OFF: proof = "SELECT COALESCE(activity.pid || '/' || activity.name, 'no activity'),
            CAST(sums.taken AS TEXT) || ' in all, ' || CAST(sums.daily AS TEXT) || ' on days', CAST(sums.used AS TEXT) FROM
        (SELECT subject, CAST(SUM(taken) AS BIGINT) AS taken, CAST(SUM(daily) AS BIGINT) AS daily,
            CAST(SUM(used) AS BIGINT) AS used FROM
            (SELECT subject, CASE WHEN kind = 'budget' THEN taken ELSE 0 END AS taken,
                CASE WHEN kind = 'day_budget' THEN taken ELSE 0 END AS daily, 0 AS used FROM counter
                WHERE kind IN ('budget', 'day_budget')
            UNION ALL SELECT activity, 0, 0, 1 FROM prize_token WHERE used_at IS NOT NULL) AS parts
            GROUP BY subject) AS sums
        LEFT JOIN activity ON activity.id = sums.subject
        WHERE sums.taken <> sums.used OR (sums.daily <> 0 AND sums.daily <> sums.used) ORDER BY 1";
}

/// How much there is and was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    /// What was taken of it.
    pub taken: i64,
    /// What there is to take in all.
    pub total: i64,
}

/// Opens a counter of the thing `subject` (an id) before anybody takes from it.
pub fn open(tx: &mut Tx, kind: &str, subject: i64, part: &str, total: i64) -> Result<(), Fault> {
    tx.execute(OPEN, params![Bucket::of_id(subject), kind, subject, part, total]).map(drop)
}

/// Raises the total of all parts of a counter that are there; a smaller one changes nothing.
pub fn extend(tx: &mut Tx, kind: &str, subject: i64, total: i64) -> Result<(), Fault> {
    tx.execute(EXTEND, params![total, Bucket::of_id(subject), kind, subject]).map(drop)
}

/// Takes `n` of a part, all or none; whether they were there. A part that nobody has taken from yet begins with
/// `total`, which is also what the taker knows the total to be.
pub fn take(tx: &mut Tx, kind: &str, subject: i64, part: &str, n: i64, total: i64) -> Result<bool, Fault> {
    if total < n {
        return Ok(false);
    }
    Ok(tx.execute(TAKE, params![Bucket::of_id(subject), kind, subject, part, n, total])? == 1)
}

/// Has everybody who takes from a counter wait until this transaction ends.
pub fn hold(tx: &mut Tx, kind: &str, subject: i64) -> Result<(), Fault> {
    tx.execute(HOLD, params![Bucket::of_id(subject), kind, subject]).map(drop)
}

/// How a part stands; `None` for one that was not opened and nobody took from.
pub fn left(tx: &mut Tx, kind: &str, subject: i64, part: &str) -> Result<Option<Stock>, Fault> {
    let row = tx.query_opt(GET, params![Bucket::of_id(subject), kind, subject, part])?;
    Ok(row.map(|(taken, total)| Stock { taken, total }))
}

impl Stock {
    /// What can still be taken.
    pub fn left(self) -> i64 {
        self.total - self.taken
    }

    /// The same for a reader who knows the total to be this. The row may know a smaller one: a part begins with the
    /// total that its first taker had read, and that may have been raised before the taker came to write it.
    pub fn left_of(self, total: i64) -> i64 {
        self.total.max(total) - self.taken
    }
}
