//! What an operator sees of a running process: its metrics and its log.

use crate::running::{ISV_APP_ID, NOW, Running, TOKEN, app_key, call, conditions, crowd, each_engine, log_of, succeed};
use client::{Client, Settings};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use store::testing::Engine;
use wire::{Charset, PrivateKey, SignType};

const COUNT: &str = "koubei.marketing.campaign.crowd.count";
const CREATE: &str = "koubei.marketing.campaign.crowd.create";

pub(crate) fn get(address: SocketAddr, target: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET {target} HTTP/1.1\r\nhost: operator\r\nconnection: close\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

/// The value of a sample, whose name stands with its labels.
pub(crate) fn sample(page: &str, name: &str) -> f64 {
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().expect("a number")
}

/// A client whose key is not the app's.
fn stranger(running: &Running) -> Client {
    Client::new(Settings {
        gateway_url: format!("http://{}/gateway.do", running.address),
        app_id: ISV_APP_ID.to_owned(),
        private_key: PrivateKey::generate(),
        platform_key: running.platform_key.clone(),
        charset: Charset::Utf8,
        sign_type: SignType::Rsa2,
        app_auth_token: None,
    })
}

each_engine!(metrics_tell_what_was_done, |engine| {
    let running = Running::start(engine);
    running.import(crate::running::PID, "user_id,pam_gender\n2088000000000001,1\n2088000000000002,2\n");
    // On PostgreSQL the command writes beside the server, which hears of it soon.
    let since = std::time::Instant::now();
    while sample(&get(running.operator, "/metrics"), "punchcard_index_members") < 2.0 && since.elapsed().as_secs() < 5 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let client = running.client();
    crowd(&client, "1");
    for _ in 0..3 {
        succeed(&client, COUNT, &json!({"conditions": conditions("EQ", "pam_gender", "1")}));
    }
    for made_up in ["koubei.made.up.a", "koubei.made.up.b"] {
        assert_eq!(call(&client, made_up, &json!({})).code, "40002");
    }
    assert_eq!(call(&stranger(&running), COUNT, &json!({})).code, "40002");

    assert!(get(running.operator, "/healthz").contains("ok"));
    assert!(get(running.operator, "/readyz").starts_with("HTTP/1.1 200"));
    assert!(get(running.operator, "/gateway.do").starts_with("HTTP/1.1 404"));
    let page = get(running.operator, "/metrics");
    assert!(page.contains("content-type: text/plain; version=0.0.4"), "{page}");
    for (name, expect) in [
        (format!("punchcard_calls_total{{method=\"{COUNT}\",code=\"10000\"}}"), 3.0),
        (format!("punchcard_calls_total{{method=\"{COUNT}\",code=\"40002\"}}"), 1.0),
        (format!("punchcard_calls_total{{method=\"{CREATE}\",code=\"10000\"}}"), 1.0),
        ("punchcard_calls_total{method=\"unknown\",code=\"40002\"}".to_owned(), 2.0),
        (format!("punchcard_call_duration_seconds_count{{method=\"{COUNT}\"}}"), 4.0),
        ("punchcard_signatures_refused_total{cause=\"unknown-key\"}".to_owned(), 1.0),
        ("punchcard_signature_cache_hits_total".to_owned(), 2.0),
        ("punchcard_index_members".to_owned(), 2.0),
        ("punchcard_index_version".to_owned(), 2.0),
        ("punchcard_ready".to_owned(), 1.0),
        ("punchcard_writes_waiting".to_owned(), 0.0),
    ] {
        assert!((sample(&page, &name) - expect).abs() < 1e-9, "{name} is not {expect} in\n{page}");
    }
    for name in [
        "punchcard_commit_duration_seconds_count",
        "punchcard_write_group_operations_sum",
        "punchcard_index_bytes",
        "process_resident_memory_bytes",
    ] {
        assert!(0.0 < sample(&page, name), "{name}");
    }
    assert!(page.contains("punchcard_build_info{version=\""));
});

#[test]
fn an_operators_address_that_is_taken_is_a_warning() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_punchcard"));
    command.current_dir(folder.path()).args(["serve", "--listen", "127.0.0.1:0", "--operator-listen", &address]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().expect("piped")));
    let started = lines.any(|line| line.is_ok_and(|line| line.starts_with("listening on ")));
    child.kill().expect("it runs");
    let output = child.wait_with_output().expect("it ended");
    assert!(started && String::from_utf8_lossy(&output.stderr).contains("no metrics"));
}

each_engine!(the_log_names_calls_and_tells_no_secret, |engine| {
    let mut running = Running::start_logging(engine);
    let client = running.client_of(ISV_APP_ID, Some(TOKEN));
    let request = json!({"out_biz_no": "OUTBIZ-zebra", "name": "名字NAME-zebra", "conditions": conditions("IN", "pam_gender", "1")});
    succeed(&client, CREATE, &request);
    let mut other = request.clone();
    other["name"] = json!("名字OTHER-zebra");
    assert_eq!(call(&client, CREATE, &other).sub_code.as_deref(), Some("OUT_BIZ_NO_CONFLICT"));
    assert_eq!(call(&client, CREATE, &json!({"name": ["NAME-zebra"]})).code, "40004");
    assert_eq!(call(&running.client_of(ISV_APP_ID, Some("BADTOKEN-zebra")), COUNT, &json!({})).code, "20001");
    assert_eq!(call(&stranger(&running), CREATE, &request).code, "40002");
    drop(client.call("koubei.made.up", "BIZ-zebra", NOW));

    // What was logged is written when it has ended.
    running.terminate();
    let log = log_of(running.folder.path());
    let master_key = std::fs::read_to_string(running.folder.path().join("master.key")).expect("it was made");
    let private_key = app_key().to_pkcs8_base64();
    for secret in ["zebra", TOKEN, master_key.trim(), &private_key[100..140], "PRIVATE"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    let mut named = 0;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("a log is JSON where nobody looks");
        if line["fields"]["message"] == "call" || line["fields"]["message"] == "signature refused" {
            let trace_id = line["fields"]["trace_id"].as_str().expect("a call is named");
            assert!(trace_id.len() == 32 && trace_id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
            named += 1;
        }
    }
    assert_eq!(named, 7, "{log}");
});

#[test]
fn health_is_on_the_callers_address_too() {
    let running = Running::start(Engine::Sqlite);
    assert!(get(running.address, "/readyz").starts_with("HTTP/1.1 200"));
    assert!(get(running.address, "/metrics").starts_with("HTTP/1.1 404"), "callers see no metrics");
}
