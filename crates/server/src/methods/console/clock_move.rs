//! `punchcard.clock.move`: moves a manual clock, and answers when every job is done that was due on the way.

use super::{Argument, wrong};
use crate::answer::{Answer, CallError};
use crate::app::clock::parse_time;
use crate::biz::{Flag, biz};
use crate::clock_driver::{self, ClockError, Move, Movement};
use crate::duration;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use wire::time;

/// See the module.
pub struct ClockMove;

biz! {
    /// The request: one of its members says where to.
    pub struct Request {
        /// To this time, as `2026-02-01T00:00:00+08:00`, or `2026-02-01 00:00:00` in UTC+8.
        to: Option<Argument>,
        /// By this long, as `90d` or `1d12h`.
        by: Option<Argument>,
        /// To when the next job is due.
        next: Option<Flag>,
    }
}

impl Method for ClockMove {
    const NAME: &'static str = "punchcard.clock.move";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = Movement;
}

impl OperatorWrite for ClockMove {
    fn action(_: &Request) -> (&'static str, String) {
        ("move the clock", String::new())
    }

    fn outcome(response: &Movement) -> String {
        format!("from {} to {}", time::format(response.from), time::format(response.to))
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Movement> {
        let to = match (request.to.as_deref(), request.by.as_deref(), request.next) {
            (Some(to), None, None) => Move::To(parse_time(to).map_err(wrong)?),
            (None, Some(by), None) => Move::By(duration::parse(by).map_err(wrong)?),
            (None, None, Some(Flag(true))) => Move::Next,
            _ => return Err(wrong("a clock is moved either to a time, or by a time, or to the next job")),
        };
        clock_driver::advance(&call.app, to).await.map_err(|error| match error {
            ClockError::Store(fault) => CallError::from(fault),
            refused => wrong(refused.to_string()),
        })
    }
}
