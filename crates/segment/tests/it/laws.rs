//! What holds of every crowd, whatever the rules mean.

use proptest::prelude::*;
use segment::{Counts, Expr, Members};

use crate::texts;
use crate::worlds::{DIMENSIONS, Put, TODAY, expr, put, rule, tags};

fn members(puts: &[Put]) -> Members {
    let mut members = Members::new(tags(), &[0, 3, 5]);
    for (user, version, values) in puts {
        apply(&mut members, *user, *version, values);
    }
    members
}

fn apply(members: &mut Members, user: u64, version: u32, values: &[(usize, String)]) -> bool {
    let tags = tags();
    let row = values.iter().map(|(tag, text)| (*tag, texts::value(tags[*tag].kind, text)));
    members.put(user, version, &row.collect::<Vec<_>>())
}

fn not(part: &Expr) -> Expr {
    Expr::Not(Box::new(part.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn sets_have_their_algebra(puts in prop::collection::vec(put(), 0..150), a in rule(), b in rule(), c in rule()) {
        let (members, tags) = (members(&puts), tags());
        let count = |expr: Expr| members.count(&expr, &DIMENSIONS, TODAY);
        let (a, b, c) = (expr(&tags, &a), expr(&tags, &b), expr(&tags, &c));
        let all = |parts: &[&Expr]| Expr::All(parts.iter().map(|part| (*part).clone()).collect());
        let any = |parts: &[&Expr]| Expr::Any(parts.iter().map(|part| (*part).clone()).collect());
        let same = |left: Expr, right: Expr| assert_eq!(count(left), count(right));

        same(all(&[&a, &b]), all(&[&b, &a]));
        same(any(&[&a, &b, &c]), any(&[&c, &any(&[&b, &a])]));
        same(all(&[&a, &any(&[&b, &c])]), any(&[&all(&[&a, &b]), &all(&[&a, &c])]));
        same(not(&all(&[&a, &b])), any(&[&not(&a), &not(&b)]));
        same(not(&any(&[&a, &b])), all(&[&not(&a), &not(&b)]));
        same(not(&not(&a)), a.clone());
        same(all(&[&a, &a]), any(&[&a]));
        same(any(&[&a, &not(&a)]), all(&[]));
        same(all(&[&a, &not(&a)]), not(&all(&[])));
        let total = |expr: Expr| count(expr).total;
        prop_assert_eq!(total(a.clone()) + total(b.clone()), total(all(&[&a, &b])) + total(any(&[&a, &b])));
        prop_assert_eq!(total(a.clone()) + total(not(&a)), members.len() as u64);
    }

    #[test]
    fn a_histogram_holds_no_more_than_the_crowd(puts in prop::collection::vec(put(), 0..150), a in rule()) {
        let (members, a) = (members(&puts), expr(&tags(), &a));
        let Counts { total, histograms, .. } = members.count(&a, &DIMENSIONS, TODAY);
        prop_assert_eq!(histograms.len(), DIMENSIONS.len());
        for (place, histogram) in histograms.iter().enumerate() {
            prop_assert!(histogram.iter().map(|(_, count)| count).sum::<u64>() <= total);
            prop_assert!(histogram.iter().all(|(_, count)| *count != 0));
            // A dimension asked alone says what it says among others.
            let alone = members.count(&a, &[DIMENSIONS[place]], TODAY);
            prop_assert_eq!(&alone.histograms[0], histogram);
        }
    }

    #[test]
    fn the_latest_version_holds_in_whatever_order_it_came(
        puts in prop::collection::vec(put(), 0..100),
        shuffled in prop::collection::vec(any::<prop::sample::Index>(), 100),
        a in rule(),
    ) {
        // One content for a version, so that the final state does not hang on which of two came first.
        let mut once = std::collections::BTreeMap::new();
        for (user, version, values) in puts {
            once.insert((user, version), values);
        }
        let ordered: Vec<Put> = once.into_iter().map(|((user, version), values)| (user, version, values)).collect();
        let mut mixed = ordered.clone();
        for place in (1..mixed.len()).rev() {
            mixed.swap(place, shuffled[place].index(place + 1));
        }
        let (ordered, mut mixed) = (members(&ordered), members(&mixed));
        let a = expr(&tags(), &a);
        let counts = ordered.count(&a, &DIMENSIONS, TODAY);
        prop_assert_eq!(&counts, &mixed.count(&a, &DIMENSIONS, TODAY));
        for user in 0..60 {
            prop_assert_eq!(ordered.matches(user, &a, TODAY), mixed.matches(user, &a, TODAY));
        }
        // Nothing older or equal changes anything.
        for user in 0..60 {
            let held = mixed.matches(user, &Expr::All(vec![]), TODAY).is_some();
            prop_assert_eq!(apply(&mut mixed, user, 0, &[]), !held);
        }
    }
}
