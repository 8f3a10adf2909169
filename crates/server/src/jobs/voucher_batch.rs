//! Sends the vouchers of a batch's next page.

use super::context::JobContext;
use crate::acts::voucher::batch;
use domain::voucher_batch::PAGE_RECIPIENTS;
use store::{Fault, Tx, job};

/// What the store knows the job by; planned with the batch's number when it begins or goes on, and with each page for
/// the next.
pub const KIND: &str = job::VOUCHER_BATCH;
/// A voucher for each recipient of a page.
pub const NEW_IDS: u16 = {
    assert!(PAGE_RECIPIENTS <= u16::MAX as usize);
    PAGE_RECIPIENTS as u16
};

/// Does it.
pub fn run(tx: &mut Tx, context: &JobContext) -> Result<(), Fault> {
    batch::send_page(tx, context.subject, context.now, |nth, bucket| context.new_id(nth, bucket))
}
