//! What may happen to a merchant's things: pure decisions.
//!
//! Nothing here reads a clock, draws a random number, awaits, or knows SQL, JSON or a `sub_code`. A decision takes what
//! was loaded and returns what to record, or a [`Refusal`]: the only way in which this crate says no.

pub mod activity;
pub mod authorization;
pub mod calendar;
pub mod cash_voucher;
pub mod claim;
pub mod condition;
pub mod coupon;
pub mod crowd;
pub mod crowd_group;
pub mod id;
pub mod issued_coupon;
pub mod login;
pub mod notice;
pub mod operator;
pub mod pin;
pub mod points;
pub mod redemption;
mod refusal;
pub mod tag;
pub mod template;
pub mod trade;
pub mod voucher_batch;
pub mod voucher_history;
pub mod window;

pub use refusal::Refusal;
