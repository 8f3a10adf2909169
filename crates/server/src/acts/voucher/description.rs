//! `voucher_description`: the terms of a voucher, for people to read.

use crate::biz::{ABSENT, Field, List, Shape, Text, embedded_within};
use serde_json::Value;
use store::Fault;

/// The most characters of the JSON text.
const TEXT_MAX: usize = 1_024;
/// The most terms.
const TERMS_MAX: usize = 10;
/// The most characters of one.
const TERM_MAX: usize = 50;

/// What is said where the caller says nothing. None of it limits anything.
const DEFAULT: [&str; 3] =
    ["1、本券不可兑换现金，不可找零。", "2、每个用户最多可以领取1张。", "3、如果订单发生退款，优惠券无法退还。"];

/// The terms that a caller sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description(Vec<String>);

impl Description {
    /// The JSON list that answers show. The default's terms where none were sent.
    pub fn to_text(sent: Option<&Description>) -> String {
        let terms = sent.filter(|Description(terms)| !terms.is_empty());
        match terms {
            Some(Description(terms)) => Value::from(terms.clone()),
            None => Value::from(DEFAULT.as_slice()),
        }
        .to_string()
    }
}

/// The terms that a template keeps, which were checked when it was made: one that is no list is a fault.
pub fn lines(text: &str) -> Result<Vec<String>, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::bug(format!("voucher_description of a template: {error}")))
}

impl Field for Description {
    const SHAPE: Shape = Shape::Json {
        of: &Shape::List { of: &Shape::Text(Some(TERM_MAX)), max: Some(TERMS_MAX) },
        max: Some(TEXT_MAX),
    };

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = embedded_within(value.ok_or(ABSENT)?, TEXT_MAX)?;
        let List(terms) = List::<Text<TERM_MAX>, TERMS_MAX>::read(Some(&value))?;
        Ok(Description(terms.iter().map(|term| term.to_string()).collect()))
    }

    fn canonical(&self) -> Option<Value> {
        (!self.0.is_empty()).then(|| Value::from(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn terms_are_a_list_in_a_text_or_a_list() {
        let read = |value: &Value| Description::read(Some(value)).map(|read| Description::to_text(Some(&read)));
        assert_eq!(read(&json!(r#"["a", "b"]"#)).as_deref(), Ok(r#"["a","b"]"#));
        assert_eq!(read(&json!(["a"])).as_deref(), Ok(r#"["a"]"#));
        assert_eq!(read(&json!("[]")), Ok(Description::to_text(None)));
        for bad in [
            json!("a"),
            json!("{}"),
            json!(r#"[["a"]]"#),
            json!(vec!["a"; 11]),
            json!(["长".repeat(51)]),
            json!(format!("[{}]", " ".repeat(TEXT_MAX))),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
        assert!(read(&json!(["长".repeat(50)])).is_ok());
    }
}
