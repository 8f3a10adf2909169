//! Members that a request has and its declaration has not. They are taken, for an SDK may know more than this build;
//! but often somebody has misspelt one.

use super::Member;
use super::json::parse;
use super::refusal::within;
use crate::hints::nearest;
use serde_json::{Map, Value};

/// The most that are looked for.
const FOUND_MAX: usize = 16;

/// A member that nobody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where it stands: `promo_tools[0].vuocher`.
    pub path: String,
    /// The known member that was most likely meant.
    pub nearest: Option<&'static str>,
}

/// The members of a request that are not `known`, at every depth that a declaration reaches.
pub fn unknown(members: &Map<String, Value>, known: &'static [Member]) -> Vec<Unknown> {
    let mut found = Vec::new();
    seek(members, known, "", &mut found);
    found
}

fn seek(members: &Map<String, Value>, known: &'static [Member], before: &str, found: &mut Vec<Unknown>) {
    for (name, value) in members {
        match known.iter().find(|member| member.name == name) {
            Some(member) if !member.shape.members().is_empty() => {
                look_inside(value, member, &format!("{before}{name}"), found);
            }
            Some(_) => {}
            None if found.len() < FOUND_MAX => {
                // One that is there as well was not meant.
                let missing = known.iter().map(|member| member.name).filter(|name| !members.contains_key(*name));
                found.push(Unknown { path: format!("{before}{name}"), nearest: nearest(name, missing) });
            }
            None => {}
        }
    }
}

fn look_inside(value: &Value, member: &Member, path: &str, found: &mut Vec<Unknown>) {
    match value {
        Value::Object(members) => seek(members, member.shape.members(), &format!("{path}."), found),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                look_inside(element, member, &within(path, &format!("[{index}]")), found);
            }
        }
        // JSON in a String.
        Value::String(text) => {
            if let Some(value @ (Value::Array(_) | Value::Object(_))) = parse(text) {
                look_inside(&value, member, path, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::Entry;
    use serde_json::json;

    fn check(method: &str, members: &Value, expect: &[(&str, Option<&str>)]) {
        let entry = Entry::find(method).expect("a method of the list");
        let found = unknown(members.as_object().expect("an object"), entry.fields);
        let found: Vec<_> = found.iter().map(|it| (it.path.as_str(), it.nearest)).collect();
        assert_eq!(found, expect, "{members}");
    }

    #[test]
    fn misspelt_members_are_found_at_every_depth() {
        let create = "koubei.marketing.campaign.crowd.create";
        check(create, &json!({"out_biz_no": "1", "name": "n", "conditions": "[]"}), &[]);
        check(create, &json!({"outBizNo": "1"}), &[("outBizNo", Some("out_biz_no"))]);
        check(create, &json!({"out_biz_no": "1", "outBizNo": "1"}), &[("outBizNo", None)]);
        check(
            create,
            &json!({"nmae": "n", "future_member": {"a": 1}}),
            &[("nmae", Some("name")), ("future_member", None)],
        );
        let conditions = r#"[{"op":"IN","tagcode":"pam_gender","value":"1"}]"#;
        check(create, &json!({"conditions": conditions}), &[("conditions[0].tagcode", Some("tagCode"))]);
        check(
            create,
            &json!({"conditions": [{"op": "IN", "tag_code": "a", "values": "1"}]}),
            &[("conditions[0].values", Some("value"))],
        );
        for not_json in [json!("[{"), json!(1), json!(null), json!("x"), json!([1, "a"])] {
            check(create, &json!({"conditions": not_json}), &[]);
        }
        let activity = json!({"promo_tools": [{"vuocher": {}, "voucher": {"brandName": "n"}}], "budgetInfo": {}});
        check(
            "koubei.marketing.campaign.activity.create",
            &activity,
            &[
                ("promo_tools[0].vuocher", None),
                ("promo_tools[0].voucher.brandName", Some("brand_name")),
                ("budgetInfo", Some("budget_info")),
            ],
        );
        let trade = json!({"outTradeNo": "1", "goods_detail": [{"goodsId": "1"}], "total_amout": "1"});
        check(
            "alipay.trade.create",
            &trade,
            &[
                ("outTradeNo", Some("out_trade_no")),
                ("goods_detail[0].goodsId", Some("goods_id")),
                ("total_amout", Some("total_amount")),
            ],
        );
        let many: Map<String, Value> = (0..99).map(|nth| (format!("member_{nth}"), json!(1))).collect();
        assert_eq!(unknown(&many, Entry::find(create).expect("a method").fields).len(), FOUND_MAX);
    }
}
