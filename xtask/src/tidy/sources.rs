//! What no source file holds: the ambient clock, drawers, and things left for later.

use std::path::Path;

use super::{Finding, Rule, Tree};

/// Files with code in them, where a mark of unfinished work would be one.
const CODE: [&str; 11] = [".rs", ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".sql", ".sh", ".ci/run", "/run"];
/// Whose `now` is the ambient clock. Monotonic time (`Instant`) is none: it tells how long, not when.
const CLOCKS: [&str; 5] = ["SystemTime", "Timestamp", "Zoned", "Utc", "Local"];
/// The one place that reads it.
const APP: &str = "crates/server/src/app";
/// Files named by the kind of code, in which anything can be put.
const DRAWERS: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "misc", "types"];
/// Marks of unfinished work; written so that they are none here.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

pub(super) static RULES: [Rule; 4] = [
    Rule {
        broken: "the ambient clock is read",
        instead: "take `now` as a parameter; crates/server/src/app.rs reads the clock once, at the door",
        find: clocks,
    },
    Rule {
        broken: "a drawer",
        instead: "name the file by the thing it holds; what fits no name belongs to its only user",
        find: drawers,
    },
    Rule {
        broken: "a test that is never run",
        instead: "assert today's answer and say in a comment why it is wrong",
        find: ignored,
    },
    Rule {
        broken: "something is left for later",
        instead: "finish it, or file an issue and leave no mark in the code",
        find: unfinished,
    },
];

fn clocks(tree: &Tree) -> Vec<Finding> {
    let calls = CLOCKS.map(|clock| format!("{clock}::now"));
    let elsewhere = tree.ending(&[".rs"]).filter(|(path, _)| !path.starts_with(APP));
    lines(elsewhere, |line| {
        let code = line.split("//").next().unwrap_or_default();
        calls.iter().find(|call| contains_word(code, call)).cloned()
    })
}

fn drawers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, _) in tree.ending(&[".rs"]) {
        let parts = Path::new(path).with_extension("");
        if let Some(drawer) = parts.iter().find_map(|part| DRAWERS.iter().find(|drawer| part == **drawer)) {
            findings.push(Finding::file(path, format!("`{drawer}` holds anything")));
        }
    }
    findings
}

fn ignored(tree: &Tree) -> Vec<Finding> {
    lines(tree.ending(&[".rs"]), |line| {
        let mark = concat!("#[ig", "nore");
        line.trim_start().starts_with(mark).then(|| line.trim().to_owned())
    })
}

fn unfinished(tree: &Tree) -> Vec<Finding> {
    let code = tree.ending(&CODE).filter(|(path, _)| !path.contains("/vectors/"));
    lines(code, |line| UNFINISHED.iter().find(|mark| contains_word(line, mark)).map(|_| line.trim().to_owned()))
}

/// The lines in which `find` finds something.
fn lines<'a>(files: impl Iterator<Item = (&'a str, &'a str)>, find: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files {
        let found = text.lines().enumerate().filter_map(|(at, line)| Some(Finding::line(path, at, find(line)?)));
        findings.extend(found);
    }
    findings
}

/// Whether `word` stands in `text`, and not as part of a longer one.
fn contains_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(joins) && !text[at + word.len()..].chars().next().is_some_and(joins)
    })
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn only_app_reads_the_clock() {
        let text =
            ["let a = ", "Timestamp", "::now();\n// ", "Utc", "::now() is forbidden\nlet b = MyUtc::now();\n"].concat();
        let paths = ["crates/server/src/app.rs", "crates/server/src/app/clock.rs", "crates/store/src/idempotency.rs"];
        let expect = ["crates/store/src/idempotency.rs:1: ", "Timestamp", "::now"].concat();
        check("the ambient clock is read", &paths.map(|path| (path, text.as_str())), &[&expect]);
    }

    #[test]
    fn drawers_are_files_and_folders_of_rust() {
        let paths = ["a/src/utils.rs", "a/src/misc/coin.rs", "a/src/commonwealth.rs", "web/types.ts"];
        check(
            "a drawer",
            &paths.map(|path| (path, "")),
            &["a/src/misc/coin.rs: `misc` holds anything", "a/src/utils.rs: `utils` holds anything"],
        );
    }

    #[test]
    fn a_mark_is_a_whole_word_in_code() {
        let text = format!("let {}S = 1;\n# {}: later\n", UNFINISHED[0], UNFINISHED[1]);
        let paths = ["a.py", "b.md", "tests/vectors/c.py"];
        let expect = format!("a.py:2: # {}: later", UNFINISHED[1]);
        check("something is left for later", &paths.map(|path| (path, text.as_str())), &[&expect]);
        let test = ["    #[ig", "nore = \"slow\"]\n"].concat();
        check("a test that is never run", &[("a.rs", &test)], &[&["a.rs:1: #[ig", "nore = \"slow\"]"].concat()]);
    }
}
