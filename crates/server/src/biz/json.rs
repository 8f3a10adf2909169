//! The JSON of `biz_content` and of the texts in it: how deep it may nest, and what no store can keep.

use super::refusal::within;
use super::{NOT_JSON, NUL, invalid};
use serde_json::{Map, Value};
use wire::Rejection;

/// How deeply JSON may nest.
const DEPTH_MAX: usize = 32;

/// The object in `biz_content`; nothing sent counts as an empty one, and a literal wrapper `{"biz_content":{…}}` is
/// taken off (docs/decisions.md, "The wrapper around biz_content").
pub fn object(biz_content: Option<&str>) -> Result<Map<String, Value>, Rejection> {
    let Some(text) = biz_content.filter(|text| !text.trim().is_empty()) else { return Ok(Map::new()) };
    let Some(value) = parse(text) else { return Err(wire::code::INVALID_PARAMETER) };
    if let Some(path) = nul(text, &value) {
        return Err(invalid(if path.is_empty() { "biz_content" } else { &path }, NUL));
    }
    let Value::Object(mut members) = value else { return Err(wire::code::INVALID_PARAMETER) };
    let wrapped = members.len() == 1;
    match members.get_mut("biz_content") {
        Some(Value::Object(inner)) if wrapped => Ok(std::mem::take(inner)),
        _ => Ok(members),
    }
}

/// Where U+0000 stands in a value, which is what `text` says: `goods_detail[0].goods_name`.
fn nul(text: &str, value: &Value) -> Option<String> {
    // JSON has no other way to write it, and most texts have none of it.
    if text.contains("\\u0000") { nul_in(value) } else { None }
}

fn nul_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .find_map(|(index, element)| Some(joint(&format!("[{index}]"), &nul_in(element)?))),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            if name.contains('\0') {
                return Some(name.replace('\0', "\\u0000"));
            }
            Some(joint(name, &nul_in(value)?))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn joint(before: &str, rest: &str) -> String {
    let dot = if rest.is_empty() || rest.starts_with('[') { "" } else { "." };
    format!("{before}{dot}{rest}")
}

/// A JSON value inside a String field: JSON text, or (tolerated) the value itself.
pub fn embedded(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) => {
            let value = parse(text).ok_or_else(|| NOT_JSON.to_owned())?;
            match nul(text, &value) {
                Some(path) => Err(within(&path, NUL)),
                None => Ok(value),
            }
        }
        Value::Array(_) | Value::Object(_) => Ok(value.clone()),
        _ => Err(NOT_JSON.to_owned()),
    }
}

/// The same where the text has at most `max` characters.
pub fn embedded_within(value: &Value, max: usize) -> Result<Value, String> {
    let length = |text: &str| text.chars().count();
    let chars = value.as_str().map_or_else(|| length(&value.to_string()), length);
    if max < chars { Err(format!("长度不能超过{max}")) } else { embedded(value) }
}

/// The value of a JSON text without U+0000, unless it is none or nests too deeply.
pub fn json(text: &str) -> Option<Value> {
    parse(text).filter(|value| nul(text, value).is_none())
}

/// JSON text, unless it is none or nests too deeply.
pub(super) fn parse(text: &str) -> Option<Value> {
    if is_too_deep(text) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// Whether a text nests deeper than a request may.
pub fn is_too_deep(text: &str) -> bool {
    DEPTH_MAX < depth(text)
}

/// The deepest nesting of brackets outside strings.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biz::INVALID;

    #[test]
    fn u_0000_is_refused_wherever_it_stands() {
        let check = |biz_content: &str, path: &str| {
            let refused = object(Some(biz_content)).err().unwrap_or_else(|| panic!("{biz_content}: taken"));
            assert_eq!(
                (&*refused.sub_code, &*refused.sub_msg),
                (INVALID, &*format!("参数有误: {path} 不能含有空字符"))
            );
        };
        check(r#"{"name":"\u0000"}"#, "name");
        check(r#"{"name":"a\u0000b"}"#, "name");
        check(r#"{"a":1,"unknown":"\u0000"}"#, "unknown");
        check(r#"{"ext_info":{"a":{"b":["\u0000"]}}}"#, "ext_info.a.b[0]");
        check(r#"{"goods_detail":[{"goods_name":"a"},{"goods_name":"\u0000"}]}"#, "goods_detail[1].goods_name");
        check(r#"{"a":[["x","\u0000"]]}"#, "a[0][1]");
        check(r#"{"na\u0000me":"a"}"#, "na\\u0000me");
        check(r#"{"a":{"b\u0000":1}}"#, "a.b\\u0000");
        check(r#"{"biz_content":{"name":"\u0000"}}"#, "biz_content.name");
        check(r#""\u0000""#, "biz_content");
        check(r#"["\u0000"]"#, "[0]");
        for sound in
            [r#"{"a":"\\u0000"}"#, r#"{"a":"u0000"}"#, r#"{"a":"\u0001"}"#, r#"{"a":0}"#, r#"{"a":"\u0000","a":"b"}"#]
        {
            assert!(object(Some(sound)).is_ok(), "{sound}");
        }
        assert_eq!(object(Some("{\"a\":\"\0\"}")), Err(wire::code::INVALID_PARAMETER), "no JSON at all");
        let inner = Value::from(r#"[{"value":"\u0000"}]"#);
        assert_eq!(embedded(&inner), Err("[0].value 不能含有空字符".to_owned()));
    }
}
