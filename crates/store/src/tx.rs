//! One transaction, on either engine: what every function of this crate works through.
//!
//! After a failed statement nothing more runs and nothing is kept, on both engines alike: PostgreSQL poisons a
//! transaction, SQLite would go on, so [`Tx`] remembers.

use std::sync::Arc;

use crate::changes::Change;
use crate::fault::Fault;
use crate::row::{FromRow, Val};
use crate::shared::Shared;
use crate::{lite, postgres};

/// A running transaction. Owns its connection, so it has no lifetime and may be moved between threads.
pub struct Tx {
    pub(crate) arm: Arm,
    pub(crate) shared: Arc<Shared>,
    failed: Option<Fault>,
    effects: Vec<Change>,
    /// What the rows that this transaction wrote to `changes` are known by, should its COMMIT be lost.
    pub(crate) announced: Vec<i64>,
}

/// The connection of one engine.
pub(crate) enum Arm {
    Lite(lite::Connection),
    Postgres(postgres::Connection),
}

impl Tx {
    pub(crate) fn new(arm: Arm, shared: Arc<Shared>) -> Tx {
        Tx { arm, shared, failed: None, effects: Vec::new(), announced: Vec::new() }
    }

    /// Runs a statement for what it changes; how many rows it changed.
    pub fn execute(&mut self, sql: &str, values: &[Val<'_>]) -> Result<u64, Fault> {
        self.run(|arm| match arm {
            Arm::Lite(connection) => connection.execute(sql, values),
            Arm::Postgres(connection) => connection.execute(sql, values),
        })
    }

    /// Every row that a statement gives.
    pub fn query<R: FromRow>(&mut self, sql: &str, values: &[Val<'_>]) -> Result<Vec<R>, Fault> {
        self.run(|arm| query(arm, sql, values))
    }

    /// The one row that a statement gives; none or several are a mistake of ours.
    pub fn query_one<R: FromRow>(&mut self, sql: &str, values: &[Val<'_>]) -> Result<R, Fault> {
        self.run(|arm| {
            let mut rows = query(arm, sql, values)?;
            match (rows.pop(), rows.len()) {
                (Some(row), 0) => Ok(row),
                (_, more) => Err(Fault::bug(format!("not one row but none or {more} more: {sql}"))),
            }
        })
    }

    /// The one row that a statement gives, if any; several are a mistake of ours.
    pub fn query_opt<R: FromRow>(&mut self, sql: &str, values: &[Val<'_>]) -> Result<Option<R>, Fault> {
        self.run(|arm| {
            let mut rows = query(arm, sql, values)?;
            let row = rows.pop();
            if rows.is_empty() { Ok(row) } else { Err(Fault::bug(format!("more than one row: {sql}"))) }
        })
    }

    /// Hands `change` to the listeners of this process after COMMIT and before the answer; dropped with a rollback.
    pub fn after_commit(&mut self, change: Change) {
        self.effects.push(change);
    }

    /// Rolls the operation back whatever its closure returns; nothing more runs.
    pub fn doom(&mut self, why: &str) {
        self.fail(Fault::bug(why));
    }

    /// As after a failed statement: nothing more runs, nothing is kept. The first fault is the one that is told.
    pub(crate) fn fail(&mut self, fault: Fault) -> Fault {
        self.failed.get_or_insert(fault).clone()
    }

    /// The first fault, if any.
    pub(crate) fn failed(&self) -> Option<&Fault> {
        self.failed.as_ref()
    }

    /// Whether other processes may be working on the same store.
    pub(crate) fn has_company(&self) -> bool {
        matches!(self.arm, Arm::Postgres(_))
    }

    /// How many buckets the engine's rows are spread over.
    pub(crate) fn buckets(&self) -> u16 {
        match self.arm {
            Arm::Lite(_) => 1,
            Arm::Postgres(_) => crate::bucket::BUCKETS,
        }
    }

    /// The largest size of SQLite's file, in pages: how tests fill a disk.
    #[cfg(feature = "testing")]
    pub(crate) fn limit_pages(&mut self, pages: u32) -> Result<(), Fault> {
        match &self.arm {
            Arm::Lite(connection) => connection.limit_pages(pages),
            Arm::Postgres(_) => Err(Fault::bug("only SQLite's file has a limit")),
        }
    }

    /// BEGIN, COMMIT and their like, and DDL: outside of the rule about failed statements.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        match &mut self.arm {
            Arm::Lite(connection) => connection.batch(sql),
            Arm::Postgres(connection) => connection.batch(sql),
        }
    }

    /// Ready for the next operation; gives the effects that the last one registered.
    pub(crate) fn reset(&mut self) -> Vec<Change> {
        self.failed = None;
        self.announced.clear();
        std::mem::take(&mut self.effects)
    }

    /// Runs a statement, unless one has failed.
    pub(crate) fn run<T>(&mut self, statement: impl FnOnce(&mut Arm) -> Result<T, Fault>) -> Result<T, Fault> {
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        statement(&mut self.arm).map_err(|fault| self.fail(fault))
    }
}

fn query<R: FromRow>(arm: &mut Arm, sql: &str, values: &[Val<'_>]) -> Result<Vec<R>, Fault> {
    match arm {
        Arm::Lite(connection) => connection.query(sql, values),
        Arm::Postgres(connection) => connection.query(sql, values),
    }
}
