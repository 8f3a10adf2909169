//! Operators of the console: names, passwords, roles, and who has signed in.
//!
//! Whoever changes operators or their grants first draws from one counter, so that such changes wait for one another:
//! that there is still an owner is seen, and is so at the COMMIT. What an operator may do changes only together with
//! the end of the operator's sessions, so a session's row says that all that was read with it still holds.

use domain::operator::{EVERY_MERCHANT, Grant, Role};

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::sql::statements;
use crate::engine::table::{Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::{ids, params};

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { lock: Lock::Operator, ..Table::on_coordinator("operator") },
        Table { lock: Lock::Operator, ..Table::on_coordinator("operator_grant") },
        // A backup signs nobody in.
        Table { lock: Lock::Operator, dumped: false, ..Table::on_coordinator("operator_session") },
    ],
    proofs: &[],
};

/// The counter that changes of operators wait for each other at.
const CHANGES: &str = "operator";

statements! {
    GET = "SELECT name, enabled, password, made_at FROM operator WHERE name = $1";
    LIST = "SELECT name, enabled, password, made_at FROM operator WHERE name > $1 ORDER BY name LIMIT $2";
    ANY = "SELECT 1 FROM operator LIMIT 1";
    PUT = "INSERT INTO operator (name, enabled, made_at) VALUES ($1, 1, $2) ON CONFLICT (name) DO NOTHING";
    ENABLE = "UPDATE operator SET enabled = $1 WHERE name = $2 AND enabled <> $1";
    SET_LINK = "UPDATE operator SET link = $1, link_until = $2 WHERE name = $3";
    BY_LINK = "SELECT name, enabled, link_until FROM operator WHERE link = $1";
    DROP_LINK = "UPDATE operator SET link = NULL, link_until = NULL WHERE name = $1";
    DROP_PASSWORD = "UPDATE operator SET password = NULL WHERE name = $1";
    SET_PASSWORD = "UPDATE operator SET password = $1, link = NULL, link_until = NULL WHERE name = $2";
    GRANTS = "SELECT pid, role, app_id FROM operator_grant WHERE name = $1 ORDER BY pid";
    GRANT = "INSERT INTO operator_grant (name, pid, role, app_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (name, pid) DO UPDATE SET role = excluded.role, app_id = excluded.app_id";
    UNGRANT = "DELETE FROM operator_grant WHERE name = $1 AND pid = $2";
    OWNERS = "SELECT COUNT(*) FROM operator_grant g JOIN operator o ON o.name = g.name
        WHERE g.pid = '*' AND g.role = 'owner' AND o.enabled = 1";
    BEGIN = "INSERT INTO operator_session (token, name, made_at, used_at, address, browser) VALUES ($1, $2, $3, $3, $4, $5)";
    SESSION = "SELECT token, s.name, s.made_at, s.used_at, s.address, s.browser FROM operator_session s WHERE token = $1";
    SESSIONS = "SELECT token, s.name, s.made_at, s.used_at, s.address, s.browser FROM operator_session s
        WHERE $1 = '' OR s.name = $1 ORDER BY s.used_at DESC, token LIMIT $2";
    USED = "UPDATE operator_session SET used_at = $1 WHERE token = $2 AND used_at < $1";
    END = "DELETE FROM operator_session WHERE token = $1";
    END_ALL = "DELETE FROM operator_session WHERE name = $1";
    END_OLD = "DELETE FROM operator_session WHERE made_at <= $1 OR used_at <= $2";
}

/// An operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The name.
    pub name: String,
    /// Whether the operator may sign in.
    pub is_enabled: bool,
    /// The password's Argon2id string, once it is set.
    pub password: Option<String>,
    /// When the operator was made, UTC milliseconds of the machine's clock.
    pub made_at: i64,
}

impl FromRow for Operator {
    fn from_row(row: &dyn Row) -> Result<Operator, Fault> {
        let enabled: i64 = column(row, 1)?;
        Ok(Operator {
            name: column(row, 0)?,
            is_enabled: enabled == 1,
            password: column(row, 2)?,
            made_at: column(row, 3)?,
        })
    }
}

/// Somebody who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 of what the browser has, in hexadecimal.
    pub token: String,
    /// The operator.
    pub name: String,
    /// When it began, UTC milliseconds of the machine's clock.
    pub made_at: i64,
    /// About when it was last used, by the same clock.
    pub used_at: i64,
    /// The address that it began from.
    pub address: String,
    /// What the browser says of itself.
    pub browser: String,
}

impl FromRow for Session {
    fn from_row(row: &dyn Row) -> Result<Session, Fault> {
        Ok(Session {
            token: column(row, 0)?,
            name: column(row, 1)?,
            made_at: column(row, 2)?,
            used_at: column(row, 3)?,
            address: column(row, 4)?,
            browser: column(row, 5)?,
        })
    }
}

/// Waits for other changes of operators. The first that such a change does.
pub fn hold(tx: &mut Tx) -> Result<(), Fault> {
    ids::advance(tx, CHANGES, 1).map(drop)
}

/// The operator of that name.
pub fn get(tx: &mut Tx, name: &str) -> Result<Option<Operator>, Fault> {
    tx.query_opt(GET, params![name])
}

/// Operators after that name, by name.
pub fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Operator>, Fault> {
    tx.query(LIST, params![after, limit])
}

/// Whether there is any.
pub fn is_any(tx: &mut Tx) -> Result<bool, Fault> {
    Ok(tx.query_opt::<(i64,)>(ANY, params![])?.is_some())
}

/// Makes an operator, unless there is one of that name. After [`hold`].
pub fn put(tx: &mut Tx, name: &str, now: i64) -> Result<(), Fault> {
    tx.execute(PUT, params![name, now]).map(drop)
}

/// Lets an operator sign in, or not any more; whether that changed anything. After [`hold`].
pub fn enable(tx: &mut Tx, name: &str, is_enabled: bool) -> Result<bool, Fault> {
    Ok(tx.execute(ENABLE, params![i64::from(is_enabled), name])? == 1)
}

/// Keeps what a link that sets the password is known by, the SHA-256 of its token, and until when it works; it takes
/// the place of the one before. After [`hold`].
pub fn set_link(tx: &mut Tx, name: &str, link: &str, until: i64) -> Result<(), Fault> {
    tx.execute(SET_LINK, params![link, until, name]).map(drop)
}

/// Whose password a link sets now; none for one that has worked, is over, or is of somebody who may not sign in.
pub fn of_link(tx: &mut Tx, link: &str, now: i64) -> Result<Option<String>, Fault> {
    let found: Option<(String, i64, i64)> = tx.query_opt(BY_LINK, params![link])?;
    Ok(found.filter(|&(_, enabled, until)| enabled == 1 && now < until).map(|(name, ..)| name))
}

/// Sets a password's Argon2id string; no link works any more. After [`hold`].
pub fn set_password(tx: &mut Tx, name: &str, password: &str) -> Result<(), Fault> {
    tx.execute(SET_PASSWORD, params![password, name]).map(drop)
}

/// No link that was made before works any more. After [`hold`].
pub fn drop_link(tx: &mut Tx, name: &str) -> Result<(), Fault> {
    tx.execute(DROP_LINK, params![name]).map(drop)
}

/// Nobody knows the operator's password any more. After [`hold`].
pub fn drop_password(tx: &mut Tx, name: &str) -> Result<(), Fault> {
    tx.execute(DROP_PASSWORD, params![name]).map(drop)
}

/// What an operator is, for whom.
pub fn grants(tx: &mut Tx, name: &str) -> Result<Vec<Grant>, Fault> {
    let rows: Vec<(String, String, Option<String>)> = tx.query(GRANTS, params![name])?;
    let grants = rows.into_iter().map(|(pid, role, app_id)| {
        let role = Role::from_name(&role).ok_or_else(|| Fault::bug(format!("unknown role {role}")))?;
        Ok(Grant { pid, role, app_id })
    });
    grants.collect()
}

/// Gives an operator a role for a merchant, or for all; it takes the place of the one before. After [`hold`].
pub fn grant(tx: &mut Tx, name: &str, Grant { pid, role, app_id }: &Grant) -> Result<(), Fault> {
    tx.execute(GRANT, params![name, pid, role.name(), app_id.as_deref()]).map(drop)
}

/// Takes what an operator is for a merchant, or for all; whether that changed anything. After [`hold`].
pub fn ungrant(tx: &mut Tx, name: &str, pid: &str) -> Result<bool, Fault> {
    Ok(tx.execute(UNGRANT, params![name, pid])? == 1)
}

/// How many may sign in and own everything. After [`hold`], to be decided on.
pub fn owners(tx: &mut Tx) -> Result<i64, Fault> {
    debug_assert_eq!((EVERY_MERCHANT, Role::Owner.name()), ("*", "owner"), "as the statement has it");
    Ok(tx.query_one::<(i64,)>(OWNERS, params![])?.0)
}

/// Begins a session.
pub fn begin(tx: &mut Tx, session: &Session) -> Result<(), Fault> {
    let Session { token, name, made_at, address, browser, .. } = session;
    tx.execute(BEGIN, params![token, name, *made_at, address, browser]).map(drop)
}

/// The session of that token, whether it is over or not.
pub fn session(tx: &mut Tx, token: &str) -> Result<Option<Session>, Fault> {
    tx.query_opt(SESSION, params![token])
}

/// Sessions of an operator, or of all if `name` is empty, the last used first.
pub fn sessions(tx: &mut Tx, name: &str, limit: i64) -> Result<Vec<Session>, Fault> {
    tx.query(SESSIONS, params![name, limit])
}

/// Notes that a session is used.
pub fn used(tx: &mut Tx, token: &str, now: i64) -> Result<(), Fault> {
    tx.execute(USED, params![now, token]).map(drop)
}

/// Ends a session; whether there was one.
pub fn end(tx: &mut Tx, token: &str) -> Result<bool, Fault> {
    Ok(tx.execute(END, params![token])? == 1)
}

/// Ends all sessions of an operator; how many there were.
pub fn end_all(tx: &mut Tx, name: &str) -> Result<u64, Fault> {
    tx.execute(END_ALL, params![name])
}

/// Removes sessions that began, or were last used, so long ago.
pub fn end_old(tx: &mut Tx, made_before: i64, used_before: i64) -> Result<(), Fault> {
    tx.execute(END_OLD, params![made_before, used_before]).map(drop)
}
