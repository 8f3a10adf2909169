//! `biz_content`: a JSON object becomes a method's request, field by field, in the order of the contract.
//!
//! The rules of typing are the contract's (COMMON.md, "Value typing on the wire"): an empty string is an absent member,
//! a String field takes integers and decimals too, unknown members are ignored, lengths count characters. A request is
//! declared with [`biz!`]; its declaration is all there is to reading it, to naming the field that is wrong, and to
//! comparing two requests under one idempotency key.

mod scalar;
mod several;
mod unknown;

pub use unknown::{Unknown, unknown};

pub use scalar::{Date, Flag, Positive, Price, Text, Whole, Yuan};
pub use several::{List, Object, Objects};

use serde_json::{Map, Value};
use wire::Fault;

/// How deeply JSON may nest (DESIGN, "Security").
const DEPTH_MAX: usize = 32;

/// One member of a request, as it was declared.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Member {
    /// What it is called on the wire.
    pub name: &'static str,
    /// Whether a call without it is refused.
    pub required: bool,
    /// The members of the objects that it holds; none where it holds no objects.
    #[serde(skip)]
    pub inside: &'static [Member],
}

/// A request that can be read from `biz_content`; implemented by [`biz!`].
pub trait Biz: Sized + Send + Sync + 'static {
    /// Its members, in the order of the contract.
    const MEMBERS: &'static [Member];

    /// Reads the fields in their declared order, up to the first wrong one.
    fn fields(members: &Map<String, Value>) -> Result<Self, Wrong>;

    /// Reads them for a call, which the first wrong one refuses.
    fn read(members: &Map<String, Value>) -> Result<Self, Fault> {
        Self::fields(members).map_err(|Wrong { field, reason }| invalid(field, &reason))
    }

    /// The non-empty known fields in normal form: what makes two requests the same request.
    fn canonical(&self) -> Map<String, Value>;

    /// The non-empty known fields as they were sent: what is kept to be given back.
    fn said(&self) -> Map<String, Value>;
}

/// A field that cannot be read.
pub struct Wrong {
    /// Its name.
    pub field: &'static str,
    /// Why, in the words of `sub_msg`.
    pub reason: String,
}

/// A field's type.
pub trait Field: Sized {
    /// Whether it must be there.
    const REQUIRED: bool = true;

    /// The members of the objects that it holds.
    const INSIDE: &'static [Member] = &[];

    /// Reads the member; `None` stands for an absent one. The error is the reason, in the words of `sub_msg`.
    fn read(value: Option<&Value>) -> Result<Self, String>;

    /// The value in normal form; `None` when absent.
    fn canonical(&self) -> Option<Value>;

    /// The value as it was sent, where that differs: what a String field gives back is not normalised.
    fn said(&self) -> Option<Value> {
        self.canonical()
    }
}

impl<T: Field> Field for Option<T> {
    const REQUIRED: bool = false;
    const INSIDE: &'static [Member] = T::INSIDE;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        value.map(|value| T::read(Some(value))).transpose()
    }

    fn canonical(&self) -> Option<Value> {
        self.as_ref().and_then(Field::canonical).filter(is_something)
    }

    fn said(&self) -> Option<Value> {
        self.as_ref().and_then(Field::said).filter(is_something)
    }
}

/// An optional object without members is as good as absent.
fn is_something(value: &Value) -> bool {
    value.as_object().is_none_or(|members| !members.is_empty())
}

/// The reason given for a required field that is absent.
pub const ABSENT: &str = "不能为空";

/// The reason given for U+0000, wherever it stands: PostgreSQL has no place for it.
pub const NUL: &str = "不能含有空字符";

/// The reason given for a text that is no JSON, though its field is.
pub const NOT_JSON: &str = "不是合法的JSON";

/// A scalar as text: a string as it is, a number in its shortest decimal form.
pub fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(shortest(number.as_str())),
        _ => Err("必须是字符串".to_owned()),
    }
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

/// The object in `biz_content`; nothing sent counts as an empty one, and a literal wrapper `{"biz_content":{…}}` is taken
/// off (DECISIONS.md 1, "Wrapper").
pub fn object(biz_content: Option<&str>) -> Result<Map<String, Value>, Fault> {
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

/// The member of that name, unless it is absent in one of the ways the contract knows: missing, null, empty.
pub fn present<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| !matches!(value, Value::Null) && value.as_str() != Some(""))
}

/// The `sub_code` for a wrong field, unless the method's family has its own ([`crate::methods::Method::INVALID`]).
pub const INVALID: &str = "INVALID_PARAMETER";
/// How its text begins.
const INVALID_MSG: &str = "参数有误: ";
/// The longest name of a field with the way to it.
const FIELD_BYTES_MAX: usize = 100;

/// The error for a wrong field, as every method words it.
pub fn invalid(field: &str, reason: &str) -> Fault {
    Fault::business(INVALID, format!("{INVALID_MSG}{}", within(field, reason)))
}

/// The field that a refusal is about, where it names one as [`invalid`] does: for the log, which has no values.
pub fn refused_field(fault: &Fault) -> Option<&str> {
    let field = fault.sub_msg.strip_prefix(INVALID_MSG)?.split(' ').next()?;
    let is_name = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']'));
    (is_name && !field.is_empty() && field.len() <= FIELD_BYTES_MAX).then_some(field)
}

/// The reason of a part as its whole gives it. One that starts with an index or a member goes on with the name:
/// `conditions[0].op 不能为空`.
fn within(name: &str, reason: &str) -> String {
    let blank = if reason.starts_with(['[', '.']) { "" } else { " " };
    format!("{name}{blank}{reason}")
}

/// A field's name on the wire: Rust writes `type` as `r#type`.
pub const fn plain(field: &str) -> &str {
    match field.as_bytes() {
        [b'r', b'#', name @ ..] => match std::str::from_utf8(name) {
            Ok(name) => name,
            Err(_) => field,
        },
        _ => field,
    }
}

/// The members of a request and of the part that it goes on with, `N` of them.
pub const fn joined<const N: usize>(own: &[Member], rest: &[Member]) -> [Member; N] {
    let mut members = [Member { name: "", required: false, inside: &[] }; N];
    let mut nth = 0;
    while nth < N {
        members[nth] = if nth < own.len() { own[nth] } else { rest[nth - own.len()] };
        nth += 1;
    }
    members
}

fn parse(text: &str) -> Option<Value> {
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

/// A JSON number without needless zeros: `50.0` is `50`. Exponents are left as sent.
fn shortest(number: &str) -> String {
    if !number.contains('.') || number.contains(['e', 'E']) {
        return number.to_owned();
    }
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Declares a request: its fields in the order of the contract, each with its type. After `..` it may go on with the fields
/// of another.
macro_rules! biz {
    ($(#[$doc:meta])* pub struct $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
        $(.. $(#[$rest_doc:meta])* $rest:ident: $rest_type:ty,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* $($(#[$rest_doc])* pub $rest: $rest_type,)? }

        impl $name {
            const OWN_MEMBERS: &'static [$crate::biz::Member] = &[$($crate::biz::Member {
                name: $crate::biz::plain(stringify!($field)),
                required: <$type as $crate::biz::Field>::REQUIRED,
                inside: <$type as $crate::biz::Field>::INSIDE,
            },)*];
        }

        impl $crate::biz::Biz for $name {
            const MEMBERS: &'static [$crate::biz::Member] = $crate::biz::members!($name $($rest_type)?);

            fn fields(members: &serde_json::Map<String, serde_json::Value>) -> Result<Self, $crate::biz::Wrong> {
                // A request may have no fields.
                let _ = members;
                Ok($name {
                    $($field: {
                        let field = $crate::biz::plain(stringify!($field));
                        <$type as $crate::biz::Field>::read($crate::biz::present(members, field))
                            .map_err(|reason| $crate::biz::Wrong { field, reason })?
                    },)*
                    $($rest: <$rest_type as $crate::biz::Biz>::fields(members)?,)?
                })
            }

            fn canonical(&self) -> serde_json::Map<String, serde_json::Value> {
                let own = [$(($crate::biz::plain(stringify!($field)), $crate::biz::Field::canonical(&self.$field)),)*];
                let members = $crate::biz::gathered(own);
                $(let members = members.into_iter().chain($crate::biz::Biz::canonical(&self.$rest)).collect();)?
                members
            }

            fn said(&self) -> serde_json::Map<String, serde_json::Value> {
                let own = [$(($crate::biz::plain(stringify!($field)), $crate::biz::Field::said(&self.$field)),)*];
                let members = $crate::biz::gathered(own);
                $(let members = members.into_iter().chain($crate::biz::Biz::said(&self.$rest)).collect();)?
                members
            }
        }
    };
}

/// A request's own members, or those and the ones of the part that it goes on with.
macro_rules! members {
    ($name:ident) => {
        $name::OWN_MEMBERS
    };
    ($name:ident $rest:ty) => {
        &$crate::biz::joined::<{ $name::OWN_MEMBERS.len() + <$rest as $crate::biz::Biz>::MEMBERS.len() }>(
            $name::OWN_MEMBERS,
            <$rest as $crate::biz::Biz>::MEMBERS,
        )
    };
}

/// The members that are there.
pub fn gathered<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Declares an enumerated String field.
macro_rules! choice {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$value_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$value_doc])* $variant,)* }

        impl $name {
            /// As the wire spells it.
            #[allow(dead_code, clippy::allow_attributes, reason = "not everybody spells it")]
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl $crate::biz::Field for $name {
            fn read(value: Option<&serde_json::Value>) -> Result<Self, String> {
                let text = $crate::biz::text(value.ok_or($crate::biz::ABSENT)?)?;
                match text.trim() {
                    $($text => Ok($name::$variant),)*
                    _ => Err(["必须是以下值之一:", $($text),*].join(" ")),
                }
            }

            fn canonical(&self) -> Option<serde_json::Value> {
                Some(serde_json::Value::from(self.name()))
            }
        }
    };
}

pub(crate) use {biz, choice, members};

#[cfg(test)]
mod tests {
    use super::*;

    biz! {
        /// One of each.
        pub struct Request {
            /// Required.
            name: Text<4>,
            /// Optional.
            page_size: Option<Positive<100>>,
        }
    }

    biz! {
        /// One that goes on with the fields of the other.
        pub struct Longer {
            /// Named by a word that Rust needs.
            r#type: Text<4>,
            ..
            /// The rest.
            request: Request,
        }
    }

    fn check(biz_content: &str, expect: Result<&str, &str>) {
        check_as::<Request>(biz_content, expect);
    }

    fn check_as<T: Biz>(biz_content: &str, expect: Result<&str, &str>) {
        let answer = object(Some(biz_content)).and_then(|members| T::read(&members));
        let answer = answer.map(|request| Value::Object(request.canonical()).to_string());
        let answer = answer.map_err(|fault| format!("{} {}", fault.sub_code, fault.sub_msg));
        assert_eq!(answer.as_deref().map_err(String::as_str), expect, "{biz_content}");
    }

    #[test]
    fn fields_are_read_as_the_contract_types_them() {
        check(r#"{"name":"白领"}"#, Ok(r#"{"name":"白领"}"#));
        check(r#"{"biz_content":{"name":"白领"}}"#, Ok(r#"{"name":"白领"}"#));
        check(r#"{"name":8.80,"page_size":"20","colour":"red"}"#, Ok(r#"{"name":"8.8","page_size":20}"#));
        check(r#"{"name":"a","page_size":""}"#, Ok(r#"{"name":"a"}"#));
        check(r#"{"name":"a","name":"b"}"#, Ok(r#"{"name":"b"}"#));
        check("{}", Err("INVALID_PARAMETER 参数有误: name 不能为空"));
        check(r#"{"name":""}"#, Err("INVALID_PARAMETER 参数有误: name 不能为空"));
        check(r#"{"name":null}"#, Err("INVALID_PARAMETER 参数有误: name 不能为空"));
        check(r#"{"name":"一二三四五"}"#, Err("INVALID_PARAMETER 参数有误: name 长度不能超过4"));
        check(r#"{"name":["a"]}"#, Err("INVALID_PARAMETER 参数有误: name 必须是字符串"));
        check(r#"{"name":"a\u0000b"}"#, Err("INVALID_PARAMETER 参数有误: name 不能含有空字符"));
        for page_size in ["0", "101", "-1", "\"+5\"", "1.5", "\"x\"", "99999999999999999999"] {
            let biz_content = format!(r#"{{"name":"a","page_size":{page_size}}}"#);
            check(&biz_content, Err("INVALID_PARAMETER 参数有误: page_size 必须是1到100之间的整数"));
        }
    }

    #[test]
    fn a_request_may_go_on_with_the_fields_of_another() {
        let names: Vec<_> = Longer::MEMBERS.iter().map(|member| (member.name, member.required)).collect();
        assert_eq!(names, [("type", true), ("name", true), ("page_size", false)]);
        let text = r#"{"page_size":"2","name":"a","type":"b"}"#;
        check_as::<Longer>(text, Ok(r#"{"type":"b","name":"a","page_size":2}"#));
        check_as::<Longer>(r#"{"name":"a"}"#, Err("INVALID_PARAMETER 参数有误: type 不能为空"));
        check_as::<Longer>(r#"{"type":"a"}"#, Err("INVALID_PARAMETER 参数有误: name 不能为空"));
        let said = object(Some(text)).and_then(|members| Longer::read(&members)).map(|request| request.said().len());
        assert_eq!(said, Ok(3));
    }

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

    #[test]
    fn what_is_no_object_is_refused_as_the_gateway_does() {
        let deep = format!("{{\"name\":{}1{}}}", "[".repeat(32), "]".repeat(32));
        for biz_content in ["{name:", "[]", "1", "\"x\"", &deep] {
            check(biz_content, Err("isv.invalid-parameter 参数无效"));
        }
        assert_eq!(object(None), Ok(Map::new()));
        assert_eq!(object(Some(" ")), Ok(Map::new()));
    }
}
