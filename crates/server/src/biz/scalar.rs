//! Fields that are one value: texts, numbers, amounts.

use super::{ABSENT, Field, text};
use serde_json::Value;
use wire::money;

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
    fn read(value: Option<&Value>) -> Result<Self, String> {
        let text = text(value.ok_or(ABSENT)?)?;
        money::parse(text.trim()).map(Price).ok_or_else(|| "必须是以元为单位、最多两位小数的金额".to_owned())
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(money::format(self.0)))
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
}
