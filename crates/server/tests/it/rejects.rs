//! The requests that a gateway must refuse, as they were recorded, over a real socket: node, code and sub_code.

use crate::raw::{Connection, vector, vectors, world_of_vectors};
use crate::running::Running;
use serde_json::Value;
use store::testing::Engine;
use wire::{ContentKey, PublicKey, SignType};

#[test]
fn recorded_requests_are_answered_as_recorded() {
    let running = Running::start_with(Engine::Sqlite, &world_of_vectors(), &[]);
    let platform = PublicKey::parse(&vector("keys/platform_public.pem")).expect("a key");
    let index: Value = serde_json::from_str(&vector("rejects/index.json")).expect("JSON");
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
        assert!(
            wire::check_answer(method_of(node_name), &body, sign_type, &platform).is_ok(),
            "{name}: the answer does not verify"
        );
        if node["sub_code"] == "isv.invalid-signature" {
            let told = node["sub_msg"].as_str().expect("a text");
            assert!(told.contains("网关生成的验签字符串为：app_"), "{name}: {told}");
        }
        checked += 1;
    }
    assert_eq!(checked, 22, "all of the recorded refusals");
}

#[test]
fn captured_calls_are_answered() {
    let running = Running::start_with(Engine::Sqlite, &world_of_vectors(), &[]);
    let platform = PublicKey::parse(&vector("keys/platform_public.pem")).expect("a key");
    let mut created = 0;
    let captures = std::fs::read_dir(vectors().join("requests")).expect("the recordings are there");
    let names = captures.map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"));
    for name in names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)) {
        let view: Value = serde_json::from_str(&vector(&format!("requests/{name}.json"))).expect("JSON");
        let request = std::fs::read(vectors().join(format!("requests/{name}.http"))).expect("readable");
        let body = exchange(&running, &request);
        let answer: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{name}: no JSON"));
        let (node_name, node) = answer.as_object().and_then(|members| members.iter().next()).expect("a node");
        let sign_type = if view["sign_type"] == "RSA" { SignType::Rsa } else { SignType::Rsa2 };
        assert!(
            wire::check_answer(method_of(node_name), &body, sign_type, &platform).is_ok(),
            "{name}: the answer does not verify: {answer}"
        );
        let node = decrypted(node);
        let refused = node["sub_code"] == "isv.invalid-signature";
        let expected = view["expected_verification"].as_str().expect("a verdict");
        assert_eq!(refused, expected == "fail", "{name}: {answer}");
        assert_eq!(answer[node_name].is_string(), name.contains("-aes-"), "{name}: {answer}");
        assert!(!name.contains("-aes-") || node["crowd_group_id"].is_string(), "{name}: {node}");
        created += usize::from(node["crowd_group_id"].is_string());
    }
    // One key, so one crowd; what others say under it differs in a member or is the same and gets the same answer.
    assert!(0 < created);
}

/// A node in clear.
fn decrypted(node: &Value) -> Value {
    let Some(cipher) = node.as_str() else { return node.clone() };
    let key = ContentKey::parse(&vector("keys/aes_key.b64")).expect("a key");
    serde_json::from_slice(&key.decrypt(cipher).expect("the app's key")).expect("JSON")
}

/// Sends the bytes as they were captured; the answer's body.
fn exchange(running: &Running, request: &[u8]) -> Vec<u8> {
    let answer = Connection::open(running.address).exchange(request).expect("it answers");
    let headers = answer.headers;
    assert_eq!(answer.status, 200, "{headers}");
    assert!(headers.contains("content-type: text/html;charset=") && headers.contains("trace_id: "), "{headers}");
    answer.body
}

/// The method, or what stands for one, that a node is called after.
fn method_of(node_name: &str) -> &str {
    node_name.trim_end_matches("_response")
}
