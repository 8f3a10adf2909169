//! Trades: paid, refunded, closed, held coupons for. What follows from each is in the same transaction: vouchers,
//! jobs, notifications, money.

pub mod bill;
pub mod cashier;
pub mod choice;
pub mod context;
pub mod detail;
pub mod holding;
pub mod notification;
pub mod redemption;
pub mod settle;
