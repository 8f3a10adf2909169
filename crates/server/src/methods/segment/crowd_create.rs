//! `koubei.marketing.campaign.crowd.create`: saves a crowd's conditions under a name.
//!
//! A second call with the same `out_biz_no` and content answers with the first crowd.

use crate::acts::crowd::conditions::Conditions;
use crate::biz::{Text, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Method, Once, Write};
use domain::crowd::Crowd;
use domain::id::CrowdId;
use serde::Serialize;
use store::Tx;

/// See the module.
pub struct CrowdCreate;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key.
        out_biz_no: Text<32>,
        /// What the crowd is called; need not be unique.
        name: Text<64>,
        /// What its members have in common.
        conditions: Conditions,
        /// Who operates; the merchant when absent.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    /// The new crowd's id.
    crowd_group_id: String,
}

impl Method for CrowdCreate {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.create";
    type Request = Request;
    type Response = Response;
}

impl Write for CrowdCreate {
    const NEW_IDS: u16 = 1;

    fn once(request: &Request) -> Once<'_> {
        Once::Stored { within: "", key: &request.out_biz_no, conflict: super::out_biz_no_conflict() }
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
