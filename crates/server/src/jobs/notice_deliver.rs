//! Delivers a notification: a signed form to its address, at least once, until its receiver says `success`.
//!
//! The one job that works outside of a transaction, since it waits for strangers. The delivery is recorded when its answer
//! is there, in the transaction that plans the next or takes the job away; should the process die in between, it is sent
//! again, with the same `notify_id`.

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

/// Signs and sends a notification as it is now.
pub async fn deliver(app: &App, notice: Notice) -> Delivered {
    let (at, started) = (app.clock.now(), Instant::now());
    let new = &notice.new;
    let charset = app.directory.app(&new.app_id).and_then(|app| Charset::from_name(app.row.notify_charset.as_bytes()));
    let message =
        charset.filter(|charset| *charset != Charset::Utf8).and_then(|charset| message(app, new, at, charset));
    // A receiver can read UTF-8 in place of what its charset lacks, but nothing in place of a lost character.
    let message = message.or_else(|| self::message(app, new, at, Charset::Utf8));
    let answer = match message {
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
    Delivered { notice, outcome, attempt }
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

/// The envelope around what the event says (PROTOCOL.md 10, V1). `None` when the charset lacks a character.
fn message(app: &App, notice: &NewNotice, at: i64, charset: Charset) -> Option<Message> {
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
    let event: Vec<(&str, String)> = event.iter().map(|(name, value)| (name.as_str(), text_of(value))).collect();
    let event = event.iter().map(|(name, value)| (*name, value.as_str()));
    let mut params: Vec<(&str, &str)> = envelope.into_iter().chain(event).collect();
    let signature = app.signer.sign_anew(sign_type, &string_to_sign(&params, Rule::V1, charset)?);
    params.push(("sign", &signature));
    let content_type = format!("application/x-www-form-urlencoded; charset={}", charset.name());
    Some(Message { content_type, form: form(&params, charset)? })
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
