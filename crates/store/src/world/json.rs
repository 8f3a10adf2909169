//! Lists of texts as a column holds them.

use std::sync::Arc;

use crate::engine::fault::Fault;

/// A list as a column holds it.
pub(super) fn to_json<T: serde::Serialize + ?Sized>(list: &T) -> String {
    serde_json::to_string(list).expect("texts are JSON")
}

/// A column's list.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Bug(Arc::new(error)))
}
