//! `koubei.marketing.campaign.activity.modify`: gives a running activity more: time, budget, chances, shops.
//!
//! The request is the whole activity. What may not be changed must be as `activity.query` gives it; what may be changed
//! may only grow.
//!
//! # Repeats
//!
//! A call with the same `out_biz_no` for the same activity and with the same content is a success that changes nothing.
//! Other content is `OUT_BIZ_NO_CONFLICT`. A refused call uses up no `out_biz_no`.

use crate::acts::activity::plan::Plan;
use crate::acts::activity::plan::shop_ids::SHOPS_MAX;
use crate::acts::activity::{card_end, extension, stored};
use crate::biz::{List, Object, Text, answer, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Doors, Key, Method, Need, Recomputed, SubCode, fingerprint, refusals};
use domain::Refusal;
use domain::activity::{Activity, Budget, OrderKind, Status, Tool};
use domain::id::CampIdText;
use store::idempotency::{self, Claim};
use store::{Tx, activity, counter, job};

/// See the module.
pub struct ActivityModify;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the activity.
        out_biz_no: Text<32>,
        /// The activity, by its id.
        camp_id: Text<32>,
        /// The account id of who operates; the merchant when absent. With `operator_type` or not at all.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
        /// The whole activity as it is to be from now on.
        ..plan: Plan,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The status of the activity.
        camp_status: &'static str,
    }
}

impl Method for ActivityModify {
    const NAME: &'static str = "koubei.marketing.campaign.activity.modify";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::CAMPAIGN_NOT_EXIST,
        refusals::ACTIVITY_CONFLICT,
        refusals::CAMPAIGN_STATUS_ERROR,
        refusals::SHOP_NOT_EXIST,
    ];
}

impl Recomputed for ActivityModify {
    const NEW_IDS: u16 = 1;

    /// The activity's number.
    type Checked<'a> = i64;

    fn check(_: &Call, _: &mut Tx, request: &Request) -> Answer<i64> {
        operator::is_paired(request.operator_id.as_deref(), request.operator_type)?;
        request.plan.check()?;
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
        let Request { camp_id, operator_id, operator_type, plan, .. } = request;
        let found = super::activity(call, tx, camp_id)?;
        match claim {
            Claim::New => {}
            Claim::Again(_) => return Ok(Response { camp_status: found.status.name() }),
            Claim::Other(_) => return Err(refusals::ACTIVITY_CONFLICT.into()),
        }
        if found.status != Status::Started {
            return Err(Refusal::CampaignStatusError.into());
        }
        let tools = activity::tools(tx, number)?;
        let shops = activity::shops(tx, number, SHOPS_MAX as i64)?;
        // Decide.
        let arranged = extension::arranged(plan, &tools)?.into_iter().map(Object).collect();
        let mut plan = Plan { promo_tools: List(arranged), ..plan.clone() };
        let before = stored::plan(&found, &tools)?;
        extension::check(found.kind, &before, &shops, &plan)?;
        plan.ext_info = before.ext_info;
        let modified = found.modify(plan.end_time.0, plan.to_text())?;
        // Record. The job comes first, as for whoever does it.
        job::put(tx, job::ACTIVITY_FINISH, number, modified.finishes_at())?;
        record(tx, &modified, &plan, tools)?;
        let new = plan.constraint_info.suit_shops.as_ref().map_or_else(Vec::new, |new| new.beside(&shops));
        if activity::add_shops(tx, number, call.pid(), &new)? != new.len() as u64 {
            return Err(Refusal::ShopNotExist.into());
        }
        let id = call.new_id(0, activity::bucket(call.pid()));
        let order = super::order(call, id, number, OrderKind::Modify, operator_id.as_deref(), *operator_type);
        activity::insert_order(tx, &order)?;
        if let Some(Budget { total, daily }) = plan.budget()? {
            counter::extend(tx, Budget::TOTAL, number, total)?;
            if let Some(daily) = daily {
                counter::extend(tx, Budget::DAILY, number, daily)?;
            }
        }
        Ok(Response { camp_status: modified.status.name() })
    }
}

/// Keeps what is said now of the activity and of its tools.
fn record(tx: &mut Tx, modified: &Activity, plan: &Plan, tools: Vec<Tool>) -> Answer<()> {
    activity::update(tx, modified)?;
    for (tool, new) in tools.into_iter().zip(&plan.promo_tools.0) {
        let ends_at = new.lasts().map(|(_, ends_at)| ends_at);
        let tool = Tool { content: new.to_text(), ends_at, ..tool };
        activity::update_tool(tx, &tool)?;
        card_end::plan(tx, &tool)?;
    }
    Ok(())
}
