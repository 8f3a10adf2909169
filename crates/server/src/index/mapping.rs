//! Tags, values, facts and conditions as the columns of members have them. A fuzz target has this file too.

use domain::condition::{Comparison, Condition, Fact, FactTest, TagTest, Value};
use domain::tag::{Tag, TagKind};
use segment::{Expr, Kind, Test};

/// A tag as a column.
pub fn column(tag: &Tag) -> segment::Tag {
    segment::Tag { code: tag.code.clone(), kind: column_kind(tag.kind) }
}

/// The kind of tag whose values a column of this kind holds.
pub fn tag_kind(column: Kind) -> TagKind {
    TagKind::ALL.into_iter().find(|kind| column_kind(*kind) == column).expect("columns hold the values of tags")
}

fn column_kind(kind: TagKind) -> Kind {
    match kind {
        TagKind::Enum => Kind::Enum,
        TagKind::Number => Kind::Number,
        TagKind::Date => Kind::Date,
        TagKind::Text => Kind::Text,
        TagKind::Location => Kind::Location,
    }
}

/// A member's value as a column takes it in.
pub fn cell(value: Value<'_>) -> segment::Value<'_> {
    match value {
        Value::Code(code) => segment::Value::Code(code),
        Value::Text(text) => segment::Value::Text(text),
        Value::Number(number) => segment::Value::Number(number),
        Value::Date(days) => segment::Value::Date(days),
        Value::Place { lon, lat } => segment::Value::Place { lon, lat },
    }
}

/// The expression over these columns that takes whom all conditions take; `None` where no column has the values that a
/// condition is about.
pub fn expr(conditions: Vec<Condition>, columns: &[segment::Tag]) -> Option<Expr> {
    conditions.into_iter().map(|condition| one(condition, columns)).collect::<Option<_>>().map(Expr::All)
}

fn one(condition: Condition, columns: &[segment::Tag]) -> Option<Expr> {
    match condition {
        Condition::Tag { code, test, .. } => {
            let place = columns.iter().position(|column| column.code == code)?;
            Some(tag_test(place, test).map_or_else(|| Expr::Any(Vec::new()), Expr::Test))
        }
        Condition::Fact { fact, test } => Some(Expr::Test(fact_test(fact, test))),
    }
}

/// The facts that conditions are about, as the columns that [`segment::Members::require`] must be told of.
pub fn facts(conditions: &[Condition]) -> Vec<segment::Fact> {
    let fact_of = |condition: &Condition| match condition {
        Condition::Tag { .. } => None,
        Condition::Fact { fact, .. } => Some(fact_column(*fact)),
    };
    conditions.iter().filter_map(fact_of).collect()
}

/// The column of a fact.
pub fn fact_column(fact: Fact) -> segment::Fact {
    match fact {
        Fact::TradeAmount(period) => segment::Fact::Amount(period.days()),
        Fact::TradeCount(period) => segment::Fact::Count(period.days()),
        Fact::AverageAmount(period) => segment::Fact::Average(period.days()),
        Fact::VouchersReceived(period) => segment::Fact::Received(period.days()),
        Fact::VouchersRedeemed(period) => segment::Fact::Redeemed(period.days()),
        Fact::DaysSincePayment => segment::Fact::LastDay,
        Fact::LastPaymentAmount => segment::Fact::LastAmount,
        Fact::HomeDistance => segment::Fact::HomeDistance,
        Fact::WorkDistance => segment::Fact::WorkDistance,
    }
}

fn fact_test(fact: Fact, FactTest { comparison, operand }: FactTest) -> Test {
    let column = fact_column(fact);
    if fact == Fact::DaysSincePayment {
        let (least, most) = range(comparison, operand, 0);
        return Test::days_ago(column, least, (most != i64::MAX).then_some(most));
    }
    // An average is held twice as large, and one larger where a part of a fen is left.
    let operand = if matches!(fact, Fact::AverageAmount(_)) { 2 * operand } else { operand };
    Test::ranges(column, vec![range(comparison, operand, i64::MIN + 1)], false)
}

/// The closed range of values that compare so with the operand; no value is below `least`, and none is the largest.
fn range(comparison: Comparison, operand: i64, least: i64) -> (i64, i64) {
    match comparison {
        Comparison::Eq => (operand, operand),
        Comparison::Gt => (operand + 1, i64::MAX),
        Comparison::GtEq => (operand, i64::MAX),
        Comparison::Lt => (least, operand - 1),
        Comparison::LtEq => (least, operand),
    }
}

/// `None` where no value is taken.
fn tag_test(place: usize, test: TagTest) -> Option<Test> {
    Some(match test {
        TagTest::Words { words, negated } => Test::words(place, words, negated),
        TagTest::Contains(part) => Test::contains(place, part),
        TagTest::Integers { low, high } => Test::integers(place, low, high),
        TagTest::Ranges { ranges, negated } => Test::ranges(place, ranges, negated),
        TagTest::DaysAgo { least, most } => Test::days_ago(place, least, most),
        TagTest::Near { lon, lat, radius_m } => Test::near(place, lon, lat, radius_m),
        TagTest::Nothing => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::condition::Op;
    use segment::Members;

    /// 2026-03-01.
    const TODAY: i32 = 20_513;

    fn tag(code: &str, kind: TagKind) -> Tag {
        Tag { code: code.to_owned(), name: code.to_owned(), kind, values: Vec::new() }
    }

    /// Of members that hold these values and one that holds none (`?`), the condition takes those expected; separated
    /// by blanks.
    fn check_condition(condition: &Condition, kind: TagKind, held: &str, expect: &str) {
        let columns = [tag("other", kind), tag("it", kind)].map(|tag| column(&tag));
        let mut members = Members::new(columns.to_vec(), &[]);
        let held: Vec<&str> = held.split(' ').chain(["?"]).collect();
        for (user, text) in held.iter().enumerate() {
            let known = (*text != "?").then(|| (1, cell(Value::parse(kind, text).expect("a value of its kind"))));
            members.put(user as u64, 1, known.as_slice());
        }
        let rule = expr(vec![condition.clone()], &columns).expect("a column has it");
        let taken = |user: &usize| members.matches(*user as u64, &rule, TODAY).expect("put above");
        let crowd: Vec<&str> = (0..held.len()).filter(taken).map(|user| held[user]).collect();
        assert_eq!(crowd.join(" "), expect, "{condition:?}");
        assert_eq!(members.count(&rule, &[], TODAY).total as usize, crowd.len(), "{condition:?}");
    }

    #[test]
    fn every_operator_takes_what_the_table_says() {
        use {Op as O, TagKind as K};
        let check = |kind, held: &str, examples: &[(Op, &str, &str)]| {
            for (op, value, expect) in examples {
                let condition = Condition::on_tag(&tag("it", kind), *op, value).expect("a condition of the table");
                check_condition(&condition, kind, held, expect);
            }
        };
        let codes = "-2 0 1 01 2 10 1.0 a";
        check(
            K::Enum,
            codes,
            &[
                (O::Eq, "1", "1"),
                (O::Neq, "1", "-2 0 01 2 10 1.0 a ?"),
                (O::In, "2, a,nobody's", "2 a"),
                (O::NotIn, "2, a", "-2 0 1 01 10 1.0 ?"),
                (O::Gt, "1", "2 10"),
                (O::GtEq, "1", "1 01 2 10"),
                (O::Lt, "1", "-2 0"),
                (O::LtEq, "1", "-2 0 1 01"),
                (O::Between, "0, 2", "0 1 01 2"),
            ],
        );
        check(
            K::Number,
            "1 1.0 1.5 -1.0001 0 40000",
            &[
                (O::Eq, "1.00", "1 1.0"),
                (O::Neq, "1.0", "1.5 -1.0001 0 40000 ?"),
                (O::In, "40000, 1.5,7,0", "1.5 0 40000"),
                (O::NotIn, "40000, 1.5,7,0", "1 1.0 -1.0001 ?"),
                (O::Gt, "1", "1.5 40000"),
                (O::GtEq, "1", "1 1.0 1.5 40000"),
                (O::Lt, "0", "-1.0001"),
                (O::LtEq, "0", "-1.0001 0"),
                (O::Between, "-1.0001 ,1", "1 1.0 -1.0001 0"),
            ],
        );
        check(
            K::Date,
            "2026-03-02 2026-03-01 2026-02-28 2026-02-22 2026-02-21 0001-01-01",
            &[
                (O::Eq, "2026-03-01", "2026-03-01"),
                (O::Neq, "2026-03-01", "2026-03-02 2026-02-28 2026-02-22 2026-02-21 0001-01-01 ?"),
                (O::In, "2026-03-01,2026-02-28", "2026-03-01 2026-02-28"),
                (O::NotIn, "2026-03-01,2026-02-28", "2026-03-02 2026-02-22 2026-02-21 0001-01-01 ?"),
                (O::Gt, "2026-02-28", "2026-03-02 2026-03-01"),
                (O::GtEq, "2026-02-28", "2026-03-02 2026-03-01 2026-02-28"),
                (O::Lt, "2026-02-22", "2026-02-21 0001-01-01"),
                (O::LtEq, "2026-02-22", "2026-02-22 2026-02-21 0001-01-01"),
                (O::Between, "2026-02-22, 2026-02-28", "2026-02-28 2026-02-22"),
                (O::LeftDays, "7", "2026-03-01 2026-02-28 2026-02-22"),
                (O::RightDays, "7", "2026-02-21 0001-01-01"),
            ],
        );
        check(
            K::Text,
            "有机 有机蔬菜 Tea tea 100%",
            &[
                (O::Eq, "有机", "有机"),
                (O::Neq, "有机", "有机蔬菜 Tea tea 100% ?"),
                (O::In, "tea, 100%", "tea 100%"),
                (O::NotIn, "tea, 100%", "有机 有机蔬菜 Tea ?"),
                (O::Like, "有机", "有机 有机蔬菜"),
                (O::Like, "%", "100%"),
            ],
        );
        check(
            K::Location,
            "120,30 120,31",
            &[(O::Locate, "120,30,111195.0802", "120,30"), (O::Locate, "120,30,111195.0803", "120,30 120,31")],
        );
        for (kind, held) in [(K::Enum, codes), (K::Number, "1 2"), (K::Date, "2026-03-01"), (K::Location, "120,30")] {
            let nothing = Condition::Tag { code: "it".to_owned(), kind, test: TagTest::Nothing };
            check_condition(&nothing, kind, held, "");
        }
    }

    #[test]
    fn what_no_column_has_is_no_expression() {
        let columns = [column(&tag("it", TagKind::Number))];
        let on = |code| Condition::on_tag(&tag(code, TagKind::Number), Op::Gt, "1").expect("a condition of the table");
        assert!(expr(vec![on("it"), on("it")], &columns).is_some());
        assert_eq!(expr(vec![on("it"), on("another")], &columns), None);
        assert_eq!(expr(Vec::new(), &[]), Some(Expr::All(Vec::new())));
    }
}
