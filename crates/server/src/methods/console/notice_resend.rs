//! `punchcard.notice.resend`: delivers notifications again from now on, whatever became of them; all of them or none.

use super::Argument;
use crate::answer::Answer;
use crate::biz::{List, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use crate::notices;

/// See the module.
pub struct NoticeResend;

biz! {
    /// The request.
    pub struct Request {
        /// The notifications' ids.
        notify_ids: List<Argument, 100_000>,
    }
}

impl Method for NoticeResend {
    const NAME: &'static str = "punchcard.notice.resend";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = usize;
}

impl OperatorWrite for NoticeResend {
    fn action(request: &Request) -> (&'static str, String) {
        let ids: Vec<&str> = request.notify_ids.0.iter().map(|id| &**id).collect();
        ("resend notifications", ids.join(" "))
    }

    fn outcome(response: &usize) -> String {
        response.to_string()
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<usize> {
        let ids = request.notify_ids.0.iter().map(|id| id.to_string()).collect();
        Ok(notices::resend(&call.app, ids).await?)
    }
}
