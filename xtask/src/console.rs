//! `cargo xtask console`: the console's packages, its checks, and its bundle, which the server embeds when it is built.
//!
//! A machine without Node builds and starts a server all the same: its console is one page that names this command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use crate::process::{find, output, root, run, run_logged, target};
use crate::runner::Counts;
use crate::{machine, sdk};

/// The oldest Node that builds the console: its major and minor number.
const NODE_MIN: (u32, u32) = (20, 19);
/// What the bundle is made from, in the console's folder.
const SOURCES: [&str; 5] = ["app", "index.html", "package-lock.json", "tsconfig.json", "vite.config.ts"];

/// The command: everything but the tests in a browser.
pub(crate) fn console() -> Result<ExitCode, String> {
    let log = log(&target()?)?;
    machine::for_console(&log)?;
    bundle(&log)?;
    check()?;
    println!("The console is built. The server has it after: cargo build");
    Ok(ExitCode::SUCCESS)
}

/// Builds the bundle where Node is there; else says what is missing, which is no reason not to go on.
pub(crate) fn bundle_if_possible(target: &Path) -> Result<(), String> {
    match node_lacks() {
        None => bundle(&log(target)?),
        Some(lack) => {
            println!("{lack}: the server is built without its console. Later: cargo xtask console");
            Ok(())
        }
    }
}

/// Installs the packages when their lock has changed, and builds the bundle when something that it is made from has.
pub(crate) fn bundle(log: &Path) -> Result<(), String> {
    if let Some(lack) = node_lacks() {
        return Err(lack);
    }
    let [project, lock] = ["package.json", "package-lock.json"].map(|name| folder().join(name));
    sdk::made_from(&[&project, &lock], &folder().join("node_modules"), || {
        eprintln!("    installing the console's packages");
        run_logged(&mut npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]), log)
    })?;
    let built = fs::metadata(folder().join("dist/index.html")).and_then(|page| page.modified());
    let changed = SOURCES.iter().filter_map(|source| newest(&folder().join(source))).max();
    if built.is_ok_and(|built| changed.is_none_or(|changed| changed < built)) {
        return Ok(());
    }
    run_logged(&mut npm(&["run", "--silent", "build"]), log)
}

/// Types, format, lints and the tests that need no browser.
pub(crate) fn check() -> Result<(), String> {
    run(&mut npm(&["run", "--silent", "check"]))?;
    run(&mut npm(&["run", "--silent", "test"]))
}

/// The tests in a browser, on the server that was built.
pub(crate) fn in_browser(target: &Path) -> Result<Counts, String> {
    let counts = folder().join("e2e/seen/counts.json");
    drop(fs::remove_file(&counts));
    let ran = run(npm(&["run", "--silent", "e2e"]).env("PUNCHCARD", target.join("debug/punchcard")));
    counted(&fs::read_to_string(&counts).unwrap_or_default(), ran)
}

/// Whether there are tests in a browser.
pub(crate) fn has_browser_tests() -> bool {
    let files = fs::read_dir(folder().join("e2e")).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.file_name().to_string_lossy().ends_with(".e2e.ts"))
}

fn folder() -> PathBuf {
    root().join("console")
}

fn log(target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("console");
    fs::create_dir_all(&folder).map_err(|fault| format!("cannot make {}: {fault}", folder.display()))?;
    Ok(folder.join("npm.log"))
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(folder());
    command
}

/// What Node lacks on this machine to build the console.
fn node_lacks() -> Option<String> {
    let (major, minor) = NODE_MIN;
    if find("node").is_none() || find("npm").is_none() {
        return Some(format!("Node {major}.{minor} with npm is not on this machine"));
    }
    let said = output(Command::new("node").arg("--version")).unwrap_or_default();
    let is_enough = version(&said).is_some_and(|version| NODE_MIN <= version);
    (!is_enough).then(|| format!("Node {major}.{minor} is needed and this is {}", said.trim()))
}

/// `v20.20.1`
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// When the file, or any file in the folder, was changed last.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return fs::metadata(path).and_then(|file| file.modified()).ok();
    }
    fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path())).max()
}

/// The counts in Playwright's report; a run that failed without a failed test is a failure too.
fn counted(report: &str, ran: Result<(), String>) -> Result<Counts, String> {
    let stats = report.rsplit_once("\"stats\":").map_or("", |(_, stats)| stats);
    let number = |name: &str| -> u64 {
        let (_, rest) = stats.split_once(&format!("\"{name}\":")).unwrap_or_default();
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    };
    // Nothing is tried twice, so a flaky one would be a retry that somebody has switched on: that is a failure.
    let counts =
        Counts { passed: number("expected"), failed: number("unexpected") + number("flaky") + number("skipped") };
    match ran {
        Err(why) if counts.failed == 0 => Err(why),
        Ok(()) if counts.passed == 0 => Err("Playwright reported no test".to_owned()),
        _ => Ok(counts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_counted() {
        let report = r#"{"suites": [{"stats": 1}],
            "stats": {"startTime": "2026", "duration": 5.1, "expected": 12, "skipped": 0, "unexpected": 1, "flaky": 1}}"#;
        let counts = Counts { passed: 12, failed: 2 };
        assert_eq!(counted(report, Err("exit status 1".to_owned())), Ok(counts));
        assert!(counted("", Ok(())).is_err());
        assert!(counted("", Err("it did not start".to_owned())).is_err());
    }

    #[test]
    fn an_old_node_is_known() {
        assert_eq!(version("v20.19.4\n"), Some((20, 19)));
        assert!(version("v18.20.4").is_some_and(|version| version < NODE_MIN));
        assert_eq!(version(""), None);
    }
}
