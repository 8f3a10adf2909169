//! The seven methods, through the gateway, on both engines.

use crate::running::{OTHER_PID, PID, Running, call, conditions, crowd, each_engine, refuse, succeed};
use client::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";
const COUNT: &str = "koubei.marketing.campaign.crowd.count";
const CREATE: &str = "koubei.marketing.campaign.crowd.create";
const MODIFY: &str = "koubei.marketing.campaign.crowd.modify";
const DELETE: &str = "koubei.marketing.campaign.crowd.delete";
const BATCHQUERY: &str = "koubei.marketing.campaign.crowd.batchquery";
const DETAIL_QUERY: &str = "koubei.marketing.campaign.crowd.detail.query";

/// Six members of the merchant, one of another.
fn members(running: &Running) {
    running.import(
        PID,
        "user_id,pam_gender,pam_age,spent,last_visit,note,seen_at\n\
         2088000000000001,1,3,10,2025-12-31,常客,\"118.79,32.06\"\n\
         2088000000000002,1,4,10.50,2026-01-01,,\n\
         2088000000000003,2,3,99.9999,2025-10-01,新客,\"118.80,32.06\"\n\
         2088000000000004,2,,,,,\n\
         2088000000000005,,5,-1,2026-01-02,,\n\
         2088000000000006,1,8,0,,常客 老,\n",
    );
    running.import(OTHER_PID, "user_id,pam_gender\n2088000000000001,1\n");
    // On PostgreSQL a command writes beside the server, which learns of it soon.
    let counted = |client: &Client| {
        let node = succeed(client, COUNT, &json!({"conditions": conditions("NEQ", "pam_gender", "7")}));
        embedded(&node, "summary_values")["total"].clone()
    };
    let deadline = Instant::now() + Duration::from_secs(5);
    while counted(&running.client()) != 6 || counted(&running.client_of("2021000000000002", None)) != 1 {
        assert!(Instant::now() < deadline, "the server has not learned of the import");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A JSON text in a string member.
fn embedded(node: &Value, member: &str) -> Value {
    serde_json::from_str(node[member].as_str().expect("a string")).expect("JSON")
}

each_engine!(tags_are_the_eight_and_the_merchants_own, |engine| {
    let running = Running::start(engine);
    let node = succeed(&running.client(), TAGS_QUERY, &json!({}));
    let tags = embedded(&node, "tags");
    let codes: Vec<_> =
        tags.as_array().expect("an array").iter().map(|tag| tag["code"].as_str().expect("text")).collect();
    assert_eq!(codes[..2], ["pam_gender", "pam_age"]);
    assert_eq!(codes[8..], ["pref_organic", "spent", "last_visit", "note", "seen_at"]);
    assert_eq!(tags[0]["valueRange"], json!([{"value": "1", "label": "男"}, {"value": "2", "label": "女"}]));
    assert_eq!(tags[1], json!({"code": "pam_age", "name": "年龄段", "valueRange": []}));
    let other = succeed(&running.client_of("2021000000000002", None), TAGS_QUERY, &json!({}));
    assert_eq!(embedded(&other, "tags").as_array().map(Vec::len), Some(8));
});

each_engine!(counts_are_of_the_merchants_members, |engine| {
    let running = Running::start(engine);
    members(&running);
    let client = running.client();
    let total = |op: &str, tag: &str, value: &str| {
        let node = succeed(&client, COUNT, &json!({"conditions": conditions(op, tag, value)}));
        assert!(node.get("dimension_values").is_none());
        embedded(&node, "summary_values")["total"].as_u64().expect("a number")
    };
    for (op, tag, value, expect) in [
        ("IN", "pam_gender", "1", 3),
        ("NEQ", "pam_gender", "1", 3),
        ("NOTIN", "pam_gender", "1,2", 1),
        ("BETWEEN", "pam_age", "3,4", 3),
        ("GTEQ", "spent", "10", 3),
        ("EQ", "spent", "10.0", 1),
        ("LT", "spent", "0", 1),
        ("LEFTDAYS", "last_visit", "1", 2),
        ("RIGHTDAYS", "last_visit", "30", 1),
        ("LIKE", "note", "常客", 2),
        ("LOCATE", "seen_at", "118.79,32.06,500", 1),
        ("LOCATE", "seen_at", "118.79,32.06,1000", 2),
    ] {
        assert_eq!(total(op, tag, value), expect, "{op} {tag} {value}");
    }
    let all = json!({"conditions": conditions("NEQ", "pam_gender", "7"), "dimensions": "[\"pam_age\",\"pam_gender\"]"});
    let node = succeed(&client, COUNT, &all);
    assert_eq!(node["summary_values"], "{\"total\":6}");
    assert_eq!(
        node["dimension_values"],
        "[{\"label\":\"pam_age\",\"value\":{\"3\":2,\"4\":1,\"5\":1,\"8\":1}},\
         {\"label\":\"pam_gender\",\"value\":{\"男\":3,\"女\":2}}]"
    );
});

each_engine!(a_count_takes_conditions_or_a_crowd, |engine| {
    let running = Running::start(engine);
    members(&running);
    let client = running.client();
    let id = crowd(&client, "1");
    let node = succeed(&client, COUNT, &json!({"crowd_group_id": id}));
    assert_eq!(node["summary_values"], "{\"total\":3}");
    let both = json!({"crowd_group_id": "not looked up", "conditions": conditions("EQ", "pam_gender", "2"), "dimensions": "[]"});
    let node = succeed(&client, COUNT, &both);
    assert_eq!((&node["summary_values"], node.get("dimension_values")), (&json!("{\"total\":2}"), None));
    refuse(&client, COUNT, &json!({}), "INVALID_PARAMETER");
    refuse(&client, COUNT, &json!({"crowd_group_id": "131313"}), "CROWD_GROUP_NOT_EXIST");
    let dimension = json!({"conditions": conditions("EQ", "pam_gender", "2"), "dimensions": "[\"pref_organic\"]"});
    let answer = refuse(&client, COUNT, &dimension, "INVALID_PARAMETER");
    assert_eq!(answer.sub_msg.as_deref(), Some("参数有误: dimensions[0] 不支持的维度: pref_organic"));
});

each_engine!(a_crowd_lives_from_create_to_delete, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    let id = crowd(&client, "1");
    assert_eq!((id.len(), &id[..8]), (32, "20260101"));
    let node = succeed(&client, DETAIL_QUERY, &json!({"crowd_group_id": id}));
    assert_eq!(
        (&node["name"], &node["crowd_group_info"]),
        (&json!("白领"), &json!(conditions("IN", "pam_gender", "1")))
    );

    let modify = json!({"out_biz_no": "m1", "crowd_group_id": id, "conditions": "[ {\"value\":3, \"tagCode\":\"pam_age\", \"op\":\"EQ\"} ]"});
    let node = succeed(&client, MODIFY, &modify);
    assert_eq!(node, json!({"code": "10000", "msg": "Success"}));
    succeed(&client, MODIFY, &modify);
    let node = succeed(&client, DETAIL_QUERY, &json!({"crowd_group_id": id}));
    assert_eq!(node["crowd_group_info"], json!("[{\"op\":\"EQ\",\"tagCode\":\"pam_age\",\"value\":\"3\"}]"));
    let other_content =
        json!({"out_biz_no": "m1", "crowd_group_id": id, "conditions": conditions("EQ", "pam_age", "4")});
    refuse(&client, MODIFY, &other_content, "OUT_BIZ_NO_CONFLICT");

    assert_eq!(succeed(&client, DELETE, &json!({"crowd_group_id": id})), json!({"code": "10000", "msg": "Success"}));
    succeed(&client, DELETE, &json!({"crowd_group_id": id}));
    refuse(&client, DETAIL_QUERY, &json!({"crowd_group_id": id}), "CROWD_GROUP_NOT_EXIST");
    refuse(&client, COUNT, &json!({"crowd_group_id": id}), "CROWD_GROUP_NOT_EXIST");
    let late = json!({"out_biz_no": "m2", "crowd_group_id": id, "conditions": conditions("EQ", "pam_age", "4")});
    refuse(&client, MODIFY, &late, "CROWD_GROUP_NOT_EXIST");
    // The key of the change that was made is still good for its answer.
    succeed(&client, MODIFY, &modify);
});

each_engine!(crowds_are_paged_newest_first, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    let create = |out_biz_no: &str, name: &str| {
        let request =
            json!({"out_biz_no": out_biz_no, "name": name, "conditions": conditions("IN", "pam_gender", "1")});
        succeed(&client, CREATE, &request)["crowd_group_id"].as_str().expect("an id").to_owned()
    };
    let ids = ["小屁孩", "大屁孩", "50%_off", "Abc"].map(|name| create(name, name));
    let page = |request: Value| {
        let node = succeed(&client, BATCHQUERY, &request);
        let names: Vec<_> = embedded(&node, "crowd_group_sets")
            .as_array()
            .expect("an array")
            .iter()
            .map(|crowd| crowd["name"].as_str().expect("text").to_owned())
            .collect();
        (names.join(" "), node["total_number"].as_str().expect("a string").to_owned())
    };
    let expect = |names: &str, total: &str| (names.to_owned(), total.to_owned());
    assert_eq!(page(json!({})), expect("Abc 50%_off 大屁孩 小屁孩", "4"));
    assert_eq!(page(json!({"page_size": "3", "page_number": 2})), expect("小屁孩", "4"));
    assert_eq!(page(json!({"page_size": 100, "page_number": "7"})), expect("", "4"));
    assert_eq!(page(json!({"name": "屁孩"})), expect("大屁孩 小屁孩", "2"));
    assert_eq!(page(json!({"name": "%_"})), expect("50%_off", "1"));
    assert_eq!(page(json!({"name": "abc"})), expect("", "0"));
    let node = succeed(&client, BATCHQUERY, &json!({"name": "小屁孩"}));
    assert_eq!(embedded(&node, "crowd_group_sets"), json!([{"id": ids[0], "name": "小屁孩", "status": "ENABLE"}]));
    succeed(&client, DELETE, &json!({"crowd_group_id": ids[0]}));
    assert_eq!(page(json!({"name": "屁孩"})), expect("大屁孩", "1"));
    for wrong in [json!({"page_size": 101}), json!({"page_number": 0}), json!({"page_number": "x"})] {
        refuse(&client, BATCHQUERY, &wrong, "INVALID_PARAMETER");
    }
});

each_engine!(what_is_wrong_with_a_crowd_is_named, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    let check = |change: &str, value: Value, reason: &str| {
        let mut request = json!({"out_biz_no": "1", "name": "n", "conditions": conditions("IN", "pam_gender", "1")});
        request[change] = value;
        let answer = refuse(&client, CREATE, &request, "INVALID_PARAMETER");
        // What follows is a stand-in's advice.
        let told = answer.sub_msg.as_deref().and_then(|told| told.split("，解决方案").next());
        assert_eq!(told, Some(format!("参数有误: {reason}").as_str()));
    };
    check("out_biz_no", json!(""), "out_biz_no 不能为空");
    check("out_biz_no", json!("1".repeat(33)), "out_biz_no 长度不能超过32");
    check("name", json!(null), "name 不能为空");
    check("name", json!("名".repeat(65)), "name 长度不能超过64");
    check("conditions", json!("[]"), "conditions 元素个数必须在1到64之间");
    check("conditions", json!("[{"), "conditions 不是合法的JSON");
    check("conditions", json!(conditions("IN", "nope", "1")), "conditions[0] 标签不存在: nope");
    check("operator_id", json!("2088102146931393"), "operator_type 必须和operator_id配对出现");
    check("operator_type", json!("MER"), "operator_id 必须和operator_type配对出现");
    check("operator_type", json!("mer"), "operator_type 必须是以下值之一: MER MER_OPERATOR PROVIDER PROVIDER_STAFF");
    // None of them used up the key.
    crowd(&client, "1");
});

each_engine!(a_write_is_counted_at_once, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    let total = || {
        succeed(&client, COUNT, &json!({"conditions": conditions("EQ", "pam_gender", "1")}))["summary_values"].clone()
    };
    assert_eq!(total(), "{\"total\":0}");
    running.import(PID, "user_id,pam_gender\n2088000000000001,1\n2088000000000002,1\n");
    let deadline = Instant::now() + Duration::from_secs(2);
    // On PostgreSQL the import is another process's write, which is heard of within a moment.
    while total() != "{\"total\":2}" {
        assert!(Instant::now() < deadline, "the import was not heard of");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.import(PID, "user_id,pam_gender\n2088000000000001,2\n");
    while total() != "{\"total\":1}" {
        assert!(Instant::now() < deadline, "the change was not heard of");
        std::thread::sleep(Duration::from_millis(20));
    }
});

each_engine!(both_charsets_and_algorithms_are_answered, |engine| {
    use wire::{Charset, SignType};
    let running = Running::start(engine);
    for charset in [Charset::Utf8, Charset::Gbk] {
        for sign_type in [SignType::Rsa2, SignType::Rsa] {
            let client = running.client_in(crate::running::APP_ID, None, charset, sign_type);
            let key = format!("{charset:?}{sign_type:?}");
            let id = crowd(&client, &key);
            let node = succeed(&client, DETAIL_QUERY, &json!({"crowd_group_id": id}));
            assert_eq!(node["name"], "白领");
            let answer = call(&client, DETAIL_QUERY, &json!({"crowd_group_id": "1"}));
            assert_eq!(answer.sub_msg.as_deref(), Some("人群组不存在"));
        }
    }
});
