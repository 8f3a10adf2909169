//! Finishes a paid trade when the time for refunds is over.

use super::context::JobContext;
use crate::acts::trade::{notification, redemption};
use store::{Bucket, Fault, Tx};

/// What the store knows the job by; planned with the trade's number when the trade is paid.
pub const KIND: &str = store::job::TRADE_FINISH;
/// The notification's.
pub const NEW_IDS: u16 = 1;

/// Does it, unless all was given back meanwhile.
pub fn run(tx: &mut Tx, context: &JobContext) -> Result<(), Fault> {
    let trade = store::trade::get(tx, context.subject)?;
    let Some(Ok(trade)) = trade.map(domain::trade::Trade::finish) else { return Ok(()) };
    store::trade::update(tx, &trade)?;
    let used = redemption::used(tx, &trade)?;
    notification::enqueue(tx, &trade, &used, None, context.new_id(0, Bucket::of_id(context.subject)), context.now)
}
