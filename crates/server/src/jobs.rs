//! The list of jobs: what is done when it is due, once, by whichever process holds the lease of its bucket.
//!
//! A job is planned by [`store::job::put`] in the transaction that makes it necessary, under its kind and the id of the
//! thing that it is about. A job of the list does all it does in one transaction, the one that takes its row away: so
//! its effect happens exactly once, whatever processes there are and whenever they die. It is done at its due time or
//! later, so it looks at the state of its thing first, and does nothing where nothing is left to do.
//!
//! Delivering a notification is the one job of another sort: see [`notice_deliver`].

pub mod activity_finish;
pub mod card_end;
mod context;
pub mod notice_deliver;
pub mod template_expire;
pub mod trade_expire;
pub mod trade_finish;
pub mod voucher_batch;
pub mod voucher_expire;

use self::context::JobContext;
use crate::app::App;
use store::job::Due;
use store::{Fault, Tx};

/// Every job that is done in a transaction.
pub static JOBS: &[Job] = &[
    Job { kind: activity_finish::KIND, new_ids: activity_finish::NEW_IDS, run: activity_finish::run },
    Job { kind: card_end::KIND, new_ids: card_end::NEW_IDS, run: card_end::run },
    Job { kind: template_expire::KIND, new_ids: template_expire::NEW_IDS, run: template_expire::run },
    Job { kind: trade_expire::KIND, new_ids: trade_expire::NEW_IDS, run: trade_expire::run },
    Job { kind: trade_finish::KIND, new_ids: trade_finish::NEW_IDS, run: trade_finish::run },
    Job { kind: voucher_batch::KIND, new_ids: voucher_batch::NEW_IDS, run: voucher_batch::run },
    Job { kind: voucher_expire::KIND, new_ids: voucher_expire::NEW_IDS, run: voucher_expire::run },
];

/// One line of the list: the constants and the function of a job's file.
pub struct Job {
    /// What the store knows it by, for good: `KIND`.
    pub kind: &'static str,
    /// How many new ids it needs at most: `NEW_IDS`.
    pub new_ids: u16,
    /// Does it: `run`. Its row is taken already. It may run again when the engine asks for a retry: only the
    /// transaction may be changed. After a fault nothing is kept, the row included, and it is tried again later.
    pub run: fn(&mut Tx, &JobContext) -> Result<(), Fault>,
}

impl Job {
    /// Does a job that is due, unless it was done meanwhile or planned anew.
    pub async fn run(&'static self, app: &App, due: &Due) -> Result<(), Fault> {
        let first_number = if self.new_ids == 0 { 0 } else { app.store.next_numbers(self.new_ids).await? };
        let context = JobContext { subject: due.subject, due_at: due.due_at, now: app.clock.now(), first_number };
        let due = due.clone();
        let work = move |tx: &mut Tx| if store::job::take_due(tx, &due)? { (self.run)(tx, &context) } else { Ok(()) };
        app.store.write(work).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_job_is_done_by_one() {
        let done: Vec<_> = JOBS.iter().map(|job| job.kind).chain([notice_deliver::KIND]).collect();
        assert_eq!(done, store::job::KINDS);
    }
}
