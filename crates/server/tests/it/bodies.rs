//! Bodies of callers that nobody has verified: they hold no more memory than there is for them, and good calls are
//! answered meanwhile.

use crate::raw::{Connection, find, signed_node};
use crate::running::{Running, succeed};
use serde_json::{Value, json};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};
use store::testing::Engine;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";

/// What a process holds now, and has held at most; MiB.
fn memory(running: &Running) -> [u64; 2] {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).expect("it runs");
    ["VmRSS:", "VmHWM:"].map(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") >> 10
    })
}

/// A signed call whose body has as many bytes, more or less.
fn signed(bytes: usize) -> Vec<u8> {
    request(&Running::form_of(TAGS_QUERY, bytes))
}

fn request(form: &str) -> Vec<u8> {
    let head = "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    format!("{head}content-length: {}\r\n\r\n{form}", form.len()).into_bytes()
}

fn code(running: &Running, request: &[u8]) -> Value {
    let mut connection = Connection::open(running.address);
    let mut writing = connection.stream.try_clone().expect("a socket");
    let answer = std::thread::scope(|scope| {
        scope.spawn(move || drop(writing.write_all(request)));
        connection.answer().expect("an answer")
    });
    let node = signed_node(&answer.body, &running.platform_key).expect("it is signed");
    serde_json::from_slice::<Value>(node).expect("JSON")["code"].clone()
}

#[test]
fn a_hundred_stalled_bodies_hold_a_bounded_memory() {
    const LEN: usize = 16 << 20;
    let running = Running::start(Engine::Sqlite);
    let client = running.client();
    succeed(&client, TAGS_QUERY, &json!({}));
    let [before, _] = memory(&running);
    let large = signed(10 << 20);
    let almost = vec![b'x'; LEN - 1];
    let head = format!("POST /gateway.do?method=a.b HTTP/1.1\r\nhost: x\r\ncontent-length: {LEN}\r\n\r\n");
    std::thread::scope(|scope| {
        let stalled: Vec<_> = (0..100_u8)
            .map(|nth| {
                let (head, almost, address) = (head.as_bytes(), almost.as_slice(), running.address);
                scope.spawn(move || {
                    let source = IpAddr::from(Ipv4Addr::new(127, 0, 0, 2 + nth % 10));
                    let mut stream = Connection::open_from(source, address).stream;
                    stream.set_write_timeout(Some(Duration::from_secs(3))).expect("a socket");
                    // It takes as much as it has memory for.
                    drop(stream.write_all(head).and_then(|()| stream.write_all(almost)));
                    stream
                })
            })
            .collect();
        // Short calls are answered at once, long ones when those that stall have been refused.
        let began = Instant::now();
        while !stalled.iter().all(ScopedJoinHandle::is_finished) {
            let call = Instant::now();
            succeed(&client, TAGS_QUERY, &json!({}));
            assert!(call.elapsed() < Duration::from_secs(2), "{:?}", call.elapsed());
        }
        assert_eq!(code(&running, &large), "10000");
        let [_, most] = memory(&running);
        println!("{before} MiB before, {most} MiB at most; a call of 10 MiB after {:?}", began.elapsed());
        assert!(most < before + 450, "{before} MiB, then {most} MiB");
        drop(stalled);
    });
}

/// Bodies as no client writes them: each is answered or refused, and the connection is the only one that suffers.
#[test]
fn bodies_that_lie_are_refused() {
    let running = Running::start(Engine::Sqlite);
    let form = String::from_utf8(signed(100)).expect("ASCII");
    let form = form.split_once("\r\n\r\n").expect("a body").1;
    let head = "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n");
    let chunk = |bytes: &str, extension: &str| format!("{:x}{extension}\r\n{bytes}\r\n", bytes.len());
    let bytes = |text: &str| text.chars().map(|byte| chunk(&byte.to_string(), "")).collect::<String>();
    let whole = |chunks: &str| format!("{chunked}{chunks}0\r\n\r\n");
    let len = |len: &str| format!("{head}content-length: {len}\r\n\r\n{form}");
    for (name, request, expect) in [
        ("one chunk", whole(&chunk(form, "")), Some("10000")),
        ("a byte a chunk", whole(&bytes(form)), Some("10000")),
        (
            "small extensions",
            whole(&form.split_inclusive('&').map(|part| chunk(part, ";a=b")).collect::<String>()),
            Some("10000"),
        ),
        ("a trailer", format!("{chunked}{}0\r\nx: y\r\n\r\n", chunk(form, "")), Some("10000")),
        ("a huge extension", whole(&chunk(form, &format!(";{}", "x".repeat(64 << 10)))), Some("40002")),
        (
            "many extensions",
            whole(
                &form
                    .chars()
                    .map(|byte| chunk(&byte.to_string(), &format!(";{}", "x".repeat(200))))
                    .collect::<String>(),
            ),
            Some("40002"),
        ),
        ("no number", format!("{chunked}zz\r\n{form}\r\n0\r\n\r\n"), Some("40002")),
        ("a number too large", format!("{chunked}fffffffffffffffff\r\n{form}"), Some("40002")),
        (
            "a huge trailer",
            format!("{chunked}{}0\r\nx: {}\r\n\r\n", chunk(form, ""), "y".repeat(200 << 10)),
            Some("40002"),
        ),
        ("the length of less", len(&(form.len() - 10).to_string()), Some("40002")),
        ("no length", format!("{head}\r\n{form}"), Some("40001")),
        ("a negative length", len("-1"), None),
        ("no number as length", len("1e3"), None),
        ("two lengths", len(&format!("{}\r\ncontent-length: 1", form.len())), None),
        ("a length beyond 64 bits", len("99999999999999999999"), None),
        (
            "both",
            format!("{head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk(form, "")),
            Some("10000"),
        ),
        ("another encoding", format!("{head}transfer-encoding: gzip\r\n\r\n{form}"), None),
        ("many headers", format!("{head}{}content-length: 0\r\n\r\n", "x: y\r\n".repeat(200)), None),
        ("a long header", format!("{head}x: {}\r\n\r\n", "y".repeat(300 << 10)), None),
        ("no end of the head", format!("{head}{}", "y".repeat(300 << 10)), None),
    ] {
        let mut connection = Connection::open(running.address);
        let mut writing = connection.stream.try_clone().expect("a socket");
        let answer = std::thread::scope(|scope| {
            scope.spawn(move || drop(writing.write_all(request.as_bytes())));
            connection.answer()
        });
        let code = answer.as_ref().ok().filter(|answer| answer.status == 200).map(|answer| {
            let node = signed_node(&answer.body, &running.platform_key).expect("it is signed");
            serde_json::from_slice::<Value>(node).expect("JSON")["code"].as_str().expect("a code").to_owned()
        });
        let status = answer.map(|answer| answer.status);
        assert_eq!(code.as_deref(), expect, "{name}: {status:?}");
        assert!(status.is_err() || expect.is_some() || (400..=505).contains(&status.expect("it is none")), "{name}");
    }
    succeed(&running.client(), TAGS_QUERY, &json!({}));
}

/// curl and some HTTP clients of SDKs send a large body only once they were told to go on.
#[test]
fn who_asks_before_a_body_is_told_to_go_on() {
    let running = Running::start(Engine::Sqlite);
    let call = String::from_utf8(signed(100)).expect("ASCII");
    let (head, form) = call.split_once("\r\n\r\n").expect("a body");
    for version in ["1.1", "1.0"] {
        let mut connection = Connection::open(running.address);
        let head = head.replacen("HTTP/1.1", &format!("HTTP/{version}"), 1);
        let asked = format!("{head}\r\nexpect: 100-continue\r\n\r\n");
        if version == "1.1" {
            let told = connection.exchange(asked.as_bytes()).expect("an answer");
            assert_eq!((told.status, told.body.len()), (100, 0), "{}", told.headers);
            connection.stream.write_all(form.as_bytes()).expect("it reads");
        } else {
            // HTTP/1.0 knows no interim answers.
            connection.stream.write_all(format!("{asked}{form}").as_bytes()).expect("it reads");
        }
        let answer = connection.answer().expect("an answer");
        assert!(answer.status == 200 && find(&answer.body, b"\"10000\"").is_some(), "{version}: {}", answer.headers);
    }
    // A body that is too long is refused before it is sent.
    let mut connection = Connection::open(running.address);
    let head = "POST /gateway.do HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n";
    let answer = connection.exchange(format!("{head}content-length: {}\r\n\r\n", 1_u64 << 32).as_bytes());
    let answer = answer.expect("an answer");
    assert!(answer.status == 200 && find(&answer.body, b"\"40002\"").is_some(), "{}", answer.headers);
}

/// Many calls at once on one connection, whose answers are read late or never.
#[test]
fn calls_may_be_sent_before_answers_are_read() {
    const CALLS: usize = 50;
    let running = Running::start(Engine::Sqlite);
    let call = signed(100);
    let mut connection = Connection::open(running.address);
    connection.stream.write_all(&call.repeat(CALLS)).expect("it reads");
    for nth in 0..CALLS {
        let answer = connection.answer().unwrap_or_else(|error| panic!("the {nth}th: {error}"));
        assert!(find(&answer.body, b"\"10000\"").is_some(), "the {nth}th");
    }
    // Who never reads is not read from for ever either.
    let [before, _] = memory(&running);
    let mut deaf = Connection::open(running.address).stream;
    deaf.set_write_timeout(Some(Duration::from_secs(2))).expect("a socket");
    let sent = deaf.write_all(&b"GET /h5/nothing HTTP/1.1\r\nhost: x\r\n\r\n".repeat(500_000));
    assert!(sent.is_err(), "answers that wait are bounded, and so is what is read");
    let [_, most] = memory(&running);
    assert!(most < before + 100, "{before} MiB, then {most} MiB");
    succeed(&running.client(), TAGS_QUERY, &json!({}));
}
