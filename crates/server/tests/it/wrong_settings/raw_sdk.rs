//! Requests as the Java and the PHP SDK make them, which are in no registry, with a string to sign that is wrong in the
//! way that a setting says.

use super::request::{Request, encoded, encoded_but, json, replaced};
use super::{APP_ID, METHOD, Setting};
use serde_json::Value;
use wire::{Charset, PrivateKey, SignType};

type Members = Vec<(String, Vec<u8>)>;

pub(super) fn request(setting: &Setting, key: &PrivateKey, content: &Value) -> Request {
    let charset = setting.charset.as_deref().unwrap_or("UTF-8");
    let sent_in = Charset::from_name(charset.as_bytes()).expect("a charset");
    let app_id = setting.app_id.as_deref().unwrap_or(APP_ID);
    let own = match setting.sdk.as_str() {
        // In the order of its hash map.
        "java" => vec![
            ("charset", charset),
            ("method", METHOD),
            ("version", "1.0"),
            ("app_id", app_id),
            ("sign_type", "RSA2"),
            ("timestamp", "2026-01-01 12:00:00"),
            ("alipay_sdk", "alipay-sdk-java-dynamicVersionNo"),
            ("format", "json"),
        ],
        _ => vec![
            ("app_id", app_id),
            ("version", "1.0"),
            ("format", "json"),
            ("sign_type", "RSA2"),
            ("method", METHOD),
            ("timestamp", "2026-01-01 12:00:00"),
            ("alipay_sdk", "alipay-sdk-php-2020-04-15"),
            ("charset", charset),
        ],
    };
    let more = setting.more.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut query: Members = own.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value.into())).collect();
    let content = sent_in.encode(&content.to_string()).expect("the charset has it").into_owned();
    let body: Members = vec![("biz_content".to_owned(), content)];
    let string = string([&query[..], &body].concat(), &setting.string);
    query.push(("sign".to_owned(), key.sign(SignType::Rsa2, &string).into_bytes()));
    Request::of(&query, &body)
}

/// The string to sign, wrong by these steps.
fn string(mut members: Members, steps: &[String]) -> Vec<u8> {
    let (mut is_sorted, mut is_quoted) = (true, false);
    let mut end: Option<fn(Vec<u8>) -> Vec<u8>> = None;
    for step in steps {
        let words: Vec<&str> = step.split(' ').collect();
        let mut change = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
            members.iter_mut().for_each(|(_, value)| *value = change(std::mem::take(value)));
        };
        match words[..] {
            ["without", name] => members.retain(|(known, _)| known != name),
            ["with", pair] => {
                let (name, value) = pair.split_once('=').expect("name=value");
                members.push((name.to_owned(), value.into()));
            }
            ["as", "sent"] => is_sorted = false,
            ["quoted"] => is_quoted = true,
            ["only", name] => return members.into_iter().find(|(known, _)| known == name).expect("a member").1,
            ["charset", name] => change(&|value| in_charset(&value, name)),
            ["json", style] => {
                let (_, value) = members.iter_mut().find(|(name, _)| name == "biz_content").expect("a member");
                *value = json(std::str::from_utf8(value).expect("text"), style).into_bytes();
            }
            ["trimmed"] => change(&|value| value.trim_ascii().to_vec()),
            ["encoded", "form"] => change(&|value| replaced(&encoded(&value), "%20", "+")),
            ["encoded", "uri"] => change(&|value| encoded_but(&value, b"-._~")),
            ["html"] => end = Some(|string| replaced(&replaced(&string, "&", "&amp;"), "\"", "&quot;")),
            ["entities"] => end = Some(|string| replaced(&replaced(&string, "&times", "×"), "&not", "¬")),
            ["and", "&"] => end = Some(|string| [&string[..], b"&"].concat()),
            _ => panic!("no such step: {step}"),
        }
    }
    if is_sorted {
        members.sort();
    }
    let quote: &[u8] = if is_quoted { b"\"" } else { b"" };
    let pairs: Vec<_> =
        members.iter().map(|(name, value)| [name.as_bytes(), b"=", quote, value, quote].concat()).collect();
    let string = pairs.join(&b'&');
    end.map_or_else(|| string.clone(), |end| end(string.clone()))
}

/// A text, which is in UTF-8 or in GBK, in this charset; `ascii` has a question mark for the rest.
fn in_charset(value: &[u8], charset: &str) -> Vec<u8> {
    let text = Charset::Utf8.decode(value).or_else(|| Charset::Gbk.decode(value)).expect("text");
    match charset {
        "ascii" => {
            text.chars().map(|character| if character.is_ascii() { character } else { '?' }).collect::<String>().into()
        }
        name => Charset::from_name(name.as_bytes()).expect("a charset").encode(&text).expect("it has it").into_owned(),
    }
}
