//! `punchcard.operator.invite`: makes an operator, or finds one, and gives a link that sets the password, once.
//!
//! The link stands behind `#`, so no server's log and no referrer has it. Whoever owns one merchant invites people for
//! that merchant alone, and gives no new password to somebody who operates others.

use super::operator::{granted_pid, keeping_an_owner, role};
use super::{Argument, not_found, wrong};
use crate::answer::Answer;
use crate::app::clock::system_now;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use domain::operator::{Grant, LINK_MS, check_name};
use serde::{Deserialize, Serialize};
use store::{Tx, operator};
use wire::time;

/// See the module.
pub struct OperatorInvite;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant that the operator is for; all when absent.
        pid: Option<Argument>,
        /// The name: 1 to 28 small letters, digits and . _ - @.
        name: Argument,
        /// What a new operator is; none for one that there is.
        role: Option<Argument>,
        /// The app that the operator acts as; whichever may act for the merchant when absent.
        app_id: Option<Argument>,
    }
}

/// A way in.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Invitation {
    /// The operator.
    pub name: String,
    /// Whether the operator is new.
    pub is_new: bool,
    /// The address below the console's that sets the password, once.
    pub path: String,
    /// Until when, `yyyy-MM-dd HH:mm:ss` in UTC+8, by the machine's clock.
    pub until: String,
}

impl Method for OperatorInvite {
    const NAME: &'static str = "punchcard.operator.invite";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Invitation;
}

impl OperatorWrite for OperatorInvite {
    fn action(request: &Request) -> (&'static str, String) {
        ("invite an operator", request.name.to_string())
    }

    fn outcome(Invitation { is_new, .. }: &Invitation) -> String {
        if *is_new { "new".to_owned() } else { "known".to_owned() }
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Invitation> {
        let Request { pid, name, role: named, app_id } = request;
        let [pid, app_id] = [pid, app_id].map(|text| text.map(|text| text.to_string()));
        let name = name.to_string();
        check_name(&name).map_err(wrong)?;
        let role = named.map(|text| role(&text)).transpose()?;
        let (secret, now) = (format!("{}{}", call.app.new_secret(), call.app.new_secret()), system_now());
        let link = crate::audit::sha256_hex(&secret);
        let (invited, actor) = (name.clone(), call.actor.clone());
        let write = move |tx: &mut Tx| {
            keeping_an_owner(tx, &actor, |tx| {
                let known = operator::get(tx, &invited)?;
                let grants = operator::grants(tx, &invited)?;
                let for_pid = granted_pid(tx, pid.as_deref())?;
                let is_new = known.is_none();
                let is_theirs = !grants.is_empty() && grants.iter().all(|grant| grant.pid == for_pid);
                if !is_new && pid.is_some() && !is_theirs {
                    return Err(wrong("this name is taken"));
                }
                match role {
                    None if is_new => return Err(not_found(format!("no operator {invited}: a new one needs a role"))),
                    None => {}
                    Some(_) if !is_new => {
                        return Err(wrong("there is an operator of this name: give a link, or another role"));
                    }
                    Some(role) => {
                        operator::put(tx, &invited, now)?;
                        let grant = Grant { pid: for_pid, role, app_id: app_id.clone() };
                        operator::grant(tx, &invited, &grant)?;
                    }
                }
                operator::set_link(tx, &invited, &link, now + LINK_MS)?;
                Ok(is_new)
            })
        };
        let is_new = call.app.store.write(write).await?;
        let path = format!("/console/password#{secret}");
        Ok(Invitation { name, is_new, path, until: time::format(now + LINK_MS) })
    }
}
