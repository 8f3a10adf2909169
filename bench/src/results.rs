//! `RESULTS.md`: what was measured, when, on what, by which command.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

/// Adds one run.
pub(crate) fn append(name: &str, command: &str, lines: &[String]) -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
    let mut file = File::options().create(true).append(true).open(path)?;
    let date = said_by("date", &["+%Y-%m-%d %H:%M"]);
    let machine =
        said_by("sh", &["-c", "grep -m1 'model name' /proc/cpuinfo | cut -d: -f2; nproc"]).replace('\n', ", ");
    writeln!(file, "\n## {name}, {date}\n\n`cargo run -p punchcard-bench -- {command}` on{machine} cores\n")?;
    for line in lines {
        writeln!(file, "- {line}")?;
    }
    Ok(())
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
