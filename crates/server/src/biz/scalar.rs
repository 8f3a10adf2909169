//! Fields that are one value: texts, numbers, amounts.

use super::{ABSENT, Field, Shape, text};
use serde_json::Value;
use wire::{money, time};

/// A String of at most `MAX` characters, kept as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> std::ops::Deref for Text<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Field for Text<MAX> {
    const SHAPE: Shape = Shape::Text(Some(MAX));

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = text(value.ok_or(ABSENT)?)?;
        if MAX < text.chars().count() {
            return Err(format!("长度不能超过{MAX}"));
        }
        Ok(Text(text))
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::String(self.0.clone()))
    }
}

/// A positive integer of at most `MAX`, as a string or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Positive<const MAX: u64>(pub u64);

impl<const MAX: u64> Field for Positive<MAX> {
    const SHAPE: Shape = Shape::Integer(MAX);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = text(value.ok_or(ABSENT)?)?;
        let digits = text.trim();
        match digits.parse() {
            Ok(number @ 1..) if digits.bytes().all(|byte| byte.is_ascii_digit()) && number <= MAX => {
                Ok(Positive(number))
            }
            _ => Err(format!("必须是1到{MAX}之间的整数")),
        }
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0))
    }
}

/// An amount in yuan with at most two decimals, as fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price(pub i64);

impl Field for Price {
    const SHAPE: Shape = Shape::Amount(None);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = text(value.ok_or(ABSENT)?)?;
        money::parse(text.trim()).map(Price).ok_or_else(|| "必须是以元为单位、最多两位小数的金额".to_owned())
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(money::format(self.0)))
    }
}

/// A positive integer of at most `MAX` that is a String on the wire, and given back as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WholeNumber<const MAX: u64>(pub u64);

impl<const MAX: u64> WholeNumber<MAX> {
    /// The number, as the store and the domain hold it.
    pub fn number(self) -> i64 {
        i64::try_from(self.0).expect("a bound below that of the type")
    }
}

impl<const MAX: u64> Field for WholeNumber<MAX> {
    const SHAPE: Shape = Shape::Integer(MAX);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        Positive::<MAX>::read(value).map(|Positive(number)| WholeNumber(number))
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0.to_string()))
    }
}

/// An amount in yuan that is a String of at most `MAX` characters on the wire, and given back as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yuan<const MAX: usize> {
    /// The amount in fen.
    pub fen: i64,
    sent: String,
}

impl<const MAX: usize> Field for Yuan<MAX> {
    const SHAPE: Shape = Shape::Amount(Some(MAX));

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = Text::<MAX>::read(value)?;
        let Price(fen) = Price::read(Some(&Value::from(&*text)))?;
        Ok(Yuan { fen, sent: text.trim().to_owned() })
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(money::format(self.fen)))
    }

    fn as_sent(&self) -> Option<Value> {
        Some(Value::from(self.sent.as_str()))
    }
}

/// A Date: UTC milliseconds of a time that the wire writes in UTC+8, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub i64);

impl Field for Date {
    const SHAPE: Shape = Shape::Date;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = text(value.ok_or(ABSENT)?)?;
        time::parse(&text).map(Date).ok_or_else(|| "必须是yyyy-MM-dd HH:mm:ss格式的有效时间".to_owned())
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(time::format(self.0)))
    }
}

/// A Boolean, or its name as a String.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag(pub bool);

impl Field for Flag {
    const SHAPE: Shape = Shape::Flag;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        match value.ok_or(ABSENT)? {
            Value::Bool(flag) => Ok(Flag(*flag)),
            Value::String(text) if text == "true" => Ok(Flag(true)),
            Value::String(text) if text == "false" => Ok(Flag(false)),
            _ => Err("必须是true或false".to_owned()),
        }
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::Bool(self.0))
    }
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
    fn amounts_are_yuan() {
        for (value, expect) in [(json!("8.8"), "8.80"), (json!("100"), "100.00"), (json!(" 0.01 "), "0.01")] {
            check::<Price>(&value, Ok(&json!(expect)));
        }
        for bad in [json!("8.801"), json!("-1"), json!("+1"), json!("1e2"), json!("一"), json!("1,000")] {
            check::<Price>(&bad, Err("必须是以元为单位、最多两位小数的金额"));
        }
        check::<Price>(&json!([1]), Err("必须是字符串"));
    }

    #[test]
    fn numbers_and_amounts_that_are_strings_stay_strings() {
        check::<WholeNumber<99>>(&json!("07"), Ok(&json!("7")));
        check::<WholeNumber<99>>(&json!(99), Ok(&json!("99")));
        for bad in [json!("0"), json!(100), json!("1.0"), json!("-1")] {
            check::<WholeNumber<99>>(&bad, Err("必须是1到99之间的整数"));
        }
        for (value, canonical, sent) in [
            (json!("20"), json!("20.00"), json!("20")),
            (json!(" 9.90 "), json!("9.90"), json!("9.90")),
            (json!(8.50), json!("8.50"), json!("8.5")),
        ] {
            let read = Yuan::<6>::read(Some(&value)).expect("an amount");
            assert_eq!((read.canonical(), read.as_sent()), (Some(canonical), Some(sent)));
        }
        check::<Yuan<6>>(&json!("1000.00"), Err("长度不能超过6"));
        check::<Yuan<6>>(&json!("x"), Err("必须是以元为单位、最多两位小数的金额"));
    }

    #[test]
    fn dates_exist_and_flags_are_yes_or_no() {
        check::<Date>(&json!("2016-09-30 00:00:00"), Ok(&json!("2016-09-30 00:00:00")));
        for bad in [json!("2016-09-31 00:00:00"), json!("2016-09-30"), json!("2016-9-30 00:00:00"), json!(20160930)] {
            check::<Date>(&bad, Err("必须是yyyy-MM-dd HH:mm:ss格式的有效时间"));
        }
        check::<Flag>(&json!(true), Ok(&json!(true)));
        check::<Flag>(&json!("false"), Ok(&json!(false)));
        for bad in [json!("TRUE"), json!(1), json!([true])] {
            check::<Flag>(&bad, Err("必须是true或false"));
        }
    }
}
