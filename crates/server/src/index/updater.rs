//! The index updater: takes members into the index beside the store's writer.
//!
//! What a call changed is in the index before it is answered. The chunks of an import are long, and nobody is answered
//! before the last of them: a thread of its own takes them in while the writer is at the next one, and the import waits
//! for that thread before it answers.

use super::Index;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use store::member::Member;
use tokio::sync::oneshot;

/// From this many rows on, a change is a chunk of an import.
const CHUNK_ROWS_MIN: usize = 256;
/// Chunks that may wait; the writer is held back by more.
const CHUNKS_WAITING: usize = 4;

/// Updates one index.
pub struct IndexUpdater {
    index: Arc<Index>,
    queue: SyncSender<Update>,
}

enum Update {
    Rows { pid: Arc<str>, rows: Arc<[Member]> },
    Settled(oneshot::Sender<()>),
}

impl IndexUpdater {
    /// Starts the thread; it ends when the updater is dropped.
    pub fn start(index: Arc<Index>) -> IndexUpdater {
        let (queue, updates) = sync_channel(CHUNKS_WAITING);
        let updater = IndexUpdater { index: index.clone(), queue };
        let thread = std::thread::Builder::new().name("index-updater".to_owned());
        thread.spawn(move || update(&index, &updates)).expect("a thread can be started");
        updater
    }

    /// Takes members' new rows: at once if they are few, else soon. Rows may overtake one another, for each has a
    /// version.
    pub fn take(&self, pid: &Arc<str>, rows: &Arc<[Member]>) {
        if rows.len() < CHUNK_ROWS_MIN {
            return self.index.put(pid, rows);
        }
        let update = Update::Rows { pid: pid.clone(), rows: rows.clone() };
        self.queue.send(update).expect("the thread lives as long as the updater");
    }

    /// Waits until everything that was taken so far is in the index.
    pub async fn settled(&self) {
        let (settled, waiting) = oneshot::channel();
        let queue = self.queue.clone();
        let asked = tokio::task::spawn_blocking(move || queue.send(Update::Settled(settled))).await;
        asked.expect("sending does not panic").expect("the thread lives as long as the updater");
        waiting.await.expect("the thread answers");
    }
}

fn update(index: &Index, updates: &Receiver<Update>) {
    for update in updates {
        match update {
            Update::Rows { pid, rows } => index.put(&pid, &rows),
            // The import may have ended: then nobody waits for this.
            Update::Settled(settled) => drop(settled.send(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_taken_is_counted_when_it_has_settled() {
        let index = Arc::new(Index::default());
        let updater = IndexUpdater::start(index.clone());
        let member = |user: usize, version| Member {
            user_id: format!("2088{user:012}"),
            tags: store::member::Tags::default(),
            home: None,
            work: None,
            version,
        };
        let pid: Arc<str> = "2088201914979011".into();
        let few: Arc<[Member]> = [member(0, 2)].into();
        updater.take(&pid, &few);
        assert_eq!(index.size().0, 1);
        for chunk in 0..10 {
            let users = chunk * CHUNK_ROWS_MIN..(chunk + 1) * CHUNK_ROWS_MIN;
            updater.take(&pid, &users.map(|user| member(user, 1)).collect());
        }
        updater.settled().await;
        assert_eq!((index.size().0, index.version()), (10 * CHUNK_ROWS_MIN, 10 * CHUNK_ROWS_MIN as u64));
    }
}
