//! What the methods about operators share: who may be changed by whom, and how an operator is shown.

use super::{not_found, wrong};
use crate::actor::Actor;
use crate::answer::{Answer, CallError};
use crate::biz;
use domain::operator::{EVERY_MERCHANT, Grant, Role};
use serde::{Deserialize, Serialize};
use store::operator::{self, Operator};
use store::{Fault, Tx, world};
use wire::time;

/// An operator, as far as whoever asks may see.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OperatorView {
    /// The name.
    pub name: String,
    /// Whether the operator may sign in.
    pub enabled: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// When the operator was made, `yyyy-MM-dd HH:mm:ss` in UTC+8, by the machine's clock.
    pub made_at: String,
    /// The roles, by merchant.
    pub grants: Vec<GrantView>,
    /// The sessions that last or ended by themselves a while ago.
    pub sessions: usize,
    /// When the last of them was used.
    pub seen_at: Option<String>,
}

/// A role for a merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GrantView {
    /// The merchant; `*` for all.
    pub pid: String,
    /// `owner`, `marketer`, `finance`, `developer` or `viewer`.
    pub role: String,
    /// The app that the operator acts as, where it matters.
    pub app_id: Option<String>,
}

/// Sessions that are counted and looked through at most.
const SESSIONS_MAX: i64 = 1_000;

/// An operator with the grants that are for `pid`, or with all.
pub fn view(tx: &mut Tx, operator: Operator, pid: Option<&str>) -> Result<OperatorView, Fault> {
    let grants = operator::grants(tx, &operator.name)?.into_iter();
    let grants = grants.filter(|grant| pid.is_none_or(|pid| grant.pid == pid));
    let sessions = operator::sessions(tx, &operator.name, SESSIONS_MAX)?;
    Ok(OperatorView {
        enabled: operator.is_enabled,
        has_password: operator.password.is_some(),
        made_at: time::format(operator.made_at),
        grants: grants
            .map(|Grant { pid, role, app_id }| GrantView { pid, role: role.name().to_owned(), app_id })
            .collect(),
        sessions: sessions.len(),
        seen_at: sessions.first().map(|session| time::format(session.used_at)),
        name: operator.name,
    })
}

/// The operator of that name, to be changed. Whoever owns one merchant changes those who operate that merchant alone:
/// others are as unknown as a name that nobody has.
pub fn of_merchant(tx: &mut Tx, name: &str, pid: Option<&str>) -> Answer<Operator> {
    let found = operator::get(tx, name)?;
    let grants = operator::grants(tx, name)?;
    let is_theirs = |pid: &str| !grants.is_empty() && grants.iter().all(|grant| grant.pid == pid);
    found.filter(|_| pid.is_none_or(is_theirs)).ok_or_else(|| not_found(format!("no operator {name}")))
}

/// Ends what an operator was let in by: sessions, and a link that was made under other rights.
pub fn end_ways_in(tx: &mut Tx, name: &str) -> Result<(), Fault> {
    operator::drop_link(tx, name)?;
    operator::end_all(tx, name).map(drop)
}

/// Gives a role. Whoever has operated single merchants alone, and is given more, sets a new password first: an owner of
/// such a merchant may have chosen the name and the password that there is.
pub fn give(tx: &mut Tx, name: &str, grant: &Grant) -> Result<(), Fault> {
    let before = operator::grants(tx, name)?;
    if !before.iter().any(|one| one.is_for_all() || one.pid == grant.pid) {
        operator::drop_password(tx, name)?;
    }
    operator::grant(tx, name, grant)
}

/// A role by its name.
pub fn role(text: &str) -> Answer<Role> {
    let all = Role::ALL.map(Role::name).join(", ");
    Role::from_name(text).ok_or_else(|| biz::invalid("role", &format!("is one of {all}")).into())
}

/// For whom a grant is: a merchant that exists, or all.
pub fn granted_pid(tx: &mut Tx, pid: Option<&str>) -> Answer<String> {
    let Some(pid) = pid else { return Ok(EVERY_MERCHANT.to_owned()) };
    if world::merchant(tx, pid)?.is_none() {
        return Err(not_found(format!("no merchant {pid}")));
    }
    Ok(pid.to_owned())
}

/// Does `change` for somebody who still may, and refuses it where it would leave nobody who owns everything. Such
/// changes wait for one another: who has just been disabled changes nothing.
pub fn keeping_an_owner<T>(tx: &mut Tx, actor: &Actor, change: impl FnOnce(&mut Tx) -> Answer<T>) -> Answer<T> {
    operator::hold(tx)?;
    actor.still_may(tx)?;
    let before = operator::owners(tx)?;
    let changed = change(tx)?;
    if 0 < before && operator::owners(tx)? == 0 {
        return Err(last_owner());
    }
    Ok(changed)
}

fn last_owner() -> CallError {
    wrong("nobody would own everything any more: make another owner first")
}
