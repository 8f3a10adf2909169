//! `/v3/…`: the signed calls of the gateway in the newer protocol, REST. The same methods are run the same way.
//!
//! A path names the method, headers say who calls, the body is the method's fields. An answer says by its HTTP status
//! whether the call was refused; a success is signed in headers.

use super::caller::Caller;
use super::finished::{self, Answered, Finished, Outcome};
use super::gateway::{self, SIGN_KEPT_CHARS_MAX, STRING_KEPT_BYTES_MAX, content_key, diagnosed, key_of};
use crate::app::clock::system_now;
use crate::app::{App, V3_LATE_MAX};
use crate::biz;
use crate::bodies::CallBody;
use crate::directory;
use crate::hints::{self, Advised, CallNames, Hint, SIGN_LINE};
use crate::methods::dispatch::{self, AnsweredCall, Content, Findings, KnownCall};
use crate::methods::{CallContext, Doors, Entry};
use crate::request_log::RestCall;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, AsHeaderName, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method as Verb, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;
use store::rejected_call::Ring;
use wire::diagnosis::diagnose_v3;
use wire::v3::{self, Authorization, Signed};
use wire::{Charset, ContentKey, PublicKey, Rejection, SignType, code};

const APP_AUTH_TOKEN: &str = "alipay-app-auth-token";
const ROOT_CERT_SN: &str = "alipay-root-cert-sn";
const ENCRYPT_TYPE: &str = "alipay-encrypt-type";
/// The parameter of trades and activities that says where to notify; in this protocol a field among the others.
const NOTIFY_URL: &str = "notify_url";

/// How to answer, and what becomes known of the call.
struct Terms {
    method: Option<String>,
    in_certificate_mode: bool,
    /// The key that the call's content was decrypted with, and a success is encrypted with.
    content_key: Option<ContentKey>,
    trace_id: String,
    app_id: Option<String>,
    pid: Option<String>,
    limited: bool,
    /// What is found out about the call beside its answer, for the request log.
    finished: Finished,
}

/// Answers a call.
pub async fn v3(State(app): State<Arc<App>>, request: Request) -> Response {
    let started = Instant::now();
    let caller = request.extensions().get::<Caller>().map_or(Ipv4Addr::UNSPECIFIED.into(), |Caller(address)| *address);
    let limited = app.unverified_calls.is_over(&caller, started);
    let (head, body) = request.into_parts();
    let mut terms = Terms {
        method: v3::method_of(head.uri.path()),
        in_certificate_mode: false,
        content_key: None,
        trace_id: app.new_trace_id(),
        app_id: None,
        pid: None,
        limited,
        finished: Finished::default(),
    };
    let read = match gateway::target_is_short(&head.uri) {
        Ok(()) => app.bodies.read(body, caller, limited).await.map_err(gateway::unread),
        Err(rejection) => Err(rejection),
    };
    let outcome = match read {
        // What the body holds of the memory is held until the call is done.
        Ok(CallBody { bytes, share: _share }) => {
            terms.finished = Finished::of(head.uri.query().map_or(0, str::len) + bytes.len());
            answer(&app, &head, bytes, &mut terms).await
        }
        Err(rejection) => unverified(&app, &head, &mut terms, rejection),
    };
    let outcome = match outcome {
        Outcome::Unverified(_) if limited || !app.unverified_calls.take(&caller, Instant::now()) => {
            Outcome::Unverified(code::APP_CALL_LIMITED)
        }
        outcome => outcome,
    };
    let (response, answer, bytes_out) = sealed(&app, &terms, &outcome);
    let refusal = match &outcome {
        Outcome::Verified(Ok(_)) => None,
        Outcome::Verified(Err(rejection)) | Outcome::Unverified(rejection) => Some(rejection),
    };
    let answered = AnsweredCall {
        door: Doors::V3,
        trace_id: &terms.trace_id,
        method: terms.method.as_deref(),
        app_id: terms.app_id.as_deref(),
        pid: terms.pid.as_deref(),
        refusal,
        took: started.elapsed(),
    };
    dispatch::record(&app, &answered);
    let took = answered.took;
    let Terms { method, trace_id, app_id, pid, finished, .. } = terms;
    let answered = Answered {
        door: Doors::V3,
        method,
        trace_id: trace_id.clone(),
        app_id,
        pid,
        outcome: &outcome,
        address: caller,
        took,
        answer: answer.into_bytes(),
        charset: Charset::Utf8,
        bytes_out,
    };
    finished::hand_over(&app, answered, finished);
    // Whoever is answered finds what the doctor knows of the call.
    app.rejected_call_is_kept(&trace_id).await;
    response
}

/// A header's text; one that is empty is as good as none.
fn header(head: &Parts, name: impl AsHeaderName) -> Option<&str> {
    head.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

/// A refusal before it is known who calls. An address that is over its limit gets no advice, and nothing is kept of it.
fn unverified(app: &App, head: &Parts, terms: &mut Terms, rejection: Rejection) -> Outcome {
    if terms.limited {
        return Outcome::Unverified(rejection);
    }
    let said = Authorization::read(header(head, AUTHORIZATION)).ok();
    let app_id = hints::on_one_line(said.as_ref().map_or("", |said| said.app_id), METHOD_SHOWN_CHARS_MAX);
    let names = CallNames {
        trace_id: &terms.trace_id,
        app_id: &app_id,
        method: &hints::on_one_line(head.uri.path(), METHOD_SHOWN_CHARS_MAX),
    };
    let parameter = |name: &str| match name {
        "app_id" => app_id.clone(),
        "app_cert_sn" => said.as_ref().and_then(|said| said.app_cert_sn).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let Advised { answer, cause } = hints::refused_v3(app, Ring::Unsigned, rejection, &parameter, &[], names);
    terms.finished.cause = cause;
    Outcome::Unverified(answer)
}

/// How much is repeated of a path or an app's id that nobody has proved.
const METHOD_SHOWN_CHARS_MAX: usize = 64;

/// The order is that of `docs/decisions.md`, "Order of refusals", as far as this protocol has the parts.
async fn answer(app: &Arc<App>, head: &Parts, body: Vec<u8>, terms: &mut Terms) -> Outcome {
    let said = match Authorization::read(header(head, AUTHORIZATION)) {
        Ok(said) => said,
        Err(rejection) => return unverified(app, head, terms, rejection),
    };
    terms.in_certificate_mode = said.app_cert_sn.is_some();
    let Some(caller) = app.directory.app(said.app_id) else {
        return unverified(app, head, terms, code::INVALID_APP_ID);
    };
    terms.app_id = Some(caller.row.app_id.clone());
    if let Err(rejection) = is_in_time(&said, system_now()) {
        return unverified(app, head, terms, rejection);
    }
    let (cert_sn, root_sn) = (said.app_cert_sn.map(str::as_bytes), header(head, ROOT_CERT_SN).map(str::as_bytes));
    let read = key_of(app, &caller, cert_sn, root_sn)
        .and_then(|key| Ok((key, v3::Body::read(header(head, CONTENT_TYPE), body)?)));
    let (key, body) = match read {
        Ok(read) => read,
        Err(rejection) => return unverified(app, head, terms, rejection),
    };
    let token = header(head, APP_AUTH_TOKEN);
    let signed = Signed {
        authorization: said.signed,
        http_method: head.method.as_str(),
        target: head.uri.path_and_query().map_or("", |target| target.as_str()),
        body: &body.signed,
        app_auth_token: token,
    };
    let verified = signed.is_signed_by(key, said.sign);
    if verified || !terms.limited {
        terms.finished.keep_rest(app, Some(&caller.row.app_id), || kept(head, &signed, verified));
        terms.finished.keep_names(&body.files);
    }
    if !verified && terms.limited {
        return Outcome::Unverified(code::INVALID_SIGNATURE);
    }
    if !verified {
        let Advised { answer, cause } = refuse_signature(app, &signed, said.sign, &caller, key, terms);
        terms.finished.cause = cause;
        return Outcome::Unverified(answer);
    }
    // From here on we know who calls.
    let mut findings = Findings { pid: Some(caller.row.pid.clone()), ..Findings::default() };
    let now = Instant::now();
    let admitted = if app.nonces.take(app.nonces.fingerprint(said.app_id, said.nonce), now) {
        let method = terms.method.as_deref().unwrap_or_default();
        app.admission.limits.take(&caller.row.app_id, method, now)
    } else {
        Err(code::SUSPECTED_ATTACK.with_msg("可疑的攻击请求：nonce已被使用"))
    };
    let answer = match admitted {
        Ok(()) => {
            let cert_sn = said.app_cert_sn;
            run(app, SentCall { head, caller: &caller, cert_sn, token, body }, terms, &mut findings).await
        }
        Err(rejection) => Err(rejection),
    };
    let Findings { pid, unknown, made } = findings;
    terms.pid = pid;
    terms.finished.made = made;
    let answer = answer.map_err(|rejection| {
        let names = CallNames {
            trace_id: &terms.trace_id,
            app_id: &caller.row.app_id,
            method: terms.method.as_deref().unwrap_or_default(),
        };
        let Advised { answer, cause } =
            hints::refused_v3(app, Ring::Verified, rejection, &|_| String::new(), &unknown, names);
        terms.finished.cause = cause;
        answer
    });
    terms.finished.unknown = unknown;
    Outcome::Verified(answer)
}

/// A call as the request log keeps it.
fn kept(head: &Parts, signed: &Signed<'_>, verified: bool) -> RestCall {
    let names = [AUTHORIZATION.as_str(), APP_AUTH_TOKEN, ROOT_CERT_SN, ENCRYPT_TYPE, CONTENT_TYPE.as_str()];
    let headers = names.into_iter().filter_map(|name| Some((name, header(head, name)?.to_owned())));
    RestCall {
        verified,
        request: format!("{} {}", signed.http_method, signed.target),
        headers: headers.collect(),
        body: signed.body.to_vec(),
        content: None,
        string: signed.string(),
    }
}

/// Refuses a call that is older than it may be, or from a clock that is as far ahead.
fn is_in_time(said: &Authorization<'_>, now: i64) -> Result<(), Rejection> {
    let late_max = i64::try_from(V3_LATE_MAX.as_millis()).unwrap_or(i64::MAX);
    let meant_for = said.expired_seconds.map_or(late_max, |seconds| late_max.min(seconds.saturating_mul(1_000)));
    let age = now - said.timestamp;
    if -late_max <= age && age <= meant_for {
        return Ok(());
    }
    let (seconds, way) = (age.abs() / 1_000, if age < 0 { "早于" } else { "晚于" });
    Err(code::INVALID_TIMESTAMP.with_msg(format!("非法的时间戳参数：服务器时间{way}timestamp {seconds}秒")))
}

/// A verified call, as it was sent.
struct SentCall<'a> {
    head: &'a Parts,
    caller: &'a directory::App,
    cert_sn: Option<&'a str>,
    token: Option<&'a str>,
    body: v3::Body,
}

/// Runs a verified call, whose method and content are looked at first.
async fn run(
    app: &Arc<App>,
    sent: SentCall<'_>,
    terms: &mut Terms,
    findings: &mut Findings,
) -> Result<String, Rejection> {
    let SentCall { head, caller, cert_sn, token, body } = sent;
    let text = decrypted(app, head, caller, &body.signed, terms)?;
    let found = terms.method.as_deref().and_then(|method| Entry::at(Doors::V3, method));
    let entry = found.ok_or(code::INVALID_METHOD)?;
    if head.method != Verb::POST && (head.method != Verb::GET || entry.writes) {
        let verbs = if entry.writes { "POST" } else { "POST或GET" };
        return Err(code::INVALID_METHOD.with_msg(format!("不存在的方法名：{}只支持{verbs}请求", entry.name)));
    }
    let mut members =
        members(entry, &text, head.uri.query().unwrap_or_default()).map_err(|rejection| entry.refusal(rejection))?;
    let is_field = entry.fields.iter().any(|field| field.name == NOTIFY_URL);
    let notify_url = if is_field { None } else { members.remove(NOTIFY_URL) };
    let notify_url = notify_url.map(|url| url.as_str().map_or_else(|| url.to_string(), str::to_owned));
    biz::put_files(&mut members, entry.fields, &body.files);
    let notify_url = notify_url.filter(|url| !url.is_empty());
    let context = CallContext::checked(notify_url, SignType::Rsa2, &terms.trace_id, Arc::new(body.files))
        .map_err(|rejection| entry.refusal(rejection))?;
    let content = Content::Parameters(members);
    dispatch::run(app, KnownCall { entry, app: caller, cert_sn, token, content, context }, findings).await
}

/// The body's text; where it is encrypted, decrypted, and then a success is encrypted too.
fn decrypted(
    app: &App,
    head: &Parts,
    caller: &directory::App,
    body: &[u8],
    terms: &mut Terms,
) -> Result<String, Rejection> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let not_text = || code::INVALID_PARAMETER.with_msg("参数无效：请求体不是有效的utf-8文本");
    match header(head, ENCRYPT_TYPE) {
        None => return text(body).ok_or_else(not_text),
        Some("AES") => {}
        Some(_) => return Err(code::INVALID_ENCRYPT_TYPE),
    }
    let key = content_key(app, caller).ok_or(code::INVALID_ENCRYPT_KEY)?;
    let content = match text(body).filter(|cipher| !cipher.is_empty()) {
        Some(cipher) => key.decrypt(&cipher).and_then(|bytes| text(&bytes)).ok_or(code::DECRYPTION_ERROR)?,
        None if body.is_empty() => String::new(),
        None => return Err(code::DECRYPTION_ERROR),
    };
    terms.content_key = Some(key);
    if let Some(kept) = terms.finished.rest() {
        kept.content = Some(content.clone());
    }
    Ok(content)
}

/// The fields of a call: those of its body, and those of its query, where a list or an object is JSON.
fn members(entry: &Entry, text: &str, query: &str) -> Result<Map<String, Value>, Rejection> {
    let mut members = biz::object(Some(text))?;
    for (name, value) in v3::query(query)? {
        if name.contains('\0') || value.contains('\0') {
            return Err(biz::invalid(&name.replace('\0', "\\u0000"), biz::NUL));
        }
        let is_json = entry.fields.iter().any(|field| field.name == name && field.shape.is_json());
        let value = if is_json { biz::json(&value).unwrap_or_else(|| value.into()) } else { value.into() };
        let known = members.entry(name.clone()).or_insert_with(|| value.clone());
        if *known != value {
            return Err(code::INVALID_PARAMETER.with_msg(format!("参数无效：{name}重复且取值不同")));
        }
    }
    Ok(members)
}

/// The refusal of a signature, with what may be wrong: in the log, for `punchcard doctor`, and in a stand-in's answer.
fn refuse_signature(
    app: &Arc<App>,
    signed: &Signed<'_>,
    sign: &str,
    caller: &directory::App,
    registered: &PublicKey,
    terms: &Terms,
) -> Advised<Rejection> {
    let (trace_id, app_id) = (terms.trace_id.as_str(), caller.row.app_id.as_str());
    let (diagnosis, ring) = diagnosed(app, caller, registered, |keys, effort| diagnose_v3(signed, sign, keys, effort));
    let (string, cut) = signed.shown(STRING_KEPT_BYTES_MAX);
    let only = if 0 < cut { format!(" (without its last {cut} bytes)") } else { String::new() };
    let hint = Hint::from(diagnosis);
    let Hint { cause, advice_en, advice_zh } = &hint;
    tracing::warn!(trace_id, app_id, cause, advice = advice_en, advice_zh, "signature refused");
    let sign = hints::on_one_line(sign, SIGN_KEPT_CHARS_MAX);
    let title = format!("the string that was verified, in utf-8, line feeds written \\n{only}:");
    let string = string.replace('\n', "\\n");
    let detail = format!("{advice_en}\n{advice_zh}\n{SIGN_LINE}{sign}\n\n{title}\n{string}");
    let method = terms.method.as_deref().unwrap_or_default();
    app.remember_rejected_call(ring, trace_id, app_id, method, cause, &detail);
    Advised { answer: hint.added_to(signed.refusal(), app, trace_id), cause: hint.cause }
}

/// Renders the body once, signs those bytes, sends those bytes. What strangers are answered is not signed. The answer,
/// its body in clear, and how many bytes are sent.
fn sealed(app: &App, terms: &Terms, outcome: &Outcome) -> (Response, String, usize) {
    const JSON: &str = "application/json;charset=utf-8";
    let (status, clear) = match outcome {
        Outcome::Verified(Ok(business)) => (StatusCode::OK, business.clone()),
        Outcome::Verified(Err(rejection)) | Outcome::Unverified(rejection) => {
            let status = StatusCode::from_u16(v3::status_of(rejection)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let error = json!({"code": v3::code_of(rejection), "message": rejection.sub_msg, "links": []});
            (status, error.to_string())
        }
    };
    let (content_type, body) = match (outcome, &terms.content_key) {
        (Outcome::Verified(Ok(_)), Some(key)) => ("text/plain;charset=utf-8", key.encrypt(clear.as_bytes())),
        _ => (JSON, clear.clone()),
    };
    let bytes_out = body.len();
    let mut more = vec![("alipay-trace-id", terms.trace_id.clone())];
    if matches!(outcome, Outcome::Verified(_)) {
        let (timestamp, nonce) = (system_now(), app.new_secret());
        let string = v3::answer_string(timestamp, &nonce, body.as_bytes());
        // No two answers are equal, so none is worth keeping.
        let signature = app.signer.sign_anew(SignType::Rsa2, &string);
        more.push(("alipay-timestamp", timestamp.to_string()));
        more.push(("alipay-nonce", nonce));
        more.push(("alipay-signature", signature.to_string()));
        if let Some(cert_sn) = signature.cert_sn.as_deref().filter(|_| terms.in_certificate_mode) {
            more.push(("alipay-sn", cert_sn.to_owned()));
        }
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in more {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    (response, clear, bytes_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_taken_in_its_time() {
        let check = |timestamp: i64, expired_seconds: Option<i64>, expect: bool| {
            let said = Authorization {
                signed: "",
                app_id: "1",
                app_cert_sn: None,
                nonce: "n",
                timestamp,
                expired_seconds,
                sign: "x",
            };
            assert_eq!(is_in_time(&said, 10_000_000).is_ok(), expect, "{timestamp} {expired_seconds:?}");
        };
        for (timestamp, expect) in [(10_000_000, true), (9_400_000, true), (9_399_999, false), (10_600_000, true)] {
            check(timestamp, None, expect);
        }
        check(10_600_001, None, false);
        check(0, None, false);
        check(9_995_000, Some(5), true);
        check(9_994_999, Some(5), false);
        check(9_400_000, Some(i64::MAX), true);
        check(9_399_999, Some(i64::MAX), false);
    }
}
