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
pub(crate) const NUMBERS: [&str; 4] = ["trade_amt_30d", "last_pay_days", "trade_cnt_90d", "home_shop_km"];

/// The dimensions and numbers as tags.
pub(crate) fn tags() -> Vec<Tag> {
    let dimensions = DIMENSIONS.iter().map(|(code, _)| (*code, Kind::Enum));
    let tags = dimensions.chain(NUMBERS.iter().map(|code| (*code, Kind::Number)));
    tags.map(|(code, kind)| Tag { code: code.to_owned(), kind }).collect()
}

/// A rule, with or without a breakdown over all dimensions.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    rule: Rule,
    pub(crate) breakdown: bool,
}

#[derive(Clone, Copy)]
enum Rule {
    All(&'static [Rule]),
    Any(&'static [Rule]),
    Not(&'static Rule),
    Test(&'static str, Condition),
}

#[derive(Clone, Copy)]
enum Condition {
    /// A dimension's code is one of these.
    OneOf(&'static [&'static str]),
    /// A number is at least this, in 1e-4.
    AtLeast(i64),
    /// A number is at most this, in 1e-4.
    AtMost(i64),
}

use Rule::{All, Any, Not};

/// Whoever has one of these codes of a dimension.
const fn one_of(code: &'static str, codes: &'static [&'static str]) -> Rule {
    Rule::Test(code, Condition::OneOf(codes))
}

/// Whoever has a number of at least this, in whole units.
const fn at_least(code: &'static str, whole: i64) -> Rule {
    Rule::Test(code, Condition::AtLeast(whole * 10_000))
}

/// Whoever has a number of at most this, in whole units.
const fn at_most(code: &'static str, whole: i64) -> Rule {
    Rule::Test(code, Condition::AtMost(whole * 10_000))
}

const ONE_GENDER: Rule = one_of("pam_gender", &["1"]);
/// The cities that a rule names.
const NAMED_CITIES: Rule = one_of("pam_city_code", &["1", "3", "5", "8", "13", "21", "34", "55", "89", "144"]);
const CITIES: Rule = All(&[ONE_GENDER, one_of("pam_age", &["2", "3"]), NAMED_CITIES]);
const SPENDERS: Rule =
    All(&[at_least("trade_amt_30d", 100), at_most("last_pay_days", 7), one_of("pam_gender", &["2"])]);
const EITHER: Rule = Any(&[
    All(&[
        one_of("pam_gender", &["2"]),
        Not(&one_of("pam_age", &["1", "6"])),
        Any(&[one_of("pam_consume_level", &["4", "5"]), at_least("trade_cnt_90d", 10)]),
    ]),
    All(&[
        one_of("pam_have_baby", &["2"]),
        Not(&one_of("pam_city_code", &["1", "2", "3", "4"])),
        at_most("home_shop_km", 30),
    ]),
]);

pub(crate) const QUESTIONS: [Question; 7] = [
    Question { name: "Q1", rule: ONE_GENDER, breakdown: false },
    Question { name: "Q2", rule: CITIES, breakdown: false },
    Question { name: "Q3", rule: CITIES, breakdown: true },
    Question { name: "Q4", rule: SPENDERS, breakdown: false },
    Question { name: "Q5", rule: SPENDERS, breakdown: true },
    Question { name: "Q6", rule: EITHER, breakdown: false },
    Question { name: "Q7", rule: EITHER, breakdown: true },
];

impl Question {
    pub(crate) fn expr(&self, tags: &[Tag]) -> Expr {
        self.rule.expr(tags)
    }
}

/// Whom Q3 finds by their city: it has to look at nobody else.
pub(crate) fn in_named_cities(tags: &[Tag]) -> Expr {
    NAMED_CITIES.expr(tags)
}

impl Rule {
    fn expr(&self, tags: &[Tag]) -> Expr {
        let parts = |rules: &[Rule]| rules.iter().map(|rule| rule.expr(tags)).collect();
        match self {
            All(rules) => Expr::All(parts(rules)),
            Any(rules) => Expr::Any(parts(rules)),
            Not(rule) => Expr::Not(Box::new(rule.expr(tags))),
            Rule::Test(code, condition) => {
                let tag = tags.iter().position(|tag| tag.code == *code).expect("a tag of this bench");
                Expr::Test(match condition {
                    Condition::OneOf(codes) => {
                        Test::words(tag, codes.iter().map(|code| Box::from(*code)).collect(), false)
                    }
                    Condition::AtLeast(low) => Test::ranges(tag, vec![(*low, i64::MAX)], false),
                    Condition::AtMost(high) => Test::ranges(tag, vec![(i64::MIN, *high)], false),
                })
            }
        }
    }
}
