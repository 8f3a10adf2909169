//! What surrounds a method, once for all: reading the request and rendering the answer; for a merchant's also the
//! transaction, the check that the caller still may, and idempotency; for an operator's also the line in the log.

use super::call::{Call, CallContext};
use super::method::{
    Key, Method, Once, OperatorCall, OperatorExport, OperatorRead, OperatorWrite, Read, Recomputed, Upload, Write,
};
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::audit::{self, Called};
use crate::biz::{self, Biz};
use crate::directory::Caller;
use crate::terminal::clipped;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::PipeReader;
use std::sync::Arc;
use store::audit::Act;
use store::idempotency::{self, Outcome};
use store::{Fault, Tx};
use wire::Rejection;

/// Runs a method that changes nothing; its answer as JSON.
pub async fn read<M: Read>(
    app: Arc<App>,
    caller: Caller,
    context: CallContext,
    members: Map<String, Value>,
) -> Answer<String> {
    let request = M::Request::read(&members)?;
    let call = Arc::new(Call::new(&app, caller, context, String::new(), 0));
    let in_tx = call.clone();
    let load = move |tx: &mut Tx| {
        in_tx.caller.still_may(tx)?;
        M::load(&in_tx, tx, &request)
    };
    let loaded = app.store.read(load).await?;
    M::answer(&call, loaded).map(|response| render(&response))
}

/// Runs a method that changes something; its answer as JSON.
pub async fn write<M: Write>(
    app: Arc<App>,
    caller: Caller,
    context: CallContext,
    members: Map<String, Value>,
) -> Answer<String> {
    in_transaction::<M>(&app, caller, context, members, M::NEW_IDS, |call, tx, request| {
        let handle = |tx: &mut Tx| M::handle(call, tx, request).map(|response| render(&response));
        let (within, key, fingerprint, conflict) = match M::once(request) {
            Once::Natural => return handle(tx),
            Once::Stored { within, key, conflict } => (within, key, fingerprint(request), Some(conflict)),
            // Nothing is compared, so nothing can differ.
            Once::Replayed { within, key } => (within, key, fingerprint_of(Map::new()), None),
        };
        let scope = idempotency::scope(&[M::NAME, call.pid(), within]);
        match idempotency::stored(tx, &scope, key, &fingerprint, call.now, handle)? {
            Outcome::New(answer) | Outcome::Again(answer) => Ok(answer),
            Outcome::Conflict => match conflict {
                Some(conflict) => Err(conflict.into()),
                None => Err(Fault::bug("a claim of a key alone with content").into()),
            },
        }
    })
    .await
}

/// Runs a method that does a thing once under the caller's key; its answer as JSON.
pub async fn recomputed<M: Recomputed>(
    app: Arc<App>,
    caller: Caller,
    context: CallContext,
    members: Map<String, Value>,
) -> Answer<String> {
    in_transaction::<M>(&app, caller, context, members, M::NEW_IDS, |call, tx, request| {
        let checked = M::check(call, tx, request)?;
        let Key { scope, key, fingerprint, id } = M::key(call, request, &checked);
        let claim = idempotency::claim(tx, &scope, key, &fingerprint, id, call.now)?;
        M::handle(call, tx, request, checked, claim).map(|response| render(&response))
    })
    .await
}

/// Runs a method that takes files; its answer as JSON. What it does with the files waits for its turn.
pub async fn upload<M: Upload>(
    app: Arc<App>,
    caller: Caller,
    context: CallContext,
    members: Map<String, Value>,
) -> Answer<String> {
    let request = M::Request::read(&members)?;
    let act = act_of::<M>(&app, &caller, &context, &members);
    let call = Call::new(&app, caller, context, app.new_secret(), 0);
    let turn = app.file_work.take(&call.caller.app_id).await;
    let checking = move || {
        let checked = M::check(&call, &request);
        drop(turn);
        checked.map(|checked| (call, request, checked))
    };
    let checked = tokio::task::spawn_blocking(checking).await;
    // A thread that panics has said so in the log.
    let (call, request, checked) = checked.map_err(|_| Fault::bug("the check of an upload panicked"))??;
    let write = move |tx: &mut Tx| {
        call.caller.still_may(tx)?;
        let answer = M::handle(&call, tx, &request, &checked).map(|response| render(&response))?;
        if let Some(act) = &act {
            audit::append(tx, act)?;
        }
        Ok(answer)
    };
    app.store.write(write).await
}

/// Does `work`, which makes up to `new_ids` things, in one transaction for a caller who still may.
async fn in_transaction<M: Method>(
    app: &App,
    caller: Caller,
    context: CallContext,
    members: Map<String, Value>,
    new_ids: u16,
    work: impl Fn(&Call, &mut Tx, &M::Request) -> Answer<String> + Send + 'static,
) -> Answer<String> {
    let request = M::Request::read(&members)?;
    let first_number = if new_ids == 0 { 0 } else { app.store.next_numbers(new_ids).await? };
    let act = act_of::<M>(app, &caller, &context, &members);
    let call = Call::new(app, caller, context, app.new_secret(), first_number);
    let write = move |tx: &mut Tx| {
        call.caller.still_may(tx)?;
        let answer = work(&call, tx, &request)?;
        if let Some(act) = &act {
            audit::append(tx, act)?;
        }
        Ok(answer)
    };
    app.store.write(write).await
}

/// What is kept of it where an operator acts for the merchant, as one that succeeds.
fn act_of<M: Method>(app: &App, caller: &Caller, context: &CallContext, members: &Map<String, Value>) -> Option<Act> {
    let actor = caller.operator.as_deref()?;
    let (pid, trace_id) = (caller.pid.as_str(), context.trace_id.as_str());
    let called = Called { actor, pid, method: M::NAME, members, hidden: M::HIDDEN, trace_id };
    Some(audit::ended(called.begun(app), &Ok(())))
}

/// The answer of an operator's method.
pub enum Output {
    /// The answer's JSON.
    Json(String),
    /// A file that is still being written.
    File(PipeReader),
}

/// The code of a refusal by a method's own rules.
const BUSINESS_FAILED: &str = "40004";
/// The longest text of a log line on what an operator does, characters.
const ABOUT_CHARS_MAX: usize = 200;

/// Runs an operator's method that changes nothing.
pub async fn operator_read<M: OperatorRead>(call: OperatorCall, members: Map<String, Value>) -> Answer<Output> {
    let request = M::Request::read(&members)?;
    M::run(call, request).await.map(|response| Output::Json(render(&response)))
}

/// Runs an operator's method that changes something.
pub async fn operator_write<M: OperatorWrite>(call: OperatorCall, members: Map<String, Value>) -> Answer<Output> {
    let request = M::Request::read(&members)?;
    let (act, about) = M::action(&request);
    let about = clipped(&about, ABOUT_CHARS_MAX);
    let (app, operator) = (call.app.clone(), call.actor.name.clone());
    let begun = {
        let (actor, trace_id) = (&*call.actor, call.trace_id.as_str());
        let pid = members.get("pid").and_then(Value::as_str).unwrap_or_default();
        let called = Called { actor, pid, method: M::NAME, members: &members, hidden: M::HIDDEN, trace_id };
        called.begun(&app)
    };
    audit::record(&app, &call.actor, begun.clone()).await?;
    let (ended, done) = {
        let done = M::run(call, request).await;
        match &done {
            Ok(response) => tracing::info!(operator, act, about, outcome = M::outcome(response), "operator"),
            // What a request hides may be quoted in the text of its refusal.
            Err(CallError::Rejection(refused)) if !M::HIDDEN.is_empty() => {
                tracing::info!(operator, act, about, sub_code = &*refused.sub_code, "operator");
            }
            Err(error) => tracing::info!(operator, act, about, %error, "operator"),
        }
        let ended = audit::ended(begun, &done);
        let code = if done.as_ref().is_ok_and(M::is_refused) { BUSINESS_FAILED.to_owned() } else { ended.code };
        (Act { code, ..ended }, done.map(|response| Output::Json(render(&response))))
    };
    audit::record_end(&app, ended).await;
    done
}

/// Begins an operator's method whose answer is a file.
pub async fn operator_export<M: OperatorExport>(call: OperatorCall, members: Map<String, Value>) -> Answer<Output> {
    let request = M::Request::read(&members)?;
    let begun = M::begin(&call.app, request).await?;
    let (reader, writer) = std::io::pipe().map_err(|error| Rejection::business(biz::INVALID, error.to_string()))?;
    tokio::spawn(M::run(call.app, begun, writer));
    Ok(Output::File(reader))
}

fn render(response: &impl Serialize) -> String {
    serde_json::to_string(response).expect("responses serialise")
}

/// What makes two requests the same: a version byte and the canonical JSON of the non-empty known fields, so that a
/// field added later changes no old fingerprint (`docs/decisions.md`, "Request fingerprint").
pub fn fingerprint(request: &impl Biz) -> [u8; 32] {
    fingerprint_of(request.canonical())
}

/// The same of a request in normal form.
pub fn fingerprint_of(canonical: Map<String, Value>) -> [u8; 32] {
    const VERSION: u8 = 1;
    let mut canonical = Value::Object(canonical);
    canonical.sort_all_objects();
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, &canonical).expect("JSON serialises");
    wire::sha256(&bytes)
}
