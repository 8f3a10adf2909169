//! `alipay.open.auth.token.app.query`: whose an `app_auth_token` is, what may be called with it, and until when.
//!
//! Refusals are looked for in this order: the app is no service provider's; no token is sent; there is no such token;
//! it was given to another app. A token that was revoked, replaced by a newer one, or is over is answered with
//! `invalid`.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::provider;
use crate::biz::{Text, answer, biz};
use crate::directory;
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, THE_LIST, refusals};
use domain::window;
use store::Tx;
use store::world::{App, Authorization};
use wire::time;

/// See the module.
pub struct AuthTokenAppQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The token; it is needed.
        app_auth_token: Option<Text<128>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The merchant.
        user_id: String,
        /// The merchant's own app; the provider's where the merchant has none.
        auth_app_id: String,
        /// How long the token is still good, in seconds; 0 once it is not.
        expires_in: i64,
        /// The methods that can be called with the token: those that the merchant and the operator allow the app.
        auth_methods: Vec<String>,
        /// When the token was given, `yyyy-MM-dd HH:mm:ss`.
        auth_start: String,
        /// Until when it is good, if it is not revoked or replaced.
        auth_end: String,
        /// `valid` or `invalid`.
        status: String,
    }
}

impl Method for AuthTokenAppQuery {
    const NAME: &'static str = "alipay.open.auth.token.app.query";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::APP_NOT_ISV,
        refusals::ILLEGAL_PARAM,
        refusals::AUTH_TOKEN_NOT_EXISTED,
        refusals::AUTH_TOKEN_NOT_CONSISTENT,
    ];
}

impl Read for AuthTokenAppQuery {
    type Loaded = (App, Authorization);

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<(App, Authorization)> {
        let app = provider(call, tx)?;
        let token = request.app_auth_token.as_ref().ok_or(refusals::ILLEGAL_PARAM)?;
        let found = directory::authorization(tx, token)?.ok_or(refusals::AUTH_TOKEN_NOT_EXISTED)?;
        if found.app_id != app.app_id {
            return Err(refusals::AUTH_TOKEN_NOT_CONSISTENT.into());
        }
        Ok((app, found))
    }

    fn answer(call: &Call, (app, found): (App, Authorization)) -> Answer<Response> {
        let is_valid = found.enabled && !window::is_over(found.expires_at, call.now);
        let left_ms = if is_valid { found.expires_at - call.now } else { 0 };
        let is_allowed = |name: &str| directory::allows(&found.methods, name) && directory::allows(&app.methods, name);
        let names = THE_LIST.iter().map(|entry| entry.name).filter(|name| is_allowed(name));
        Ok(Response {
            user_id: found.pid,
            auth_app_id: found.auth_app_id,
            expires_in: left_ms.max(0) / 1_000,
            auth_methods: names.map(str::to_owned).collect(),
            auth_start: time::format(found.granted_at),
            auth_end: time::format(found.expires_at),
            status: if is_valid { "valid" } else { "invalid" }.to_owned(),
        })
    }
}
