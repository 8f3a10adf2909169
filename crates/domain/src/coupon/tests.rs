//! What coupons take off, computed by hand: type × threshold × cap × rounding × goods.

use super::*;
use proptest::prelude::*;

pub(super) fn money(worth_fen: i64) -> Offer {
    Offer::Money { worth_fen }
}

fn each(worth_fen: i64, max_fen: Option<i64>) -> Offer {
    Offer::PerFullCut { worth_fen, max_fen }
}

fn rate(percent: i64, max_fen: Option<i64>) -> Offer {
    Offer::Rate { percent, max_fen }
}

fn reduce(worth_fen: i64) -> Offer {
    Offer::ReduceTo { worth_fen }
}

const SCAN: Offer = Offer::Exchange { verify: Verify::MerchantScan };

/// A coupon with this offer and nothing else said.
pub(super) fn of(offer: Offer) -> Terms {
    Terms {
        offer,
        min_consume_fen: 0,
        items: None,
        hours: Hours::default(),
        forbidden: Days::default(),
        rounding: Rounding::None,
        multi_use: MultiUse::No,
        card_only: false,
    }
}

fn from(min_consume_fen: i64, offer: Offer) -> Terms {
    Terms { min_consume_fen, ..of(offer) }
}

fn rounded(rounding: Rounding, terms: Terms) -> Terms {
    Terms { rounding, ..terms }
}

/// For apples and pears, with these bounds: `max_discount_num`, `min_consume_num`, `total_max_discount_num`.
fn fruit(terms: Terms, [max, min, total_max]: [u64; 3], sku_min_consume_fen: i64) -> Terms {
    let stated = |number: u64| (0 < number).then_some(number);
    let items = Items {
        ids: vec!["apple".to_owned(), "pear".to_owned()],
        original_price_fen: None,
        max_discount_num: stated(max),
        min_consume_num: stated(min),
        total_max_discount_num: stated(total_max),
        sku_min_consume_fen,
    };
    Terms { items: Some(items), ..terms }
}

const ANY: [u64; 3] = [0, 0, 0];

/// `apple 3 × 10.00`.
fn line(id: &str, quantity: u64, price_fen: i64) -> Goods {
    Goods { id: id.to_owned(), quantity, price_fen }
}

/// 3 apples at 10.00, 2 pears at 4.00, a melon at 12.00: 30.00 + 8.00 + 12.00 = 50.00.
fn basket() -> Vec<Goods> {
    vec![line("apple", 3, 1_000), line("pear", 2, 400), line("melon", 1, 1_200)]
}

#[test]
fn without_goods() {
    use Rounding::{DownJiao, DownYuan, HalfUpJiao, HalfUpYuan};
    // (what, the coupon, the total, the part that vouchers may take from, the deduction), all in fen.
    let cases = [
        ("min(20.00, 100.00)", of(money(2_000)), 10_000, 10_000, 2_000),
        ("min(20.00, 15.00)", of(money(2_000)), 1_500, 1_500, 1_500),
        ("min(20.00, 20.00)", of(money(2_000)), 2_000, 2_000, 2_000),
        ("min(20.00, 5.00 of 100.00)", of(money(2_000)), 10_000, 500, 500),
        ("nothing may be taken from", of(money(2_000)), 10_000, 0, 0),
        ("100.00 is 100.00", from(10_000, money(2_000)), 10_000, 10_000, 2_000),
        ("99.99 < 100.00", from(10_000, money(2_000)), 9_999, 9_999, 0),
        ("the part counts: 50.00 < 100.00", from(10_000, money(2_000)), 20_000, 5_000, 0),
        ("threshold below the worth: min(20.00, 10.00)", from(1_000, money(2_000)), 1_000, 1_000, 1_000),
        ("one fen", of(money(1)), 1, 1, 1),
        // Per full cut: floor(D / min_consume) × worth, at most max and D.
        ("floor(100 / 30) = 3 × 5.00", from(3_000, each(500, None)), 10_000, 10_000, 1_500),
        ("floor(89.99 / 30) = 2 × 5.00", from(3_000, each(500, None)), 8_999, 8_999, 1_000),
        ("floor(90 / 30) = 3 × 5.00", from(3_000, each(500, None)), 9_000, 9_000, 1_500),
        ("29.99 < 30.00", from(3_000, each(500, None)), 2_999, 2_999, 0),
        ("3 × 5.00, at most 12.00", from(3_000, each(500, Some(1_200))), 10_000, 10_000, 1_200),
        ("3 × 5.00, at most 15.00", from(3_000, each(500, Some(1_500))), 10_000, 10_000, 1_500),
        ("3 × 5.00, at most 20.00", from(3_000, each(500, Some(2_000))), 10_000, 10_000, 1_500),
        ("10 × 2.00 of 10.00, at most D", from(100, each(200, None)), 1_000, 1_000, 1_000),
        ("floor(60 / 30) = 2 × 5.00 of 100.00", from(3_000, each(500, None)), 10_000, 6_000, 1_000),
        ("no min_consume, no full cut", of(each(500, None)), 10_000, 10_000, 0),
        // Rate: D − D × rate, half up, at most max.
        ("100.00 − 85.00", of(rate(85, None)), 10_000, 10_000, 1_500),
        ("0.15 × 0.99 = 0.1485 → 0.15", of(rate(85, None)), 99, 99, 15),
        ("0.15 × 0.90 = 0.135 → 0.14", of(rate(85, None)), 90, 90, 14),
        ("0.15 × 0.89 = 0.1335 → 0.13", of(rate(85, None)), 89, 89, 13),
        ("0.15 × 0.03 = 0.0045 → 0.00", of(rate(85, None)), 3, 3, 0),
        ("0.15 × 0.04 = 0.006 → 0.01", of(rate(85, None)), 4, 4, 1),
        ("0.89 × 33.33 = 29.6637 → 29.66", of(rate(11, None)), 3_333, 3_333, 2_966),
        ("0.01 × 0.50 = 0.005 → 0.01", of(rate(99, None)), 50, 50, 1),
        ("0.01 × 0.49 = 0.0049 → 0.00", of(rate(99, None)), 49, 49, 0),
        ("15.00, at most 10.00", of(rate(85, Some(1_000))), 10_000, 10_000, 1_000),
        ("15.00, at most 15.00", of(rate(85, Some(1_500))), 10_000, 10_000, 1_500),
        ("0.15 × 60.00 of 100.00", of(rate(85, None)), 10_000, 6_000, 900),
        ("59.99 < 60.00", from(6_000, rate(85, None)), 5_999, 5_999, 0),
        ("0.15 × 60.00 from 60.00", from(6_000, rate(85, None)), 6_000, 6_000, 900),
        ("100,000,000.00 × 0.5", of(rate(50, None)), 10_000_000_000, 10_000_000_000, 5_000_000_000),
        // Without goods no piece is known.
        ("reduce to 5.00 what?", of(reduce(500)), 10_000, 10_000, 0),
        ("one piece of what?", of(SCAN), 10_000, 10_000, 0),
        // Rounding of what remains.
        ("88.88 − 8.00 = 80.88 → 80.00", rounded(DownYuan, of(money(800))), 8_888, 8_888, 888),
        ("88.88 − 8.00 = 80.88 → 80.80", rounded(DownJiao, of(money(800))), 8_888, 8_888, 808),
        ("88.88 − 8.00 = 80.88 → 81.00", rounded(HalfUpYuan, of(money(800))), 8_888, 8_888, 788),
        ("88.88 − 8.00 = 80.88 → 80.90", rounded(HalfUpJiao, of(money(800))), 8_888, 8_888, 798),
        ("88.50 − 8.00 = 80.50 → 81.00", rounded(HalfUpYuan, of(money(800))), 8_850, 8_850, 750),
        ("88.49 − 8.00 = 80.49 → 80.00", rounded(HalfUpYuan, of(money(800))), 8_849, 8_849, 849),
        ("88.45 − 8.00 = 80.45 → 80.50", rounded(HalfUpJiao, of(money(800))), 8_845, 8_845, 795),
        ("88.44 − 8.00 = 80.44 → 80.40", rounded(HalfUpJiao, of(money(800))), 8_844, 8_844, 804),
        ("80.00 stays", rounded(DownYuan, of(money(800))), 8_800, 8_800, 800),
        ("8.00 − 8.00 = 0 stays", rounded(HalfUpYuan, of(money(800))), 800, 800, 800),
        ("1.99 − 0.30 = 1.69 → 2.00 would add: 0", rounded(HalfUpYuan, of(money(30))), 199, 199, 0),
        ("0.40 − 0.10 = 0.30 → 0", rounded(DownYuan, of(money(10))), 40, 40, 40),
        ("20.70 − 0.50 = 20.20 → 20.00, of 0.60: 0.60", rounded(DownYuan, of(money(50))), 2_070, 60, 60),
        ("15% of 33.33 = 5.00; 28.33 → 28.00", rounded(DownYuan, of(rate(85, None))), 3_333, 3_333, 533),
        ("at most 4.00; 29.33 → 29.00", rounded(DownYuan, of(rate(85, Some(400)))), 3_333, 3_333, 433),
        ("2 × 5.00 of 77.77; 67.77 → 67.70", rounded(DownJiao, from(3_000, each(500, None))), 7_777, 7_777, 1_007),
        ("99.99 < 100.00, so nothing is rounded", rounded(DownYuan, from(10_000, money(1))), 9_999, 9_999, 0),
    ];
    for (what, terms, total, part, expect) in cases {
        assert_eq!(terms.takes(&Sale::new(total, part, &[])), expect, "{what}");
    }
}

#[test]
fn with_goods() {
    use Rounding::{DownYuan, HalfUpYuan};
    // (what, the coupon, the deduction from a basket of 50.00).
    let cases = [
        ("D = 30.00 + 8.00; min(20.00, 38.00)", fruit(of(money(2_000)), ANY, 0), 2_000),
        ("min(45.00, 38.00)", fruit(of(money(4_500)), ANY, 0), 3_800),
        ("38.00 < 38.01", fruit(from(3_801, money(500)), ANY, 0), 0),
        ("38.00 is 38.00", fruit(from(3_800, money(500)), ANY, 0), 500),
        ("1 of each: D = 10.00 + 4.00", fruit(of(money(4_500)), [1, 0, 0], 0), 1_400),
        ("2 of each: D = 20.00 + 8.00", fruit(of(money(4_500)), [2, 0, 0], 0), 2_800),
        ("2 in all, the dearest: D = 20.00", fruit(of(money(4_500)), [0, 0, 2], 0), 2_000),
        ("2 of each, 3 in all: D = 20.00 + 4.00", fruit(of(money(4_500)), [2, 0, 3], 0), 2_400),
        ("3 of a kind: D = 30.00", fruit(of(money(4_500)), [0, 3, 0], 0), 3_000),
        ("4 of a kind: none", fruit(of(money(4_500)), [0, 4, 0], 0), 0),
        ("3 of a kind, 1 of each: D = 10.00", fruit(of(money(4_500)), [1, 3, 0], 0), 1_000),
        ("38.00 spent < 38.01", fruit(of(money(500)), ANY, 3_801), 0),
        ("38.00 spent, though 1 of each counts", fruit(of(money(4_500)), [1, 0, 0], 3_800), 1_400),
        ("D = 14.00 < 15.00", fruit(from(1_500, money(500)), [1, 0, 0], 0), 0),
        ("15% of 38.00", fruit(of(rate(85, None)), ANY, 0), 570),
        ("15% of 14.00", fruit(of(rate(85, None)), [1, 0, 0], 0), 210),
        ("15% of 38.00, at most 5.00", fruit(of(rate(85, Some(500))), ANY, 0), 500),
        ("floor(38 / 10) = 3 × 2.00", fruit(from(1_000, each(200, None)), ANY, 0), 600),
        ("floor(20 / 10) = 2 × 2.00", fruit(from(1_000, each(200, None)), [0, 0, 2], 0), 400),
        ("3 × (10.00 − 6.00), pears are cheaper", fruit(of(reduce(600)), ANY, 0), 1_200),
        ("3 × (10.00 − 3.00) + 2 × (4.00 − 3.00)", fruit(of(reduce(300)), ANY, 0), 2_300),
        ("1 × 7.00 + 1 × 1.00", fruit(of(reduce(300)), [1, 0, 0], 0), 800),
        ("2 in all, the dearest: 2 × 7.00", fruit(of(reduce(300)), [0, 0, 2], 0), 1_400),
        ("reduced to what it costs", fruit(of(reduce(1_000)), ANY, 0), 0),
        ("reduced to more than it costs", fruit(of(reduce(1_100)), ANY, 0), 0),
        ("all pieces of anything above 9.99: 3 × 0.01 + 2.01", of(reduce(999)), 204),
        ("one piece, the cheapest of all", of(SCAN), 400),
        ("one piece, the cheapest apple or pear", fruit(of(SCAN), ANY, 0), 400),
        ("one piece of three of a kind", fruit(of(SCAN), [0, 3, 0], 0), 1_000),
        ("50.00 < 60.00", from(6_000, SCAN), 0),
        ("50.00 is 50.00", from(5_000, SCAN), 400),
        ("of all, goods do not matter: 5.00", of(money(500)), 500),
        ("5.70; 44.30 → 44.00", rounded(DownYuan, fruit(of(rate(85, None)), ANY, 0)), 600),
        ("5.70; 44.30 → 44.00", rounded(HalfUpYuan, fruit(of(rate(85, None)), ANY, 0)), 600),
        ("2.10; 47.90 → 48.00", rounded(HalfUpYuan, fruit(of(rate(85, None)), [1, 0, 0], 0)), 200),
        ("23.00; 27.00 stays", rounded(DownYuan, fruit(of(reduce(300)), ANY, 0)), 2_300),
        ("none counts, so nothing is rounded", rounded(DownYuan, fruit(of(money(500)), [0, 9, 0], 0)), 0),
    ];
    let goods = basket();
    for (what, terms, expect) in cases {
        assert_eq!(terms.takes(&Sale::new(5_000, 5_000, &goods)), expect, "{what}");
    }
    // Goods are what the merchant says; vouchers take from the discountable part alone.
    let part = Sale::new(5_000, 1_000, &goods);
    for (what, terms, expect) in [
        ("min(20.00, 10.00)", fruit(of(money(2_000)), ANY, 0), 1_000),
        ("15% of 10.00", fruit(of(rate(85, None)), ANY, 0), 150),
        ("3 × 7.00 + 2 × 1.00, at most 10.00", fruit(of(reduce(300)), ANY, 0), 1_000),
        ("10.00 < 30.00", fruit(from(3_000, money(500)), ANY, 0), 0),
    ] {
        assert_eq!(terms.takes(&part), expect, "{what}");
    }
    // Lines of one kind count together, and amounts that no trade has overflow nothing.
    let lines = [line("apple", 1, 700), line("apple", 2, 900), line("pear", u64::MAX, i64::MAX)];
    for (what, terms, expect) in [
        ("2 of each, the dearest: the pears alone are more", fruit(of(money(99_999)), [2, 0, 0], 0), 5_000),
        ("more pears than numbers", fruit(of(reduce(1)), ANY, i64::MAX), 5_000),
    ] {
        assert_eq!(terms.takes(&Sale::new(5_000, 5_000, &lines)), expect, "{what}");
    }
    let lines = [line("apple", 1, 700), line("apple", 2, 900), line("pear", 2, 0)];
    for (what, terms, expect) in [
        ("3 apples; 2 of them at 9.00", fruit(of(money(99_999)), [2, 3, 0], 0), 1_800),
        ("what costs nothing is no piece", of(SCAN), 700),
    ] {
        assert_eq!(terms.takes(&Sale::new(5_000, 5_000, &lines)), expect, "{what}");
    }
}

#[test]
fn after_another_voucher() {
    use Rounding::DownYuan;
    // The threshold is of the discountable amount, the deduction of what is left of it.
    let after = Sale::new(10_000, 10_000, &[]).less(9_500);
    assert_eq!(from(10_000, money(2_000)).takes(&after), 500);
    assert_eq!(from(10_001, money(2_000)).takes(&after), 0);
    assert_eq!(of(rate(85, None)).takes(&after), 500, "15.00, of which 5.00 is left");
    // 100.00 − 95.00 − 0.30 = 4.70 → 4.00.
    assert_eq!(rounded(DownYuan, of(money(30))).takes(&after), 100);
}

#[test]
fn when_it_may_be_used() {
    const NOON: i64 = 1_767_240_000_000; // Thursday 2026-01-01 12:00:00 in UTC+8
    let hours = |values: &str| {
        let mut hours = Hours::default();
        hours.add(values, "11:00:00,13:00:00").unwrap();
        hours
    };
    let user_click = Offer::Exchange { verify: Verify::UserClick };
    let new_year = Days::parse("2026-01-01,2026-01-01").unwrap();
    for (terms, expect) in [
        (of(money(1)), true),
        (of(SCAN), true),
        (of(user_click), false),
        (Terms { card_only: true, ..of(money(1)) }, false),
        (Terms { hours: hours("4"), ..of(money(1)) }, true),
        (Terms { hours: hours("5"), ..of(money(1)) }, false),
        (Terms { forbidden: new_year, hours: hours("4"), ..of(money(1)) }, false),
    ] {
        assert_eq!(terms.is_usable_at(NOON), expect, "{terms:?}");
    }
}

fn any_offer() -> impl Strategy<Value = Offer> {
    let max = || prop::option::of(1_i64..3_000);
    prop_oneof![
        (1_i64..20_000).prop_map(money),
        (1_i64..2_000, max()).prop_map(|(worth, max)| each(worth, max)),
        (11_i64..=99, max()).prop_map(|(percent, max)| rate(percent, max)),
        (1_i64..2_000).prop_map(reduce),
        Just(SCAN),
    ]
}

fn any_terms() -> impl Strategy<Value = Terms> {
    use Rounding::{DownJiao, DownYuan, HalfUpJiao, HalfUpYuan, None};
    let rounding = prop::sample::select(vec![None, DownYuan, DownJiao, HalfUpYuan, HalfUpJiao]);
    let bounds = prop::option::of((prop::array::uniform3(0_u64..5), 0_i64..3_000));
    (any_offer(), prop_oneof![Just(0), 1_i64..10_000], rounding, bounds).prop_map(|(offer, min, rounding, bounds)| {
        let terms = rounded(rounding, from(min, offer));
        match bounds {
            Some((bounds, sku_min_consume_fen)) => fruit(terms, bounds, sku_min_consume_fen),
            Option::None => terms,
        }
    })
}

fn any_goods() -> impl Strategy<Value = Vec<Goods>> {
    let id = prop::sample::select(vec!["apple", "pear", "melon"]);
    let one = (id, 0_u64..6, 0_i64..3_000).prop_map(|(id, quantity, price)| line(id, quantity, price));
    prop::collection::vec(one, 0..6)
}

proptest! {
    /// Never below 0, never more than vouchers may take or than an offer's own bounds; below the threshold nothing.
    /// What remains is rounded, unless the coupon has taken all that it may.
    #[test]
    fn a_coupon_takes_what_it_may(
        terms in any_terms(), goods in any_goods(), total in 1_i64..20_000, part in 0_i64..=1_000, gone in 0_i64..=1_000,
    ) {
        let part = total * part / 1_000;
        let sale = Sale::new(total, part, &goods).less(part * gone / 1_000);
        let fen = terms.takes(&sale);
        prop_assert!((0..=sale.rest_fen).contains(&fen), "{fen} of {sale:?}");
        prop_assert!(0 <= sale.payable_fen - fen);
        if part < terms.min_consume_fen {
            prop_assert_eq!(fen, 0);
        }
        if let (Rounding::None, Offer::Money { worth_fen: max } | Offer::Rate { max_fen: Some(max), .. }
            | Offer::PerFullCut { max_fen: Some(max), .. }) = (terms.rounding, terms.offer) {
            prop_assert!(fen <= max);
        }
        if let Some(items) = &terms.items {
            let spent: i64 = goods.iter().filter(|line| items.ids.contains(&line.id))
                .map(|line| line.quantity.cast_signed() * line.price_fen).sum();
            prop_assert!(fen <= spent);
        }
        if terms.rounding == Rounding::DownYuan && 0 < fen && fen < sale.rest_fen && terms.items.is_none() {
            prop_assert_eq!((sale.payable_fen - fen) % 100, 0);
        }
    }

    /// Of all that are chosen together, and in whatever order they come.
    #[test]
    fn what_is_chosen_stays_within_the_trade(
        all in prop::collection::vec((any_terms(), any::<bool>(), 0_i64..3), 0..6), goods in any_goods(),
        total in 1_i64..20_000, part in 0_i64..=1_000,
    ) {
        use crate::id::VoucherId;
        use choice::{Candidate, Class, choose, ranked};
        let part = total * part / 1_000;
        let sale = Sale::new(total, part, &goods);
        let mut candidates: Vec<_> = all.iter().zip(1..).map(|((terms, cash, ends_at), number)| {
            let (id, class) = (VoucherId::new(0, number), if *cash { Class::Cash } else { Class::Coupon });
            Candidate { id, class, ends_at: *ends_at, terms }
        }).collect();
        let picks = choose(&candidates, &sale, 0);
        prop_assert!(picks.len() <= 2 && picks.iter().all(|pick| 0 < pick.fen));
        prop_assert!(picks.iter().map(|pick| pick.fen).sum::<i64>() <= part);
        let alone = ranked(&candidates, &sale, 0);
        prop_assert_eq!(picks.first(), alone.first());
        candidates.reverse();
        prop_assert_eq!(picks, choose(&candidates, &sale, 0));
    }
}
