//! Crowd groups: what writers make of them, and what there is of them after a crash.

use super::writes::{Books, SHOP, Write, text};
use crate::running::{PID, call};
use client::Client;
use serde_json::{Value, json};

const SET: &str = "koubei.catering.crowdgroup.condition.set";

/// What a group's id is kept behind.
const GROUP: &str = "w_";

/// Makes a group. Half of the writers make one each: a shop has a thousand at most, over many rounds.
pub(super) const CREATE_GROUP: Write = Write {
    method: SET,
    request: |books, key, rng| {
        let writer = key.split('-').next()?;
        let is_maker = writer.ends_with(['0', '2', '4', '6']) && !books.keys().any(|id| id.starts_with(GROUP));
        let condition = json!({"operator_rule": "TRADE_CNT", "period": "30", "logical_operator": "GTEQ",
            "operation_value": rng.u32(1..1000).to_string(), "rule_unit": "COUNT"});
        let request = json!({"operation": "CREATE", "shop_id": SHOP, "crowd_group_id": key, "describe": key,
            "operator_id": PID, "condition_model_list": [condition]});
        is_maker.then_some(request)
    },
    enter: |books, request, _| {
        books.insert(format!("{GROUP}{}", text(&request["crowd_group_id"])), entry(&request["condition_model_list"]));
    },
    refused_again: &[],
};

fn entry(conditions: &Value) -> (String, String) {
    (String::new(), text(&conditions[0]["operation_value"]))
}

/// What the server has of the groups that these requests made.
pub(super) fn seen<'a>(client: &Client, sent: impl Iterator<Item = &'a Value>) -> Books {
    let mut seen = Books::new();
    for id in sent.filter_map(|request| request["crowd_group_id"].as_str()) {
        let request = json!({"operation": "RETRIEVE", "shop_id": SHOP, "crowd_group_id": id, "operator_id": PID});
        let answer = call(client, SET, &request);
        if answer.code == "10000" {
            seen.insert(format!("{GROUP}{id}"), entry(&answer.node["condition_model_list"]));
        }
    }
    seen
}
