//! Every operator on every kind by example: the table of `docs/decisions.md`, "Operators by tag type", and its edges.

use segment::{Expr, Kind, Members, Tag, Test, Value};

use crate::naive::Op;
use crate::texts;
use crate::worlds::{TODAY, tag};

fn lone_tag(kind: Kind) -> Vec<Tag> {
    vec![tag("it", kind)]
}

/// Of members that hold these values and one that holds none (`?`), the condition takes those expected; separated by
/// blanks.
fn check(kind: Kind, op: Op, value: &str, held: &str, expect: &str) {
    check_test(kind, &texts::test(kind, op, 0, value), held, expect);
}

fn check_test(kind: Kind, test: &Test, held: &str, expect: &str) {
    let expr = Expr::Test(test.clone());
    let mut members = Members::new(lone_tag(kind), &[]);
    let held: Vec<&str> = held.split(' ').chain(["?"]).collect();
    for (user, text) in held.iter().enumerate() {
        let known = (*text != "?").then(|| (0, texts::value(kind, text)));
        members.put(user as u64, 1, known.as_slice());
    }
    let taken = |user: &usize| members.matches(*user as u64, &expr, TODAY).expect("put above");
    let crowd: Vec<&str> = (0..held.len()).filter(taken).map(|user| held[user]).collect();
    assert_eq!(crowd.join(" "), expect, "{test:?}");
    assert_eq!(members.count(&expr, &[], TODAY).total as usize, crowd.len(), "{test:?}");
}

#[test]
fn codes_are_compared_as_they_are_written() {
    let check = |op, value, expect| check(Kind::Enum, op, value, "1 2 01 1.0 a A 男", expect);
    check(Op::Eq, "1", "1");
    check(Op::Eq, "1,2", "");
    check(Op::Neq, "1", "2 01 1.0 a A 男 ?");
    check(Op::In, "1", "1");
    check(Op::In, "2,男,2,nobody's", "2 男");
    check(Op::NotIn, "a,1", "2 01 1.0 A 男 ?");
}

#[test]
fn codes_are_ordered_where_they_are_integers() {
    let check = |op, value, expect| {
        check(Kind::Enum, op, value, "-2 -0 0 1 02 10 330100 1.5 1a 99999999999999999999", expect);
    };
    check(Op::Gt, "2", "10 330100 99999999999999999999");
    check(Op::GtEq, "2", "02 10 330100 99999999999999999999");
    check(Op::Lt, "0", "-2");
    check(Op::LtEq, "00", "-2 -0 0");
    check(Op::Between, "-2,2", "-2 -0 0 1 02");
    check(Op::Between, "10,10", "10");
    check(Op::GtEq, "99999999999999999999", "99999999999999999999");
    check(Op::LtEq, "99999999999999999999999999999999999999", "-2 -0 0 1 02 10 330100 99999999999999999999");
}

#[test]
fn numbers_are_compared_by_size() {
    let check =
        |op, value, expect| check(Kind::Number, op, value, "1 1.0 1.5 -1 -1.0001 0 -0 40000 99.99 3000000.5", expect);
    check(Op::Eq, "1", "1 1.0");
    check(Op::Eq, "1.00", "1 1.0");
    check(Op::Eq, "0.0001", "");
    check(Op::Neq, "1.0", "1.5 -1 -1.0001 0 -0 40000 99.99 3000000.5 ?");
    check(Op::In, "0,1,1.0", "1 1.0 0 -0");
    check(Op::In, "3000000.5,-1.0001,7", "-1.0001 3000000.5");
    check(Op::NotIn, "0,1,40000", "1.5 -1 -1.0001 99.99 3000000.5 ?");
    check(Op::Gt, "1.5", "40000 99.99 3000000.5");
    check(Op::GtEq, "1.5", "1.5 40000 99.99 3000000.5");
    check(Op::GtEq, "1.4999", "1.5 40000 99.99 3000000.5");
    check(Op::Lt, "-1", "-1.0001");
    check(Op::LtEq, "-1", "-1 -1.0001");
    check(Op::LtEq, "999999999999.9999", "1 1.0 1.5 -1 -1.0001 0 -0 40000 99.99 3000000.5");
    check(Op::GtEq, "-999999999999.9999", "1 1.0 1.5 -1 -1.0001 0 -0 40000 99.99 3000000.5");
    check(Op::Between, "-1,1.5", "1 1.0 1.5 -1 0 -0");
    check(Op::Between, "1.5,1.5", "1.5");
}

#[test]
fn the_ends_of_every_width_are_values_and_not_unknown() {
    for held in
        ["32767 -32767 32768 -32768", "2147483647 -2147483647 -2147483648", "922337203685.4775 -922337203685.4775"]
    {
        let ascending = |op, value: &str, expect: &str| check(Kind::Number, op, value, held, expect);
        ascending(Op::LtEq, "999999999999", held);
        ascending(Op::GtEq, "-999999999999", held);
        ascending(Op::Neq, "0", &format!("{held} ?"));
    }
    // A rule may ask for more than the column ever held.
    check(Kind::Number, Op::GtEq, "-40000", "5 -5", "5 -5");
    check(Kind::Number, Op::Lt, "-40000", "5 -5", "");
    check(Kind::Number, Op::Gt, "0.5", "1 0 -1", "1");
    check(Kind::Number, Op::Lt, "-0.5", "1 0 -1", "-1");
}

#[test]
fn days_are_compared_by_calendar() {
    let check = |op, value, expect| {
        check(Kind::Date, op, value, "2024-02-29 2024-03-01 0001-01-01 9999-12-31 1969-12-31", expect);
    };
    check(Op::Eq, "2024-02-29", "2024-02-29");
    check(Op::Neq, "2024-02-29", "2024-03-01 0001-01-01 9999-12-31 1969-12-31 ?");
    check(Op::In, "2024-02-29,2024-03-01,1970-01-01", "2024-02-29 2024-03-01");
    check(Op::NotIn, "2024-02-29,2024-03-01", "0001-01-01 9999-12-31 1969-12-31 ?");
    check(Op::Gt, "2024-02-29", "2024-03-01 9999-12-31");
    check(Op::GtEq, "2024-02-29", "2024-02-29 2024-03-01 9999-12-31");
    check(Op::Lt, "1969-12-31", "0001-01-01");
    check(Op::LtEq, "1969-12-31", "0001-01-01 1969-12-31");
    check(Op::Between, "2024-02-29,2024-03-01", "2024-02-29 2024-03-01");
}

#[test]
fn days_are_counted_back_from_today() {
    let check = |op, value, expect| {
        check(
            Kind::Date,
            op,
            value,
            "2026-03-02 2026-03-01 2026-02-28 2026-02-22 2026-02-21 1926-03-26 1926-03-25",
            expect,
        );
    };
    check(Op::LeftDays, "0", "2026-03-01");
    check(Op::LeftDays, "1", "2026-03-01 2026-02-28");
    check(Op::LeftDays, "7", "2026-03-01 2026-02-28 2026-02-22");
    check(Op::LeftDays, "36500", "2026-03-01 2026-02-28 2026-02-22 2026-02-21 1926-03-26");
    check(Op::LeftDays, "36499", "2026-03-01 2026-02-28 2026-02-22 2026-02-21");
    check(Op::RightDays, "0", "2026-02-28 2026-02-22 2026-02-21 1926-03-26 1926-03-25");
    check(Op::RightDays, "7", "2026-02-21 1926-03-26 1926-03-25");
    check(Op::RightDays, "36499", "1926-03-26 1926-03-25");
    check(Op::RightDays, "36500", "1926-03-25");
}

#[test]
fn texts_are_compared_letter_by_letter() {
    let check = |op, value, expect| check(Kind::Text, op, value, "有机 有机蔬菜 Tea tea 100% 1", expect);
    check(Op::Eq, "有机", "有机");
    check(Op::Neq, "有机", "有机蔬菜 Tea tea 100% 1 ?");
    check(Op::In, "tea,1", "tea 1");
    check(Op::NotIn, "tea,1", "有机 有机蔬菜 Tea 100% ?");
    check(Op::Like, "有机", "有机 有机蔬菜");
    check(Op::Like, "ea", "Tea tea");
    check(Op::Like, "T", "Tea");
    check(Op::Like, "%", "100%");
    check(Op::Like, "t_a", "");
    check(Op::Like, "tea,1", "");
}

#[test]
fn places_are_taken_within_the_radius() {
    // One degree of a great circle is 111,195.0802… m.
    let check = |value, expect| check(Kind::Location, Op::Locate, value, "120,30 120,31 179.5,0 -179.5,0 0,90", expect);
    check("120,30,0", "120,30");
    check("120,30,111195.0802", "120,30");
    check("120,30,111195.0803", "120,30 120,31");
    check("-179.5,0,111195.0803", "179.5,0 -179.5,0");
    check("77,-90,20015114.5", "120,30 120,31 179.5,0 -179.5,0 0,90");
    check("77,89,111195.0803", "0,90");
    check("0,0,0.5", "");
}

#[test]
fn ranges_may_come_in_any_order_and_overlap() {
    let check = |ranges: &[(i64, i64)], expect, others| {
        check_test(Kind::Number, &Test::ranges(0, ranges.to_vec(), false), "-1 0 1 2 3 4", expect);
        check_test(Kind::Number, &Test::ranges(0, ranges.to_vec(), true), "-1 0 1 2 3 4", others);
    };
    check(&[(30_000, 40_000), (-10_000, 0)], "-1 0 3 4", "1 2 ?");
    check(&[(0, 30_000), (10_000, 20_000), (20_001, 20_002)], "0 1 2 3", "-1 4 ?");
    check(&[(i64::MIN, -1), (0, 0), (35_000, i64::MAX), (i64::MAX, i64::MAX)], "-1 0 4", "1 2 3 ?");
    check(&[(i64::MIN, i64::MAX)], "-1 0 1 2 3 4", "?");
    check(&[(20_000, 10_000)], "", "-1 0 1 2 3 4 ?");
    check(&[], "", "-1 0 1 2 3 4 ?");
}

#[test]
fn a_list_may_hold_a_thousand_values() {
    let list = (0..1000).map(|code| code.to_string()).collect::<Vec<_>>().join(",");
    check(Kind::Enum, Op::In, &list, "0 999 1000", "0 999");
    check(Kind::Number, Op::NotIn, &list, "0 999 1000", "1000 ?");
}

#[test]
fn a_test_of_another_kind_takes_nobody() {
    let near = Test::near(0, 120.0, 30.0, 1e9);
    let ranges = Test::ranges(0, vec![(i64::MIN, i64::MAX)], false);
    check_test(Kind::Enum, &near, "1 2", "");
    check_test(Kind::Number, &near, "1 2", "");
    check_test(Kind::Text, &ranges, "1 2", "");
    check_test(Kind::Location, &ranges, "120,30", "");
    check_test(Kind::Number, &Test::words(0, vec!["1".into()], false), "1 2", "");
}

#[test]
fn buckets_are_sorted_by_size_then_as_text() {
    let tags = lone_tag(Kind::Enum);
    let mut members = Members::new(tags, &[]);
    for (user, code) in ["b", "10", "9", "-1", "a", "09", "9", "?"].into_iter().enumerate() {
        members.put(user as u64, 0, &[(0, Value::Code(code))][..usize::from(code != "?")]);
    }
    let counts = members.count(&Expr::All(vec![]), &[0, 0], TODAY);
    let expect =
        [("-1", 1), ("09", 1), ("9", 2), ("10", 1), ("a", 1), ("b", 1)].map(|(code, count)| (code.to_owned(), count));
    assert_eq!((counts.total, counts.histograms), (8, vec![expect.to_vec(), expect.to_vec()]));
}
