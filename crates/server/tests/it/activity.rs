//! Activities, as a merchant meets them: made, looked at, given more, taken off line, over.

use crate::running::{ISV_APP_ID, PID, Running, TOKEN, call, crowd, each_engine, refuse, succeed, world};
use client::Client;
use serde_json::{Value, json};
use std::sync::{Arc, Barrier};
use std::time::Instant;
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx, params};

const SHOP: &str = "2015121600077000000002388200";
const SECOND_SHOP: &str = "2015122900077000000002409504";
const CREATE: &str = "koubei.marketing.campaign.activity.create";
const QUERY: &str = "koubei.marketing.campaign.activity.query";
const MODIFY: &str = "koubei.marketing.campaign.activity.modify";
const OFFLINE: &str = "koubei.marketing.campaign.activity.offline";
const BATCHQUERY: &str = "koubei.marketing.campaign.activity.batchquery";

/// The tests' world with two shops, and with audits where `options` says so.
fn world_of_activities(options: &str) -> String {
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = |shop_id: &str| format!("[[merchant.shop]]\nshop_id = \"{shop_id}\"\n");
    let shops = [SHOP, SECOND_SHOP].map(shop).concat();
    let platform = "[platform]\nbase_url = \"https://pages.example.com/\"\n";
    let world = world().replace(&merchant, &format!("{merchant}\n{options}\n{shops}"));
    format!("{platform}{world}")
}

fn start_with(engine: Engine, options: &str) -> Running {
    Running::start_with(engine, &world_of_activities(options), &["--clock", "manual:2026-01-01T12:00:00+08:00"])
}

fn start(engine: Engine) -> Running {
    start_with(engine, "")
}

/// A point card's activity, in the order of the contract.
fn card() -> Value {
    json!({
        "out_biz_no": "card", "name": "集点活动测试-yuchi", "type": "POINT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-09-30 00:00:00", "desc": "集点活动测试", "constraint_info": {"suit_shops": [SHOP]},
        "promo_tools": [{"point_card": {"name": "集点卡-yuchi", "desc": "活动规则简述(16字)", "logo": "logo",
            "start_time": "2025-08-01 00:00:00", "end_time": "2026-12-01 00:00:00"}}],
    })
}

/// A coupon's, the same.
fn coupon() -> Value {
    json!({
        "out_biz_no": "coupon", "name": "全场代金+不含人群", "type": "DIRECT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-09-30 00:00:00", "desc": "test",
        "budget_info": {"budget_total": "10453", "budget_type": "QUANTITY", "sub_budget_dimension": "D",
            "sub_value": "100"},
        "constraint_info": {"suit_shops": [SHOP], "user_win_count": "3", "user_win_frequency": "D||1"},
        "promo_tools": [{
            "voucher": {"type": "MONEY", "name": "全场代金券", "brand_name": "8个集点兑换", "logo": "logo",
                "voucher_img": "img", "desc": "券的详细描述", "use_instructions": ["一", "二"], "worth_value": "20",
                "max_amount": "20.00", "validate_type": "FIXED", "start_time": "2025-05-01 00:00:00",
                "end_time": "2026-10-01 00:00:00", "effect_type": "IMMEDIATELY", "allow_split": false,
                "clause_terms": [{"title": "温馨提示", "descriptions": ["周一到周五可用"]}],
                "use_rule": {"suit_shops": [SHOP], "min_consume": "10",
                    "use_time": [{"dimension": "W", "values": "1,3,5", "times": "16:00:00,20:00:00^21:00:00,22:00:00"}],
                    "forbidden_time": {"days": "2026-05-01,2026-05-03^2026-10-01,2026-10-07"},
                    "limit_rule": "USE_NO_LIMIT"}},
            "send_rule": {"allow_repeat_send": "true", "send_num": "2"}}],
        "publish_channels": [{"type": "URL_WITH_TOKEN", "name": "URL_WITH_TOKEN"}, {"type": "QR_CODE"}],
        "recruit_tool": {"start_time": "2026-01-01 00:00:00", "exclude_constraint_shops": false,
            "pid_shops": [{"pid": PID, "shop_ids": [SHOP]}]},
        "auto_delay_flag": "N",
    })
}

/// `request` with the member at `path` changed; null takes it away.
fn with(mut request: Value, path: &str, value: Value) -> Value {
    let (parent, name) = path.rsplit_once('/').expect("a path");
    let parent = request.pointer_mut(parent).unwrap_or_else(|| panic!("no parent of {path}"));
    match parent {
        Value::Array(elements) => elements[name.parse::<usize>().expect("an index")] = value,
        object if value.is_null() => drop(object.as_object_mut().expect("an object").remove(name)),
        object => object[name] = value,
    }
    request
}

fn make(client: &Client, request: &Value) -> String {
    let made = succeed(client, CREATE, request);
    assert_eq!(made["camp_status"], "STARTED");
    made["camp_id"].as_str().expect("an id").to_owned()
}

fn detail(client: &Client, camp_id: &str) -> Value {
    succeed(client, QUERY, &json!({"camp_id": camp_id}))["camp_detail"].clone()
}

fn status(client: &Client, camp_id: &str) -> Value {
    detail(client, camp_id)["status"].clone()
}

fn wait(running: &Running, duration: &str) {
    let output = running.command(&["clock", "advance", duration]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn prove(running: &Running) {
    let output = running.command(&["prove"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Takes a member out of an object.
fn take(object: &mut Value, name: &str) -> Value {
    object.as_object_mut().expect("an object").shift_remove(name).unwrap_or_default()
}

/// The text of an id of this product, 32 digits of that day.
fn is_id(value: &Value, product: &str) {
    let text = value.as_str().expect("an id");
    assert!(text.len() == 32 && text[8..].starts_with(product), "{text}");
}

each_engine!(a_coupons_activity_is_given_back_as_it_was_said, |engine| {
    let running = start(engine);
    let client = running.client();
    let camp_id = make(&client, &coupon());
    let mut found = detail(&client, &camp_id);
    let mut said = coupon();
    take(&mut said, "out_biz_no");
    // What the platform adds.
    is_id(&take(&mut found, "id"), "00001");
    assert_eq!(take(&mut found, "status"), "STARTED");
    let tool = &mut found["promo_tools"][0];
    is_id(&take(tool, "voucher_no"), "00004");
    assert_eq!(take(tool, "status"), "ENABLED");
    let config = take(&mut found["publish_channels"][0], "config");
    let item_id = format!("{}00077{}", &camp_id[..8], &camp_id[17..]);
    let url = format!("https://pages.example.com/h5/coupon?itemId={item_id}");
    assert_eq!(config, json!({"URL": url}).to_string());
    assert_eq!(item_id.len(), 28);
    let orders = take(&mut found, "activity_orders");
    let told =
        |order: &Value| ["order_type", "order_status", "creator_id", "creator_type"].map(|name| order[name].clone());
    let [enabled, created] = orders.as_array().expect("orders").as_slice() else { panic!("{orders}") };
    assert_eq!(told(enabled), ["CAMPAIGN_ENABLE_ORDER", "SUCCESS", "SYSTEM", "SYSTEM"]);
    assert_eq!(told(created), ["CAMPAIGN_CREATE_ORDER", "SUCCESS", PID, "MER"]);
    is_id(&created["order_id"], "00003");
    let recruit = take(&mut found, "recruit_info");
    assert_eq!(recruit, json!({"start_time": "2026-01-01 00:00:00", "exclude_constraint_shops": false}));
    take(&mut said, "recruit_tool");
    // All else to the letter, in the order of the contract.
    assert_eq!(found.to_string(), said.to_string());
    prove(&running);
});

each_engine!(a_point_cards_activity_tells_its_account, |engine| {
    let running = start(engine);
    let client = running.client_of(ISV_APP_ID, Some(TOKEN));
    let wrapped = json!({"biz_content": with(with(card(), "/operator_id", json!("2088102146931393")), "/operator_type", json!("PROVIDER"))});
    let camp_id = make(&client, &wrapped);
    let found = detail(&running.client(), &camp_id);
    let account = &found["promo_tools"][0]["voucher_no"];
    is_id(account, "00005");
    assert_eq!(found["ext_info"], json!({"activity_account": account}).to_string());
    assert_eq!((&found["auto_delay_flag"], &found["publish_channels"]), (&json!("N"), &Value::Null));
    assert_eq!(found["activity_orders"][1]["creator_id"], "2088102146931393");
    assert_eq!(found["activity_orders"][1]["creator_type"], "PROVIDER");
    assert_eq!(found["promo_tools"][0]["point_card"], card()["promo_tools"][0]["point_card"]);
});

each_engine!(a_repeat_is_told_how_the_first_one_stands, |engine| {
    let running = start(engine);
    let client = running.client();
    let made = succeed(&client, CREATE, &coupon());
    // The same content in other words.
    let same = with(with(coupon(), "/promo_tools/0/voucher/worth_value", json!(20.0)), "/desc", json!("test"));
    assert_eq!(succeed(&client, CREATE, &same), made);
    for (path, value) in [
        ("/name", json!("other")),
        ("/promo_tools/0/voucher/worth_value", json!("20.01")),
        ("/operator_id", json!(PID)),
    ] {
        let mut other = with(coupon(), path, value);
        if path == "/operator_id" {
            other["operator_type"] = json!("MER");
        }
        refuse(&client, CREATE, &other, "OUT_BIZ_NO_CONFLICT");
    }
    // A failed call uses up no key.
    refuse(
        &client,
        CREATE,
        &with(with(coupon(), "/out_biz_no", json!("2")), "/name", Value::Null),
        "INVALID_PARAMETER",
    );
    let stranger = with(with(coupon(), "/constraint_info/suit_shops/0", json!("1")), "/out_biz_no", json!("2"));
    let stranger = with(stranger, "/promo_tools/0/voucher/use_rule/suit_shops/0", json!("1"));
    refuse(&client, CREATE, &stranger, "SHOP_NOT_EXIST");
    make(&client, &with(coupon(), "/out_biz_no", json!("2")));
    // However late, and however it stands by then.
    succeed(&client, OFFLINE, &json!({"out_biz_no": "1", "camp_id": made["camp_id"]}));
    wait(&running, "365d");
    let again = succeed(&client, CREATE, &coupon());
    assert_eq!((&again["camp_id"], &again["camp_status"]), (&made["camp_id"], &json!("CLOSED")));
    let fresh = with(coupon(), "/out_biz_no", json!("late"));
    let told = refuse(&client, CREATE, &fresh, "INVALID_PARAMETER");
    assert_eq!(told.node["sub_msg"], "参数有误: end_time 必须晚于当前时间");
    prove(&running);
});

each_engine!(of_two_calls_with_one_key_one_makes_it, |engine| {
    let running = start(engine);
    for round in 0..8 {
        let start = Arc::new(Barrier::new(4));
        let make = |_| {
            let (client, start) = (running.client(), start.clone());
            std::thread::spawn(move || {
                start.wait();
                make(&client, &with(coupon(), "/out_biz_no", json!(round.to_string())))
            })
        };
        let making: Vec<_> = (0..4).map(make).collect();
        let ids: Vec<_> = making.into_iter().map(|made| made.join().expect("it is made")).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
    assert_eq!(succeed(&running.client(), BATCHQUERY, &json!({}))["total_number"], "8");
    prove(&running);
});

/// Every way in which a request can be wrong, and the field that is told.
#[test]
fn what_does_not_hold_together_is_refused_by_its_name() {
    let running = start(Engine::Sqlite);
    let client = running.client();
    let check = |request: Value, told: &str| {
        let answer = refuse(&client, CREATE, &request, "INVALID_PARAMETER");
        assert_eq!(answer.node["sub_msg"], format!("参数有误: {told}"), "{request}");
    };
    let long = |characters: usize| json!("长".repeat(characters));
    let absent = Value::Null;
    let v = "/promo_tools/0/voucher";
    for (path, value, told) in [
        ("/out_biz_no", absent.clone(), "out_biz_no 不能为空"),
        ("/out_biz_no", long(33), "out_biz_no 长度不能超过32"),
        ("/operator_id", json!(PID), "operator_type 必须和operator_id配对出现"),
        ("/operator_type", json!("MER"), "operator_id 必须和operator_type配对出现"),
        ("/name", json!(""), "name 不能为空"),
        ("/name", long(41), "name 长度不能超过40"),
        ("/type", json!("CONSUME_SEND"), "type 暂不支持"),
        ("/type", json!("RECHARGE_SEND"), "type 暂不支持"),
        ("/start_time", json!("2026-09-31 00:00:00"), "start_time 必须是yyyy-MM-dd HH:mm:ss格式的有效时间"),
        ("/end_time", json!("2026-01-01 00:00:00"), "end_time 必须晚于start_time"),
        ("/desc", long(1025), "desc 长度不能超过1024"),
        ("/budget_info", absent.clone(), "budget_info 不能为空"),
        ("/budget_info", json!("100"), "budget_info 必须是JSON对象"),
        ("/budget_info/budget_total", json!("0"), "budget_info.budget_total 必须是1到9999999999之间的整数"),
        ("/budget_info/budget_type", json!("AMOUNT"), "budget_info.budget_type 必须是以下值之一: QUANTITY"),
        ("/budget_info/sub_value", absent.clone(), "budget_info.sub_value 设置sub_budget_dimension时不能为空"),
        (
            "/budget_info/sub_budget_dimension",
            absent.clone(),
            "budget_info.sub_budget_dimension 设置sub_value时不能为空",
        ),
        ("/budget_info/sub_value", json!("10454"), "budget_info.sub_value 不能大于budget_total"),
        ("/constraint_info", absent.clone(), "constraint_info 不能为空"),
        ("/constraint_info/suit_shops", absent.clone(), "constraint_info.suit_shops 不能为空"),
        ("/constraint_info/suit_shops", json!([]), "constraint_info.suit_shops 不能为空"),
        (
            "/constraint_info/user_win_count",
            json!("-1"),
            "constraint_info.user_win_count 必须是1到9999999999之间的整数",
        ),
        (
            "/constraint_info/user_win_frequency",
            json!("Y||1"),
            "constraint_info.user_win_frequency 必须是D||次数、W||次数或M||次数",
        ),
        (
            "/constraint_info/crowd_restriction",
            json!("VIP"),
            "constraint_info.crowd_restriction 必须是以下值之一: NEW_MEMBER_PROMO STUDENT MEMBER_CARD",
        ),
        (
            "/constraint_info/crowd_restriction",
            json!("MEMBER_CARD"),
            "constraint_info.crowd_restriction_value crowd_restriction为MEMBER_CARD时不能为空",
        ),
        (
            "/constraint_info/crowd_restriction_value",
            json!("1"),
            "constraint_info.crowd_restriction_value 仅crowd_restriction为MEMBER_CARD时可设置",
        ),
        ("/constraint_info/min_cost", json!("1"), "constraint_info.min_cost 仅消费送活动可设置"),
        ("/promo_tools", json!([]), "promo_tools 不能为空"),
        ("/promo_tools/0", json!({}), "promo_tools[0].voucher 不能为空"),
        (
            "/promo_tools/0/point_card",
            card()["promo_tools"][0]["point_card"].clone(),
            "promo_tools[0].point_card type为DIRECT_SEND时必须为空",
        ),
        ("/promo_tools/0/send_rule/send_num", json!("6"), "promo_tools[0].send_rule.send_num 必须是1到5之间的整数"),
        (
            "/promo_tools/0/send_rule/allow_repeat_send",
            json!("yes"),
            "promo_tools[0].send_rule.allow_repeat_send 必须是以下值之一: true false",
        ),
        ("/promo_tools/0/send_rule/min_cost", json!("1"), "promo_tools[0].send_rule.min_cost 仅消费送活动可设置"),
        ("/promo_tools/0/send_rule/send_budget", json!("1"), "promo_tools[0].send_rule.send_budget 仅口令送活动可设置"),
        ("/publish_channels", absent.clone(), "publish_channels 不能为空"),
        (
            "/publish_channels/1/type",
            json!("TV"),
            "publish_channels[1].type 必须是以下值之一: QR_CODE SHORT_LINK SHOP_DETAIL PAYMENT_RESULT MERCHANT_CROWD URL_WITH_TOKEN EXTERNAL",
        ),
        (
            "/publish_channels/1/type",
            json!("MERCHANT_CROWD"),
            "publish_channels[1].config type为MERCHANT_CROWD时不能为空",
        ),
        ("/auto_delay_flag", json!("Y"), "auto_delay_flag 仅当券为相对有效期时才能设置成Y"),
        ("/auto_delay_flag", json!("y"), "auto_delay_flag 必须是以下值之一: Y N"),
        (
            "/recruit_tool/exclude_constraint_shops",
            json!("no"),
            "recruit_tool.exclude_constraint_shops 必须是true或false",
        ),
    ] {
        check(with(coupon(), path, value), told);
    }
    let items = json!({"item_ids": ["1"], "original_price": "9.99"});
    for (changes, told) in [
        (vec![("type", json!("GIFT"))], "type 必须是以下值之一: MONEY EXCHANGE REDUCETO RATE PER_FULL_CUT"),
        (vec![("brand_name", absent.clone())], "brand_name 不能为空"),
        (vec![("desc", long(501))], "desc 长度不能超过500"),
        (vec![("use_instructions", json!(["1", "2", "3", "4", "5", "6", "7"]))], "use_instructions 不能超过6个元素"),
        (vec![("use_instructions", json!(["1", long(101)]))], "use_instructions[1] 长度不能超过100"),
        (vec![("worth_value", absent.clone())], "worth_value type为MONEY、REDUCETO、PER_FULL_CUT时不能为空"),
        (vec![("worth_value", json!("0"))], "worth_value 必须大于0"),
        (vec![("worth_value", json!("1.001"))], "worth_value 必须是以元为单位、最多两位小数的金额"),
        (vec![("type", json!("RATE"))], "rate type为RATE时不能为空"),
        (vec![("type", json!("RATE")), ("rate", json!("0.1"))], "rate 必须是0.11到0.99之间、最多两位小数的折扣率"),
        (vec![("type", json!("RATE")), ("rate", json!("1"))], "rate 必须是0.11到0.99之间、最多两位小数的折扣率"),
        (
            vec![("type", json!("PER_FULL_CUT")), ("use_rule/min_consume", absent.clone())],
            "use_rule.min_consume type为PER_FULL_CUT时必须大于0",
        ),
        (vec![("type", json!("REDUCETO"))], "item_info type为REDUCETO时不能为空"),
        (
            vec![("type", json!("REDUCETO")), ("item_info", json!({"item_ids": ["1"]}))],
            "item_info.original_price type为REDUCETO时不能为空",
        ),
        (vec![("type", json!("REDUCETO")), ("item_info", items.clone())], "worth_value 必须低于单品原价"),
        (vec![("type", json!("EXCHANGE")), ("item_info", items.clone())], "item_info type为EXCHANGE时不允许设置"),
        (vec![("item_info", json!({"item_ids": []}))], "item_info.item_ids 不能为空"),
        (vec![("item_info", json!({"item_ids": vec!["1"; 501]}))], "item_info.item_ids 不能超过500个元素"),
        (
            vec![("item_info", items), ("multi_use_mode", json!("MULTI_USE_WITH_OTHERS"))],
            "multi_use_mode 仅全场券可设置",
        ),
        (vec![("verify_mode", json!("USER_CLICK"))], "verify_mode 仅type为EXCHANGE时可设置"),
        (vec![("validate_type", json!("EVER"))], "validate_type 必须是以下值之一: FIXED RELATIVE"),
        (vec![("start_time", absent.clone())], "start_time validate_type为FIXED时不能为空"),
        (vec![("end_time", absent.clone())], "end_time validate_type为FIXED时不能为空"),
        (vec![("end_time", json!("2026-09-30 00:00:00"))], "end_time 必须晚于活动的结束时间"),
        (vec![("end_time", json!("2025-05-01 00:00:00"))], "end_time 必须晚于start_time"),
        (vec![("validate_type", json!("RELATIVE"))], "relative_time validate_type为RELATIVE时不能为空"),
        (
            vec![("validate_type", json!("RELATIVE")), ("relative_time", json!(5)), ("effect_type", json!("DELAY"))],
            "delay_info effect_type为DELAY时不能为空",
        ),
        (vec![("delay_info", json!({"type": "BYDAY"}))], "delay_info.value 不能为空"),
        (vec![("donate_flag", json!("maybe"))], "donate_flag 必须是以下值之一: true false"),
        (
            vec![("rounding_rule", json!("UP"))],
            "rounding_rule 必须是以下值之一: NOT_AUTO_ROUNDING AUTO_ROUNDING_YUAN AUTO_ROUNDING_JIAO ROUNDING_UP_YUAN ROUNDING_UP_JIAO",
        ),
        (vec![("use_rule", absent.clone())], "use_rule 不能为空"),
        (vec![("use_rule/suit_shops", absent)], "use_rule.suit_shops 不能为空"),
        (
            vec![("use_rule/suit_shops", json!([SHOP, SECOND_SHOP]))],
            "use_rule.suit_shops 必须与constraint_info.suit_shops一致",
        ),
        (vec![("use_rule/min_consume", json!("-1"))], "use_rule.min_consume 必须是以元为单位、最多两位小数的金额"),
        (vec![("use_rule/use_time/0/dimension", json!("M"))], "use_rule.use_time[0].dimension 必须是以下值之一: W"),
        (vec![("use_rule/use_time/0/values", json!("1,8"))], "use_rule.use_time[0].values 格式有误: 8"),
        (
            vec![("use_rule/use_time/0/times", json!("08:00:00,09:00:00^08:30:00,10:00:00"))],
            "use_rule.use_time[0].times 时间段重叠: 08:30:00,10:00:00",
        ),
        (
            vec![("use_rule/forbidden_time/days", json!("2026-05-03,2026-05-01"))],
            "use_rule.forbidden_time.days 结束必须晚于开始: 2026-05-03,2026-05-01",
        ),
        (
            vec![("use_rule/limit_rule", json!("NO"))],
            "use_rule.limit_rule 必须是以下值之一: USE_NO_LIMIT USE_ON_CURRENT_PAY_CHANNEL NOT_ALLOWED_USE",
        ),
        (
            vec![("clause_terms", json!([{"descriptions": [long(257)]}]))],
            "clause_terms[0].descriptions[0] 长度不能超过256",
        ),
        (vec![("desc_detail_list", json!([{"images": "x"}]))], "desc_detail_list[0].images 必须是JSON数组"),
    ] {
        let change = |request: Value, (path, value): (&str, Value)| with(request, &format!("{v}/{path}"), value);
        check(changes.into_iter().fold(coupon(), change), &format!("promo_tools[0].voucher.{told}"));
    }
    let c = "promo_tools[0].point_card";
    for (path, value, told) in [
        (
            "/promo_tools/0/point_card/end_time",
            json!("2026-09-30 00:00:00"),
            format!("{c}.end_time 必须晚于活动的结束时间"),
        ),
        (
            "/promo_tools/0/point_card/end_time",
            json!("2025-08-01 00:00:00"),
            format!("{c}.end_time 必须晚于start_time"),
        ),
        ("/promo_tools/0/point_card/desc", long(17), format!("{c}.desc 长度不能超过16")),
        ("/promo_tools/0/point_card/type", json!("CARD"), format!("{c}.type 必须是以下值之一: POINT_CARD")),
        ("/promo_tools/0/point_card/logo", Value::Null, format!("{c}.logo 不能为空")),
        (
            "/promo_tools/0/voucher",
            coupon()["promo_tools"][0]["voucher"].clone(),
            "promo_tools[0].voucher type为POINT_SEND时必须为空".to_owned(),
        ),
        ("/promo_tools/0", json!({}), format!("{c} 不能为空")),
        (
            "/promo_tools",
            json!([card()["promo_tools"][0], card()["promo_tools"][0]]),
            "promo_tools type为POINT_SEND时只能有一个元素".to_owned(),
        ),
        ("/publish_channels", json!([{"type": "QR_CODE"}]), "publish_channels type为POINT_SEND时必须为空".to_owned()),
        (
            "/constraint_info/crowd_group_id",
            json!("1"),
            "constraint_info.crowd_group_id 仅直发奖类型活动可设置".to_owned(),
        ),
        ("/auto_delay_flag", json!("Y"), "auto_delay_flag 仅当券为相对有效期时才能设置成Y".to_owned()),
    ] {
        check(with(card(), path, value), &told);
    }
}

each_engine!(a_crowd_is_kept_as_long_as_an_activity_is_for_it, |engine| {
    let running = start(engine);
    let client = running.client();
    let (first, deleted) = (crowd(&client, "1"), crowd(&client, "2"));
    let delete = "koubei.marketing.campaign.crowd.delete";
    succeed(&client, delete, &json!({"crowd_group_id": deleted}));
    let of = |crowd: &str, channel: &str| {
        let request = with(coupon(), "/constraint_info/crowd_group_id", json!(crowd));
        with(request, "/publish_channels/1/type", json!(channel))
    };
    for unknown in [deleted.as_str(), "nothing"] {
        refuse(&client, CREATE, &of(unknown, "QR_CODE"), "CROWD_GROUP_NOT_EXIST");
    }
    // What is advertised to a crowd has a slogan.
    let at = "参数有误: promo_tools[0].voucher.display_config";
    for (channel, display, told) in [
        ("PAYMENT_RESULT", json!({}), "slogan 设置人群且渠道为PAYMENT_RESULT或SHOP_DETAIL时不能为空"),
        ("SHOP_DETAIL", json!({"slogan_img": "x"}), "slogan 设置人群且渠道为PAYMENT_RESULT或SHOP_DETAIL时不能为空"),
        ("SHOP_DETAIL", json!({"slogan": "x"}), "slogan_img 设置人群且渠道为SHOP_DETAIL时不能为空"),
    ] {
        let request = with(of(&first, channel), "/promo_tools/0/voucher/display_config", display);
        let answer = refuse(&client, CREATE, &request, "INVALID_PARAMETER");
        assert_eq!(answer.node["sub_msg"], format!("{at}.{told}"));
    }
    let advertised =
        with(of(&first, "PAYMENT_RESULT"), "/promo_tools/0/voucher/display_config", json!({"slogan": "x"}));
    let camp_id = make(&client, &advertised);
    refuse(&client, delete, &json!({"crowd_group_id": first}), "CROWD_GROUP_IN_USE");
    succeed(&client, OFFLINE, &json!({"out_biz_no": "1", "camp_id": camp_id}));
    succeed(&client, delete, &json!({"crowd_group_id": first}));
    succeed(&client, delete, &json!({"crowd_group_id": first}));
    prove(&running);
});

each_engine!(a_crowd_is_not_deleted_while_an_activity_is_made_for_it, |engine| {
    let running = start(engine);
    let client = running.client();
    for round in 0..20 {
        let key = round.to_string();
        let crowd = crowd(&client, &key);
        let request = with(with(coupon(), "/out_biz_no", json!(key)), "/constraint_info/crowd_group_id", json!(crowd));
        let (start, making) = (Arc::new(Barrier::new(2)), running.client());
        let begin = start.clone();
        let making = std::thread::spawn(move || {
            begin.wait();
            call(&making, CREATE, &request)
        });
        start.wait();
        let deleted = call(&client, "koubei.marketing.campaign.crowd.delete", &json!({"crowd_group_id": crowd}));
        let made = making.join().expect("answered");
        let outcome = (made.sub_code.as_deref(), deleted.sub_code.as_deref());
        let one_of_both = [(None, Some("CROWD_GROUP_IN_USE")), (Some("CROWD_GROUP_NOT_EXIST"), None)];
        assert!(one_of_both.contains(&outcome), "round {round}: {outcome:?}");
    }
});

/// What `activity.query` says, as a caller sends it back.
fn given_back(client: &Client, camp_id: &str, said: &Value, out_biz_no: &str) -> Value {
    let mut request = detail(client, camp_id);
    for name in ["id", "status", "activity_orders", "recruit_info"] {
        take(&mut request, name);
    }
    if let Some(recruit) = said.get("recruit_tool") {
        request["recruit_tool"] = recruit.clone();
    }
    request["camp_id"] = json!(camp_id);
    request["out_biz_no"] = json!(out_biz_no);
    request
}

each_engine!(an_activity_only_grows, |engine| {
    let running = start(engine);
    let client = running.client();
    let camp_id = make(&client, &coupon());
    let same = given_back(&client, &camp_id, &coupon(), "same");
    assert_eq!(succeed(&client, MODIFY, &same)["camp_status"], "STARTED");
    let fixed = "不允许修改，必须与活动详情查询的结果一致";
    for (path, value, told) in [
        ("/name", json!("other"), format!("name {fixed}")),
        ("/start_time", json!("2025-12-31 00:00:00"), format!("start_time {fixed}")),
        ("/desc", Value::Null, format!("desc {fixed}")),
        ("/end_time", json!("2026-09-29 23:59:59"), "end_time 只允许延长".to_owned()),
        ("/budget_info/budget_total", json!("10452"), "budget_info.budget_total 只允许追加".to_owned()),
        ("/budget_info/sub_value", json!("99"), "budget_info.sub_value 只允许追加".to_owned()),
        ("/constraint_info/user_win_count", json!("2"), "constraint_info.user_win_count 只允许提高".to_owned()),
        ("/constraint_info/user_win_count", Value::Null, "constraint_info.user_win_count 只允许提高".to_owned()),
        (
            "/constraint_info/user_win_frequency",
            json!("M||9"),
            "constraint_info.user_win_frequency 只允许提高".to_owned(),
        ),
        ("/constraint_info/crowd_restriction", json!("STUDENT"), format!("constraint_info.crowd_restriction {fixed}")),
        ("/promo_tools/0/voucher/worth_value", json!("21"), format!("promo_tools[0].voucher.worth_value {fixed}")),
        (
            "/promo_tools/0/voucher/end_time",
            json!("2026-09-30 23:59:59"),
            "promo_tools[0].voucher.end_time 只允许延长".to_owned(),
        ),
        (
            "/promo_tools/0/voucher/use_rule/limit_rule",
            json!("NOT_ALLOWED_USE"),
            format!("promo_tools[0].voucher.use_rule.limit_rule {fixed}"),
        ),
        (
            "/promo_tools/0/voucher/use_rule/use_time",
            Value::Null,
            format!("promo_tools[0].voucher.use_rule.use_time {fixed}"),
        ),
        ("/promo_tools/0/send_rule/send_num", json!("3"), format!("promo_tools[0].send_rule.send_num {fixed}")),
        (
            "/promo_tools/0/voucher_no",
            json!("20260101000040000000000000000001"),
            format!("promo_tools[0].voucher_no {fixed}"),
        ),
        ("/publish_channels/1/type", json!("EXTERNAL"), format!("publish_channels[1].type {fixed}")),
        ("/ext_info", json!("x"), format!("ext_info {fixed}")),
    ] {
        let request = with(with(same.clone(), path, value), "/out_biz_no", json!("refused"));
        let answer = refuse(&client, MODIFY, &request, "INVALID_PARAMETER");
        assert_eq!(answer.node["sub_msg"], format!("参数有误: {told}"), "{path}");
    }
    // Shops are told once, and a coupon is for all of them.
    let shops = |request: Value, shops: Value| {
        let request = with(request, "/constraint_info/suit_shops", shops.clone());
        with(with(request, "/promo_tools/0/voucher/use_rule/suit_shops", shops), "/out_biz_no", json!("grown"))
    };
    let fewer = refuse(&client, MODIFY, &shops(same.clone(), json!([SECOND_SHOP])), "INVALID_PARAMETER");
    assert_eq!(fewer.node["sub_msg"], "参数有误: constraint_info.suit_shops 只允许追加");
    refuse(&client, MODIFY, &shops(same.clone(), json!([SHOP, "1"])), "SHOP_NOT_EXIST");
    let mut grown = shops(same.clone(), json!([SECOND_SHOP, SHOP]));
    for (path, value) in [
        ("/end_time", json!("2026-12-31 23:59:59")),
        ("/budget_info/budget_total", json!(20_000)),
        ("/budget_info/sub_value", json!("101")),
        ("/constraint_info/user_win_count", json!("4")),
        ("/constraint_info/user_win_frequency", json!("D||2")),
        ("/promo_tools/0/voucher/end_time", json!("2027-01-31 00:00:00")),
    ] {
        grown = with(grown, path, value);
    }
    // A coupon outlives its activity.
    let short = with(grown.clone(), "/promo_tools/0/voucher/end_time", json!("2026-12-31 23:59:59"));
    let answer = refuse(&client, MODIFY, &short, "INVALID_PARAMETER");
    assert_eq!(answer.node["sub_msg"], "参数有误: promo_tools[0].voucher.end_time 必须晚于活动的结束时间");
    for _ in 0..2 {
        assert_eq!(succeed(&client, MODIFY, &grown)["camp_status"], "STARTED");
    }
    let mut expect = given_back(&client, &camp_id, &coupon(), "grown");
    expect["budget_info"]["budget_total"] = json!(20_000);
    assert_eq!(expect["constraint_info"]["suit_shops"], json!([SHOP, SECOND_SHOP]));
    assert_eq!(shops(expect, json!([SECOND_SHOP, SHOP])), grown);
    refuse(&client, MODIFY, &with(grown.clone(), "/end_time", json!("2027-01-01 00:00:00")), "OUT_BIZ_NO_CONFLICT");
    let orders = detail(&client, &camp_id)["activity_orders"].clone();
    let kinds: Vec<_> = orders.as_array().expect("orders").iter().map(|order| order["order_type"].clone()).collect();
    let expect = ["CAMPAIGN_MODIFY_ORDER", "CAMPAIGN_MODIFY_ORDER", "CAMPAIGN_ENABLE_ORDER", "CAMPAIGN_CREATE_ORDER"];
    assert_eq!(kinds, expect);
    // Only what runs grows; a repeat of what was done is told how it stands.
    succeed(&client, OFFLINE, &json!({"out_biz_no": "1", "camp_id": camp_id}));
    assert_eq!(succeed(&client, MODIFY, &grown)["camp_status"], "CLOSED");
    refuse(&client, MODIFY, &with(grown, "/out_biz_no", json!("late")), "CAMPAIGN_STATUS_ERROR");
    refuse(&client, MODIFY, &with(same, "/camp_id", json!("1")), "CAMPAIGN_NOT_EXIST");
    prove(&running);
});

each_engine!(a_point_card_grows_by_what_its_detail_says, |engine| {
    let running = start(engine);
    let client = running.client();
    let camp_id = make(&client, &with(card(), "/ext_info", json!("{\"a\":1}")));
    let account = detail(&client, &camp_id)["promo_tools"][0]["voucher_no"].clone();
    assert_eq!(detail(&client, &camp_id)["ext_info"], json!({"a": 1, "activity_account": account}).to_string());
    let same = given_back(&client, &camp_id, &card(), "same");
    let longer = with(same, "/promo_tools/0/point_card/end_time", json!("2027-12-01 00:00:00"));
    succeed(&client, MODIFY, &with(longer.clone(), "/end_time", json!("2027-09-30 00:00:00")));
    let found = detail(&client, &camp_id);
    assert_eq!(found["promo_tools"][0]["point_card"]["end_time"], "2027-12-01 00:00:00");
    assert_eq!((&found["end_time"], &found["ext_info"]), (&json!("2027-09-30 00:00:00"), &longer["ext_info"]));
    let budget = json!({"budget_total": "1", "budget_type": "QUANTITY"});
    let bounded =
        with(with(given_back(&client, &camp_id, &card(), "b"), "/budget_info", budget), "/out_biz_no", json!("b"));
    refuse(&client, MODIFY, &bounded, "INVALID_PARAMETER");
});

each_engine!(an_activity_is_taken_off_line_once, |engine| {
    let running = start(engine);
    let client = running.client();
    let camp_id = make(&client, &coupon());
    let request = json!({"out_biz_no": "1", "camp_id": camp_id, "reason": "下架原因"});
    for _ in 0..2 {
        assert_eq!(succeed(&client, OFFLINE, &request)["camp_status"], "CLOSED");
    }
    refuse(&client, OFFLINE, &with(request.clone(), "/reason", json!("other")), "OUT_BIZ_NO_CONFLICT");
    refuse(&client, OFFLINE, &with(request.clone(), "/out_biz_no", json!("2")), "CAMPAIGN_STATUS_ERROR");
    refuse(&client, OFFLINE, &with(request, "/camp_id", json!("2")), "CAMPAIGN_NOT_EXIST");
    let found = detail(&client, &camp_id);
    assert_eq!((&found["status"], &found["audit_status"]), (&json!("CLOSED"), &Value::Null));
    assert_eq!(found["activity_orders"][0]["order_type"], "CAMPAIGN_CLOSE_ORDER");
    // Its end is nothing more to it.
    wait(&running, "365d");
    assert_eq!(status(&client, &camp_id), "CLOSED");
    prove(&running);
});

each_engine!(an_activity_ends_when_its_end_has_passed_or_moves_that_on, |engine| {
    let running = start(engine);
    let client = running.client();
    let short = |key: &str| with(with(coupon(), "/out_biz_no", json!(key)), "/end_time", json!("2026-01-02 12:00:00"));
    let ends = make(&client, &short("ends"));
    let voucher = json!({"type": "MONEY", "name": "n", "brand_name": "b", "logo": "l", "worth_value": "1",
        "validate_type": "RELATIVE", "relative_time": "5", "use_rule": {"suit_shops": [SHOP]}});
    let delays = with(with(short("delays"), "/auto_delay_flag", json!("Y")), "/promo_tools/0/voucher", voucher);
    let delays = make(&client, &with(delays, "/start_time", json!("2026-01-01 12:00:00")));
    let grows = make(&client, &short("grows"));
    let later = with(given_back(&client, &grows, &coupon(), "1"), "/end_time", json!("2026-01-03 12:00:00"));
    succeed(&client, MODIFY, &later);
    // The last moment belongs to it.
    wait(&running, "1d");
    assert_eq!([&ends, &delays, &grows].map(|id| status(&client, id)), ["STARTED", "STARTED", "STARTED"]);
    wait(&running, "1s");
    assert_eq!([&ends, &delays, &grows].map(|id| status(&client, id)), ["FINISHED", "STARTED", "STARTED"]);
    assert_eq!(detail(&client, &delays)["end_time"], "2026-01-03 12:00:00");
    assert_eq!(detail(&client, &ends)["activity_orders"][0]["order_type"], "CAMPAIGN_FINISH_ORDER");
    refuse(&client, OFFLINE, &json!({"out_biz_no": "1", "camp_id": ends}), "CAMPAIGN_STATUS_ERROR");
    wait(&running, "90d");
    assert_eq!([&ends, &delays, &grows].map(|id| status(&client, id)), ["FINISHED", "STARTED", "FINISHED"]);
    assert_eq!(detail(&client, &delays)["end_time"], "2026-04-03 12:00:00");
    prove(&running);
});

each_engine!(activities_are_paged_newest_first_and_filtered, |engine| {
    let running = start(engine);
    let client = running.client();
    let make = |key: &str, end: &str| {
        make(
            &client,
            &with(with(with(card(), "/out_biz_no", json!(key)), "/name", json!(key)), "/end_time", json!(end)),
        )
    };
    let ids = [make("1", "2026-03-01 00:00:00"), make("2", "2026-02-01 00:00:00"), make("3", "2026-01-03 00:00:00")];
    succeed(&client, OFFLINE, &json!({"out_biz_no": "1", "camp_id": ids[0]}));
    wait(&running, "3d");
    let criterion = |name: &str, operator: &str, value: &str| json!({"field_name": name, "operator": operator, "field_value": value});
    let check = |criteria: Value, more: &Value, expect: &[&str], total: &str| {
        let mut request = more.clone();
        request["query_criterias"] = criteria;
        let node = succeed(&client, BATCHQUERY, &request);
        let names: Vec<_> =
            node["camp_sets"].as_array().expect("an array").iter().map(|it| it["name"].clone()).collect();
        assert_eq!(
            (names.as_slice(), &node["total_number"]),
            (expect.iter().map(|it| json!(it)).collect::<Vec<_>>().as_slice(), &json!(total)),
            "{request}"
        );
    };
    let all = json!({});
    check(json!([]), &all, &["3", "2", "1"], "3");
    check(json!([]), &json!({"page_size": "2"}), &["3", "2"], "3");
    check(json!([]), &json!({"page_size": 2, "page_number": "2"}), &["1"], "3");
    check(json!([]), &json!({"page_number": "9999999999", "page_size": 100}), &[], "3");
    check(json!([criterion("status", "IN", "STARTED|CLOSED")]), &all, &["2", "1"], "2");
    check(json!([criterion("status", "IN", "FINISHED")]), &all, &["3"], "1");
    check(json!([criterion("status", "IN", "STARTING|MODIFYING|CLOSING")]), &all, &[], "0");
    check(
        json!([criterion("status", "IN", "STARTED|CLOSED"), criterion("status", "IN", "CLOSED|DISABLED")]),
        &all,
        &["1"],
        "1",
    );
    check(json!([criterion("name", "EQUAL", "2")]), &all, &["2"], "1");
    check(json!([criterion("name", "EQUAL", "2"), criterion("name", "EQUAL", "1")]), &all, &[], "0");
    check(json!([criterion("endTime", "EQUAL", "2026-02-01 00:00:00")]), &all, &["3", "2"], "2");
    check(json!([criterion("startTime", "EQUAL", "2026-01-01 00:00:01")]), &all, &[], "0");
    check(
        json!([
            criterion("startTime", "EQUAL", "2026-01-01 00:00:00"),
            criterion("endTime", "EQUAL", "2026-02-01 00:00:00"),
            criterion("status", "IN", "STARTED")
        ]),
        &all,
        &["2"],
        "1",
    );
    let node = succeed(&client, BATCHQUERY, &json!({"query_criterias": [criterion("name", "EQUAL", "1")]}));
    let mut camp = node["camp_sets"][0].clone();
    assert_eq!(take(&mut camp, "activity_orders").as_array().expect("orders").len(), 3);
    assert_eq!(
        camp,
        json!({"id": ids[0], "name": "1", "type": "POINT_SEND", "status": "CLOSED", "auto_delay_flag": "N",
        "start_time": "2026-01-01 00:00:00", "end_time": "2026-03-01 00:00:00"})
    );
    for (criterion, told) in [
        (criterion("status", "EQUAL", "STARTED"), "operator field_name为status时只能为IN"),
        (criterion("name", "IN", "1"), "operator 仅field_name为status时可为IN"),
        (criterion("status", "IN", "STARTED|CREATED"), "field_value 状态不支持: CREATED"),
        (criterion("startTime", "EQUAL", "2026-01-01"), "field_value 必须是yyyy-MM-dd HH:mm:ss格式的有效时间"),
        (criterion("type", "EQUAL", "1"), "field_name 必须是以下值之一: name startTime endTime status"),
        (criterion("name", "LIKE", "1"), "operator 必须是以下值之一: EQUAL IN"),
        (criterion("name", "EQUAL", ""), "field_value 不能为空"),
    ] {
        let answer = refuse(&client, BATCHQUERY, &json!({"query_criterias": [criterion]}), "INVALID_PARAMETER");
        assert_eq!(answer.node["sub_msg"], format!("参数有误: query_criterias[0].{told}"));
    }
    refuse(&client, BATCHQUERY, &json!({"page_size": 101}), "INVALID_PARAMETER");
});

each_engine!(what_a_provider_makes_waits_for_an_auditor_where_the_merchant_wants_it, |engine| {
    let running = start_with(engine, "options = { audit = true }");
    let client = running.client_of(ISV_APP_ID, Some(TOKEN));
    let made = |key: &str, operator_type: &str| {
        let request = with(with(coupon(), "/out_biz_no", json!(key)), "/operator_id", json!("2088102146931393"));
        succeed(&client, CREATE, &with(request, "/operator_type", json!(operator_type)))
    };
    for operator_type in ["MER", "MER_OPERATOR"] {
        let made = made(operator_type, operator_type);
        assert_eq!((&made["camp_status"], &made["audit_status"]), (&json!("STARTED"), &Value::Null));
    }
    let waiting = ["1", "2", "3"].map(|key| made(key, if key == "1" { "PROVIDER_STAFF" } else { "PROVIDER" }));
    for made in &waiting {
        assert_eq!((&made["camp_status"], &made["audit_status"]), (&json!("CREATED"), &json!("AUDITING")));
    }
    let [approved, rejected, withdrawn] = waiting.map(|made| made["camp_id"].as_str().expect("an id").to_owned());
    let order = |camp_id: &str, nth: usize| detail(&client, camp_id)["activity_orders"][nth].clone();
    let audited = |camp_id: &str, nth: usize| {
        let order = order(camp_id, nth);
        let audit = order["activity_audit_list"][0].clone();
        is_id(&audit["audit_id"], "00008");
        assert_eq!(order["audit_status"], audit["audit_status"]);
        let told = [&order["order_status"], &audit["audit_status"], &audit["creator_type"], &audit["reason"]];
        told.map(|value| value.as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(audited(&approved, 0), ["DOING", "AUDITING", "", ""]);
    assert_eq!(detail(&client, &approved)["activity_orders"].as_array().map(Vec::len), Some(1));
    // Only what runs grows.
    let same = given_back(&client, &approved, &coupon(), "same");
    let mut same = same;
    take(&mut same, "audit_status");
    refuse(&client, MODIFY, &same, "CAMPAIGN_STATUS_ERROR");

    let punchcard = |arguments: &[&str]| {
        let output = running.command(&[&["activity"][..], arguments].concat());
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        );
        (output.status.success(), out, err)
    };
    let (done, listed, _) = punchcard(&["list", "--status", "CREATED", "--json"]);
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let ids: Vec<_> = listed.as_array().expect("a list").iter().map(|it| it["camp_id"].clone()).collect();
    assert!(done && ids == [&withdrawn, &rejected, &approved].map(|id| json!(id)), "{listed}");
    let (done, shown, _) = punchcard(&["show", &rejected]);
    assert!(done && shown.contains("CAMPAIGN_CREATE_ORDER DOING AUDITING by PROVIDER 2088102146931393"), "{shown}");

    wait(&running, "1h");
    let (done, line, _) = punchcard(&["approve", &approved]);
    assert!(done && line.contains("STARTED"), "{line}");
    // Its maker is told why, so there is a reason, and it is kept.
    let (done, _, said) = punchcard(&["reject", &rejected]);
    assert!(!done && said.contains("--reason"), "{said}");
    for (reason, told) in [("", "says why"), (" \n\t", "says why"), (&*"长".repeat(501), "500 characters")] {
        let (done, _, said) = punchcard(&["reject", &rejected, "--reason", reason]);
        assert!(!done && said.contains(told), "{said}");
    }
    let (done, line, _) = punchcard(&["reject", &rejected, "--reason", "图片不清晰"]);
    assert!(done && line.contains("DISABLED"), "{line}");
    let (done, shown, _) = punchcard(&["show", &rejected]);
    assert!(done && shown.contains("REJECT by OPERATOR 2026-01-01 13:00:00: 图片不清晰"), "{shown}");
    // No line is JSON: what is inside of a member stands below it.
    assert!(!shown.lines().any(|line| line.contains("{\"")), "{shown}");
    assert!(
        shown.lines().any(|line| line.trim_start().starts_with("suit_shops") && line.ends_with(" shops")),
        "{shown}"
    );
    succeed(&client, OFFLINE, &json!({"out_biz_no": "o", "camp_id": withdrawn}));
    for id in [&approved, &rejected, &withdrawn] {
        for verdict in ["approve", "reject"] {
            let reason = if verdict == "reject" { &["--reason", "r"][..] } else { &[] };
            let (done, _, said) = punchcard(&[&[verdict, id.as_str()], reason].concat());
            assert!(!done && said.contains("does not wait for an auditor"), "{said}");
        }
    }
    let (done, _, said) = punchcard(&["approve", "20260101000010000000000000000001"]);
    assert!(!done && said.contains("no such activity"), "{said}");
    let (done, _, said) = punchcard(&["list", "--status", "RUNNING"]);
    assert!(!done && said.contains("CREATED, STARTED, CLOSED, FINISHED, DISABLED"), "{said}");

    let stands = |camp_id: &str| {
        let found = detail(&client, camp_id);
        (found["status"].clone(), found["audit_status"].clone())
    };
    assert_eq!(stands(&approved), (json!("STARTED"), Value::Null));
    assert_eq!(stands(&rejected), (json!("DISABLED"), json!("REJECT")));
    assert_eq!(stands(&withdrawn), (json!("CLOSED"), Value::Null));
    assert_eq!(audited(&approved, 1), ["SUCCESS", "PASS", "SALES", ""]);
    assert_eq!(order(&approved, 1)["activity_audit_list"][0]["operation_time"], "2026-01-01 13:00:00");
    assert_eq!(order(&approved, 0)["order_type"], "CAMPAIGN_ENABLE_ORDER");
    assert_eq!(audited(&rejected, 0), ["FAIL", "REJECT", "SALES", "图片不清晰"]);
    assert_eq!(audited(&withdrawn, 1), ["FAIL", "CANCEL", "", ""]);
    // The maker's key tells how it stands.
    let again = made("2", "PROVIDER");
    assert_eq!((&again["camp_status"], &again["audit_status"]), (&json!("DISABLED"), &json!("REJECT")));
    // What was approved ends like any other, what was not does nothing.
    wait(&running, "365d");
    assert_eq!([&approved, &rejected].map(|id| status(&client, id)), ["FINISHED", "DISABLED"]);
    prove(&running);
});

/// Gives the merchant shops enough for the largest activity; their ids, ascending.
fn open_shops(running: &Running, count: i64) -> Vec<String> {
    let store = Store::open(&running.place(), Open::default()).expect("the server's store");
    let open = move |tx: &mut Tx| {
        let sql = "WITH RECURSIVE numbers (number) AS
                (SELECT CAST($1 AS BIGINT) UNION ALL SELECT number + 1 FROM numbers WHERE number < $2)
            INSERT INTO shop (shop_id, pid, name) SELECT '2015121600077' || CAST(number AS TEXT), $3, 'n' FROM numbers";
        tx.execute(sql, params![FIRST_SHOP, FIRST_SHOP + count - 1, PID])
    };
    let opened: Result<u64, Fault> = block_on(store.write(open));
    assert_eq!(i64::try_from(opened.expect("shops")), Ok(count));
    (FIRST_SHOP..FIRST_SHOP + count).map(|number| format!("2015121600077{number}")).collect()
}

/// The number that ends the first of many shops' ids.
const FIRST_SHOP: i64 = 100_000_000_000_000;

each_engine!(an_activity_may_be_for_a_hundred_thousand_shops, |engine| {
    let running = start(engine);
    let client = running.client();
    let all = open_shops(&running, 100_000);
    let of = |shops: &[String]| {
        let request = with(coupon(), "/constraint_info/suit_shops", json!(shops));
        with(request, "/promo_tools/0/voucher/use_rule/suit_shops", json!(shops))
    };
    let (most, last) = (&all[..99_999], &all[99_999]);
    let timed = |what: &str, started: Instant| println!("{engine:?}: {what} in {} ms", started.elapsed().as_millis());
    let strange = [most, &["2015121600077999999999999999".to_owned()]].concat();
    refuse(&client, CREATE, &of(&strange), "SHOP_NOT_EXIST");
    let started = Instant::now();
    let camp_id = make(&client, &of(most));
    timed("made for 99,999 shops", started);
    let started = Instant::now();
    let mut found = detail(&client, &camp_id);
    timed("told", started);
    assert_eq!(found["constraint_info"]["suit_shops"].as_array().map(Vec::len), Some(99_999));
    assert_eq!(found["constraint_info"]["suit_shops"], found["promo_tools"][0]["voucher"]["use_rule"]["suit_shops"]);
    let started = Instant::now();
    assert_eq!(make(&client, &of(most)), camp_id);
    timed("made again", started);
    found = with(of(&all), "/out_biz_no", json!("one more"));
    found["camp_id"] = json!(camp_id);
    let started = Instant::now();
    assert_eq!(succeed(&client, MODIFY, &found)["camp_status"], "STARTED");
    timed("given one more", started);
    let told = detail(&client, &camp_id);
    let shops = told["constraint_info"]["suit_shops"].as_array().expect("shops");
    assert_eq!((shops.len(), shops.last()), (100_000, Some(&json!(last))));
    let too_many = of(&[all.as_slice(), &["1".to_owned()]].concat());
    let answer = refuse(&client, CREATE, &with(too_many, "/out_biz_no", json!("more")), "INVALID_PARAMETER");
    assert_eq!(answer.node["sub_msg"], "参数有误: constraint_info.suit_shops 不能超过100000个元素");
    prove(&running);
});
