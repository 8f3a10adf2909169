//! The peers: a Python environment of their own, and one process a peer.

use std::fs;
use std::io::{self, BufRead, BufReader, Error, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Answer;
use super::data::Data;
use crate::programs::run;

const PACKAGES: [&str; 4] = ["polars", "duckdb", "numpy", "pyarrow"];

/// Who is asked.
pub(crate) const PEERS: [&str; 2] = ["polars", "duckdb"];

/// The script, what runs it, and the members as files; all that is made lies under the target folder.
pub(crate) struct Peers {
    python: PathBuf,
    script: PathBuf,
    columns: PathBuf,
}

impl Peers {
    /// Makes the Python environment, if there is none yet, and writes the members.
    pub(crate) fn new(bench: &Path, data: &Data) -> io::Result<Peers> {
        let folder = bench.join("../target/bench");
        let python = folder.join("venv/bin/python");
        if !python.exists() {
            fs::create_dir_all(&folder)?;
            run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
        }
        let columns = folder.join("crowds");
        fs::create_dir_all(&columns)?;
        data.write(&columns)?;
        Ok(Peers { python, script: bench.join("peers/crowds.py"), columns })
    }

    /// One peer's answers to all questions, in all orders and forms. It waits after each of its tables while
    /// `meanwhile` runs.
    pub(crate) fn ask(&self, peer: &str, rounds: usize, mut meanwhile: impl FnMut()) -> io::Result<Vec<Answer>> {
        let mut command = Command::new(&self.python);
        // Polars reads its number of threads from here; the script sets DuckDB's.
        command.env("POLARS_MAX_THREADS", "1").arg(&self.script).arg(peer).arg(&self.columns).arg(rounds.to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (mut input, output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let mut answers = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line?;
            if line == "done with a table" {
                meanwhile();
                writeln!(input, "go on")?;
                continue;
            }
            let answer: Answer = serde_json::from_str(&line)?;
            println!("{}", answer.line());
            answers.push(answer);
        }
        let status = child.wait()?;
        if status.success() { Ok(answers) } else { Err(Error::other(format!("{command:?} ended with {status}"))) }
    }
}
