//! The project's own commands: `cargo xtask up | down | console | test | tidy | book`.
//!
//! Nothing but the standard library stands below them, so that the first command on a fresh machine starts at once.

mod book;
mod console;
mod machine;
mod postgres;
mod process;
mod runner;
mod sdk;
mod test;
mod tidy;
mod up;

use std::env;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask up [--foreground] [--data FOLDER]   build Punchcard and start it with the demo world
cargo xtask down                                stop what `up` started
cargo xtask console                             build the web console, which the server embeds, and check it
cargo xtask test [NAME…]                        run every test, official SDKs and PostgreSQL included
cargo xtask tidy                                check the house rules alone
cargo xtask book                                build the documents as a book, and follow every link in it
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["up", options @ ..] => match up::Options::parse(options) {
            Some(options) => up::up(&options),
            None => return usage(),
        },
        ["down"] => up::down(),
        ["test", names @ ..] if !names.iter().any(|name| name.starts_with('-')) => test::test(names),
        ["console"] => console::console(),
        ["tidy"] => tidy::tidy(),
        ["book"] => book::book(),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => return usage(),
    };
    outcome.unwrap_or_else(|why| {
        eprintln!("error: {why}");
        ExitCode::FAILURE
    })
}

fn usage() -> ExitCode {
    eprint!("{HELP}");
    ExitCode::from(2)
}
