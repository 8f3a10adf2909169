//! Crowd groups of shops. They are few and seldom written, so they have no bucket.

use domain::crowd_group::{CrowdGroup, Status};

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::sql::statements;
use crate::engine::table::{Lock, Module, Proof, Table};
use crate::engine::tx::{Backend, Tx};
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table { without_rowid: true, lock: Lock::Thing, ..Table::on_every_node("crowd_group") }],
    proofs: &[Proof { name: "ids of crowd groups", count: GROUPS, differ: IDS_OFF, values: &[] }],
};

statements! {
    HOLD: postgres = "UPDATE shop SET name = name WHERE shop_id = $1";
    INSERT = "INSERT INTO crowd_group (pid, shop_id, app_id, place, crowd_group_id, describe, conditions, status, created_at,
            version) VALUES ($1, $2, $3, $4, $5, $6, $7, 'ENABLE', $8, 1)
        ON CONFLICT (pid, shop_id, app_id, place) DO NOTHING";
    REMOVE = "DELETE FROM crowd_group WHERE pid = $1 AND shop_id = $2 AND app_id = $3 AND place < $4 AND crowd_group_id = $5
        AND status = 'DISABLE'";
    FIND = "SELECT pid, shop_id, app_id, place, crowd_group_id, describe, conditions, status, created_at, version
        FROM crowd_group WHERE pid = $1 AND shop_id = $2 AND app_id = $3 AND crowd_group_id = $4
        ORDER BY place DESC LIMIT 1";
    UPDATE = "UPDATE crowd_group SET describe = $1, conditions = $2, status = $3, version = version + 1
        WHERE pid = $4 AND shop_id = $5 AND app_id = $6 AND place = $7 AND version = $8";
    LIST = "SELECT crowd_group_id, describe, conditions FROM crowd_group
        WHERE pid = $1 AND shop_id = $2 AND app_id = $3 AND status = 'ENABLE' ORDER BY place";
    WITH_ID = "SELECT pid, shop_id, app_id, place, crowd_group_id, describe, conditions, status, created_at, version
        FROM crowd_group WHERE crowd_group_id = $1 AND status = 'ENABLE' ORDER BY pid, shop_id, app_id";
    ROOM = "SELECT COUNT(*) FILTER (WHERE status = 'ENABLE'), COALESCE(MAX(place), 0) + 1 FROM crowd_group
        WHERE pid = $1 AND shop_id = $2 AND app_id = $3";
    GROUPS: proof = "SELECT COUNT(*) FROM crowd_group";
    // A group takes the place of the deleted one with its id.
    IDS_OFF: proof = "SELECT pid || '/' || shop_id || '/' || app_id || '/' || crowd_group_id,
            CAST(COUNT(*) AS TEXT) || ' groups', '1' FROM crowd_group
        GROUP BY pid, shop_id, app_id, crowd_group_id HAVING COUNT(*) > 1 ORDER BY 1";
}

/// Whose groups are meant: an app's, for a merchant's shop.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The merchant that the app acts for.
    pub pid: &'a str,
    /// The shop.
    pub shop_id: &'a str,
    /// The app.
    pub app_id: &'a str,
}

/// What is known before a group is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many groups there are that are not deleted.
    pub live: i64,
    /// The place of the next one.
    pub next_place: i64,
}

/// What a group says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What the app calls it.
    pub crowd_group_id: String,
    /// What the app says of it.
    pub describe: String,
    /// The conditions as JSON text.
    pub conditions: String,
}

/// Keeps everybody else from changing groups of the shop until the transaction ends: whoever changes one reads others
/// before, and of many at once each would run again and again. SQLite has one writer.
pub fn hold(tx: &mut Tx, shop_id: &str) -> Result<(), Fault> {
    match tx.backend {
        Backend::Sqlite(_) => Ok(()),
        Backend::Postgres(_) => tx.execute(HOLD, params![shop_id]).map(drop),
    }
}

/// How many groups there are, and where the next one goes.
pub fn room(tx: &mut Tx, owner: Owner<'_>) -> Result<Room, Fault> {
    let (live, next_place) = tx.query_one(ROOM, params![owner.pid, owner.shop_id, owner.app_id])?;
    Ok(Room { live, next_place })
}

/// Keeps a new group, instead of a deleted one with its id. Should another one have been made at its place meanwhile,
/// the operation runs again: so it sees all groups that there are.
pub fn insert(tx: &mut Tx, group: &CrowdGroup) -> Result<(), Fault> {
    let CrowdGroup { pid, shop_id, app_id, place, crowd_group_id, describe, conditions, created_at, .. } = group;
    let values = params![pid, shop_id, app_id, *place, crowd_group_id, describe, conditions, *created_at];
    if tx.execute(INSERT, values)? == 0 {
        return Err(tx.fail(Fault::Stale));
    }
    tx.execute(REMOVE, params![pid, shop_id, app_id, *place, crowd_group_id]).map(drop)
}

/// The group with that id, deleted or not; `None` for one that was never made, or is another app's, shop's or
/// merchant's.
pub fn find(tx: &mut Tx, owner: Owner<'_>, crowd_group_id: &str) -> Result<Option<CrowdGroup>, Fault> {
    tx.query_opt(FIND, params![owner.pid, owner.shop_id, owner.app_id, crowd_group_id])
}

/// Keeps what became of a group, and counts it. Should another operation have changed it since it was loaded, this one
/// runs again.
pub fn update(tx: &mut Tx, group: &CrowdGroup) -> Result<(), Fault> {
    let CrowdGroup { pid, shop_id, app_id, place, describe, conditions, status, version, .. } = group;
    let values = params![describe, conditions, status_name(*status), pid, shop_id, app_id, *place, *version];
    if tx.execute(UPDATE, values)? == 1 { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// What all say that are not deleted, in the order in which they were made.
pub fn list(tx: &mut Tx, owner: Owner<'_>) -> Result<Vec<Content>, Fault> {
    tx.query(LIST, params![owner.pid, owner.shop_id, owner.app_id])
}

/// All with that id that are not deleted, whoever's they are.
pub fn with_id(tx: &mut Tx, crowd_group_id: &str) -> Result<Vec<CrowdGroup>, Fault> {
    tx.query(WITH_ID, params![crowd_group_id])
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Enable => "ENABLE",
        Status::Disable => "DISABLE",
    }
}

impl FromRow for Content {
    fn from_row(row: &dyn Row) -> Result<Content, Fault> {
        Ok(Content { crowd_group_id: column(row, 0)?, describe: column(row, 1)?, conditions: column(row, 2)? })
    }
}

impl FromRow for CrowdGroup {
    fn from_row(row: &dyn Row) -> Result<CrowdGroup, Fault> {
        let status: String = column(row, 7)?;
        Ok(CrowdGroup {
            pid: column(row, 0)?,
            shop_id: column(row, 1)?,
            app_id: column(row, 2)?,
            place: column(row, 3)?,
            crowd_group_id: column(row, 4)?,
            describe: column(row, 5)?,
            conditions: column(row, 6)?,
            status: if status == status_name(Status::Enable) { Status::Enable } else { Status::Disable },
            created_at: column(row, 8)?,
            version: column(row, 9)?,
        })
    }
}
