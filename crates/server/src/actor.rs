//! Who makes an operator's call: somebody who is signed in at the console, or whoever may use the control socket.

use crate::answer::Answer;
use domain::operator::{Grant, Rights, rights_for, rights_for_all};
use store::{Tx, operator};
use wire::code;

/// The name under which commands act: whoever may use the control socket or open the store.
pub const COMMAND: &str = "command";
/// The name under which a stand-in's own machine acts in the console.
pub const LOCAL: &str = "local";

/// An operator at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name by which acts are recorded, and merchants' methods are told who operates.
    pub name: String,
    /// What the operator may do, for which merchants.
    pub grants: Vec<Grant>,
    /// The address that the call comes from; empty for a command.
    pub address: String,
    /// The session's token as the store has it, where the operator has signed in.
    pub session: Option<String>,
}

impl Actor {
    /// Whoever may use the control socket, whose file is its owner's alone.
    pub fn command() -> Actor {
        Actor { name: COMMAND.to_owned(), grants: vec![Grant::of_everything()], address: String::new(), session: None }
    }

    /// Whoever sits at the machine that a stand-in runs on.
    pub fn local(address: String) -> Actor {
        Actor { name: LOCAL.to_owned(), grants: vec![Grant::of_everything()], address, session: None }
    }

    /// Whether what was looked up before is still so: a session ends when its operator's rights change.
    pub fn still_may(&self, tx: &mut Tx) -> Answer<()> {
        let Some(session) = &self.session else { return Ok(()) };
        match operator::session(tx, session)? {
            Some(_) => Ok(()),
            None => Err(code::INSUFFICIENT_USER_PERMISSIONS.with_msg("the session has ended").into()),
        }
    }

    /// What the operator may do for this merchant; `None` for one that the operator has nothing to do with.
    pub fn rights_for(&self, pid: &str) -> Option<Rights> {
        rights_for(&self.grants, pid)
    }

    /// What the operator may do with the whole store; `None` for one who was let into some merchants alone.
    pub fn rights_for_all(&self) -> Option<Rights> {
        rights_for_all(&self.grants)
    }

    /// The app that the operator acts as for this merchant, where a grant names one.
    pub fn app_for(&self, pid: &str) -> Option<&str> {
        let named = |grant: &&Grant| grant.app_id.is_some();
        let own = self.grants.iter().find(|grant| grant.pid == pid).filter(named);
        let granted = own.or_else(|| self.grants.iter().find(|grant| grant.is_for_all()).filter(named));
        granted.and_then(|grant| grant.app_id.as_deref())
    }
}
