//! The schema of this build: the migrations, what follows them, and every table's declaration, from the list in
//! `lib.rs`.

use std::sync::OnceLock;

use crate::engine::ddl::{self, TableText};
use crate::engine::fault::Fault;
use crate::engine::lock_order::LockOrder;
use crate::engine::migrate::{Migration, Schema};
use crate::engine::sqlite::ddl::wording;
use crate::engine::table::{Proof, Table};
use crate::engine::tx::{Backend, Tx};
use crate::{MODULES, account_key, params, takings};

/// Every text in `crates/store/migrations`, by number.
static MIGRATIONS: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// What stores of this build are made by.
pub(crate) static SCHEMA: Schema = Schema { migrations: MIGRATIONS, table, after };

/// The schema's steps, oldest first.
#[cfg(test)]
pub(crate) fn migrations() -> impl Iterator<Item = &'static Migration> {
    MIGRATIONS.iter()
}

/// Every table's declaration.
pub(crate) fn tables() -> impl Iterator<Item = &'static Table> {
    MODULES.iter().flat_map(|module| module.tables)
}

/// What must hold, in the order of the proof's lines.
pub(crate) fn proofs() -> impl Iterator<Item = &'static Proof> {
    MODULES.iter().flat_map(|module| module.proofs)
}

/// The declaration of a table.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    tables().find(|table| table.name == name)
}

/// The tables that a store has after its first so many migrations, as their text says: each after those that it refers
/// to.
pub(crate) fn texts(migrations: usize) -> Vec<TableText> {
    ddl::tables(MIGRATIONS.iter().take(migrations).map(|migration| migration.text))
}

/// In which order transactions lock.
pub(crate) fn lock_order() -> &'static LockOrder {
    static ORDER: OnceLock<LockOrder> = OnceLock::new();
    ORDER.get_or_init(|| LockOrder::new(tables(), &texts(MIGRATIONS.len())))
}

/// What a migration's text cannot do: the pay codes of an account are a JSON list, how a table is kept is the
/// database's, and a bucket is a hash.
fn after(tx: &mut Tx, number: i64) -> Result<(), Fault> {
    match (number, &tx.backend) {
        (2, _) => account_key::fill(tx),
        (4, Backend::Sqlite(_)) => rebuild(tx),
        (14, _) => takings::fill(tx),
        _ => Ok(()),
    }
}

/// Keeps tables that an earlier build made as their primary keys, as new ones are. Their indexes are gone before: these
/// tables have none.
fn rebuild(tx: &mut Tx) -> Result<(), Fault> {
    for (table, key) in [("once", "bucket, scope, key"), ("trade", "bucket, id")] {
        let made = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1";
        let (made,) = tx.query_one::<(String,)>(made, params![table])?;
        // New stores are made so, and so are those that a backup of an earlier build is restored into.
        if made.ends_with("WITHOUT ROWID") {
            continue;
        }
        tx.batch(&format!("ALTER TABLE {table} RENAME TO {table}_before"))?;
        tx.batch(&wording(&made, true))?;
        tx.batch(&format!("INSERT INTO {table} SELECT * FROM {table}_before ORDER BY {key}"))?;
        tx.batch(&format!("DROP TABLE {table}_before"))?;
    }
    Ok(())
}
