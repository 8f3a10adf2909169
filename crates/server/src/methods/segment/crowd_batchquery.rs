//! `koubei.marketing.campaign.crowd.batchquery`: the merchant's crowds, newest first, a page at a time.
//!
//! Deleted crowds are not listed. A page past the end is empty. The name is searched for as it stands: there are no
//! wildcards.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::biz::{AnswerField, Positive, Shape, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode};
use store::Tx;

/// See the module.
pub struct CrowdBatchquery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// Part of the name; every crowd when absent.
        name: Option<Text<64>>,
        /// The page, counted from 1; 1 when absent.
        page_number: Option<Positive<9_999_999_999>>,
        /// Crowds on a page; 20 when absent.
        page_size: Option<Positive<100>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The crowds; `[]` past the end.
        crowd_group_sets: String = Shape::Json { of: &Shape::List { of: &<Element as AnswerField>::SHAPE, max: None }, max: None },
        /// How many crowds there are on all pages.
        total_number: String,
    }
}

answer! {
    /// One element of `crowd_group_sets`.
    struct Element {
        /// The id of the crowd.
        id: String,
        /// The name of the crowd.
        name: String,
        /// ENABLE: deleted crowds are not listed.
        status: &'static str,
    }
}

impl Method for CrowdBatchquery {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.batchquery";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[];
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
