//! Restoring a dump: a store is made of it, whole or not at all.

use std::fs::{self, File};
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use super::field::Field;
use super::read::Dump;
use super::scratch::Scratch;
use super::shape::{ALL_ROWS, Shape, shapes};
use super::summary::{DumpError, Summary};
use super::write::scan;
use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::migrate::RESTORING;
use crate::engine::open::{OpenError, Place};
use crate::engine::postgres::connection::{Connection, config};
use crate::engine::row::Val;
use crate::engine::shared::Shared;
use crate::engine::sqlite::{self, FILE, Sqlite};
use crate::engine::table::BucketOf;
use crate::engine::tx::{Backend, Tx};
use crate::schema;

/// Makes a store of a dump where none is; blocks. Nothing is there afterwards unless all of it is.
pub fn restore(place: &Place, input: impl BufRead + Send) -> Result<Summary, DumpError> {
    Restore::begin(place)?.run(input)
}

/// A place without a store that is marked for a restore until this is dropped. Who dies before that leaves the mark, so
/// that nobody makes an empty store there unawares.
pub struct Restore(Mark);

enum Mark {
    /// The folder that the store goes to, and the one in it where it is made.
    Folder(PathBuf, Scratch),
    /// A connection that holds the lock of restores into its database, until this is dropped; the mark is a table.
    Postgres(Option<Box<Tx>>),
}

impl Restore {
    /// Marks a place that has no store; blocks. A folder must be there.
    pub fn begin(place: &Place) -> Result<Restore, DumpError> {
        match place {
            Place::Postgres(url) => on_own_thread(|| {
                let config = config(url).map_err(OpenError::Unusable)?;
                let mut connection = Connection::open(&config)?;
                // The mark is one table, which only one restore may make and remove.
                if !connection.lock_for_restore()? {
                    return Err(DumpError::UnderWay);
                }
                connection.batch(&format!("CREATE TABLE IF NOT EXISTS {RESTORING} (at_work INTEGER)"))?;
                let tx = Tx::new(Backend::Postgres(connection), Arc::new(Shared::new(0, None)));
                Ok(Restore(Mark::Postgres(Some(Box::new(tx)))))
            }),
            Place::Folder(folder) => {
                // A write-ahead log that belongs to another file would be played into the new one.
                if let Some(path) = sqlite::files(folder).iter().find(|path| path.exists()) {
                    return Err(DumpError::Occupied(path.display().to_string()));
                }
                Ok(Restore(Mark::Folder(folder.clone(), Scratch::new(folder)?)))
            }
        }
    }

    /// Makes the store of a dump; blocks. Nothing is there afterwards unless all of it is.
    pub fn run(mut self, input: impl BufRead + Send) -> Result<Summary, DumpError> {
        match &mut self.0 {
            Mark::Postgres(tx) => {
                let tx = tx.as_mut().expect("it is not dropped");
                on_own_thread(|| in_one_transaction(tx, "BEGIN", input))
            }
            Mark::Folder(folder, scratch) => {
                let connection = Sqlite::connect(&scratch.0, true)?.expect("it is made");
                let mut tx = Tx::new(Backend::Sqlite(connection), Arc::new(Shared::new(0, None)));
                let summary = in_one_transaction(&mut tx, "BEGIN IMMEDIATE", input)?;
                let Backend::Sqlite(connection) = tx.backend else { unreachable!("the one that went in") };
                connection.into_one_file()?;
                File::open(scratch.0.join(FILE))?.sync_all()?;
                fs::rename(scratch.0.join(FILE), folder.join(FILE))?;
                File::open(folder)?.sync_all()?;
                Ok(summary)
            }
        }
    }
}

impl Drop for Restore {
    /// A table that cannot be removed is in no store's way, and the next attempt takes it over.
    fn drop(&mut self) {
        if let Mark::Postgres(tx) = &mut self.0
            && let Some(mut tx) = tx.take()
        {
            // The lock ends with the connection, which goes last.
            on_own_thread(move || drop(tx.batch(&format!("DROP TABLE IF EXISTS {RESTORING}"))));
        }
    }
}

/// Works on a thread of its own, because PostgreSQL's client must not be used inside of an async runtime.
fn on_own_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join()).expect("restoring does not panic")
}

fn in_one_transaction(tx: &mut Tx, begin: &str, input: impl BufRead) -> Result<Summary, DumpError> {
    tx.batch(begin)?;
    let done = fill(tx, input);
    tx.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done
}

fn fill(tx: &mut Tx, input: impl BufRead) -> Result<Summary, DumpError> {
    let dump = Dump::open(input)?;
    if !schema::SCHEMA.make(tx, &dump.migrations)? {
        return Err(DumpError::Occupied("the database has a store already".to_owned()));
    }
    let shapes = shapes(dump.migrations.len());
    let mut inserting: Option<Inserting<'_>> = None;
    let per_statement = tx.rows_per_statement();
    let is_postgres = matches!(tx.backend, Backend::Postgres(_));
    let summary = dump.rows(&shapes, |table, columns, row| {
        if is_postgres && row.iter().any(|field| field.text().is_some_and(|text| text.contains('\0'))) {
            let key = columns.iter().zip(&row).filter(|(column, _)| table.key.contains(&column.as_str()));
            let key = key.map(|(column, field)| format!("{column} {}", field.json())).collect::<Vec<_>>().join(", ");
            return Err(DumpError::Nul { table: table.name, key });
        }
        if inserting.as_ref().is_some_and(|some| some.table.name != table.name || some.rows.len() == per_statement) {
            inserting.take().expect("just seen").run(tx)?;
        }
        let some = inserting.get_or_insert_with(|| Inserting { table, columns: columns.to_vec(), rows: Vec::new() });
        some.rows.push(row);
        Ok(())
    });
    let summary = summary?;
    if let Some(rest) = inserting {
        rest.run(tx)?;
    }
    for table in shapes.iter().filter(|table| summary.tables.contains_key(table.name)) {
        let (wanted, found) = (summary.tables[table.name], scan(tx, table, ALL_ROWS, |_| Ok(()))?);
        if wanted != found {
            let differ = format!("{}: {wanted:?} in the backup, {found:?} in the restored store", table.name);
            return Err(DumpError::Differs(differ));
        }
    }
    // An earlier build's backup may hold more.
    for table in shapes.iter().filter(|table| table.rows != ALL_ROWS) {
        tx.execute(&format!("DELETE FROM {} WHERE NOT ({})", table.name, table.rows), &[])?;
    }
    Ok(summary)
}

/// Rows of one table that go into one statement.
struct Inserting<'a> {
    table: &'a Shape,
    columns: Vec<String>,
    rows: Vec<Vec<Field>>,
}

impl Inserting<'_> {
    fn run(&self, tx: &mut Tx) -> Result<(), Fault> {
        let bucketed = self.table.bucket != BucketOf::None;
        let mut values = Vec::new();
        for row in &self.rows {
            if bucketed {
                values.push(Val::Bucket(self.bucket(row)));
            }
            values.extend(row.iter().map(Field::val));
        }
        let width = self.columns.len() + usize::from(bucketed);
        let row = |row: usize| {
            let numbers = (1..=width).map(|column| format!("${}", row * width + column));
            format!("({})", numbers.collect::<Vec<_>>().join(", "))
        };
        let rows = (0..self.rows.len()).map(row).collect::<Vec<_>>().join(", ");
        let columns = self.table.with_bucket(self.columns.iter().map(String::as_str)).join(", ");
        tx.execute(&format!("INSERT INTO {} ({columns}) VALUES {rows}", self.table.name), &values).map(drop)
    }

    /// The bucket that the row's own texts give, whatever database it comes from.
    fn bucket(&self, row: &[Field]) -> Bucket {
        let field = |name: &str| self.columns.iter().position(|column| column == name).map(|index| &row[index]);
        let text = |name: &str| field(name).and_then(Field::text).unwrap_or_default();
        match self.table.bucket {
            BucketOf::None => bucket_of("", ""),
            BucketOf::Pair(first, second) => bucket_of(first.map(text).unwrap_or_default(), text(second)),
            BucketOf::Id(name) => match field(name) {
                Some(Field::Int(id)) => Bucket::of_id(*id),
                _ => Bucket::of_id(0),
            },
        }
    }
}
