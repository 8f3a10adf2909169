//! What merchants have authorised other people's apps for, by a world file or on a page.

use super::json::from_json;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
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
    OF = "SELECT app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version, granted_at,
            refresh_key, refresh_until, replaced_at
        FROM app_authorization WHERE pid = $1 AND enabled = 1 ORDER BY granted_at DESC, app_auth_token";
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
    /// When it was given, UTC milliseconds; 0 where a build before this one kept it.
    /// [`put_authorization`](super::put_authorization) leaves that of a known one as it is, and so the rest below.
    pub granted_at: i64,
    /// What a new pair of tokens can be had for; `None` for one of a world file.
    pub refresh: Option<Refresh>,
    /// When a newer pair took its place, if one did. Then it works no more.
    pub replaced_at: Option<i64>,
    /// 1, and one more with each change; not looked at when it is stated.
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

/// Those of a merchant that work, as far as time lets them, the last given first.
pub fn authorizations_of(tx: &mut Tx, pid: &str) -> Result<Vec<Authorization>, Fault> {
    tx.query(OF, params![pid])
}

impl FromRow for Authorization {
    fn from_row(row: &dyn Row) -> Result<Authorization, Fault> {
        let methods: String = column(row, 4)?;
        let refresh = column::<Option<String>>(row, 9)?.zip(column::<Option<i64>>(row, 10)?);
        Ok(Authorization {
            token_key: column(row, 0)?,
            app_id: column(row, 1)?,
            pid: column(row, 2)?,
            auth_app_id: column(row, 3)?,
            methods: from_json(&methods)?,
            expires_at: column(row, 5)?,
            enabled: column(row, 6)?,
            version: column(row, 7)?,
            granted_at: column(row, 8)?,
            refresh: refresh.map(|(key, until)| Refresh { key, until }),
            replaced_at: column(row, 11)?,
        })
    }
}
