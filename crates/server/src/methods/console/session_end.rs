//! `punchcard.session.end`: signs an operator out everywhere; the next request of each of the sessions is refused.

use super::Argument;
use super::operator::of_merchant;
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use serde::{Deserialize, Serialize};
use store::{Tx, operator};

/// See the module.
pub struct SessionEnd;

biz! {
    /// The request.
    pub struct Request {
        /// Only if the operator is this merchant's alone.
        pid: Option<Argument>,
        /// The operator.
        name: Argument,
    }
}

/// What has ended.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EndedSessions {
    /// How many sessions.
    pub ended: u64,
}

impl Method for SessionEnd {
    const NAME: &'static str = "punchcard.session.end";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = EndedSessions;
}

impl OperatorWrite for SessionEnd {
    fn action(request: &Request) -> (&'static str, String) {
        ("end an operator's sessions", request.name.to_string())
    }

    fn outcome(EndedSessions { ended }: &EndedSessions) -> String {
        format!("{ended} ended")
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<EndedSessions> {
        let (pid, name) = (request.pid.map(|text| text.to_string()), request.name.to_string());
        let actor = call.actor.clone();
        let write = move |tx: &mut Tx| {
            operator::hold(tx)?;
            actor.still_may(tx)?;
            of_merchant(tx, &name, pid.as_deref())?;
            Ok(EndedSessions { ended: operator::end_all(tx, &name)? })
        };
        call.app.store.write(write).await
    }
}
