//! `crowds`: seven questions to our columns and to the peers, one thread each.
//!
//! Every peer is asked in several orders of its rows and several forms of the question: the best median of these
//! counts. We have one form, asked again after each of the peer's tables, so that a machine whose speed swings swings
//! for both sides; the median of all of it counts. For the same reason times are the process's own on a processor, not
//! those on the wall: others on the machine take turns with either side. All must give the same totals and the same
//! breakdowns, else there is no result.

pub(crate) mod data;
pub(crate) mod peers;
pub(crate) mod questions;

use std::hint::black_box;
use std::io;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use segment::{Counts, Members};
use serde::Deserialize;

use crate::Options;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use data::Data;
use peers::Peers;
use questions::{DIMENSIONS, QUESTIONS, in_named_cities, tags};

/// Who is asked.
const PEERS: [&str; 3] = ["polars", "duckdb", "clickhouse"];

/// How many times as long a peer takes, at least: question, peer; no name is the best one.
const GOALS: [(&str, &str, f64); 8] = [
    ("Q2", "", 100.0),
    ("Q3", "polars", 80.0),
    ("Q3", "duckdb", 80.0),
    ("Q3", "clickhouse", 50.0),
    ("Q4", "polars", 4.0),
    ("Q5", "polars", 8.0),
    ("Q6", "polars", 4.0),
    ("Q7", "", 25.0),
];

/// How many times as long Q3 takes, at most, as reading from memory what it must.
const READING: f64 = 2.5;
/// Bytes a member of the eight dimensions, at most.
const DIMENSION_BYTES: f64 = 4.0;

/// What one engine said to one question in one form, and how long it took each time.
#[derive(Clone, Deserialize)]
pub(crate) struct Answer {
    pub(crate) engine: String,
    pub(crate) form: String,
    pub(crate) question: String,
    pub(crate) total: u64,
    /// A count for each value of each dimension, ascending; empty where no breakdown was asked.
    pub(crate) histograms: Vec<Vec<(u64, u64)>>,
    pub(crate) ms: Vec<f64>,
}

impl Answer {
    /// Ours, which took so long each time.
    pub(crate) fn of_ours(question: &str, counts: Counts, ms: Vec<f64>) -> Answer {
        let numbered = |(code, count): (String, u64)| (code.parse().expect("codes are numbers here"), count);
        let numbered = |dimension: Vec<_>| dimension.into_iter().map(numbered).collect();
        Answer {
            engine: "punchcard".to_owned(),
            form: "its own order".to_owned(),
            question: question.to_owned(),
            total: counts.total,
            histograms: counts.histograms.into_iter().map(numbered).collect(),
            ms,
        }
    }

    /// Checks that it counts as we do.
    ///
    /// # Panics
    /// When it does not.
    pub(crate) fn check(&self, our: &Answer) {
        let same = our.total == self.total && our.histograms == self.histograms;
        assert!(same, "{} ({}) counts otherwise on {}", self.engine, self.form, self.question);
    }

    pub(crate) fn times(&self) -> Samples {
        Samples::new(self.ms.clone())
    }

    /// On one line of the terminal.
    pub(crate) fn line(&self) -> String {
        let Answer { engine, form, question, total, .. } = self;
        format!("{question} {engine:<10} {:<28} {form} ({total} members)", format!("{:.2} ms", self.times()))
    }
}

/// Our members, and what holding them takes.
struct Ours {
    members: Members,
    held: String,
    /// Bytes a member of the eight dimensions.
    dimension_bytes: f64,
    /// Milliseconds that reading from memory takes of what Q3 must read.
    reading_ms: f64,
}

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let data = Data::generate(options.counted);
    let ours = Ours::new(&data);
    let mut our_answers = ours.ask(options.rounds);
    let mut their_answers = Vec::new();
    let peers = Peers::new("crowds")?;
    data.write(peers.columns())?;
    for peer in PEERS {
        // Between its tables.
        let meanwhile = || {
            for (answer, again) in our_answers.iter_mut().zip(ours.ask(options.rounds)) {
                answer.ms.extend(again.ms);
            }
        };
        their_answers.extend(peers.ask(peer, options.rounds, meanwhile)?);
    }
    for answer in &their_answers {
        let our = our_answers.iter().find(|our| our.question == answer.question).expect("we answer every question");
        answer.check(our);
    }
    Ok(part(&ours, &our_answers, &their_answers))
}

/// Asks only us, on the terminal.
pub(crate) fn run_alone(options: &Options) -> io::Result<()> {
    let ours = Ours::new(&Data::generate(options.counted));
    println!("{}", ours.held);
    for answer in ours.ask(options.rounds) {
        println!("{}", answer.line());
    }
    Ok(())
}

/// A table of medians, the peers' best forms, and theirs against ours.
fn part(ours: &Ours, our_answers: &[Answer], their_answers: &[Answer]) -> Part {
    let mut lines = vec![
        format!("{}. Processor time in ms, one thread each:", ours.held),
        String::new(),
        format!("| | members | punchcard | {} |", PEERS.map(|peer| format!("{peer} | {peer} / ours")).join(" | ")),
        format!("|---|---:|---|{}", "---|---:|".repeat(PEERS.len())),
    ];
    let mut goals = Vec::new();
    for our in our_answers {
        let best = |engine: &str| {
            let asked = their_answers.iter().filter(|it| it.engine == engine && it.question == our.question);
            let best = asked.min_by(|a, b| a.times().median().total_cmp(&b.times().median()));
            let best = best.expect("everybody answers every question");
            let ratio = best.times().median() / our.times().median();
            (format!("{:.2} {}", best.times(), best.form), ratio)
        };
        let theirs = PEERS.map(best);
        let Answer { question, total, .. } = our;
        let cells = theirs.each_ref().map(|(text, ratio)| format!("{text} | {ratio:.1}×"));
        lines.push(format!("| {question} | {total} | {:.3} | {} |", our.times(), cells.join(" | ")));
        for (_, peer, bound) in GOALS.iter().filter(|(name, ..)| name == question) {
            let asked = PEERS.iter().zip(&theirs).filter(|(name, _)| peer.is_empty() || *name == peer);
            let ratio = asked.map(|(_, (_, ratio))| *ratio).fold(f64::INFINITY, f64::min);
            let who = if peer.is_empty() { "the best peer" } else { peer };
            goals.push(Goal::at_least(format!("{question}, {who}'s time in ours"), *bound, ratio, "×"));
        }
        if question == "Q3" {
            let ratio = our.times().median() / ours.reading_ms;
            goals.push(Goal::at_most("Q3, our time in that of reading what it must".to_owned(), READING, ratio, "×"));
        }
    }
    let dimensions = "the eight dimensions, bytes a member".to_owned();
    goals.push(Goal::at_most(dimensions, DIMENSION_BYTES, ours.dimension_bytes, " B"));
    Part { name: "crowds", lines, goals }
}

impl Ours {
    fn new(data: &Data) -> Ours {
        let start = Instant::now();
        let members = data.members(tags());
        let seconds = start.elapsed().as_secs_f64();
        let dimensions: Vec<usize> = (0..DIMENSIONS.len()).collect();
        let dimension_bytes = members.base_bytes(&dimensions) as f64 / members.len() as f64;
        let looked_at = members.count(&in_named_cities(members.tags()), &[], 0).total as f64 * dimension_bytes;
        let bytes_a_ms = bytes_a_ms();
        let held = format!(
            "{} members put and merged in {seconds:.1} s ({:.0} ns each), one in a hundred of them put again; {:.1} bytes a \
             member, {dimension_bytes:.2} of them the eight dimensions. Q3 must read {:.1} MB; memory gives {:.1} GB/s",
            members.len(),
            seconds * 1e9 / members.len() as f64,
            members.bytes() as f64 / members.len() as f64,
            looked_at / 1e6,
            bytes_a_ms / 1e6,
        );
        Ours { members, held, dimension_bytes, reading_ms: looked_at / bytes_a_ms }
    }

    fn ask(&self, rounds: usize) -> Vec<Answer> {
        let members = &self.members;
        let answers = QUESTIONS.iter().map(|question| {
            let expr = question.expr(members.tags());
            let dimensions: Vec<usize> = if question.breakdown { (0..DIMENSIONS.len()).collect() } else { Vec::new() };
            let counts = members.count(&expr, &dimensions, 0);
            let once = |_| {
                let start = processor_ms();
                black_box(members.count(&expr, &dimensions, 0));
                processor_ms() - start
            };
            Answer::of_ours(question.name, counts, (0..rounds).map(once).collect())
        });
        answers.collect()
    }
}

/// How fast one core reads memory that no cache holds: bytes a millisecond, the best of a few times.
fn bytes_a_ms() -> f64 {
    let memory = vec![1_u64; 64 << 20];
    let once = |_| {
        let start = processor_ms();
        black_box(memory.iter().fold(0, |sum, word| sum | word));
        size_of_val(&memory[..]) as f64 / (processor_ms() - start)
    };
    (0..5).map(once).fold(0.0, f64::max)
}

/// Time that this process was on a processor, all its threads together.
pub(crate) fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
