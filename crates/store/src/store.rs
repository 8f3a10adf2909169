//! An open store: how operations get to a connection and answers back.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::mpsc::Sender;

use crate::bucket::Bucket;
use crate::changes::Change;
use crate::dump;
use crate::fault::Fault;
use crate::ids::{self, Ids};
use crate::lite::Lite;
use crate::measure::Writes;
use crate::migrate::{self, Opened};
use crate::op::{Job, Op};
use crate::poll::Poller;
use crate::postgres::{self, Pool, Postgres};
use crate::shared::Shared;
use crate::tx::{Arm, Tx};

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// SQLite, in `punchcard.db` of this folder. One process at a time; the caller sees to that.
    Folder(PathBuf),
    /// PostgreSQL 15 or later, at this URL: a database of its own, in UTF-8.
    Postgres(String),
}

impl fmt::Debug for Place {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => f.debug_tuple("Folder").field(folder).finish(),
            Place::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// What a store is for; written when it is made and never changed (DESIGN, "Two modes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For a developer's tests.
    StandIn,
    /// For real members.
    Platform,
}

impl Mode {
    /// As the command line and the store spell it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::StandIn => "stand-in",
            Mode::Platform => "platform",
        }
    }

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Mode> {
        [Mode::StandIn, Mode::Platform].into_iter().find(|mode| mode.name() == name)
    }
}

/// How to open a store.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open {
    /// Make it if there is none, and upgrade one that an earlier build left. Without this an older store is refused.
    pub create: bool,
    /// Read it only: nothing of it is changed, and every write is refused.
    pub look: bool,
    /// What it must be for; `None` takes it as it is.
    pub mode: Option<Mode>,
    /// What a new one is for, where `mode` does not say so.
    pub new_mode: Option<Mode>,
    /// PostgreSQL's connections.
    pub pool: Pool,
}

/// What opening a store found there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// None: it was made.
    Nothing,
    /// One of this build's schema.
    Current,
    /// An older one, which was upgraded.
    Older {
        /// The newest migration that it had.
        from: i64,
        /// The newest that it has now.
        to: i64,
    },
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none, and none was to be made.
    #[error("there is no store here yet")]
    Missing,
    /// A backup was being restored, and that was cut off.
    #[error(
        "a restore into this place was cut off before its end, so there is no store here: run `punchcard restore` \
         again, or, to begin with an empty store instead, {}", .remedy
    )]
    Unfinished {
        /// How to forget about it.
        remedy: String,
    },
    /// An earlier build left it, and it was not to be upgraded.
    #[error(
        "the store has migration {found}, and this build needs {known}: `punchcard serve` upgrades it when it starts, for \
         good; make a backup with the build that wrote it first"
    )]
    OlderStore {
        /// The newest migration in the store.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// A newer build has changed the schema.
    #[error(
        "the store has migration {found}, but this build knows only up to {known}: \
         use the build that wrote it or a newer one, or restore a backup made before the update"
    )]
    NewerStore {
        /// The newest migration in the store.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// A migration of the same number, but not the one of this build.
    #[error(
        "migration {number} of the store is not the one of this build: \
         it was made by a build that was never released; use that build, or a new store"
    )]
    OtherSchema {
        /// Which one.
        number: i64,
    },
    /// It is for something else.
    #[error("the store was made in mode {}, which never changes; it cannot be opened in mode {}", found.name(), asked.name())]
    WrongMode {
        /// What it was made for.
        found: Mode,
        /// What was asked.
        asked: Mode,
    },
    /// The place is not one that this build can use; the text says why and what to do.
    #[error("{0}")]
    Unusable(String),
    /// The store said no.
    #[error("the store cannot be opened: {0}")]
    Fault(#[from] Fault),
}

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
    ids: Ids,
    poller: Mutex<Option<Poller>>,
    engine: Engine,
}

enum Engine {
    Lite(Lite),
    Postgres(Postgres),
}

impl Engine {
    /// Where writes wait.
    fn writes(&self) -> &Sender<Box<dyn Op>> {
        let queue = match self {
            Engine::Lite(lite) => &lite.writes,
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

    /// Tells this opening of the store from every other one, past and present; above zero, but for one that is only read.
    pub fn origin(&self) -> i64 {
        self.inner.shared.origin
    }

    /// Whether other processes may be working on the same store.
    pub fn has_company(&self) -> bool {
        matches!(self.inner.place, Place::Postgres(_))
    }

    /// Runs `work` in a transaction of its own and answers once it is on the disk; kept only if `work` returns `Ok`.
    ///
    /// It may run several times (PostgreSQL chose it as the victim of a deadlock), so it changes nothing but through its
    /// `Tx`; it blocks on nothing else, for on SQLite every other write waits for it.
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
            Engine::Lite(lite) => {
                lite.read(&mut job);
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

    /// Calls `listener` with every change to what processes cache, from now on: those of this process between COMMIT and
    /// answer, those of others (PostgreSQL) within 200 ms. It is called from the store's threads, must not block or write,
    /// and may see changes of one thing in another order than they happened: compare versions. Blocks for a moment.
    pub fn on_change(&self, listener: impl Fn(&Change) + Send + Sync + 'static) -> Result<(), Fault> {
        self.inner.shared.listen(Arc::new(listener));
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
        self.inner.ids.next(self, count).await
    }

    /// The same for a whole chunk of an import: any count, from a block for several of them.
    pub async fn lease_numbers(&self, count: u32) -> Result<i64, Fault> {
        self.inner.ids.many(self, count).await
    }

    /// One new id in this bucket.
    pub async fn next_id(&self, bucket: Bucket) -> Result<i64, Fault> {
        Ok(bucket.id(self.next_numbers(1).await?))
    }
}

fn stopped() -> Fault {
    Fault::unavailable("the store has stopped")
}

fn open(place: &Place, how: Open) -> Result<Store, OpenError> {
    let (engine, opened, shared) = match place {
        Place::Folder(folder) => {
            if let Some(scratch) = dump::unfinished(folder) {
                return Err(OpenError::Unfinished { remedy: format!("remove {}", scratch.display()) });
            }
            if how.create {
                dump::clear(folder);
            }
            let connection = Lite::connect(folder, how.create)?.ok_or(OpenError::Missing)?;
            let (opened, shared, arm) = prepare(Arm::Lite(connection), &how)?;
            let Arm::Lite(connection) = arm else { unreachable!("the arm that went in") };
            (Engine::Lite(Lite::start(folder, connection, shared.clone())?), opened, shared)
        }
        Place::Postgres(url) => {
            let config = postgres::config(url).map_err(OpenError::Unusable)?;
            let mut connection = postgres::Connection::open(&config)?;
            let encoding = connection.encoding()?;
            if encoding != "UTF8" {
                let advice = "make one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'";
                return Err(OpenError::Unusable(format!("the database keeps texts in {encoding}, not UTF8; {advice}")));
            }
            let (opened, shared, _) = prepare(Arm::Postgres(connection), &how)?;
            (Engine::Postgres(Postgres::start(&config, how.pool, &shared)), opened, shared)
        }
    };
    let (ids, poller) = (Ids::new(ids::NAME), Mutex::default());
    let Opened { mode, found, .. } = opened;
    let inner = Inner { place: place.clone(), mode, found, look: how.look, shared, ids, poller, engine };
    Ok(Store { inner: Arc::new(inner) })
}

/// Migrates on this connection and gives it back.
fn prepare(arm: Arm, how: &Open) -> Result<(Opened, Arc<Shared>, Arm), OpenError> {
    let mut tx = Tx::new(arm, Arc::new(Shared::new(0)));
    let opened = migrate::migrate(&mut tx, how)?;
    let shared = Arc::new(Shared::new(opened.origin));
    Ok((opened, shared, tx.arm))
}
