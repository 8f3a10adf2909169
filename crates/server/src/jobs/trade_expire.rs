//! Closes a trade that was not paid in time (alipay.trade.create, rule 2).

use super::context::JobContext;
use crate::acts::trade::settle;
use store::{Bucket, Fault, Tx};

/// What the store knows the job by; planned with the trade's number when the trade is made.
pub const KIND: &str = store::job::TRADE_EXPIRE;
/// The notification's.
pub const NEW_IDS: u16 = 1;

/// Does it, unless somebody was faster.
pub fn run(tx: &mut Tx, context: &JobContext) -> Result<(), Fault> {
    let trade = store::trade::get(tx, context.subject)?;
    // It ends at its time, however late that is seen.
    let Some(Ok(trade)) = trade.map(|trade| trade.expire(context.due_at)) else { return Ok(()) };
    let notice_id = context.new_id(0, Bucket::of_id(context.subject));
    settle::shut(tx, &trade, notice_id, context.now)
}
