//! A crowd by what members did, three rules with all eight dimensions, beside DuckDB over the payments themselves and
//! over a table of what they come to at the moment. One thread each.
//!
//! DuckDB is asked in several orders of its rows and several forms of the question, of which the best counts, and we
//! are asked again after each of its tables, as in `crowds`. Its table of the moment is right for one moment; making it
//! is not in its time. Ours is moved a day at a time before, so what is counted has been left and entered.

use std::hint::black_box;
use std::io;

use segment::{Event, EventKind, Expr, Fact, Members, Test, day};

use super::payments::{DAYS, EACH, Payments};
use crate::Options;
use crate::crowds::data::Data;
use crate::crowds::peers::Peers;
use crate::crowds::questions::{DIMENSIONS, tags};
use crate::crowds::{Answer, processor_ms};
use crate::report::{Goal, Part};
use crate::samples::Samples;

const DAY_MS: i64 = 86_400_000;
/// When the first day begins: at midnight in UTC+8, as a day does there.
const BEGIN_MS: i64 = 1_699_977_600_000;
/// Days that come one at a time; those before them are there from the beginning.
const ADVANCED: usize = 10;
/// What the question is about.
const FACTS: [Fact; 3] = [Fact::Amount(30), Fact::Count(90), Fact::LastDay];
/// The peer's tables, by the names that its questions have, and how many times as long as we it takes, at least.
const GOALS: [(&str, &str, f64); 2] =
    [("payments", "the payments themselves", 20.0), ("moment", "a table of what they come to", 5.0)];

/// Our members, and what holding and moving them takes.
struct Ours {
    members: Members,
    lines: Vec<String>,
}

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let data = Data::generate(options.members);
    let payments = Payments::generate(options.members);
    let peers = Peers::new("behavior")?;
    data.write(peers.columns())?;
    payments.write(peers.columns())?;
    let ours = Ours::new(&data, &payments);
    let mut our = ours.ask(options.rounds);
    println!("{}", our.line());
    let theirs = peers.ask("duckdb", options.rounds, || our.ms.extend(ours.ask(options.rounds).ms))?;
    theirs.iter().for_each(|answer| answer.check(&our));
    add(part, ours.lines, &our, &theirs);
    Ok(())
}

fn add(part: &mut Part, lines: Vec<String>, our: &Answer, theirs: &[Answer]) {
    part.lines.extend(lines);
    part.lines.extend([
        String::new(),
        format!(
            "{} members paid 800.00 in 30 days, 12 times in 90 and last at most 7 days ago; eight dimensions. Processor \
             time in ms, one thread each:",
            our.total
        ),
        String::new(),
        format!("- punchcard: {:.2}", our.times()),
    ]);
    for (question, table, bound) in GOALS {
        let asked = theirs.iter().filter(|answer| answer.question == question);
        let best = asked.min_by(|a, b| a.times().median().total_cmp(&b.times().median()));
        let best = best.expect("it answers every question");
        let ratio = best.times().median() / our.times().median();
        part.lines.push(format!("- duckdb over {table}: {:.2} {}, {ratio:.1}× ours", best.times(), best.form));
        part.goals.push(Goal::at_least(format!("DuckDB's time over {table} in ours"), bound, ratio, "×"));
    }
}

impl Ours {
    /// Takes in what happened before the last days, and then these days one at a time.
    fn new(data: &Data, payments: &Payments) -> Ours {
        let mut members = data.members(tags().into_iter().take(DIMENSIONS.len()).collect());
        let begin = DAYS - ADVANCED;
        let before = members.bytes();
        let mut coming = vec![Vec::new(); ADVANCED];
        members.track(moment(begin));
        let mut taken = 0;
        let start = processor_ms();
        for payment in 0..payments.seconds.len() {
            match payments.day(payment).checked_sub(begin) {
                Some(day) => coming[day].push(payment),
                None => {
                    taken += 1;
                    take(&mut members, data, payments, payment);
                }
            }
        }
        let took = processor_ms() - start;
        let held = members.bytes();
        let mut lines = vec![format!(
            "{} members with {EACH} payments each in {DAYS} days. What {taken} of these are is taken in {:.1} s ({:.0} ns \
             each). First questions:",
            members.len(),
            took / 1e3,
            took * 1e6 / f64::from(taken),
        )];
        lines.push(String::new());
        for fact in FACTS {
            let start = processor_ms();
            members.require(&[fact], moment(begin));
            lines.push(format!("- `{fact:?}`: its column is built in {:.0} ms", processor_ms() - start));
        }
        let facts = members.bytes() - held;
        let (mut takes, mut moves, mut leaving) = (Vec::new(), Vec::new(), Vec::new());
        for (today, coming) in (begin..).zip(&coming) {
            let start = processor_ms();
            coming.iter().for_each(|payment| take(&mut members, data, payments, *payment));
            takes.push((processor_ms() - start) * 1e6 / coming.len() as f64);
            let start = processor_ms();
            members.require(&FACTS, moment(today + 1));
            moves.push(processor_ms() - start);
            let left = [30, 90].map(|window| today - window);
            leaving.push((0..payments.seconds.len()).filter(|payment| left.contains(&payments.day(*payment))).count());
        }
        let leaving = Samples::new(leaving.into_iter().map(|count| count as f64).collect());
        let each = |bytes: usize| bytes as f64 / members.len() as f64;
        lines.extend([
            String::new(),
            format!(
                "Then {ADVANCED} days come one at a time: a payment is taken in {:.0} ns. Moving the facts on by a day, when \
                 these payments come in and {leaving:.0} leave the windows of 30 and 90 days, takes {:.1} ms. Bytes a member: \
                 {:.1} for tags, {:.1} for facts, {:.1} for payments, with what is kept free for more.",
                Samples::new(takes),
                Samples::new(moves),
                each(before),
                each(facts),
                each(members.bytes() - before - facts),
            ),
        ]);
        Ours { members, lines }
    }

    fn ask(&self, rounds: usize) -> Answer {
        let rules = [
            Test::ranges(Fact::Amount(30), vec![(80_000, i64::MAX)], false),
            Test::ranges(Fact::Count(90), vec![(12, i64::MAX)], false),
            Test::days_ago(Fact::LastDay, 0, Some(7)),
        ];
        let expr = Expr::All(rules.map(Expr::Test).to_vec());
        let dimensions: Vec<usize> = (0..DIMENSIONS.len()).collect();
        let today = day(moment(DAYS));
        let counts = self.members.count(&expr, &dimensions, today);
        let once = |_| {
            let start = processor_ms();
            black_box(self.members.count(&expr, &dimensions, today));
            processor_ms() - start
        };
        Answer::of_ours("behavior", counts, (0..rounds).map(once).collect())
    }
}

fn take(members: &mut Members, data: &Data, payments: &Payments, payment: usize) {
    let at = BEGIN_MS + i64::from(payments.seconds[payment]) * 1000;
    let net_fen = payments.fen[payment].into();
    members.take(data.users[payment / EACH], Event { at, kind: EventKind::Paid, id: payment as u64, net_fen });
}

/// When a day begins, UTC milliseconds.
fn moment(day: usize) -> i64 {
    BEGIN_MS + day as i64 * DAY_MS
}
