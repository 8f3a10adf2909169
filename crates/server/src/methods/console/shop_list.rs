//! `punchcard.shop.list`: a merchant's shops, by id.

use super::page::{self, PageLimit};
use super::{Argument, known_merchant};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::world::{self, Shop};
use store::{Fault, Tx};

/// See the module.
pub struct ShopList;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// Where to go on: `next` of the page before.
        after: Option<Argument>,
        /// How many at most; 50 when absent.
        limit: Option<PageLimit>,
    }
}

/// Shops, by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShopsView {
    /// The shops.
    pub shops: Vec<ShopView>,
    /// Where the next page begins; `null` with the last one.
    pub next: Option<String>,
}

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShopView {
    /// Its id.
    pub shop_id: String,
    /// What people call it.
    pub name: String,
    /// The merchant's number for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_id: Option<String>,
    /// Where people find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What kind of shop it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop_type: Option<String>,
}

impl Method for ShopList {
    const NAME: &'static str = "punchcard.shop.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = ShopsView;
}

impl OperatorRead for ShopList {
    async fn run(call: OperatorCall, request: Request) -> Answer<ShopsView> {
        let limit = page::limit(request.limit);
        let read = move |tx: &mut Tx| {
            let known = known_merchant(tx, &request.pid)?;
            let after = request.after.as_deref().unwrap_or_default();
            let shops = if known { world::shops_after(tx, &request.pid, after, limit)? } else { Vec::new() };
            Ok::<_, Fault>(known.then_some(shops))
        };
        let shops = super::read_long(&call.app, read).await??.ok_or_else(super::no_merchant)?;
        let is_full = u32::try_from(shops.len()).is_ok_and(|len| len == limit);
        let next = shops.last().filter(|_| is_full).map(|shop| shop.shop_id.clone());
        Ok(ShopsView { shops: shops.into_iter().map(ShopView::from).collect(), next })
    }
}

impl From<Shop> for ShopView {
    fn from(shop: Shop) -> ShopView {
        let Shop { shop_id, store_id, name, address, shop_type, .. } = shop;
        ShopView { shop_id, name, store_id, address, shop_type }
    }
}
