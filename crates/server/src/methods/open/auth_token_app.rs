//! `alipay.open.auth.token.app`: exchanges a code, or a refresh token, for an `app_auth_token`, with which a service
//! provider's app acts for the merchant who has agreed.
//!
//! The merchant agrees on a page, at `/oauth2/appToAppAuth.htm`, from which the browser comes back with an
//! `app_auth_code`: it is good for ten minutes, once, for the app that has asked. The token is good for a year, the
//! refresh token for a week longer. Of a provider's app and a merchant's own app one pair works at a time: a newer one,
//! by a code or by a refresh token, ends the one before at once.
//!
//! Refusals are looked for in this order: the app is no provider's; the `grant_type`; whether there is such a code or
//! refresh token; whose it is; what became of it.
//!
//! # Repeats
//!
//! A code and a refresh token are good for one call. A repeat is `AUTH_CODE_NOT_VALID` or `REFRESH_TOKEN_NOT_VALID`,
//! whether or not the first answer has arrived: tokens are kept by their hash alone, so no answer can be given again.
//! When it was lost, the merchant agrees once more. Of two calls at once with one code, exactly one gets tokens. A
//! refused call uses nothing up.

use super::provider;
use crate::biz::{ABSENT, Text, answer, biz, invalid};
use crate::keys::token_key;
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use domain::Refusal;
use domain::authorization::{APP_REFRESH_LIFE_MS, APP_TOKEN_LIFE_MS, AppRefresh, Consent};
use store::world::{self, Authorization, Refresh};
use store::{Tx, auth_code};

/// See the module.
pub struct AuthTokenApp;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// `authorization_code` to exchange a code, `refresh_token` to exchange a refresh token.
        grant_type: Text<20>,
        /// The `app_auth_code` that the browser came back with; with `authorization_code`.
        code: Option<Text<40>>,
        /// The `app_refresh_token` of an earlier answer; with `refresh_token`.
        refresh_token: Option<Text<40>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The token that calls for the merchant carry: 40 characters.
        app_auth_token: String,
        /// What a new pair can be had for, once: 40 characters.
        app_refresh_token: String,
        /// The merchant's own app; the provider's where the merchant has none.
        auth_app_id: String,
        /// The merchant.
        user_id: String,
        /// How long the token is good, in seconds.
        expires_in: i64,
        /// How long the refresh token is good, in seconds.
        re_expires_in: i64,
    }
}

impl Method for AuthTokenApp {
    const NAME: &'static str = "alipay.open.auth.token.app";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::APP_NOT_ISV,
        refusals::GRANT_TYPE_INVALID,
        refusals::AUTH_CODE_NOT_EXIST,
        refusals::REFRESH_TOKEN_NOT_EXIST,
        refusals::APP_ID_NOT_CONSISTENT,
        refusals::AUTH_CODE_NOT_VALID,
        refusals::REFRESH_TOKEN_NOT_VALID,
        refusals::AUTH_TOKEN_NOT_FOUND,
        refusals::REFRESH_TOKEN_TIME_OUT,
    ];
}

/// What a pair is given for: the merchant, its own app, and what may be called.
struct Grant {
    pid: String,
    auth_app_id: String,
    methods: Vec<String>,
}

impl Write for AuthTokenApp {
    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let app = provider(call, tx)?;
        world::hold_authorizations(tx, &app.app_id)?;
        // Decide.
        let needed = |name: &str| invalid(name, ABSENT);
        let grant = match &*request.grant_type {
            "authorization_code" => by_code(call, tx, request.code.as_ref().ok_or_else(|| needed("code"))?)?,
            "refresh_token" => {
                by_refresh(call, tx, request.refresh_token.as_ref().ok_or_else(|| needed("refresh_token"))?)?
            }
            _ => return Err(refusals::GRANT_TYPE_INVALID.into()),
        };
        // Record.
        let [token, refresh_token] = call.new_tokens();
        let Grant { pid, auth_app_id, methods } = grant;
        let given = Authorization {
            token_key: token_key(&token),
            app_id: app.app_id,
            pid: pid.clone(),
            auth_app_id: auth_app_id.clone(),
            methods,
            expires_at: call.now + APP_TOKEN_LIFE_MS,
            enabled: true,
            granted_at: call.now,
            refresh: Some(Refresh { key: token_key(&refresh_token), until: call.now + APP_REFRESH_LIFE_MS }),
            replaced_at: None,
            version: 1,
        };
        world::give_authorization(tx, &given)?;
        Ok(Response {
            app_auth_token: token,
            app_refresh_token: refresh_token,
            auth_app_id,
            user_id: pid,
            expires_in: APP_TOKEN_LIFE_MS / 1_000,
            re_expires_in: APP_REFRESH_LIFE_MS / 1_000,
        })
    }
}

/// Uses a code up.
fn by_code(call: &Call, tx: &mut Tx, code: &str) -> Answer<Grant> {
    let key = token_key(code);
    let code = auth_code::get(tx, &key)?.ok_or(Refusal::AuthCodeNotExist)?;
    let Consent::Merchant { auth_app_id, methods } = &code.consent else {
        return Err(Refusal::AuthCodeNotExist.into());
    };
    code.exchange(&call.caller.app_id, call.now)?;
    if !auth_code::use_code(tx, &key, call.now)? {
        return Err(Refusal::AuthCodeNotValid.into());
    }
    Ok(Grant { pid: code.account_id.clone(), auth_app_id: auth_app_id.clone(), methods: methods.clone() })
}

/// The pair that the refresh token is of ends with the new one.
fn by_refresh(call: &Call, tx: &mut Tx, refresh_token: &str) -> Answer<Grant> {
    let known = world::authorization_of_refresh(tx, &token_key(refresh_token))?;
    let known = known.ok_or(Refusal::RefreshTokenNotExist)?;
    let until = known.refresh.as_ref().map_or(0, |refresh| refresh.until);
    let replaced = known.replaced_at.is_some();
    let refresh = AppRefresh { app_id: &known.app_id, enabled: known.enabled, replaced, until };
    refresh.exchange(&call.caller.app_id, call.now)?;
    Ok(Grant { pid: known.pid, auth_app_id: known.auth_app_id, methods: known.methods })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::consent::page::EXCHANGE_FOR_MERCHANT;

    #[test]
    fn consent_pages_ask_whether_the_app_may_call_it() {
        assert_eq!(AuthTokenApp::NAME, EXCHANGE_FOR_MERCHANT);
    }
}
