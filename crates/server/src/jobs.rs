//! The list of jobs: what is done when it is due, once, by whichever process holds the lease of its bucket.
//!
//! A job is planned by [`store::job::put`] in the transaction that makes it necessary, under its kind and the id of the
//! thing that it is about. A job of the list does all it does in one transaction, the one that takes its row away: so its
//! effect happens exactly once, whatever processes there are and whenever they die. It is done at its due time or later,
//! so it looks at the state of its thing first, and does nothing where nothing is left to do.

pub mod trade_expire;
pub mod trade_finish;

use store::{Bucket, Fault, Tx};

/// Every job that is done in a transaction.
pub static JOBS: &[Job] = &[
    Job { kind: trade_expire::KIND, new_ids: trade_expire::NEW_IDS, run: trade_expire::run },
    Job { kind: trade_finish::KIND, new_ids: trade_finish::NEW_IDS, run: trade_finish::run },
];

/// One line of the list: the constants and the function of a job's file.
pub struct Job {
    /// What the store knows it by, for good: `KIND`.
    pub kind: &'static str,
    /// How many new ids it needs at most: `NEW_IDS`.
    pub new_ids: u16,
    /// Does it: `run`. Its row is taken already. It may run again when the engine asks for a retry: only the transaction
    /// may be changed. After a fault nothing is kept, the row included, and it is tried again later.
    pub run: fn(&mut Tx, &Doing) -> Result<(), Fault>,
}

/// What a job is told.
#[derive(Clone, Copy, Debug)]
pub struct Doing {
    /// The id that it was planned with.
    pub subject: i64,
    /// When it was due, UTC milliseconds.
    pub due_at: i64,
    /// The clock's time, UTC milliseconds; not before `due_at`.
    pub now: i64,
    first_number: i64,
}

impl Doing {
    /// The `nth` of the [`Job::new_ids`] new ids, counted from 0, for a thing in that bucket.
    pub fn new_id(&self, nth: u16, bucket: Bucket) -> i64 {
        bucket.id(self.first_number + i64::from(nth))
    }
}
