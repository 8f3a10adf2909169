//! One transaction, on either database: what every function of this crate works through.
//!
//! After a failed statement nothing more runs and nothing is kept, on both alike: PostgreSQL makes such a transaction
//! rollback-only, SQLite would go on, so [`Tx`] remembers.

use std::sync::Arc;

use super::bucket::BUCKETS;
use super::effect::{AnyEffect, Effect};
use super::fault::Fault;
use super::lock_order::Locks;
use super::postgres::connection::Connection as PostgresConnection;
use super::row::{FromRow, Val};
use super::shared::Shared;
use super::sqlite::connection::Connection as SqliteConnection;

/// A running transaction. Owns its connection, so it has no lifetime and may be moved between threads.
pub struct Tx {
    pub(crate) backend: Backend,
    pub(crate) shared: Arc<Shared>,
    failed: Option<Fault>,
    effects: Vec<AnyEffect>,
    /// What it has locked; stays empty where debug assertions are off.
    locks: Option<Box<Locks>>,
    /// What the rows that this transaction wrote to `changes` are known by, should its COMMIT be lost.
    pub(crate) announced: Vec<i64>,
}

/// The connection to one of the databases.
pub(crate) enum Backend {
    Sqlite(SqliteConnection),
    Postgres(PostgresConnection),
}

impl Tx {
    pub(crate) fn new(backend: Backend, shared: Arc<Shared>) -> Tx {
        Tx { backend, shared, failed: None, effects: Vec::new(), locks: None, announced: Vec::new() }
    }

    /// Runs a statement for what it changes; how many rows it changed.
    pub fn execute(&mut self, sql: &str, values: &[Val<'_>]) -> Result<u64, Fault> {
        self.note_locks(sql, values);
        self.run(|backend| match backend {
            Backend::Sqlite(connection) => connection.execute(sql, values),
            Backend::Postgres(connection) => connection.execute(sql, values),
        })
    }

    /// Every row that a statement gives.
    pub fn query<R: FromRow>(&mut self, sql: &str, values: &[Val<'_>]) -> Result<Vec<R>, Fault> {
        self.note_locks(sql, values);
        self.run(|backend| query(backend, sql, values))
    }

    /// The one row that a statement gives; none or several are a mistake of ours.
    pub fn query_one<R: FromRow>(&mut self, sql: &str, values: &[Val<'_>]) -> Result<R, Fault> {
        self.note_locks(sql, values);
        self.run(|backend| {
            let mut rows = query(backend, sql, values)?;
            match (rows.pop(), rows.len()) {
                (Some(row), 0) => Ok(row),
                (_, more) => Err(Fault::bug(format!("not one row but none or {more} more: {sql}"))),
            }
        })
    }

    /// The one row that a statement gives, if any; several are a mistake of ours.
    pub fn query_opt<R: FromRow>(&mut self, sql: &str, values: &[Val<'_>]) -> Result<Option<R>, Fault> {
        self.note_locks(sql, values);
        self.run(|backend| {
            let mut rows = query(backend, sql, values)?;
            let row = rows.pop();
            if rows.is_empty() { Ok(row) } else { Err(Fault::bug(format!("more than one row: {sql}"))) }
        })
    }

    /// Hands `effect` to the listeners of this process after COMMIT and before the answer; dropped with a rollback.
    pub fn after_commit(&mut self, effect: impl Effect) {
        self.effects.push(Box::new(effect));
    }

    /// Makes the operation rollback-only, whatever its closure returns; nothing more runs.
    pub fn set_rollback_only(&mut self, why: &str) {
        self.fail(Fault::bug(why));
    }

    /// From here on this transaction may lock rows in any order: for who has to wait for others of its kind anyway.
    /// What it meets besides, the database solves as a deadlock.
    pub(crate) fn lock_in_any_order(&mut self) {
        if cfg!(debug_assertions) {
            self.locks.get_or_insert_default().in_any_order();
        }
    }

    /// As after a failed statement: nothing more runs, nothing is kept. The first fault is the one that is answered.
    pub(crate) fn fail(&mut self, fault: Fault) -> Fault {
        self.failed.get_or_insert(fault).clone()
    }

    /// The first fault, if any.
    pub(crate) fn failed(&self) -> Option<&Fault> {
        self.failed.as_ref()
    }

    /// Whether other processes may be working on the same store.
    pub(crate) fn has_other_processes(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// How many buckets the rows are spread over.
    pub(crate) fn buckets(&self) -> u16 {
        match self.backend {
            Backend::Sqlite(_) => 1,
            Backend::Postgres(_) => BUCKETS,
        }
    }

    /// The largest size of SQLite's file, in pages: how tests fill a disk.
    #[cfg(feature = "testing")]
    pub(crate) fn limit_pages(&mut self, pages: u32) -> Result<(), Fault> {
        match &self.backend {
            Backend::Sqlite(connection) => connection.limit_pages(pages),
            Backend::Postgres(_) => Err(Fault::bug("only SQLite's file has a limit")),
        }
    }

    /// BEGIN, COMMIT and their like, and DDL: outside of the rule about failed statements.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        match &mut self.backend {
            Backend::Sqlite(connection) => connection.batch(sql),
            Backend::Postgres(connection) => connection.batch(sql),
        }
    }

    /// Whether the database has a table of this name.
    pub(crate) fn has_table(&mut self, name: &str) -> Result<bool, Fault> {
        match &mut self.backend {
            Backend::Sqlite(connection) => connection.has_table(name),
            Backend::Postgres(connection) => connection.has_table(name),
        }
    }

    /// Ready for the next operation; gives the effects that the last one registered.
    pub(crate) fn reset(&mut self) -> Vec<AnyEffect> {
        self.failed = None;
        self.locks = None;
        self.announced.clear();
        std::mem::take(&mut self.effects)
    }

    /// Runs a statement, unless one has failed.
    pub(crate) fn run<T>(&mut self, statement: impl FnOnce(&mut Backend) -> Result<T, Fault>) -> Result<T, Fault> {
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        statement(&mut self.backend).map_err(|fault| self.fail(fault))
    }

    /// Asserts that what this statement locks is in order, where debug assertions are on.
    pub(crate) fn note_locks(&mut self, sql: &str, values: &[Val<'_>]) {
        if cfg!(debug_assertions)
            && let Some(order) = self.shared.lock_order
        {
            self.locks.get_or_insert_default().note(order, sql, values);
        }
    }
}

fn query<R: FromRow>(backend: &mut Backend, sql: &str, values: &[Val<'_>]) -> Result<Vec<R>, Fault> {
    match backend {
        Backend::Sqlite(connection) => connection.query(sql, values),
        Backend::Postgres(connection) => connection.query(sql, values),
    }
}
