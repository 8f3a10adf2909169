//! A value of a row as a dump has it.

use serde_json::{Value, json};

use crate::engine::fault::Fault;
use crate::engine::row::{Cell, FromRow, Row, Val};

/// A value of a row, of whatever type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Field {
    /// As a parameter of a statement.
    pub(super) fn val(&self) -> Val<'_> {
        match self {
            Field::Null => Val::Null,
            Field::Int(value) => Val::Int(*value),
            Field::Text(value) => Val::Text(value),
            Field::Bytes(value) => Val::Bytes(value),
        }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        if let Field::Text(text) = self { Some(text) } else { None }
    }

    /// As a dump has it: bytes are `{"hex":"00ff"}`.
    pub(super) fn json(&self) -> Value {
        match self {
            Field::Null => Value::Null,
            Field::Int(value) => (*value).into(),
            Field::Text(value) => value.as_str().into(),
            Field::Bytes(bytes) => {
                json!({"hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()})
            }
        }
    }

    /// The same read back; `None` for what no field is written as.
    pub(super) fn from_json(value: &Value) -> Option<Field> {
        Some(match value {
            Value::Null => Field::Null,
            Value::Number(number) => Field::Int(number.as_i64()?),
            Value::String(text) => Field::Text(text.clone()),
            Value::Object(bytes) => {
                let hex = bytes.get("hex")?.as_str()?.as_bytes();
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
                let pairs = hex.chunks_exact(2);
                if !pairs.remainder().is_empty() {
                    return None;
                }
                Field::Bytes(pairs.map(byte).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

/// A row of any table.
pub(super) struct Fields(pub(super) Vec<Field>);

impl FromRow for Fields {
    fn from_row(row: &dyn Row) -> Result<Self, Fault> {
        let field = |index| {
            Ok(match row.cell(index)? {
                Cell::Null => Field::Null,
                Cell::Int(value) => Field::Int(value),
                Cell::Text(value) => Field::Text(value.to_owned()),
                Cell::Bytes(value) => Field::Bytes(value.to_vec()),
            })
        };
        (0..row.cells()).map(field).collect::<Result<_, _>>().map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_what_they_were() {
        for field in [Field::Null, Field::Int(i64::MIN), Field::Text("a\n\"中".to_owned()), Field::Bytes(vec![0, 255])]
        {
            let text = field.json().to_string();
            assert_eq!(Field::from_json(&serde_json::from_str(&text).unwrap()), Some(field));
        }
        for wrong in ["1.5", "true", "{\"hex\":\"0\"}", "{\"hex\":\"0g\"}", "[]", "99999999999999999999"] {
            assert_eq!(Field::from_json(&serde_json::from_str(wrong).unwrap()), None, "{wrong}");
        }
    }
}
