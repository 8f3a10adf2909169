//! `punchcard.import.vouchers`: the rows of a file, CSV or NDJSON, become the history of vouchers that members received
//! elsewhere.

use super::rows::{self, Request};
use crate::answer::Answer;
use crate::import::{self, Report};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};

/// See the module.
pub struct ImportVouchers;

impl Method for ImportVouchers {
    const NAME: &'static str = "punchcard.import.vouchers";
    const DOORS: Doors = Doors::CONTROL;
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Report;
}

impl OperatorWrite for ImportVouchers {
    fn action(request: &Request) -> (&'static str, String) {
        rows::action(request, "vouchers")
    }

    fn outcome(report: &Report) -> String {
        rows::outcome(report)
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Report> {
        let how = rows::how(&request)?;
        Ok(import::vouchers(&call.app, &request.pid, call.input, how).await?)
    }
}
