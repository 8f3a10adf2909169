//! The money of a trade: it is paid, and given back, in one transaction with everything that follows from it.
//!
//! The decision is `domain::trade`'s; here it is recorded. Money moves last, so that the rows of both balances are
//! locked hardly longer than the COMMIT takes.

use super::choice::{Choice, Chosen};
use super::context::{TradeContext, TradeOrigin};
use super::detail::TradeDetail;
use super::holding::Worth;
use super::notification;
use super::redemption::{self, Parts};
use crate::acts::voucher::flux;
use crate::acts::voucher::recycle::{self, Entry};
use domain::Refusal;
use domain::trade::{Status, Trade, finishes_at};
use store::ledger::{Party, Transfer, transfer_all};
use store::trade::{Refund, TradeVoucher};
use store::world::Account;
use store::{Fault, Stop, Tx, job, sales, takings, template};

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
    let off = choice.off(&trade);
    let trade = trade.pay(off, context.at)?;
    // What a voucher's fund gives back to its sponsor below, who may be the buyer, does not pay for this trade.
    if buyer.balance_fen < trade.buyer_pay_fen {
        // The trade itself may have spent vouchers and balance since it was loaded.
        if origin == TradeOrigin::Stored
            && let Some(trade) = store::trade::get(tx, number)?
        {
            trade.payable(context.at)?;
        }
        return Err(Refusal::BuyerBalanceNotEnough.into());
    }
    match origin {
        TradeOrigin::New => store::trade::insert(tx, &trade)?,
        TradeOrigin::Stored => {
            // The job first, as whoever does it: two who want both want them in one order.
            job::take(tx, job::TRADE_EXPIRE, number)?;
            store::trade::update(tx, &trade)?;
        }
    }
    let used = redemption::spend(tx, &trade, &choice.chosen, context.bill_ids(), context.at)?;
    redemption::release_unspent(tx, &trade, choice)?;
    job::put(tx, job::TRADE_FINISH, number, finishes_at(context.at))?;
    notification::enqueue_payment(tx, &trade, detail, &used, buyer, context)?;
    let mut money = Vec::with_capacity(3);
    // Where vouchers pay all of it, the buyer pays nothing.
    if 0 < trade.buyer_pay_fen {
        money.push(Transfer {
            id: context.transfer_id(),
            debit: Party::Account(&trade.buyer_id),
            credit: Party::Account(&trade.seller_id),
            amount_fen: trade.buyer_pay_fen,
            kind: "pay",
            trade: Some(number),
            at: context.at,
            cause: context.cause,
        });
    }
    let cash = choice.chosen.iter().zip(&used).find_map(|(chosen, used)| match &chosen.worth {
        Worth::Cash(template, _) => Some((chosen, template, used)),
        Worth::Coupon(_) => None,
    });
    let mut surplus = None;
    if let Some((chosen, template, used)) = cash {
        flux::enqueue(tx, template, &trade, used, context.flux_id(), context.at)?;
        surplus = recycle::count_use(tx, template.id.number, chosen.fen)?;
        money.push(from_fund(&trade, template.id.number, chosen, context));
    }
    takings::count_payment(tx, &trade)?;
    let entry = Entry { id: context.recycle_id(), at: context.at, cause: context.cause };
    money.extend(surplus.iter().map(|surplus| surplus.transfer(entry)));
    match transfer_all(tx, &money)? {
        None => Ok((trade, used)),
        Some(Party::Template(_)) => {
            Err(Fault::bug("the fund of a template has less than its vouchers are worth").into())
        }
        Some(_) => Err(Refusal::BuyerBalanceNotEnough.into()),
    }
}

/// What a cash voucher pays: its template's fund to the seller. Where the seller has paid for the voucher in advance it
/// gets that money back, and nothing for the trade.
fn from_fund<'a>(trade: &'a Trade, template: i64, chosen: &Chosen, context: &TradeContext<'a>) -> Transfer<'a> {
    let is_own = 0 < chosen.seller_fen(trade);
    Transfer {
        id: context.voucher_transfer_id(),
        debit: Party::Template(template),
        credit: Party::Account(&trade.seller_id),
        amount_fen: chosen.fen,
        kind: "voucher",
        trade: (!is_own).then_some(trade.no.number),
        at: context.at,
        cause: context.cause,
    }
}

/// Gives back what `refund` says, after `trade` has decided it: `trade` is as it is afterwards. The vouchers' part of
/// it is worked out here, and the refund comes back with what is left for the buyer. The seller gives what it got: the
/// buyer's part to the buyer, a cash voucher's to the sponsor of its template. Refuses by the seller's balance, and
/// then the whole transaction must end with that refusal.
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
    let mut used = redemption::used(tx, trade)?;
    let parts = redemption::give_back(tx, trade, &mut used, refund.amount_fen, context.bill_ids(), context.at)?;
    let cash_fen = parts.cash.map_or(0, |(_, fen)| fen);
    let refund = Refund { buyer_fen: refund.amount_fen - parts.all_fen, cash_fen, ..refund };
    store::trade::insert_refund(tx, &refund)?;
    sales::add(tx, &trade.pid, &trade.buyer_id, -refund.amount_fen)?;
    notification::enqueue(tx, trade, &used, Some(&refund.out_request_no), context.notice_id(), context.at)?;
    let sponsor_id = count_refund(tx, parts)?;
    takings::count_refund(tx, trade, &refund)?;
    let mut money = Vec::with_capacity(2);
    let buyer = if trade.imported_no.is_some() { Party::Outside(&trade.pid) } else { Party::Account(&trade.buyer_id) };
    let from_seller = |id, credit, amount_fen, kind| Transfer {
        id,
        debit: Party::Account(&trade.seller_id),
        credit,
        amount_fen,
        kind,
        trade: Some(number),
        at: context.at,
        cause: context.cause,
    };
    if 0 < refund.buyer_fen {
        let kind = if refund.cancels { "cancel" } else { "refund" };
        money.push(from_seller(context.transfer_id(), buyer, refund.buyer_fen, kind));
    }
    if let Some(sponsor_id) = &sponsor_id {
        let sponsor = Party::Account(sponsor_id);
        money.push(from_seller(context.voucher_transfer_id(), sponsor, cash_fen, "voucher_refund"));
    }
    match transfer_all(tx, &money)? {
        None => Ok(refund),
        Some(_) => Err(Refusal::SellerBalanceNotEnough.into()),
    }
}

/// Counts a refund's part of a cash voucher. Gives the account that gets it from the seller: the sponsor of the
/// voucher's template, unless that is the seller, who keeps what it had paid in advance.
fn count_refund(tx: &mut Tx, parts: Parts) -> Result<Option<String>, Fault> {
    let Some((number, fen)) = parts.cash else { return Ok(None) };
    template::count_refund(tx, number, fen)?;
    if parts.is_own {
        return Ok(None);
    }
    let template = template::get(tx, number)?.ok_or_else(|| Fault::bug("a voucher of a template that is not there"))?;
    Ok(Some(template.sponsor_id))
}

/// Closes a trade that nobody paid, and frees the coupon that it held: `trade` is as it is afterwards, `notice_id` is
/// the notification's.
pub fn shut(tx: &mut Tx, trade: &Trade, notice_id: i64, at: i64) -> Result<(), Fault> {
    job::take(tx, job::TRADE_EXPIRE, trade.no.number)?;
    store::trade::update(tx, trade)?;
    redemption::release(tx, trade)?;
    notification::enqueue(tx, trade, &[], None, notice_id, at)
}
