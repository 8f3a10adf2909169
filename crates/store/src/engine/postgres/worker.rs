//! A thread with a connection: runs operations, each in a transaction of its own, as often as it takes.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use postgres::Config;
use tokio::sync::mpsc::Receiver;

use super::connection::Connection;
use crate::engine::fault::Fault;
use crate::engine::op::Op;
use crate::engine::shared::Shared;
use crate::engine::tx::{Backend, Tx};

/// How often a write is run again after deadlocks; each costs at least `deadlock_timeout`.
const RETRIES_MAX: u32 = 20;

pub(crate) const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A thread with a connection.
pub(crate) struct Worker {
    pub(crate) config: Config,
    pub(crate) begin: &'static str,
    pub(crate) shared: Arc<Shared>,
    pub(crate) tx: Option<Tx>,
}

/// What became of one attempt.
enum Attempt {
    Done,
    /// Nothing was kept, and another attempt may succeed.
    Again(Fault),
    /// The connection was lost before COMMIT was sent.
    Lost(Fault),
}

impl Worker {
    /// For reads outside of the pool.
    pub(crate) fn reader(config: Config, shared: Arc<Shared>) -> Worker {
        Worker { config, begin: BEGIN_READ, shared, tx: None }
    }

    /// Runs what comes from `queue` until nobody can send any more.
    pub(super) fn run(&mut self, queue: &Mutex<Receiver<Box<dyn Op>>>) {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
            let Some(mut op) = next else { return };
            self.serve(&mut *op);
            op.answer();
        }
    }

    /// Runs an operation as often as it takes.
    pub(crate) fn serve(&mut self, op: &mut dyn Op) {
        let mut reconnected = false;
        for retry in 0.. {
            match self.attempt(op) {
                Attempt::Done => return,
                Attempt::Again(fault) if retry < RETRIES_MAX => {
                    tracing::debug!(retry, error = &fault as &dyn Error, "running an operation again");
                    thread::sleep(Duration::from_millis(retry.into()));
                }
                Attempt::Lost(fault) if !reconnected => {
                    tracing::warn!(error = &fault as &dyn Error, "connection lost; connecting again");
                    reconnected = true;
                }
                Attempt::Again(fault) | Attempt::Lost(fault) => return op.fail(fault),
            }
        }
    }

    fn attempt(&mut self, op: &mut dyn Op) -> Attempt {
        let mut tx = match self.begin() {
            Ok(tx) => tx,
            Err(fault) => return Attempt::Lost(fault),
        };
        if !op.run(&mut tx) {
            return self.undo(tx);
        }
        let started = Instant::now();
        let committed = tx.batch("COMMIT");
        if self.begin == BEGIN_WRITE {
            self.shared.writes.commit_us.record_us(started.elapsed());
            self.shared.writes.group_ops.record(1);
        }
        let announced = std::mem::take(&mut tx.announced);
        let effects = tx.reset();
        match committed {
            Ok(()) => {
                self.shared.apply(&effects);
                self.tx = Some(tx);
                Attempt::Done
            }
            // An answered COMMIT: the database says that it kept nothing.
            Err(fault @ Fault::Busy(_)) => Attempt::Again(fault),
            Err(fault) => {
                self.shared.forget_own(announced);
                op.fail(match fault {
                    Fault::Unavailable(cause) | Fault::Bug(cause) => Fault::UnknownOutcome(cause),
                    other => other,
                });
                Attempt::Done
            }
        }
    }

    /// Rolls back; the answer that `op` holds stands unless another attempt is worth it.
    fn undo(&mut self, mut tx: Tx) -> Attempt {
        let fault = tx.failed().cloned();
        tx.reset();
        let usable = tx.batch("ROLLBACK").is_ok();
        match fault {
            Some(fault @ (Fault::Busy(_) | Fault::Stale)) => {
                self.tx = usable.then_some(tx);
                Attempt::Again(fault)
            }
            Some(fault) if !usable => Attempt::Lost(fault),
            _ => {
                self.tx = usable.then_some(tx);
                Attempt::Done
            }
        }
    }

    /// A transaction that has begun, on a new connection if the one at hand was lost while it was idle.
    fn begin(&mut self) -> Result<Tx, Fault> {
        if let Some(mut tx) = self.tx.take()
            && tx.batch(self.begin).is_ok()
        {
            return Ok(tx);
        }
        let mut tx = Tx::new(Backend::Postgres(Connection::open(&self.config)?), self.shared.clone());
        tx.batch(self.begin)?;
        Ok(tx)
    }
}
