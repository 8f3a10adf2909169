//! `koubei.marketing.campaign.crowd.batchquery`: the merchant's crowds, newest first, a page at a time.

use crate::biz::{Positive, Text, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read};
use serde::Serialize;
use store::Tx;

/// See the module.
pub struct CrowdBatchquery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// Part of the name; all crowds when absent.
        name: Option<Text<64>>,
        /// Counted from 1; 1 when absent.
        page_number: Option<Positive<9_999_999_999>>,
        /// Crowds a page; 20 when absent.
        page_size: Option<Positive<100>>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    /// A JSON array in a string; `[]` past the end.
    crowd_group_sets: String,
    /// Over all pages.
    total_number: String,
}

/// One element of `crowd_group_sets`.
#[derive(Serialize)]
struct Element {
    id: String,
    name: String,
    status: &'static str,
}

impl Method for CrowdBatchquery {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.batchquery";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
}

impl Read for CrowdBatchquery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let size = request.page_size.map_or(20, |size| size.0);
        let offset = (request.page_number.map_or(1, |number| number.0) - 1) * size;
        let name = request.name.as_deref().unwrap_or_default();
        let (crowds, total) = store::crowd::page(tx, call.pid(), name, row_count(size), row_count(offset))?;
        // Only live crowds are listed, so the status is always the same (rule 1).
        let element =
            |crowd: domain::crowd::Crowd| Element { id: crowd.id.to_text(), name: crowd.name, status: "ENABLE" };
        let elements: Vec<_> = crowds.into_iter().map(element).collect();
        let crowd_group_sets = serde_json::to_string(&elements).expect("strings serialise");
        Ok(Response { crowd_group_sets, total_number: total.to_string() })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}

/// At most a page's number times a page's size: far below the bounds of both types.
fn row_count(rows: u64) -> i64 {
    i64::try_from(rows).expect("the fields are bounded")
}
