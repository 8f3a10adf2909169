//! Closes a trade that was not paid in time (alipay.trade.create, rule 2).

use super::Doing;
use crate::methods::trade::settle;
use store::{Bucket, Fault, Tx};

/// What the store knows the job by; planned with the trade's number when the trade is made.
pub const KIND: &str = store::job::TRADE_EXPIRE;
/// The notification's.
pub const NEW_IDS: u16 = 1;

/// Does it, unless somebody was faster.
pub fn run(tx: &mut Tx, doing: &Doing) -> Result<(), Fault> {
    let trade = store::trade::get(tx, doing.subject)?;
    // It ends at its time, however late that is seen.
    let Some(Ok(trade)) = trade.map(|trade| trade.expire(doing.due_at)) else { return Ok(()) };
    let notice_id = doing.new_id(0, Bucket::of_id(doing.subject));
    settle::shut(tx, &trade, notice_id, doing.now)
}
