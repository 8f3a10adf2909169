//! The documents' links: each leads to a file and a heading that are there, and the book has every document.

use std::collections::BTreeSet;

use super::documents::prose;
use super::{Finding, Rule, Tree};

/// The book's table of contents.
const CONTENTS: &str = "docs/SUMMARY.md";

pub(super) static RULES: [Rule; 2] = [
    Rule {
        broken: "a document's link leads nowhere",
        instead: "name the file from where the document lies, and its heading in small letters with - for blanks",
        find: links,
    },
    Rule { broken: "a document that the book lacks", instead: "add it to docs/SUMMARY.md", find: contents },
];

/// Every link of a document to a file of the repository: line, file and heading.
fn targets<'a>(path: &'a str, text: &'a str) -> impl Iterator<Item = (usize, String, &'a str)> {
    let in_line = |(at, line): (usize, &'a str)| {
        line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(move |link| (at, link))
    };
    let inside = |(_, link): &(usize, &str)| !link.contains(':') && !link.contains(' ');
    prose(text).flat_map(in_line).filter(inside).map(move |(at, link)| {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        (at, if file.is_empty() { path.to_owned() } else { resolved(path, file) }, heading)
    })
}

fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(&[".md"]).filter(|(path, _)| !path.contains("/vectors/")) {
        for (at, file, heading) in targets(path, text) {
            let found = match tree.text(&file) {
                Some(text) => heading.is_empty() || slugs(text).contains(heading),
                None => heading.is_empty() && tree.files().any(|(other, _)| other.starts_with(&format!("{file}/"))),
            };
            if !found {
                let heading = if heading.is_empty() { String::new() } else { format!("#{heading}") };
                findings.push(Finding::line(path, at, format!("{file}{heading}")));
            }
        }
    }
    findings
}

/// The names by which a document's headings are linked to.
fn slugs(text: &str) -> BTreeSet<String> {
    let headings = prose(text)
        .filter_map(|(_, line)| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    let slug = |heading: &str| -> String {
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(slug).collect()
}

/// The path from the repository's top that a link in a document means.
fn resolved(path: &str, link: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn contents(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(CONTENTS) else { return Vec::new() };
    let listed: BTreeSet<String> = targets(CONTENTS, text).map(|(_, file, _)| file).collect();
    let documents = tree.ending(&[".md"]).filter(|(path, _)| path.starts_with("docs/") && *path != CONTENTS);
    let missing = documents.filter(|(path, _)| !listed.contains(*path));
    missing.map(|(path, _)| Finding::file(path, "is in no chapter")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn links_are_followed_from_where_the_document_lies() {
        let a = "# One thing, twice\n[x](b.md) [y](../README.md#top) [z](#one-thing-twice)\n[gone](c.md) ![p](images/p.png)\n\
                 [g](b.md#gone) [web](https://a.b/c.md) [f](../src)\n```\n[code](gone.md)\n```\n";
        let files = [
            ("docs/a.md", a),
            ("docs/b.md", "#no\n"),
            ("README.md", "## Top\n[a](docs/a.md)\n"),
            ("docs/images/p.png", ""),
            ("src/lib.rs", ""),
        ];
        check("a document's link leads nowhere", &files, &["docs/a.md:3: docs/c.md", "docs/a.md:4: docs/b.md#gone"]);
    }

    #[test]
    fn the_book_has_every_document() {
        let files = [
            (super::CONTENTS, "- [A](a.md)\n  - [B](api/b.md)\n"),
            ("docs/a.md", ""),
            ("docs/api/b.md", ""),
            ("docs/api/c.md", ""),
        ];
        check("a document that the book lacks", &files, &["docs/api/c.md: is in no chapter"]);
        check("a document that the book lacks", &files[1..], &[]);
    }
}
