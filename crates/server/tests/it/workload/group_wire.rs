//! What is sent of crowd groups, and what is read of the answers' lists.

use super::groups::{Condition, Content, Step, hit_in_words, in_words};
use super::wire::listed;
use serde_json::{Value, json};

/// A shop that nobody has.
const NO_SHOP: &str = "2026010100077999999999999999";
/// Who operates.
const OPERATOR: &str = "2088201914979011";

pub(super) fn of_group(step: &Step) -> (&'static str, Value, bool) {
    let shop = |shop: &Option<String>| json!(shop.as_deref().unwrap_or(NO_SHOP));
    match step {
        Step::Set { operation, shop: of, id, content } => {
            let mut members = json!({"operation": operation.name(), "shop_id": shop(of), "crowd_group_id": id});
            members["operator_id"] = json!(OPERATOR);
            let Content { describe, conditions } = content;
            members["describe"] = json!(describe);
            let conditions = conditions.as_ref().map(|all| all.iter().map(of_condition).collect::<Vec<_>>());
            members["condition_model_list"] = json!(conditions);
            ("koubei.catering.crowdgroup.condition.set", members, false)
        }
        Step::Query { shop: of, user } => {
            let members = json!({"shop_id": shop(of), "user_id": user});
            ("koubei.catering.crowdgroup.condition.query", members, false)
        }
    }
}

fn of_condition(condition: &Condition) -> Value {
    let mut members = json!({
        "operator_rule": condition.rule.name(),
        "logical_operator": condition.op,
        "operation_value": condition.text(),
        "rule_unit": condition.unit,
    });
    if let Some(days) = condition.period {
        members["period"] = json!(days.to_string());
    }
    members
}

/// Says an answer's lists in one text each, as books do.
pub(super) fn list(node: &mut Value) {
    let conditions = |list: &Value| {
        let row = |row: &Value| {
            let text = |name: &str| row[name].as_str().unwrap_or_default();
            let (rule, op) = (text("operator_rule"), text("logical_operator"));
            in_words(rule, row["period"].as_str(), op, text("operation_value"), text("rule_unit"))
        };
        listed(list.as_array().into_iter().flatten().map(row))
    };
    let groups = node["condition_list"].as_array().into_iter().flatten().map(|group| {
        let text = |name: &str| group[name].as_str().unwrap_or_default();
        hit_in_words(text("crowd_group_id"), text("describe"), &conditions(&group["hit_crowd_conditons"]))
    });
    (node["groups"], node["conditions"]) = (json!(listed(groups)), json!(conditions(&node["condition_model_list"])));
}
