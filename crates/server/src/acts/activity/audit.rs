//! The review of an activity that a service provider made: an auditor lets it run, or rejects it.

use domain::activity::{Activity, ActivityOrder, OrderKind, ReviewStatus};
use domain::id::OrderId;
use serde::{Deserialize, Serialize};
use store::{Stop, Tx, activity, job};

/// Who audits: whoever runs the platform.
const AUDITOR: &str = "OPERATOR";

/// How many new ids it takes: that of the order which lets it run.
pub const NEW_IDS: u16 = 1;

/// What an auditor decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The activity runs from now on.
    Approve,
    /// The activity never runs.
    Reject,
}

impl Verdict {
    /// What the verdict does, for the log.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Approve => "approve an activity",
            Verdict::Reject => "reject an activity",
        }
    }
}

/// Decides about an activity that waits for its review, which is refused to any other. `order_id` is a new id, `at`
/// now, UTC milliseconds.
pub fn review(
    tx: &mut Tx,
    found: Activity,
    verdict: Verdict,
    reason: Option<&str>,
    order_id: i64,
    at: i64,
) -> Result<Activity, Stop> {
    let (decided, status) = match verdict {
        Verdict::Approve => (found.approve()?, ReviewStatus::Pass),
        Verdict::Reject => (found.reject()?, ReviewStatus::Reject),
    };
    let number = decided.id.number;
    activity::update(tx, &decided)?;
    for asked in activity::orders(tx, number)? {
        activity::review(tx, &asked.reviewed(status, Some(AUDITOR), reason, at))?;
    }
    if verdict == Verdict::Approve {
        activity::insert_order(tx, &ActivityOrder::by_system(OrderId::new(at, order_id), number, OrderKind::Enable))?;
        job::put(tx, job::ACTIVITY_FINISH, number, decided.finishes_at())?;
    }
    Ok(decided)
}
