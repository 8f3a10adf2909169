//! What a coupon takes off one trade (`docs/decisions.md`, "Deductions").

use super::{Items, Offer, Rounding, Terms, Verify};
use std::collections::BTreeMap;

/// A trade, as far as a coupon's deduction depends on it. Amounts are fen.
#[derive(Clone, Copy, Debug)]
pub struct Sale<'a> {
    /// The part of the total that vouchers may take from: what thresholds are held against.
    pub discountable_fen: i64,
    /// The part of that which no coupon has taken yet.
    pub rest_fen: i64,
    /// What is still to be paid: the total less what vouchers have taken.
    pub payable_fen: i64,
    /// The lines of what is sold (`goods_detail`); empty where the merchant names none.
    pub goods: &'a [Goods],
}

/// A line of what is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    /// The merchant's number of the goods, `goods_id`.
    pub id: String,
    /// The number of pieces.
    pub quantity: u64,
    /// The price of one piece, fen.
    pub price_fen: i64,
}

/// Pieces of one price. Amounts of goods are whatever the merchant says, so they are summed in 128 bits; the trade's
/// own amount bounds what is made of them.
#[derive(Clone, Copy, Debug)]
struct Pieces {
    price_fen: i64,
    count: u64,
}

impl Pieces {
    fn fen(self) -> i128 {
        i128::from(self.price_fen) * i128::from(self.count)
    }
}

impl<'a> Sale<'a> {
    /// A trade that no coupon has taken from.
    pub fn new(total_fen: i64, discountable_fen: i64, goods: &'a [Goods]) -> Sale<'a> {
        Sale { discountable_fen, rest_fen: discountable_fen, payable_fen: total_fen, goods }
    }

    /// The same trade after a coupon has taken that much.
    #[must_use]
    pub fn less(self, taken_fen: i64) -> Sale<'a> {
        debug_assert!((0..=self.rest_fen).contains(&taken_fen), "a coupon takes from what no other has taken");
        Sale { rest_fen: self.rest_fen - taken_fen, payable_fen: self.payable_fen - taken_fen, ..self }
    }
}

impl Terms {
    /// Whether it may be used in a trade at `at`, UTC milliseconds, whatever is sold.
    pub fn is_usable_at(&self, at: i64) -> bool {
        let by_trades = self.offer != Offer::Exchange { verify: Verify::UserClick };
        by_trades && !self.card_only && self.hours.hold(at) && !self.forbidden.hold(at)
    }

    /// What it takes off this trade; 0 when it cannot be used for it. Never more than vouchers may take, nor below 0.
    pub fn takes(&self, sale: &Sale<'_>) -> i64 {
        let base_fen = match &self.items {
            None => sale.discountable_fen,
            Some(items) if items.spent_fen(sale.goods) < i128::from(items.sku_min_consume_fen) => return 0,
            Some(items) => within(items.pieces(sale.goods).into_iter().map(Pieces::fen).sum(), sale.discountable_fen),
        };
        if base_fen < self.min_consume_fen {
            return 0;
        }
        let most_fen = base_fen.min(sale.rest_fen);
        let fen = self.formula(base_fen, sale.goods).min(most_fen);
        if fen <= 0 {
            return 0;
        }
        // The odd part goes to the coupon, or is taken from it.
        let remains = self.rounding.round(sale.payable_fen - fen);
        let taken_fen = (sale.payable_fen - remains).clamp(0, most_fen);
        debug_assert!(taken_fen <= sale.rest_fen && taken_fen <= sale.discountable_fen, "no more than may be taken");
        taken_fen
    }

    /// The table's line for its type, with `base_fen` as D.
    fn formula(&self, base_fen: i64, goods: &[Goods]) -> i64 {
        let at_most = |fen: i64, max: Option<i64>| max.map_or(fen, |max| fen.min(max));
        match self.offer {
            Offer::Money { worth_fen } => worth_fen,
            Offer::PerFullCut { worth_fen, max_fen } => {
                let times = base_fen.checked_div(self.min_consume_fen).unwrap_or(0);
                at_most(times.saturating_mul(worth_fen), max_fen)
            }
            Offer::Rate { percent, max_fen } => {
                let fen = (i128::from(base_fen) * i128::from(100 - percent) + 50) / 100;
                at_most(within(fen, base_fen), max_fen)
            }
            Offer::ReduceTo { worth_fen } => {
                let above = |piece: Pieces| Pieces { price_fen: (piece.price_fen - worth_fen).max(0), ..piece }.fen();
                within(self.pieces(goods).into_iter().map(above).sum(), base_fen)
            }
            // It has no list of goods (activity.create, `item_info`), so nothing says which piece is meant. The
            // cheapest: a coupon for a cup of coffee is not to give away a television.
            Offer::Exchange { .. } => {
                let prices = self.pieces(goods).into_iter().map(|piece| piece.price_fen);
                prices.filter(|&fen| 0 < fen).min().unwrap_or(0)
            }
        }
    }

    /// The pieces that the coupon is for.
    fn pieces(&self, goods: &[Goods]) -> Vec<Pieces> {
        match &self.items {
            Some(items) => items.pieces(goods),
            None => goods.iter().map(Goods::pieces).collect(),
        }
    }
}

impl Goods {
    fn pieces(&self) -> Pieces {
        Pieces { price_fen: self.price_fen, count: self.quantity }
    }
}

impl Items {
    /// What is spent on these goods, however many of them count.
    fn spent_fen(&self, goods: &[Goods]) -> i128 {
        goods.iter().filter(|line| self.ids.contains(&line.id)).map(|line| line.pieces().fen()).sum()
    }

    /// The pieces that count. Where a bound leaves some out, the dearest stay in.
    fn pieces(&self, goods: &[Goods]) -> Vec<Pieces> {
        let mut kinds: BTreeMap<&str, Vec<Pieces>> = BTreeMap::new();
        for line in goods.iter().filter(|line| self.ids.contains(&line.id)) {
            kinds.entry(&line.id).or_default().push(line.pieces());
        }
        let enough = |pieces: &Vec<Pieces>| {
            let bought = pieces.iter().fold(0_u64, |sum, piece| sum.saturating_add(piece.count));
            self.min_consume_num.is_none_or(|least| least <= bought)
        };
        let counted = kinds.into_values().filter(enough).flat_map(|pieces| dearest(pieces, self.max_discount_num));
        dearest(counted.collect(), self.total_max_discount_num)
    }
}

/// The dearest pieces, at most that many.
fn dearest(mut pieces: Vec<Pieces>, most: Option<u64>) -> Vec<Pieces> {
    let Some(mut left) = most else { return pieces };
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.price_fen));
    for piece in &mut pieces {
        piece.count = piece.count.min(left);
        left -= piece.count;
    }
    pieces.retain(|piece| 0 < piece.count);
    pieces
}

/// An amount of goods, as far as the trade's own goes.
fn within(fen: i128, most_fen: i64) -> i64 {
    i64::try_from(fen).map_or(most_fen, |fen| fen.min(most_fen))
}

impl Rounding {
    /// What is to be paid instead of `fen`, which is not below 0.
    fn round(self, fen: i64) -> i64 {
        const JIAO: i64 = 10;
        const YUAN: i64 = 100;
        match self {
            Rounding::None => fen,
            Rounding::DownYuan => fen - fen % YUAN,
            Rounding::DownJiao => fen - fen % JIAO,
            Rounding::HalfUpYuan => (fen + YUAN / 2) / YUAN * YUAN,
            Rounding::HalfUpJiao => (fen + JIAO / 2) / JIAO * JIAO,
        }
    }
}
