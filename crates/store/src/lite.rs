//! SQLite: one writer thread with group commit, readers used where they are called.
//!
//! The writer takes an operation, opens a transaction, and runs it and whatever else waits in it; one COMMIT, one fdatasync,
//! then the effects, then the answers. Refusals wait for the COMMIT too: they were decided on what their neighbours had
//! written. An operation that is not to be kept leaves nothing behind, and its neighbours all they wrote.

mod log;

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, ffi};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::changes::Change;
use crate::fault::Fault;
use crate::migrate::ddl_words;
use crate::op::Op;
use crate::row::{Cell, FromRow, Row, Val};
use crate::shared::Shared;
use crate::tx::{Arm, Tx};
use log::Mover;

/// Where one process keeps everything.
pub(crate) const FILE: &str = "punchcard.db";

/// A group is closed when it has this many operations, or is this old, or nothing waits.
const GROUP_OPS_MAX: usize = 512;
const GROUP_AGE_MAX: Duration = Duration::from_millis(5);

/// After a group of which something had to be undone, so many are run with care.
const CAREFUL_GROUPS: u32 = 100;
const BEGIN: &str = "BEGIN IMMEDIATE";

/// How many operations may wait before their callers are held back.
const QUEUE_OPS_MAX: usize = 1024;

/// How long to wait for another process that holds the file, such as a shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Tables that are stored in the order of their primary key, without a second tree: one search and one page to write for a
/// row instead of two. Not for tables with an index of their own that rows are mostly found by.
const WITHOUT_ROWID: [&str; 25] = [
    "setting",
    "account",
    "member",
    "crowd",
    "once",
    "changes",
    "fund",
    "transfer",
    "trade",
    "refund",
    "member_sales",
    "job",
    "job_lease",
    "notice_attempt",
    "activity_shop",
    "activity_order",
    "counter",
    "point_account",
    "point_log",
    "point_freeze",
    "participation",
    "trade_voucher",
    "voucher_bill",
    "tool",
    "activity",
];

/// An open SQLite store.
pub(crate) struct Lite {
    path: PathBuf,
    shared: Arc<Shared>,
    readers: Mutex<Vec<Tx>>,
    pub(crate) writes: Option<Sender<Box<dyn Op>>>,
    writer: Option<JoinHandle<()>>,
}

impl Lite {
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
    pub(crate) fn start(folder: &Path, mut connection: Connection, shared: Arc<Shared>) -> Result<Lite, Fault> {
        let path = folder.join(FILE);
        let log = Mover::start(&path, &mut connection)?;
        let (writes, queue) = mpsc::channel(QUEUE_OPS_MAX);
        let tx = Tx::new(Arm::Lite(connection), shared.clone());
        let mut writer = Writer { log, tx, queue, shared: shared.clone(), careful: 0 };
        let writer = thread::Builder::new().name("store-writer".to_owned()).spawn(move || writer.run());
        let writer = writer.expect("a thread can be started");
        Ok(Lite { path, shared, readers: Mutex::default(), writes: Some(writes), writer: Some(writer) })
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
        Ok(Tx::new(Arm::Lite(connection), self.shared.clone()))
    }
}

impl Drop for Lite {
    /// Finishes what waits and closes the file. The writer is the last to close it: a reader could not move the log into
    /// the file, and would leave it behind.
    fn drop(&mut self) {
        self.readers.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        self.writes = None;
        if let Some(writer) = self.writer.take().filter(|writer| writer.thread().id() != thread::current().id()) {
            // A writer that panicked has nothing left to finish.
            drop(writer.join());
        }
    }
}

/// Makes the folder and the empty file so that only their owner can read them; SQLite gives its other files the same mode.
fn make_private(folder: &Path, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

struct Writer {
    /// Before its connection, which is the last to be closed.
    log: Mover,
    tx: Tx,
    queue: Receiver<Box<dyn Op>>,
    shared: Arc<Shared>,
    /// How many more groups are run with care.
    careful: u32,
}

impl Writer {
    fn run(&mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            // Whoever woke this thread may have more to bring, and may wait for this very core: it goes first, and the group
            // is larger by all that it brings. Where no thread waits for the core this is over at once.
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
        self.log.committed(connection(&self.tx));
        unknown
    }

    /// Runs the last of a group's operations; an error means that the whole group is lost.
    ///
    /// A savepoint before each operation would cost a copy of every page that it touches, so there is none while all goes
    /// well. Should an operation end so that what it wrote must not be kept, the group is begun anew, this time with them,
    /// and so are the next groups: where some calls are refused, more will be. Whether something was written, SQLite's count of
    /// changed rows tells; operations make no tables.
    fn step(&mut self, ops: &mut [Box<dyn Op>], effects: &mut Vec<Change>) -> Result<(), Fault> {
        let last = ops.last_mut().expect("one was put there");
        if 0 < self.careful {
            return self.step_with_care(&mut **last, effects);
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
        ops.iter_mut().try_for_each(|op| self.step_with_care(&mut **op, effects))
    }

    /// Runs one operation, and undoes it alone if it is not to be kept.
    fn step_with_care(&mut self, op: &mut dyn Op, effects: &mut Vec<Change>) -> Result<(), Fault> {
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
    match &tx.arm {
        Arm::Lite(connection) => connection,
        Arm::Postgres(_) => unreachable!("the writer is SQLite's"),
    }
}

/// A connection to the file.
pub(crate) struct Connection(rusqlite::Connection);

impl Connection {
    fn open(path: &Path, access: rusqlite::OpenFlags) -> Result<Connection, Fault> {
        let connection =
            rusqlite::Connection::open_with_flags(path, access | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(256);
        // Plans do not depend on what is bound: else SQLite prepares some statements anew at each execution.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        if access == rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE {
            turn_to_log(&connection)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // Until the log has its mover.
            connection.pragma_update(None, "wal_autocheckpoint", log::MOVED_PAGES)?;
            connection.pragma_update(None, "foreign_keys", true)?;
        }
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "cache_size", -128_000)?;
        Ok(Connection(connection))
    }

    pub(crate) fn execute(&self, sql: &str, values: &[Val<'_>]) -> Result<u64, Fault> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        Ok(u64::try_from(statement.raw_execute()?).expect("a count of rows"))
    }

    pub(crate) fn query<R: FromRow>(&self, sql: &str, values: &[Val<'_>]) -> Result<Vec<R>, Fault> {
        let mut read = Vec::new();
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        read_all(&mut statement, &mut read)?;
        Ok(read)
    }

    /// A statement that is to be run for many rows.
    pub(crate) fn again<'v>(&self, sql: &str) -> Result<Again<'_, 'v>, Fault> {
        Ok(Again { statement: self.prepare(sql)?, bound: Vec::new() })
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), Fault> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.raw_execute().map(drop)?)
    }

    /// SQLite's wording of a statement that makes a table.
    pub(crate) fn ddl(sql: &str) -> String {
        match ddl_words(sql) {
            ["CREATE", "TABLE", table, ..] if WITHOUT_ROWID.contains(&table) => {
                format!("{} WITHOUT ROWID", without_lists(sql))
            }
            ["CREATE", "TABLE", ..] => without_lists(sql),
            _ => sql.to_owned(),
        }
    }

    /// Puts tables that an earlier build made into the form that [`Connection::ddl`] gives new ones. Their indexes are gone
    /// before: these tables have none.
    pub(crate) fn rebuild(&self) -> Result<(), Fault> {
        for (table, key) in [("once", "bucket, scope, key"), ("trade", "bucket, id")] {
            let made = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1";
            let (made,) = self.query::<(String,)>(made, &[Val::Text(table)])?.remove(0);
            // New stores are made so, and so are those that a backup of an earlier build is restored into.
            if made.ends_with("WITHOUT ROWID") {
                continue;
            }
            self.batch(&format!("ALTER TABLE {table} RENAME TO {table}_before"))?;
            self.batch(&Connection::ddl(&made))?;
            self.batch(&format!("INSERT INTO {table} SELECT * FROM {table}_before ORDER BY {key}"))?;
            self.batch(&format!("DROP TABLE {table}_before"))?;
        }
        Ok(())
    }

    pub(crate) fn has_table(&self, name: &str) -> Result<bool, Fault> {
        let sql = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1";
        Ok(self.query::<(i64,)>(sql, &[Val::Text(name)])?[0].0 > 0)
    }

    /// Checks every page, moves the log into the file and closes it.
    pub(crate) fn into_one_file(self) -> Result<(), Fault> {
        let found = self.query::<(String,)>("PRAGMA integrity_check", &[])?;
        if found != [("ok".to_owned(),)] {
            return Err(Fault::bug(format!("integrity_check: {}", found[0].0)));
        }
        self.0.pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()))?;
        Ok(self.0.close().map_err(|(_, error)| error)?)
    }

    /// The largest size of the file in pages of 4 KiB: how tests fill a disk.
    #[cfg(feature = "testing")]
    pub(crate) fn limit_pages(&self, pages: u32) -> Result<(), Fault> {
        Ok(self.0.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, Fault> {
        let statement = self.0.prepare_cached(sql)?;
        // SQLite numbers `$n` by first appearance, PostgreSQL by its digits.
        let number = |index| statement.parameter_name(index).and_then(|name| name[1..].parse().ok());
        // Looking for a name goes through all of them, so not every one of a long list is asked for.
        debug_assert!((1..=statement.parameter_count().min(40)).all(|index| number(index) == Some(index)), "{sql}");
        Ok(statement)
    }
}

/// `column IN ('a', 'b', 'c')` as `(column = 'a' OR …)`: to check a row against a list of more than two, SQLite makes a table of
/// the list, for each statement anew.
fn without_lists(sql: &str) -> String {
    let Some((before, (list, after))) =
        sql.split_once(" IN (").and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    else {
        return sql.to_owned();
    };
    let column_at = before.rfind(['(', ' ']).map_or(0, |at| at + 1);
    let (before, column) = before.split_at(column_at);
    let each: Vec<_> = list.split(", ").map(|value| format!("{column} = {value}")).collect();
    format!("{before}({}){}", each.join(" OR "), without_lists(after))
}

/// A statement that is run again and again. It is looked up once, and what differs from the time before is bound: much of a
/// chunk is the same in all of its rows, and SQLite copies every text that it is given.
pub(crate) struct Again<'c, 'v> {
    statement: CachedStatement<'c>,
    bound: Vec<Val<'v>>,
}

impl<'v> Again<'_, 'v> {
    /// How many rows it changed.
    pub(crate) fn execute(&mut self, values: &[Val<'v>]) -> Result<u64, Fault> {
        self.bind(values)?;
        Ok(u64::try_from(self.statement.raw_execute()?).expect("a count of rows"))
    }

    /// Reads every row that it gives.
    pub(crate) fn query<R: FromRow>(&mut self, values: &[Val<'v>], read: &mut Vec<R>) -> Result<(), Fault> {
        self.bind(values)?;
        read_all(&mut self.statement, read)
    }

    fn bind(&mut self, values: &[Val<'v>]) -> Result<(), Fault> {
        for (at, value) in values.iter().enumerate() {
            if self.bound.get(at) != Some(value) {
                self.statement.raw_bind_parameter(at + 1, Bound(*value))?;
            }
        }
        self.bound.clear();
        self.bound.extend_from_slice(values);
        Ok(())
    }
}

fn bind(statement: &mut CachedStatement<'_>, values: &[Val<'_>]) -> Result<(), Fault> {
    for (index, value) in (1..).zip(values) {
        statement.raw_bind_parameter(index, Bound(*value))?;
    }
    Ok(())
}

fn read_all<R: FromRow>(statement: &mut CachedStatement<'_>, read: &mut Vec<R>) -> Result<(), Fault> {
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        read.push(R::from_row(row)?);
    }
    Ok(())
}

/// Turns a file to the write-ahead log. Where several turn a new one at once SQLite waits for nobody, since each would wait
/// for the other: whoever is refused tries again.
fn turn_to_log(connection: &rusqlite::Connection) -> Result<(), Fault> {
    let started = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL").map_err(Fault::from) {
            Err(Fault::Busy(_)) if started.elapsed() < BUSY_TIMEOUT => thread::sleep(Duration::from_millis(1)),
            turned => return turned,
        }
    }
}

struct Bound<'a>(Val<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Val::Null => ToSqlOutput::Owned(Value::Null),
            Val::Int(value) => ToSqlOutput::Owned(Value::Integer(value)),
            Val::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Val::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Val::Bucket(_) => ToSqlOutput::Owned(Value::Integer(0)),
        })
    }
}

impl Row for rusqlite::Row<'_> {
    fn cells(&self) -> usize {
        self.as_ref().column_count()
    }

    fn cell(&self, index: usize) -> Result<Cell<'_>, Fault> {
        Ok(match self.get_ref(index)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Int(value),
            ValueRef::Blob(value) => Cell::Bytes(value),
            ValueRef::Text(value) => {
                Cell::Text(std::str::from_utf8(value).map_err(|_| Fault::bug("text is not UTF-8"))?)
            }
            ValueRef::Real(value) => return Err(Fault::bug(format!("column {index} holds the real number {value}"))),
        })
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        let code = error.sqlite_error().map(|error| (error.code, error.extended_code));
        let cause = Arc::new(error);
        match code {
            Some((_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)) => Fault::Unique(cause),
            Some((_, ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_NOTNULL)) => Fault::Check(cause),
            Some((_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY)) => Fault::Reference(cause),
            Some((ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _)) => Fault::Busy(cause),
            Some((ErrorCode::DiskFull, _)) => Fault::Full(cause),
            Some((
                ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::PermissionDenied
                | ErrorCode::FileLockingProtocolFailed,
                _,
            )) => Fault::Unavailable(cause),
            _ => Fault::Bug(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_compares_with_each_value_of_its_list() {
        let check = |sql: &str, expect: &str| assert_eq!(Connection::ddl(sql), expect);
        check("CREATE TABLE voucher (id BIGINT)", "CREATE TABLE voucher (id BIGINT)");
        check(
            "CREATE TABLE tool (kind TEXT CHECK (kind IN ('A', 'B', 'C')), state TEXT CHECK (state IN ('D', 'E')))",
            "CREATE TABLE tool (kind TEXT CHECK ((kind = 'A' OR kind = 'B' OR kind = 'C')), \
                state TEXT CHECK ((state = 'D' OR state = 'E'))) WITHOUT ROWID",
        );
    }
}
