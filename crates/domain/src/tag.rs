//! Member tags: the platform's eight and the merchant's own (`docs/decisions.md`, "Built-in tags").

/// What a tag's values are. The kind decides which operators a condition may use (`docs/decisions.md`, "Operators by
/// tag type").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagKind {
    /// A code, from a closed or an open list.
    Enum,
    /// A decimal, up to four fraction digits, |x| < 10¹².
    Number,
    /// A calendar day, `yyyy-MM-dd`.
    Date,
    /// A text of at most 256 characters.
    Text,
    /// A place, `longitude,latitude` in degrees.
    Location,
}

impl TagKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [TagKind; 5] = [TagKind::Enum, TagKind::Number, TagKind::Date, TagKind::Text, TagKind::Location];

    /// The kind's name in a world file and in the store, in small letters.
    pub fn name(self) -> &'static str {
        match self {
            TagKind::Enum => "enum",
            TagKind::Number => "number",
            TagKind::Date => "date",
            TagKind::Text => "text",
            TagKind::Location => "location",
        }
    }

    /// The kind with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<TagKind> {
        TagKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A tag that a merchant's crowd conditions may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name that conditions use for the tag (`tagCode`).
    pub code: String,
    /// The name that people read, in Chinese for the built-in tags.
    pub name: String,
    /// The kind of all its values.
    pub kind: TagKind,
    /// The closed list of values with their labels; empty where any value may stand.
    pub values: Vec<TagValue>,
}

/// One value of a closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagValue {
    /// The code that members hold and conditions name.
    pub value: String,
    /// The name that people read.
    pub label: String,
}

impl Tag {
    /// What a count's bucket is called: the label where the tag has one, else the raw value (crowd.count, rule 4).
    pub fn label<'a>(&'a self, value: &'a str) -> &'a str {
        self.values.iter().find(|known| known.value == value).map_or(value, |known| &known.label)
    }
}

impl Tag {
    /// Whether its closed list lacks this value; what has no list lacks none.
    pub fn lacks(&self, value: &str) -> bool {
        !self.values.is_empty() && self.values.iter().all(|known| known.value != value)
    }

    /// The code whose label is this one.
    pub fn code_of(&self, label: &str) -> Option<&str> {
        self.values.iter().find(|known| known.label == label).map(|known| known.value.as_str())
    }
}

/// The tags that every merchant has, in the order of the documentation; they are also the only dimensions of a count.
pub fn built_in() -> Vec<Tag> {
    BUILT_IN
        .iter()
        .map(|&(code, name, labels)| Tag {
            code: code.to_owned(),
            name: name.to_owned(),
            kind: TagKind::Enum,
            values: labels
                .iter()
                .map(|&(value, label)| TagValue { value: value.to_owned(), label: label.to_owned() })
                .collect(),
        })
        .collect()
}

/// Whether a count may be broken down by this tag.
pub fn is_dimension(code: &str) -> bool {
    BUILT_IN.iter().any(|&(built_in, _, _)| built_in == code)
}

type BuiltIn = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const BUILT_IN: [BuiltIn; 8] = [
    ("pam_gender", "性别", &[("1", "男"), ("2", "女")]),
    ("pam_age", "年龄段", &[]),
    (
        "pam_constellation",
        "星座",
        &[
            ("1", "白羊座"),
            ("2", "金牛座"),
            ("3", "双子座"),
            ("4", "巨蟹座"),
            ("5", "狮子座"),
            ("6", "处女座"),
            ("7", "天秤座"),
            ("8", "天蝎座"),
            ("9", "射手座"),
            ("10", "摩羯座"),
            ("11", "水瓶座"),
            ("12", "双鱼座"),
        ],
    ),
    ("pam_hometown_code", "家乡", &[]),
    ("pam_city_code", "常住城市", &[]),
    (
        "pam_occupation",
        "职业",
        &[
            ("1", "白领"),
            ("2", "蓝领"),
            ("3", "公务员"),
            ("4", "教师"),
            ("5", "医务人员"),
            ("6", "学生"),
            ("7", "个体经营者"),
            ("8", "自由职业"),
            ("9", "退休"),
            ("10", "其他"),
        ],
    ),
    ("pam_consume_level", "消费水平", &[("1", "低"), ("2", "较低"), ("3", "中"), ("4", "较高"), ("5", "高")]),
    ("pam_have_baby", "是否有小孩", &[("0", "否"), ("1", "是")]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eight_are_enums_and_dimensions() {
        let tags = built_in();
        assert_eq!(tags.len(), 8);
        assert!(tags.iter().all(|tag| tag.kind == TagKind::Enum && is_dimension(&tag.code)));
        assert!(!is_dimension("pref_organic"));
    }

    #[test]
    fn a_bucket_is_called_by_its_label_or_by_its_value() {
        let tags = built_in();
        assert_eq!((tags[0].label("1"), tags[1].label("3"), tags[0].label("9")), ("男", "3", "9"));
    }

    #[test]
    fn a_closed_list_lacks_what_it_does_not_name() {
        let tags = built_in();
        assert_eq!(["1", "2", "3", "01", "男"].map(|value| tags[0].lacks(value)), [false, false, true, true, true]);
        assert!(!tags[1].lacks("99"), "an open list has any value");
        assert_eq!((tags[0].code_of("女"), tags[0].code_of("1"), tags[1].code_of("3")), (Some("2"), None, None));
    }

    #[test]
    fn kinds_read_back_by_name() {
        assert!(TagKind::ALL.into_iter().all(|kind| TagKind::from_name(kind.name()) == Some(kind)));
        assert_eq!(TagKind::from_name("bitmap"), None);
    }
}
