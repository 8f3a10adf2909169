//! Texts of conditions by example: what they mean, blanks in lists, and what is refused, word by word.

use super::*;
use proptest::prelude::*;

fn tag(kind: TagKind) -> Tag {
    Tag { code: "it".to_owned(), name: "it".to_owned(), kind, values: Vec::new() }
}

fn check(kind: TagKind, op: Op, value: &str, test: TagTest) {
    let expect = Condition::Tag { code: "it".to_owned(), kind, test };
    assert_eq!(Condition::on_tag(&tag(kind), op, value), Ok(expect), "{kind:?} {op:?} {value:?}");
}

fn refused(kind: TagKind, op: Op, value: &str, expect: &str) {
    let error = Condition::on_tag(&tag(kind), op, value).expect_err("no condition of the table");
    assert_eq!(error.to_string(), expect);
}

fn words(words: &str, negated: bool) -> TagTest {
    TagTest::Words { words: words.split('|').map(Box::from).collect(), negated }
}

fn integers(low: i128, high: i128) -> TagTest {
    TagTest::Integers { low, high }
}

fn range(low: i64, high: i64) -> TagTest {
    TagTest::Ranges { ranges: vec![(low, high)], negated: false }
}

fn numbers(numbers: &[i64], negated: bool) -> TagTest {
    TagTest::Ranges { ranges: numbers.iter().map(|number| (*number, *number)).collect(), negated }
}

#[test]
fn words_stand_as_they_are_written() {
    for kind in [TagKind::Enum, TagKind::Text] {
        check(kind, Op::Eq, "1", words("1", false));
        check(kind, Op::Eq, "1,2", words("1,2", false));
        check(kind, Op::Neq, "01", words("01", true));
        check(kind, Op::In, "2,男,2,nobody's", words("2|男|2|nobody's", false));
        check(kind, Op::NotIn, "a,1", words("a|1", true));
    }
    check(TagKind::Text, Op::Like, "t_a,%", TagTest::Contains("t_a,%".into()));
}

#[test]
fn codes_are_compared_as_integers() {
    let check = |op, value: &str, low, high| check(TagKind::Enum, op, value, integers(low, high));
    check(Op::Gt, "2", 3, i128::MAX);
    check(Op::GtEq, "02", 2, i128::MAX);
    check(Op::Lt, "0", i128::MIN, -1);
    check(Op::LtEq, "-0", i128::MIN, 0);
    check(Op::Between, "-2,2", -2, 2);
    check(Op::Between, "01,1", 1, 1);
    let most = 10_i128.pow(38) - 1;
    check(Op::Gt, &most.to_string(), most + 1, i128::MAX);
    check(Op::Lt, &format!("-{most}"), i128::MIN, -most - 1);
}

#[test]
fn numbers_and_days_are_ranges() {
    check(TagKind::Number, Op::Eq, "1.00", numbers(&[10_000], false));
    check(TagKind::Number, Op::Neq, "-0.0001", numbers(&[-1], true));
    check(TagKind::Number, Op::In, "0,1,1.0", numbers(&[0, 10_000, 10_000], false));
    check(TagKind::Number, Op::NotIn, "7,-1.5", numbers(&[70_000, -15_000], true));
    check(TagKind::Number, Op::Gt, "1.5", range(15_001, i64::MAX));
    check(TagKind::Number, Op::GtEq, "-999999999999.9999", range(-9_999_999_999_999_999, i64::MAX));
    check(TagKind::Number, Op::Lt, "-1", range(i64::MIN, -10_001));
    check(TagKind::Number, Op::LtEq, "-1", range(i64::MIN, -10_000));
    check(TagKind::Number, Op::Between, "1.0,1", range(10_000, 10_000));
    check(TagKind::Date, Op::Eq, "1970-01-02", numbers(&[1], false));
    check(TagKind::Date, Op::NotIn, "1969-12-31,1970-01-01", numbers(&[-1, 0], true));
    check(TagKind::Date, Op::Gt, "2024-02-29", range(19_783, i64::MAX));
    check(TagKind::Date, Op::LtEq, "1969-12-31", range(i64::MIN, -1));
    check(TagKind::Date, Op::Between, "2024-02-29,2024-03-01", range(19_782, 19_783));
}

#[test]
fn days_are_counted_back_from_today() {
    let check = |op, value, least, most| check(TagKind::Date, op, value, TagTest::DaysAgo { least, most });
    check(Op::LeftDays, "0", 0, Some(0));
    check(Op::LeftDays, "36500", 0, Some(36_500));
    check(Op::RightDays, "0", 1, None);
    check(Op::RightDays, "36500", 36_501, None);
}

#[test]
fn a_circle_is_a_place_and_metres() {
    let check = |value, lon, lat, radius_m| {
        check(TagKind::Location, Op::Locate, value, TagTest::Near { lon, lat, radius_m });
    };
    check("120.19,30.26,0", 120.19, 30.26, 0.0);
    check("-180,-90,20015114.5", -180.0, -90.0, 20_015_114.5);
}

#[test]
fn an_operator_without_meaning_is_named_with_its_tag_and_type() {
    use Op::{Between, Eq, Gt, GtEq, In, LeftDays, Like, Locate, Lt, LtEq, Neq, NotIn, RightDays};
    let order = [Gt, GtEq, Lt, LtEq, Between];
    let days = [LeftDays, RightDays];
    let equality = [Eq, Neq, In, NotIn];
    let table: [(TagKind, Vec<Op>); 5] = [
        (TagKind::Enum, [&[Like, Locate][..], &days].concat()),
        (TagKind::Number, [&[Like, Locate][..], &days].concat()),
        (TagKind::Date, vec![Like, Locate]),
        (TagKind::Text, [&[Locate][..], &order, &days].concat()),
        (TagKind::Location, [&[Like][..], &equality, &order, &days].concat()),
    ];
    for (kind, ops) in table {
        for op in ops {
            refused(kind, op, "1", &format!("{} 不适用于标签 it（类型 {}）", op.name(), kind.name()));
        }
    }
}

#[test]
fn a_value_that_the_operator_cannot_read_is_named() {
    refused(TagKind::Enum, Op::Gt, "a", "GT 标签 it（类型 enum）的 value a 应为整数");
    refused(TagKind::Enum, Op::Lt, "1.0", "LT 标签 it（类型 enum）的 value 1.0 应为整数");
    refused(TagKind::Enum, Op::Between, "1", "BETWEEN 标签 it（类型 enum）的 value 1 应为两个整数 下限,上限");
    refused(TagKind::Enum, Op::Between, "1,2,3", "BETWEEN 标签 it（类型 enum）的 value 1,2,3 应为两个整数 下限,上限");
    refused(TagKind::Number, Op::Between, "1", "BETWEEN 标签 it（类型 number）的 value 1 应为两个值 下限,上限");
    let number = "不符合类型 number，应为最多 4 位小数、绝对值小于 10^12 的十进制数";
    refused(TagKind::Number, Op::Between, "1,2,3", &format!("值 2,3 {number}"));
    refused(TagKind::Number, Op::Eq, "1e3", &format!("值 1e3 {number}"));
    refused(TagKind::Date, Op::Eq, "2023-02-29", "值 2023-02-29 不符合类型 date，应为真实存在的日期 yyyy-MM-dd");
    for value in ["-1", "36501", "1.5", "a", ""] {
        refused(
            TagKind::Date,
            Op::LeftDays,
            value,
            &format!("LEFTDAYS 标签 it（类型 date）的 value {value} 应为 0 至 36500 的整数天数"),
        );
    }
    for value in ["120,30", "120,30,-1", "120,30,1e3", "181,30,1", "120,91,1", "120,30,inf", "a", "120,30,1,1"] {
        refused(
            TagKind::Location,
            Op::Locate,
            value,
            &format!("LOCATE 标签 it（类型 location）的 value {value} 应为经度,纬度,半径（米）"),
        );
    }
    let long = "长".repeat(65);
    let excerpt = "长".repeat(64);
    refused(TagKind::Enum, Op::Eq, &long, &format!("值 {excerpt}… 不符合类型 enum，应为 1 至 64 个字符"));
}

#[test]
fn a_list_holds_one_to_a_thousand_values_and_none_is_empty() {
    let list = |count: i64| (0..count).map(|code| code.to_string()).collect::<Vec<_>>();
    check(TagKind::Enum, Op::In, &list(1000).join(","), words(&list(1000).join("|"), false));
    let thousand: Vec<_> = (0..1000).map(|number| number * 10_000).collect();
    check(TagKind::Number, Op::NotIn, &list(1000).join(","), numbers(&thousand, true));
    refused(TagKind::Enum, Op::In, &list(1001).join(","), "IN 标签 it 的 value 含 1001 个值，最多 1000 个");
    for kind in [TagKind::Enum, TagKind::Number, TagKind::Date, TagKind::Text] {
        for (op, value) in [(Op::In, ""), (Op::NotIn, ","), (Op::Eq, ""), (Op::Neq, "")] {
            refused(kind, op, value, &format!("{} 标签 it 的 value 为空或含有空值", op.name()));
        }
    }
    refused(TagKind::Enum, Op::In, "1,,2", "IN 标签 it 的 value 为空或含有空值");
    refused(TagKind::Enum, Op::In, "1,2,", "IN 标签 it 的 value 为空或含有空值");
    refused(TagKind::Text, Op::Like, "", "LIKE 标签 it 的 value 为空或含有空值");
}

#[test]
fn blanks_around_the_values_of_a_list_do_not_count() {
    for list in
        ["1,2", "1, 2", " 1,2", "1,2 ", "1 ,2", " 1 , 2 ", "1,\t2", "1,\n2", "1,\u{3000}2", "\u{a0}1,2", "1 ,  2"]
    {
        for (op, negated) in [(Op::In, false), (Op::NotIn, true)] {
            check(TagKind::Enum, op, list, words("1|2", negated));
            check(TagKind::Text, op, list, words("1|2", negated));
            check(TagKind::Number, op, list, numbers(&[10_000, 20_000], negated));
        }
        check(TagKind::Enum, Op::Between, list, integers(1, 2));
        check(TagKind::Number, Op::Between, list, range(10_000, 20_000));
    }
    for list in ["2024-02-29,2024-03-01", "2024-02-29, 2024-03-01", " 2024-02-29 ,\u{3000}2024-03-01 "] {
        check(TagKind::Date, Op::In, list, numbers(&[19_782, 19_783], false));
        check(TagKind::Date, Op::NotIn, list, numbers(&[19_782, 19_783], true));
        check(TagKind::Date, Op::Between, list, range(19_782, 19_783));
    }
    // Inside of a value they are a part of it, and what is no list is taken as it is.
    check(TagKind::Text, Op::In, "a b, c", words("a b|c", false));
    check(TagKind::Enum, Op::Eq, " 1", words(" 1", false));
    check(TagKind::Text, Op::Like, " 1", TagTest::Contains(" 1".into()));
    for list in ["1, ,2", " ", "1,\u{3000}", " , "] {
        refused(TagKind::Enum, Op::In, list, "IN 标签 it 的 value 为空或含有空值");
        refused(TagKind::Number, Op::NotIn, list, "NOTIN 标签 it 的 value 为空或含有空值");
    }
    refused(
        TagKind::Number,
        Op::In,
        "1，2",
        "值 1，2 不符合类型 number，应为最多 4 位小数、绝对值小于 10^12 的十进制数",
    );
    check(TagKind::Text, Op::In, "1，2", words("1，2", false));
}

#[test]
fn a_range_with_its_ends_the_wrong_way_round_is_named() {
    for (kind, value) in [
        (TagKind::Enum, "2,1"),
        (TagKind::Enum, "-1,-2"),
        (TagKind::Enum, "10, 9"),
        (TagKind::Number, "1.0001,1"),
        (TagKind::Number, " 0 , -0.0001"),
        (TagKind::Date, "2024-03-01,2024-02-29"),
    ] {
        refused(kind, Op::Between, value, &format!("BETWEEN 标签 it 的 value {value} 下限大于上限"));
    }
}

#[test]
fn operators_read_back_by_name() {
    assert!(Op::ALL.into_iter().all(|op| Op::from_name(op.name()) == Some(op)));
    assert_eq!(Op::from_name("LBS"), None);
    assert_eq!(Op::from_name("eq"), None);
}

#[test]
fn a_fact_is_compared_in_its_own_unit() {
    let amount = Fact::TradeAmount(Period::Days30);
    for (op, comparison) in [
        (Op::Eq, Comparison::Eq),
        (Op::Gt, Comparison::Gt),
        (Op::GtEq, Comparison::GtEq),
        (Op::Lt, Comparison::Lt),
        (Op::LtEq, Comparison::LtEq),
    ] {
        let expect = Condition::Fact { fact: amount, test: FactTest { comparison, operand: 10_000 } };
        assert_eq!(Condition::on_fact(amount, op, "100"), Ok(expect));
    }
    let (trades, received) = (Fact::TradeCount(Period::Days60), Fact::VouchersReceived(Period::Days90));
    let (average, redeemed) = (Fact::AverageAmount(Period::Days180), Fact::VouchersRedeemed(Period::Days365));
    for (fact, value, operand) in [
        (amount, "0.01", 1),
        (amount, "100.5", 10_050),
        (amount, "999999999999.99", 99_999_999_999_999),
        (average, "007.50", 750),
        (Fact::LastPaymentAmount, "3", 300),
        (Fact::HomeDistance, "1.25", 125),
        (Fact::WorkDistance, "999999999999.99", 99_999_999_999_999),
        (trades, "1", 1),
        (received, "999999999", 999_999_999),
        (redeemed, "12", 12),
        (Fact::DaysSincePayment, "36500", 36_500),
    ] {
        let expect = Condition::Fact { fact, test: FactTest { comparison: Comparison::Gt, operand } };
        assert_eq!(Condition::on_fact(fact, Op::Gt, value), Ok(expect), "{value}");
    }
}

#[test]
fn what_a_fact_is_not_compared_with_is_named() {
    let refused = |fact, op, value: &str, expect: &str| {
        let error = Condition::on_fact(fact, op, value).expect_err("no condition on a fact");
        assert_eq!(error.to_string(), expect);
    };
    let decimal = "大于 0、小于 10^12、最多 2 位小数的十进制数";
    let integer = "大于 0、小于 10^9 的整数";
    let days = " 1 至 36500 的整数天数";
    let amount = Fact::TradeAmount(Period::Days30);
    for value in ["", "0", "0.00", "-1", "+1", "1e3", "1.001", ".5", "1.", "1,5", " 1", "１", "1000000000000"] {
        for fact in [amount, Fact::AverageAmount(Period::Days30), Fact::LastPaymentAmount, Fact::HomeDistance] {
            refused(fact, Op::Eq, value, &format!("EQ 规则 {} 的值 {value} 应为{decimal}", fact.name()));
        }
    }
    let (trades, received) = (Fact::TradeCount(Period::Days30), Fact::VouchersReceived(Period::Days30));
    for value in ["", "0", "-1", "1.0", "1.5", "1000000000", "99999999999999999999"] {
        for fact in [trades, received, Fact::VouchersRedeemed(Period::Days365)] {
            refused(fact, Op::LtEq, value, &format!("LTEQ 规则 {} 的值 {value} 应为{integer}", fact.name()));
        }
    }
    for value in ["0", "36501", "1.0"] {
        refused(Fact::DaysSincePayment, Op::Gt, value, &format!("GT 规则 LAST_PAY_DATE 的值 {value} 应为{days}"));
    }
    for op in [Op::Neq, Op::Like, Op::In, Op::NotIn, Op::Between, Op::LeftDays, Op::RightDays, Op::Locate] {
        refused(amount, op, "1", &format!("{} 不适用于规则 TRADE_AMT", op.name()));
    }
    let long = "9".repeat(65);
    refused(trades, Op::Eq, &long, &format!("EQ 规则 TRADE_CNT 的值 {}… 应为{integer}", "9".repeat(64)));
}

#[test]
fn each_kind_has_the_operators_of_the_decisions() {
    let operators = |kind| Condition::operators(&tag(kind)).into_iter().map(Op::name).collect::<Vec<_>>().join(" ");
    let ordered = "EQ NEQ GT GTEQ LT LTEQ IN NOTIN BETWEEN";
    assert_eq!(operators(TagKind::Enum), ordered);
    assert_eq!(operators(TagKind::Number), ordered);
    assert_eq!(operators(TagKind::Date), format!("{ordered} LEFTDAYS RIGHTDAYS"));
    assert_eq!(operators(TagKind::Text), "EQ NEQ LIKE IN NOTIN");
    assert_eq!(operators(TagKind::Location), "LOCATE");
}

proptest! {
    #[test]
    fn numbers_are_read_as_they_were_written(
        written in prop::collection::vec((-9_999_999_999_999_999..=9_999_999_999_999_999_i64, 0..4_usize), 1..20),
        blank in prop::sample::select(vec!["", " ", "\t", "\u{3000}"]),
    ) {
        let text = |(number, zeros): &(i64, usize)| {
            let sign = if *number < 0 { "-" } else { "" };
            let (whole, fraction) = (number.unsigned_abs() / 10_000, number.unsigned_abs() % 10_000);
            format!("{blank}{sign}{}{whole}.{fraction:04}{blank}", "0".repeat(*zeros))
        };
        let list = written.iter().map(text).collect::<Vec<_>>().join(",");
        let expect: Vec<_> = written.iter().map(|(number, _)| *number).collect();
        check(TagKind::Number, Op::In, &list, numbers(&expect, false));
    }
}
