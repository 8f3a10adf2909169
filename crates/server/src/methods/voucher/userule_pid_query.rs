//! `alipay.marketing.userule.pid.query`: the PIDs that a merchant can name in a template's `rule_conf`.
//!
//! Those are the merchant's own and the others with the same `mid` in the world file. A `pid` other than the one that
//! the call acts for is refused with 40006.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::foreign_pid;
use crate::biz::{Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read};
use store::{Tx, world};

/// See the module.
pub struct UserulePidQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The merchant that the call acts for.
        pid: Text<16> as "合作伙伴ID",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The PIDs, joined by commas: the given one first, then the others, ascending.
        pids: String,
    }
}

impl Method for UserulePidQuery {
    const NAME: &'static str = "alipay.marketing.userule.pid.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
}

impl Read for UserulePidQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        if *request.pid != *call.pid() {
            return Err(foreign_pid().into());
        }
        let mut pids = vec![call.pid().to_owned()];
        pids.extend(world::cognates(tx, call.pid())?);
        Ok(Response { pids: pids.join(",") })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}
