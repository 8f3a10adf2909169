//! Giving and ending authorizations: by a world file, by a merchant on a page, by an operator.

use std::sync::Arc;

use super::authorization::Authorization;
use super::json::to_json;
use crate::changes::announce::announce;
use crate::changes::change::Change;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    PUT = "INSERT INTO app_authorization (app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version,
            granted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)
        ON CONFLICT (app_auth_token) DO UPDATE SET app_id = excluded.app_id, pid = excluded.pid,
        auth_app_id = excluded.auth_app_id, methods = excluded.methods, expires_at = excluded.expires_at,
        enabled = excluded.enabled, version = app_authorization.version + 1
        WHERE app_authorization.app_id <> excluded.app_id OR app_authorization.pid <> excluded.pid
        OR app_authorization.auth_app_id <> excluded.auth_app_id OR app_authorization.methods <> excluded.methods
        OR app_authorization.expires_at <> excluded.expires_at OR app_authorization.enabled <> excluded.enabled
        RETURNING version";
    INSERT = "INSERT INTO app_authorization (app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version,
            granted_at, refresh_key, refresh_until)
        VALUES ($1, $2, $3, $4, $5, $6, 1, 1, $7, $8, $9)";
    // Whoever ends or gives an authorisation of this app waits here for whoever else does.
    HOLD = "UPDATE app SET enabled = enabled WHERE app_id = $1";
    REPLACE = "UPDATE app_authorization SET enabled = 0, version = version + 1,
            replaced_at = CASE WHEN refresh_key IS NULL THEN NULL ELSE CAST($1 AS BIGINT) END
        WHERE app_id = $2 AND pid = $3 AND (auth_app_id = $4 OR refresh_key IS NOT NULL) AND enabled = 1
        RETURNING app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at";
    REVOKE = "UPDATE app_authorization SET enabled = 0, version = version + 1
        WHERE app_id = $1 AND pid = $2 AND enabled = 1
        RETURNING app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at";
}

/// States an authorization; whether anything changed. Its app must exist.
pub fn put_authorization(tx: &mut Tx, authorization: &Authorization) -> Result<bool, Fault> {
    let Authorization { token_key, app_id, pid, auth_app_id, methods, expires_at, enabled, granted_at, .. } =
        authorization;
    let methods = to_json(methods);
    let values = params![token_key, app_id, pid, auth_app_id, &methods, *expires_at, *enabled, *granted_at];
    let Some((version,)) = tx.query_opt(PUT, values)? else { return Ok(false) };
    announce(tx, Change::Authorization(Arc::new(Authorization { version, ..authorization.clone() })))?;
    Ok(true)
}

/// Has every other transaction that gives or ends authorizations of this app wait for the end of this one.
pub fn hold_authorizations(tx: &mut Tx, app_id: &str) -> Result<(), Fault> {
    tx.execute(HOLD, params![app_id]).map(drop)
}

/// Gives the authorization, a new one with a refresh token, at its `granted_at`. Whatever the merchant has let this app
/// do on a page before ends, and what a world file states for the same app of the merchant, so that one works. After
/// [`hold_authorizations`].
pub fn give_authorization(tx: &mut Tx, given: &Authorization) -> Result<(), Fault> {
    let Authorization { token_key, app_id, pid, auth_app_id, methods, expires_at, granted_at, refresh, .. } = given;
    let refresh = refresh.as_ref().ok_or_else(|| Fault::bug("a consent without a refresh token"))?;
    let ended = tx.query(REPLACE, params![*granted_at, app_id, pid, auth_app_id])?;
    announce_all(tx, ended)?;
    let methods = to_json(methods);
    let values =
        params![token_key, app_id, pid, auth_app_id, &methods, *expires_at, *granted_at, &refresh.key, refresh.until];
    tx.execute(INSERT, values)?;
    announce(tx, Change::Authorization(Arc::new(Authorization { version: 1, enabled: true, ..given.clone() })))
}

/// Ends whatever the merchant lets this app do, by whichever of its own apps; how many pairs of tokens have worked
/// until now. After [`hold_authorizations`].
pub fn revoke_authorizations(tx: &mut Tx, app_id: &str, pid: &str) -> Result<u64, Fault> {
    let ended = tx.query(REVOKE, params![app_id, pid])?;
    announce_all(tx, ended)
}

fn announce_all(tx: &mut Tx, changed: Vec<Authorization>) -> Result<u64, Fault> {
    let mut count = 0;
    for row in changed {
        announce(tx, Change::Authorization(Arc::new(row)))?;
        count += 1;
    }
    Ok(count)
}
