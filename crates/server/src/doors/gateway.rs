//! `/gateway.do`: a signed call, end to end, in the order it is read here.
//!
//! The order of refusals is the protocol's; whatever happens, the answer is HTTP 200, in the method's node, signed.

mod content;

use super::caller::Caller;
use super::finished::{self, Answered, Finished, Outcome};
use crate::app::App;
use crate::app::clock::system_now;
use crate::bodies::{BODY_MAX, BodyError, CallBody, MemoryShare};
use crate::directory;
use crate::hints::{self, Advised, CallNames, Hint, SIGN_LINE};
use crate::methods::dispatch::{self, AnsweredCall, Findings, KnownCall, unavailable};
use crate::methods::{AnswerForm, CallContext, Doors, Entry};
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, EXPECT, UPGRADE_INSECURE_REQUESTS};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
pub(super) use content::content_key;
use content::{content_of, decrypt};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;
use store::rejected_call::Ring;
use wire::diagnosis::{Cause, Diagnosis, Effort, Keys, OwnKey, diagnose};
use wire::{
    BadSignature, Charset, ContentKey, DecryptError, Node, PublicKey, RawCall, Reader, Rejection, SignType,
    VerifiedCall, VerifyError, code,
};

/// The most bytes of a request target.
const URI_MAX: usize = wire::URI_BYTES_MAX;
const BODY_TOO_LONG: &str = "请求体超过16MiB或不完整";
/// How much is kept of the text in a refused `sign`; that of the longest key has 1,368 bytes.
pub(super) const SIGN_KEPT_CHARS_MAX: usize = 2 << 10;
/// How much is kept of the string that a refused signature was compared with, whoever has sent it.
pub(super) const STRING_KEPT_BYTES_MAX: usize = 64 << 10;

/// How to answer: what the request says of it, or the protocol's defaults.
struct Terms {
    method: Option<String>,
    reader: Reader,
    /// Whether a person has opened the address, and sees what is answered.
    in_browser: bool,
    sign_type: SignType,
    /// Whether the call names a certificate of its app; then the answer names the platform's.
    in_certificate_mode: bool,
    /// The key that the call's content was decrypted with, and the answer is encrypted with.
    content_key: Option<ContentKey>,
    trace_id: String,
    /// Who says to call, as far as the directory knows the app, and for which merchant, the app's own until that is
    /// decided: for the log.
    app_id: Option<String>,
    pid: Option<String>,
    /// Whether the caller's address was refused too often. A verified call is answered all the same; any other gets the
    /// one answer that a flood of them gets.
    limited: bool,
    /// What is found out about the call beside its answer, for the request log.
    finished: Finished,
}

/// Answers a call.
pub async fn gateway(State(app): State<Arc<App>>, request: Request) -> Response {
    let started = Instant::now();
    let caller = request.extensions().get::<Caller>().map_or(Ipv4Addr::UNSPECIFIED.into(), |Caller(address)| *address);
    let trace_id = app.new_trace_id();
    let in_browser = is_browsers(request.headers());
    let limited = app.unverified_calls.is_over(&caller, started);
    let (call, bytes_in, read) = read(&app, request, caller, limited).await;
    let (reader, sign_type) = call.answer_terms();
    let method = call.method().map(str::to_owned);
    let in_certificate_mode = call.names_certificate();
    let mut terms = Terms {
        method,
        reader,
        in_browser,
        sign_type,
        in_certificate_mode,
        content_key: None,
        trace_id,
        app_id: None,
        pid: None,
        limited,
        finished: Finished::of(bytes_in),
    };
    let outcome = match &read {
        Err(rejection) => unverified(&app, call, rejection.clone(), &mut terms),
        Ok(_) => answer(&app, call, &mut terms).await,
    };
    let outcome = match outcome {
        Outcome::Unverified(_) if limited || !app.unverified_calls.take(&caller, Instant::now()) => {
            Outcome::Unverified(code::APP_CALL_LIMITED)
        }
        outcome => outcome,
    };
    let sealed = seal(&app, &terms, &outcome);
    let refusal = match &outcome {
        Outcome::Verified(Ok(_)) => None,
        Outcome::Verified(Err(rejection)) | Outcome::Unverified(rejection) => Some(rejection),
    };
    let answered = AnsweredCall {
        door: Doors::GATEWAY,
        trace_id: &terms.trace_id,
        method: terms.method.as_deref(),
        app_id: terms.app_id.as_deref(),
        pid: terms.pid.as_deref(),
        refusal,
        took: started.elapsed(),
    };
    dispatch::record(&app, &answered);
    let took = answered.took;
    let Terms { method, reader, trace_id, app_id, pid, finished, .. } = terms;
    let Sealed { response, node, bytes_out } = sealed;
    let answered = Answered {
        door: Doors::GATEWAY,
        method,
        trace_id: trace_id.clone(),
        app_id,
        pid,
        outcome: &outcome,
        address: caller,
        took,
        answer: node.into_bytes(),
        charset: reader.charset,
        bytes_out,
    };
    finished::hand_over(&app, answered, finished);
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

/// The refusal of a call whose body was not read.
pub(super) fn unread(error: BodyError) -> Rejection {
    match error {
        BodyError::LongOrBroken => defect(BODY_TOO_LONG),
        BodyError::Slow => defect("请求体接收超时"),
        BodyError::NoMemory => unavailable(),
    }
}

/// Refuses a request target that is too long.
pub(super) fn target_is_short(uri: &Uri) -> Result<(), Rejection> {
    if URI_MAX < target_len(uri) { Err(defect("请求地址超过32KiB")) } else { Ok(()) }
}

fn defect(reason: &str) -> Rejection {
    code::INVALID_PARAMETER.with_msg(format!("参数无效: {reason}"))
}

/// The refusal of a call before it was verified. An address that is over its limit gets no advice, and nothing is kept
/// of its calls.
fn unverified(app: &App, call: RawCall, rejection: Rejection, terms: &mut Terms) -> Outcome {
    if terms.limited {
        return Outcome::Unverified(rejection);
    }
    let Advised { answer, cause } = hints::unproved(app, &call, rejection, &terms.trace_id);
    terms.finished.cause = cause;
    terms.finished.keep_unverified(app, call, terms.app_id.as_deref());
    Outcome::Unverified(answer)
}

/// The order is that of `docs/decisions.md`, "Order of refusals".
async fn answer(app: &Arc<App>, call: RawCall, terms: &mut Terms) -> Outcome {
    // Who calls, as far as an unverified request can say.
    let caller = match call.head() {
        Ok(head) => app.directory.app(head.app_id),
        Err(rejection) => return unverified(app, call, rejection, terms),
    };
    let Some(caller) = caller else { return unverified(app, call, code::INVALID_APP_ID, terms) };
    terms.app_id = Some(caller.row.app_id.clone());
    let sent = match call.terms() {
        Ok(sent) => sent,
        Err(rejection) => return unverified(app, call, rejection, terms),
    };
    let (cert_sn, root_sn) = (call.get("app_cert_sn"), call.get("alipay_root_cert_sn"));
    let key = match key_of(app, &caller, cert_sn, root_sn) {
        Ok(key) => key,
        Err(rejection) => return unverified(app, call, rejection, terms),
    };
    let fingerprint = call.get("sign").and_then(|sign| app.admission.freshness.fingerprint(&caller.row.app_id, sign));
    let mut call = match call.verify(sent, key) {
        Ok(call) => call,
        Err(VerifyError::Signature(_)) if terms.limited => return Outcome::Unverified(code::INVALID_SIGNATURE),
        Err(VerifyError::Signature(bad)) => {
            let Advised { answer, cause } = refuse_signature(app, &bad, &caller, key, &terms.trace_id);
            terms.finished.cause = cause;
            terms.finished.keep_unverified(app, bad.call, terms.app_id.as_deref());
            return Outcome::Unverified(answer);
        }
        Err(VerifyError::Text { rejection, reads_as }) => {
            let method = terms.method.as_deref().unwrap_or_default();
            let names = CallNames { trace_id: &terms.trace_id, app_id: &caller.row.app_id, method };
            let Advised { answer, cause } = hints::unreadable(app, rejection, reads_as, names);
            terms.finished.cause = cause;
            return Outcome::Verified(Err(answer));
        }
    };
    // From here on we know who calls.
    let timestamp = call.get("timestamp").and_then(wire::time::parse).unwrap_or_default();
    let now = Instant::now();
    let admitted = app.admission.freshness.check(timestamp, fingerprint, system_now(), now);
    let admitted = admitted.and_then(|()| app.admission.limits.take(&caller.row.app_id, call.method(), now));
    if let Err(rejection) = admitted {
        let Advised { answer, cause } = hints::verified(app, &call, Err(rejection), &[], &terms.trace_id);
        terms.finished.cause = cause;
        terms.finished.keep_verified(app, call, &caller.row.app_id, Vec::new());
        return Outcome::Verified(answer);
    }
    let mut findings = Findings { pid: Some(caller.row.pid.clone()), ..Findings::default() };
    let answer = match decrypt(app, &caller, &mut call, &mut terms.content_key) {
        Ok(()) => run(app, &caller, &call, &terms.trace_id, &mut findings).await,
        Err(DecryptError::Refused(rejection)) => Err(rejection),
        Err(DecryptError::Text { rejection, reads_as }) => {
            let names = CallNames { trace_id: &terms.trace_id, app_id: &caller.row.app_id, method: call.method() };
            let Advised { answer, cause } = hints::unreadable(app, rejection, Some(reads_as), names);
            terms.finished.cause = cause;
            terms.finished.keep_verified(app, call, &caller.row.app_id, Vec::new());
            return Outcome::Verified(Err(answer));
        }
    };
    let Findings { pid, unknown, made } = findings;
    let Advised { answer, cause } = hints::verified(app, &call, answer, &unknown, &terms.trace_id);
    terms.pid = pid;
    terms.finished.cause = cause;
    terms.finished.made = made;
    terms.finished.keep_verified(app, call, &caller.row.app_id, unknown);
    Outcome::Verified(answer)
}

/// The key that a call must be signed with, by what it says of certificates.
pub(super) fn key_of<'a>(
    app: &App,
    caller: &'a directory::App,
    cert_sn: Option<&[u8]>,
    root_sn: Option<&[u8]>,
) -> Result<&'a PublicKey, Rejection> {
    let Some(cert_sn) = cert_sn else {
        let in_certificate_mode = !caller.certificates.is_empty();
        let missing = if in_certificate_mode { code::MISSING_APP_CERT_SN } else { code::MISSING_SIGNATURE_CONFIG };
        return caller.key.as_ref().ok_or(missing);
    };
    let known = std::str::from_utf8(cert_sn).ok().and_then(|cert_sn| caller.certificates.get(cert_sn));
    let certificate = known.ok_or(code::APP_CERT_NOT_EXIST)?;
    let root_sn = root_sn.ok_or(code::MISSING_ROOT_CERT_SN)?;
    if app.signer.root_cert_sn().is_none_or(|known| known.as_bytes() != root_sn) {
        return Err(code::INVALID_ROOT_CERT_SN);
    }
    if !certificate.is_valid_at(app.clock.now()) {
        return Err(code::APP_CERT_EXPIRED);
    }
    certificate.public_key().map_err(|_| code::MISSING_SIGNATURE_CONFIG)
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

/// Finds out about a refused signature, counts it and the time that it took; and the ring that it is kept in.
pub(super) fn diagnosed(
    app: &App,
    known: &directory::App,
    registered: &PublicKey,
    diagnose: impl FnOnce(Keys<'_>, Effort) -> Diagnosis,
) -> (Diagnosis, Ring) {
    let platform = app.signer.public_key();
    let others: Vec<OwnKey<'_>> = known.keys().filter(|own| own.key != registered).collect();
    let began = Instant::now();
    let effort = if app.diagnoses.has_left(began) { Effort::All } else { Effort::Little };
    let diagnosis = diagnose(Keys { registered, others: &others, platform: &platform }, effort);
    app.diagnoses.spend(began, Instant::now());
    let cause = diagnosis.cause;
    app.metrics.refused_signature(cause);
    let is_others = matches!(cause, Cause::UnknownKey | Cause::SignLength | Cause::NotBase64 | Cause::SignEncoding);
    (diagnosis, if is_others { Ring::OtherKey } else { Ring::Signature })
}

/// The refusal of a signature, with what may be wrong: in the log, for `punchcard doctor`, and in a stand-in's answer.
fn refuse_signature(
    app: &Arc<App>,
    bad: &BadSignature,
    known: &directory::App,
    registered: &PublicKey,
    trace_id: &str,
) -> Advised<Rejection> {
    let (rejection, app_id) = (bad.rejection(), known.row.app_id.as_str());
    let content_key = content_key(app, known);
    let (diagnosis, ring) =
        diagnosed(app, known, registered, |keys, effort| diagnose(bad, keys, content_key.as_ref(), effort));
    let cause = diagnosis.cause;
    let (string, cut) = bad.string_shown(STRING_KEPT_BYTES_MAX);
    let only = if 0 < cut { format!(" (without its last {cut} bytes)") } else { String::new() };
    let title = format!("the string that the gateway verified, in {}{only}:", bad.terms.charset.name());
    // What is in a JSON body is no parameter, so another string is signed than the caller thinks.
    let is_other_string = cause == Cause::OtherString && bad.call.has_json_body();
    let hint = if is_other_string { hints::json_body() } else { Hint::from(diagnosis) };
    let Hint { cause, advice_en, advice_zh } = &hint;
    tracing::warn!(trace_id, app_id, cause, advice = advice_en, advice_zh, "signature refused");
    let sign = String::from_utf8_lossy(bad.call.get("sign").unwrap_or_default());
    let sign = hints::on_one_line(&sign, SIGN_KEPT_CHARS_MAX);
    let detail = format!("{advice_en}\n{advice_zh}\n{SIGN_LINE}{sign}\n\n{title}\n{string}");
    let method = bad.call.method().unwrap_or_default();
    app.remember_rejected_call(ring, trace_id, app_id, method, cause, &detail);
    Advised { answer: hint.added_to(rejection, app, trace_id), cause: hint.cause }
}

/// An answer as it is sent, and its node before that was encrypted.
struct Sealed {
    response: Response,
    node: Node,
    bytes_out: usize,
}

/// Renders the node once, signs those bytes, sends those bytes.
fn seal(app: &App, terms: &Terms, outcome: &Outcome) -> Sealed {
    let form = terms.method.as_deref().and_then(Entry::find).map_or(AnswerForm::Coded, |entry| entry.answers);
    let node = match outcome {
        Outcome::Verified(Ok(business)) if form == AnswerForm::Bare => Node::bare(business, terms.reader),
        Outcome::Verified(Ok(business)) => Node::success(business, terms.reader),
        Outcome::Verified(Err(rejection)) | Outcome::Unverified(rejection) => Node::failure(rejection, terms.reader),
    };
    let encrypted = match (outcome, &terms.content_key) {
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
    let cert_sn = signature.cert_sn.as_deref().filter(|_| terms.in_certificate_mode);
    let bytes = sent.seal(terms.method.as_deref(), cert_sn, &signature);
    let bytes_out = bytes.len();
    let mut response = Response::new(Body::from(bytes));
    let content_type = match (terms.in_browser, terms.reader.charset) {
        (false, Charset::Utf8) => "text/html;charset=utf-8",
        (false, Charset::Gbk) => "text/html;charset=gbk",
        (true, Charset::Utf8) => "text/plain;charset=utf-8",
        (true, Charset::Gbk) => "text/plain;charset=gbk",
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(trace_id) = HeaderValue::from_str(&terms.trace_id) {
        response.headers_mut().insert("trace_id", trace_id);
    }
    Sealed { response, node, bytes_out }
}

/// Whether a browser asks on a person's behalf: no SDK sends these. `Accept` would not tell, the Java SDK's names HTML.
fn is_browsers(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-dest") || headers.contains_key(UPGRADE_INSECURE_REQUESTS)
}

fn target_len(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |target| target.as_str().len())
}
