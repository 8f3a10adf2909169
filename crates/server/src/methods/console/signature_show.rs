//! `punchcard.signature.show`: what was found out about one of the calls that `punchcard.signature.list` lists.

use super::{Argument, not_found};
use crate::answer::Answer;
use crate::app::App;
use crate::biz::biz;
use crate::hints::SIGN_LINE;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::rejected_call::{self, RejectedCall};
use store::{Fault, Tx};
use wire::diagnosis::{Cause, Diagnosis, another_app};

/// See the module.
pub struct SignatureShow;

biz! {
    /// The request.
    pub struct Request {
        /// The call's trace id.
        trace_id: Argument,
    }
}

impl Method for SignatureShow {
    const NAME: &'static str = "punchcard.signature.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = RejectedCall;
}

/// How many apps' keys a signature is compared with that its own app's key has not made.
const KEYS_MAX: usize = 1_000;

impl OperatorRead for SignatureShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<RejectedCall> {
        let trace_id = request.trace_id.to_string();
        let unknown = not_found(format!(
            "no refusal with trace {trace_id} is kept; punchcard doctor lists the last ones, and punchcard log \
                 --trace {trace_id} shows the call"
        ));
        find(&call.app, trace_id).await?.ok_or(unknown)
    }
}

/// What was found out about the call of that trace, if that is still kept.
pub(super) async fn find(app: &App, trace_id: String) -> Answer<Option<RejectedCall>> {
    let found = app.store.read::<_, Fault, _>(move |tx: &mut Tx| rejected_call::find(tx, &trace_id)).await?;
    Ok(found.map(|found| with_owner(app, found)))
}

/// The same, with the other app whose key signed, if one of them did: only an operator is told.
fn with_owner(app: &App, mut found: RejectedCall) -> RejectedCall {
    if found.cause != Cause::UnknownKey.name() {
        return found;
    }
    let (advice, rest) = found.detail.split_once("\n\n").unwrap_or((&found.detail, ""));
    let Some(sign) = advice.lines().find_map(|line| line.strip_prefix(SIGN_LINE)) else { return found };
    let keys = app.directory.keys(KEYS_MAX);
    let others = keys.iter().filter(|(app_id, _)| *app_id != found.app_id).map(|(app_id, key)| (app_id.as_str(), key));
    if let Some(Diagnosis { cause, advice_en, advice_zh }) = another_app(sign.as_bytes(), others) {
        found.detail = format!("{advice_en}\n{advice_zh}\n{SIGN_LINE}{sign}\n\n{rest}");
        cause.name().clone_into(&mut found.cause);
    }
    found
}
