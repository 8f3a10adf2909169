//! What becomes of coupons and cash vouchers as their trade waits, is paid, given back or given up.
//!
//! One is changed by a guarded update, so of two trades that take it at once, one runs again and finds it gone.

use super::choice::{Choice, Chosen};
use super::holding::{Holding, Worth};
use domain::coupon::share::{Refund, shares};
use domain::id::{TemplateId, TemplateIdText};
use domain::trade::{Status, Trade, TradeDeduction};
use store::trade::{TradeVoucher, enter_refund, enter_use};
use store::{Fault, Stop, Tx, cash_voucher, coupon};

/// Enters that a trade is paid with what was chosen, and gives it as the trade's answers name it. `bills` has an id for
/// each.
pub fn spend(
    tx: &mut Tx,
    trade: &Trade,
    chosen: &[Chosen],
    bills: &[i64],
    now: i64,
) -> Result<Vec<TradeVoucher>, Stop> {
    let number = trade.no.number;
    let mut used = Vec::with_capacity(chosen.len());
    for (one, bill) in chosen.iter().zip(bills) {
        let Chosen { holding, worth, fen } = one;
        holding.keep(tx, holding.redemption().spend(number, now)?)?;
        let (memo, template) = match (holding, worth) {
            (Holding::Cash(voucher), Worth::Cash(template, _)) => (&voucher.memo, Some(template.id)),
            (_, Worth::Coupon(coupon)) => (&coupon.note, None),
            (Holding::Coupon(_), Worth::Cash(..)) => return Err(Fault::bug("a coupon of a template").into()),
        };
        let entry = TradeVoucher {
            trade: number,
            voucher: holding.id(),
            name: worth.name().to_owned(),
            kind: worth.type_name().to_owned(),
            memo: memo.clone(),
            template: template.map(TemplateId::to_text),
            deducted_fen: *fen,
            merchant_fen: one.seller_fen(trade),
            refunded_fen: 0,
        };
        enter_use(tx, &entry, *bill, now)?;
        used.push(entry);
    }
    Ok(used)
}

/// A trade that waits holds what was chosen and nothing else.
pub fn hold(tx: &mut Tx, trade: &Trade, choice: &Choice, now: i64) -> Result<(), Stop> {
    let number = trade.no.number;
    if choice.chosen.iter().any(|one| one.holding.redemption().trade != Some(number)) {
        // Who pays or closes the trade meanwhile frees what it holds: so that nobody misses this, the trade counts it.
        store::trade::update(tx, trade)?;
    }
    release_unspent(tx, trade, choice)?;
    for Chosen { holding, .. } in &choice.chosen {
        holding.keep(tx, holding.redemption().hold(number, now)?)?;
    }
    Ok(())
}

/// Frees what a trade holds and was not paid with.
pub fn release_unspent(tx: &mut Tx, trade: &Trade, choice: &Choice) -> Result<(), Fault> {
    let is_kept = |holding: &Holding| choice.chosen.iter().any(|one| one.holding.id() == holding.id());
    choice.held.iter().filter(|holding| !is_kept(holding)).try_for_each(|holding| free(tx, trade, holding))
}

/// Frees all that a trade holds.
pub fn release(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    for issued in coupon::of_member(tx, &trade.pid, &trade.buyer_id, i64::MIN)? {
        free(tx, trade, &Holding::Coupon(issued))?;
    }
    for unused in cash_voucher::unused(tx, &trade.buyer_id, i64::MIN)? {
        free(tx, trade, &Holding::Cash(unused.voucher))?;
    }
    Ok(())
}

/// Frees what this trade holds; what it does not hold stays as it is.
fn free(tx: &mut Tx, trade: &Trade, holding: &Holding) -> Result<(), Fault> {
    match holding.redemption().release(trade.no.number) {
        Ok(free) => holding.keep(tx, free),
        Err(_) => Ok(()),
    }
}

/// What a trade was paid with, beside the buyer's money.
pub fn used(tx: &mut Tx, trade: &Trade) -> Result<Vec<TradeVoucher>, Fault> {
    if trade.off() == TradeDeduction::default() {
        return Ok(Vec::new());
    }
    store::trade::vouchers(tx, trade.no.number, &trade.buyer_id)
}

/// The parts of a refund that are not the buyer's. Amounts are fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Coupons' and cash vouchers' together.
    pub all_fen: i64,
    /// The cash voucher's part of that, and the store's number of its template.
    pub cash: Option<(i64, i64)>,
    /// Whether the seller has paid for that voucher in advance: its part goes nowhere.
    pub is_own: bool,
}

/// The vouchers' parts of a refund, entered; what is left of it is the buyer's. `trade` is as it is after the refund;
/// with the last one its vouchers are REFUNDED. `bills` has an id for each.
pub fn give_back(
    tx: &mut Tx,
    trade: &Trade,
    used: &mut [TradeVoucher],
    refund_fen: i64,
    bills: &[i64],
    now: i64,
) -> Result<Parts, Stop> {
    let taken: Vec<_> = used.iter().map(TradeVoucher::taken).collect();
    let gone_fen: i64 = taken.iter().map(|one| one.refunded_fen).sum();
    let buyer_rest_fen = trade.buyer_pay_fen - (trade.refunded_fen - refund_fen - gone_fen);
    let refund = Refund { total_fen: trade.total_fen, refund_fen, so_far_fen: trade.refunded_fen, buyer_rest_fen };
    let mut parts = Parts::default();
    for ((one, part), &bill) in used.iter_mut().zip(shares(refund, &taken)).zip(bills) {
        if 0 < part {
            enter_refund(tx, one, part, bill, now)?;
            one.refunded_fen += part;
            parts.all_fen += part;
            if let Some(template) = template_number(one)? {
                parts.cash = Some((template, part));
                parts.is_own = 0 < one.merchant_fen;
            }
        }
        if trade.status == Status::TradeClosed {
            let holding = find(tx, one)?;
            holding.keep(tx, holding.redemption().refund()?)?;
        }
    }
    Ok(parts)
}

/// What a trade was paid with, in its buyer's hands.
fn find(tx: &mut Tx, used: &TradeVoucher) -> Result<Holding, Fault> {
    let number = used.voucher.number;
    let found = match used.template {
        Some(_) => cash_voucher::get(tx, number)?.map(Holding::Cash),
        None => coupon::get(tx, number)?.map(Holding::Coupon),
    };
    found.ok_or_else(|| Fault::bug("a trade was paid with a voucher that is not there"))
}

fn template_number(used: &TradeVoucher) -> Result<Option<i64>, Fault> {
    let Some(id) = &used.template else { return Ok(None) };
    let text =
        TemplateIdText::parse(id).ok_or_else(|| Fault::bug(format!("a trade was paid with a voucher of {id}")))?;
    Ok(Some(text.number))
}
