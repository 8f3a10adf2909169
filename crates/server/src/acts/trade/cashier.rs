//! What the cashier page does with a trade that waits: it is looked at, holds a coupon, and is paid by its buyer's PIN,
//! each in one transaction (`docs/decisions.md`, "Cashier").

use super::choice::{self, Offer, Want, Wanted};
use super::context::{TradeContext, TradeOrigin};
use super::detail::TradeDetail;
use super::redemption;
use super::settle::{self, Payment};
use crate::acts::pin::{self, Proof};
use crate::keys;
use domain::Refusal;
use domain::coupon::choice::Class;
use domain::id::TradeNoText;
use domain::pin::{Pin, Tries};
use domain::trade::Trade;
use store::ledger::Cause;
use store::trade::TradeVoucher;
use store::world::{self, Account};
use store::{Bucket, Fault, Stop, Tx};

/// What opens a trade's page.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The trade's number.
    pub trade_no: &'a str,
    /// The page's token.
    pub token: &'a str,
}

/// What the page is made from.
pub struct Desk {
    /// The trade.
    pub trade: Trade,
    /// What the seller is called.
    pub seller: String,
    /// The buyer's account.
    pub buyer: Option<Account>,
    /// The tries of the buyer's PIN.
    pub tries: Tries,
    /// What the buyer may choose from, and what is chosen.
    pub offer: Offer,
    /// The vouchers that it was paid with.
    pub used: Vec<TradeVoucher>,
}

/// A payment by the buyer's PIN.
#[derive(Clone, Copy)]
pub struct PinPayment<'a> {
    /// What opens the page that it comes from.
    pub opening: Opening<'a>,
    /// The PIN.
    pub pin: &'a Pin,
    /// What the page showed as chosen.
    pub wanted: Wanted,
    /// The name in the log of the request that pays.
    pub trace_id: &'a str,
    /// Now, UTC milliseconds.
    pub at: i64,
}

/// What came of a payment by PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The trade is paid with this transaction.
    Paid,
    /// The trade had been paid before.
    PaidBefore,
    /// Nothing opens, the trade can be paid no longer, or no PIN may be tried.
    NotTried,
    /// The PIN was wrong, and is counted.
    WrongPin,
    /// The PIN was right, and the coupon cannot be used any more.
    CouponGone,
    /// The PIN was right, and the balance is too low.
    BalanceTooLow,
}

impl Opening<'_> {
    /// The trade, if this opens it: nobody learns whether it is the number or the token that is wrong.
    fn open(&self, tx: &mut Tx) -> Result<Option<Trade>, Fault> {
        let Some(text) = TradeNoText::parse(self.trade_no) else { return Ok(None) };
        let found = store::trade::get(tx, text.number)?.filter(|trade| text.names(trade.no));
        let opens = |token: &str| keys::same(token, self.token);
        Ok(found.filter(|trade| trade.page_token.as_deref().is_some_and(opens)))
    }
}

impl Desk {
    /// What the page shows at `now`, UTC milliseconds, when this is wanted; `None` where nothing opens.
    pub fn load(tx: &mut Tx, opening: Opening<'_>, wanted: Wanted, now: i64) -> Result<Option<Desk>, Fault> {
        let Some(trade) = opening.open(tx)? else { return Ok(None) };
        let offer = match trade.payable(now) {
            Ok(()) => choice::offer(tx, &trade, &TradeDetail::of(&trade), wanted, now)?,
            Err(_) => Offer::default(),
        };
        let used = redemption::used(tx, &trade)?;
        let seller = world::merchant_label(tx, &trade.pid)?;
        let buyer = world::account(tx, &trade.buyer_id)?;
        let tries = store::pin::tries(tx, &trade.buyer_id)?;
        Ok(Some(Desk { trade, seller, buyer, tries, offer, used }))
    }
}

/// The trade holds what its page shows as chosen, from `now` (UTC milliseconds) on for a quarter of an hour.
/// Gives what the page shows; `None` where nothing opens.
pub fn hold(tx: &mut Tx, opening: Opening<'_>, wanted: Wanted, now: i64) -> Result<Option<Desk>, Stop> {
    let Some(mut desk) = Desk::load(tx, opening, wanted, now)? else { return Ok(None) };
    // On PostgreSQL each statement sees what was committed before it: the trade may have been paid, with just these
    // coupons, after it was read.
    let Some(trade) = opening.open(tx)? else { return Ok(None) };
    if trade != desk.trade {
        let Some(again) = Desk::load(tx, opening, wanted, now)? else { return Ok(None) };
        desk = again;
    }
    if desk.trade.payable(now).is_ok() {
        redemption::hold(tx, &desk.trade, &desk.offer.choice, now)?;
    }
    Ok(Some(desk))
}

/// Tries the PIN, counts it, and pays with all that follows from it. `kept_pin` reads the PIN that an account has,
/// `new_id(nth, bucket)` gives the new ids of a [`TradeContext`].
///
/// After a refusal nothing may be kept, the PIN's count included: so what can be seen here is an [`Outcome`] and no
/// refusal.
pub fn pay(
    tx: &mut Tx,
    payment: PinPayment<'_>,
    kept_pin: impl Fn(&Account) -> Option<Pin>,
    new_id: impl Fn(u16, Bucket) -> i64,
) -> Result<Outcome, Stop> {
    let PinPayment { opening, pin, wanted, trace_id, at } = payment;
    let Some(trade) = opening.open(tx)? else { return Ok(Outcome::NotTried) };
    if let Err(refusal) = trade.payable(at) {
        return Ok(unpayable(refusal));
    }
    let buyer = match pin::prove(tx, &trade.buyer_id, pin, kept_pin, at)? {
        Proof::Right(buyer) => buyer,
        Proof::Wrong => return Ok(Outcome::WrongPin),
        Proof::NotTried => return Ok(Outcome::NotTried),
    };
    // The proof may have waited for another of this account's, so the trade may be old.
    let Some(trade) = opening.open(tx)? else { return Ok(Outcome::NotTried) };
    if let Err(refusal) = trade.payable(at) {
        return Ok(unpayable(refusal));
    }
    let detail = TradeDetail::of(&trade);
    let choice = choice::pick(tx, &trade, &detail, TradeOrigin::Stored, wanted, at)?;
    let is_taken = |class| choice.chosen.iter().any(|one| one.holding.class() == class);
    let is_gone = [Class::Coupon, Class::Cash]
        .into_iter()
        .any(|class| matches!(wanted.of(class), Want::One(_)) && !is_taken(class));
    let off = choice.off(&trade);
    if is_gone || buyer.balance_fen < trade.total_fen - off.seller_fen - off.others_fen {
        // The trade itself may have spent coupon and balance since it was loaded.
        return Ok(match opening.open(tx)?.map(|trade| trade.payable(at)) {
            Some(Ok(())) if is_gone => Outcome::CouponGone,
            Some(Ok(())) => Outcome::BalanceTooLow,
            Some(Err(refusal)) => unpayable(refusal),
            None => Outcome::NotTried,
        });
    }
    let cause = Cause { app_id: None, trace_id: Some(trace_id) };
    let context = TradeContext::new(&trade, at, cause, new_id);
    settle::count_sale(tx, &trade)?;
    let origin = TradeOrigin::Stored;
    settle::settle(tx, Payment { trade, detail: &detail, origin, buyer: &buyer, choice: &choice }, &context)?;
    Ok(Outcome::Paid)
}

fn unpayable(refusal: Refusal) -> Outcome {
    match refusal {
        Refusal::TradeHasSuccess => Outcome::PaidBefore,
        _ => Outcome::NotTried,
    }
}
