//! `punchcard.notice.list`: the newest notifications of all merchants, or of one.

use super::{Argument, Limit};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use crate::notices::{self, NoticeFilter, NoticeSummary};

/// See the module.
pub struct NoticeList;

biz! {
    /// The request.
    pub struct Request {
        /// Only `PENDING`, `DELIVERED` or `FAILED` ones; all when absent.
        state: Option<Argument>,
        /// A merchant's; all merchants' when absent.
        pid: Option<Argument>,
        /// How many at most, the newest first.
        limit: Limit,
    }
}

impl Method for NoticeList {
    const NAME: &'static str = "punchcard.notice.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Vec<NoticeSummary>;
}

impl OperatorRead for NoticeList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<NoticeSummary>> {
        let [state, pid] = [request.state, request.pid].map(|text| text.map(|text| text.to_string()));
        let filter = NoticeFilter { state, pid, limit: super::limit(request.limit) };
        Ok(notices::list(&call.app, filter).await?)
    }
}
