//! What is kept of a run.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use super::questions::QUESTIONS;
use super::{Answer, Args};

/// One answer on one line of the terminal.
pub(crate) fn line(answer: &Answer) -> String {
    let Answer { engine, form, question, total, .. } = answer;
    format!("{question} {engine:<10} {:<28} {form} ({total} members)", times(answer))
}

/// Appends a table of medians, the peers' best forms, and ours against theirs.
pub(crate) fn append(file: &Path, args: &Args, held: &str, answers: &[Answer]) -> io::Result<()> {
    let mut text = format!(
        "\n## {} crowds\n\n{}\n\n`cargo run --release -p punchcard-bench -- crowds --members {} --rounds {}`\n\n{held}\n\nProcessor time, median (lowest–highest):\n\n\
         | | members | punchcard | polars | duckdb | polars / ours | duckdb / ours |\n|---|---:|---|---|---|---:|---:|\n",
        date()?,
        machine(),
        args.members,
        args.rounds
    );
    for question in QUESTIONS {
        let best = |engine: &str| {
            let asked = answers.iter().filter(|answer| answer.engine == engine && answer.question == question.name);
            asked.min_by(|a, b| a.median_ms().total_cmp(&b.median_ms())).expect("everybody answers every question")
        };
        let (our, polars, duckdb) = (best("punchcard"), best("polars"), best("duckdb"));
        let ratio = |peer: &Answer| format!("{:.1}×", peer.median_ms() / our.median_ms());
        let cell = |peer: &Answer| format!("{} {}", times(peer), peer.form);
        let total = our.total.to_string();
        let row =
            [question.name.to_owned(), total, times(our), cell(polars), cell(duckdb), ratio(polars), ratio(duckdb)];
        writeln!(text, "| {} |", row.join(" | ")).expect("strings take everything");
    }
    println!("{text}");
    OpenOptions::new().append(true).create(true).open(file)?.write_all(text.as_bytes())
}

/// Median with lowest and highest, of one sitting, in milliseconds on the processor.
fn times(answer: &Answer) -> String {
    let [low, .., high] = answer.ms[..] else { return "–".to_owned() };
    format!("{:.2} ({low:.2}–{high:.2}) ms", answer.median_ms())
}

/// Today, from the system's own command: the edge where the clock comes in.
fn date() -> io::Result<String> {
    let output = Command::new("date").arg("+%Y-%m-%d").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn machine() -> String {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    let cores = available_parallelism().map_or(1, usize::from);
    let (processor, memory) = (field("/proc/cpuinfo", "model name"), field("/proc/meminfo", "MemTotal"));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    format!("{processor}, {cores} cores, {memory}; load {load} (1 minute) at the end")
}
