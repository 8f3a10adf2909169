//! What a job works with, beside its transaction.

use store::Bucket;

/// The job, its times and its new ids.
#[derive(Clone, Copy, Debug)]
pub struct JobContext {
    /// The id that it was planned with.
    pub subject: i64,
    /// When it was due, UTC milliseconds.
    pub due_at: i64,
    /// The clock's time, UTC milliseconds; not before `due_at`.
    pub now: i64,
    /// The first of its new numbers.
    pub(super) first_number: i64,
}

impl JobContext {
    /// The `nth` of the [`super::Job::new_ids`] new ids, counted from 0, for a thing in that bucket.
    pub fn new_id(&self, nth: u16, bucket: Bucket) -> i64 {
        bucket.id(self.first_number + i64::from(nth))
    }
}
