//! Vouchers in trades: which of its buyer's a trade takes, and what becomes of them as it is paid, given back or given up.
//!
//! What is decided is `domain`'s: here it is loaded and recorded. A voucher is changed by a guarded update, so of two
//! trades that take one at once, one runs again and finds it gone.

use super::detail;
use crate::coupon::Coupon;
use domain::coupon::choice::{Candidate, Class, Pick, choose, ranked};
use domain::coupon::share::{Refund, shares};
use domain::coupon::{Goods, Sale};
use domain::trade::{Off, Status, Trade};
use domain::voucher::Voucher;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::trade::{TradeVoucher, enter_refund, enter_use};
use store::{Fault, Stop, Tx, activity, voucher};
use wire::money;

/// The most vouchers that one trade takes: one of each kind.
pub const VOUCHERS_MAX: usize = 2;

/// What a payment may be lowered by; any of these switches vouchers off, or on.
const CHANNELS: [&str; 3] = ["voucher", "coupon", "promotion"];

/// A voucher that takes something off a trade.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The voucher as it is, before that.
    pub voucher: Voucher,
    /// What it is of.
    pub coupon: Coupon,
    /// How much, at least 1 fen.
    pub fen: i64,
}

/// Which vouchers a payment takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The best that its buyer has.
    Best,
    /// None.
    None,
    /// This one, by its number; none where that cannot be used.
    One(i64),
}

/// The vouchers that its buyer could use for a trade at `now`, each by itself, the best first.
pub fn usable(tx: &mut Tx, trade: &Trade, now: i64) -> Result<Vec<Chosen>, Fault> {
    let detail = detail(trade);
    let owned = owned(tx, trade, &detail, now)?;
    let goods = goods(&detail);
    let picks = ranked(&candidates(&owned), &Sale::new(trade.total_fen, trade.discountable_fen, &goods), now);
    Ok(chosen(owned, &picks))
}

/// The vouchers that a trade takes when it is paid at `now`.
pub fn pick(tx: &mut Tx, trade: &Trade, wanted: Wanted, now: i64) -> Result<Vec<Chosen>, Fault> {
    let detail = detail(trade);
    let mut owned = match wanted {
        Wanted::None => return Ok(Vec::new()),
        Wanted::Best | Wanted::One(_) => owned(tx, trade, &detail, now)?,
    };
    if let Wanted::One(number) = wanted {
        owned.retain(|(voucher, _)| voucher.id.number == number);
    }
    let goods = goods(&detail);
    let picks = choose(&candidates(&owned), &Sale::new(trade.total_fen, trade.discountable_fen, &goods), now);
    Ok(chosen(owned, &picks))
}

/// What vouchers take off together.
pub fn off(chosen: &[Chosen]) -> Off {
    // Coupons are the seller's own.
    Off { seller_fen: chosen.iter().map(|one| one.fen).sum(), others_fen: 0 }
}

/// A trade is paid with these vouchers, of which it is told what callers are told. `bills` has a number for each.
pub fn spend(
    tx: &mut Tx,
    trade: &Trade,
    chosen: &[Chosen],
    bills: &[i64],
    now: i64,
) -> Result<Vec<TradeVoucher>, Stop> {
    let number = trade.no.number;
    let mut used = Vec::with_capacity(chosen.len());
    for (Chosen { voucher, coupon, fen }, bill) in chosen.iter().zip(bills) {
        voucher::update(tx, &voucher.clone().spend(number, now)?)?;
        let entry = TradeVoucher {
            trade: number,
            voucher: voucher.id,
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

/// A trade that waits holds this voucher and no other.
pub fn hold(tx: &mut Tx, trade: &Trade, held: Option<&Voucher>, now: i64) -> Result<(), Stop> {
    let number = trade.no.number;
    if held.is_some_and(|voucher| voucher.trade != Some(number)) {
        // Who pays or closes the trade meanwhile frees what it holds: so that nobody misses this, the trade counts it.
        store::trade::update(tx, trade)?;
    }
    release(tx, trade, held.map(|voucher| voucher.id.number))?;
    match held {
        Some(voucher) => Ok(voucher::update(tx, &voucher.clone().hold(number, now)?)?),
        None => Ok(()),
    }
}

/// Frees what a trade holds, but for one.
pub fn release(tx: &mut Tx, trade: &Trade, but: Option<i64>) -> Result<(), Fault> {
    for voucher in voucher::of_member(tx, &trade.pid, &trade.buyer_id, i64::MIN)? {
        let number = voucher.id.number;
        if let Ok(free) = voucher.release(trade.no.number)
            && but != Some(number)
        {
            voucher::update(tx, &free)?;
        }
    }
    Ok(())
}

/// The vouchers that a trade was paid with.
pub fn used(tx: &mut Tx, trade: &Trade) -> Result<Vec<TradeVoucher>, Fault> {
    if trade.off() == Off::default() {
        return Ok(Vec::new());
    }
    store::trade::vouchers(tx, trade.no.number)
}

/// The vouchers' part of a refund, entered; what is left of it is the buyer's. `trade` is as it is after the refund; with
/// the last one its vouchers are REFUNDED. `bills` has a number for each.
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
            let voucher = voucher::get(tx, one.voucher.number)?;
            let voucher = voucher.ok_or_else(|| Fault::bug("a trade was paid with a voucher that is not there"))?;
            voucher::update(tx, &voucher.refund()?)?;
        }
    }
    Ok(parts.iter().sum())
}

/// Whether the call that made the trade lets vouchers pay (alipay.trade.pay, `disable_pay_channels`; alipay.trade.create,
/// `enable_pay_channels`).
pub fn lets_vouchers_pay(detail: &Map<String, Value>) -> bool {
    let names = |member: &str| detail.get(member).and_then(Value::as_str);
    let names_vouchers = |list: &str| list.split(',').any(|name| CHANNELS.contains(&name.trim()));
    let disabled = names("disable_pay_channels").is_some_and(names_vouchers);
    let enabled = names("enable_pay_channels").is_none_or(names_vouchers);
    enabled && !disabled
}

/// The buyer's vouchers that this trade can take, if their terms say so.
fn owned(tx: &mut Tx, trade: &Trade, detail: &Map<String, Value>, now: i64) -> Result<Vec<(Voucher, Coupon)>, Fault> {
    // A coupon is for the shops that its activity is for.
    let Some(shop_id) = trade.shop_id.as_ref().filter(|_| lets_vouchers_pay(detail)) else { return Ok(Vec::new()) };
    let mut coupons: HashMap<i64, Option<Coupon>> = HashMap::new();
    let mut owned = Vec::new();
    for voucher in voucher::of_member(tx, &trade.pid, &trade.buyer_id, now)? {
        let Some(number) = voucher.tool.filter(|_| voucher.is_open_to(trade.no.number, now)) else { continue };
        let coupon = match coupons.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(coupon_at(tx, number, shop_id)?),
        };
        if let Some(coupon) = coupon {
            owned.push((voucher, coupon.clone()));
        }
    }
    Ok(owned)
}

/// The coupon of that tool, if it is for that shop.
fn coupon_at(tx: &mut Tx, tool: i64, shop_id: &str) -> Result<Option<Coupon>, Fault> {
    let found = activity::tool(tx, tool)?;
    let tool = found.ok_or_else(|| Fault::bug("a voucher of a tool that is not there"))?;
    if activity::has_shop(tx, tool.activity, shop_id)? { Coupon::of(&tool).map(Some) } else { Ok(None) }
}

fn candidates<'a>(owned: &'a [(Voucher, Coupon)]) -> Vec<Candidate<'a>> {
    let candidate = |(voucher, coupon): &'a (Voucher, Coupon)| Candidate {
        id: voucher.id,
        class: Class::Coupon,
        ends_at: voucher.ends_at,
        terms: &coupon.terms,
    };
    owned.iter().map(candidate).collect()
}

fn chosen(mut owned: Vec<(Voucher, Coupon)>, picks: &[Pick]) -> Vec<Chosen> {
    let mut take = |pick: &Pick| {
        let at = owned.iter().position(|(voucher, _)| voucher.id.number == pick.number)?;
        let (voucher, coupon) = owned.swap_remove(at);
        Some(Chosen { voucher, coupon, fen: pick.fen })
    };
    picks.iter().filter_map(&mut take).collect()
}

/// What is sold, as the order said.
fn goods(detail: &Map<String, Value>) -> Vec<Goods> {
    let line = |line: &Value| {
        Some(Goods {
            id: line.get("goods_id")?.as_str()?.to_owned(),
            quantity: line.get("quantity")?.as_u64()?,
            price_fen: money::parse(line.get("price")?.as_str()?)?,
        })
    };
    let lines = detail.get("goods_detail").and_then(Value::as_array);
    lines.into_iter().flatten().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn channels_switch_vouchers_off_and_on() {
        for (said, expect) in [
            (json!({}), true),
            (json!({"disable_pay_channels": "voucher"}), false),
            (json!({"disable_pay_channels": "credit_group, coupon"}), false),
            (json!({"disable_pay_channels": "promotion,balance"}), false),
            (json!({"disable_pay_channels": "balance,vouchers"}), true),
            (json!({"enable_pay_channels": "balance,voucher"}), true),
            (json!({"enable_pay_channels": "promotion"}), true),
            (json!({"enable_pay_channels": "balance"}), false),
        ] {
            assert_eq!(lets_vouchers_pay(said.as_object().unwrap()), expect, "{said}");
        }
    }

    #[test]
    fn goods_are_read_as_orders_keep_them() {
        let detail = json!({"goods_detail": [
            {"goods_id": "apple", "goods_name": "苹果", "quantity": 2, "price": "12.50"},
            {"goods_id": "pear", "goods_name": "梨", "quantity": 9_999_999_999_u64, "price": "0.00"}]});
        let line = |id: &str, quantity, price_fen| Goods { id: id.to_owned(), quantity, price_fen };
        assert_eq!(goods(detail.as_object().unwrap()), [line("apple", 2, 1_250), line("pear", 9_999_999_999, 0)]);
        assert_eq!(goods(&Map::new()), []);
    }
}
