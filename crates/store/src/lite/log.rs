//! Moving the write-ahead log into the file, beside the writer.
//!
//! SQLite does it inside of the COMMIT that fills the log: some thousand pages are written and two more syncs waited for, and
//! every call with them. Here a thread of its own does it, with a connection of its own, while the writer goes on. SQLite
//! begins the log anew once all of it is in the file, and what is written meanwhile never is; so when the log has grown for
//! long enough, the writer moves the rest, which is little then.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::DEFAULT_NAME;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;

use super::Connection;
use crate::fault::Fault;

/// The thread moves the log each time that it has grown by so many pages.
pub(super) const MOVED_PAGES: u32 = 4_000;
/// The writer moves what is left of a log of so many pages.
const LOG_PAGES_MAX: u32 = 16_000;

/// Moves the log of one writer; ends with it.
pub(super) struct Mover {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The log's pages at the last COMMIT.
    pages: Arc<AtomicU32>,
    /// Its pages when the thread was woken last.
    woken_at: u32,
}

impl Mover {
    /// Takes the log over from SQLite, for the writer of this file.
    pub(super) fn start(path: &Path, writer: &mut Connection) -> Result<Mover, Fault> {
        let connection = Connection::open(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let (wake, woken) = sync_channel(1);
        let run = move || woken.iter().for_each(|()| move_log(&connection));
        let thread = thread::Builder::new().name("store-log".to_owned()).spawn(run).expect("a thread can be started");
        let pages = Arc::new(AtomicU32::new(0));
        let counted = pages.clone();
        // In place of the hook by which SQLite would move the log itself.
        writer.0.wal_hook(Some(move |_: &mut Wal, pages| {
            counted.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Mover { wake: Some(wake), thread: Some(thread), pages, woken_at: 0 })
    }

    /// After a COMMIT of the writer.
    pub(super) fn committed(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        // The log was begun anew.
        self.woken_at = self.woken_at.min(pages);
        if LOG_PAGES_MAX <= pages {
            move_log(writer);
        } else if MOVED_PAGES <= pages - self.woken_at
            && let Some(wake) = &self.wake
        {
            self.woken_at = pages;
            // Where it has been told already, it will see these pages too.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Mover {
    /// The writer must be the last to close the file.
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has left the log as it is.
            drop(thread.join());
        }
    }
}

/// Moves as much as no reader needs in the log. What goes wrong here is lost nowhere: the log has it, and is moved later.
fn move_log(connection: &Connection) {
    match connection.0.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::PASSIVE).map_err(Fault::from) {
        // The other one is at it.
        Ok(_) | Err(Fault::Busy(_)) => {}
        Err(fault) => {
            tracing::warn!(error = &fault as &dyn std::error::Error, "the log could not be moved into the file");
        }
    }
}
