//! `koubei.marketing.campaign.activity.query`: an activity in full, with its card, its prizes and the address of its
//! coupon page.
//!
//! A channel URL_WITH_TOKEN has the address of the coupon page in `config`; the caller adds the token, `outBizNo` and
//! the rest.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::detail::{self, Detail};
use crate::acts::activity::plan::shop_ids::SHOPS_MAX;
use crate::biz::{Text, answer, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use serde_json::{Map, Value};
use store::{Tx, activity};

/// See the module.
pub struct ActivityQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The activity, by its id.
        camp_id: Text<32>,
        /// The account id of who operates; the merchant when absent. With `operator_type` or not at all.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The activity.
        camp_detail: Map<String, Value> = detail::SHAPE,
    }
}

impl Method for ActivityQuery {
    const NAME: &'static str = "koubei.marketing.campaign.activity.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::CAMPAIGN_NOT_EXIST];
}

impl Read for ActivityQuery {
    type Loaded = Detail;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Detail> {
        operator::is_paired(request.operator_id.as_deref(), request.operator_type)?;
        let activity = super::activity(call, tx, &request.camp_id)?;
        let number = activity.id.number;
        Ok(Detail {
            tools: activity::tools(tx, number)?,
            shops: activity::shops(tx, number, SHOPS_MAX as i64)?,
            orders: activity::orders(tx, number)?,
            base_url: call.site.base_url(tx)?,
            activity,
        })
    }

    fn answer(_: &Call, detail: Detail) -> Answer<Response> {
        Ok(Response { camp_detail: detail.members()? })
    }
}
