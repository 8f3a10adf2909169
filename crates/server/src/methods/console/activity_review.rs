//! `punchcard.activity.review`: an auditor lets an activity run that waits for that, or never lets it run.

use super::activity::{ActivitySummary, find, refused};
use super::{Argument, wrong};
use crate::acts::activity::audit::{self, Verdict};
use crate::answer::Answer;
use crate::biz::{Text, biz, choice};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use store::{Tx, activity};

/// The most characters of an auditor's reason.
const REASON_CHARS_MAX: usize = 500;

/// See the module.
pub struct ActivityReview;

choice! {
    /// An auditor's verdict.
    pub enum Decision {
        /// The activity runs.
        Approve = "approve",
        /// The activity never runs.
        Reject = "reject",
    }
}

biz! {
    /// The request.
    pub struct Request {
        /// The activity.
        camp_id: Argument,
        /// The verdict.
        verdict: Decision,
        /// The reason, which its maker is told; needed to reject it.
        reason: Option<Text<65_535>>,
    }
}

impl Decision {
    fn verdict(self) -> Verdict {
        match self {
            Decision::Approve => Verdict::Approve,
            Decision::Reject => Verdict::Reject,
        }
    }
}

impl Method for ActivityReview {
    const NAME: &'static str = "punchcard.activity.review";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = ActivitySummary;
}

impl OperatorWrite for ActivityReview {
    fn action(request: &Request) -> (&'static str, String) {
        (request.verdict.verdict().name(), request.camp_id.to_string())
    }

    fn outcome(response: &ActivitySummary) -> String {
        response.status.clone()
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<ActivitySummary> {
        let reason = request.reason.as_deref().unwrap_or_default();
        if request.verdict == Decision::Reject && reason.trim().is_empty() {
            return Err(wrong("whoever rejects an activity says why: its maker is told"));
        }
        if REASON_CHARS_MAX < reason.chars().count() || reason.contains('\0') {
            return Err(wrong(format!("a reason has up to {REASON_CHARS_MAX} characters, none of them U+0000")));
        }
        let at = call.app.clock.now();
        let number = call.app.store.next_numbers(audit::NEW_IDS).await?;
        let write = move |tx: &mut Tx| {
            let found = find(tx, &request.camp_id)?;
            let order_id = activity::bucket(&found.pid).id(number);
            let (verdict, reason) = (request.verdict.verdict(), request.reason.as_deref());
            audit::review(tx, found, verdict, reason, order_id, at).map_err(refused)
        };
        let reviewed: Answer<_> = call.app.store.write(write).await;
        reviewed.map(ActivitySummary::from)
    }
}
