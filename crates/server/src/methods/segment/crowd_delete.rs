//! `koubei.marketing.campaign.crowd.delete`: takes a crowd out of use, for good.
//!
//! The crowd is no longer listed or counted, and no activity can be made for it.
//!
//! # Repeats
//!
//! Deleting a deleted crowd is a success that changes nothing.

use crate::biz::{Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use store::Tx;

/// See the module.
pub struct CrowdDelete;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The crowd, by its id.
        crowd_group_id: Text<32>,
    }
}

answer! {
    /// The answer: no member of its own.
    pub struct Response {
    }
}

impl Method for CrowdDelete {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.delete";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::CROWD_NOT_EXIST, refusals::CROWD_IN_USE];
}

impl Write for CrowdDelete {
    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let crowd = super::crowd(call, tx, &request.crowd_group_id)?;
        // Whoever is making an activity for it comes before or after.
        store::crowd::hold(tx, &crowd)?;
        let in_use = store::activity::uses_crowd(tx, crowd.id.number)?;
        // Decide.
        let crowd = crowd.delete(in_use)?;
        // Record.
        store::crowd::update(tx, &crowd)?;
        Ok(Response {})
    }
}
