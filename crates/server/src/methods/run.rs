//! What surrounds a merchant's method, once for all: reading the request, the transaction, the check that the caller still
//! may, idempotency, rendering the answer.

use super::call::{Call, CallContext};
use super::method::{Once, Read, Write};
use crate::answer::Answer;
use crate::app::App;
use crate::biz::Biz;
use crate::directory::Caller;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use store::Tx;
use store::once::{self, Outcome};

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
    let request = M::Request::read(&members)?;
    let call = new_call(&app, caller, context, M::NEW_IDS).await?;
    let write = move |tx: &mut Tx| {
        call.caller.still_may(tx)?;
        let handle = |tx: &mut Tx| M::handle(&call, tx, &request).map(|response| render(&response));
        match M::once(&request) {
            Once::Natural => handle(tx),
            Once::Stored { within, key, conflict } => {
                let scope = format!("{}/{}/{within}", M::NAME, call.pid());
                match once::stored(tx, &scope, key, &fingerprint(&request), call.now, handle)? {
                    Outcome::New(answer) | Outcome::Again(answer) => Ok(answer),
                    Outcome::Conflict => Err(conflict.into()),
                }
            }
        }
    };
    app.store.write(write).await
}

/// A call that may make `new_ids` things.
async fn new_call(app: &App, caller: Caller, context: CallContext, new_ids: u16) -> Answer<Call> {
    let first_number = if new_ids == 0 { 0 } else { app.store.next_numbers(new_ids).await? };
    Ok(Call::new(app, caller, context, app.new_secret(), first_number))
}

fn render(response: &impl Serialize) -> String {
    serde_json::to_string(response).expect("responses serialise")
}

/// What makes two requests the same: a version byte and the canonical JSON of the non-empty known fields, so that a field
/// added later changes no old fingerprint (DECISIONS.md 2).
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
