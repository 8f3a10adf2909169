//! Asking the peers: a Python environment of their own, and one process a peer.

use std::fs;
use std::io::{self, Error};
use std::path::Path;
use std::process::{Command, Stdio};

use super::Answer;
use super::data::Data;

const PACKAGES: [&str; 4] = ["polars", "duckdb", "numpy", "pyarrow"];

/// All answers of all peers. Everything made on the way lies under the target folder.
pub(crate) fn ask(bench: &Path, data: &Data, rounds: usize) -> io::Result<Vec<Answer>> {
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
    let mut answers = Vec::new();
    for peer in ["polars", "duckdb"] {
        let mut ask = Command::new(&python);
        // Polars reads its number of threads from here; DuckDB is told in the script.
        ask.env("POLARS_MAX_THREADS", "1").arg(bench.join("peers/crowds.py")).arg(peer).arg(&columns);
        let text = succeed(ask.arg(rounds.to_string()))?;
        for line in text.lines() {
            answers.push(serde_json::from_str(line)?);
        }
    }
    Ok(answers)
}

/// What the command printed, if it went well.
fn succeed(command: &mut Command) -> io::Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(Error::other(format!("{command:?} ended with {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(Error::other)
}
