//! Trades: paid, refunded, closed, held a coupon for. What follows from each is in the same transaction: vouchers,
//! jobs, notifications, money.

pub mod bill;
pub mod cashier;
pub mod context;
pub mod coupon;
pub mod detail;
pub mod notification;
pub mod settle;
