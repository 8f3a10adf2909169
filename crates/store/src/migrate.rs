//! Brings a store to the schema of this build: numbered texts, the same on both engines, each run once.
//!
//! All of it is one transaction under a lock, so that several processes may start at once on one empty database.

use crate::account_key;
use crate::bucket;
use crate::fault::Fault;
use crate::row::Val;
use crate::sql::statements;
use crate::store::{Found, Mode, Open, OpenError};
use crate::tx::{Arm, Tx};
use crate::{lite, params, postgres};

/// The schema, oldest first. Never change one that was released: add another.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "people and crowds", include_str!("../migrations/0001_people_and_crowds.sql")),
    (2, "trades and notices", include_str!("../migrations/0002_trades_and_notices.sql")),
    (3, "activities and points", include_str!("../migrations/0003_activities_and_points.sql")),
    (4, "fewer trees", include_str!("../migrations/0004_fewer_trees.sql")),
];

const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS migration (
    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

statements! {
    APPLIED = "SELECT number, checksum FROM migration ORDER BY number";
    RECORD = "INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)";
    NEXT_ORIGIN = "INSERT INTO id_lease (name, next) VALUES ('origin', 1)
        ON CONFLICT (name) DO UPDATE SET next = id_lease.next + 1 RETURNING next";
    MODE = "SELECT value FROM setting WHERE name = 'mode'";
    SET_MODE = "INSERT INTO setting (name, value) VALUES ('mode', $1)";
}

/// What opening a store found.
pub(crate) struct Opened {
    pub(crate) mode: Mode,
    pub(crate) found: Found,
    pub(crate) origin: i64,
}

/// On PostgreSQL: a table that is there while a backup is restored, so that one that is cut off is not taken for nothing.
pub(crate) const RESTORING: &str = "restoring";

/// Makes or updates the schema, or finds it right, and reads what every store knows about itself.
pub(crate) fn migrate(tx: &mut Tx, how: &Open) -> Result<Opened, OpenError> {
    let begin = match tx.arm {
        Arm::Lite(_) if !how.look => "BEGIN IMMEDIATE",
        Arm::Lite(_) | Arm::Postgres(_) => "BEGIN",
    };
    tx.batch(begin)?;
    let opened = migrate_locked(tx, how);
    tx.batch(if opened.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    opened
}

fn migrate_locked(tx: &mut Tx, how: &Open) -> Result<Opened, OpenError> {
    let is_there = has_store(tx)?;
    if !is_there && has_table(tx, RESTORING)? {
        return Err(OpenError::Unfinished { remedy: format!("drop the table {RESTORING} of this database") });
    }
    if !is_there && !how.create {
        return Err(OpenError::Missing);
    }
    if how.create {
        tx.batch(BOOKKEEPING)?;
    }
    let done = compare(&applied(tx)?)?;
    let last = |count: usize| count.checked_sub(1).map_or(0, |index| MIGRATIONS[index].0);
    let (from, to) = (last(done), last(MIGRATIONS.len()));
    let found = match (is_there && 0 < done, from == to) {
        (false, _) => Found::Nothing,
        (true, true) => Found::Current,
        (true, false) => Found::Older { from, to },
    };
    if found != Found::Current && !how.create {
        return Err(OpenError::OlderStore { found: from, known: to });
    }
    for migration in &MIGRATIONS[done..] {
        apply(tx, migration)?;
    }
    let mode = match tx.query_opt::<(String,)>(MODE, &[])? {
        Some((name,)) => Mode::from_name(&name).ok_or_else(|| Fault::bug(format!("unknown mode {name}")))?,
        None => {
            let mode = how.mode.or(how.new_mode).unwrap_or(Mode::Platform);
            tx.execute(SET_MODE, params![mode.name()])?;
            mode
        }
    };
    if let Some(asked) = how.mode.filter(|asked| *asked != mode) {
        return Err(OpenError::WrongMode { found: mode, asked });
    }
    // Who only reads writes no changes that were to be known by it.
    let origin = if how.look { 0 } else { tx.query_one::<(i64,)>(NEXT_ORIGIN, &[] as &[Val<'_>])?.0 };
    Ok(Opened { mode, found, origin })
}

/// The migrations that a store has: number and checksum.
pub(crate) fn applied(tx: &mut Tx) -> Result<Vec<(i64, String)>, Fault> {
    tx.query(APPLIED, &[])
}

/// Makes the schema that a store with these migrations had, in the running transaction; `false` if there is a store.
pub(crate) fn make(tx: &mut Tx, migrations: &[(i64, String)]) -> Result<bool, OpenError> {
    if has_store(tx)? {
        return Ok(false);
    }
    let wanted = compare(migrations)?;
    tx.batch(BOOKKEEPING)?;
    for migration in &MIGRATIONS[..wanted] {
        apply(tx, migration)?;
    }
    Ok(true)
}

fn has_store(tx: &mut Tx) -> Result<bool, Fault> {
    if let Arm::Postgres(connection) = &mut tx.arm {
        connection.lock_for_migration()?;
    }
    has_table(tx, "migration")
}

fn has_table(tx: &mut Tx, name: &str) -> Result<bool, Fault> {
    match &mut tx.arm {
        Arm::Lite(connection) => connection.has_table(name),
        Arm::Postgres(connection) => connection.has_table(name),
    }
}

/// How many of this build's migrations these are; an error if they are others.
fn compare(applied: &[(i64, String)]) -> Result<usize, OpenError> {
    let known = MIGRATIONS.len();
    if let Some(&(found, _)) = applied.last().filter(|_| applied.len() > known) {
        return Err(OpenError::NewerStore { found, known: MIGRATIONS[known - 1].0 });
    }
    for ((_, recorded), migration) in applied.iter().zip(&MIGRATIONS) {
        if *recorded != checksum(migration) {
            return Err(OpenError::OtherSchema { number: migration.0 });
        }
    }
    Ok(applied.len())
}

fn checksum((_, name, text): &(i64, &str, &str)) -> String {
    format!("{:016x}", bucket::hash(name, text))
}

fn apply(tx: &mut Tx, migration: &(i64, &str, &str)) -> Result<(), Fault> {
    let &(number, name, text) = migration;
    for statement in split(text) {
        run(tx, statement)?;
    }
    tx.execute(RECORD, params![number, name, &checksum(migration)])?;
    // What a text cannot do: the pay codes of an account are a JSON list, and how a table is kept is the engine's.
    match (number, &tx.arm) {
        (2, _) => account_key::fill(tx),
        (4, Arm::Lite(connection)) => connection.rebuild(),
        _ => Ok(()),
    }
}

/// Runs one statement of a schema in the engine's wording, and what the engine wants after a new table.
fn run(tx: &mut Tx, statement: &str) -> Result<(), Fault> {
    let (text, extras): (String, &[&str]) = match (&tx.arm, ddl_words(statement)) {
        (Arm::Lite(_), _) => (lite::Connection::ddl(statement), &[]),
        (Arm::Postgres(_), ["CREATE", "TABLE", table]) => {
            (postgres::Connection::ddl(statement), postgres::Connection::extras(table))
        }
        (Arm::Postgres(_), _) => (postgres::Connection::ddl(statement), &[]),
    };
    tx.batch(&text)?;
    extras.iter().try_for_each(|extra| tx.batch(extra))
}

/// The first three words of a statement, which say what it makes: `CREATE TABLE member`.
pub(crate) fn ddl_words(statement: &str) -> [&str; 3] {
    let mut words = statement.split_whitespace();
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

/// The statements of a schema text, without its comments.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(";\n")
        .map(|part| {
            let mut statement = part.trim();
            while statement.starts_with("--") {
                statement = statement.split_once('\n').map_or("", |(_, rest)| rest.trim_start());
            }
            statement
        })
        .filter(|statement| !statement.is_empty())
}
