//! `/gateway.do`: a signed call, end to end, in the order it is read here.
//!
//! The order of refusals is the protocol's; whatever happens, the answer is HTTP 200, in the method's node, signed.

mod content;

use super::signed::finished::Finished;
use super::signed::{
    BODY_TOO_LONG, KeptAnswer, Outcome, RefusedSignature, STRING_KEPT_BYTES_MAX, SignedCall, content_key, defect,
    key_of, target_is_short, unread,
};
use crate::app::App;
use crate::app::clock::system_now;
use crate::bodies::{BODY_MAX, CallBody, MemoryShare};
use crate::directory;
use crate::hints::{self, CallNames, Hint};
use crate::methods::dispatch::{self, Findings, KnownCall};
use crate::methods::{AnswerForm, CallContext, Doors, Entry};
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, EXPECT, UPGRADE_INSECURE_REQUESTS};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use content::{content_of, decrypt};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use wire::diagnosis::{Cause, Effort, Keys, diagnose};
use wire::{
    BadSignature, Charset, DecryptError, Node, PublicKey, RawCall, Reader, Rejection, SignType, VerifiedCall,
    VerifyError, code,
};

/// How to answer: what the request says of it, or the protocol's defaults.
struct Terms {
    call: SignedCall,
    reader: Reader,
    /// Whether a person has opened the address, and sees what is answered.
    in_browser: bool,
    sign_type: SignType,
}

/// Answers a call.
pub async fn gateway(State(app): State<Arc<App>>, request: Request) -> Response {
    let mut signed = SignedCall::arrive(&app, Doors::GATEWAY, request.extensions());
    let in_browser = is_browsers(request.headers());
    let (call, bytes_in, read) = read(&app, request, signed.address, signed.limited).await;
    signed.method = call.method().map(str::to_owned);
    signed.in_certificate_mode = call.names_certificate();
    signed.finished = Finished::of(bytes_in);
    let (reader, sign_type) = call.answer_terms();
    let mut terms = Terms { call: signed, reader, in_browser, sign_type };
    let outcome = match &read {
        Err(rejection) => unverified(&app, call, rejection.clone(), &mut terms.call),
        Ok(_) => answer(&app, call, &mut terms.call).await,
    };
    let outcome = terms.call.within_limits(&app, outcome);
    let (response, answer) = seal(&app, &terms, &outcome);
    let trace_id = terms.call.end(&app, &outcome, answer);
    // The call is done, or the request log's; and with it what it held of the memory for bodies.
    drop(read);
    // Whoever is answered finds what the doctor knows of the call.
    app.rejected_call_is_kept(&trace_id).await;
    response
}

/// Takes query and body, and how many bytes they have. A target that is too long and a body that cannot be read are the
/// call's defect; what is held of the memory for bodies, with a body that could be read.
async fn read<'a>(
    app: &'a App,
    request: Request,
    caller: IpAddr,
    limited: bool,
) -> (RawCall, usize, Result<MemoryShare<'a>, Rejection>) {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default().as_bytes();
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if let Err(rejection) = target_is_short(&head.uri) {
        return (RawCall::read(b"", None, b""), 0, Err(rejection));
    }
    // Who asks before it sends a body is not told to go on with one that is too long.
    let is_too_long = usize::try_from(body.size_hint().lower()).map_or(true, |len| BODY_MAX < len);
    if is_too_long && head.headers.contains_key(EXPECT) {
        return (RawCall::read(query, None, b""), query.len(), Err(defect(BODY_TOO_LONG)));
    }
    match app.bodies.read(body, caller, limited).await {
        Ok(CallBody { bytes, share }) => {
            (RawCall::read(query, content_type, &bytes), query.len() + bytes.len(), Ok(share))
        }
        Err(error) => (RawCall::read(query, None, b""), query.len(), Err(unread(error))),
    }
}

/// The refusal of a call before it was verified. An address that is over its limit gets no advice, and nothing is kept
/// of its calls.
fn unverified(app: &App, call: RawCall, rejection: Rejection, signed: &mut SignedCall) -> Outcome {
    if signed.limited {
        return Outcome::Unverified(rejection);
    }
    let rejection = signed.advised(hints::unproved(app, &call, rejection, &signed.trace_id));
    signed.finished.keep_unverified(app, call, signed.app_id.as_deref());
    Outcome::Unverified(rejection)
}

/// The order is that of `docs/decisions.md`, "Order of refusals".
async fn answer(app: &Arc<App>, call: RawCall, signed: &mut SignedCall) -> Outcome {
    // Who calls, as far as an unverified request can say.
    let caller = match call.head() {
        Ok(head) => app.directory.app(head.app_id),
        Err(rejection) => return unverified(app, call, rejection, signed),
    };
    let Some(caller) = caller else { return unverified(app, call, code::INVALID_APP_ID, signed) };
    signed.app_id = Some(caller.row.app_id.clone());
    let sent = match call.terms() {
        Ok(sent) => sent,
        Err(rejection) => return unverified(app, call, rejection, signed),
    };
    let (cert_sn, root_sn) = (call.get("app_cert_sn"), call.get("alipay_root_cert_sn"));
    let key = match key_of(app, &caller, cert_sn, root_sn) {
        Ok(key) => key,
        Err(rejection) => return unverified(app, call, rejection, signed),
    };
    let fingerprint = call.get("sign").and_then(|sign| app.admission.freshness.fingerprint(&caller.row.app_id, sign));
    let mut call = match call.verify(sent, key) {
        Ok(call) => call,
        Err(VerifyError::Signature(_)) if signed.limited => return Outcome::Unverified(code::INVALID_SIGNATURE),
        Err(VerifyError::Signature(bad)) => {
            let outcome = refuse_signature(app, &bad, &caller, key, signed);
            signed.finished.keep_unverified(app, bad.call, signed.app_id.as_deref());
            return outcome;
        }
        Err(VerifyError::Text { rejection, reads_as }) => {
            let method = signed.method.as_deref().unwrap_or_default();
            let names = CallNames { trace_id: &signed.trace_id, app_id: &caller.row.app_id, method };
            let advised = hints::unreadable(app, rejection, reads_as, names);
            return Outcome::Verified(Err(signed.advised(advised)));
        }
    };
    // From here on we know who calls.
    signed.pid = Some(caller.row.pid.clone());
    let timestamp = call.get("timestamp").and_then(wire::time::parse).unwrap_or_default();
    let now = Instant::now();
    let admitted = app.admission.freshness.check(timestamp, fingerprint, system_now(), now);
    let admitted = admitted.and_then(|()| app.admission.limits.take(&caller.row.app_id, call.method(), now));
    if let Err(rejection) = admitted {
        let answer = signed.advised(hints::verified(app, &call, Err(rejection), &[], &signed.trace_id));
        signed.finished.keep_verified(app, call, &caller.row.app_id, Vec::new());
        return Outcome::Verified(answer);
    }
    let mut findings = Findings { pid: signed.pid.clone(), ..Findings::default() };
    let answer = match decrypt(app, &caller, &mut call, &mut signed.content_key) {
        Ok(()) => run(app, &caller, &call, &signed.trace_id, &mut findings).await,
        Err(DecryptError::Refused(rejection)) => Err(rejection),
        Err(DecryptError::Text { rejection, reads_as }) => {
            let names = CallNames { trace_id: &signed.trace_id, app_id: &caller.row.app_id, method: call.method() };
            let advised = hints::unreadable(app, rejection, Some(reads_as), names);
            let answer = signed.advised(advised);
            signed.finished.keep_verified(app, call, &caller.row.app_id, Vec::new());
            return Outcome::Verified(Err(answer));
        }
    };
    let Findings { pid, unknown, made } = findings;
    let answer = signed.advised(hints::verified(app, &call, answer, &unknown, &signed.trace_id));
    signed.pid = pid;
    signed.finished.made = made;
    signed.finished.keep_verified(app, call, &caller.row.app_id, unknown);
    Outcome::Verified(answer)
}

/// Runs a verified call, whose method and other parameters are looked at first.
async fn run(
    app: &Arc<App>,
    known: &directory::App,
    call: &VerifiedCall,
    trace_id: &str,
    findings: &mut Findings,
) -> Result<String, Rejection> {
    let entry = Entry::find(call.method()).ok_or(code::INVALID_METHOD)?;
    let context = CallContext::read(call, trace_id).map_err(|rejection| entry.refusal(rejection))?;
    let (cert_sn, token, content) = (call.app_cert_sn(), call.app_auth_token(), content_of(call, entry));
    dispatch::run(app, KnownCall { entry, app: known, cert_sn, token, content, context }, findings).await
}

/// The refusal of a signature.
fn refuse_signature(
    app: &App,
    bad: &BadSignature,
    known: &directory::App,
    registered: &PublicKey,
    signed: &mut SignedCall,
) -> Outcome {
    let content_key = content_key(app, known);
    let diagnose = |keys: Keys<'_>, effort: Effort| {
        let diagnosis = diagnose(bad, keys, content_key.as_ref(), effort);
        let cause = diagnosis.cause;
        // What is in a JSON body is no parameter, so another string is signed than the caller thinks.
        let is_other_string = cause == Cause::OtherString && bad.call.has_json_body();
        (cause, if is_other_string { hints::json_body() } else { Hint::from(diagnosis) })
    };
    let refused = RefusedSignature {
        sign: bad.call.get("sign").unwrap_or_default(),
        title: format!("the string that the gateway verified, in {}", bad.terms.charset.name()),
        string: bad.string_shown(STRING_KEPT_BYTES_MAX),
        rejection: bad.rejection(),
    };
    signed.refuse_signature(app, known, registered, refused, diagnose)
}

/// Renders the node once, signs those bytes, sends those bytes; and the answer for the request log.
fn seal(app: &App, terms: &Terms, outcome: &Outcome) -> (Response, KeptAnswer) {
    let Terms { call, reader, .. } = terms;
    let form = call.method.as_deref().and_then(Entry::find).map_or(AnswerForm::Coded, |entry| entry.answers);
    let node = match outcome {
        Outcome::Verified(Ok(business)) if form == AnswerForm::Bare => Node::bare(business, *reader),
        Outcome::Verified(Ok(business)) => Node::success(business, *reader),
        Outcome::Verified(Err(rejection)) | Outcome::Unverified(rejection) => Node::failure(rejection, *reader),
    };
    let encrypted = match (outcome, &call.content_key) {
        (Outcome::Verified(_), Some(key)) => Some(node.encrypted(key)),
        _ => None,
    };
    let sent = encrypted.as_ref().unwrap_or(&node);
    let signature = match outcome {
        Outcome::Verified(_) => app.signer.sign(terms.sign_type, sent.bytes()),
        // Every call over the rate limit gets the same answer, which is signed once.
        Outcome::Unverified(rejection) if *rejection == code::APP_CALL_LIMITED => {
            app.signer.sign(terms.sign_type, sent.bytes())
        }
        Outcome::Unverified(_) => app.signer.sign_anew(terms.sign_type, sent.bytes()),
    };
    let cert_sn = signature.cert_sn.as_deref().filter(|_| call.in_certificate_mode);
    let bytes = sent.seal(call.method.as_deref(), cert_sn, &signature);
    let bytes_out = bytes.len();
    let mut response = Response::new(Body::from(bytes));
    let content_type = match (terms.in_browser, reader.charset) {
        (false, Charset::Utf8) => "text/html;charset=utf-8",
        (false, Charset::Gbk) => "text/html;charset=gbk",
        (true, Charset::Utf8) => "text/plain;charset=utf-8",
        (true, Charset::Gbk) => "text/plain;charset=gbk",
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(trace_id) = HeaderValue::from_str(&call.trace_id) {
        response.headers_mut().insert("trace_id", trace_id);
    }
    (response, KeptAnswer { clear: node.into_bytes(), charset: reader.charset, bytes_out })
}

/// Whether a browser asks on a person's behalf: no SDK sends these. `Accept` would not tell, the Java SDK's names HTML.
fn is_browsers(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-dest") || headers.contains_key(UPGRADE_INSECURE_REQUESTS)
}
