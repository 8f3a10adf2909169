//! Idempotency keys, for all write methods (`docs/decisions.md`, "Three kinds"). Their table is named `once`, and
//! stores hold that name.
//!
//! A method of the *stored* kind repeats its answer ([`stored`]); one of the *recomputed* kind repeats what the state
//! of the thing it made says now ([`claim`] gives the thing's id back); one of the *natural* kind needs nothing. The
//! claim comes first and the work after it, so that of two calls at once the second waits for the first. A call that
//! fails uses up no key: the claim is undone with the rest. An import claims the numbers of its rows by the chunk.

mod chunk;

pub(crate) use chunk::{ClaimAgain, NewClaim, claim_many, claim_many_again, find_many};

use crate::engine::bucket::bucket_of_key;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Key,
        ..Table::by_bucket("once", BucketOf::Pair(Some("scope"), "key"))
    }],
    proofs: &[],
};

statements! {
    CLAIM = "INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (bucket, scope, key) DO NOTHING";
    CLAIMED = "SELECT fingerprint, answer, subject FROM once WHERE bucket = $1 AND scope = $2 AND key = $3";
    RELEASE = "DELETE FROM once WHERE bucket = $1 AND scope = $2 AND key = $3";
    ANSWERED = "UPDATE once SET answer = $1 WHERE bucket = $2 AND scope = $3 AND key = $4";
}

/// Within what a key is unique: what uses it, for whom, and what else the two add.
pub fn scope(parts: &[&str]) -> String {
    parts.join("/")
}

/// What became of a call of the stored kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed; its answer.
    New(String),
    /// It had been executed; the answer of that time.
    Again(String),
    /// The key was used with other content.
    Conflict,
}

/// What became of a call's key of the recomputed kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is this call's: do the work.
    New,
    /// It was used for this thing.
    Again(i64),
    /// It was used for this thing, with other content.
    Other(i64),
}

/// Executes `work` unless `key` was used before within `scope` (see [`scope`]). `at` is now, UTC milliseconds. If
/// `work` fails, so does the operation.
pub fn stored<E: From<Fault>>(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    fingerprint: &[u8; 32],
    at: i64,
    work: impl FnOnce(&mut Tx) -> Result<String, E>,
) -> Result<Outcome, E> {
    match take(tx, scope, key, fingerprint, None, at)? {
        Taken::Mine => {}
        Taken::Before { same: false, .. } => return Ok(Outcome::Conflict),
        Taken::Before { answer: Some(answer), .. } => return Ok(Outcome::Again(answer)),
        Taken::Before { answer: None, .. } => return Err(tx.fail(Fault::bug("a claim without an answer")).into()),
    }
    match work(tx) {
        Ok(answer) => {
            tx.execute(ANSWERED, params![&answer, bucket_of_key(scope, key), scope, key])?;
            Ok(Outcome::New(answer))
        }
        Err(error) => {
            tx.set_rollback_only("an operation went on after the work of its claim had failed");
            Err(error)
        }
    }
}

/// Claims `key` within `scope` for the thing `subject`, which the caller makes in the same transaction.
pub fn claim(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    fingerprint: &[u8; 32],
    subject: i64,
    at: i64,
) -> Result<Claim, Fault> {
    match take(tx, scope, key, fingerprint, Some(subject), at)? {
        Taken::Mine => Ok(Claim::New),
        Taken::Before { same: true, subject: Some(subject), .. } => Ok(Claim::Again(subject)),
        Taken::Before { same: false, subject: Some(subject), .. } => Ok(Claim::Other(subject)),
        Taken::Before { subject: None, .. } => Err(tx.fail(Fault::bug("a claim without a subject"))),
    }
}

/// Waits for whoever is about to use up `key` within `scope`; whether it is used up then. Uses up nothing itself.
pub fn wait(tx: &mut Tx, scope: &str, key: &str) -> Result<bool, Fault> {
    match take(tx, scope, key, &[0; 32], None, 0)? {
        Taken::Before { .. } => Ok(true),
        Taken::Mine => tx.execute(RELEASE, params![bucket_of_key(scope, key), scope, key]).map(|_| false),
    }
}

enum Taken {
    Mine,
    Before { same: bool, answer: Option<String>, subject: Option<i64> },
}

/// Claims a key, waiting for whoever is about to.
fn take(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    fingerprint: &[u8; 32],
    subject: Option<i64>,
    at: i64,
) -> Result<Taken, Fault> {
    let bucket = bucket_of_key(scope, key);
    // Counted rather than returned: on SQLite a statement that returns what it wrote makes a table for that first.
    if tx.execute(CLAIM, params![bucket, scope, key, fingerprint, subject, at])? == 1 {
        return Ok(Taken::Mine);
    }
    let (print, answer, subject): (Vec<u8>, _, _) = tx.query_one(CLAIMED, params![bucket, scope, key])?;
    Ok(Taken::Before { same: print == fingerprint, answer, subject })
}
