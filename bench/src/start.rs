//! `start`: how soon a server answers after it was started, and what it holds in memory, empty and with many members.

use std::io;
use std::time::Instant;

use crate::Options;
use crate::answer::check_success;
use crate::import::{seconds_of_import, write_members};
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Shop, all_cores};

/// Seconds and MB of several starts.
struct Starts {
    seconds: Samples,
    resident_mb: Samples,
}

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let cores = all_cores()?;
    let shop = Shop::open("start")?;
    // The first start makes the store: it is the second that counts.
    shop.serve(&options.binary, &cores)?.stop()?;
    let empty = starts(options, &shop)?;
    let file = write_members(&shop, options.members)?;
    let mut server = shop.serve(&options.binary, &cores)?;
    seconds_of_import(&options.binary, "members", &shop, &file)?;
    let index_bytes = server.metric("punchcard_index_bytes ")?;
    server.stop()?;
    let store_bytes = shop.bytes()? as f64;
    let full = starts(options, &shop)?;
    let members = options.members as f64;
    let line = |name: &str, Starts { seconds, resident_mb }: &Starts| {
        format!("- {name}: first answer after {seconds:.3} s; {resident_mb:.1} MB resident then")
    };
    let lines = vec![
        "From exec to the first answer, which is signed and comes when the crowd index is whole:".to_owned(),
        String::new(),
        line("an empty server", &empty),
        line(&format!("with {} members of eight tags", options.members), &full),
        format!(
            "- a member takes {:.0} bytes in the index and {:.0} in the store",
            index_bytes / members,
            store_bytes / members
        ),
    ];
    let goals = vec![
        Goal::at_most("second start of an empty server", 0.2, empty.seconds.median(), " s"),
        Goal::at_most("memory of an empty server", 40.0, empty.resident_mb.median(), " MB"),
    ];
    Ok(Part { name: "start", lines, goals })
}

fn starts(options: &Options, shop: &Shop) -> io::Result<Starts> {
    let (mut seconds, mut resident_mb) = (Vec::new(), Vec::new());
    let call = shop.call("tags.query", "{}");
    for _ in 0..options.rounds {
        let start = Instant::now();
        let mut server = shop.start_again(&options.binary)?;
        let answer = server.ask(&call)?;
        seconds.push(start.elapsed().as_secs_f64());
        check_success(&answer)?;
        resident_mb.push(server.resident_mb()?);
        server.stop()?;
    }
    Ok(Starts { seconds: Samples::new(seconds), resident_mb: Samples::new(resident_mb) })
}
