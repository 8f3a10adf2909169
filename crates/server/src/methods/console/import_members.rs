//! `punchcard.import.members`: the rows of a file, CSV or NDJSON, become members.

use super::rows::{self, Request};
use crate::answer::Answer;
use crate::import::{self, Report};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};

/// See the module.
pub struct ImportMembers;

impl Method for ImportMembers {
    const NAME: &'static str = "punchcard.import.members";
    const DOORS: Doors = Doors::CONTROL;
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Report;
}

impl OperatorWrite for ImportMembers {
    fn action(request: &Request) -> (&'static str, String) {
        rows::action(request, "members")
    }

    fn outcome(report: &Report) -> String {
        rows::outcome(report)
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Report> {
        let how = rows::how(&request)?;
        Ok(import::members(&call.app, &request.pid, call.input, how).await?)
    }
}
