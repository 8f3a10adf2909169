//! Punchcard: member marketing that speaks the Alipay open platform's protocol. One binary; this is the list of its
//! commands.

#![expect(unreachable_pub, reason = "in a binary `pub` says what a module shows to its neighbours")]
// What is printed goes through `commands::output`, which makes others' texts harmless and survives a reader that has
// gone.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod actor;
mod acts;
mod admission;
mod answer;
mod app;
mod audit;
mod authority;
mod backup;
mod biz;
mod bodies;
mod clock_driver;
mod commands;
mod control;
mod demo;
mod directory;
mod doors;
mod duration;
mod hints;
mod import;
mod index;
mod jobs;
mod keys;
mod links;
mod log;
mod merchant_page;
mod methods;
mod metrics;
mod notices;
mod outbound;
mod pages;
mod passwords;
mod picture;
mod rate_limit;
mod reference;
mod request_log;
mod runner;
mod terminal;
mod wakeup;
mod world;

use std::process::ExitCode;

/// A call makes hundreds of small allocations and is free of them when it is answered. With this allocator instead of
/// the system's, one core answers a twentieth more (`bench/RESULTS.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::main()
}
