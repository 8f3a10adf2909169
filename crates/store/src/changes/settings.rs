//! How one process learns that all the others have applied a setting, such as a clock that was moved.
//!
//! Each process that polls holds, in its polling session, one advisory lock whose number stands for the settings as it
//! has applied them. Whoever changed one looks until nobody holds another number. A process that died holds nothing,
//! for the database ends its session; no clock and no lapse takes part.

use crate::engine::bucket;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::tx::{Backend, Tx};
use crate::params;

/// The first half of the locks' numbers.
const LOCK: i32 = 0x5043;

statements! {
    SETTINGS = "SELECT name, value FROM setting";
    BEHIND: postgres = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND CAST(CAST(classid AS TEXT) AS BIGINT) = $1 AND CAST(CAST(objid AS TEXT) AS BIGINT) <> $2";
    WAKE: postgres = "SELECT CAST(pg_notify('punchcard', '') AS TEXT)";
}

/// The settings in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings(i32);

impl Settings {
    /// As this snapshot has them.
    pub(crate) fn read(tx: &mut Tx) -> Result<Settings, Fault> {
        let rows: Vec<(String, String)> = tx.query(SETTINGS, &[])?;
        let sum = rows.iter().fold(0_u64, |sum, (name, value)| sum.wrapping_add(bucket::hash(name, value)));
        Ok(Settings(i32::try_from(sum >> 33).expect("31 bits")))
    }

    /// Shows to the others that this is what the session's process has applied, and no longer what it showed before.
    pub(crate) fn show(self, tx: &mut Tx, before: Option<Settings>) -> Result<(), Fault> {
        tx.batch(&format!("SELECT pg_advisory_lock_shared({LOCK}, {})", self.0))?;
        match before {
            Some(Settings(before)) => tx.batch(&format!("SELECT pg_advisory_unlock_shared({LOCK}, {before})")),
            None => Ok(()),
        }
    }
}

/// Has every process poll once this transaction is committed, not just when it would have; on SQLite there is only one.
pub(super) fn wake_all(tx: &mut Tx) -> Result<(), Fault> {
    match tx.backend {
        Backend::Sqlite(_) => Ok(()),
        Backend::Postgres(_) => tx.execute(WAKE, &[]).map(drop),
    }
}

/// Whether every process has applied the settings as they are.
pub fn applied_by_all(tx: &mut Tx) -> Result<bool, Fault> {
    if !tx.has_other_processes() {
        return Ok(true);
    }
    let Settings(now) = Settings::read(tx)?;
    Ok(tx.query_one::<(i64,)>(BEHIND, params![i64::from(LOCK), i64::from(now)])?.0 == 0)
}
