//! Calls, as a merchant's app makes them.

use super::{APP_ID, DemoError};
use crate::app::App;
use crate::methods::{CallContext, CallError, Entry};
use crate::request_log::MadeIds;
use serde_json::Value;
use std::sync::Arc;
use wire::SignType;

/// Calls a method as the merchant's app does, but for the signature.
pub(super) async fn call(app: &Arc<App>, method: &str, biz_content: Value) -> Result<Value, DemoError> {
    let entry = Entry::find(method).expect("a method of the list");
    let (Value::Object(members), Some(own)) = (biz_content, app.directory.app(APP_ID)) else {
        return Err(DemoError::Refused("the demo's app is gone".to_owned()));
    };
    let context = CallContext {
        notify_url: None,
        sign_type: SignType::Rsa2,
        trace_id: app.new_trace_id(),
        files: Arc::default(),
        made: MadeIds::default(),
    };
    let caller = app.directory.caller(&app.store, &own, None, method, app.clock.now()).await;
    let answer = match caller {
        Ok(caller) => entry.run(app.clone(), caller, context, members).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => Ok(serde_json::from_str(&answer)?),
        Err(CallError::Rejection(rejection)) => {
            Err(DemoError::Refused(format!("{method}: {} {}", rejection.sub_code, rejection.sub_msg)))
        }
        Err(CallError::Error(fault)) => Err(DemoError::Store(fault)),
        Err(CallError::Stale) => Err(DemoError::Refused(format!("{method}: the demo's app was changed meanwhile"))),
    }
}

/// A text of an answer.
pub(super) fn text(answer: &Value, pointer: &str) -> Result<String, DemoError> {
    let found = answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| DemoError::Refused(format!("the answer has no {pointer}: {answer}")))
}
