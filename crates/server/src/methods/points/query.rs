//! `koubei.marketing.tool.points.query`: what points a user has on a merchant's card.
//!
//! A user without points on a card that exists has none: `0`, not an error.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::biz::{Shape, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use store::Tx;

/// See the module.
pub struct PointsQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The card: `promo_tools[].voucher_no` of its activity.
        activity_account: Text<32>,
        /// The user whose points are meant.
        user_id: Text<32>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The points that can be spent or frozen.
        available_points: String = Shape::Count,
        /// The points that are set aside.
        freezed_points: String = Shape::Count,
        /// The points that were ever given, spent or not.
        total_points: String = Shape::Count,
    }
}

impl Method for PointsQuery {
    const NAME: &'static str = "koubei.marketing.tool.points.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::POINT_ACCOUNT_NOT_EXIST];
}

impl Read for PointsQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let card = super::card(tx, call.pid(), &request.activity_account)?;
        let account = store::points::account(tx, call.pid(), card.id.number, &request.user_id)?.unwrap_or_default();
        Ok(Response {
            available_points: account.available.to_string(),
            freezed_points: account.frozen.to_string(),
            total_points: account.total.to_string(),
        })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}
