//! Apps, and what must still hold of one and its authorization when a call is executed.

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::params;

use super::json::from_json;

pub(crate) static MODULE: Module = Module { tables: &[Table::on_every_node("app")], proofs: &[] };

statements! {
    APP = "SELECT app_id, pid, public_key, aes_key, isv, methods, notify_charset, enabled, version, certificates,
            redirect_uris FROM app
        WHERE app_id = $1";
    APPS = "SELECT app_id, pid, public_key, aes_key, isv, methods, notify_charset, enabled, version, certificates,
            redirect_uris FROM app
        ORDER BY app_id";
    GUARD = "SELECT app.version, app.enabled, given.version, given.enabled FROM app
        LEFT JOIN app_authorization AS given ON given.app_auth_token = $1 AND given.app_id = app.app_id
        WHERE app.app_id = $2";
}

/// An app: who may call. Shown in logs without its keys.
#[derive(Clone, PartialEq, Eq)]
pub struct App {
    /// At most 32 characters.
    pub app_id: String,
    /// Whose it is.
    pub pid: String,
    /// The key that its signatures are checked with, in the form that the caller keeps it.
    pub public_key: String,
    /// The certificates that its calls may name, in base64, the one that was stated last at the end.
    pub certificates: Vec<String>,
    /// The key that its contents may be encrypted with, sealed.
    pub aes_key: Option<String>,
    /// Whether it may act for merchants who authorise it.
    pub isv: bool,
    /// What it may call; `*` is everything.
    pub methods: Vec<String>,
    /// `utf-8` or `gbk`.
    pub notify_charset: String,
    /// Whether it may call at all.
    pub enabled: bool,
    /// Where consent pages may send browsers back to.
    pub redirect_uris: Vec<String>,
    /// 1, and one more with each change; not looked at by [`put_app`].
    pub version: i64,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let App { app_id, enabled, version, .. } = self;
        let mut shown = f.debug_struct("App");
        shown.field("app_id", app_id).field("enabled", enabled).field("version", version).finish_non_exhaustive()
    }
}

/// What must still hold when a call is executed: the versions that it was checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The app's version.
    pub app_version: i64,
    /// Whether the app may call.
    pub app_enabled: bool,
    /// The version of the authorization, and whether it works; `None` if this app has none with that token.
    pub authorization: Option<(i64, bool)>,
}

/// One app.
pub fn app(tx: &mut Tx, app_id: &str) -> Result<Option<App>, Fault> {
    tx.query_opt(APP, params![app_id])
}

/// Every app, by id.
pub fn apps(tx: &mut Tx) -> Result<Vec<App>, Fault> {
    tx.query(APPS, &[])
}

/// What a call is checked against when it is executed, in one statement; `None` if there is no such app.
pub fn guard(tx: &mut Tx, app_id: &str, token_key: Option<&str>) -> Result<Option<Guard>, Fault> {
    let row = tx.query_opt(GUARD, params![token_key, app_id])?;
    Ok(row.map(|(app_version, app_enabled, version, enabled): (i64, bool, Option<i64>, Option<bool>)| Guard {
        app_version,
        app_enabled,
        authorization: version.zip(enabled),
    }))
}

impl FromRow for App {
    fn from_row(row: &dyn Row) -> Result<App, Fault> {
        let list = |index: usize| from_json(&column::<String>(row, index)?);
        Ok(App {
            app_id: column(row, 0)?,
            pid: column(row, 1)?,
            public_key: column(row, 2)?,
            aes_key: column(row, 3)?,
            isv: column(row, 4)?,
            methods: list(5)?,
            notify_charset: column(row, 6)?,
            enabled: column(row, 7)?,
            version: column(row, 8)?,
            certificates: list(9)?,
            redirect_uris: list(10)?,
        })
    }
}
