//! `koubei.marketing.tool.points.query`: what a user has on a merchant's card.
//!
//! Somebody without points on a card that there is has none: `0`, not an error.

use crate::biz::{Text, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read};
use serde::Serialize;
use store::Tx;

/// See the module.
pub struct PointsQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The card.
        activity_account: Text<32>,
        /// Whose points.
        user_id: Text<32>,
    }
}

/// The answer: integers as texts.
#[derive(Serialize)]
pub struct Response {
    available_points: String,
    freezed_points: String,
    /// All that was ever deposited, spent or not.
    total_points: String,
}

impl Method for PointsQuery {
    const NAME: &'static str = "koubei.marketing.tool.points.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
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
