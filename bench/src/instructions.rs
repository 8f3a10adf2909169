//! `instructions`: how many instructions one call of each method takes, as valgrind's callgrind counts them in the
//! built binary. They do not depend on the machine's speed or on what else runs on it, so a change of 2 % shows
//! anywhere.
//!
//! Calls come one after the other over one connection, to a stand-in on SQLite whose clock stands still. What the
//! kernel does for them is not counted. The signature is taken off: it is most of a call, and where a method gives the
//! same answer again it is not made again. Numbers compare on one kind of processor: AWS-LC and memchr choose their
//! code by what it can do.

mod callgrind;
mod calls;
mod funding;

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::Options;
use crate::answer::member;
use crate::gateway::load::{Idle, Pace, drive};
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Server, Shop};
use callgrind::{Callgrind, Count};
use calls::{CALLS, Call, Times, WORLD};

/// Calls before those that are counted.
const WARM_UP: usize = 10;
/// Calls that are counted.
const COUNTED: usize = 50;
/// Percent of the base's instructions that these may take.
const GOALS: [(&str, f64); 4] = [
    ("campaign.crowd.create", 101.0),
    ("alipay.trade.pay", 100.0),
    ("tool.points.update, DEPOSIT", 101.0),
    ("tool.points.update, FREEZE", 101.0),
];

/// What the calls of one row came to in all rounds.
struct Row {
    name: String,
    /// Instructions of one call, without its signature.
    instructions: Samples,
    /// How many signatures one call makes.
    signatures: f64,
}

/// Counts the calls of `options.binary`, and those of another build before.
pub(crate) fn run(options: &Options, base: Option<&Path>) -> io::Result<Part> {
    let [(_, user), (_, shop), (_, pay_code), (_, sponsor), _] = WORLD;
    let world = format!(
        "[[merchant.shop]]\nshop_id = \"{shop}\"\nstore_id = \"NJ_001\"\nname = \"花果山超市\"\n\
         [[user]]\nuser_id = \"{user}\"\nbalance = \"10000.00\"\npay_codes = [\"{pay_code}\"]\n\
         [[user]]\nuser_id = \"2088999999999999\"\nlogin_id = \"{sponsor}\"\nbalance = \"10000.00\"\n"
    );
    let shop = Shop::with_world("instructions", &world)?;
    let base = base.map(|binary| rows(&shop, binary, options.rounds)).transpose()?;
    let (rows, signature) = rows(&shop, &options.binary, options.rounds)?;
    let mut lines = vec![
        format!(
            "Instructions of one call, the average of {COUNTED} after {WARM_UP} that are not counted, in user space, \
             on a stand-in on SQLite, over one connection. Signatures are not in them; one takes {signature}."
        ),
        String::new(),
    ];
    for method in methods(&options.binary)? {
        if !CALLS.iter().any(|call| call.method == method) {
            lines.insert(1, format!("\n`{method}` is not counted: it has no call."));
        }
    }
    let mut goals = Vec::new();
    let Some((base, _)) = base else {
        lines.push("| call | instructions | signatures |\n|---|---:|---:|".to_owned());
        for Row { name, instructions, signatures } in &rows {
            lines.push(format!("| {name} | {instructions} | {signatures:.2} |"));
        }
        return Ok(Part { name: "instructions per call", lines, goals });
    };
    lines.push("| call | base | instructions | change | signatures |\n|---|---:|---:|---:|---:|".to_owned());
    for (before, Row { name, instructions, signatures }) in base.iter().zip(&rows) {
        let percent = 100.0 * instructions.median() / before.instructions.median();
        let change = percent - 100.0;
        lines.push(format!("| {name} | {} | {instructions} | {change:+.2} % | {signatures:.2} |", before.instructions));
        if let Some((_, bound)) = GOALS.iter().find(|(goal, _)| goal == name) {
            goals.push(Goal::at_most(format!("{name}, instructions, of the base's"), *bound, percent, " %"));
        }
    }
    Ok(Part { name: "instructions per call", lines, goals })
}

/// The methods that a build answers.
fn methods(binary: &Path) -> io::Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Method {
        name: String,
    }
    let output = Command::new(binary).args(["methods", "--json"]).output()?;
    let methods: Vec<Method> = serde_json::from_slice(&output.stdout)?;
    Ok(methods.into_iter().map(|method| method.name).collect())
}

/// All rows, and the instructions of one signature.
fn rows(shop: &Shop, binary: &Path, rounds: usize) -> io::Result<(Vec<Row>, Samples)> {
    let mut counts = Vec::new();
    for round in 0..rounds {
        counts.push(counts_of_round(shop, binary)?);
        println!("instructions: {}, round {} of {rounds}", binary.display(), round + 1);
    }
    let counted = CALLS.iter().filter(|call| call.times == Times::Counted);
    let row = |(place, call): (usize, &Call)| {
        let each_call = |figure: fn(&Count) -> u64| {
            let figures = counts.iter().map(|round| figure(&round[place]) as f64 / COUNTED as f64);
            Samples::new(figures.collect())
        };
        Row {
            name: call.name(),
            instructions: each_call(|count| count.total - count.signing),
            signatures: each_call(|count| count.signatures).median(),
        }
    };
    let signature = |count: &Count| count.signing as f64 / count.signatures as f64;
    let signatures = counts.iter().flatten().filter(|count| 0 < count.signatures).map(signature);
    Ok((counted.enumerate().map(row).collect(), Samples::new(signatures.collect())))
}

/// Makes all calls to a fresh server; one count for each that is counted.
fn counts_of_round(shop: &Shop, binary: &Path) -> io::Result<Vec<Count>> {
    shop.clear()?;
    let mut callgrind = Callgrind::serve(shop, binary)?;
    let mut kept = WORLD.map(|(name, value)| (name, vec![value.to_owned()])).into_iter().collect();
    let mut counts = Vec::new();
    for call in CALLS {
        let uncounted = match call.times {
            Times::Once => 1,
            Times::Uncounted => WARM_UP + COUNTED,
            Times::Counted => WARM_UP,
        };
        make(&callgrind.server, shop, call, 0..uncounted, &mut kept)?;
        if call.times == Times::Counted {
            callgrind.zero()?;
            make(&callgrind.server, shop, call, uncounted..uncounted + COUNTED, &mut kept)?;
            counts.push(callgrind.count()?);
        }
        if let (true, Some((_, name))) = (call.is_paid, call.keeps) {
            let address = kept[name].last().expect("it was just kept");
            funding::pay(&mut callgrind.server, address)?;
        }
    }
    callgrind.server.stop()?;
    Ok(counts)
}

/// What answers said, by the name that calls have for it.
type Kept = HashMap<&'static str, Vec<String>>;

/// Makes these of the call's times, one after the other.
fn make(server: &Server, shop: &Shop, call: &Call, times: Range<usize>, kept: &mut Kept) -> io::Result<()> {
    let requests = times.map(|n| shop.signed(call.method, &biz_content(call, n, kept), &[])).collect::<Vec<_>>();
    let mut values = Vec::new();
    let keep = |answer: &[u8]| values.extend(call.keeps.map(|(name, _)| member(answer, name).expect("it is there")));
    drive(server, requests.iter(), 1, (Duration::MAX, Pace::Full, Idle::Sleep), keep)?;
    if let Some((_, name)) = call.keeps {
        kept.entry(name).or_default().extend(values);
    }
    Ok(())
}

fn biz_content(call: &Call, n: usize, kept: &Kept) -> String {
    let mut content = call.biz_content.replace("{n}", &n.to_string());
    for (name, values) in kept {
        content = content.replace(&format!("{{{name}}}"), &values[n % values.len()]);
    }
    content
}
