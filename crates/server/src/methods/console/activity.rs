//! What the operators' methods on activities share.

use super::{not_found, wrong};
use crate::answer::{Answer, CallError};
use domain::Refusal;
use domain::activity::Activity;
use domain::id::CampIdText;
use serde::{Deserialize, Serialize};
use store::{Stop, Tx, activity};
use wire::time;

/// An activity as a list has it. Times are as the wire has them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActivitySummary {
    /// The activity's id.
    pub camp_id: String,
    /// The merchant.
    pub pid: String,
    /// Its name.
    pub name: String,
    /// Its kind, as the wire spells it.
    pub r#type: String,
    /// Its status, as the wire spells it.
    pub status: String,
    /// The start of its time.
    pub start_time: String,
    /// The end of its time.
    pub end_time: String,
}

impl From<Activity> for ActivitySummary {
    fn from(activity: Activity) -> ActivitySummary {
        ActivitySummary {
            camp_id: activity.id.to_text(),
            r#type: activity.kind.name().to_owned(),
            status: activity.status.name().to_owned(),
            start_time: time::format(activity.starts_at),
            end_time: time::format(activity.ends_at),
            pid: activity.pid,
            name: activity.name,
        }
    }
}

/// Any merchant's activity.
pub fn find(tx: &mut Tx, camp_id: &str) -> Answer<Activity> {
    let unknown = || not_found("no such activity");
    let id = CampIdText::parse(camp_id).ok_or_else(unknown)?;
    activity::get(tx, id.number)?.filter(|activity| id.names(activity.id)).ok_or_else(unknown)
}

/// A merchant's activity; another merchant's is as unknown as none.
pub fn find_of(tx: &mut Tx, pid: &str, camp_id: &str) -> Answer<Activity> {
    let found = find(tx, camp_id)?;
    if found.pid == pid { Ok(found) } else { Err(not_found("no such activity")) }
}

/// The reason for which an auditor's verdict was refused, for an operator.
pub fn refused(stop: Stop) -> CallError {
    match stop {
        Stop::Refused(Refusal::CampaignStatusError) => {
            wrong("the activity does not wait for an auditor: punchcard activity show tells how it stands")
        }
        Stop::Refused(other) => wrong(format!("{other:?}")),
        Stop::Fault(fault) => fault.into(),
    }
}
