//! `punchcard.points.frozen`: the points that have waited long for COMMIT or CANCEL, the oldest freeze first.

use super::{Argument, Limit, wrong};
use crate::answer::Answer;
use crate::biz::biz;
use crate::duration;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::points::{self, Open};
use store::{Fault, Tx};
use wire::time;

/// See the module.
pub struct PointsFrozen;

biz! {
    /// The request.
    pub struct Request {
        /// Only freezes that have waited this long, as `7d` or `12h`; all when absent.
        older: Option<Argument>,
        /// A merchant's; all merchants' when absent.
        pid: Option<Argument>,
        /// How many at most.
        limit: Limit,
    }
}

/// A freeze that waits for COMMIT or CANCEL. Times are those of the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FreezeView {
    /// What COMMIT and CANCEL call it.
    pub point_log_no: String,
    /// The merchant.
    pub pid: String,
    /// The card.
    pub activity_account: String,
    /// Whose points.
    pub user_id: String,
    /// How many.
    pub points: i64,
    /// Since when it waits.
    pub frozen_at: String,
    /// When its card ends, and it is cancelled.
    pub card_ends: String,
}

impl Method for PointsFrozen {
    const NAME: &'static str = "punchcard.points.frozen";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Vec<FreezeView>;
}

impl OperatorRead for PointsFrozen {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<FreezeView>> {
        let older_ms = request.older.as_deref().map_or(Ok(0), duration::parse).map_err(wrong)?;
        let until = call.app.clock.now().saturating_sub(older_ms);
        let limit = super::limit(request.limit);
        let read = move |tx: &mut Tx| points::open(tx, request.pid.as_deref(), until, limit);
        let found = call.app.store.read::<_, Fault, _>(read).await?;
        Ok(found.iter().map(FreezeView::from).collect())
    }
}

impl From<&Open> for FreezeView {
    fn from(open: &Open) -> FreezeView {
        FreezeView {
            point_log_no: open.no.to_text(),
            pid: open.pid.clone(),
            activity_account: open.card.to_text(),
            user_id: open.user_id.clone(),
            points: open.amount.points(),
            frozen_at: time::format(open.no.created_at),
            card_ends: time::format(open.card_ends_at),
        }
    }
}
