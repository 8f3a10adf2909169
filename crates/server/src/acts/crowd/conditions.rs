//! The `conditions` string: what a crowd's members have in common.
//!
//! A JSON array in a string, every element `{"op", "tagCode", "value"}`, all of them joined by AND (contract:
//! koubei.marketing.campaign.crowd.create, "The conditions string").

use crate::biz::{self, Field, Member, Shape};
use domain::condition::{Condition, ConditionError, Op, TagTest};
use domain::tag::Tag;
use serde::Serialize;
use serde_json::Value;
use wire::Rejection;

/// The most characters of the string.
const TEXT_MAX: usize = 65_535;
/// The most elements of the array (docs/decisions.md, "Operators by tag type").
const ELEMENTS_MAX: usize = 64;

/// Conditions that have the right shape; whether their tags and values fit is [`Conditions::rule`]'s to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions(Vec<Element>);

/// One element. The order of the members is that of the normalised text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Element {
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

    /// Each element, as it is stored.
    pub fn elements(&self) -> Vec<Value> {
        self.0.iter().map(|element| serde_json::to_value(element).expect("strings serialise")).collect()
    }

    /// Operator, tag and value of each element.
    pub fn elements_in_parts(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.iter().map(|Element { op, tag_code, value }| (op.as_str(), tag_code.as_str(), value.as_str()))
    }

    /// Refuses what a merchant with these tags cannot mean: what the decisions on operators do not allow, a value
    /// that a closed list lacks, a range with its ends the wrong way round.
    pub fn check(&self, tags: &[Tag]) -> Result<(), Rejection> {
        for (index, element) in self.0.iter().enumerate() {
            element.condition(tags).map_err(|Mistake { reason, .. }| refusal(index, &reason))?;
            if let Some(reason) = element.lacking(tags) {
                return Err(refusal(index, &reason));
            }
        }
        Ok(())
    }

    /// What a merchant with these tags means by them: all of it must hold. Refuses what the decisions on operators do
    /// not allow. A crowd that an earlier build has stored may name what its tag's list lacks, and a range in which
    /// nobody is.
    pub fn rule(&self, tags: &[Tag]) -> Result<Vec<Condition>, Rejection> {
        let condition = |(index, element): (usize, &Element)| match element.condition(tags) {
            Err(Mistake { reversed: Some(tag), .. }) => {
                Ok(Condition::Tag { code: tag.code.clone(), kind: tag.kind, test: TagTest::Nothing })
            }
            condition => condition.map_err(|Mistake { reason, .. }| refusal(index, &reason)),
        };
        self.0.iter().enumerate().map(condition).collect()
    }
}

/// Why an element means nothing.
struct Mistake<'a> {
    reason: String,
    /// The tag, where it is a range in which nobody is.
    reversed: Option<&'a Tag>,
}

impl Element {
    fn condition<'a>(&self, tags: &'a [Tag]) -> Result<Condition, Mistake<'a>> {
        let Element { op, tag_code, value } = self;
        let mistake = |reason: String| Mistake { reason, reversed: None };
        let Some(tag) = tags.iter().find(|tag| tag.code == *tag_code) else {
            return Err(mistake(format!("标签不存在: {tag_code}")));
        };
        let Some(op) = Op::from_name(op) else {
            let kind = tag.kind.name();
            return Err(mistake(format!("操作符不支持: {op}（标签 {tag_code}，类型 {kind}）")));
        };
        Condition::on_tag(tag, op, value).map_err(|error| match error {
            // It speaks of the value alone.
            ConditionError::Misfit { .. } => mistake(format!("标签 {tag_code} 的{error}")),
            ConditionError::Reversed { .. } => Mistake { reason: error.to_string(), reversed: Some(tag) },
            _ => mistake(error.to_string()),
        })
    }

    /// The first of its values that its tag's closed list lacks, and the one that was meant, if that is known. Read
    /// as it stands it would silently be another crowd.
    ///
    /// EQ and NEQ take a number that the list lacks, where it can be nothing but another code: `NEQ 9` on a gender is
    /// how callers name all members. It can be, where it is no label of a value and all codes are written as numbers
    /// are.
    fn lacking(&self, tags: &[Tag]) -> Option<String> {
        let op = Op::from_name(&self.op).filter(|op| op.takes_list() || matches!(op, Op::Eq | Op::Neq))?;
        let tag = tags.iter().find(|tag| tag.code == self.tag_code)?;
        let are_numbers = || tag.values.iter().all(|known| is_plain_number(&known.value));
        let is_code = |value: &str| is_plain_number(value) && tag.code_of(value).is_none() && are_numbers();
        let is_refused = |value: &&str| tag.lacks(value) && (op.takes_list() || !is_code(value));
        let value = op.values(&self.value).find(is_refused)?;
        let meant =
            tag.code_of(value.trim()).map_or_else(String::new, |code| format!("，{} 的值是 {code}", value.trim()));
        Some(format!("{} 标签 {} 没有值 {value}{meant}", op.name(), tag.code))
    }
}

/// Whether a value is written as codes of numbers are: digits, without a 0 in front.
fn is_plain_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) && (value == "0" || !value.starts_with('0'))
}

fn refusal(index: usize, reason: &str) -> Rejection {
    biz::invalid(&format!("conditions[{index}]"), reason)
}

/// As an element spells its members. The last is what the Node SDK makes of `tagCode` where the array stands in no
/// string.
const MEMBERS: &[Member] = &[
    Member::text("op", "The operator, such as `EQ` or `IN`. Each type of tag has its own."),
    Member::text("tagCode", "The tag, by its code in `tags.query`."),
    Member::text("value", "What the tag's value is compared with. `IN` and `NOTIN` take several, joined by commas."),
    Member { required: false, ..Member::text(TAG_CODE, "The same as `tagCode`, where the array stands in no String.") },
];
const TAG_CODE: &str = "tag_code";

impl Field for Conditions {
    const SHAPE: Shape =
        Shape::Json { of: &Shape::List { of: &Shape::Object(MEMBERS), max: Some(ELEMENTS_MAX) }, max: Some(TEXT_MAX) };

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
            .map(|(index, given)| element(index, given, value.is_array()))
            .collect::<Result<_, _>>()
            .map(Conditions)
    }

    fn canonical(&self) -> Option<Value> {
        Some(serde_json::to_value(&self.0).expect("strings serialise"))
    }
}

fn element(index: usize, given: &Value, is_inline: bool) -> Result<Element, String> {
    let Value::Object(members) = given else { return Err(format!("[{index}] 必须是对象")) };
    let present = |name: &str| biz::present(members, name).ok_or_else(|| format!("[{index}].{name} {}", biz::ABSENT));
    let within = |name: &str, reason: &str| format!("[{index}].{name} {reason}");
    let text = |name: &str, value: &Value| biz::text(value).map_err(|reason| within(name, &reason));
    let op = text("op", present("op")?)?.trim().to_owned();
    let tag_code = match biz::present(members, TAG_CODE).filter(|_| is_inline && !members.contains_key("tagCode")) {
        Some(value) => text(TAG_CODE, value)?,
        None => text("tagCode", present("tagCode")?)?,
    };
    let value = match present("value")? {
        Value::Array(list) if Op::from_name(&op).is_some_and(Op::takes_list) => {
            joined(list).map_err(|reason| within("value", &reason))?
        }
        value => text("value", value)?,
    };
    Ok(Element { op, tag_code, value })
}

/// A list as its text has it.
fn joined(list: &[Value]) -> Result<String, String> {
    let texts = list.iter().map(|value| match biz::text(value)? {
        text if text.contains(',') => Err("的元素不能含有逗号".to_owned()),
        text => Ok(text),
    });
    Ok(texts.collect::<Result<Vec<_>, _>>()?.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::tag::{TagKind, TagValue};

    fn check(text: &str, expect: Result<&str, &str>) {
        check_value(&Value::from(text), expect);
    }

    fn check_value(value: &Value, expect: Result<&str, &str>) {
        let answer = Conditions::read(Some(value)).and_then(|conditions| {
            conditions.check(&tags()).map_err(|rejection| rejection.sub_msg.into_owned())?;
            Ok(conditions.to_text())
        });
        assert_eq!(answer.as_deref().map_err(String::as_str), expect, "{value}");
    }

    fn tags() -> Vec<Tag> {
        let mut tags = domain::tag::built_in();
        for (code, kind) in [("birthday", TagKind::Date), ("spent", TagKind::Number), ("note", TagKind::Text)] {
            tags.push(Tag { code: code.to_owned(), name: code.to_owned(), kind, values: Vec::new() });
        }
        for (code, values) in [
            ("level", [("a", "1"), ("b", "2")]),
            ("zone", [("01", "一区"), ("02", "二区")]),
            ("rank", [("1", "9"), ("2", "5")]),
        ] {
            let values = values.map(|(value, label)| TagValue { value: value.to_owned(), label: label.to_owned() });
            tags.push(Tag {
                code: code.to_owned(),
                name: code.to_owned(),
                kind: TagKind::Enum,
                values: values.to_vec(),
            });
        }
        tags
    }

    /// One condition, checked: its text, or why not.
    fn check_one(op: &str, tag_code: &str, value: &str, expect: Result<(), &str>) {
        let text = serde_json::json!([{"op": op, "tagCode": tag_code, "value": value}]).to_string();
        let expect = expect.map_err(|reason| format!("参数有误: conditions[0] {reason}"));
        check(&text, expect.as_ref().map(|()| text.as_str()).map_err(String::as_str));
    }

    #[test]
    fn a_value_that_a_closed_list_lacks_is_named() {
        for (op, value) in [
            ("IN", "1,2"),
            ("IN", "1, 2"),
            ("NOTIN", " 1 ,2 "),
            ("NOTIN", "2,\u{3000}1"),
            ("BETWEEN", "1, 2"),
            ("EQ", "1"),
            // Nobody and everybody.
            ("EQ", "9"),
            ("NEQ", "9"),
            ("NEQ", "0"),
            // What is compared as a number need not be a code.
            ("GTEQ", "0"),
        ] {
            check_one(op, "pam_gender", value, Ok(()));
        }
        for (op, value, reason) in [
            ("IN", "3", "IN 标签 pam_gender 没有值 3"),
            ("NOTIN", "1,0", "NOTIN 标签 pam_gender 没有值 0"),
            ("IN", "1，2", "IN 标签 pam_gender 没有值 1，2"),
            ("IN", "1、2", "IN 标签 pam_gender 没有值 1、2"),
            ("IN", "1;2", "IN 标签 pam_gender 没有值 1;2"),
            ("IN", "1 2", "IN 标签 pam_gender 没有值 1 2"),
            ("IN", "01", "IN 标签 pam_gender 没有值 01"),
            ("IN", "１", "IN 标签 pam_gender 没有值 １"),
            ("IN", "[1]", "IN 标签 pam_gender 没有值 [1]"),
            ("IN", "'1'", "IN 标签 pam_gender 没有值 '1'"),
            ("IN", "男", "IN 标签 pam_gender 没有值 男，男 的值是 1"),
            ("NOTIN", "1, 女 ", "NOTIN 标签 pam_gender 没有值 女，女 的值是 2"),
            ("NOTIN", "male", "NOTIN 标签 pam_gender 没有值 male"),
            ("NEQ", "女", "NEQ 标签 pam_gender 没有值 女，女 的值是 2"),
            ("EQ", "男", "EQ 标签 pam_gender 没有值 男，男 的值是 1"),
            ("NEQ", " 女 ", "NEQ 标签 pam_gender 没有值  女 ，女 的值是 2"),
            ("NEQ", "1 ", "NEQ 标签 pam_gender 没有值 1 "),
            ("NEQ", "\u{3000}1", "NEQ 标签 pam_gender 没有值 \u{3000}1"),
            ("NEQ", "1,2", "NEQ 标签 pam_gender 没有值 1,2"),
            ("NEQ", "１", "NEQ 标签 pam_gender 没有值 １"),
            ("NEQ", "01", "NEQ 标签 pam_gender 没有值 01"),
            ("NEQ", "-1", "NEQ 标签 pam_gender 没有值 -1"),
            ("NEQ", "1.0", "NEQ 标签 pam_gender 没有值 1.0"),
            ("NEQ", "female", "NEQ 标签 pam_gender 没有值 female"),
            ("BETWEEN", "1,3", "BETWEEN 标签 pam_gender 没有值 3"),
            ("BETWEEN", "0,1", "BETWEEN 标签 pam_gender 没有值 0"),
            ("BETWEEN", "2,1", "BETWEEN 标签 pam_gender 的 value 2,1 下限大于上限"),
        ] {
            check_one(op, "pam_gender", value, Err(reason));
        }
        check_one("IN", "pam_consume_level", "较高", Err("IN 标签 pam_consume_level 没有值 较高，较高 的值是 4"));
        // A number that is a label, or where codes are written otherwise, is another value than was meant.
        for (op, tag_code, value, reason) in [
            ("NEQ", "level", "1", "NEQ 标签 level 没有值 1，1 的值是 a"),
            ("EQ", "level", "3", "EQ 标签 level 没有值 3"),
            ("NEQ", "zone", "2", "NEQ 标签 zone 没有值 2"),
            ("NEQ", "rank", "5", "NEQ 标签 rank 没有值 5，5 的值是 2"),
        ] {
            check_one(op, tag_code, value, Err(reason));
        }
        for (op, tag_code, value) in
            [("NEQ", "level", "a"), ("EQ", "zone", "02"), ("NEQ", "rank", "2"), ("EQ", "rank", "7")]
        {
            check_one(op, tag_code, value, Ok(()));
        }
        // An open list has any value.
        check_one("IN", "pam_age", "1, 99", Ok(()));
        check_one("NEQ", "pam_age", "老人", Ok(()));
        check_one("IN", "pam_city_code", "330100，330200", Ok(()));
        check_one("IN", "note", "常客, 新客", Ok(()));
        check_one("BETWEEN", "spent", "10, 9.9999", Err("BETWEEN 标签 spent 的 value 10, 9.9999 下限大于上限"));
        let reversed = "BETWEEN 标签 birthday 的 value 2024-03-01,2024-02-29 下限大于上限";
        check_one("BETWEEN", "birthday", "2024-03-01,2024-02-29", Err(reversed));
    }

    #[test]
    fn what_an_earlier_build_has_stored_is_still_a_crowd() {
        for (op, tag_code, value) in [
            ("IN", "pam_gender", "1,9"),
            ("NOTIN", "pam_gender", "1, 男"),
            ("BETWEEN", "pam_gender", "2,1"),
            ("BETWEEN", "spent", "10,9"),
            ("NEQ", "pam_gender", "女"),
            ("EQ", "pam_gender", "1 "),
        ] {
            let text = serde_json::json!([{"op": op, "tagCode": tag_code, "value": value}]).to_string();
            let stored = Conditions::from_stored(&text).expect("it was taken once");
            assert!(stored.check(&tags()).is_err(), "{text}");
            assert!(stored.rule(&tags()).is_ok(), "{text}");
            assert_eq!(stored.to_text(), text);
        }
    }

    #[test]
    fn an_array_that_stands_in_no_string_is_as_node_makes_it() {
        let normal = Ok(r#"[{"op":"IN","tagCode":"pam_gender","value":"1"}]"#);
        let inline = serde_json::json!([{"op": "IN", "tag_code": "pam_gender", "value": "1"}]);
        check_value(&inline, normal);
        check_value(&serde_json::json!([{"op": "IN", "tagCode": "pam_gender", "value": "1"}]), normal);
        check_value(&serde_json::json!([{"op": "IN", "tagCode": "pam_gender", "tag_code": "x", "value": 1}]), normal);
        check_value(&serde_json::json!([{"op": "IN", "tag_code": "", "value": "1"}]), Err("[0].tagCode 不能为空"));
        check_value(
            &serde_json::json!([{"op": "IN", "tag_code": ["a"], "value": "1"}]),
            Err("[0].tag_code 必须是字符串"),
        );
        // In a string nobody rewrites it.
        check(&inline.to_string(), Err("[0].tagCode 不能为空"));
    }

    #[test]
    fn a_list_may_be_an_array() {
        let list = |op: &str, value: &Value| serde_json::json!([{"op": op, "tagCode": "pam_age", "value": value}]);
        for (value, expect) in [
            (serde_json::json!(["1", "2"]), "1,2"),
            (serde_json::json!([1, 2]), "1,2"),
            (serde_json::json!([" 1", "2 "]), " 1,2 "),
            (serde_json::json!(["1"]), "1"),
        ] {
            let expect = format!(r#"[{{"op":"IN","tagCode":"pam_age","value":"{expect}"}}]"#);
            check_value(&list("IN", &value), Ok(&expect));
            check(&list("IN", &value).to_string(), Ok(&expect));
        }
        let between = serde_json::json!([3, 4]);
        check_value(&list("BETWEEN", &between), Ok(r#"[{"op":"BETWEEN","tagCode":"pam_age","value":"3,4"}]"#));
        check_value(&list("IN", &serde_json::json!(["1,2"])), Err("[0].value 的元素不能含有逗号"));
        check_value(&list("IN", &serde_json::json!([["1"]])), Err("[0].value 必须是字符串"));
        check_value(
            &list("IN", &serde_json::json!([])),
            Err("参数有误: conditions[0] IN 标签 pam_age 的 value 为空或含有空值"),
        );
        check_value(&list("EQ", &serde_json::json!(["1"])), Err("[0].value 必须是字符串"));
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
