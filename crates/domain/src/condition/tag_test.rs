//! What a condition asks of a tag's value, read from an operator and a text.

use super::error::ConditionError;
use super::op::Op;
use super::value::{Value, decimal, integer};
use crate::tag::{Tag, TagKind};

const LIST_MAX: usize = 1000;
const DAYS_MAX: i128 = 36_500;

/// What is asked of a tag's value.
#[derive(Clone, Debug, PartialEq)]
pub enum TagTest {
    /// The code or text is one of these; negated, it is none of them, or unknown.
    Words {
        /// In any order.
        words: Vec<Box<str>>,
        /// Whether it is none of them that is asked for.
        negated: bool,
    },
    /// The text contains this, letter by letter.
    Contains(Box<str>),
    /// The code spells an integer from low to high, both included.
    Integers {
        /// `i128::MIN` where there is no low end.
        low: i128,
        /// `i128::MAX` where there is no high end.
        high: i128,
    },
    /// The number (in 1e-4) or day (since 1970-01-01) lies in one of these ranges; negated, in none of them, or it is
    /// unknown.
    Ranges {
        /// Low and high ends, both included, `i64::MIN` and `i64::MAX` where there is none; in any order.
        ranges: Vec<(i64, i64)>,
        /// Whether it is none of them that is asked for.
        negated: bool,
    },
    /// The day lies so many days before today.
    DaysAgo {
        /// At least so many; 0 is today.
        least: i64,
        /// At most so many; `None` where there is no end.
        most: Option<i64>,
    },
    /// The place is at most so far away from another, along the great circle.
    Near {
        /// Degrees, −180 to 180; east is positive.
        lon: f64,
        /// Degrees, −90 to 90; north is positive.
        lat: f64,
        /// Metres.
        radius_m: f64,
    },
    /// No value is taken: what a range with its ends the wrong way round means, which earlier builds have stored.
    Nothing,
}

impl TagTest {
    pub(super) fn read(tag: &Tag, op: Op, value: &str) -> Result<TagTest, ConditionError> {
        ConditionText { op, tag, value }.test()
    }
}

/// A condition as it was sent.
struct ConditionText<'a> {
    op: Op,
    tag: &'a Tag,
    value: &'a str,
}

impl ConditionText<'_> {
    fn test(&self) -> Result<TagTest, ConditionError> {
        use {Op as O, TagKind as K};
        let negated = matches!(self.op, O::Neq | O::NotIn);
        match (self.tag.kind, self.op) {
            (K::Enum | K::Text, O::Eq | O::Neq | O::In | O::NotIn) => {
                let words = self.list()?.into_iter().map(|text| self.word(text)).collect::<Result<_, _>>()?;
                Ok(TagTest::Words { words, negated })
            }
            (K::Number | K::Date, O::Eq | O::Neq | O::In | O::NotIn) => {
                let only = |text| self.number(text).map(|number| (number, number));
                let ranges = self.list()?.into_iter().map(only).collect::<Result<_, _>>()?;
                Ok(TagTest::Ranges { ranges, negated })
            }
            (K::Enum, O::Gt | O::GtEq | O::Lt | O::LtEq | O::Between) => {
                let (low, high) = self.ends(|text| integer(text).ok_or_else(|| self.operand()))?;
                Ok(TagTest::Integers { low, high })
            }
            (K::Number | K::Date, O::Gt | O::GtEq | O::Lt | O::LtEq | O::Between) => {
                let (low, high) = self.ends(|text| self.number(text).map(i128::from))?;
                let clamp = |end: i128| end.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
                Ok(TagTest::Ranges { ranges: vec![(clamp(low), clamp(high))], negated: false })
            }
            (K::Text, O::Like) => Ok(TagTest::Contains(self.word(self.value)?)),
            (K::Date, O::LeftDays) => Ok(TagTest::DaysAgo { least: 0, most: Some(self.days()?) }),
            (K::Date, O::RightDays) => Ok(TagTest::DaysAgo { least: self.days()? + 1, most: None }),
            (K::Location, O::Locate) => self.circle().ok_or_else(|| self.operand()),
            _ => Err(ConditionError::Operator { op: self.op, tag: self.tag.code.clone(), kind: self.tag.kind }),
        }
    }

    /// The values of a list, or the one value that is not a list.
    fn list(&self) -> Result<Vec<&str>, ConditionError> {
        let list: Vec<&str> = self.op.values(self.value).collect();
        if LIST_MAX < list.len() {
            return Err(ConditionError::TooMany { op: self.op, tag: self.tag.code.clone(), count: list.len() });
        }
        Ok(list)
    }

    /// The closed range that a comparison or BETWEEN means.
    fn ends(&self, read: impl Fn(&str) -> Result<i128, ConditionError>) -> Result<(i128, i128), ConditionError> {
        if self.op == Op::Between {
            let (low, high) = self.value.split_once(',').ok_or_else(|| self.operand())?;
            let (low, high) = (read(low.trim())?, read(high.trim())?);
            let reversed =
                || ConditionError::Reversed { op: self.op, tag: self.tag.code.clone(), value: self.value.to_owned() };
            return (low <= high).then_some((low, high)).ok_or_else(reversed);
        }
        let end = read(self.value)?;
        Ok(match self.op {
            Op::Gt => (end + 1, i128::MAX),
            Op::GtEq => (end, i128::MAX),
            Op::Lt => (i128::MIN, end - 1),
            _ => (i128::MIN, end),
        })
    }

    fn word(&self, text: &str) -> Result<Box<str>, ConditionError> {
        self.parse(text).map(|_| text.into())
    }

    fn number(&self, text: &str) -> Result<i64, ConditionError> {
        Ok(match self.parse(text)? {
            Value::Number(number) => number,
            Value::Date(days) => i64::from(days),
            Value::Code(_) | Value::Text(_) | Value::Place { .. } => {
                unreachable!("only numbers and dates are compared as numbers")
            }
        })
    }

    fn parse<'t>(&self, text: &'t str) -> Result<Value<'t>, ConditionError> {
        if text.is_empty() {
            return Err(ConditionError::Empty { op: self.op, tag: self.tag.code.clone() });
        }
        Value::parse(self.tag.kind, text)
    }

    fn days(&self) -> Result<i64, ConditionError> {
        let days = integer(self.value).filter(|days| (0..=DAYS_MAX).contains(days));
        days.map(|days| days as i64).ok_or_else(|| self.operand())
    }

    fn circle(&self) -> Option<TagTest> {
        let (place, radius) = self.value.rsplit_once(',')?;
        let Ok(Value::Place { lon, lat }) = Value::parse(TagKind::Location, place) else { return None };
        let radius_m = decimal(radius).filter(|radius_m| 0.0 <= *radius_m)?;
        Some(TagTest::Near { lon, lat, radius_m })
    }

    fn operand(&self) -> ConditionError {
        ConditionError::Operand {
            op: self.op,
            tag: self.tag.code.clone(),
            kind: self.tag.kind,
            value: self.value.to_owned(),
        }
    }
}
