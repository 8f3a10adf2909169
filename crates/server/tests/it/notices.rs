//! Notifications: delivered until they are acknowledged, by the platform's ladder, whatever receivers and processes do.

mod cards;
mod processes;
pub(crate) mod sdks;

use crate::mailbox::{Letter, Mailbox, is_signed};
use crate::running::{APP_ID, NOW, PID, Running, app_key, each_engine, world};
use client::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};
use store::testing::Engine;
use wire::{Charset, SignType};

/// The manual clock of the tests' world begins here: 2026-01-01 12:00:00 in UTC+8.
const BEGIN: i64 = 1_767_240_000_000;
const MINUTE: i64 = 60_000;
/// When a notification is delivered that nobody acknowledges: minutes after the first.
const LADDER: [i64; 8] = [0, 4, 14, 24, 84, 204, 564, 1_464];
/// So many buyers there are, each with trades in a bucket of their own.
const BUYERS: usize = 40;

/// The tests' world with buyers who can pay for all of it.
fn rich() -> String {
    let buyer = |nth| format!("[[user]]\nuser_id = \"{}\"\nbalance = \"100000.00\"\n", buyer(nth));
    format!("{}\n{}", world(), (0..BUYERS).map(buyer).collect::<String>())
}

fn buyer(nth: usize) -> String {
    format!("2088102146931{nth:03}")
}

fn start(engine: Engine) -> Running {
    Running::start_with(engine, &rich(), &["--clock", "manual:2026-01-01T12:00:00+08:00"])
}

fn called(client: &Client, method: &str, members: &Value, notify_url: &str) -> Value {
    let more = [("notify_url", notify_url)];
    let answer = client.call_with(method, &members.to_string(), NOW, &more).expect("an answer");
    assert_eq!(answer.code, "10000", "{method}: {}", answer.raw);
    answer.node
}

/// Pays a trade, of which `notify_url` is told.
fn pay(client: &Client, out_trade_no: &str, notify_url: &str) {
    pay_for(client, out_trade_no, "龙井茶", notify_url);
}

fn pay_for(client: &Client, out_trade_no: &str, subject: &str, notify_url: &str) {
    // The pay code of every user of a stand-in (`docs/decisions.md`, "Pay codes").
    let auth_code = format!("28{}", &buyer(0)[2..]);
    let request = json!({
        "scene": "bar_code", "auth_code": auth_code, "out_trade_no": out_trade_no, "subject": subject,
        "total_amount": "1.00",
    });
    called(client, "alipay.trade.pay", &request, notify_url);
}

/// Makes a trade that nobody pays in five minutes, of which `notify_url` is told.
fn create(client: &Client, nth: usize, out_trade_no: &str, notify_url: &str) {
    let request = json!({
        "out_trade_no": out_trade_no, "subject": "龙井茶", "total_amount": "1.00", "buyer_id": buyer(nth),
        "timeout_express": "5m",
    });
    called(client, "alipay.trade.create", &request, notify_url);
}

/// Runs a command that must succeed; its JSON.
fn command(running: &Running, arguments: &[&str]) -> Value {
    let output = running.command(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The one notification to this address.
fn notice(running: &Running, url: &str) -> Value {
    let listed = command(running, &["notify", "list"]);
    let found = listed.as_array().expect("a list").iter().find(|it| it["url"] == url);
    let id = found.unwrap_or_else(|| panic!("none to {url}: {listed}"))["notify_id"].clone();
    command(running, &["notify", "show", id.as_str().expect("an id")])
}

/// When letters were sent, in minutes after the clock's beginning, to the second.
fn minutes(letters: &[Letter]) -> Vec<i64> {
    let since = letters.iter().map(|letter| letter.sent_at() - BEGIN);
    since.inspect(|ms| assert_eq!(ms % MINUTE, 0)).map(|ms| ms / MINUTE).collect()
}

/// That all letters are signed and are one notification; its id.
fn one_notice(letters: &[Letter], running: &Running) -> String {
    for letter in letters {
        assert!(is_signed(letter, &running.platform_key), "{letter:?}");
    }
    let same = |letter: &Letter| {
        let members = letter.members.iter().filter(|(name, _)| !matches!(name.as_str(), "notify_time" | "sign"));
        members.map(|(name, value)| (name.clone(), value.clone())).collect::<BTreeMap<_, _>>()
    };
    assert!(letters.windows(2).all(|pair| same(&pair[0]) == same(&pair[1])), "{letters:#?}");
    letters[0].get("notify_id").to_owned()
}

each_engine!(eight_deliveries_by_the_ladder_to_the_second, |engine| {
    let (running, mailbox) = (start(engine), Mailbox::start());
    mailbox.fail(7);
    let url = mailbox.url("/flaky?shop=1");
    pay(&running.client(), "ladder", &url);
    let began = Instant::now();
    let moved = command(&running, &["clock", "advance", "25h"]);
    println!("eight deliveries, 25 hours: {:?} of real time", began.elapsed());
    assert_eq!((&moved["now"], &moved["stops"]), (&json!("2026-01-02T13:00:00+08:00"), &json!(7)));
    let letters = mailbox.letters("/flaky?shop=1");
    assert_eq!(minutes(&letters), LADDER, "advance returns after the last");
    let id = one_notice(&letters, &running);
    let first = &letters[0];
    for (name, expect) in [
        ("notify_type", "trade_status_sync"),
        ("app_id", APP_ID),
        ("auth_app_id", APP_ID),
        ("charset", "utf-8"),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
        ("out_trade_no", "ladder"),
        ("trade_status", "TRADE_SUCCESS"),
        ("gmt_payment", "2026-01-01 12:00:00"),
    ] {
        assert_eq!(first.get(name), expect, "{name}");
    }
    let told = notice(&running, &url);
    assert_eq!((&told["notify_id"], &told["state"], &told["next_at"]), (&json!(id), &json!("DELIVERED"), &Value::Null));
    let deliveries = told["deliveries"].as_array().expect("a list");
    let answers: Vec<&str> = deliveries.iter().map(|it| it["answer"].as_str().expect("answered")).collect();
    assert_eq!(answers, [&["fail"; 7][..], &["success"]].concat());
    assert_eq!(deliveries[1]["at"], "2026-01-01 12:04:00");
});

each_engine!(what_is_given_up_is_resent_by_hand, |engine| {
    let (running, mailbox) = (start(engine), Mailbox::start());
    mailbox.fail(9);
    let url = mailbox.url("/flaky");
    pay(&running.client(), "given_up", &url);
    command(&running, &["clock", "advance", "30d"]);
    let told = notice(&running, &url);
    assert_eq!((&told["state"], &told["attempts"]), (&json!("FAILED"), &json!(8)));
    let id = told["notify_id"].as_str().expect("an id");
    let failed = command(&running, &["notify", "list", "--state", "failed", "--pid", PID]);
    assert_eq!((failed.as_array().map(Vec::len), &failed[0]["notify_id"]), (Some(1), &json!(id)));

    assert_eq!(command(&running, &["notify", "resend", id]), json!({"resent": 1}));
    mailbox.wait("/flaky", 9);
    // The ladder begins anew: it fails once more, and then not.
    command(&running, &["clock", "advance", "4m"]);
    let letters = mailbox.letters("/flaky");
    assert_eq!(minutes(&letters)[8..], [43_200, 43_204]);
    assert_eq!(one_notice(&letters, &running), id);
    assert_eq!(notice(&running, &url)["state"], "DELIVERED");

    let unknown = running.command(&["notify", "resend", id, "2026010100222000000000000000000007"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&unknown.stderr),
        "punchcard: no notification 2026010100222000000000000000000007\n"
    );
    assert_eq!(running.command(&["notify", "show", "a/b"]).status.code(), Some(1));
    assert_eq!(running.command(&["notify", "list", "--state", "LOST"]).status.code(), Some(1));
});

each_engine!(only_success_acknowledges, |engine| {
    let (running, mailbox) = (start(engine), Mailbox::start());
    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        format!("http://{}/", listener.local_addr().expect("bound"))
    };
    let cases = [
        (mailbox.url("/ok"), "DELIVERED", "success"),
        (mailbox.url("/blanks"), "DELIVERED", " success\n"),
        (mailbox.url("/fail"), "PENDING", "fail"),
        (mailbox.url("/html"), "PENDING", "<html><body>success</body></html>"),
        (mailbox.url("/created"), "PENDING", "success"),
        (mailbox.url("/broken"), "PENDING", "success"),
        (mailbox.url("/moved"), "PENDING", "success"),
        (dead, "PENDING", "no connection: "),
    ];
    for (at, (url, ..)) in cases.iter().enumerate() {
        pay(&running.client(), &format!("case_{at}"), url);
    }
    command(&running, &["clock", "advance", "1m"]);
    for (url, state, said) in &cases {
        let told = notice(&running, url);
        let delivery = &told["deliveries"][0];
        let heard = delivery["answer"].as_str().or(delivery["error"].as_str()).expect("one of them");
        assert!(told["state"] == *state && heard.contains(said), "{told:#}");
    }
    assert_eq!(mailbox.letters("/ok").len(), 1, "nobody follows a redirect");
    // Members are signed in the algorithm of the call that registered the address.
    let client = running.client_in(APP_ID, None, Charset::Utf8, SignType::Rsa);
    pay(&client, "sha1", &mailbox.url("/ok?sha1"));
    let letters = mailbox.wait("/ok?sha1", 1);
    one_notice(&letters, &running);
    assert_eq!(letters[0].get("sign_type"), "RSA");
});

each_engine!(a_silent_host_delays_nobody_else, |engine| {
    const EACH: usize = 20;
    let (running, silent, other) = (start(engine), Mailbox::start(), Mailbox::start());
    for nth in 0..EACH {
        pay(&running.client(), &format!("silent_{nth}"), &silent.url("/silent"));
        pay(&running.client(), &format!("other_{nth}"), &other.url("/ok"));
    }
    // All of the others are there while not one of the silent ones has an answer.
    other.wait("/ok", EACH);
    silent.speak();
    silent.wait("/silent", EACH);
    command(&running, &["clock", "advance", "1s"]);
    let delivered = command(&running, &["notify", "list", "--state", "DELIVERED"]);
    assert_eq!(delivered.as_array().map(Vec::len), Some(2 * EACH));
});

each_engine!(what_is_resent_while_it_is_on_its_way_is_delivered_once_more, |engine| {
    let (running, mailbox) = (Running::start_with(engine, &rich(), &[]), Mailbox::start());
    let url = mailbox.url("/silent");
    pay(&running.client(), "twice", &url);
    mailbox.wait("/silent", 1);
    let id = notice(&running, &url)["notify_id"].clone();
    assert_eq!(command(&running, &["notify", "resend", id.as_str().expect("an id")]), json!({"resent": 1}));
    mailbox.speak();
    let began = Instant::now();
    let letters = mailbox.wait("/silent", 2);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(one_notice(&letters, &running), id);
    assert_eq!(delivered(&running, &url, 2)["state"], "DELIVERED");
});

#[test]
fn a_receiver_that_never_answers_is_given_ten_seconds() {
    let (running, mailbox) = (start(Engine::Sqlite), Mailbox::start());
    pay(&running.client(), "late", &mailbox.url("/silent"));
    command(&running, &["clock", "advance", "1m"]);
    let told = notice(&running, &mailbox.url("/silent"));
    assert_eq!((&told["state"], &told["attempts"]), (&json!("PENDING"), &json!(1)));
    let error = told["deliveries"][0]["error"].as_str().expect("why");
    assert!(error.starts_with("no answer from 127.0.0.1:") && error.ends_with(" within 10 seconds"), "{error}");
}

#[test]
fn a_platform_sends_to_no_neighbour_unless_it_is_allowed_to() {
    let mut running = Running::start_with(Engine::Sqlite, &rich(), &["--mode", "platform"]);
    let mailbox = Mailbox::start();
    let url = mailbox.url("/ok");
    let client = running.client();
    create(&client, 0, "closed", &url);
    called(&client, "alipay.trade.close", &json!({"out_trade_no": "closed"}), "");
    let told = delivered(&running, &url, 1);
    assert_eq!(told["state"], "PENDING");
    let error = told["deliveries"][0]["error"].as_str().expect("why not");
    assert_eq!(error, "refused: 127.0.0.1 is 127.0.0.1, in a private or reserved network; see --notify-allow-private");
    assert!(mailbox.letters("/ok").is_empty());
    let page = running.command(&["clock", "show", "--json"]);
    let shown: Value = serde_json::from_slice(&page.stdout).expect("JSON");
    assert_eq!(shown["clock"], "system");

    running.terminate();
    let mut again = running.with(&["--notify-allow-private"]);
    let id = told["notify_id"].as_str().expect("an id");
    assert_eq!(command(&again, &["notify", "resend", id]), json!({"resent": 1}));
    let letters = mailbox.wait("/ok", 1);
    assert_eq!(one_notice(&letters, &again), id);
    assert_eq!(delivered(&again, &url, 2)["state"], "DELIVERED");
    again.terminate();
}

/// The notification to this address when it was delivered so often.
fn delivered(running: &Running, url: &str, attempts: u64) -> Value {
    let began = Instant::now();
    loop {
        let told = notice(running, url);
        if told["attempts"] == attempts {
            return told;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{told:#}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An app whose notifications are sent in GBK.
const GBK_APP_ID: &str = "2021000000000009";

/// Starts one with that app.
fn start_with_gbk(engine: Engine) -> Running {
    let key = app_key().public_key().to_base64();
    let gbk = format!(
        "[[app]]\napp_id = \"{GBK_APP_ID}\"\npid = \"{PID}\"\npublic_key = \"{key}\"\nnotify_charset = \"GBK\"\n"
    );
    Running::start_with(engine, &format!("{}{gbk}", rich()), &["--clock", "manual:2026-01-01T12:00:00+08:00"])
}

each_engine!(an_app_may_ask_for_gbk, |engine| {
    let (running, mailbox) = (start_with_gbk(engine), Mailbox::start());
    let client = running.client_of(GBK_APP_ID, None);
    // What GBK cannot say, as its readers have it, is said in UTF-8.
    for (nth, (subject, charset)) in [
        ("龙井茶", "gbk"),
        ("Tea + 50% & more", "gbk"),
        ("朱镕基 ￥88 · 满减——「八折」①Ⅳ㈠ αβ ぱん", "gbk"),
        ("茶🍵", "utf-8"),
        ("€88", "utf-8"),
        ("龙井茶，进口€", "utf-8"),
        ("㑇㑳", "utf-8"),
        ("龴", "utf-8"),
        ("ḿ", "utf-8"),
        ("A⊕B", "utf-8"),
        ("\u{e000}", "utf-8"),
        ("¥88", "utf-8"),
        ("𠮷野家", "utf-8"),
        ("⿰木木", "utf-8"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("/ok?{nth}");
        pay_for(&client, &format!("gbk{nth}"), subject, &mailbox.url(&path));
        let letters = mailbox.wait(&path, 1);
        one_notice(&letters, &running);
        assert_eq!((letters[0].get("charset"), letters[0].get("subject")), (charset, subject));
    }
});

#[test]
fn metrics_tell_of_deliveries() {
    let (running, mailbox) = (start(Engine::Sqlite), Mailbox::start());
    pay(&running.client(), "paid", &mailbox.url("/ok"));
    pay(&running.client(), "waits", &mailbox.url("/fail"));
    command(&running, &["clock", "advance", "1m"]);
    let page = crate::operator::get(running.operator, "/metrics");
    for line in [
        "punchcard_notices_delivered_total{outcome=\"acknowledged\"} 1",
        "punchcard_notices_delivered_total{outcome=\"answered\"} 1",
        "punchcard_notices_delivered_total{outcome=\"timed_out\"} 0",
        "punchcard_notices_waiting 1",
        "punchcard_job_lag_seconds 0",
        "punchcard_jobs_failing 0",
    ] {
        assert!(page.lines().any(|said| said == line), "{line} is not in\n{page}");
    }
}
