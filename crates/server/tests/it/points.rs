//! Points, as a merchant meets them: given for payments, spent, set aside, and ended with their card.

use crate::running::{OTHER_APP_ID, Running, call, each_engine, refuse, succeed};
use crate::stamps::{
    ELSEWHERE, FRIEND, MEMBER, QUERY, SHOP, Stamps, UPDATE, card_activity, log_no, made, paid, tool_of, with,
};
use client::Client;
use serde_json::{Value, json};
use std::sync::Barrier;
use store::testing::Engine;

/// Amounts are said by `trans_amount` alone.
fn points(points: u64) -> Value {
    json!({"trans_amount": points.to_string()})
}

each_engine!(points_go_from_a_payment_to_a_prize, |engine| {
    let stamps = Stamps::open(engine);
    let client = stamps.client();
    assert_eq!(stamps.points_of(MEMBER), [0, 0, 0]);
    let trade_no = stamps.pay("p1");
    let more =
        json!({"trans_amount": "10", "shop_id": SHOP, "biz_no": trade_no, "memo": "消费集点", "ext_info": "{'A':'B'}"});
    let deposited = succeed(&client, UPDATE, &stamps.change("1", "deposit", &more));
    let no = log_no(&deposited);
    assert!(no.len() == 32 && no.starts_with("2026010100006"), "{no}");
    assert_eq!(stamps.points_of(MEMBER), [10, 0, 10]);
    let frozen = stamps.freeze("2", 8);
    assert_eq!(stamps.points_of(MEMBER), [2, 8, 10]);
    succeed(&client, UPDATE, &stamps.change("3", "COMMIT", &json!({"biz_no": frozen})));
    assert_eq!(stamps.points_of(MEMBER), [2, 0, 10]);
    succeed(&client, UPDATE, &stamps.change("4", "Consume", &points(1)));
    let frozen = stamps.freeze("5", 1);
    let more = json!({"biz_no": frozen, "trans_amount": "1", "shop_id": ELSEWHERE});
    succeed(&client, UPDATE, &stamps.change("6", "CANCEL", &more));
    assert_eq!(stamps.points_of(MEMBER), [1, 0, 10]);
    // What a refund does not take back, the merchant does.
    let refund = json!({"trade_no": trade_no, "refund_amount": "8.00"});
    succeed(&client, "alipay.trade.refund", &refund);
    assert_eq!(stamps.points_of(MEMBER), [1, 0, 10]);
    stamps.prove();
});

each_engine!(every_rule_says_no_in_its_turn, |engine| {
    let stamps = Stamps::open(engine);
    let (client, stranger) = (stamps.client(), stamps.server.client_of(OTHER_APP_ID, None));
    stamps.deposit("given", 10);
    let frozen = stamps.freeze("frozen", 4);
    let ended = stamps.freeze("ended", 1);
    succeed(&client, UPDATE, &stamps.change("end", "COMMIT", &json!({"biz_no": ended})));
    let before = stamps.points_of(MEMBER);
    let trade_no = stamps.pay("p1");
    let unpaid = succeed(
        &client,
        "alipay.trade.create",
        &json!({"out_trade_no": "p2", "buyer_id": MEMBER, "subject": "桃子", "total_amount": "1.00"}),
    );
    let friends = paid(&client, "p3", FRIEND, SHOP);
    let theirs = paid(&stranger, "p4", MEMBER, "");
    let closed = stamps.pay("p5");
    succeed(&client, "alipay.trade.refund", &json!({"trade_no": closed, "refund_amount": "8.00"}));
    let other_card = tool_of(&client, &made(&client, &card_activity("another card")));
    let later = with(card_activity("later"), &json!({"start_time": "2026-01-02 00:00:00"}));
    let later = tool_of(&client, &made(&client, &later));
    let over_camp = made(&client, &card_activity("over"));
    succeed(
        &client,
        "koubei.marketing.campaign.activity.offline",
        &json!({"out_biz_no": "o", "camp_id": over_camp, "operator_id": null}),
    );
    let over = tool_of(&client, &over_camp);
    let deposit = json!({"trans_type": "DEPOSIT", "trans_amount": "1", "shop_id": SHOP, "biz_no": trade_no});
    let commit = json!({"trans_type": "COMMIT", "biz_no": frozen});
    // What is changed of a request that would do, and what is said to it; each line is wrong in what comes after it
    // too.
    let (a, b) = (&deposit, &commit);
    let freeze = &json!({"trans_type": "FREEZE", "trans_amount": "7"});
    let nobody = "2088000000000009";
    let cases: &[(&Value, Value, &str)] = &[
        (a, json!({"req_id": null}), "INVALID_PARAMETER"),
        (a, json!({"req_id": "9".repeat(33)}), "INVALID_PARAMETER"),
        (a, json!({"user_id": null}), "INVALID_PARAMETER"),
        (a, json!({"activity_account": null}), "INVALID_PARAMETER"),
        (a, json!({"trans_type": "GIFT"}), "INVALID_PARAMETER"),
        (a, json!({"trans_type": null}), "INVALID_PARAMETER"),
        (a, json!({"trans_amount": null}), "INVALID_PARAMETER"),
        (a, json!({"trans_amount": "0"}), "INVALID_PARAMETER"),
        (a, json!({"trans_amount": "01"}), "INVALID_PARAMETER"),
        (a, json!({"trans_amount": "1.5"}), "INVALID_PARAMETER"),
        (a, json!({"trans_amount": "10000000000"}), "INVALID_PARAMETER"),
        (a, json!({"shop_id": null}), "INVALID_PARAMETER"),
        (a, json!({"biz_no": null}), "INVALID_PARAMETER"),
        (a, json!({"memo": "记".repeat(257)}), "INVALID_PARAMETER"),
        (a, json!({"ext_info": {"A": "B"}}), "INVALID_PARAMETER"),
        (b, json!({"biz_no": null}), "INVALID_PARAMETER"),
        (freeze, json!({"biz_no": frozen}), "INVALID_PARAMETER"),
        (freeze, json!({"trans_type": "CONSUME", "biz_no": frozen}), "INVALID_PARAMETER"),
        (freeze, json!({"trans_amount": null}), "INVALID_PARAMETER"),
        // A key that was used is told of before all that is looked up.
        (a, json!({"req_id": "given", "user_id": nobody}), "REQ_ID_CONFLICT"),
        (
            a,
            json!({"activity_account": "39201608190015500100016011040139", "user_id": nobody}),
            "POINT_ACCOUNT_NOT_EXIST",
        ),
        (a, json!({"activity_account": stamps.prize, "user_id": nobody}), "POINT_ACCOUNT_NOT_EXIST"),
        (b, json!({"activity_account": "1"}), "POINT_ACCOUNT_NOT_EXIST"),
        (a, json!({"user_id": nobody, "activity_account": over, "shop_id": "1"}), "USER_NOT_EXIST"),
        (b, json!({"user_id": nobody, "biz_no": "1"}), "USER_NOT_EXIST"),
        (freeze, json!({"user_id": nobody}), "USER_NOT_EXIST"),
        (a, json!({"activity_account": over, "shop_id": ELSEWHERE}), "CAMPAIGN_STATUS_ERROR"),
        (a, json!({"activity_account": later, "shop_id": ELSEWHERE}), "CAMPAIGN_STATUS_ERROR"),
        (a, json!({"shop_id": ELSEWHERE, "biz_no": "1"}), "SHOP_NOT_EXIST"),
        (a, json!({"shop_id": "1"}), "SHOP_NOT_EXIST"),
        (a, json!({"biz_no": "2016082221001004150200139999"}), "TRADE_NOT_EXIST"),
        (a, json!({"biz_no": "p1"}), "TRADE_NOT_EXIST"),
        (a, json!({"biz_no": unpaid["trade_no"]}), "TRADE_NOT_EXIST"),
        (a, json!({"biz_no": closed}), "TRADE_NOT_EXIST"),
        (a, json!({"biz_no": friends}), "TRADE_NOT_EXIST"),
        (a, json!({"biz_no": theirs}), "TRADE_NOT_EXIST"),
        (freeze, json!({"user_id": FRIEND}), "POINT_ACCOUNT_NOT_EXIST"),
        (b, json!({"user_id": FRIEND}), "POINT_ACCOUNT_NOT_EXIST"),
        (b, json!({"user_id": FRIEND, "biz_no": ended}), "POINT_ACCOUNT_NOT_EXIST"),
        (b, json!({"activity_account": other_card}), "POINT_ACCOUNT_NOT_EXIST"),
        (b, json!({"biz_no": "20160822000000000012345678901234"}), "POINT_LOG_NOT_EXIST"),
        (b, json!({"biz_no": "1", "trans_type": "cancel"}), "POINT_LOG_NOT_EXIST"),
        (b, json!({"biz_no": ended, "trans_amount": "9"}), "POINT_FREEZE_STATUS_ERROR"),
        (b, json!({"biz_no": ended, "trans_type": "CANCEL"}), "POINT_FREEZE_STATUS_ERROR"),
        (b, json!({"trans_amount": "3"}), "INVALID_PARAMETER"),
        (b, json!({"trans_amount": "5", "trans_type": "CANCEL"}), "INVALID_PARAMETER"),
        (freeze, json!({"trans_amount": "6"}), "POINT_NOT_ENOUGH"),
        (freeze, json!({"trans_type": "CONSUME", "trans_amount": "9999999999"}), "POINT_NOT_ENOUGH"),
    ];
    for (request, more, sub_code) in cases {
        let request = with(with(stamps.change("fresh", "", request), request), more);
        refuse(&client, UPDATE, &request, sub_code);
    }
    // Whoever has points on both cards sees only the freezes of each.
    let trade = stamps.pay("p6");
    let given = json!({"activity_account": other_card, "trans_amount": "1", "shop_id": SHOP, "biz_no": trade});
    succeed(&client, UPDATE, &stamps.change("other", "DEPOSIT", &given));
    let crossed = with(stamps.change("fresh", "COMMIT", &commit), &json!({"activity_account": other_card}));
    refuse(&client, UPDATE, &crossed, "POINT_LOG_NOT_EXIST");
    // A trade brings points once, on each card.
    succeed(&client, UPDATE, &stamps.change("fresh", "DEPOSIT", a));
    refuse(&client, UPDATE, &stamps.change("again", "DEPOSIT", a), "POINT_TRADE_ALREADY_DEPOSITED");
    let elsewhere = with(stamps.change("again", "DEPOSIT", a), &json!({"activity_account": other_card}));
    succeed(&client, UPDATE, &elsewhere);
    // A stranger finds nothing, not even that there is something.
    for request in [stamps.change("s", "DEPOSIT", a), stamps.change("s", "COMMIT", b)] {
        refuse(&stranger, UPDATE, &request, "POINT_ACCOUNT_NOT_EXIST");
    }
    for client in [&client, &stranger] {
        let unknown = json!({"activity_account": "39201608190015500100016011040139", "user_id": MEMBER});
        refuse(client, QUERY, &unknown, "POINT_ACCOUNT_NOT_EXIST");
    }
    refuse(&stranger, QUERY, &json!({"activity_account": stamps.card, "user_id": MEMBER}), "POINT_ACCOUNT_NOT_EXIST");
    // And nothing of all that has changed anything.
    let [available, frozen, total] = before;
    assert_eq!(stamps.points_of(MEMBER), [available + 1, frozen, total + 1]);
    assert_eq!(stamps.points_of(nobody), [0, 0, 0]);
    stamps.prove();
});

each_engine!(a_repeat_is_answered_with_the_first_number_and_changes_nothing, |engine| {
    let stamps = Stamps::open(engine);
    let client = stamps.client();
    let trade_no = stamps.pay("p1");
    let deposit = json!({"trans_amount": "10", "shop_id": SHOP, "biz_no": trade_no, "memo": "m"});
    let request = stamps.change("1", "DEPOSIT", &deposit);
    let first = log_no(&succeed(&client, UPDATE, &request));
    let again = |more: &Value| log_no(&succeed(&client, UPDATE, &with(request.clone(), more)));
    // The same content in other words, and another day.
    for more in [json!({}), json!({"trans_type": "deposit"}), json!({"trans_amount": 10}), json!({"ext_info": ""})] {
        assert_eq!(again(&more), first, "{more}");
    }
    stamps.wait("2d");
    assert_eq!(again(&json!({})), first);
    for more in [
        json!({"memo": "n"}),
        json!({"memo": null}),
        json!({"trans_amount": "11"}),
        json!({"user_id": FRIEND}),
        json!({"trans_type": "CONSUME", "biz_no": null}),
    ] {
        refuse(&client, UPDATE, &with(request.clone(), &more), "REQ_ID_CONFLICT");
    }
    // A failed call uses up no key, and a key is one card's.
    let freeze = stamps.change("2", "FREEZE", &points(11));
    refuse(&client, UPDATE, &freeze, "POINT_NOT_ENOUGH");
    stamps.freeze("2", 10);
    let other_card = tool_of(&client, &made(&client, &card_activity("another card")));
    let other = with(request.clone(), &json!({"activity_account": other_card}));
    assert_ne!(log_no(&succeed(&client, UPDATE, &other)), first);
    // What was done is told however the card stands by now.
    stamps.wait("90d");
    assert_eq!(again(&json!({})), first);
    refuse(&client, UPDATE, &stamps.change("3", "CONSUME", &points(1)), "CAMPAIGN_STATUS_ERROR");
    assert_eq!(stamps.points_of(MEMBER), [10, 0, 10]);
    stamps.prove();
});

each_engine!(payments_that_run_elsewhere_are_not_looked_at, |engine| {
    let stamps = Stamps::open_with(engine, "options = { trade_check = false }", &json!({}));
    let client = stamps.client();
    let deposit = |req_id: &str, more: &Value| {
        let given = json!({"trans_amount": "2", "shop_id": SHOP, "biz_no": "WX-4200001"});
        with(stamps.change(req_id, "DEPOSIT", &given), more)
    };
    succeed(&client, UPDATE, &deposit("1", &json!({})));
    refuse(&client, UPDATE, &deposit("2", &json!({})), "POINT_TRADE_ALREADY_DEPOSITED");
    refuse(&client, UPDATE, &deposit("2", &json!({"user_id": FRIEND})), "POINT_TRADE_ALREADY_DEPOSITED");
    refuse(&client, UPDATE, &deposit("2", &json!({"user_id": "2088000000000009"})), "USER_NOT_EXIST");
    refuse(&client, UPDATE, &deposit("2", &json!({"shop_id": ELSEWHERE})), "SHOP_NOT_EXIST");
    succeed(&client, UPDATE, &deposit("2", &json!({"biz_no": "wx-4200001"})));
    assert_eq!(stamps.points_of(MEMBER), [4, 0, 4]);
    stamps.prove();
});

each_engine!(a_card_ends_and_what_is_frozen_on_it_is_free_again, |engine| {
    let stamps = Stamps::open(engine);
    let client = stamps.client();
    stamps.deposit("1", 500);
    // More than are cancelled in one go.
    for serial in 0..230 {
        stamps.freeze(&format!("f{serial}"), 2);
    }
    let kept = stamps.freeze("kept", 1);
    // The activity is over: no more points are given, those that there are can be used.
    stamps.wait("31d");
    let late = json!({"trans_amount": "1", "shop_id": SHOP, "biz_no": stamps.pay("late")});
    refuse(&client, UPDATE, &stamps.change("late", "DEPOSIT", &late), "CAMPAIGN_STATUS_ERROR");
    succeed(&client, UPDATE, &stamps.change("used", "COMMIT", &json!({"biz_no": kept})));
    stamps.freeze("in February", 3);
    assert_eq!(stamps.points_of(MEMBER), [36, 463, 500]);
    stamps.wait("27d11h59m59s");
    stamps.freeze("at the last moment", 1);
    stamps.wait("1s");
    assert_eq!(stamps.points_of(MEMBER), [499, 0, 500]);
    for (trans_type, more) in [("FREEZE", points(1)), ("CONSUME", points(1)), ("CANCEL", json!({"biz_no": kept}))] {
        refuse(&client, UPDATE, &stamps.change("too late", trans_type, &more), "CAMPAIGN_STATUS_ERROR");
    }
    stamps.prove();
    stamps.wait("1d");
    let shown: Value =
        serde_json::from_str(&stamps.done(&["points", "show", &stamps.card, MEMBER, "--json"])).expect("JSON");
    assert_eq!((&shown["available"], &shown["spent"]), (&json!(499), &json!(1)));
    let newest = &shown["entries"][0];
    assert_eq!((&newest["trans_type"], newest.get("app_id")), (&json!("CANCEL"), None));
    assert_eq!(newest["at"], "2026-03-01 00:00:00", "when the last second is over");
    stamps.prove();
});

each_engine!(a_card_that_is_made_to_last_longer_ends_later, |engine| {
    let stamps = Stamps::open(engine);
    let client = stamps.client();
    stamps.deposit("1", 5);
    stamps.freeze("2", 5);
    let mut longer = card_activity("longer");
    longer["camp_id"] = json!(stamps.card_camp);
    longer["promo_tools"][0]["point_card"]["end_time"] = json!("2026-03-31 23:59:59");
    longer["promo_tools"][0]["voucher_no"] = json!(stamps.card);
    succeed(&client, "koubei.marketing.campaign.activity.modify", &longer);
    stamps.wait("60d");
    assert_eq!(stamps.points_of(MEMBER), [0, 5, 5]);
    stamps.freeze_is_refused_for_want_of_points();
    stamps.wait("30d");
    assert_eq!(stamps.points_of(MEMBER), [5, 0, 5]);
    stamps.prove();
});

impl Stamps {
    /// The card is open, and empty.
    fn freeze_is_refused_for_want_of_points(&self) {
        refuse(&self.client(), UPDATE, &self.change("more", "FREEZE", &points(1)), "POINT_NOT_ENOUGH");
    }
}

each_engine!(operators_see_what_waits, |engine| {
    let stamps = Stamps::open(engine);
    stamps.deposit("1", 10);
    let first = stamps.freeze("2", 3);
    stamps.wait("7d");
    let second = stamps.freeze("3", 4);
    let frozen = |arguments: &[&str]| -> Vec<Value> {
        let arguments = [&["points", "frozen", "--json"], arguments].concat();
        serde_json::from_str(&stamps.done(&arguments)).expect("JSON")
    };
    let numbers = |arguments: &[&str]| {
        let listed = frozen(arguments);
        listed.iter().map(|it| it["point_log_no"].as_str().expect("a number").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&[]), [first.clone(), second.clone()]);
    assert_eq!(numbers(&["--older", "7d"]), std::slice::from_ref(&first));
    assert_eq!(numbers(&["--limit", "1"]), std::slice::from_ref(&first));
    assert!(numbers(&["--older", "8d"]).is_empty());
    assert!(numbers(&["--pid", "2088201914979022"]).is_empty());
    let one = frozen(&["--pid", "2088201914979011", "--older", "7d"]).remove(0);
    assert_eq!(one["activity_account"], stamps.card.as_str());
    assert_eq!((&one["user_id"], &one["points"]), (&json!(MEMBER), &json!(3)));
    assert_eq!((&one["frozen_at"], &one["card_ends"]), (&json!("2026-01-01 12:00:00"), &json!("2026-02-28 23:59:59")));
    let told = stamps.done(&["points", "frozen"]);
    assert!(told.lines().count() == 2 && told.contains(&first) && told.contains("2026-01-01 12:00:00"), "{told}");
    let told = stamps.done(&["points", "show", &stamps.card, MEMBER]);
    assert!(told.contains("3 available, 7 frozen, 0 spent: 10 in all") && told.contains(&second), "{told}");
    for (card, user) in [(stamps.card.as_str(), FRIEND), (stamps.prize.as_str(), MEMBER), ("1", MEMBER)] {
        let output = stamps.server.command(&["points", "show", card, user]);
        assert_eq!(output.status.code(), Some(1), "{card} {user}");
    }
});

/// 64 clients, spread over these servers, freeze one account's 1,000 points one by one; how many do.
fn freeze_all_at_once(stamps: &Stamps, servers: &[&Running]) -> u64 {
    const CLIENTS: usize = 64;
    let start = Barrier::new(CLIENTS);
    let freeze = |number: usize, client: &Client| {
        start.wait();
        let mut done = 0;
        // Each would take all there are.
        for serial in 0..1_000 {
            let answer = call(client, UPDATE, &stamps.change(&format!("{number}-{serial}"), "FREEZE", &points(1)));
            match answer.sub_code.as_deref() {
                None => done += 1,
                Some("POINT_NOT_ENOUGH") => break,
                Some(_) => panic!("{}", answer.raw),
            }
        }
        done
    };
    std::thread::scope(|scope| {
        let clients = (0..CLIENTS).map(|number| {
            let client = servers[number % servers.len()].client();
            let freeze = &freeze;
            scope.spawn(move || freeze(number, &client))
        });
        let clients: Vec<_> = clients.collect();
        clients.into_iter().map(|client| client.join().expect("it saw nothing unforeseen")).sum()
    })
}

each_engine!(a_hot_account_gives_all_that_it_has_and_no_more, |engine| {
    let stamps = Stamps::open(engine);
    stamps.deposit("1", 1_000);
    assert_eq!(freeze_all_at_once(&stamps, &[&stamps.server]), 1_000);
    assert_eq!(stamps.points_of(MEMBER), [0, 1_000, 1_000]);
    stamps.prove();
});

#[test]
fn a_hot_account_behind_two_processes_gives_all_that_it_has_and_no_more() {
    let stamps = Stamps::open(Engine::Postgres);
    let other = stamps.server.beside();
    stamps.deposit("1", 1_000);
    assert_eq!(freeze_all_at_once(&stamps, &[&stamps.server, &other]), 1_000);
    assert_eq!(stamps.points_of(MEMBER), [0, 1_000, 1_000]);
    stamps.prove();
}

each_engine!(of_many_who_want_to_end_a_freeze_one_does, |engine| {
    let stamps = Stamps::open(engine);
    stamps.deposit("1", 100);
    for round in 0..10 {
        let frozen = stamps.freeze(&format!("f{round}"), 10);
        let end = |number: usize| {
            let trans_type = ["COMMIT", "CANCEL"][number % 2];
            let request = stamps.change(&format!("{round}-{number}"), trans_type, &json!({"biz_no": frozen}));
            let answer = call(&stamps.client(), UPDATE, &request);
            let ended = answer.sub_code.as_deref();
            assert!([None, Some("POINT_FREEZE_STATUS_ERROR")].contains(&ended), "{}", answer.raw);
            ended.is_none()
        };
        let ended = std::thread::scope(|scope| {
            let ends: Vec<_> = (0..8).map(|number| scope.spawn(move || end(number))).collect();
            ends.into_iter().map(|end| end.join().expect("an answer")).filter(|done| *done).count()
        });
        assert_eq!(ended, 1, "round {round}");
        // What was spent is given again.
        let [available, waiting, _] = stamps.points_of(MEMBER);
        assert_eq!(waiting, 0);
        if available < 100 {
            stamps.deposit(&format!("again{round}"), 100 - available);
        }
    }
    stamps.prove();
});

each_engine!(of_many_deposits_for_one_trade_one_counts, |engine| {
    let stamps = Stamps::open(engine);
    let deposit = json!({"trans_amount": "5", "shop_id": SHOP, "biz_no": stamps.pay("p1")});
    let call = |number: usize| {
        let answer = call(&stamps.client(), UPDATE, &stamps.change(&number.to_string(), "DEPOSIT", &deposit));
        let told = answer.sub_code.as_deref();
        assert!([None, Some("POINT_TRADE_ALREADY_DEPOSITED")].contains(&told), "{}", answer.raw);
        told.is_none()
    };
    let counted = std::thread::scope(|scope| {
        let call = &call;
        let calls: Vec<_> = (0..16).map(|number| scope.spawn(move || call(number))).collect();
        calls.into_iter().map(|call| call.join().expect("an answer")).filter(|done| *done).count()
    });
    assert_eq!(counted, 1);
    assert_eq!(stamps.points_of(MEMBER), [5, 0, 5]);
    stamps.prove();
});

each_engine!(a_card_has_the_whole_of_its_last_second, |engine| {
    // The activity's last second is 2026-01-31 23:59:59, the card's 2026-02-28 23:59:59.
    let stamps = Stamps::open_at(engine, "", &json!({}), "2026-01-31T23:59:58.500+08:00");
    let client = stamps.client();
    stamps.wait("1s");
    stamps.deposit("1", 10);
    stamps.wait("1s");
    let late = json!({"trans_amount": "1", "shop_id": SHOP, "biz_no": stamps.pay("late")});
    refuse(&client, UPDATE, &stamps.change("late", "DEPOSIT", &late), "CAMPAIGN_STATUS_ERROR");
    stamps.wait("27d23h59m59s");
    stamps.freeze("last", 4);
    assert_eq!(stamps.points_of(MEMBER), [6, 4, 10]);
    stamps.wait("1s");
    refuse(&client, UPDATE, &stamps.change("over", "FREEZE", &points(1)), "CAMPAIGN_STATUS_ERROR");
    assert_eq!(stamps.points_of(MEMBER), [10, 0, 10]);
    stamps.prove();
});
