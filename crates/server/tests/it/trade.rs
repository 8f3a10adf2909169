//! Trades, as a merchant's till meets them: every method, every refusal, and callers at once.

use crate::running::{OTHER_APP_ID, PID, Running, call, each_engine, refuse, succeed, world};
use client::Client;
use serde_json::{Value, json};
use std::sync::{Arc, Barrier};

const BUYER: &str = "2088102146931393";
const SHOP: &str = "2015121600077000000002388200";
const POOR: &str = "2088102146931394";
const CLOCK: &[&str] = &["--clock", "manual:2026-01-01T12:00:00+08:00"];

/// The tests' world with a shop, a buyer of 1000.00 yuan, and one of none.
fn world_of_trade() -> String {
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = format!("[[merchant.shop]]\nshop_id = \"{SHOP}\"\nstore_id = \"NJ_001\"\nname = \"证大五道口店\"");
    let buyer = format!("[[user]]\nuser_id = \"{BUYER}\"\nlogin_id = \"15901825620\"\nbalance = \"1000.00\"");
    let codes = "pay_codes = [\"28763443825664394\"]";
    let poor = format!("[[user]]\nuser_id = \"{POOR}\"\nlogin_id = \"poor@example.com\"\n");
    world().replace(&merchant, &format!("{merchant}\n{shop}")) + format!("\n{buyer}\n{codes}\n{poor}").as_str()
}

fn start(engine: store::testing::Engine) -> Running {
    Running::start_with(engine, &world_of_trade(), CLOCK)
}

/// A request with these members beside the usual ones.
fn with(usual: Value, more: &Value) -> Value {
    let mut request = usual;
    for (member, value) in more.as_object().expect("an object") {
        request[member] = value.clone();
    }
    request
}

fn payment(out_trade_no: &str, more: &Value) -> Value {
    let usual = json!({"scene": "bar_code", "auth_code": "28763443825664394", "subject": "Iphone6 16G",
        "total_amount": "100.00", "out_trade_no": out_trade_no});
    with(usual, more)
}

fn order(out_trade_no: &str, more: &Value) -> Value {
    let usual = json!({"buyer_id": BUYER, "subject": "Iphone6 16G", "total_amount": 100, "out_trade_no": out_trade_no});
    with(usual, more)
}

fn status(client: &Client, out_trade_no: &str) -> Value {
    succeed(client, "alipay.trade.query", &json!({"out_trade_no": out_trade_no}))["trade_status"].clone()
}

each_engine!(a_payment_is_made_asked_about_and_given_back, |engine| {
    let running = start(engine);
    let client = running.client();
    let paid = succeed(&client, "alipay.trade.pay", &payment("1", &json!({"store_id": "NJ_001", "body": "x"})));
    let trade_no = paid["trade_no"].as_str().expect("a number");
    assert_eq!((trade_no.len(), &trade_no[..12]), (28, "202601012100"));
    let bills = json!([{"fund_channel": "ALIPAYACCOUNT", "amount": "100.00"}]);
    let amounts = json!({"receipt_amount": "100.00", "buyer_pay_amount": "100.00", "point_amount": "0.00",
        "invoice_amount": "100.00", "discount_amount": "0.00", "mdiscount_amount": "0.00", "fund_bill_list": bills});
    let known = json!({"trade_no": trade_no, "out_trade_no": "1", "buyer_logon_id": "159****5620",
        "buyer_user_id": BUYER, "total_amount": "100.00", "store_name": "证大五道口店", "code": "10000",
        "msg": "Success"});
    assert_eq!(paid, with(with(known.clone(), &amounts), &json!({"gmt_payment": "2026-01-01 12:00:00"})));
    let stands = json!({"trade_status": "TRADE_SUCCESS", "send_pay_date": "2026-01-01 12:00:00", "store_id": "NJ_001",
        "alipay_store_id": SHOP, "buyer_user_type": "PRIVATE"});
    let stands = with(with(known.clone(), &amounts), &stands);
    // The number of the platform wins.
    for ask in [json!({"out_trade_no": "1"}), json!({"out_trade_no": "no", "trade_no": trade_no})] {
        assert_eq!(succeed(&client, "alipay.trade.query", &ask), stands);
    }
    let refund = |no: &str, amount: &str| json!({"out_trade_no": "1", "out_request_no": no, "refund_amount": amount});
    let part = succeed(&client, "alipay.trade.refund", &refund("r1", "30.00"));
    let back = |change: &str, all: &str, now: &str| {
        with(
            known.clone(),
            &json!({"total_amount": Value::Null, "fund_change": change, "refund_fee": all,
            "gmt_refund_pay": "2026-01-01 12:00:00", "present_refund_buyer_amount": now,
            "present_refund_discount_amount": "0.00", "present_refund_mdiscount_amount": "0.00", "send_back_fee": now,
            "refund_detail_item_list": [{"fund_channel": "ALIPAYACCOUNT", "amount": now}]}),
        )
    };
    let bare = |mut node: Value| {
        node.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        node
    };
    assert_eq!(part, bare(back("Y", "30.00", "30.00")));
    assert_eq!(succeed(&client, "alipay.trade.refund", &refund("r1", "30.00")), bare(back("N", "30.00", "30.00")));
    refuse(&client, "alipay.trade.refund", &refund("r1", "30.01"), "ACQ.DISCORDANT_REPEAT_REQUEST");
    refuse(&client, "alipay.trade.refund", &refund("r2", "70.01"), "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
    refuse(&client, "alipay.trade.cancel", &json!({"out_trade_no": "1"}), "ACQ.CANCEL_NOT_ALLOWED");
    assert_eq!(status(&client, "1"), "TRADE_SUCCESS");
    assert_eq!(succeed(&client, "alipay.trade.refund", &refund("r2", "70.00")), bare(back("Y", "100.00", "70.00")));
    assert_eq!(status(&client, "1"), "TRADE_CLOSED");
    refuse(&client, "alipay.trade.refund", &refund("r3", "0.01"), "ACQ.TRADE_HAS_CLOSE");
    assert_eq!(succeed(&client, "alipay.trade.refund", &refund("r2", "70.00"))["fund_change"], "N");
});

each_engine!(a_trade_that_was_made_waits_for_its_buyer, |engine| {
    let running = start(engine);
    let client = running.client();
    let made = succeed(&client, "alipay.trade.create", &order("1", &json!({"store_id": SHOP})));
    let cashier = made["cashier_uri"].as_str().expect("an address");
    let trade_no = made["trade_no"].as_str().expect("a number");
    let start_of = format!("http://{}/h5/cashier?tradeNo={trade_no}&token=", running.address);
    assert_eq!(cashier.strip_prefix(&start_of).map(str::len), Some(32), "{cashier}");
    assert_eq!(succeed(&client, "alipay.trade.create", &order("1", &json!({"store_id": SHOP}))), made);
    // The same by login id is other content, as is another subject.
    for other in [json!({"subject": "x"}), json!({"buyer_id": "", "buyer_logon_id": "15901825620"})] {
        refuse(&client, "alipay.trade.create", &order("1", &other), "ACQ.CONTEXT_INCONSISTENT");
    }
    let waits = succeed(&client, "alipay.trade.query", &json!({"trade_no": trade_no}));
    assert_eq!((&waits["trade_status"], &waits["receipt_amount"]), (&json!("WAIT_BUYER_PAY"), &Value::Null));
    refuse(
        &client,
        "alipay.trade.refund",
        &json!({"trade_no": trade_no, "refund_amount": 100}),
        "ACQ.TRADE_STATUS_ERROR",
    );
    // It is paid by its buyer, for what it is about.
    for (more, sub_code) in [
        (json!({"total_amount": "99.99"}), "ACQ.CONTEXT_INCONSISTENT"),
        (json!({"subject": "x"}), "ACQ.CONTEXT_INCONSISTENT"),
        (json!({"auth_code": "", "buyer_id": POOR}), "ACQ.TRADE_BUYER_NOT_MATCH"),
    ] {
        refuse(&client, "alipay.trade.pay", &payment("1", &more), sub_code);
    }
    let paid = succeed(&client, "alipay.trade.pay", &payment("1", &json!({})));
    assert_eq!(paid["trade_no"], trade_no);
    refuse(&client, "alipay.trade.pay", &payment("1", &json!({})), "ACQ.TRADE_HAS_SUCCESS");
    refuse(&client, "alipay.trade.create", &order("1", &json!({})), "ACQ.TRADE_HAS_SUCCESS");
    refuse(&client, "alipay.trade.close", &json!({"out_trade_no": "1"}), "ACQ.TRADE_STATUS_ERROR");
    let cancel = |no: &str| succeed(&client, "alipay.trade.cancel", &json!({"out_trade_no": no}));
    let taken_back = json!({"code": "10000", "msg": "Success", "trade_no": trade_no, "out_trade_no": "1",
        "retry_flag": "N", "action": "refund", "gmt_refund_pay": "2026-01-01 12:00:00"});
    assert_eq!((cancel("1"), cancel("1")), (taken_back.clone(), taken_back));
    refuse(&client, "alipay.trade.refund", &json!({"out_trade_no": "1", "refund_amount": 100}), "ACQ.TRADE_HAS_CLOSE");
    // One is given up in both ways; nobody pays it any more.
    for no in ["2", "3"] {
        succeed(&client, "alipay.trade.create", &order(no, &json!({})));
    }
    assert_eq!((cancel("2")["action"].clone(), cancel("2")["action"].clone()), (json!("close"), json!("close")));
    for _ in 0..2 {
        assert_eq!(succeed(&client, "alipay.trade.close", &json!({"out_trade_no": "3"}))["out_trade_no"], "3");
    }
    for no in ["2", "3"] {
        refuse(&client, "alipay.trade.pay", &payment(no, &json!({})), "ACQ.TRADE_HAS_CLOSE");
        refuse(&client, "alipay.trade.create", &order(no, &json!({})), "ACQ.TRADE_HAS_CLOSE");
    }
    assert_eq!(
        cancel("nothing"),
        json!({"code": "10000", "msg": "Success", "out_trade_no": "nothing", "retry_flag": "N"})
    );
    // All that was moved went back: the buyer can pay as much as before.
    succeed(&client, "alipay.trade.pay", &payment("all", &json!({"total_amount": "1000.00"})));
    refuse(&client, "alipay.trade.pay", &payment("more", &json!({})), "ACQ.BUYER_BALANCE_NOT_ENOUGH");
});

each_engine!(what_is_wrong_with_a_trade_is_told, |engine| {
    let running = start(engine);
    let client = running.client();
    let invalid = "ACQ.INVALID_PARAMETER";
    for (more, sub_code) in [
        (json!({"scene": "x"}), invalid),
        (json!({"scene": ""}), invalid),
        (json!({"auth_code": ""}), invalid),
        (json!({"out_trade_no": "a-b"}), invalid),
        (json!({"subject": ""}), invalid),
        (json!({"total_amount": "0.00"}), invalid),
        (json!({"total_amount": "1.001"}), invalid),
        (json!({"total_amount": "100000000.01"}), "ACQ.TOTAL_FEE_EXCEED"),
        (json!({"discountable_amount": "60", "undiscountable_amount": "30"}), invalid),
        (json!({"undiscountable_amount": "100.01"}), invalid),
        (json!({"timeout_express": "16d"}), invalid),
        (json!({"query_options": ["x"]}), invalid),
        (json!({"goods_detail": [{"goods_id": "1"}]}), invalid),
        (json!({"seller_id": "2088201914979022"}), "ACQ.SELLER_NOT_EXIST"),
        (json!({"store_id": "NJ_002"}), "ACQ.INVALID_STORE_ID"),
        (json!({"alipay_store_id": "2015121600077000000002388201"}), "ACQ.INVALID_STORE_ID"),
        (json!({"auth_code": "28763443825664395"}), "ACQ.PAYMENT_AUTH_CODE_INVALID"),
        (json!({"buyer_id": POOR}), "ACQ.PAYMENT_AUTH_CODE_INVALID"),
        (json!({"auth_code": "", "buyer_id": "2088102146931399"}), "ACQ.BUYER_NOT_EXIST"),
        (json!({"auth_code": "", "buyer_id": PID}), "ACQ.BUYER_SELLER_EQUAL"),
        (json!({"auth_code": "2888102146931394"}), "ACQ.BUYER_BALANCE_NOT_ENOUGH"),
        (json!({"total_amount": "1000.01"}), "ACQ.BUYER_BALANCE_NOT_ENOUGH"),
    ] {
        let answer = refuse(&client, "alipay.trade.pay", &payment("1", &more), sub_code);
        assert_eq!((answer.code.as_str(), answer.sub_msg.is_some()), ("40004", true));
    }
    for (more, sub_code) in [
        (json!({"buyer_id": ""}), invalid),
        (json!({"buyer_id": "2088102146931399"}), "ACQ.BUYER_NOT_EXIST"),
        (json!({"buyer_id": "", "buyer_logon_id": "nobody@example.com"}), "ACQ.BUYER_NOT_EXIST"),
        (json!({"buyer_id": PID}), "ACQ.BUYER_SELLER_EQUAL"),
        (json!({"disable_pay_channels": "voucher", "enable_pay_channels": "balance"}), invalid),
    ] {
        refuse(&client, "alipay.trade.create", &order("1", &more), sub_code);
    }
    for method in ["query", "cancel", "close", "refund"] {
        let method = format!("alipay.trade.{method}");
        refuse(&client, &method, &json!({"refund_amount": 1}), invalid);
    }
    // None of these used up the number, and everything that may be sent is taken.
    let all = json!({"scene": "wave_code", "seller_id": PID, "operator_id": "yx_001", "store_id": "NJ_001",
        "alipay_store_id": SHOP, "terminal_id": "NJ_T_001", "timeout_express": "1c", "discountable_amount": "60.00",
        "undiscountable_amount": "40.00", "disable_pay_channels": "voucher", "query_options": ["fund_bill_list"],
        "goods_detail": [{"goods_id": "1", "goods_name": "ipad", "quantity": 1, "price": "2000"}]});
    succeed(&client, "alipay.trade.pay", &payment("1", &all));
    let stands = succeed(&client, "alipay.trade.query", &json!({"out_trade_no": "1"}));
    assert_eq!((&stands["terminal_id"], &stands["store_id"]), (&json!("NJ_T_001"), &json!("NJ_001")));
    for (amount, request_no, sub_code) in [
        ("0", "r", "ACQ.REASON_TRADE_REFUND_FEE_ERR"),
        ("1.001", "r", "ACQ.REASON_TRADE_REFUND_FEE_ERR"),
        ("-1", "r", "ACQ.REASON_TRADE_REFUND_FEE_ERR"),
        ("1", "", invalid),
        ("", "r", invalid),
        ("100.01", "r", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
    ] {
        let refund = json!({"out_trade_no": "1", "out_request_no": request_no, "refund_amount": amount});
        refuse(&client, "alipay.trade.refund", &refund, sub_code);
    }
    // Another merchant's trade is as unknown as none, and its numbers are its own.
    let stranger = running.client_of(OTHER_APP_ID, None);
    for no in [json!({"out_trade_no": "1"}), json!({"trade_no": stands["trade_no"]}), json!({"trade_no": "1"})] {
        let refund = with(no.clone(), &json!({"refund_amount": "1", "out_request_no": "r"}));
        refuse(&stranger, "alipay.trade.query", &no, "ACQ.TRADE_NOT_EXIST");
        refuse(&stranger, "alipay.trade.close", &no, "ACQ.TRADE_NOT_EXIST");
        refuse(&stranger, "alipay.trade.refund", &refund, "ACQ.TRADE_NOT_EXIST");
        assert_eq!(succeed(&stranger, "alipay.trade.cancel", &no)["action"], Value::Null);
    }
    succeed(&stranger, "alipay.trade.pay", &payment("1", &json!({})));
});

/// The answers of that many callers who begin at once; each gets its number.
fn at_once(running: &Running, callers: usize, ask: fn(&Client, usize) -> client::Answer) -> Vec<client::Answer> {
    let (client, barrier) = (Arc::new(running.client()), Arc::new(Barrier::new(callers)));
    let start = |number| {
        let (client, barrier) = (client.clone(), barrier.clone());
        std::thread::spawn(move || {
            barrier.wait();
            ask(&client, number)
        })
    };
    let callers: Vec<_> = (0..callers).map(start).collect();
    callers.into_iter().map(|caller| caller.join().expect("it was answered")).collect()
}

each_engine!(of_callers_at_once_one_moves_money, |engine| {
    let running = start(engine);
    let count = |answers: &[client::Answer], told: &str| {
        answers.iter().filter(|answer| answer.sub_code.as_deref().unwrap_or("10000") == told).count()
    };
    // One trade, paid by eight; eight trades, of which the balance covers five.
    let pay = at_once(&running, 8, |client, _| call(client, "alipay.trade.pay", &payment("one", &json!({}))));
    assert_eq!((count(&pay, "10000"), count(&pay, "ACQ.TRADE_HAS_SUCCESS")), (1, 7));
    let refund = at_once(&running, 8, |client, _| {
        let request = json!({"out_trade_no": "one", "out_request_no": "r", "refund_amount": "60"});
        call(client, "alipay.trade.refund", &request)
    });
    assert_eq!(count(&refund, "10000"), 8);
    assert_eq!(refund.iter().filter(|answer| answer.node["fund_change"] == "Y").count(), 1);
    let rest = at_once(&running, 8, |client, number| {
        let request = json!({"out_trade_no": "one", "out_request_no": number.to_string(), "refund_amount": "20"});
        call(client, "alipay.trade.refund", &request)
    });
    assert_eq!((count(&rest, "10000"), count(&rest, "ACQ.TRADE_HAS_CLOSE")), (2, 6));
    let spend = at_once(&running, 8, |client, number| {
        call(client, "alipay.trade.pay", &payment(&number.to_string(), &json!({"total_amount": "200"})))
    });
    assert_eq!((count(&spend, "10000"), count(&spend, "ACQ.BUYER_BALANCE_NOT_ENOUGH")), (5, 3));
    let cancel = at_once(&running, 8, |client, number| {
        call(client, "alipay.trade.cancel", &json!({"out_trade_no": number.to_string()}))
    });
    assert_eq!(cancel.iter().filter(|answer| answer.node["action"] == "refund").count(), 5);
    let again = payment("again", &json!({"total_amount": "1000"}));
    succeed(&running.client(), "alipay.trade.pay", &again);
});

each_engine!(on_a_platform_a_user_id_alone_pays_nothing, |engine| {
    const INVALID: &str = "ACQ.PAYMENT_AUTH_CODE_INVALID";
    let by_id = |more: &Value| payment("1", &with(json!({"auth_code": "", "buyer_id": BUYER}), more));
    let stand_in = Running::start_with(engine, &world_of_trade(), &[]);
    succeed(&stand_in.client(), "alipay.trade.pay", &by_id(&json!({})));
    drop(stand_in);

    let merchant = format!("[[merchant]]\npid = \"{PID}\"\n");
    let code = "pay_codes = [\"28763443825664394\", \"28763443825664395\"]";
    let world = world_of_trade().replace("pay_codes = [\"28763443825664394\"]", code);
    let running = Running::start_with(engine, &world, &["--mode", "platform"]);
    let (client, other) = (running.client(), running.client_of(OTHER_APP_ID, None));
    succeed(&client, "alipay.trade.create", &order("waits", &json!({})));
    // Whoever is named, and however the absence of a code is said: nobody learns who exists, and nothing is paid.
    for more in [
        json!({}),
        json!({"auth_code": Value::Null}),
        json!({"auth_code": "0"}),
        json!({"auth_code": "2888102146931393"}),
        json!({"buyer_id": POOR}),
        json!({"buyer_id": "2088102146931399"}),
        json!({"buyer_id": PID}),
        json!({"buyer_id": POOR, "auth_code": "28763443825664394"}),
        json!({"scene": "wave_code"}),
        json!({"total_amount": "0.01"}),
        json!({"out_trade_no": "waits"}),
    ] {
        let answer = refuse(&client, "alipay.trade.pay", &by_id(&more), INVALID);
        assert_eq!(answer.code, "40004", "{more}");
    }
    refuse(&client, "alipay.trade.query", &json!({"out_trade_no": "1"}), "ACQ.TRADE_NOT_EXIST");
    assert_eq!(status(&client, "waits"), "WAIT_BUYER_PAY");
    // With the code it is paid, whether the buyer is named or not.
    succeed(&client, "alipay.trade.pay", &payment("2", &json!({"buyer_id": BUYER})));
    succeed(&client, "alipay.trade.pay", &payment("3", &json!({"auth_code": "28763443825664395"})));
    // A merchant may be let to; only that one is.
    let optioned = running.folder.path().join("optioned.toml");
    let world = world.replace(&merchant, &format!("{merchant}options = {{ pay_by_user_id = true }}\n"));
    std::fs::write(&optioned, world).expect("the folder is ours");
    let applied = running.command(&["apply", &optioned.display().to_string()]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    succeed(&client, "alipay.trade.pay", &by_id(&json!({})));
    succeed(&client, "alipay.trade.pay", &by_id(&json!({"out_trade_no": "waits"})));
    refuse(&other, "alipay.trade.pay", &by_id(&json!({})), INVALID);
    refuse(&client, "alipay.trade.pay", &by_id(&json!({"out_trade_no": "4", "auth_code": "0"})), INVALID);
    refuse(
        &client,
        "alipay.trade.pay",
        &by_id(&json!({"out_trade_no": "4", "buyer_id": "2088102146931399"})),
        "ACQ.BUYER_NOT_EXIST",
    );
    let proved = running.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stdout));
});
