//! The `conditions` string: what a crowd's members have in common.
//!
//! A JSON array in a string, every element `{"op", "tagCode", "value"}`, all of them joined by AND (contract:
//! koubei.marketing.campaign.crowd.create, "The conditions string").

use crate::biz::{self, Field};
use domain::tag::{Tag, TagKind};
use segment::{Expr, Kind, Op, Reject};
use serde::Serialize;
use serde_json::Value;
use wire::Fault;

/// The most characters of the string.
const TEXT_MAX: usize = 65_535;
/// The most elements of the array (DECISIONS.md 4).
const ELEMENTS_MAX: usize = 64;

/// Conditions that have the right shape; whether their tags and values fit is [`Conditions::compile`]'s to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions(Vec<Condition>);

/// One element. The order of the members is that of the normalised text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Condition {
    op: String,
    #[serde(rename = "tagCode")]
    tag_code: String,
    value: String,
}

impl Conditions {
    /// The normalised JSON text: what is stored, compared and given back.
    pub fn to_text(&self) -> String {
        serde_json::to_string(&self.0).expect("strings serialise")
    }

    /// Reads conditions that were stored as normalised text.
    pub fn from_stored(text: &str) -> Result<Conditions, String> {
        Conditions::read(Some(&Value::from(text)))
    }

    /// The expression over these tags; refuses what the table of DECISIONS.md 4 does not allow.
    pub fn compile(&self, tags: &[segment::Tag]) -> Result<Expr, Fault> {
        let tests = self.0.iter().enumerate().map(|(index, condition)| {
            let refuse = |reason: &str| biz::invalid(&format!("conditions[{index}]"), reason);
            let Condition { op, tag_code, value } = condition;
            let Some(tag) = tags.iter().position(|tag| tag.code == *tag_code) else {
                return Err(refuse(&format!("标签不存在: {tag_code}")));
            };
            let Some(op) = Op::from_name(op) else {
                let kind = tags[tag].kind.name();
                return Err(refuse(&format!("操作符不支持: {op}（标签 {tag_code}，类型 {kind}）")));
            };
            Expr::test(tags, op, tag, value).map_err(|reject| match reject {
                // It speaks of the value alone.
                Reject::Misfit { .. } => refuse(&format!("标签 {tag_code} 的{reject}")),
                _ => refuse(&reject.to_string()),
            })
        });
        tests.collect::<Result<_, _>>().map(Expr::All)
    }
}

impl Field for Conditions {
    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = value.ok_or(biz::ABSENT)?;
        if value.as_str().is_some_and(|text| TEXT_MAX < text.chars().count()) {
            return Err(format!("长度不能超过{TEXT_MAX}"));
        }
        let Value::Array(elements) = biz::embedded(value)? else { return Err("必须是JSON数组".to_owned()) };
        if elements.is_empty() || ELEMENTS_MAX < elements.len() {
            return Err(format!("元素个数必须在1到{ELEMENTS_MAX}之间"));
        }
        elements
            .iter()
            .enumerate()
            .map(|(index, element)| condition(index, element))
            .collect::<Result<_, _>>()
            .map(Conditions)
    }

    fn canonical(&self) -> Option<Value> {
        Some(serde_json::to_value(&self.0).expect("strings serialise"))
    }
}

fn condition(index: usize, element: &Value) -> Result<Condition, String> {
    let Value::Object(members) = element else { return Err(format!("[{index}] 必须是对象")) };
    let member = |name: &str| {
        let value = biz::present(members, name).ok_or_else(|| format!("[{index}].{name} {}", biz::ABSENT))?;
        biz::text(value).map_err(|reason| format!("[{index}].{name} {reason}"))
    };
    Ok(Condition { op: member("op")?.trim().to_owned(), tag_code: member("tagCode")?, value: member("value")? })
}

/// A tag as the crowd engine knows it.
pub fn column(tag: &Tag) -> segment::Tag {
    let kind = match tag.kind {
        TagKind::Enum => Kind::Enum,
        TagKind::Number => Kind::Number,
        TagKind::Date => Kind::Date,
        TagKind::Text => Kind::Text,
        TagKind::Location => Kind::Location,
    };
    segment::Tag { code: tag.code.clone(), kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, &str>) {
        let mut tags: Vec<_> = domain::tag::built_in().iter().map(column).collect();
        tags.push(segment::Tag { code: "birthday".to_owned(), kind: Kind::Date });
        let answer = Conditions::read(Some(&Value::from(text))).and_then(|conditions| {
            conditions.compile(&tags).map_err(|fault| fault.sub_msg.into_owned())?;
            Ok(conditions.to_text())
        });
        assert_eq!(answer.as_deref().map_err(String::as_str), expect, "{text}");
    }

    #[test]
    fn normalised_text_has_no_blanks_and_one_order() {
        check(
            r#"[ { "value": 1, "op": "IN", "tagCode": "pam_gender", "note": "x"} ]"#,
            Ok(r#"[{"op":"IN","tagCode":"pam_gender","value":"1"}]"#),
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        check("[]", Err("元素个数必须在1到64之间"));
        check("{}", Err("必须是JSON数组"));
        check("[{", Err("不是合法的JSON"));
        check("[1]", Err("[0] 必须是对象"));
        check(r#"[{"op":"IN","tagCode":"pam_gender"}]"#, Err("[0].value 不能为空"));
        check(r#"[{"op":"IN","tagCode":"nope","value":"1"}]"#, Err("参数有误: conditions[0] 标签不存在: nope"));
        check(
            r#"[{"op":"EQ","tagCode":"birthday","value":"2001-02-29"}]"#,
            Err("参数有误: conditions[0] 标签 birthday 的值 2001-02-29 不符合类型 date，应为真实存在的日期 yyyy-MM-dd"),
        );
        check(
            r#"[{"op":"LBS","tagCode":"pam_gender","value":"1"}]"#,
            Err("参数有误: conditions[0] 操作符不支持: LBS（标签 pam_gender，类型 enum）"),
        );
    }
}
