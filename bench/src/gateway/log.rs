//! What the request log adds to a call: the server's processor time with the log off and on, one after the other in
//! each round. The server is a stand-in, so the log has whole calls; lines are written while calls are answered, by
//! threads that count.

use std::io;
use std::process::Command;
use std::thread;

use super::{Crowds, ENOUGH, FULL, measure_running};
use crate::Options;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::REQUEST_LOG;
use crate::signature::signatures_a_second;

/// What is waiting to be written when the last call is answered is not counted: a quarter of a second's calls. So each
/// figure takes longer than others, in times of `--seconds`.
const LONGER: u64 = 3;
/// The most that the log may add.
const MOST: f64 = 1.05;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let cores = thread::available_parallelism()?.get();
    let longer = Options { seconds: LONGER * options.seconds, binary: options.binary.clone(), ..*options };
    let most = (signatures_a_second(options.seconds, "0")? * ENOUGH * longer.seconds as f64) as usize;
    let crowds = Crowds::prepare(&longer, cores, most)?;
    part.lines.push(
        "The request log of a stand-in, with whole calls: µs of the server's processor time for a call, without the log \
         and with it."
            .to_owned(),
    );
    part.lines.push(String::new());
    part.lines.push("| calls | off | on | on / off | lost |\n|---|---:|---:|---:|---:|".to_owned());
    for (name, requests) in [("crowd.detail.query", &crowds.details), ("crowd.create", &crowds.creates)] {
        let (mut off, mut on, mut ratios, mut lost) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
        for nth in 0..options.rounds {
            // Whichever comes first finds another machine than the second, so they take turns.
            let mut took = [0.0; 2];
            for kept in if nth % 2 == 0 { [false, true] } else { [true, false] } {
                crowds.shop.copy_kept()?;
                let mut command = Command::new("taskset");
                command.args(["-c", "0"]).arg(&options.binary);
                command.env(REQUEST_LOG, if kept { "on" } else { "off" });
                let mut server = crowds.shop.serve_with(command)?;
                took[usize::from(kept)] = measure_running(&server, &longer, "0", requests.iter(), FULL)?.server_us;
                lost += server.metric("punchcard_request_log_lost_total")?;
            }
            off.push(took[0]);
            on.push(took[1]);
            ratios.push(took[1] / took[0]);
            println!("gateway: log, {name}: round {} of {}", nth + 1, options.rounds);
        }
        let ratio = Samples::new(ratios);
        let [off, on] = [off, on].map(Samples::new);
        part.lines.push(format!("| {name} | {off:.1} | {on:.1} | {ratio:.3} | {lost:.0} |"));
        part.goals.push(Goal::at_most(format!("{name}, request log on / off"), MOST, ratio.median(), "×"));
    }
    Ok(())
}
