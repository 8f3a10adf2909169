//! What an operator may ask of calls with a good signature: how often, how old, and not twice.

use crate::raw::{Connection, signed_node};
use crate::running::{APP_ID, NOW, PID, Running, app_key, each_engine, refuse, succeed, world};
use serde_json::{Value, json};
use std::process::Command;
use store::testing::Engine;
use wire::{Charset, SignType};

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";
const TRADE_QUERY: &str = "alipay.trade.query";
const CREATE: &str = "alipay.trade.create";

/// The machine's time, as an SDK reads it, with so many seconds more.
fn time(more: i64) -> String {
    let output = Command::new("date").arg("+%s").output().expect("every machine has it");
    let now: i64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("seconds");
    wire::time::format((now + more) * 1_000)
}

/// The code and `sub_code` of a call that was sent at `timestamp`.
fn sent_at(running: &Running, timestamp: &str, biz_content: &Value) -> (String, String) {
    let answer = running.client().call(TRADE_QUERY, &biz_content.to_string(), timestamp).expect("an answer");
    (answer.code, answer.sub_code.unwrap_or_default())
}

#[test]
fn an_app_that_calls_too_often_is_refused_and_no_other() {
    const OTHER: &str = "2021000000000099";
    let key = app_key().public_key().to_base64();
    let more = format!("[[app]]\napp_id = \"{OTHER}\"\npid = \"{PID}\"\npublic_key = \"{key}\"\n");
    let limits = ["--call-limit", "*=6/h", "--call-limit", "alipay.trade.query=2/h"];
    let running = Running::start_with(Engine::Sqlite, &(world() + more.as_str()), &limits);
    let client = running.client();
    // What anybody can send in the app's name is not counted.
    let form = Running::form_of(TAGS_QUERY, 10).replace("sign=", "sign=AAAA");
    let request = format!("POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{form}", form.len());
    for _ in 0..20 {
        let answer = Connection::open(running.address).exchange(request.as_bytes()).expect("an answer");
        assert!(signed_node(&answer.body, &running.platform_key).is_some_and(|node| {
            serde_json::from_slice::<Value>(node).expect("JSON")["sub_code"] == "isv.invalid-signature"
        }));
    }
    let query = json!({"out_trade_no": "none"});
    for _ in 0..2 {
        refuse(&client, TRADE_QUERY, &query, "ACQ.TRADE_NOT_EXIST");
    }
    let answer = refuse(&client, TRADE_QUERY, &query, "isv.method-call-limited");
    assert_eq!(answer.code, "40005");
    let msg = answer.sub_msg.expect("a text");
    assert!(msg.starts_with("API调用次数超限，包含调用频率超限，解决方案：") && msg.contains("--call-limit"), "{msg}");
    // A call over one limit takes nothing of the other: two of six were counted.
    for _ in 0..4 {
        succeed(&client, TAGS_QUERY, &json!({}));
    }
    let answer = refuse(&client, TAGS_QUERY, &json!({}), "isv.app-call-limited");
    assert_eq!((answer.code.as_str(), answer.node["msg"].as_str()), ("40005", Some("Call Limited")));
    // What has a good signature counts, whatever it calls.
    for method in ["no.such.method", "ALIPAY.TRADE.QUERY"] {
        let answer = client.call(method, "{}", NOW).expect("an answer");
        assert_eq!(answer.sub_code.as_deref(), Some("isv.app-call-limited"), "{method}");
    }
    let other = running.client_of(OTHER, None);
    succeed(&other, TAGS_QUERY, &json!({}));
}

// A write that was refused for its frequency has done nothing.
each_engine!(what_is_limited_changes_nothing, |engine| {
    const USER: &str = "2088102146931393";
    let user = format!("[[user]]\nuser_id = \"{USER}\"\nbalance = \"100.00\"\n");
    let limit = ["--call-limit", "alipay.trade.create=1/h"];
    let running = Running::start_with(engine, &(world() + user.as_str()), &limit);
    let client = running.client();
    let order =
        |number: &str| json!({"out_trade_no": number, "total_amount": "1.00", "subject": "苹果", "buyer_id": USER});
    succeed(&client, CREATE, &order("1"));
    refuse(&client, CREATE, &order("2"), "isv.method-call-limited");
    refuse(&client, TRADE_QUERY, &json!({"out_trade_no": "2"}), "ACQ.TRADE_NOT_EXIST");
    succeed(&client, TRADE_QUERY, &json!({"out_trade_no": "1"}));
});

#[test]
fn a_call_that_is_too_old_or_comes_again_is_refused() {
    let running = Running::start_with(Engine::Sqlite, &world(), &["--timestamp-window", "10m", "--refuse-replays"]);
    let fresh = ("40004".to_owned(), "ACQ.TRADE_NOT_EXIST".to_owned());
    let stale = ("40002".to_owned(), "isv.invalid-timestamp".to_owned());
    for (nth, (seconds, expect)) in
        [(0, &fresh), (-590, &fresh), (590, &fresh), (-610, &stale), (610, &stale), (-8 * 3_600, &stale)]
            .into_iter()
            .enumerate()
    {
        let query = json!({"out_trade_no": nth.to_string()});
        assert_eq!(sent_at(&running, &time(seconds), &query), *expect, "{seconds}");
    }
    // The clock of this stand-in may stand still or not: an SDK writes the machine's time.
    assert_eq!(sent_at(&running, NOW, &json!({"out_trade_no": "1"})), stale);
    let msg = running.client().call(TRADE_QUERY, "{}", &time(-8 * 3_600)).expect("an answer").sub_msg;
    assert!(msg.as_ref().is_some_and(|msg| msg.contains("相差-8小时")), "{msg:?}");

    let now = time(0);
    let query = json!({"out_trade_no": "again"});
    assert_eq!(sent_at(&running, &now, &query), fresh);
    let again = running.client().call(TRADE_QUERY, &query.to_string(), &now).expect("an answer");
    assert_eq!((again.code.as_str(), again.sub_code.as_deref()), ("40002", Some("isv.suspected-attack")));
    let told = running.doctor(&again.trace_id.expect("a trace"));
    assert!(told.contains("repeated-call") && told.contains("sign each call anew"), "{told}");
    // What was not verified was not received: a wrong signature first does not stop the right one.
    let params = [
        ("app_id", APP_ID),
        ("method", TAGS_QUERY),
        ("timestamp", now.as_str()),
        ("version", "1.0"),
        ("biz_content", "{}"),
    ];
    let form = wire::signed_form(&params, Charset::Utf8, SignType::Rsa2, &app_key()).expect("it can be written");
    for (form, expect) in [
        (form.replace(TAGS_QUERY, TRADE_QUERY), "isv.invalid-signature"),
        (form.clone(), ""),
        (form.clone(), "isv.suspected-attack"),
        // In another order and spelling it is the same call.
        (form.replace("version=1.0&", "") + "&version=1%2E0", "isv.suspected-attack"),
    ] {
        let head = "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n";
        let request = format!("{head}content-length: {}\r\n\r\n{form}", form.len());
        let answer = Connection::open(running.address).exchange(request.as_bytes()).expect("an answer");
        let node = signed_node(&answer.body, &running.platform_key).expect("it is signed");
        let node: Value = serde_json::from_slice(node).expect("JSON");
        assert_eq!(node["sub_code"].as_str().unwrap_or_default(), expect, "{form}");
    }
}

#[test]
fn settings_that_cannot_be_are_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    for (arguments, expect) in [
        (&["--call-limit", "100"][..], "is no limit"),
        (&["--call-limit", "alipay.trade.Pay=1/s"], "no method is called alipay.trade.Pay"),
        (&["--refuse-replays"], "needs --timestamp-window"),
        (&["--timestamp-window", "10"], "is no duration"),
        (&["--timestamp-window", "0s"], "a second at least"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_punchcard"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .args(arguments)
            .output()
            .expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(expect), "{arguments:?}: {told}");
        assert!(!data.exists(), "{arguments:?}");
    }
}
