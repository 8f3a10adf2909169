//! The peers: a Python environment of their own, and one process a peer.

use std::fs;
use std::io::{self, BufRead, BufReader, Error, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Answer;
use crate::programs::run;

const PACKAGES: [&str; 5] = ["polars", "duckdb", "chdb", "numpy", "pyarrow"];

/// A script that asks peers, what runs it, and the columns that it asks about as files; all that is made lies under the
/// target folder.
pub(crate) struct Peers {
    python: PathBuf,
    script: PathBuf,
    columns: PathBuf,
}

impl Peers {
    /// Of the script with this name. Makes the Python environment, if there is none yet.
    pub(crate) fn new(name: &str) -> io::Result<Peers> {
        let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = bench.join("../target/bench");
        let python = folder.join("venv/bin/python");
        if !python.exists() {
            fs::create_dir_all(&folder)?;
            run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
        }
        let columns = folder.join(name);
        fs::create_dir_all(&columns)?;
        Ok(Peers { python, script: bench.join(format!("peers/{name}.py")), columns })
    }

    /// Where the columns are to be written to.
    pub(crate) fn columns(&self) -> &Path {
        &self.columns
    }

    /// One peer's answers to all questions, in all orders and forms. The script waits after each of its tables while
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
