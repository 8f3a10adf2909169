//! Other programs, run to their end. One that fails is an error.

use std::io::{Error, Result};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs it; what it prints is not shown.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("{command:?} ended with {status}"))) }
}

/// The same; how long it took.
pub(crate) fn seconds_of(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    run(command)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Runs it; what it prints.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(Error::other(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))))
}

/// What the `sqlite3` shell answers.
pub(crate) fn ask_sqlite(database: &Path, sql: &str) -> Result<String> {
    output_of(Command::new("sqlite3").arg(database).arg(sql))
}
