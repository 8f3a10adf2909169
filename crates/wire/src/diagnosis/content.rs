//! `biz_content` that was made JSON text twice, in two ways; or that was encrypted after it was signed.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Number, Value};

use super::Diagnosis;
use super::cause::Cause;
use super::subject::Subject;
use super::trial::Trial;

/// How a library writes JSON.
#[derive(Clone, Copy)]
struct Style {
    space: Space,
    ascii: Ascii,
    html: Html,
    slashes: bool,
    sorted: bool,
    numbers: bool,
}

/// Blanks and line breaks between the parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    None,
    /// `{"a": 1, "b": 2}`, as Python writes it.
    AfterBoth,
    /// `{"a": 1,"b": 2}`
    AfterColon,
    /// One member a line, further in by this text; a blank before the colon too where the flag says so.
    Lines(&'static str, bool),
}

/// How characters beyond ASCII are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ascii {
    Raw,
    Lower,
    Upper,
}

/// Which characters of HTML are written as `\u00XX`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Html {
    Raw,
    /// Gson.
    WithQuotes,
    /// Go.
    Brackets,
}

const SPACES: [Space; 7] = [
    Space::None,
    Space::AfterBoth,
    Space::Lines("  ", false),
    Space::Lines("    ", false),
    Space::Lines("\t", false),
    Space::Lines("  ", true),
    Space::AfterColon,
];

/// What is signed when `biz_content` was serialised once for the signature and once for the request.
pub(super) fn rewritten(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let sent = subject.bad.call.get("biz_content")?;
    let text = std::str::from_utf8(sent)
        .ok()
        .map(str::to_owned)
        .or_else(|| subject.bad.terms.charset.decode(sent).map(Cow::into_owned))?;
    let charset = subject.bad.terms.charset;
    let in_call = |text: &str| match std::str::from_utf8(sent) {
        Ok(_) => Some(text.as_bytes().to_vec()),
        Err(_) => charset.encode(text).map(Cow::into_owned),
    };
    let mut known: HashSet<String> = HashSet::from([text.clone()]);
    let mut fits = |variant: String| {
        let bytes = if known.contains(&variant) { None } else { in_call(&variant) };
        known.insert(variant);
        bytes.is_some_and(|bytes| trial.fits(&subject.string_with(b"biz_content", &bytes)))
    };
    let value: Value = serde_json::from_str(&text).ok()?;
    let found = match &value {
        // JSON text as a JSON string: what was signed is the text inside.
        Value::String(inside) => fits(inside.clone()),
        _ => false,
    };
    let quoted = serde_json::to_string(&text).ok()?;
    let found =
        found || fits(quoted) || styles(&text).take_while(|_| !trial.is_spent()).any(|style| fits(style.write(&value)));
    found.then(|| {
        Diagnosis::new(
            Cause::JsonRewritten,
            "biz_content was made JSON text twice, and the two texts differ (in blanks, order, \\u or \\/ escapes, or quotes \
             around it): make it once, sign that text and send the same text",
            "biz_content被序列化了两次，两次的JSON文本不同（空格、顺序、\\u或\\/转义、外层引号等）：\
             请只序列化一次，签名与发送使用同一文本",
        )
    })
}

/// Signed in clear, sent as a cipher: with `encrypt_type` in the string or without it.
pub(super) fn encrypted_later(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let cipher = std::str::from_utf8(subject.bad.call.get("biz_content")?).ok()?;
    let content = subject.content_key?.decrypt(cipher)?;
    let mut params = subject.params().clone();
    params.insert(b"biz_content".to_vec(), content);
    let with = crate::canonical::string_to_sign(&params, crate::canonical::Leave::Empty);
    params.remove(&b"encrypt_type"[..]);
    let without = crate::canonical::string_to_sign(&params, crate::canonical::Leave::Empty);
    (trial.fits(&with) || trial.fits(&without)).then(|| {
        Diagnosis::new(
            Cause::SignedBeforeEncryption,
            "biz_content was signed in clear and encrypted after that: encrypt first, then sign the cipher together with \
             encrypt_type",
            "biz_content先以明文签名、后加密：请先加密，再对密文连同encrypt_type一起签名",
        )
    })
}

/// The styles in which this text may be written otherwise; those that make no difference to it are left out.
fn styles(text: &str) -> impl Iterator<Item = Style> {
    let some = |matters: bool, count: usize| if matters { count } else { 1 };
    let asciis = some(!text.is_ascii() || text.contains("\\u"), 3);
    let htmls = some(text.contains(['<', '>', '&', '\'', '=']) || text.contains("\\u00"), 3);
    let slashes = some(text.contains('/'), 2);
    let numbers = some(text.contains('.'), 2);
    let count = SPACES.len() * asciis * htmls * slashes * numbers * 2;
    (0..count).map(move |mut nth| {
        let mut take = |of: usize| {
            let taken = nth % of;
            nth /= of;
            taken
        };
        Style {
            space: SPACES[take(SPACES.len())],
            ascii: [Ascii::Raw, Ascii::Lower, Ascii::Upper][take(asciis)],
            slashes: take(slashes) == 1,
            sorted: take(2) == 1,
            html: [Html::Raw, Html::WithQuotes, Html::Brackets][take(htmls)],
            numbers: take(numbers) == 1,
        }
    })
}

impl Style {
    fn write(self, value: &Value) -> String {
        let mut text = String::new();
        self.value(value, 0, &mut text);
        text
    }

    fn value(self, value: &Value, depth: usize, text: &mut String) {
        match value {
            Value::Null => text.push_str("null"),
            Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => text.push_str(&self.number(number)),
            Value::String(string) => self.string(string, text),
            Value::Array(values) => {
                let write = |value: &Value, text: &mut String| self.value(value, depth + 1, text);
                self.list(['[', ']'], values.iter(), depth, text, write);
            }
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                if self.sorted {
                    members.sort_by(|one, other| one.0.cmp(other.0));
                }
                let colon = match self.space {
                    Space::None => ":",
                    Space::Lines(_, true) => " : ",
                    Space::AfterBoth | Space::AfterColon | Space::Lines(_, false) => ": ",
                };
                let write = |(name, value): (&String, &Value), text: &mut String| {
                    self.string(name, text);
                    text.push_str(colon);
                    self.value(value, depth + 1, text);
                };
                self.list(['{', '}'], members.into_iter(), depth, text, write);
            }
        }
    }

    fn list<T>(
        self,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        depth: usize,
        text: &mut String,
        write: impl Fn(T, &mut String),
    ) {
        let line = |depth: usize, text: &mut String| {
            if let Space::Lines(indent, _) = self.space {
                text.push('\n');
                (0..depth).for_each(|_| text.push_str(indent));
            }
        };
        text.push(open);
        let is_empty = items.len() == 0;
        for (nth, item) in items.enumerate() {
            if 0 < nth {
                text.push_str(if self.space == Space::AfterBoth { ", " } else { "," });
            }
            line(depth + 1, text);
            write(item, text);
        }
        if !is_empty {
            line(depth, text);
        }
        text.push(close);
    }

    /// A number as it came, or as JavaScript writes it: without zeros at the end of its fraction.
    fn number(self, number: &Number) -> String {
        let written = number.to_string();
        let is_decimal = written.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
        if !self.numbers || !is_decimal || !written.contains('.') {
            return written;
        }
        written.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    fn string(self, string: &str, text: &mut String) {
        text.push('"');
        for character in string.chars() {
            match character {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\u{8}' => text.push_str("\\b"),
                '\u{c}' => text.push_str("\\f"),
                '/' if self.slashes => text.push_str("\\/"),
                '<' | '>' | '&' if self.html != Html::Raw => text.push_str(&format!("\\u{:04x}", u32::from(character))),
                '\'' | '=' if self.html == Html::WithQuotes => {
                    text.push_str(&format!("\\u{:04x}", u32::from(character)));
                }
                '\0'..' ' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
                other if other.is_ascii() || self.ascii == Ascii::Raw => text.push(other),
                other => {
                    for unit in other.encode_utf16(&mut [0; 2]) {
                        match self.ascii {
                            Ascii::Upper => text.push_str(&format!("\\u{unit:04X}")),
                            Ascii::Lower | Ascii::Raw => text.push_str(&format!("\\u{unit:04x}")),
                        }
                    }
                }
            }
        }
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_as_libraries_write_it() {
        let text = r#"{"b":"a/积'","a":[1.50,{}],"c":{"d":true}}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        let written: HashSet<String> = styles(text).map(|style| style.write(&value)).collect();
        for expect in [
            text,
            r#"{"b": "a/积'", "a": [1.50, {}], "c": {"d": true}}"#,
            r#"{"b":"a\/\u79ef'","a":[1.50,{}],"c":{"d":true}}"#,
            r#"{"b":"a/\u79EF'","a":[1.50,{}],"c":{"d":true}}"#,
            r#"{"a":[1.50,{}],"b":"a/积'","c":{"d":true}}"#,
            r#"{"b":"a/积\u0027","a":[1.5,{}],"c":{"d":true}}"#,
            "{\n  \"b\": \"a/积'\",\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"c\": {\n    \"d\": true\n  }\n}",
        ] {
            assert!(written.contains(expect), "{expect}");
        }
        // What makes no difference is not tried.
        assert_eq!(styles("{}").count(), SPACES.len() * 2);
    }
}
