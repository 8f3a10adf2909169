//! Coupons in trades: which of its buyer's a trade takes, and what becomes of them as it is paid, given back or given
//! up.
//!
//! What is decided is `domain`'s: here it is loaded and recorded. A coupon is changed by a guarded update, so of two
//! trades that take one at once, one runs again and finds it gone.

use super::context::TradeOrigin;
use super::detail::TradeDetail;
use crate::acts::coupon::tool::Coupon;
use domain::coupon::Sale;
use domain::coupon::choice::{Candidate, Class, Pick, choose, ranked};
use domain::coupon::share::{Refund, shares};
use domain::issued_coupon::IssuedCoupon;
use domain::trade::{Status, Trade, TradeDeduction};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::trade::{TradeVoucher, enter_refund, enter_use};
use store::{Fault, Stop, Tx, activity, coupon};

/// A coupon that takes something off a trade.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The coupon as it is, before that.
    pub issued: IssuedCoupon,
    /// Its name and terms.
    pub coupon: Coupon,
    /// What it takes off, fen, at least 1.
    pub fen: i64,
}

/// What a trade may take of its buyer's coupons, and what it holds of them.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The coupons that it takes, or each that it could take, the best first.
    pub chosen: Vec<Chosen>,
    /// The coupons that it holds, those of [`Choice::chosen`] among them.
    held: Vec<IssuedCoupon>,
}

/// A buyer's coupon, with its name and terms.
type OwnedCoupon = (IssuedCoupon, Coupon);

/// Which coupons a payment takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The best that its buyer has.
    Best,
    /// None.
    None,
    /// This one, by its number; none where that cannot be used.
    One(i64),
}

/// The coupons that its buyer could use for a stored trade at `now`, UTC milliseconds, each by itself, the best first.
pub fn usable(tx: &mut Tx, trade: &Trade, detail: &TradeDetail, now: i64) -> Result<Choice, Fault> {
    if shop(trade, detail, Wanted::Best).is_none() {
        return Ok(Choice::default());
    }
    let (owned, held) = load(tx, trade, detail, TradeOrigin::Stored, Wanted::Best, now)?;
    let picks = ranked(&candidates(&owned), &sale(trade, detail), now);
    Ok(Choice { chosen: chosen(owned, &picks), held })
}

/// The coupons that a trade takes when it is paid at `now`, UTC milliseconds. It comes after the trade was loaded: a
/// trade that begins to hold another coupon is changed by that.
pub fn pick(
    tx: &mut Tx,
    trade: &Trade,
    detail: &TradeDetail,
    origin: TradeOrigin,
    wanted: Wanted,
    now: i64,
) -> Result<Choice, Fault> {
    let (mut owned, held) = load(tx, trade, detail, origin, wanted, now)?;
    if let Wanted::One(number) = wanted {
        owned.retain(|(issued, _)| issued.id.number == number);
    }
    let picks = choose(&candidates(&owned), &sale(trade, detail), now);
    Ok(Choice { chosen: chosen(owned, &picks), held })
}

impl Choice {
    /// What the chosen coupons take off together.
    pub fn off(&self) -> TradeDeduction {
        // Coupons are the seller's own.
        TradeDeduction { seller_fen: self.chosen.iter().map(|one| one.fen).sum(), others_fen: 0 }
    }
}

/// Enters that a trade is paid with these coupons, and gives them as the trade's answers name them. `bills` has an id
/// for each.
pub fn spend(
    tx: &mut Tx,
    trade: &Trade,
    chosen: &[Chosen],
    bills: &[i64],
    now: i64,
) -> Result<Vec<TradeVoucher>, Stop> {
    let number = trade.no.number;
    let mut used = Vec::with_capacity(chosen.len());
    for (Chosen { issued, coupon, fen }, bill) in chosen.iter().zip(bills) {
        coupon::update(tx, &IssuedCoupon { redemption: issued.redemption.spend(number, now)?, ..issued.clone() })?;
        let entry = TradeVoucher {
            trade: number,
            voucher: issued.id,
            name: coupon.name.clone(),
            kind: coupon.kind().to_owned(),
            memo: coupon.note.clone(),
            template: None,
            deducted_fen: *fen,
            merchant_fen: *fen,
            refunded_fen: 0,
        };
        enter_use(tx, &entry, *bill, now)?;
        used.push(entry);
    }
    Ok(used)
}

/// A trade that waits holds this coupon of its choice and no other.
pub fn hold(tx: &mut Tx, trade: &Trade, choice: &Choice, issued: Option<&IssuedCoupon>, now: i64) -> Result<(), Stop> {
    let number = trade.no.number;
    if issued.is_some_and(|issued| issued.redemption.trade != Some(number)) {
        // Who pays or closes the trade meanwhile frees what it holds: so that nobody misses this, the trade counts it.
        store::trade::update(tx, trade)?;
    }
    release_others(tx, trade, choice, issued.map(|issued| issued.id.number).as_slice())?;
    match issued {
        Some(issued) => Ok(coupon::update(
            tx,
            &IssuedCoupon { redemption: issued.redemption.hold(number, now)?, ..issued.clone() },
        )?),
        None => Ok(()),
    }
}

/// Frees what a trade holds and was not paid with.
pub fn release_unspent(tx: &mut Tx, trade: &Trade, choice: &Choice) -> Result<(), Fault> {
    let spent: Vec<_> = choice.chosen.iter().map(|one| one.issued.id.number).collect();
    release_others(tx, trade, choice, &spent)
}

/// Frees all that a trade holds.
pub fn release(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    let held = held(&coupon::of_member(tx, &trade.pid, &trade.buyer_id, i64::MIN)?, trade);
    release_others(tx, trade, &Choice { held, ..Choice::default() }, &[])
}

fn release_others(tx: &mut Tx, trade: &Trade, choice: &Choice, kept: &[i64]) -> Result<(), Fault> {
    for issued in choice.held.iter().filter(|issued| !kept.contains(&issued.id.number)) {
        if let Ok(redemption) = issued.redemption.release(trade.no.number) {
            coupon::update(tx, &IssuedCoupon { redemption, ..issued.clone() })?;
        }
    }
    Ok(())
}

/// The coupons that a trade was paid with.
pub fn used(tx: &mut Tx, trade: &Trade) -> Result<Vec<TradeVoucher>, Fault> {
    if trade.off() == TradeDeduction::default() {
        return Ok(Vec::new());
    }
    store::trade::vouchers(tx, trade.no.number, &trade.buyer_id)
}

/// The coupons' part of a refund, entered; what is left of it is the buyer's. `trade` is as it is after the refund;
/// with the last one its coupons are REFUNDED. `bills` has a number for each.
pub fn give_back(
    tx: &mut Tx,
    trade: &Trade,
    used: &mut [TradeVoucher],
    refund_fen: i64,
    bills: &[i64],
    now: i64,
) -> Result<i64, Stop> {
    let taken: Vec<_> = used.iter().map(TradeVoucher::taken).collect();
    let gone_fen: i64 = taken.iter().map(|one| one.refunded_fen).sum();
    let buyer_rest_fen = trade.buyer_pay_fen - (trade.refunded_fen - refund_fen - gone_fen);
    let refund = Refund { total_fen: trade.total_fen, refund_fen, so_far_fen: trade.refunded_fen, buyer_rest_fen };
    let parts = shares(refund, &taken);
    for ((one, &part), &bill) in used.iter_mut().zip(&parts).zip(bills) {
        if 0 < part {
            enter_refund(tx, one, part, bill, now)?;
            one.refunded_fen += part;
        }
        if trade.status == Status::TradeClosed {
            let issued = coupon::get(tx, one.voucher.number)?;
            let issued = issued.ok_or_else(|| Fault::bug("a trade was paid with a coupon that is not there"))?;
            coupon::update(tx, &IssuedCoupon { redemption: issued.redemption.refund()?, ..issued })?;
        }
    }
    Ok(parts.iter().sum())
}

/// The buyer's coupons that this trade can take, if their terms say so, and those that it holds.
fn load(
    tx: &mut Tx,
    trade: &Trade,
    detail: &TradeDetail,
    origin: TradeOrigin,
    wanted: Wanted,
    now: i64,
) -> Result<(Vec<OwnedCoupon>, Vec<IssuedCoupon>), Fault> {
    let shop_id = shop(trade, detail, wanted);
    let open = match (origin, shop_id) {
        // What it holds may have ended since.
        (TradeOrigin::Stored, _) => coupon::of_member(tx, &trade.pid, &trade.buyer_id, i64::MIN)?,
        (TradeOrigin::New, Some(_)) => coupon::of_member(tx, &trade.pid, &trade.buyer_id, now)?,
        (TradeOrigin::New, None) => Vec::new(),
    };
    let held = held(&open, trade);
    let Some(shop_id) = shop_id else { return Ok((Vec::new(), held)) };
    let mut coupons: HashMap<i64, Option<Coupon>> = HashMap::new();
    let mut owned = Vec::new();
    for issued in open {
        let Some(number) = issued.tool.filter(|_| issued.redemption.is_open_to(trade.no.number, now)) else { continue };
        let coupon = match coupons.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(coupon_at(tx, number, shop_id)?),
        };
        if let Some(coupon) = coupon {
            owned.push((issued, coupon.clone()));
        }
    }
    Ok((owned, held))
}

/// The trade's shop, where a coupon may pay: a coupon is for the shops that its activity is for.
fn shop<'a>(trade: &'a Trade, detail: &TradeDetail, wanted: Wanted) -> Option<&'a str> {
    trade.shop_id.as_deref().filter(|_| detail.vouchers_allowed && wanted != Wanted::None)
}

/// Those of a member's open coupons that this trade holds.
fn held(open: &[IssuedCoupon], trade: &Trade) -> Vec<IssuedCoupon> {
    open.iter().filter(|issued| issued.redemption.trade == Some(trade.no.number)).cloned().collect()
}

fn sale<'a>(trade: &Trade, detail: &'a TradeDetail) -> Sale<'a> {
    Sale::new(trade.total_fen, trade.discountable_fen, &detail.goods)
}

/// The coupon of that tool, if it is for that shop.
fn coupon_at(tx: &mut Tx, tool: i64, shop_id: &str) -> Result<Option<Coupon>, Fault> {
    let found = activity::tool(tx, tool)?;
    let tool = found.ok_or_else(|| Fault::bug("a coupon of a tool that is not there"))?;
    if activity::has_shop(tx, tool.activity, shop_id)? { Coupon::of(&tool).map(Some) } else { Ok(None) }
}

fn candidates<'a>(owned: &'a [OwnedCoupon]) -> Vec<Candidate<'a>> {
    let candidate = |(issued, coupon): &'a OwnedCoupon| Candidate {
        id: issued.id,
        class: Class::Coupon,
        ends_at: issued.redemption.ends_at,
        terms: &coupon.terms,
    };
    owned.iter().map(candidate).collect()
}

fn chosen(mut owned: Vec<OwnedCoupon>, picks: &[Pick]) -> Vec<Chosen> {
    let mut take = |pick: &Pick| {
        let at = owned.iter().position(|(issued, _)| issued.id.number == pick.number)?;
        let (issued, coupon) = owned.swap_remove(at);
        Some(Chosen { issued, coupon, fen: pick.fen })
    };
    picks.iter().filter_map(&mut take).collect()
}
