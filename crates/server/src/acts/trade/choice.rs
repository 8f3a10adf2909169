//! Which of its buyer's coupons and cash vouchers a trade takes.
//!
//! What is decided is `domain`'s: here it is loaded.

use super::context::TradeOrigin;
use super::detail::TradeDetail;
use super::holding::{Holding, Worth};
use crate::acts::coupon::tool::Coupon;
use crate::acts::voucher::content::Content;
use crate::acts::voucher::rule_conf::use_rules;
use domain::cash_voucher::{self, Place};
use domain::coupon::choice::{Candidate, Class, Pick, choose, ranked};
use domain::coupon::{Sale, Terms};
use domain::trade::{Trade, TradeDeduction};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::{Fault, Tx, activity, coupon, template};

/// A coupon or cash voucher that takes something off a trade.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// What the buyer holds, as it is before that.
    pub holding: Holding,
    /// Its name, and what it is worth.
    pub worth: Worth,
    /// What it takes off, fen, at least 1.
    pub fen: i64,
}

impl Chosen {
    /// What of it the seller pays: all of a coupon, and of a cash voucher that the seller has paid for in advance.
    pub fn seller_fen(&self, trade: &Trade) -> i64 {
        match &self.worth {
            Worth::Coupon(_) => self.fen,
            Worth::Cash(template, _) if template.sponsor_id == trade.seller_id => self.fen,
            Worth::Cash(..) => 0,
        }
    }
}

/// What a trade takes of what its buyer holds, and what it keeps from other trades.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What it takes, the best first: one of each class at most.
    pub chosen: Vec<Chosen>,
    /// What it holds, of [`Choice::chosen`] or not.
    pub held: Vec<Holding>,
}

/// What a buyer may choose from, and what is chosen.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// What the trade could take, each with what it takes off by itself, the best first.
    pub usable: Vec<Chosen>,
    /// What it takes.
    pub choice: Choice,
}

impl Choice {
    /// What the chosen ones take off together.
    pub fn off(&self, trade: &Trade) -> TradeDeduction {
        let all: i64 = self.chosen.iter().map(|one| one.fen).sum();
        let seller_fen = self.chosen.iter().map(|one| one.seller_fen(trade)).sum();
        TradeDeduction { seller_fen, others_fen: all - seller_fen }
    }
}

/// Which coupon and which cash voucher a payment takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of the coupons.
    pub coupon: Want,
    /// Of the cash vouchers.
    pub cash: Want,
}

/// Which one of a class a payment takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The best that its buyer has.
    Best,
    /// None.
    None,
    /// This one, by its number; none where that cannot be used.
    One(i64),
}

impl Wanted {
    /// The best of each.
    pub const BEST: Wanted = Wanted { coupon: Want::Best, cash: Want::Best };
    /// Nothing.
    pub const NONE: Wanted = Wanted { coupon: Want::None, cash: Want::None };

    /// What is wanted of a class.
    pub fn of(self, class: Class) -> Want {
        match class {
            Class::Coupon => self.coupon,
            Class::Cash => self.cash,
        }
    }

    fn takes(self, holding: &Holding) -> bool {
        match self.of(holding.class()) {
            Want::Best => true,
            Want::None => false,
            Want::One(number) => holding.id().number == number,
        }
    }
}

/// A buyer's holding that a trade could take, with what decides that.
enum Owned {
    Coupon(Holding, Coupon),
    Cash(Holding, Terms),
}

impl Owned {
    fn holding(&self) -> &Holding {
        match self {
            Owned::Coupon(holding, _) | Owned::Cash(holding, _) => holding,
        }
    }

    fn candidate(&self) -> Candidate<'_> {
        let (holding, terms) = match self {
            Owned::Coupon(holding, coupon) => (holding, &coupon.terms),
            Owned::Cash(holding, terms) => (holding, terms),
        };
        let ends_at = holding.redemption().ends_at;
        Candidate { id: holding.id(), class: holding.class(), ends_at, terms }
    }
}

/// What its buyer could use for a stored trade at `now`, UTC milliseconds, and what it takes of that. Where one is
/// wanted that cannot be used any more, the best of its class is taken.
pub fn offer(tx: &mut Tx, trade: &Trade, detail: &TradeDetail, wanted: Wanted, now: i64) -> Result<Offer, Fault> {
    let (owned, held) = load(tx, trade, detail, TradeOrigin::Stored, Wanted::BEST, now)?;
    let candidates: Vec<_> = owned.iter().map(Owned::candidate).collect();
    let sale = sale(trade, detail);
    let by_itself = ranked(&candidates, &sale, now);
    let is_usable = |number| by_itself.iter().any(|pick| pick.number == number);
    let or_best = |want| match want {
        Want::One(number) if !is_usable(number) => Want::Best,
        want => want,
    };
    let wanted = Wanted { coupon: or_best(wanted.coupon), cash: or_best(wanted.cash) };
    let wanted_alone: Vec<_> = owned.iter().filter(|one| wanted.takes(one.holding())).map(Owned::candidate).collect();
    let together = choose(&wanted_alone, &sale, now);
    let usable = chosen(tx, owned, &by_itself)?;
    let take = |pick: &Pick| {
        let one = usable.iter().find(|one| one.holding.id().number == pick.number)?;
        Some(Chosen { fen: pick.fen, ..one.clone() })
    };
    let chosen = together.iter().filter_map(take).collect();
    Ok(Offer { usable, choice: Choice { chosen, held } })
}

/// What a trade takes when it is paid at `now`, UTC milliseconds. It comes after the trade was loaded: a trade that
/// begins to hold another coupon or voucher is changed by that.
pub fn pick(
    tx: &mut Tx,
    trade: &Trade,
    detail: &TradeDetail,
    origin: TradeOrigin,
    wanted: Wanted,
    now: i64,
) -> Result<Choice, Fault> {
    let (owned, held) = load(tx, trade, detail, origin, wanted, now)?;
    let candidates: Vec<_> = owned.iter().map(Owned::candidate).collect();
    let picks = choose(&candidates, &sale(trade, detail), now);
    Ok(Choice { chosen: chosen(tx, owned, &picks)?, held })
}

/// What of the buyer's this trade can take, if its terms say so, and what it holds.
fn load(
    tx: &mut Tx,
    trade: &Trade,
    detail: &TradeDetail,
    origin: TradeOrigin,
    wanted: Wanted,
    now: i64,
) -> Result<(Vec<Owned>, Vec<Holding>), Fault> {
    let number = trade.no.number;
    // What a stored trade holds may have ended since.
    let since = if origin == TradeOrigin::Stored { i64::MIN } else { now };
    let mut held = Vec::new();
    let mut owned = Vec::new();
    let mut keep = |holding: &Holding| {
        if holding.redemption().trade == Some(number) {
            held.push(holding.clone());
        }
        detail.vouchers_allowed && wanted.takes(holding) && holding.redemption().is_open_to(number, now)
    };
    // A coupon is for the shops that its activity is for.
    let shop_id = trade.shop_id.as_deref();
    let takes_none = !detail.vouchers_allowed || wanted == Wanted::NONE;
    if origin == TradeOrigin::Stored || (shop_id.is_some() && !takes_none) {
        let mut coupons: HashMap<i64, Option<Coupon>> = HashMap::new();
        for issued in coupon::of_member(tx, &trade.pid, &trade.buyer_id, since)? {
            let tool = issued.tool;
            let holding = Holding::Coupon(issued);
            let (true, Some(tool), Some(shop_id)) = (keep(&holding), tool, shop_id) else { continue };
            let coupon = match coupons.entry(tool) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(coupon_at(tx, tool, shop_id)?),
            };
            if let Some(coupon) = coupon {
                owned.push(Owned::Coupon(holding, coupon.clone()));
            }
        }
    }
    if origin == TradeOrigin::Stored || !takes_none {
        let place =
            Place { pid: &trade.pid, seller_id: &trade.seller_id, shop_id, product: detail.product_code.as_deref() };
        let mut allowed: HashMap<i64, bool> = HashMap::new();
        for unused in store::cash_voucher::unused(tx, &trade.buyer_id, since)? {
            let template = unused.voucher.template;
            let holding = Holding::Cash(unused.voucher);
            if !keep(&holding) {
                continue;
            }
            let is_allowed = match allowed.entry(template) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(unknown) => *unknown.insert(use_rules(&unused.rules)?.allow(place)),
            };
            if is_allowed {
                owned.push(Owned::Cash(holding, cash_voucher::terms(unused.amount_fen, unused.floor_fen)));
            }
        }
    }
    Ok((owned, held))
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

fn chosen(tx: &mut Tx, mut owned: Vec<Owned>, picks: &[Pick]) -> Result<Vec<Chosen>, Fault> {
    let mut chosen = Vec::with_capacity(picks.len());
    for &Pick { number, fen } in picks {
        let Some(at) = owned.iter().position(|one| one.holding().id().number == number) else { continue };
        let (holding, worth) = match owned.swap_remove(at) {
            Owned::Coupon(holding, coupon) => (holding, Worth::Coupon(coupon)),
            Owned::Cash(holding, _) => {
                let worth = template_of(tx, &holding)?;
                (holding, worth)
            }
        };
        chosen.push(Chosen { holding, worth, fen });
    }
    Ok(chosen)
}

fn template_of(tx: &mut Tx, holding: &Holding) -> Result<Worth, Fault> {
    let found = match holding.kind() {
        Some(number) => template::get(tx, number)?,
        None => None,
    };
    let template = found.ok_or_else(|| Fault::bug("a cash voucher of a template that is not there"))?;
    let name = Content::of(&template)?.voucher_name(template.amount_fen);
    Ok(Worth::Cash(template, name))
}
