//! Notifications: written in the transaction that causes them, delivered by a job, every delivery kept.

use domain::notice::{DeliveryOutcome, State};

use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::{job, params};

/// The kind of the job that delivers a notification.
pub const DELIVER: &str = job::NOTICE_DELIVER;

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { lock: Lock::Job, ..Table::by_bucket("notice", BucketOf::Id("id")) },
        Table { without_rowid: true, lock: Lock::Job, ..Table::by_bucket("notice_attempt", BucketOf::Id("notice")) },
    ],
    proofs: &[
        Proof { name: "deliveries that wait", count: JOBS, differ: DELIVER_OFF, values: &[DELIVER] },
        Proof { name: "attempts of deliveries", count: NOTICES, differ: ATTEMPTS_OFF, values: &[] },
    ],
};

statements! {
    INSERT = "INSERT INTO notice (bucket, id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, state,
            attempts, rung, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'PENDING', 0, 0, $11, $11)";
    FIND = "SELECT id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, state, attempts, rung, created_at,
            next_at FROM notice WHERE bucket = $1 AND id = $2";
    LIST: all_buckets = "SELECT id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, state, attempts, rung, created_at,
            next_at FROM notice WHERE ($1 = '' OR state = $1) AND ($2 = '' OR pid = $2) ORDER BY id DESC LIMIT $3";
    TRIED = "UPDATE notice SET state = $1, attempts = attempts + 1, rung = rung + 1, next_at = $2
        WHERE bucket = $3 AND id = $4 AND attempts = $5 AND rung = $6 AND next_at = $7";
    // What was resent while it was delivered keeps its new time.
    TRIED_MEANWHILE = "UPDATE notice SET attempts = attempts + 1 WHERE bucket = $1 AND id = $2 AND attempts = $3
        RETURNING next_at";
    AGAIN = "UPDATE notice SET state = 'PENDING', rung = 0, next_at = $1 WHERE bucket = $2 AND id = $3 RETURNING url";
    ATTEMPT = "INSERT INTO notice_attempt (bucket, notice, attempt, at, took_us, status, answer, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ATTEMPTS = "SELECT attempt, at, took_us, status, answer, error FROM notice_attempt WHERE bucket = $1 AND notice = $2
        ORDER BY attempt";
    JOBS: proof = "SELECT COUNT(*) FROM job";
    DELIVER_OFF: proof = "SELECT notice.kind || ' ' || notice.subject, notice.state, COALESCE(job.kind, 'no job') FROM notice
        LEFT JOIN job ON job.bucket = notice.bucket AND job.subject = notice.id AND job.kind = $1
        WHERE (notice.state = 'PENDING' AND job.kind IS NULL) OR (notice.state <> 'PENDING' AND job.kind IS NOT NULL)
        ORDER BY 1";
    NOTICES: proof = "SELECT COUNT(*) FROM notice";
    ATTEMPTS_OFF: proof = "SELECT notice.kind || ' ' || notice.subject, CAST(notice.attempts AS TEXT),
            CAST(COALESCE(tried.times, 0) AS TEXT) FROM notice
        LEFT JOIN (SELECT bucket, notice, COUNT(*) AS times FROM notice_attempt GROUP BY bucket, notice) AS tried
            ON tried.bucket = notice.bucket AND tried.notice = notice.id
        WHERE notice.attempts <> COALESCE(tried.times, 0) ORDER BY 1";
}

/// A notification that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// What the store knows it by.
    pub id: i64,
    /// The merchant whom it is about.
    pub pid: String,
    /// The app that registered the address.
    pub app_id: String,
    /// The merchant's own app, where an ISV's acts for it.
    pub auth_app_id: String,
    /// `notify_type`.
    pub kind: String,
    /// What it is about, to find it by: the trade's number.
    pub subject: String,
    /// Where it goes.
    pub url: String,
    /// `RSA2` or `RSA`: that of the call that registered the address.
    pub sign_type: String,
    /// What the event says, a JSON object of texts, without the envelope.
    pub members: String,
    /// When it happened, UTC milliseconds; its first delivery is due at once.
    pub at: i64,
}

/// A notification as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it was made with.
    pub new: NewNotice,
    /// How far it is.
    pub state: State,
    /// How often it was delivered.
    pub attempts: u32,
    /// How often since the first time, or since it was resent by hand.
    pub rung: u32,
    /// When it is delivered next, UTC milliseconds.
    pub next_at: Option<i64>,
}

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1 up.
    pub attempt: u32,
    /// When it began, UTC milliseconds.
    pub at: i64,
    /// How long it took, microseconds of real time.
    pub took_us: i64,
    /// HTTP's, if there was an answer.
    pub status: Option<i32>,
    /// The first of what was answered.
    pub answer: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// Queues a notification.
pub fn insert(tx: &mut Tx, notice: &NewNotice) -> Result<(), Fault> {
    let NewNotice { id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, at } = notice;
    let bucket = Bucket::of_id(*id);
    let values = params![bucket, *id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, *at];
    tx.execute(INSERT, values)?;
    job::put_in_queue(tx, DELIVER, queue(url), *id, *at)
}

/// The notification of that id.
pub fn find(tx: &mut Tx, id: i64) -> Result<Option<Notice>, Fault> {
    tx.query_opt(FIND, params![Bucket::of_id(id), id])
}

/// The newest `limit` notifications, of this state and merchant where they are given.
pub fn list(tx: &mut Tx, state: Option<State>, pid: Option<&str>, limit: i64) -> Result<Vec<Notice>, Fault> {
    tx.query(LIST, params![state.map_or("", State::name), pid.unwrap_or_default(), limit])
}

/// Every delivery of a notification, in order.
pub fn attempts(tx: &mut Tx, id: i64) -> Result<Vec<Attempt>, Fault> {
    let rows = tx.query(ATTEMPTS, params![Bucket::of_id(id), id])?;
    let read = |(attempt, at, took_us, status, answer, error)| Attempt { attempt, at, took_us, status, answer, error };
    Ok(rows.into_iter().map(read).collect())
}

/// Keeps a delivery of `notice`, as it was when that began, and what follows it. If it was resent meanwhile, that
/// follows; if another process has delivered it meanwhile, nothing is kept and nothing is given. Else gives what
/// follows.
pub fn tried(
    tx: &mut Tx,
    notice: &Notice,
    attempt: &Attempt,
    after: DeliveryOutcome,
) -> Result<Option<DeliveryOutcome>, Fault> {
    let (bucket, id) = (Bucket::of_id(notice.new.id), notice.new.id);
    let (before, rung) = (attempt.attempt - 1, notice.rung);
    let values = params![after.state.name(), after.next_at, bucket, id, before, rung, notice.next_at];
    let after = if tx.execute(TRIED, values)? == 1 {
        after
    } else {
        let resent = tx.query_opt(TRIED_MEANWHILE, params![bucket, id, before])?;
        let Some((next_at,)) = resent else { return Ok(None) };
        DeliveryOutcome { state: State::Pending, next_at }
    };
    let Attempt { attempt, at, took_us, status, answer, error } = attempt;
    let (answer, error) = (answer.as_deref(), error.as_deref());
    tx.execute(ATTEMPT, params![bucket, id, *attempt, *at, *took_us, *status, answer, error])?;
    match after.next_at {
        Some(next_at) => job::put_in_queue(tx, DELIVER, queue(&notice.new.url), id, next_at)?,
        None => drop(job::take(tx, DELIVER, id)?),
    }
    Ok(Some(after))
}

/// Has a notification delivered anew from `now` on, whatever became of it; whether there is one of that id.
pub fn resend(tx: &mut Tx, id: i64, now: i64) -> Result<bool, Fault> {
    let Some((url,)) = tx.query_opt::<(String,)>(AGAIN, params![now, Bucket::of_id(id), id])? else {
        return Ok(false);
    };
    job::put_in_queue(tx, DELIVER, queue(&url), id, now)?;
    Ok(true)
}

/// Whose slowness a notification may have to wait for: scheme, host and port of its address.
pub fn queue(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

impl FromRow for Notice {
    fn from_row(row: &dyn Row) -> Result<Notice, Fault> {
        let text = |index| column::<String>(row, index);
        let state = text(9)?;
        Ok(Notice {
            new: NewNotice {
                id: column(row, 0)?,
                pid: text(1)?,
                app_id: text(2)?,
                auth_app_id: text(3)?,
                kind: text(4)?,
                subject: text(5)?,
                url: text(6)?,
                sign_type: text(7)?,
                members: text(8)?,
                at: column(row, 12)?,
            },
            state: State::from_name(&state).ok_or_else(|| Fault::bug(format!("notice: unknown state {state}")))?,
            attempts: column(row, 10)?,
            rung: column(row, 11)?,
            next_at: column(row, 13)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_a_host() {
        for (url, expect) in [
            ("http://127.0.0.1:80/a/b?c=d", "http://127.0.0.1:80"),
            ("https://example.com", "https://example.com"),
            ("https://example.com?a=/b", "https://example.com"),
            ("https://example.com#/b", "https://example.com"),
            ("/nowhere", ""),
            ("", ""),
        ] {
            assert_eq!(queue(url), expect, "{url}");
        }
    }
}
