//! What happens to trades, coupons, cash vouchers, activities and crowds, whoever makes it happen.
//!
//! An act works in the caller's transaction and takes plain values: who, what, which new ids, when, and by which cause.
//! It gives what came of it, or a refusal, with which the transaction must end. Methods, pages, jobs and commands stand
//! above and call acts; an act knows no request, no address and no process.

pub mod activity;
pub mod consent;
pub mod coupon;
pub mod crowd;
pub mod crowd_group;
pub mod pin;
pub mod trade;
pub mod voucher;
