//! Activities: point cards and coupons that a merchant gives its members, where, and until when.
//!
//! A merchant describes an activity as a [`crate::acts::activity::plan::Plan`]. It is kept as it was sent, less what
//! has columns of its own; [`crate::acts::activity::stored`] reads it back.

pub mod batchquery;
pub mod create;
pub mod detail;
pub mod modify;
pub mod offline;
mod order_view;
pub mod query;

pub use order_view::OrderView;

use super::operator::OperatorType;
use super::{Answer, Call};
use domain::Refusal;
use domain::activity::{Activity, ActivityOrder, OrderKind, OrderStatus};
use domain::id::{CampIdText, OrderId};
use store::Tx;

/// The merchant's activity of that id; another merchant's is as unknown as one that never was.
fn activity(call: &Call, tx: &mut Tx, camp_id: &str) -> Answer<Activity> {
    let Some(id) = CampIdText::parse(camp_id) else { return Err(Refusal::CampaignNotExist.into()) };
    let found = store::activity::find(tx, call.pid(), id)?;
    found.ok_or_else(|| Refusal::CampaignNotExist.into())
}

/// What the caller does to an activity, as done; the merchant is the operator when none is named.
fn order(
    call: &Call,
    id: i64,
    activity: i64,
    kind: OrderKind,
    operator_id: Option<&str>,
    operator_type: Option<OperatorType>,
) -> ActivityOrder {
    ActivityOrder {
        id: OrderId::new(call.now, id),
        activity,
        kind,
        status: OrderStatus::Success,
        creator_id: operator_id.unwrap_or(call.pid()).to_owned(),
        creator_type: operator_type.unwrap_or(OperatorType::Mer).name().to_owned(),
        reason: None,
        review: None,
    }
}
