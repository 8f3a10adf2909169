//! Compares the pages with what the code says. With `PUNCHCARD_WRITE_DOCS=1` the pages are written instead.

use super::cases::Cases;
use super::{PAGES, errors, page, typescript};
use crate::biz::{Member, Shape};
use crate::methods::{Entry, THE_LIST};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Holds a page against what it should be, or writes it.
fn hold(path: &str, expect: &str) {
    if std::env::var_os("PUNCHCARD_WRITE_DOCS").is_some() {
        std::fs::write(root().join(path), expect).expect("the documents can be written");
        return;
    }
    assert!(
        text(path) == expect,
        "{path} is stale: run `PUNCHCARD_WRITE_DOCS=1 cargo nextest run --workspace -E 'test(/^reference::/)'`"
    );
}

/// The documentation at the top of a method's file, its name taken off.
fn prose(sources: &[String], method: &str) -> String {
    let start = format!("//! `{method}`: ");
    let source = sources.iter().find(|text| text.starts_with(&start));
    let source = source.unwrap_or_else(|| panic!("no file begins with {start}"));
    let lines =
        source.lines().map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.strip_prefix(&start["//! ".len()..]).expect("it begins so").to_owned();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn sources(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![std::fs::read_to_string(&path).expect("a source")],
        })
        .collect()
}

#[test]
fn pages_say_what_the_code_says() {
    let (cases, sources) = (Cases::read(), sources(&root().join("crates/server/src/methods")));
    for entry in THE_LIST {
        hold(&format!("docs/api/{}.md", entry.name), &page::page(entry, &prose(&sources, entry.name), &cases));
    }
    let listed: BTreeSet<_> = THE_LIST.iter().map(|entry| entry.name).collect();
    let printed: BTreeSet<_> = PAGES.iter().map(|(name, _)| *name).collect();
    assert_eq!(printed, listed, "each method has its page in crates/server/src/reference.rs");
}

#[test]
fn the_list_of_pages_is_whole() {
    let products: [(&str, &[&str]); 10] = [
        ("Activities", &["koubei.marketing.campaign.activity."]),
        ("Authorisation", &["alipay.open.auth.", "alipay.system."]),
        ("Cash vouchers", &["alipay.marketing.", "ant.merchant.expand.merchant."]),
        ("Certificates", &["alipay.open.app."]),
        ("Crowds", &["koubei.marketing.campaign.crowd."]),
        ("Crowd groups", &["koubei.catering.crowdgroup."]),
        ("Pictures", &["alipay.offline."]),
        ("Points and prizes", &["koubei.marketing.tool."]),
        ("Tags", &["koubei.marketing.campaign.tags."]),
        ("Trades", &["alipay.trade."]),
    ];
    let sources = sources(&root().join("crates/server/src/methods"));
    let mut list = format!(
        "{}\n\n# Methods\n\nA page for each method that Punchcard answers. `punchcard methods NAME` prints the same page, and\n\
         `punchcard methods --json` the same facts for programs. What all methods share is in\n\
         [decisions](../decisions.md); what the gateway refuses, in [errors](../errors.md).\n",
        page::MADE
    );
    let mut found = 0;
    for (product, prefixes) in products {
        let is_its = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let mut names: Vec<_> = THE_LIST.iter().map(|entry| entry.name).filter(is_its).collect();
        names.sort_unstable();
        found += names.len();
        let line = |name: &&str| {
            let about = prose(&sources, name).split("\n\n").next().unwrap_or_default().replace('\n', " ");
            format!("- [`{name}`]({name}.md): {}{}\n", about[..1].to_lowercase(), &about[1..])
        };
        list += &format!("\n## {product}\n\n{}", names.iter().map(line).collect::<String>());
    }
    assert_eq!(found, THE_LIST.len(), "a method of another product");
    hold("docs/api/README.md", &list);
}

#[test]
fn console_types_are_what_the_list_says() {
    hold("console/app/api/generated.ts", &typescript::file());
}

#[test]
fn every_error_is_explained() {
    let written = text("docs/errors.md");
    assert_eq!(errors::explained(&written), errors::answered(&root().join("crates")), "docs/errors.md, the gateway's");
    hold("docs/errors.md", &errors::page(&written));
}

#[test]
fn every_cause_of_a_refused_signature_is_explained() {
    let written = text("docs/signatures.md");
    let rows = written.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
    let explained: BTreeSet<_> = rows.flat_map(|(causes, _)| causes.split(['`', ',', ' '])).collect();
    let known: BTreeSet<_> = wire::diagnosis::Cause::ALL.iter().map(|cause| cause.name()).collect();
    assert!(known.is_subset(&explained), "{:?}", known.difference(&explained));
}

/// What `value` has and the members say nothing of, or the other way round.
fn differences(value: &Value, shape: &Shape, at: &str, found: &mut Vec<String>) {
    match (value, shape) {
        (value, Shape::Json { of, .. }) => {
            let read = value.as_str().and_then(|text| serde_json::from_str(text).ok());
            if !is_placeholder(value) {
                differences(read.as_ref().unwrap_or(value), of, at, found);
            }
        }
        (Value::Object(members), Shape::Object(known)) => {
            for (name, value) in members {
                match known.iter().find(|member| member.name == name) {
                    Some(Member { shape, .. }) => differences(value, shape, &format!("{at}.{name}"), found),
                    None => found.push(format!("{at}.{name} is not declared")),
                }
            }
            let missing = known.iter().filter(|member| member.required && !members.contains_key(member.name));
            found.extend(missing.map(|member| format!("{at}.{} is missing", member.name)));
        }
        (Value::Array(elements), Shape::List { of, .. }) => {
            elements.iter().for_each(|element| differences(element, of, &format!("{at}[]"), found));
        }
        (Value::Object(_), Shape::Counts) => {}
        (Value::Object(_) | Value::Array(_), _) => found.push(format!("{at} is {shape:?}")),
        (_, Shape::Object(_) | Shape::List { .. }) if !is_placeholder(value) => found.push(format!("{at} is {value}")),
        _ => {}
    }
}

/// `{name}` in the cases: whatever comes.
fn is_placeholder(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('{') && text.ends_with('}') && !text.contains('"'))
}

#[test]
fn answers_that_sdks_got_are_as_declared() {
    let cases = Cases::read();
    let mut found = Vec::new();
    for entry in THE_LIST {
        for case in cases.of(entry.name) {
            if let Some(answer) = &case.answer {
                let at = format!("{} ({}): ", entry.name, case.case);
                differences(&Value::Object(answer.clone()), &Shape::Object(entry.answer), &at, &mut found);
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn refusals_that_sdks_got_are_as_declared() {
    let cases = Cases::read();
    let is_declared = |entry: &Entry, refused: &str| {
        let mut parts = refused.splitn(3, ' ');
        let (code, sub_code) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let words = parts.next().unwrap_or_default();
        let said = |text: &str| words.starts_with(text) || words.split(' ').all(|word| text.contains(word));
        code != "40004"
            || sub_code == entry.invalid
            || entry.refusals.iter().any(|code| code.name == sub_code && said(code.text))
    };
    for entry in THE_LIST {
        for case in cases.of(entry.name) {
            let refused = case.refused.as_deref();
            assert!(refused.is_none_or(|refused| is_declared(entry, refused)), "{}: {refused:?}", entry.name);
        }
    }
}
