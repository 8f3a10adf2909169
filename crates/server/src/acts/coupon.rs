//! Coupons: what an activity gives. A token is opened, its coupon is claimed, and is redeemed by its
//! holder.

pub mod claim;
pub mod entitlement;
mod notification;
pub mod redemption;
pub mod tool;
