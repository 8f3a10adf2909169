//! Fresh stores for tests, on both engines, from one source.
//!
//! ```text
//! store::each_engine!(a_crowd_is_found, |test| {
//!     test.store().write(…).await
//! });
//! ```
//!
//! makes two tests, `a_crowd_is_found::sqlite` and `a_crowd_is_found::postgres`. PostgreSQL's stores are databases of
//! their own on the server that `PUNCHCARD_TEST_POSTGRES` names, dropped at the end.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use tempfile::TempDir;

use crate::engine::fault::Fault;
use crate::engine::open::{Mode, Open, OpenError, Place};
use crate::engine::postgres::connection::{Connection, config};
use crate::store::Store;

/// Where a test finds the URL of a database that it may make others beside.
pub const VARIABLE: &str = "PUNCHCARD_TEST_POSTGRES";

/// What a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Makes two tests of one body, which is the body of an async block that has `$test`, a `&testing::TestStore`.
#[macro_export]
macro_rules! each_engine {
    ($name:ident, |$test:ident| $body:block) => {
        #[expect(clippy::unused_async, reason = "a body need not await")]
        async fn $name($test: &$crate::testing::TestStore) $body

        mod $name {
            use $crate::testing::{Engine, block_on, run};

            #[test]
            fn sqlite() {
                run(Engine::Sqlite, |test| block_on(super::$name(test)));
            }

            #[test]
            fn postgres() {
                run(Engine::Postgres, |test| block_on(super::$name(test)));
            }
        }
    };
}

/// A place for a store that is gone when this is dropped, and the store in it.
pub struct TestStore {
    store: Store,
    space: Space,
}

impl TestStore {
    /// A fresh stand-in store.
    pub fn new(engine: Engine) -> TestStore {
        let space = Space::new(engine);
        let store = Store::open(&space.place(), fresh()).expect("a fresh store opens");
        TestStore { store, space }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What it runs on.
    pub fn engine(&self) -> Engine {
        self.space.engine()
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        self.space.place()
    }

    /// Another process's view of the same store.
    pub fn open_again(&self) -> Result<Store, OpenError> {
        Store::open(&self.place(), fresh())
    }
}

/// Somewhere for a store to be, with nothing in it yet.
pub struct Space(Kind);

enum Kind {
    Folder(TempDir),
    Database { maintenance: String, name: String },
}

impl Space {
    /// A new folder or a new database.
    pub fn new(engine: Engine) -> Space {
        match engine {
            Engine::Sqlite => Space(Kind::Folder(tempfile::tempdir().expect("a temporary folder"))),
            Engine::Postgres => {
                static NEXT: AtomicU32 = AtomicU32::new(0);
                let maintenance = maintenance_url();
                let name = format!("punchcard_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                let sql = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
                maintain(&maintenance, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .expect("a stale database goes");
                maintain(&maintenance, &sql).expect("a test may make a database");
                Space(Kind::Database { maintenance, name })
            }
        }
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        match &self.0 {
            Kind::Folder(folder) => Place::Folder(folder.path().to_owned()),
            Kind::Database { maintenance, name } => Place::Postgres(with_database(maintenance, name)),
        }
    }

    fn engine(&self) -> Engine {
        match &self.0 {
            Kind::Folder(_) => Engine::Sqlite,
            Kind::Database { .. } => Engine::Postgres,
        }
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        if let Kind::Database { maintenance, name } = &self.0
            && let Err(fault) = maintain(maintenance, &format!("DROP DATABASE {name} WITH (FORCE)"))
        {
            eprintln!("the database {name} stays: {fault}");
        }
    }
}

/// How a test makes a store.
pub fn fresh() -> Open {
    Open { create: true, mode: Some(Mode::StandIn), ..Open::default() }
}

/// Runs `body` with a fresh store of that engine.
pub fn run(engine: Engine, body: impl FnOnce(&TestStore)) {
    body(&TestStore::new(engine));
}

/// Runs a future on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(future)
}

/// Lets the file of a SQLite store grow to this many pages of 4 KiB and no further.
pub async fn limit_pages(store: &Store, pages: u32) -> Result<(), Fault> {
    store.write(move |tx| tx.limit_pages(pages)).await
}

fn maintenance_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run `cargo xtask test`, which starts a PostgreSQL and sets it for the tests")
    })
}

/// The same URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL such as postgres://user@host/postgres");
    let (address, settings) =
        rest.split_once('?').map_or((rest, None), |(address, settings)| (address, Some(settings)));
    let server = address.split('/').next().unwrap_or_default();
    let settings = settings.map_or(String::new(), |settings| format!("?{settings}"));
    format!("{scheme}://{server}/{name}{settings}")
}

/// On a thread of its own, because PostgreSQL's client must not be used inside of an async runtime.
fn maintain(url: &str, sql: &str) -> Result<(), Fault> {
    let config = config(url).expect("a usable URL");
    let run = || Connection::open(&config)?.batch(sql);
    thread::scope(|scope| scope.spawn(run).join()).expect("no panic")
}
