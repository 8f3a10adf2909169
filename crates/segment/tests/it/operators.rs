//! Every operator on every kind by example: the table of `docs/decisions.md`, "Operators by tag type", its edges, and
//! what it refuses.

use segment::{Expr, Kind, Members, Op, Tag, Value};

use crate::worlds::{TODAY, tag};

fn lone_tag(kind: Kind) -> Vec<Tag> {
    vec![tag("it", kind)]
}

/// Of members that hold these values and one that holds none (`?`), the condition takes those expected; separated by
/// blanks.
fn check(kind: Kind, op: Op, value: &str, held: &str, expect: &str) {
    let tags = lone_tag(kind);
    let expr = Expr::test(&tags, op, 0, value).unwrap_or_else(|reject| panic!("{op:?} {value}: {reject}"));
    let mut members = Members::new(tags, &[]);
    let held: Vec<&str> = held.split(' ').chain(["?"]).collect();
    for (user, text) in held.iter().enumerate() {
        let known = (*text != "?").then(|| (0, Value::parse(kind, text).expect("a value of its kind")));
        members.put(user as u64, 1, known.as_slice());
    }
    let taken = |user: &usize| members.matches(*user as u64, &expr, TODAY).expect("put above");
    let crowd: Vec<&str> = (0..held.len()).filter(taken).map(|user| held[user]).collect();
    assert_eq!(crowd.join(" "), expect, "{kind:?} {op:?} {value}");
    assert_eq!(members.count(&expr, &[], TODAY).total as usize, crowd.len(), "{kind:?} {op:?} {value}");
}

fn refused(kind: Kind, op: Op, value: &str, expect: &str) {
    let reject = Expr::test(&lone_tag(kind), op, 0, value).expect_err("no condition of the table");
    assert_eq!(reject.to_string(), expect);
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
fn an_operator_without_meaning_is_named_with_its_tag_and_type() {
    use Op::{Between, Eq, Gt, GtEq, In, LeftDays, Like, Locate, Lt, LtEq, Neq, NotIn, RightDays};
    let order = [Gt, GtEq, Lt, LtEq, Between];
    let days = [LeftDays, RightDays];
    let equality = [Eq, Neq, In, NotIn];
    let table: [(Kind, Vec<Op>); 5] = [
        (Kind::Enum, [&[Like, Locate][..], &days].concat()),
        (Kind::Number, [&[Like, Locate][..], &days].concat()),
        (Kind::Date, vec![Like, Locate]),
        (Kind::Text, [&[Locate][..], &order, &days].concat()),
        (Kind::Location, [&[Like][..], &equality, &order, &days].concat()),
    ];
    for (kind, ops) in table {
        for op in ops {
            refused(kind, op, "1", &format!("{} 不适用于标签 it（类型 {}）", op.name(), kind.name()));
        }
    }
}

#[test]
fn a_value_that_the_operator_cannot_read_is_named() {
    refused(Kind::Enum, Op::Gt, "a", "GT 标签 it（类型 enum）的 value a 应为整数");
    refused(Kind::Enum, Op::Lt, "1.0", "LT 标签 it（类型 enum）的 value 1.0 应为整数");
    refused(Kind::Enum, Op::Between, "1", "BETWEEN 标签 it（类型 enum）的 value 1 应为两个整数 下限,上限");
    refused(Kind::Enum, Op::Between, "1,2,3", "BETWEEN 标签 it（类型 enum）的 value 1,2,3 应为两个整数 下限,上限");
    refused(Kind::Number, Op::Between, "1", "BETWEEN 标签 it（类型 number）的 value 1 应为两个值 下限,上限");
    let number = "不符合类型 number，应为最多 4 位小数、绝对值小于 10^12 的十进制数";
    refused(Kind::Number, Op::Between, "1,2,3", &format!("值 2,3 {number}"));
    refused(Kind::Number, Op::Eq, "1e3", &format!("值 1e3 {number}"));
    refused(Kind::Date, Op::Eq, "2023-02-29", "值 2023-02-29 不符合类型 date，应为真实存在的日期 yyyy-MM-dd");
    for value in ["-1", "36501", "1.5", "a", ""] {
        refused(
            Kind::Date,
            Op::LeftDays,
            value,
            &format!("LEFTDAYS 标签 it（类型 date）的 value {value} 应为 0 至 36500 的整数天数"),
        );
    }
    for value in ["120,30", "120,30,-1", "120,30,1e3", "181,30,1", "120,91,1", "120,30,inf", "a", "120,30,1,1"] {
        refused(
            Kind::Location,
            Op::Locate,
            value,
            &format!("LOCATE 标签 it（类型 location）的 value {value} 应为经度,纬度,半径（米）"),
        );
    }
    let long = "长".repeat(65);
    let excerpt = "长".repeat(64);
    refused(Kind::Enum, Op::Eq, &long, &format!("值 {excerpt}… 不符合类型 enum，应为 1 至 64 个字符"));
}

#[test]
fn a_list_holds_one_to_a_thousand_values_and_none_is_empty() {
    let list = |count: usize| (0..count).map(|code| code.to_string()).collect::<Vec<_>>().join(",");
    check(Kind::Enum, Op::In, &list(1000), "0 999 1000", "0 999");
    check(Kind::Number, Op::NotIn, &list(1000), "0 999 1000", "1000 ?");
    refused(Kind::Enum, Op::In, &list(1001), "IN 标签 it 的 value 含 1001 个值，最多 1000 个");
    for kind in [Kind::Enum, Kind::Number, Kind::Date, Kind::Text] {
        for (op, value) in [(Op::In, ""), (Op::NotIn, ","), (Op::Eq, ""), (Op::Neq, "")] {
            refused(kind, op, value, &format!("{} 标签 it 的 value 为空或含有空值", op.name()));
        }
    }
    refused(Kind::Enum, Op::In, "1,,2", "IN 标签 it 的 value 为空或含有空值");
    refused(Kind::Enum, Op::In, "1,2,", "IN 标签 it 的 value 为空或含有空值");
    refused(Kind::Text, Op::Like, "", "LIKE 标签 it 的 value 为空或含有空值");
}

#[test]
fn blanks_around_the_values_of_a_list_do_not_count() {
    for list in
        ["1,2", "1, 2", " 1,2", "1,2 ", "1 ,2", " 1 , 2 ", "1,\t2", "1,\n2", "1,\u{3000}2", "\u{a0}1,2", "1 ,  2"]
    {
        for kind in [Kind::Enum, Kind::Number, Kind::Text] {
            check(kind, Op::In, list, "1 2 3", "1 2");
            check(kind, Op::NotIn, list, "1 2 3", "3 ?");
        }
        for kind in [Kind::Enum, Kind::Number] {
            check(kind, Op::Between, list, "0 1 2 3", "1 2");
        }
    }
    for list in ["2024-02-29,2024-03-01", "2024-02-29, 2024-03-01", " 2024-02-29 ,\u{3000}2024-03-01 "] {
        check(Kind::Date, Op::In, list, "2024-02-29 2024-03-01 2024-03-02", "2024-02-29 2024-03-01");
        check(Kind::Date, Op::NotIn, list, "2024-02-29 2024-03-01 2024-03-02", "2024-03-02 ?");
        check(Kind::Date, Op::Between, list, "2024-02-28 2024-02-29 2024-03-02", "2024-02-29");
    }
    // Inside of a value they are a part of it, and what is no list is taken as it is.
    check(Kind::Text, Op::In, "a b, c", "a c", "c");
    check(Kind::Enum, Op::Eq, " 1", "1 2", "");
    check(Kind::Text, Op::Like, " 1", "1 2", "");
    for list in ["1, ,2", " ", "1,\u{3000}", " , "] {
        refused(Kind::Enum, Op::In, list, "IN 标签 it 的 value 为空或含有空值");
        refused(Kind::Number, Op::NotIn, list, "NOTIN 标签 it 的 value 为空或含有空值");
    }
    refused(Kind::Number, Op::In, "1，2", "值 1，2 不符合类型 number，应为最多 4 位小数、绝对值小于 10^12 的十进制数");
    check(Kind::Text, Op::In, "1，2", "1 2", "");
}

#[test]
fn a_range_with_its_ends_the_wrong_way_round_is_named() {
    for (kind, value) in [
        (Kind::Enum, "2,1"),
        (Kind::Enum, "-1,-2"),
        (Kind::Enum, "10, 9"),
        (Kind::Number, "1.0001,1"),
        (Kind::Number, " 0 , -0.0001"),
        (Kind::Date, "2024-03-01,2024-02-29"),
    ] {
        refused(kind, Op::Between, value, &format!("BETWEEN 标签 it 的 value {value} 下限大于上限"));
    }
    check(Kind::Number, Op::Between, "1.0,1", "1 2", "1");
    check(Kind::Enum, Op::Between, "01,1", "1 2", "1");
}

#[test]
fn operators_read_back_by_name() {
    assert!(Op::ALL.into_iter().all(|op| Op::from_name(op.name()) == Some(op)));
    assert_eq!(Op::from_name("LBS"), None);
    assert_eq!(Op::from_name("eq"), None);
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
