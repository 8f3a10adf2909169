//! `POST /console/api/{pid}/{method}`: a call of THE LIST. The body is the JSON object of its request; the answer is
//! the node that the gateway would answer, unsigned, with the call's trace id. The status is 200 for whatever a method
//! answers, refusals too. Calls of the console are in the log, not in the request log: looking at that would fill it.
//!
//! The path says for which merchant, `-` for what belongs to none. A merchant that the operator may not see, or a
//! method that this door does not have, is answered like one that does not exist: 404.

use super::session::Hosts;
use super::{Console, place_of, session};
use crate::actor::Actor;
use crate::answer::CallError;
use crate::app::App;
use crate::biz;
use crate::control;
use crate::methods::console::wrong;
use crate::methods::dispatch::{self, OperatedCall, Place, unavailable};
use crate::methods::{Doors, Entry, Output};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Tx, operator, world};
use tokio::time::timeout;
use wire::{Rejection, code};

/// The longest request; a crowd's conditions are the longest that pages send.
const BODY_BYTES_MAX: usize = 1 << 20;
/// A request must have arrived within this time.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// Answers a call.
pub async fn call(
    State(console): State<Arc<Console>>,
    Path((pid, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    let app = &console.app;
    let trace_id = app.new_trace_id();
    let (head, body) = request.into_parts();
    if let Err(status) = session::is_ours(&head, &console.hosts) {
        return refusal(status, &wrong("this is not the console's own page"), &trace_id);
    }
    let actor = match session::actor(app, &head, &console.hosts).await {
        Ok(Some(actor)) => actor,
        Ok(None) => return nobody(app, &head, &console.hosts, &trace_id),
        Err(fault) => return refusal(StatusCode::SERVICE_UNAVAILABLE, &fault.into(), &trace_id),
    };
    let bytes = match whole(body, BODY_BYTES_MAX, &trace_id).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    // A body may take seconds, in which a session ends.
    if let Some(session) = actor.session.clone() {
        match app.store.read(move |tx: &mut Tx| operator::session(tx, &session)).await {
            Ok(Some(_)) => {}
            Ok(None) => return nobody(app, &head, &console.hosts, &trace_id),
            Err(fault) => return refusal(StatusCode::SERVICE_UNAVAILABLE, &fault.into(), &trace_id),
        }
    }
    let place = place_of(&pid);
    match answer(app, Asked { actor: Arc::new(actor), place, method: &method, body: &bytes, trace_id: &trace_id }).await
    {
        Ok((entry, Output::Json(answer))) => success(entry.is_merchants(), &answer, &trace_id),
        Ok((entry, Output::File(file))) => sent_file(file, entry.name),
        Err((status, error)) => refusal(status, &error, &trace_id),
    }
}

/// The answer to whoever has not signed in, or not for a while: the browser forgets what it kept.
fn nobody(app: &App, head: &Parts, hosts: &Hosts, trace_id: &str) -> Response {
    let mut response = refusal(StatusCode::UNAUTHORIZED, &wrong("nobody is signed in"), trace_id);
    if session::cookies(head, &session::cookie_name(app)).next().is_some()
        && let Ok(none) = HeaderValue::from_str(&session::set_cookie(app, head, hosts, ""))
    {
        response.headers_mut().insert(SET_COOKIE, none);
    }
    response
}

/// A body, read within bounds of bytes and of time.
pub(super) async fn whole(body: Body, bytes_max: usize, trace_id: &str) -> Result<Bytes, Response> {
    match timeout(BODY_TIME_MAX, Limited::new(body, bytes_max).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, &wrong("the request is too long"), trace_id)),
        Err(_) => Err(refusal(StatusCode::REQUEST_TIMEOUT, &wrong("the request did not arrive"), trace_id)),
    }
}

/// A call that has come whole.
struct Asked<'a> {
    actor: Arc<Actor>,
    place: Place<'a>,
    method: &'a str,
    body: &'a [u8],
    trace_id: &'a str,
}

/// Runs a call; an answer that is none comes with its status.
async fn answer(app: &Arc<App>, asked: Asked<'_>) -> Result<(&'static Entry, Output), (StatusCode, CallError)> {
    let Asked { actor, place, method, body, trace_id } = asked;
    let started = Instant::now();
    let answered = |error: CallError| (StatusCode::OK, error);
    let entry = Entry::at(Doors::CONSOLE, method).ok_or_else(unknown)?;
    match dispatch::rights(&actor, place, entry) {
        Some(rights) if rights.allow(entry.need) => {}
        Some(_) => return Err((StatusCode::FORBIDDEN, not_allowed(entry))),
        None => return Err(unknown()),
    }
    if let Place::Merchant(pid) = place {
        let asked = pid.to_owned();
        let known = app.store.read(move |tx| world::merchant(tx, &asked)).await;
        known.map_err(|fault| answered(fault.into()))?.ok_or_else(unknown)?;
    }
    let text = std::str::from_utf8(body).map_err(|_| answered(code::INVALID_PARAMETER.into()))?;
    let members = biz::object(Some(text)).map_err(|rejection| answered(rejection.into()))?;
    let outcome = dispatch::operate_at(app, OperatedCall { entry, actor: &actor, place, trace_id }, members).await;
    let code = dispatch::outcome_of(&outcome);
    app.metrics.called(dispatch::label(Doors::CONSOLE), Some(entry.name), code, started.elapsed());
    let (operator, pid) = (actor.name.as_str(), place.pid());
    tracing::info!(trace_id, method, operator, pid, code, "console");
    outcome.map(|output| (entry, output)).map_err(answered)
}

/// The answer for what does not exist, or not for this operator.
fn unknown() -> (StatusCode, CallError) {
    (StatusCode::NOT_FOUND, code::INVALID_METHOD.with_msg("no such method or merchant here").into())
}

fn not_allowed(entry: &Entry) -> CallError {
    let text = format!("this needs the right to {}", entry.need.name());
    code::INSUFFICIENT_USER_PERMISSIONS.with_msg(text).into()
}

/// The node of an answer. A merchant's method has its business members there, as at the gateway; what an operator's
/// method answers is the member `result`, for it may be a list, or have a `code` or `trace_id` of its own.
fn success(is_merchants: bool, answer: &str, trace_id: &str) -> Response {
    let mut node = head_of("10000", "Success", trace_id);
    match serde_json::from_str(answer) {
        Ok(Value::Object(members)) if is_merchants => node.extend(members),
        Ok(answer) => drop(node.insert("result".to_owned(), answer)),
        // Responses serialise to JSON.
        Err(_) => {}
    }
    sent(StatusCode::OK, node)
}

/// The node of a success that says no more.
pub(super) fn done(trace_id: &str) -> Response {
    sent(StatusCode::OK, head_of("10000", "Success", trace_id))
}

/// The node of a refusal.
pub(super) fn refusal(status: StatusCode, error: &CallError, trace_id: &str) -> Response {
    let unavailable = unavailable();
    let rejection: &Rejection = match error {
        CallError::Rejection(rejection) => rejection,
        CallError::Error(fault) => {
            tracing::error!(trace_id, error = fault as &dyn std::error::Error, "the store failed");
            &unavailable
        }
        CallError::Stale => &unavailable,
    };
    let mut node = head_of(rejection.code, rejection.msg, trace_id);
    node.insert("sub_code".to_owned(), json!(rejection.sub_code));
    node.insert("sub_msg".to_owned(), json!(rejection.sub_msg));
    if let Some(field) = biz::refused_field(rejection) {
        node.insert("field".to_owned(), json!(field));
    }
    sent(status, node)
}

fn head_of(code: &str, msg: &str, trace_id: &str) -> Map<String, Value> {
    [("code", code), ("msg", msg), ("trace_id", trace_id)]
        .map(|(name, text)| (name.to_owned(), json!(text)))
        .into_iter()
        .collect()
}

fn sent(status: StatusCode, node: Map<String, Value>) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, Value::Object(node).to_string()).into_response()
}

/// An answer that is a file, under the method's name.
fn sent_file(file: std::io::PipeReader, method: &str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_str(&format!("attachment; filename=\"{method}\""))
                .unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    (headers, control::file_body(file)).into_response()
}
