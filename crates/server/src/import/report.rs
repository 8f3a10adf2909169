//! What came of an import.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Kinds of bad rows that a report names; the others are counted.
const KINDS_NAMED: usize = 100;
/// Lines of one kind that a report names beside the first.
const LINES_NAMED: usize = 5;
/// The most characters of a reason that a report has: it may quote a cell, and cells may be long.
const REASON_CHARS_MAX: usize = 300;

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// Good rows.
    pub rows: u64,
    /// Of these, things that were new.
    pub new: u64,
    /// Of these, things that changed.
    pub changed: u64,
    /// Bad rows, which were left out.
    pub bad: u64,
    /// The bad rows by kind, in the order of their first lines: so many kinds as are named.
    pub bad_rows: Vec<BadRow>,
    /// What looks wrong about the file although its rows are right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A row that was left out, and how many more there are of its kind: those with the same reason but for what it quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BadRow {
    /// Its line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
    /// How many more rows there are of its kind.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
    /// The lines of the first of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_lines: Vec<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl BadRow {
    /// One row.
    pub fn new(line: u64, reason: String) -> BadRow {
        BadRow { line, reason, more: 0, more_lines: Vec::new() }
    }

    /// For a person: the reason, how often more, and where.
    pub fn text(&self) -> String {
        let BadRow { reason, more, more_lines, .. } = self;
        if *more == 0 {
            return reason.clone();
        }
        let lines: Vec<String> = more_lines.iter().map(u64::to_string).collect();
        let rest = if (more_lines.len() as u64) < *more { ", …" } else { "" };
        let noun = if *more == 1 { "line" } else { "lines" };
        format!("{reason} (and {more} more like it: {noun} {}{rest})", lines.join(", "))
    }
}

/// Makes a [`Report`].
#[derive(Default)]
pub struct Reporter {
    /// As it is until now.
    pub report: Report,
    kinds: HashMap<String, usize>,
}

impl Reporter {
    /// Counts a row that is left out.
    pub fn leave_out(&mut self, line: u64, reason: &str) {
        let bad_rows = &mut self.report.bad_rows;
        self.report.bad += 1;
        let kind = kind(reason);
        if let Some(&known) = self.kinds.get(&kind) {
            let known = &mut bad_rows[known];
            known.more += 1;
            if known.more_lines.len() < LINES_NAMED {
                known.more_lines.push(line);
            }
        } else if bad_rows.len() < KINDS_NAMED {
            self.kinds.insert(kind, bad_rows.len());
            let shown = match reason.char_indices().nth(REASON_CHARS_MAX) {
                Some((end, _)) => format!("{}…", &reason[..end]),
                None => reason.to_owned(),
            };
            bad_rows.push(BadRow::new(line, shown));
        }
    }

    /// The report. What the store refused came later than what the reader did.
    pub fn finish(mut self) -> Report {
        self.report.bad_rows.sort_by_key(|bad| bad.line);
        self.report
    }
}

/// A reason without what it quotes.
fn kind(reason: &str) -> String {
    match (reason.find('"'), reason.rfind('"')) {
        (Some(first), Some(last)) => format!("{}{}", &reason[..first], &reason[last..]),
        _ => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_bad_rows_is_told_once() {
        let check = |rows: &[(u64, &str)], expect: &[&str]| {
            let mut reporter = Reporter::default();
            rows.iter().for_each(|(line, reason)| reporter.leave_out(*line, reason));
            let report = reporter.finish();
            assert_eq!(report.bad, rows.len() as u64);
            let told: Vec<_> = report.bad_rows.iter().map(|bad| format!("{}: {}", bad.line, bad.text())).collect();
            assert_eq!(told, expect);
        };
        check(&[], &[]);
        check(&[(2, "a")], &["2: a"]);
        check(&[(3, "a"), (2, "b"), (9, "a")], &["2: b", "3: a (and 1 more like it: line 9)"]);
        check(&[(2, "id \"1\" must"), (4, "id \"2\\\"\" must")], &["2: id \"1\" must (and 1 more like it: line 4)"]);
        let many: Vec<_> = (2..1_002).map(|line| (line, "a")).collect();
        check(&many, &["2: a (and 999 more like it: lines 3, 4, 5, 6, 7, …)"]);
    }

    #[test]
    fn a_report_is_bounded() {
        let mut reporter = Reporter::default();
        (0..1_000).for_each(|line| reporter.leave_out(line, &format!("{line} {}", "女".repeat(60_000))));
        let report = reporter.finish();
        assert_eq!((report.bad, report.bad_rows.len()), (1_000, 100));
        assert!(report.bad_rows.iter().all(|bad| bad.reason.chars().count() <= 301));
    }
}
