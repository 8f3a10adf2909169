//! A refused signature says why: in the answer of a stand-in, and to `punchcard doctor`.

use crate::running::{APP_ID, PID, Running, app_key, each_engine};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use store::testing::Engine;
use wire::{PrivateKey, SignType};

/// Signs `string` with `key` and sends `parameters`; trace id and what the caller is told.
fn refused(running: &Running, string: &str, key: &PrivateKey, parameters: &str) -> (String, String) {
    let sign: String = key.sign(SignType::Rsa2, string.as_bytes()).replace('+', "%2B").replace('/', "%2F");
    let body = format!("{parameters}&sign={sign}");
    let mut stream = TcpStream::connect(running.address).expect("it listens");
    let head =
        "POST /gateway.do HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let trace_id = head.lines().find_map(|line| line.strip_prefix("trace_id: ")).expect("a trace id").to_owned();
    let answer: Value = serde_json::from_str(body).expect("JSON");
    let node = &answer["koubei_marketing_campaign_tags_query_response"];
    assert_eq!(node["sub_code"], "isv.invalid-signature", "{body}");
    (trace_id, node["sub_msg"].as_str().expect("a text").to_owned())
}

const SENT: &str = "app_id=2021000000000001&charset=utf-8&method=koubei.marketing.campaign.tags.query&sign_type=RSA2\
                    &timestamp=2026-01-01%2012:00:00&version=1.0";
const STRING: &str = "app_id=2021000000000001&charset=utf-8&method=koubei.marketing.campaign.tags.query&sign_type=RSA2\
                      &timestamp=2026-01-01 12:00:00&version=1.0";

each_engine!(a_string_without_sign_type_is_recognised, |engine| {
    let running = Running::start(engine);
    let string = STRING.replace("&sign_type=RSA2", "");
    let (trace_id, told) = refused(&running, &string, &app_key(), SENT);
    assert!(told.contains("，解决方案：") && told.contains("sign_type") && told.contains(&trace_id), "{told}");
    let said = running.doctor(&trace_id);
    assert!(said.contains("sign_type") && said.contains("app 2021000000000001"), "{said}");
});

#[test]
fn a_wrong_key_is_recognised() {
    let platform = PrivateKey::generate();
    let world = format!(
        "[platform]\nprivate_key = \"{}\"\n[[merchant]]\npid = \"{PID}\"\n[[app]]\napp_id = \"{APP_ID}\"\npid = \"{PID}\"\npublic_key = \"{}\"\n",
        platform.to_pkcs8_base64(),
        platform.public_key().to_base64(),
    );
    let running = Running::start_with(Engine::Sqlite, &world, &[]);
    let (trace_id, _) = refused(&running, STRING, &app_key(), SENT);
    let said = running.doctor(&trace_id);
    assert!(said.contains("platform"), "{said}");
}

#[test]
fn text_signed_in_the_other_charset_is_recognised() {
    let running = Running::start(Engine::Sqlite);
    let gbk = wire::Charset::Gbk.encode("名").expect("it is in GBK").into_owned();
    let mut string = STRING.replace("&charset", "&biz_content={\"name\":\"").into_bytes();
    // Signed over GBK bytes, sent as UTF-8.
    let at = string.windows(8).position(|window| window == b"\"name\":\"").expect("it is there") + 8;
    string.splice(at..at, gbk.into_iter().chain(*b"\"}&charset"));
    let key = app_key();
    let sign = key.sign(SignType::Rsa2, &string).replace('+', "%2B").replace('/', "%2F");
    let sent = SENT.replace("&charset", "&biz_content=%7B%22name%22:%22%E5%90%8D%22%7D&charset");
    let mut stream = TcpStream::connect(running.address).expect("it listens");
    let body = format!("{sent}&sign={sign}");
    let head =
        "POST /gateway.do HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(
        answer.contains("isv.invalid-signature") && answer.contains("，解决方案：") && answer.contains("gbk"),
        "{answer}"
    );
}

// The commonest mistake: the key's public half was registered nowhere.
each_engine!(a_key_that_was_never_registered_is_told_from_a_wrong_string, |engine| {
    let running = Running::start(engine);
    let (unknown, told) = refused(&running, STRING, &PrivateKey::generate(), SENT);
    assert!(told.contains("，解决方案：密钥不匹配"), "{told}");
    let said = running.doctor(&unknown);
    assert!(said.contains("cause: unknown-key") && said.contains("the key is wrong"), "{said}");
    assert!(!said.contains("byte by byte"), "{said}");
    // The string stands there raw and whole: quotes, ampersands, more than the answer shows.
    let long = "x".repeat(6_000);
    let sent = SENT.replace("&charset", &format!("&biz_content=%7B%22a%22:%22%26{long}%0A%1B%22%7D&charset"));
    let string = STRING.replace("&charset", &format!("&biz_content={{\"a\":\"&{long}\n\u{1b}\"}}&charset"));
    let (other, told) = refused(&running, &string.replace("xxx", "xxy"), &app_key(), &sent);
    assert!(told.contains("密钥匹配，但被签名的是另一个字符串"), "{told}");
    let said = running.doctor(&other);
    assert!(said.contains("cause: other-string") && said.contains("the key is right"), "{said}");
    let line = string.replace('\n', "\\u{a}").replace('\u{1b}', "\\u{1b}");
    assert!(said.lines().any(|shown| shown == line), "{said}");
    let exact = running.command(&["doctor", &other, "--json"]);
    let exact: Value = serde_json::from_slice(&exact.stdout).expect("JSON");
    assert!(exact["detail"].as_str().is_some_and(|detail| detail.ends_with(&string)), "{exact}");
    let (third, _) = refused(&running, "", &PrivateKey::generate(), SENT);
    running.doctor(&third);
    // Without a trace the last ones, the newest first; where the clock stands still, those of the app's own key first.
    let listed = running.command(&["doctor"]);
    let listed = String::from_utf8(listed.stdout).expect("text");
    let traces: Vec<&str> = listed.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(traces, [&other, &third, &unknown], "{listed}");
    assert!(
        listed.lines().next().is_some_and(|line| line.contains("other-string") && line.contains(APP_ID)),
        "{listed}"
    );
    let listed = running.command(&["doctor", "--limit", "1", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["trace_id"]), (Some(1), &Value::from(other)));
});

#[test]
fn doctor_knows_what_it_does_not_know() {
    let running = Running::start(Engine::Sqlite);
    let output = running.command(&["doctor"]);
    assert!(output.status.success() && output.stdout.is_empty());
    let output = running.command(&["doctor", "nosuchtrace"]);
    assert_eq!(output.status.code(), Some(1));
}

each_engine!(whoever_has_no_key_pushes_no_refusal_of_one_who_has_out_of_the_doctors_memory, |engine| {
    let running = Running::start(engine);
    let (trace_id, _) = refused(&running, &STRING.replace("&sign_type=RSA2", ""), &app_key(), SENT);
    running.doctor(&trace_id);
    // Refusals of the app's own id, each without a signature, many more than any memory has room for.
    const AT_ONCE: usize = 100;
    let request = format!("GET /gateway.do?app_id={APP_ID} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(AT_ONCE);
    let mut connection = crate::raw::Connection::open(running.address);
    for _ in 0..12 {
        connection.stream.write_all(request.as_bytes()).expect("it reads");
        for _ in 0..AT_ONCE {
            assert_eq!(connection.answer().expect("an answer").status, 200);
        }
    }
    let last = connection
        .exchange(format!("GET /gateway.do?app_id={APP_ID}&method=x HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())
        .expect("an answer");
    running.doctor(crate::shop::header(&last, "trace_id"));
    assert!(running.doctor(&trace_id).contains("sign_type"));
});
