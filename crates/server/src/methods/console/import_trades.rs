//! `punchcard.import.trades`: the rows of a file, CSV or NDJSON, become trades that a merchant made elsewhere.

use super::rows::{self, Request};
use crate::answer::Answer;
use crate::import::{self, Report};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};

/// See the module.
pub struct ImportTrades;

impl Method for ImportTrades {
    const NAME: &'static str = "punchcard.import.trades";
    const DOORS: Doors = Doors::CONTROL;
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Report;
}

impl OperatorWrite for ImportTrades {
    fn action(request: &Request) -> (&'static str, String) {
        rows::action(request, "trades")
    }

    fn outcome(report: &Report) -> String {
        rows::outcome(report)
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Report> {
        let how = rows::how(&request)?;
        Ok(import::trades(&call.app, &request.pid, call.input, how).await?)
    }
}
