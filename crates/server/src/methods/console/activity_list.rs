//! `punchcard.activity.list`: the newest activities of all merchants, or of one.

use super::activity::ActivitySummary;
use super::{Argument, Limit, wrong};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::activity::{Activity, Status};
use store::{Fault, Tx, activity};

/// See the module.
pub struct ActivityList;

biz! {
    /// The request.
    pub struct Request {
        /// Only activities in this status; all when absent.
        status: Option<Argument>,
        /// A merchant's; all merchants' when absent.
        pid: Option<Argument>,
        /// How many at most, the newest first.
        limit: Limit,
    }
}

impl Method for ActivityList {
    const NAME: &'static str = "punchcard.activity.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Vec<ActivitySummary>;
}

impl OperatorRead for ActivityList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<ActivitySummary>> {
        let Request { status, pid, limit } = request;
        if let Some(status) = status.as_deref().filter(|status| Status::from_name(status).is_none()) {
            let names = Status::ALL.map(Status::name).join(", ");
            return Err(wrong(format!("{status} is no status of an activity: there are {names}")));
        }
        let limit = super::limit(limit);
        let read = move |tx: &mut Tx| {
            activity::list(tx, pid.as_deref().unwrap_or_default(), status.as_deref().unwrap_or_default(), limit.into())
        };
        let found: Vec<Activity> = call.app.store.read::<_, Fault, _>(read).await?;
        Ok(found.into_iter().map(ActivitySummary::from).collect())
    }
}
