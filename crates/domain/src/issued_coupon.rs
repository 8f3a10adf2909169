//! A coupon that a member holds.

use crate::id::VoucherId;
use crate::redemption::Redemption;

/// A coupon in a member's hands: one that an activity gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCoupon {
    /// The coupon's id, `voucher_id`, which holds the day it was received on.
    pub id: VoucherId,
    /// The account id of the merchant that gives it.
    pub pid: String,
    /// The user that holds it.
    pub user_id: String,
    /// The store's number of the activity that gave it.
    pub activity: Option<i64>,
    /// The number of the activity's tool that it is of.
    pub tool: Option<i64>,
    /// The token that it was taken with.
    pub token: Option<String>,
    /// How far it is used.
    pub redemption: Redemption,
    /// The number of its changes, from 1; an update names the version that it was decided on.
    pub version: i64,
}
