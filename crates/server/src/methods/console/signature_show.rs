//! `punchcard.signature.show`: what was found out about one of the calls that `punchcard.signature.list` lists.

use super::{Argument, not_found};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::rejected_call::{self, RejectedCall};
use store::{Fault, Tx};

/// See the module.
pub struct SignatureShow;

biz! {
    /// The request.
    pub struct Request {
        /// The call's trace id.
        trace_id: Argument,
    }
}

impl Method for SignatureShow {
    const NAME: &'static str = "punchcard.signature.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = RejectedCall;
}

impl OperatorRead for SignatureShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<RejectedCall> {
        let trace_id = request.trace_id.to_string();
        let unknown =
            not_found(format!("no refusal with trace {trace_id} is kept; punchcard doctor lists the last ones"));
        let found = call.app.store.read::<_, Fault, _>(move |tx: &mut Tx| rejected_call::find(tx, &trace_id)).await?;
        found.ok_or(unknown)
    }
}
