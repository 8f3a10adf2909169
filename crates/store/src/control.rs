//! Settings: what the store knows about itself, such as its mode, its clock and its sealed keys.

use crate::changes::announce::announce;
use crate::changes::change::Change;
use crate::engine::fault::Fault;
use crate::engine::open::Mode;
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::params;

/// The setting that says what the store is for.
const MODE: &str = "mode";

/// The setting that says of running processes what they were started with: no part of a backup.
pub const OF_PROCESSES: &str = "serve_base_url";

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        dumped_rows: Some("name <> 'serve_base_url'"),
        ..Table::on_coordinator("setting")
    }],
    proofs: &[],
};

statements! {
    GET = "SELECT value FROM setting WHERE name = $1";
    SET = "INSERT INTO setting (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE setting.value <> excluded.value";
    REPLACE = "UPDATE setting SET value = $1 WHERE name = $2 AND value = $3";
    SET_FIRST = "INSERT INTO setting (name, value) VALUES ($1, $2)";
    SET_NEW = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
}

/// A setting's value, if it was ever set.
pub fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, Fault> {
    Ok(tx.query_opt::<(String,)>(GET, params![name])?.map(|(value,)| value))
}

/// What the store is for. One that is just made is for `new`.
pub(crate) fn mode(tx: &mut Tx, new: Mode) -> Result<Mode, Fault> {
    match get(tx, MODE)? {
        Some(name) => Mode::from_name(&name).ok_or_else(|| Fault::bug(format!("unknown mode {name}"))),
        None => tx.execute(SET_FIRST, params![MODE, new.name()]).map(|_| new),
    }
}

/// Sets a setting; whether that changed anything.
pub fn set(tx: &mut Tx, name: &str, value: &str) -> Result<bool, Fault> {
    let changed = tx.execute(SET, params![name, value])? == 1;
    announced(tx, changed, name, value)
}

/// Sets a setting if it still has the value that was decided on; whether it had.
pub fn replace(tx: &mut Tx, name: &str, old: &str, value: &str) -> Result<bool, Fault> {
    let changed = tx.execute(REPLACE, params![value, name, old])? == 1;
    announced(tx, changed, name, value)
}

/// Sets a setting that must not change once it is there, such as a generated key; the value that counts.
pub fn set_new(tx: &mut Tx, name: &str, value: &str) -> Result<String, Fault> {
    let new = tx.execute(SET_NEW, params![name, value])? == 1;
    announced(tx, new, name, value)?;
    Ok(tx.query_one::<(String,)>(GET, params![name])?.0)
}

fn announced(tx: &mut Tx, changed: bool, name: &str, value: &str) -> Result<bool, Fault> {
    if changed {
        announce(tx, Change::Setting { name: name.into(), value: value.into() })?;
    }
    Ok(changed)
}
