//! The cases that official SDKs run (`tests/sdk/cases.json`), as the examples of the reference.

use crate::biz::{Member, Shape};
use crate::methods::{AnswerForm, Entry};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// All cases, in the order in which they run.
#[derive(Deserialize)]
pub struct Cases {
    /// The text of each `code`.
    msg: BTreeMap<String, String>,
    cases: Vec<Case>,
}

/// One call and what it must be answered.
#[derive(Deserialize)]
pub struct Case {
    /// What the case is about.
    pub case: String,
    /// The method.
    pub call: String,
    /// Members of the request; objects and lists among them are sent as JSON text.
    #[serde(default)]
    send: Map<String, Value>,
    /// Members of the request that are sent as they stand here.
    #[serde(default)]
    plain: Map<String, Value>,
    /// Fields that are parameters of the call itself.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// Files beside them.
    #[serde(default)]
    files: BTreeMap<String, CaseFile>,
    /// The business members of the answer.
    pub answer: Option<Map<String, Value>>,
    /// `code`, `sub_code` and words of the `sub_msg`, joined by blanks.
    pub refused: Option<String>,
}

/// A file of a case.
#[derive(Deserialize)]
struct CaseFile {
    name: String,
}

impl Cases {
    /// Reads the cases.
    pub fn read() -> Cases {
        serde_json::from_str(include_str!("../../tests/sdk/cases.json")).expect("the cases are well-formed")
    }

    /// The cases of a method.
    pub fn of(&self, method: &str) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(move |case| case.call == method)
    }

    /// The case that shows most of a method's answer.
    pub fn success(&self, method: &str) -> Option<&Case> {
        let answers = self.of(method).filter(|case| case.answer.is_some());
        let size = |case: &&Case| case.answer.as_ref().map_or(0, |answer| answer.len() * 1_000 + depth(answer));
        // Of several that show as much, the first.
        answers.collect::<Vec<_>>().into_iter().rev().max_by_key(size)
    }

    /// The first case that is refused so; one that gives the whole text is preferred.
    pub fn refusal(&self, method: &str, sub_code: &str, text: &str) -> Option<&Case> {
        let is_it = |case: &&Case| case.refused.as_deref().is_some_and(|it| it.split(' ').nth(1) == Some(sub_code));
        let mut found = self.of(method).filter(is_it).collect::<Vec<_>>();
        found.sort_by_key(|case| case.words().is_none_or(|words| !words.starts_with(text)));
        found.first().copied()
    }

    /// The answer to a case, as it is on the wire. Its `sub_msg` is `text`.
    pub fn answer(&self, case: &Case, entry: &Entry, text: &str) -> Value {
        let (code, business) = match (&case.answer, &case.refused) {
            (Some(answer), _) => ("10000", written(answer, entry.answer)),
            (None, Some(refused)) => {
                let mut parts = refused.split(' ');
                let (code, sub_code) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                let members = json!({"sub_code": sub_code, "sub_msg": text});
                (code, members.as_object().expect("an object").clone())
            }
            (None, None) => panic!("{}: no answer", case.case),
        };
        let is_bare = entry.answers == AnswerForm::Bare;
        let mut node = Map::new();
        if !is_bare || case.refused.is_some() {
            node.extend([("code".to_owned(), json!(code)), ("msg".to_owned(), json!(self.msg[code]))]);
        }
        node.extend(business);
        json!({node_name(entry.name): node, "sign": "…"})
    }
}

impl Case {
    /// What the case says of the `sub_msg`.
    pub fn words(&self) -> Option<&str> {
        self.refused.as_deref()?.splitn(3, ' ').nth(2)
    }

    /// The fields that are parameters of the call itself, as they are before they are encoded; `@` stands for a file.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let files = self.files.iter().map(|(name, file)| (name.as_str(), format!("@{}", file.name)));
        self.parameters.iter().map(move |(name, value)| (name.as_str(), text(value))).chain(files)
    }

    /// `biz_content`, as it is on the wire.
    pub fn request(&self) -> Value {
        let sent = self.send.iter().map(|(name, value)| match value {
            Value::Array(_) | Value::Object(_) => (name.clone(), Value::from(value.to_string())),
            _ => (name.clone(), value.clone()),
        });
        let plain = self.plain.iter().map(|(name, value)| (name.clone(), value.clone()));
        sent.chain(plain).collect::<Map<_, _>>().into()
    }
}

/// The node of a method's answer.
pub fn node_name(method: &str) -> String {
    wire::node_name(Some(method))
}

/// How many values there are, however deep.
fn depth(members: &Map<String, Value>) -> usize {
    members.values().map(size).sum()
}

fn size(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + depth(members),
        Value::Array(elements) => 1 + elements.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Members as the wire has them, in their order: the cases have JSON texts read already.
fn written(members: &Map<String, Value>, known: &[Member]) -> Map<String, Value> {
    let write = |(name, value): (&String, &Value)| {
        let shape = known.iter().find(|member| member.name == name).map(|member| member.shape);
        let value = match (shape, value) {
            (Some(Shape::Json { .. }), Value::Array(_) | Value::Object(_)) => Value::from(value.to_string()),
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    let mut members: Vec<_> = members.iter().map(write).collect();
    members.sort_by_key(|(name, _)| known.iter().position(|member| member.name == name));
    members.into_iter().collect()
}
