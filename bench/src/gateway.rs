//! `gateway`: signed calls a second through the built binary, as a share of what `openssl speed` can sign on the same core.
//!
//! The server is pinned to its cores, the load generator to the last one. Requests are signed beforehand, so that the load
//! costs little; answers are not verified here, the tests do that. The store is read for each call: there is no cache of
//! whole answers.

mod load;
mod server;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::results;
use load::{Load, Measured};
use server::Server;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The binary to measure.
    #[arg(long, default_value = "target/debug/punchcard")]
    binary: PathBuf,
    /// Seconds a measurement.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Measurements of each kind; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Connections that load the server.
const CONNECTIONS: usize = 64;

pub(crate) fn run(args: &Args) -> io::Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    let mut lines = Vec::new();
    let mut say = |line: String| {
        println!("{line}");
        lines.push(line);
    };
    let seconds = Duration::from_secs(args.seconds);
    let raw = openssl_signs_a_second(args.seconds)?;
    say(format!("openssl speed rsa2048, one core: {raw:.0} signatures/s"));

    let server = Server::start(&args.binary, "0")?;
    let mut load = Load::new(&server, cores - 1);
    let created = load.rounds(args.rounds, seconds, CONNECTIONS, load::Kind::Create)?;
    say(row("crowd.create, durable, 64 connections", &created, raw));
    let distinct = load.rounds(args.rounds, seconds, CONNECTIONS, load::Kind::DetailDistinct)?;
    say(row("crowd.detail.query, distinct answers", &distinct, raw));
    let same = load.rounds(args.rounds, seconds, CONNECTIONS, load::Kind::DetailSame)?;
    say(row("crowd.detail.query, identical answers", &same, raw));
    let half = load.paced(args.rounds, seconds, CONNECTIONS, created.median() / 2.0)?;
    let signature_us = 1e6 / raw;
    say(format!(
        "crowd.create at half that load: p50 {:.0} us, p99 {:.0} us = {:.1} signatures' time",
        half.p50_us(),
        half.p99_us(),
        half.p99_us() / signature_us
    ));
    drop(server);

    if 1 < cores {
        let server = Server::start(&args.binary, "0-1")?;
        let mut load = Load::new(&server, cores - 1);
        load.prepare(seconds)?;
        let both = load.rounds(args.rounds, seconds, CONNECTIONS, load::Kind::DetailDistinct)?;
        say(row("crowd.detail.query, distinct answers, two cores shared with the load", &both, raw));
        say(format!("two cores / one: {:.2}", both.median() / distinct.median()));
    }
    results::append("gateway", &format!("gateway --seconds {} --rounds {}", args.seconds, args.rounds), &lines)
}

fn row(name: &str, measured: &Measured, raw: f64) -> String {
    format!(
        "{name}: {:.0} / {:.0} / {:.0} calls/s (min / median / max) = {:.0} % of the raw signing rate; p50 {:.0} us, p99 {:.0} us",
        measured.least(),
        measured.median(),
        measured.most(),
        100.0 * measured.median() / raw,
        measured.p50_us(),
        measured.p99_us(),
    )
}

/// What one core signs when it does nothing else: the budget of every call.
fn openssl_signs_a_second(seconds: u64) -> io::Result<f64> {
    let output = Command::new("taskset")
        .args(["-c", "0", "openssl", "speed", "-seconds", &seconds.to_string(), "rsa2048"])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let signs = text.lines().find(|line| line.starts_with("rsa 2048")).and_then(|line| {
        let mut words = line.split_whitespace().rev();
        words.next();
        words.next()?.parse().ok()
    });
    signs.ok_or_else(|| io::Error::other(format!("openssl speed said: {text}")))
}

/// Where the benchmark keeps what it needs while it runs.
fn scratch() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench-gateway")
}
