//! Wrong pay PINs of accounts: a row from the first wrong one until a right one.

use domain::pin::Tries;

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table { lock: Lock::Key, ..Table::by_bucket("pin_try", BucketOf::Pair(None, "user_id")) }],
    proofs: &[],
};

statements! {
    GET = "SELECT wrong, locked_until FROM pin_try WHERE bucket = $1 AND user_id = $2";
    HOLD = "INSERT INTO pin_try (bucket, user_id, wrong, locked_until) VALUES ($1, $2, 0, 0)
        ON CONFLICT (bucket, user_id) DO UPDATE SET wrong = pin_try.wrong RETURNING wrong, locked_until";
    KEEP = "UPDATE pin_try SET wrong = $1, locked_until = $2 WHERE bucket = $3 AND user_id = $4";
    FORGET = "DELETE FROM pin_try WHERE bucket = $1 AND user_id = $2";
}

/// No account's id.
const NOBODY: &str = "";

/// What is remembered of this account's wrong PINs, to be shown.
pub fn tries(tx: &mut Tx, user_id: &str) -> Result<Tries, Fault> {
    let found = tx.query_opt(GET, params![bucket_of("", user_id), user_id])?;
    found.map_or(Ok(Tries::default()), read)
}

/// The same, to be decided on: until this transaction ends nobody else tries a PIN of this account, so that of many
/// tries at once each is counted. Held before anything else that other payments want.
pub fn hold(tx: &mut Tx, user_id: &str) -> Result<Tries, Fault> {
    read(tx.query_one(HOLD, params![bucket_of("", user_id), user_id])?)
}

/// Remembers what a wrong PIN led to. After [`hold`].
pub fn keep(tx: &mut Tx, user_id: &str, tries: Tries) -> Result<(), Fault> {
    let Tries { wrong, locked_until } = tries;
    tx.execute(KEEP, params![wrong, locked_until, bucket_of("", user_id), user_id]).map(drop)
}

/// Forgets the wrong ones, because a right one came. After [`hold`].
pub fn forget(tx: &mut Tx, user_id: &str) -> Result<(), Fault> {
    tx.execute(FORGET, params![bucket_of("", user_id), user_id]).map(drop)
}

/// Does for nobody what [`hold`] and [`keep`] do for an account, so that it takes as long.
pub fn pretend(tx: &mut Tx) -> Result<(), Fault> {
    let tries = hold(tx, NOBODY)?;
    keep(tx, NOBODY, tries)
}

fn read((wrong, locked_until): (i64, i64)) -> Result<Tries, Fault> {
    let wrong = u32::try_from(wrong).map_err(|_| Fault::bug("a count below zero"))?;
    Ok(Tries { wrong, locked_until })
}
