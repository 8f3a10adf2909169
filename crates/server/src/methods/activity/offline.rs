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
use crate::methods::{Answer, Call, Doors, Key, Method, Need, Recomputed, SubCode, fingerprint, refusals};
use domain::Refusal;
use domain::activity::{ActivityOrder, Budget, OrderKind, ReviewStatus, Status};
use domain::id::CampIdText;
use store::idempotency::{self, Claim};
use store::{Tx, activity, counter, job};

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
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] =
        &[refusals::CAMPAIGN_NOT_EXIST, refusals::ACTIVITY_CONFLICT, refusals::CAMPAIGN_STATUS_ERROR];
}

impl Recomputed for ActivityOffline {
    const NEW_IDS: u16 = 1;

    /// The activity's number.
    type Checked<'a> = i64;

    fn check(_: &Call, _: &mut Tx, request: &Request) -> Answer<i64> {
        operator::is_paired(request.operator_id.as_deref(), request.operator_type)?;
        Ok(CampIdText::parse(&request.camp_id).ok_or(Refusal::CampaignNotExist)?.number)
    }

    fn key<'a>(call: &Call, request: &'a Request, number: &i64) -> Key<'a> {
        Key {
            scope: idempotency::scope(&[Self::NAME, call.pid(), &request.camp_id]),
            key: &request.out_biz_no,
            fingerprint: fingerprint(request),
            id: *number,
        }
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request, number: i64, claim: Claim) -> Answer<Response> {
        // Load.
        let Request { camp_id, operator_id, operator_type, reason, .. } = request;
        let found = super::activity(call, tx, camp_id)?;
        match claim {
            Claim::New => {}
            Claim::Again(_) => return Ok(Response { camp_status: found.status.name() }),
            Claim::Other(_) => return Err(refusals::ACTIVITY_CONFLICT.into()),
        }
        // Decide.
        let before = found.status;
        let closed = found.offline()?;
        let id = call.new_id(0, activity::bucket(call.pid()));
        let order = super::order(call, id, number, OrderKind::Close, operator_id.as_deref(), *operator_type);
        let order = ActivityOrder { reason: reason.as_deref().map(str::to_owned), ..order };
        // Record. The job comes first, as for whoever does it.
        job::take(tx, job::ACTIVITY_FINISH, number)?;
        activity::update(tx, &closed)?;
        if before == Status::Created {
            for asked in activity::orders(tx, number)? {
                activity::review(tx, &asked.reviewed(ReviewStatus::Cancel, None, None, call.now))?;
            }
        }
        activity::insert_order(tx, &order)?;
        counter::hold(tx, Budget::TOTAL, number)?;
        Ok(Response { camp_status: closed.status.name() })
    }
}
