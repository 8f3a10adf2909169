//! Checkpoints: what the write-ahead log has is moved into the file, beside the writer.
//!
//! SQLite does it inside of the COMMIT that fills the log: some thousand pages are written and two more syncs waited
//! for, and every call with them. Here a thread of its own makes the checkpoints, with a connection of its own, while
//! the writer goes on. SQLite begins the log anew once all of it is in the file, and what is written meanwhile never
//! is; so when the log has grown for long enough, the writer makes a checkpoint of the rest, which is little then.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::DEFAULT_NAME;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;

use super::connection::{CHECKPOINT_PAGES, Connection};
use crate::engine::fault::Fault;

/// From so many pages of the log on, the writer makes the checkpoint itself.
const LOG_PAGES_MAX: u32 = 16_000;

/// The thread that makes the checkpoints for one writer; ends with it.
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The log's pages at the last COMMIT.
    pages: Arc<AtomicU32>,
    /// Its pages when the thread was woken last.
    woken_at: u32,
}

impl Checkpoints {
    /// Takes checkpoints over from SQLite, for the writer of this file.
    pub(super) fn start(path: &Path, writer: &mut Connection) -> Result<Checkpoints, Fault> {
        let connection = Connection::open(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let (wake, woken) = sync_channel(1);
        let run = move || woken.iter().for_each(|()| checkpoint(&connection));
        let thread = thread::Builder::new().name("store-checkpoint".to_owned()).spawn(run);
        let thread = thread.expect("a thread can be started");
        let pages = Arc::new(AtomicU32::new(0));
        let counted = pages.clone();
        // In place of the hook by which SQLite would make the checkpoint itself.
        writer.0.wal_hook(Some(move |_: &mut Wal, pages| {
            counted.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Checkpoints { wake: Some(wake), thread: Some(thread), pages, woken_at: 0 })
    }

    /// After a COMMIT of the writer: wakes the thread, or makes the checkpoint here, if the log has grown enough.
    pub(super) fn committed(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        // The log was begun anew.
        self.woken_at = self.woken_at.min(pages);
        if LOG_PAGES_MAX <= pages {
            checkpoint(writer);
        } else if CHECKPOINT_PAGES <= pages - self.woken_at
            && let Some(wake) = &self.wake
        {
            self.woken_at = pages;
            // Where a wake-up waits already, it covers these pages too.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Checkpoints {
    /// The writer must be the last to close the file.
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has left the log as it is.
            drop(thread.join());
        }
    }
}

/// Moves as much as no reader needs in the log. What goes wrong here is lost nowhere: the log has it, and is moved
/// later.
fn checkpoint(connection: &Connection) {
    match connection.0.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::PASSIVE).map_err(Fault::from) {
        // The other connection is making one.
        Ok(_) | Err(Fault::Busy(_)) => {}
        Err(fault) => {
            tracing::warn!(error = &fault as &dyn std::error::Error, "the write-ahead log could not be checkpointed");
        }
    }
}
