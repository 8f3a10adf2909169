//! `koubei.catering.crowdgroup.condition.set`: makes, changes, reads or deletes a crowd group of a shop.
//!
//! A group is the calling app's: another app's groups of the same shop are others, with ids of their own. Its
//! conditions are on what a user did with the merchant, in all its shops, and on how far its nearest shop is. All of
//! them must hold. A shop has at most 1,000 groups of one app.
//!
//! Each rule has its own unit: `YUAN` for amounts, `COUNT` for trades, `TICKET` for vouchers, `DAY` and `KM`. Another
//! unit is taken and given back, and the value counts in the rule's own; with the merchant's option `strict_units` it
//! is refused.
//!
//! # Repeats
//!
//! The state is the key. CREATE of a group that is there is a success when conditions and description are the same, and
//! is refused when they are not. UPDATE and RETRIEVE can be repeated. DELETE of a deleted group is a success; of one
//! that never was, it is refused. CREATE after DELETE makes a new group, which is listed last.

use crate::acts::crowd_group::conditions::{CONDITIONS_MAX, ConditionItem, Conditions};
use crate::biz::{Choice, Deferred, Field, Objects, Shape, Text, answer, biz, choice, invalid};
use crate::methods::operator::OperatorType;
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use crate::world::Options;
use domain::Refusal;
use domain::crowd_group::{Creation, CrowdGroup, Status};
use serde_json::{Map, Value};
use store::Tx;
use store::crowd_group::{self, Owner, Room};

/// See the module.
pub struct ConditionSet;

choice! {
    /// What is done with the group.
    pub enum Operation {
        /// Makes it.
        Create = "CREATE",
        /// Deletes it.
        Delete = "DELETE",
        /// Reads its conditions.
        Retrieve = "RETRIEVE",
        /// Replaces conditions and description.
        Update = "UPDATE",
    }
}

biz! {
    /// What the caller sends.
    pub struct Request {
        /// What is done with the group.
        operation: Operation,
        /// The shop, one of the merchant's.
        shop_id: Text<100>,
        /// The group, by the id that the caller chooses for it.
        crowd_group_id: Text<100>,
        /// The conditions, which must all hold. Required by CREATE and UPDATE, ignored otherwise.
        condition_model_list: Deferred<Objects<ConditionItem, CONDITIONS_MAX>>,
        /// What the caller says of the group. Required by CREATE and UPDATE, ignored otherwise.
        describe: Deferred<Text<100>>,
        /// The account id of who operates.
        operator_id: Text<100>,
        /// What the operator is; `MER` when absent.
        operator_type: Option<OperatorType>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The group.
        crowd_group_id: String,
        /// The conditions as they were sent; absent after DELETE.
        #[serde(skip_serializing_if = "Option::is_none")]
        condition_model_list: Option<Vec<Map<String, Value>>> = <Objects<ConditionItem, CONDITIONS_MAX> as Field>::SHAPE,
        /// That it was done.
        status: &'static str = Shape::Choices(&[Choice { name: SUCCESS, meaning: "It was done." }]),
    }
}

/// What `status` says: whatever fails is told by `code` and `sub_code`.
const SUCCESS: &str = "success";

impl Method for ConditionSet {
    const NAME: &'static str = "koubei.catering.crowdgroup.condition.set";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::PARAM_EMPTY];
}

impl Write for ConditionSet {
    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let content = match request.operation {
            Operation::Create | Operation::Update => Some(Content::read(call, tx, request)?),
            Operation::Delete | Operation::Retrieve => None,
        };
        let owner = super::owner(call, tx, &request.shop_id)?;
        if request.operation != Operation::Retrieve {
            crowd_group::hold(tx, owner.shop_id)?;
        }
        // Decide and record.
        let group = match (request.operation, content) {
            (Operation::Create, Some(content)) => create(call, tx, request, owner, content)?,
            (Operation::Update, Some(Content { describe, conditions })) => {
                let group = found(tx, request, owner)?.update(describe, conditions.to_text())?;
                crowd_group::update(tx, &group)?;
                group
            }
            (Operation::Delete, _) => {
                let group = found(tx, request, owner)?;
                if group.status == Status::Enable {
                    crowd_group::update(tx, &group.clone().delete())?;
                }
                return Ok(Response::of(group.crowd_group_id, None));
            }
            _ => found(tx, request, owner)?.live()?,
        };
        let conditions = Conditions::from_stored(&group.conditions)?;
        Ok(Response::of(group.crowd_group_id, Some(conditions.as_sent())))
    }
}

/// What a group says: the part of a request that only CREATE and UPDATE have.
struct Content {
    describe: String,
    conditions: Conditions,
}

impl Content {
    fn read(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Content> {
        const LIST: &str = "condition_model_list";
        let items = request.condition_model_list.required(LIST)?;
        items.some().map_err(|reason| invalid(LIST, reason))?;
        let describe = request.describe.required("describe")?.to_string();
        let is_strict = Options::of(tx, call.pid())?.strict_units;
        let conditions =
            Conditions::check(items, is_strict).map_err(|(path, reason)| invalid(&format!("{LIST}{path}"), &reason))?;
        Ok(Content { describe, conditions })
    }
}

/// Makes the group, unless it is there with the same content.
fn create(call: &Call, tx: &mut Tx, request: &Request, owner: Owner<'_>, content: Content) -> Answer<CrowdGroup> {
    let Content { describe, conditions } = content;
    let Room { live, next_place } = crowd_group::room(tx, owner)?;
    let known = crowd_group::find(tx, owner, &request.crowd_group_id)?;
    let is_same = match &known {
        Some(known) => known.describe == describe && Conditions::from_stored(&known.conditions)? == conditions,
        None => false,
    };
    let new = CrowdGroup {
        pid: owner.pid.to_owned(),
        shop_id: owner.shop_id.to_owned(),
        app_id: owner.app_id.to_owned(),
        place: next_place,
        crowd_group_id: request.crowd_group_id.to_string(),
        describe,
        conditions: conditions.to_text(),
        status: Status::Enable,
        created_at: call.now,
        version: 1,
    };
    match new.create(known, is_same, live)? {
        Creation::New(group) => {
            crowd_group::insert(tx, &group)?;
            Ok(group)
        }
        Creation::Again(group) => Ok(group),
    }
}

/// The group that is there, deleted or not.
fn found(tx: &mut Tx, request: &Request, owner: Owner<'_>) -> Answer<CrowdGroup> {
    let known = crowd_group::find(tx, owner, &request.crowd_group_id)?;
    known.ok_or_else(|| Refusal::CrowdGroupNotExist.into())
}

impl Response {
    fn of(crowd_group_id: String, condition_model_list: Option<Vec<Map<String, Value>>>) -> Response {
        Response { crowd_group_id, condition_model_list, status: SUCCESS }
    }
}
