//! Changes to what processes cache: an effect for the listeners of this process, and for other processes a row of the
//! table `changes`, written in the transaction that made the change.
//!
//! SQLite has one process, so there the table stays empty. On PostgreSQL the others read it: see `poll`.

pub(crate) mod announce;
pub(crate) mod change;
pub(crate) mod parts;
pub(crate) mod poll;
pub(crate) mod read;
pub mod settings;
