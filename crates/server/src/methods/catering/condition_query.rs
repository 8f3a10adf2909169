//! `koubei.catering.crowdgroup.condition.query`: which crowd groups of a shop a user falls into.
//!
//! The groups are those that the calling app has made for the shop, in the order in which it made them. A user falls
//! into a group whose conditions all hold now. Who is no member of the merchant, and has received nothing from it,
//! falls into none.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::acts::crowd_group;
use crate::acts::crowd_group::conditions::{CONDITIONS_MAX, ConditionItem};
use crate::biz::{Field, Objects, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use serde_json::value::RawValue;
use store::crowd_group::Content;
use store::{Fault, Tx};

/// See the module.
pub struct ConditionQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The shop, one of the merchant's.
        shop_id: Text<100>,
        /// The user, by account id.
        user_id: Text<100>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The groups that the user falls into.
        condition_list: Vec<Hit>,
    }
}

answer! {
    /// A group that the user falls into.
    pub struct Hit {
        /// The group.
        crowd_group_id: String,
        /// What its app says of it.
        describe: String,
        /// The conditions that hold: all of the group's, as they were sent. The misspelling is the protocol's.
        hit_crowd_conditons: Box<RawValue> = <Objects<ConditionItem, CONDITIONS_MAX> as Field>::SHAPE,
    }
}

impl Hit {
    fn of(group: Content) -> Answer<Hit> {
        let Content { crowd_group_id, describe, conditions } = group;
        // They are stored as they were sent.
        let conditions = RawValue::from_string(conditions).map_err(|error| Fault::bug(error.to_string()))?;
        Ok(Hit { crowd_group_id, describe, hit_crowd_conditons: conditions })
    }
}

impl Method for ConditionQuery {
    const NAME: &'static str = "koubei.catering.crowdgroup.condition.query";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::PARAM_EMPTY];
}

impl Read for ConditionQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let owner = super::owner(call, tx, &request.shop_id)?;
        let groups = store::crowd_group::list(tx, owner)?;
        let hits = crowd_group::matching(tx, call.pid(), groups, &request.user_id, call.now)?;
        hits.into_iter().map(Hit::of).collect::<Answer<_>>().map(|condition_list| Response { condition_list })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}
