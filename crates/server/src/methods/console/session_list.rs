//! `punchcard.session.list`: who has signed in, the last used first.

use super::{Argument, Limit};
use crate::answer::Answer;
use crate::app::clock::system_now;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::operator::session_lasts;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, operator};
use wire::time;

/// See the module.
pub struct SessionList;

biz! {
    /// The request.
    pub struct Request {
        /// Only this operator's.
        name: Option<Argument>,
        /// How many at most.
        limit: Limit,
    }
}

/// A session. Its times are `yyyy-MM-dd HH:mm:ss` in UTC+8, by the machine's clock.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SessionSummary {
    /// The operator.
    pub name: String,
    /// When it began.
    pub began_at: String,
    /// About when it was last used.
    pub seen_at: String,
    /// The address that it began from.
    pub address: String,
    /// What the browser says of itself.
    pub browser: String,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

impl Method for SessionList {
    const NAME: &'static str = "punchcard.session.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Vec<SessionSummary>;
}

impl OperatorRead for SessionList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<SessionSummary>> {
        let name = request.name.map(|name| name.to_string()).unwrap_or_default();
        let (limit, now) = (super::limit(request.limit), system_now());
        let read = move |tx: &mut Tx| operator::sessions(tx, &name, i64::from(limit));
        let found = call.app.store.read::<_, Fault, _>(read).await?.into_iter();
        let lasting = found.filter(|session| session_lasts(session.made_at, session.used_at, now));
        let summary = |session: operator::Session| SessionSummary {
            is_own: call.actor.session.as_ref() == Some(&session.token),
            name: session.name,
            began_at: time::format(session.made_at),
            seen_at: time::format(session.used_at),
            address: session.address,
            browser: session.browser,
        };
        Ok(lasting.map(summary).collect())
    }
}
