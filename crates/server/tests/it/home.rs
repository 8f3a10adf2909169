//! `/` and wrong paths, on a stand-in and on a platform.

use crate::operator::get;
use crate::raw::Connection;
use crate::running::{APP_ID, PID, Running, call, each_engine, log_of, world};
use serde_json::json;
use store::testing::Engine;

const SENTENCE: &str = "Nothing is here: Punchcard answers calls at /gateway.do\n";

fn is_the_sentence(answer: &str) -> bool {
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let head = head.to_ascii_lowercase();
    head.starts_with("http/1.1 404")
        && head.contains("content-type: text/plain; charset=utf-8")
        && head.contains("x-content-type-options: nosniff")
        && body == SENTENCE
}

each_engine!(a_wrong_path_says_the_right_one, |engine| {
    let running = Running::start_logging(engine);
    for path in [
        "/gateway",
        "/gateway.do/",
        "/Gateway.do",
        "//gateway.do",
        "/gateway.do.do",
        "/api/gateway.do",
        "/index.html",
        "/favicon.ico",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/..%2f..%2fetc",
        "/gateway.do%00",
        "/%1b[2J",
        "/%ff%fe",
        &format!("/{}", "a".repeat(5_000)),
    ] {
        let answer = get(running.address, path);
        assert!(is_the_sentence(&answer), "{path}: {answer}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        for path in ["/", "/gateway"] {
            let request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
            let answer = Connection::open(running.address).exchange(request.as_bytes()).expect("an answer");
            assert_eq!((answer.status, answer.body.as_slice()), (404, SENTENCE.as_bytes()), "{method} {path}");
        }
    }
    let log = log_of(running.folder.path());
    let lines = log.lines().filter(|line| line.contains("wrong path: calls go to /gateway.do"));
    assert_eq!(lines.clone().count(), 24, "{log}");
    assert!(lines.clone().all(|line| line.len() < 600 && line.contains("\"trace_id\"")));
    let answer = get(running.operator, "/gateway.do");
    assert!(
        answer.starts_with("HTTP/1.1 404") && answer.contains("text/plain") && answer.contains("/metrics"),
        "{answer}"
    );
});

each_engine!(a_stand_in_has_a_page_and_a_platform_has_none, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    assert!(get(running.address, "/?lang=en").contains("No calls yet"));
    assert_eq!(call(&client, "koubei.marketing.campaign.tags.query", &json!({"secret": "BIZ-7391"})).code, "10000");
    let hostile = "<script>alert(7391)</script>";
    let form = format!("method={}&app_id={}", hostile.replace('<', "%3C"), "a".repeat(100_000));
    let request = format!(
        "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    Connection::open(running.address).exchange(request.as_bytes()).expect("an answer");
    let page = get(running.address, "/?lang=en");
    let gateway = format!("http://{}/gateway.do", running.address);
    for part in [
        "HTTP/1.1 200",
        "content-type: text/html; charset=utf-8",
        "default-src 'none'",
        "x-content-type-options: nosniff",
        "stand-in",
        "1 Jan 2026, 12:00:00 (manual, stands still)",
        &gateway,
        &running.platform_key.to_base64(),
        "koubei.marketing.campaign.tags.query",
        "12:00:00 · 10000 · 2021000000000001",
        APP_ID,
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("BIZ-7391") && page.len() < 20_000, "{page}");
    assert!(get(running.address, "/?lang=zh").contains("最近的调用"));
    drop(running);

    let platform = Running::start_with(engine, &world(), &["--mode", "platform"]);
    assert!(is_the_sentence(&get(platform.address, "/")), "{}", get(platform.address, "/"));
    assert!(is_the_sentence(&get(platform.address, "/nothing")));
});

/// Lines of the log with this message, as JSON.
fn lines(running: &Running, message: &str) -> Vec<serde_json::Value> {
    let log = log_of(running.folder.path());
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines.map(|line| line["fields"].clone()).filter(|fields| fields["message"] == message).collect()
}

#[test]
fn the_log_says_who_called_for_whom_and_which_field_was_refused() {
    let running = Running::start_logging(Engine::Sqlite);
    let client = running.client_of(crate::running::ISV_APP_ID, Some(crate::running::TOKEN));
    let create = "koubei.marketing.campaign.crowd.create";
    call(&client, create, &json!({"out_biz_no": "a"}));
    call(&client, create, &json!({"out_biz_no": "a", "name": ["NAME-7391"], "conditions": "[]"}));
    let conditions = json!([{"op": "7391", "tagCode": "pam_gender", "value": "1"}]).to_string();
    call(&client, create, &json!({"out_biz_no": "a", "name": "n", "conditions": conditions}));
    call(&client, "koubei.marketing.campaign.tags.query", &json!({}));
    let stranger = crate::output::stranger(&running);
    call(&stranger, create, &json!({}));
    let calls = lines(&running, "call");
    let fields: Vec<_> = calls.iter().map(|it| it["field"].as_str().unwrap_or_default()).collect();
    assert_eq!(fields.len(), 5, "{calls:#?}");
    assert!(fields[..2].iter().all(|field| ["name", "conditions"].contains(field)), "{fields:?}");
    assert!(fields[2].starts_with("conditions[0]") && fields[3..] == ["", ""], "{fields:?}");
    for (nth, call) in calls.iter().enumerate() {
        let expect = if nth == 4 { (APP_ID, None) } else { (crate::running::ISV_APP_ID, Some(PID)) };
        assert_eq!((call["app_id"].as_str().unwrap_or_default(), call["pid"].as_str()), expect, "{call}");
    }
    assert!(!log_of(running.folder.path()).contains("7391"));
}

#[test]
fn the_log_says_what_operators_did_and_what_was_not_delivered() {
    let user = "[[user]]\nuser_id = \"2088102146931000\"\nbalance = \"100.00\"\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.toml");
    std::fs::write(&path, format!("{}\n{user}", world())).expect("ours");
    let arguments = ["--world", &path.display().to_string(), "--clock", "manual:2026-01-01T12:00:00+08:00"];
    let running = Running::start_logging_in(Engine::Sqlite, folder, arguments.map(str::to_owned).to_vec());
    let request = json!({
        "scene": "bar_code", "auth_code": "2888102146931000", "out_trade_no": "told", "subject": "SUBJECT-7391",
        "total_amount": "1.00",
    });
    let more = [("notify_url", "http://127.0.0.1:9/SECRET-7391?SECRET-7391")];
    let answer = running.client().call_with("alipay.trade.pay", &request.to_string(), crate::running::NOW, &more);
    assert_eq!(answer.expect("an answer").code, "10000");
    running.import(PID, "user_id\n2088000000000001\n");
    for (arguments, succeeds) in [
        (&["apply", &path.display().to_string()][..], true),
        (&["clock", "advance", "25h"], true),
        (&["clock", "set", "2020-01-01T00:00:00Z"], false),
        (&["activity", "reject", "1", "--reason", "r"], false),
        (&["backup", "a.backup"], true),
    ] {
        let output = running.command(arguments);
        assert_eq!(output.status.success(), succeeds, "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let acts: Vec<_> =
        lines(&running, "operator").iter().map(|it| it["act"].as_str().expect("an act").to_owned()).collect();
    assert_eq!(acts, ["import", "apply a world", "move the clock", "move the clock", "reject an activity", "back up"]);
    let failed = lines(&running, "notification not delivered");
    assert_eq!(failed.len(), 8, "one for each delivery: {failed:#?}");
    for (nth, line) in failed.iter().enumerate() {
        assert_eq!(
            (line["attempt"].as_u64(), &line["pid"], &line["app_id"]),
            (Some(nth as u64 + 1), &json!(PID), &json!(APP_ID))
        );
        assert_eq!(line["host"], "127.0.0.1:9", "{line}");
    }
    assert!(failed[0]["next"] == "2026-01-01 12:04:00" && failed[0]["error"].is_string(), "{failed:#?}");
    assert!(failed[7]["next"].as_str().is_some_and(|next| next.starts_with("given up")), "{failed:#?}");
    assert!(!log_of(running.folder.path()).contains("7391"), "{}", log_of(running.folder.path()));
}
