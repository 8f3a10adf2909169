//! `cargo xtask test`: everything that can be wrong, tried once.
//!
//! What must be fetched (packages, SDKs) and started (PostgreSQL) is prepared while the compiler works. Then come the
//! tests, the examples in the documentation, and a supermarket's year. A failure keeps nothing else from being tried,
//! except where it could not be, and the last line is the sum.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::Cluster;
use crate::process::{cargo, find, root, run, target};
use crate::runner::{Counts, Runner};
use crate::{book, console, machine, sdk};

/// A PostgreSQL server to use instead of a throw-away one: the URL of its maintenance database.
const POSTGRES: &str = "PUNCHCARD_TEST_POSTGRES";
/// The interpreter that has the official Python SDK.
const PYTHON: &str = "PUNCHCARD_TEST_PYTHON";
/// The same with a current official SDK.
const CURRENT_PYTHON: &str = "PUNCHCARD_TEST_CURRENT_PYTHON";
/// The `node_modules` that has the official Node SDK.
const NODE_MODULES: &str = "PUNCHCARD_TEST_NODE_MODULES";
/// The program to try, for what is no cargo test.
const PUNCHCARD: &str = "PUNCHCARD";

/// The example that is a test: a folder of `examples/` with a program `run`, and the name to ask for it alone.
const JOURNEY: &str = "complete-journey";

/// Runs everything, or with `names` only the tests whose names contain one of them.
pub(crate) fn test(names: &[&str]) -> Result<ExitCode, String> {
    let since = Instant::now();
    let target = target()?;
    let logs = target.join("test");
    fs::create_dir_all(&logs).map_err(|fault| format!("cannot make {}: {fault}", logs.display()))?;
    drop(fs::remove_file(sdk::report(&target)));
    drop(fs::remove_file(sdk::modes_report(&target)));
    machine::for_building(&logs.join("packages.log"))?;

    let everything = names.is_empty();
    let journey = everything || names.contains(&JOURNEY);
    let names: Vec<&str> = names.iter().copied().filter(|name| *name != JOURNEY).collect();
    let runner = Runner::choose();
    let mut stages = Stages::default();
    machine::for_console(&logs.join("packages.log"))?;
    // The server embeds the bundle, so it is there before the compiler asks for it; its checks are made beside that.
    // Without it everything else is tried all the same.
    let bundled = stages.check("console's bundle", || console::bundle(&logs.join("npm.log")));
    let (built, surroundings) = thread::scope(|scope| {
        let checking = (everything && bundled).then(|| scope.spawn(|| timed(console::check)));
        let preparing = scope.spawn(|| timed(|| Surroundings::prepare(&target, &logs)));
        let mdbook = everything.then(|| scope.spawn(|| timed(|| book::prepare(&target, &logs.join("mdbook.log")))));
        if everything {
            stages.check("format", || run(cargo().args(["fmt", "--all", "--check"])));
        }
        let built = stages.check("build", || runner.build(bundled));
        if everything && built {
            let lints = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
            stages.check("lints", || run(cargo().args(lints)));
        }
        if everything && find("cargo-deny").is_some() {
            let deny = ["deny", "--offline", "check", "licenses", "bans", "sources"];
            stages.check("licences", || run(cargo().args(deny)));
        }
        if let Some(mdbook) = mdbook {
            let (time, prepared) = joined(mdbook);
            if let Some(mdbook) = stages.done("mdbook (beside the build)", time, prepared) {
                stages.check("book", || book::build(&mdbook, &target));
            }
        }
        if let Some(checking) = checking {
            let (time, checked) = joined(checking);
            let checked = checked.map(|()| Counts { passed: 1, failed: 0 });
            let counts = stages.done("console (beside the build)", time, checked).unwrap_or_default();
            stages.counts += counts;
        }
        let (time, prepared) = joined(preparing);
        (built, stages.done("prepare (beside the build)", time, prepared))
    });
    if let (true, Some(surroundings)) = (built, surroundings) {
        if everything || !names.is_empty() {
            stages.count("tests", || runner.test(&names, |command| surroundings.tell(command)));
        }
        if everything && bundled && console::has_browser_tests() {
            stages.count("console in the browser", || console::in_browser(&target));
        }
        if everything {
            stages.count("examples in the documentation", Runner::documentation);
        }
        if journey {
            stages.check("complete journey", || {
                let program = root().join("examples").join(JOURNEY).join("run");
                let mut command = Command::new(program);
                command.current_dir(root()).env(PUNCHCARD, target.join("debug/punchcard"));
                run(surroundings.tell(&mut command))
            });
        }
    }
    Ok(stages.report(since.elapsed(), everything.then_some(target.as_path())))
}

/// What the tests find around them.
struct Surroundings {
    postgres: String,
    python: PathBuf,
    current_python: PathBuf,
    node_modules: PathBuf,
    /// Ours, to be dropped after the last test; none if a server was given.
    _cluster: Option<Cluster>,
}

impl Surroundings {
    fn prepare(target: &Path, logs: &Path) -> Result<Surroundings, String> {
        let given = env::var(POSTGRES).ok().filter(|url| !url.is_empty());
        machine::for_testing(given.is_some(), &logs.join("packages.log"))?;
        let (python, current_python, node_modules, (postgres, cluster)) = thread::scope(|scope| {
            let python = scope.spawn(|| sdk::prepare_python(&sdk::PYTHON, target, &logs.join("python.log")));
            let current_python =
                scope.spawn(|| sdk::prepare_python(&sdk::CURRENT_PYTHON, target, &logs.join("current-python.log")));
            let node_modules = scope.spawn(|| sdk::prepare_node(target, &logs.join("node.log")));
            let postgres = match given {
                Some(url) => Ok((url, None)),
                None => Cluster::start(&logs.join("postgres.log")).map(|cluster| (cluster.url(), Some(cluster))),
            };
            Ok::<_, String>((joined(python)?, joined(current_python)?, joined(node_modules)?, postgres?))
        })?;
        Ok(Surroundings { postgres, python, current_python, node_modules, _cluster: cluster })
    }

    fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(POSTGRES, &self.postgres).env(NODE_MODULES, &self.node_modules);
        command.env(PYTHON, &self.python).env(CURRENT_PYTHON, &self.current_python)
    }
}

/// What was tried, how long it took, and what came of it.
#[derive(Default)]
struct Stages {
    times: Vec<(&'static str, Duration)>,
    counts: Counts,
}

impl Stages {
    /// A stage that passes or fails as one.
    fn check(&mut self, name: &'static str, stage: impl FnOnce() -> Result<(), String>) -> bool {
        self.count(name, || stage().map(|()| Counts { passed: 1, failed: 0 }))
    }

    /// A stage that counts what it tried; whether nothing failed.
    fn count(&mut self, name: &'static str, stage: impl FnOnce() -> Result<Counts, String>) -> bool {
        eprintln!("==> {name}");
        let (time, counts) = timed(stage);
        let counts = self.done(name, time, counts).unwrap_or_default();
        self.counts += counts;
        counts.failed == 0 && 0 < counts.passed
    }

    /// Notes a stage that has ended; one that could not be carried out counts as a failure.
    fn done<T>(&mut self, name: &'static str, time: Duration, outcome: Result<T, String>) -> Option<T> {
        self.times.push((name, time));
        outcome
            .inspect_err(|why| {
                eprintln!("error: {name}: {why}");
                self.counts.failed += 1;
            })
            .ok()
    }

    fn report(mut self, time: Duration, reports: Option<&Path>) -> ExitCode {
        println!("\nminutes  stage");
        for (name, time) in self.times.iter().chain([&("in all", time)]) {
            println!("{:7.1}  {name}", time.as_secs_f64() / 60.0);
        }
        if let Some(target) = reports {
            let read = |file: PathBuf| fs::read_to_string(file).unwrap_or_default();
            for told in [sdk::summary(&read(sdk::report(target))), sdk::table(&read(sdk::modes_report(target)))] {
                println!("\n{}", told.as_deref().unwrap_or("The tests with the official SDKs reported nothing."));
                self.counts.failed += u64::from(told.is_none());
            }
        }
        println!("\n{} passed, {} failed", self.counts.passed, self.counts.failed);
        if self.counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// What a thread has made, or its panic.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let since = Instant::now();
    let done = work();
    (since.elapsed(), done)
}
