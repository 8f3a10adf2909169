//! PostgreSQL: a pool of threads that each own a connection.
//!
//! The `postgres` crate is the sync face of `tokio-postgres`: a connection is a value with blocking calls, which is just
//! what a thread per connection wants. A write is one transaction at READ COMMITTED, run again when the database chose it
//! as the victim of a deadlock; a read is one snapshot (REPEATABLE READ READ ONLY), on threads of its own, so that writers
//! who wait for each other's rows do not stop it.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::fault::Fault;
use crate::migrate::ddl_words;
use crate::op::Op;
use crate::row::{Cell, FromRow, Row, Val};
use crate::shared::Shared;
use crate::tx::{Arm, Tx};

/// How many operations may wait before their callers are held back.
const QUEUE_OPS_MAX: usize = 1024;

/// How often a write is run again after deadlocks; each costs at least `deadlock_timeout`.
const RETRIES_MAX: u32 = 20;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

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

    fn run(&mut self, queue: &Mutex<Receiver<Box<dyn Op>>>) {
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
        let mut tx = Tx::new(Arm::Postgres(Connection::open(&self.config)?), self.shared.clone());
        tx.batch(self.begin)?;
        Ok(tx)
    }
}

/// The settings in a URL, or why they cannot be used.
pub(crate) fn config(url: &str) -> Result<Config, String> {
    let mut config: Config = url.parse().map_err(|error: postgres::Error| match error.source() {
        Some(source) => format!("the database URL cannot be read: {source}"),
        None => format!("the database URL cannot be read: {error}"),
    })?;
    if config.get_ssl_mode() == SslMode::Require {
        let advice = "use sslmode=prefer or disable over a private network or a local TLS proxy";
        return Err(format!(
            "the database URL has sslmode=require, but this build cannot encrypt its connections; {advice}"
        ));
    }
    config.connect_timeout(*config.get_connect_timeout().unwrap_or(&CONNECT_TIMEOUT));
    if config.get_application_name().is_none() {
        config.application_name("punchcard");
    }
    Ok(config)
}

/// A connection with its prepared statements.
pub(crate) struct Connection {
    /// Boxed, because it is three times as large as SQLite's.
    client: Box<Client>,
    statements: HashMap<String, Statement>,
    listens: bool,
}

impl Connection {
    pub(crate) fn open(config: &Config) -> Result<Connection, Fault> {
        let mut client = config.connect(NoTls)?;
        client.batch_execute("SET client_min_messages = warning")?;
        // A deadlock costs this long before one side is run again; only a superuser, or who was granted it, may set it.
        if let Err(error) = client.batch_execute("SET deadlock_timeout = '100ms'")
            && error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE)
        {
            return Err(error.into());
        }
        Ok(Connection { client: Box::new(client), statements: HashMap::new(), listens: false })
    }

    pub(crate) fn execute(&mut self, sql: &str, values: &[Val<'_>]) -> Result<u64, Fault> {
        let statement = self.prepare(sql)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        Ok(self.client.execute(&statement, &values)?)
    }

    pub(crate) fn query<R: FromRow>(&mut self, sql: &str, values: &[Val<'_>]) -> Result<Vec<R>, Fault> {
        let statement = self.prepare(sql)?;
        let mut rows = self.client.query_raw(&statement, values)?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            read.push(R::from_row(&row)?);
        }
        Ok(read)
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        Ok(self.client.batch_execute(sql)?)
    }

    /// From now on [`Connection::wait`] is woken by what rings.
    pub(crate) fn listen(&mut self) -> Result<(), Fault> {
        self.batch("LISTEN punchcard")?;
        self.listens = true;
        Ok(())
    }

    pub(crate) fn listens(&self) -> bool {
        self.listens
    }

    /// Waits until somebody rings, `at_most` for so long; whether somebody did.
    pub(crate) fn wait(&mut self, at_most: Duration) -> Result<bool, Fault> {
        let mut notifications = self.client.notifications();
        let rung = notifications.timeout_iter(at_most).next()?.is_some();
        // One round answers all that have rung until now.
        while notifications.iter().next()?.is_some() {}
        Ok(rung)
    }

    /// PostgreSQL's wording of a statement that makes or changes a table: texts sort by their bytes, as on SQLite,
    /// whatever the database's locale is.
    pub(crate) fn ddl(sql: &str) -> String {
        match ddl_words(sql) {
            [_, "TABLE", ..] => sql.replace(" TEXT", " TEXT COLLATE \"C\""),
            _ => sql.to_owned(),
        }
    }

    /// What a new table needs beside its portable columns.
    pub(crate) fn extras(table: &str) -> &'static [&'static str] {
        match table {
            // Room in each page, so that an update need not touch the indexes.
            "member" => &["ALTER TABLE member SET (fillfactor = 90)"],
            // See `changes`: which transaction wrote a row is what makes polling exact.
            "changes" => &[
                "ALTER TABLE changes ALTER COLUMN tx SET DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)",
                "CREATE INDEX changes_tx ON changes (tx)",
            ],
            _ => &[],
        }
    }

    pub(crate) fn has_table(&mut self, name: &str) -> Result<bool, Fault> {
        let sql = "SELECT CASE WHEN to_regclass($1) IS NULL THEN 0 ELSE 1 END";
        Ok(self.query::<(bool,)>(sql, &[Val::Text(name)])?[0].0)
    }

    /// Holds off every other process that migrates, until the end of the transaction.
    pub(crate) fn lock_for_migration(&mut self) -> Result<(), Fault> {
        self.batch("SELECT pg_advisory_xact_lock(5783291460173)")
    }

    /// How the database keeps texts.
    pub(crate) fn encoding(&mut self) -> Result<String, Fault> {
        Ok(self.query::<(String,)>("SELECT current_setting('server_encoding')", &[])?.remove(0).0)
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, Fault> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl ToSql for Val<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Val::Null => Ok(IsNull::Yes),
            Val::Int(value) if *kind == Type::INT8 => value.to_sql(kind, out),
            Val::Int(value) if *kind == Type::INT4 => i32::try_from(value)?.to_sql(kind, out),
            Val::Int(value) if *kind == Type::INT2 => i16::try_from(value)?.to_sql(kind, out),
            Val::Text(value) if *kind == Type::TEXT => value.to_sql(kind, out),
            Val::Bytes(value) if *kind == Type::BYTEA => value.to_sql(kind, out),
            Val::Bucket(bucket) if *kind == Type::INT4 => i32::from(bucket.number()).to_sql(kind, out),
            _ => Err(format!("{self:?} cannot be bound as {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Cell<'a>, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::INT8 => Cell::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Cell::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT2 => Cell::Int(i16::from_sql(kind, raw)?.into()),
            Type::TEXT => Cell::Text(<&str>::from_sql(kind, raw)?),
            Type::BYTEA => Cell::Bytes(raw),
            _ => return Err(format!("a column of type {kind} cannot be read").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Cell<'a>, Box<dyn Error + Sync + Send>> {
        Ok(Cell::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Row for postgres::Row {
    fn cells(&self) -> usize {
        self.len()
    }

    fn cell(&self, index: usize) -> Result<Cell<'_>, Fault> {
        Ok(self.try_get(index)?)
    }
}

impl From<postgres::Error> for Fault {
    fn from(error: postgres::Error) -> Fault {
        let code = error.code().cloned();
        let (closed, io) = (error.is_closed(), has_io_source(&error));
        let cause = Arc::new(error);
        let Some(code) = code else {
            return if closed || io { Fault::Unavailable(cause) } else { Fault::Bug(cause) };
        };
        match code {
            SqlState::UNIQUE_VIOLATION => Fault::Unique(cause),
            SqlState::CHECK_VIOLATION | SqlState::NOT_NULL_VIOLATION => Fault::Check(cause),
            SqlState::FOREIGN_KEY_VIOLATION => Fault::Reference(cause),
            SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::LOCK_NOT_AVAILABLE
            | SqlState::QUERY_CANCELED => Fault::Busy(cause),
            SqlState::DISK_FULL => Fault::Full(cause),
            // Connection exceptions, insufficient resources, operator intervention, system errors, unknown database or role.
            code if ["08", "53", "57", "58", "3D", "28"].contains(&&code.code()[..2]) => Fault::Unavailable(cause),
            _ => Fault::Bug(cause),
        }
    }
}

/// Whether the network failed underneath the protocol.
fn has_io_source(error: &dyn Error) -> bool {
    let mut source = error.source();
    while let Some(next) = source {
        if next.is::<std::io::Error>() {
            return true;
        }
        source = next.source();
    }
    false
}
