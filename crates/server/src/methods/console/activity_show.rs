//! `punchcard.activity.show`: one activity in full, with what was taken of its budget.

use super::Argument;
use super::activity::find;
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::activity::detail::Detail;
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::activity::{Activity, Budget};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Tx, activity, counter};

/// The most shops that are shown of an activity.
const SHOPS_MAX: i64 = 100_000;

/// See the module.
pub struct ActivityShow;

biz! {
    /// The request.
    pub struct Request {
        /// The activity.
        camp_id: Argument,
    }
}

/// An activity in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActivityView {
    /// The merchant.
    pub pid: String,
    /// The address that its notifications go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// What was taken of its budget, in all and today, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// What `activity.query` says of it.
    pub camp_detail: Map<String, Value>,
}

/// The coupons that were taken of a budget.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Taken {
    /// In all.
    pub total: i64,
    /// Today, where it has a daily budget.
    pub today: Option<i64>,
}

impl Method for ActivityShow {
    const NAME: &'static str = "punchcard.activity.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = ActivityView;
}

impl OperatorRead for ActivityShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<ActivityView> {
        let (now, site) = (call.app.clock.now(), call.app.site.asking());
        let read = move |tx: &mut Tx| {
            let activity = find(tx, &request.camp_id)?;
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
            Ok::<_, CallError>((detail, taken))
        };
        let (detail, taken) = call.app.store.read(read).await?;
        let camp_detail = detail.members()?;
        let Activity { pid, origin, .. } = detail.activity;
        Ok(ActivityView { pid, notify_url: origin.notify_url, taken, camp_detail })
    }
}
