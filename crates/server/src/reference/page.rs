//! The page of one method, in Markdown.

use super::cases::{Case, Cases, node_name};
use crate::biz::{Member, Shape};
use crate::methods::{AnswerForm, Entry, FieldPlace};
use serde_json::Value;
use std::fmt::Write;

/// Says at the top of a page that it is made.
pub const MADE: &str = "<!-- Made by a test of crates/server/src/reference; edit what the method declares instead. -->";

/// How the refusal of a wrong field begins, and what it says.
const BY_NAME: (&str, &str) = (
    "参数有误: ",
    "A field is missing, too long, of another type or none of its choices, or it contradicts another. The text names the \
     field and says why; more may follow.",
);
/// The same where fields are refused by their Chinese names.
const BY_TITLE: (&str, &str) = (
    "参数有误REQUEST_PARAM_ILLEGAL|异常原因:请求参数非法|",
    "A field is missing, too long, of another type or none of its choices. The text calls the field by its Chinese name and \
     does not say why: `面额(amount)为空或格式错误`. Amounts, times and rules that can be read and are not allowed have \
     texts of their own behind the first `参数有误`.",
);

/// The page: `prose` is the documentation of the method's file.
pub fn page(entry: &Entry, prose: &str, cases: &Cases) -> String {
    let Entry { name, writes, fields, fields_in, answer, answers, refusals, invalid, .. } = entry;
    let kind = if *writes { "It changes something." } else { "It only reads." };
    let (about, repeats) = prose.split_once("# Repeats\n").unwrap_or_else(|| panic!("{name}: no section Repeats"));
    let mut page = format!("{MADE}\n\n# {name}\n\n{}\n\n", paragraphs(about));
    let (path, verbs) = (wire::v3::path_of(name), if *writes { "POST" } else { "POST` or `GET" });
    let doors = format!("Called through the gateway, `/gateway.do`, or as `{verbs} {path}`, with a signature. {kind}");
    add(&mut page, format_args!("{}\n", wrapped(&doors)));
    add(&mut page, format_args!("\n## Repeats\n\n{}\n", paragraphs(repeats)));
    page += "\n## Request\n\n";
    if fields.is_empty() {
        page += "The method has no fields: `biz_content` may be left out.\n";
    } else {
        page += match fields_in {
            FieldPlace::BizContent => "The members of `biz_content`:\n\n",
            FieldPlace::Parameters => {
                "Parameters of the call itself, beside `app_id` and `method`, not in `biz_content`:\n\n"
            }
        };
        page += &table(fields, "required");
    }
    let beside = match answers {
        AnswerForm::Coded => "beside `code` and `msg`",
        AnswerForm::Bare => "which has neither `code` nor `msg` unless the call is refused",
    };
    add(&mut page, format_args!("\n## Answer\n\nThe members of `{}`, {beside}", node_name(name)));
    if answer.is_empty() {
        page += ": none.\n";
    } else {
        page += ":\n\n";
        page += &table(answer, "always there");
    }
    let success = cases.success(name).unwrap_or_else(|| panic!("{name}: no case succeeds"));
    add(&mut page, format_args!("\n### Example: {}\n\n", success.case));
    page += "A name in braces stands for a value that a test filled in or was given.\n\n";
    page += &example(success, cases, entry, "");
    page += "\n## Refusals\n\nBeside those of the gateway and of the caller's permissions, which every method has: see errors.md.\n";
    page = page.replace("see errors.md", "see [errors](../errors.md)");
    if !fields.is_empty() {
        let is_titled = fields.iter().any(|member| member.title.is_some());
        let (start, meaning) = if is_titled { BY_TITLE } else { BY_NAME };
        add(&mut page, format_args!("\n### 40004 `{invalid}` {start}…\n\n{}\n", wrapped(meaning)));
        if let Some(case) = cases.refusal(name, invalid, start) {
            let text = case.words().unwrap_or_default();
            let known = text.starts_with(start) && (is_titled || text.split(' ').count() > 2);
            let text = if known {
                text.to_owned()
            } else {
                format!("{} …", text.replacen("参数有误 ", "参数有误: ", 1))
            };
            page += &format!("\nExample: {}\n\n{}", case.case, example(case, cases, entry, &text));
        }
    }
    for code in *refusals {
        let about = wrapped(&format!("{} **What to do:** {}", code.meaning.trim(), code.remedy));
        add(&mut page, format_args!("\n### 40004 `{}` {}\n\n{about}\n", code.name, code.text));
        if let Some(case) = cases.refusal(name, code.name, code.text) {
            let text = case.words().filter(|words| words.starts_with(code.text)).unwrap_or(code.text);
            page += &format!("\nExample: {}\n\n{}", case.case, example(case, cases, entry, text));
        }
    }
    page
}

/// Adds text; nothing can go wrong with a String.
fn add(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a String takes any text");
}

/// Text in lines of at most 120 characters.
pub fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("one at least");
        match last.chars().count() + 1 + word.chars().count() {
            _ if last.is_empty() => *last = word.to_owned(),
            ..=120 => *last = format!("{last} {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// Paragraphs, each wrapped.
fn paragraphs(text: &str) -> String {
    text.trim().split("\n\n").map(wrapped).collect::<Vec<_>>().join("\n\n")
}

/// A case's request and its answer.
fn example(case: &Case, cases: &Cases, entry: &Entry, text: &str) -> String {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON serialises");
    let parameters: String = case.parameters().map(|(name, value)| format!("{name}={value}\n")).collect();
    let request = match case.request() {
        _ if !parameters.is_empty() => format!("```text\n{parameters}```\n\n"),
        Value::Object(members) if members.is_empty() => String::new(),
        request => format!("```json\n{}\n```\n\n", pretty(&request)),
    };
    format!("{request}```json\n{}\n```\n", pretty(&cases.answer(case, entry, text)))
}

/// A table of members, those inside others by their paths.
fn table(members: &[Member], required: &str) -> String {
    let mut table = format!("| field | type | bounds | {required} | meaning |\n| --- | --- | --- | --- | --- |\n");
    rows(members, "", &mut table);
    table
}

fn rows(members: &[Member], before: &str, table: &mut String) {
    for Member { name, required, meaning, shape, .. } in members {
        let path = format!("{before}{name}{}", "[]".repeat(lists(shape)));
        let required = if *required { "yes" } else { "no" };
        let (kind, bounds) = (kind(shape), bounds(shape).join("; "));
        let meaning = format!("{}{}", meaning.trim(), choices(shape));
        let cells = [format!("`{path}`"), kind, bounds, required.to_owned(), meaning];
        add(table, format_args!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")));
        rows(shape.members(), &format!("{path}."), table);
    }
}

/// How many lists are around what the field is about.
fn lists(shape: &Shape) -> usize {
    match shape {
        Shape::List { of, .. } => 1 + lists(of),
        Shape::Json { of, .. } => lists(of),
        _ => 0,
    }
}

/// The type, as the protocol calls it.
fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Text(_) | Shape::Form(_) | Shape::Choices(_) => "String".to_owned(),
        Shape::Integer(_) | Shape::Count => "Integer".to_owned(),
        Shape::Amount(_) => "Price".to_owned(),
        Shape::Date => "Date".to_owned(),
        Shape::Flag => "Boolean".to_owned(),
        Shape::File => "File".to_owned(),
        Shape::Object(_) | Shape::Counts => "Object".to_owned(),
        Shape::List { of, .. } => format!("List of {}", kind(of)),
        Shape::Json { of, .. } => format!("String with JSON: {}", kind(of)),
    }
}

fn bounds(shape: &Shape) -> Vec<String> {
    let most = |max: &Option<usize>, what: &str| max.map(|max| format!("at most {max} {what}"));
    match shape {
        Shape::Text(max) | Shape::Amount(max) => most(max, "characters").into_iter().collect(),
        Shape::Form(form) => vec![(*form).to_owned()],
        Shape::Integer(max) => vec![format!("1 to {max}")],
        Shape::Count => vec!["from 0".to_owned()],
        Shape::Date => vec!["`yyyy-MM-dd HH:mm:ss`".to_owned()],
        Shape::List { of, max } => {
            let each = bounds(of).into_iter().map(|bound| format!("each {bound}"));
            most(max, "elements").into_iter().chain(each).collect()
        }
        Shape::Json { of, max } => most(max, "characters").into_iter().chain(bounds(of)).collect(),
        Shape::File | Shape::Flag | Shape::Choices(_) | Shape::Object(_) | Shape::Counts => Vec::new(),
    }
}

fn choices(shape: &Shape) -> String {
    match shape {
        Shape::Choices(choices) => {
            choices.iter().map(|choice| format!(" `{}`: {}", choice.name, choice.meaning.trim())).collect()
        }
        Shape::List { of, .. } | Shape::Json { of, .. } => choices(of),
        _ => String::new(),
    }
}
