//! The rule of a crowd, as data: tests of one tag each, joined by *all*, *any* and *not*.
//!
//! A test is made from an operator and the text of its value. It is refused at once where `docs/decisions.md`,
//! "Operators by tag type", has no meaning for them. What it keeps is one of six rules. `Rule::takes_word` and
//! `Rule::ranges` are the only places that decide what a rule means, for the scan and for one member alike.

use crate::geo_circle::GeoCircle;
use crate::operator::Op;
use crate::reject::ConditionError;
use crate::tag::{Kind, Tag};
use crate::value::{Value, decimal, integer};

const LIST_MAX: usize = 1000;
const DAYS_MAX: i128 = 36_500;

/// A crowd's rule over one list of tags.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Members that every part takes; all members when there is no part.
    All(Vec<Expr>),
    /// Members that at least one part takes; nobody when there is no part.
    Any(Vec<Expr>),
    /// Members that the part does not take.
    Not(Box<Expr>),
    /// One condition.
    Test(Test),
}

/// One condition on one tag, checked; made by [`Expr::test`].
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub(crate) tag: usize,
    pub(crate) rule: Rule,
}

/// What a test asks of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    /// The code or text is one of these (sorted), or none of them.
    Words { words: Vec<Box<str>>, negated: bool },
    /// The text contains this.
    Contains(Box<str>),
    /// The code is an integer from low to high.
    Integers { low: i128, high: i128 },
    /// The number (in 1e-4) or day lies in one of these closed ranges (ascending, apart), or in none of them.
    Ranges { ranges: Vec<(i64, i64)>, negated: bool },
    /// The day lies so many days before today, from least to most.
    DaysAgo { least: i64, most: i64 },
    /// The place lies in the circle.
    Near(GeoCircle),
}

impl Expr {
    /// The condition `op` `value` on `tags[tag]`.
    ///
    /// # Errors
    /// Where `docs/decisions.md`, "Operators by tag type", has a –, or the value is not what the operator takes on that
    /// kind.
    pub fn test(tags: &[Tag], op: Op, tag: usize, value: &str) -> Result<Expr, ConditionError> {
        let condition = Condition { op, tag: &tags[tag], value };
        Ok(Expr::Test(Test { tag, rule: condition.rule()? }))
    }
}

/// A condition as it was sent.
struct Condition<'a> {
    op: Op,
    tag: &'a Tag,
    value: &'a str,
}

impl Condition<'_> {
    fn rule(&self) -> Result<Rule, ConditionError> {
        use {Kind as K, Op as O};
        let negated = matches!(self.op, O::Neq | O::NotIn);
        match (self.tag.kind, self.op) {
            (K::Enum | K::Text, O::Eq | O::Neq | O::In | O::NotIn) => self.words(negated),
            (K::Number | K::Date, O::Eq | O::Neq | O::In | O::NotIn) => self.listed_ranges(negated),
            (K::Enum, O::Gt | O::GtEq | O::Lt | O::LtEq | O::Between) => {
                let (low, high) = self.ends(|text| integer(text).ok_or_else(|| self.operand()))?;
                Ok(Rule::Integers { low, high })
            }
            (K::Number | K::Date, O::Gt | O::GtEq | O::Lt | O::LtEq | O::Between) => {
                let (low, high) = self.ends(|text| self.number(text).map(i128::from))?;
                let clamp = |end: i128| end.clamp(i128::from(i64::MIN + 1), i128::from(i64::MAX)) as i64;
                Ok(Rule::Ranges { ranges: vec![(clamp(low), clamp(high))], negated: false })
            }
            (K::Text, O::Like) => Ok(Rule::Contains(self.word(self.value)?)),
            (K::Date, O::LeftDays) => Ok(Rule::DaysAgo { least: 0, most: self.days()? }),
            (K::Date, O::RightDays) => Ok(Rule::DaysAgo { least: self.days()? + 1, most: i64::from(u32::MAX) }),
            (K::Location, O::Locate) => self.circle().map(Rule::Near).ok_or_else(|| self.operand()),
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

    fn words(&self, negated: bool) -> Result<Rule, ConditionError> {
        let mut words = self.list()?.into_iter().map(|text| self.word(text)).collect::<Result<Vec<_>, _>>()?;
        words.sort_unstable();
        Ok(Rule::Words { words, negated })
    }

    fn listed_ranges(&self, negated: bool) -> Result<Rule, ConditionError> {
        let mut numbers = self.list()?.into_iter().map(|text| self.number(text)).collect::<Result<Vec<_>, _>>()?;
        numbers.sort_unstable();
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        for number in numbers {
            match ranges.last_mut() {
                Some((_, high)) if number <= *high + 1 => *high = number,
                _ => ranges.push((number, number)),
            }
        }
        Ok(Rule::Ranges { ranges, negated })
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

    fn circle(&self) -> Option<GeoCircle> {
        let (place, radius) = self.value.rsplit_once(',')?;
        let Ok(Value::Place { lon, lat }) = Value::parse(Kind::Location, place) else { return None };
        let radius_m = decimal(radius).filter(|radius_m| 0.0 <= *radius_m)?;
        Some(GeoCircle::new(lon, lat, radius_m))
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

impl Rule {
    /// Whether a code or text is in; `None` is unknown.
    pub(crate) fn takes_word(&self, word: Option<&str>) -> bool {
        match self {
            Rule::Words { words, negated } => {
                word.is_some_and(|word| words.binary_search_by(|listed| (**listed).cmp(word)).is_ok()) != *negated
            }
            Rule::Contains(part) => word.is_some_and(|word| word.contains(&**part)),
            Rule::Integers { low, high } => word.and_then(integer).is_some_and(|code| *low <= code && code <= *high),
            Rule::Ranges { .. } | Rule::DaysAgo { .. } | Rule::Near(_) => false,
        }
    }

    /// The closed ranges that a number (in 1e-4) or day must lie in, and whether the rule takes those outside of them
    /// and unknown ones instead.
    pub(crate) fn ranges(&self, today: i32) -> (Vec<(i64, i64)>, bool) {
        let today = i64::from(today);
        match self {
            Rule::Ranges { ranges, negated } => (ranges.clone(), *negated),
            Rule::DaysAgo { least, most } => (vec![(today - most, today - least)], false),
            Rule::Words { .. } | Rule::Contains(_) | Rule::Integers { .. } | Rule::Near(_) => (Vec::new(), false),
        }
    }

    /// Whether a value is in; `None` is unknown.
    pub(crate) fn takes(&self, value: Option<Value<'_>>, today: i32) -> bool {
        let number = match value {
            Some(Value::Code(word) | Value::Text(word)) => return self.takes_word(Some(word)),
            Some(Value::Place { lon, lat }) => return matches!(self, Rule::Near(circle) if circle.contains(lon, lat)),
            Some(Value::Number(number)) => number,
            Some(Value::Date(days)) => i64::from(days),
            None => return matches!(self, Rule::Words { negated, .. } | Rule::Ranges { negated, .. } if *negated),
        };
        let (ranges, negated) = self.ranges(today);
        ranges.iter().any(|(low, high)| *low <= number && number <= *high) != negated
    }
}
