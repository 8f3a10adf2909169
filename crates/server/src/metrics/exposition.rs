//! Prometheus' text exposition format.

use std::fmt::{Display, Write};
use store::measure::Counted;

/// A page of metrics in the making. Label values are names of ours, with nothing in them to escape.
#[derive(Default)]
pub struct Exposition {
    /// The lines written so far.
    pub text: String,
    /// The family that samples belong to.
    name: &'static str,
}

impl Exposition {
    /// Begins a family: its name, its type (`counter`, `gauge` or `histogram`) and what it measures.
    pub fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// One sample of the family begun last; `labels` are empty, or stand in braces.
    pub fn sample(&mut self, labels: &str, value: impl Display) {
        let name = self.name;
        self.line(format_args!("{name}{labels} {value}"));
    }

    /// A family of one sample.
    pub fn one(&mut self, name: &'static str, kind: &str, help: &str, labels: impl Display, value: impl Display) {
        self.family(name, kind, help);
        self.sample(&labels.to_string(), value);
    }

    /// The samples of one histogram; `labels` end with a comma if there are any, and values are divided by `unit`.
    pub fn histogram(&mut self, labels: &str, counted: &Counted, unit: f64) {
        let (name, bare) = (self.name, labels.trim_end_matches(','));
        #[expect(clippy::cast_precision_loss, reason = "bounds and sums of microseconds are far below 2^53")]
        let scaled = |value: u64| value as f64 / unit;
        for &(bound, count) in &counted.below {
            self.line(format_args!("{name}_bucket{{{labels}le=\"{}\"}} {count}", scaled(bound)));
        }
        let Counted { count, sum, .. } = counted;
        self.line(format_args!("{name}_bucket{{{labels}le=\"+Inf\"}} {count}"));
        let bare = if bare.is_empty() { String::new() } else { format!("{{{bare}}}") };
        self.line(format_args!("{name}_sum{bare} {}", scaled(*sum)));
        self.line(format_args!("{name}_count{bare} {count}"));
    }

    fn line(&mut self, line: impl Display) {
        writeln!(self.text, "{line}").expect("memory can be written");
    }
}
