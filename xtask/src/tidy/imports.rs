//! Which file of a crate needs which, and that no files need each other in a circle.
//!
//! An arrow goes from a file to the file that holds what its code names. Only names in code count: `mod`, a re-export
//! (`pub use`) and an import of a module are no arrows, and a path through a re-export leads to where the item stands.
//! Code that only tests compile does not count.
//!
//! A file and the files in its own folder (`trade.rs` and `trade/timing.rs`) are one thing in several files: the parent
//! is made of its children, and its arrows to them do not count. The children's arrows to the parent do. So a child may
//! use what its parent offers, and a parent may call its children; but two children, or two things, may not need each
//! other, be it by way of a parent.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Modules;
use super::{Finding, Rule, Tree, known};

pub(super) static RULES: [Rule; 2] = [
    Rule {
        broken: "files of a crate that import each other in a circle",
        instead: "move what both need into a file of its own below them, or pass it as a value; xtask/src/tidy/imports.rs says \
              what counts",
        find: circles,
    },
    Rule {
        broken: "an exception that nothing needs",
        instead: "delete its line in xtask/src/tidy/known.rs",
        find: unneeded,
    },
];

/// An arrow: from a file to another, with the line in which it is first seen, from 0.
type Arrows<'a> = BTreeMap<(&'a str, &'a str), usize>;

/// Every arrow between the files of the crate whose sources lie in a folder, but those that are [`known`].
pub(super) fn arrows<'a>(tree: &'a Tree, sources: &str) -> Arrows<'a> {
    let mut arrows = all_arrows(tree, sources);
    arrows.retain(|arrow, _| !known::ARROWS.contains(arrow));
    arrows
}

fn unneeded(tree: &Tree) -> Vec<Finding> {
    let crates = crates(tree);
    let needed: BTreeSet<_> = crates.iter().flat_map(|sources| all_arrows(tree, sources).into_keys()).collect();
    let here = |(from, _): &&(&str, &str)| crates.iter().any(|sources| from.starts_with(sources));
    let unneeded = known::ARROWS.iter().filter(here).filter(|arrow| !needed.contains(*arrow));
    unneeded.map(|(from, to)| Finding::file(from, format!("does not need {to}"))).collect()
}

fn all_arrows<'a>(tree: &'a Tree, sources: &str) -> Arrows<'a> {
    let modules = Modules::read(tree, sources);
    let mut arrows = Arrows::new();
    for (path, module) in &modules.by_path {
        let imports = module.imports.iter().map(|(_, import)| import).filter(|import| !import.is_public);
        let named = imports.chain(&module.globs).map(|import| (&import.path, import.line));
        for (named, line) in named.chain(module.mentions.iter().map(|(path, line)| (path, *line))) {
            let Some(target) = modules.target(path, named) else { continue };
            let is_glob = module.globs.iter().any(|glob| glob.path == *named);
            if let Some(holder) = modules.by_path.get(&target.module)
                && holder.file != module.file
                && (!target.is_module || is_glob)
            {
                let first = arrows.entry((module.file, holder.file)).or_insert(line);
                *first = line.min(*first);
            }
        }
    }
    arrows
}

/// The folders that hold a crate's sources.
pub(super) fn crates(tree: &Tree) -> BTreeSet<&str> {
    let roots = tree.files().filter_map(|(path, _)| path.strip_suffix("lib.rs").or(path.strip_suffix("main.rs")));
    roots.filter(|path| path.ends_with("src/")).collect()
}

fn circles(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sources in crates(tree) {
        let mut arrows = arrows(tree, sources);
        arrows.retain(|(from, to), _| !is_child(to, from));
        while let Some(circle) = shortest_circle(&arrows) {
            let names = circle.iter().chain(circle.first()).map(|file| file.strip_prefix(sources).unwrap_or(file));
            let line = arrows.get(&(circle[0], circle[1])).copied().unwrap_or_default();
            findings.push(Finding::line(circle[0], line, names.collect::<Vec<_>>().join(" → ")));
            // One circle of the files that are in it; the next one is among the others.
            arrows.retain(|(from, to), _| !circle.contains(from) || !circle.contains(to));
        }
    }
    findings
}

/// Whether a file lies in the folder of another: `a/b.rs` in that of `a.rs`, everything in that of the crate's root.
fn is_child(file: &str, parent: &str) -> bool {
    let folder =
        parent.trim_end_matches(".rs").trim_end_matches("mod").trim_end_matches("lib").trim_end_matches("main");
    file != parent && file.strip_prefix(folder).is_some_and(|rest| folder.ends_with('/') || rest.starts_with('/'))
}

/// A circle with as few files as any, if there is one.
fn shortest_circle<'a>(arrows: &Arrows<'a>) -> Option<Vec<&'a str>> {
    let files: BTreeSet<&str> = arrows.keys().map(|(from, _)| *from).collect();
    files.into_iter().filter_map(|file| circle_through(arrows, file)).min_by_key(Vec::len)
}

/// The shortest way from a file to itself, its end left out.
fn circle_through<'a>(arrows: &Arrows<'a>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut reached = vec![start];
    while !reached.is_empty() && !before.contains_key(start) {
        let mut next = Vec::new();
        for from in reached {
            for ((_, to), _) in arrows.range((from, "")..).take_while(|((file, _), _)| *file == from) {
                if !before.contains_key(to) {
                    before.insert(to, from);
                    next.push(*to);
                }
            }
        }
        reached = next;
    }
    let mut way = vec![*before.get(start)?];
    while way[way.len() - 1] != start {
        way.push(before[way[way.len() - 1]]);
    }
    way.reverse();
    Some(way)
}

#[cfg(test)]
mod tests {
    use super::super::check;

    const RULE: &str = "files of a crate that import each other in a circle";

    #[test]
    fn a_circle_is_found_however_the_path_is_written() {
        for (a, b) in [
            ("use crate::b::B;", "use crate::a::A;"),
            ("fn f(b: crate::b::B) {}", "use super::a::{self, A as X};"),
            ("use crate::b; fn f() { b::g::<u8>() }", "pub struct B(pub(crate) super::a::A);"),
            ("use super::{b::{B, C}, d};", "fn f() { use crate::a as x; x::A; }"),
            ("use crate::B;", "use crate::c::A;"),
            ("use crate::b::*;", "macro_rules! m { () => { $crate::a::A } }"),
            ("#[macro_export] macro_rules! n { () => { crate::b::B } }", "crate::n!();"),
        ] {
            let files = [
                ("x/src/lib.rs", "mod a; mod b; mod c; mod d; pub use b::B;"),
                ("x/src/a.rs", a),
                ("x/src/b.rs", b),
                ("x/src/c.rs", "pub use super::a::A;"),
                ("x/src/d.rs", ""),
            ];
            check(RULE, &files, &["x/src/a.rs:1: a.rs → b.rs → a.rs"]);
        }
    }

    #[test]
    fn a_circle_of_three_and_one_through_a_parent_are_circles() {
        let files = [
            ("x/src/main.rs", "mod a; mod b; mod c;\nfn main() { a::f(b::B) }"),
            ("x/src/a.rs", "//!\nuse crate::b::B;"),
            ("x/src/b.rs", "use crate::c::inner::D;"),
            ("x/src/c.rs", "mod inner; use super::a::f; fn g() { inner::D }"),
            ("x/src/c/inner.rs", "use super::C; pub struct D;"),
        ];
        check(RULE, &files, &["x/src/a.rs:2: a.rs → b.rs → c/inner.rs → c.rs → a.rs"]);
    }

    #[test]
    fn what_is_no_arrow_makes_no_circle() {
        let files = [
            ("x/src/lib.rs", "pub mod a; mod b; pub use a::A; use a::f; fn g() { f() }"),
            ("x/src/a.rs", "/// [`crate::b::B`]\npub mod c; #[cfg(test)] mod tests { use crate::b::B; }"),
            ("x/src/a/c.rs", "use super::A; const TEXT: &str = \"crate::b::B\";"),
            ("x/src/a/tests.rs", "use crate::b::B;"),
            ("x/src/b.rs", "use crate::A; use serde::a; use ::b::B; pub(in crate::a) struct B;"),
            // A crate of its own: the same names mean other files.
            ("y/src/lib.rs", "pub mod a; pub mod b;"),
            ("y/src/a.rs", "use crate::b::B;"),
            ("y/src/b.rs", "#[cfg(test)]\nmod tests;"),
            ("y/src/b/tests.rs", "use crate::a::A;"),
        ];
        check(RULE, &files, &[]);
    }
}
