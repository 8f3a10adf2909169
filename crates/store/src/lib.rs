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
//! A write is a synchronous `Fn(&mut Tx)`: on SQLite it runs on the one writer thread, many to an fsync (`lite`); on
//! PostgreSQL on one of a pool of threads that each own a connection (`postgres`), again if the database asks for it. It
//! is answered when it is on the disk; what processes cache hears of it before that (`changes`).
//!
//! **Invariants.** Nobody else writes SQL. After a failed statement nothing of its operation is kept. Every key of a table
//! that grows with members begins with the bucket (`bucket`). No statement reads a clock or draws a random number.

pub mod account_key;
pub mod activity;
mod bucket;
mod changes;
pub mod control;
pub mod counter;
pub mod crowd;
pub mod dump;
mod fault;
pub mod heard;
mod ids;
pub mod job;
pub mod lease;
pub mod ledger;
mod lite;
pub mod measure;
pub mod member;
mod migrate;
pub mod notice;
pub mod once;
mod op;
pub mod participation;
pub mod pin;
pub mod points;
mod poll;
mod postgres;
pub mod prize;
pub mod prove;
mod row;
mod rows;
pub mod sales;
mod shared;
mod sql;
mod store;
mod tags;
#[cfg(feature = "testing")]
pub mod testing;
pub mod trade;
pub mod trouble;
mod tx;
pub mod voucher;
pub mod world;

pub use bucket::{BUCKETS, Bucket, bucket_of, bucket_of_key};
pub use changes::Change;
pub use fault::{Cause, Fault, Stop};
pub use ids::next_number_in;
pub use postgres::Pool;
pub use row::{Cell, Column, FromRow, Row, Val};
pub use store::{Found, Mode, Open, OpenError, Place, Store};
pub use tx::Tx;
