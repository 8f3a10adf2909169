//! Whatever is sent under correct framing is answered with HTTP 200 and a signed node that verifies.
//!
//! Requests are captured ones and well-signed ones of our own, with query, headers and body mutated. Only a target that
//! is no URI is answered by the HTTP layer itself, with 400; which targets those are, [`is_uri`] says. `HEAD` is not
//! tried: its answer has no body that could be verified.

use crate::raw::{Connection, signed_node, vector, vectors, world_of_vectors};
use crate::running::{Running, log_of, number, seed};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;
use store::testing::Engine;
use wire::{ContentKey, PrivateKey, PublicKey, SignType};

const CONNECTIONS: u64 = 8;
/// How far the process may grow: two bodies of the largest size for each connection, and what it needs anyway.
const MEMORY_MAX_KB: u64 = 400 << 10;

/// A request whose framing is made last.
#[derive(Clone)]
struct Request {
    verb: &'static str,
    query: Vec<u8>,
    content_type: Vec<u8>,
    /// Other headers, whole lines.
    headers: Vec<Vec<u8>>,
    body: Vec<u8>,
}

impl Request {
    /// A captured one.
    fn captured(message: &[u8]) -> Request {
        let head_end = crate::raw::find(message, b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&message[..head_end]).expect("ASCII");
        let mut lines = head.lines();
        let line = lines.next().expect("a request line");
        let verb = if line.starts_with("GET") { "GET" } else { "POST" };
        let query = line.split(' ').nth(1).and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
        let mut request = Request {
            verb,
            query: query.into(),
            content_type: Vec::new(),
            headers: Vec::new(),
            body: message[head_end + 4..].to_vec(),
        };
        for line in lines {
            match line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value)) {
                Some((name, value)) if name == "content-type" => request.content_type = value.into(),
                Some((name, _)) if name == "transfer-encoding" => request.body = dechunked(&request.body),
                Some((name, _)) if ["content-length", "connection", "expect"].contains(&name.as_str()) => {}
                _ => request.headers.push(line.into()),
            }
        }
        request
    }

    /// One of our own: the signature is right, whatever stands in it.
    fn signed(rng: &mut Rng, key: &PrivateKey) -> Request {
        const METHODS: [&str; 16] = [
            "koubei.marketing.campaign.tags.query",
            "koubei.marketing.campaign.crowd.count",
            "koubei.marketing.campaign.crowd.create",
            "koubei.marketing.campaign.crowd.modify",
            "koubei.marketing.campaign.crowd.delete",
            "koubei.marketing.campaign.crowd.batchquery",
            "koubei.marketing.campaign.crowd.detail.query",
            "koubei.marketing.campaign.activity.create",
            "koubei.marketing.campaign.activity.modify",
            "koubei.marketing.campaign.activity.offline",
            "koubei.marketing.campaign.activity.batchquery",
            "alipay.trade.pay",
            "alipay.trade.create",
            "alipay.trade.refund",
            "koubei.no.such.api",
            "a.b",
        ];
        let conditions = json!([{"op": "IN", "tagCode": "pam_gender", "value": "1"}]).to_string();
        let biz_content = json!({
            "out_biz_no": rng.u32(..).to_string(), "name": "白领", "conditions": conditions, "operator_id": "1",
            "operator_type": "MER", "crowd_group_id": "20260101000000000000000000001024",
            "dimensions": "[\"pam_age\"]", "page_size": 20, "page_number": "1", "scene": "bar_code", "total_amount": "8.80",
            "out_trade_no": "1", "buyer_id": "2088102146931393", "subject": "s", "refund_amount": 1, "timeout_express": "1c",
            "type": "POINT_SEND", "start_time": "2016-08-01 00:00:00", "end_time": "2099-09-30 00:00:00",
            "camp_id": "20260101000010000000000000001024", "constraint_info": {"suit_shops": ["1"], "user_win_frequency": "D||1"},
            "promo_tools": [{"point_card": {"name": "卡", "logo": "l", "start_time": "2016-08-01 00:00:00",
                "end_time": "2099-12-01 00:00:00"}}],
            "query_criterias": [{"field_name": "status", "operator": "IN", "field_value": "STARTED|CLOSED"}],
            "goods_detail": [{"goods_id": "1", "goods_name": "茶", "quantity": 1, "price": "8.80"}],
        });
        let mut biz_content = biz_content.to_string().into_bytes();
        match rng.u32(..8) {
            0 => {}
            1 => biz_content = nested(rng),
            2 => {
                // Valid JSON of the wrong types.
                let mut members: Value = serde_json::from_slice(&biz_content).expect("JSON");
                for member in members.as_object_mut().expect("an object").values_mut() {
                    *member = some_value(rng, 3);
                }
                biz_content = members.to_string().into_bytes();
            }
            _ => (0..rng.u32(1..4)).for_each(|_| mutate(&mut biz_content, rng, &[b"{}[]\":,\\0u".to_vec()])),
        }
        let mut params: BTreeMap<Vec<u8>, Vec<u8>> = [
            ("app_id", "2021000000000001"),
            ("method", METHODS[rng.usize(..METHODS.len())]),
            ("format", "json"),
            ("charset", ["utf-8", "GBK", "gb18030", "GB2312"][rng.usize(..4)]),
            ("sign_type", "RSA2"),
            ("timestamp", "2026-01-01 12:00:00"),
            ("version", "1.0"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        params.insert(b"biz_content".to_vec(), biz_content);
        if rng.u32(..8) == 0 {
            let name = ["app_auth_token", "notify_url", "encrypt_type", "app_cert_sn", "中", "\u{0}"][rng.usize(..6)];
            let mut value = b"some value".to_vec();
            mutate(&mut value, rng, &[vec![0xff, 0xfe, 0x00, b'{', b'"']]);
            params.insert(name.into(), value);
        }
        let filled = params.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<_> = filled.map(|(name, value)| [name, &b"="[..], value].concat()).collect();
        let sign = key.sign(SignType::Rsa2, &pairs.join(&b'&'));
        params.insert(b"sign".to_vec(), sign.into());
        let form: Vec<_> = params.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        // A longer target is another test's.
        let (here, there): (Vec<_>, Vec<_>) = form.into_iter().partition(|pair| pair.len() < 4000 && rng.bool());
        let content_type = b"application/x-www-form-urlencoded".to_vec();
        let (query, body) = (here.join("&").into(), there.join("&").into());
        Request { verb: "POST", query, content_type, headers: vec![b"host: x".to_vec()], body }
    }

    /// One to four mutations anywhere.
    fn mutate(&mut self, rng: &mut Rng, others: &[Request]) {
        for _ in 0..rng.u32(1..5) {
            let other = &others[rng.usize(..others.len())];
            let pieces = [other.query.clone(), other.body.clone(), b"&=%+;\r\n--\"".to_vec()];
            match rng.u32(..16) {
                0..=4 => mutate(&mut self.query, rng, &pieces),
                5..=10 => mutate(&mut self.body, rng, &pieces),
                11 => mutate(&mut self.content_type, rng, std::slice::from_ref(&other.content_type)),
                12 => {
                    let types: [&[u8]; 8] = [
                        b"multipart/form-data",
                        b"multipart/form-data; boundary=",
                        b"multipart/form-data; boundary=\"a\"; boundary=b",
                        b"multipart/form-data;boundary=--;charset=gbk",
                        b"application/json",
                        b"text/xml;charset=utf-16",
                        b"\xff\xfe",
                        b"",
                    ];
                    self.content_type = types[rng.usize(..types.len())].to_vec();
                }
                13 => {
                    let mut line = format!("x-{}: ", rng.alphanumeric()).into_bytes();
                    line.extend((0..rng.usize(..600)).map(|_| rng.u8(..)));
                    self.headers.push(line);
                }
                14 => self.verb = ["POST", "GET", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"][rng.usize(..7)],
                _ => std::mem::swap(&mut self.query, &mut self.body),
            }
        }
        // What no header may hold is no matter of the gateway's.
        let speakable = |byte: &u8| matches!(byte, b' '..=b'~' | 0x80..);
        self.content_type.retain(speakable);
        self.headers.iter_mut().for_each(|line| line.retain(speakable));
        // Escaped, three times as long: over the gateway's bound, but no more than the HTTP layer takes.
        self.query.truncate(12 << 10);
        if !is_uri(&self.query) && rng.u32(..50) != 0 {
            let old = std::mem::take(&mut self.query);
            for byte in old {
                match byte {
                    0x21 | 0x24..=0x3b | 0x3d | 0x3f..=0x7e => self.query.push(byte),
                    _ => self.query.extend(format!("%{byte:02x}").bytes()),
                }
            }
        }
    }

    fn framed(&self, chunked: bool) -> Vec<u8> {
        let mut bytes = format!("{} /gateway.do?", self.verb).into_bytes();
        bytes.extend_from_slice(&self.query);
        bytes.extend_from_slice(b" HTTP/1.1\r\n");
        for line in &self.headers {
            bytes.extend_from_slice(line);
            bytes.extend_from_slice(b"\r\n");
        }
        if !self.content_type.is_empty() {
            bytes.extend_from_slice(b"content-type: ");
            bytes.extend_from_slice(&self.content_type);
            bytes.extend_from_slice(b"\r\n");
        }
        if chunked {
            bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
            for chunk in self.body.chunks(777) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else {
            bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).bytes());
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

/// Whether the HTTP layer takes this as a target's query: UTF-8 without blanks and control characters, and before any
/// `#`, where the query ends, no `"`, `<` or `>`.
fn is_uri(query: &[u8]) -> bool {
    let end = query.iter().position(|&byte| byte == b'#').unwrap_or(query.len());
    let is_token = |byte: &u8| matches!(byte, 0x21..=0x7e | 0x80..);
    let is_allowed = |byte: &u8| !matches!(byte, b'"' | b'<' | b'>');
    query.iter().all(is_token) && query[..end].iter().all(is_allowed) && std::str::from_utf8(query).is_ok()
}

/// Changes some bytes; `pieces` are what may be spliced in.
fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng, pieces: &[Vec<u8>]) {
    let at = rng.usize(..=bytes.len());
    let end = (at + rng.usize(..40)).min(bytes.len());
    match rng.u32(..12) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << rng.u32(..8),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        4 | 5 => {
            let piece = &pieces[rng.usize(..pieces.len())];
            let from = rng.usize(..=piece.len());
            let to = rng.usize(from..=piece.len());
            bytes.splice(at..at, piece[from..to].iter().copied());
        }
        6 => bytes.truncate(at),
        7 => {
            // A value that is empty, or huge.
            let value = bytes[at..].iter().position(|&byte| byte == b'=').map_or(at, |equals| at + equals + 1);
            let rest = bytes.split_off(value.min(bytes.len()));
            let next = rest.iter().position(|&byte| byte == b'&').unwrap_or(rest.len());
            if rng.bool() {
                bytes.extend((0..rng.usize(..4000)).map(|_| b'x'));
            }
            bytes.extend_from_slice(&rest[next..]);
        }
        8 => {
            let odd: [&[u8]; 8] = [b"%", b"%zz", b"%4", b"%00", b"%ff", b"%25%37", b"%e4%b8", b"%u4e2d"];
            bytes.splice(at..at, odd[rng.usize(..odd.len())].iter().copied());
        }
        9 => {
            // Neither UTF-8 nor GBK, or only one of them.
            let text: [&[u8]; 5] = [&[0xff, 0xff], &[0x81], &[0xc4, 0xe3], &[0xed, 0xa0, 0x80], &[0xe4, 0xb8, 0xad]];
            bytes.splice(at..at, text[rng.usize(..text.len())].iter().copied());
        }
        10 => drop(bytes.splice(at..at, nested(rng))),
        _ => bytes.insert(at, rng.u8(..)),
    }
}

/// Brackets, closed or not.
fn nested(rng: &mut Rng) -> Vec<u8> {
    let depth = [1, 31, 32, 33, 128, 3000][rng.usize(..6)];
    let (open, close) = [("[", "]"), ("{\"a\":", "}")][rng.usize(..2)];
    let close = if rng.bool() { close.repeat(depth) } else { String::new() };
    format!("{}1{close}", open.repeat(depth)).into_bytes()
}

fn some_value(rng: &mut Rng, depth: u32) -> Value {
    match rng.u32(..10) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.f64() * 1e300),
        4 => json!("x".repeat(rng.usize(..600))),
        5 => json!((0..rng.usize(..40)).map(|_| rng.char(..)).collect::<String>()),
        6 if 0 < depth => Value::from((0..rng.usize(..12)).map(|_| some_value(rng, depth - 1)).collect::<Vec<_>>()),
        7 if 0 < depth => json!({"op": some_value(rng, 0), "tagCode": "pam_age", "value": some_value(rng, 0)}),
        8 if 0 < depth => json!(some_value(rng, depth - 1).to_string()),
        _ => json!(""),
    }
}

fn escaped(bytes: &[u8]) -> String {
    let escape = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(escape).collect()
}

fn dechunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = crate::raw::find(chunks, b"\r\n").expect("a chunk");
        let size = std::str::from_utf8(&chunks[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.expect("a chunk's size");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunks[end + 2..end + 2 + size]);
        chunks = &chunks[end + 2 + size + 2..];
    }
}

/// What came of the mutations.
#[derive(Default, Debug)]
struct Tally {
    succeeded: u64,
    refused: BTreeMap<String, u64>,
    no_uri: u64,
}

fn run(running: &Running, platform: &PublicKey, seed: u64, count: u64, captured: &[Request]) -> Tally {
    let mut rng = Rng::with_seed(seed);
    let key = PrivateKey::parse(&vector("keys/app_private_pkcs8.pem")).expect("a key");
    let content_key = ContentKey::parse(&vector("keys/aes_key.b64")).expect("a key");
    let mut connection = Connection::open(running.address);
    let mut tally = Tally::default();
    for _ in 0..count {
        let own = rng.u32(..5) == 0;
        let mut request =
            if own { Request::signed(&mut rng, &key) } else { captured[rng.usize(..captured.len())].clone() };
        if !own || rng.u32(..3) == 0 {
            request.mutate(&mut rng, captured);
        }
        let framed = request.framed(rng.u32(..10) == 0);
        let told = || format!("{:.3000}\n… of {} bytes", String::from_utf8_lossy(&framed), framed.len());
        let answer = connection.exchange(&framed).unwrap_or_else(|error| panic!("not answered: {error}\n{}", told()));
        if !is_uri(&request.query) {
            assert_eq!(answer.status, 400, "{}", told());
            tally.no_uri += 1;
            connection = Connection::open(running.address);
            continue;
        }
        assert_eq!(answer.status, 200, "{}", told());
        let node = signed_node(&answer.body, platform).unwrap_or_else(|| panic!("does not verify: {}", told()));
        let node: Value = serde_json::from_slice(node).unwrap_or_else(|error| panic!("no JSON: {error} {}", told()));
        // What was encrypted is answered so.
        let node = match node.as_str().map(|cipher| content_key.decrypt(cipher)) {
            None => node,
            Some(content) => serde_json::from_slice(&content.expect("a cipher")).expect("JSON"),
        };
        assert!(answer.headers.contains("trace_id: "), "{}", answer.headers);
        match (node["code"].as_str(), node["sub_code"].as_str()) {
            (Some("10000"), None) => tally.succeeded += 1,
            (Some(code), Some(sub_code)) if code != "10000" && code != "20000" => {
                *tally.refused.entry(sub_code.to_owned()).or_default() += 1;
            }
            _ => panic!("{node}\n{}", told()),
        }
        if answer.headers.contains("connection: close") {
            connection = Connection::open(running.address);
        }
    }
    tally
}

#[test]
fn whatever_is_sent_is_answered_and_signed() {
    let (seed, count) = (seed(), number("PUNCHCARD_TEST_MUTATIONS").unwrap_or(50_000));
    let running = Running::start_with(Engine::Sqlite, &world_of_vectors(), &[]);
    let platform = PublicKey::parse(&vector("keys/platform_public.pem")).expect("a key");
    let folder = std::fs::read_dir(vectors().join("requests")).expect("the recordings are there");
    let paths = folder.map(|entry| entry.expect("readable").path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|found| found == "http")).collect();
    paths.sort();
    let captured: Vec<_> =
        paths.iter().map(|path| Request::captured(&std::fs::read(path).expect("readable"))).collect();
    let began = Instant::now();
    let tally = std::thread::scope(|scope| {
        let start = |number| {
            let (running, platform, captured) = (&running, &platform, &captured);
            let share = count / CONNECTIONS + u64::from(number < count % CONNECTIONS);
            scope.spawn(move || run(running, platform, seed.wrapping_add(number), share, captured))
        };
        let all: Vec<_> = (0..CONNECTIONS).map(start).collect();
        all.into_iter().fold(Tally::default(), |mut sum, one| {
            let one = one.join().expect("every request was answered");
            sum.succeeded += one.succeeded;
            sum.no_uri += one.no_uri;
            one.refused.into_iter().for_each(|(code, count)| *sum.refused.entry(code).or_default() += count);
            sum
        })
    });
    println!("{count} requests in {:?}: {tally:#?}", began.elapsed());
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    println!("at most {peak} kB of memory");
    assert!(peak < MEMORY_MAX_KB, "{peak} kB");
    let log = log_of(running.folder.path());
    assert!(!log.contains("panicked") && !log.contains("\"ERROR\""), "{log}");
    assert!(0 < tally.succeeded && 5 < tally.refused.len(), "the mutations reach nothing");
}
