//! Crowd groups of a shop: kept as they were sent, and what a user has to do to fall into one, to the second.

use crate::running::{APP_ID, ISV_APP_ID, OTHER_APP_ID, OTHER_PID, PID, TOKEN, call, each_engine, refuse, succeed};
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, SHORT_CUSTOMER, Shop};
use crate::voucher_kit::{SEND, Templates};
use crate::wallet::{NOON, SHOP};
use client::Client;
use domain::activity::ToolKind;
use domain::crowd_group::{CrowdGroup, GROUPS_MAX, Status};
use serde_json::{Value, json};
use std::process::Output;
use store::testing::Engine;
use store::{Fault, Tx};

const SET: &str = "koubei.catering.crowdgroup.condition.set";
const QUERY: &str = "koubei.catering.crowdgroup.condition.query";
/// A second shop of the merchant.
const BRANCH: &str = "2015121600077000000002388201";
/// How often calls meet, so that they meet at the worst moment too.
const ROUNDS: usize = 12;

/// A condition; without a period where that is empty.
fn condition(rule: &str, period: &str, op: &str, value: &str, unit: &str) -> Value {
    let mut condition =
        json!({"logical_operator": op, "operation_value": value, "operator_rule": rule, "rule_unit": unit});
    if !period.is_empty() {
        condition["period"] = json!(period);
    }
    condition
}

fn request(operation: &str, shop_id: &str, id: &str) -> Value {
    json!({"operation": operation, "shop_id": shop_id, "crowd_group_id": id, "operator_id": PID})
}

/// A request with content: these conditions, and a description that tells the id.
fn saying(operation: &str, shop_id: &str, id: &str, conditions: &[Value]) -> Value {
    let mut request = request(operation, shop_id, id);
    request["condition_model_list"] = json!(conditions);
    request["describe"] = json!(format!("分组{id}"));
    request
}

/// A condition that holds for everybody who has anything to do with the merchant.
fn anybody() -> Value {
    condition("TRADE_CNT", "30", "LT", "1000", "COUNT")
}

/// The groups of a shop into which a user falls, for a client's app.
fn hits(client: &Client, shop_id: &str, user_id: &str) -> Vec<String> {
    let node = succeed(client, QUERY, &json!({"shop_id": shop_id, "user_id": user_id}));
    let groups = node["condition_list"].as_array().expect("a list");
    groups.iter().map(|group| group["crowd_group_id"].as_str().expect("an id").to_owned()).collect()
}

/// A merchant with two shops and customers, and a group whose conditions are changed to ask for what a user did.
struct Case {
    shop: Shop,
    client: Client,
}

impl Case {
    fn open(engine: Engine) -> Case {
        let shop = Shop::open(engine);
        let case = Case { client: shop.server.client(), shop };
        case.apply(&format!("[[merchant.shop]]\nshop_id = \"{BRANCH}\"\nname = \"分店\"\n"));
        succeed(&case.client, SET, &saying("CREATE", SHOP, "probe", &[anybody()]));
        case
    }

    /// Applies more of the merchant's world.
    fn apply(&self, more: &str) {
        self.apply_text(&format!("[[merchant]]\npid = \"{PID}\"\n{more}"));
    }

    fn apply_text(&self, text: &str) {
        std::fs::write(self.shop.server.folder.path().join("more.toml"), text).expect("the folder is ours");
        succeeded(&self.shop.server.command(&["apply", "more.toml"]));
    }

    /// Imports these lines of a file.
    fn import(&self, what: &str, lines: &str) {
        let path = self.shop.server.folder.path().join("imported.csv");
        std::fs::write(&path, lines).expect("the folder is ours");
        succeeded(&self.shop.server.command(&["import", what, "--pid", PID, &path.display().to_string()]));
    }

    /// Whether a condition holds for a user, asked through the group.
    fn holds(&self, user_id: &str, rule: &str, period: &str, op: &str, value: &str) -> bool {
        let condition = condition(rule, period, op, value, "YUAN");
        succeed(&self.client, SET, &saying("UPDATE", SHOP, "probe", &[condition]));
        hits(&self.client, SHOP, user_id) == ["probe"]
    }

    /// Holds that a rule has this value for a user: nothing but EQ, GTEQ and LTEQ hold on it.
    fn is(&self, user_id: &str, rule: &str, period: &str, value: &str) {
        let held = ["EQ", "GT", "GTEQ", "LT", "LTEQ"].map(|op| self.holds(user_id, rule, period, op, value));
        assert_eq!(held, [true, false, true, false, true], "{rule} {period} of {user_id} is not {value}");
    }

    /// Holds that a rule has a value for a user that is less than this, as 0 is.
    fn is_less(&self, user_id: &str, rule: &str, period: &str, value: &str) {
        let held = ["EQ", "GT", "GTEQ", "LT", "LTEQ"].map(|op| self.holds(user_id, rule, period, op, value));
        assert_eq!(held, [false, false, false, true, true], "{rule} {period} of {user_id} is not less than {value}");
    }

    /// Holds that a rule has no value for a user: no operator holds.
    fn is_nothing(&self, user_id: &str, rule: &str, period: &str) {
        let held = ["EQ", "GT", "GTEQ", "LT", "LTEQ"].map(|op| self.holds(user_id, rule, period, op, "1"));
        assert_eq!(held, [false; 5], "{rule} {period} of {user_id} is something");
    }

    /// The customer pays at once.
    fn pay(&self, out_trade_no: &str, total_amount: &str) -> Value {
        let request = json!({"out_trade_no": out_trade_no, "scene": "bar_code", "subject": "桃子",
            "auth_code": format!("28{}", &CUSTOMER[2..]), "total_amount": total_amount, "store_id": "NJ_001"});
        succeed(&self.client, "alipay.trade.pay", &request)
    }

    fn refund(&self, out_trade_no: &str, out_request_no: &str, amount: &str) {
        let request = json!({"out_trade_no": out_trade_no, "out_request_no": out_request_no, "refund_amount": amount});
        succeed(&self.client, "alipay.trade.refund", &request);
    }
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

each_engine!(a_payment_counts_until_the_second_in_which_its_window_ends, |engine| {
    let case = Case::open(engine);
    let is_paid = |period: &str| {
        case.is(CUSTOMER, "TRADE_AMT", period, "30");
        case.is(CUSTOMER, "TRADE_CNT", period, "1");
        case.is(CUSTOMER, "PCT_AMT", period, "30.00");
    };
    let is_past = |period: &str| {
        case.is_less(CUSTOMER, "TRADE_AMT", period, "0.01");
        case.is_less(CUSTOMER, "TRADE_CNT", period, "1");
        case.is_nothing(CUSTOMER, "PCT_AMT", period);
    };
    // Nobody's: a user who has nothing to do with the merchant falls into no group.
    assert!(!case.holds(CUSTOMER, "TRADE_CNT", "30", "LT", "1"));
    case.pay("1", "30.00");
    is_paid("30");
    case.shop.wait("29d23h59m59s");
    is_paid("30");
    case.shop.wait("1s");
    is_past("30");
    is_paid("60");
    case.shop.wait("1s");
    is_past("30");
    for (period, wait) in
        [("60", "29d23h59m58s"), ("90", "29d23h59m59s"), ("180", "89d23h59m59s"), ("365", "184d23h59m59s")]
    {
        case.shop.wait(wait);
        is_paid(period);
        case.shop.wait("1s");
        is_past(period);
    }
    // The last payment is the last, however long ago.
    case.is(CUSTOMER, "LAST_PAY_DATE", "", "365");
    case.is(CUSTOMER, "LAST_PAY_AMT", "", "30.00");
});

each_engine!(a_refund_lowers_its_own_trade_and_one_that_is_whole_takes_it_away, |engine| {
    let case = Case::open(engine);
    case.pay("1", "10.00");
    case.shop.wait("2d");
    case.pay("2", "20.00");
    case.is(CUSTOMER, "TRADE_AMT", "30", "30");
    case.is(CUSTOMER, "PCT_AMT", "30", "15");
    case.is(CUSTOMER, "LAST_PAY_AMT", "", "20");
    case.is_less(CUSTOMER, "LAST_PAY_DATE", "", "1");
    case.refund("1", "a", "0.01");
    case.is(CUSTOMER, "TRADE_AMT", "30", "29.99");
    case.is(CUSTOMER, "TRADE_CNT", "30", "2");
    // The half of it is no whole number of fen: nothing is equal to it.
    assert!(case.holds(CUSTOMER, "PCT_AMT", "30", "GT", "14.99") && case.holds(CUSTOMER, "PCT_AMT", "30", "LT", "15"));
    case.refund("2", "b", "5.00");
    case.is(CUSTOMER, "LAST_PAY_AMT", "", "15");
    case.refund("2", "c", "15.00");
    case.is(CUSTOMER, "TRADE_AMT", "30", "9.99");
    case.is(CUSTOMER, "TRADE_CNT", "30", "1");
    case.is(CUSTOMER, "PCT_AMT", "30", "9.99");
    case.is(CUSTOMER, "LAST_PAY_AMT", "", "9.99");
    case.is(CUSTOMER, "LAST_PAY_DATE", "", "2");
    // Days are those of the calendar: twelve hours on is another day.
    case.shop.wait("11h59m59s");
    case.is(CUSTOMER, "LAST_PAY_DATE", "", "2");
    case.shop.wait("1s");
    case.is(CUSTOMER, "LAST_PAY_DATE", "", "3");
    // Taken back whole, and cancelled.
    case.refund("1", "d", "9.99");
    case.pay("3", "1.00");
    case.is(CUSTOMER, "TRADE_AMT", "30", "1");
    succeed(&case.client, "alipay.trade.cancel", &json!({"out_trade_no": "3"}));
    case.is_less(CUSTOMER, "TRADE_AMT", "365", "0.01");
    case.is_less(CUSTOMER, "TRADE_CNT", "365", "1");
    for rule in ["LAST_PAY_AMT", "LAST_PAY_DATE"] {
        case.is_nothing(CUSTOMER, rule, "");
    }
    // What waits to be paid is no payment until it is.
    let sale = case.shop.sell(CUSTOMER, "桃子", "2.00");
    case.is_less(CUSTOMER, "TRADE_CNT", "30", "1");
    case.shop.pay(&sale, crate::shop::PIN);
    case.is(CUSTOMER, "TRADE_AMT", "30", "2");
});

each_engine!(vouchers_count_when_they_are_received_and_when_they_are_redeemed, |engine| {
    let case = Case::open(engine);
    let counts = |received: &str, redeemed: &str| {
        for (rule, count) in [("APPLY_VOUCHER_CNT", received), ("VERIFY_VOUCHER_CNT", redeemed)] {
            match count {
                "0" => case.is_less(CUSTOMER, rule, "30", "1"),
                _ => case.is(CUSTOMER, rule, "30", count),
            }
        }
    };
    // A coupon; who has one is known, though no member.
    let wallet = case.shop.wallet();
    let clicked = wallet.give_new(CUSTOMER, ToolKind::Exchange, &json!({"verify_mode": "USER_CLICK"}));
    counts("1", "0");
    wallet.click(&clicked);
    counts("1", "1");
    wallet.give_new(CUSTOMER, ToolKind::Money, &json!({"worth_value": "1"}));
    counts("2", "1");
    assert_eq!(case.pay("1", "10.00")["mdiscount_amount"], "1.00");
    counts("2", "2");
    // A cash voucher of the merchant's; and one of another merchant's, which counts there.
    let send = |templates: &Templates, client: &Client, out_biz_no: &str| {
        let template = templates.paid(|it| it.quantity = 10);
        succeed(client, SEND, &json!({"template_id": template, "user_id": CUSTOMER, "out_biz_no": out_biz_no}));
    };
    send(&Templates::of(&case.shop.server, PID, OTHER_CUSTOMER), &case.client, "own");
    counts("3", "2");
    case.shop.wait("1d");
    assert_eq!(case.pay("2", "10.00")["discount_amount"], "8.80");
    counts("3", "3");
    // A voucher whose trade was given back was redeemed all the same.
    case.refund("2", "r", "10.00");
    counts("3", "3");
    case.apply_text(&format!("[[user]]\nuser_id = \"{SHORT_CUSTOMER}\"\nbalance = \"100.00\"\n"));
    let others = Templates::of(&case.shop.server, OTHER_PID, SHORT_CUSTOMER);
    send(&others, &case.shop.server.client_of(OTHER_APP_ID, None), "theirs");
    counts("3", "3");
    case.pay("3", "10.00");
    counts("3", "3");
    // What was received and redeemed elsewhere: imported, and imported again when it was redeemed.
    let history = |redeemed: &str| {
        case.import(
            "vouchers",
            &format!("voucher_no,user_id,received_at,redeemed_at\nV-1,{CUSTOMER},2026-01-01 12:00:01,{redeemed}\n"),
        );
    };
    history("");
    counts("4", "3");
    history("2026-01-02 12:00:00");
    counts("4", "4");
    // A month after noon only the imported one was received in the last thirty days, and only what came a day later was
    // redeemed then.
    case.shop.wait("29d");
    counts("1", "2");
    case.shop.wait("1s");
    counts("0", "2");
    case.shop.wait("1d");
    counts("0", "0");
});

each_engine!(imported_trades_count_from_when_they_were_paid, |engine| {
    let case = Case::open(engine);
    let trades = |refunded: &str| {
        case.import(
            "trades",
            &format!(
                "trade_no,user_id,shop_id,total_amount,paid_at,refunded_amount,refunded_at\n\
                 t1,{SHORT_CUSTOMER},{SHOP},100.00,2025-12-02 12:00:00,,\n\
                 t2,{SHORT_CUSTOMER},{SHOP},50.00,2025-12-02 12:00:01,{refunded}\n"
            ),
        );
    };
    trades(",");
    // The first is thirty days old to the second.
    case.is(SHORT_CUSTOMER, "TRADE_AMT", "30", "50");
    case.is(SHORT_CUSTOMER, "TRADE_AMT", "60", "150");
    case.is(SHORT_CUSTOMER, "LAST_PAY_AMT", "", "50");
    case.is(SHORT_CUSTOMER, "LAST_PAY_DATE", "", "30");
    trades("20.00,2025-12-03 12:00:00");
    case.is(SHORT_CUSTOMER, "TRADE_AMT", "30", "30");
    trades("50.00,2025-12-04 12:00:00");
    case.is_less(SHORT_CUSTOMER, "TRADE_AMT", "30", "0.01");
    case.is(SHORT_CUSTOMER, "LAST_PAY_AMT", "", "100");
});

each_engine!(distances_are_to_the_nearest_shop_as_it_stands_now, |engine| {
    let case = Case::open(engine);
    let at = |shop_id: &str, longitude: &str, latitude: &str| {
        let place = format!("longitude = \"{longitude}\"\nlatitude = \"{latitude}\"\n");
        case.apply(&format!("[[merchant.shop]]\nshop_id = \"{shop_id}\"\n{place}"));
    };
    let lives = |home: &str, work: &str| {
        case.import(
            "members",
            &format!("user_id,home_longitude,home_latitude,work_longitude,work_latitude\n{CUSTOMER},{home},{work}\n"),
        );
    };
    // Neither a place nor a shop that has one.
    lives(",", ",");
    case.is_nothing(CUSTOMER, "HOME_SHOP_DIS", "");
    lives("120,30", ",");
    case.is_nothing(CUSTOMER, "HOME_SHOP_DIS", "");
    at(SHOP, "120", "31");
    case.is(CUSTOMER, "HOME_SHOP_DIS", "", "111.2");
    case.is_nothing(CUSTOMER, "WORK_SHOP_DIS", "");
    lives("120,30", "120,30.99");
    case.is(CUSTOMER, "WORK_SHOP_DIS", "", "1.11");
    // A second shop is nearer to home alone; then the first moves there as well.
    at(BRANCH, "120", "30.1");
    case.is(CUSTOMER, "HOME_SHOP_DIS", "", "11.12");
    case.is(CUSTOMER, "WORK_SHOP_DIS", "", "1.11");
    at(SHOP, "120", "30.1");
    case.is(CUSTOMER, "WORK_SHOP_DIS", "", "98.96");
    // Next door is 0.00 km away, and less than anything that can be asked for.
    lives("120,30.1", "120,30.99");
    case.is_less(CUSTOMER, "HOME_SHOP_DIS", "", "0.01");
    lives(",", "120,30.99");
    case.is_nothing(CUSTOMER, "HOME_SHOP_DIS", "");
});

each_engine!(a_group_is_kept_as_it_was_sent_and_all_its_conditions_must_hold, |engine| {
    let case = Case::open(engine);
    let client = &case.client;
    let sent = [
        condition("TRADE_AMT", "30", "GTEQ", "5", "DAY"),
        condition("LAST_PAY_AMT", "whenever", "LT", " 100.50 ", "YUAN"),
    ];
    let made = succeed(client, SET, &saying("CREATE", SHOP, "g", &sent));
    assert_eq!((&made["crowd_group_id"], &made["status"]), (&json!("g"), &json!("success")));
    assert_eq!(made["condition_model_list"], json!(sent));
    // The same values, written otherwise, are the same group; what was sent first stays.
    let again = [
        condition("TRADE_AMT", "30", "GTEQ", "5.00", "DAY"),
        condition("LAST_PAY_AMT", "whenever", "LT", "100.5", "YUAN"),
    ];
    assert_eq!(succeed(client, SET, &saying("CREATE", SHOP, "g", &again))["condition_model_list"], json!(sent));
    for other in [
        vec![again[0].clone()],
        vec![again[1].clone(), again[0].clone()],
        vec![condition("TRADE_AMT", "30", "GTEQ", "5", "YUAN"), sent[1].clone()],
        vec![condition("TRADE_AMT", "60", "GTEQ", "5", "DAY"), sent[1].clone()],
        vec![condition("TRADE_AMT", "30", "GT", "5", "DAY"), sent[1].clone()],
        vec![sent[0].clone(), condition("LAST_PAY_AMT", "ever", "LT", "100.50", "YUAN")],
    ] {
        refuse(client, SET, &saying("CREATE", SHOP, "g", &other), "INVALID_PARAMETER");
    }
    // What RETRIEVE and DELETE do not need is not looked at.
    let mut read = request("RETRIEVE", SHOP, "g");
    read["condition_model_list"] = json!([{"period": "31"}]);
    read["describe"] = json!("x".repeat(101));
    assert_eq!(succeed(client, SET, &read)["condition_model_list"], json!(sent));
    for (nth, (paid, falls)) in [("4.99", false), ("0.01", true), ("96.00", true)].into_iter().enumerate() {
        // The last amount is below 100.50 each time.
        case.apply_text(&format!("[[user]]\nuser_id = \"{CUSTOMER}\"\nbalance = \"1000.00\"\n"));
        case.pay(&format!("trade{nth}"), paid);
        assert_eq!(hits(client, SHOP, CUSTOMER).contains(&"g".to_owned()), falls, "{paid}");
    }
    case.pay("more", "100.50");
    assert_eq!(hits(client, SHOP, CUSTOMER), ["probe"]);
    let answer = succeed(client, QUERY, &json!({"shop_id": SHOP, "user_id": CUSTOMER}));
    let expect = json!([{"crowd_group_id": "probe", "describe": "分组probe", "hit_crowd_conditons": [anybody()]}]);
    assert_eq!(answer["condition_list"], expect);
    // Twenty conditions, and no more.
    succeed(client, SET, &saying("UPDATE", SHOP, "g", &vec![anybody(); 20]));
    refuse(client, SET, &saying("UPDATE", SHOP, "g", &vec![anybody(); 21]), "INVALID_PARAMETER");
});

each_engine!(groups_are_listed_as_they_were_made_each_for_its_own_app_and_shop, |engine| {
    let case = Case::open(engine);
    let client = &case.client;
    case.pay("1", "1.00");
    for id in ["z", "b", "a"] {
        succeed(client, SET, &saying("CREATE", SHOP, id, &[anybody()]));
    }
    assert_eq!(hits(client, SHOP, CUSTOMER), ["probe", "z", "b", "a"]);
    // Changed, it stays where it is; deleted and made again, it is the last.
    succeed(client, SET, &saying("UPDATE", SHOP, "probe", &[condition("TRADE_CNT", "30", "EQ", "1", "COUNT")]));
    succeed(client, SET, &request("DELETE", SHOP, "z"));
    assert_eq!(hits(client, SHOP, CUSTOMER), ["probe", "b", "a"]);
    for (operation, says) in [("RETRIEVE", false), ("UPDATE", true)] {
        let gone = if says { saying(operation, SHOP, "z", &[anybody()]) } else { request(operation, SHOP, "z") };
        refuse(client, SET, &gone, "INVALID_PARAMETER");
    }
    assert!(succeed(client, SET, &request("DELETE", SHOP, "z")).get("condition_model_list").is_none());
    refuse(client, SET, &request("DELETE", SHOP, "never"), "INVALID_PARAMETER");
    succeed(client, SET, &saying("CREATE", SHOP, "z", &[condition("TRADE_CNT", "365", "EQ", "1", "COUNT")]));
    assert_eq!(hits(client, SHOP, CUSTOMER), ["probe", "b", "a", "z"]);
    // Another shop of the merchant, and a provider's app that acts for the same merchant, have groups of their own.
    assert_eq!(hits(client, BRANCH, CUSTOMER), [""; 0]);
    succeed(client, SET, &saying("CREATE", BRANCH, "a", &[anybody()]));
    assert_eq!(hits(client, BRANCH, CUSTOMER), ["a"]);
    let provider = case.shop.server.client_of(ISV_APP_ID, Some(TOKEN));
    assert_eq!(hits(&provider, SHOP, CUSTOMER), [""; 0]);
    refuse(&provider, SET, &request("DELETE", SHOP, "a"), "INVALID_PARAMETER");
    succeed(&provider, SET, &saying("CREATE", SHOP, "a", &[condition("TRADE_CNT", "30", "EQ", "2", "COUNT")]));
    assert_eq!(hits(&provider, SHOP, CUSTOMER), [""; 0]);
    assert_eq!(hits(client, SHOP, CUSTOMER), ["probe", "b", "a", "z"]);
    // Another merchant's shop is no shop.
    let other = case.shop.server.client_of(OTHER_APP_ID, None);
    refuse(&other, QUERY, &json!({"shop_id": SHOP, "user_id": CUSTOMER}), "INVALID_PARAMETER");
    refuse(&other, SET, &saying("CREATE", SHOP, "a", &[anybody()]), "INVALID_PARAMETER");
});

each_engine!(strangers_fall_into_no_group_and_members_of_others_are_strangers, |engine| {
    let case = Case::open(engine);
    // Who exists, who is another merchant's member, and who does not exist: all the same.
    case.shop.server.import(OTHER_PID, &format!("user_id,pam_gender\n{CUSTOMER},1\n"));
    for user in [CUSTOMER, OTHER_CUSTOMER, "2088999999999999", "nobody"] {
        assert_eq!(hits(&case.client, SHOP, user), [""; 0], "{user}");
    }
    case.shop.server.import(PID, &format!("user_id,pam_gender\n{CUSTOMER},1\n"));
    assert_eq!(hits(&case.client, SHOP, CUSTOMER), ["probe"]);
});

each_engine!(strict_units_are_for_what_is_said_from_then_on, |engine| {
    let case = Case::open(engine);
    let lax = condition("TRADE_CNT", "30", "LT", "5", "KM");
    succeed(&case.client, SET, &saying("CREATE", SHOP, "lax", std::slice::from_ref(&lax)));
    case.apply("options = { strict_units = true }\n");
    for (operation, id) in [("CREATE", "strict"), ("UPDATE", "lax"), ("CREATE", "lax")] {
        let refused =
            refuse(&case.client, SET, &saying(operation, SHOP, id, &[anybody(), lax.clone()]), "INVALID_PARAMETER");
        assert!(refused.raw.contains("condition_model_list[1].rule_unit"), "{}", refused.raw);
    }
    succeed(&case.client, SET, &saying("CREATE", SHOP, "strict", &[anybody()]));
    // What was said before is kept, and still asks for what it asked for.
    assert_eq!(succeed(&case.client, SET, &request("RETRIEVE", SHOP, "lax"))["condition_model_list"], json!([lax]));
    case.pay("1", "1.00");
    assert_eq!(hits(&case.client, SHOP, CUSTOMER), ["probe", "lax", "strict"]);
});

each_engine!(a_shop_has_at_most_a_thousand_groups_of_an_app, |engine| {
    let case = Case::open(engine);
    let fill = |tx: &mut Tx| -> Result<(), Fault> {
        for place in 2..=GROUPS_MAX {
            let group = CrowdGroup {
                pid: PID.to_owned(),
                shop_id: SHOP.to_owned(),
                app_id: APP_ID.to_owned(),
                place,
                crowd_group_id: format!("g{place}"),
                describe: "d".to_owned(),
                conditions: json!([anybody()]).to_string(),
                status: Status::Enable,
                created_at: NOON,
                version: 1,
            };
            store::crowd_group::insert(tx, &group)?;
        }
        Ok(())
    };
    case.shop.change(fill);
    let one_more = saying("CREATE", SHOP, "more", &[anybody()]);
    refuse(&case.client, SET, &one_more, "INVALID_PARAMETER");
    // What is there can be made again, changed and deleted; one that goes makes room.
    succeed(&case.client, SET, &saying("CREATE", SHOP, "probe", &[anybody()]));
    succeed(&case.client, SET, &saying("CREATE", BRANCH, "more", &[anybody()]));
    case.pay("1", "1.00");
    assert_eq!(hits(&case.client, SHOP, CUSTOMER).len(), 1_000);
    succeed(&case.client, SET, &request("DELETE", SHOP, "g7"));
    succeed(&case.client, SET, &one_more);
    let listed = hits(&case.client, SHOP, CUSTOMER);
    assert_eq!((listed.len(), listed.last().map(String::as_str)), (1_000, Some("more")));
});

each_engine!(calls_at_once_make_each_group_once, |engine| {
    let case = Case::open(engine);
    case.pay("1", "1.00");
    let client = case.shop.server.client();
    for round in 0..ROUNDS {
        std::thread::scope(|scope| {
            let make = |id: String| call(&client, SET, &saying("CREATE", SHOP, &id, &[anybody()]));
            // Four of each.
            let calls: Vec<_> =
                (0..8).map(|nth| scope.spawn(move || make(format!("g{:02}", 2 * round + nth / 4)))).collect();
            for call in calls {
                let answer = call.join().expect("no panic");
                assert_eq!(answer.code, "10000", "{}", answer.raw);
            }
        });
    }
    let mut listed = hits(&case.client, SHOP, CUSTOMER);
    listed.sort_unstable();
    let expect: Vec<_> = (0..2 * ROUNDS).map(|nth| format!("g{nth:02}")).chain(["probe".to_owned()]).collect();
    assert_eq!(listed, expect);
});

each_engine!(of_very_many_calls_at_once_each_is_done, |engine| {
    let case = Case::open(engine);
    let client = &case.client;
    std::thread::scope(|scope| {
        let set = |request: Value| scope.spawn(move || call(client, SET, &request));
        let made = (0..48).map(|nth| set(saying("CREATE", SHOP, &format!("g{nth}"), &[anybody()])));
        let changed = (0..16).map(|nth| {
            let condition = condition("TRADE_CNT", "30", "LT", &(nth + 1).to_string(), "COUNT");
            set(saying("UPDATE", SHOP, "probe", &[condition]))
        });
        let calls: Vec<_> = made.chain(changed).collect();
        for call in calls {
            let answer = call.join().expect("no panic");
            assert_eq!(answer.code, "10000", "{}", answer.raw);
        }
    });
});

each_engine!(what_an_app_calls_a_group_is_json_for_machines_and_quoted_for_people, |engine| {
    let case = Case::open(engine);
    let id = "ok \"fine\" 0 members";
    let mut request = saying("CREATE", SHOP, id, &[anybody()]);
    request["describe"] = json!("常\u{200b}客\u{202e}");
    succeed(&case.client, SET, &request);
    let counted = case.asked(&["crowd", "count", "--group", id, "--json"]).remove(0);
    assert_eq!((&counted["crowd_group_id"], &counted["name"]), (&json!(id), &request["describe"]));
    let output = case.shop.server.command(&["crowd", "count", "--group", id]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.starts_with(r#""ok \"fine\" 0 members" "#), "{text}");
});

impl Case {
    /// A command's JSON, a value for each line.
    fn asked(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.shop.server.command(arguments);
        succeeded(&output);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        serde_json::Deserializer::from_str(&text).into_iter().map(|value| value.expect("JSON")).collect()
    }

    /// Why a command is refused.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.shop.server.command(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    }
}

each_engine!(commands_count_a_group_and_say_why_and_until_when, |engine| {
    let case = Case::open(engine);
    case.import("members", &format!("user_id,pam_gender\n{CUSTOMER},1\n{OTHER_CUSTOMER},2\n"));
    let bought = condition("TRADE_AMT", "30", "GTEQ", "25", "YUAN");
    let quiet = condition("LAST_PAY_DATE", "", "GTEQ", "3", "DAY");
    succeed(&case.client, SET, &saying("CREATE", SHOP, "bought", std::slice::from_ref(&bought)));
    succeed(&case.client, SET, &saying("CREATE", SHOP, "quiet", &[bought, quiet.clone()]));
    let counts = |expect: (u64, u64)| {
        let lines = case.asked(&["crowd", "count", "--group", "bought", "--group", "quiet", "--json"]);
        let totals: Vec<_> = lines.iter().map(|line| line["total"].as_u64().expect("a count")).collect();
        let of = |user: &str| hits(&case.client, SHOP, user);
        let members: Vec<_> = [CUSTOMER, OTHER_CUSTOMER].iter().flat_map(|user| of(user)).collect();
        let asked = ["bought", "quiet"].map(|id| members.iter().filter(|hit| *hit == id).count() as u64);
        assert_eq!(((totals[0], totals[1]), (asked[0], asked[1])), (expect, expect));
    };
    counts((0, 0));
    case.pay("1", "20.00");
    case.shop.wait("1d");
    case.pay("2", "10.00");
    counts((1, 0));
    let why = |group: &str| case.asked(&["crowd", "why", "--group", group, "--user", CUSTOMER, "--json"]).remove(0);
    let said = why("quiet");
    assert_eq!((&said["is_in"], said["conditions"][0]["value"].as_str()), (&json!(false), Some("30.00")));
    assert_eq!(said["conditions"][0]["events"].as_array().map(Vec::len), Some(2));
    assert_eq!((&said["conditions"][1]["condition"], &said["conditions"][1]["value"]), (&quiet, &json!("0")));
    // The second payment is of the second of January: the third day after that begins on the fifth.
    assert_eq!(said["changes_at"], json!("2026-01-05 00:00:00"));
    case.shop.wait("2d11h59m59s");
    counts((1, 0));
    case.shop.wait("1s");
    counts((1, 1));
    let said = why("quiet");
    assert_eq!((&said["is_in"], &said["changes_at"]), (&json!(true), &json!("2026-01-31 12:00:00")));
    case.shop.wait("26d11h59m59s");
    counts((1, 1));
    case.shop.wait("1s");
    counts((0, 0));
    assert_eq!(why("bought").get("changes_at"), None, "nothing brings it back by itself");
    let by_gender =
        case.asked(&["crowd", "count", "--group", "probe", "--dimension", "pam_gender", "--json"]).remove(0);
    let genders = json!([{"label": "pam_gender", "value": {"男": 1, "女": 1}}]);
    assert_eq!(
        (&by_gender["total"], &by_gender["dimensions"], &by_gender["sum"]),
        (&json!(2), &genders, &json!("30.00"))
    );
    // A crowd is asked about in the same way.
    let conditions = json!([{"op": "IN", "tagCode": "pam_gender", "value": "1"}]).to_string();
    let request = json!({"name": "men", "conditions": conditions, "out_biz_no": "men"});
    let men = succeed(&case.client, "koubei.marketing.campaign.crowd.create", &request);
    let men = men["crowd_group_id"].as_str().expect("an id");
    assert_eq!(case.asked(&["crowd", "count", "--crowd", men, "--json"])[0]["total"], json!(1));
    let said = case.asked(&["crowd", "why", "--crowd", men, "--user", OTHER_CUSTOMER, "--json"]).remove(0);
    assert_eq!((&said["is_in"], &said["conditions"][0]["value"]), (&json!(false), &json!("2")));
    succeed(&case.client, SET, &saying("CREATE", BRANCH, "bought", &[anybody()]));
    for (arguments, reason) in [
        (vec!["crowd", "count", "--group", "nobody's"], "there is no such crowd or crowd group"),
        (vec!["crowd", "count", "--group", "bought"], "several crowd groups have this id"),
        (vec!["crowd", "count", "--crowd", "7"], "there is no such crowd or crowd group"),
        (vec!["crowd", "count", "--group", "quiet", "--dimension", "height"], "height is no dimension"),
        (vec!["crowd", "why", "--group", "quiet", "--user", "2088000000000000"], "never had to do with this user"),
    ] {
        let said = case.refused(&arguments);
        assert!(said.contains(reason), "{said}");
    }
    let of_branch = ["crowd", "count", "--group", "bought", "--shop", BRANCH, "--json"];
    assert_eq!(case.asked(&of_branch)[0]["total"], json!(2));
});
