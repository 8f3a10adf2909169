//! A card, and users with points on it.

use std::io;
use std::path::Path;

use domain::id::CardId;
use store::testing::block_on;
use store::{Fault, Open, Place, Store, Tx, params};

use crate::server::{FIRST_USER, NOW, PID};

/// The number of the card.
pub(super) const CARD: i64 = 7 << 10;
const YEAR_MS: i64 = 31_536_000_000;

/// The card as callers name it.
pub(super) fn activity_account() -> String {
    CardId::new(NOW, CARD).to_text()
}

/// Fills the embedded store in this folder.
pub(super) fn folder(folder: &Path, accounts: i64) -> io::Result<()> {
    let store = Store::open(&Place::Folder(folder.to_owned()), Open::default()).map_err(io::Error::other)?;
    fill(&store, accounts)
}

/// Adds the card of a running activity, and so many users with a hundred thousand points on it. On PostgreSQL their
/// bucket is their number modulo 1,024: it costs what the true one does, and `pgbench` can count it out.
pub(super) fn fill(store: &Store, accounts: i64) -> io::Result<()> {
    let buckets = if store.has_other_processes() { 1_024 } else { 1 };
    let activity =
        "INSERT INTO activity (id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, content,
            app_id, auth_app_id, sign_type, created_at, version)
        VALUES ($1, $2, 'stamps', 'POINT_SEND', 'STARTED', $3, $4, 1, 0, '{}', 'a', 'a', 'RSA2', $3, 1)";
    let card = "INSERT INTO tool (id, activity, place, kind, content, starts_at, ends_at, created_at)
        VALUES ($1, $2, 0, 'POINT_CARD', '{}', $3, $4, $3)";
    let points = "INSERT INTO point_account (bucket, pid, card, user_id, available, frozen, spent, total)
        WITH RECURSIVE one (place) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT place + 1 FROM one WHERE place + 1 < $1)
        SELECT place % $2, $3, $4, CAST($5 + place AS TEXT), 100000, 0, 0, 100000 FROM one";
    let write = move |tx: &mut Tx| {
        tx.execute(activity, params![CARD + 1, PID, NOW, NOW + YEAR_MS])?;
        tx.execute(card, params![CARD, CARD + 1, NOW, NOW + YEAR_MS])?;
        tx.execute(points, params![accounts, i64::from(buckets), PID, CARD, FIRST_USER])
    };
    block_on(store.write::<_, Fault, _>(write)).map_err(io::Error::other)?;
    Ok(())
}
