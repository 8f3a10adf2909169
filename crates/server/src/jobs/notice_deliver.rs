//! Delivers a notification: a signed form to its address, at least once, until its receiver says `success`.
//!
//! The one job that works outside of a transaction, since it waits for strangers. The delivery is recorded when its
//! answer is there, in the transaction that plans the next or takes the job away; should the process die in between, it
//! is sent again, with the same `notify_id`.

use crate::app::App;
use crate::outbound::NoReply;
use domain::id::NotifyId;
use domain::notice::after;
use serde_json::{Map, Value};
use std::time::Instant;
use store::notice::{Attempt, NewNotice, Notice};
use store::{Fault, Tx};
use wire::notify::{Rule, form, is_acknowledgement, string_to_sign};
use wire::{Charset, SignType, time};

/// What the store knows it by.
pub const KIND: &str = store::notice::DELIVER;

/// How many characters of an answer are kept.
const ANSWER_CHARS_MAX: usize = 200;

/// What came of a delivery, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Acknowledged,
    /// The receiver answered something else.
    Answered,
    /// It took too long.
    TimedOut,
    /// There was no connection, or no answer on it.
    Failed,
    /// The address may not be reached, or is none.
    Refused,
}

impl Outcome {
    /// Every outcome, with its name.
    pub const ALL: [(Outcome, &str); 5] = [
        (Outcome::Acknowledged, "acknowledged"),
        (Outcome::Answered, "answered"),
        (Outcome::TimedOut, "timed_out"),
        (Outcome::Failed, "failed"),
        (Outcome::Refused, "refused"),
    ];
}

/// A delivery that was made, to be recorded.
pub struct Delivered {
    /// What was delivered, as it was then.
    pub notice: Notice,
    /// What came of it.
    pub outcome: Outcome,
    attempt: Attempt,
}

impl Delivered {
    /// Leaves a line in the log of a delivery that failed: to which host, for whom, why, and when it is made again.
    fn log(&self) {
        let Delivered { notice: Notice { new, rung, .. }, outcome, attempt } = self;
        if *outcome == Outcome::Acknowledged {
            return;
        }
        let next = after(*rung, attempt.at, false).next_at.map(time::format);
        let NewNotice { pid, app_id, kind, .. } = new;
        // Without what some put before the host to log in with.
        let host = store::notice::lane(&new.url).rsplit(['@', '/']).next();
        tracing::warn!(
            notify_id = NotifyId::new(new.at, new.id).to_text(),
            notify_type = kind,
            pid,
            app_id,
            host,
            attempt = attempt.attempt,
            status = attempt.status,
            error = attempt.error,
            next = next.as_deref().unwrap_or("given up; punchcard notify resend begins anew"),
            "notification not delivered"
        );
    }
}

/// Signs and sends a notification as it is now.
pub async fn deliver(app: &App, notice: Notice) -> Delivered {
    let (at, started) = (app.clock.now(), Instant::now());
    let new = &notice.new;
    let answer = match Unsigned::new(app, new, at).and_then(|unsigned| unsigned.sign(app)) {
        Some(Message { content_type, form }) => app.outbound.post(&new.url, &content_type, form).await,
        None => Err(NoReply::Refused("the notification's members cannot be read".to_owned())),
    };
    let took_us = i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
    let (outcome, status, answer, error) = match answer {
        Ok(reply) => {
            let acknowledged = is_acknowledgement(reply.status, &reply.body);
            let outcome = if acknowledged { Outcome::Acknowledged } else { Outcome::Answered };
            (outcome, Some(reply.status.into()), Some(first_of(&reply.body)), None)
        }
        Err(NoReply::TimedOut(awaited)) => (Outcome::TimedOut, None, None, Some(awaited)),
        Err(NoReply::Refused(why)) => (Outcome::Refused, None, None, Some(why)),
        Err(NoReply::Failed(why)) => (Outcome::Failed, None, None, Some(why)),
    };
    let attempt = Attempt { attempt: notice.attempts + 1, at, took_us, status, answer, error };
    let delivered = Delivered { notice, outcome, attempt };
    delivered.log();
    delivered
}

/// Keeps the delivery and what follows it; when it is delivered next, UTC milliseconds.
pub fn record(tx: &mut Tx, delivered: &Delivered) -> Result<Option<i64>, Fault> {
    let Delivered { notice, outcome, attempt } = delivered;
    let after = after(notice.rung, attempt.at, *outcome == Outcome::Acknowledged);
    Ok(store::notice::tried(tx, notice, attempt, after)?.and_then(|after| after.next_at))
}

/// What is sent.
struct Message {
    content_type: String,
    form: String,
}

/// A message with everything but its signature.
struct Unsigned {
    charset: Charset,
    sign_type: SignType,
    /// The envelope around what the event says (PROTOCOL.md 10, V1).
    params: Vec<(String, String)>,
    /// What is signed.
    string: Vec<u8>,
}

impl Unsigned {
    /// The delivery of a notification at `at`, in the app's charset. `None` when the notification cannot be read.
    fn new(app: &App, notice: &NewNotice, at: i64) -> Option<Unsigned> {
        let own = app.directory.app(&notice.app_id);
        let charset = own.and_then(|app| Charset::from_name(app.row.notify_charset.as_bytes()));
        let wanted = charset.filter(|charset| *charset != Charset::Utf8);
        // A receiver can read UTF-8 in place of what its charset lacks, but nothing in place of a lost character.
        let wanted = wanted.and_then(|charset| Unsigned::in_charset(notice, at, charset));
        wanted.or_else(|| Unsigned::in_charset(notice, at, Charset::Utf8))
    }

    /// `None` when the charset lacks a character.
    fn in_charset(notice: &NewNotice, at: i64, charset: Charset) -> Option<Unsigned> {
        let sign_type = SignType::from_name(notice.sign_type.as_bytes()).unwrap_or(SignType::Rsa2);
        let (notify_time, notify_id) = (time::format(at), NotifyId::new(notice.at, notice.id).to_text());
        let envelope = [
            ("notify_time", notify_time.as_str()),
            ("notify_type", &notice.kind),
            ("notify_id", &notify_id),
            ("app_id", &notice.app_id),
            ("auth_app_id", &notice.auth_app_id),
            ("charset", charset.name()),
            ("version", "1.0"),
            ("sign_type", sign_type.name()),
        ];
        let event: Map<String, Value> = serde_json::from_str(&notice.members).ok()?;
        let envelope = envelope.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let params: Vec<_> = envelope.chain(event.iter().map(|(name, value)| (name.clone(), text_of(value)))).collect();
        let string = string_to_sign(&borrowed(&params), Rule::V1, charset)?;
        Some(Unsigned { charset, sign_type, params, string })
    }

    fn sign(self, app: &App) -> Option<Message> {
        let signature = app.signer.sign_anew(self.sign_type, &self.string);
        let mut params = borrowed(&self.params);
        params.push(("sign", &signature));
        let content_type = format!("application/x-www-form-urlencoded; charset={}", self.charset.name());
        Some(Message { content_type, form: form(&params, self.charset)? })
    }
}

fn borrowed(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The string that was signed for the delivery of a notification at `at`, and its charset, made anew; as its receiver
/// could compare it with its own. `None` when the notification cannot be read.
pub fn signed_string(app: &App, notice: &NewNotice, at: i64) -> Option<(Charset, String)> {
    let Unsigned { charset, string, .. } = Unsigned::new(app, notice, at)?;
    Some((charset, charset.decode(&string)?.into_owned()))
}

/// A member's value; an inner list is sent as its JSON.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The beginning of an answer as a text that every store takes.
fn first_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.chars().take(ANSWER_CHARS_MAX).map(|c| if c == '\0' { '\u{fffd}' } else { c }).collect()
}
