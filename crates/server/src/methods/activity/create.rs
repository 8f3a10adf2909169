//! `koubei.marketing.campaign.activity.create`: makes an activity, and a point card or prizes for its tools.
//!
//! POINT_SEND makes a point card on which members collect points. DIRECT_SEND makes coupons, which members take on the
//! coupon page or which the merchant gives. The parameter `notify_url` of the call is kept: notifications about the
//! activity go there. The ids of the card and the prizes are in the answer of `activity.query`, as
//! `promo_tools[].voucher_no`.
//!
//! # Repeats
//!
//! A call with the same `out_biz_no` and content is answered with the first activity and its status of now. Other
//! content is `OUT_BIZ_NO_CONFLICT`. A refused call uses up no `out_biz_no`.

use crate::acts::activity::card_end;
use crate::acts::activity::plan::Plan;
use crate::biz::{Text, answer, biz, invalid};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Doors, Key, Method, Need, Recomputed, SubCode, fingerprint, refusals};
use crate::world::Options;
use domain::activity::{
    Activity, ActivityOrder, Budget, Kind, OrderKind, OrderStatus, Review, ReviewStatus, Status, Tool,
};
use domain::id::{AuditId, CampId, CrowdIdText, OrderId};
use domain::{Refusal, window};
use store::idempotency::Claim;
use store::{Fault, Tx, activity, counter, job};

/// See the module.
pub struct ActivityCreate;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the merchant.
        out_biz_no: Text<32>,
        /// The account id of who operates; the merchant when absent. With `operator_type` or not at all.
        operator_id: Option<Text<32>>,
        /// What the operator is. A provider's activity waits for an audit where the merchant's option `audit` is on.
        operator_type: Option<OperatorType>,
        /// The activity.
        ..plan: Plan,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The id of the activity.
        camp_id: String,
        /// STARTED; or CREATED, which waits for an audit. A repeat is answered with the status of now.
        camp_status: &'static str,
        /// AUDITING while an audit is waited for, REJECT after one that rejected.
        #[serde(skip_serializing_if = "Option::is_none")]
        audit_status: Option<&'static str>,
    }
}

/// New ids: the activity, two orders and an audit, and after them the tools.
const TOOLS_FROM: u16 = 4;

impl Method for ActivityCreate {
    const NAME: &'static str = "koubei.marketing.campaign.activity.create";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] =
        &[refusals::ACTIVITY_CONFLICT, refusals::CROWD_NOT_EXIST, refusals::SHOP_NOT_EXIST];
}

impl Recomputed for ActivityCreate {
    const NEW_IDS: u16 = TOOLS_FROM + 20;

    type Checked<'a> = Kind;

    fn check(_: &Call, _: &mut Tx, request: &Request) -> Answer<Kind> {
        operator::is_paired(request.operator_id.as_deref(), request.operator_type)?;
        Ok(request.plan.check()?)
    }

    fn key<'a>(call: &Call, request: &'a Request, _: &Kind) -> Key<'a> {
        Key {
            scope: activity::scope(call.pid()),
            key: &request.out_biz_no,
            fingerprint: fingerprint(request),
            id: new_id(call, 0),
        }
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request, kind: Kind, claim: Claim) -> Answer<Response> {
        match claim {
            Claim::New => Ok(Response::of(&make(call, tx, request, kind, new_id(call, 0))?)),
            Claim::Again(number) => {
                let made = activity::get(tx, number)?;
                Ok(Response::of(&made.ok_or_else(|| Fault::bug("a claim for an activity that is not there"))?))
            }
            Claim::Other(_) => Err(refusals::ACTIVITY_CONFLICT.into()),
        }
    }
}

impl Response {
    fn of(activity: &Activity) -> Response {
        Response {
            camp_id: activity.id.to_text(),
            camp_status: activity.status.name(),
            audit_status: activity.status.audit_name(),
        }
    }
}

/// All ids carry the merchant's bucket.
fn new_id(call: &Call, nth: u16) -> i64 {
    call.new_id(nth, activity::bucket(call.pid()))
}

/// Makes the activity whose number the call has claimed.
fn make(call: &Call, tx: &mut Tx, request: &Request, kind: Kind, number: i64) -> Answer<Activity> {
    let plan = &request.plan;
    // Load.
    if window::is_over(plan.end_time.0, call.now) {
        return Err(invalid("end_time", "必须晚于当前时间").into());
    }
    let crowd = crowd(call, tx, plan)?;
    let is_audited = match request.operator_type {
        Some(OperatorType::Provider | OperatorType::ProviderStaff) => Options::of(tx, call.pid())?.audit,
        Some(OperatorType::Mer | OperatorType::MerOperator) | None => false,
    };
    // Decide.
    let made = Activity {
        id: CampId::new(call.now, number),
        pid: call.pid().to_owned(),
        name: plan.name.to_string(),
        kind,
        status: if is_audited { Status::Created } else { Status::Started },
        starts_at: plan.start_time.0,
        ends_at: plan.end_time.0,
        length_ms: plan.end_time.0 - plan.start_time.0,
        auto_delay: plan.auto_delay(),
        crowd,
        content: plan.to_text(),
        origin: call.origin(),
        version: 1,
    };
    // Record.
    activity::insert(tx, &made)?;
    insert_tools(call, tx, plan, number)?;
    insert_orders(call, tx, request, &made)?;
    let shops = plan.constraint_info.suit_shops.as_deref().unwrap_or_default();
    // A shop that was not added is unknown, or another merchant's.
    if activity::add_shops(tx, number, call.pid(), shops)? != shops.len() as u64 {
        return Err(Refusal::ShopNotExist.into());
    }
    if let Some(budget) = plan.budget()? {
        counter::open(tx, Budget::TOTAL, number, "", budget.total)?;
    }
    if made.status == Status::Started {
        job::put(tx, job::ACTIVITY_FINISH, number, made.finishes_at())?;
    }
    Ok(made)
}

/// The number of the crowd that it is for, which nobody can delete before this transaction ends.
fn crowd(call: &Call, tx: &mut Tx, plan: &Plan) -> Answer<Option<i64>> {
    let Some(crowd_group_id) = &plan.constraint_info.crowd_group_id else { return Ok(None) };
    let id = CrowdIdText::parse(crowd_group_id).ok_or(Refusal::CrowdNotExist)?;
    let crowd = store::crowd::find(tx, call.pid(), id)?.ok_or(Refusal::CrowdNotExist)?.live()?;
    if store::crowd::hold(tx, &crowd)? { Ok(Some(crowd.id.number)) } else { Err(Refusal::CrowdNotExist.into()) }
}

fn insert_tools(call: &Call, tx: &mut Tx, plan: &Plan, activity: i64) -> Answer<()> {
    for (tool, place) in plan.promo_tools.0.iter().zip(0..) {
        let lasts = tool.lasts();
        let tool = Tool {
            number: new_id(call, TOOLS_FROM + place),
            created_at: call.now,
            activity,
            place: place.into(),
            kind: tool.kind(),
            content: tool.to_text(),
            starts_at: lasts.map(|(starts_at, _)| starts_at),
            ends_at: lasts.map(|(_, ends_at)| ends_at),
        };
        activity::insert_tool(tx, &tool)?;
        card_end::plan(tx, &tool)?;
    }
    Ok(())
}

/// That it was made, and that it counts from now on, unless an auditor is asked first.
fn insert_orders(call: &Call, tx: &mut Tx, request: &Request, made: &Activity) -> Answer<()> {
    let Request { operator_id, operator_type, .. } = request;
    let number = made.id.number;
    let order = super::order(call, new_id(call, 1), number, OrderKind::Create, operator_id.as_deref(), *operator_type);
    if made.status == Status::Created {
        let review = Review {
            id: AuditId::new(call.now, new_id(call, 3)),
            status: ReviewStatus::Auditing,
            auditor_id: None,
            reason: None,
            at: None,
        };
        let asked = ActivityOrder { status: OrderStatus::Doing, review: Some(review), ..order };
        return Ok(activity::insert_order(tx, &asked)?);
    }
    activity::insert_order(tx, &order)?;
    let id = OrderId::new(call.now, new_id(call, 2));
    Ok(activity::insert_order(tx, &ActivityOrder::by_system(id, number, OrderKind::Enable))?)
}
