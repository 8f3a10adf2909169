//! `punchcard.notice.show`: one notification with every delivery of it.

use super::Argument;
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use crate::notices::{self, NoticeView};

/// See the module.
pub struct NoticeShow;

biz! {
    /// The request.
    pub struct Request {
        /// The notification's id.
        notify_id: Argument,
    }
}

impl Method for NoticeShow {
    const NAME: &'static str = "punchcard.notice.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = NoticeView;
}

impl OperatorRead for NoticeShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<NoticeView> {
        Ok(notices::show(&call.app, &request.notify_id).await?)
    }
}
