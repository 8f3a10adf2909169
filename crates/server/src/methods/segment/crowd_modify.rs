//! `koubei.marketing.campaign.crowd.modify`: replaces all conditions of a crowd.
//!
//! The name of a crowd cannot be changed.
//!
//! # Repeats
//!
//! The first answer is kept: a call with the same `out_biz_no` for the same crowd and with the same content changes
//! nothing more. Other content is `OUT_BIZ_NO_CONFLICT`. A refused call uses up no `out_biz_no`.

use crate::acts::crowd::conditions::Conditions;
use crate::biz::{Text, answer, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use store::Tx;

/// See the module.
pub struct CrowdModify;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the crowd.
        out_biz_no: Text<32>,
        /// The crowd, by its id.
        crowd_group_id: Text<32>,
        /// What the members of the crowd have in common from now on: every condition holds.
        conditions: Conditions,
        /// The account id of who operates; the merchant when absent. With `operator_type` or not at all.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
    }
}

answer! {
    /// The answer: no member of its own.
    pub struct Response {
    }
}

impl Method for CrowdModify {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.modify";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::CROWD_CONFLICT, refusals::CROWD_NOT_EXIST];
}

impl Write for CrowdModify {
    fn once(request: &Request) -> Once<'_> {
        Once::Stored {
            within: &request.crowd_group_id,
            key: &request.out_biz_no,
            conflict: refusals::CROWD_CONFLICT.into(),
        }
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        operator::is_paired(request.operator_id.as_deref(), request.operator_type)?;
        let tags = super::tags(call, tx)?;
        let crowd = super::crowd(call, tx, &request.crowd_group_id)?;
        // Decide.
        request.conditions.check(&tags)?;
        let crowd = crowd.modify(request.conditions.to_text())?;
        // Record.
        store::crowd::update(tx, &crowd)?;
        Ok(Response {})
    }
}
