//! One value of a tag, and how its text is read (`docs/decisions.md`, "Tag types").

use std::ops::Range;

use jiff::civil::Date;

use super::error::ConditionError;
use crate::tag::TagKind;

/// A number is kept as an integer count of 1e-4, so that 1 and 1.0 are one value.
const NUMBER_FRACTION_DIGITS: usize = 4;
/// |x| < 10¹², in 1e-4.
const NUMBER_END: i64 = 1_000_000_000_000 * 10_000;
const CODE_CHARS_MAX: usize = 64;
const TEXT_CHARS_MAX: usize = 256;
/// 38 digits always fit an `i128` with room for one more step.
const INTEGER_DIGITS_MAX: usize = 38;

/// A member's known value of one tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A code of an enum tag.
    Code(&'a str),
    /// A text.
    Text(&'a str),
    /// A number, in 1e-4.
    Number(i64),
    /// A calendar day, in days since 1970-01-01.
    Date(i32),
    /// A place on earth, in degrees.
    Place {
        /// −180 to 180, east is positive.
        lon: f64,
        /// −90 to 90, north is positive.
        lat: f64,
    },
}

impl Value<'_> {
    /// Reads a member's value as an import gives it and the store keeps it; what does not fit the kind is rejected.
    pub fn parse(kind: TagKind, text: &str) -> Result<Value<'_>, ConditionError> {
        let value = match kind {
            TagKind::Enum => at_most(CODE_CHARS_MAX, text).filter(|code| !code.is_empty()).map(Value::Code),
            TagKind::Text => at_most(TEXT_CHARS_MAX, text).map(Value::Text),
            TagKind::Number => fixed_point(text, NUMBER_FRACTION_DIGITS, NUMBER_END).map(Value::Number),
            TagKind::Date => date(text).map(Value::Date),
            TagKind::Location => place(text),
        };
        value.ok_or_else(|| ConditionError::Misfit { kind, value: text.to_owned() })
    }
}

fn at_most(chars_max: usize, text: &str) -> Option<&str> {
    (text.chars().count() <= chars_max).then_some(text)
}

/// `-3.25` with four fraction digits → −32,500. Digits on both sides of a point, at most so many behind it. No plus
/// sign, no exponent. Less than `end` away from 0.
pub(super) fn fixed_point(text: &str, fraction_digits: usize, end: i64) -> Option<i64> {
    let (negative, magnitude) = sign(text);
    let (whole, fraction) = match magnitude.split_once('.') {
        Some((_, fraction)) if !is_digits(fraction) || fraction_digits < fraction.len() => return None,
        Some(both) => both,
        None => (magnitude, ""),
    };
    if !is_digits(whole) {
        return None;
    }
    let padding = std::iter::repeat_n(b'0', fraction_digits - fraction.len());
    let mut digits = whole.bytes().chain(fraction.bytes()).chain(padding);
    let number = digits.try_fold(0_i64, |number, digit| number.checked_mul(10)?.checked_add((digit - b'0').into()))?;
    (number < end).then_some(if negative { -number } else { number })
}

/// Days since 1970-01-01 of a real day written `yyyy-MM-dd`; years 0001 to 9999.
fn date(text: &str) -> Option<i32> {
    const EPOCH: Date = Date::constant(1970, 1, 1);
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let digits = |range: Range<usize>| text.get(range).filter(|digits| is_digits(digits));
    let year: i16 = digits(0..4)?.parse().ok()?;
    let (month, day) = (digits(5..7)?.parse().ok()?, digits(8..10)?.parse().ok()?);
    let date = Date::new(year, month, day).ok().filter(|_| 1 <= year)?;
    i32::try_from(date.duration_since(EPOCH).as_hours() / 24).ok()
}

/// `lon,lat` in degrees.
fn place<'a>(text: &str) -> Option<Value<'a>> {
    let (lon, lat) = text.split_once(',')?;
    let (lon, lat) = (decimal(lon)?, decimal(lat)?);
    (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some(Value::Place { lon, lat })
}

/// Plain decimal text as a float; what `f64::from_str` takes beyond it (`1e3`, `inf`, `.5`, `+1`) is refused.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let (_, magnitude) = sign(text);
    let plain = match magnitude.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(magnitude),
    };
    if plain { text.parse().ok() } else { None }
}

/// The integer that a condition's value spells; `None` for anything else and for more than 38 digits.
pub(super) fn integer(text: &str) -> Option<i128> {
    let (_, magnitude) = sign(text);
    if is_digits(magnitude) && magnitude.len() <= INTEGER_DIGITS_MAX { text.parse().ok() } else { None }
}

fn sign(text: &str) -> (bool, &str) {
    text.strip_prefix('-').map_or((false, text), |magnitude| (true, magnitude))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: TagKind, text: &str, expect: Option<Value<'_>>) {
        assert_eq!(Value::parse(kind, text).ok(), expect, "{kind:?} {text:?}");
    }

    #[test]
    fn numbers_are_decimal_text() {
        let steps = |text, expect: Option<i64>| check(TagKind::Number, text, expect.map(Value::Number));
        for (text, expect) in [
            ("1", 10_000),
            ("1.0", 10_000),
            ("01.0000", 10_000),
            ("-3.25", -32_500),
            ("0.0001", 1),
            ("-0.0001", -1),
            ("-0", 0),
            ("999999999999.9999", 9_999_999_999_999_999),
            ("-999999999999.9999", -9_999_999_999_999_999),
        ] {
            steps(text, Some(expect));
        }
        let refused =
            "|-|.|1.|.5|+1|1e3|1,0|0x1|1.00000|--1|- 1| 1|1 |１|1000000000000|-1000000000000|99999999999999999999";
        for text in refused.split('|') {
            steps(text, None);
        }
    }

    #[test]
    fn dates_are_real_days() {
        let days = |text, expect: Option<i32>| check(TagKind::Date, text, expect.map(Value::Date));
        for (text, expect) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2024-02-29", 19_782),
            ("2024-03-01", 19_783),
            ("0001-01-01", -719_162),
            ("9999-12-31", 2_932_896),
        ] {
            days(text, Some(expect));
        }
        let refused = "|2023-02-29|1900-02-29|2024-13-01|2024-00-01|2024-01-00|2024-04-31|0000-01-01|2024-1-01|2024/01/01\
                       |24-01-01|2024-01-011|2024-01-0a|-024-01-01|2024-01-+1|一二-01-01";
        for text in refused.split('|') {
            days(text, None);
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = date("1599-12-31").expect("a real day");
        for year in 1600..2401 {
            for month in 1..13 {
                for day in 1..32 {
                    if let Some(days) = date(&format!("{year:04}-{month:02}-{day:02}")) {
                        assert_eq!(days, before + 1, "{year}-{month}-{day}");
                        before = days;
                    }
                }
            }
        }
    }

    #[test]
    fn places_lie_on_earth() {
        let place = |text, expect: Option<(f64, f64)>| {
            check(TagKind::Location, text, expect.map(|(lon, lat)| Value::Place { lon, lat }));
        };
        place("120.19,30.26", Some((120.19, 30.26)));
        place("-180,90", Some((-180.0, 90.0)));
        place("180.0,-90.0", Some((180.0, -90.0)));
        for text in "|120|120,|120,30,1|180.1,0|0,90.01|NaN,0|inf,0|1e1,0|120, 30".split('|') {
            place(text, None);
        }
    }

    #[test]
    fn words_are_bounded_in_characters() {
        let (sixty_four, more) = ("男".repeat(64), "男".repeat(65));
        check(TagKind::Enum, &sixty_four, Some(Value::Code(&sixty_four)));
        check(TagKind::Enum, &more, None);
        check(TagKind::Enum, "", None);
        let (longest, longer) = ("ü".repeat(256), "ü".repeat(257));
        check(TagKind::Text, &longest, Some(Value::Text(&longest)));
        check(TagKind::Text, &longer, None);
        check(TagKind::Text, "", Some(Value::Text("")));
    }

    #[test]
    fn integers_are_read_exactly_or_not_at_all() {
        for (text, expect) in [
            ("7", Some(7)),
            ("007", Some(7)),
            ("-7", Some(-7)),
            ("1.0", None),
            ("+7", None),
            ("", None),
            ("a7", None),
            ("99999999999999999999999999999999999999", Some(10_i128.pow(38) - 1)),
            ("100000000000000000000000000000000000000", None),
            ("000000000000000000000000000000000000007", None),
        ] {
            assert_eq!(integer(text), expect, "{text:?}");
        }
    }
}
