//! Delivers a notification: a signed form to its address, at least once, until its receiver says `success`.
//!
//! The one job that works outside of a transaction, since it waits for strangers. The delivery is recorded when its
//! answer is there, in the transaction that plans the next or takes the job away; should the process die in between, it
//! is sent again, with the same `notify_id`.

use crate::app::App;
use crate::notices::message::{Message, UnsignedMessage};
use crate::outbound::NoReply;
use domain::id::NotifyId;
use domain::notice::after;
use std::time::Instant;
use store::notice::{Attempt, NewNotice, Notice};
use store::{Fault, Tx};
use wire::notify::is_acknowledgement;
use wire::time;

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

/// What came of a delivery, to be recorded.
pub struct DeliveryReport {
    /// What was delivered, as it was then.
    pub notice: Notice,
    /// What came of it.
    pub outcome: Outcome,
    attempt: Attempt,
}

impl DeliveryReport {
    /// Leaves a line in the log of a delivery that failed: to which host, for whom, why, and when it is made again.
    fn log(&self) {
        let DeliveryReport { notice: Notice { new, rung, .. }, outcome, attempt } = self;
        if *outcome == Outcome::Acknowledged {
            return;
        }
        let next = after(*rung, attempt.at, false).next_at.map(time::format);
        let NewNotice { pid, app_id, kind, .. } = new;
        // Without what some put before the host to log in with.
        let host = store::notice::queue(&new.url).rsplit(['@', '/']).next();
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
pub async fn deliver(app: &App, notice: Notice) -> DeliveryReport {
    let (at, started) = (app.clock.now(), Instant::now());
    let new = &notice.new;
    let answer = match UnsignedMessage::new(app, new, at).and_then(|unsigned| unsigned.sign(app)) {
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
    let report = DeliveryReport { notice, outcome, attempt };
    report.log();
    report
}

/// Keeps the delivery and what follows it; when it is delivered next, UTC milliseconds.
pub fn record(tx: &mut Tx, report: &DeliveryReport) -> Result<Option<i64>, Fault> {
    let DeliveryReport { notice, outcome, attempt } = report;
    let after = after(notice.rung, attempt.at, *outcome == Outcome::Acknowledged);
    Ok(store::notice::tried(tx, notice, attempt, after)?.and_then(|after| after.next_at))
}

/// The beginning of an answer as a text that every store takes.
fn first_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.chars().take(ANSWER_CHARS_MAX).map(|c| if c == '\0' { '\u{fffd}' } else { c }).collect()
}
