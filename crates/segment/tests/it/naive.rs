//! The twin: members as the text they were given, asked one by one.
//!
//! Written from the table of `docs/decisions.md`, "Operators by tag type", and from nothing else: it shares no number
//! format and no formula with the crate, so that the two can only agree by both being right. It expects texts that
//! `domain` takes.

use std::collections::BTreeMap;

use segment::{Counts, Kind, Tag};

/// The operators of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Op {
    Eq,
    Neq,
    Gt,
    GtEq,
    Lt,
    LtEq,
    Like,
    In,
    NotIn,
    Between,
    LeftDays,
    RightDays,
    Locate,
}

/// A rule as a merchant writes it.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
    Test(Op, usize, String),
}

pub(crate) struct Twin {
    tags: Vec<Tag>,
    members: BTreeMap<u64, (u32, BTreeMap<usize, String>)>,
    sums: BTreeMap<u64, (u32, i64)>,
}

impl Twin {
    pub(crate) fn new(tags: Vec<Tag>) -> Twin {
        Twin { tags, members: BTreeMap::new(), sums: BTreeMap::new() }
    }

    pub(crate) fn add_tag(&mut self, tag: Tag) {
        self.tags.push(tag);
    }

    pub(crate) fn put(&mut self, user: u64, version: u32, values: &[(usize, String)]) -> bool {
        if self.members.get(&user).is_some_and(|(held, _)| version <= *held) {
            return false;
        }
        self.members.insert(user, (version, values.iter().cloned().collect()));
        true
    }

    pub(crate) fn put_sum(&mut self, user: u64, version: u32, fen: i64) -> bool {
        let newer = self.sums.get(&user).is_none_or(|(held, _)| *held < version);
        let taken = newer && self.members.contains_key(&user);
        if taken {
            self.sums.insert(user, (version, fen));
        }
        taken
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = u64> {
        self.members.keys().copied()
    }

    pub(crate) fn matches(&self, user: u64, rule: &Rule, today: i32) -> Option<bool> {
        self.members.get(&user).map(|(_, values)| self.takes(values, rule, today))
    }

    pub(crate) fn count(&self, rule: &Rule, dimensions: &[usize], today: i32) -> Counts {
        let users: Vec<u64> = self.users().filter(|user| self.matches(*user, rule, today) == Some(true)).collect();
        let crowd: Vec<_> = users.iter().map(|user| &self.members[user].1).collect();
        let paid = users.iter().filter_map(|user| self.sums.get(user)).map(|(_, fen)| i128::from(*fen)).sum();
        let histogram = |dimension: &usize| {
            let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
            for value in crowd.iter().filter_map(|values| values.get(dimension)) {
                *counts.entry(value).or_default() += 1;
            }
            let mut counts: Vec<_> = counts.into_iter().map(|(value, count)| (value.clone(), count)).collect();
            counts.sort_by_key(|(value, _)| (whole(value).is_none(), whole(value)));
            counts
        };
        Counts {
            total: crowd.len() as u64,
            histograms: dimensions.iter().map(histogram).collect(),
            sum: (!self.sums.is_empty()).then_some(paid),
        }
    }

    fn takes(&self, values: &BTreeMap<usize, String>, rule: &Rule, today: i32) -> bool {
        match rule {
            Rule::All(rules) => rules.iter().all(|rule| self.takes(values, rule, today)),
            Rule::Any(rules) => rules.iter().any(|rule| self.takes(values, rule, today)),
            Rule::Not(rule) => !self.takes(values, rule, today),
            Rule::Test(op, tag, value) => {
                takes(self.tags[*tag].kind, *op, values.get(tag).map(String::as_str), value, today)
            }
        }
    }
}

/// The table, cell by cell.
fn takes(kind: Kind, op: Op, held: Option<&str>, value: &str, today: i32) -> bool {
    let Some(held) = held else { return matches!(op, Op::Neq | Op::NotIn) };
    let equal = |value: &str| match kind {
        Kind::Number => fixed(held) == fixed(value),
        Kind::Enum | Kind::Date | Kind::Text | Kind::Location => held == value,
    };
    let (low, high) = value.split_once(',').map_or((value, value), |(low, high)| (low.trim(), high.trim()));
    let order = |end: &str| match kind {
        Kind::Enum => whole(held).zip(whole(end)).map(|(held, end)| held.cmp(&end)),
        Kind::Number => Some(fixed(held).cmp(&fixed(end))),
        // `yyyy-MM-dd` sorts as text.
        Kind::Date | Kind::Text | Kind::Location => Some(held.cmp(end)),
    };
    match op {
        Op::Eq => equal(value),
        Op::Neq => !equal(value),
        Op::In => value.split(',').map(str::trim).any(equal),
        Op::NotIn => !value.split(',').map(str::trim).any(equal),
        Op::Gt => order(value).is_some_and(std::cmp::Ordering::is_gt),
        Op::GtEq => order(value).is_some_and(std::cmp::Ordering::is_ge),
        Op::Lt => order(value).is_some_and(std::cmp::Ordering::is_lt),
        Op::LtEq => order(value).is_some_and(std::cmp::Ordering::is_le),
        Op::Between => {
            order(low).is_some_and(std::cmp::Ordering::is_ge) && order(high).is_some_and(std::cmp::Ordering::is_le)
        }
        Op::Like => (0..=held.len()).any(|start| held.as_bytes()[start..].starts_with(value.as_bytes())),
        Op::LeftDays => {
            let ago = today - day(held);
            0 <= ago && ago <= value.parse().expect("checked")
        }
        Op::RightDays => value.parse::<i32>().expect("checked") < today - day(held),
        Op::Locate => {
            let numbers = |text: &str| text.split(',').map(|part| part.parse().expect("checked")).collect::<Vec<f64>>();
            let (held, circle) = (numbers(held), numbers(value));
            distance((held[0], held[1]), (circle[0], circle[1])) <= circle[2]
        }
    }
}

/// The integer a code spells with up to 38 digits, zeros in front included.
pub(crate) fn whole(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = (1..=38).contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_digit());
    if is_whole { text.parse().ok() } else { None }
}

/// A decimal in ten-thousandths: the point dropped, after the fraction was filled up to four digits.
pub(crate) fn fixed(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<4}").parse().expect("a decimal")
}

/// Days since 1970-01-01, counted year by year and month by month.
pub(crate) fn day(text: &str) -> i32 {
    let parts: Vec<i32> = text.split('-').map(|part| part.parse().expect("a date")).collect();
    let is_leap = |year: i32| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let in_year = |year: i32| if is_leap(year) { 366 } else { 365 };
    let years: i32 =
        if parts[0] < 1970 { -(parts[0]..1970).map(in_year).sum::<i32>() } else { (1970..parts[0]).map(in_year).sum() };
    let in_month = [31, if is_leap(parts[0]) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    years + in_month[..parts[1] as usize - 1].iter().sum::<i32>() + parts[2] - 1
}

/// Metres along the great circle, by the angle between two vectors from the earth's centre.
fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let vector = |(lon, lat): (f64, f64)| {
        let (lon, lat) = (lon.to_radians(), lat.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let (a, b) = (vector(from), vector(to));
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    6_371_008.8 * cross.iter().map(|part| part * part).sum::<f64>().sqrt().atan2(dot)
}
