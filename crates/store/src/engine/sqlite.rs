//! SQLite: one writer thread with group commit, readers used where they are called.
//!
//! The writer takes an operation, opens a transaction, and runs it and whatever else waits in it; one COMMIT, one
//! fdatasync, then the effects, then the answers. Refusals wait for the COMMIT too: they were decided on what their
//! neighbours had written. An operation that is not to be kept leaves nothing behind, and its neighbours all they
//! wrote.

mod checkpoint;
pub(crate) mod connection;
pub(crate) mod ddl;
mod writer;

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc::{self, Sender};

use self::connection::Connection;
use self::writer::Writer;
use crate::engine::fault::Fault;
use crate::engine::op::Op;
use crate::engine::shared::Shared;
use crate::engine::tx::{Backend, Tx};

/// The name of the file that holds the store, in the store's folder.
pub(crate) const FILE: &str = "punchcard.db";

/// That file, and those that SQLite makes beside it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    ["", "-wal", "-shm", "-journal"].map(|ending| folder.join(format!("{FILE}{ending}"))).to_vec()
}

/// How many operations may wait before their callers are held back.
const QUEUE_OPS_MAX: usize = 1024;

/// An open SQLite store.
pub(crate) struct Sqlite {
    path: PathBuf,
    shared: Arc<Shared>,
    readers: Mutex<Vec<Tx>>,
    pub(crate) writes: Option<Sender<Box<dyn Op>>>,
    writer: Option<JoinHandle<()>>,
}

impl Sqlite {
    /// The one connection that writes, for migrating first; `None` if there is no file and none is to be made.
    pub(crate) fn connect(folder: &Path, create: bool) -> Result<Option<Connection>, Fault> {
        let path = folder.join(FILE);
        if create {
            make_private(folder, &path).map_err(|error| Fault::Unavailable(Arc::new(error)))?;
        } else if !path.exists() {
            return Ok(None);
        }
        Connection::open(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE).map(Some)
    }

    /// Starts the writer on a migrated connection.
    pub(crate) fn start(folder: &Path, connection: Connection, shared: Arc<Shared>) -> Result<Sqlite, Fault> {
        let path = folder.join(FILE);
        let (writes, queue) = mpsc::channel(QUEUE_OPS_MAX);
        let mut writer = Writer::new(&path, connection, queue, shared.clone())?;
        let writer = thread::Builder::new().name("store-writer".to_owned()).spawn(move || writer.run());
        let writer = writer.expect("a thread can be started");
        Ok(Sqlite { path, shared, readers: Mutex::default(), writes: Some(writes), writer: Some(writer) })
    }

    /// Runs a read here and now, on a snapshot, on a connection of its own.
    pub(crate) fn read(&self, op: &mut dyn Op) {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut tx = match idle.map_or_else(|| self.reader(), Ok) {
            Ok(tx) => tx,
            Err(fault) => return op.fail(fault),
        };
        if let Err(fault) = tx.batch("BEGIN") {
            return op.fail(fault);
        }
        op.run(&mut tx);
        tx.reset();
        // A reader whose snapshot cannot be ended is closed: it would hold back the checkpoints for ever.
        if tx.batch("ROLLBACK").is_ok() {
            self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(tx);
        }
    }

    fn reader(&self) -> Result<Tx, Fault> {
        let connection = Connection::open(&self.path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Tx::new(Backend::Sqlite(connection), self.shared.clone()))
    }
}

impl Drop for Sqlite {
    /// Finishes what waits and closes the file. The writer is the last to close it: a reader could not move the
    /// write-ahead log into the file, and would leave it behind.
    fn drop(&mut self) {
        self.readers.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        self.writes = None;
        if let Some(writer) = self.writer.take().filter(|writer| writer.thread().id() != thread::current().id()) {
            // A writer that panicked has nothing left to finish.
            drop(writer.join());
        }
    }
}

/// Makes the folder and the empty file so that only their owner can read them; SQLite gives its other files the same
/// mode.
fn make_private(folder: &Path, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}
