//! Points: what members collect on a merchant's card. What their methods share is here.

pub mod query;
pub mod update;

use crate::biz::{ABSENT, Choice, Field, Shape, Text, text};
use domain::Refusal;
use domain::id::CardIdText;
use domain::points::{Amount, Card, Kind};
use serde_json::Value;
use store::{Stop, Tx};

/// How many points, as the wire has it: `^[1-9][0-9]*$`, at most ten digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points(pub Amount);

impl Field for Points {
    const SHAPE: Shape = Shape::Integer(Amount::MAX.unsigned_abs());

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = Text::<16>::read(value)?;
        Amount::parse(&text).map(Points).ok_or_else(|| format!("必须是1到{}之间的整数", Amount::MAX))
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0.points().to_string()))
    }
}

/// `trans_type`, in whatever case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransType(pub Kind);

impl Field for TransType {
    const SHAPE: Shape = Shape::Choices(&[
        named(Kind::Deposit, "Gives points for a payment."),
        named(Kind::Consume, "Spends points."),
        named(Kind::Freeze, "Sets points aside until COMMIT or CANCEL."),
        named(Kind::Commit, "Spends the points of a FREEZE."),
        named(Kind::Cancel, "Makes the points of a FREEZE available again."),
    ]);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = text(value.ok_or(ABSENT)?)?;
        let unknown = || format!("必须是以下值之一: {}", Kind::ALL.map(Kind::name).join(" "));
        Kind::from_name(text.trim()).map(TransType).ok_or_else(unknown)
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0.name()))
    }
}

const fn named(kind: Kind, meaning: &'static str) -> Choice {
    Choice { name: kind.name(), meaning }
}

/// The merchant's card by its `activity_account`. A foreign one is as unknown as none.
fn card(tx: &mut Tx, pid: &str, activity_account: &str) -> Result<Card, Stop> {
    let found = match CardIdText::parse(activity_account) {
        Some(id) => store::points::card(tx, id.number)?.filter(|card| card.pid == pid && id.names(card.id)),
        None => None,
    };
    found.ok_or(Stop::Refused(Refusal::PointAccountNotExist))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check<T: Field>(value: &Value, expect: Result<&Value, &str>) {
        let read = T::read(Some(value)).map(|read| read.canonical().unwrap_or_default());
        assert_eq!(read.as_ref().map_err(String::as_str), expect, "{value}");
    }

    #[test]
    fn points_are_positive_integers_in_their_plainest_form() {
        for value in [json!("10"), json!(10), json!(10.0)] {
            check::<Points>(&value, Ok(&json!("10")));
        }
        for bad in
            [json!("0"), json!("-1"), json!("010"), json!("1.5"), json!(" 1"), json!("10000000000"), json!("1e3")]
        {
            check::<Points>(&bad, Err("必须是1到9999999999之间的整数"));
        }
        check::<Points>(&json!("12345678901234567"), Err("长度不能超过16"));
        check::<Points>(&json!([1]), Err("必须是字符串"));
    }

    #[test]
    fn types_are_known_in_any_case_and_kept_in_upper_case() {
        for name in ["deposit", "Deposit", "DEPOSIT", " dEPOSIT "] {
            check::<TransType>(&json!(name), Ok(&json!("DEPOSIT")));
        }
        for bad in [json!("DEPOSITS"), json!(1)] {
            check::<TransType>(&bad, Err("必须是以下值之一: DEPOSIT CONSUME FREEZE COMMIT CANCEL"));
        }
    }
}
