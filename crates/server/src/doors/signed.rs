//! A signed call on its way through a door, whatever its form: who sends it, what becomes known of it, what it leaves
//! behind. What both signed doors refuse for the same reason is refused here.

pub(super) mod finished;

use super::caller::Caller;
use crate::app::App;
use crate::bodies::BodyError;
use crate::directory;
use crate::hints::{self, Advised, Hint, SIGN_LINE};
use crate::methods::Doors;
use crate::methods::dispatch::{self, AnsweredCall, unavailable};
use crate::request_log::FinishedCall;
use axum::http::{Extensions, Uri};
use finished::Finished;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;
use store::call_log::Share;
use store::rejected_call::Ring;
use wire::diagnosis::{Cause, Effort, Keys, OwnKey};
use wire::{Charset, ContentKey, PublicKey, Rejection, code};

/// The most bytes of a request target.
const URI_MAX: usize = wire::URI_BYTES_MAX;
/// The refusal's reason for a body that is too long.
pub(super) const BODY_TOO_LONG: &str = "请求体超过16MiB或不完整";
/// How much is kept of the text in a refused `sign`; that of the longest key has 1,368 bytes.
const SIGN_KEPT_CHARS_MAX: usize = 2 << 10;
/// How much is kept of the string that a refused signature was compared with, whoever has sent it.
pub(super) const STRING_KEPT_BYTES_MAX: usize = 64 << 10;

/// What is known of a call by its door.
pub(super) struct SignedCall {
    door: Doors,
    started: Instant,
    pub(super) address: IpAddr,
    pub(super) trace_id: String,
    /// The method, whatever the caller has sent as its name.
    pub(super) method: Option<String>,
    /// Whether the call names a certificate of its app; then the answer names the platform's.
    pub(super) in_certificate_mode: bool,
    /// The key that the call's content was decrypted with, and the answer is encrypted with.
    pub(super) content_key: Option<ContentKey>,
    /// Who says to call, as far as the directory knows the app, and for which merchant, the app's own until that is
    /// decided: for the log.
    pub(super) app_id: Option<String>,
    pub(super) pid: Option<String>,
    /// Whether the caller's address was refused too often. A verified call is answered all the same; any other gets the
    /// one answer that a flood of them gets.
    pub(super) limited: bool,
    /// What is found out about the call beside its answer, for the request log.
    pub(super) finished: Finished,
}

/// What came of a call.
pub(super) enum Outcome {
    /// It was verified: the business members, or why not.
    Verified(Result<String, Rejection>),
    /// It was not verified: why not.
    Unverified(Rejection),
}

/// An answer as the request log keeps it.
pub(super) struct KeptAnswer {
    /// What is sent, in clear.
    pub(super) clear: Vec<u8>,
    /// What that is written in.
    pub(super) charset: Charset,
    /// Bytes that are sent.
    pub(super) bytes_out: usize,
}

/// A signature that was refused: what was compared.
pub(super) struct RefusedSignature<'a> {
    /// The text in `sign`.
    pub(super) sign: &'a [u8],
    /// What the string is, for a person.
    pub(super) title: String,
    /// The string that was verified, [`STRING_KEPT_BYTES_MAX`] of it at most, and how many bytes that leaves out.
    pub(super) string: (String, usize),
    /// The refusal.
    pub(super) rejection: Rejection,
}

impl SignedCall {
    /// A call that has come through a door, of which nothing is read yet.
    pub(super) fn arrive(app: &App, door: Doors, extensions: &Extensions) -> SignedCall {
        let started = Instant::now();
        let address = extensions.get::<Caller>().map_or(Ipv4Addr::UNSPECIFIED.into(), |Caller(address)| *address);
        SignedCall {
            door,
            started,
            address,
            trace_id: app.new_trace_id(),
            method: None,
            in_certificate_mode: false,
            content_key: None,
            app_id: None,
            pid: None,
            limited: app.unverified_calls.is_over(&address, started),
            finished: Finished::default(),
        }
    }

    /// What the call is answered: one that was not verified uses up what its address is allowed.
    pub(super) fn within_limits(&self, app: &App, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Unverified(_) if self.limited || !app.unverified_calls.take(&self.address, Instant::now()) => {
                Outcome::Unverified(code::APP_CALL_LIMITED)
            }
            outcome => outcome,
        }
    }

    /// Records a call that is answered, in the log, the metrics and the request log; its trace id. Of an address that
    /// is over its limit the request log gets nothing but verified calls.
    pub(super) fn end(self, app: &App, outcome: &Outcome, answer: KeptAnswer) -> String {
        let SignedCall { door, started, address, trace_id, method, app_id, pid, finished, .. } = self;
        let took = started.elapsed();
        let (share, refusal) = match outcome {
            Outcome::Verified(answer) => (Share::Verified, answer.as_ref().err()),
            Outcome::Unverified(rejection) => (Share::Unverified, Some(rejection)),
        };
        let (name, app_name, merchant) = (method.as_deref(), app_id.as_deref(), pid.as_deref());
        let answered =
            AnsweredCall { door, trace_id: &trace_id, method: name, app_id: app_name, pid: merchant, refusal, took };
        dispatch::record(app, &answered);
        let is_flood = share == Share::Unverified && refusal == Some(&code::APP_CALL_LIMITED);
        if is_flood {
            return trace_id;
        }
        let KeptAnswer { clear, charset, bytes_out } = answer;
        let (bytes_in, cause, made) = (finished.bytes_in, finished.cause, finished.made.clone());
        app.request_log.push(FinishedCall {
            share,
            at: app.clock.now(),
            took,
            trace_id: trace_id.clone(),
            app_id,
            pid,
            method,
            door: if door == Doors::V3 { "v3" } else { "gateway" },
            code: refusal.map_or("10000", |refusal| refusal.code),
            sub_code: refusal.map_or(Cow::Borrowed(""), |refusal| refusal.sub_code.clone()),
            cause,
            address,
            bytes_in,
            bytes_out,
            made,
            whole: finished.whole(clear, charset),
        });
        trace_id
    }

    /// The refusal of a signature, with what may be wrong: in the log, for `punchcard doctor`, and in a stand-in's
    /// answer. `diagnose` finds the cause, and what to say of it.
    pub(super) fn refuse_signature(
        &mut self,
        app: &App,
        known: &directory::App,
        registered: &PublicKey,
        refused: RefusedSignature<'_>,
        diagnose: impl FnOnce(Keys<'_>, Effort) -> (Cause, Hint),
    ) -> Outcome {
        let RefusedSignature { sign, title, string: (string, cut), rejection } = refused;
        let (trace_id, app_id) = (self.trace_id.as_str(), known.row.app_id.as_str());
        let (cause, hint) = diagnosed(app, known, registered, diagnose);
        let Hint { cause: name, advice_en, advice_zh } = &hint;
        tracing::warn!(trace_id, app_id, cause = name, advice = advice_en, advice_zh, "signature refused");
        let sign = hints::on_one_line(&String::from_utf8_lossy(sign), SIGN_KEPT_CHARS_MAX);
        let only = if 0 < cut { format!(" (without its last {cut} bytes)") } else { String::new() };
        let detail = format!("{advice_en}\n{advice_zh}\n{SIGN_LINE}{sign}\n\n{title}{only}:\n{string}");
        let method = self.method.as_deref().unwrap_or_default();
        app.remember_rejected_call(ring_of(cause), trace_id, app_id, method, name, &detail);
        let advised = Advised { answer: hint.added_to(rejection, app, trace_id), cause: hint.cause };
        Outcome::Unverified(self.advised(advised))
    }

    /// Notes the likely mistake; the answer.
    pub(super) fn advised<T>(&mut self, Advised { answer, cause }: Advised<T>) -> T {
        self.finished.cause = cause;
        answer
    }
}

/// Finds out about a refused signature, and counts it and the time that it took.
fn diagnosed(
    app: &App,
    known: &directory::App,
    registered: &PublicKey,
    diagnose: impl FnOnce(Keys<'_>, Effort) -> (Cause, Hint),
) -> (Cause, Hint) {
    let platform = app.signer.public_key();
    let others: Vec<OwnKey<'_>> = known.keys().filter(|own| own.key != registered).collect();
    let began = Instant::now();
    let effort = if app.diagnoses.has_left(began) { Effort::All } else { Effort::Little };
    let (cause, hint) = diagnose(Keys { registered, others: &others, platform: &platform }, effort);
    app.diagnoses.spend(began, Instant::now());
    app.metrics.refused_signature(cause);
    (cause, hint)
}

/// Where a refused signature is kept: those that anybody can send have a ring of their own.
fn ring_of(cause: Cause) -> Ring {
    match cause {
        Cause::UnknownKey | Cause::SignLength | Cause::NotBase64 | Cause::SignEncoding => Ring::OtherKey,
        _ => Ring::Signature,
    }
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

/// The key that an app encrypts contents with, where it has one.
pub(super) fn content_key(app: &App, known: &directory::App) -> Option<ContentKey> {
    let key = app.master_key.open(known.row.aes_key.as_deref()?).ok()?;
    ContentKey::parse(&key).ok()
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
    let len = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if URI_MAX < len { Err(defect("请求地址超过32KiB")) } else { Ok(()) }
}

/// The refusal of a request that cannot be taken as it is.
pub(super) fn defect(reason: &str) -> Rejection {
    code::INVALID_PARAMETER.with_msg(format!("参数无效: {reason}"))
}
