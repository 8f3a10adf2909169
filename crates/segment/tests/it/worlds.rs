//! Members, values and rules at random, kept by the crate and by its twin side by side.

use proptest::prelude::*;
use proptest::sample::select;
use segment::{Counts, Expr, Kind, Members, Merge, Tag};

use crate::naive::{Op, Rule, Twin};
use crate::texts;

/// The day that relative rules look back from: 2026-03-01.
pub(crate) const TODAY: i32 = 20_513;

/// One merchant three times: in a base segment and deltas, all in one delta, and as the twin keeps it.
pub(crate) struct World {
    pub(crate) members: Members,
    /// Never merged: columns in the order of members' coming, scanned.
    scan: Members,
    merge: Option<Merge>,
    pub(crate) twin: Twin,
}

impl World {
    pub(crate) fn new(tags: Vec<Tag>) -> World {
        let words = tags.iter().enumerate().filter(|(_, tag)| matches!(tag.kind, Kind::Enum | Kind::Text));
        let order: Vec<_> = words.map(|(place, _)| place).take(3).collect();
        let members = || Members::new(tags.clone(), &order);
        World { members: members(), scan: members(), merge: None, twin: Twin::new(tags) }
    }

    pub(crate) fn add_tag(&mut self, tag: Tag) {
        self.members.add_tag(tag.clone());
        self.scan.add_tag(tag.clone());
        self.twin.add_tag(tag);
    }

    /// Puts the member in both, and holds that both take or leave it.
    pub(crate) fn put(&mut self, user: u64, version: u32, values: &[(usize, String)]) -> bool {
        let tags = self.members.tags().to_vec();
        let row: Vec<_> = values.iter().map(|(tag, text)| (*tag, texts::value(tags[*tag].kind, text))).collect();
        let taken = self.members.put(user, version, &row);
        assert_eq!(self.scan.put(user, version, &row), taken);
        assert_eq!(self.twin.put(user, version, values), taken);
        taken
    }

    /// Puts what a member paid in both, and holds that both take or leave it.
    pub(crate) fn put_sum(&mut self, user: u64, version: u32, fen: i64) {
        let taken = self.twin.put_sum(user, version, fen);
        assert_eq!([&mut self.members, &mut self.scan].map(|held| held.put_sum(user, version, fen)), [taken; 2]);
    }

    /// Begins a merge, or ends the one that was begun.
    pub(crate) fn merge_step(&mut self) {
        match self.merge.take() {
            Some(merge) => self.members.end_merge(merge.run()),
            None => self.merge = self.members.begin_merge(),
        }
    }

    /// Counts in both, holds that they agree, and returns what they say.
    pub(crate) fn count(&self, rule: &Rule, dimensions: &[usize]) -> Counts {
        let expr = expr(self.members.tags(), rule);
        let counts = self.members.count(&expr, dimensions, TODAY);
        assert_eq!(counts, self.twin.count(rule, dimensions, TODAY), "{rule:?}");
        assert_eq!(counts, self.scan.count(&expr, dimensions, TODAY), "{rule:?}");
        for _ in 0..2 {
            assert_eq!(counts, self.members.answer(&expr, dimensions, TODAY), "{rule:?}");
        }
        counts
    }

    /// Holds that both say the same of every member.
    pub(crate) fn matches(&self, rule: &Rule) {
        let expr = expr(self.members.tags(), rule);
        for user in self.twin.users() {
            let ours = self.members.matches(user, &expr, TODAY);
            assert_eq!(ours, self.twin.matches(user, rule, TODAY), "{user} {rule:?}");
            assert_eq!(ours, self.scan.matches(user, &expr, TODAY), "{user} {rule:?}");
        }
    }
}

pub(crate) fn expr(tags: &[Tag], rule: &Rule) -> Expr {
    let parts = |rules: &[Rule]| rules.iter().map(|rule| expr(tags, rule)).collect();
    match rule {
        Rule::All(rules) => Expr::All(parts(rules)),
        Rule::Any(rules) => Expr::Any(parts(rules)),
        Rule::Not(rule) => Expr::Not(Box::new(expr(tags, rule))),
        Rule::Test(op, tag, value) => Expr::Test(texts::test(tags[*tag].kind, *op, *tag, value)),
    }
}

pub(crate) fn tag(code: &str, kind: Kind) -> Tag {
    Tag { code: code.to_owned(), kind }
}

/// Two tags of each kind; the last two are dimensions too, a few words and many.
pub(crate) fn tags() -> Vec<Tag> {
    let kinds = [Kind::Enum, Kind::Number, Kind::Date, Kind::Text, Kind::Location];
    let twice = kinds.into_iter().chain(kinds);
    twice.enumerate().map(|(place, kind)| tag(&format!("tag_{place}"), kind)).collect()
}

/// The places of the tags that counts may be broken down by.
pub(crate) const DIMENSIONS: [usize; 4] = [0, 3, 5, 8];

/// A value of the kind; few enough of them that rules hit members, with the awkward ones among them.
pub(crate) fn value(kind: Kind) -> BoxedStrategy<String> {
    match kind {
        Kind::Enum => prop_oneof![
            8 => (-3..20).prop_map(|code: i32| code.to_string()),
            2 => select(vec!["07", "-0", "1.0", "a", "男", "7 ", "+7", "10000000000000000000000"]).prop_map(str::to_owned),
        ]
        .boxed(),
        Kind::Number => prop_oneof![
            4 => (-5..30).prop_map(|whole: i32| whole.to_string()),
            3 => (-500..3000).prop_map(|cents: i32| format!("{:.2}", f64::from(cents) / 100.0)),
            2 => select(vec!["1.0", "0.0001", "-0.0001", "1.5", "01"]).prop_map(str::to_owned),
            1 => select(vec!["40000", "3000000.25", "-999999999999.9999", "999999999999"]).prop_map(str::to_owned),
        ]
        .boxed(),
        Kind::Date => prop_oneof![
            8 => (1..29, 1..4).prop_map(|(day, month)| format!("2026-{month:02}-{day:02}")),
            2 => select(vec!["2024-02-29", "0001-01-01", "9999-12-31", "2025-12-31", "1969-12-31"]).prop_map(str::to_owned),
        ]
        .boxed(),
        Kind::Text => "[a-c人%_]{1,5}".boxed(),
        Kind::Location => prop_oneof![
            8 => (1190..1210, 290..310).prop_map(|(lon, lat)| format!("{:.1},{:.1}", f64::from(lon) / 10.0, f64::from(lat) / 10.0)),
            2 => select(vec!["180,0", "-180,0", "179.9,0.05", "0,90", "77,-90", "-12.5,89.9"]).prop_map(str::to_owned),
        ]
        .boxed(),
    }
}

/// A rule over [`tags`] with every operator the table allows.
pub(crate) fn rule() -> impl Strategy<Value = Rule> {
    let test = (0..tags().len())
        .prop_flat_map(|tag| condition(tags()[tag].kind).prop_map(move |(op, value)| Rule::Test(op, tag, value)));
    test.prop_recursive(4, 24, 4, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 0..4).prop_map(Rule::All),
            prop::collection::vec(part.clone(), 0..4).prop_map(Rule::Any),
            part.prop_map(|part| Rule::Not(Box::new(part))),
        ]
    })
}

/// An operator of the kind's column in the table, with a value it takes.
pub(crate) fn condition(kind: Kind) -> BoxedStrategy<(Op, String)> {
    let one = value(kind);
    let blank = || select(vec!["", "", "", " ", "  ", "\t", "\u{3000}"]);
    let spaced = move |text: String, before: &str, after: &str| format!("{before}{text}{after}");
    let part = value(kind).prop_filter("no commas", |text| !text.contains(','));
    let part = (part, blank(), blank()).prop_map(move |(text, before, after)| spaced(text, before, after));
    let list = prop::collection::vec(part, 1..12).prop_map(|list| list.join(","));
    let equal = (select(vec![Op::Eq, Op::Neq]), one.clone());
    let listed = (select(vec![Op::In, Op::NotIn]), list);
    let end = if kind == Kind::Enum { (-4..22).prop_map(|code: i32| code.to_string()).boxed() } else { one };
    let order = (select(vec![Op::Gt, Op::GtEq, Op::Lt, Op::LtEq]), end.clone());
    let between = (end.clone(), end, blank())
        .prop_map(|(low, high, blank)| (Op::Between, format!("{blank}{low}{blank},{blank}{high}")));
    let days = (select(vec![Op::LeftDays, Op::RightDays]), (0..70).prop_map(|days: i32| days.to_string()));
    match kind {
        Kind::Enum | Kind::Number => prop_oneof![equal, listed, order, between].boxed(),
        Kind::Date => prop_oneof![equal, listed, order, between, days].boxed(),
        Kind::Text => prop_oneof![equal, listed, "[a-c人%_]{1,2}".prop_map(|part| (Op::Like, part))].boxed(),
        Kind::Location => {
            let radius = select(vec!["0.5", "5000", "11119.5", "60000.75", "400000", "20000000", "30000000"]);
            (value(kind), radius).prop_map(|(place, radius)| (Op::Locate, format!("{place},{radius}"))).boxed()
        }
    }
}

/// One change: a user among few, a version, and a value or nothing for each tag.
pub(crate) type Put = (u64, u32, Vec<(usize, String)>);

pub(crate) fn put() -> impl Strategy<Value = Put> {
    let held =
        |(place, tag): (usize, Tag)| prop::option::weighted(0.8, value(tag.kind)).prop_map(move |text| (place, text));
    let row: Vec<_> = tags().into_iter().enumerate().map(held).collect();
    (0..60_u64, 0..4_u32, row).prop_map(|(user, version, row)| {
        let known = row.into_iter().filter_map(|(place, text)| text.map(|text| (place, text)));
        (user, version, known.collect())
    })
}
