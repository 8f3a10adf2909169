//! Activities as the operator sees them: a list, one in full, and what an auditor says of those that providers made.

use super::{OperatorError, refused};
use crate::acts::activity::audit::{self, Verdict};
use crate::app::App;
use crate::methods::activity::detail::Detail;
use domain::Refusal;
use domain::activity::{Activity, Budget, Status};
use domain::id::CampIdText;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Fault, Stop, Tx, activity, counter};
use wire::time;

/// Which activities are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ActivityFilter {
    /// In this status; absent for all.
    pub status: Option<String>,
    /// A merchant's; absent for all.
    pub pid: Option<String>,
    /// How many at most, the newest first.
    pub limit: u32,
}

/// An activity. Times are as the wire has them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListedActivity {
    pub camp_id: String,
    pub pid: String,
    pub name: String,
    pub r#type: String,
    pub status: String,
    pub start_time: String,
    pub end_time: String,
}

/// An activity in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownActivity {
    /// The merchant.
    pub pid: String,
    /// Where what comes of it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// What was taken of its budget, in all and today, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// What `activity.query` says of it.
    pub camp_detail: Map<String, Value>,
}

/// What was taken of a budget.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Taken {
    pub total: i64,
    pub today: Option<i64>,
}

/// What an auditor says of an activity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Said {
    pub camp_id: String,
    pub verdict: Verdict,
    pub reason: Option<String>,
}

/// The most shops that are shown of one.
const SHOPS_MAX: i64 = 100_000;
/// The longest reason of an auditor.
const REASON_CHARS_MAX: usize = 500;

/// The newest ones.
pub async fn list(app: &App, filter: ActivityFilter) -> Result<Vec<ListedActivity>, OperatorError> {
    let status = filter.status.unwrap_or_default();
    if !status.is_empty() && Status::from_name(&status).is_none() {
        let names = Status::ALL.map(Status::name).join(", ");
        return Err(OperatorError::refused(format!("{status} is no status of an activity: there are {names}")));
    }
    let pid = filter.pid.unwrap_or_default();
    let read = move |tx: &mut Tx| activity::list(tx, &pid, &status, filter.limit.into());
    let found: Result<Vec<Activity>, Fault> = app.store.read(read).await;
    Ok(found.map_err(|fault| refused(&fault))?.into_iter().map(listed).collect())
}

fn listed(activity: Activity) -> ListedActivity {
    ListedActivity {
        camp_id: activity.id.to_text(),
        r#type: activity.kind.name().to_owned(),
        status: activity.status.name().to_owned(),
        start_time: time::format(activity.starts_at),
        end_time: time::format(activity.ends_at),
        pid: activity.pid,
        name: activity.name,
    }
}

/// One of them.
pub async fn show(app: &App, camp_id: &str) -> Result<ShownActivity, OperatorError> {
    let (camp_id, now, site) = (camp_id.to_owned(), app.clock.now(), app.site.asking());
    let read = move |tx: &mut Tx| {
        let activity = find(tx, &camp_id)?;
        let number = activity.id.number;
        let total = counter::left(tx, Budget::TOTAL, number, "")?;
        let today = counter::left(tx, Budget::DAILY, number, &Budget::day(now))?;
        let detail = Detail {
            tools: activity::tools(tx, number)?,
            shops: activity::shops(tx, number, SHOPS_MAX)?,
            orders: activity::orders(tx, number)?,
            base_url: site(tx)?,
            activity,
        };
        let taken = total.map(|total| Taken { total: total.taken, today: today.map(|today| today.taken) });
        Ok::<_, Stop>((detail, taken))
    };
    let (detail, taken) = app.store.read(read).await.map_err(told)?;
    let camp_detail = detail.members().map_err(|fault| refused(&fault))?;
    let Activity { pid, origin, .. } = detail.activity;
    Ok(ShownActivity { pid, notify_url: origin.notify_url, taken, camp_detail })
}

/// Lets it run, or not; how it stands then.
pub async fn review(app: &App, said: Said) -> Result<ListedActivity, OperatorError> {
    let reason = said.reason.as_deref().unwrap_or_default();
    if said.verdict == Verdict::Reject && reason.trim().is_empty() {
        return Err(OperatorError::refused("whoever rejects an activity says why: its maker is told"));
    }
    if REASON_CHARS_MAX < reason.chars().count() || reason.contains('\0') {
        return Err(OperatorError::refused(format!(
            "a reason has up to {REASON_CHARS_MAX} characters, none of them U+0000"
        )));
    }
    let at = app.clock.now();
    let number = app.store.next_numbers(audit::NEW_IDS).await.map_err(|fault| refused(&fault))?;
    let write = move |tx: &mut Tx| {
        let found = find(tx, &said.camp_id)?;
        let order_id = activity::bucket(&found.pid).id(number);
        audit::review(tx, found, said.verdict, said.reason.as_deref(), order_id, at)
    };
    let decided: Result<Activity, Stop> = app.store.write(write).await;
    decided.map(listed).map_err(told)
}

/// Anybody's activity.
fn find(tx: &mut Tx, camp_id: &str) -> Result<Activity, Stop> {
    let id = CampIdText::parse(camp_id).ok_or(Refusal::CampaignNotExist)?;
    let found = activity::get(tx, id.number)?.filter(|activity| id.names(activity.id));
    found.ok_or_else(|| Refusal::CampaignNotExist.into())
}

fn told(stop: Stop) -> OperatorError {
    match stop {
        Stop::Refused(Refusal::CampaignNotExist) => OperatorError::refused("no such activity"),
        Stop::Refused(Refusal::CampaignStatusError) => OperatorError::refused(
            "the activity does not wait for an auditor: punchcard activity show tells how it stands",
        ),
        Stop::Refused(other) => OperatorError::refused(format!("{other:?}")),
        Stop::Fault(fault) => refused(&fault),
    }
}
