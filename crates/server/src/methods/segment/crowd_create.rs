//! `koubei.marketing.campaign.crowd.create`: saves a crowd's conditions under a name.
//!
//! The conditions are kept as a rule, not as a list of members: whoever meets them later is in the crowd.
//!
//! # Repeats
//!
//! The first answer is kept: a call with the same `out_biz_no` and content is answered with the first crowd, even after
//! the crowd was deleted. Other content is `OUT_BIZ_NO_CONFLICT`. A refused call uses up no `out_biz_no`.

use crate::acts::crowd::conditions::Conditions;
use crate::biz::{Text, answer, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use domain::crowd::Crowd;
use domain::id::CrowdId;
use store::Tx;

/// See the module.
pub struct CrowdCreate;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the merchant.
        out_biz_no: Text<32>,
        /// The name of the crowd; it need not be unique.
        name: Text<64>,
        /// What the members of the crowd have in common: every condition holds.
        conditions: Conditions,
        /// The account id of who operates; the merchant when absent. With `operator_type` or not at all.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The id of the new crowd.
        crowd_group_id: String,
    }
}

impl Method for CrowdCreate {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.create";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::CROWD_CONFLICT];
}

impl Write for CrowdCreate {
    const NEW_IDS: u16 = 1;

    fn once(request: &Request) -> Once<'_> {
        Once::Stored { within: "", key: &request.out_biz_no, conflict: refusals::CROWD_CONFLICT.into() }
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        operator::is_paired(request.operator_id.as_deref(), request.operator_type)?;
        let tags = super::tags(call, tx)?;
        // Decide.
        request.conditions.check(&tags)?;
        let id = CrowdId::new(call.now, call.new_id(0, store::crowd::bucket(call.pid())));
        let crowd = Crowd::create(id, call.pid(), &request.name, request.conditions.to_text());
        // Record.
        store::crowd::insert(tx, &crowd)?;
        Ok(Response { crowd_group_id: id.to_text() })
    }
}
