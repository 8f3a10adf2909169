//! `POST /console/api/session`: signs in; `…/session/end`: signs out; `…/session/password`: sets a password by a link
//! that works once. They are no methods: whoever asks is nobody yet, or nobody afterwards.
//!
//! The answer never says whether a name or a password was wrong, and takes as long for either. Wrong ones are counted
//! for a name from an address, so that nobody shuts out an operator from elsewhere, and for an address.

use super::Console;
use super::api::{self, refusal};
use super::session::{self, address_of, cookie_name, cookies, set_cookie, token_of};
use crate::actor::Actor;
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::app::clock::system_now;
use crate::audit::{self, Called};
use crate::doors::caller::Caller;
use crate::methods::console::wrong;
use crate::rate_limit::Attempt;
use axum::extract::{Request, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::operator::{NAME_CHARS_MAX, PASSWORD_BYTES_MAX, SESSION_IDLE_MS, SESSION_MAX_MS, check_password};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Map;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use store::operator::{self, Session};
use store::{Fault, Tx};

/// The longest request: a password, in JSON that may write each byte in six.
const BODY_BYTES_MAX: usize = 8 << 10;
/// The longest name of a browser that is kept, characters.
const BROWSER_CHARS_MAX: usize = 200;

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct NewPassword {
    link: String,
    password: String,
}

/// A request of one of the three.
struct Asking {
    console: Arc<Console>,
    head: Parts,
    body: Vec<u8>,
    trace_id: String,
}

impl Asking {
    /// A request of a page of ours, read whole.
    async fn read(console: Arc<Console>, request: Request) -> Result<Asking, Response> {
        let trace_id = console.app.new_trace_id();
        let (head, body) = request.into_parts();
        if let Err(status) = session::is_ours(&head, &console.hosts) {
            return Err(refusal(status, &wrong("this is not the console's own page"), &trace_id));
        }
        let body = api::whole(body, BODY_BYTES_MAX, &trace_id).await?;
        Ok(Asking { console, head, body: body.to_vec(), trace_id })
    }

    fn app(&self) -> &Arc<App> {
        &self.console.app
    }

    fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    fn unreadable(&self) -> Response {
        self.refused(StatusCode::OK, "the request cannot be read")
    }

    fn refused(&self, status: StatusCode, text: &'static str) -> Response {
        refusal(status, &wrong(text), &self.trace_id)
    }

    fn failed(&self, error: &CallError) -> Response {
        refusal(StatusCode::OK, error, &self.trace_id)
    }

    fn address(&self) -> IpAddr {
        self.head.extensions.get().map_or(Ipv4Addr::UNSPECIFIED.into(), |&Caller(address)| address)
    }

    /// A success, with a cookie that keeps `secret`, or none any more if that is empty.
    fn done(&self, secret: &str) -> Response {
        let mut response = api::done(&self.trace_id);
        let cookie = set_cookie(self.app(), &self.head, &self.console.hosts, secret);
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }

    /// Begins an attempt with a name's password, and one of the address; none of them when too many have failed.
    async fn attempts(&self, subject: &str) -> Option<[Attempt; 2]> {
        let (app, address) = (self.app(), self.address());
        let of_address = app.wrong_sign_ins.begin(address, subject).await?;
        match app.wrong_passwords.begin((address, subject.to_owned()), subject).await {
            Some(of_name) => Some([of_address, of_name]),
            None => {
                of_address.did_not_fail();
                None
            }
        }
    }

    /// Keeps that an operator has signed in, out, or set a password.
    fn act(&self, actor: &Actor, what: &'static str) -> store::audit::Act {
        let (members, trace_id) = (Map::new(), self.trace_id.as_str());
        let called = Called { actor, pid: "", method: what, members: &members, hidden: &[], trace_id };
        audit::ended(called.begun(self.app()), &Ok(()))
    }

    fn somebody(&self, name: String) -> Actor {
        Actor { name, grants: Vec::new(), address: address_of(&self.head), session: None }
    }
}

/// Signs in.
pub async fn sign_in(State(console): State<Arc<Console>>, request: Request) -> Response {
    let asking = match Asking::read(console, request).await {
        Ok(asking) => asking,
        Err(refused) => return refused,
    };
    let Some(SignIn { name, password }) = asking.json() else { return asking.unreadable() };
    if name.is_empty() || NAME_CHARS_MAX < name.len() || PASSWORD_BYTES_MAX < password.len() {
        return asking.refused(StatusCode::UNAUTHORIZED, "the name or the password is wrong");
    }
    let Some(attempts) = asking.attempts(&name).await else {
        return asking
            .refused(StatusCode::TOO_MANY_REQUESTS, "too many wrong passwords: wait for a quarter of an hour");
    };
    match begun(&asking, name, password).await {
        Ok(Some(secret)) => {
            attempts.into_iter().for_each(Attempt::did_not_fail);
            asking.done(&secret)
        }
        Ok(None) => {
            tracing::info!(trace_id = asking.trace_id, address = %asking.address(), "a sign-in was refused");
            asking.refused(StatusCode::UNAUTHORIZED, "the name or the password is wrong")
        }
        Err(error) => {
            attempts.into_iter().for_each(Attempt::did_not_fail);
            asking.failed(&error)
        }
    }
}

/// Begins a session if the password is right: what the browser keeps of it. Sessions that are over are removed with it.
async fn begun(asking: &Asking, name: String, password: String) -> Answer<Option<String>> {
    let app = asking.app();
    let known = name.clone();
    let found = app.store.read(move |tx: &mut Tx| operator::get(tx, &known)).await?;
    let kept = found.filter(|operator| operator.is_enabled).and_then(|operator| operator.password);
    if !app.passwords.is_right(kept.clone(), password).await? {
        return Ok(None);
    }
    let (secret, now) = (format!("{}{}", app.new_secret(), app.new_secret()), system_now());
    let browser = asking.head.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = Session {
        token: token_of(&secret),
        name: name.clone(),
        made_at: now,
        used_at: now,
        address: address_of(&asking.head),
        browser: browser.chars().take(BROWSER_CHARS_MAX).collect(),
    };
    // A session that this browser had before is over: it may have been given to it by somebody else.
    let before = cookies(&asking.head, &cookie_name(app)).next().map(|secret| token_of(&secret));
    let act = asking.act(&asking.somebody(name), "sign in");
    let write = move |tx: &mut Tx| {
        operator::hold(tx)?;
        let operator = operator::get(tx, &session.name)?;
        if !operator.is_some_and(|operator| operator.is_enabled && operator.password == kept) {
            return Ok(false);
        }
        operator::end_old(tx, now - SESSION_MAX_MS, now - SESSION_IDLE_MS)?;
        if let Some(before) = &before {
            operator::end(tx, before)?;
        }
        operator::begin(tx, &session)?;
        audit::append(tx, &act)?;
        Ok::<_, Fault>(true)
    };
    Ok(app.store.write(write).await?.then_some(secret))
}

/// Signs out; whoever has not signed in is answered the same.
pub async fn sign_out(State(console): State<Arc<Console>>, request: Request) -> Response {
    let asking = match Asking::read(console, request).await {
        Ok(asking) => asking,
        Err(refused) => return refused,
    };
    let app = asking.app();
    if let Some(token) = cookies(&asking.head, &cookie_name(app)).next().map(|secret| token_of(&secret)) {
        let somebody = asking.act(&asking.somebody(String::new()), "sign out");
        let write = move |tx: &mut Tx| {
            let Some(session) = operator::session(tx, &token)? else { return Ok(()) };
            operator::end(tx, &token)?;
            audit::append(tx, &store::audit::Act { operator: session.name, ..somebody.clone() })
        };
        if let Err(fault) = app.store.write::<_, Fault, _>(write).await {
            return asking.failed(&fault.into());
        }
    }
    asking.done("")
}

/// Sets a password by a link. All sessions of the operator end.
pub async fn set_password(State(console): State<Arc<Console>>, request: Request) -> Response {
    let asking = match Asking::read(console, request).await {
        Ok(asking) => asking,
        Err(refused) => return refused,
    };
    let Some(asked) = asking.json::<NewPassword>() else { return asking.unreadable() };
    // Nobody guesses a link; what is bounded here is the work of one that does not work.
    let Some(attempts) = asking.attempts(&token_of(&asked.link)).await else {
        return asking.refused(StatusCode::TOO_MANY_REQUESTS, "too many links that do not work: wait a little");
    };
    match password_set(&asking, asked).await {
        Ok(is_set) => {
            if is_set {
                attempts.into_iter().for_each(Attempt::did_not_fail);
                return asking.done("");
            }
            asking.refused(StatusCode::OK, "this link has been used, or is over: ask for another one")
        }
        Err(error) => {
            attempts.into_iter().for_each(Attempt::did_not_fail);
            asking.failed(&error)
        }
    }
}

async fn password_set(asking: &Asking, NewPassword { link, password }: NewPassword) -> Answer<bool> {
    let (app, link, now) = (asking.app(), token_of(&link), system_now());
    let known = link.clone();
    let Some(name) = app.store.read(move |tx: &mut Tx| operator::of_link(tx, &known, now)).await? else {
        return Ok(false);
    };
    check_password(&name, &password).map_err(wrong)?;
    let hash = app.passwords.hashed(password, app.new_salt()).await?;
    let act = asking.act(&asking.somebody(name), "set the password");
    let write = move |tx: &mut Tx| {
        operator::hold(tx)?;
        // Of two at once with one link, the first sets it.
        let Some(name) = operator::of_link(tx, &link, now)? else { return Ok(false) };
        operator::set_password(tx, &name, &hash)?;
        operator::end_all(tx, &name)?;
        audit::append(tx, &act)?;
        Ok::<_, Fault>(true)
    };
    Ok(app.store.write(write).await?)
}
