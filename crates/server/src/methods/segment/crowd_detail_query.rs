//! `koubei.marketing.campaign.crowd.detail.query`: a crowd's name and conditions.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::acts::crowd::conditions::Conditions;
use crate::biz::{Field, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use store::Tx;

/// See the module.
pub struct CrowdDetailQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The crowd, by its id.
        crowd_group_id: Text<32>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The conditions in normal form.
        crowd_group_info: String = <Conditions as Field>::SHAPE,
        /// The name of the crowd.
        name: String,
    }
}

impl Method for CrowdDetailQuery {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.detail.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::CROWD_NOT_EXIST];
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
