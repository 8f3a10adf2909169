//! What a page's address asks for.

use axum::http::Uri;
use serde::de::value::{Error, MapDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The most bytes of an address's query.
pub const QUERY_MAX: usize = 2 * 1024;

/// What an address asks for; `None` for what is too long, gives one parameter two values, or has bytes in one that are
/// no UTF-8. Given twice with one value is given once; a parameter that the page does not know is ignored, whatever it
/// holds (`docs/decisions.md`, "Coupon page").
pub fn query<T: for<'de> Deserialize<'de>>(uri: &Uri) -> Option<T> {
    let query = uri.query().unwrap_or_default().as_bytes();
    if QUERY_MAX < query.len() {
        return None;
    }
    let given: BTreeSet<_> = wire::form_pairs(query).collect();
    let named =
        given.into_iter().filter_map(|(name, value)| Some((String::from_utf8(name.into_owned()).ok()?, Value(value))));
    T::deserialize(MapDeserializer::<_, Error>::new(named)).ok()
}

/// A parameter's value, which is read as a text only where somebody wants it.
struct Value<'a>(Cow<'a, [u8]>);

impl<'a> IntoDeserializer<'a> for Value<'a> {
    type Deserializer = Value<'a>;

    fn into_deserializer(self) -> Value<'a> {
        self
    }
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = String::from_utf8(self.0.into_owned()).map_err(serde::de::Error::custom)?;
        visitor.visit_string(text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "camelCase")]
    struct Asked {
        out_biz_no: String,
        shop_id: Option<String>,
    }

    #[test]
    fn what_is_asked_for_once_is_read() {
        let check = |query: &str, expect: Option<(&str, Option<&str>)>| {
            let uri: Uri = format!("/h5/coupon?{query}").parse().expect("an address");
            let expect = expect.map(|(no, shop)| Asked { out_biz_no: no.to_owned(), shop_id: shop.map(str::to_owned) });
            assert_eq!(super::query::<Asked>(&uri), expect, "{query}");
        };
        check("outBizNo=1", Some(("1", None)));
        check("outBizNo=1&shopId=", Some(("1", Some(""))));
        check("outBizNo=a%20b+c&shopId=2", Some(("a b c", Some("2"))));
        check("outBizNo=%E6%A1%83", Some(("桃", None)));
        check("outBizNo=100%", Some(("100%", None)));
        check("outBizNo", Some(("", None)));
        check("", None);
        check("shopId=1", None);
        // Twice with one value, however it is escaped, is once; with two it is nothing.
        check("outBizNo=1&outBizNo=1", Some(("1", None)));
        check("outBizNo=1&shopId=2&outBizNo=%31&shopId=2&outBizNo=1", Some(("1", Some("2"))));
        check("outBizNo=1&outBizNo=2", None);
        check("outBizNo=1&outBizNo=", None);
        check("outBizNo=1&shopId=2&shopId=3", None);
        // What nobody knows is ignored, also twice, and so is its case.
        check("from=singlemessage&outBizNo=1&from=timeline&%FF=%FF&utm=%D6%D0&=&&", Some(("1", None)));
        check("outBizNo=1&outbizno=2", Some(("1", None)));
        // Bytes that are no UTF-8: GBK, cut off, too long, a surrogate, beyond the last character.
        for bytes in ["%D6%D0", "%E6%A1", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%FF", "a%80b"] {
            check(&format!("outBizNo={bytes}"), None);
            check(&format!("outBizNo=1&shopId={bytes}"), None);
            check(&format!("outBizNo=1&outBizNo={bytes}"), None);
        }
        check(&format!("outBizNo={}", "1".repeat(QUERY_MAX)), None);
        check(&"outBizNo=1&".repeat(186), Some(("1", None)));
    }
}
