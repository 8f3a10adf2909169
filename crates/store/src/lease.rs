//! Leases: which process does the jobs of which slice of the buckets. No clock takes part: a holder that lives moves
//! its beat, and whoever has watched a beat stand still for long enough, by a watch of its own, may take the slice
//! over.

use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::params;

/// The holder of a slice that was given back.
pub const NOBODY: i64 = 0;

pub(crate) static MODULE: Module = Module {
    tables: &[Table { without_rowid: true, dumped: false, ..Table::on_coordinator("job_lease") }],
    proofs: &[],
};

statements! {
    ALL = "SELECT slice, holder, beat FROM job_lease ORDER BY slice";
    BEAT = "UPDATE job_lease SET beat = beat + 1 WHERE holder = $1";
    NEW = "INSERT INTO job_lease (slice, holder, beat) VALUES ($1, $2, 0) ON CONFLICT (slice) DO NOTHING";
    PASS = "UPDATE job_lease SET holder = $1, beat = beat + 1 WHERE slice = $2 AND holder = $3 AND beat = $4";
    REMOVE = "DELETE FROM job_lease WHERE slice = $1 AND holder = $2 AND beat = $3";
}

/// A slice as the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// From 0 up; below it, the mark of a process that lives.
    pub slice: i64,
    /// The [origin](crate::Store::origin) of the store that holds it.
    pub holder: i64,
    /// What its holder moves.
    pub beat: i64,
}

/// Every slice that somebody ever held.
pub fn all(tx: &mut Tx) -> Result<Vec<Lease>, Fault> {
    let rows = tx.query::<(i64, i64, i64)>(ALL, &[])?;
    Ok(rows.into_iter().map(|(slice, holder, beat)| Lease { slice, holder, beat }).collect())
}

/// The processes that live, or have died a moment ago, as their own marks say; none where one process has all.
pub fn living(tx: &mut Tx) -> Result<Vec<i64>, Fault> {
    Ok(all(tx)?.into_iter().filter(|lease| lease.slice < 0).map(|lease| lease.holder).collect())
}

/// Marks that `holder` lives.
pub fn mark(tx: &mut Tx, holder: i64) -> Result<(), Fault> {
    take_new(tx, -holder, holder).map(drop)
}

/// Moves the beat of everything that `holder` holds.
pub fn beat(tx: &mut Tx, holder: i64) -> Result<(), Fault> {
    tx.execute(BEAT, params![holder]).map(drop)
}

/// Takes a slice that nobody ever held; whether that is so.
pub fn take_new(tx: &mut Tx, slice: i64, holder: i64) -> Result<bool, Fault> {
    Ok(tx.execute(NEW, params![slice, holder])? == 1)
}

/// Gives a slice that is still as it was seen to another holder, or to [`NOBODY`]; whether it was.
pub fn pass(tx: &mut Tx, seen: Lease, holder: i64) -> Result<bool, Fault> {
    Ok(tx.execute(PASS, params![holder, seen.slice, seen.holder, seen.beat])? == 1)
}

/// Removes a row that is still as it was seen.
pub fn remove(tx: &mut Tx, seen: Lease) -> Result<(), Fault> {
    tx.execute(REMOVE, params![seen.slice, seen.holder, seen.beat]).map(drop)
}
