//! `crowds`: five questions to our columns and to the peers, one thread each.
//!
//! Every peer is asked in several orders of its rows and several forms of the question; its best median counts. We have
//! one form, asked before and after each peer: our best median counts too, so that on a busy machine neither side is held
//! to one bad minute. For the same reason times are the process's own on a processor, not those on the wall: others on
//! the machine take turns with either side. All must give the same totals and the same breakdowns, else
//! there is no result.

mod data;
mod peers;
mod questions;
mod report;

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use segment::Members;
use serde::Deserialize;

use data::Data;
use questions::{DIMENSIONS, QUESTIONS};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many members to make.
    #[arg(long, default_value_t = 10_000_000)]
    pub(crate) members: usize,
    /// How often to ask each question.
    #[arg(long, default_value_t = 11)]
    pub(crate) rounds: usize,
    /// Ask only us, and keep no result: for work on the crate itself.
    #[arg(long)]
    pub(crate) alone: bool,
}

/// What one engine said to one question in one form, and how long it took each time.
#[derive(Deserialize)]
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
    pub(crate) fn median_ms(&self) -> f64 {
        self.ms[self.ms.len() / 2]
    }
}

pub(crate) fn run(args: &Args) -> io::Result<()> {
    let data = Data::generate(args.members);
    let start = Instant::now();
    let members = data.members();
    let seconds = start.elapsed().as_secs_f64();
    let held = format!(
        "ours: {} members put in {seconds:.1} s ({:.0} ns each), {:.1} bytes a member",
        members.len(),
        seconds * 1e9 / members.len() as f64,
        members.bytes() as f64 / members.len() as f64,
    );
    println!("{held}");
    let mut answers = ask_us(&members, args.rounds);
    if args.alone {
        return Ok(());
    }
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    let asking = peers::Asking::new(bench, &data)?;
    for peer in peers::PEERS {
        answers.extend(asking.ask(peer, args.rounds)?);
        answers.extend(ask_us(&members, args.rounds));
    }
    for answer in &answers {
        let first = answers.iter().find(|first| first.question == answer.question).expect("at least itself");
        let same = first.total == answer.total && first.histograms == answer.histograms;
        assert!(same, "{} ({}) counts otherwise on {}", answer.engine, answer.form, answer.question);
    }
    report::append(&bench.join("RESULTS.md"), args, &held, &answers)
}

fn ask_us(members: &Members, rounds: usize) -> Vec<Answer> {
    let answers = QUESTIONS.iter().map(|question| {
        let expr = question.expr(members.tags());
        let dimensions: Vec<usize> = if question.breakdown { (0..DIMENSIONS.len()).collect() } else { Vec::new() };
        let counts = members.count(&expr, &dimensions, 0);
        let once = |_| {
            let start = processor_ms();
            black_box(members.count(&expr, &dimensions, 0));
            processor_ms() - start
        };
        let mut ms: Vec<f64> = (0..rounds).map(once).collect();
        ms.sort_by(f64::total_cmp);
        let numbered = |(code, count): (String, u64)| (code.parse().expect("codes are numbers here"), count);
        let numbered = |dimension: Vec<_>| dimension.into_iter().map(numbered).collect();
        let answer = Answer {
            engine: "punchcard".to_owned(),
            form: "user order".to_owned(),
            question: question.name.to_owned(),
            total: counts.total,
            histograms: counts.histograms.into_iter().map(numbered).collect(),
            ms,
        };
        println!("{}", report::line(&answer));
        answer
    });
    answers.collect()
}

/// Time that this process was on a processor, all its threads together.
fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
