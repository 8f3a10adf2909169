//! Making a user a member, and holding the member.

use std::sync::Arc;

use super::row::Member;
use super::tags::Tags;
use crate::changes::announce::announce;
use crate::changes::change::Change;
use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Member,
        postgres: ROOM_IN_PAGES,
        ..Table::by_bucket("member", BucketOf::Pair(Some("pid"), "user_id"))
    }],
    proofs: &[],
};

/// Room in each page, so that an update need not touch the indexes.
const ROOM_IN_PAGES: &[&str] = &["ALTER TABLE member SET (fillfactor = 90)"];

statements! {
    HOLD = "UPDATE member SET version = version WHERE bucket = $1 AND pid = $2 AND user_id = $3";
}

pub(super) static INSERT: Rows<9> = Rows::new(
    "INSERT INTO member
        (bucket, pid, user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version) VALUES",
    ["INTEGER", "TEXT", "TEXT", "TEXT", "INTEGER", "INTEGER", "INTEGER", "INTEGER", "BIGINT"],
    "ON CONFLICT (bucket, pid, user_id) DO NOTHING",
);

/// Makes a user a member, if that is new: whoever pays a merchant is one (`docs/decisions.md`, "Users and members").
/// The user exists.
pub fn ensure(tx: &mut Tx, pid: &str, user_id: &str) -> Result<(), Fault> {
    let new = Member { user_id: user_id.to_owned(), tags: Tags::default(), home: None, work: None, version: 1 };
    if tx.execute_rows(&INSERT, [new.columns(pid)])? == 0 {
        return Ok(());
    }
    announce(tx, Change::Members { pid: pid.into(), rows: Arc::new([new]) })
}

/// Makes a user a member, and keeps everybody else from doing this, and from changing the member, until the transaction
/// ends. A first payment does so before its coupons are chosen, and so does a claim that asks whether there was one: or
/// neither would see the other.
pub fn hold(tx: &mut Tx, pid: &str, user_id: &str) -> Result<(), Fault> {
    ensure(tx, pid, user_id)?;
    tx.execute(HOLD, params![bucket_of(pid, user_id), pid, user_id]).map(drop)
}
