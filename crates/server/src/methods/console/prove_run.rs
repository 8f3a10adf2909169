//! `punchcard.prove.run`: every balance and counter is recomputed from what it is the sum of, in one snapshot.

use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::Fault;
use store::Tx;
use store::prove::{Row, prove, prove_acts};
use wire::sha256;

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
        let all = |tx: &mut Tx| {
            let mut rows = prove(tx)?;
            rows.push(prove_acts(tx, sha256)?);
            Ok::<_, Fault>(rows)
        };
        let proved = super::read_long(&call.app, all).await?;
        proved.map_err(CallError::from)
    }
}
