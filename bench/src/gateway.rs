//! `gateway`: signed calls a second through the built binary, as a share of what `openssl speed` signs on the same core.
//!
//! Requests are signed beforehand and come from one thread on the last core. Each measurement has a fresh copy of one
//! store and a fresh process, whose cache of signatures is empty: so the same requests serve every round, and distinct
//! answers are distinct. The store is read for each call; there is no cache of answers. In each round every figure is
//! taken once, and openssl's before and after, since the machine's speed swings.
//!
//! Trades are paid as on a platform for real members: each call shows a pay code that no call showed before, and the trade is
//! made, settled between two balances, put to the member's sum and to the jobs. Nobody asks to be told of it.

pub(crate) mod load;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Options;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Shop, find};
use load::{Idle, Measured, Pace, drive};

/// Connections that load the server.
pub(crate) const CONNECTIONS: usize = 64;
/// More requests than a server answers in a time, in times of what openssl signs.
pub(crate) const ENOUGH: f64 = 1.3;
/// As many calls as the server answers, from a core of their own.
pub(crate) const FULL: (Pace, Idle) = (Pace::Full, Idle::Look);
/// Who pays in turn.
const BUYERS: usize = 1000;

/// What every measurement needs.
struct Bench<'a> {
    options: &'a Options,
    crowds: Shop,
    /// One for each crowd in the store.
    details: Vec<Vec<u8>>,
    /// Each for another crowd.
    creates: Vec<Vec<u8>>,
    trades: Shop,
    /// Each for another trade, by another pay code.
    pays: Vec<Vec<u8>>,
}

/// The figures of all rounds.
#[derive(Default)]
struct Rounds {
    raw: Vec<f64>,
    raw_all_cores: Vec<f64>,
    distinct: Vec<Measured>,
    /// With a load that sleeps, as where it shares all cores.
    distinct_beside_sleeper: Vec<Measured>,
    distinct_all_cores: Vec<Measured>,
    identical: Vec<Measured>,
    create: Vec<Measured>,
    create_at_half: Vec<Measured>,
    pay: Vec<Measured>,
}

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let cores = thread::available_parallelism()?.get();
    let all_cores = format!("0-{}", cores - 1);
    let mut rounds = Rounds::default();
    rounds.raw.push(openssl_signs_a_second(options.seconds, "0")?);
    let bench = Bench::prepare(options, cores, rounds.raw[0])?;
    let Bench { crowds, details, creates, trades, pays, .. } = &bench;
    for round in 0..options.rounds {
        rounds.distinct.push(bench.measure(crowds, "0", details.iter(), FULL)?);
        rounds.distinct_beside_sleeper.push(bench.measure(crowds, "0", details.iter(), (Pace::Full, Idle::Sleep))?);
        rounds.distinct_all_cores.push(bench.measure(crowds, &all_cores, details.iter(), (Pace::Full, Idle::Sleep))?);
        rounds.raw_all_cores.push(openssl_signs_a_second(options.seconds, &all_cores)?);
        rounds.raw.push(openssl_signs_a_second(options.seconds, "0")?);
        rounds.create.push(bench.measure(crowds, "0", creates.iter(), FULL)?);
        rounds.pay.push(bench.measure(trades, "0", pays.iter(), FULL)?);
        rounds.identical.push(bench.measure(crowds, "0", details[..1].iter().cycle(), FULL)?);
        rounds.raw.push(openssl_signs_a_second(options.seconds, "0")?);
        println!("gateway: round {} of {}", round + 1, options.rounds);
    }
    // Whoever writes to the disk for the server wants a core too, now and then.
    let half = (Pace::Rate(rate(&rounds.create).median() / 2.0), Idle::Sleep);
    for _ in 0..options.rounds {
        rounds.create_at_half.push(bench.measure(crowds, "0", creates.iter(), half)?);
    }
    Ok(rounds.part())
}

impl Rounds {
    fn part(self) -> Part {
        let (raw, raw_all_cores) = (Samples::new(self.raw), Samples::new(self.raw_all_cores));
        let signature_us = 1e6 / raw.median();
        let row = |name: &str, measured: &[Measured]| {
            let rate = rate(measured);
            format!(
                "| {name} | {rate} | {:.0} % | {} | {} | {:.0} % |",
                100.0 * rate.median() / raw.median(),
                latency(measured, 50.0),
                latency(measured, 99.0),
                100.0 * Samples::new(measured.iter().map(|measured| measured.load).collect()).median()
            )
        };
        let lines = vec![
            format!(
                "openssl speed rsa2048: {raw} signatures/s on one core, {raw_all_cores} on all: {:.2}×. The server's \
                 share is of one core's. Latencies in µs with {CONNECTIONS} connections; the load's own part is of a core: all of \
                 it where it has one for itself, and looks for answers without sleeping.",
                raw_all_cores.median() / raw.median()
            ),
            String::new(),
            "| calls | calls/s | of openssl | p50 | p99 | load |\n|---|---:|---:|---:|---:|---:|".to_owned(),
            row("crowd.detail.query, distinct answers, one core", &self.distinct),
            row("the same, with a load that sleeps", &self.distinct_beside_sleeper),
            row("the same, all cores, shared with the load", &self.distinct_all_cores),
            row("crowd.detail.query, identical answers, one core", &self.identical),
            row("crowd.create, on the disk, one core", &self.create),
            row("crowd.create at half that load", &self.create_at_half),
            row("alipay.trade.pay, on the disk, one core", &self.pay),
        ];
        let part = |measured: &[Measured]| rate(measured).median() / raw.median();
        let scaling = rate(&self.distinct_all_cores).median() / rate(&self.distinct_beside_sleeper).median();
        let goals = vec![
            Goal::at_least(
                "distinct answers, one core, of openssl's signatures",
                80.0,
                100.0 * part(&self.distinct),
                " %",
            ),
            Goal::at_least("identical answers, one core, of openssl's signatures", 3.0, part(&self.identical), "×"),
            Goal::at_least("distinct answers, all cores, of one core's", 1.8, scaling, "×"),
            Goal::at_least("crowd.create, one core, of openssl's signatures", 75.0, 100.0 * part(&self.create), " %"),
            Goal::at_least("alipay.trade.pay, one core, of openssl's signatures", 75.0, 100.0 * part(&self.pay), " %"),
            Goal::at_most(
                "p99 of crowd.create at half load, in signatures' time",
                20.0,
                latency(&self.create_at_half, 99.0).median() / signature_us,
                "×",
            ),
        ];
        Part { name: "gateway", lines, goals }
    }
}

impl Bench<'_> {
    /// Signs all requests, and makes the two stores that every measurement begins with.
    fn prepare(options: &Options, cores: usize, raw: f64) -> io::Result<Bench<'_>> {
        let crowds = Shop::open("gateway")?;
        let most = (raw * ENOUGH * options.seconds as f64) as usize;
        let create = |serial: usize| {
            let conditions = r#"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]"#;
            let content = format!(r#"{{"out_biz_no":"{serial}","name":"白领 {serial}","conditions":"{conditions}"}}"#);
            crowds.call("crowd.create", &content)
        };
        let mut ids = Vec::new();
        {
            let server = crowds.serve(&options.binary, &format!("0-{}", cores - 1))?;
            let requests = in_parallel(0..most * cores, create);
            let hear = |answer: &[u8]| ids.push(crowd_group_id(answer));
            drive(server.address, requests.iter(), CONNECTIONS, (Duration::MAX, Pace::Full, Idle::Sleep), hear)?;
            server.stop()?;
        }
        fs::rename(crowds.data(), crowds.beside("begin"))?;
        let detail =
            |place: usize| crowds.call("crowd.detail.query", &format!(r#"{{"crowd_group_id":"{}"}}"#, ids[place]));
        let details = in_parallel(0..ids.len(), detail);
        let creates = in_parallel(ids.len()..ids.len() + most, create);
        let trades = Shop::on_platform("gateway-trades", &buyers(most))?;
        trades.serve(&options.binary, "0")?.stop()?;
        fs::rename(trades.data(), trades.beside("begin"))?;
        let pay = |nth: usize| {
            let order = format!(r#""out_trade_no":"{nth}","subject":"白领午餐","total_amount":"8.80""#);
            trades.signed(
                "alipay.trade.pay",
                &format!(r#"{{"scene":"bar_code","auth_code":"{}",{order}}}"#, pay_code(nth)),
                &[],
            )
        };
        let pays = in_parallel(0..most, pay);
        Ok(Bench { options, crowds, details, creates, trades, pays })
    }

    fn measure(
        &self,
        shop: &Shop,
        cores: &str,
        requests: impl Iterator<Item = impl AsRef<[u8]>>,
        how: (Pace, Idle),
    ) -> io::Result<Measured> {
        measure(shop, self.options, cores, requests, how)
    }
}

/// One measurement of a fresh server on these cores, on a copy of the store that is called `begin`. The load has the last
/// core for itself unless the server has all.
pub(crate) fn measure(
    shop: &Shop,
    options: &Options,
    cores: &str,
    requests: impl Iterator<Item = impl AsRef<[u8]>>,
    (pace, idle): (Pace, Idle),
) -> io::Result<Measured> {
    shop.clear()?;
    fs::create_dir(shop.data())?;
    for file in fs::read_dir(shop.beside("begin"))? {
        let file = file?;
        if file.metadata()?.is_file() {
            let copy = shop.data().join(file.file_name());
            fs::copy(file.path(), &copy)?;
            // Else the system writes it out while the server is measured.
            File::open(copy)?.sync_all()?;
        }
    }
    let server = shop.serve(&options.binary, cores)?;
    let everywhere = sched_getaffinity(None)?;
    if cores == "0" {
        let mut last = CpuSet::new();
        last.set(thread::available_parallelism()?.get() - 1);
        sched_setaffinity(None, &last)?;
    }
    let time = Duration::from_secs(options.seconds);
    let measured = drive(server.address, requests, CONNECTIONS, (time, pace, idle), |_| {});
    sched_setaffinity(None, &everywhere)?;
    measured
}

/// A world file's users, who have so many pay codes together.
fn buyers(codes: usize) -> String {
    let mut users = String::new();
    for buyer in 0..BUYERS {
        let codes: Vec<_> = (buyer..codes).step_by(BUYERS).map(pay_code).collect();
        let user = format!("[[user]]\nuser_id = \"2088{buyer:012}\"\nbalance = \"10000.00\"\npay_codes = {codes:?}\n");
        users.write_str(&user).expect("strings take everything");
    }
    users
}

/// One of [`BUYERS`] in turn shows it.
fn pay_code(nth: usize) -> String {
    format!("28{nth:016}")
}

pub(crate) fn rate(measured: &[Measured]) -> Samples {
    Samples::new(measured.iter().map(|measured| measured.rate).collect())
}

/// Each round's own percentile.
pub(crate) fn latency(measured: &[Measured], percent: f64) -> Samples {
    Samples::new(measured.iter().map(|measured| measured.latencies.percentile(percent)).collect())
}

fn crowd_group_id(answer: &[u8]) -> String {
    const NAME: &[u8] = b"\"crowd_group_id\":\"";
    let id = &answer[find(answer, NAME).expect("a created crowd has an id") + NAME.len()..];
    String::from_utf8_lossy(&id[..find(id, b"\"").expect("a text ends")]).into_owned()
}

/// Signs on two cores; order is kept.
pub(crate) fn in_parallel(range: std::ops::Range<usize>, make: impl Fn(usize) -> Vec<u8> + Sync) -> Vec<Vec<u8>> {
    let middle = usize::midpoint(range.start, range.end);
    thread::scope(|scope| {
        let second = scope.spawn(|| (middle..range.end).map(&make).collect::<Vec<_>>());
        let mut all: Vec<_> = (range.start..middle).map(&make).collect();
        all.extend(second.join().expect("no panic"));
        all
    })
}

/// What these cores sign when they do nothing else: the budget of every call.
pub(crate) fn openssl_signs_a_second(seconds: u64, cores: &str) -> io::Result<f64> {
    let mut command = Command::new("taskset");
    command.args(["-c", cores, "openssl", "speed", "-seconds", &seconds.to_string()]);
    if cores != "0" {
        command.args(["-multi", &thread::available_parallelism()?.to_string()]);
    }
    let output = command.arg("rsa2048").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().rfind(|line| line.starts_with("rsa 2048"));
    let signs = line.and_then(|line| line.split_whitespace().rev().nth(1)?.parse().ok());
    signs.ok_or_else(|| io::Error::other(format!("openssl speed said: {text}")))
}
