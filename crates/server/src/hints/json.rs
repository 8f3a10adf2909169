//! Where a text stops being JSON, and which of the usual mistakes that is.

use super::{Hint, plain};
use crate::biz;
use serde_json::Value;

/// How many characters are shown before the place and from it on.
const EXCERPT_CHARS: usize = 16;

/// What the parser expected: as it says so, and in Chinese.
const EXPECTED: &[(&str, &str)] = &[
    ("EOF while parsing", "内容不完整，提前结束"),
    ("expected `:`", "应为冒号 :"),
    ("expected `,` or `}`", "应为逗号 , 或右花括号 }"),
    ("expected `,` or `]`", "应为逗号 , 或右方括号 ]"),
    ("expected value", "应为一个JSON值"),
    ("expected ident", "应为 true、false 或 null"),
    ("key must be a string", "应为双引号括起的成员名"),
    ("trailing comma", "逗号之后应有下一个元素"),
    ("trailing characters", "JSON之后不应再有内容"),
    ("control character", "字符串中的控制字符须转义"),
    ("invalid escape", "无效的转义字符"),
    ("invalid number", "无效的数字"),
    ("lone leading surrogate", "\\u 转义不成对"),
    ("unexpected end of hex escape", "\\u 转义不成对"),
];

/// A usual mistake: its name, and what to do about it in both languages.
type Mistake = (&'static str, &'static str, &'static str);

const ENCODED_TWICE: Mistake =
    ("json-url-encoded", "it is still percent-encoded: encode it once", "内容仍是URL编码：只应编码一次");
const IN_A_STRING: Mistake = (
    "json-in-string",
    "it is JSON inside of a JSON string: it was serialised once too often",
    "JSON被放进了字符串：多做了一次序列化",
);
const ESCAPED: Mistake = (
    "json-escaped",
    "its quotes are escaped, though it is in no string: it was serialised once too often",
    "引号被转义为\\\"，但并不在字符串内：多做了一次序列化",
);
const HTML: Mistake = (
    "json-html",
    "its quotes are HTML escapes such as &quot;: send the characters",
    "引号是&quot;等HTML转义：请发送原字符",
);
const BYTE_ORDER_MARK: Mistake = (
    "json-bom",
    "it begins with a byte order mark (U+FEFF): leave it out",
    "开头有字节顺序标记（BOM，U+FEFF）：请去掉",
);
const OBJECT_OBJECT: Mistake = (
    "json-not-serialised",
    "an object was turned into text without JSON.stringify",
    "对象未经JSON序列化（如JSON.stringify）就转成了文本",
);
const JAVA_MAP: Mistake = (
    "json-not-serialised",
    "it is the text of a Java Map ({name=value}): serialise it as JSON",
    "这是Java Map的toString文本（{name=value}）：请序列化为JSON",
);
const SINGLE_QUOTES: Mistake =
    ("json-single-quotes", "JSON takes double quotes only", "JSON只使用双引号，不能用单引号");
const FULL_WIDTH: Mistake = (
    "json-full-width",
    "it is a full-width character: JSON's own are ASCII",
    "这是全角（中文）标点：JSON的标点须为半角",
);
const TRAILING_COMMA: Mistake =
    ("json-trailing-comma", "take away the comma after the last element", "请去掉最后一个元素之后的逗号");
const COMMENT: Mistake = ("json-comment", "JSON has no comments", "JSON不允许注释");
const LITERAL: Mistake = (
    "json-literal",
    "JSON writes true, false and null in lower case, and has no other words",
    "JSON的字面量只有小写的true、false、null",
);
const RAW_CONTROL: Mistake = (
    "json-control-character",
    "inside of a string a line break is \\n and a tab is \\t",
    "字符串中的换行写作\\n，制表符写作\\t",
);
const INNER_QUOTE: Mistake = (
    "json-inner-quote",
    "the quote before it ended the string: inside of a string write \\\"",
    "前面的双引号结束了字符串：字符串内的双引号须写作\\\"",
);
const UNQUOTED: Mistake = ("json-unquoted-name", "put the name in double quotes", "成员名须用双引号括起");
const CUT_OFF: Mistake =
    ("json-cut-off", "its end is missing: a quote or a bracket is not closed", "结尾缺失：引号或括号未闭合");

/// What is wrong with the text of `member`, which should be a JSON object or array; nothing when it is one. The text
/// around the place is repeated where `quotes` says so: it may hold what nobody else is to read.
pub(super) fn explain(member: &str, text: &str, quotes: bool) -> Option<Hint> {
    let whole = |(cause, en, zh): Mistake| Hint::new(cause, format!("{member}: {en}"), format!("{member} {zh}"));
    if biz::is_too_deep(text) {
        return Some(Hint::new(
            "json-depth",
            format!("{member}: it nests too deeply"),
            format!("{member} 嵌套层数过多"),
        ));
    }
    let error = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_) | Value::Array(_)) if member != "biz_content" => return None,
        Ok(Value::Object(_)) => return None,
        Ok(Value::String(inner)) if is_json(&inner) => return Some(whole(IN_A_STRING)),
        Ok(Value::String(inner)) if begins_encoded(&inner) => return Some(whole(ENCODED_TWICE)),
        Ok(value) => {
            let (en, zh) = kind(&value);
            let (en, zh) = (
                format!("{member}: it must be an object, and is {en}"),
                format!("{member} 必须是JSON对象，而不是{zh}"),
            );
            return Some(Hint::new("json-no-object", en, zh));
        }
        Err(error) => error,
    };
    let start = text.trim_start();
    match () {
        () if start.starts_with('\u{feff}') => return Some(whole(BYTE_ORDER_MARK)),
        () if begins_encoded(start) => return Some(whole(ENCODED_TWICE)),
        () if start.starts_with("[object ") => return Some(whole(OBJECT_OBJECT)),
        () if inside(start).starts_with("\\\"") => return Some(whole(ESCAPED)),
        () if inside(start).starts_with("&quot;") || inside(start).starts_with("&#") => return Some(whole(HTML)),
        () => {}
    }
    let (at, line, column) = place(text, &error);
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let expected = EXPECTED.iter().find(|(en, _)| said.starts_with(en)).map_or("JSON语法错误", |(_, zh)| zh);
    let [at_en, at_zh] = match quotes.then(|| excerpt(text, at)) {
        Some(excerpt) => [format!(", at {excerpt}"), format!("，位于 {excerpt}")],
        None => Default::default(),
    };
    let (cause, advice) = match mistake(said, &text[..at], &text[at..]) {
        Some((cause, en, zh)) => (cause, Some((en, zh))),
        None => ("json-syntax", None),
    };
    let (en, zh) = advice.map_or_else(Default::default, |(en, zh)| (format!("; {en}"), format!("；{zh}")));
    Some(Hint::new(
        cause,
        format!("{member}, line {line}, column {column}: {said}{at_en}{en}"),
        format!("{member} 第{line}行第{column}列{expected}{at_zh}{zh}"),
    ))
}

/// The usual mistake at a place, by what the parser said, what stands before the place, and what stands there.
fn mistake(said: &str, before: &str, rest: &str) -> Option<Mistake> {
    let before = before.trim_end();
    let first = rest.chars().next();
    let begins = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    match first {
        _ if said.starts_with("EOF") => Some(CUT_OFF),
        _ if said.starts_with("control character") => Some(RAW_CONTROL),
        Some('“' | '”' | '‘' | '’' | '＂' | '：' | '，' | '｛' | '｝' | '［' | '］' | '【' | '】') => {
            Some(FULL_WIDTH)
        }
        Some('\'') => Some(SINGLE_QUOTES),
        _ if begins(&["//", "/*", "#"]) => Some(COMMENT),
        _ if said.starts_with("trailing comma") => Some(TRAILING_COMMA),
        Some(',' | '}') if before.ends_with(',') => Some(TRAILING_COMMA),
        _ if begins(&["True", "False", "None", "NULL", "Null", "NaN", "undefined", "Infinity"]) => Some(LITERAL),
        Some(letter) if said.starts_with("key must be") && (letter.is_alphabetic() || letter == '_') => {
            let end = rest.find(['=', ':', ',', '}']).map(|end| &rest[end..]);
            Some(if end.is_some_and(|end| end.starts_with('=')) { JAVA_MAP } else { UNQUOTED })
        }
        Some(inner)
            if said.starts_with("expected `,`") && before.ends_with('"') && !matches!(inner, '"' | ':' | '=') =>
        {
            Some(INNER_QUOTE)
        }
        _ => None,
    }
}

/// Byte, line and column, both counted from 1 and the latter in characters, where the parser gave up.
fn place(text: &str, error: &serde_json::Error) -> (usize, usize, usize) {
    let line = error.line().max(1);
    let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
    // It counts bytes, and may point into a character.
    let at = text.floor_char_boundary((start + error.column().saturating_sub(1)).min(text.len()));
    let column = text[start.min(at)..at].chars().count() + 1;
    (at, line, column)
}

/// Some characters around a place, which an arrow marks.
fn excerpt(text: &str, at: usize) -> String {
    let (before, rest) = text.split_at(at);
    let start = before.char_indices().rev().nth(EXCERPT_CHARS - 1).map_or(0, |(start, _)| start);
    let (cut, shown) = before.split_at(start);
    let end = rest.char_indices().nth(EXCERPT_CHARS).map_or(rest.len(), |(end, _)| end);
    let dots = |cut: bool| if cut { "…" } else { "" };
    let plain = |text: &str| text.chars().flat_map(plain).collect::<String>();
    format!("{}{}→{}{}", dots(!cut.is_empty()), plain(shown), plain(&rest[..end]), dots(end < rest.len()))
}

fn begins_encoded(text: &str) -> bool {
    let start = text.get(..3).unwrap_or_default().to_ascii_uppercase();
    matches!(start.as_str(), "%7B" | "%5B" | "%22")
}

/// What follows the brackets at the start.
fn inside(text: &str) -> &str {
    text.trim_start_matches(|character: char| matches!(character, '{' | '[') || character.is_whitespace())
}

fn is_json(text: &str) -> bool {
    !biz::is_too_deep(text)
        && matches!(serde_json::from_str(text), Ok(Value::Object(_) | Value::Array(_) | Value::String(_)))
}

fn kind(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::Array(_) => ("an array", "数组"),
        Value::String(_) => ("a string", "字符串"),
        Value::Number(_) => ("a number", "数字"),
        Value::Bool(_) => ("a boolean", "布尔值"),
        Value::Null | Value::Object(_) => ("null", "null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, cause: &str, expect: &str) {
        let hint = explain("biz_content", text, true).unwrap_or_else(|| panic!("{text}: nothing is wrong"));
        assert_eq!(hint.cause, cause, "{text}: {hint:?}");
        assert!(hint.advice_zh.contains(expect), "{text}: {hint:?}");
        for advice in [&hint.advice_en, &hint.advice_zh] {
            assert!(advice.starts_with("biz_content") && advice.chars().count() < 250, "{advice}");
            assert!(!advice.chars().any(char::is_control), "{advice}");
        }
    }

    #[test]
    fn the_usual_mistakes_are_known() {
        check("{'name':'n'}", "json-single-quotes", "第1行第2列应为双引号括起的成员名，位于 {→'name':'n'}");
        check(r#"{"name":'n'}"#, "json-single-quotes", "第1行第9列");
        check(r#"{"name":"n",}"#, "json-trailing-comma", "第1行第13列");
        check(r#"{"a":[1,2,]}"#, "json-trailing-comma", "第1行第11列");
        check(r#"{"a":1,,"b":2}"#, "json-trailing-comma", "第1行第8列");
        check(
            r#"{"conditions":"[{"op":"IN"}]"}"#,
            "json-inner-quote",
            r#"第1行第19列应为逗号 , 或右花括号 }，位于 …conditions":"[{"→op":"IN"}]"}"#,
        );
        check(r#"{"memo":"他说"好"了"}"#, "json-inner-quote", "第1行第13列");
        check("{“name”:1}", "json-full-width", "第1行第2列");
        check(r#"{"name"：1}"#, "json-full-width", "第1行第8列应为冒号 :");
        check(r#"{"a":1，"b":2}"#, "json-full-width", "第1行第7列");
        check("\u{feff}{\"a\":1}", "json-bom", "BOM");
        check(r#""{\"name\":\"n\"}""#, "json-in-string", "多做了一次序列化");
        check(r#""\"{}\"""#, "json-in-string", "多做了一次序列化");
        check(r#"{\"name\":\"n\"}"#, "json-escaped", "转义");
        check("%7B%22name%22%3A1%7D", "json-url-encoded", "URL编码");
        check("%7b%22name%22%7d", "json-url-encoded", "URL编码");
        check(r#""%7B%22name%22%7D""#, "json-url-encoded", "URL编码");
        check("{&quot;name&quot;:1}", "json-html", "HTML");
        check("[object Object]", "json-not-serialised", "序列化");
        check("{name=n, page_size=2}", "json-not-serialised", "Java Map");
        check("{name:1}", "json-unquoted-name", "第1行第2列");
        check("{\"a\":True}", "json-literal", "第1行第6列");
        check("{\"a\":None}", "json-literal", "小写");
        check("{\"a\":NaN}", "json-literal", "小写");
        check("{\"a\":undefined}", "json-literal", "小写");
        check("{\"a\":1 // one\n}", "json-comment", "注释");
        check("{/* a */\"a\":1}", "json-comment", "注释");
        check("{\"a\":\"b\nc\"}", "json-control-character", "换行");
        check("{\"a\":\"b\tc\"}", "json-control-character", "制表符");
        check("{\"a\":1", "json-cut-off", "结尾缺失");
        check("{\"a\":\"1}", "json-cut-off", "结尾缺失");
        check("", "json-cut-off", "结尾缺失");
    }

    #[test]
    fn other_mistakes_are_placed() {
        check("{\n  \"名\": \"积分\",\n  \"数\" 1\n}", "json-syntax", "第3行第7列应为冒号 :");
        check("{\"积分兑换\":01}", "json-syntax", "第1行第10列");
        check("{\"a\":\"\\x\"}", "json-syntax", "无效的转义字符");
        check("{\"a\":\"\\ud800\"}", "json-syntax", "\\u 转义不成对");
        check("{\"a\":1}{\"b\":2}", "json-syntax", "第1行第8列JSON之后不应再有内容");
        check("{\"a\":1 \"b\":2}", "json-syntax", "第1行第8列应为逗号");
        check("hello", "json-syntax", "第1行第1列应为一个JSON值");
        check("[]", "json-no-object", "数组");
        check("1", "json-no-object", "数字");
        check("null", "json-no-object", "null");
        check("\"x\"", "json-no-object", "字符串");
        check(&"[".repeat(33), "json-depth", "嵌套");
        // Whatever is shown of a hostile text is short, and nothing a terminal obeys.
        check(&format!("{{\"a\":\"{}\u{1b}[2J", "长".repeat(9_999)), "json-control-character", "\\u{1b}[2J");
        check(&format!("{{\"a\":{}", " ".repeat(9_999)), "json-cut-off", "第1行第1000");
    }

    #[test]
    fn what_is_sound_needs_no_explanation() {
        for text in ["{}", " {\"a\":[]} ", "{\"a\":\"\\u0000\"}"] {
            assert_eq!(explain("biz_content", text, true), None, "{text}");
        }
        assert_eq!(explain("conditions", "[]", true), None);
        let hint = explain("conditions", "[{'op':1}]", true).expect("it is wrong");
        assert!(hint.advice_zh.starts_with("conditions 第1行第3列"), "{hint:?}");
        let hint = explain("biz_content", "{'pin':'111111'}", false).expect("it is wrong");
        assert!(hint.advice_zh.starts_with("biz_content 第1行第2列应为双引号括起的成员名；"), "{hint:?}");
        assert!(
            !format!("{hint:?}").contains("pin") && !format!("{hint:?}").contains('1'.to_string().repeat(6).as_str())
        );
    }
}
