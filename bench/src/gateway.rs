//! `gateway`: signed calls through the built binary, beside what `openssl speed` signs on the same core: how many a
//! second, and how much of the server's processor time for a call the signature is.
//!
//! Requests are signed beforehand and come from one thread on the last core. Each measurement has a fresh copy of one
//! store and a fresh process, whose cache of signatures is empty: so the same requests serve every round, and distinct
//! answers are distinct. The store is read for each call; there is no cache of answers. In each round every figure is
//! taken once, and openssl's before and after, since the machine's speed swings.
//!
//! Trades are paid as on a platform for real members: each call shows a pay code that no call showed before, and the
//! trade is made, settled between two balances, put to the member's sum and to the jobs. Nobody asks for a
//! notification.
//!
//! `log` compares the processor time of a call with the request log off and on, in a stand-in, which keeps whole calls.

pub(crate) mod beside;
pub(crate) mod load;
mod log;
pub(crate) mod meanwhile;
mod rounds;

use std::fmt::Write as _;
use std::io;
use std::thread;
use std::time::Duration;

use clap::ValueEnum;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Options;
use crate::answer::member;
use crate::report::Part;
use crate::samples::Samples;
use crate::server::{Server, Shop};
use crate::signature::signatures_a_second;
use load::{Idle, Measurement, Pace, drive};
use rounds::{Round, Rounds};

/// Connections that load the server.
pub(crate) const CONNECTIONS: usize = 64;
/// More requests than a server answers in a time, in times of what openssl signs.
pub(crate) const ENOUGH: f64 = 1.3;
/// As many calls as the server answers, from a core of their own.
pub(crate) const FULL: (Pace, Idle) = (Pace::Full, Idle::Look);
/// Who pays in turn.
const BUYERS: usize = 1000;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Topic {
    /// How many calls of each kind are answered, beside what `openssl speed` signs.
    Calls,
    /// What the request log adds to a call's processor time.
    Log,
}

/// Calls about crowds, and the store that they begin with.
struct Crowds {
    shop: Shop,
    /// One for each crowd in the store.
    details: Vec<Vec<u8>>,
    /// Each for another crowd.
    creates: Vec<Vec<u8>>,
}

/// What every measurement needs.
struct Bench<'a> {
    options: &'a Options,
    crowds: Crowds,
    trades: Shop,
    /// Each for another trade, by another pay code.
    pays: Vec<Vec<u8>>,
}

/// Measures these topics; all where none is named.
pub(crate) fn run(options: &Options, topics: &[Topic]) -> io::Result<Part> {
    let is_asked = |topic: Topic| topics.is_empty() || topics.contains(&topic);
    let mut part = if is_asked(Topic::Calls) { calls(options)? } else { Part::new("gateway") };
    if is_asked(Topic::Log) {
        part.separate();
        log::run(options, &mut part)?;
    }
    Ok(part)
}

fn calls(options: &Options) -> io::Result<Part> {
    let cores = thread::available_parallelism()?.get();
    let all_cores = format!("0-{}", cores - 1);
    let mut before = signatures_a_second(options.seconds, "0")?;
    let bench = Bench::prepare(options, cores, before)?;
    let Bench { crowds: Crowds { shop: crowds, details, creates }, trades, pays, .. } = &bench;
    let (mut rounds, mut signatures_all_cores) = (Vec::new(), Vec::new());
    for nth in 0..options.rounds {
        let distinct = bench.measure(crowds, "0", details.iter(), FULL)?;
        let distinct_beside_sleeper = bench.measure(crowds, "0", details.iter(), (Pace::Full, Idle::Sleep))?;
        let distinct_all_cores = bench.measure(crowds, &all_cores, details.iter(), (Pace::Full, Idle::Sleep))?;
        signatures_all_cores.push(signatures_a_second(options.seconds, &all_cores)?);
        let between = signatures_a_second(options.seconds, "0")?;
        let create = bench.measure(crowds, "0", creates.iter(), FULL)?;
        let pay = bench.measure(trades, "0", pays.iter(), FULL)?;
        let identical = bench.measure(crowds, "0", details[..1].iter().cycle(), FULL)?;
        let after = signatures_a_second(options.seconds, "0")?;
        let signatures = Samples::new(vec![before, between, after]).median();
        before = after;
        rounds.push(Round {
            signatures,
            distinct,
            distinct_beside_sleeper,
            distinct_all_cores,
            identical,
            create,
            pay,
        });
        println!("gateway: round {} of {}", nth + 1, options.rounds);
    }
    // Whoever writes to the disk for the server wants a core too, now and then.
    let create_rate = Samples::new(rounds.iter().map(|round| round.create.rate).collect()).median();
    let half = (Pace::Rate(create_rate / 2.0), Idle::Sleep);
    let create_at_half = (0..options.rounds).map(|_| bench.measure(crowds, "0", creates.iter(), half));
    Ok(Rounds { rounds, signatures_all_cores, create_at_half: create_at_half.collect::<io::Result<_>>()? }.part())
}

impl Crowds {
    /// Signs requests, `most` of each kind for a core, and makes the store that every measurement begins with.
    fn prepare(options: &Options, cores: usize, most: usize) -> io::Result<Crowds> {
        let crowds = Shop::open("gateway")?;
        let create = |serial: usize| {
            let conditions = r#"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]"#;
            let content = format!(r#"{{"out_biz_no":"{serial}","name":"白领 {serial}","conditions":"{conditions}"}}"#);
            crowds.call("crowd.create", &content)
        };
        let mut ids = Vec::new();
        {
            let server = crowds.serve(&options.binary, &format!("0-{}", cores - 1))?;
            let requests = in_parallel(0..most * cores, create);
            let keep_id = |answer: &[u8]| ids.push(member(answer, "crowd_group_id").expect("a crowd has an id"));
            drive(&server, requests.iter(), CONNECTIONS, (Duration::MAX, Pace::Full, Idle::Sleep), keep_id)?;
            server.stop()?;
        }
        crowds.keep()?;
        let detail =
            |place: usize| crowds.call("crowd.detail.query", &format!(r#"{{"crowd_group_id":"{}"}}"#, ids[place]));
        let details = in_parallel(0..ids.len(), detail);
        let creates = in_parallel(ids.len()..ids.len() + most, create);
        Ok(Crowds { shop: crowds, details, creates })
    }
}

impl Bench<'_> {
    /// Signs all requests, and makes the two stores that every measurement begins with.
    fn prepare(options: &Options, cores: usize, signatures: f64) -> io::Result<Bench<'_>> {
        let most = (signatures * ENOUGH * options.seconds as f64) as usize;
        let crowds = Crowds::prepare(options, cores, most)?;
        let trades = Shop::on_platform("gateway-trades", &buyers(most))?;
        trades.serve(&options.binary, "0")?.stop()?;
        trades.keep()?;
        let pay = |nth: usize| {
            let order = format!(r#""out_trade_no":"{nth}","subject":"白领午餐","total_amount":"8.80""#);
            trades.signed(
                "alipay.trade.pay",
                &format!(r#"{{"scene":"bar_code","auth_code":"{}",{order}}}"#, pay_code(nth)),
                &[],
            )
        };
        let pays = in_parallel(0..most, pay);
        Ok(Bench { options, crowds, trades, pays })
    }

    fn measure(
        &self,
        shop: &Shop,
        cores: &str,
        requests: impl Iterator<Item = impl AsRef<[u8]>>,
        how: (Pace, Idle),
    ) -> io::Result<Measurement> {
        measure(shop, self.options, cores, requests, how)
    }
}

/// One measurement of a fresh server on these cores, on a copy of the store that was kept ([`Shop::keep`]).
pub(crate) fn measure(
    shop: &Shop,
    options: &Options,
    cores: &str,
    requests: impl Iterator<Item = impl AsRef<[u8]>>,
    how: (Pace, Idle),
) -> io::Result<Measurement> {
    shop.copy_kept()?;
    let server = shop.serve(&options.binary, cores)?;
    measure_running(&server, options, cores, requests, how)
}

/// The same of a server that runs on these cores. The load has the last core for itself unless the server has all.
pub(crate) fn measure_running(
    server: &Server,
    options: &Options,
    cores: &str,
    requests: impl Iterator<Item = impl AsRef<[u8]>>,
    (pace, idle): (Pace, Idle),
) -> io::Result<Measurement> {
    let everywhere = sched_getaffinity(None)?;
    if cores == "0" {
        let mut last = CpuSet::new();
        last.set(thread::available_parallelism()?.get() - 1);
        sched_setaffinity(None, &last)?;
    }
    let time = Duration::from_secs(options.seconds);
    let measurement = drive(server, requests, CONNECTIONS, (time, pace, idle), |_| {});
    sched_setaffinity(None, &everywhere)?;
    measurement
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
