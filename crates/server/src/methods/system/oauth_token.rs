//! `alipay.system.oauth.token`: exchanges a code, or a refresh token, for an access token and the id of the member who
//! has agreed to be known to the app.
//!
//! The member agrees on a page, at `/oauth2/publicAppAuthorize.htm`, from which the browser comes back with an
//! `auth_code`: it is good for ten minutes, once, for the app that has asked. The access token is good for fifteen
//! days, the refresh token for thirty. No method here takes an access token: what an app gets to know is `user_id`.
//!
//! These are refused, all with 40002, in this order: another `grant_type` (`isv.grant-type-invalid`); a code that there
//! is not, that was used or is over (`isv.code-invalid`), or is another app's (`isv.unmatched-app-id`); a refresh token
//! that there is not or that was used (`isv.refresh-token-invalid`), is another app's (`isv.unmatched-app-id`), or is
//! over (`isv.refresh-token-time-out`).
//!
//! # Repeats
//!
//! A code and a refresh token are good for one call. A repeat is `isv.code-invalid` or `isv.refresh-token-invalid`,
//! whether or not the first answer has arrived: tokens are kept by their hash alone, so no answer can be given again.
//! When it was lost, the member agrees once more. Of two calls at once with one code, exactly one gets tokens. A
//! refused call uses nothing up.

use crate::biz::{Text, answer, biz};
use crate::keys::token_key;
use crate::methods::{Answer, AnswerForm, Call, CallError, Doors, FieldPlace, Method, Need, Once, Write};
use domain::Refusal;
use domain::authorization::{Consent, REMEMBERED_MS, USER_REFRESH_LIFE_MS, USER_TOKEN_LIFE_MS, UserTokens};
use store::{Tx, auth_code, user_authorization, world};
use wire::{code, time};

/// See the module.
pub struct OauthToken;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// `authorization_code` to exchange a code, `refresh_token` to exchange a refresh token; it is needed.
        grant_type: Option<Text<20>>,
        /// The `auth_code` that the browser came back with; with `authorization_code`.
        code: Option<Text<40>>,
        /// The `refresh_token` of an earlier answer; with `refresh_token`.
        refresh_token: Option<Text<40>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The member.
        user_id: String,
        /// The access token: 40 characters.
        access_token: String,
        /// What a new pair can be had for, once: 40 characters.
        refresh_token: String,
        /// How long the access token is good, in seconds.
        expires_in: i64,
        /// How long the refresh token is good, in seconds.
        re_expires_in: i64,
        /// When the pair was given, `yyyy-MM-dd HH:mm:ss`.
        auth_start: String,
    }
}

impl Method for OauthToken {
    const NAME: &'static str = "alipay.system.oauth.token";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Own;
    const FIELDS_IN: FieldPlace = FieldPlace::Parameters;
    const ANSWERS: AnswerForm = AnswerForm::Bare;
    type Request = Request;
    type Response = Response;
}

impl Write for OauthToken {
    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load, decide.
        let (user_id, scopes) = match request.grant_type.as_deref() {
            Some("authorization_code") => by_code(call, tx, request.code.as_deref().unwrap_or_default())?,
            Some("refresh_token") => by_refresh(call, tx, request.refresh_token.as_deref().unwrap_or_default())?,
            _ => return Err(code::GRANT_TYPE_INVALID.into()),
        };
        // Record.
        let [access_token, refresh_token] = call.new_tokens();
        let keys = [token_key(&access_token), token_key(&refresh_token)];
        let tokens = UserTokens::new(keys, &call.caller.app_id, &user_id, scopes, call.now);
        user_authorization::insert(tx, &tokens, call.now - REMEMBERED_MS)?;
        Ok(Response {
            user_id,
            access_token,
            refresh_token,
            expires_in: USER_TOKEN_LIFE_MS / 1_000,
            re_expires_in: USER_REFRESH_LIFE_MS / 1_000,
            auth_start: time::format(call.now),
        })
    }
}

/// Uses a code up: the member, and what they have agreed to.
fn by_code(call: &Call, tx: &mut Tx, sent: &str) -> Answer<(String, Vec<String>)> {
    let key = token_key(sent);
    let given = auth_code::get(tx, &key)?.ok_or(code::CODE_INVALID)?;
    let Consent::Member { scopes } = &given.consent else { return Err(code::CODE_INVALID.into()) };
    given.exchange(&call.caller.app_id, call.now).map_err(refused)?;
    world::hold_account(tx, &given.account_id)?;
    if !auth_code::use_code(tx, &key, call.now)? {
        return Err(code::CODE_INVALID.into());
    }
    Ok((given.account_id.clone(), scopes.clone()))
}

/// Ends the pair that the refresh token is of.
fn by_refresh(call: &Call, tx: &mut Tx, refresh_token: &str) -> Answer<(String, Vec<String>)> {
    let key = token_key(refresh_token);
    let known = user_authorization::get(tx, &key)?.ok_or(code::REFRESH_TOKEN_INVALID)?;
    known.refresh(&call.caller.app_id, call.now).map_err(refused)?;
    world::hold_account(tx, &known.user_id)?;
    if !user_authorization::end(tx, &key, call.now)? {
        return Err(code::REFRESH_TOKEN_INVALID.into());
    }
    Ok((known.user_id, known.scopes))
}

/// A refusal in this method's own words.
fn refused(refusal: Refusal) -> CallError {
    match refusal {
        Refusal::AuthCodeNotValid => code::CODE_INVALID.into(),
        Refusal::AuthOfAnotherApp => code::UNMATCHED_APP_ID.into(),
        Refusal::RefreshTokenNotValid => code::REFRESH_TOKEN_INVALID.into(),
        Refusal::RefreshTokenTimeOut => code::REFRESH_TOKEN_TIME_OUT.into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::consent::page::EXCHANGE_FOR_MEMBER;

    #[test]
    fn consent_pages_ask_whether_the_app_may_call_it() {
        assert_eq!(OauthToken::NAME, EXCHANGE_FOR_MEMBER);
    }
}
