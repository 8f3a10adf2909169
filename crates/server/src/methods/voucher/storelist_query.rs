//! `ant.merchant.expand.merchant.storelist.query`: a merchant's shops by id, a page at a time: those that a template's
//! `rule_conf` can name.
//!
//! Without `pid` they are those of the merchant that the call acts for or, with `is_include_cognate`, also those of
//! every other with the same `mid` in the world file. With `pid` they are those of that one, whatever else is said. A
//! `pid` that is none of these is refused with 40006.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::foreign_pid;
use crate::biz::{Flag, Positive, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read};
use store::world::{self, Shop};
use store::{Fault, Tx};

/// See the module.
pub struct StorelistQuery;

/// The shops on a page, where the caller says nothing.
const PAGE_SIZE: u64 = 20;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The PID whose shops are wanted.
        pid: Option<Text<16>> as "商户pid",
        /// Whether shops of the merchant's other PIDs are wanted too, where there is no `pid`; false when absent.
        is_include_cognate: Option<Flag> as "是否包含同mid下的其他pid的店铺",
        /// The page, counted from 1; 1 when absent.
        page_num: Option<Positive<9_999_999_999>> as "页码",
        /// Shops on a page; 20 when absent.
        page_size: Option<Positive<30>> as "每页记录条数",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// How many pages there are.
        total_pages: i64,
        /// The page, counted from 1.
        page_num: i64,
        /// Shops on a page.
        page_size: i64,
        /// How many shops there are on all pages.
        total_size: i64,
        /// The shops, by ascending `shop_id`.
        merchant_stores: Vec<Store>,
    }
}

answer! {
    /// One shop.
    pub struct Store {
        /// The merchant's PID.
        pid: String,
        /// The platform's id, which `rule_conf` names as `STORE`.
        shop_id: String,
        /// The merchant's own number, as trades name it.
        #[serde(skip_serializing_if = "Option::is_none")]
        store_id: Option<String>,
        /// The name.
        name: String,
        /// The address.
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        /// What kind of shop it is, in the merchant's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        shop_type: Option<String>,
        /// Degrees east.
        #[serde(skip_serializing_if = "Option::is_none")]
        longitude: Option<String>,
        /// Degrees north.
        #[serde(skip_serializing_if = "Option::is_none")]
        latitude: Option<String>,
        /// What the request says.
        is_include_cognate: bool,
    }
}

impl Method for StorelistQuery {
    const NAME: &'static str = "ant.merchant.expand.merchant.storelist.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
}

impl Read for StorelistQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let pid = request.pid.as_deref().unwrap_or(call.pid());
        if !is_own(tx, call.pid(), pid)? {
            return Err(foreign_pid().into());
        }
        let is_include_cognate = request.is_include_cognate.is_some_and(|Flag(flag)| flag);
        let page_num = row_count(request.page_num.map_or(1, |number| number.0));
        let page_size = row_count(request.page_size.map_or(PAGE_SIZE, |size| size.0));
        let with_cognates = is_include_cognate && request.pid.is_none();
        let (shops, total_size) = world::shop_page(tx, pid, with_cognates, page_size, (page_num - 1) * page_size)?;
        Ok(Response {
            total_pages: (total_size + page_size - 1) / page_size,
            page_num,
            page_size,
            total_size,
            merchant_stores: shops.into_iter().map(|shop| shown(shop, is_include_cognate)).collect(),
        })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}

/// Whether `pid` is the merchant `own`, or shares its `mid`.
fn is_own(tx: &mut Tx, own: &str, pid: &str) -> Result<bool, Fault> {
    Ok(own == pid || world::cognates(tx, own)?.iter().any(|cognate| cognate == pid))
}

fn shown(shop: Shop, is_include_cognate: bool) -> Store {
    let Shop { shop_id, pid, store_id, name, address, shop_type, position } = shop;
    Store {
        pid,
        shop_id,
        store_id,
        name,
        address,
        shop_type,
        longitude: position.map(|position| degrees(position.lon_e7)),
        latitude: position.map(|position| degrees(position.lat_e7)),
        is_include_cognate,
    }
}

/// Degrees times 10⁷ as a decimal number without needless zeros.
fn degrees(e7: i32) -> String {
    let (whole, part) = (e7.unsigned_abs() / 10_000_000, e7.unsigned_abs() % 10_000_000);
    let text = format!("{}{whole}.{part:07}", if e7 < 0 { "-" } else { "" });
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// At most a page's number times a page's size: far below the bounds of both types.
fn row_count(rows: u64) -> i64 {
    i64::try_from(rows).expect("the fields are bounded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_written_as_they_were_read() {
        for (e7, expect) in
            [(1_201_314_410, "120.131441"), (-5_000_000, "-0.5"), (0, "0"), (900_000_000, "90"), (1, "0.0000001")]
        {
            assert_eq!(degrees(e7), expect);
        }
    }
}
