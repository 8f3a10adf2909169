//! Many keys of one scope at once: how imports take each row of a file in once. The work is looked up first and the
//! keys are claimed after it, so an operation that meets another one with the same key runs again.

use crate::engine::bucket::{Bucket, bucket_of_key};
use crate::engine::fault::Fault;
use crate::engine::row::Val;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    CLAIMED = "SELECT key, fingerprint, subject FROM once WHERE bucket = $1 AND scope = $2 AND key = $3";
    BETWEEN = "SELECT key, fingerprint, subject FROM once
        WHERE bucket = $1 AND scope = $2 AND key >= $3 AND key <= $4 ORDER BY key LIMIT $5";
    CLAIM_AGAIN = "UPDATE once SET fingerprint = $1 WHERE bucket = $2 AND scope = $3 AND key = $4 AND fingerprint = $5";
}

static FIND: Rows<3> = Rows::new(
    "WITH wanted (bucket, scope, key) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT once.key, fingerprint, subject FROM wanted
        JOIN once ON once.bucket = wanted.bucket AND once.scope = wanted.scope AND once.key = wanted.key",
)
.or_alone(CLAIMED);

static CLAIM: Rows<6> = Rows::new(
    "INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at) VALUES",
    ["INTEGER", "TEXT", "TEXT", "", "BIGINT", "BIGINT"],
    "ON CONFLICT (bucket, scope, key) DO NOTHING",
);

// SQLite, which would make numbers of these bytes, runs the text for one row.
static CLAIM_EACH_AGAIN: Rows<5> = Rows::new(
    "WITH again (fingerprint, bucket, scope, key, before) AS (VALUES",
    ["BYTEA", "INTEGER", "TEXT", "TEXT", "BYTEA"],
    ") UPDATE once SET fingerprint = again.fingerprint FROM again WHERE once.bucket = again.bucket
        AND once.scope = again.scope AND once.key = again.key AND once.fingerprint = again.before",
)
.or_alone(CLAIM_AGAIN);

/// What is known of a key that was used: itself, the fingerprint that it was used with, and the thing that it was used
/// for, if that has an id.
pub(crate) type Used = (String, Vec<u8>, Option<i64>);

/// A key that is claimed for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NewClaim<'a> {
    pub(crate) key: &'a str,
    pub(crate) fingerprint: &'a [u8; 32],
    /// The id of the thing that the same transaction makes, if it has one.
    pub(crate) subject: Option<i64>,
    /// UTC milliseconds.
    pub(crate) at: i64,
}

/// A key that was used and is used again, for the same thing with other content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClaimAgain<'a> {
    pub(crate) key: &'a str,
    /// What it was used with until now.
    pub(crate) before: &'a [u8],
    pub(crate) fingerprint: &'a [u8; 32],
}

/// Those of `keys` that were used within `scope`, and perhaps others, in no order. `keys` are in their order.
pub(crate) fn find_many(tx: &mut Tx, scope: &str, keys: &[&str]) -> Result<Vec<Used>, Fault> {
    match find_between(tx, scope, keys)? {
        Some(found) => Ok(found),
        None => {
            tx.query_rows(&FIND, keys.iter().map(|key| [bucket_of_key(scope, key).into(), scope.into(), (*key).into()]))
        }
    }
}

/// Every key from the first of `keys` to the last, unless these are far more than `keys`: most files are sorted, and
/// one walk along the key is much cheaper than a search for each. Only where one bucket holds them all.
fn find_between(tx: &mut Tx, scope: &str, keys: &[&str]) -> Result<Option<Vec<Used>>, Fault> {
    let (Some(&first), Some(&last)) = (keys.first(), keys.last()) else { return Ok(None) };
    if 1 < tx.buckets() {
        return Ok(None);
    }
    let most = 2 * keys.len();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let found: Vec<Used> = tx.query(BETWEEN, params![bucket_of_key(scope, first), scope, first, last, limit])?;
    Ok((found.len() < most).then_some(found))
}

/// Uses up keys that nobody has used, each named once; if another operation was faster with any of them, this one runs
/// again.
pub(crate) fn claim_many<'a>(
    tx: &mut Tx,
    scope: &str,
    claims: impl IntoIterator<Item = NewClaim<'a>>,
) -> Result<(), Fault> {
    let claims = in_key_order(tx, scope, claims.into_iter().map(|claim| (claim.key, claim)));
    let values = claims.iter().map(|&(bucket, key, NewClaim { fingerprint, subject, at, .. })| {
        [bucket.into(), scope.into(), key.into(), Val::Bytes(fingerprint), subject.into(), at.into()]
    });
    let claimed = tx.execute_rows(&CLAIM, values)?;
    all(tx, claimed, claims.len())
}

/// Notes with keys that were used what they are used with now; if another operation has done so since they were found,
/// this one runs again.
pub(crate) fn claim_many_again<'a>(
    tx: &mut Tx,
    scope: &str,
    claims: impl IntoIterator<Item = ClaimAgain<'a>>,
) -> Result<(), Fault> {
    let claims = in_key_order(tx, scope, claims.into_iter().map(|claim| (claim.key, claim)));
    let values = claims.iter().map(|&(bucket, key, ClaimAgain { before, fingerprint, .. })| {
        [Val::Bytes(fingerprint), bucket.into(), scope.into(), key.into(), Val::Bytes(before)]
    });
    let claimed = tx.execute_rows(&CLAIM_EACH_AGAIN, values)?;
    all(tx, claimed, claims.len())
}

/// Claims in the order of the primary key, as everybody locks. Where one bucket holds them all it is not looked at, and
/// who claims has them in the order of their keys if that matters to speed.
fn in_key_order<'a, C: Ord>(
    tx: &Tx,
    scope: &str,
    claims: impl Iterator<Item = (&'a str, C)>,
) -> Vec<(Bucket, &'a str, C)> {
    let several = 1 < tx.buckets();
    let bucket = |key| if several { bucket_of_key(scope, key) } else { Bucket::of_id(0) };
    let mut claims: Vec<_> = claims.map(|(key, claim)| (bucket(key), key, claim)).collect();
    if several {
        claims.sort_unstable();
    }
    claims
}

fn all(tx: &mut Tx, claimed: u64, of: usize) -> Result<(), Fault> {
    if usize::try_from(claimed) == Ok(of) { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}
