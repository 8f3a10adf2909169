//! The console's types: `console/app/api/generated.ts`, made from THE LIST as the pages of the reference are.
//!
//! Requests, and answers of merchants' methods, are made from their declarations. An operator's method's answer is made
//! from its type, by what serde writes of it: a member that may be left out is optional, one that may be null says so.

use crate::biz::{Choice, Member, Shape};
use crate::methods::console::OPERATIONS;
use crate::methods::{Doors, Entry, THE_LIST};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// Members that the console's door fills in for a merchant's method that has both, from who is signed in.
const FILLED: [&str; 2] = ["operator_id", "operator_type"];
/// The member of an operator's request that the address of a call says as well.
const PID: &str = "pid";

const HEAD: &str = "\
// Made by a test of crates/server/src/reference from the list of methods; change what a method declares instead.
// PUNCHCARD_WRITE_DOCS=1 cargo nextest run --workspace -E 'test(/^reference::/)'

/** What has no members. */
export type Empty = Record<string, never>;
/** A text that says this in JSON. */
export type Json<T> = string & { readonly of?: T };

/** What a member of a request may hold. */
export interface Limit {
  readonly kind: Kind;
  readonly required?: true;
  /** The most characters of a text or of JSON, the greatest number, the most elements of a list. */
  readonly max?: number;
  readonly form?: string;
  readonly choices?: readonly string[];
  readonly of?: Limit;
  readonly members?: Limits;
}
export interface Limits {
  readonly [member: string]: Limit;
}
export type Kind =
  | 'text'
  | 'form'
  | 'integer'
  | 'amount'
  | 'date'
  | 'file'
  | 'flag'
  | 'count'
  | 'counts'
  | 'choice'
  | 'list'
  | 'object'
  | 'json';

export interface EntryFacts {
  readonly writes: boolean;
  /** The right that an operator needs. */
  readonly need: 'nothing' | 'read' | 'market' | 'money' | 'develop' | 'own';
  /** Whether it is about one merchant: never one of `none`, always one of `required`. */
  readonly pid: 'none' | 'optional' | 'required';
}
";

/// The whole file.
pub fn file() -> String {
    let entries: Vec<_> = THE_LIST.iter().chain(OPERATIONS).filter(|entry| entry.doors.has(Doors::CONSOLE)).collect();
    let mut generator = generator();
    let methods: String = entries
        .iter()
        .map(|entry| {
            let request = object(&asked(entry).map(|member| field(&member, true, 3)).collect::<Vec<_>>(), 2);
            let answer = match entry.schema {
                Some(schema) => of_schema(schema(&mut generator).as_value(), 2),
                None => object(&entry.answer.iter().map(|member| field(member, false, 3)).collect::<Vec<_>>(), 2),
            };
            format!("  '{}': {{\n    request: {request};\n    response: {answer};\n  }};\n", entry.name)
        })
        .collect();
    let shapes: String =
        entries.iter().map(|entry| format!("  '{}': {},\n", entry.name, limits(asked(entry)))).collect();
    let facts: String = entries.iter().map(|entry| format!("  '{}': {},\n", entry.name, facts(entry))).collect();
    format!(
        "{HEAD}\nexport interface Methods {{\n{methods}}}\n{}\n\
         /** The limits of each request, for forms. */\n\
         export const shapes = {{\n{shapes}}} as const satisfies {{ readonly [method in keyof Methods]: Limits }};\n\n\
         export const entries = {{\n{facts}}} as const satisfies {{ readonly [method in keyof Methods]: EntryFacts }};\n",
        definitions(&mut generator)
    )
}

/// What serde writes, not what it reads: a member that reading may go without is always written.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// The members that a request through the console has.
fn asked(entry: &'static Entry) -> impl Iterator<Item = Member> {
    let has = |name: &&str| entry.fields.iter().any(|member| member.name == *name);
    let are_filled = entry.is_merchants() && FILLED.iter().all(has);
    let members = entry.fields.iter().filter(move |member| !(are_filled && FILLED.contains(&member.name)));
    members
        .map(|member| Member { required: member.required && (entry.is_merchants() || member.name != PID), ..*member })
}

fn facts(entry: &Entry) -> String {
    let pid = match entry.fields.iter().find(|member| member.name == PID) {
        _ if entry.is_merchants() => "required",
        Some(pid) if pid.required => "required",
        Some(_) => "optional",
        None => "none",
    };
    let need = entry.need.name();
    format!("{{ writes: {}, need: '{need}', pid: '{pid}' }}", entry.writes)
}

/// The types that answers are made of, by name.
fn definitions(generator: &mut SchemaGenerator) -> String {
    let mut definitions: Vec<_> = generator.take_definitions(true).into_iter().collect();
    definitions.sort_by(|(one, _), (other, _)| one.cmp(other));
    definitions
        .iter()
        .map(|(name, schema)| {
            let twice = name.ends_with(|last: char| last.is_ascii_digit());
            assert!(!twice, "two types of answers have one name: give {name} its own by #[schemars(rename = \"…\")]");
            format!("\n{}export type {name} = {};\n", about(&schema["description"], 0), of_schema(schema, 0))
        })
        .collect()
}

/// `name?: type;` with what it means.
fn field(member: &Member, is_asked: bool, depth: usize) -> String {
    let Member { name, required, meaning, shape, .. } = member;
    let kind = of_shape(shape, is_asked, depth);
    let meaning = about(&Value::from(*meaning), depth);
    line(&meaning, name, *required, &if is_asked && !required { format!("{kind} | undefined") } else { kind }, depth)
}

fn line(about: &str, name: &str, is_always: bool, kind: &str, depth: usize) -> String {
    let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let name = if is_plain { name.to_owned() } else { format!("'{name}'") };
    format!("{about}{}{name}{}: {kind};\n", "  ".repeat(depth), if is_always { "" } else { "?" })
}

/// A documentation comment, on a line of its own.
fn about(text: &Value, depth: usize) -> String {
    match text.as_str().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ").replace("*/", "* /")) {
        Some(text) if !text.is_empty() => format!("{}/** {text} */\n", "  ".repeat(depth)),
        _ => String::new(),
    }
}

fn object(fields: &[String], depth: usize) -> String {
    if fields.is_empty() { "Empty".to_owned() } else { format!("{{\n{}{}}}", fields.concat(), "  ".repeat(depth)) }
}

/// A list; the elements' type stands in brackets where it is one of several.
fn list(of: &str, is_union: bool) -> String {
    if is_union { format!("({of})[]") } else { format!("{of}[]") }
}

fn union(of: impl Iterator<Item = String>) -> String {
    let mut different: Vec<String> = Vec::new();
    of.for_each(|one| different.extend((!different.contains(&one)).then_some(one)));
    different.join(" | ")
}

fn of_shape(shape: &Shape, is_asked: bool, depth: usize) -> String {
    match shape {
        Shape::Text(_) | Shape::Form(_) | Shape::Amount(_) | Shape::Date => "string".to_owned(),
        Shape::Integer(_) if is_asked => "number | string".to_owned(),
        Shape::Integer(_) | Shape::Count => "number".to_owned(),
        Shape::File => "never".to_owned(),
        Shape::Flag => "boolean".to_owned(),
        Shape::Counts => "Record<string, number>".to_owned(),
        Shape::Choices(choices) => union(choices.iter().map(|Choice { name, .. }| format!("'{name}'"))),
        Shape::List { of, .. } => {
            list(&of_shape(of, is_asked, depth), matches!(of, Shape::Choices(_) | Shape::Integer(_)))
        }
        // Whatever members the merchant's data has.
        Shape::Object([]) => "Record<string, unknown>".to_owned(),
        Shape::Object(members) => {
            object(&members.iter().map(|member| field(member, is_asked, depth + 1)).collect::<Vec<_>>(), depth)
        }
        Shape::Json { .. } if is_asked => "string".to_owned(),
        Shape::Json { of, .. } => format!("Json<{}>", of_shape(of, is_asked, depth)),
    }
}

/// What a JSON schema allows, as far as schemars writes it of types with serde's attributes.
fn of_schema(schema: &Value, depth: usize) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let all = |name: &str| schema[name].as_array().filter(|all| !all.is_empty());
    if let Some(any) = all("oneOf").or_else(|| all("anyOf")) {
        return union(any.iter().map(|one| of_schema(one, depth)));
    }
    if let Some(text) = schema["const"].as_str() {
        return format!("'{text}'");
    }
    if let Some(choices) = all("enum") {
        return union(choices.iter().map(|one| one.as_str().map_or("null".to_owned(), |text| format!("'{text}'"))));
    }
    match &schema["type"] {
        Value::Array(types) => union(types.iter().map(|one| {
            let mut alone = schema.clone();
            alone["type"] = one.clone();
            of_schema(&alone, depth)
        })),
        Value::String(kind) => match kind.as_str() {
            "string" => "string".to_owned(),
            "integer" | "number" => "number".to_owned(),
            "boolean" => "boolean".to_owned(),
            "null" => "null".to_owned(),
            "array" => match all("prefixItems") {
                Some(items) => {
                    format!("[{}]", items.iter().map(|one| of_schema(one, depth)).collect::<Vec<_>>().join(", "))
                }
                None => {
                    let items = &schema["items"];
                    let is_union = ["oneOf", "anyOf", "enum"].iter().any(|name| items[name].is_array());
                    list(&of_schema(items, depth), is_union || items["type"].is_array())
                }
            },
            "object" => of_object(schema, depth),
            other => panic!("a schema of type {other}: {schema}"),
        },
        Value::Null => "unknown".to_owned(),
        other => panic!("a schema of type {other}"),
    }
}

fn of_object(schema: &Value, depth: usize) -> String {
    let none = Map::new();
    let members = schema["properties"].as_object().unwrap_or(&none);
    let rest = &schema["additionalProperties"];
    if members.is_empty() && *rest != Value::Bool(false) {
        return format!("Record<string, {}>", of_schema(rest, depth));
    }
    let is_always = |name: &str| {
        schema["required"].as_array().is_some_and(|required| required.iter().any(|one| one.as_str() == Some(name)))
    };
    let field = |(name, member): (&String, &Value)| {
        let about = about(&member["description"], depth + 1);
        line(&about, name, is_always(name), &of_schema(member, depth + 1), depth + 1)
    };
    object(&members.iter().map(field).collect::<Vec<_>>(), depth)
}

/// The limits of members, on one line.
fn limits(members: impl Iterator<Item = Member>) -> String {
    let limits: Vec<_> =
        members.map(|member| format!("{}: {}", member.name, limit(&member.shape, member.required))).collect();
    if limits.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", limits.join(", ")) }
}

fn limit(shape: &Shape, required: bool) -> String {
    let (kind, max) = match shape {
        Shape::Text(max) => ("text", max.map(|max| max as u64)),
        Shape::Form(_) => ("form", None),
        Shape::Integer(max) => ("integer", Some(*max)),
        Shape::Amount(max) => ("amount", max.map(|max| max as u64)),
        Shape::Date => ("date", None),
        Shape::File => ("file", None),
        Shape::Flag => ("flag", None),
        Shape::Count => ("count", None),
        Shape::Counts => ("counts", None),
        Shape::Choices(_) => ("choice", None),
        Shape::List { max, .. } => ("list", max.map(|max| max as u64)),
        Shape::Object(_) => ("object", None),
        Shape::Json { max, .. } => ("json", max.map(|max| max as u64)),
    };
    let mut facts = vec![format!("kind: '{kind}'")];
    facts.extend(required.then(|| "required: true".to_owned()));
    facts.extend(max.map(|max| format!("max: {max}")));
    match shape {
        Shape::Form(form) => facts.push(format!("form: {}", Value::from(*form))),
        Shape::Choices(choices) => {
            let names: Vec<_> = choices.iter().map(|choice| format!("'{}'", choice.name)).collect();
            facts.push(format!("choices: [{}]", names.join(", ")));
        }
        Shape::List { of, .. } | Shape::Json { of, .. } => facts.push(format!("of: {}", limit(of, false))),
        Shape::Object(members) if !members.is_empty() => {
            facts.push(format!("members: {}", limits(members.iter().copied())));
        }
        _ => {}
    }
    format!("{{ {} }}", facts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;
    use serde::Serialize;

    /// One of each of serde's attributes that answers have.
    #[derive(Serialize, JsonSchema)]
    struct Answer {
        /// Always there.
        r#type: String,
        next: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<bool>,
        #[serde(rename = "took-us")]
        took: (u64, String),
        #[serde(flatten)]
        more: More,
        status: Vec<Status>,
        members: Map<String, Value>,
        any: Value,
    }

    #[derive(Serialize, JsonSchema)]
    struct More {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        parts: Vec<Option<Part>>,
    }

    #[derive(Serialize, JsonSchema)]
    struct Part {
        id: usize,
    }

    #[expect(dead_code, reason = "its schema alone is looked at")]
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Valid,
        /// Until then.
        HeldUntil {
            at: String,
        },
    }

    #[test]
    fn an_answer_is_typed_as_serde_writes_it() {
        let mut generator = generator();
        assert_eq!(of_schema(generator.subschema_for::<Vec<Answer>>().as_value(), 0), "Answer[]");
        assert_eq!(of_schema(generator.subschema_for::<usize>().as_value(), 0), "number");
        assert_eq!(of_schema(generator.subschema_for::<()>().as_value(), 0), "null");
        assert_eq!(of_schema(generator.subschema_for::<Answer>().as_value(), 0), "Answer");
        let expect = "
/** One of each of serde's attributes that answers have. */
export type Answer = {
  any: unknown;
  cause?: boolean | null;
  members: Record<string, unknown>;
  next: number | null;
  parts?: (Part | null)[];
  status: Status[];
  'took-us': [number, string];
  /** Always there. */
  type: string;
};

export type Part = {
  id: number;
};

export type Status = 'valid' | {
  held_until: {
    at: string;
  };
};
";
        // The order of members is that of their declaration; which comes first is of no account here.
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&definitions(&mut generator)), sorted(expect));
    }

    #[test]
    fn a_request_has_its_limits() {
        static NAME: Member =
            Member { required: false, shape: Shape::Text(Some(32)), ..Member::text("name", " Its name.") };
        static PART: Shape = Shape::Object(std::slice::from_ref(&NAME));
        static CHOICES: Shape = Shape::Choices(&[Choice { name: "A", meaning: "" }, Choice { name: "B", meaning: "" }]);
        let shape = Shape::List { of: &PART, max: Some(5) };
        let member = Member { shape, ..Member::text("parts", "") };
        let typed = "parts: {\n  /** Its name. */\n  name?: string | undefined;\n}[];\n";
        assert_eq!(field(&member, true, 0), typed);
        let limits = "{ parts: { kind: 'list', required: true, max: 5, of: { kind: 'object', members: { name: { kind: 'text', max: 32 } } } } }";
        assert_eq!(super::limits([member].into_iter()), limits);
        assert_eq!(of_shape(&Shape::List { of: &CHOICES, max: None }, true, 0), "('A' | 'B')[]");
        assert_eq!(limit(&CHOICES, false), "{ kind: 'choice', choices: ['A', 'B'] }");
        assert_eq!(
            of_shape(&Shape::Json { of: &Shape::Object(&[]), max: None }, false, 0),
            "Json<Record<string, unknown>>"
        );
    }
}
