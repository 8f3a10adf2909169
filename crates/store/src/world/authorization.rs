//! What merchants have authorised other people's apps for, by a world file or on a page.

use std::sync::Arc;

use super::json::{from_json, to_json};
use crate::changes::announce::announce;
use crate::changes::change::Change;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::table::{Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table::on_every_node("app_authorization")],
    proofs: &[Proof { name: "merchants' consents", count: GRANTED, differ: GRANTED_OFF, values: &[] }],
};

statements! {
    GET = "SELECT app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at
        FROM app_authorization WHERE app_auth_token = $1";
    BY_REFRESH = "SELECT app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at
        FROM app_authorization WHERE refresh_key = $1";
    ALL = "SELECT app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at
        FROM app_authorization ORDER BY granted_at DESC, app_auth_token";
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
        WHERE app_id = $2 AND pid = $3 AND auth_app_id = $4 AND enabled = 1
        RETURNING app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at";
    REVOKE = "UPDATE app_authorization SET enabled = 0, version = version + 1
        WHERE app_id = $1 AND pid = $2 AND auth_app_id = $3 AND enabled = 1
        RETURNING app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at";
    GRANTED: proof = "SELECT COUNT(*) FROM app_authorization WHERE refresh_key IS NOT NULL";
    GRANTED_OFF: proof = "SELECT app_id || '/' || pid || '/' || auth_app_id, CAST(COUNT(*) AS TEXT), '1 that works'
            FROM app_authorization WHERE refresh_key IS NOT NULL AND enabled = 1
            GROUP BY app_id, pid, auth_app_id HAVING COUNT(*) > 1
        UNION ALL SELECT app_id || '/' || pid || '/' || auth_app_id, 'works', 'replaced'
            FROM app_authorization WHERE replaced_at IS NOT NULL AND enabled = 1 ORDER BY 1";
}

/// A merchant's permission for an ISV's app to act for it. Shown in logs without what its token is found by.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// What the credential that calls carry is found by: a hash that the caller makes of it. A build before this one
    /// kept the credential itself.
    pub token_key: String,
    /// The ISV's app.
    pub app_id: String,
    /// The merchant.
    pub pid: String,
    /// The merchant's own app.
    pub auth_app_id: String,
    /// What may be called; `*` is everything.
    pub methods: Vec<String>,
    /// The first moment at which it no longer works, UTC milliseconds.
    pub expires_at: i64,
    /// Whether it works at all.
    pub enabled: bool,
    /// When it was given, UTC milliseconds; 0 where a build before this one kept it. [`put_authorization`] leaves that
    /// of a known one as it is, and so the rest below.
    pub granted_at: i64,
    /// What a new pair of tokens can be had for; `None` for one of a world file.
    pub refresh: Option<Refresh>,
    /// When a newer pair took its place, if one did. Then it works no more.
    pub replaced_at: Option<i64>,
    /// 1, and one more with each change; not looked at by [`put_authorization`].
    pub version: i64,
}

/// A refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct Refresh {
    /// What it is found by: the same hash of it.
    pub key: String,
    /// The first moment at which nothing can be had for it any more, UTC milliseconds.
    pub until: i64,
}

impl std::fmt::Debug for Authorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Authorization { app_id, pid, enabled, version, .. } = self;
        let mut shown = f.debug_struct("Authorization");
        shown.field("app_id", app_id).field("pid", pid).field("enabled", enabled).field("version", version);
        shown.finish_non_exhaustive()
    }
}

/// The authorization whose token is found by this.
pub fn authorization(tx: &mut Tx, token_key: &str) -> Result<Option<Authorization>, Fault> {
    tx.query_opt(GET, params![token_key])
}

/// The one whose refresh token is found by this.
pub fn authorization_of_refresh(tx: &mut Tx, refresh_key: &str) -> Result<Option<Authorization>, Fault> {
    tx.query_opt(BY_REFRESH, params![refresh_key])
}

/// All of them, whatever became of them, the last given first.
pub fn authorizations(tx: &mut Tx) -> Result<Vec<Authorization>, Fault> {
    tx.query(ALL, &[])
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

/// Gives the authorization, a new one with a refresh token, at its `granted_at`; whatever the merchant's app had let
/// this app do before ends, so that one of both works. After [`hold_authorizations`].
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

/// Ends whatever the merchant's app lets this app do; how many pairs of tokens have worked until now. After
/// [`hold_authorizations`].
pub fn revoke_authorizations(tx: &mut Tx, app_id: &str, pid: &str, auth_app_id: &str) -> Result<u64, Fault> {
    let ended = tx.query(REVOKE, params![app_id, pid, auth_app_id])?;
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

impl FromRow for Authorization {
    fn from_row(row: &dyn Row) -> Result<Authorization, Fault> {
        type Columns =
            (String, String, String, String, String, i64, bool, i64, i64, Option<String>, Option<i64>, Option<i64>);
        let (
            token_key,
            app_id,
            pid,
            auth_app_id,
            methods,
            expires_at,
            enabled,
            version,
            granted_at,
            refresh_key,
            refresh_until,
            replaced_at,
        ) = Columns::from_row(row)?;
        let methods = from_json(&methods)?;
        let refresh = refresh_key.zip(refresh_until).map(|(key, until)| Refresh { key, until });
        Ok(Authorization {
            token_key,
            app_id,
            pid,
            auth_app_id,
            methods,
            expires_at,
            enabled,
            granted_at,
            refresh,
            replaced_at,
            version,
        })
    }
}
