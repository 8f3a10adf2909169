//! The one writer of a SQLite store: runs operations, many to a COMMIT.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Receiver;

use super::checkpoint::Checkpoints;
use super::connection::Connection;
use crate::engine::effect::AnyEffect;
use crate::engine::fault::Fault;
use crate::engine::op::Op;
use crate::engine::shared::Shared;
use crate::engine::tx::{Backend, Tx};

/// A group is closed when it has this many operations, or is this old, or nothing waits.
const GROUP_OPS_MAX: usize = 512;
const GROUP_AGE_MAX: Duration = Duration::from_millis(5);

/// After a group of which something had to be undone, so many groups are run with savepoints.
const CAREFUL_GROUPS: u32 = 100;
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The writer: takes operations from the queue, a group to a transaction.
pub(super) struct Writer {
    /// Before its connection, which is the last to be closed.
    checkpoints: Checkpoints,
    tx: Tx,
    queue: Receiver<Box<dyn Op>>,
    shared: Arc<Shared>,
    /// How many more groups are run with savepoints.
    careful: u32,
}

impl Writer {
    /// A writer for what comes from `queue`, on a migrated connection to the file at `path`.
    pub(super) fn new(
        path: &Path,
        mut connection: Connection,
        queue: Receiver<Box<dyn Op>>,
        shared: Arc<Shared>,
    ) -> Result<Writer, Fault> {
        let checkpoints = Checkpoints::start(path, &mut connection)?;
        let tx = Tx::new(Backend::Sqlite(connection), shared.clone());
        Ok(Writer { checkpoints, tx, queue, shared, careful: 0 })
    }

    /// Runs operations until nobody can send any more.
    pub(super) fn run(&mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            // Whoever woke this thread may have more to bring, and may wait for this very core: it goes first, and the
            // group is larger by all that it brings. Where no thread waits for the core this is over at once.
            thread::yield_now();
            if let Err(why) = self.group(first) {
                self.shared.fatal(&why);
                // The hook has chosen to live on: this writer must not, for its cache may not be what the file says.
                while let Some(mut op) = self.queue.blocking_recv() {
                    op.fail(Fault::unavailable("the store stopped after a failed COMMIT; start the process again"));
                    op.answer();
                }
            }
        }
    }

    /// Runs one group. An error means that the outcome of its COMMIT is unknown.
    fn group(&mut self, first: Box<dyn Op>) -> Result<(), Fault> {
        let started = Instant::now();
        let mut ops = Vec::new();
        let mut effects = Vec::new();
        let mut next = Some(first);
        let mut lost = self.tx.batch(BEGIN).err();
        while let Some(op) = next.take() {
            ops.push(op);
            if lost.is_none() {
                lost = self.step(&mut ops, &mut effects).err();
            }
            if lost.is_none() && ops.len() < GROUP_OPS_MAX && started.elapsed() < GROUP_AGE_MAX {
                next = self.queue.try_recv().ok();
            }
        }
        self.careful = self.careful.saturating_sub(1);
        let mut unknown = Ok(());
        if lost.is_none()
            && let Err(fault) = self.commit(ops.len())
        {
            // Only these are known to have kept nothing: no room for the frames, or no lock.
            lost = Some(match fault {
                Fault::Full(_) | Fault::Busy(_) => fault,
                Fault::Unavailable(cause) | Fault::Bug(cause) => Fault::UnknownOutcome(cause),
                other => other,
            });
            if let Some(fault @ Fault::UnknownOutcome(_)) = &lost {
                unknown = Err(fault.clone());
            }
        }
        match lost {
            None => self.shared.apply(&effects),
            Some(fault) => {
                self.tx.reset();
                self.roll_back();
                ops.iter_mut().for_each(|op| op.fail(fault.clone()));
            }
        }
        ops.into_iter().for_each(Op::answer);
        self.checkpoints.committed(connection(&self.tx));
        unknown
    }

    /// Runs the last of a group's operations; an error means that the whole group is lost.
    ///
    /// A savepoint before each operation would cost a copy of every page that it touches, so there is none while all
    /// goes well. Should an operation end so that what it wrote must not be kept, the group is begun anew, this time
    /// with them, and so are the next groups: where some calls are refused, more will be. Whether something was
    /// written, SQLite's count of changed rows tells; operations make no tables.
    fn step(&mut self, ops: &mut [Box<dyn Op>], effects: &mut Vec<AnyEffect>) -> Result<(), Fault> {
        let last = ops.last_mut().expect("one was put there");
        if 0 < self.careful {
            return self.step_with_savepoint(&mut **last, effects);
        }
        let before = self.connection().total_changes();
        let kept = last.run(&mut self.tx);
        self.still_open()?;
        if kept {
            effects.append(&mut self.tx.reset());
            return Ok(());
        }
        self.tx.reset();
        if self.connection().total_changes() == before {
            return Ok(());
        }
        self.careful = CAREFUL_GROUPS;
        effects.clear();
        self.tx.batch("ROLLBACK")?;
        self.tx.batch(BEGIN)?;
        ops.iter_mut().try_for_each(|op| self.step_with_savepoint(&mut **op, effects))
    }

    /// Runs one operation, and undoes it alone if it is not to be kept.
    fn step_with_savepoint(&mut self, op: &mut dyn Op, effects: &mut Vec<AnyEffect>) -> Result<(), Fault> {
        self.tx.batch("SAVEPOINT op")?;
        let kept = op.run(&mut self.tx);
        self.still_open()?;
        let mut done = self.tx.reset();
        if kept {
            effects.append(&mut done);
        } else {
            self.tx.batch("ROLLBACK TO op")?;
        }
        self.tx.batch("RELEASE op")
    }

    /// Whether the group's transaction is still there: on some faults the engine rolls all of it back.
    fn still_open(&self) -> Result<(), Fault> {
        if !self.connection().is_autocommit() {
            return Ok(());
        }
        let fault = self.tx.failed().cloned();
        Err(fault.unwrap_or_else(|| Fault::bug("an operation ended the transaction")))
    }

    fn commit(&mut self, ops: usize) -> Result<(), Fault> {
        let started = Instant::now();
        let committed = self.tx.batch("COMMIT");
        self.shared.writes.commit_us.record_us(started.elapsed());
        self.shared.writes.group_ops.record(ops as u64);
        committed
    }

    fn roll_back(&mut self) {
        if !self.connection().is_autocommit()
            && let Err(fault) = self.tx.batch("ROLLBACK")
        {
            tracing::error!(error = &fault as &dyn std::error::Error, "a transaction could not be rolled back");
        }
    }

    fn connection(&self) -> &rusqlite::Connection {
        &connection(&self.tx).0
    }
}

/// The writer's connection.
fn connection(tx: &Tx) -> &Connection {
    match &tx.backend {
        Backend::Sqlite(connection) => connection,
        Backend::Postgres(_) => unreachable!("the writer is SQLite's"),
    }
}
