//! A connection to SQLite's file: statements, values and errors.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, ffi};

use crate::engine::fault::Fault;
use crate::engine::row::{Cell, FromRow, Row, Val};

/// How long to wait for another process that holds the file, such as a shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many pages the write-ahead log grows by between two checkpoints.
pub(super) const CHECKPOINT_PAGES: u32 = 4_000;

/// A connection to the file.
pub(crate) struct Connection(pub(super) rusqlite::Connection);

impl Connection {
    pub(super) fn open(path: &Path, access: rusqlite::OpenFlags) -> Result<Connection, Fault> {
        let connection =
            rusqlite::Connection::open_with_flags(path, access | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(256);
        // Plans do not depend on what is bound: else SQLite prepares some statements anew at each execution.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        if access == rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE {
            use_write_ahead_log(&connection)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // Until a thread of its own makes the checkpoints.
            connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
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
    pub(crate) fn prepared<'v>(&self, sql: &str) -> Result<Prepared<'_, 'v>, Fault> {
        Ok(Prepared { statement: self.prepare(sql)?, bound: Vec::new() })
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), Fault> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.raw_execute().map(drop)?)
    }

    pub(crate) fn has_table(&self, name: &str) -> Result<bool, Fault> {
        let sql = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1";
        Ok(self.query::<(i64,)>(sql, &[Val::Text(name)])?[0].0 > 0)
    }

    /// Checks every page, moves the write-ahead log into the file and closes it.
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

/// A statement that is run again and again. It is looked up once, and what differs from the time before is bound: much
/// of a chunk is the same in all of its rows, and SQLite copies every text that it is given.
pub(crate) struct Prepared<'c, 'v> {
    statement: CachedStatement<'c>,
    bound: Vec<Val<'v>>,
}

impl<'v> Prepared<'_, 'v> {
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

/// Switches a file to write-ahead logging. Where several processes switch a new file at once, SQLite refuses instead of
/// waiting, since each would wait for the other: whoever is refused tries again.
fn use_write_ahead_log(connection: &rusqlite::Connection) -> Result<(), Fault> {
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
