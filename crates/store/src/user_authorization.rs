//! What members let apps know of them: a pair of tokens for each exchange of a code. They are looked up by their
//! refresh token, so each is in the bucket of what that is found by.

use domain::authorization::UserTokens;

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        // Whoever gives or ends a pair holds the user's account.
        lock: Lock::AccountKey,
        ..Table::by_bucket("user_authorization", BucketOf::Pair(None, "refresh_key"))
    }],
    proofs: &[Proof { name: "members' consents", count: GIVEN, differ: GIVEN_OFF, values: &[] }],
};

statements! {
    INSERT = "INSERT INTO user_authorization
            (bucket, refresh_key, access_key, app_id, user_id, scopes, granted_at, expires_at, refresh_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    GET = "SELECT refresh_key, access_key, app_id, user_id, scopes, granted_at, expires_at, refresh_until, ended_at
        FROM user_authorization WHERE bucket = $1 AND refresh_key = $2";
    END = "UPDATE user_authorization SET ended_at = $1 WHERE bucket = $2 AND refresh_key = $3 AND ended_at IS NULL";
    END_ALL: all_buckets = "UPDATE user_authorization SET ended_at = $1
        WHERE app_id = $2 AND user_id = $3 AND ended_at IS NULL";
    FORGET = "DELETE FROM user_authorization WHERE bucket = $1 AND refresh_until < $2";
    NEWEST: all_buckets = "SELECT refresh_key, access_key, app_id, user_id, scopes, granted_at, expires_at, refresh_until,
            ended_at FROM user_authorization
        WHERE (CAST($1 AS TEXT) IS NULL OR app_id = $1) AND (CAST($2 AS TEXT) IS NULL OR user_id = $2)
        ORDER BY granted_at DESC, refresh_key LIMIT $3";
    BY_KEY: all_buckets = "SELECT refresh_key, access_key, app_id, user_id, scopes, granted_at, expires_at, refresh_until,
            ended_at FROM user_authorization
        WHERE refresh_key = $1 OR access_key = $1";
    GIVEN: proof = "SELECT COUNT(*) FROM user_authorization";
    GIVEN_OFF: proof = "SELECT app_id || '/' || user_id, 'until ' || CAST(expires_at AS TEXT),
            'from ' || CAST(granted_at AS TEXT) || ', to be had anew until ' || CAST(refresh_until AS TEXT)
        FROM user_authorization
        WHERE expires_at <= granted_at OR refresh_until < expires_at ORDER BY 1";
}

/// Keeps a new pair, of a user whose account is held ([`hold_account`](crate::world::hold_account)); and forgets those
/// in the same bucket that could be had anew until `forget_before` at most, UTC milliseconds.
pub fn insert(tx: &mut Tx, tokens: &UserTokens, forget_before: i64) -> Result<(), Fault> {
    let UserTokens { refresh_key, access_key, app_id, user_id, scopes, granted_at, expires_at, refresh_until, .. } =
        tokens;
    let bucket = bucket_of("", refresh_key);
    tx.execute(FORGET, params![bucket, forget_before])?;
    let scopes = serde_json::to_string(scopes).expect("texts are JSON");
    let values =
        params![bucket, refresh_key, access_key, app_id, user_id, &scopes, *granted_at, *expires_at, *refresh_until];
    tx.execute(INSERT, values).map(drop)
}

/// The pair whose refresh token is found by this, whatever became of it.
pub fn get(tx: &mut Tx, refresh_key: &str) -> Result<Option<UserTokens>, Fault> {
    tx.query_opt(GET, params![bucket_of("", refresh_key), refresh_key])
}

/// Ends a pair at `at`, UTC milliseconds; `false`, and nothing is changed, when it had ended. Of several at once, one
/// gets `true`, and the others wait for what becomes of it.
pub fn end(tx: &mut Tx, refresh_key: &str, at: i64) -> Result<bool, Fault> {
    Ok(tx.execute(END, params![at, bucket_of("", refresh_key), refresh_key])? == 1)
}

/// Ends every pair that this app has of this user, whose account is held; how many worked until now. Looks at all of
/// them.
pub fn end_all(tx: &mut Tx, app_id: &str, user_id: &str, at: i64) -> Result<u64, Fault> {
    tx.execute(END_ALL, params![at, app_id, user_id])
}

/// The newest pairs, whatever became of them: an app's, a user's, or all. Looks at all of them.
pub fn newest(tx: &mut Tx, app_id: Option<&str>, user_id: Option<&str>, most: u32) -> Result<Vec<UserTokens>, Fault> {
    tx.query(NEWEST, params![app_id, user_id, most])
}

/// The pair of which one token is found by this. Looks at all of them.
pub fn of_key(tx: &mut Tx, key: &str) -> Result<Option<UserTokens>, Fault> {
    Ok(tx.query(BY_KEY, params![key])?.pop())
}

impl FromRow for UserTokens {
    fn from_row(row: &dyn Row) -> Result<UserTokens, Fault> {
        type Columns = (String, String, String, String, String, i64, i64, i64, Option<i64>);
        let (refresh_key, access_key, app_id, user_id, scopes, granted_at, expires_at, refresh_until, ended_at) =
            Columns::from_row(row)?;
        let scopes =
            serde_json::from_str(&scopes).map_err(|error| Fault::bug(format!("a consent's scopes: {error}")))?;
        Ok(UserTokens {
            refresh_key,
            access_key,
            app_id,
            user_id,
            scopes,
            granted_at,
            expires_at,
            refresh_until,
            ended: ended_at.is_some(),
        })
    }
}
