//! `points`: FREEZE, which takes a point from one of many accounts and enters it in the log. Inside of the process on
//! SQLite beside `pgbench`, which writes the same rows in one statement on a PostgreSQL of the same disk; and through
//! the gateway, beside what `openssl speed` signs on the same core.

mod fill;
mod inside;
mod peer;

use std::io;

use crate::Options;
use crate::gateway;
use crate::gateway::beside::{Calls, Speed};
use crate::inside::{Measurements, WAITING};
use crate::pgbench::Pgbench;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Shop, user_id};
use fill::{CARD, activity_account};

/// Accounts inside of the process and beside it.
const ACCOUNTS: i64 = 1_000_000;
/// Accounts behind the gateway, which begins each time with a copy of them.
const ACCOUNTS_SERVED: i64 = 100_000;
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
    let inside = inside::Inside::prepare()?;
    let peer = Pgbench::prepare("points-peer", ACCOUNTS, |store| {
        fill::fill(store, ACCOUNTS)?;
        Ok(peer::statement())
    })?;
    let mut ours = Measurements::default();
    let mut theirs = [Vec::new(), Vec::new()];
    for round in 0..options.rounds {
        let inside = inside.clone();
        ours.measure(options.seconds, move |serial| inside.clone().freeze(serial));
        for (clients, rates) in PEERS.into_iter().zip(&mut theirs) {
            rates.push(peer.measure(clients, options.seconds)?);
        }
        println!("points: round {} of {}", round + 1, options.rounds);
    }
    let theirs = theirs.map(Samples::new);
    let best = theirs.iter().map(Samples::median).fold(0.0, f64::max);
    lines.push(format!("A FREEZE of 1 point of one of {ACCOUNTS} accounts, drawn at random:"));
    lines.push(String::new());
    lines.push(format!(
        "- inside of the process, SQLite, {WAITING} waiting: {ours}; each checks its app, claims its key, looks its card \
         up, enters the log and the freeze, and changes the account"
    ));
    for (clients, rates) in PEERS.into_iter().zip(&theirs) {
        lines.push(format!("- pgbench, {clients} clients: {rates}/s"));
    }
    lines.push(format!("- {}", peer.settings()?));
    lines.push(format!("\n```sql\n{}\n```", peer.statement));
    goals.push(Goal::at_least("FREEZE inside of the process, of pgbench's best", 3.0, ours.rate() / best, "×"));
    Ok(())
}

fn through_the_gateway(options: &Options, lines: &mut Vec<String>, goals: &mut Vec<Goal>) -> io::Result<()> {
    let mut speed = Speed::begin(options)?;
    let shop = Shop::open("points")?;
    shop.serve(&options.binary, "0")?.stop()?;
    fill::folder(&shop.data(), ACCOUNTS_SERVED)?;
    shop.keep()?;
    let account = activity_account();
    let freeze = |serial: usize| {
        // Spread over the accounts as at random, and each call another one.
        let user_id = user_id(serial as i64 * 7_919 % ACCOUNTS_SERVED);
        let content = format!(
            r#"{{"req_id":"{serial:012}","user_id":"{user_id}","activity_account":"{account}","trans_type":"FREEZE","trans_amount":"1","memo":"兑换"}}"#
        );
        shop.signed("koubei.marketing.tool.points.update", &content, &[])
    };
    let requests = gateway::in_parallel(0..speed.most(), freeze);
    let mut calls = Calls::default();
    for _ in 0..options.rounds {
        speed.measure(&shop, &requests, &mut calls)?;
    }
    lines.push(format!("Through the gateway, {ACCOUNTS_SERVED} accounts, {}", calls.sentence()));
    let goal = "FREEZE through the gateway, one core, signature / call";
    goals.push(Goal::at_least(goal, 75.0, calls.signature_share(), " %"));
    Ok(())
}
