//! Trades that happened elsewhere: imported, asked about, counted, given back; and any trade, as the operator is shown
//! it.

use crate::running::{PID, Running, call, conditions, each_engine, refuse, succeed, world};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::testing::Engine;

const SHOP: &str = "2015121600077000000002388200";
const HEADER: &str = "trade_no,user_id,shop_id,total_amount,paid_at,out_trade_no,refunded_amount,refunded_at";

fn start(engine: Engine) -> Running {
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = format!("[[merchant.shop]]\nshop_id = \"{SHOP}\"\nname = \"总店\"");
    let buyer = "[[user]]\nuser_id = \"2088102146931393\"\nbalance = \"10.00\"\n";
    let world = world().replace(&merchant, &format!("{merchant}\n{shop}")) + buyer;
    Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"])
}

/// Imports these lines; what was printed, bad rows and result.
fn import(running: &Running, lines: &str, more: &[&str]) -> (bool, String, String) {
    let path = running.folder.path().join("trades.csv");
    std::fs::write(&path, format!("{HEADER}\n{lines}")).expect("the folder is ours");
    let path = path.display().to_string();
    let output = running.command(&[&["import", "trades", "--pid", PID, &path], more].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&path, "FILE");
    (output.status.success(), text(&output.stderr), text(&output.stdout))
}

/// Holds what is counted. On PostgreSQL an import is another process, of which this one learns in a moment.
fn counts(running: &Running, op: &str, value: &str, expect: &Value) {
    let request = json!({"conditions": conditions(op, "pam_gender", value)});
    let mut counted = Value::Null;
    for _ in 0..100 {
        let node = succeed(&running.client(), "koubei.marketing.campaign.crowd.count", &request);
        counted = serde_json::from_str(node["summary_values"].as_str().expect("a string")).expect("JSON");
        if counted == *expect {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{op} {value}: {counted}, not {expect}");
}

fn show(running: &Running, asked: &[&str]) -> Value {
    let output = running.command(&[&["trade", "show", "--json"], asked].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

each_engine!(imported_trades_are_trades, |engine| {
    let running = start(engine);
    let client = running.client();
    running.import(PID, "user_id,pam_gender\n2088000000000001,1\n2088000000000009,2\n");
    counts(&running, "EQ", "1", &json!({"total": 1}));
    let lines = format!(
        "20250001,2088000000000001,{SHOP},10.00,2025-12-01 09:00:00,a,,\n\
         20250002,2088000000000001,,0.00,2025-12-01 09:00:00,b,,\n\
         20250003,2088000000000002,,5.50,2025-12-02 09:00:00,,1.50,2025-12-03 09:00:00\n\
         20250001,2088000000000001,{SHOP},10.01,2025-12-01 09:00:00,a,,\n\
         20240001,2088000000000001,,7.00,2024-01-01 09:00:00,,,\n"
    );
    let zero = "FILE:3: total_amount 0.00: where nothing was paid, there was no trade\n";
    let (done, said, result) = import(&running, &lines, &["--strict"]);
    assert!(!done && said.starts_with(zero) && result.contains("4 rows: 0 new trades; 1 bad rows"), "{said}{result}");
    let taken = "FILE:5: trade_no or out_trade_no is used by another trade, or by this one with other content\n";
    let (done, said, result) = import(&running, &lines, &[]);
    assert!(!done && said.contains(zero) && said.contains(taken), "{said}");
    assert_eq!(result, "3 rows: 3 new trades; 2 bad rows\n");
    assert_eq!(import(&running, &lines, &[]).2, "3 rows: 0 new trades; 2 bad rows\n");
    // Who paid is a member; what they paid is counted, exactly, with the next call.
    counts(&running, "EQ", "1", &json!({"total": 1, "sum": "17.00"}));
    counts(&running, "NEQ", "2", &json!({"total": 2, "sum": "21.00"}));
    let query = |no: &str| succeed(&client, "alipay.trade.query", &json!({"trade_no": no}));
    let first = query("20250001");
    assert_eq!((&first["out_trade_no"], &first["trade_status"]), (&json!("a"), &json!("TRADE_SUCCESS")));
    assert_eq!((&first["store_name"], &first["send_pay_date"]), (&json!("总店"), &json!("2025-12-01 09:00:00")));
    assert_eq!(query("20240001")["trade_status"], "TRADE_FINISHED");
    // The number is used up for payments too, and money goes back where it came from.
    let order =
        json!({"out_trade_no": "20250001", "buyer_id": "2088102146931393", "subject": "s", "total_amount": "1"});
    refuse(&client, "alipay.trade.create", &order, "ACQ.TRADE_HAS_SUCCESS");
    let refund = json!({"trade_no": "20250001", "refund_amount": "10.00"});
    succeed(&client, "alipay.trade.refund", &refund);
    counts(&running, "EQ", "1", &json!({"total": 1, "sum": "7.00"}));
    refuse(
        &client,
        "alipay.trade.refund",
        &json!({"trade_no": "20240001", "refund_amount": "7"}),
        "ACQ.TRADE_HAS_FINISHED",
    );
    let shown = show(&running, &["20250001"]);
    let refunds = json!([{"out_request_no": "a", "refund_amount": "10.00", "gmt_refund_pay": "2026-01-01 12:00:00"}]);
    assert_eq!((&shown["trade_status"], &shown["refunds"]), (&json!("TRADE_CLOSED"), &refunds));
});

each_engine!(what_was_counted_is_counted_after_a_restart, |engine| {
    let mut running = start(engine);
    import(&running, "1,2088000000000001,,10.00,2025-12-01 09:00:00,,,\n", &[]);
    let pay = json!({"scene": "bar_code", "buyer_id": "2088102146931393", "subject": "s", "total_amount": "2.34",
        "out_trade_no": "1_1"});
    succeed(&running.client(), "alipay.trade.pay", &pay);
    let all = json!({"total": 2, "sum": "12.34"});
    counts(&running, "NEQ", "2", &all);
    running.kill_and_start();
    counts(&running, "NEQ", "2", &all);
});

each_engine!(what_many_new_members_paid_is_counted, |engine| {
    let running = start(engine);
    let line = |nth| format!("{nth},2088000000{nth:06},,1.00,2025-12-01 09:00:00,,,\n");
    let (done, said, _) = import(&running, &(0..1_000).map(line).collect::<String>(), &[]);
    assert!(done, "{said}");
    counts(&running, "NEQ", "2", &json!({"total": 1_000, "sum": "1000.00"}));
});

each_engine!(a_command_that_opens_the_store_itself_knows_the_address_that_serve_was_given, |engine| {
    let mut running = start(engine);
    running.stop();
    let mut running = running.with(&["--base-url", "https://shop.example.com"]);
    let order = json!({"out_trade_no": "1", "buyer_id": "2088102146931393", "subject": "s", "total_amount": "1"});
    let made = succeed(&running.client(), "alipay.trade.create", &order);
    let no = made["trade_no"].as_str().expect("a number");
    let uri = |running: &Running| show(running, &[no])["cashier_uri"].as_str().expect("an address").to_owned();
    assert!(uri(&running).starts_with("https://shop.example.com/h5/cashier?"), "{}", uri(&running));
    running.stop();
    assert_eq!(uri(&running), made["cashier_uri"]);
    // Served without one, it is as if there had never been one.
    let world = running.folder.path().join("world.toml").display().to_string();
    let again = Running::start_at(&running, &["--world", &world]);
    // One that was killed is believed to live for some seconds.
    let began = Instant::now();
    while !uri(&again).starts_with("http://127.0.0.1:") {
        assert!(engine == Engine::Postgres && began.elapsed() < Duration::from_secs(30), "{}", uri(&again));
        std::thread::sleep(Duration::from_millis(100));
    }
});

#[test]
fn a_node_that_comes_and_goes_leaves_the_address_of_one_that_lives() {
    let mut running = start(Engine::Postgres);
    running.terminate();
    let mut one = running.with(&["--base-url", "https://one.example.com"]);
    let order = json!({"out_trade_no": "1", "buyer_id": "2088102146931393", "subject": "s", "total_amount": "1"});
    let made = succeed(&one.client(), "alipay.trade.create", &order);
    let no = made["trade_no"].as_str().expect("a number").to_owned();
    let is_at = |running: &Running, site: &str| {
        let uri = show(running, &[&no])["cashier_uri"].as_str().expect("an address").to_owned();
        assert!(uri.starts_with(site), "{uri}");
    };
    let other_flag = ["--base-url", "https://other.example.com"];
    for flag in [&other_flag[..], &[]] {
        let mut other = Running::start_at(&one, flag);
        is_at(&one, "https://one.example.com/h5/");
        other.terminate();
        is_at(&one, "https://one.example.com/h5/");
    }
    let mut without = Running::start_at(&one, &[]);
    one.terminate();
    is_at(&one, "http://127.0.0.1:");
    let mut other = Running::start_at(&one, &other_flag);
    is_at(&one, "https://other.example.com/h5/");
    other.terminate();
    without.terminate();
    is_at(&one, "https://other.example.com/h5/");
}

each_engine!(a_trade_is_shown_with_its_cashier_while_it_waits, |engine| {
    let running = start(engine);
    let client = running.client();
    let order = json!({"out_trade_no": "1", "buyer_id": "2088102146931393", "subject": "s", "total_amount": "1"});
    let made = succeed(&client, "alipay.trade.create", &order);
    let no = made["trade_no"].as_str().expect("a number");
    let shown = show(&running, &["--pid", PID, "--out-trade-no", "1"]);
    assert_eq!(shown, show(&running, &[no]));
    let waits = json!({"trade_no": no, "out_trade_no": "1", "pid": PID, "buyer_id": "2088102146931393",
        "trade_status": "WAIT_BUYER_PAY", "subject": "s", "total_amount": "1.00", "refunded_amount": "0.00",
        "gmt_create": "2026-01-01 12:00:00", "expires": "2026-01-16 12:00:00", "refunds": [],
        "cashier_uri": made["cashier_uri"]});
    // With a database the command opens it itself, and knows of no address but one that was given.
    let uri = |mut shown: Value| {
        let uri = shown["cashier_uri"].as_str().and_then(|uri| Some(uri.split_once("/h5/")?.1.to_owned()));
        shown["cashier_uri"] = json!(uri);
        shown
    };
    assert_eq!(uri(shown), uri(waits));
    assert!(call(&client, "alipay.trade.close", &json!({"out_trade_no": "1"})).sub_code.is_none());
    assert_eq!(show(&running, &[no])["cashier_uri"], Value::Null);
    let output = running.command(&["trade", "show", no]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("trade_status     TRADE_CLOSED\n"), "{text}");
    for nobody in [["trade", "show", "20250001"], ["trade", "show", ""]] {
        assert_eq!(running.command(&nobody).status.code(), Some(1));
    }
});
