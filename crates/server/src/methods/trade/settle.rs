//! The money of a trade: it is paid, and given back, in one transaction with everything that follows from it.
//!
//! The decision is `domain::trade`'s; here it is recorded. Money moves last, so that the rows of both balances are locked
//! hardly longer than the COMMIT takes.

use super::coupon::{self, Chosen, VOUCHERS_MAX};
use super::notice;
use crate::jobs::{trade_expire, trade_finish};
use domain::Refusal;
use domain::trade::{Status, Trade, finishes_at};
use store::ledger::{Cause, Purse, Transfer, transfer};
use store::trade::{Refund, TradeVoucher};
use store::{Bucket, Fault, Stop, Tx, job, sales};

/// How many new ids moving a trade's money takes: an entry's, a notification's, a bill's for each voucher, and those of
/// what point cards are told.
pub const NEW_IDS: u16 = CARDS + 2;
/// Where the bills' ids begin.
const BILLS: usize = 2;
/// Where those of what cards are told begin: for more cards of one shop than two, ids are found when they are needed.
#[expect(clippy::cast_possible_truncation, reason = "two vouchers")]
const CARDS: u16 = (BILLS + VOUCHERS_MAX) as u16;

/// When money moves, and why. Plain values: a call has them, and so has a page.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Now, UTC milliseconds.
    pub at: i64,
    /// Ids in the trade's bucket: of the entry, of the notification, of the vouchers' bills, and of what cards are told.
    ids: [i64; NEW_IDS as usize],
    /// What causes it.
    pub cause: Cause<'a>,
}

impl<'a> Moment<'a> {
    /// With ids for this trade, by `new_id(nth, bucket)`.
    pub fn new(trade: &Trade, at: i64, cause: Cause<'a>, new_id: impl Fn(u16, Bucket) -> i64) -> Moment<'a> {
        let bucket = Bucket::of_id(trade.no.number);
        let mut ids = [0; NEW_IDS as usize];
        for (id, nth) in ids.iter_mut().zip(0..) {
            *id = new_id(nth, bucket);
        }
        Moment { at, ids, cause }
    }

    /// What the notification is known by.
    pub fn notice_id(&self) -> i64 {
        self.ids[1]
    }

    fn bill_ids(&self) -> &[i64] {
        &self.ids[BILLS..usize::from(CARDS)]
    }

    fn card_ids(&self) -> &[i64] {
        &self.ids[usize::from(CARDS)..]
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

/// What a member buys for is the trade's amount (crowd.count, `sum`), whoever pays for a part of it; refunds are of the same
/// amount, so the sum is what is left of it. This comes before [`settle`], in its transaction, and before the best vouchers
/// are chosen: what a newcomer takes at the moment of a first payment is either there to be chosen, or refused.
pub fn count_sale(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    sales::add(tx, &trade.pid, &trade.buyer_id, trade.total_fen)
}

/// The buyer pays what the chosen vouchers leave of the trade: money, status, vouchers, jobs, notification. Gives the paid trade with the vouchers that it was paid with; refuses by the trade's status and by the
/// buyer's balance, and then the whole transaction must end with that refusal.
///
/// Who may pay for the buyer is the caller's to see to. That two pay at once is not: one of them runs again and is refused.
pub fn settle(
    tx: &mut Tx,
    trade: Trade,
    known: Known,
    chosen: &[Chosen],
    moment: &Moment<'_>,
) -> Result<(Trade, Vec<TradeVoucher>), Stop> {
    let number = trade.no.number;
    let trade = trade.pay(coupon::off(chosen), moment.at)?;
    match known {
        Known::Now => store::trade::insert(tx, &trade)?,
        Known::Before => {
            // The job first, as whoever does it: two who want both want them in one order.
            job::take(tx, trade_expire::KIND, number)?;
            store::trade::update(tx, &trade)?;
        }
    }
    let used = coupon::spend(tx, &trade, chosen, moment.bill_ids(), moment.at)?;
    if known == Known::Before {
        coupon::release(tx, &trade, None)?;
    }
    job::put(tx, trade_finish::KIND, number, finishes_at(moment.at))?;
    notice::tell(tx, &trade, &used, None, moment.notice_id(), moment.at)?;
    notice::tell_cards(tx, &trade, &used, moment.card_ids(), moment.at)?;
    // Where vouchers pay all of it, no money moves.
    if trade.buyer_pay_fen == 0 {
        return Ok((trade, used));
    }
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
    if transfer(tx, &money)? { Ok((trade, used)) } else { Err(Refusal::BuyerBalanceNotEnough.into()) }
}

/// Gives back what `refund` says, after `trade` has decided it: `trade` is as it is afterwards. The vouchers' part of it
/// is worked out here, and the refund comes back with what is left for the buyer: that is all that the seller got, and so
/// gives. Refuses by the seller's balance, and then the whole transaction must end with that refusal.
///
/// What was paid outside of Punchcard goes back there: the buyer of an imported trade never paid from an account.
pub fn give_back(tx: &mut Tx, trade: &Trade, refund: Refund, moment: &Moment<'_>) -> Result<Refund, Stop> {
    let number = trade.no.number;
    // The member's sum first, as in a payment: two who want both want them in one order.
    sales::hold(tx, &trade.pid, &trade.buyer_id)?;
    if trade.status == Status::TradeClosed {
        job::take(tx, trade_finish::KIND, number)?;
    }
    store::trade::update(tx, trade)?;
    let mut used = coupon::used(tx, trade)?;
    let vouchers_fen = coupon::give_back(tx, trade, &mut used, refund.amount_fen, moment.bill_ids(), moment.at)?;
    let refund = Refund { buyer_fen: refund.amount_fen - vouchers_fen, ..refund };
    store::trade::insert_refund(tx, &refund)?;
    sales::add(tx, &trade.pid, &trade.buyer_id, -refund.amount_fen)?;
    notice::tell(tx, trade, &used, Some(&refund.out_request_no), moment.notice_id(), moment.at)?;
    if refund.buyer_fen == 0 {
        return Ok(refund);
    }
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
    if transfer(tx, &money)? { Ok(refund) } else { Err(Refusal::SellerBalanceNotEnough.into()) }
}

/// Closes a trade that nobody paid, and frees the voucher that it held: `trade` is as it is afterwards, `notice_id` is the
/// notification's.
pub fn shut(tx: &mut Tx, trade: &Trade, notice_id: i64, at: i64) -> Result<(), Fault> {
    job::take(tx, trade_expire::KIND, trade.no.number)?;
    store::trade::update(tx, trade)?;
    coupon::release(tx, trade, None)?;
    notice::tell(tx, trade, &[], None, notice_id, at)
}
