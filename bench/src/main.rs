//! Measurements: ours and the peers in one run.
//!
//! Times say something about a machine on a day, so goals are ratios within one run wherever there is a peer,
//! results are kept with their spread in `RESULTS.md`, and no test depends on a time. Instructions are the same
//! on any day: see `instructions`.

mod answer;
mod behavior;
mod crowds;
mod gateway;
mod import;
mod inside;
mod instructions;
mod modes;
mod notify;
mod pgbench;
mod points;
mod programs;
mod report;
mod samples;
mod server;
mod signature;
mod start;
mod trades;
mod vouchers;

use std::io;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use report::Section;

#[derive(Parser)]
#[command(about = "Measures Punchcard beside its peers and appends a section to bench/RESULTS.md")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Options,
}

#[derive(Subcommand)]
enum Command {
    /// Everything below but `instructions` and what takes long of `behavior` and `vouchers`, as one section.
    All,
    /// Crowds by what members did: counting one, beside DuckDB; which of 100 groups a user falls into; what keeping the
    /// facts takes, and what it takes when many payments leave a window.
    Behavior {
        /// Only these.
        #[arg(value_enum)]
        topics: Vec<behavior::Topic>,
    },
    /// Counting crowds, beside Polars and DuckDB.
    Crowds {
        /// Ask only us, and keep no result: for work on the crate itself.
        #[arg(long)]
        alone: bool,
    },
    /// Signed calls through the built binary, beside `openssl speed`: calls a second, and the server's processor time a
    /// call; and what the request log adds to that.
    Gateway {
        /// Only these.
        #[arg(value_enum)]
        topics: Vec<gateway::Topic>,
    },
    /// Importing members through the built binary, beside the `sqlite3` shell.
    Import,
    /// Instructions of one call of each method without its signature, counted by valgrind's callgrind: the same
    /// within 0.2 %, however busy the machine is.
    Instructions {
        /// Another build to count first, such as one of an older commit: shows by how much each method has changed.
        #[arg(long, value_name = "BINARY")]
        base: Option<PathBuf>,
    },
    /// What encrypted contents and certificate mode add to a call.
    Modes,
    /// Notifications delivered to a receiver on this machine, beside `openssl speed`.
    Notify,
    /// FREEZE, inside of the process beside `pgbench`, and through the built binary beside `openssl speed`.
    Points,
    /// How soon a server answers, and what it holds in memory.
    Start,
    /// Importing trades through the built binary, beside the `sqlite3` shell.
    Trades,
    /// Cash vouchers: sending, looking up and using one, and a million of them.
    Vouchers {
        /// Only these.
        #[arg(value_enum)]
        topics: Vec<vouchers::Topic>,
    },
}

/// How much to measure.
#[derive(clap::Args)]
struct Options {
    /// The binary to measure: what users install, built with `cargo build --release`.
    #[arg(long, global = true, default_value = "target/release/punchcard")]
    binary: PathBuf,
    /// How often to take each figure.
    #[arg(long, global = true, default_value_t = 5)]
    rounds: usize,
    /// Seconds of signed calls a figure.
    #[arg(long, global = true, default_value_t = 2)]
    seconds: u64,
    /// Members to import, and to count by what they did.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    members: usize,
    /// Vouchers to send to a crowd, to look through, and to let expire.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    vouchers: usize,
    /// Members to count.
    #[arg(long, global = true, default_value_t = 10_000_000)]
    counted: usize,
}

fn main() -> io::Result<()> {
    let mut section = Section::begin()?;
    let Cli { command, options } = Cli::parse();
    match command {
        Command::All => {
            section.add(gateway::run(&options, &[])?);
            section.add(modes::run(&options)?);
            section.add(notify::run(&options)?);
            section.add(import::run(&options)?);
            section.add(trades::run(&options)?);
            section.add(start::run(&options)?);
            section.add(points::run(&options)?);
            section.add(vouchers::run(&options, &vouchers::SHORT)?);
            section.add(crowds::run(&options)?);
            section.add(behavior::run(&options, &behavior::SHORT)?);
        }
        Command::Behavior { topics } => section.add(behavior::run(&options, &topics)?),
        Command::Crowds { alone: true } => return crowds::run_alone(&options),
        Command::Crowds { alone: false } => section.add(crowds::run(&options)?),
        Command::Gateway { topics } => section.add(gateway::run(&options, &topics)?),
        Command::Import => section.add(import::run(&options)?),
        Command::Instructions { base } => section.add(instructions::run(&options, base.as_deref())?),
        Command::Modes => section.add(modes::run(&options)?),
        Command::Notify => section.add(notify::run(&options)?),
        Command::Points => section.add(points::run(&options)?),
        Command::Start => section.add(start::run(&options)?),
        Command::Trades => section.add(trades::run(&options)?),
        Command::Vouchers { topics } => section.add(vouchers::run(&options, &topics)?),
    }
    section.append()
}
