//! The rule of a crowd: tests of one tag or fact each, joined by *all*, *any* and *not*.
//!
//! A test is one of six rules, made of values that were read and checked before. `Rule::takes_word` and `Rule::ranges`
//! are the only places that decide what a rule means, for the scan and for one member alike.

mod fact;
pub(crate) mod geo_circle;
pub(crate) mod integer;

use crate::value::Value;
use geo_circle::GeoCircle;
use integer::integer;

pub use fact::Fact;

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

/// One condition on one tag or fact. On a tag of another kind it takes nobody, or everybody where it is negated.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub(crate) subject: Subject,
    pub(crate) rule: Rule,
}

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A tag, by its place in the list of tags.
    Tag(usize),
    /// A fact, which [`crate::Members::require`] must have been told of.
    Fact(Fact),
}

impl From<usize> for Subject {
    fn from(tag: usize) -> Subject {
        Subject::Tag(tag)
    }
}

impl From<Fact> for Subject {
    fn from(fact: Fact) -> Subject {
        Subject::Fact(fact)
    }
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
    /// The number (in 1e-4), day or fact lies in one of these closed ranges (ascending, apart), or in none of them.
    Ranges { ranges: Vec<(i64, i64)>, negated: bool },
    /// The day lies so many days before today, from least to most.
    DaysAgo { least: i64, most: i64 },
    /// The place lies in the circle.
    Near(GeoCircle),
}

impl Expr {
    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let own = match self {
            Expr::All(parts) | Expr::Any(parts) => parts.iter().map(Expr::bytes).sum(),
            Expr::Not(part) => part.bytes(),
            Expr::Test(test) => match &test.rule {
                Rule::Words { words, .. } => words.iter().map(|word| size_of_val(word) + word.len()).sum(),
                Rule::Contains(part) => part.len(),
                Rule::Ranges { ranges, .. } => size_of_val(&ranges[..]),
                Rule::Integers { .. } | Rule::DaysAgo { .. } | Rule::Near(_) => 0,
            },
        };
        size_of::<Expr>() + own
    }
}

impl Test {
    /// The code or text is one of these words; negated, it is none of them, or unknown.
    pub fn words(tag: usize, mut words: Vec<Box<str>>, negated: bool) -> Test {
        words.sort_unstable();
        Test { subject: Subject::Tag(tag), rule: Rule::Words { words, negated } }
    }

    /// The text contains this part, letter by letter.
    pub fn contains(tag: usize, part: Box<str>) -> Test {
        Test { subject: Subject::Tag(tag), rule: Rule::Contains(part) }
    }

    /// The code spells an integer of at most 38 digits, from low to high, both included.
    pub fn integers(tag: usize, low: i128, high: i128) -> Test {
        Test { subject: Subject::Tag(tag), rule: Rule::Integers { low, high } }
    }

    /// The number (in 1e-4), day (since 1970-01-01) or fact (in its own unit) lies in one of these closed ranges;
    /// negated, in none of them, or it is unknown. A range whose low end is above its high end holds nothing.
    pub fn ranges(subject: impl Into<Subject>, mut ranges: Vec<(i64, i64)>, negated: bool) -> Test {
        ranges.retain(|(low, high)| low <= high);
        ranges.sort_unstable();
        let mut apart: Vec<(i64, i64)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match apart.last_mut() {
                Some((_, before)) if low <= before.saturating_add(1) => *before = high.max(*before),
                _ => apart.push((low, high)),
            }
        }
        Test { subject: subject.into(), rule: Rule::Ranges { ranges: apart, negated } }
    }

    /// The day lies at least and at most so many days before today; `most` is `None` where there is no end.
    pub fn days_ago(subject: impl Into<Subject>, least: i64, most: Option<i64>) -> Test {
        // Days are i32: none lies that long ago.
        Test { subject: subject.into(), rule: Rule::DaysAgo { least, most: most.unwrap_or(i64::from(u32::MAX)) } }
    }

    /// The place is at most so many metres away from another, given in degrees, along the great circle.
    pub fn near(tag: usize, lon: f64, lat: f64, radius_m: f64) -> Test {
        Test { subject: Subject::Tag(tag), rule: Rule::Near(GeoCircle::new(lon, lat, radius_m)) }
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
        match value {
            Some(Value::Code(word) | Value::Text(word)) => self.takes_word(Some(word)),
            Some(Value::Place { lon, lat }) => matches!(self, Rule::Near(circle) if circle.contains(lon, lat)),
            Some(Value::Number(number)) => self.takes_number(Some(number), today),
            Some(Value::Date(days)) => self.takes_number(Some(days.into()), today),
            None => matches!(self, Rule::Words { negated, .. } | Rule::Ranges { negated, .. } if *negated),
        }
    }

    /// Whether a number (in 1e-4), day or fact is in; `None` is unknown.
    pub(crate) fn takes_number(&self, number: Option<i64>, today: i32) -> bool {
        let (ranges, negated) = self.ranges(today);
        let lies_in = |number| ranges.iter().any(|(low, high)| *low <= number && number <= *high);
        number.is_some_and(lies_in) != negated
    }
}
