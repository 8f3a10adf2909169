//! `RESULTS.md`: what was measured, when, on what, by which command, and whether it was enough.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use crate::programs::output_of;

/// One run of one command.
pub(crate) struct Section {
    date: String,
    machine: String,
    parts: Vec<Part>,
}

/// What one part of the run found: lines of Markdown, and its goals.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) lines: Vec<String>,
    pub(crate) goals: Vec<Goal>,
}

impl Part {
    /// One that has found nothing yet.
    pub(crate) fn new(name: &'static str) -> Part {
        Part { name, lines: Vec::new(), goals: Vec::new() }
    }

    /// Sets what follows apart from what was found so far.
    pub(crate) fn separate(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
    }
}

/// A bound that a figure is to keep.
pub(crate) struct Goal {
    what: String,
    bound: Bound,
    got: f64,
    unit: &'static str,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Section {
    /// The date and the machine as they are before the run.
    pub(crate) fn begin() -> io::Result<Section> {
        Ok(Section {
            date: output_of(Command::new("date").arg("+%Y-%m-%d %H:%M"))?,
            machine: machine()?,
            parts: Vec::new(),
        })
    }

    pub(crate) fn add(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// Adds the section to `RESULTS.md` and shows it.
    pub(crate) fn append(self) -> io::Result<()> {
        let text = self.text();
        println!("{text}");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
        File::options().create(true).append(true).open(path)?.write_all(text.as_bytes())
    }

    fn text(&self) -> String {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let names: Vec<&str> = self.parts.iter().map(|part| part.name).collect();
        let mut text = format!("\n## {}: {}\n\n{}\n\n", self.date, names.join(", "), self.machine);
        let mut say = |line: &str| writeln!(text, "{line}").expect("strings take everything");
        say(&format!("`cargo run -p punchcard-bench -- {}`", arguments.join(" ")));
        say("");
        say(
            "Servers are what users install, built with `cargo build --release`, unless `--binary` says otherwise, and keep no request log unless it is what is measured; what runs \
             in this process, crowds and load, is built with `dev` (optimised, with checks). Figures are medians \
             (lowest–highest).",
        );
        let mut goals = self.parts.iter().flat_map(|part| &part.goals).peekable();
        if goals.peek().is_some() {
            say("\n| goal | bound | measured | |\n|---|---:|---:|---|");
            goals.for_each(|goal| say(&goal.row()));
        }
        for part in &self.parts {
            say(&format!("\n### {}\n", part.name));
            part.lines.iter().for_each(|line| say(line));
        }
        text
    }
}

impl Goal {
    pub(crate) fn at_least(what: impl Into<String>, bound: f64, got: f64, unit: &'static str) -> Goal {
        Goal { what: what.into(), bound: Bound::AtLeast(bound), got, unit }
    }

    pub(crate) fn at_most(what: impl Into<String>, bound: f64, got: f64, unit: &'static str) -> Goal {
        Goal { what: what.into(), bound: Bound::AtMost(bound), got, unit }
    }

    fn row(&self) -> String {
        let Goal { what, bound, got, unit } = self;
        let (sign, bound, met) = match bound {
            Bound::AtLeast(bound) => ('≥', bound, bound <= got),
            Bound::AtMost(bound) => ('≤', bound, got <= bound),
        };
        let met = if met { "met" } else { "**missed**" };
        format!("| {what} | {sign} {bound}{unit} | {got:.2}{unit} | {met} |")
    }
}

fn machine() -> io::Result<String> {
    let field = |file: &str, name: &str| -> io::Result<String> {
        let text = fs::read_to_string(file)?;
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        Ok(line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned())
    };
    let (processor, memory) = (field("/proc/cpuinfo", "model name")?, field("/proc/meminfo", "MemTotal")?);
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    Ok(format!("{processor}, {} cores, {memory}; load before the run {load} (1 minute)", available_parallelism()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_met_on_the_bound() {
        let check = |goal: Goal, expect: &str| assert_eq!(goal.row(), expect);
        check(Goal::at_least("a", 2.5, 2.5, "×"), "| a | ≥ 2.5× | 2.50× | met |");
        check(Goal::at_least("a", 2.5, 2.4, "×"), "| a | ≥ 2.5× | 2.40× | **missed** |");
        check(Goal::at_most("b", 40.0, 40.1, " MB"), "| b | ≤ 40 MB | 40.10 MB | **missed** |");
    }
}
