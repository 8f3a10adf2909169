//! Callers that are slow, half open, or send too much: they are bounded, and nobody waits for them.

use crate::raw::{Connection, signed_node};
use crate::running::{NOW, Running, conditions, refuse, succeed};
use client::Client;
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::testing::Engine;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";
const COUNT: &str = "koubei.marketing.campaign.crowd.count";
const CREATE: &str = "koubei.marketing.campaign.crowd.create";

#[test]
fn slow_and_half_open_callers_hold_nobody_up() {
    const CALLS: usize = 400;
    let running = Running::start(Engine::Sqlite);
    let connect = || TcpStream::connect(running.address).expect("it listens");
    let head = "POST /gateway.do?method=a.b HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\napp_id=";
    let idle: Vec<_> = (0..200).map(|_| connect()).collect();
    let unfinished: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = connect();
            stream.write_all(head.as_bytes()).expect("it reads");
            stream
        })
        .collect();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // A byte a second each, in heads and in bodies.
            let mut slow: Vec<_> = (0..50).map(|_| connect()).collect();
            for byte in head.bytes().chain(std::iter::repeat(b'x')) {
                if over.load(Ordering::Acquire) {
                    return;
                }
                // One that was thrown out has had its time.
                slow.retain_mut(|stream| stream.write_all(&[byte]).is_ok());
                std::thread::sleep(Duration::from_secs(1) / 10);
            }
        });
        let client = running.client();
        let mut times: Vec<_> = (0..CALLS)
            .map(|call| {
                let began = Instant::now();
                match call % 4 {
                    0 => drop(crate::running::crowd(&client, &call.to_string())),
                    _ => drop(succeed(&client, TAGS_QUERY, &json!({}))),
                }
                began.elapsed()
            })
            .collect();
        over.store(true, Ordering::Release);
        times.sort();
        let [median, p99] = [CALLS / 2, CALLS * 99 / 100].map(|place| times[place]);
        println!("beside {} others: median {median:?}, p99 {p99:?}", idle.len() + unfinished.len() + 50);
        assert!(p99 < Duration::from_secs(1), "{p99:?}");
    });
}

/// Sends a request line's target and a body, and reads what is answered: the status, and the verified node.
fn send(running: &Running, target: &str, content_type: &str, body: &[u8]) -> (u16, Value) {
    let mut connection = Connection::open(running.address);
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // An answer may come before the last byte was taken.
    let mut writing = connection.stream.try_clone().expect("a socket");
    let answer = std::thread::scope(|scope| {
        scope.spawn(move || drop(writing.write_all(head.as_bytes()).and_then(|()| writing.write_all(body))));
        connection.answer()
    });
    let answer = answer.unwrap_or_else(|error| panic!("{} bytes to {:.60}: {error}", body.len(), target));
    let node = signed_node(&answer.body, &running.platform_key);
    let node = node.map_or(Value::Null, |node| serde_json::from_slice(node).expect("JSON"));
    (answer.status, node)
}

#[test]
fn what_is_too_much_is_refused_as_designed() {
    const FORM: &str = "application/x-www-form-urlencoded";
    const TARGET: &str = "/gateway.do?method=a.b";
    let running = Running::start(Engine::Sqlite);
    let told = |(status, node): (u16, Value)| {
        assert_eq!((status, &node["sub_code"]), (200, &json!("isv.invalid-parameter")), "{node}");
        // What follows is a stand-in's advice.
        let text = node["sub_msg"].as_str().expect("a text");
        text.split("，解决方案").next().expect("a first part").to_owned()
    };
    // Bodies: 16 MiB are read, a byte more is not, and what is far longer is answered too.
    let (status, node) = send(&running, TARGET, FORM, &vec![b'x'; 16 << 20]);
    assert_eq!((status, &node["sub_code"]), (200, &json!("isv.missing-app-id")));
    for len in [(16 << 20) + 1, 17 << 20, 64 << 20] {
        assert_eq!(told(send(&running, TARGET, FORM, &vec![b'x'; len])), "参数无效: 请求体超过16MiB或不完整", "{len}");
    }
    // Targets: 32 KiB are read, a byte more is not; what is no URI at all (over 65,534 bytes) the HTTP layer refuses.
    let target = |len: usize| format!("{TARGET}&x={}", "x".repeat(len - TARGET.len() - 3));
    let (status, node) = send(&running, &target(32 << 10), FORM, b"");
    assert_eq!((status, &node["sub_code"]), (200, &json!("isv.missing-app-id")));
    for len in [(32 << 10) + 1, 65_534] {
        assert_eq!(told(send(&running, &target(len), FORM, b"")), "参数无效: 请求地址超过32KiB", "{len}");
    }
    assert_eq!(send(&running, &target(65_535), FORM, b"").0, 414);
    // Parameters, in a form and in parts.
    let form = |count: usize| (0..count).map(|number| format!("p{number}=1")).collect::<Vec<_>>().join("&");
    assert_eq!(send(&running, TARGET, FORM, form(999).as_bytes()).1["sub_code"], "isv.missing-app-id");
    assert_eq!(told(send(&running, TARGET, FORM, form(1000).as_bytes())), "参数无效：参数过多");
    let part = |number| format!("--B\r\ncontent-disposition: form-data; name=\"p{number}\"\r\n\r\n1\r\n");
    let parts = (0..1001).map(part).collect::<String>() + "--B--";
    let multipart = "multipart/form-data; boundary=B";
    assert_eq!(told(send(&running, TARGET, multipart, parts.as_bytes())), "参数无效：multipart/form-data格式错误");
}

#[test]
fn what_is_too_much_in_biz_content_is_refused_by_name() {
    let running = Running::start(Engine::Sqlite);
    let client = running.client();
    let raw = |biz_content: &str| call_raw(&client, CREATE, biz_content);
    for depth in [33, 200, 100_000] {
        let nested = format!("{{\"name\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert_eq!(raw(&nested), ("40002".to_owned(), "isv.invalid-parameter".to_owned()), "{depth}");
        assert_eq!(raw(&"[".repeat(depth)), ("40002".to_owned(), "isv.invalid-parameter".to_owned()), "{depth}");
    }
    let nested = format!("{{\"name\":{}{}}}", "[".repeat(31), "]".repeat(31));
    assert_eq!(raw(&nested).1, "INVALID_PARAMETER", "read, and then refused");
    let some = |count: usize| {
        let one = json!({"op": "NEQ", "tagCode": "pam_gender", "value": "9"});
        Value::from(vec![one; count]).to_string()
    };
    let check = |method: &str, request: Value, reason: &str| {
        let answer = refuse(&client, method, &request, "INVALID_PARAMETER");
        // What follows is a stand-in's advice.
        let told = answer.sub_msg.as_deref().and_then(|told| told.split("，解决方案").next());
        assert_eq!(told, Some(format!("参数有误: {reason}").as_str()));
    };
    succeed(&client, COUNT, &json!({"conditions": some(64)}));
    check(COUNT, json!({"conditions": some(65)}), "conditions 元素个数必须在1到64之间");
    check(COUNT, json!({"conditions": some(2000)}), "conditions 长度不能超过65535");
    let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
    check(COUNT, json!({"conditions": deep}), "conditions 不是合法的JSON");
    let dimensions = json!(vec!["pam_gender"; 100]).to_string();
    check(COUNT, json!({"conditions": some(1), "dimensions": dimensions}), "dimensions 长度不能超过1024");
    // A value itself, not in a string, is held to the same bounds.
    let many: Value = serde_json::from_str(&some(65)).expect("JSON");
    check(COUNT, json!({"conditions": many}), "conditions 元素个数必须在1到64之间");
    succeed(&client, COUNT, &json!({"conditions": conditions("IN", "pam_age", &vec!["1"; 1_000].join(","))}));
    let long = json!({"conditions": conditions("IN", "pam_age", &vec!["1"; 1_001].join(","))});
    let answer = refuse(&client, COUNT, &long, "INVALID_PARAMETER");
    assert!(answer.sub_msg.is_some_and(|told| told.contains("1000")), "the list's bound is told");
}

/// Calls with a text that need not be JSON; code and sub_code.
fn call_raw(client: &Client, method: &str, biz_content: &str) -> (String, String) {
    let answer = client.call(method, biz_content, NOW).expect("an answer");
    (answer.code, answer.sub_code.unwrap_or_default())
}

/// The largest call that is allowed is answered: a body just under 16 MiB, well signed.
#[test]
fn a_call_just_within_the_bounds_is_answered() {
    let running = Running::start(Engine::Sqlite);
    let form = Running::form_of(TAGS_QUERY, 15 << 20);
    let (status, node) = send(&running, "/gateway.do", "application/x-www-form-urlencoded", form.as_bytes());
    assert_eq!((status, &node["code"]), (200, &json!("10000")));
}
