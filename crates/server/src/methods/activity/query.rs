//! `koubei.marketing.campaign.activity.query`: an activity in full, with its card, its prizes and the address of its
//! coupon page.

use super::detail::Detail;
use crate::acts::activity::plan::shop_ids::SHOPS_MAX;
use crate::biz::{Text, biz};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Method, Read};
use serde::Serialize;
use serde_json::{Map, Value};
use store::{Tx, activity};

/// See the module.
pub struct ActivityQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The activity.
        camp_id: Text<32>,
        /// Who operates; the merchant when absent.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    camp_detail: Map<String, Value>,
}

impl Method for ActivityQuery {
    const NAME: &'static str = "koubei.marketing.campaign.activity.query";
    type Request = Request;
    type Response = Response;
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
            base_url: call.app.site.base_url(tx)?,
            activity,
        })
    }

    fn answer(_: &Call, detail: Detail) -> Answer<Response> {
        Ok(Response { camp_detail: detail.members()? })
    }
}
