//! What is due, and when: jobs. The transaction that does a job takes its row away, so each is done once.

use crate::changes::change::Change;
use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::row::Val;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

/// How many kinds of jobs a process may know.
pub const KINDS_MAX: usize = 8;

// The kinds of jobs. Stores hold their names, so a name never changes; the proofs name them too.

/// Ends an activity at its end, or moves that on; planned with the activity's number.
pub const ACTIVITY_FINISH: &str = "activity_finish";
/// Cancels what is frozen on a point card at its end; planned with the card's number.
pub const CARD_END: &str = "card_end";
/// Delivers a notification; planned with its id.
pub const NOTICE_DELIVER: &str = "notice_deliver";
/// Ends a template of cash vouchers when the time of sending is over; planned with the template's number.
pub const TEMPLATE_EXPIRE: &str = "template_expire";
/// Closes a trade that was not paid in time; planned with the trade's number.
pub const TRADE_EXPIRE: &str = "trade_expire";
/// Finishes a paid trade when the time for refunds is over; planned with the trade's number, also by an import.
pub const TRADE_FINISH: &str = "trade_finish";
/// Sends the vouchers of a batch's next page; planned with the batch's number.
pub const VOUCHER_BATCH: &str = "voucher_batch";
/// Ends the vouchers of a template whose time is over; planned with the template's number, for the next that ends.
pub const VOUCHER_EXPIRE: &str = "voucher_expire";

/// Every kind of job that this build does. Jobs of other kinds, a newer build's, are left alone.
pub const KINDS: [&str; 8] = [
    ACTIVITY_FINISH,
    CARD_END,
    TEMPLATE_EXPIRE,
    TRADE_EXPIRE,
    TRADE_FINISH,
    VOUCHER_BATCH,
    VOUCHER_EXPIRE,
    NOTICE_DELIVER,
];

pub(crate) static MODULE: Module = Module {
    tables: &[Table { without_rowid: true, lock: Lock::Job, ..Table::by_bucket("job", BucketOf::Id("subject")) }],
    proofs: &[],
};

statements! {
    PUT = "INSERT INTO job (bucket, kind, subject, lane, due_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (bucket, kind, subject) DO UPDATE SET lane = excluded.lane, due_at = excluded.due_at";
    TAKE = "DELETE FROM job WHERE bucket = $1 AND kind = $2 AND subject = $3";
    TAKE_DUE = "DELETE FROM job WHERE bucket = $1 AND kind = $2 AND subject = $3 AND due_at = $4";
    DUE: all_buckets = "SELECT due_at, subject, kind, lane FROM job
        WHERE due_at <= $1 AND (due_at, subject, kind) > ($2, $3, $4) AND kind IN ($5, $6, $7, $8, $9, $10, $11, $12)
        ORDER BY due_at, subject, kind LIMIT $13";
    FIRST: all_buckets = "SELECT due_at, subject, kind, lane FROM job
        WHERE due_at > $1 AND kind IN ($2, $3, $4, $5, $6, $7, $8, $9)
        ORDER BY due_at, subject, kind LIMIT 1";
    WAITING: all_buckets = "SELECT COUNT(*) FROM job WHERE due_at <= $1 AND kind = $2";
}

static PUT_MANY: Rows<5> = Rows::new(
    "INSERT INTO job (bucket, kind, subject, lane, due_at) VALUES",
    ["INTEGER", "TEXT", "BIGINT", "TEXT", "BIGINT"],
    "",
);

/// A planned job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When it is due, UTC milliseconds.
    pub due_at: i64,
    /// The id of the thing that it is about.
    pub subject: i64,
    /// What is to be done.
    pub kind: String,
    /// The queue in which it may have to wait for others; empty where it waits for none. The column is called `lane`.
    pub queue: String,
}

/// Plans the job of this kind for the thing `subject` (an id), or plans it anew, for `due_at`, UTC milliseconds.
pub fn put(tx: &mut Tx, kind: &str, subject: i64, due_at: i64) -> Result<(), Fault> {
    put_in_queue(tx, kind, "", subject, due_at)
}

/// The same for a job that may have to wait for others of its queue, and for those only.
pub fn put_in_queue(tx: &mut Tx, kind: &str, queue: &str, subject: i64, due_at: i64) -> Result<(), Fault> {
    tx.execute(PUT, params![Bucket::of_id(subject), kind, subject, queue, due_at])?;
    tx.after_commit(Change::Job { due_at });
    Ok(())
}

/// Plans jobs of one kind, each for its thing and its time. Nobody else is planning any for these things.
pub(crate) fn put_many(tx: &mut Tx, kind: &str, jobs: &[(i64, i64)]) -> Result<(), Fault> {
    let row = |&(subject, due_at): &(i64, i64)| {
        [Bucket::of_id(subject).into(), kind.into(), subject.into(), "".into(), due_at.into()]
    };
    tx.execute_rows(&PUT_MANY, jobs.iter().map(row))?;
    if let Some(due_at) = jobs.iter().map(|&(_, due_at)| due_at).min() {
        tx.after_commit(Change::Job { due_at });
    }
    Ok(())
}

/// Takes a job away, because it is done with this transaction or no longer needed; whether it was there.
pub fn take(tx: &mut Tx, kind: &str, subject: i64) -> Result<bool, Fault> {
    Ok(tx.execute(TAKE, params![Bucket::of_id(subject), kind, subject])? == 1)
}

/// Takes a job away as it was found due; false if it was done meanwhile, or planned anew.
pub fn take_due(tx: &mut Tx, due: &Due) -> Result<bool, Fault> {
    let Due { due_at, subject, kind, .. } = due;
    Ok(tx.execute(TAKE_DUE, params![Bucket::of_id(*subject), kind, *subject, *due_at])? == 1)
}

/// The first `limit` jobs of these kinds that are due at `now`, in the order in which they are, after `last` of an
/// earlier page. Jobs of other kinds, a newer node's, are left alone.
pub fn due(tx: &mut Tx, kinds: &[&str], now: i64, last: Option<&Due>, limit: usize) -> Result<Vec<Due>, Fault> {
    let (due_at, subject, kind) = last.map_or((i64::MIN, 0, ""), |last| (last.due_at, last.subject, &*last.kind));
    let mut values = vec![Val::Int(now), Val::Int(due_at), Val::Int(subject), Val::Text(kind)];
    values.extend(padded(kinds));
    values.push(Val::Int(limit.try_into().expect("a page is small")));
    Ok(tx.query(DUE, &values)?.into_iter().map(planned).collect())
}

/// The next job of these kinds that is due after `time`, UTC milliseconds.
pub fn first_after(tx: &mut Tx, kinds: &[&str], time: i64) -> Result<Option<Due>, Fault> {
    let mut values = vec![Val::Int(time)];
    values.extend(padded(kinds));
    Ok(tx.query_opt(FIRST, &values)?.map(planned))
}

/// How many jobs of this kind are due until `time`.
pub fn waiting(tx: &mut Tx, kind: &str, time: i64) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(WAITING, params![time, kind])?.0)
}

fn planned((due_at, subject, kind, queue): (i64, i64, String, String)) -> Due {
    Due { due_at, subject, kind, queue }
}

/// One statement for however many kinds there are: an empty text is no kind.
fn padded<'a>(kinds: &[&'a str]) -> impl Iterator<Item = Val<'a>> {
    assert!(kinds.len() <= KINDS_MAX, "{} kinds of jobs", kinds.len());
    let none = KINDS_MAX - kinds.len();
    kinds.iter().copied().map(Val::Text).chain(std::iter::repeat_n(Val::Text(""), none))
}
