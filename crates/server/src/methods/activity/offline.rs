//! `koubei.marketing.campaign.activity.offline`: takes an activity off line, for good.
//!
//! Coupons that were taken stay valid, and so do points until the end of their card.
//!
//! # Repeats
//!
//! A call with the same `out_biz_no` for the same activity and with the same content is a success that changes nothing.
//! Other content is `OUT_BIZ_NO_CONFLICT`; another `out_biz_no` finds the activity closed, `CAMPAIGN_STATUS_ERROR`.

use crate::biz::{Text, answer, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Method, Once, SubCode, Write, fingerprint, refusals};
use domain::Refusal;
use domain::activity::{Order, OrderKind, ReviewStatus, Status};
use domain::id::CampIdText;
use store::once::{Claim, claim};
use store::{Tx, activity, job};

/// See the module.
pub struct ActivityOffline;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the activity.
        out_biz_no: Text<32>,
        /// The activity, by its id.
        camp_id: Text<32>,
        /// Why. Kept with the order.
        reason: Option<Text<1024>>,
        /// Not kept.
        ext_info: Option<Text<1024>>,
        /// The account id of who operates; the merchant when absent. With `operator_type` or not at all.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The status of the activity: CLOSED.
        camp_status: &'static str,
    }
}

impl Method for ActivityOffline {
    const NAME: &'static str = "koubei.marketing.campaign.activity.offline";
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] =
        &[refusals::CAMPAIGN_NOT_EXIST, refusals::ACTIVITY_CONFLICT, refusals::CAMPAIGN_STATUS_ERROR];
}

impl Write for ActivityOffline {
    const NEW_IDS: u16 = 1;

    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load. The key is claimed first, so that of two calls the second sees what the first has done.
        let Request { out_biz_no, camp_id, operator_id, operator_type, reason, .. } = request;
        operator::is_paired(operator_id.as_deref(), *operator_type)?;
        let number = CampIdText::parse(camp_id).ok_or(Refusal::CampaignNotExist)?.number;
        let scope = format!("{}/{}/{}", Self::NAME, call.pid(), &**camp_id);
        let claimed = claim(tx, &scope, out_biz_no, &fingerprint(request), number, call.now)?;
        let found = super::activity(call, tx, camp_id)?;
        match claimed {
            Claim::New => {}
            Claim::Again(_) => return Ok(Response { camp_status: found.status.name() }),
            Claim::Other(_) => return Err(refusals::ACTIVITY_CONFLICT.into()),
        }
        // Decide.
        let before = found.status;
        let closed = found.offline()?;
        let id = call.new_id(0, activity::bucket(call.pid()));
        let order = super::order(call, id, number, OrderKind::Close, operator_id.as_deref(), *operator_type);
        let order = Order { reason: reason.as_deref().map(str::to_owned), ..order };
        // Record. The job comes first, as for whoever does it.
        job::take(tx, job::ACTIVITY_FINISH, number)?;
        activity::update(tx, &closed)?;
        if before == Status::Created {
            for asked in activity::orders(tx, number)? {
                activity::review(tx, &asked.reviewed(ReviewStatus::Cancel, None, None, call.now))?;
            }
        }
        activity::insert_order(tx, &order)?;
        Ok(Response { camp_status: closed.status.name() })
    }
}
