//! Running the workspace's tests: with `cargo nextest` where it is installed, with `cargo test` elsewhere.
//!
//! Both build the same things once; only how they count differs: nextest writes a JUnit file (`.config/nextest.toml`),
//! `cargo test` prints a line for each binary.

use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use crate::process::{cargo, find, root, run};

/// How many tests came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The program that runs tests.
#[derive(Clone, Copy)]
pub(crate) enum Runner {
    /// `cargo nextest`: each test a process of its own, with a limit of time.
    Nextest,
    /// `cargo test`, which every cargo has.
    Plain,
}

impl Runner {
    /// The better one of those installed.
    pub(crate) fn choose() -> Runner {
        if find("cargo-nextest").is_some() { Runner::Nextest } else { Runner::Plain }
    }

    /// Builds every test and every program, and runs nothing. A server that has its console must have it whole.
    pub(crate) fn build(self, has_console: bool) -> Result<(), String> {
        let mut command = cargo();
        match self {
            Runner::Nextest => command.args(["nextest", "run", "--workspace", "--no-run"]),
            Runner::Plain => command.args(["test", "--workspace", "--no-run"]),
        };
        if has_console {
            command.env("PUNCHCARD_CONSOLE", "required");
        }
        run(&mut command)
    }

    /// Runs the tests whose names contain one of `names`, all if there are none.
    pub(crate) fn test(self, names: &[&str], tell: impl Fn(&mut Command) -> &mut Command) -> Result<Counts, String> {
        match self {
            Runner::Nextest => {
                let file = root().join("target/nextest/default/junit.xml");
                drop(fs::remove_file(&file));
                let ran = run(tell(cargo().args(["nextest", "run", "--workspace", "--no-fail-fast"]).args(names)));
                judged(from_junit(&fs::read_to_string(&file).unwrap_or_default()), ran)
            }
            Runner::Plain => {
                let mut command = cargo();
                command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--"]).args(names);
                counted(tell(&mut command))
            }
        }
    }

    /// Runs the examples in the documentation, which nextest does not.
    pub(crate) fn documentation() -> Result<Counts, String> {
        counted(cargo().args(["test", "--workspace", "--doc", "--no-fail-fast"]))
    }
}

/// Runs a `cargo test` in view and adds up its `test result` lines.
fn counted(command: &mut Command) -> Result<Counts, String> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|fault| format!("cargo test: {fault}"))?;
    let mut counts = Counts::default();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line.map_err(|fault| format!("cargo test: {fault}"))?;
        println!("{line}");
        counts += from_line(&line).unwrap_or_default();
    }
    let status = child.wait().map_err(|fault| format!("cargo test: {fault}"))?;
    judged(counts, if status.success() { Ok(()) } else { Err(format!("cargo test: {status}")) })
}

/// A run that failed without a failed test (it did not compile, nothing matched) is a failure too.
fn judged(counts: Counts, ran: Result<(), String>) -> Result<Counts, String> {
    match ran {
        Err(why) if counts.failed == 0 => Err(why),
        _ => Ok(counts),
    }
}

/// `test result: ok. 5 passed; 1 failed; …`
fn from_line(line: &str) -> Option<Counts> {
    let words: Vec<&str> = line.strip_prefix("test result: ")?.split_whitespace().collect();
    let before =
        |what| words.iter().position(|word| *word == what).and_then(|at| words[at.checked_sub(1)?].parse().ok());
    Some(Counts { passed: before("passed;")?, failed: before("failed;")? })
}

/// `<testsuites name="…" tests="5" failures="1" errors="0" …>`
fn from_junit(xml: &str) -> Counts {
    let head = xml.split_once("<testsuites ").and_then(|(_, rest)| rest.split_once('>')).map_or("", |(head, _)| head);
    let attribute = |name: &str| -> Option<u64> {
        let (_, rest) = head.split_once(&format!(" {name}=\""))?;
        rest.split_once('"')?.0.parse().ok()
    };
    let [tests, failures, errors] = ["tests", "failures", "errors"].map(|name| attribute(name).unwrap_or(0));
    Counts { passed: tests.saturating_sub(failures + errors), failed: failures + errors }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_understood() {
        let counts = Counts { passed: 5, failed: 1 };
        let line = "test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(from_line(line), Some(counts));
        assert_eq!(from_line("test the_passed; ... ok"), None);
        let xml = "<?xml?>\n<testsuites name=\"nextest-run\" tests=\"6\" failures=\"1\" errors=\"0\" time=\"1.0\">\n";
        assert_eq!(from_junit(xml), counts);
        assert_eq!(from_junit(""), Counts::default());
    }

    #[test]
    fn a_run_that_failed_without_a_failed_test_is_a_failure() {
        let passed = Counts { passed: 5, failed: 0 };
        assert_eq!(judged(passed, Ok(())), Ok(passed));
        assert!(judged(passed, Err("it did not compile".to_owned())).is_err());
        assert!(judged(Counts { passed: 4, failed: 1 }, Err("exit status 100".to_owned())).is_ok());
    }
}
