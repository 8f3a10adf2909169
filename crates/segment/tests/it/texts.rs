//! Texts as the crate takes them in: members' values and tests, made of what the twin reads in a text.

use segment::{Kind, Test, Value};

use crate::naive::{Op, day, fixed, whole};

pub(crate) fn value(kind: Kind, text: &str) -> Value<'_> {
    match kind {
        Kind::Enum => Value::Code(text),
        Kind::Text => Value::Text(text),
        Kind::Number => Value::Number(number(kind, text)),
        Kind::Date => Value::Date(day(text)),
        Kind::Location => {
            let [lon, lat] = floats(text);
            Value::Place { lon, lat }
        }
    }
}

/// The test that a condition of the table stands for.
pub(crate) fn test(kind: Kind, op: Op, tag: usize, text: &str) -> Test {
    let negated = matches!(op, Op::Neq | Op::NotIn);
    let is_list = matches!(op, Op::In | Op::NotIn | Op::Between);
    let texts: Vec<&str> = if is_list { text.split(',').map(str::trim).collect() } else { vec![text] };
    let only = |text: &&str| (number(kind, text), number(kind, text));
    match (kind, op) {
        (Kind::Enum | Kind::Text, Op::Eq | Op::Neq | Op::In | Op::NotIn) => {
            Test::words(tag, texts.into_iter().map(Box::from).collect(), negated)
        }
        (Kind::Number | Kind::Date, Op::Eq | Op::Neq | Op::In | Op::NotIn) => {
            Test::ranges(tag, texts.iter().map(only).collect(), negated)
        }
        (Kind::Enum, Op::Gt | Op::GtEq | Op::Lt | Op::LtEq | Op::Between) => {
            let integers = texts.iter().map(|text| whole(text).expect("an integer"));
            let (low, high) = ends(op, &integers.collect::<Vec<_>>(), (i128::MIN, i128::MAX));
            Test::integers(tag, low, high)
        }
        (Kind::Number | Kind::Date, Op::Gt | Op::GtEq | Op::Lt | Op::LtEq | Op::Between) => {
            let numbers = texts.iter().map(|text| i128::from(number(kind, text)));
            let (low, high) = ends(op, &numbers.collect::<Vec<_>>(), (i64::MIN.into(), i64::MAX.into()));
            Test::ranges(tag, vec![(low as i64, high as i64)], false)
        }
        (Kind::Text, Op::Like) => Test::contains(tag, text.into()),
        (Kind::Date, Op::LeftDays) => Test::days_ago(tag, 0, Some(text.parse().expect("days"))),
        (Kind::Date, Op::RightDays) => Test::days_ago(tag, text.parse::<i64>().expect("days") + 1, None),
        (Kind::Location, Op::Locate) => {
            let [lon, lat, radius_m] = floats(text);
            Test::near(tag, lon, lat, radius_m)
        }
        _ => panic!("{op:?} is not in the table for {kind:?}"),
    }
}

fn ends(op: Op, given: &[i128], (lowest, highest): (i128, i128)) -> (i128, i128) {
    match op {
        Op::Gt => (given[0] + 1, highest),
        Op::GtEq => (given[0], highest),
        Op::Lt => (lowest, given[0] - 1),
        Op::LtEq => (lowest, given[0]),
        _ => (given[0], given[1]),
    }
}

/// In ten-thousandths, or days since 1970-01-01.
fn number(kind: Kind, text: &str) -> i64 {
    if kind == Kind::Date { day(text).into() } else { fixed(text).try_into().expect("within bounds") }
}

fn floats<const N: usize>(text: &str) -> [f64; N] {
    let floats: Vec<_> = text.split(',').map(|part| part.parse().expect("degrees or metres")).collect();
    floats.try_into().expect("so many numbers")
}
