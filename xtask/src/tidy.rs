//! The house rules, as tests: what a reviewer would otherwise have to see, and what to do instead.
//!
//! Run by `cargo xtask tidy` and by plain `cargo test`. A rule reads a [`Tree`], the text files of the repository, so
//! each is tried here on little made-up trees too.

mod comments;
mod documents;
mod floors;
mod imports;
mod known;
mod links;
mod methods;
mod modules;
mod rooms;
mod sources;
mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, ExitCode};

use crate::process::{output, root};

/// One rule of the house.
struct Rule {
    /// What is wrong when it is broken.
    broken: &'static str,
    /// What to do about it.
    instead: &'static str,
    find: fn(&Tree) -> Vec<Finding>,
}

/// Every rule, in the order in which they are told.
static RULES: [&[Rule]; 8] = [
    &rooms::RULES,
    &floors::RULES,
    &imports::RULES,
    &sources::RULES,
    &comments::RULES,
    &methods::RULES,
    &documents::RULES,
    &links::RULES,
];

/// A place where a rule is broken: a path with its line where it has one, and what stands there.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    place: String,
    what: String,
}

impl Finding {
    fn file(path: &str, what: impl Into<String>) -> Finding {
        Finding { place: path.to_owned(), what: what.into() }
    }

    /// `line` counts from 0.
    fn line(path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding { place: format!("{path}:{}", line + 1), what: what.into() }
    }
}

/// The repository's text files: path from its top, and content.
struct Tree(BTreeMap<String, String>);

impl Tree {
    /// What git tracks or would track; what is no text is empty.
    fn read() -> Result<Tree, String> {
        let mut git = Command::new("git");
        git.current_dir(root()).args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]);
        let list = output(git.arg("--exclude-standard")).ok_or("git cannot list the repository's files")?;
        let read = |path: &str| {
            let bytes = fs::read(root().join(path)).ok()?;
            Some((path.to_owned(), String::from_utf8(bytes).unwrap_or_default()))
        };
        Ok(Tree(list.split_terminator('\0').filter_map(read).collect()))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files with one of these endings, as `.rs`.
    fn ending(&self, endings: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| endings.iter().any(|ending| path.ends_with(ending)))
    }
}

/// Tells every broken rule.
pub(crate) fn tidy() -> Result<ExitCode, String> {
    let complaints = complaints(&Tree::read()?);
    if complaints.is_empty() {
        println!("{} house rules hold", RULES.iter().map(|rules| rules.len()).sum::<usize>());
        return Ok(ExitCode::SUCCESS);
    }
    eprint!("{complaints}");
    Ok(ExitCode::FAILURE)
}

fn complaints(tree: &Tree) -> String {
    let mut text = String::new();
    for rule in RULES.into_iter().flatten() {
        let findings = (rule.find)(tree);
        if !findings.is_empty() {
            let list: String = findings.iter().map(|Finding { place, what }| format!("  {place}: {what}\n")).collect();
            text += &format!("{}\n{list}  instead: {}\n\n", rule.broken, rule.instead);
        }
    }
    text
}

/// Applies one rule, told by what is wrong when it is broken, to a made-up tree.
#[cfg(test)]
#[track_caller]
fn check(broken: &str, files: &[(&str, &str)], expect: &[&str]) {
    let rule = RULES.into_iter().flatten().find(|rule| rule.broken == broken).expect("a rule of this name");
    let tree = Tree(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
    let found: Vec<String> =
        (rule.find)(&tree).iter().map(|found| format!("{}: {}", found.place, found.what)).collect();
    assert_eq!(found, expect);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let complaints = complaints(&Tree::read().expect("git knows this repository"));
        assert!(complaints.is_empty(), "\n\n{complaints}");
    }
}
