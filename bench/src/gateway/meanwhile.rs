//! How long calls take while a server has much else to do, beside what they usually take: at a rate that a machine
//! answers easily, from a load that shares all cores.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::CONNECTIONS;
use super::load::{Idle, Pace, drive};
use crate::Options;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::Server;
use crate::signature::signatures_a_second;

/// Calls a second, of what openssl signs on one core: what else there is to do has most of the machine.
const LOAD: f64 = 0.1;
/// How long the usual times are measured, in times of `--seconds`: the slowest hundredth must be some calls.
const USUAL: u64 = 5;
/// For how long there are calls, seconds.
const CALLS_LAST: f64 = 120.0;

/// Calls at a constant rate.
pub(crate) struct Pressure {
    rate: f64,
}

/// What was measured so far, a round each.
#[derive(Default)]
pub(crate) struct Meanwhile {
    took: Vec<f64>,
    usual: Vec<Samples>,
    meanwhile: Vec<Samples>,
}

impl Pressure {
    /// As this machine bears it.
    pub(crate) fn of_machine(options: &Options) -> io::Result<Pressure> {
        Ok(Pressure { rate: LOAD * signatures_a_second(options.seconds, "0")? })
    }

    /// Calls a second.
    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    /// How many calls there are.
    pub(crate) fn most(&self) -> usize {
        (self.rate * CALLS_LAST) as usize
    }
}

impl Meanwhile {
    /// Sends requests for a while, and goes on with the next ones while `work` is done.
    pub(crate) fn measure(
        &mut self,
        server: &Server,
        options: &Options,
        pressure: &Pressure,
        requests: &[Vec<u8>],
        work: impl FnOnce() -> io::Result<()> + Send,
    ) -> io::Result<()> {
        let mut left = requests.iter();
        let how = |time| (time, Pace::Rate(pressure.rate), Idle::Sleep);
        let before = Duration::from_secs(USUAL * options.seconds);
        let before = drive(server, left.by_ref(), CONNECTIONS, how(before), |_| {})?;
        let ended = AtomicBool::new(false);
        let (took, during) = thread::scope(|scope| {
            let working = scope.spawn(|| {
                let start = Instant::now();
                let done = work();
                ended.store(true, Ordering::Relaxed);
                done.map(|()| start.elapsed().as_secs_f64())
            });
            let calls = left.take_while(|_| !ended.load(Ordering::Relaxed));
            let during = drive(server, calls, CONNECTIONS, how(Duration::MAX), |_| {});
            working.join().expect("no panic").and_then(|took| Ok((took, during?)))
        })?;
        self.took.push(took);
        self.usual.push(before.latencies);
        self.meanwhile.push(during.latencies);
        Ok(())
    }

    /// Seconds that the work took.
    pub(crate) fn took(&self) -> Samples {
        Samples::new(self.took.clone())
    }

    /// Adds how long calls took, and the goal that they do not take much longer while this happens.
    pub(crate) fn add_to(&self, part: &mut Part, happens: &str) {
        let each = |all: &[Samples], percent| Samples::new(all.iter().map(|it| it.percentile(percent)).collect());
        let slower = self.usual.iter().zip(&self.meanwhile);
        let slower = slower.map(|(usual, now)| now.percentile(99.0) / usual.percentile(99.0));
        part.lines.extend([
            format!("- calls before that: p50 {} µs, p99 {} µs", each(&self.usual, 50.0), each(&self.usual, 99.0)),
            format!(
                "- calls meanwhile: p50 {} µs, p99 {} µs",
                each(&self.meanwhile, 50.0),
                each(&self.meanwhile, 99.0)
            ),
        ]);
        let goal = format!("p99 of calls while {happens}, of the usual");
        part.goals.push(Goal::at_most(goal, 5.0, Samples::new(slower.collect()).median(), "×"));
    }
}
