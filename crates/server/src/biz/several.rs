//! Fields that are lists.

use super::{ABSENT, Biz, Field, Wrong};
use serde_json::{Map, Value};

/// A JSON array; no elements count as no array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

/// The most elements of a list (DESIGN, "Security").
const ELEMENTS_MAX: usize = 1_000;

fn elements(value: Option<&Value>) -> Result<&Vec<Value>, String> {
    match value.ok_or(ABSENT)? {
        Value::Array(elements) if ELEMENTS_MAX < elements.len() => Err(format!("不能超过{ELEMENTS_MAX}个元素")),
        Value::Array(elements) => Ok(elements),
        _ => Err("必须是JSON数组".to_owned()),
    }
}

impl<T: Field> Field for List<T> {
    fn read(value: Option<&Value>) -> Result<Self, String> {
        let element =
            |(index, value): (usize, &Value)| T::read(Some(value)).map_err(|reason| format!("[{index}] {reason}"));
        elements(value)?.iter().enumerate().map(element).collect::<Result<_, _>>().map(List)
    }

    fn canonical(&self) -> Option<Value> {
        let elements: Vec<Value> = self.0.iter().filter_map(Field::canonical).collect();
        (!elements.is_empty()).then(|| Value::from(elements))
    }
}

/// A JSON array of objects, each read like a request; no elements count as no array.
#[derive(Clone, Debug)]
pub struct Objects<T>(pub Vec<T>);

impl<T: Biz> Field for Objects<T> {
    fn read(value: Option<&Value>) -> Result<Self, String> {
        let element = |(index, value): (usize, &Value)| match value {
            Value::Object(members) => {
                T::fields(members).map_err(|Wrong { field, reason }| format!("[{index}].{field} {reason}"))
            }
            _ => Err(format!("[{index}] 必须是JSON对象")),
        };
        elements(value)?.iter().enumerate().map(element).collect::<Result<_, _>>().map(Objects)
    }

    fn canonical(&self) -> Option<Value> {
        let elements: Vec<Map<String, Value>> = self.0.iter().map(Biz::canonical).collect();
        (!elements.is_empty()).then(|| Value::from_iter(elements))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biz::Text;
    use serde_json::json;

    fn check<T: Field>(value: &Value, expect: Result<&Value, &str>) {
        let read = T::read(Some(value)).map(|read| read.canonical().unwrap_or_default());
        assert_eq!(read.as_ref().map_err(String::as_str), expect, "{value}");
    }

    crate::biz::biz! {
        /// An element.
        pub struct Goods {
            /// Required.
            goods_id: Text<2>,
        }
    }

    #[test]
    fn elements_are_named_by_their_index() {
        check::<List<Text<2>>>(&json!(["a", "b"]), Ok(&json!(["a", "b"])));
        check::<List<Text<2>>>(&json!([]), Ok(&Value::Null));
        check::<List<Text<2>>>(&json!(["a", "abc"]), Err("[1] 长度不能超过2"));
        check::<List<Text<2>>>(&json!("a"), Err("必须是JSON数组"));
        check::<List<Text<2>>>(&json!(vec!["a"; 1_001]), Err("不能超过1000个元素"));
        check::<Objects<Goods>>(&json!([{"goods_id": "a", "x": 1}]), Ok(&json!([{"goods_id": "a"}])));
        check::<Objects<Goods>>(&json!([{"goods_id": "a"}, {}]), Err("[1].goods_id 不能为空"));
        check::<Objects<Goods>>(&json!([1]), Err("[0] 必须是JSON对象"));
    }
}
