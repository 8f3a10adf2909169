//! Ends a template of cash vouchers when the time of sending is over: drafts, too, which nobody can pay for any more.

use super::context::JobContext;
use crate::acts::voucher::expiry;
use crate::acts::voucher::recycle::Entry;
use store::ledger::Cause;
use store::{Bucket, Fault, Tx, job, template};

/// What the store knows the job by; planned with the template's number whenever the end of sending is said.
pub const KIND: &str = job::TEMPLATE_EXPIRE;
/// The transfer's, back to the sponsor.
pub const NEW_IDS: u16 = 1;

/// Does it, unless somebody was faster.
pub fn run(tx: &mut Tx, context: &JobContext) -> Result<(), Fault> {
    let Some(found) = template::get(tx, context.subject)? else { return Ok(()) };
    let Ok(ended) = found.expire(context.now) else { return Ok(()) };
    let id = context.new_id(0, Bucket::of_id(context.subject));
    expiry::end(tx, &ended, Entry { id, at: context.now, cause: Cause::default() })
}
