//! Codes of consent pages: each is exchanged once for tokens, by the app that it is for. They are looked up by
//! themselves, so each is in the bucket of what it is found by.

use domain::authorization::{Code, Consent};

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    // Whoever exchanges a member's code holds the member's account.
    tables: &[Table { lock: Lock::AccountKey, ..Table::by_bucket("auth_code", BucketOf::Pair(None, "key")) }],
    proofs: &[Proof { name: "codes of consents", count: CODES, differ: CODES_OFF, values: &[] }],
};

statements! {
    INSERT = "INSERT INTO auth_code (bucket, key, kind, app_id, account_id, auth_app_id, allowed, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    GET = "SELECT kind, app_id, account_id, auth_app_id, allowed, created_at, expires_at, used_at FROM auth_code
        WHERE bucket = $1 AND key = $2";
    USE = "UPDATE auth_code SET used_at = $1 WHERE bucket = $2 AND key = $3 AND used_at IS NULL AND expires_at > $1";
    VOID: all_buckets = "UPDATE auth_code SET used_at = $1
        WHERE kind = $2 AND app_id = $3 AND account_id = $4 AND used_at IS NULL AND expires_at > $1";
    FORGET = "DELETE FROM auth_code WHERE bucket = $1 AND expires_at < $2";
    CODES: proof = "SELECT COUNT(*) FROM auth_code";
    CODES_OFF: proof = "SELECT app_id || '/' || account_id, 'used at ' || CAST(used_at AS TEXT),
            'from ' || CAST(created_at AS TEXT) || ' until ' || CAST(expires_at AS TEXT)
        FROM auth_code WHERE used_at >= expires_at OR expires_at <= created_at ORDER BY 1";
}

/// Keeps a new code, which nobody has used, under what it is found by; and forgets those in the same bucket that ended
/// before `forget_before`, UTC milliseconds.
pub fn insert(tx: &mut Tx, key: &str, code: &Code, forget_before: i64) -> Result<(), Fault> {
    let bucket = bucket_of("", key);
    tx.execute(FORGET, params![bucket, forget_before])?;
    let Code { app_id, account_id, consent, created_at, expires_at, .. } = code;
    let (kind, auth_app_id, allowed) = match consent {
        Consent::Merchant { auth_app_id, methods } => (MERCHANT, auth_app_id.as_str(), methods),
        Consent::Member { scopes } => (MEMBER, "", scopes),
    };
    let allowed = serde_json::to_string(allowed).expect("texts are JSON");
    let values = params![bucket, key, kind, app_id, account_id, auth_app_id, &allowed, *created_at, *expires_at];
    tx.execute(INSERT, values).map(drop)
}

/// The code that is found by this, whatever became of it.
pub fn get(tx: &mut Tx, key: &str) -> Result<Option<Code>, Fault> {
    tx.query_opt(GET, params![bucket_of("", key), key])
}

/// Uses a code up at `at`, UTC milliseconds; `false`, and nothing is changed, when it was used before or is over. Of
/// several at once, one gets `true`, and the others wait for what becomes of it.
pub fn use_code(tx: &mut Tx, key: &str, at: i64) -> Result<bool, Fault> {
    Ok(tx.execute(USE, params![at, bucket_of("", key), key])? == 1)
}

/// Uses up whatever codes of a merchant, or else of a member, wait for an app, whose authorization is revoked at `at`;
/// how many there were.
pub fn void(tx: &mut Tx, app_id: &str, account_id: &str, is_merchants: bool, at: i64) -> Result<u64, Fault> {
    let kind = if is_merchants { MERCHANT } else { MEMBER };
    tx.execute(VOID, params![at, kind, app_id, account_id])
}

const MERCHANT: &str = "merchant";
const MEMBER: &str = "member";

impl FromRow for Code {
    fn from_row(row: &dyn Row) -> Result<Code, Fault> {
        type Columns = (String, String, String, String, String, i64, i64, Option<i64>);
        let (kind, app_id, account_id, auth_app_id, allowed, created_at, expires_at, used_at) = Columns::from_row(row)?;
        let allowed =
            serde_json::from_str(&allowed).map_err(|error| Fault::bug(format!("a code's consent: {error}")))?;
        let consent = match kind.as_str() {
            MERCHANT => Consent::Merchant { auth_app_id, methods: allowed },
            MEMBER => Consent::Member { scopes: allowed },
            other => return Err(Fault::bug(format!("a code of kind {other}"))),
        };
        Ok(Code { app_id, account_id, consent, created_at, expires_at, used: used_at.is_some() })
    }
}
