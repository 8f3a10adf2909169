//! The day's questions about trades: lists, days and the bill, as commands ask them.

use crate::running::{PID, Running, each_engine, succeed, world};
use serde_json::{Value, json};

const SHOP: &str = "2015121600077000000002388200";
const OTHER: &str = "2088201914979099";

fn asked(running: &Running, arguments: &[&str]) -> Value {
    let output = running.command(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn refused(running: &Running, arguments: &[&str]) -> String {
    let output = running.command(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

each_engine!(trades_are_listed_summed_and_billed_by_day, |engine| {
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = format!("[[merchant.shop]]\nshop_id = \"{SHOP}\"\nname = \"总店\"");
    let buyer = "[[user]]\nuser_id = \"2088102146931393\"\nbalance = \"100.00\"\n";
    let other = format!("[[merchant]]\npid = \"{OTHER}\"\n");
    let world = world().replace(&merchant, &format!("{merchant}\n{shop}")) + buyer + other.as_str();
    let running = Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let client = running.client();
    let mut numbers = Vec::new();
    for (no, fen) in [("a", "10.00"), ("b", "5.50")] {
        let paid = succeed(
            &client,
            "alipay.trade.pay",
            &json!({
                "scene": "bar_code", "auth_code": "2888102146931393", "out_trade_no": no, "subject": "x", "total_amount": fen,
                "alipay_store_id": SHOP,
            }),
        );
        numbers.push(paid["trade_no"].as_str().expect("a number").to_owned());
    }
    let back = json!({"out_trade_no": "a", "refund_amount": "3.00", "out_request_no": "r,1"});
    succeed(&client, "alipay.trade.refund", &back);

    let listed = asked(&running, &["trade", "list", "--pid", PID, "--limit", "1"]);
    assert_eq!(
        (&listed["trades"][0]["trade_no"], listed["trades"].as_array().map(Vec::len)),
        (&json!(numbers[1]), Some(1))
    );
    let next = listed["next"].as_str().expect("there is more");
    let rest = asked(&running, &["trade", "list", "--pid", PID, "--after", next]);
    assert_eq!((&rest["trades"][0]["refunded_amount"], &rest["next"]), (&json!("3.00"), &Value::Null));
    let of_member = asked(&running, &["trade", "list", "--pid", PID, "--user-id", "2088102146931393"]);
    assert_eq!(of_member["trades"].as_array().map(Vec::len), Some(2));
    let none = asked(&running, &["trade", "list", "--pid", PID, "--trade-status", "TRADE_CLOSED"]);
    assert_eq!(none, json!({"trades": [], "next": null}));
    let foreign = asked(&running, &["trade", "list", "--pid", OTHER]);
    assert_eq!(foreign, json!({"trades": [], "next": null}));

    let totals = asked(&running, &["trade", "totals", "--pid", PID]);
    let sums = json!({
        "trades": 2, "total_amount": "15.50", "buyer_pay_amount": "15.50", "receipt_amount": "15.50", "refunds": 1,
        "refunded_amount": "3.00", "refunded_buyer_amount": "3.00",
    });
    assert_eq!(totals["sum"], sums);
    let day = &totals["days"][0];
    assert_eq!(
        (&day["day"], &day["shop_id"], &day["receipt_amount"]),
        (&json!("2026-01-01"), &json!(SHOP), &json!("15.50"))
    );
    assert_eq!(asked(&running, &["trade", "totals", "--pid", OTHER])["days"], json!([]));

    let bill = running.command(&["trade", "bill", "--pid", PID, "2026-01-01"]);
    let bill = String::from_utf8(bill.stdout).expect("text");
    let lines: Vec<&str> = bill.lines().collect();
    assert_eq!(lines.len(), 7, "{bill}");
    let first =
        format!("payment,2026-01-01 12:00:00,{},a,,{SHOP},2088102146931393,10.00,10.00,0.00,0.00,10.00,", numbers[0]);
    let refund = format!(
        "refund,2026-01-01 12:00:00,{},a,\"r,1\",{SHOP},2088102146931393,-3.00,-3.00,0.00,0.00,-3.00,",
        numbers[0]
    );
    assert!(lines.contains(&&*first) && lines.contains(&&*refund), "{bill}");
    assert_eq!(lines[6], "net,,,,,,,12.50,12.50,0.00,0.00,12.50,3");
    let empty = running.command(&["trade", "bill", "--pid", PID, "2025-12-31"]);
    assert!(String::from_utf8_lossy(&empty.stdout).ends_with("net,,,,,,,0.00,0.00,0.00,0.00,0.00,0\r\n"));

    for (arguments, reason) in [
        (&["trade", "list", "--pid", "2088000000000000"][..], "no such merchant"),
        (&["trade", "totals", "--pid", "2088000000000000"], "no such merchant"),
        (&["trade", "bill", "--pid", "2088000000000000", "2026-01-01"], "no such merchant"),
        (&["trade", "bill", "--pid", PID, "2026-02-30"], "day"),
        (&["trade", "list", "--pid", PID, "--after", "x"], "after"),
        (&["trade", "list", "--pid", PID, "--from", "2026-01-02", "--until", "2026-01-01"], "until"),
    ] {
        let said = refused(&running, arguments);
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
    let merchant = |arguments: &[&str]| asked(&running, &[&["merchant"], arguments, &["--pid", PID]].concat());
    let shops = merchant(&["shops"]);
    assert_eq!((&shops["shops"][0]["shop_id"], &shops["next"]), (&json!(SHOP), &Value::Null));
    assert_eq!(merchant(&["funds"]), json!({"balance": "12.50", "funds": [], "next": null}));
    assert_eq!(merchant(&["points"]), json!({"cards": [], "next": null}));
    assert_eq!(merchant(&["tokens"]), json!({"tokens": [], "next": null}));
    for unknown in [&["fund", "20260101000700000000007168EB"][..], &["activity", "20260101000010000000000000007168"]] {
        assert!(refused(&running, &[&["merchant"], unknown, &["--pid", PID]].concat()).contains("no such"));
    }
    assert!(refused(&running, &["merchant", "funds", "--pid", "2088000000000000"]).contains("no such merchant"));
    // What the sums say is what prove computes.
    let proof = running.command(&["prove"]);
    assert!(proof.status.success(), "{}", String::from_utf8_lossy(&proof.stdout));
});
