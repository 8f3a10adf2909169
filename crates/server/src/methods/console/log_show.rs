//! `punchcard.log.show`: one answered call with what was found out about it, what was sent and answered where that was
//! kept, and what it has made.

use super::call::CallSummary;
use super::caused::{CausedView, caused};
use super::{Argument, not_found, read_long, signature_show, wrong};
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use crate::request_log::FullCall;
use serde::{Deserialize, Serialize};
use store::call_log::{self, Filter};
use store::rejected_call::RejectedCall;
use store::{Fault, Tx};

/// See the module.
pub struct LogShow;

biz! {
    /// The request.
    pub struct Request {
        /// The call's trace id, or how it begins.
        trace_id: Argument,
    }
}

/// A call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CallView {
    /// In short.
    #[serde(flatten)]
    pub summary: CallSummary,
    /// What `punchcard.signature.show` tells of it, where something was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RejectedCall>,
    /// What was sent and answered, where that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<FullCall<'static>>,
    /// The string that the gateway verified, made of the parameters as they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_to_sign: Option<String>,
    /// What it has made, by ids.
    pub caused: Vec<CausedView>,
}

impl Method for LogShow {
    const NAME: &'static str = "punchcard.log.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = CallView;
}

impl OperatorRead for LogShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<CallView> {
        let app = &call.app;
        let asked = request.trace_id.to_string();
        app.request_log.flush().await;
        let filter = Filter { trace_id: asked.clone(), ..Filter::default() };
        let read = move |tx: &mut Tx| {
            let found = call_log::newest(tx, &filter, i64::MAX, 2)?;
            let [kept] = &found[..] else { return Ok(Err(found.len())) };
            let full = call_log::full(tx, kept)?;
            let caused = caused(tx, &kept.call.made)?;
            Ok::<_, Fault>(Ok((kept.clone(), full, caused)))
        };
        let found = read_long(app, read).await?.map_err(CallError::from)?;
        let (kept, full, caused) = found.map_err(|found| match found {
            0 => not_found(format!(
                "no call with trace {asked} is in the log; punchcard doctor {asked} may know of an earlier one"
            )),
            _ => wrong(format!("the traces of several calls begin with {asked}")),
        })?;
        // Another build may have kept it otherwise.
        let full: Option<FullCall<'static>> = full.and_then(|content| serde_json::from_str(&content).ok());
        let refusal = signature_show::find(app, kept.call.trace_id.clone()).await?;
        let mut summary = CallSummary::from(kept);
        if let Some(refusal) = &refusal {
            refusal.cause.clone_into(&mut summary.cause);
        }
        Ok(CallView {
            refusal,
            string_to_sign: full.as_ref().and_then(FullCall::string_to_sign),
            summary,
            full,
            caused,
        })
    }
}
