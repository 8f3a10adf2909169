//! `punchcard.prove.run`: every balance and counter is recomputed from what it is the sum of, in one snapshot.

use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::Fault;
use store::prove::{Row, prove};

/// See the module.
pub struct ProveRun;

biz! {
    /// The request.
    pub struct Request {}
}

impl Method for ProveRun {
    const NAME: &'static str = "punchcard.prove.run";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Vec<Row>;
}

impl OperatorRead for ProveRun {
    async fn run(call: OperatorCall, _: Request) -> Answer<Vec<Row>> {
        let proved: Result<Vec<Row>, Fault> = super::read_long(&call.app, prove).await?;
        proved.map_err(CallError::from)
    }
}
