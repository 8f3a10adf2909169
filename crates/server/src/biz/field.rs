//! What a field's type says of itself, and how a scalar is read.

use super::Shape;
use serde_json::{Map, Value};

/// A field's type.
pub trait Field: Sized {
    /// Whether it must be there.
    const REQUIRED: bool = true;

    /// What it may hold.
    const SHAPE: Shape;

    /// Reads the member; `None` stands for an absent one. The error is the reason, in the words of `sub_msg`.
    fn read(value: Option<&Value>) -> Result<Self, String>;

    /// The value in normal form; `None` when absent.
    fn canonical(&self) -> Option<Value>;

    /// The value as it was sent, where that differs: what a String field gives back is not normalised.
    fn as_sent(&self) -> Option<Value> {
        self.canonical()
    }
}

impl<T: Field> Field for Option<T> {
    const REQUIRED: bool = false;
    const SHAPE: Shape = T::SHAPE;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        value.map(|value| T::read(Some(value))).transpose()
    }

    fn canonical(&self) -> Option<Value> {
        self.as_ref().and_then(Field::canonical).filter(is_something)
    }

    fn as_sent(&self) -> Option<Value> {
        self.as_ref().and_then(Field::as_sent).filter(is_something)
    }
}

/// An optional object without members is as good as absent.
fn is_something(value: &Value) -> bool {
    value.as_object().is_none_or(|members| !members.is_empty())
}

/// A scalar as text: a string as it is, a number in its shortest decimal form.
pub fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(shortest(number.as_str())),
        _ => Err("必须是字符串".to_owned()),
    }
}

/// The member of that name, unless it is absent in one of the ways the contract knows: missing, null, empty.
pub fn present<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| !matches!(value, Value::Null) && value.as_str() != Some(""))
}

/// A JSON number without needless zeros: `50.0` is `50`. Exponents are left as sent.
fn shortest(number: &str) -> String {
    if !number.contains('.') || number.contains(['e', 'E']) {
        return number.to_owned();
    }
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}
