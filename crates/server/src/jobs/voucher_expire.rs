//! Lets the cash vouchers of a template expire whose time is over, and gives their worth back to the sponsor.

use super::context::JobContext;
use crate::acts::voucher::expiry;
use crate::acts::voucher::recycle::Entry;
use store::ledger::Cause;
use store::{Bucket, Fault, Tx, job, template};

/// What the store knows the job by; planned with the template's number when the template is paid for, and by itself for
/// the next voucher that ends.
pub const KIND: &str = job::VOUCHER_EXPIRE;
/// The transfer's, back to the sponsor.
pub const NEW_IDS: u16 = 1;

/// How many vouchers expire in one transaction, so that calls need not wait for thousands.
const CHUNK: u16 = 200;

/// Does it, a chunk at a time.
pub fn run(tx: &mut Tx, context: &JobContext) -> Result<(), Fault> {
    let Some(found) = template::get(tx, context.subject)? else { return Ok(()) };
    let id = context.new_id(0, Bucket::of_id(context.subject));
    let entry = Entry { id, at: context.now, cause: Cause::default() };
    expiry::expire(tx, &found, entry, context.due_at, CHUNK)
}
