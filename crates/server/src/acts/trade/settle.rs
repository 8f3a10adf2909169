//! The money of a trade: it is paid, and given back, in one transaction with everything that follows from it.
//!
//! The decision is `domain::trade`'s; here it is recorded. Money moves last, so that the rows of both balances are
//! locked hardly longer than the COMMIT takes.

use super::context::{TradeContext, TradeOrigin};
use super::coupon::{self, Choice};
use super::detail::TradeDetail;
use super::notification;
use domain::Refusal;
use domain::trade::{Status, Trade, finishes_at};
use store::ledger::{Party, Transfer, transfer};
use store::trade::{Refund, TradeVoucher};
use store::world::Account;
use store::{Fault, Stop, Tx, job, sales};

/// A payment, with what this transaction has read for it.
pub struct Payment<'a> {
    /// The trade, as it waits to be paid.
    pub trade: Trade,
    /// What is kept of its order.
    pub detail: &'a TradeDetail,
    /// Whether the store has the trade.
    pub origin: TradeOrigin,
    /// The buyer's account.
    pub buyer: &'a Account,
    /// The coupons that the trade takes.
    pub choice: &'a Choice,
}

/// Adds a trade's whole amount to what the member has bought for (crowd.count, `sum`), whoever pays for a part of it;
/// refunds take the same amounts away. This comes before [`settle`], in its transaction, and before the best coupons
/// are chosen: what a newcomer takes at the moment of a first payment is either there to be chosen, or refused.
pub fn count_sale(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    sales::add(tx, &trade.pid, &trade.buyer_id, trade.total_fen)
}

/// The buyer pays what the chosen coupons leave of the trade: money, status, coupons, jobs, notifications. Gives the
/// paid trade with the vouchers that it was paid with. Refuses by the trade's status and by the buyer's balance, and
/// then the whole transaction must end with that refusal.
///
/// The caller sees to it that who pays may pay for the buyer. Of two payments at once one runs again and is refused.
pub fn settle(
    tx: &mut Tx,
    payment: Payment<'_>,
    context: &TradeContext<'_>,
) -> Result<(Trade, Vec<TradeVoucher>), Stop> {
    let Payment { trade, detail, origin, buyer, choice } = payment;
    let number = trade.no.number;
    let trade = trade.pay(choice.off(), context.at)?;
    match origin {
        TradeOrigin::New => store::trade::insert(tx, &trade)?,
        TradeOrigin::Stored => {
            // The job first, as whoever does it: two who want both want them in one order.
            job::take(tx, job::TRADE_EXPIRE, number)?;
            store::trade::update(tx, &trade)?;
        }
    }
    let used = coupon::spend(tx, &trade, &choice.chosen, context.bill_ids(), context.at)?;
    coupon::release_unspent(tx, &trade, choice)?;
    job::put(tx, job::TRADE_FINISH, number, finishes_at(context.at))?;
    notification::enqueue_payment(tx, &trade, detail, &used, buyer, context)?;
    // Where vouchers pay all of it, no money moves.
    if trade.buyer_pay_fen == 0 {
        return Ok((trade, used));
    }
    let money = Transfer {
        id: context.transfer_id(),
        debit: Party::Account(&trade.buyer_id),
        credit: Party::Account(&trade.seller_id),
        amount_fen: trade.buyer_pay_fen,
        kind: "pay",
        trade: Some(number),
        at: context.at,
        cause: context.cause,
    };
    if transfer(tx, &money)? { Ok((trade, used)) } else { Err(Refusal::BuyerBalanceNotEnough.into()) }
}

/// Gives back what `refund` says, after `trade` has decided it: `trade` is as it is afterwards. The vouchers' part of
/// it is worked out here, and the refund comes back with what is left for the buyer: that is all that the seller got,
/// and so gives. Refuses by the seller's balance, and then the whole transaction must end with that refusal.
///
/// What was paid outside of Punchcard goes back there: the buyer of an imported trade never paid from an account.
pub fn give_back(tx: &mut Tx, trade: &Trade, refund: Refund, context: &TradeContext<'_>) -> Result<Refund, Stop> {
    let number = trade.no.number;
    // The member's sum first, as in a payment: two who want both want them in one order.
    sales::hold(tx, &trade.pid, &trade.buyer_id)?;
    if trade.status == Status::TradeClosed {
        job::take(tx, job::TRADE_FINISH, number)?;
    }
    store::trade::update(tx, trade)?;
    let mut used = coupon::used(tx, trade)?;
    let vouchers_fen = coupon::give_back(tx, trade, &mut used, refund.amount_fen, context.bill_ids(), context.at)?;
    let refund = Refund { buyer_fen: refund.amount_fen - vouchers_fen, ..refund };
    store::trade::insert_refund(tx, &refund)?;
    sales::add(tx, &trade.pid, &trade.buyer_id, -refund.amount_fen)?;
    notification::enqueue(tx, trade, &used, Some(&refund.out_request_no), context.notice_id(), context.at)?;
    if refund.buyer_fen == 0 {
        return Ok(refund);
    }
    let buyer = if trade.imported_no.is_some() { Party::Outside(&trade.pid) } else { Party::Account(&trade.buyer_id) };
    let money = Transfer {
        id: context.transfer_id(),
        debit: Party::Account(&trade.seller_id),
        credit: buyer,
        amount_fen: refund.buyer_fen,
        kind: if refund.cancels { "cancel" } else { "refund" },
        trade: Some(number),
        at: context.at,
        cause: context.cause,
    };
    if transfer(tx, &money)? { Ok(refund) } else { Err(Refusal::SellerBalanceNotEnough.into()) }
}

/// Closes a trade that nobody paid, and frees the coupon that it held: `trade` is as it is afterwards, `notice_id` is
/// the notification's.
pub fn shut(tx: &mut Tx, trade: &Trade, notice_id: i64, at: i64) -> Result<(), Fault> {
    job::take(tx, job::TRADE_EXPIRE, trade.no.number)?;
    store::trade::update(tx, trade)?;
    coupon::release(tx, trade)?;
    notification::enqueue(tx, trade, &[], None, notice_id, at)
}
