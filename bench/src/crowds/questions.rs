//! The questions, once; the peers' script asks the same in its own words.

use segment::{Expr, Kind, Tag, Test};

/// The eight dimensions with the number of values each has.
pub(crate) const DIMENSIONS: [(&str, usize); 8] = [
    ("pam_gender", 2),
    ("pam_age", 6),
    ("pam_constellation", 12),
    ("pam_hometown_code", 340),
    ("pam_city_code", 340),
    ("pam_occupation", 10),
    ("pam_consume_level", 5),
    ("pam_have_baby", 2),
];

/// What the server orders members by: gender, age and city, as places among the dimensions.
pub(crate) const ORDER: [usize; 3] = [0, 1, 4];

/// The numbers, after the dimensions.
pub(crate) const NUMBERS: [&str; 3] = ["trade_amt_30d", "last_pay_days", "trade_cnt_90d"];

/// The dimensions and numbers as tags.
pub(crate) fn tags() -> Vec<Tag> {
    let dimensions = DIMENSIONS.iter().map(|(code, _)| (*code, Kind::Enum));
    let tags = dimensions.chain(NUMBERS.iter().map(|code| (*code, Kind::Number)));
    tags.map(|(code, kind)| Tag { code: code.to_owned(), kind }).collect()
}

/// Conditions that must all hold, with or without a breakdown over all dimensions.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    conditions: &'static [(&'static str, Condition)],
    pub(crate) breakdown: bool,
}

enum Condition {
    /// A dimension's code is one of these.
    OneOf(&'static [&'static str]),
    /// A number is at least this, in 1e-4.
    AtLeast(i64),
    /// A number is at most this, in 1e-4.
    AtMost(i64),
}

const ONE_GENDER: &[(&str, Condition)] = &[("pam_gender", Condition::OneOf(&["1"]))];
const CITIES: &[(&str, Condition)] = &[
    ("pam_gender", Condition::OneOf(&["1"])),
    ("pam_age", Condition::OneOf(&["2", "3"])),
    ("pam_city_code", Condition::OneOf(&["1", "3", "5", "8", "13", "21", "34", "55", "89", "144"])),
];
const SPENDERS: &[(&str, Condition)] = &[
    ("trade_amt_30d", Condition::AtLeast(1_000_000)),
    ("last_pay_days", Condition::AtMost(70_000)),
    ("pam_gender", Condition::OneOf(&["2"])),
];

pub(crate) const QUESTIONS: [Question; 5] = [
    Question { name: "Q1", conditions: ONE_GENDER, breakdown: false },
    Question { name: "Q2", conditions: CITIES, breakdown: false },
    Question { name: "Q3", conditions: CITIES, breakdown: true },
    Question { name: "Q4", conditions: SPENDERS, breakdown: false },
    Question { name: "Q5", conditions: SPENDERS, breakdown: true },
];

impl Question {
    pub(crate) fn expr(&self, tags: &[Tag]) -> Expr {
        let test = |(code, condition): &(&str, Condition)| {
            let tag = tags.iter().position(|tag| tag.code == *code).expect("a tag of this bench");
            Expr::Test(match condition {
                Condition::OneOf(codes) => Test::words(tag, codes.iter().map(|code| Box::from(*code)).collect(), false),
                Condition::AtLeast(low) => Test::ranges(tag, vec![(*low, i64::MAX)], false),
                Condition::AtMost(high) => Test::ranges(tag, vec![(i64::MIN, *high)], false),
            })
        };
        Expr::All(self.conditions.iter().map(test).collect())
    }
}
