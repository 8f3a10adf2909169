//! `punchcard.auth.list`: what merchants have let apps do, and members let apps know, the last given first. No token is
//! told.

use super::{Argument, Limit};
use crate::acts::consent::revocation::{NAME_DIGITS, name};
use crate::answer::Answer;
use crate::biz::{Flag, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::authorization::UserTokens;
use domain::window;
use serde::{Deserialize, Serialize};
use store::world::{self, Authorization};
use store::{Fault, Tx, user_authorization};
use wire::time;

/// See the module.
pub struct AuthList;

biz! {
    /// The request.
    pub struct Request {
        /// Whether members' are wanted, or merchants'.
        members: Flag,
        /// An app's; all apps' when absent.
        app_id: Option<Argument>,
        /// A merchant's or a user's; everybody's when absent.
        account_id: Option<Argument>,
        /// How many at most.
        limit: Limit,
    }
}

/// One authorisation.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AuthSummary {
    /// Its name, which `punchcard auth revoke` takes: the first digits of its token's hash.
    pub name: String,
    /// The app.
    pub app_id: String,
    /// The merchant or the user.
    pub account_id: String,
    /// The merchant's own app; empty for a user.
    pub auth_app_id: String,
    /// Methods, or scopes.
    pub allowed: Vec<String>,
    /// `valid`, `expired`, `replaced` or `revoked`; a member's that was replaced is revoked too.
    pub status: String,
    /// When it was given, `yyyy-MM-dd HH:mm:ss` in UTC+8.
    pub given_at: String,
    /// Until when its token is good.
    pub until: String,
}

impl Method for AuthList {
    const NAME: &'static str = "punchcard.auth.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Vec<AuthSummary>;
}

impl OperatorRead for AuthList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<AuthSummary>> {
        let now = call.app.clock.now();
        let [app_id, account_id] = [request.app_id, request.account_id].map(|text| text.map(|text| text.to_string()));
        let (members, limit) = (request.members.0, super::limit(request.limit));
        let read = move |tx: &mut Tx| {
            if members {
                let found = user_authorization::newest(tx, app_id.as_deref(), account_id.as_deref(), limit)?;
                return Ok::<_, Fault>(found.into_iter().map(|one| of_member(one, now)).collect());
            }
            let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
            let found = world::authorizations(tx)?.into_iter();
            let found = found.filter(|one| is(&app_id, &one.app_id) && is(&account_id, &one.pid));
            Ok(found.take(limit as usize).map(|one| of_merchant(one, now)).collect())
        };
        Ok(super::read_long(&call.app, read).await??)
    }
}

fn of_merchant(one: Authorization, now: i64) -> AuthSummary {
    let status = match () {
        () if one.replaced_at.is_some() => "replaced",
        () if !one.enabled => "revoked",
        () if window::is_over(one.expires_at, now) => "expired",
        () => "valid",
    };
    AuthSummary {
        name: name(&one),
        app_id: one.app_id,
        account_id: one.pid,
        auth_app_id: one.auth_app_id,
        allowed: one.methods,
        status: status.to_owned(),
        given_at: time::format(one.granted_at),
        until: time::format(one.expires_at),
    }
}

fn of_member(one: UserTokens, now: i64) -> AuthSummary {
    let status = match () {
        () if one.ended => "revoked",
        () if one.expires_at <= now => "expired",
        () => "valid",
    };
    AuthSummary {
        name: one.access_key.chars().take(NAME_DIGITS).collect(),
        app_id: one.app_id,
        account_id: one.user_id,
        auth_app_id: String::new(),
        allowed: one.scopes,
        status: status.to_owned(),
        given_at: time::format(one.granted_at),
        until: time::format(one.expires_at),
    }
}
