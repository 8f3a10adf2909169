//! Saved crowds.

use domain::crowd::{Crowd, Status};
use domain::id::{CrowdId, CrowdIdText};

use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table { without_rowid: true, lock: Lock::Thing, ..Table::by_bucket("crowd", BucketOf::Id("id")) }],
    proofs: &[],
};

statements! {
    INSERT = "INSERT INTO crowd (bucket, id, pid, name, conditions, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND = "SELECT id, pid, name, conditions, status, created_at FROM crowd WHERE bucket = $1 AND id = $2 AND pid = $3";
    WHOEVER = "SELECT id, pid, name, conditions, status, created_at FROM crowd WHERE bucket = $1 AND id = $2";
    UPDATE = "UPDATE crowd SET conditions = $1, status = $2 WHERE bucket = $3 AND id = $4 AND pid = $5 AND status = 'ENABLE'";
    // A write of nothing, because a row is locked by writing alone.
    HOLD = "UPDATE crowd SET status = status WHERE bucket = $1 AND id = $2 AND pid = $3 AND status = 'ENABLE'";
    // Replacing is the one test for a substring that both engines have, minds case, and knows no wildcards.
    PAGE = "SELECT id, pid, name, conditions, status, created_at FROM crowd
        WHERE bucket = $1 AND pid = $2 AND status = 'ENABLE' AND ($3 = '' OR replace(name, $3, '') <> name)
        ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5";
    OLDER = "SELECT id, pid, name, conditions, status, created_at FROM crowd
        WHERE bucket = $1 AND pid = $2 AND status = 'ENABLE' AND ($3 = '' OR replace(name, $3, '') <> name)
            AND created_at <= $4 AND (created_at < $4 OR id < $5) ORDER BY created_at DESC, id DESC LIMIT $6";
    TOTAL = "SELECT COUNT(*) FROM crowd
        WHERE bucket = $1 AND pid = $2 AND status = 'ENABLE' AND ($3 = '' OR replace(name, $3, '') <> name)";
}

/// Where a merchant's crowds are, and so what their ids carry.
pub fn bucket(pid: &str) -> Bucket {
    bucket_of(pid, "")
}

/// Keeps a new crowd.
pub fn insert(tx: &mut Tx, crowd: &Crowd) -> Result<(), Fault> {
    let Crowd { id, pid, name, conditions, status } = crowd;
    let values = params![bucket(pid), id.number, pid, name, conditions, status_name(*status), id.created_at];
    tx.execute(INSERT, values).map(drop)
}

/// The merchant's crowd that the store knows by this number, deleted or not.
pub fn get(tx: &mut Tx, pid: &str, number: i64) -> Result<Option<Crowd>, Fault> {
    tx.query_opt(FIND, params![bucket(pid), number, pid])
}

/// The crowd that the store knows by this number, whoever's it is, deleted or not.
pub fn whoever(tx: &mut Tx, number: i64) -> Result<Option<Crowd>, Fault> {
    tx.query_opt(WHOEVER, params![Bucket::of_id(number), number])
}

/// A merchant's crowd, deleted or not; `None` for one that was never made, is another merchant's, or has another day.
pub fn find(tx: &mut Tx, pid: &str, id: CrowdIdText) -> Result<Option<Crowd>, Fault> {
    Ok(get(tx, pid, id.number)?.filter(|crowd| id.names(crowd.id)))
}

/// Keeps a crowd's conditions and status. Should it have been deleted since it was found, the operation runs again and
/// finds that; deleting it twice is the same as once.
pub fn update(tx: &mut Tx, crowd: &Crowd) -> Result<(), Fault> {
    let Crowd { id, pid, conditions, status, .. } = crowd;
    let changed = tx.execute(UPDATE, params![conditions, status_name(*status), bucket(pid), id.number, pid])?;
    match (changed, status) {
        (0, Status::Enable) => Err(tx.fail(Fault::Stale)),
        _ => Ok(()),
    }
}

/// Keeps everybody else from deleting a crowd, and from holding it, until this transaction ends; false if it was
/// deleted.
pub fn hold(tx: &mut Tx, crowd: &Crowd) -> Result<bool, Fault> {
    Ok(tx.execute(HOLD, params![bucket(&crowd.pid), crowd.id.number, &crowd.pid])? == 1)
}

/// One page of a merchant's crowds, newest first, and how many there are on all pages. Deleted ones are left out, and
/// those whose name does not contain `name`.
pub fn page(tx: &mut Tx, pid: &str, name: &str, limit: i64, offset: i64) -> Result<(Vec<Crowd>, i64), Fault> {
    let crowds = tx.query(PAGE, params![bucket(pid), pid, name, limit, offset])?;
    let (total,) = tx.query_one(TOTAL, params![bucket(pid), pid, name])?;
    Ok((crowds, total))
}

/// A merchant's crowds that were made before this one (when, and its number), the newest first: those that are not
/// deleted and whose name contains `name`.
pub fn older(tx: &mut Tx, pid: &str, name: &str, before: (i64, i64), limit: u32) -> Result<Vec<Crowd>, Fault> {
    tx.query(OLDER, params![bucket(pid), pid, name, before.0, before.1, limit])
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Enable => "ENABLE",
        Status::Disable => "DISABLE",
    }
}

impl FromRow for Crowd {
    fn from_row(row: &dyn Row) -> Result<Crowd, Fault> {
        let (number, pid, name, conditions, status, created_at) =
            <(i64, String, String, String, String, i64)>::from_row(row)?;
        let status = if status == "ENABLE" { Status::Enable } else { Status::Disable };
        Ok(Crowd { id: CrowdId::new(created_at, number), pid, name, conditions, status })
    }
}
