//! The store, tried on both engines.
#![cfg(test)]

mod account_key;
mod activity;
mod audit;
mod call_log;
mod cash_voucher;
mod changes;
mod counter;
mod coupon;
mod crash;
mod crowd;
mod crowd_group;
mod dump;
mod history;
mod idempotency;
mod ids;
mod job;
mod lease;
mod ledger;
mod log;
mod member;
mod notice;
mod opening;
mod pin;
mod points;
mod postgres;
mod prize;
mod probe;
mod rejected_call;
mod takings;
mod template;
mod trade;
mod voucher_history;
mod world;
mod writing;
