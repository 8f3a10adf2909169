//! The columns and the twin say the same, of small changing worlds and of a large one.

use std::sync::LazyLock;

use proptest::prelude::*;
use segment::Kind;

use crate::naive::{Op, Rule};
use crate::worlds::{DIMENSIONS, World, put, rule, tag, tags, value};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn of_changing_members(
        before in prop::collection::vec(put(), 0..120),
        sums in prop::collection::vec((0..80_u64, 1..4_u32, 0..4_000_000_000_000_000_i64), 0..40),
        late in prop::collection::vec((0..80_u64, value(Kind::Enum)), 0..30),
        rules in prop::collection::vec(rule(), 1..6),
        merges in prop::collection::btree_set(0..200_usize, 0..8),
    ) {
        let mut world = World::new(tags());
        let mut step = 0;
        let mut next = |world: &mut World| {
            step += 1;
            if merges.contains(&step) {
                world.merge_step();
                world.count(&rules[0], &DIMENSIONS);
            }
        };
        for (user, version, values) in &before {
            next(&mut world);
            world.put(*user, *version, values);
        }
        for (user, version, fen) in sums {
            next(&mut world);
            world.put_sum(user, version, fen);
        }
        for rule in &rules {
            world.count(rule, &DIMENSIONS);
            world.matches(rule);
        }
        // A tag that comes later is unknown until members are put again.
        world.add_tag(tag("late", Kind::Enum));
        let place = tags().len();
        let missing = Rule::Test(Op::Neq, place, "1".to_owned());
        prop_assert_eq!(world.count(&missing, &[place]).total as usize, world.members.len());
        for (user, text) in late {
            next(&mut world);
            world.put(user, 9, &[(place, text)]);
        }
        for rule in rules {
            let joined = Rule::Any(vec![Rule::Not(Box::new(missing.clone())), rule]);
            world.count(&joined, &[place, 0, place]);
            world.matches(&joined);
        }
    }
}

/// Three blocks of members and a ragged end; tag 5 has more than 65,535 words, tag 8 more than 255, and everything is
/// unknown of some. One in three was changed after the columns had widened and the blocks had been put in order, so
/// that they were put in order anew. Some had paid before the one and some before the other.
static LARGE: LazyLock<World> = LazyLock::new(|| {
    const MEMBERS: u64 = 3 * 32_768 + 77;
    let mut rng = fastrand::Rng::with_seed(2026);
    let mut world = World::new(tags());
    let mut put = |world: &mut World, user: u64, version| {
        let row = [
            (0, (rng.u32(..23) as i32 - 3).to_string()),
            (1, format!("{}.{:02}", rng.u32(..4000), rng.u32(..100))),
            (2, format!("20{:02}-{:02}-{:02}", rng.u32(24..27), rng.u32(1..13), rng.u32(1..29))),
            (3, ["a", "bc", "人a", "%", "ab_c"][rng.usize(..5)].to_owned()),
            (4, format!("{:.4},{:.4}", 119.0 + 2.0 * rng.f64(), 29.0 + 2.0 * rng.f64())),
            (5, (user * 7919 % MEMBERS).to_string()),
            (6, rng.u32(..30).to_string()),
            (7, format!("20{:02}-02-28", rng.u32(..99))),
            (8, format!("text {}", rng.u32(..700))),
            (9, format!("{:.3},{:.3}", 360.0 * rng.f64() - 180.0, 180.0 * rng.f64() - 90.0)),
        ];
        let known: Vec<_> = row.into_iter().filter(|_| rng.u32(..20) != 0).collect();
        world.put(user, version, &known);
    };
    for user in 0..MEMBERS {
        put(&mut world, 2_088_000_000_000_000 + user * 3, 1);
        if user % 11 == 0 && user < 60_000 {
            world.put_sum(2_088_000_000_000_000 + user * 3, 1, user as i64);
        }
    }
    // Who changes is in a delta, and so is who changed while the first ones were merged.
    world.merge_step();
    for user in (0..MEMBERS).step_by(3) {
        if user == 30_000 {
            world.merge_step();
        }
        put(&mut world, 2_088_000_000_000_000 + user * 3, 2);
        if user % 7 == 0 {
            world.put_sum(2_088_000_000_000_000 + user * 3, 2, 1000 * user as i64);
        }
    }
    world
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn of_many_members(rule in rule(), dimensions in prop::sample::subsequence(DIMENSIONS.to_vec(), 0..5)) {
        LARGE.count(&rule, &dimensions);
    }
}

#[test]
fn of_many_members_from_nobody_to_everybody() {
    let test = |op, tag, value: &str| Rule::Test(op, tag, value.to_owned());
    let many = (0..1000).map(|code| (code * 97).to_string()).collect::<Vec<_>>().join(",");
    for (rule, least, most) in [
        (Rule::Any(vec![]), 0, 0),
        (test(Op::Eq, 5, "77"), 1, 1),
        (test(Op::In, 5, &many), 900, 1000),
        (test(Op::Between, 5, "60000,69999"), 9_000, 10_000),
        (Rule::All(vec![test(Op::Eq, 0, "1"), test(Op::Lt, 1, "2000"), test(Op::Like, 8, "77")]), 1, 100),
        (test(Op::Like, 8, "text 1"), 10_000, 30_000),
        (test(Op::NotIn, 5, &many), 97_000, 98_381),
        (test(Op::Locate, 4, "120,30,50000"), 15_000, 25_000),
        (Rule::All(vec![]), 98_381, 98_381),
    ] {
        let counts = LARGE.count(&rule, &DIMENSIONS);
        assert!((least..=most).contains(&counts.total), "{rule:?} {}", counts.total);
    }
    LARGE.matches(&Rule::All(vec![test(Op::Gt, 5, "5"), test(Op::Lt, 1, "1000.5"), test(Op::RightDays, 2, "30")]));
}

#[test]
fn of_more_dimensions_than_fit_side_by_side() {
    // Nine enum tags of some 600 codes: 90 bits. One is small at first and grows when the others are already wide.
    let tags: Vec<_> = (0..9).map(|place| tag(&format!("code_{place}"), Kind::Enum)).collect();
    let mut rng = fastrand::Rng::with_seed(9);
    let mut world = World::new(tags);
    for user in 0..3000 {
        let codes = |place: usize| if place == 2 && user < 2000 { 3 } else { 600 };
        let row: Vec<_> = (0..9).map(|place| (place, rng.u32(..codes(place)).to_string())).collect();
        world.put(user, 1, &row[usize::from(rng.u8(..4) == 0)..]);
    }
    let few = Rule::Test(Op::Lt, 8, "9".to_owned());
    world.count(&few, &[8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
    world.count(&Rule::Not(Box::new(few)), &[7, 2, 6]);
}
