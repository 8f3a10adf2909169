//! A whole store as one text, the same for both databases: what was dumped from one restores on the other.
//!
//! One JSON value a line. First what it is; then each table, `{"table":…,"columns":…}` followed by its rows as lists;
//! at the end how many rows each table has and the sum of their hashes. The sum does not depend on the order, and
//! buckets are left out, for both differ between the databases; so the same sums are asked of the restored store before
//! its COMMIT. `changes` and `job_lease` are left out: no process that could have missed the one or held the other
//! outlives the restoring.
//!
//! A dump is one snapshot. Restoring is one transaction, into a place without a store: on SQLite in a folder beside,
//! put in its place when it is complete and sound. It gets the schema that it was dumped with; opening it migrates.

mod field;
mod read;
mod restore;
pub(crate) mod scratch;
mod shape;
mod summary;
mod write;

pub use read::check;
pub use restore::{Restore, restore};
pub use summary::{DumpError, Sum, Summary};
pub use write::write;
