//! `koubei.marketing.campaign.crowd.detail.query`: a crowd's name and conditions.

use crate::biz::{Text, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read};
use serde::Serialize;
use store::Tx;

/// See the module.
pub struct CrowdDetailQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The crowd.
        crowd_group_id: Text<32>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    /// The conditions, as normalised JSON in a string.
    crowd_group_info: String,
    /// What the crowd is called.
    name: String,
}

impl Method for CrowdDetailQuery {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.detail.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
}

impl Read for CrowdDetailQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let crowd = super::crowd(call, tx, &request.crowd_group_id)?.live()?;
        Ok(Response { crowd_group_info: crowd.conditions, name: crowd.name })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}
