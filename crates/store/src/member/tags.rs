//! A member's tag values as one text: a JSON object of texts, sorted by code, without blanks. One column, one string,
//! read without copying; engines never look into it.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// A member's tag values, sorted by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags(String);

impl Default for Tags {
    fn default() -> Tags {
        Tags("{}".to_owned())
    }
}

impl Tags {
    /// Packs values that are sorted by code, no code twice.
    pub(crate) fn pack<'a>(sorted: impl IntoIterator<Item = (&'a str, &'a str)>) -> Tags {
        let mut text = String::with_capacity(192);
        for (code, value) in sorted {
            text.push(if text.is_empty() { '{' } else { ',' });
            quote(&mut text, code);
            text.push(':');
            quote(&mut text, value);
        }
        if text.is_empty() {
            return Tags::default();
        }
        text.push('}');
        Tags(text)
    }

    /// What the store holds; only what [`Tags::pack`] made.
    pub(crate) fn from_stored(text: String) -> Tags {
        Tags(text)
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Codes and values, sorted by code.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let mut rest = &self.0[1..];
        std::iter::from_fn(move || {
            let code = unquote(&mut rest)?;
            Some((code, unquote(&mut rest)?))
        })
    }

    /// The value of one tag.
    pub fn get(&self, code: &str) -> Option<Cow<'_, str>> {
        self.iter().find(|(known, _)| known == code).map(|(_, value)| value)
    }

    /// These with `cleared` taken out and those of `set` in their place.
    pub(crate) fn merged(&self, set: &Tags, cleared: &[String]) -> Tags {
        if *self == Tags::default() || (cleared.is_empty() && self == set) {
            return set.clone();
        }
        let mut values: BTreeMap<_, _> = self.iter().collect();
        for code in cleared {
            values.remove(code.as_str());
        }
        values.extend(set.iter());
        Tags::pack(values.iter().map(|(code, value)| (&**code, &**value)))
    }
}

/// Appends a JSON string.
fn quote(out: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&serde_json::to_string(text).expect("a text is JSON"));
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// Takes the next JSON string off `rest`, and the one separator after it.
fn unquote<'a>(rest: &mut &'a str) -> Option<Cow<'a, str>> {
    let bytes = rest.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let (mut end, mut escaped) = (1, false);
    while bytes[end] != b'"' {
        escaped |= bytes[end] == b'\\';
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    let quoted = &rest[..=end];
    *rest = &rest[end + 2..];
    if escaped {
        Some(Cow::Owned(serde_json::from_str(quoted).expect("packed by us")))
    } else {
        Some(Cow::Borrowed(&quoted[1..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_reads_back_whatever_it_contains() {
        for pairs in [
            vec![],
            vec![("a", "1")],
            vec![("", ""), ("pam_age", "3"), ("备注", "他说 \"好\\\n\u{1}")],
            vec![("a\"b", "}"), ("c", "\","), ("d", "😀")],
        ] {
            let tags = Tags::pack(pairs.clone());
            let read: Vec<_> = tags.iter().map(|(code, value)| (code.into_owned(), value.into_owned())).collect();
            assert_eq!(read, pairs.iter().map(|&(c, v)| (c.to_owned(), v.to_owned())).collect::<Vec<_>>());
            let json: BTreeMap<String, String> = serde_json::from_str(tags.as_str()).unwrap();
            assert_eq!(json.len(), pairs.len());
        }
    }

    #[test]
    fn merging_sets_keeps_and_clears() {
        let check = |base: &[(&'static str, &'static str)],
                     set: &[(&'static str, &'static str)],
                     cleared: &[&str],
                     expect: &str| {
            let cleared: Vec<String> = cleared.iter().map(|&code| code.to_owned()).collect();
            let merged = Tags::pack(base.iter().copied()).merged(&Tags::pack(set.iter().copied()), &cleared);
            assert_eq!(merged.as_str(), expect);
        };
        check(&[], &[("a", "1")], &[], r#"{"a":"1"}"#);
        check(&[("a", "1"), ("c", "3")], &[("b", "2")], &[], r#"{"a":"1","b":"2","c":"3"}"#);
        check(&[("a", "1"), ("c", "3")], &[("a", "9")], &["c", "d"], r#"{"a":"9"}"#);
        check(&[("a", "1")], &[], &["a"], "{}");
        check(&[], &[("a", "1")], &["b"], r#"{"a":"1"}"#);
    }
}
