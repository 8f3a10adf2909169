//! `punchcard.activity.totals`: what became of an activity's coupons, and what they cost.

use super::{Argument, activity};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::activity::Budget;
use serde::{Deserialize, Serialize};
use store::coupon::{self, CouponTotals};
use store::{Tx, counter};
use wire::money;

/// See the module.
pub struct ActivityTotals;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// The activity.
        camp_id: Argument,
    }
}

/// An activity in numbers. `issued` is `unused`, `used`, `refunded` and `expired` together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActivityTotalsView {
    /// The activity.
    pub camp_id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
    /// How often it may give; absent where it has no budget, as a point card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<i64>,
    /// How often it gave.
    pub taken: i64,
    /// How many coupons it gave.
    pub issued: i64,
    /// How many of them can be used still, or soon.
    pub unused: i64,
    /// How many were used.
    pub used: i64,
    /// How many were used in trades that were refunded whole.
    pub refunded: i64,
    /// How many nobody used in time.
    pub expired: i64,
    /// What they took off trades, yuan.
    pub deducted_amount: String,
    /// What of that was at the merchant's cost, yuan.
    pub merchant_amount: String,
    /// What refunds took back of what they took off, yuan.
    pub refunded_amount: String,
    /// What they cost: what they took off, less what refunds took back, yuan.
    pub cost: String,
}

impl Method for ActivityTotals {
    const NAME: &'static str = "punchcard.activity.totals";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = ActivityTotalsView;
}

impl OperatorRead for ActivityTotals {
    async fn run(call: OperatorCall, request: Request) -> Answer<ActivityTotalsView> {
        let now = call.app.clock.now();
        let found =
            call.app.store.read(move |tx: &mut Tx| activity::find_of(tx, &request.pid, &request.camp_id)).await?;
        let number = found.id.number;
        let read =
            move |tx: &mut Tx| Ok((coupon::totals(tx, number, now)?, counter::left(tx, Budget::TOTAL, number, "")?));
        let (totals, stock) = super::read_long(&call.app, read).await??;
        let CouponTotals { issued, unused, used, refunded, expired, deducted_fen, merchant_fen, refunded_fen } = totals;
        Ok(ActivityTotalsView {
            camp_id: found.id.to_text(),
            status: found.status.name().to_owned(),
            name: found.name,
            budget: stock.map(|stock| stock.total),
            taken: stock.map_or(0, |stock| stock.taken),
            issued,
            unused,
            used,
            refunded,
            expired,
            deducted_amount: money::format(deducted_fen),
            merchant_amount: money::format(merchant_fen),
            refunded_amount: money::format(refunded_fen),
            cost: money::format(deducted_fen - refunded_fen),
        })
    }
}
