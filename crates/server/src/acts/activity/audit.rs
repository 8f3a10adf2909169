//! What an auditor says of an activity that a service provider made: it may run, or it may not.

use crate::jobs::activity_finish;
use domain::activity::{Activity, Order, OrderKind, ReviewStatus};
use domain::id::OrderId;
use serde::{Deserialize, Serialize};
use store::{Stop, Tx, activity, job};

/// Who audits: whoever runs the platform.
const AUDITOR: &str = "OPERATOR";

/// How many new ids it takes: that of the order which lets it run.
pub const NEW_IDS: u16 = 1;

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It runs from now on.
    Approve,
    /// It never will.
    Reject,
}

impl Verdict {
    /// What it does, for the log.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Approve => "approve an activity",
            Verdict::Reject => "reject an activity",
        }
    }
}

/// Says it. `order_id` is a new id, `at` now, UTC milliseconds.
pub fn say(
    tx: &mut Tx,
    found: Activity,
    verdict: Verdict,
    reason: Option<&str>,
    order_id: i64,
    at: i64,
) -> Result<Activity, Stop> {
    let (decided, said) = match verdict {
        Verdict::Approve => (found.approve()?, ReviewStatus::Pass),
        Verdict::Reject => (found.reject()?, ReviewStatus::Reject),
    };
    let number = decided.id.number;
    activity::update(tx, &decided)?;
    for asked in activity::orders(tx, number)? {
        activity::review(tx, &asked.reviewed(said, Some(AUDITOR), reason, at))?;
    }
    if verdict == Verdict::Approve {
        activity::insert_order(tx, &Order::by_system(OrderId::new(at, order_id), number, OrderKind::Enable))?;
        job::put(tx, activity_finish::KIND, number, decided.finishes_at())?;
    }
    Ok(decided)
}
