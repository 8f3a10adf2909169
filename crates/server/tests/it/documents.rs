//! The documents' commands, run as they are written there: of both READMEs and of every page of the book, in the order
//! of the page, beside a demo store, with what `cargo xtask up` says to export.

mod blocks;
mod reader;

use blocks::{Step, steps};
use reader::Reader;
use std::path::{Path, PathBuf};

/// Commands that are shown and not run, by how they begin, and why.
const NOT_RUN: [(&str, &str); 9] = [
    ("cargo xtask up", "builds the program that the test is part of; the test starts that one's demo"),
    ("cargo xtask down", "stops what the above has started"),
    ("cargo xtask test", "runs this test"),
    ("cargo test", "runs this test too"),
    ("cargo install", "builds the program once more, and changes the machine"),
    ("sudo setcap", "changes what a program may do, and needs root"),
    ("mdbook serve", "runs until it is stopped; CI builds the book"),
    ("punchcard log record", "is for a platform; the test's demo is a stand-in"),
    ("punchcard call METHOD JSON", "is a form with words of the reader's in it"),
];

/// A sentence may name this; blocks run it.
const STARTS_A_SERVER: &str = "punchcard serve";

/// A test for each document with many commands, so that they run side by side.
macro_rules! documents {
    ($($name:ident: $path:literal,)*) => {
        const DOCUMENTS: &[&str] = &[$($path),*];

        $(
            #[test]
            fn $name() {
                follow($path);
            }
        )*
    };
}

documents! {
    the_readme: "README.md",
    the_chinese_readme: "README.zh-CN.md",
    activities: "docs/activities.md",
    authorisation: "docs/authorisation.md",
    backup: "docs/backup.md",
    certificates: "docs/certificates.md",
    clock: "docs/clock.md",
    coupons: "docs/coupons.md",
    crowds: "docs/crowds.md",
    first_calls: "docs/first-calls.md",
    import: "docs/import.md",
    the_merchants_chinese_page: "docs/merchant.zh-CN.md",
    notifications: "docs/notifications.md",
    own_world: "docs/own-world.md",
    points: "docs/points.md",
    request_log: "docs/request-log.md",
    trades: "docs/trades.md",
    vouchers: "docs/vouchers.md",
    world_file: "docs/world-file.md",
    the_tutorial_of_the_stamp_card: "docs/tutorial-stamp-card.md",
}

fn follow(path: &str) {
    let text = read(path);
    let mut reader = Reader::of(&text);
    for step in steps(&text) {
        match step {
            Step::Save { name, text } => reader.save(&name, &text),
            Step::Start(command) => reader.starts(&command),
            Step::Type { commands, prints } => {
                let commands: Vec<String> = commands.into_iter().filter(|command| is_run(command)).collect();
                reader.types(&commands, prints.as_deref());
            }
            Step::Mention(command) if is_run(&command) && !command.starts_with(STARTS_A_SERVER) => {
                reader.mentions(&command);
            }
            Step::Mention(_) => {}
        }
    }
}

fn is_run(command: &str) -> bool {
    !NOT_RUN.iter().any(|(beginning, _)| command.starts_with(beginning))
}

#[test]
fn every_other_document() {
    let others = all().into_iter().filter(|path| !DOCUMENTS.contains(&path.as_str()));
    others.filter(|path| commands(path) > 0).for_each(|path| follow(&path));
}

#[test]
fn the_documents_are_full_of_commands() {
    let all: usize = all().iter().map(|path| commands(path)).sum();
    assert!(80 < all, "{all}");
}

/// How many commands of a document are run.
fn commands(path: &str) -> usize {
    let run = |step: &Step| match step {
        Step::Type { commands, .. } => commands.iter().filter(|command| is_run(command)).count(),
        Step::Start(_) => 1,
        Step::Mention(command) => usize::from(is_run(command) && !command.starts_with(STARTS_A_SERVER)),
        Step::Save { .. } => 0,
    };
    steps(&read(path)).iter().map(run).sum()
}

/// The READMEs, and every page below `docs/`.
fn all() -> Vec<String> {
    let mut paths = vec!["README.md".to_owned(), "README.zh-CN.md".to_owned()];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(top().join(&folder)).expect("a folder") {
            let path = folder.join(entry.expect("it can be read").file_name());
            if top().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path.display().to_string());
            }
        }
    }
    paths
}

fn read(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).expect("it is there")
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
