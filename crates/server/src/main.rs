//! Punchcard: member marketing that speaks the Alipay open platform's protocol. One binary; this is the list of its
//! commands.

#![expect(unreachable_pub, reason = "in a binary `pub` says what a module shows to its neighbours")]

mod app;
mod backup;
mod biz;
mod commands;
mod control;
mod demo;
mod directory;
mod doors;
mod import;
mod index;
#[expect(dead_code, reason = "nothing is planned yet")]
mod jobs;
mod keys;
mod methods;
mod metrics;
mod strangers;
mod world;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
