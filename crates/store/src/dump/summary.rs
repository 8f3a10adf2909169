//! What a dump is of, and why there is none.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use crate::engine::bucket;
use crate::engine::fault::Fault;
use crate::engine::open::OpenError;

/// The form of dumps that this build writes, as the first line says it.
pub(super) const FORMAT: i64 = 1;

/// What a dump is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The build that made it.
    pub made_by: String,
    /// What there is of each table.
    pub tables: BTreeMap<String, Sum>,
    /// The table `setting`, which holds sealed secrets.
    pub settings: BTreeMap<String, String>,
}

impl Summary {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|sum| sum.rows).sum()
    }
}

/// How many rows, and the sum of their hashes modulo 2⁶⁴.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Rows.
    pub rows: u64,
    /// The sum.
    pub hashes: u64,
}

impl Sum {
    pub(super) fn add(&mut self, table: &str, line: &str) {
        self.rows += 1;
        self.hashes = self.hashes.wrapping_add(bucket::hash(table, line));
    }
}

/// Why there is no dump, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The text cannot be written or read.
    #[error("the backup cannot be read or written")]
    Io(#[from] io::Error),
    /// It is not what it should be.
    #[error("the backup is damaged or is none: line {line}: {reason}")]
    Damaged {
        /// Counted from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// What came out is not what went in.
    #[error("the check failed: {0}")]
    Differs(String),
    /// A row that only SQLite can keep.
    #[error("the row of {table} with {key} has U+0000 in a text, which PostgreSQL cannot keep: restore into a folder")]
    Nul {
        /// The row's table.
        table: &'static str,
        /// The row's key, as names and JSON values.
        key: String,
    },
    /// There is a store already.
    #[error("{0}: restoring needs a place without a store")]
    Occupied(String),
    /// The database has another restore's lock.
    #[error("another restore into this database is under way: wait for its end, or stop it")]
    UnderWay,
    /// The schema is not one that this build knows.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store said no.
    #[error("the store failed")]
    Fault(#[from] Fault),
}
