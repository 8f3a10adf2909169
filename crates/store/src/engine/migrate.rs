//! Brings a store to the schema of this build: numbered texts, the same on both databases, each run once.

use super::bucket;
use super::ddl::{split, words};
use super::fault::Fault;
use super::open::{Found, Open, OpenError};
use super::postgres::connection;
use super::sql::statements;
use super::sqlite::ddl::wording;
use super::table::{Module, Table};
use super::tx::{Backend, Tx};
use crate::params;

/// The migrations that a store has had, which is the migrations' own table.
pub(crate) static MODULE: Module =
    Module { tables: &[Table { dumped: false, ..Table::on_coordinator("migration") }], proofs: &[] };

const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS migration (
    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

statements! {
    APPLIED = "SELECT number, checksum FROM migration ORDER BY number";
    RECORD = "INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)";
}

/// On PostgreSQL: a table that is there while a backup is restored, so that one that is cut off is not taken for
/// nothing.
pub(crate) const RESTORING: &str = "restoring";

/// One step of the schema. Never changed once it was released.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    /// 1, and one more with each.
    pub(crate) number: i64,
    /// What it is about.
    pub(crate) name: &'static str,
    /// Its statements.
    pub(crate) text: &'static str,
}

/// What the schema of this build is.
pub(crate) struct Schema {
    /// Oldest first.
    pub(crate) migrations: &'static [Migration],
    /// The declaration of a table.
    pub(crate) table: fn(&str) -> Option<&'static Table>,
    /// What follows a migration, by its number, that a text cannot do.
    pub(crate) after: fn(&mut Tx, i64) -> Result<(), Fault>,
}

impl Schema {
    /// Makes or updates the schema, or finds it right, in the running transaction.
    pub(crate) fn migrate(&self, tx: &mut Tx, how: &Open) -> Result<Found, OpenError> {
        let is_there = has_store(tx)?;
        if !is_there && tx.has_table(RESTORING)? {
            return Err(OpenError::Unfinished { remedy: format!("drop the table {RESTORING} of this database") });
        }
        if !is_there && !how.create {
            return Err(OpenError::Missing);
        }
        if how.create {
            tx.batch(BOOKKEEPING)?;
        }
        let done = self.compare(&applied(tx)?)?;
        let last = |count: usize| count.checked_sub(1).map_or(0, |index| self.migrations[index].number);
        let (from, to) = (last(done), last(self.migrations.len()));
        let found = match (is_there && 0 < done, from == to) {
            (false, _) => Found::Nothing,
            (true, true) => Found::Current,
            (true, false) => Found::Older { from, to },
        };
        if found != Found::Current && !how.create {
            return Err(OpenError::OlderStore { found: from, known: to });
        }
        for migration in &self.migrations[done..] {
            self.apply(tx, migration)?;
        }
        Ok(found)
    }

    /// Makes the schema that a store with these migrations had, in the running transaction; `false` if there is a
    /// store.
    pub(crate) fn make(&self, tx: &mut Tx, migrations: &[(i64, String)]) -> Result<bool, OpenError> {
        if has_store(tx)? {
            return Ok(false);
        }
        let wanted = self.compare(migrations)?;
        tx.batch(BOOKKEEPING)?;
        for migration in &self.migrations[..wanted] {
            self.apply(tx, migration)?;
        }
        Ok(true)
    }

    /// How many of this build's migrations these are; an error if they are others.
    fn compare(&self, applied: &[(i64, String)]) -> Result<usize, OpenError> {
        let known = self.migrations.len();
        if let Some(&(found, _)) = applied.last().filter(|_| applied.len() > known) {
            return Err(OpenError::NewerStore { found, known: self.migrations[known - 1].number });
        }
        for ((_, recorded), migration) in applied.iter().zip(self.migrations) {
            if *recorded != checksum(migration) {
                return Err(OpenError::OtherSchema { number: migration.number });
            }
        }
        Ok(applied.len())
    }

    fn apply(&self, tx: &mut Tx, migration: &Migration) -> Result<(), Fault> {
        for statement in split(migration.text) {
            self.run(tx, statement)?;
        }
        tx.execute(RECORD, params![migration.number, migration.name, &checksum(migration)])?;
        (self.after)(tx, migration.number)
    }

    /// Runs one statement of a schema in the database's wording, and what the database wants after a new table.
    fn run(&self, tx: &mut Tx, statement: &str) -> Result<(), Fault> {
        let made = match words(statement) {
            ["CREATE", "TABLE", name] => (self.table)(name),
            _ => None,
        };
        match &tx.backend {
            Backend::Sqlite(_) => {
                let without_rowid = made.is_some_and(|table| table.without_rowid);
                tx.batch(&wording(statement, without_rowid))
            }
            Backend::Postgres(_) => {
                tx.batch(&connection::wording(statement))?;
                made.map_or(&[][..], |table| table.postgres).iter().try_for_each(|extra| tx.batch(extra))
            }
        }
    }
}

/// The migrations that a store has: number and checksum.
pub(crate) fn applied(tx: &mut Tx) -> Result<Vec<(i64, String)>, Fault> {
    tx.query(APPLIED, &[])
}

/// Whether there is a store. On PostgreSQL nobody else makes or migrates one from here on until the transaction ends.
fn has_store(tx: &mut Tx) -> Result<bool, Fault> {
    if let Backend::Postgres(connection) = &mut tx.backend {
        connection.lock_for_migration()?;
    }
    tx.has_table("migration")
}

fn checksum(migration: &Migration) -> String {
    format!("{:016x}", bucket::hash(migration.name, migration.text))
}
