//! Runs a method for a door, whichever door that is, and records how it was answered.
//!
//! A door says who calls and in what form. From there on everything is the same for all of them: waiting for the crowd
//! index, finding the merchant that the call acts for, looking again when the caller's app has changed meanwhile, the
//! log, the metrics.

use super::THE_LIST;
use super::access::{Doors, Need, Rights};
use super::call::CallContext;
use super::entry::Entry;
use super::method::OperatorCall;
use super::run::Output;
use crate::actor::Actor;
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::audit::{self, Called};
use crate::biz::{self, Unknown};
use crate::directory::{self, Wanted};
use crate::metrics::Metrics;
use crate::request_log::MadeIds;
use serde_json::{Map, Value};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::{Rejection, SignType, code};

/// While the crowd index is being built, calls wait this long for it; SDKs give up after 15 seconds or more.
const READY_TIME_MAX: Duration = Duration::from_secs(10);
/// How often a call is looked up again when its app or authorisation changes under it.
const STALE_MAX: usize = 3;

/// A call whose caller is known, as its door has read it.
pub struct KnownCall<'a> {
    /// The method.
    pub entry: &'static Entry,
    /// The calling app, as it was when the door looked it up.
    pub app: &'a directory::App,
    /// The certificate that the call was verified with; `None` for the app's registered key.
    pub cert_sn: Option<&'a str>,
    /// The authorisation that the app calls with; without one it acts for its own merchant.
    pub token: Option<&'a str>,
    /// The business parameters.
    pub content: Content<'a>,
    /// The other parameters.
    pub context: CallContext,
}

/// The business parameters of a call, as its door has found them.
pub enum Content<'a> {
    /// A JSON object's text; nothing stands for an object without members.
    Json(Option<&'a str>),
    /// Parameters of the call itself, which are the method's fields.
    Parameters(Map<String, Value>),
}

/// What became known of a call while it ran, whatever its answer.
#[derive(Default)]
pub struct Findings {
    /// The merchant that it acts for, the app's own until that is decided.
    pub pid: Option<String>,
    /// The members of the request that the method does not know; only in a stand-in.
    pub unknown: Vec<Unknown>,
    /// The ids that it was given for what it makes.
    pub made: MadeIds,
}

/// Runs a call; the business members of its answer. When the app or its authorisation has changed since it was looked
/// up, looks again and repeats.
pub async fn run(app: &Arc<App>, call: KnownCall<'_>, findings: &mut Findings) -> Result<String, Rejection> {
    let (trace_id, method) = (call.context.trace_id.as_str(), call.entry.name);
    findings.made = call.context.made.clone();
    // A half-built index would count some of the members.
    if !app.until_ready(READY_TIME_MAX).await {
        tracing::warn!(trace_id, "not ready: the crowd index is still being built");
        return Err(unavailable());
    }
    for attempt in 0..STALE_MAX {
        let fresh = if attempt == 0 { None } else { app.directory.app(&call.app.row.app_id) };
        let fresh = fresh.as_deref().unwrap_or(call.app);
        if fresh.key_for(call.cert_sn) != call.app.key_for(call.cert_sn) {
            // Verified with a key that has just been taken away: the repeat will be told so.
            return Err(unavailable());
        }
        let failure = match attempt_once(app, fresh, &call, findings).await {
            Ok(business) => return Ok(business),
            Err(CallError::Rejection(rejection)) => return Err(rejection),
            Err(CallError::Error(failure)) => Err(failure),
            Err(CallError::Stale) => app.directory.refresh(&app.store, call.token).await,
        };
        if let Err(failure) = failure {
            let error = &failure as &dyn Error;
            tracing::error!(trace_id, method, error, "the store failed");
            return Err(unavailable());
        }
    }
    tracing::error!(trace_id, method, "the caller's app kept changing");
    Err(unavailable())
}

async fn attempt_once(
    app: &Arc<App>,
    fresh: &directory::App,
    call: &KnownCall<'_>,
    findings: &mut Findings,
) -> Answer<String> {
    let entry = call.entry;
    let caller = app.directory.caller(&app.store, fresh, call.token, entry.name, app.clock.now()).await?;
    findings.pid = Some(caller.pid.clone());
    let members = match &call.content {
        Content::Json(text) => biz::object(*text).map_err(|rejection| entry.refusal(rejection))?,
        Content::Parameters(members) => members.clone(),
    };
    if app.gives_hints() {
        findings.unknown = biz::unknown(&members, entry.fields);
    }
    entry.run(app.clone(), caller, call.context.clone(), members).await
}

/// Runs a command's call. Whoever asks for a member that the method does not know is refused: it is of another build,
/// and means something by it.
pub async fn operate(door: Doors, name: &str, call: OperatorCall, members: Map<String, Value>) -> Answer<Output> {
    let (app, started) = (call.app.clone(), Instant::now());
    let unknown = || code::INVALID_METHOD.with_msg(format!("operators cannot call {name} in this build"));
    let entry = Entry::at(door, name).ok_or_else(unknown)?;
    let answer = if call.actor.rights_for_all().is_some_and(|rights| rights.allow(entry.need)) {
        operated(entry, call, members).await
    } else {
        Err(code::INSUFFICIENT_USER_PERMISSIONS.into())
    };
    app.metrics.called(label(door), Some(name), outcome_of(&answer), started.elapsed());
    answer
}

/// The code that an operator's call is answered with.
pub fn outcome_of(answer: &Answer<Output>) -> &'static str {
    match answer {
        Ok(_) => "10000",
        Err(CallError::Rejection(rejection)) => rejection.code,
        Err(CallError::Error(_) | CallError::Stale) => code::UNKNOWN_ERROR.code,
    }
}

async fn operated(entry: &Entry, call: OperatorCall, members: Map<String, Value>) -> Answer<Output> {
    if let Some(unknown) = biz::unknown(&members, entry.fields).first() {
        let text = format!("{} has no member {} in this build", entry.name, unknown.path);
        return Err(code::INVALID_PARAMETER.with_msg(text).into());
    }
    entry.operate(call, members).await
}

/// What a signed-in operator's call is about.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// The whole store.
    Store,
    /// One merchant, whom the path names.
    Merchant(&'a str),
}

impl<'a> Place<'a> {
    /// The merchant.
    pub fn pid(self) -> Option<&'a str> {
        match self {
            Place::Store => None,
            Place::Merchant(pid) => Some(pid),
        }
    }
}

/// The member of an operator's request that names the merchant. A method that has it answers for that merchant alone.
const PID: &str = "pid";

/// What the operator may do there with a method; `None` for a merchant that the operator has nothing to do with, and
/// for a method that is not about what the path names.
pub fn rights(actor: &Actor, place: Place<'_>, entry: &Entry) -> Option<Rights> {
    let names_merchant = entry.is_merchants() || entry.fields.iter().any(|field| field.name == PID);
    match place {
        Place::Store if entry.is_merchants() => None,
        Place::Store if entry.need == Need::Nothing => Some(Rights::NONE),
        Place::Store => actor.rights_for_all(),
        Place::Merchant(pid) if names_merchant => actor.rights_for(pid),
        Place::Merchant(_) => None,
    }
}

/// Whether the operator may call a method for a merchant at least, or for the whole store.
pub fn may_call(actor: &Actor, entry: &Entry) -> bool {
    let merchants = actor.grants.iter().map(|grant| rights(actor, Place::Merchant(&grant.pid), entry));
    let all = merchants.chain([rights(actor, Place::Store, entry)]);
    all.flatten().any(|rights| rights.allow(entry.need))
}

/// A signed-in operator's call, which the operator may make.
pub struct OperatedCall<'a> {
    /// The method.
    pub entry: &'static Entry,
    /// Who calls.
    pub actor: &'a Arc<Actor>,
    /// What it is about.
    pub place: Place<'a>,
    /// The call's name in the log.
    pub trace_id: &'a str,
}

/// Runs a signed-in operator's call. The merchant is the path's: a body that names another is refused. A merchant's
/// method is called by an app that may act for the merchant, in the operator's name.
pub async fn operate_at(app: &Arc<App>, call: OperatedCall<'_>, mut members: Map<String, Value>) -> Answer<Output> {
    let OperatedCall { entry, actor, place, trace_id } = call;
    if entry.is_merchants() {
        let Place::Merchant(pid) = place else { return Err(code::INVALID_METHOD.into()) };
        let has = |name: &str| entry.fields.iter().any(|field| field.name == name);
        if has("operator_id") && has("operator_type") {
            members.insert("operator_id".to_owned(), actor.name.as_str().into());
            members.insert("operator_type".to_owned(), "MER_OPERATOR".into());
        }
        let answer = for_merchant(app, entry, actor, pid, trace_id, members.clone()).await;
        // What succeeds has its row already, in its own transaction.
        if entry.writes && answer.is_err() {
            let called = Called { actor, pid, method: entry.name, members: &members, hidden: &[], trace_id };
            audit::record_end(app, audit::ended(called.begun(app), &answer)).await;
        }
        return answer.map(Output::Json);
    }
    let named = members.get(PID).and_then(Value::as_str);
    if named.is_some() && named != place.pid() {
        return Err(biz::invalid(PID, "is the path's").into());
    }
    if let Some(pid) = place.pid() {
        members.insert(PID.to_owned(), pid.into());
    }
    let (trace_id, input) = (trace_id.to_owned(), Box::new(std::io::empty()));
    let call = OperatorCall { app: app.clone(), actor: actor.clone(), trace_id, input };
    operated(entry, call, members).await
}

/// Runs a merchant's method for an operator; looks again when the app or its authorisation has changed meanwhile.
async fn for_merchant(
    app: &Arc<App>,
    entry: &'static Entry,
    actor: &Arc<Actor>,
    pid: &str,
    trace_id: &str,
    members: Map<String, Value>,
) -> Answer<String> {
    if !app.until_ready(READY_TIME_MAX).await {
        return Err(unavailable().into());
    }
    for _ in 0..STALE_MAX {
        let (app_id, method, now) = (actor.app_for(pid), entry.name, app.clock.now());
        let wanted = Wanted { pid, app_id, operator: actor, method, now };
        let caller = app.directory.caller_for(&app.store, &wanted).await?;
        let context = CallContext::checked(None, SignType::Rsa2, trace_id, Arc::default())?;
        match entry.run(app.clone(), caller, context, members.clone()).await {
            Err(CallError::Stale) => app.directory.refresh(&app.store, None).await?,
            answer => return answer,
        }
    }
    Err(CallError::Stale)
}

/// The doors' names in the metrics. The gateway has none: its series are older than the other doors.
pub fn label(door: Doors) -> &'static str {
    match door {
        Doors::GATEWAY => "",
        Doors::V3 => "v3",
        Doors::CONSOLE => "console",
        _ => "control",
    }
}

/// The counters of a process: one for each method and door that answers it.
pub fn metrics(outcomes: impl IntoIterator<Item = &'static str>) -> Metrics {
    let signed = [Doors::GATEWAY, Doors::V3].map(|door| THE_LIST.iter().map(move |entry| (label(door), entry.name)));
    let operated =
        [Doors::CONTROL, Doors::CONSOLE].map(|door| Entry::all(door).map(move |entry| (label(door), entry.name)));
    Metrics::new(signed.into_iter().flatten().chain(operated.into_iter().flatten()), outcomes)
}

/// The answer of a call that cannot be answered now, whatever the reason: the log has it.
pub fn unavailable() -> Rejection {
    code::UNKNOWN_ERROR
}

/// An answered call, as its door knows it.
pub struct AnsweredCall<'a> {
    /// The door that it came through.
    pub door: Doors,
    /// The call's name in the log.
    pub trace_id: &'a str,
    /// The method, whatever the caller has sent as its name.
    pub method: Option<&'a str>,
    /// The calling app, as far as the directory knows it.
    pub app_id: Option<&'a str>,
    /// The merchant that it acts for, once that was decided.
    pub pid: Option<&'a str>,
    /// The refusal that it was answered with.
    pub refusal: Option<&'a Rejection>,
    /// The time from its head to its answer.
    pub took: Duration,
}

/// Records a signed call that was answered: in the metrics and in the log. The request log gets it from its door.
pub fn record(app: &App, call: &AnsweredCall<'_>) {
    let &AnsweredCall { door, trace_id, method, app_id, pid, refusal, took } = call;
    let code = refusal.map_or("10000", |refusal| refusal.code);
    app.metrics.called(label(door), method, code, took);
    tracing::info!(
        trace_id,
        method,
        app_id,
        pid,
        code,
        sub_code = refusal.map(|refusal| &*refusal.sub_code),
        field = refusal.and_then(biz::refused_field),
        elapsed_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "call"
    );
}
