//! Notifications: written in the transaction that causes them, delivered by a job.

use crate::bucket::Bucket;
use crate::fault::Fault;
use crate::sql::statements;
use crate::tx::Tx;
use crate::{job, params};

/// The kind of the job that delivers a notification.
pub const DELIVER: &str = "notice_deliver";

statements! {
    INSERT = "INSERT INTO notice (bucket, id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, state,
            attempts, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'PENDING', 0, $11, $11)";
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

/// Queues a notification.
pub fn insert(tx: &mut Tx, notice: &NewNotice) -> Result<(), Fault> {
    let NewNotice { id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, at } = notice;
    let bucket = Bucket::of_id(*id);
    let values = params![bucket, *id, pid, app_id, auth_app_id, kind, subject, url, sign_type, members, *at];
    tx.execute(INSERT, values)?;
    job::put(tx, DELIVER, *id, *at)
}
