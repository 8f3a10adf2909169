//! `crowds`: five questions to our columns and to the peers, one thread each.
//!
//! Every peer is asked in several orders of its rows and several forms of the question; its best median counts. All must
//! give the same totals and the same breakdowns as we do, else there is no result.

mod data;
mod peers;
mod questions;
mod report;

use std::io;
use std::path::Path;
use std::time::Instant;

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
    let (ours, held) = ask_ours(&data, args.rounds);
    for answer in &ours {
        println!("{}", report::line(answer));
    }
    println!("{held}");
    if args.alone {
        return Ok(());
    }
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    let theirs = peers::ask(bench, &data, args.rounds)?;
    for answer in &theirs {
        println!("{}", report::line(answer));
        let our = ours.iter().find(|our| our.question == answer.question).expect("peers answer our questions");
        let same = our.total == answer.total && our.histograms == answer.histograms;
        assert!(same, "{} ({}) counts otherwise on {}", answer.engine, answer.form, answer.question);
    }
    report::append(&bench.join("RESULTS.md"), args, &held, &ours, &theirs)
}

fn ask_ours(data: &Data, rounds: usize) -> (Vec<Answer>, String) {
    let start = Instant::now();
    let members = data.members();
    let held = format!(
        "ours: {} members put in {:.1} s ({:.0} ns each), {:.1} bytes a member",
        members.len(),
        start.elapsed().as_secs_f64(),
        start.elapsed().as_nanos() as f64 / members.len() as f64,
        members.bytes() as f64 / members.len() as f64,
    );
    let answers = QUESTIONS.iter().map(|question| {
        let expr = question.expr(members.tags());
        let dimensions: Vec<usize> = if question.breakdown { (0..DIMENSIONS.len()).collect() } else { Vec::new() };
        let mut ms = Vec::new();
        let mut counts = members.count(&expr, &dimensions, 0);
        for _ in 0..rounds {
            let start = Instant::now();
            counts = members.count(&expr, &dimensions, 0);
            ms.push(start.elapsed().as_secs_f64() * 1e3);
        }
        ms.sort_by(f64::total_cmp);
        let numbered = |(code, count): (String, u64)| (code.parse().expect("codes are numbers here"), count);
        Answer {
            engine: "punchcard".to_owned(),
            form: "user order".to_owned(),
            question: question.name.to_owned(),
            total: counts.total,
            histograms: counts
                .histograms
                .into_iter()
                .map(|dimension| dimension.into_iter().map(numbered).collect())
                .collect(),
            ms,
        }
    });
    (answers.collect(), held)
}
