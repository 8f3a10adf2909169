//! An activity: what a merchant gives its members, where, and until when.
//!
//! CREATED (waits for an auditor) → STARTED | DISABLED; STARTED → FINISHED (its end has passed); STARTED, CREATED →
//! CLOSED (taken off line). The last three are final. Times are UTC milliseconds.

mod budget;
mod limits;
mod order;
mod tool;

pub use budget::Budget;
pub use limits::{Every, Frequency, Limits};
pub use order::{ActivityOrder, OrderKind, OrderStatus, Review, ReviewStatus};
pub use tool::{Tool, ToolKind};

use crate::calendar::LAST_WRITTEN;
use crate::id::{CampId, ItemId};
use crate::trade::Origin;
use crate::{Refusal, window};

/// The type of an activity, which decides what its members get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// POINT_SEND: members collect points on its card.
    PointSend,
    /// DIRECT_SEND: members take coupons on its page.
    DirectSend,
}

impl Kind {
    /// The kind's name on the wire and in the store: `POINT_SEND` or `DIRECT_SEND`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::PointSend => "POINT_SEND",
            Kind::DirectSend => "DIRECT_SEND",
        }
    }

    /// The kind with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Kind> {
        [Kind::PointSend, Kind::DirectSend].into_iter().find(|kind| kind.name() == name)
    }
}

/// The status of an activity: CREATED → STARTED | DISABLED; STARTED → FINISHED; CREATED and STARTED → CLOSED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Made by a service provider; an auditor has not said yet whether it may run.
    Created,
    /// It runs from [`Activity::starts_at`] to [`Activity::ends_at`].
    Started,
    /// The merchant has taken it offline; final.
    Closed,
    /// Its end has passed; final.
    Finished,
    /// The auditor has rejected it; final.
    Disabled,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 5] = [Status::Created, Status::Started, Status::Closed, Status::Finished, Status::Disabled];

    /// The status's name on the wire and in the store, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Status::Created => "CREATED",
            Status::Started => "STARTED",
            Status::Closed => "CLOSED",
            Status::Finished => "FINISHED",
            Status::Disabled => "DISABLED",
        }
    }

    /// The status with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }

    /// What an auditor has left to say of it, or has said against it; nothing stands for yes, or for no auditor.
    pub fn audit_name(self) -> Option<&'static str> {
        match self {
            Status::Created => Some("AUDITING"),
            Status::Disabled => Some("REJECT"),
            Status::Started | Status::Closed | Status::Finished => None,
        }
    }
}

/// A merchant's activity. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Its id, which says when it was made: `camp_id`.
    pub id: CampId,
    /// The account id of the merchant that it belongs to.
    pub pid: String,
    /// What the merchant calls it; need not be unique and never changes.
    pub name: String,
    /// The type, which never changes.
    pub kind: Kind,
    /// The last status that was recorded; a started one may not have begun yet.
    pub status: Status,
    /// The first moment in which it runs.
    pub starts_at: i64,
    /// The last second in which it runs; that second is within it.
    pub ends_at: i64,
    /// How long it was made to run: what an automatic delay adds.
    pub length_ms: i64,
    /// Whether its end moves on instead of ending it.
    pub auto_delay: bool,
    /// The number of the crowd whose members alone may take part.
    pub crowd: Option<i64>,
    /// All else that the merchant said, in the form that the caller keeps it.
    pub content: String,
    /// The call that made it: where its notifications go and how they are signed.
    pub origin: Origin,
    /// The number of its changes, from 1; an update names the version that it was decided on.
    pub version: i64,
}

impl Activity {
    /// The activity's id on its coupon page.
    pub fn item_id(&self) -> ItemId {
        ItemId::new(self.id.created_at, self.id.number)
    }

    /// Whether it gives anything at `now`. One that delays its end has none, even before that has been moved.
    pub fn running(&self, now: i64) -> bool {
        match self.status {
            Status::Started if self.auto_delay => self.starts_at <= now,
            Status::Started => window::contains(self.starts_at, self.ends_at, now),
            Status::Created | Status::Closed | Status::Finished | Status::Disabled => false,
        }
    }

    /// The auditor approves it: CREATED → STARTED. Refused in any other status.
    pub fn approve(self) -> Result<Activity, Refusal> {
        match self.status {
            Status::Created => Ok(Activity { status: Status::Started, ..self }),
            Status::Started | Status::Closed | Status::Finished | Status::Disabled => Err(Refusal::CampaignStatusError),
        }
    }

    /// The auditor rejects it: CREATED → DISABLED. Refused in any other status.
    pub fn reject(self) -> Result<Activity, Refusal> {
        match self.status {
            Status::Created => Ok(Activity { status: Status::Disabled, ..self }),
            Status::Started | Status::Closed | Status::Finished | Status::Disabled => Err(Refusal::CampaignStatusError),
        }
    }

    /// The merchant gives more: a later end and what else has grown, as new content. An earlier end changes nothing.
    pub fn modify(self, ends_at: i64, content: String) -> Result<Activity, Refusal> {
        match self.status {
            Status::Started => Ok(Activity { ends_at: self.ends_at.max(ends_at), content, ..self }),
            Status::Created | Status::Closed | Status::Finished | Status::Disabled => Err(Refusal::CampaignStatusError),
        }
    }

    /// The merchant takes it offline: CREATED or STARTED → CLOSED. Refused in any other status.
    pub fn offline(self) -> Result<Activity, Refusal> {
        match self.status {
            Status::Created | Status::Started => Ok(Activity { status: Status::Closed, ..self }),
            Status::Closed | Status::Finished | Status::Disabled => Err(Refusal::CampaignStatusError),
        }
    }

    /// When its end has passed: what [`Activity::finish`] is to be called at.
    pub fn finishes_at(&self) -> i64 {
        window::over_at(self.ends_at)
    }

    /// Its end has passed, and so it is over; or that moves on by its length, as often as it takes to lie ahead.
    pub fn finish(self, now: i64) -> Result<Activity, Refusal> {
        match self.status {
            Status::Started if now < self.finishes_at() => Err(Refusal::CampaignStatusError),
            Status::Started if self.auto_delay => {
                let lengths = (now - self.finishes_at()) / self.length_ms + 1;
                let ends_at = self.ends_at + lengths * self.length_ms;
                // No later end can be written; no clock gets there.
                Ok(Activity { ends_at: ends_at.min(LAST_WRITTEN), ..self })
            }
            Status::Started => Ok(Activity { status: Status::Finished, ..self }),
            Status::Created | Status::Closed | Status::Finished | Status::Disabled => Err(Refusal::CampaignStatusError),
        }
    }
}

#[cfg(test)]
mod tests;
