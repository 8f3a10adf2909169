//! `koubei.marketing.campaign.crowd.modify`: replaces a crowd's conditions whole.
//!
//! Its name cannot be changed. A second call with the same `out_biz_no` and content changes nothing more.

use crate::acts::crowd::conditions::Conditions;
use crate::biz::{Text, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Method, Once, Write};
use serde::Serialize;
use store::Tx;

/// See the module.
pub struct CrowdModify;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the crowd.
        out_biz_no: Text<32>,
        /// The crowd to change.
        crowd_group_id: Text<32>,
        /// What its members have in common from now on.
        conditions: Conditions,
        /// Who operates; the merchant when absent.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
    }
}

/// The answer: no business member.
#[derive(Serialize)]
pub struct Response {}

impl Method for CrowdModify {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.modify";
    type Request = Request;
    type Response = Response;
}

impl Write for CrowdModify {
    fn once(request: &Request) -> Once<'_> {
        Once::Stored {
            within: &request.crowd_group_id,
            key: &request.out_biz_no,
            conflict: super::out_biz_no_conflict(),
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
