//! Which of a buyer's vouchers a trade takes (alipay.trade.pay, "Redeeming a voucher in a trade").

use super::{Sale, Terms};
use crate::id::VoucherId;

/// What kind of voucher: a trade takes one of each at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A cash voucher: a template's fund pays for it.
    Cash,
    /// A coupon of an activity; the seller pays for it.
    Coupon,
}

/// A coupon that its buyer may use now.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its id on the wire.
    pub id: VoucherId,
    /// Whose money it takes off.
    pub class: Class,
    /// The last moment at which it can be used, UTC milliseconds.
    pub ends_at: i64,
    /// How much it takes off, and when.
    pub terms: &'a Terms,
}

/// A coupon that a trade uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The store's number of the coupon.
    pub number: i64,
    /// How much it takes off, at least 1 fen.
    pub fen: i64,
}

/// The coupons that take something off this trade at `at` (UTC milliseconds), each by itself, the best first: the
/// highest deduction, then the earliest end, then the lowest id.
pub fn ranked(candidates: &[Candidate<'_>], sale: &Sale<'_>, at: i64) -> Vec<Pick> {
    let picks = candidates.iter().filter_map(|one| {
        let fen = if one.terms.is_usable_at(at) { one.terms.takes(sale) } else { 0 };
        (0 < fen).then_some((one, Pick { number: one.id.number, fen }))
    });
    let mut picks: Vec<_> = picks.collect();
    picks.sort_by_key(|(one, pick)| (-pick.fen, one.ends_at, one.id.text_order()));
    picks.into_iter().map(|(_, pick)| pick).collect()
}

/// The coupons that the trade uses: the best of all, and beside it the best of the other class for what that leaves.
pub fn choose(candidates: &[Candidate<'_>], sale: &Sale<'_>, at: i64) -> Vec<Pick> {
    let mut picks = Vec::new();
    let mut sale = *sale;
    let mut left = candidates.to_vec();
    while let Some(&best) = ranked(&left, &sale, at).first() {
        let class = left.iter().find(|one| one.id.number == best.number).map(|one| one.class);
        left.retain(|one| Some(one.class) != class);
        sale = sale.less(best.fen);
        picks.push(best);
    }
    picks
}

#[cfg(test)]
mod tests {
    use super::super::tests::{money, of};
    use super::*;

    const NOW: i64 = 1_767_240_000_000;
    const DAY: i64 = 86_400_000;

    #[test]
    fn the_highest_deduction_then_the_earliest_end_then_the_lowest_id() {
        let (five, eight, dear) =
            (of(money(500)), of(money(800)), Terms { min_consume_fen: 10_001, ..of(money(9_900)) });
        let on = |created_at, number, terms, ends_at| Candidate {
            id: VoucherId::new(created_at, number),
            class: Class::Coupon,
            ends_at,
            terms,
        };
        let one = |number, terms, ends_at| on(NOW, number, terms, ends_at);
        let sale = Sale::new(10_000, 10_000, &[]);
        for (candidates, expect) in [
            (vec![], vec![]),
            (vec![one(1, &dear, 0)], vec![]),
            (vec![one(1, &five, 1), one(2, &eight, 9), one(3, &dear, 0)], vec![(2, 800), (1, 500)]),
            (vec![one(1, &eight, 9), one(2, &eight, 8)], vec![(2, 800), (1, 800)]),
            (vec![one(4, &eight, 9), one(3, &eight, 9), one(5, &eight, 9)], vec![(3, 800), (4, 800), (5, 800)]),
            // A process may have leased lower numbers than were given on days before.
            (vec![on(NOW + DAY, 1, &eight, 9), on(NOW, 7, &eight, 9)], vec![(7, 800), (1, 800)]),
            (vec![on(NOW, 2, &eight, 9), on(NOW + 1, 1, &eight, 9)], vec![(1, 800), (2, 800)]),
        ] {
            let found = |picks: Vec<Pick>| picks.into_iter().map(|pick| (pick.number, pick.fen)).collect::<Vec<_>>();
            assert_eq!(found(ranked(&candidates, &sale, NOW)), expect);
            assert_eq!(found(choose(&candidates, &sale, NOW)), expect.into_iter().take(1).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_of_each_kind_and_the_second_takes_from_what_the_first_leaves() {
        let (sixty, fifty) = (of(money(6_000)), of(money(5_000)));
        let one = |number, class, terms| Candidate { id: VoucherId::new(NOW, number), class, ends_at: 0, terms };
        let all = [
            one(1, Class::Cash, &fifty),
            one(2, Class::Coupon, &sixty),
            one(3, Class::Coupon, &fifty),
            one(4, Class::Cash, &fifty),
        ];
        let (all_of_it, a_part) = (Sale::new(10_000, 10_000, &[]), Sale::new(10_000, 7_000, &[]));
        let pick = |number, fen| Pick { number, fen };
        // 100.00 − 60.00 leaves 40.00 of the 50.00; of 70.00 it leaves 10.00.
        assert_eq!(choose(&all, &all_of_it, NOW), [pick(2, 6_000), pick(1, 4_000)]);
        assert_eq!(choose(&all, &a_part, NOW), [pick(2, 6_000), pick(1, 1_000)]);
        // Where the first takes all, nothing is left to take, and a voucher that takes nothing is not used up.
        assert_eq!(choose(&all, &Sale::new(6_000, 6_000, &[]), NOW), [pick(2, 6_000)]);
    }
}
