//! `points`: FREEZE, which takes a point from one of many accounts and enters it in the log. Inside of the process on
//! SQLite beside `pgbench`, which writes the same rows in one statement on a PostgreSQL of the same disk; and through
//! the gateway, beside what `openssl speed` signs on the same core.
//!
//! The PostgreSQL is the one that tests use (`PUNCHCARD_TEST_POSTGRES`); it must keep what it has answered.

mod fill;
mod inside;
mod peer;

use std::io;

use crate::Options;
use crate::gateway;
use crate::gateway::load::Measurement;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::Shop;
use crate::signature::signatures_a_second;
use fill::{CARD, activity_account, user_id};

/// Accounts inside of the process and beside it.
const ACCOUNTS: i64 = 1_000_000;
/// Accounts behind the gateway, which begins each time with a copy of them.
const ACCOUNTS_SERVED: i64 = 100_000;
/// How many FREEZEs wait at once.
const WAITING: usize = 512;
/// How many clients `pgbench` has: the best counts.
const PEERS: [usize; 2] = [8, 32];

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let (mut lines, mut goals) = (Vec::new(), Vec::new());
    beside_postgres(options, &mut lines, &mut goals)?;
    lines.push(String::new());
    through_the_gateway(options, &mut lines, &mut goals)?;
    Ok(Part { name: "points", lines, goals })
}

fn beside_postgres(options: &Options, lines: &mut Vec<String>, goals: &mut Vec<Goal>) -> io::Result<()> {
    let (inside, peer) = (inside::Inside::prepare()?, peer::Peer::prepare()?);
    let mut ours = Vec::new();
    let mut theirs = [Vec::new(), Vec::new()];
    for round in 0..options.rounds {
        ours.push(inside.measure(options.seconds));
        for (clients, rates) in PEERS.into_iter().zip(&mut theirs) {
            rates.push(peer.measure(clients, options.seconds)?);
        }
        println!("points: round {} of {}", round + 1, options.rounds);
    }
    let rates = Samples::new(ours.iter().map(|it| it.rate).collect());
    let [p50, p99] = [|it: &inside::Measurement| it.p50_ms, |it: &inside::Measurement| it.p99_ms]
        .map(|of| Samples::new(ours.iter().map(of).collect()));
    let theirs = theirs.map(Samples::new);
    let best = theirs.iter().map(Samples::median).fold(0.0, f64::max);
    lines.push(format!("A FREEZE of 1 point of one of {ACCOUNTS} accounts, drawn at random:"));
    lines.push(String::new());
    lines.push(format!(
        "- inside of the process, SQLite, {WAITING} waiting: {rates}/s, p50 {p50:.1} ms, p99 {p99:.1} ms; each checks its \
         app, claims its key, looks its card up, enters the log and the freeze, and changes the account"
    ));
    for (clients, rates) in PEERS.into_iter().zip(&theirs) {
        lines.push(format!("- pgbench, {clients} clients: {rates}/s"));
    }
    lines.push(format!("- {}", peer.settings()?));
    lines.push(format!("\n```sql\n{}\n```", peer::statement()));
    let times = rates.median() / best;
    goals.push(Goal::at_least("FREEZE inside of the process, of pgbench's best", 3.0, times, "×"));
    Ok(())
}

fn through_the_gateway(options: &Options, lines: &mut Vec<String>, goals: &mut Vec<Goal>) -> io::Result<()> {
    let mut signatures = vec![signatures_a_second(options.seconds, "0")?];
    let shop = Shop::open("points")?;
    shop.serve(&options.binary, "0")?.stop()?;
    fill::folder(&shop.data(), ACCOUNTS_SERVED)?;
    std::fs::rename(shop.data(), shop.beside("begin"))?;
    let most = (signatures[0] * gateway::ENOUGH * options.seconds as f64) as usize;
    let account = activity_account();
    let freeze = |serial: usize| {
        // Spread over the accounts as at random, and each call another one.
        let user_id = user_id(serial as i64 * 7_919 % ACCOUNTS_SERVED);
        let content = format!(
            r#"{{"req_id":"{serial:012}","user_id":"{user_id}","activity_account":"{account}","trans_type":"FREEZE","trans_amount":"1","memo":"兑换"}}"#
        );
        shop.signed("koubei.marketing.tool.points.update", &content, &[])
    };
    let requests = gateway::in_parallel(0..most, freeze);
    let (mut measurements, mut shares) = (Vec::new(), Vec::new());
    for round in 0..options.rounds {
        let measurement = gateway::measure(&shop, options, "0", requests.iter(), gateway::FULL)?;
        signatures.push(signatures_a_second(options.seconds, "0")?);
        let before_and_after = f64::midpoint(signatures[round], signatures[round + 1]);
        shares.push(100.0 * 1e6 / before_and_after / measurement.server_us);
        measurements.push(measurement);
    }
    let each = |figure: fn(&Measurement) -> f64| Samples::new(measurements.iter().map(figure).collect());
    let (signatures, shares, rate) = (Samples::new(signatures), Samples::new(shares), each(|it| it.rate));
    lines.push(format!(
        "Through the gateway, one core, SQLite, {} connections, {ACCOUNTS_SERVED} accounts: {rate}/s of openssl's \
         {signatures} signatures/s: {:.0} %; {:.1} µs of the server's processor time a call, of which openssl's for a \
         signature is {shares:.1} %; p50 {} µs, p99 {} µs.",
        gateway::CONNECTIONS,
        100.0 * rate.median() / signatures.median(),
        each(|it| it.server_us),
        each(|it| it.latencies.percentile(50.0)),
        each(|it| it.latencies.percentile(99.0)),
    ));
    let goal = "FREEZE through the gateway, one core, signature / call";
    goals.push(Goal::at_least(goal, 75.0, shares.median(), " %"));
    Ok(())
}
