//! Fields that hold a file: what a request knows of it. The bytes stay with the call.

use super::{ABSENT, Field, Member, Shape};
use serde_json::{Map, Value, json};
use wire::File;

/// The member that stands for the hash of a file's bytes, so that two requests with other files are two.
const SHA256: &str = "sha256";

/// A file that came with the call; its method finds the bytes by the field's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    sha256: String,
}

impl Field for SentFile {
    const SHAPE: Shape = Shape::File;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let sha256 = value.ok_or(ABSENT)?.get(SHA256).and_then(Value::as_str).ok_or("必须是文件")?;
        Ok(SentFile { sha256: sha256.to_owned() })
    }

    fn canonical(&self) -> Option<Value> {
        Some(json!({SHA256: self.sha256}))
    }
}

/// Puts the files of a call into its members, where its method has fields for files. Whatever else stands there is no
/// file, however it looks.
pub fn put_files(members: &mut Map<String, Value>, fields: &[Member], files: &[File]) {
    for field in fields.iter().filter(|field| matches!(field.shape, Shape::File)) {
        match files.iter().find(|file| file.field == field.name && !file.bytes.is_empty()) {
            Some(file) => {
                let hex: String = wire::sha256(&file.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                members.insert(field.name.to_owned(), json!({SHA256: hex}));
            }
            None => {
                if let Some(member) = members.get_mut(field.name).filter(|member| !is_absent(member)) {
                    *member = Value::Bool(false);
                }
            }
        }
    }
}

fn is_absent(member: &Value) -> bool {
    member.is_null() || member.as_str() == Some("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biz::{Biz, Text, biz};

    biz! {
        /// With a file.
        pub struct Request {
            /// A name.
            name: Text<4>,
            /// A file.
            content: SentFile,
        }
    }

    fn check(members: &Value, files: &[(&str, &[u8])], expect: Result<&str, &str>) {
        let file = |(field, bytes): &(&str, &[u8])| File {
            field: (*field).to_owned(),
            name: "x".to_owned(),
            bytes: bytes.to_vec(),
        };
        let files: Vec<_> = files.iter().map(file).collect();
        let mut members = members.as_object().expect("an object").clone();
        put_files(&mut members, Request::MEMBERS, &files);
        let read = Request::read(&members).map(|request| Value::Object(request.canonical()).to_string());
        let read = read.map_err(|rejection| rejection.sub_msg.into_owned());
        assert_eq!(read.as_deref().map_err(String::as_str), expect, "{members:?}");
    }

    #[test]
    fn a_file_is_one_that_came_as_a_file() {
        let of_abc =
            r#"{"name":"n","content":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}"#;
        check(&json!({"name": "n"}), &[("content", b"abc")], Ok(of_abc));
        check(&json!({"name": "n", "content": "text"}), &[("content", b"abc")], Ok(of_abc));
        check(&json!({"name": "n"}), &[("other", b"abc")], Err("参数有误: content 不能为空"));
        check(&json!({"name": "n"}), &[("content", b"")], Err("参数有误: content 不能为空"));
        check(&json!({"name": "n", "content": ""}), &[], Err("参数有误: content 不能为空"));
        for forged in [json!("abc"), json!({"sha256": "00"}), json!(1)] {
            check(&json!({"name": "n", "content": forged}), &[], Err("参数有误: content 必须是文件"));
        }
    }
}
