//! docs/errors.md: the gateway's refusals, whose meaning is written there, and those of methods, which are put there.

use super::page::MADE;
use crate::methods::{THE_LIST, refusals};
use std::collections::BTreeSet;
use std::path::Path;

/// A refusal of the gateway, as a row of the page has it: code, `sub_code`, `sub_msg`.
type Row = (String, String, String);

/// The page with the refusals of methods as they are declared, behind what is written by hand.
pub fn page(written: &str) -> String {
    let by_hand = written.split(MADE).next().unwrap_or_default().trim_end();
    let rows: String = refusals::ALL
        .iter()
        .map(|code| {
            let methods = THE_LIST.iter().filter(|entry| entry.refusals.contains(code));
            let links: Vec<_> =
                methods.map(|entry| format!("[`{}`](api/{}.md)", short(entry.name), entry.name)).collect();
            let by = if links.is_empty() { "pages and commands".to_owned() } else { links.join(", ") };
            format!("| `{}` | {} | {} | {} | {by} |\n", code.name, code.text, code.meaning.trim(), code.remedy)
        })
        .collect();
    format!(
        "{by_hand}\n\n{MADE}\n\n| sub_code | sub_msg | when | what to do | answered by |\n\
         | --- | --- | --- | --- | --- |\n{rows}"
    )
}

/// The last parts of a method's name, by which it is known.
fn short(name: &str) -> &str {
    ["alipay.", "koubei.marketing.campaign.", "koubei.marketing.tool."]
        .iter()
        .find_map(|family| name.strip_prefix(family))
        .unwrap_or(name)
}

/// The gateway's refusals that the page explains.
pub fn explained(written: &str) -> BTreeSet<Row> {
    let by_hand = written.split(MADE).next().unwrap_or_default();
    let rows = by_hand.lines().filter_map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let is_code = |cell: &str| cell.len() == 5 && cell.bytes().all(|byte| byte.is_ascii_digit());
        match cells[..] {
            [code, sub_code, sub_msg, _, _] if is_code(code) => {
                Some((code.to_owned(), sub_code.to_owned(), sub_msg.to_owned()))
            }
            _ => None,
        }
    });
    rows.collect()
}

/// The gateway's refusals that the code answers: those of `wire::code` that some source names.
pub fn answered(crates: &Path) -> BTreeSet<Row> {
    let mut sources = String::new();
    let ends = |text: &str| !text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    for folder in ["server/src", "wire/src"] {
        gather(&crates.join(folder), &mut sources);
    }
    let table = std::fs::read_to_string(crates.join("wire/src/code.rs")).expect("a source");
    let names = table.lines().filter_map(|line| {
        let (name, sub_code) = (line.split_whitespace().next()?, line.split('"').nth(1)?);
        let known = wire::code::ALL.iter().find(|rejection| rejection.sub_code == sub_code)?;
        let named = format!("code::{name}");
        sources.match_indices(&named).any(|(at, _)| ends(&sources[at + named.len()..])).then_some(known)
    });
    names
        .map(|rejection| (rejection.code.to_owned(), rejection.sub_code.to_string(), rejection.sub_msg.to_string()))
        .collect()
}

/// The text of all sources in a folder, their unit tests left out.
pub fn gather(folder: &Path, sources: &mut String) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            gather(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            sources.push_str(text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
        }
    }
}
