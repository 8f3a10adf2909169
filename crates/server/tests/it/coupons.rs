//! Coupons in trades: taken, given back, and never twice.

use crate::mailbox::Mailbox;
use crate::running::{NOW, Running, call, each_engine, refuse, succeed};
use crate::wallet::{DAY, NOON, SHOP, Wallet, world_with_shop};
use client::Client;
use domain::activity::ToolKind;
use domain::id::PrizeIdText;
use serde_json::{Value, json};
use std::sync::{Arc, Barrier};

const BUYER: &str = "2088102146931393";
const OTHER: &str = "2088102146931394";
const CLOCK: &[&str] = &["--clock", "manual:2026-01-01T12:00:00+08:00"];

fn start(engine: store::testing::Engine) -> Running {
    let user = |user_id: &str| format!("[[user]]\nuser_id = \"{user_id}\"\nbalance = \"1000.00\"\n");
    Running::start_with(engine, &world_with_shop(&[user(BUYER), user(OTHER)].concat()), CLOCK)
}

fn with(mut usual: Value, more: &Value) -> Value {
    for (member, value) in more.as_object().expect("an object") {
        usual[member] = value.clone();
    }
    usual
}

fn payment(out_trade_no: &str, more: &Value) -> Value {
    let usual = json!({"scene": "bar_code", "buyer_id": BUYER, "subject": "桃子", "total_amount": "100.00",
        "out_trade_no": out_trade_no, "store_id": "NJ_001"});
    with(usual, more)
}

/// Pays; what it says of amounts, as total/receipt/buyer's/merchant's discount.
fn pay(client: &Client, out_trade_no: &str, more: &Value) -> String {
    amounts(&succeed(client, "alipay.trade.pay", &payment(out_trade_no, more)))
}

fn amounts(node: &Value) -> String {
    let text = |name: &str| node[name].as_str().unwrap_or("-").to_owned();
    ["total_amount", "receipt_amount", "buyer_pay_amount", "mdiscount_amount"].map(text).join("/")
}

fn prove(running: &Running) {
    let output = running.command(&["prove"]);
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

each_engine!(a_coupon_is_told_of_wherever_the_trade_is, |engine| {
    let running = start(engine);
    let (client, wallet) = (running.client(), Wallet::of(&running));
    let voucher =
        json!({"worth_value": "8.80", "name": "8.8元代金券", "voucher_note": "123", "use_rule": {"min_consume": "50"}});
    let coupon = wallet.give_new(BUYER, ToolKind::Money, &voucher);
    let paid = succeed(&client, "alipay.trade.pay", &payment("1", &json!({})));
    let detail = json!([{"id": coupon, "name": "8.8元代金券", "type": "ALIPAY_FIX_VOUCHER", "amount": "8.80",
        "merchant_contribute": "8.80", "other_contribute": "0.00", "memo": "123"}]);
    let bills =
        json!([{"fund_channel": "ALIPAYACCOUNT", "amount": "91.20"}, {"fund_channel": "MDISCOUNT", "amount": "8.80"}]);
    let told = json!({"total_amount": "100.00", "receipt_amount": "91.20", "buyer_pay_amount": "91.20",
        "point_amount": "0.00", "invoice_amount": "91.20", "discount_amount": "0.00", "mdiscount_amount": "8.80",
        "fund_bill_list": bills, "voucher_detail_list": detail});
    let asked = succeed(&client, "alipay.trade.query", &json!({"out_trade_no": "1"}));
    for (member, value) in told.as_object().expect("an object") {
        assert_eq!((&paid[member], &asked[member]), (value, value), "{member}");
    }
    assert_eq!(wallet.status(&coupon).0, "USED");
    // A used one is used.
    assert_eq!(pay(&client, "2", &json!({})), "100.00/100.00/100.00/0.00");
    // 8.80 × 25.00 / 100.00 = 2.20 of the coupon's, 22.80 of the buyer's.
    let refund = |no: &str, amount: &str| json!({"out_trade_no": "1", "out_request_no": no, "refund_amount": amount});
    let back = json!({"refund_fee": "25.00", "present_refund_buyer_amount": "22.80", "send_back_fee": "22.80",
        "present_refund_discount_amount": "0.00", "present_refund_mdiscount_amount": "2.20",
        "refund_detail_item_list": [{"fund_channel": "ALIPAYACCOUNT", "amount": "22.80"},
            {"fund_channel": "MDISCOUNT", "amount": "2.20"}]});
    for change in ["Y", "N"] {
        let part = succeed(&client, "alipay.trade.refund", &refund("r1", "25.00"));
        assert_eq!(part["fund_change"], change);
        for (member, value) in back.as_object().expect("an object") {
            assert_eq!(&part[member], value, "{member}");
        }
    }
    assert_eq!(wallet.status(&coupon).0, "USED");
    prove(&running);
    let rest = succeed(&client, "alipay.trade.refund", &refund("r2", "75.00"));
    assert_eq!(
        (&rest["present_refund_buyer_amount"], &rest["present_refund_mdiscount_amount"]),
        (&json!("68.40"), &json!("6.60"))
    );
    assert_eq!(wallet.status(&coupon).0, "REFUNDED");
    let shown = running.command(&["trade", "show", paid["trade_no"].as_str().expect("a number"), "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let whole = json!([{"voucher_id": coupon, "name": "8.8元代金券", "amount": "8.80", "refunded_amount": "8.80"}]);
    assert_eq!(shown["vouchers"], whole);
    // Spent for good; and the whole balance is there again, less what the second trade took.
    assert_eq!(pay(&client, "3", &json!({"total_amount": "900.00"})), "900.00/900.00/900.00/0.00");
    prove(&running);
});

each_engine!(the_best_is_taken_where_it_may_be, |engine| {
    let running = start(engine);
    let (client, wallet) = (running.client(), Wallet::of(&running));
    let rule = |rule: Value| json!({"worth_value": "50", "use_rule": rule});
    // None of these is for a trade of 100.00 in the shop on Thursday the first at noon.
    for never in [
        rule(json!({"min_consume": "100.01"})),
        rule(json!({"use_time": [{"dimension": "W", "values": "1,2,3,5,6,7", "times": "00:00:00,23:59:59"}]})),
        rule(json!({"use_time": [{"dimension": "W", "values": "4", "times": "12:00:01,23:59:59"}]})),
        rule(json!({"forbidden_time": {"days": "2026-01-01,2026-01-03"}})),
        rule(json!({"limit_rule": "USE_ON_CURRENT_PAY_CHANNEL"})),
        with(rule(json!({})), &json!({"item_info": {"item_ids": ["apple"]}})),
    ] {
        wallet.give_new(BUYER, ToolKind::Money, &never);
    }
    wallet.give_new(BUYER, ToolKind::Exchange, &json!({"verify_mode": "USER_CLICK"}));
    wallet.give_new(OTHER, ToolKind::Money, &json!({"worth_value": "60"}));
    wallet.give(BUYER, wallet.coupon(ToolKind::Money, &json!({"worth_value": "60"})), NOON - 1);
    assert_eq!(pay(&client, "none", &json!({})), "100.00/100.00/100.00/0.00");

    let thirty = wallet.give_new(BUYER, ToolKind::Money, &json!({"worth_value": "30"}));
    let fifteen =
        wallet.give_new(BUYER, ToolKind::Rate, &json!({"rate": "0.85", "rounding_rule": "AUTO_ROUNDING_YUAN"}));
    for (no, more) in [
        ("elsewhere", json!({"store_id": ""})),
        ("voucher", json!({"disable_pay_channels": "voucher"})),
        ("coupon", json!({"disable_pay_channels": "balance, coupon"})),
        ("promotion", json!({"disable_pay_channels": "promotion"})),
        ("nothing", json!({"discountable_amount": "0.00"})),
    ] {
        assert_eq!(pay(&client, no, &more), "100.00/100.00/100.00/0.00", "{no}");
        // It was taken back, so that there is money for the next.
        succeed(&client, "alipay.trade.cancel", &json!({"out_trade_no": no}));
    }
    // 30.00 beats 15% of 77.77 → 11.67, 66.10 → 66.00; which is next, for 77.77 − 66.00 = 11.77.
    assert_eq!(pay(&client, "thirty", &json!({"total_amount": "77.77"})), "77.77/47.77/47.77/30.00");
    assert_eq!(pay(&client, "rate", &json!({"total_amount": "77.77"})), "77.77/66.00/66.00/11.77");
    assert_eq!((wallet.status(&thirty).0, wallet.status(&fifteen).0), ("USED", "USED"));
    // Goods: two apples of 12.00 and one of 20.00 make 44.00; the coupon for them takes them all.
    let goods = json!({"goods_detail": [
        {"goods_id": "apple", "goods_name": "苹果", "quantity": 2, "price": "12.00"},
        {"goods_id": "apple", "goods_name": "苹果", "quantity": "1", "price": 20},
        {"goods_id": "pear", "goods_name": "梨", "quantity": 1, "price": "46.00"}]});
    assert_eq!(pay(&client, "goods", &goods), "100.00/56.00/56.00/44.00");
    let used = succeed(&client, "alipay.trade.query", &json!({"out_trade_no": "goods"}));
    assert_eq!(used["voucher_detail_list"][0]["type"], "ALIPAY_ITEM_VOUCHER");
    // A merchant's scan gives a piece away.
    wallet.give_new(BUYER, ToolKind::Exchange, &json!({"verify_mode": "MERCHANT_SCAN"}));
    assert_eq!(pay(&client, "scan", &goods), "100.00/88.00/88.00/12.00");
    // Of equals the first to end, and of those the first that was received.
    let ten = wallet.coupon(ToolKind::Money, &json!({"worth_value": "10"}));
    let [late, first, second] = [30, 20, 20].map(|days| wallet.give(BUYER, ten, NOON + days * DAY));
    for (no, expect) in [("a", &first), ("b", &second), ("c", &late)] {
        let paid = succeed(&client, "alipay.trade.pay", &payment(no, &json!({"total_amount": "20.00"})));
        assert_eq!(paid["voucher_detail_list"][0]["id"], **expect, "{no}");
    }
    prove(&running);
});

each_engine!(a_coupon_may_pay_for_all_of_it, |engine| {
    let running = start(engine);
    let (client, wallet) = (running.client(), Wallet::of(&running));
    let give = || wallet.give_new(BUYER, ToolKind::Money, &json!({"worth_value": "200"}));
    let first = give();
    let paid = succeed(&client, "alipay.trade.pay", &payment("all", &json!({})));
    assert_eq!(amounts(&paid), "100.00/0.00/0.00/100.00");
    assert_eq!(paid["fund_bill_list"], json!([{"fund_channel": "MDISCOUNT", "amount": "100.00"}]));
    let part = json!({"out_trade_no": "all", "out_request_no": "1", "refund_amount": "40.00"});
    let part = succeed(&client, "alipay.trade.refund", &part);
    assert_eq!((&part["send_back_fee"], &part["refund_fee"]), (&json!("0.00"), &json!("40.00")));
    prove(&running);
    let rest = json!({"out_trade_no": "all", "out_request_no": "2", "refund_amount": "60.00"});
    succeed(&client, "alipay.trade.refund", &rest);
    assert_eq!(wallet.status(&first).0, "REFUNDED");
    // The buyer has it all still, and a trade of nothing to pay is taken back whole.
    let second = give();
    assert_eq!(pay(&client, "cancelled", &json!({})), "100.00/0.00/0.00/100.00");
    let cancelled = succeed(&client, "alipay.trade.cancel", &json!({"out_trade_no": "cancelled"}));
    assert_eq!(cancelled["action"], "refund");
    assert_eq!(wallet.status(&second).0, "REFUNDED");
    assert_eq!(pay(&client, "whole", &json!({"total_amount": "1000.00"})), "1000.00/1000.00/1000.00/0.00");
    prove(&running);
});

each_engine!(the_seller_gives_back_what_it_got, |engine| {
    let running = start(engine);
    let (client, wallet) = (running.client(), Wallet::of(&running));
    wallet.give_new(BUYER, ToolKind::Money, &json!({"worth_value": "40"}));
    // The seller has the 60.00 that it got, and no more; that is enough to give all of it back.
    assert_eq!(pay(&client, "1", &json!({})), "100.00/60.00/60.00/40.00");
    let third = |no: &str, amount: &str| {
        let request = json!({"out_trade_no": "1", "out_request_no": no, "refund_amount": amount});
        let node = succeed(&client, "alipay.trade.refund", &request);
        ["present_refund_buyer_amount", "present_refund_mdiscount_amount"]
            .map(|name| node[name].as_str().unwrap_or_default().to_owned())
            .join("/")
    };
    // 40.00 × 33.33 / 100.00 = 13.332, and what is left of it with the last.
    assert_eq!(
        [third("a", "33.33"), third("b", "33.33"), third("c", "33.34")],
        ["20.00/13.33", "20.00/13.33", "20.00/13.34"]
    );
    prove(&running);
});

each_engine!(what_a_voucher_gets_back_is_fair_after_each_refund, |engine| {
    let running = start(engine);
    let (client, wallet) = (running.client(), Wallet::of(&running));
    for (worth, total, refunds, expect) in [
        // Half a fen each: rounded one by one, all of it would be gone after five.
        ("0.05", "1.00", vec!["0.10"; 10], "0.01 0.00 0.01 0.00 0.01 0.00 0.01 0.00 0.01 0.00"),
        // 2.933 each, and then 5.866 so far.
        ("8.80", "100.00", vec!["33.33", "33.33", "33.34"], "2.93 2.94 2.93"),
        ("0.02", "0.05", vec!["0.01"; 5], "0.00 0.01 0.00 0.01 0.00"),
        ("0.01", "100.00", vec!["50.00", "50.00"], "0.01 0.00"),
        ("0.01", "100.00", vec!["49.99", "0.01", "50.00"], "0.00 0.01 0.00"),
        ("99.99", "100.00", vec!["0.01"; 4], "0.01 0.01 0.01 0.01"),
        ("33.33", "100.00", vec!["0.01", "0.01", "0.01", "99.97"], "0.00 0.01 0.00 33.32"),
    ] {
        let coupon = wallet.give_new(BUYER, ToolKind::Money, &json!({"worth_value": worth}));
        let no = format!("{worth}of{total}in{}", refunds.len()).replace('.', "_");
        pay(&client, &no, &json!({"total_amount": total}));
        let back: Vec<String> = (refunds.iter().enumerate())
            .map(|(nth, amount)| {
                let request = json!({"out_trade_no": no, "out_request_no": nth.to_string(), "refund_amount": amount});
                let node = succeed(&client, "alipay.trade.refund", &request);
                node["present_refund_mdiscount_amount"].as_str().unwrap_or_default().to_owned()
            })
            .collect();
        assert_eq!(back.join(" "), expect, "{worth} of {total}");
        prove(&running);
        let all = refunds.len() != 4 || worth != "99.99";
        assert_eq!(wallet.status(&coupon).0, if all { "REFUNDED" } else { "USED" }, "{worth} of {total}");
    }
});

each_engine!(of_payments_at_once_one_takes_the_coupon, |engine| {
    let running = start(engine);
    let wallet = Wallet::of(&running);
    let coupon = wallet.give_new(BUYER, ToolKind::Money, &json!({"worth_value": "30"}));
    let (client, barrier) = (Arc::new(running.client()), Arc::new(Barrier::new(8)));
    let payers: Vec<_> = (0..8)
        .map(|number: i32| {
            let (client, barrier) = (client.clone(), barrier.clone());
            std::thread::spawn(move || {
                barrier.wait();
                amounts(&call(&client, "alipay.trade.pay", &payment(&number.to_string(), &json!({}))).node)
            })
        })
        .collect();
    let mut paid: Vec<_> = payers.into_iter().map(|payer| payer.join().expect("an answer")).collect();
    paid.sort_unstable();
    assert_eq!(paid[..7], ["100.00/100.00/100.00/0.00"; 7]);
    assert_eq!(paid[7], "100.00/70.00/70.00/30.00");
    assert_eq!(wallet.status(&coupon).0, "USED");
    prove(&running);
    // As many coupons as payments: each takes one.
    let ten = wallet.coupon(ToolKind::Money, &json!({"worth_value": "10"}));
    let coupons: Vec<_> = (0..8).map(|_| wallet.give(OTHER, ten, NOON + DAY)).collect();
    let payers: Vec<_> = (0..8)
        .map(|number: i32| {
            let (client, barrier) = (client.clone(), barrier.clone());
            std::thread::spawn(move || {
                barrier.wait();
                let request = payment(&format!("o{number}"), &json!({"buyer_id": OTHER}));
                amounts(&call(&client, "alipay.trade.pay", &request).node)
            })
        })
        .collect();
    for payer in payers {
        assert_eq!(payer.join().expect("an answer"), "100.00/90.00/90.00/10.00");
    }
    assert!(coupons.iter().all(|coupon| wallet.status(coupon).0 == "USED"));
    prove(&running);
});

#[test]
fn of_payments_in_two_processes_each_coupon_is_taken_once() {
    let running = start(store::testing::Engine::Postgres);
    let beside = running.beside();
    let wallet = Wallet::of(&running);
    let ten = wallet.coupon(ToolKind::Money, &json!({"worth_value": "10"}));
    let coupons: Vec<_> = (0..5).map(|_| wallet.give(BUYER, ten, NOON + DAY)).collect();
    let clients = [running.client(), beside.client()];
    let paid: Vec<_> = std::thread::scope(|scope| {
        let pay = |number: usize| {
            let request = payment(&number.to_string(), &json!({"total_amount": "40.00"}));
            amounts(&call(&clients[number % 2], "alipay.trade.pay", &request).node)
        };
        let payers: Vec<_> = (0..12).map(|number| scope.spawn(move || pay(number))).collect();
        payers.into_iter().map(|payer| payer.join().expect("an answer")).collect()
    });
    assert_eq!(paid.iter().filter(|paid| *paid == "40.00/30.00/30.00/10.00").count(), 5, "{paid:?}");
    assert_eq!(paid.iter().filter(|paid| *paid == "40.00/40.00/40.00/0.00").count(), 7, "{paid:?}");
    assert!(coupons.iter().all(|coupon| wallet.status(coupon).0 == "USED"));
    prove(&running);
}

each_engine!(a_short_balance_leaves_the_coupon_alone, |engine| {
    let running = start(engine);
    let (client, wallet) = (running.client(), Wallet::of(&running));
    let coupon = wallet.give_new(BUYER, ToolKind::Money, &json!({"worth_value": "30"}));
    let dear = payment("1", &json!({"total_amount": "1030.01"}));
    refuse(&client, "alipay.trade.pay", &dear, "ACQ.BUYER_BALANCE_NOT_ENOUGH");
    assert_eq!(wallet.status(&coupon), ("ENABLED", None));
    assert_eq!(pay(&client, "2", &json!({"total_amount": "1030.00"})), "1030.00/1000.00/1000.00/30.00");
});

each_engine!(notices_tell_of_the_coupon, |engine| {
    let running = start(engine);
    let (client, wallet, mailbox) = (running.client(), Wallet::of(&running), Mailbox::start());
    let pay = |out_trade_no: &str| {
        let request = payment(out_trade_no, &json!({})).to_string();
        let more = [("notify_url", &*mailbox.url("/ok"))];
        let answer = client.call_with("alipay.trade.pay", &request, NOW, &more).expect("an answer");
        assert_eq!(answer.code, "10000", "{}", answer.raw);
    };
    let coupon = wallet.give_new(BUYER, ToolKind::Money, &json!({"worth_value": "8.80", "voucher_note": "123"}));
    pay("with");
    // Notifications come in no promised order: the payment's is there before there is a refund's.
    mailbox.wait("/ok", 1);
    let refund = json!({"out_trade_no": "with", "out_request_no": "r1", "refund_amount": "50.00"});
    succeed(&client, "alipay.trade.refund", &refund);
    let details = format!(
        "[{{\"name\":\"满减券\",\"type\":\"ALIPAY_FIX_VOUCHER\",\"amount\":\"8.80\",\"merchantContribute\":\"8.80\",\
         \"otherContribute\":\"0.00\",\"memo\":\"123\",\"voucherId\":\"{coupon}\"}}]"
    );
    let letters = mailbox.wait("/ok", 2);
    for letter in &letters {
        for (name, value) in [
            ("total_amount", "100.00"),
            ("receipt_amount", "91.20"),
            ("invoice_amount", "91.20"),
            ("buyer_pay_amount", "91.20"),
            (
                "fund_bill_list",
                "[{\"fundChannel\":\"ALIPAYACCOUNT\",\"amount\":\"91.20\"},{\"fundChannel\":\"MDISCOUNT\",\"amount\":\"8.80\"}]",
            ),
            ("voucher_detail_list", &details),
        ] {
            assert_eq!(letter.get(name), value, "{name}");
        }
    }
    assert_eq!(letters[1].get("refund_fee"), "50.00");
    // Where none was used nothing is said of any.
    pay("without");
    let letters = mailbox.wait("/ok", 3);
    assert_eq!(letters[2].members.get("voucher_detail_list"), None);
    assert_eq!(letters[2].get("fund_bill_list"), "[{\"fundChannel\":\"ALIPAYACCOUNT\",\"amount\":\"100.00\"}]");
});

each_engine!(coupons_of_activities_that_merchants_make_redeem, |engine| {
    let running = start(engine);
    let (client, wallet) = (running.client(), Wallet::of(&running));
    let item = json!({"item_ids": ["apple"], "original_price": "20", "max_discount_num": "2"});
    // What it is, in a trade of three apples at 20.00 and a pear at 40.00, and what it takes off.
    for (number, (voucher, off)) in [
        (json!({"type": "MONEY", "worth_value": "8.8", "use_rule": {"min_consume": "100"}}), "8.80"),
        (
            json!({"type": "PER_FULL_CUT", "worth_value": "5", "max_amount": "12", "use_rule": {"min_consume": "30"}}),
            "12.00",
        ),
        (json!({"type": "RATE", "rate": "0.85", "rounding_rule": "AUTO_ROUNDING_YUAN"}), "15.00"),
        (json!({"type": "REDUCETO", "worth_value": "15", "item_info": item}), "10.00"),
        (json!({"type": "EXCHANGE", "verify_mode": "MERCHANT_SCAN"}), "20.00"),
    ]
    .into_iter()
    .enumerate()
    {
        let usual = json!({"name": "券", "brand_name": "8个集点兑换", "logo": "logo", "validate_type": "RELATIVE",
            "relative_time": "30"});
        let mut voucher = with(usual, &voucher);
        voucher["use_rule"]["suit_shops"] = json!([SHOP]);
        let made = json!({"out_biz_no": number.to_string(), "name": "发券", "type": "DIRECT_SEND",
            "start_time": "2026-01-01 00:00:00", "end_time": "2026-02-01 00:00:00",
            "budget_info": {"budget_total": "100", "budget_type": "QUANTITY"},
            "constraint_info": {"suit_shops": [SHOP]}, "promo_tools": [{"voucher": voucher}],
            "publish_channels": [{"type": "URL_WITH_TOKEN"}]});
        let made = succeed(&client, "koubei.marketing.campaign.activity.create", &made);
        let asked = json!({"camp_id": made["camp_id"]});
        let detail = succeed(&client, "koubei.marketing.campaign.activity.query", &asked)["camp_detail"].clone();
        let prize = detail["promo_tools"][0]["voucher_no"].as_str().expect("a prize");
        wallet.give(BUYER, PrizeIdText::parse(prize).expect("an id").number, NOON + DAY);
        let goods = json!({"goods_detail": [
            {"goods_id": "apple", "goods_name": "苹果", "quantity": 3, "price": "20.00"},
            {"goods_id": "pear", "goods_name": "梨", "quantity": 1, "price": "40.00"}]});
        let paid = succeed(&client, "alipay.trade.pay", &payment(&format!("a{number}"), &goods));
        assert_eq!(paid["mdiscount_amount"], off, "{paid}");
    }
    prove(&running);
});
