//! The request log, as `punchcard log` tells it: what was called, how it was answered, what it caused.

use crate::operator::{get, sample};
use crate::output::stranger;
use crate::raw::Connection;
use crate::running::{APP_ID, NOW, PID, Running, app_key, call, each_engine, refuse, succeed, world};
use crate::stamps::{MEMBER, Stamps, UPDATE};
use crate::voucher_kit::{SEND, Templates};
use client::Client;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx};
use wire::{Charset, ContentKey, PublicKey, SignType};

const TAGS: &str = "koubei.marketing.campaign.tags.query";
const PAY: &str = "alipay.trade.pay";
const REFUND: &str = "alipay.trade.refund";
const BUYER: &str = "2088102146931393";
const PAY_CODE: &str = "28763443825664394";
const PLATFORM: &[&str] = &["--mode", "platform"];

/// The tests' world with a buyer of 1000.00 yuan.
fn world_of_trade() -> String {
    let buyer = format!("[[user]]\nuser_id = \"{BUYER}\"\nlogin_id = \"15901825620\"\nbalance = \"1000.00\"");
    format!("{}\n{buyer}\npay_codes = [\"{PAY_CODE}\"]\n", world())
}

fn payment(out_trade_no: &str) -> Value {
    json!({"scene": "bar_code", "auth_code": PAY_CODE, "subject": "桃子", "total_amount": "8.80",
        "out_trade_no": out_trade_no})
}

/// What `punchcard log` prints with these arguments.
fn log(running: &Running, arguments: &[&str]) -> String {
    let output = running.command(&[&["log"], arguments].concat());
    let [out, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
    assert!(output.status.success() || error.contains("no call with trace"), "{error}");
    out
}

/// The calls that it lists as JSON.
fn calls(running: &Running, arguments: &[&str]) -> Vec<Value> {
    let text = log(running, &[&["--json"], arguments].concat());
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The same once there are so many: the command of another process does not wait for those of this one.
fn as_many(running: &Running, count: usize, arguments: &[&str]) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let found = calls(running, arguments);
        if count <= found.len() || Duration::from_secs(10) < began.elapsed() {
            assert_eq!(found.len(), count, "{arguments:?}: {found:#?}");
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// All of one call, once it is there.
fn whole(running: &Running, trace_id: &str) -> Value {
    as_many(running, 1, &["--trace", trace_id]).remove(0)
}

fn trace_of(answer: &client::Answer) -> String {
    answer.trace_id.clone().expect("the gateway tells it")
}

/// Changes the store as a process of its own.
fn change(running: &Running, change: impl Fn(&mut Tx) -> Result<(), Fault> + Send + 'static) {
    let store = Store::open(&running.place(), Open::default()).expect("it is there");
    block_on(store.write::<_, Fault, _>(change)).expect("it is kept");
}

fn post(running: &Running, form: &str) {
    let head = "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded";
    let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{form}", form.len());
    Connection::open(running.address).exchange(request.as_bytes()).expect("it answers");
}

each_engine!(answered_calls_are_listed_and_found, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    let first = trace_of(&call(&client, TAGS, &json!({})));
    refuse(&client, "koubei.marketing.campaign.crowd.count", &json!({"conditions": "[]"}), "INVALID_PARAMETER");
    call(&client, "koubei.made.up", &json!({}));
    let refused = trace_of(&call(&stranger(&running), TAGS, &json!({})));
    let isv = running.client_of(crate::running::ISV_APP_ID, Some(crate::running::TOKEN));
    call(&isv, TAGS, &json!({}));
    let all = as_many(&running, 5, &[]);
    // The newest first, each with what is known of it.
    let known = |name: &str| all.iter().map(|call| call[name].as_str().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(known("code"), ["10000", "40002", "40002", "40004", "10000"]);
    assert_eq!(known("sub_code")[..3], ["", "isv.invalid-signature", "isv.invalid-method"]);
    assert_eq!(known("cause")[1..3], ["unknown-key", "unknown-method"]);
    assert_eq!(known("pid"), [PID, "", PID, PID, PID]);
    assert_eq!(known("app_id")[0], crate::running::ISV_APP_ID);
    for call in &all {
        let number = |name: &str| call[name].as_i64().expect("a number");
        assert!(0 < number("took_us") && 100 < number("bytes_in") && 100 < number("bytes_out"), "{call}");
        assert_eq!((call["at"].as_str(), call["address"].as_str()), (Some(NOW), Some("127.0.0.1")), "{call}");
        assert_eq!(call["door"], "gateway");
    }
    let count = |arguments: &[&str], expect: usize| {
        assert_eq!(calls(&running, arguments).len(), expect, "{arguments:?}");
    };
    count(&["--app", APP_ID], 4);
    count(&["--method", TAGS], 3);
    count(&["--method", TAGS, "--code", "10000"], 2);
    count(&["--code", "isv.invalid-signature"], 1);
    count(&["--cause", "unknown-method"], 1);
    count(&["--pid", crate::running::OTHER_PID], 0);
    count(&["--since", "1h"], 5);
    count(&["--since", "2026-01-01 12:00:01"], 0);
    count(&["--limit", "2"], 2);
    let lines = log(&running, &["--code", "isv.invalid-signature"]);
    assert!(lines.starts_with(&format!("01-01 12:00:00  {}", &refused[..12])), "{lines}");
    assert!(lines.lines().count() == 1 && lines.contains("isv.invalid-signature (unknown-key)") && lines.len() < 130);

    // All of a call, also by how its trace begins.
    let text = log(&running, &["--trace", &first[..12]]);
    for part in [
        &format!("trace {first}"),
        &format!("app {APP_ID}, merchant {PID}, from 127.0.0.1 by the gateway"),
        "parameters, in utf-8:",
        &format!("  method = {TAGS}"),
        "the string that the gateway verified:",
        &format!(
            "app_id={APP_ID}&biz_content={{}}&charset=utf-8&format=json&method={TAGS}&sign_type=RSA2&timestamp={NOW}&version=1.0"
        ),
        "{\"code\":\"10000\",\"msg\":\"Success\"",
        "it caused no entry and no notification",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    // What the doctor says of a refusal is said here too, and nothing else.
    let (text, said) = (log(&running, &["--trace", &refused]), running.doctor(&refused));
    let finding = said.split_once('\n').expect("a headline").1;
    assert!(text.contains(finding), "{finding}\nis not in\n{text}");
    let unknown = running.command(&["log", "--trace", "0123456789ab"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("punchcard doctor 0123456789ab"), "{unknown:?}");
});

each_engine!(a_call_shows_the_entries_and_notifications_that_it_caused, |engine| {
    let running = Running::start_with(engine, &world_of_trade(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let client = running.client();
    let url = "http://127.0.0.1:9/told?by=us";
    let pay = |no: &str, more: &[(&str, &str)]| {
        client.call_with(PAY, &payment(no).to_string(), NOW, more).expect("it is answered")
    };
    let paid = pay("1", &[("notify_url", url)]);
    let trade_no = paid.node["trade_no"].as_str().expect("a number").to_owned();
    let made = whole(&running, &trace_of(&paid));
    let caused = made["caused"].as_array().expect("a list");
    assert_eq!(caused.len(), 2, "{made:#}");
    let money =
        json!({"what": "money", "kind": "pay", "amount": "8.80", "from": BUYER, "to": PID, "subject": trade_no});
    for (name, value) in money.as_object().expect("an object") {
        assert_eq!(caused[0][name], *value, "{name}");
    }
    let notice = json!({"what": "notification", "kind": "trade_status_sync", "to": url});
    for (name, value) in notice.as_object().expect("an object") {
        assert_eq!(caused[1][name], *value, "{name}: {:#}", caused[1]);
    }
    let listed = running.command(&["notify", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!(caused[1]["id"], listed[0]["notify_id"]);
    // A refusal makes nothing.
    let again = pay("1", &[]);
    assert_eq!(again.code, "40004", "{}", again.raw);
    assert_eq!(whole(&running, &trace_of(&again))["caused"], json!([]));
    let short = client.call(
        PAY,
        &json!({"scene": "bar_code", "auth_code": PAY_CODE, "subject": "x",
        "total_amount": "9000.00", "out_trade_no": "2"})
        .to_string(),
        NOW,
    );
    assert_eq!(whole(&running, &trace_of(&short.expect("an answer")))["caused"], json!([]));
    let back = json!({"trade_no": trade_no, "refund_amount": "3.00", "out_request_no": "r"});
    let refunded = whole(&running, &trace_of(&call(&client, REFUND, &back)));
    let refund = &refunded["caused"][0];
    assert_eq!((&refund["kind"], &refund["amount"], &refund["from"]), (&json!("refund"), &json!("3.00"), &json!(PID)));
    let text = log(&running, &["--trace", refunded["trace_id"].as_str().expect("a trace")]);
    assert!(text.contains("it caused:\n  money         refund") && text.contains("amount 3.00  from"), "{text}");
    // Nor does a repeat, whatever it answers.
    let again = call(&client, REFUND, &back);
    assert_eq!(again.node["fund_change"], "N");
    assert_eq!(whole(&running, &trace_of(&again))["caused"], json!([]));
});

each_engine!(bills_of_vouchers_are_shown_with_their_payment_and_its_refund, |engine| {
    let running = Running::start_with(engine, &world_of_trade(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let client = running.client();
    let template = Templates::of(&running, PID, BUYER).paid(|it| it.rules = json!({"PID": PID}).to_string());
    succeed(&client, SEND, &json!({"template_id": template, "user_id": BUYER, "out_biz_no": "1"}));
    let bills = |answer: &client::Answer| {
        let shown = whole(&running, &trace_of(answer));
        let bills: Vec<_> =
            shown["caused"].as_array().expect("a list").iter().filter(|it| it["what"] == "bill").collect();
        assert_eq!(bills.len(), 1, "{shown:#}");
        bills[0].clone()
    };
    let paid = call(&client, PAY, &with_total(payment("1"), "100.00"));
    let took = paid.node["voucher_detail_list"][0]["amount"].clone();
    let bill = bills(&paid);
    assert_eq!((&bill["kind"], &bill["amount"], &bill["subject"]), (&json!("V_USE"), &took, &paid.node["trade_no"]));
    let back = json!({"out_trade_no": "1", "refund_amount": "100.00", "out_request_no": "r"});
    let bill = bills(&call(&client, REFUND, &back));
    assert_eq!((&bill["kind"], &bill["amount"]), (&json!("V_REFUND"), &took));
});

fn with_total(mut order: Value, total: &str) -> Value {
    order["total_amount"] = total.into();
    order
}

each_engine!(a_change_of_points_is_shown_with_its_call, |engine| {
    let stamps = Stamps::open(engine);
    let (client, trade_no) = (stamps.client(), stamps.pay("p1"));
    let deposit = stamps.change(
        "1",
        "DEPOSIT",
        &json!({"trans_amount": "10", "biz_no": trade_no, "shop_id": crate::stamps::SHOP}),
    );
    let answer = call(&client, UPDATE, &deposit);
    assert_eq!(answer.code, "10000", "{}", answer.raw);
    let shown = whole(&stamps.server, &trace_of(&answer));
    let entry = &shown["caused"][0];
    assert_eq!((&entry["what"], &entry["kind"], &entry["points"]), (&json!("points"), &json!("DEPOSIT"), &json!(10)));
    assert_eq!(entry["id"], answer.node["point_log_no"]);
    assert!(shown["full"]["parameters"].to_string().contains(MEMBER));
});

each_engine!(content_that_was_encrypted_is_shown_in_clear, |engine| {
    let aes_key = "K34VFiiu0qar9xWICc9PPA==";
    let app = format!("app_id = \"{APP_ID}\"\n");
    let world = world().replacen(&app, &format!("{app}aes_key = \"{aes_key}\"\n"), 1);
    let running = Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let client = running.client_in(APP_ID, None, Charset::Gbk, SignType::Rsa2);
    let client = client.encrypting(ContentKey::parse(aes_key).expect("a key"));
    let content = json!({"note": "花果山"});
    let answer = call(&client, TAGS, &content);
    assert_eq!(answer.code, "10000");
    let shown = whole(&running, &trace_of(&answer));
    let full = &shown["full"];
    assert_eq!((full["content"].as_str(), full["charset"].as_str()), (Some(&*content.to_string()), Some("gbk")));
    assert!(full["answer"].as_str().expect("text").starts_with("{\"code\":\"10000\""), "{full}");
    // Who sends a member that nobody knows is told so.
    assert_eq!((&full["unknown"], &shown["cause"]), (&json!(["note"]), &json!("unknown-member")));
    // What was signed is the cipher, and our string is the one that the signature is of.
    let parameters = full["parameters"].as_array().expect("a list");
    let value = |name: &str| {
        let found = parameters.iter().find(|pair| pair[0] == name).expect("it was sent");
        found[1].as_str().expect("text").to_owned()
    };
    let string = shown["string_to_sign"].as_str().expect("text");
    let key: PublicKey = app_key().public_key();
    assert!(string.contains(&value("biz_content")) && !string.contains("花果山"));
    use base64::Engine as _;
    let sign = base64::engine::general_purpose::STANDARD.decode(value("sign")).expect("base64");
    assert!(key.verify(SignType::Rsa2, string.as_bytes(), &sign), "{string}");
});

each_engine!(a_platform_keeps_summaries_and_on_demand_masked_calls, |engine| {
    let running = Running::start_with(engine, &world_of_trade(), PLATFORM);
    let client = running.client();
    let paid = call(&client, PAY, &payment("1"));
    assert_eq!(paid.code, "10000", "{}", paid.raw);
    let shown = whole(&running, &trace_of(&paid));
    assert_eq!((&shown["full"], &shown["address"]), (&Value::Null, &json!("127.0.0.0/24")));
    // It is known what it caused all the same.
    assert_eq!(shown["caused"][0]["kind"], "pay");
    assert!(
        log(&running, &["--trace", &trace_of(&paid)]).contains("punchcard log record --app 2021000000000001 --for 10m")
    );
    // On demand, for a while.
    let record = |arguments: &[&str]| {
        let output = running.command(&[&["log", "record", "--app"], arguments].concat());
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(record(&["2021000000009999", "--for", "1m"]).1.contains("no app 2021000000009999"));
    assert!(record(&[APP_ID, "--for", "25h"]).1.contains("a day at most"));
    let isv = running.client_of(crate::running::ISV_APP_ID, Some(crate::running::TOKEN));
    let until_kept = |client: &Client, no: u32, kept: bool| {
        let began = Instant::now();
        loop {
            let answer = call(client, PAY, &payment(&format!("{no} {:?}", began.elapsed())));
            let shown = whole(&running, &trace_of(&answer));
            if shown["full"].is_object() == kept || Duration::from_secs(10) < began.elapsed() {
                assert_eq!(shown["full"].is_object(), kept, "{shown:#}");
                return shown;
            }
        }
    };
    assert!(record(&[APP_ID, "--for", "1h"]).0);
    assert!(record(&[crate::running::ISV_APP_ID, "--for", "1h"]).0);
    let mine = until_kept(&client, 2, true);
    assert_eq!(mine["full"]["masked"], true);
    until_kept(&isv, 3, true);
    // Nothing in the store is a secret or somebody's own, whichever call it is of.
    let text = mine.to_string();
    assert!(text.contains("\\\"auth_code\\\":\\\"***\\\"") && text.contains("桃子"), "{text}");
    let store = Store::open(&running.place(), Open::default()).expect("it is there");
    let rows = block_on(
        store.read::<_, Fault, _>(|tx: &mut Tx| tx.query::<(String,)>("SELECT content FROM call_log_full", &[])),
    );
    let rows = rows.expect("they are read");
    assert!(2 <= rows.len(), "{}", rows.len());
    for (row,) in &rows {
        for secret in [PAY_CODE, BUYER, "15901825620", crate::running::TOKEN] {
            assert!(!row.contains(secret), "{secret} is in {row}");
        }
    }
    assert!(rows.iter().any(|(row,)| row.contains("app_auth_token")));
    drop(store);
    // Ended by hand, and by itself.
    assert!(record(&[APP_ID, "--stop"]).0);
    until_kept(&client, 4, false);
    assert!(record(&[APP_ID, "--for", "2s"]).0);
    until_kept(&client, 5, true);
    std::thread::sleep(Duration::from_secs(2));
    until_kept(&client, 6, false);
    // A stand-in needs none.
    let stand_in = Running::start(engine);
    let output = stand_in.command(&["log", "record", "--app", APP_ID, "--for", "1h"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("keeps every call whole already"));
});

each_engine!(a_flood_has_bounds_and_pushes_out_nothing_verified, |engine| {
    let running = Running::start_with(engine, &world(), &["--request-log-mib", "1"]);
    let client = running.client();
    let verified = trace_of(&call(&client, TAGS, &json!({})));
    let form = format!("method=a.b&app_id=1&x={}", "y".repeat(8_000));
    for _ in 0..200 {
        post(&running, &form);
    }
    let hostile = format!("method=a.b&app_id=1&x={}", "%1B%5B2J%00");
    post(&running, &hostile);
    let began = Instant::now();
    let newest = loop {
        let newest = as_many(&running, 1, &["--limit", "1"]).remove(0);
        if newest["bytes_in"].as_u64().is_some_and(|bytes| bytes < 100) {
            break newest;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{newest}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let trace = newest["trace_id"].as_str().expect("a trace");
    let text = log(&running, &["--trace", trace]);
    assert!(text.contains("x = \\u{1b}[2J\\u{0}") && !text.contains('\u{1b}'), "{text}");
    let began = Instant::now();
    loop {
        let kept = calls(&running, &["--limit", "1000"]);
        // An eighth of a MiB, in calls of 8 KB.
        if kept.len() <= 17 {
            assert!(3 < kept.len() && kept.last().expect("one")["trace_id"] == json!(verified), "{kept:#?}");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{} are kept", kept.len());
        std::thread::sleep(Duration::from_millis(100));
        // Removing goes on with each batch.
        post(&running, &form);
    }
    assert!(whole(&running, &verified)["full"].is_object());
});

#[test]
fn calls_over_the_limit_of_their_address_are_not_kept() {
    let running = Running::start_with(Engine::Sqlite, &world(), PLATFORM);
    let stranger = stranger(&running);
    let (mut refused, mut limited) = (0, 0);
    while limited < 5 {
        match call(&stranger, TAGS, &json!({})).sub_code.as_deref() {
            Some("isv.app-call-limited") => limited += 1,
            Some("isv.invalid-signature") => refused += 1,
            other => panic!("{other:?}"),
        }
        assert!(refused < 10_000);
    }
    // Verified ones are, whatever their address did.
    call(&running.client(), TAGS, &json!({}));
    let kept = calls(&running, &["--limit", "100000"]);
    assert_eq!(kept[0]["code"], "10000");
    assert!(kept[1..].iter().all(|call| call["sub_code"] == "isv.invalid-signature"));
    // Between the calls that were answered so, the limit refills a little.
    assert_eq!(kept.len(), refused + 1);
}

each_engine!(what_waits_is_written_when_the_process_ends, |engine| {
    let mut running = Running::start(engine);
    let client = running.client();
    for _ in 0..20 {
        succeed(&client, TAGS, &json!({}));
    }
    running.terminate();
    // Of a store that nobody runs, too.
    assert_eq!(calls(&running, &["--limit", "100"]).len(), 20);
    if engine == Engine::Sqlite {
        let output = running.command(&["log", "--follow"]);
        assert!(String::from_utf8_lossy(&output.stderr).contains("nobody answers calls on this store"), "{output:?}");
    }
});

each_engine!(calls_are_followed_as_they_come, |engine| {
    let mut running = Running::start(engine);
    let client = running.client();
    call(&client, TAGS, &json!({}));
    as_many(&running, 1, &[]);
    let mut command = running.prepared(&["log", "--follow", "--json", "--method", TAGS]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next =
        || -> Value { serde_json::from_str(&lines.next().expect("another line").expect("text")).expect("JSON") };
    let mut seen = vec![next()["trace_id"].clone()];
    let mut expect = seen.clone();
    for _ in 0..3 {
        call(&client, "koubei.made.up", &json!({}));
        expect.push(json!(trace_of(&call(&client, TAGS, &json!({})))));
        seen.push(next()["trace_id"].clone());
    }
    assert_eq!(seen, expect);
    // A server that is started again is followed on.
    running.kill_and_start();
    let trace = trace_of(&call(&running.client(), TAGS, &json!({})));
    assert_eq!(next()["trace_id"], trace);
    // Ctrl-C ends it, and that is no failure.
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    let ended = child.wait().expect("a child can be waited for");
    assert!(sent.success() && ended.success(), "{ended}");
});

#[test]
fn two_processes_see_each_others_calls() {
    let one = Running::start(Engine::Postgres);
    let other = one.beside();
    let mut expect = Vec::new();
    for _ in 0..5 {
        for running in [&one, &other] {
            expect.push(trace_of(&call(&running.client(), TAGS, &json!({}))));
        }
    }
    let found = as_many(&one, 10, &[]);
    let mut found: Vec<_> = found.iter().map(|call| call["trace_id"].as_str().expect("a trace").to_owned()).collect();
    found.sort();
    expect.sort();
    assert_eq!(found, expect);
    // The page of either shows those of both.
    let page = get(other.address, "/?lang=en");
    assert!(expect.iter().all(|trace| page.contains(trace)), "{page}");
}

each_engine!(a_log_that_cannot_be_written_changes_no_answer, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    call(&client, TAGS, &json!({}));
    as_many(&running, 1, &[]);
    let lost = || sample(&get(running.operator, "/metrics"), "punchcard_request_log_lost_total");
    assert!(lost() < 0.5);
    change(&running, |tx| tx.execute("DROP TABLE call_log_full", &[]).map(drop));
    for nth in 0..20 {
        succeed(&client, TAGS, &json!({"nth": nth}));
    }
    let began = Instant::now();
    while lost() < 19.5 {
        assert!(began.elapsed() < Duration::from_secs(10), "{}", lost());
        std::thread::sleep(Duration::from_millis(50));
    }
    // It is missing in the log, whole; what was there is there.
    assert_eq!(calls(&running, &[]).len(), 1);
});

#[test]
fn a_store_that_does_not_take_the_log_delays_no_answer() {
    let running = Running::start(Engine::Postgres);
    let client = running.client();
    succeed(&client, TAGS, &json!({}));
    let (locked, is_locked) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (place, released) = (running.place(), std::sync::Mutex::new(released));
    let holder = std::thread::spawn(move || {
        let store = Store::open(&place, Open::default()).expect("it is there");
        block_on(store.write::<_, Fault, _>(move |tx: &mut Tx| {
            tx.execute("LOCK TABLE call_log IN ACCESS EXCLUSIVE MODE", &[])?;
            locked.send(()).expect("somebody waits");
            let waited = released.lock().expect("no panic").recv_timeout(Duration::from_secs(60));
            assert!(waited.is_ok(), "the calls wait for the log");
            Ok(())
        }))
        .expect("nothing is changed");
    });
    is_locked.recv().expect("it is locked");
    for nth in 0..50 {
        succeed(&client, TAGS, &json!({"nth": nth}));
    }
    release.send(()).expect("it is still locked");
    holder.join().expect("no panic");
    as_many(&running, 51, &["--limit", "100"]);
}

each_engine!(there_is_none_where_nobody_wants_one, |engine| {
    let running = Running::start_with(engine, &world(), &["--request-log", "off"]);
    succeed(&running.client(), TAGS, &json!({}));
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(calls(&running, &[]), Vec::<Value>::new());
    assert!(get(running.address, "/?lang=en").contains("No calls yet"));
});
