//! What a command prints: lines, in which others' texts can do no harm ([`crate::terminal`]), and JSON.
//!
//! Whoever reads may stop to, as `head` does: then the command ends without a word, as programs do that a signal ends.

use crate::terminal;
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// The exit status after a reader that has gone: what a shell sees of a program that SIGPIPE (13) has ended.
const READER_GONE: i32 = 128 + 13;

/// Prints one line, whatever is in it.
pub fn line(text: impl AsRef<str>) {
    print(&terminal::one_line(text.as_ref()));
}

/// Prints lines, one each.
pub fn lines(texts: impl IntoIterator<Item = impl AsRef<str>>) {
    texts.into_iter().for_each(line);
}

/// Prints a text of the program's own that has several lines.
pub fn paragraph(text: &str) {
    lines(text.lines());
}

/// Prints a machine's answer.
pub fn json(value: &impl serde::Serialize) {
    print(&terminal::json(&serde_json::to_string_pretty(value).expect("answers serialise")));
}

/// The same in one line, of several answers.
pub fn json_line(value: &impl serde::Serialize) {
    print(&terminal::json(&serde_json::to_string(value).expect("answers serialise")));
}

/// Prints a command's result: as JSON for machines, or as lines for people.
pub fn result<T: serde::Serialize>(as_json: bool, result: &T, text: impl FnOnce(&T) -> Vec<String>) {
    if as_json { json(result) } else { lines(text(result)) }
}

/// Prints bytes as they are, for programs that want every one of them.
pub fn raw(text: &str) {
    print(text);
}

/// Prints a line for people beside what is printed for machines; nobody need read it.
pub fn note(text: impl AsRef<str>) {
    drop(writeln!(std::io::stderr(), "{}", terminal::one_line(text.as_ref())));
}

/// Prints a line of a process that goes on though nobody reads it.
pub fn announce(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{}", terminal::one_line(text)).and_then(|()| out.flush()));
}

fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(READER_GONE),
        Err(error) => {
            note(format!("punchcard: the result cannot be written: {error}"));
            std::process::exit(1)
        }
    }
}

/// How deep lists and objects stand inside of each other at most in an outline; what is deeper is one line.
const DEPTH_MAX: usize = 12;
/// The names of an outline are padded to this width.
const NAME_WIDTH: usize = 16;
/// More elements of a list of plain values are only counted.
const LISTED_MAX: usize = 8;

/// An object for people: a member a line, what is inside of it below it and further in. Long lists of
/// plain values are cut short.
pub fn outline(members: &serde_json::Map<String, Value>, depth: usize) -> Vec<String> {
    members.iter().flat_map(|(name, value)| entry(name, value, depth)).collect()
}

/// One member of an outline.
pub fn entry(name: &str, value: &Value, depth: usize) -> Vec<String> {
    let indent = "  ".repeat(depth);
    let width = NAME_WIDTH.saturating_sub(indent.len());
    let on_line = |text: &str| vec![format!("{indent}{name:width$} {text}")];
    let below = |inside: Vec<String>| [vec![format!("{indent}{name}")], inside].concat();
    match value {
        _ if DEPTH_MAX <= depth => on_line(&value.to_string()),
        Value::Object(members) if members.is_empty() => on_line("{}"),
        Value::Object(members) => below(outline(members, depth + 1)),
        Value::Array(elements) if elements.iter().all(|element| !element.is_object() && !element.is_array()) => {
            on_line(&plain_list(elements))
        }
        Value::Array(elements) => {
            let numbered = elements
                .iter()
                .zip(1..)
                .flat_map(|(element, number): (_, usize)| entry(&format!("{name} {number}"), element, depth));
            numbered.collect()
        }
        plain => on_line(&plain_text(plain)),
    }
}

fn plain_list(elements: &[Value]) -> String {
    let shown: Vec<String> = elements.iter().take(LISTED_MAX).map(plain_text).collect();
    match elements.len().checked_sub(LISTED_MAX).filter(|&more| 0 < more) {
        Some(more) => format!("{} and {more} more", shown.join(", ")),
        None => shown.join(", "),
    }
}

fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The same JSON with the strings that hold lists or objects unfolded, for reading.
pub fn unfolded(value: Value) -> Value {
    unfolded_to(value, DEPTH_MAX)
}

fn unfolded_to(value: Value, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return value };
    match value {
        Value::String(text) if text.trim_start().starts_with(['[', '{']) => match serde_json::from_str(&text) {
            Ok(inside @ (Value::Array(_) | Value::Object(_))) => unfolded_to(inside, depth),
            _ => Value::String(text),
        },
        Value::Array(elements) => elements.into_iter().map(|element| unfolded_to(element, depth)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, unfolded_to(value, depth)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strings_that_hold_json_are_unfolded() {
        for (folded, expect) in [
            (json!({"a": "{\"b\":\"[1,\\\"{}\\\"]\"}"}), json!({"a": {"b": [1, {}]}})),
            (json!(["[]", " {\"x\":1} "]), json!([[], {"x": 1}])),
            (json!("12"), json!("12")),
            (json!("\"text\""), json!("\"text\"")),
            (json!("[not json"), json!("[not json")),
            (json!({"code": "10000", "n": 1.50}), json!({"code": "10000", "n": 1.50})),
        ] {
            assert_eq!(unfolded(folded), expect);
        }
        // However deep somebody folds, it ends.
        let deep = (0..8).fold(json!("x"), |inside, _| json!([inside.to_string()]));
        assert!(unfolded(deep).is_array());
    }

    #[test]
    fn an_outline_has_a_member_a_line() {
        let shown = json!({
            "name": "n", "flag": true, "nothing": null, "empty": {}, "none": [], "days": ["1", "2"],
            "rule": {"min": "50", "times": [{"from": "a"}, {"from": "b"}]}, "many": (0..10).collect::<Vec<_>>(),
        });
        let lines = outline(shown.as_object().expect("an object"), 0);
        let expect = [
            "name             n",
            "flag             true",
            "nothing          null",
            "empty            {}",
            "none             ",
            "days             1, 2",
            "rule",
            "  min            50",
            "  times 1",
            "    from         a",
            "  times 2",
            "    from         b",
            "many             0, 1, 2, 3, 4, 5, 6, 7 and 2 more",
        ];
        assert_eq!(lines, expect);
    }
}
