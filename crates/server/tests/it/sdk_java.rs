//! The cases of `tests/sdk/cases.json`, asked as the official Java SDK asks, and read as it reads. The SDK itself is in
//! no registry; `wire::testing` has its reader.

use crate::consent::OAUTH;
use crate::raw::Connection;
use crate::running::{NOW, Running};
use crate::sdk::{SDK, prepare};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use store::testing::Engine;
use wire::{Charset, File, Multipart, PrivateKey, SignType};

/// How it names itself.
const JAVA: &str = "alipay-sdk-java-4.22.110.ALL";
/// The members of every answer.
const PUBLIC: [&str; 4] = ["code", "msg", "sub_code", "sub_msg"];

#[test]
fn java_on_sqlite() {
    java(Engine::Sqlite);
}

#[test]
fn java_on_postgres() {
    java(Engine::Postgres);
}

/// One run through the cases.
struct Run {
    server: Running,
    book: Value,
    known: BTreeMap<String, Value>,
}

fn java(engine: Engine) {
    let (server, runs) = prepare(engine, None, &[("utf-8", "RSA2")]);
    let book: Value = serde_json::from_slice(&fs::read(format!("{SDK}/cases.json")).expect("the cases")).expect("JSON");
    let known = runs[0]["known"].as_object().expect("an object").clone().into_iter();
    let own =
        [("run", "java-utf-8-RSA2."), ("tag", "java_utf_8_RSA2_")].map(|(name, text)| (name.to_owned(), text.into()));
    let mut run = Run { server, known: known.chain(own).collect(), book };
    let cases = run.book["cases"].as_array().expect("cases").clone();
    let mut in_gbk = 0;
    for case in &cases {
        let name = &case["case"];
        let first = run.read(case, Charset::Utf8, JAVA).expect("UTF-8 has all");
        run.compare_case(case, &first);
        // The same again, which changes nothing: whoever asks is told the same.
        let expect = run.ask(case, Charset::Utf8, "").expect("UTF-8 has all");
        assert_eq!(run.ask(case, Charset::Utf8, JAVA).as_ref(), Some(&expect), "{name}");
        let lacked = Charset::Gbk.encode(&expect.to_string()).is_none();
        if case["charset"].is_null()
            && !lacked
            && let Some(told) = run.ask(case, Charset::Gbk, JAVA)
        {
            assert_eq!(told, expect, "{name}");
            assert_eq!(run.ask(case, Charset::Gbk, "").as_ref(), Some(&expect), "{name}");
            in_gbk += 1;
        }
    }
    assert!(250 < cases.len() && cases.len() - 10 < in_gbk, "{} cases, {in_gbk} in GBK", cases.len());
}

impl Run {
    /// What a case is answered, but for what is each call's own: the string that was signed, and advice with its trace.
    fn ask(&self, case: &Value, charset: Charset, sdk: &str) -> Option<Value> {
        let mut members = self.read(case, charset, sdk)?;
        let told = members["sub_msg"].as_str().map(|told| {
            let own = ["，网关生成的验签字符串为：", "，解决方案"].map(|begin| told.find(begin).unwrap_or(told.len()));
            told[..own[0].min(own[1])].to_owned()
        });
        if let Some(told) = told {
            members["sub_msg"] = told.into();
        }
        // Each upload keeps a picture of its own.
        if !case["files"].is_null() && members["code"] == "10000" {
            members = serde_json::json!({"code": "10000"});
        }
        Some(members)
    }

    /// The node's members as this SDK reads them; nothing when the charset lacks what the case sends.
    fn read(&self, case: &Value, charset: Charset, sdk: &str) -> Option<Value> {
        let app = &self.book["apps"][case["app"].as_str().expect("an app")];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (method, token) = (text(&case["call"]), text(&app["app_auth_token"]));
        let mut sent = Map::new();
        for (name, value) in case["send"].as_object().into_iter().flatten() {
            let value = self.filled(value);
            sent.insert(
                name.clone(),
                if value.is_object() || value.is_array() { value.to_string().into() } else { value },
            );
        }
        let plain = case["plain"].as_object().into_iter().flatten();
        sent.extend(plain.map(|(name, value)| (name.clone(), self.filled(value))));
        let biz_content = if case["send"].is_null() { String::new() } else { Value::Object(sent).to_string() };
        let outside: Vec<_> = case["parameters"].as_object().into_iter().flatten().collect();
        let outside: Vec<_> = outside.into_iter().map(|(name, value)| (name, self.filled(value))).collect();
        let text_of = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let outside: Vec<_> = outside.iter().map(|(name, value)| (name.as_str(), text_of(value))).collect();
        let params = [
            ("app_id", &*text(&app["app_id"])),
            ("method", &method),
            ("format", "json"),
            ("timestamp", NOW),
            ("version", "1.0"),
            ("alipay_sdk", sdk),
            ("app_auth_token", &token),
            ("biz_content", &biz_content),
        ];
        let key = fs::read_to_string(format!("{SDK}/keys/{}.private.pem", text(&app["key"]))).expect("a key");
        let key = PrivateKey::parse(&key).expect("a key");
        let params: Vec<_> = {
            let outside = outside.iter().map(|(name, value)| (*name, value.as_str()));
            params.into_iter().chain(outside).filter(|(_, value)| !value.is_empty()).collect()
        };
        let files = case["files"].as_object().into_iter().flatten().map(|(field, file)| File {
            field: field.clone(),
            name: text(&file["name"]),
            bytes: STANDARD.decode(text(&file["base64"])).expect("base64"),
        });
        let files: Vec<_> = files.collect();
        let Multipart { content_type, body } = if files.is_empty() {
            let form = wire::signed_form(&params, charset, SignType::Rsa2, &key)?;
            Multipart { content_type: "application/x-www-form-urlencoded".to_owned(), body: form.into_bytes() }
        } else {
            let sent = wire::signed_multipart(&params, &files, charset, SignType::Rsa2, &key)?;
            // As this SDK writes it: the charset behind the boundary, and a line break before the first.
            let content_type = format!("{};charset={}", sent.content_type.replace("; ", ";"), charset.name());
            Multipart { content_type, body: [b"\r\n", &sent.body[..]].concat() }
        };
        let head = format!("POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}");
        let request = format!("{head}\r\ncontent-length: {}\r\n\r\n", body.len());
        let request = [request.as_bytes(), &body].concat();
        let answer = Connection::open(self.server.address).exchange(&request).expect("an answer").body;
        let node = wire::check_answer(&method, &answer, SignType::Rsa2, &self.server.platform_key)
            .unwrap_or_else(|error| panic!("{}: {error}", case["case"]));
        let (node, answer) =
            [node, &answer].map(|bytes| charset.decode(bytes).expect("its charset").into_owned()).into();
        if sdk.is_empty() {
            assert_eq!(wire::testing::brace_counting(&method, &answer), Some(&*node), "{}", case["case"]);
            return Some(serde_json::from_str(&node).expect("JSON"));
        }
        let read = wire::testing::java(&method, &answer).unwrap_or_else(|| panic!("{}: {answer}", case["case"]));
        assert_eq!(read.signed, node, "{}", case["case"]);
        Some(read.members)
    }

    /// What the case says of the answer.
    fn compare_case(&mut self, case: &Value, answer: &Value) {
        let context = format!("{}: {answer}", case["case"]);
        let members: Map<String, Value> = answer.as_object().expect("an object").clone();
        let (public, members): (Map<_, _>, Map<_, _>) =
            members.into_iter().partition(|(name, _)| PUBLIC.contains(&name.as_str()));
        // A success of this method has neither code nor msg.
        let is_bare = case["call"] == OAUTH && case["refused"].is_null();
        let code = if is_bare { "10000" } else { public["code"].as_str().expect("a code") };
        assert!(!is_bare || public.is_empty(), "{context}");
        assert!(is_bare || public["msg"] == self.book["msg"][code], "{context}");
        if let Some(refused) = case["refused"].as_str() {
            let words: Vec<_> = refused.split(' ').collect();
            assert_eq!((code, &public["sub_code"], members.len()), (words[0], &words[1].into(), 0), "{context}");
            let told = public["sub_msg"].as_str().expect("a text");
            for word in &words[2..] {
                let word = self.filled(&(*word).into());
                assert!(told.contains(word.as_str().expect("a text")), "{word}: {context}");
            }
            return;
        }
        assert_eq!((code, public.get("sub_code")), ("10000", None), "{context}");
        let wanted = case["answer"].as_object().expect("an answer");
        assert_eq!(wanted.len(), members.len(), "{context}");
        for (name, wanted) in wanted {
            self.compare(wanted, &members[name], &context);
        }
    }

    fn compare(&mut self, wanted: &Value, found: &Value, context: &str) {
        let unknown = wanted.as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
        match (unknown, wanted, found) {
            (Some(name), ..) if is_name(name) && !self.known.contains_key(name) => {
                assert!(found.as_str().is_some_and(|text| !text.is_empty()), "{name}: {context}");
                self.known.insert(name.to_owned(), found.clone());
            }
            (_, Value::Array(_) | Value::Object(_), Value::String(json)) => {
                let found = serde_json::from_str(json).unwrap_or_else(|_| panic!("{json}: {context}"));
                self.compare(wanted, &found, context);
            }
            (_, Value::Array(wanted), Value::Array(found)) => {
                assert_eq!(wanted.len(), found.len(), "{context}");
                wanted.iter().zip(found).for_each(|(wanted, found)| self.compare(wanted, found, context));
            }
            (_, Value::Object(wanted), Value::Object(found)) => {
                assert_eq!(wanted.len(), found.len(), "{context}");
                for (name, wanted) in wanted {
                    let found = found.get(name).unwrap_or_else(|| panic!("{name}: {context}"));
                    self.compare(wanted, found, context);
                }
            }
            _ => assert_eq!(found, &self.filled(wanted), "{context}"),
        }
    }

    /// A value of cases.json with what is known by now.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let mut filled = String::new();
                let mut rest = text.as_str();
                while let Some((before, after)) = rest.split_once('{') {
                    filled.push_str(before);
                    match after.split_once('}').filter(|(name, _)| is_name(name)) {
                        Some((name, after)) => {
                            filled.push_str(self.known[name].as_str().expect("a text"));
                            rest = after;
                        }
                        None => {
                            filled.push('{');
                            rest = after;
                        }
                    }
                }
                (filled + rest).into()
            }
            Value::Array(values) => values.iter().map(|value| self.filled(value)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.filled(value))).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}
