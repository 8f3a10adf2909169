//! The money of a trade: it is paid, and given back, in one transaction with everything that follows from it.
//!
//! The decision is `domain::trade`'s; here it is recorded. Money moves last, so that the rows of both balances are locked
//! hardly longer than the COMMIT takes.

use super::notice;
use crate::jobs::{trade_expire, trade_finish};
use domain::Refusal;
use domain::trade::{Status, Trade, finishes_at};
use store::ledger::{Cause, Purse, Transfer, transfer};
use store::trade::Refund;
use store::{Bucket, Stop, Tx, job, member, sales};

/// How many new ids moving a trade's money takes.
pub const NEW_IDS: u16 = 2;

/// When money moves, and why. Plain values: a call has them, and so has a page.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Now, UTC milliseconds.
    pub at: i64,
    /// Ids in the trade's bucket: of the entry, and of the notification.
    ids: [i64; NEW_IDS as usize],
    /// What causes it.
    pub cause: Cause<'a>,
}

impl<'a> Moment<'a> {
    /// With ids for this trade, by `new_id(nth, bucket)`.
    pub fn new(trade: &Trade, at: i64, cause: Cause<'a>, new_id: impl Fn(u16, Bucket) -> i64) -> Moment<'a> {
        let bucket = Bucket::of_id(trade.no.number);
        Moment { at, ids: [new_id(0, bucket), new_id(1, bucket)], cause }
    }

    /// What the notification is known by.
    pub fn notice_id(&self) -> i64 {
        self.ids[1]
    }
}

/// Whether the store has the trade already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was made by a call before, and waits.
    Before,
    /// This transaction makes it.
    Now,
}

/// The buyer pays the trade: money, status, the member and its sum, jobs, notification. Gives the paid trade; refuses by
/// the trade's status and by the buyer's balance, and then the whole transaction must end with that refusal.
///
/// Who may pay for the buyer is the caller's to see to. That two pay at once is not: one of them runs again and is refused.
pub fn settle(tx: &mut Tx, trade: Trade, known: Known, moment: &Moment<'_>) -> Result<Trade, Stop> {
    let number = trade.no.number;
    let trade = trade.pay(moment.at)?;
    match known {
        Known::Now => store::trade::insert(tx, &trade)?,
        Known::Before => {
            // The job first, as whoever does it: two who want both want them in one order.
            job::take(tx, trade_expire::KIND, number)?;
            store::trade::update(tx, &trade)?;
        }
    }
    job::put(tx, trade_finish::KIND, number, finishes_at(moment.at))?;
    member::ensure(tx, &trade.pid, &trade.buyer_id)?;
    sales::add(tx, &trade.pid, &trade.buyer_id, trade.total_fen)?;
    notice::tell(tx, &trade, None, moment.notice_id(), moment.at)?;
    let money = Transfer {
        id: moment.ids[0],
        debit: Purse::Account(&trade.buyer_id),
        credit: Purse::Account(&trade.seller_id),
        amount_fen: trade.buyer_pay_fen,
        kind: "pay",
        trade: Some(number),
        at: moment.at,
        cause: moment.cause,
    };
    if transfer(tx, &money)? { Ok(trade) } else { Err(Refusal::BuyerBalanceNotEnough.into()) }
}

/// Gives back what `refund` says, after `trade` has decided it: `trade` is as it is afterwards. Refuses by the seller's
/// balance, and then the whole transaction must end with that refusal.
///
/// What was paid outside of Punchcard goes back there: the buyer of an imported trade never paid from an account.
pub fn give_back(tx: &mut Tx, trade: &Trade, refund: &Refund, moment: &Moment<'_>) -> Result<(), Stop> {
    let number = trade.no.number;
    if trade.status == Status::TradeClosed {
        job::take(tx, trade_finish::KIND, number)?;
    }
    store::trade::update(tx, trade)?;
    store::trade::insert_refund(tx, refund)?;
    sales::add(tx, &trade.pid, &trade.buyer_id, -refund.amount_fen)?;
    notice::tell(tx, trade, Some(&refund.out_request_no), moment.notice_id(), moment.at)?;
    let buyer = if trade.imported_no.is_some() { Purse::Outside(&trade.pid) } else { Purse::Account(&trade.buyer_id) };
    let money = Transfer {
        id: moment.ids[0],
        debit: Purse::Account(&trade.seller_id),
        credit: buyer,
        amount_fen: refund.buyer_fen,
        kind: if refund.cancels { "cancel" } else { "refund" },
        trade: Some(number),
        at: moment.at,
        cause: moment.cause,
    };
    if transfer(tx, &money)? { Ok(()) } else { Err(Refusal::SellerBalanceNotEnough.into()) }
}

/// Closes a trade that nobody paid: `trade` is as it is afterwards, `notice_id` is the notification's.
pub fn shut(tx: &mut Tx, trade: &Trade, notice_id: i64, at: i64) -> Result<(), store::Fault> {
    job::take(tx, trade_expire::KIND, trade.no.number)?;
    store::trade::update(tx, trade)?;
    notice::tell(tx, trade, None, notice_id, at)
}
