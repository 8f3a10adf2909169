//! The declaration of a request, from which everything else about it is made.

use super::{Field, Wrong, present};
use serde_json::{Map, Value};

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

/// Reads one field.
pub fn read_field<T: Field>(members: &Map<String, Value>, field: &'static str) -> Result<T, Wrong> {
    T::read(present(members, field)).map_err(|reason| Wrong { field, reason })
}

/// Adds a member that is there.
pub fn put(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    members.extend(value.map(|value| (name.to_owned(), value)));
}

/// Declares a request: its fields in the order of the contract, each with its meaning and its type. `..name: Type,`
/// takes in all fields of another request at its place. `name: Type as "面额",` has the field refused by its Chinese
/// name, as the methods of cash vouchers do ([`super::illegal`]).
macro_rules! biz {
    ($(#[$doc:meta])* pub struct $name:ident {
        // No lifetime stands there ever: the variable lets the expansion ask whether there was a `..`.
        $($(#[doc = $meaning:literal])+ $(.. $($never:lifetime)?)?
        $field:ident: $type:ty $(as $title:literal)?,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[doc = $meaning])+ pub $field: $type,)* }

        impl $crate::biz::Biz for $name {
            const MEMBERS: &'static [$crate::biz::Member] = {
                const PARTS: &[$crate::biz::Part] = &[$(
                    $crate::biz::part!(
                        members [$(.. $($never)?)?] [$($title)?] $field $type, concat!($($meaning),+)
                    )
                ),*];
                const MEMBERS: [$crate::biz::Member; $crate::biz::count(PARTS)] = $crate::biz::joined(PARTS);
                &MEMBERS
            };

            fn fields(members: &serde_json::Map<String, serde_json::Value>) -> Result<Self, $crate::biz::Wrong> {
                // A request may have no fields.
                let _ = members;
                Ok($name { $($field: $crate::biz::part!(read [$(.. $($never)?)?] $field $type, members),)* })
            }

            fn canonical(&self) -> serde_json::Map<String, serde_json::Value> {
                let members = serde_json::Map::new();
                $(let members = $crate::biz::part!(canonical [$(.. $($never)?)?] $field self, members);)*
                members
            }

            fn as_sent(&self) -> serde_json::Map<String, serde_json::Value> {
                let members = serde_json::Map::new();
                $(let members = $crate::biz::part!(as_sent [$(.. $($never)?)?] $field self, members);)*
                members
            }
        }
    };
}

/// What a declaration says of one field, or (`[..]`) of one request whose fields it takes in.
macro_rules! part {
    (members [] [] $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::part!(member None, $field $type, $meaning)
    };
    (members [] [$title:literal] $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::part!(member Some($title), $field $type, $meaning)
    };
    (member $title:expr, $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::Part {
            members: &[$crate::biz::Member {
                name: $crate::biz::plain(stringify!($field)),
                required: <$type as $crate::biz::Field>::REQUIRED,
                meaning: $meaning,
                shape: <$type as $crate::biz::Field>::SHAPE,
                title: $title,
            }],
            always: true,
        }
    };
    (members [..] [] $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::Part { members: <$type as $crate::biz::Biz>::MEMBERS, always: true }
    };
    (read [] $field:ident $type:ty, $members:ident) => {
        $crate::biz::read_field::<$type>($members, $crate::biz::plain(stringify!($field)))?
    };
    (read [..] $field:ident $type:ty, $members:ident) => {
        <$type as $crate::biz::Biz>::fields($members)?
    };
    ($form:ident [] $field:ident $request:ident, $members:ident) => {{
        let mut members = $members;
        let value = $crate::biz::Field::$form(&$request.$field);
        $crate::biz::put(&mut members, $crate::biz::plain(stringify!($field)), value);
        members
    }};
    ($form:ident [..] $field:ident $request:ident, $members:ident) => {{
        let mut members = $members;
        members.extend($crate::biz::Biz::$form(&$request.$field));
        members
    }};
}

pub(crate) use {biz, part};

#[cfg(test)]
mod tests {
    use crate::biz::{Biz, Positive, Text, object};
    use serde_json::{Map, Value};

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
        /// A request that takes in the fields of the other.
        pub struct Longer {
            /// Named by a word that Rust needs.
            r#type: Text<4>,
            /// The rest.
            ..request: Request,
            /// After the other's fields, and refused by its Chinese name.
            last: Option<Text<1>> as "末项",
        }
    }

    fn check(biz_content: &str, expect: Result<&str, &str>) {
        check_as::<Request>(biz_content, expect);
    }

    fn check_as<T: Biz>(biz_content: &str, expect: Result<&str, &str>) {
        let answer = object(Some(biz_content)).and_then(|members| T::read(&members));
        let answer = answer.map(|request| Value::Object(request.canonical()).to_string());
        let answer = answer.map_err(|rejection| format!("{} {}", rejection.sub_code, rejection.sub_msg));
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
    fn a_request_may_take_in_the_fields_of_another() {
        let names: Vec<_> = Longer::MEMBERS.iter().map(|member| (member.name, member.required)).collect();
        assert_eq!(names, [("type", true), ("name", true), ("page_size", false), ("last", false)]);
        let text = r#"{"last":"l","page_size":"2","name":"a","type":"b"}"#;
        check_as::<Longer>(text, Ok(r#"{"type":"b","name":"a","page_size":2,"last":"l"}"#));
        check_as::<Longer>(r#"{"name":"a"}"#, Err("INVALID_PARAMETER 参数有误: type 不能为空"));
        check_as::<Longer>(r#"{"type":"a"}"#, Err("INVALID_PARAMETER 参数有误: name 不能为空"));
        let long = r#"{"last":"too long","name":"a","type":"b"}"#;
        let expect = "INVALID_PARAMETER 参数有误REQUEST_PARAM_ILLEGAL|异常原因:请求参数非法|末项(last)为空或格式错误";
        check_as::<Longer>(long, Err(expect));
        let sent = object(Some(text)).and_then(|members| Longer::read(&members)).map(|request| request.as_sent().len());
        assert_eq!(sent, Ok(4));
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
