//! `punchcard.signature.list`: the last calls whose signature was refused, or whose caller has most likely made a
//! mistake.

use super::Limit;
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::rejected_call::{self, RejectedCall};
use store::{Fault, Tx};

/// See the module.
pub struct SignatureList;

biz! {
    /// The request.
    pub struct Request {
        /// How many at most, the newest first.
        limit: Limit,
    }
}

impl Method for SignatureList {
    const NAME: &'static str = "punchcard.signature.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = Vec<RejectedCall>;
}

impl OperatorRead for SignatureList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<RejectedCall>> {
        let limit = super::limit(request.limit) as usize;
        Ok(call.app.store.read::<_, Fault, _>(move |tx: &mut Tx| rejected_call::latest(tx, limit)).await?)
    }
}
