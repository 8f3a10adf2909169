//! Asking the peers: a Python environment of their own, and one process a peer.

use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::data::Data;
use super::{Answer, report};

const PACKAGES: [&str; 4] = ["polars", "duckdb", "numpy", "pyarrow"];

/// Who is asked.
pub(crate) const PEERS: [&str; 2] = ["polars", "duckdb"];

/// The script, what runs it, and the members as files; all that is made lies under the target folder.
pub(crate) struct Asking {
    python: PathBuf,
    script: PathBuf,
    columns: PathBuf,
}

impl Asking {
    /// Makes the Python environment, if there is none yet, and writes the members.
    pub(crate) fn new(bench: &Path, data: &Data) -> io::Result<Asking> {
        let folder = bench.join("../target/bench");
        let python = folder.join("venv/bin/python");
        if !python.exists() {
            fs::create_dir_all(&folder)?;
            succeed(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
            succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
        }
        let columns = folder.join("crowds");
        fs::create_dir_all(&columns)?;
        data.write(&columns)?;
        Ok(Asking { python, script: bench.join("peers/crowds.py"), columns })
    }

    /// One peer's answers to all questions, in all orders and forms.
    pub(crate) fn ask(&self, peer: &str, rounds: usize) -> io::Result<Vec<Answer>> {
        let mut command = Command::new(&self.python);
        // Polars reads its number of threads from here; DuckDB is told in the script.
        command.env("POLARS_MAX_THREADS", "1").arg(&self.script).arg(peer).arg(&self.columns).arg(rounds.to_string());
        let text = succeed(&mut command)?;
        let answer = |line| {
            let answer = serde_json::from_str(line)?;
            println!("{}", report::line(&answer));
            Ok(answer)
        };
        text.lines().map(answer).collect()
    }
}

/// What the command printed, if it went well.
fn succeed(command: &mut Command) -> io::Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(Error::other(format!("{command:?} ended with {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(Error::other)
}
