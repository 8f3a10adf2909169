//! A connection to PostgreSQL: statements, values and errors.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};

use crate::engine::ddl::words;
use crate::engine::fault::Fault;
use crate::engine::row::{Cell, FromRow, Row, Val};

/// How long to wait for a new connection, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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

    /// From now on [`Connection::wait`] ends when another process wakes those who listen.
    pub(crate) fn listen(&mut self) -> Result<(), Fault> {
        self.batch("LISTEN punchcard")?;
        self.listens = true;
        Ok(())
    }

    pub(crate) fn listens(&self) -> bool {
        self.listens
    }

    /// Waits for a wake-up, `at_most` for so long; whether one came.
    pub(crate) fn wait(&mut self, at_most: Duration) -> Result<bool, Fault> {
        let mut notifications = self.client.notifications();
        let woken = notifications.timeout_iter(at_most).next()?.is_some();
        // One round answers all wake-ups until now.
        while notifications.iter().next()?.is_some() {}
        Ok(woken)
    }

    pub(crate) fn has_table(&mut self, name: &str) -> Result<bool, Fault> {
        let sql = "SELECT CASE WHEN to_regclass($1) IS NULL THEN 0 ELSE 1 END";
        Ok(self.query::<(bool,)>(sql, &[Val::Text(name)])?[0].0)
    }

    /// Holds off every other process that migrates, until the end of the transaction.
    pub(crate) fn lock_for_migration(&mut self) -> Result<(), Fault> {
        self.batch("SELECT pg_advisory_xact_lock(5783291460173)")
    }

    /// Holds off every other restore into this database as long as this connection lives; whether that could be had.
    /// One that was killed has it until its server knows, which is a moment.
    pub(crate) fn lock_for_restore(&mut self) -> Result<bool, Fault> {
        let lock = "SET lock_timeout = '5s'; SELECT pg_advisory_lock(5783291460174); RESET lock_timeout";
        match self.batch(lock) {
            Err(Fault::Busy(_)) => Ok(false),
            locked => locked.map(|()| true),
        }
    }

    /// How the database keeps texts.
    pub(crate) fn encoding(&mut self) -> Result<String, Fault> {
        Ok(self.query::<(String,)>("SELECT current_setting('server_encoding')", &[])?.remove(0).0)
    }

    /// The tables that Citus has distributed over several nodes. Citus keeps them in a catalog of its own, which a
    /// plain PostgreSQL has not.
    pub(crate) fn distributed_tables(&mut self) -> Result<Vec<String>, Fault> {
        if !self.has_table("pg_dist_partition")? {
            return Ok(Vec::new());
        }
        let sql = "SELECT relname::text FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid ORDER BY 1";
        Ok(self.query::<(String,)>(sql, &[])?.into_iter().map(|(name,)| name).collect())
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

/// PostgreSQL's wording of a statement that makes or changes a table: texts sort by their bytes, as on SQLite, whatever
/// the database's locale is.
pub(crate) fn wording(sql: &str) -> String {
    match words(sql) {
        [_, "TABLE", ..] => sql.replace(" TEXT", " TEXT COLLATE \"C\""),
        _ => sql.to_owned(),
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
            // Connection exceptions, insufficient resources, operator intervention, system errors, unknown database or
            // role.
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
