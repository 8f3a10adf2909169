//! PostgreSQL: a pool of threads that each own a connection.
//!
//! The `postgres` crate is the sync face of `tokio-postgres`: a connection is a value with blocking calls, which is
//! just what a thread per connection wants. A write is one transaction at READ COMMITTED, run again when the database
//! chose it as the victim of a deadlock; a read is one snapshot (REPEATABLE READ READ ONLY), on threads of its own, so
//! that writers who wait for each other's rows do not stop it.

pub(crate) mod connection;
pub(crate) mod worker;

use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use postgres::Config;
use tokio::sync::mpsc::{self, Sender};

use self::worker::{BEGIN_READ, BEGIN_WRITE, Worker};
use crate::engine::op::Op;
use crate::engine::shared::Shared;

/// How many operations may wait before their callers are held back.
const QUEUE_OPS_MAX: usize = 1024;

/// How many connections a store keeps. A writer that waits for a row holds its connection, so a hot key can occupy as
/// many as there are callers for it.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// For writes.
    pub writers: usize,
    /// For reads.
    pub readers: usize,
}

impl Default for Pool {
    fn default() -> Pool {
        Pool { writers: 16, readers: 4 }
    }
}

/// An open PostgreSQL store.
pub(crate) struct Postgres {
    pub(crate) writes: Option<Sender<Box<dyn Op>>>,
    pub(crate) reads: Option<Sender<Box<dyn Op>>>,
    workers: Vec<JoinHandle<()>>,
}

impl Postgres {
    /// Starts the threads; each connects when it gets its first operation.
    pub(crate) fn start(config: &Config, pool: Pool, shared: &Arc<Shared>) -> Postgres {
        let mut workers = Vec::new();
        let mut queue = |begin: &'static str, threads: usize| {
            let (sender, queue) = mpsc::channel(QUEUE_OPS_MAX);
            let queue = Arc::new(Mutex::new(queue));
            for _ in 0..threads.max(1) {
                let mut worker = Worker { config: config.clone(), begin, shared: shared.clone(), tx: None };
                let queue = queue.clone();
                let thread = thread::Builder::new().name("store-postgres".to_owned());
                workers.push(thread.spawn(move || worker.run(&queue)).expect("a thread can be started"));
            }
            Some(sender)
        };
        let (writes, reads) = (queue(BEGIN_WRITE, pool.writers), queue(BEGIN_READ, pool.readers));
        Postgres { writes, reads, workers }
    }
}

impl Drop for Postgres {
    /// Finishes what waits and closes the connections.
    fn drop(&mut self) {
        (self.writes, self.reads) = (None, None);
        for worker in self.workers.drain(..).filter(|worker| worker.thread().id() != thread::current().id()) {
            // A worker that panicked has nothing left to finish.
            drop(worker.join());
        }
    }
}
