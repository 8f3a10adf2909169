//! The requests that a gateway must refuse, as they were recorded, over a real socket: node, code and sub_code.

use crate::running::{PID, Running};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use store::testing::Engine;
use wire::{PublicKey, SignType};

/// The recordings, which the crate `wire` keeps (their origin is noted beside them).
fn vectors() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/tests/vectors"))
}

fn file(name: &str) -> String {
    std::fs::read_to_string(vectors().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn recorded_requests_are_answered_as_recorded() {
    let world = format!(
        "[platform]\nprivate_key = \"\"\"{platform}\"\"\"\n[[merchant]]\npid = \"{PID}\"\n\
         [[app]]\napp_id = \"2021000000000001\"\npid = \"{PID}\"\npublic_key = \"{app}\"\n",
        platform = file("keys/platform_private_pkcs8.pem").trim(),
        app = file("keys/app_public.b64").trim(),
    );
    let running = Running::start_with(Engine::Lite, &world, &[]);
    let platform = PublicKey::parse(&file("keys/platform_public.pem")).expect("a key");
    let index: Value = serde_json::from_str(&file("rejects/index.json")).expect("JSON");
    let mut checked = 0;
    for case in index.as_array().expect("an array") {
        let name = case["fixture"].as_str().expect("a name");
        let Ok(request) = std::fs::read(vectors().join("rejects").join(format!("{name}.http"))) else { continue };
        let body = exchange(&running, &request);
        let answer: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{name}: no JSON"));
        let expected = &case["expected"];
        let node_name = expected["node"].as_str().expect("a name");
        let node = &answer[node_name];
        assert_eq!(node["code"], expected["code"], "{name}: {answer}");
        assert_eq!(node.get("sub_code").unwrap_or(&Value::Null), &expected["sub_code"], "{name}: {answer}");
        let sign_type = if case["params"]["sign_type"] == "RSA" { SignType::Rsa } else { SignType::Rsa2 };
        assert!(is_signed(&body, node_name, sign_type, &platform), "{name}: the answer does not verify");
        if node["sub_code"] == "isv.invalid-signature" {
            let told = node["sub_msg"].as_str().expect("a text");
            assert!(told.contains("网关生成的验签字符串为：app_"), "{name}: {told}");
        }
        checked += 1;
    }
    assert_eq!(checked, 20, "all of the recorded refusals but the two encrypted ones");
}

#[test]
fn captured_calls_are_answered() {
    let world = format!(
        "[platform]\nprivate_key = \"\"\"{platform}\"\"\"\n[[merchant]]\npid = \"{PID}\"\n\
         [[app]]\napp_id = \"2021000000000001\"\npid = \"{PID}\"\npublic_key = \"{app}\"\n",
        platform = file("keys/platform_private_pkcs8.pem").trim(),
        app = file("keys/app_public.b64").trim(),
    );
    let running = Running::start_with(Engine::Lite, &world, &[]);
    let platform = PublicKey::parse(&file("keys/platform_public.pem")).expect("a key");
    let mut created = 0;
    let captures = std::fs::read_dir(vectors().join("requests")).expect("the recordings are there");
    let names = captures.map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"));
    for name in names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)) {
        let view: Value = serde_json::from_str(&file(&format!("requests/{name}.json"))).expect("JSON");
        let request = std::fs::read(vectors().join(format!("requests/{name}.http"))).expect("readable");
        let body = exchange(&running, &request);
        let answer: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{name}: no JSON"));
        let (node_name, node) = answer.as_object().and_then(|members| members.iter().next()).expect("a node");
        let sign_type = if view["sign_type"] == "RSA" { SignType::Rsa } else { SignType::Rsa2 };
        assert!(is_signed(&body, node_name, sign_type, &platform), "{name}: the answer does not verify: {answer}");
        let refused = node["sub_code"] == "isv.invalid-signature";
        let expected = view["expected_verification"].as_str().expect("a verdict");
        assert_eq!(refused, expected == "fail", "{name}: {answer}");
        created += usize::from(node["crowd_group_id"].is_string());
    }
    // One key, so one crowd; what others say under it differs in a member or is the same and gets the same answer.
    assert!(0 < created);
}

fn is_signed(body: &[u8], node_name: &str, sign_type: SignType, key: &PublicKey) -> bool {
    let text = std::str::from_utf8(body).expect("UTF-8");
    let Some(rest) = text.strip_prefix(&format!("{{\"{node_name}\":")) else { return false };
    let Some((node, sign)) = rest.rsplit_once(",\"sign\":\"") else { return false };
    key.verify_base64(sign_type, node.as_bytes(), sign.trim_end_matches("\"}"))
}

/// Sends the bytes as they were captured, reads one answer.
fn exchange(running: &Running, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(running.address).expect("it listens");
    stream.write_all(request).expect("it reads");
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let len = stream.read(&mut buffer).expect("it answers");
        answer.extend_from_slice(&buffer[..len]);
        let Some(head) = find(&answer, b"\r\n\r\n") else {
            assert_ne!(len, 0, "the answer broke off");
            continue;
        };
        let headers = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
        assert!(headers.starts_with("http/1.1 200"), "{headers}");
        assert!(headers.contains("content-type: text/html;charset=") && headers.contains("trace_id: "), "{headers}");
        let length = headers.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.expect("a length").trim().parse().expect("a number");
        if head + 4 + length <= answer.len() {
            return answer[head + 4..].to_vec();
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
