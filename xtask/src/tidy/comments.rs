//! How comments are set and what they cite: rustfmt wraps code and leaves comments alone.

use super::{Finding, Rule, Tree, known};

/// The widest that a line with nothing but a comment may be: as wide as rustfmt makes code.
const COLUMNS_MAX: usize = 120;
/// A line so short that the next line's first word would have fitted was cut by an edit, unless a sentence ends there.
const STUMP_COLUMNS_MAX: usize = 100;
/// Where a sentence, or a part of one, ends.
const ENDS: [char; 7] = ['.', ':', ';', '!', '?', '…', ','];
/// Documents that are not in the repository; in two parts, so that this file cites none.
const ELSEWHERE: [(&str, &str); 8] = [
    ("DECI", "SIONS"),
    ("PROTO", "COL"),
    ("DES", "IGN"),
    ("COM", "MON"),
    ("DO", "MAIN"),
    ("AMBI", "GUITIES"),
    ("LAY", "OUT"),
    ("STY", "LE"),
];

pub(super) static RULES: [Rule; 3] = [
    Rule {
        broken: "a comment wider than 120 columns",
        instead: "wrap it; a table or a command that cannot be wrapped belongs into a document",
        find: widths,
    },
    Rule {
        broken: "a comment's line that an edit has cut short",
        instead: "wrap the paragraph again, up to 120 columns",
        find: stumps,
    },
    Rule {
        broken: "a comment cites what is not there",
        instead: "cite a document of this repository, and its heading in quotes: `docs/decisions.md`, \"Retry schedule\"",
        find: citations,
    },
];

/// A line that is a comment from its first mark on.
struct Comment<'a> {
    /// Its place in the file, from 0.
    line: usize,
    /// Blanks and `//`, `///` or `//!`.
    mark: &'a str,
    text: &'a str,
}

/// The Rust files whose comments are held to the rules.
fn sources(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.ending(&[".rs"]).filter(|(path, _)| !known::COMMENTS.iter().any(|folder| path.starts_with(folder)))
}

/// The comments of a Rust file, in runs of neighbouring lines with one mark.
fn comments(text: &str) -> Vec<Vec<Comment<'_>>> {
    let mut runs: Vec<Vec<Comment<'_>>> = Vec::new();
    for (line, whole) in text.lines().enumerate() {
        let indent = whole.len() - whole.trim_start().len();
        let slashes = whole[indent..].len() - whole[indent..].trim_start_matches('/').len();
        if slashes < 2 {
            continue;
        }
        let end = indent + slashes + usize::from(whole[indent + slashes..].starts_with('!'));
        let comment = Comment { line, mark: &whole[..end], text: whole[end..].trim_end() };
        match runs
            .last_mut()
            .filter(|run| run.last().is_some_and(|last| last.line + 1 == line && last.mark == comment.mark))
        {
            Some(run) => run.push(comment),
            None => runs.push(vec![comment]),
        }
    }
    runs
}

fn widths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in sources(tree) {
        for comment in comments(text).into_iter().flatten() {
            let columns = comment.mark.chars().count() + comment.text.chars().count();
            if COLUMNS_MAX < columns {
                findings.push(Finding::line(path, comment.line, format!("{columns} columns")));
            }
        }
    }
    findings
}

fn stumps(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in sources(tree) {
        for run in comments(text) {
            let mut fenced = false;
            for pair in run.windows(2) {
                fenced ^= pair[0].text.trim_start().starts_with("```");
                let columns = pair[0].mark.chars().count() + pair[0].text.chars().count();
                let first = pair[1].text.split_whitespace().next().unwrap_or_default();
                let fits = columns + 1 + first.chars().count() <= COLUMNS_MAX;
                let ended = pair[0].text.trim_end_matches(['"', '`', '*', ')', ']']).ends_with(ENDS);
                if columns <= STUMP_COLUMNS_MAX
                    && fits
                    && !fenced
                    && !ended
                    && pair.iter().all(|comment| is_prose(comment.text))
                    && !begins_anew(pair[1].text)
                {
                    findings.push(Finding::line(path, pair[0].line, format!("`{first}` would have fitted")));
                }
            }
        }
    }
    findings
}

/// Not an empty line, a heading, a table, code or a fence.
fn is_prose(text: &str) -> bool {
    let text = text.strip_prefix(' ').unwrap_or(text);
    let is_code = text.starts_with("    ") || text.trim_start().starts_with("```");
    !text.is_empty() && !text.starts_with(['#', '|']) && !is_code
}

/// Whether a line begins an item of a list.
fn begins_anew(text: &str) -> bool {
    let text = text.trim_start();
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    text.starts_with("- ") || text.starts_with("* ") || number.len() < text.len() && number.starts_with(". ")
}

fn citations(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let elsewhere = ELSEWHERE.map(|(begin, end)| [begin, end].concat());
    for (path, text) in sources(tree) {
        for run in comments(text) {
            // A citation may be wrapped, so the lines are read as one, each with where it begins.
            let mut whole = String::new();
            let mut begins = Vec::new();
            for comment in &run {
                begins.push((whole.len(), comment.line));
                whole += comment.text.trim();
                whole.push(' ');
            }
            let line = |at: usize| begins.iter().rfind(|(begin, _)| *begin <= at).map_or(0, |(_, line)| *line);
            for word in
                words(&whole).filter(|(_, word)| elsewhere.iter().any(|name| word.trim_end_matches(".md") == name))
            {
                findings.push(Finding::line(path, line(word.0), word.1));
            }
            for (at, word) in
                words(&whole).filter(|(_, word)| word.ends_with(".md") && word.contains('/') && !word.starts_with('.'))
            {
                findings.extend(
                    missing(tree, word, &whole[at + word.len()..]).map(|what| Finding::line(path, line(at), what)),
                );
            }
        }
    }
    findings
}

/// The words of a text that may be a document's name, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_ascii_alphanumeric() || "_-./<>*".contains(c);
    let words = text.split(move |c| !part(c)).map(|word| word.trim_end_matches('.'));
    words.filter(|word| !word.is_empty()).map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// What of a citation is not there: the document, or the heading that follows it in quotes.
fn missing(tree: &Tree, document: &str, behind: &str) -> Option<String> {
    if document.contains(['<', '*']) {
        return None;
    }
    let end = format!("/{document}");
    let Some((_, text)) = tree.files().find(|(path, _)| *path == document || path.ends_with(&end)) else {
        return Some(document.to_owned());
    };
    let heading = behind.trim_start_matches('`').strip_prefix(", \"").and_then(|rest| rest.split_once('"'));
    match heading {
        Some((heading, _)) => {
            let mut headings = text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
            let found = headings.any(|line| line.trim() == heading) && text.contains('#');
            (!found).then(|| format!("{document}, {heading:?}"))
        }
        None => document.ends_with("decisions.md").then(|| format!("{document} without a heading")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn comments_are_as_wide_as_code() {
        let wide = format!("let a = \"{}\";\n    //! {}\n/// {}é\n", "x".repeat(200), "b".repeat(113), "c".repeat(115));
        check("a comment wider than 120 columns", &[("a.rs", &wide), ("b.md", &wide)], &["a.rs:2: 121 columns"]);
    }

    #[test]
    fn a_stump_is_a_line_that_the_next_word_would_have_filled() {
        let whole = format!("/// {}", "word ".repeat(21));
        let text = [
            "/// Cut",
            "/// here.",
            "/// A sentence ends.",
            "/// So another begins:",
            "///",
            "/// - an item",
            "/// - another",
            "///",
            "/// | a table",
            "/// | of rows",
            "/// ```text",
            "/// code",
            "/// code",
            "/// ```",
            "fn f() {}",
            "// alone",
            "let a = 1; // and behind code",
            &whole,
            "/// long-enough-not-to-have-fitted",
        ];
        check(
            "a comment's line that an edit has cut short",
            &[("a.rs", &text.join("\n"))],
            &["a.rs:1: `here.` would have fitted"],
        );
    }

    #[test]
    fn a_citation_names_a_heading_that_is_there() {
        let cites = ["DECI", "SIONS.md"].concat();
        let text = [
            "//! `docs/a.md`, \"One heading\"; docs/a.md, \"Two",
            "//! words\"; see docs/a.md.",
            "/// `docs/a.md`, \"Gone\".",
            &format!("/// {cites} 2."),
            "fn f() { \"docs/gone.md\" }",
            "// docs/gone.md, `docs/api/<method>.md`, `docs/decisions.md`.",
        ];
        let text = text.join("\n");
        let files = [
            ("a.rs", text.as_str()),
            ("docs/a.md", "# One heading\n\n### Two words\n\nGone\n"),
            ("docs/decisions.md", ""),
        ];
        check(
            "a comment cites what is not there",
            &files,
            &[
                &format!("a.rs:4: {cites}"),
                "a.rs:3: docs/a.md, \"Gone\"",
                "a.rs:6: docs/gone.md",
                "a.rs:6: docs/decisions.md without a heading",
            ],
        );
    }
}
