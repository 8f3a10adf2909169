//! `punchcard.auth.revoke`: ends what a merchant has let an app do, or a member let an app know. From the answer on no
//! process takes a token of it.

use super::{Argument, not_found};
use crate::acts::consent::revocation::{Given, find, revoke};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use serde::{Deserialize, Serialize};
use store::{Fault, Tx};

/// See the module.
pub struct AuthRevoke;

biz! {
    /// The request.
    pub struct Request {
        /// A token of it, or its name in the list.
        token: Argument,
    }
}

/// What was revoked.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Revoked {
    /// The app.
    pub app_id: String,
    /// The merchant or the user.
    pub account_id: String,
    /// The tokens and codes that worked until now; none when it was revoked before.
    pub ended: u64,
}

impl Method for AuthRevoke {
    const NAME: &'static str = "punchcard.auth.revoke";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Revoked;
}

impl OperatorWrite for AuthRevoke {
    /// The token is nothing for a log.
    fn action(_: &Request) -> (&'static str, String) {
        ("revoke an authorisation", String::new())
    }

    fn outcome(Revoked { app_id, account_id, ended }: &Revoked) -> String {
        format!("app {app_id} of {account_id}: {ended} ended")
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Revoked> {
        let (token, at) = (request.token.to_string(), call.app.clock.now());
        let write = move |tx: &mut Tx| {
            let Some(given) = find(tx, &token)? else { return Ok::<_, Fault>(None) };
            let ended = revoke(tx, &given, at)?;
            Ok(Some((given, ended)))
        };
        let (given, ended) = call.app.store.write(write).await?.ok_or_else(|| not_found("no such authorisation"))?;
        Ok(match given {
            Given::ByMerchant { app_id, pid } => Revoked { app_id, account_id: pid, ended },
            Given::ByMember { app_id, user_id } => Revoked { app_id, account_id: user_id, ended },
        })
    }
}
