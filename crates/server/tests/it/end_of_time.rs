//! The ends of time: a clock stops before anything that is decided there could not be written any more.

use crate::giveaway::{Giveaway, SHOPS, USER};
use crate::running::{Running, each_engine, succeed, world};
use crate::stamps::{QUERY, SHOP, UPDATE, card_activity, made, stamps_world, tool_of, with};
use serde_json::{Value, json};
use std::process::Output;

const LAST: &str = "9500-01-01T00:00:00+08:00";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

each_engine!(everything_works_at_the_last_moment_and_nothing_goes_beyond_it, |engine| {
    let giveaway = Giveaway::open(engine);
    let server = &giveaway.server;
    let isv = &giveaway.isv;
    for beyond in [
        &["clock", "set", "9500-01-01 00:00:01"][..],
        &["clock", "set", "9999-12-31 23:59:59"],
        &["clock", "set", "9999-12-31T23:59:59Z"],
        &["clock", "advance", "3000000d"],
        &["clock", "advance", "106751991167d"],
    ] {
        let output = server.command(beyond);
        assert!(
            !output.status.success() && said(&output).contains("9500-01-01 00:00:00"),
            "{beyond:?}: {}",
            said(&output)
        );
    }
    giveaway.command(&["clock", "set", LAST]);
    let campaign = giveaway.campaign(|request| {
        *request =
            with(request.clone(), &json!({"start_time": "9499-12-31 00:00:00", "end_time": "9999-12-31 23:59:59"}));
        request["promo_tools"][0]["voucher"] = json!({
            "type": "MONEY", "name": "券", "brand_name": "券", "logo": "l", "worth_value": "1",
            "validate_type": "RELATIVE", "relative_time": "99999", "effect_type": "DELAY",
            "delay_info": {"type": "ABSOLUTELY", "value": "99999999"}, "use_rule": {"suit_shops": SHOPS},
        });
    });
    let page = giveaway.page(&campaign, USER);
    giveaway.press(&page);
    giveaway.sees(&page, "领取成功", false);
    let [issued] = &giveaway.coupons(USER)[..] else { panic!("one voucher") };
    let shown = server.command(&["voucher", "show", &issued.id.to_text(), "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert!(shown["gmt_expired"].as_str().is_some_and(|end| end.starts_with("996") && end.len() == 19), "{shown}");
    for (nth, timeout) in ["15d", "1c", "1m"].iter().enumerate() {
        let order = json!({"out_trade_no": format!("t{nth}"), "buyer_id": USER, "subject": "s", "total_amount": "1.00",
            "timeout_express": timeout});
        succeed(isv, "alipay.trade.create", &order);
    }
    let order =
        json!({"out_trade_no": "paid", "scene": "bar_code", "buyer_id": USER, "subject": "s", "total_amount": "2.00"});
    succeed(isv, "alipay.trade.pay", &order);
    succeed(
        isv,
        "alipay.trade.refund",
        &json!({"out_trade_no": "paid", "refund_amount": "1.00", "out_request_no": "1"}),
    );
    succeed(isv, "alipay.trade.query", &json!({"out_trade_no": "paid"}));
    // Nothing that is due later ever is.
    let next = server.command(&["clock", "next", "--json"]);
    let next: Value = serde_json::from_slice(&next.stdout).expect("JSON");
    assert_eq!((&next["now"], &next["stops"]), (&json!(LAST), &json!(0)));
    let shown = server.command(&["clock", "show", "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!((&shown["now"], &shown["next_due"]), (&json!(LAST), &Value::Null));
    let beyond = server.command(&["clock", "advance", "1s"]);
    assert!(said(&beyond).contains("it ends at 9500-01-01 00:00:00"), "{}", said(&beyond));
    giveaway.proves();
});

each_engine!(an_end_that_moves_on_stays_one_that_can_be_written, |engine| {
    let clock = ["--clock", "manual:2026-01-01T12:00:00+08:00"];
    let server = Running::start_with(engine, &stamps_world(""), &clock);
    let client = server.client();
    let activity = json!({
        "out_biz_no": "long", "name": "n", "type": "DIRECT_SEND", "start_time": "0001-01-01 00:00:00",
        "end_time": "9499-12-31 00:00:00", "auto_delay_flag": "Y", "constraint_info": {"suit_shops": [SHOP]},
        "budget_info": {"budget_total": "100", "budget_type": "QUANTITY"},
        "promo_tools": [{"voucher": {"type": "MONEY", "name": "n", "brand_name": "n", "logo": "l", "worth_value": "20",
            "validate_type": "RELATIVE", "relative_time": "30", "use_rule": {"suit_shops": [SHOP]}}}],
        "publish_channels": [{"type": "URL_WITH_TOKEN", "name": "URL_WITH_TOKEN"}],
    });
    let camp_id = made(&client, &activity);
    // A card that ends with time itself.
    let forever = json!({"end_time": "9999-12-31 23:59:58", "promo_tools": [{"point_card": {"name": "n", "desc": "d",
        "logo": "l", "start_time": "2026-01-01 00:00:00", "end_time": "9999-12-31 23:59:59"}}]});
    let card = tool_of(&client, &made(&client, &with(card_activity("card"), &forever)));
    let output = server.command(&["clock", "set", LAST]);
    assert!(output.status.success(), "{}", said(&output));
    let answer = succeed(&client, "koubei.marketing.campaign.activity.query", &json!({"camp_id": camp_id}));
    assert_eq!(answer["camp_detail"]["end_time"], "9999-12-31 23:59:59");
    let order = json!({"scene": "bar_code", "buyer_id": crate::stamps::MEMBER, "out_trade_no": "1", "subject": "s",
        "total_amount": "1.00"});
    let trade = succeed(&client, "alipay.trade.pay", &order)["trade_no"].clone();
    let change = json!({"req_id": "1", "user_id": crate::stamps::MEMBER, "activity_account": card,
        "trans_type": "DEPOSIT", "trans_amount": 10, "biz_no": trade, "shop_id": SHOP});
    succeed(&client, UPDATE, &change);
    succeed(&client, QUERY, &json!({"user_id": crate::stamps::MEMBER, "activity_account": card}));
    let proof = server.command(&["prove"]);
    assert!(proof.status.success(), "{}", said(&proof));
});

each_engine!(a_clock_may_begin_long_before_1970, |engine| {
    let server = Running::start_with(engine, &stamps_world(""), &["--clock", "manual:1000-01-01T00:00:00+08:00"]);
    let client = server.client();
    let early = json!({"start_time": "0999-12-31 00:00:00", "end_time": "1000-02-01 00:00:00", "promo_tools": [{
        "point_card": {"name": "n", "desc": "d", "logo": "l", "start_time": "0999-01-01 00:00:00",
            "end_time": "1000-03-01 00:00:00"}}]});
    made(&client, &with(card_activity("card"), &early));
    let order = json!({"scene": "bar_code", "buyer_id": crate::stamps::MEMBER, "out_trade_no": "1", "subject": "s",
        "total_amount": "1.00"});
    let paid = succeed(&client, "alipay.trade.pay", &order);
    assert!(paid["trade_no"].as_str().is_some_and(|no| no.starts_with("10000101")), "{paid}");
    server.import(crate::running::PID, "user_id,pam_gender\n2088000000000001,1\n");
    let output = server.command(&["clock", "advance", "400d"]);
    assert!(output.status.success(), "{}", said(&output));
});

#[test]
fn no_store_is_made_outside_of_time() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), world()).expect("the folder is ours");
    for clock in [
        "manual:9500-01-01T00:00:01+08:00",
        "manual:9999-12-31T00:00:00+08:00",
        "manual:9999-12-30T22:00:00.999Z",
        "manual:0999-12-31T23:59:59+08:00",
        "manual:0001-01-01T00:00:00+08:00",
        "manual:-009999-01-02T01:59:59Z",
        "manual:-000001-01-01T00:00:00Z",
        "manual:+010000-01-01T00:00:00Z",
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_punchcard"));
        command.current_dir(folder.path()).args(["serve", "--listen", "127.0.0.1:0", "--world", "world.toml"]);
        let output = command.arg(format!("--clock={clock}")).output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(2), "{clock}: {}", said(&output));
        assert!(!folder.path().join("punchcard-data").exists(), "nothing was made");
    }
}
