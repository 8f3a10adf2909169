//! `punchcard.crowd.usage`: what uses a crowd: activities for its members, and vouchers that were sent to it.

use super::activity::ActivitySummary;
use super::batch::BatchView;
use super::{Argument, crowd};
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, activity, voucher_batch};

/// See the module.
pub struct CrowdUsage;

/// The most of each that are told.
const EACH_MAX: u32 = 1_000;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// The crowd.
        crowd: Argument,
    }
}

/// What uses a crowd.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Usage {
    /// The crowd's name.
    pub name: String,
    /// Whether it can be deleted: no activity that is not over is for it.
    pub can_be_deleted: bool,
    /// The activities for its members, the newest first; a thousand at most.
    pub activities: Vec<ActivitySummary>,
    /// The batches of vouchers that were sent to it, the newest first; a thousand at most.
    pub batches: Vec<BatchView>,
}

impl Method for CrowdUsage {
    const NAME: &'static str = "punchcard.crowd.usage";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Usage;
}

impl OperatorRead for CrowdUsage {
    async fn run(call: OperatorCall, request: Request) -> Answer<Usage> {
        let read = move |tx: &mut Tx| {
            let found = crowd::find(tx, &request.pid, &request.crowd)?;
            let activities = activity::of_crowd(tx, found.id.number, EACH_MAX)?;
            let batches = voucher_batch::of_source(tx, &format!("crowd {}", found.id.to_text()), EACH_MAX.into())?;
            let batches = batches.into_iter().map(|batch| BatchView::of(tx, batch)).collect::<Result<_, Fault>>()?;
            Ok::<_, CallError>(Usage {
                can_be_deleted: !activity::uses_crowd(tx, found.id.number)?,
                activities: activities.into_iter().map(ActivitySummary::from).collect(),
                batches,
                name: found.name,
            })
        };
        call.app.store.read(read).await
    }
}
