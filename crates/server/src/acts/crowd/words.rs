//! A crowd's conditions in words, Chinese and English, as a person reads them.

use super::conditions::Conditions;
use domain::condition::Op;
use domain::tag::Tag;
use serde::{Deserialize, Serialize};

/// What the platform's tags are called in English; a merchant's own have one name.
const ENGLISH: [(&str, &str); 8] = [
    ("pam_gender", "gender"),
    ("pam_age", "age"),
    ("pam_constellation", "constellation"),
    ("pam_hometown_code", "home town"),
    ("pam_city_code", "city"),
    ("pam_occupation", "occupation"),
    ("pam_consume_level", "spending level"),
    ("pam_have_baby", "has a child"),
];

/// The same in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Each condition in words. Values are told by their labels, and what no tag or operator explains as it stands.
pub fn words(conditions: &Conditions, tags: &[Tag]) -> Vec<Words> {
    conditions.elements_in_parts().map(|(op, code, value)| one(op, code, value, tags)).collect()
}

fn one(op_name: &str, code: &str, value: &str, tags: &[Tag]) -> Words {
    let tag = tags.iter().find(|tag| tag.code == code);
    let name_zh = tag.map_or(code, |tag| &tag.name);
    let english = ENGLISH.iter().find(|(known, _)| *known == code).map(|(_, name)| *name);
    let name_en = english.unwrap_or(name_zh);
    let Some(op) = Op::from_name(op_name) else {
        let as_it_is = |name: &str| format!("{name} {op_name} {value}");
        return Words { zh: as_it_is(name_zh), en: as_it_is(name_en) };
    };
    let label = |value: &str| tag.map_or_else(|| value.trim().to_owned(), |tag| tag.label(value.trim()).to_owned());
    let values: Vec<String> = if op.takes_list() { op.values(value).map(label).collect() } else { vec![label(value)] };
    let (list_zh, list_en) = (values.join("、"), values.join(", "));
    let (zh, en) = match (op, &values[..]) {
        (Op::Eq, _) => (format!("为{list_zh}"), format!("is {list_en}")),
        (Op::Neq, _) => (format!("不为{list_zh}"), format!("is not {list_en}")),
        (Op::In, [_]) => (format!("为{list_zh}"), format!("is {list_en}")),
        (Op::In, _) => (format!("为{list_zh}之一"), format!("is one of {list_en}")),
        (Op::NotIn, [_]) => (format!("不为{list_zh}"), format!("is not {list_en}")),
        (Op::NotIn, _) => (format!("不为{list_zh}中的任何一个"), format!("is none of {list_en}")),
        (Op::Gt, _) => (format!("大于{list_zh}"), format!("is more than {list_en}")),
        (Op::GtEq, _) => (format!("不小于{list_zh}"), format!("is at least {list_en}")),
        (Op::Lt, _) => (format!("小于{list_zh}"), format!("is less than {list_en}")),
        (Op::LtEq, _) => (format!("不大于{list_zh}"), format!("is at most {list_en}")),
        (Op::Between, [low, high]) => (format!("在{low}到{high}之间"), format!("is from {low} to {high}")),
        (Op::Between, _) => (format!("在{list_zh}之间"), format!("is between {list_en}")),
        (Op::Like, _) => (format!("包含“{list_zh}”"), format!("contains “{list_en}”")),
        (Op::LeftDays, _) => (format!("在最近{list_zh}天内"), format!("is within the last {list_en} days")),
        (Op::RightDays, _) => (format!("早于最近{list_zh}天"), format!("is before the last {list_en} days")),
        (Op::Locate, _) => match value.split(',').map(str::trim).collect::<Vec<_>>()[..] {
            [lon, lat, radius] => {
                (format!("距经纬度{lon},{lat}不超过{radius}米"), format!("is within {radius} m of {lon},{lat}"))
            }
            _ => (format!("在{list_zh}附近"), format!("is near {list_en}")),
        },
    };
    Words { zh: format!("{name_zh}{zh}"), en: format!("{name_en} {en}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::tag::{TagKind, built_in};

    #[test]
    fn conditions_are_told_in_both_languages() {
        let mut tags = built_in();
        for (code, name, kind) in
            [("spent", "消费", TagKind::Number), ("last", "最近到店", TagKind::Date), ("at", "位置", TagKind::Location)]
        {
            tags.push(Tag { code: code.to_owned(), name: name.to_owned(), kind, values: Vec::new() });
        }
        for (op, code, value, zh, en) in [
            ("IN", "pam_gender", "1", "性别为男", "gender is 男"),
            ("IN", "pam_gender", "1, 2", "性别为男、女之一", "gender is one of 男, 女"),
            ("NOTIN", "pam_gender", "2", "性别不为女", "gender is not 女"),
            ("NEQ", "pam_gender", "9", "性别不为9", "gender is not 9"),
            ("BETWEEN", "spent", "10, 20", "消费在10到20之间", "消费 is from 10 to 20"),
            ("GTEQ", "spent", "10", "消费不小于10", "消费 is at least 10"),
            ("LEFTDAYS", "last", "30", "最近到店在最近30天内", "最近到店 is within the last 30 days"),
            ("LOCATE", "at", "120,30,500", "位置距经纬度120,30不超过500米", "位置 is within 500 m of 120,30"),
            ("EQ", "gone", "x", "gone为x", "gone is x"),
        ] {
            assert_eq!(one(op, code, value, &tags), Words { zh: zh.to_owned(), en: en.to_owned() }, "{op} {value}");
        }
        for (code, _) in ENGLISH {
            assert!(tags.iter().any(|tag| tag.code == code), "{code}");
        }
    }
}
