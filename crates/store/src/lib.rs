//! The only SQL of Punchcard: one text for SQLite and PostgreSQL, in transactions that are plain functions.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use store::{Fault, Mode, Open, Place, Store, control};
//!
//! let place = Place::Folder("punchcard-data".into());
//! let store = Store::open(&place, Open { create: true, mode: Some(Mode::StandIn), ..Open::default() })?;
//! let changed: Result<bool, Fault> = store.write(|tx| control::set(tx, "greeting", "你好")).await;
//! # changed?; Ok(()) }
//! ```
//!
//! A write is a synchronous `Fn(&mut Tx)`: on SQLite it runs on the one writer thread, many to an fsync
//! (`engine/sqlite`); on PostgreSQL on one of a pool of threads that each own a connection (`engine/postgres`), again
//! if the database asks for it. It is answered when it is on the disk and what processes cache has been changed
//! (`changes`).
//!
//! `engine` runs statements and knows no table. A module for each thing holds its tables' statements, and declares what
//! the migrations' text cannot say of them (`engine/table.rs`); the list of them is below. Above them stand `dump`,
//! `prove` and [`Store`].
//!
//! **Invariants.** Nobody else writes SQL. After a failed statement nothing of its operation is kept. Every key of a
//! table that grows with members begins with the bucket (`engine/bucket.rs`). No statement reads a clock or draws a
//! random number. Locks are taken in one order (`engine/lock_order.rs`).

pub mod account_key;
pub mod activity;
pub mod audit;
pub mod auth_code;
pub mod call_log;
pub mod cash_voucher;
mod changes;
pub mod control;
pub mod counter;
pub mod coupon;
pub mod crowd;
pub mod crowd_group;
pub mod dump;
mod engine;
pub mod history;
pub mod idempotency;
mod ids;
pub mod job;
pub mod lease;
pub mod ledger;
pub mod member;
pub mod notice;
pub mod operator;
pub mod participation;
pub mod pin;
pub mod points;
pub mod prize;
pub mod prove;
pub mod rejected_call;
#[cfg(test)]
mod rules;
pub mod sales;
mod schema;
mod store;
pub mod takings;
pub mod template;
#[cfg(feature = "testing")]
pub mod testing;
pub mod trade;
pub mod user_authorization;
pub mod voucher_batch;
pub mod voucher_history;
pub mod world;

pub use changes::change::Change;
pub use changes::settings;
pub use engine::bucket::{BUCKETS, Bucket, bucket_of, bucket_of_key};
pub use engine::effect::Effect;
pub use engine::fault::{Cause, Fault, Stop};
pub use engine::measure;
pub use engine::open::{Found, Mode, Open, OpenError, Place};
pub use engine::postgres::Pool;
pub use engine::row::{Cell, Column, FromRow, Row, Val};
pub use engine::tx::Tx;
pub use ids::next_number_in;
pub use store::Store;

use engine::table::Module;

/// What each module declares of its tables: a new one is two lines of this file, its `mod` and its `MODULE` here. The
/// order is that of the lines of the proof.
static MODULES: &[&Module] = &[
    &engine::migrate::MODULE,
    &control::MODULE,
    &ids::MODULE,
    &lease::MODULE,
    &rejected_call::MODULE,
    &call_log::MODULE,
    &changes::announce::MODULE,
    &world::merchant::MODULE,
    &world::app::MODULE,
    &world::authorization::MODULE,
    &world::certificate::MODULE,
    &world::image::MODULE,
    &world::account::MODULE,
    &account_key::MODULE,
    &pin::MODULE,
    &idempotency::MODULE,
    &crowd::MODULE,
    &crowd_group::MODULE,
    &member::hold::MODULE,
    &ledger::MODULE,
    &trade::tables::MODULE,
    &trade::refund::MODULE,
    &trade::import::proof::MODULE,
    &trade::voucher::MODULE,
    &coupon::MODULE,
    &sales::add::MODULE,
    &takings::MODULE,
    &trade::deadline::MODULE,
    &job::MODULE,
    &activity::tables::MODULE,
    &notice::MODULE,
    &points::tables::MODULE,
    &prize::MODULE,
    &participation::MODULE,
    &counter::MODULE,
    &template::MODULE,
    &cash_voucher::MODULE,
    &voucher_batch::MODULE,
    &voucher_history::tables::MODULE,
    &auth_code::MODULE,
    &user_authorization::MODULE,
    &operator::MODULE,
    &audit::MODULE,
];
