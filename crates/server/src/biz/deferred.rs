//! Fields that only some calls read.

use super::{Field, Shape, invalid};
use serde_json::Value;
use wire::Rejection;

/// A field that some calls need and others ignore: whatever is wrong with it, absence included, refuses those alone
/// that ask for it.
#[derive(Clone, Debug)]
pub struct Deferred<T>(Result<T, String>);

impl<T> Deferred<T> {
    /// The value, for a call that needs it. `field` is its name.
    pub fn required(&self, field: &str) -> Result<&T, Rejection> {
        self.0.as_ref().map_err(|reason| invalid(field, reason))
    }
}

impl<T: Field> Field for Deferred<T> {
    const REQUIRED: bool = false;
    const SHAPE: Shape = T::SHAPE;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        Ok(Deferred(T::read(value)))
    }

    fn canonical(&self) -> Option<Value> {
        self.0.as_ref().ok().and_then(Field::canonical)
    }

    fn as_sent(&self) -> Option<Value> {
        self.0.as_ref().ok().and_then(Field::as_sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biz::Text;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_said_to_who_asks() {
        let check = |value: Option<Value>, expect: Result<&str, &str>, canonical: Option<Value>| {
            let read = Deferred::<Text<2>>::read(value.as_ref()).expect("it is not looked at yet");
            assert_eq!(read.canonical(), canonical);
            let required =
                read.required("name").map(|text| &**text).map_err(|rejection| rejection.sub_msg.into_owned());
            assert_eq!(required.as_deref().map_err(String::as_str), expect);
        };
        check(Some(json!("ab")), Ok("ab"), Some(json!("ab")));
        check(Some(json!("abc")), Err("参数有误: name 长度不能超过2"), None);
        check(Some(json!([])), Err("参数有误: name 必须是字符串"), None);
        check(None, Err("参数有误: name 不能为空"), None);
    }
}
