//! An open store: how operations get to a connection and answers back.

use std::any::Any;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::mpsc::Sender;

use crate::changes::change::Change;
use crate::changes::poll::Poller;
use crate::control;
use crate::dump::scratch;
use crate::engine::bucket::BUCKETS;
use crate::engine::effect::Effect;
use crate::engine::fault::Fault;
use crate::engine::measure::Writes;
use crate::engine::op::{Job, Op};
use crate::engine::open::{Found, Mode, Open, OpenError, Place};
use crate::engine::postgres::{Postgres, connection};
use crate::engine::shared::Shared;
use crate::engine::sqlite::{self, Sqlite};
use crate::engine::tx::{Backend, Tx};
use crate::ids::{self, Block};
use crate::schema;

/// An open store. Clones share it; the last one finishes what waits and closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    place: Place,
    mode: Mode,
    found: Found,
    look: bool,
    shared: Arc<Shared>,
    /// The rest of the numbers that this process has leased, and the same for imports.
    numbers: tokio::sync::Mutex<Block>,
    bulk: tokio::sync::Mutex<Block>,
    poller: Mutex<Option<Poller>>,
    engine: Engine,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Engine {
    /// Where writes wait.
    fn writes(&self) -> &Sender<Box<dyn Op>> {
        let queue = match self {
            Engine::Sqlite(sqlite) => &sqlite.writes,
            Engine::Postgres(postgres) => &postgres.writes,
        };
        queue.as_ref().expect("open while there is a store")
    }
}

impl Store {
    /// Opens a store; blocks. Its schema is brought up to date where [`Open::create`] says so.
    pub fn open(place: &Place, how: Open) -> Result<Store, OpenError> {
        // On a thread of its own, because PostgreSQL's client must not be used inside of an async runtime.
        thread::scope(|scope| scope.spawn(|| open(place, how)).join()).expect("opening a store does not panic")
    }

    /// The files that a store at this place has, or may have; a folder stands for all that is in it.
    pub fn files(place: &Place) -> Vec<PathBuf> {
        match place {
            Place::Folder(folder) => [sqlite::files(folder), vec![scratch::path(folder)]].concat(),
            Place::Postgres(_) => Vec::new(),
        }
    }

    /// What the store is for.
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    /// What was there when it was opened.
    pub fn found(&self) -> Found {
        self.inner.found
    }

    /// Where the store is.
    pub fn place(&self) -> &Place {
        &self.inner.place
    }

    /// The number of this opening of the store, which no other one has, past or present; above zero, but for one that
    /// is only read.
    pub fn origin(&self) -> i64 {
        self.inner.shared.origin
    }

    /// Whether other processes may be working on the same store.
    pub fn has_other_processes(&self) -> bool {
        matches!(self.inner.place, Place::Postgres(_))
    }

    /// How many buckets the rows of members are spread over: one where one process owns the store.
    pub fn buckets(&self) -> u16 {
        if self.has_other_processes() { BUCKETS } else { 1 }
    }

    /// Runs `work` in a transaction of its own and answers once it is on the disk; kept only if `work` returns `Ok`.
    ///
    /// It may run several times (PostgreSQL chose it as the victim of a deadlock), so it changes nothing but through
    /// its `Tx`; it blocks on nothing else, for on SQLite every other write waits for it.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        if self.inner.look {
            return Err(Fault::bug("a store that was opened to be read is written").into());
        }
        let (job, waiting) = Job::new(work);
        let queue = self.inner.engine.writes();
        if queue.send(Box::new(job)).await.is_err() {
            return Err(stopped().into());
        }
        waiting.await.map_or_else(|_| Err(stopped().into()), |(result, _)| result)
    }

    /// Runs `work` on one consistent snapshot, on a connection that writers do not use. On SQLite it runs right here: a
    /// long one belongs on a thread for blocking work.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (mut job, waiting) = Job::new(work);
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => {
                sqlite.read(&mut job);
                Box::new(job).answer();
            }
            Engine::Postgres(postgres) => {
                let queue = postgres.reads.as_ref().expect("open while there is a store");
                if queue.send(Box::new(job)).await.is_err() {
                    return Err(stopped().into());
                }
            }
        }
        waiting.await.map_or_else(|_| Err(stopped().into()), |(result, _)| result)
    }

    /// Calls `listener` with every change to what processes cache, from now on: those of this process between COMMIT
    /// and answer, those of others (PostgreSQL) within 200 ms. It is called from the store's threads, must not block or
    /// write, and may see changes of one thing in another order than they happened: compare versions. Blocks for a
    /// moment.
    pub fn on_change(&self, listener: impl Fn(&Change) + Send + Sync + 'static) -> Result<(), Fault> {
        self.inner.shared.listen(Arc::new(move |effect: &dyn Effect| {
            let effect: &dyn Any = effect;
            if let Some(change) = effect.downcast_ref::<Change>() {
                listener(change);
            }
        }));
        if let Place::Postgres(url) = &self.inner.place {
            let mut poller = self.inner.poller.lock().unwrap_or_else(PoisonError::into_inner);
            if poller.is_none() {
                *poller = Some(Poller::start(url, &self.inner.shared)?);
            }
        }
        Ok(())
    }

    /// What became of writes since the store was opened.
    pub fn writes(&self) -> &Writes {
        &self.inner.shared.writes
    }

    /// How many writes wait for a connection.
    pub fn writes_waiting(&self) -> usize {
        let queue = self.inner.engine.writes();
        queue.max_capacity() - queue.capacity()
    }

    /// Sets what happens when a COMMIT failed so that only a fresh process can tell what was kept; by default the
    /// process exits with a message.
    pub fn on_fatal(&self, hook: impl Fn(&Fault) + Send + Sync + 'static) {
        self.inner.shared.on_fatal(Arc::new(hook));
    }

    /// The first of `count` numbers in a row, at most 1,000, that were never given before and will never be again; they
    /// become ids by [`Bucket::id`]. They ascend in one process; between processes and over restarts there are gaps.
    pub async fn next_numbers(&self, count: u16) -> Result<i64, Fault> {
        assert!(i64::from(count) <= ids::BLOCK, "{count} ids at once");
        self.take_numbers(&self.inner.numbers, count.into(), ids::BLOCK).await
    }

    /// The same for a whole chunk of an import: any count, from a block for several of them.
    pub async fn lease_numbers(&self, count: u32) -> Result<i64, Fault> {
        self.take_numbers(&self.inner.bulk, count.into(), ids::BULK.max(count.into())).await
    }

    /// Those who find the block used up wait for the one who leases the next, of `size` numbers.
    async fn take_numbers(&self, block: &tokio::sync::Mutex<Block>, count: i64, size: i64) -> Result<i64, Fault> {
        let mut block = block.lock().await;
        loop {
            if let Some(first) = block.take(count) {
                return Ok(first);
            }
            *block = self.write(move |tx| ids::lease(tx, size)).await?;
        }
    }
}

fn stopped() -> Fault {
    Fault::unavailable("the store has stopped")
}

fn open(place: &Place, how: Open) -> Result<Store, OpenError> {
    let (engine, opened, shared) = match place {
        Place::Folder(folder) => {
            if let Some(scratch) = scratch::unfinished(folder) {
                return Err(OpenError::Unfinished { remedy: format!("remove {}", scratch.display()) });
            }
            if how.create {
                scratch::clear(folder);
            }
            let connection = Sqlite::connect(folder, how.create)?.ok_or(OpenError::Missing)?;
            let (opened, shared, backend) = prepare(Backend::Sqlite(connection), &how)?;
            let Backend::Sqlite(connection) = backend else { unreachable!("the one that went in") };
            (Engine::Sqlite(Sqlite::start(folder, connection, shared.clone())?), opened, shared)
        }
        Place::Postgres(url) => {
            let config = connection::config(url).map_err(OpenError::Unusable)?;
            let mut connection = connection::Connection::open(&config)?;
            let encoding = connection.encoding()?;
            if encoding != "UTF8" {
                let advice = "make one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'";
                return Err(OpenError::Unusable(format!("the database keeps texts in {encoding}, not UTF8; {advice}")));
            }
            let distributed = connection.distributed_tables()?;
            if let Some(table) = distributed.iter().find(|name| schema::table(name).is_some()) {
                return Err(OpenError::Unusable(format!(
                    "this PostgreSQL database is distributed with Citus (its table {table} is), which is not supported \
                     yet: two nodes would silently disagree, and backups would silently be torn; use a database whose \
                     tables are all plain ones"
                )));
            }
            let (opened, shared, _) = prepare(Backend::Postgres(connection), &how)?;
            (Engine::Postgres(Postgres::start(&config, how.pool, &shared)), opened, shared)
        }
    };
    let Opened { mode, found, .. } = opened;
    let (numbers, bulk, poller) = Default::default();
    let inner = Inner { place: place.clone(), mode, found, look: how.look, shared, numbers, bulk, poller, engine };
    Ok(Store { inner: Arc::new(inner) })
}

/// What opening a store found.
struct Opened {
    mode: Mode,
    found: Found,
    origin: i64,
}

/// Migrates on this connection and gives it back. All of it is one transaction under a lock, so that several processes
/// may start at once on one empty database.
fn prepare(backend: Backend, how: &Open) -> Result<(Opened, Arc<Shared>, Backend), OpenError> {
    let begin = match backend {
        Backend::Sqlite(_) if !how.look => "BEGIN IMMEDIATE",
        Backend::Sqlite(_) | Backend::Postgres(_) => "BEGIN",
    };
    let mut tx = Tx::new(backend, Arc::new(Shared::new(0, None)));
    tx.batch(begin)?;
    let opened = migrate(&mut tx, how);
    tx.batch(if opened.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    let opened = opened?;
    let shared = Arc::new(Shared::new(opened.origin, Some(schema::lock_order())));
    Ok((opened, shared, tx.backend))
}

/// Brings the schema up to date, and reads what every store knows about itself.
fn migrate(tx: &mut Tx, how: &Open) -> Result<Opened, OpenError> {
    let found = schema::SCHEMA.migrate(tx, how)?;
    let mode = control::mode(tx, how.mode.or(how.new_mode).unwrap_or(Mode::Platform))?;
    if let Some(asked) = how.mode.filter(|asked| *asked != mode) {
        return Err(OpenError::WrongMode { found: mode, asked });
    }
    // Who only reads writes no changes that were to be known by it.
    let origin = if how.look { 0 } else { ids::next_origin(tx)? };
    Ok(Opened { mode, found, origin })
}
