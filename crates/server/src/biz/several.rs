//! Fields that are lists or objects.

use super::refusal::within;
use super::{ABSENT, Biz, Field, Shape, Wrong};
use serde_json::Value;

/// A JSON array of at most `MAX` elements; none count as no array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T, const MAX: usize = ELEMENTS_MAX>(pub Vec<T>);

/// The most elements of a list whose declaration gives no other bound.
const ELEMENTS_MAX: usize = 1_000;

impl<T: Field, const MAX: usize> Field for List<T, MAX> {
    const SHAPE: Shape = Shape::List { of: &T::SHAPE, max: Some(MAX) };

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let elements = match value.ok_or(ABSENT)? {
            Value::Array(elements) if MAX < elements.len() => return Err(format!("不能超过{MAX}个元素")),
            Value::Array(elements) => elements,
            _ => return Err("必须是JSON数组".to_owned()),
        };
        let element = |(index, value): (usize, &Value)| {
            T::read(Some(value)).map_err(|reason| within(&format!("[{index}]"), &reason))
        };
        elements.iter().enumerate().map(element).collect::<Result<_, _>>().map(List)
    }

    fn canonical(&self) -> Option<Value> {
        let elements: Vec<Value> = self.0.iter().filter_map(Field::canonical).collect();
        (!elements.is_empty()).then(|| Value::from(elements))
    }

    fn as_sent(&self) -> Option<Value> {
        let elements: Vec<Value> = self.0.iter().filter_map(Field::as_sent).collect();
        (!elements.is_empty()).then(|| Value::from(elements))
    }
}

impl<T, const MAX: usize> List<T, MAX> {
    /// Its elements, unless it is as good as absent.
    pub fn some(&self) -> Result<&[T], &'static str> {
        if self.0.is_empty() { Err(ABSENT) } else { Ok(&self.0) }
    }
}

/// A JSON object, read like a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<T> std::ops::Deref for Object<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Biz> Field for Object<T> {
    const SHAPE: Shape = Shape::Object(T::MEMBERS);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let Value::Object(members) = value.ok_or(ABSENT)? else { return Err("必须是JSON对象".to_owned()) };
        T::fields(members).map(Object).map_err(|Wrong { field, reason }| format!(".{}", within(field, &reason)))
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::Object(self.0.canonical()))
    }

    fn as_sent(&self) -> Option<Value> {
        Some(Value::Object(self.0.as_sent()))
    }
}

/// A JSON array of objects.
pub type Objects<T, const MAX: usize = ELEMENTS_MAX> = List<Object<T>, MAX>;

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
        /// What is sold where.
        pub struct Sold {
            /// May nest.
            goods: Objects<Goods, 2>,
        }
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
        check::<Object<Sold>>(&json!({"goods": [{"goods_id": "a"}]}), Ok(&json!({"goods": [{"goods_id": "a"}]})));
        check::<Object<Sold>>(&json!({"goods": []}), Ok(&json!({})));
        check::<Option<Object<Sold>>>(&json!({"goods": []}), Ok(&Value::Null));
        check::<Object<Sold>>(&json!({"goods": [{}]}), Err(".goods[0].goods_id 不能为空"));
        check::<Object<Sold>>(&json!({"goods": [1, 2, 3]}), Err(".goods 不能超过2个元素"));
        check::<Object<Sold>>(&json!({}), Err(".goods 不能为空"));
        check::<List<List<Text<1>>>>(&json!([["a"], ["ab"]]), Err("[1][0] 长度不能超过1"));
    }
}
