//! A request on its way from an SDK to the gateway, and what may happen to it there.

use super::METHOD;
use crate::raw::{Connection, signed_node};
use crate::running::Running;
use serde_json::Value;
use std::borrow::Cow;
use wire::{Charset, ContentKey};

/// Names and values, still percent-encoded, in the order in which they are sent.
type Pairs = Vec<(String, Vec<u8>)>;

#[derive(Clone, Debug)]
pub(super) struct Request {
    query: Pairs,
    body: Pairs,
}

impl Request {
    pub(super) fn read(query: &str, body: &str) -> Request {
        let pairs = |text: &str| {
            let pairs = text.split('&').filter(|pair| !pair.is_empty());
            let split = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.into()));
            pairs.map(|pair| split(pair).expect("name=value")).collect::<Pairs>()
        };
        Request { query: pairs(query), body: pairs(body) }
    }

    pub(super) fn of(query: &[(String, Vec<u8>)], body: &[(String, Vec<u8>)]) -> Request {
        let encode =
            |pairs: &[(String, Vec<u8>)]| pairs.iter().map(|(name, value)| (name.clone(), encoded(value))).collect();
        Request { query: encode(query), body: encode(body) }
    }

    /// What comes out of these steps; see `tests/sdk/wrong/README.md`.
    pub(super) fn between(mut self, steps: &[String], aes_key: &ContentKey) -> Request {
        for step in steps {
            self.step(step, aes_key);
        }
        self
    }

    fn step(&mut self, step: &str, aes_key: &ContentKey) {
        let words: Vec<&str> = step.split(' ').collect();
        match words[..] {
            ["add", pair] => {
                let (name, value) = pair.split_once('=').expect("name=value");
                self.query.insert(0, (name.to_owned(), value.into()));
            }
            ["drop", name] => {
                self.query.retain(|(known, _)| known != name);
                self.body.retain(|(known, _)| known != name);
            }
            ["append", name, end] => self.change(name, |value| [&value, end.as_bytes()].concat()),
            ["encode", "again", name] => self.change(name, |value| encoded(&value)),
            ["encode", "uri", name] => {
                self.move_to_body();
                self.change(name, |value| encoded_but(&decoded(&value), b"-_.!~*'();/?:@&=+$,#"));
            }
            ["send", "plain", name] => {
                self.move_to_body();
                self.change(name, |value| decoded(&value));
            }
            ["plain", "plus", name] => self.change(name, |value| replaced(&value, "%2B", "+")),
            ["html", name] => {
                self.change(name, |value| {
                    encoded(&replaced(&replaced(&decoded(&value), "&", "&amp;"), "\"", "&quot;"))
                });
            }
            ["charset", "gbk", name] => self.change(name, |value| {
                let text = String::from_utf8(decoded(&value)).expect("text");
                encoded(&Charset::Gbk.encode(&text).expect("it is in GBK"))
            }),
            ["latin1", name] => {
                let twice = |value: Vec<u8>| value.into_iter().map(char::from).collect::<String>().into_bytes();
                self.change(name, |value| encoded(&twice(decoded(&value))));
            }
            ["encrypt"] => self.change("biz_content", |value| encoded(aes_key.encrypt(&decoded(&value)).as_bytes())),
            ["json", ref styles @ ..] => self.change("biz_content", |value| {
                let text = String::from_utf8(decoded(&value)).expect("text");
                encoded(styles.iter().fold(text, |text, style| json(&text, style)).as_bytes())
            }),
            ["sign", how] => self.change("sign", |value| {
                let sign = decoded(&value);
                encoded(&match how {
                    "crlf" => sign.chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect(),
                    "short" => sign[..255 - 255 % 4].to_vec(),
                    other => panic!("no such way: {other}"),
                })
            }),
            _ => panic!("no such step: {step}"),
        }
    }

    /// Plain text fits into no request line.
    fn move_to_body(&mut self) {
        let mut query = std::mem::take(&mut self.query);
        query.append(&mut self.body);
        self.body = query;
    }

    fn change(&mut self, name: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) {
        for (known, value) in self.query.iter_mut().chain(&mut self.body) {
            if name == "*" || known == name {
                *value = change(std::mem::take(value));
            }
        }
    }

    /// Sends it; the trace id and the answer's node.
    pub(super) fn send(&self, running: &Running) -> (String, Value) {
        let joined = |pairs: &Pairs| {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| [name.as_bytes(), b"=", value].concat()).collect();
            pairs.join(&b'&')
        };
        let (query, body) = (joined(&self.query), joined(&self.body));
        let head = format!(
            "POST /gateway.do?{} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n",
            String::from_utf8(query).expect("encoded"),
            body.len()
        );
        let answer = Connection::open(running.address).exchange(&[head.as_bytes(), &body].concat()).expect("an answer");
        let trace_id = crate::shop::header(&answer, "trace_id").to_owned();
        let node = signed_node(&answer.body, &running.platform_key);
        let node = node.unwrap_or_else(|| panic!("not signed: {}", String::from_utf8_lossy(&answer.body)));
        assert!(crate::raw::find(&answer.body, METHOD.replace('.', "_").as_bytes()).is_some());
        // To the Java SDK an answer in GBK goes as such.
        let text = Charset::Utf8.decode(node).or_else(|| Charset::Gbk.decode(node)).expect("text");
        (trace_id, serde_json::from_str(&text).expect("JSON"))
    }
}

/// A JSON text in another way.
pub(super) fn json(text: &str, style: &str) -> String {
    let escaped = |text: &str, which: fn(char) -> bool| {
        let mut escaped = String::new();
        for character in text.chars() {
            match which(character) {
                false => escaped.push(character),
                true => character
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
            }
        }
        escaped
    };
    match style {
        "compact" => text.to_owned(),
        "slashes" => text.replace('/', "\\/"),
        "ascii" => escaped(text, |character| !character.is_ascii()),
        "gson" => escaped(text, |character| "<>&='".contains(character)),
        "sorted" => {
            let members: std::collections::BTreeMap<String, Value> = serde_json::from_str(text).expect("JSON");
            serde_json::to_string(&members).expect("JSON")
        }
        "twice" => serde_json::to_string(text).expect("JSON"),
        other => panic!("no such style: {other}"),
    }
}

pub(super) fn encoded(bytes: &[u8]) -> Vec<u8> {
    encoded_but(bytes, b"-._*")
}

pub(super) fn encoded_but(bytes: &[u8], kept: &[u8]) -> Vec<u8> {
    let encode = |&byte: &u8| match byte {
        _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect::<String>().into_bytes()
}

fn decoded(value: &[u8]) -> Vec<u8> {
    let pair = [b"x=", value].concat();
    wire::form_pairs(&pair).next().map(|(_, value)| Cow::into_owned(value)).unwrap_or_default()
}

pub(super) fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("text");
    text.replace(from, to).into_bytes()
}
