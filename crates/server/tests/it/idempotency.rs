//! Idempotency of `crowd.create`, as callers meet it.

use crate::running::{OTHER_APP_ID, Running, call, conditions, crowd, each_engine, refuse};
use serde_json::json;
use std::collections::HashSet;
use std::sync::{Arc, Barrier};

const CREATE: &str = "koubei.marketing.campaign.crowd.create";
const CALLERS: usize = 64;

each_engine!(sixty_four_callers_with_one_key_get_one_crowd, |engine| {
    let running = Running::start(engine);
    let client = Arc::new(running.client());
    let barrier = Arc::new(Barrier::new(CALLERS));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (client, barrier) = (client.clone(), barrier.clone());
            std::thread::spawn(move || {
                barrier.wait();
                crowd(&client, "the one key")
            })
        })
        .collect();
    let ids: HashSet<_> = callers.into_iter().map(|caller| caller.join().expect("it was answered")).collect();
    assert_eq!(ids.len(), 1);
    let listed = call(&client, "koubei.marketing.campaign.crowd.batchquery", &json!({}));
    assert_eq!(listed.node["total_number"], "1");
});

each_engine!(the_same_key_with_other_content_is_a_conflict, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    let first = crowd(&client, "1");
    // The same content in other words is the same content.
    let same = json!({"name": "白领", "conditions": "[ {\"value\": 1, \"tagCode\": \"pam_gender\", \"op\": \"IN\"} ]", "out_biz_no": 1});
    assert_eq!(call(&client, CREATE, &same).node["crowd_group_id"], first.as_str());
    for (member, value) in [("name", json!("蓝领")), ("conditions", json!(conditions("IN", "pam_gender", "2")))] {
        let mut other = json!({"out_biz_no": "1", "name": "白领", "conditions": conditions("IN", "pam_gender", "1")});
        other[member] = value;
        let answer = refuse(&client, CREATE, &other, "OUT_BIZ_NO_CONFLICT");
        assert_eq!((answer.code.as_str(), answer.sub_msg.as_deref()), ("40004", Some("外部流水号重复且参数不一致")));
    }
    // Keys are the merchant's own.
    assert_ne!(crowd(&running.client_of(OTHER_APP_ID, None), "1"), first);
});

each_engine!(answers_outlive_the_process, |engine| {
    let mut running = Running::start(engine);
    let first = crowd(&running.client(), "1");
    running.kill_and_start();
    assert_eq!(crowd(&running.client(), "1"), first);
    assert_ne!(crowd(&running.client(), "2"), first);
});
