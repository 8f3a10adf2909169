//! `rule_conf`: where a template's vouchers can be used.

use crate::biz::{ABSENT, Field, Member, Shape, embedded};
use domain::cash_voucher::UseRules;
use serde_json::{Map, Value};
use store::Fault;

/// The most characters of the JSON text.
const TEXT_MAX: usize = 2_048;

/// Rules as a caller sent them, read as JSON where they are that: what they must be is refused in words of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleConf(Value);

/// Why there are no such rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRules {
    /// They are no JSON object.
    NoObject,
    /// A rule is unknown, or no text.
    WrongRule,
}

impl RuleConf {
    /// The rules that say something, in the form that the store keeps.
    pub fn to_text(&self) -> Result<String, NoRules> {
        let members = self.0.as_object().ok_or(NoRules::NoObject)?;
        let is_known = |key: &str| MEMBERS.iter().any(|member| member.name == key);
        let is_rule = |(key, value): (&String, &Value)| is_known(key) && value.is_string();
        if members.iter().all(is_rule) { Ok(with_values(members).to_string()) } else { Err(NoRules::WrongRule) }
    }
}

fn with_values(members: &Map<String, Value>) -> Value {
    members
        .iter()
        .filter(|(_, value)| value.as_str() != Some(""))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The members of the JSON text, each several values joined by commas.
const MEMBERS: &[Member] = &[
    rule("PID", "The merchants, by account id."),
    rule("STORE", "The shops, by the platform's id."),
    rule("payeeUserId", "The accounts that are paid."),
    rule("bizProduct", "The products, as `product_code` of a trade names them."),
    rule("CUSTOMBUSINESS", "Kinds of bills of public utilities, which no trade here pays."),
    rule("EBPPUSERNUM", "Numbers of customers of public utilities."),
];

const fn rule(name: &'static str, meaning: &'static str) -> Member {
    Member { required: false, ..Member::text(name, meaning) }
}

impl Field for RuleConf {
    const SHAPE: Shape = Shape::Json { of: &Shape::Object(MEMBERS), max: Some(TEXT_MAX) };

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = value.ok_or(ABSENT)?;
        let chars = value.as_str().map_or_else(|| value.to_string().chars().count(), |text| text.chars().count());
        if TEXT_MAX < chars {
            return Err(format!("长度不能超过{TEXT_MAX}"));
        }
        Ok(RuleConf(embedded(value).unwrap_or_else(|_| value.clone())))
    }

    fn canonical(&self) -> Option<Value> {
        Some(self.0.as_object().map_or_else(|| self.0.clone(), with_values))
    }
}

/// Where a template's vouchers can be used, from the JSON that the store keeps. One that cannot be read is a fault: it
/// was checked when the template was made.
pub fn use_rules(text: &str) -> Result<UseRules, Fault> {
    let members: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| Fault::bug(format!("rules of a template: {error}")))?;
    let list = |key: &str| {
        let listed = members.get(key)?.as_str()?;
        Some(listed.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect())
    };
    Ok(UseRules {
        pids: list("PID"),
        shops: list("STORE"),
        payees: list("payeeUserId"),
        products: list("bizProduct"),
        utilities_only: ["CUSTOMBUSINESS", "EBPPUSERNUM"].iter().any(|key| members.contains_key(*key)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_are_texts_under_known_names() {
        let both = r#"{"PID":"2088512417841101,2088512417841102","STORE":"123456,678901"}"#;
        for (value, expect) in [
            (json!(both), Ok(both)),
            (serde_json::from_str(both).expect("JSON"), Ok(both)),
            (json!({"PID": "1", "STORE": ""}), Ok(r#"{"PID":"1"}"#)),
            (json!("{}"), Ok("{}")),
            (json!("{PID:1}"), Err(NoRules::NoObject)),
            (json!("PID"), Err(NoRules::NoObject)),
            (json!("[]"), Err(NoRules::NoObject)),
            (json!(1), Err(NoRules::NoObject)),
            (json!({"PID": 1}), Err(NoRules::WrongRule)),
            (json!({"PID": ["1"]}), Err(NoRules::WrongRule)),
            (json!({"pid": "1"}), Err(NoRules::WrongRule)),
        ] {
            let text = RuleConf::read(Some(&value)).expect("short").to_text();
            assert_eq!(text.as_deref(), expect.as_deref(), "{value}");
        }
        assert!(RuleConf::read(Some(&json!("x".repeat(TEXT_MAX + 1)))).is_err());
    }

    #[test]
    fn rules_are_lists_of_ids() {
        let list = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        let rules = use_rules(r#"{"PID":"2088512417841101, 2088512417841102","STORE":"123456"}"#).unwrap();
        let expect = UseRules {
            pids: list(&["2088512417841101", "2088512417841102"]),
            shops: list(&["123456"]),
            ..UseRules::default()
        };
        assert_eq!(rules, expect);
        assert_eq!(use_rules("{}").unwrap(), UseRules::default());
        assert!(use_rules(r#"{"EBPPUSERNUM":"1"}"#).unwrap().utilities_only);
    }
}
