//! What a trade takes of what its buyer has: the best coupon or cash voucher, and beside it the best of the other kind
//! for what that leaves.

use super::cashier::Choice;
use super::coupons::CouponKey;
use super::model::Model;
use super::trades::{Order, Trade};
use super::usage::Usage;
use super::vouchers::VoucherKey;

/// Something that lowers a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holding {
    Coupon(CouponKey),
    Cash(VoucherKey),
}

impl Holding {
    pub(crate) fn is_cash(&self) -> bool {
        matches!(self, Holding::Cash(_))
    }
}

/// What decides which of a buyer's coupons and vouchers a trade can take.
#[derive(Clone, Debug)]
pub(crate) struct Sale {
    pub(crate) out_trade_no: String,
    pub(crate) buyer: String,
    pub(crate) shop: Option<String>,
    pub(crate) product: bool,
    pub(crate) total: i64,
    /// Whether vouchers may pay a part.
    pub(crate) vouchers: bool,
}

impl Sale {
    /// Of a payment that makes its trade, or of a trade that waits and who pays for it.
    pub(crate) fn of(order: &Order, known: Option<&Trade>) -> Sale {
        let (shop, product) = known.map_or((&order.shop, order.product), |trade| (&trade.shop, trade.product));
        let Order { out_trade_no, buyer, total, vouchers, .. } = order.clone();
        let vouchers = vouchers && known.is_none_or(|trade| trade.vouchers);
        Sale { out_trade_no, buyer, shop: shop.clone(), product, total, vouchers }
    }
}

/// What a buyer wants of each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) coupon: Choice,
    pub(crate) cash: Choice,
}

impl Choices {
    pub(crate) const BEST: Choices = Choices { coupon: Choice::Best, cash: Choice::Best };

    pub(crate) fn of(&self, is_cash: bool) -> &Choice {
        if is_cash { &self.cash } else { &self.coupon }
    }
}

impl Model {
    /// The sale of a trade that waits at the cashier.
    pub(crate) fn sale(&self, out_trade_no: &str) -> Sale {
        let Trade { buyer, shop, product, total, vouchers, .. } = self.trades[out_trade_no].clone();
        Sale { out_trade_no: out_trade_no.to_owned(), buyer, shop, product, total, vouchers }
    }

    /// The platform's number, if it has told it.
    pub(crate) fn number(&self, holding: &Holding) -> Option<&String> {
        match holding {
            Holding::Coupon(key) => self.coupon_ids.get(key),
            Holding::Cash(key) => self.voucher_ids.get(key),
        }
    }

    pub(crate) fn usage(&mut self, holding: &Holding) -> &mut Usage {
        match holding {
            Holding::Coupon(key) => &mut self.coupons.get_mut(key).expect("it was found").usage,
            Holding::Cash(key) => &mut self.vouchers.get_mut(key).expect("it was found").usage,
        }
    }

    /// What a user has that nobody barred.
    fn holdings<'a>(&'a self, user: &'a str) -> impl Iterator<Item = (Holding, &'a Usage)> {
        let coupons = self.coupons.iter().filter(move |(_, coupon)| coupon.user == user);
        let vouchers = self.vouchers.iter().filter(move |(_, voucher)| voucher.user == user && !voucher.barred);
        let coupons = coupons.map(|(key, coupon)| (Holding::Coupon(key.clone()), &coupon.usage));
        coupons.chain(vouchers.map(|(key, voucher)| (Holding::Cash(key.clone()), &voucher.usage)))
    }

    /// What it takes off when others have left `rest` of the total.
    fn off(&self, holding: &Holding, sale: &Sale, rest: i64) -> i64 {
        match holding {
            Holding::Coupon((prize, ..)) => {
                let activity = &self.activities[prize];
                let terms = activity.terms().expect("a coupon has terms");
                let suits = sale.shop.as_ref().is_some_and(|shop| activity.offer.shops.contains(shop));
                if suits && terms.min_consume <= sale.total { terms.off(sale.total, rest) } else { 0 }
            }
            Holding::Cash((template, _)) => {
                let draft = &self.templates[template].draft;
                let suits = draft.rules.allow(sale) && draft.floor <= sale.total;
                if suits { draft.amount.min(rest) } else { 0 }
            }
        }
    }

    /// What takes something off: the most first, then what ends first, then the lowest number.
    fn ranked(&self, sale: &Sale, rest: i64, takes: impl Fn(&Holding, &Usage) -> bool) -> Vec<(Holding, i64)> {
        let own = self.holdings(&sale.buyer).filter(|(holding, usage)| sale.vouchers && takes(holding, usage));
        let own = own.map(|(holding, usage)| (self.off(&holding, sale, rest), usage.ends_at, holding));
        let mut taking: Vec<_> = own.filter(|(off, ..)| 0 < *off).collect();
        taking.sort_by_key(|(off, ends_at, holding)| {
            let number = self.number(holding);
            (-off, *ends_at, number.is_none_or(|number| !self.named.contains(number)), number)
        });
        taking.into_iter().map(|(off, _, holding)| (holding, off)).collect()
    }

    /// All that this trade could take, each by itself.
    pub(crate) fn usable(&self, sale: &Sale) -> Vec<(Holding, i64)> {
        self.ranked(sale, sale.total, |_, usage| usage.is_open_to(&sale.out_trade_no, self.now))
    }

    /// Whether it could take another if no page of another trade held it.
    pub(crate) fn misses_one(&self, sale: &Sale) -> bool {
        let now = self.now;
        let kept = |_: &Holding, usage: &Usage| usage.is_good(now) && !usage.is_open_to(&sale.out_trade_no, now);
        !self.ranked(sale, sale.total, kept).is_empty()
    }

    /// What it takes, the best first: of each kind one at most, as it is wanted.
    pub(crate) fn taken(&self, sale: &Sale, wanted: &Choices) -> Vec<(Holding, i64)> {
        let mut taken: Vec<(Holding, i64)> = Vec::new();
        loop {
            let rest = sale.total - off(&taken);
            let takes = |holding: &Holding, usage: &Usage| {
                let is_wanted = match wanted.of(holding.is_cash()) {
                    Choice::Best => true,
                    Choice::None => false,
                    Choice::One(number) => self.number(holding) == Some(number),
                };
                let is_first = taken.iter().all(|(other, _)| other.is_cash() != holding.is_cash());
                is_wanted && is_first && usage.is_open_to(&sale.out_trade_no, self.now)
            };
            let Some(best) = self.ranked(sale, rest, takes).into_iter().next() else { return taken };
            taken.push(best);
        }
    }

    /// A trade holds nothing any more.
    pub(crate) fn release(&mut self, out_trade_no: &str) {
        let holds = |usage: &Usage| usage.held.as_ref().is_some_and(|(trade, _)| trade == out_trade_no);
        // What many books share is copied where it is changed.
        if self.coupons.values().any(|coupon| holds(&coupon.usage)) {
            self.coupons.values_mut().filter(|it| holds(&it.usage)).for_each(|coupon| coupon.usage.held = None);
        }
        if self.vouchers.values().any(|voucher| holds(&voucher.usage)) {
            self.vouchers.values_mut().filter(|it| holds(&it.usage)).for_each(|voucher| voucher.usage.held = None);
        }
    }

    /// A hold ends when nobody has looked for its time.
    pub(crate) fn end_holds(&mut self) {
        let now = self.now;
        let coupons = self.coupons.values_mut().map(|coupon| &mut coupon.usage);
        let over = coupons.filter_map(|usage| usage.held.take_if(|(_, until)| *until <= now)).count();
        let vouchers = self.vouchers.values_mut().map(|voucher| &mut voucher.usage);
        let cash_over = vouchers.filter_map(|usage| usage.held.take_if(|(_, until)| *until <= now)).count();
        for (what, over) in [("a hold ran out", over), ("a hold of a cash voucher ran out", cash_over)] {
            (0..over).for_each(|_| self.marks.count(what));
        }
    }
}

/// What is taken off together.
pub(crate) fn off(taken: &[(Holding, i64)]) -> i64 {
    taken.iter().map(|(_, off)| off).sum()
}
