//! Notifications as an operator sees them: a list, one with all its deliveries, and sending again.

pub mod message;

use crate::app::App;
use domain::id::{NotifyId, NotifyIdText};
use domain::notice::State;
use serde::{Deserialize, Serialize};
use store::notice::{self, Attempt, Notice};
use store::{Fault, Tx};
use thiserror::Error;
use wire::{Charset, time};

/// Which notifications are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoticeFilter {
    /// `PENDING`, `DELIVERED` or `FAILED`; absent for all.
    pub state: Option<String>,
    /// A merchant's; absent for all.
    pub pid: Option<String>,
    /// How many at most, the newest first.
    pub limit: u32,
}

/// A notification. Times are as the wire has them, UTC+8.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoticeSummary {
    /// What its receiver knows it by.
    pub notify_id: String,
    /// What kind of event it tells.
    pub notify_type: String,
    /// The merchant whom it is about.
    pub pid: String,
    /// The app that registered the address.
    pub app_id: String,
    /// What it is about, such as a trade's number.
    pub subject: String,
    /// Where it goes.
    pub url: String,
    /// `PENDING`, `DELIVERED` or `FAILED`.
    pub state: String,
    /// How often it was delivered.
    pub attempts: u32,
    /// When the event was.
    pub created_at: String,
    /// When it is delivered next.
    pub next_at: Option<String>,
}

/// A notification with everything that is known of it.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoticeView {
    /// The notification.
    #[serde(flatten)]
    pub listed: NoticeSummary,
    /// The merchant's own app, where an ISV's acts for it.
    pub auth_app_id: String,
    /// `RSA2` or `RSA`.
    pub sign_type: String,
    /// What the event says, without the envelope.
    pub members: serde_json::Value,
    /// Every delivery, in order.
    pub deliveries: Vec<Delivery>,
}

/// One delivery.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Delivery {
    /// From 1 up.
    pub attempt: u32,
    /// When it began.
    pub at: String,
    /// How long it took, milliseconds of real time.
    pub took_ms: i64,
    /// HTTP's status, if there was an answer.
    pub status: Option<i32>,
    /// The first of what was answered.
    pub answer: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// The charset that it was signed and sent in.
    pub charset: String,
    /// The string that was signed, exactly; absent where the notification cannot be read.
    pub signed: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum NoticeError {
    /// There is no such state.
    #[error("a notification's state is PENDING, DELIVERED or FAILED, not {0}")]
    State(String),
    /// There is no such notification.
    #[error("no notification {0}")]
    Unknown(String),
    /// The store said no.
    #[error("the notifications cannot be read")]
    Store(#[from] Fault),
}

/// The newest notifications.
pub async fn list(app: &App, filter: NoticeFilter) -> Result<Vec<NoticeSummary>, NoticeError> {
    let state = match &filter.state {
        Some(name) => Some(State::from_name(&name.to_uppercase()).ok_or_else(|| NoticeError::State(name.clone()))?),
        None => None,
    };
    let read = move |tx: &mut Tx| notice::list(tx, state, filter.pid.as_deref(), filter.limit.into());
    let found: Vec<Notice> = app.store.read::<_, Fault, _>(read).await?;
    Ok(found.iter().map(NoticeSummary::from).collect())
}

/// One notification, by its `notify_id`.
pub async fn show(app: &App, notify_id: &str) -> Result<NoticeView, NoticeError> {
    let asked = notify_id.to_owned();
    let read = move |tx: &mut Tx| {
        let notice = find(tx, &asked)?;
        let attempts = notice::attempts(tx, notice.new.id)?;
        Ok((notice, attempts))
    };
    let (notice, attempts) = app.store.read::<_, NoticeError, _>(read).await?;
    let deliveries = attempts.into_iter().map(|made| {
        let string = message::signed_string(app, &notice.new, made.at);
        Delivery::new(made, string)
    });
    let deliveries = deliveries.collect();
    let members = serde_json::from_str(&notice.new.members).unwrap_or_else(|_| notice.new.members.clone().into());
    Ok(NoticeView {
        listed: NoticeSummary::from(&notice),
        auth_app_id: notice.new.auth_app_id,
        sign_type: notice.new.sign_type,
        members,
        deliveries,
    })
}

/// Delivers these notifications anew from now on, whatever became of them, all or none of them.
pub async fn resend(app: &App, notify_ids: Vec<String>) -> Result<usize, NoticeError> {
    let now = app.clock.now();
    let resend = move |tx: &mut Tx| {
        let mut ids =
            notify_ids.iter().map(|asked| Ok(find(tx, asked)?.new.id)).collect::<Result<Vec<_>, NoticeError>>()?;
        // Row locks are taken in one order, whoever asks.
        ids.sort_unstable();
        ids.dedup();
        for &id in &ids {
            notice::resend(tx, id, now)?;
        }
        Ok(ids.len())
    };
    app.store.write(resend).await
}

fn find(tx: &mut Tx, notify_id: &str) -> Result<Notice, NoticeError> {
    let unknown = || NoticeError::Unknown(notify_id.to_owned());
    let text = NotifyIdText::parse(notify_id).ok_or_else(unknown)?;
    let notice = notice::find(tx, text.number)?.ok_or_else(unknown)?;
    if text.names(NotifyId::new(notice.new.at, notice.new.id)) { Ok(notice) } else { Err(unknown()) }
}

impl From<&Notice> for NoticeSummary {
    fn from(notice: &Notice) -> NoticeSummary {
        let new = &notice.new;
        NoticeSummary {
            notify_id: NotifyId::new(new.at, new.id).to_text(),
            notify_type: new.kind.clone(),
            pid: new.pid.clone(),
            app_id: new.app_id.clone(),
            subject: new.subject.clone(),
            url: new.url.clone(),
            state: notice.state.name().to_owned(),
            attempts: notice.attempts,
            created_at: time::format(new.at),
            next_at: notice.next_at.map(time::format),
        }
    }
}

impl Delivery {
    fn new(made: Attempt, string: Option<(Charset, String)>) -> Delivery {
        let Attempt { attempt, at, took_us, status, answer, error } = made;
        let (charset, signed) = string.unzip();
        let charset = charset.unwrap_or(Charset::Utf8).name().to_owned();
        Delivery { attempt, at: time::format(at), took_ms: took_us / 1_000, status, answer, error, charset, signed }
    }
}
