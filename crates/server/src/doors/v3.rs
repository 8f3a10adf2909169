//! `/v3/…`: the signed calls of the gateway in the newer protocol, REST. The same methods are run the same way.
//!
//! A path names the method, headers say who calls, the body is the method's fields. An answer says by its HTTP status
//! whether the call was refused; a success is signed in headers.

use super::signed::finished::Finished;
use super::signed::{
    KeptAnswer, Outcome, RefusedSignature, STRING_KEPT_BYTES_MAX, SignedCall, content_key, key_of, target_is_short,
    unread,
};
use crate::app::clock::system_now;
use crate::app::{App, V3_LATE_MAX};
use crate::biz;
use crate::bodies::CallBody;
use crate::directory;
use crate::hints::{self, CallNames, Hint};
use crate::methods::dispatch::{self, Content, Findings, KnownCall};
use crate::methods::{CallContext, Doors, Entry};
use crate::request_log::RestCall;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, AsHeaderName, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method as Verb, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Instant;
use store::rejected_call::Ring;
use wire::diagnosis::diagnose_v3;
use wire::v3::{self, Authorization, Signed};
use wire::{Charset, Rejection, SignType, code};

const APP_AUTH_TOKEN: &str = "alipay-app-auth-token";
const ROOT_CERT_SN: &str = "alipay-root-cert-sn";
const ENCRYPT_TYPE: &str = "alipay-encrypt-type";
/// The parameter of trades and activities that says where to notify; in this protocol a field among the others.
const NOTIFY_URL: &str = "notify_url";

/// Answers a call.
pub async fn v3(State(app): State<Arc<App>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let mut call = SignedCall::arrive(&app, Doors::V3, &head.extensions);
    call.method = v3::method_of(head.uri.path());
    let read = match target_is_short(&head.uri) {
        Ok(()) => app.bodies.read(body, call.address, call.limited).await.map_err(unread),
        Err(rejection) => Err(rejection),
    };
    let outcome = match read {
        // What the body holds of the memory is held until the call is done.
        Ok(CallBody { bytes, share: _share }) => {
            call.finished = Finished::of(head.uri.query().map_or(0, str::len) + bytes.len());
            answer(&app, &head, bytes, &mut call).await
        }
        Err(rejection) => unverified(&app, &head, &mut call, rejection),
    };
    let outcome = call.within_limits(&app, outcome);
    let (response, answer) = sealed(&app, &call, &outcome);
    let trace_id = call.end(&app, &outcome, answer);
    // Whoever is answered finds what the doctor knows of the call.
    app.rejected_call_is_kept(&trace_id).await;
    response
}

/// A header's text; one that is empty is as good as none.
fn header(head: &Parts, name: impl AsHeaderName) -> Option<&str> {
    head.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

/// The token of the merchant that the call is for. One that nobody can have, or two of them, are not as good as none:
/// the call would act for its own merchant.
fn auth_token(head: &Parts) -> Result<Option<&str>, Rejection> {
    let mut sent = head.headers.get_all(APP_AUTH_TOKEN).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(None),
        (Some(token), None) if token.is_empty() => Ok(None),
        (Some(token), None) => token.to_str().map(Some).map_err(|_| code::INVALID_APP_AUTH_TOKEN),
        (Some(_), Some(_)) => Err(code::INVALID_APP_AUTH_TOKEN),
    }
}

/// A refusal before it is known who calls. An address that is over its limit gets no advice, and nothing is kept of it.
fn unverified(app: &App, head: &Parts, call: &mut SignedCall, rejection: Rejection) -> Outcome {
    if call.limited {
        return Outcome::Unverified(rejection);
    }
    let said = Authorization::read(header(head, AUTHORIZATION)).ok();
    let app_id = hints::on_one_line(said.as_ref().map_or("", |said| said.app_id), METHOD_SHOWN_CHARS_MAX);
    let names = CallNames {
        trace_id: &call.trace_id,
        app_id: &app_id,
        method: &hints::on_one_line(head.uri.path(), METHOD_SHOWN_CHARS_MAX),
    };
    let parameter = |name: &str| match name {
        "app_id" => app_id.clone(),
        "app_cert_sn" => said.as_ref().and_then(|said| said.app_cert_sn).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let advised = hints::refused_v3(app, Ring::Unsigned, rejection, &parameter, &[], names);
    Outcome::Unverified(call.advised(advised))
}

/// How much is repeated of a path or an app's id that nobody has proved.
const METHOD_SHOWN_CHARS_MAX: usize = 64;

/// The order is that of `docs/decisions.md`, "Order of refusals", as far as this protocol has the parts.
async fn answer(app: &Arc<App>, head: &Parts, body: Vec<u8>, call: &mut SignedCall) -> Outcome {
    let said = match Authorization::read(header(head, AUTHORIZATION)) {
        Ok(said) => said,
        Err(rejection) => return unverified(app, head, call, rejection),
    };
    call.in_certificate_mode = said.app_cert_sn.is_some();
    let Some(caller) = app.directory.app(said.app_id) else {
        return unverified(app, head, call, code::INVALID_APP_ID);
    };
    call.app_id = Some(caller.row.app_id.clone());
    if let Err(rejection) = is_in_time(&said, system_now()) {
        return unverified(app, head, call, rejection);
    }
    let (cert_sn, root_sn) = (said.app_cert_sn.map(str::as_bytes), header(head, ROOT_CERT_SN).map(str::as_bytes));
    let read = key_of(app, &caller, cert_sn, root_sn)
        .and_then(|key| Ok((key, v3::Body::read(header(head, CONTENT_TYPE), body)?)));
    let (key, body) = match read {
        Ok(read) => read,
        Err(rejection) => return unverified(app, head, call, rejection),
    };
    let token = match auth_token(head) {
        Ok(token) => token,
        Err(rejection) => return unverified(app, head, call, rejection),
    };
    let signed = Signed {
        authorization: said.signed,
        http_method: head.method.as_str(),
        target: head.uri.path_and_query().map_or("", |target| target.as_str()),
        body: &body.signed,
        app_auth_token: token,
    };
    let verified = signed.is_signed_by(key, said.sign);
    if verified || !call.limited {
        call.finished.keep_rest(app, Some(&caller.row.app_id), || kept(head, &signed, verified));
        call.finished.keep_names(&body.files);
    }
    if !verified && call.limited {
        return Outcome::Unverified(code::INVALID_SIGNATURE);
    }
    if !verified {
        let (string, cut) = signed.shown(STRING_KEPT_BYTES_MAX);
        let refused = RefusedSignature {
            sign: said.sign.as_bytes(),
            title: "the string that was verified, in utf-8, line feeds written \\n".to_owned(),
            string: (string.replace('\n', "\\n"), cut),
            rejection: signed.refusal(),
        };
        return call.refuse_signature(app, &caller, key, refused, |keys, effort| {
            let diagnosis = diagnose_v3(&signed, said.sign, keys, effort);
            (diagnosis.cause, Hint::from(diagnosis))
        });
    }
    // From here on we know who calls.
    call.pid = Some(caller.row.pid.clone());
    let mut findings = Findings { pid: call.pid.clone(), ..Findings::default() };
    let now = Instant::now();
    let admitted = if app.nonces.take(app.nonces.fingerprint(said.app_id, said.nonce), now) {
        let method = call.method.as_deref().unwrap_or_default();
        app.admission.limits.take(&caller.row.app_id, method, now)
    } else {
        Err(code::SUSPECTED_ATTACK.with_msg("可疑的攻击请求：nonce已被使用"))
    };
    let answer = match admitted {
        Ok(()) => {
            let cert_sn = said.app_cert_sn;
            run(app, SentCall { head, caller: &caller, cert_sn, token, body }, call, &mut findings).await
        }
        Err(rejection) => Err(rejection),
    };
    let Findings { pid, unknown, made } = findings;
    call.pid = pid;
    call.finished.made = made;
    let answer = answer.map_err(|rejection| {
        let names = CallNames {
            trace_id: &call.trace_id,
            app_id: &caller.row.app_id,
            method: call.method.as_deref().unwrap_or_default(),
        };
        let advised = hints::refused_v3(app, Ring::Verified, rejection, &|_| String::new(), &unknown, names);
        call.advised(advised)
    });
    call.finished.unknown = unknown;
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
    call: &mut SignedCall,
    findings: &mut Findings,
) -> Result<String, Rejection> {
    let SentCall { head, caller, cert_sn, token, body } = sent;
    let text = decrypted(app, head, caller, &body.signed, call)?;
    let found = call.method.as_deref().and_then(|method| Entry::at(Doors::V3, method));
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
    let context = CallContext::checked(notify_url, SignType::Rsa2, &call.trace_id, Arc::new(body.files))
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
    call: &mut SignedCall,
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
    call.content_key = Some(key);
    if let Some(kept) = call.finished.rest() {
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

/// Renders the body once, signs those bytes, sends those bytes; and the answer for the request log. What strangers are
/// answered is not signed.
fn sealed(app: &App, call: &SignedCall, outcome: &Outcome) -> (Response, KeptAnswer) {
    const JSON: &str = "application/json;charset=utf-8";
    let (status, clear) = match outcome {
        Outcome::Verified(Ok(business)) => (StatusCode::OK, business.clone()),
        Outcome::Verified(Err(rejection)) | Outcome::Unverified(rejection) => {
            let status = StatusCode::from_u16(v3::status_of(rejection)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let error = json!({"code": v3::code_of(rejection), "message": rejection.sub_msg, "links": []});
            (status, error.to_string())
        }
    };
    let (content_type, body) = match (outcome, &call.content_key) {
        (Outcome::Verified(Ok(_)), Some(key)) => ("text/plain;charset=utf-8", key.encrypt(clear.as_bytes())),
        _ => (JSON, clear.clone()),
    };
    let bytes_out = body.len();
    let mut more = vec![("alipay-trace-id", call.trace_id.clone())];
    if matches!(outcome, Outcome::Verified(_)) {
        let (timestamp, nonce) = (system_now(), app.new_secret());
        let string = v3::answer_string(timestamp, &nonce, body.as_bytes());
        // No two answers are equal, so none is worth keeping.
        let signature = app.signer.sign_anew(SignType::Rsa2, &string);
        more.push(("alipay-timestamp", timestamp.to_string()));
        more.push(("alipay-nonce", nonce));
        more.push(("alipay-signature", signature.to_string()));
        if let Some(cert_sn) = signature.cert_sn.as_deref().filter(|_| call.in_certificate_mode) {
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
    (response, KeptAnswer { clear: clear.into_bytes(), charset: Charset::Utf8, bytes_out })
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
