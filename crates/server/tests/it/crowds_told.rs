//! A merchant's crowds, as operators look at them.

use crate::console::Page;
use crate::running::{OTHER_PID, PID, Running, each_engine, succeed};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

/// Forty members: the even ones are men, every fourth is a regular.
fn members() -> String {
    let row = |n: u64| {
        let (gender, note) =
            (if n.is_multiple_of(2) { 1 } else { 2 }, if n.is_multiple_of(4) { "regular" } else { "" });
        format!("{},{gender},{note}\n", user(n))
    };
    (0..40).fold("user_id,pam_gender,note\n".to_owned(), |csv, n| csv + row(n).as_str())
}

fn user(n: u64) -> String {
    (2_088_102_000_000_000 + n * 7).to_string()
}

/// Waits for an answer: on PostgreSQL a process hears of what another one has imported a moment later.
fn soon(expect: &Value, ask: impl Fn() -> Value) {
    let began = Instant::now();
    loop {
        let told = ask();
        if told == *expect {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{told} is not {expect}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What a command prints.
fn said(running: &Running, arguments: &[&str]) -> String {
    let output = running.command(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn told(running: &Running, arguments: &[&str]) -> Value {
    serde_json::from_str(&said(running, &[arguments, &["--json"]].concat())).expect("JSON")
}

fn saved(running: &Running, name: &str, conditions: &Value) -> String {
    let request = json!({"out_biz_no": name, "name": name, "operator_id": null, "conditions": conditions.to_string()});
    let node = succeed(&running.client(), "koubei.marketing.campaign.crowd.create", &request);
    node["crowd_group_id"].as_str().expect("an id").to_owned()
}

fn test(op: &str, code: &str, value: &str) -> Value {
    json!({"op": op, "tagCode": code, "value": value})
}

each_engine!(crowds_are_listed_compared_and_exported, |engine| {
    let running = Running::start(engine);
    running.import(PID, &members());
    let men = saved(&running, "men", &json!([test("IN", "pam_gender", "1")]));
    let regulars = saved(&running, "regulars", &json!([test("EQ", "note", "regular")]));
    let odd = saved(&running, "odd", &json!([test("NOTIN", "pam_gender", "1")]));
    let listed = told(&running, &["crowd", "list", "--pid", PID]);
    let crowds = listed["crowds"].as_array().expect("a list");
    let seen: Vec<_> = crowds.iter().map(|crowd| (crowd["name"].as_str(), crowd["total"].as_u64())).collect();
    assert_eq!(seen, [(Some("odd"), Some(20)), (Some("regulars"), Some(10)), (Some("men"), Some(20))], "{listed}");
    assert_eq!(crowds[2]["words"], json!([{"zh": "性别为男", "en": "gender is 男"}]), "{listed}");
    // Pages miss nothing.
    let first = told(&running, &["crowd", "list", "--pid", PID, "--limit", "2"]);
    let next = first["next"].as_str().expect("there is more");
    let second = told(&running, &["crowd", "list", "--pid", PID, "--limit", "2", "--after", next]);
    let both =
        [first["crowds"].as_array().expect("a list").clone(), second["crowds"].as_array().expect("a list").clone()];
    assert_eq!(&both.concat(), crowds);
    assert_eq!(second["next"], Value::Null);
    let compared = |crowd: &str, other: &str| {
        let compared = told(&running, &["crowd", "compare", "--pid", PID, "--crowd", crowd, "--other", other]);
        ["total", "other_total", "both"].map(|name| compared[name].as_u64().expect("a count"))
    };
    assert_eq!(compared(&men, &regulars), [20, 10, 10]);
    assert_eq!(compared(&men, &odd), [20, 20, 0]);
    let exported = said(&running, &["crowd", "members", "--pid", PID, "--crowd", &regulars]);
    let expect: String = (0..10).map(|n| format!("{}\n", user(4 * n))).collect();
    assert_eq!(exported, expect);
    let usage = told(&running, &["crowd", "usage", "--pid", PID, "--crowd", &men]);
    assert_eq!(usage, json!({"name": "men", "can_be_deleted": true, "activities": [], "batches": []}));
    let sample = |more: &[&str]| {
        let arguments = [&["crowd", "sample", "--pid", PID, "--crowd", &men], more].concat();
        let sample = told(&running, &arguments);
        let members = sample["members"].as_array().expect("a list").clone();
        assert!(members.iter().all(|member| member["values"] == json!(["男"])), "{sample}");
        members.iter().map(|member| member["user_id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    // All of so few, and the same ones again.
    let found = sample(&[]);
    let mut ids = found.clone();
    ids.sort();
    assert_eq!(ids, (0..20).map(|n| user(2 * n)).collect::<Vec<_>>());
    assert_eq!(sample(&["--seed", "1"]), found);
    // Another merchant's crowd is as unknown as none, whatever is asked.
    for command in [
        &["members", "--crowd", &men][..],
        &["usage", "--crowd", &men],
        &["sample", "--crowd", &men],
        &["compare", "--crowd", &men, "--other", &odd],
    ] {
        for pid in [OTHER_PID, "2088000000000001"] {
            let output = running.command(&[&["crowd"], command, &["--pid", pid]].concat());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.code() == Some(1) && said.contains("no such"), "{command:?}: {said}");
            assert!(output.stdout.is_empty(), "{command:?}");
        }
    }
});

each_engine!(a_draft_is_counted_step_by_step, |engine| {
    let running = Running::start(engine);
    running.import(PID, &members());
    let conditions = json!([test("IN", "pam_gender", "1"), test("EQ", "note", "regular")]).to_string();
    let drafted = told(&running, &["crowd", "draft", "--pid", PID, &conditions, "--dimension", "pam_gender"]);
    assert_eq!((&drafted["total"], &drafted["steps"]), (&json!(10), &json!([40, 20, 10])), "{drafted}");
    assert_eq!(drafted["dimensions"][0], json!({"label": "pam_gender", "value": {"男": 10}}), "{drafted}");
    assert_eq!(drafted["words"][0]["en"], "gender is 男");
    // The merchant's own method counts the same.
    let request = json!({"conditions": conditions});
    soon(&json!({"total": 10}), || {
        let counted = succeed(&running.client(), "koubei.marketing.campaign.crowd.count", &request);
        serde_json::from_str(counted["summary_values"].as_str().expect("a text")).expect("JSON")
    });
    let all = told(&running, &["crowd", "draft", "--pid", PID]);
    assert_eq!((&all["total"], &all["steps"]), (&json!(40), &json!([40])), "{all}");
    let wrong = json!([test("LBS", "pam_gender", "1")]).to_string();
    for (pid, conditions, says) in
        [(PID, wrong.as_str(), "操作符不支持"), ("2088000000000001", &conditions, "no such merchant")]
    {
        let output = running.command(&["crowd", "draft", "--pid", pid, conditions]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(says), "{said}");
    }
});

each_engine!(a_builder_is_told_each_tags_kind_and_operators, |engine| {
    let running = Running::start(engine);
    let world = format!(
        "[[merchant]]\npid = \"{PID}\"\n[[merchant.tag]]\ncode = \"joined\"\nname = \"入会\"\ntype = \"date\"\n"
    );
    std::fs::write(running.folder.path().join("more.toml"), world).expect("the folder is ours");
    said(&running, &["apply", "more.toml"]);
    let listed = told(&running, &["crowd", "tags", "--pid", PID]);
    let tags = listed["tags"].as_array().expect("a list");
    assert_eq!((&tags[0]["code"], &tags[0]["is_dimension"]), (&json!("pam_gender"), &json!(true)));
    assert_eq!(tags[0]["values"], json!([{"value": "1", "label": "男"}, {"value": "2", "label": "女"}]));
    let joined = tags.iter().find(|tag| tag["code"] == "joined").expect("the merchant's own");
    assert_eq!((&joined["kind"], &joined["name"]), (&json!("date"), &json!("入会")));
    assert_eq!((&joined["is_dimension"], &joined["values"]), (&json!(false), &json!([])));
    assert!(joined["operators"].as_array().is_some_and(|operators| operators.contains(&json!("LEFTDAYS"))));
    let of_another = told(&running, &["crowd", "tags", "--pid", OTHER_PID]);
    assert!(!of_another["tags"].as_array().expect("a list").iter().any(|tag| tag["code"] == "joined"), "{of_another}");
    let output = running.command(&["crowd", "tags", "--pid", "2088000000000000"]);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!output.status.success() && said.contains("no such merchant"), "{said}");
});

each_engine!(the_console_asks_about_crowds_of_one_merchant_alone, |engine| {
    let running = Running::start(engine);
    running.import(PID, &members());
    let men = saved(&running, "men", &json!([test("IN", "pam_gender", "1")]));
    let page = Page::of(&running);
    let draft = json!([test("EQ", "note", "regular")]).to_string();
    let count = json!({"conditions": draft, "steps": true, "dimensions": ["pam_gender"]});
    soon(&json!([40, 10]), || page.call(PID, "punchcard.crowd.count", &count).1["result"]["steps"].clone());
    let (_, node) = page.call(PID, "punchcard.crowd.why", &json!({"crowd": men, "user_id": user(2)}));
    let first = &node["result"]["conditions"][0];
    assert_eq!(first["condition"], json!({"op": "IN", "tagCode": "pam_gender", "value": "1"}), "{node}");
    let (_, node) = page.call(PID, "punchcard.crowd.sample", &json!({"conditions": draft, "seed": 7}));
    assert_eq!(node["result"]["members"].as_array().map(Vec::len), Some(10), "{node}");
    // What is another merchant's is answered as what is nobody's, whoever asks for what.
    for (method, request) in [
        ("punchcard.crowd.count", json!({"crowd": men})),
        ("punchcard.crowd.why", json!({"crowd": men, "user_id": user(2)})),
        ("punchcard.crowd.sample", json!({"crowd": men})),
        ("punchcard.crowd.usage", json!({"crowd": men})),
        ("punchcard.crowd.compare", json!({"crowd": men, "other": men})),
        ("punchcard.crowd.members", json!({"crowd": men})),
    ] {
        let mut unknown = request.clone();
        unknown
            .as_object_mut()
            .expect("an object")
            .iter_mut()
            .filter(|(name, _)| *name != "user_id")
            .for_each(|(_, value)| *value = json!("20260104000020000000000000009999"));
        let answer = |request| {
            let (status, mut node) = page.call(OTHER_PID, method, request);
            node.as_object_mut().expect("an object").remove("trace_id");
            (status, node)
        };
        assert_eq!(answer(&request), answer(&unknown), "{method}");
        let (status, node) = answer(&request);
        assert!(status == 200 && node["sub_code"].is_string() && node.get("result").is_none(), "{method}: {node}");
    }
    let (_, node) = page.call(OTHER_PID, "punchcard.crowd.list", &json!({"limit": 9}));
    assert_eq!(node["result"], json!({"crowds": [], "next": null}), "{node}");
    let (_, node) = page.call(OTHER_PID, "punchcard.crowd.sample", &json!({"conditions": draft}));
    assert!(node.get("result").is_none(), "the tag is not the other merchant's: {node}");
});
