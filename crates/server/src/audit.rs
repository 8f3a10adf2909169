//! What operators did, as it is kept: who, from where, about which merchant, with which words and with what result.
//!
//! A merchant's method adds its row in its own transaction, so there is no such act without its row and no row without
//! the act. An operator's method may take many transactions; a row says that it begins, before it does anything, and
//! one how it ended. Secrets are in neither.

use crate::actor::Actor;
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::app::clock::system_now;
use crate::request_log::masked;
use serde_json::{Map, Value};
use store::audit::{self, Act};
use store::{Fault, Tx};
use wire::sha256;

/// The longest text of a member of a request that is kept, characters: a file is told by its length.
const MEMBER_CHARS_MAX: usize = 200;
/// The longest request that is kept, characters.
const REQUEST_CHARS_MAX: usize = 4_000;

/// A call of an operator that is to be kept.
pub struct Called<'a> {
    /// Who calls.
    pub actor: &'a Actor,
    /// The merchant, or nothing.
    pub pid: &'a str,
    /// The method.
    pub method: &'a str,
    /// The members of its request.
    pub members: &'a Map<String, Value>,
    /// Those that are not kept.
    pub hidden: &'a [&'a str],
    /// The call's name in the log.
    pub trace_id: &'a str,
}

impl Called<'_> {
    /// Its row, as one that has begun.
    pub fn begun(&self, app: &App) -> Act {
        let Called { actor, pid, method, members, hidden, trace_id } = self;
        Act {
            at: app.clock.now(),
            wall_at: system_now(),
            operator: actor.name.clone(),
            address: actor.address.clone(),
            pid: (*pid).to_owned(),
            method: (*method).to_owned(),
            request: request(members, hidden),
            code: String::new(),
            sub_code: String::new(),
            trace_id: (*trace_id).to_owned(),
        }
    }
}

/// What is kept of a request.
fn request(members: &Map<String, Value>, hidden: &[&str]) -> String {
    let kept = members.iter().map(|(name, value)| {
        let value = match value {
            _ if hidden.contains(&name.as_str()) => Value::from("***"),
            Value::String(text) if MEMBER_CHARS_MAX < text.chars().count() => {
                Value::from(format!("({} bytes)", text.len()))
            }
            value => value.clone(),
        };
        (name.clone(), value)
    });
    let text = masked(&Value::Object(kept.collect()).to_string());
    text.chars().take(REQUEST_CHARS_MAX).collect()
}

/// The SHA-256 of a secret in hexadecimal: what the store has of it.
pub fn sha256_hex(secret: &str) -> String {
    sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds a row; the last thing that a transaction does.
pub fn append(tx: &mut Tx, act: &Act) -> Result<(), Fault> {
    audit::append(tx, act, sha256)
}

/// The same act with what it was answered.
pub fn ended<T>(act: Act, answer: &Answer<T>) -> Act {
    let (code, sub_code) = match answer {
        Ok(_) => ("10000", String::new()),
        Err(CallError::Rejection(rejection)) => (rejection.code, rejection.sub_code.to_string()),
        Err(CallError::Error(_) | CallError::Stale) => (wire::code::UNKNOWN_ERROR.code, String::new()),
    };
    Act { code: code.to_owned(), sub_code, wall_at: system_now(), ..act }
}

/// Adds a row in a transaction of its own, in which whoever acts still may.
pub async fn record(app: &App, actor: &Actor, act: Act) -> Answer<()> {
    let actor = actor.clone();
    let write = move |tx: &mut Tx| {
        actor.still_may(tx)?;
        append(tx, &act).map_err(CallError::from)
    };
    app.store.write(write).await
}

/// Adds the row of what has happened already, whoever may still act; should that fail, the log has it.
pub async fn record_end(app: &App, act: Act) {
    let (operator, method, trace_id) = (act.operator.clone(), act.method.clone(), act.trace_id.clone());
    if let Err(fault) = app.store.write(move |tx: &mut Tx| append(tx, &act)).await {
        let error = &fault as &dyn std::error::Error;
        tracing::error!(operator, method, trace_id, error, "what came of an operator's act could not be kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_and_files_are_not_kept() {
        let members = json!({
            "token": "201609BB1dfe7bbd1f7a6b2ed4b8d3a6c1c09cd6", "password": "correct horse battery", "text": "pay_pin",
            "file": "x".repeat(201), "name": "crowd", "limit": 5
        });
        let Value::Object(members) = members else { unreachable!("an object") };
        let kept = request(&members, &["text"]);
        for secret in ["201609BB", "horse", "pay_pin", "xxx"] {
            assert!(!kept.contains(secret), "{kept}");
        }
        assert!(kept.contains("(201 bytes)") && kept.contains("\"limit\":5"), "{kept}");
    }
}
