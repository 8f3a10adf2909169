//! Measurements: ours and the peers on the same data in one run.
//!
//! Times say something about a machine on a day, so goals are ratios within one run, results are kept with their raw
//! numbers in `RESULTS.md`, and no test depends on a time.

mod crowds;
mod gateway;
mod results;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Measures Punchcard beside its peers and appends to bench/RESULTS.md")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Counting crowds, beside Polars and DuckDB.
    Crowds(crowds::Args),
    /// Signed calls through the built binary, beside `openssl speed`.
    Gateway(gateway::Args),
}

fn main() -> std::io::Result<()> {
    match Cli::parse().command {
        Command::Crowds(args) => crowds::run(&args),
        Command::Gateway(args) => gateway::run(&args),
    }
}
