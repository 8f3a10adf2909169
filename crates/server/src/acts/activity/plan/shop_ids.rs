//! The shops that something is for: a set, however it is listed.

use crate::biz::{Field, List, Shape, Text};
use serde_json::Value;
use std::sync::Arc;

/// The most shops of an activity (最多支持10w家门店).
pub const SHOPS_MAX: usize = 100_000;

/// Ids of shops, ascending, each once; copying them costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopIds(Arc<[String]>);

impl std::ops::Deref for ShopIds {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl ShopIds {
    /// Those that are not among `others`, which ascend too.
    pub fn beside(&self, others: &[String]) -> Vec<String> {
        let new = self.0.iter().filter(|shop_id| others.binary_search(shop_id).is_err());
        new.cloned().collect()
    }

    /// Whether all of `others` are among them.
    pub fn hold(&self, others: &[String]) -> bool {
        others.iter().all(|shop_id| self.0.binary_search(shop_id).is_ok())
    }
}

impl Field for ShopIds {
    const SHAPE: Shape = List::<Text<28>, SHOPS_MAX>::SHAPE;

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let list = List::<Text<28>, SHOPS_MAX>::read(value)?;
        let mut shop_ids: Vec<String> = list.some()?.iter().map(|shop_id| shop_id.to_string()).collect();
        shop_ids.sort_unstable();
        shop_ids.dedup();
        Ok(ShopIds(shop_ids.into()))
    }

    fn canonical(&self) -> Option<Value> {
        Some(self.0.iter().map(String::as_str).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Result<ShopIds, String> {
        ShopIds::read(Some(value))
    }

    #[test]
    fn shops_are_a_set() {
        let shops = read(&json!(["b", "a", "b"])).expect("shops");
        assert_eq!(*shops, ["a", "b"]);
        assert_eq!(shops.canonical(), Some(json!(["a", "b"])));
        assert_eq!(shops, read(&json!(["a", "b"])).expect("shops"));
        let others = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<String>>();
        assert_eq!(shops.beside(&others(&["a", "c"])), ["b"]);
        assert!(shops.hold(&others(&["b"])) && shops.hold(&[]) && !shops.hold(&others(&["a", "c"])));
        for (bad, reason) in [
            (json!([]), "不能为空"),
            (json!("a"), "必须是JSON数组"),
            (json!(["x".repeat(29)]), "[0] 长度不能超过28"),
            (json!(vec!["x"; SHOPS_MAX + 1]), "不能超过100000个元素"),
        ] {
            assert_eq!(read(&bad), Err(reason.to_owned()));
        }
    }
}
