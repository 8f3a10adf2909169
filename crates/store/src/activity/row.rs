//! Activities as the table has them: made, found, listed, and changed by who has loaded them.

use domain::activity::{Activity, Kind, Status};
use domain::id::{CampId, CampIdText};
use domain::trade::Origin;

use super::tables::SCOPE;
use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val, column};
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::{idempotency, params};

statements! {
    INSERT = "INSERT INTO activity (id, pid, name, kind, status, audit_status, starts_at, ends_at, length_ms, auto_delay,
            crowd, content, app_id, auth_app_id, notify_url, sign_type, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    UPDATE = "UPDATE activity SET status = $1, audit_status = $2, ends_at = $3, content = $4, version = version + 1
        WHERE id = $5 AND version = $6";
    GET = "SELECT id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, crowd, content, app_id, auth_app_id,
            notify_url, sign_type, created_at, version FROM activity WHERE id = $1";
    VERSION = "SELECT version FROM activity WHERE id = $1";
    CROWD_USED = "SELECT COUNT(*) FROM activity WHERE crowd = $1 AND status IN ('CREATED', 'STARTED')";
    OF_CROWD = "SELECT id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, crowd, content, app_id,
            auth_app_id, notify_url, sign_type, created_at, version FROM activity WHERE crowd = $1
        ORDER BY created_at DESC, id DESC LIMIT $2";
    PAGE = "SELECT id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, crowd, content, app_id, auth_app_id,
            notify_url, sign_type, created_at, version FROM activity
        WHERE pid = $1 AND ($2 = '' OR name = $2) AND starts_at >= $3 AND ends_at <= $4
            AND status IN ($5, $6, $7, $8, $9) ORDER BY created_at DESC, id DESC LIMIT $10 OFFSET $11";
    TOTAL = "SELECT COUNT(*) FROM activity
        WHERE pid = $1 AND ($2 = '' OR name = $2) AND starts_at >= $3 AND ends_at <= $4
            AND status IN ($5, $6, $7, $8, $9)";
    LIST = "SELECT id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, crowd, content, app_id, auth_app_id,
            notify_url, sign_type, created_at, version FROM activity
        WHERE ($1 = '' OR pid = $1) AND ($2 = '' OR status = $2) ORDER BY created_at DESC, id DESC LIMIT $3";
}

/// What the numbers of a merchant's activities, of their tools and of their orders carry.
pub fn bucket(pid: &str) -> Bucket {
    bucket_of(pid, "")
}

/// Within what the keys are unique that a merchant's activities are made with.
pub fn scope(pid: &str) -> String {
    idempotency::scope(&[SCOPE, pid])
}

/// Keeps a new activity.
pub fn insert(tx: &mut Tx, activity: &Activity) -> Result<(), Fault> {
    let Activity { id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, .. } = activity;
    let Origin { app_id, auth_app_id, notify_url, sign_type } = &activity.origin;
    let values = params![
        id.number,
        pid,
        name,
        kind.name(),
        status.name(),
        status.audit_name(),
        *starts_at,
        *ends_at,
        *length_ms,
        *auto_delay,
        activity.crowd,
        &activity.content,
        app_id,
        auth_app_id,
        notify_url.as_deref(),
        sign_type,
        id.created_at,
        activity.version
    ];
    tx.execute(INSERT, values).map(drop)
}

/// Keeps what happened to an activity, and counts it. Should another operation have changed it since it was loaded,
/// this one runs again.
pub fn update(tx: &mut Tx, activity: &Activity) -> Result<(), Fault> {
    let Activity { id, status, ends_at, content, version, .. } = activity;
    let values = params![status.name(), status.audit_name(), *ends_at, content, id.number, *version];
    if tx.execute(UPDATE, values)? == 1 { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// For who has decided by an activity and now holds what its end waits for ([`counter::hold`](crate::counter::hold)):
/// should another operation have changed the activity since it was loaded, this one runs again. Where one process
/// writes, there is no other.
pub fn expect_unchanged(tx: &mut Tx, activity: &Activity) -> Result<(), Fault> {
    if !tx.has_other_processes() {
        return Ok(());
    }
    let current: Option<(i64,)> = tx.query_opt(VERSION, params![activity.id.number])?;
    if current == Some((activity.version,)) { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// The activity that the store knows by this number, whoever's it is.
pub fn get(tx: &mut Tx, number: i64) -> Result<Option<Activity>, Fault> {
    tx.query_opt(GET, params![number])
}

/// A merchant's activity; `None` for one that was never made, is another merchant's, or has another day.
pub fn find(tx: &mut Tx, pid: &str, id: CampIdText) -> Result<Option<Activity>, Fault> {
    Ok(get(tx, id.number)?.filter(|activity| activity.pid == pid && id.names(activity.id)))
}

/// Whether an activity that is not over is for the members of this crowd, by its number.
pub fn uses_crowd(tx: &mut Tx, crowd: i64) -> Result<bool, Fault> {
    let (count,) = tx.query_one::<(i64,)>(CROWD_USED, params![crowd])?;
    Ok(0 < count)
}

/// The newest `limit` activities that are for the members of this crowd, by its number; those that are over too.
pub fn of_crowd(tx: &mut Tx, crowd: i64, limit: u32) -> Result<Vec<Activity>, Fault> {
    tx.query(OF_CROWD, params![crowd, limit])
}

/// Which of a merchant's activities are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Those with exactly this name; all when empty.
    pub name: &'a str,
    /// Those that start then or later, UTC milliseconds.
    pub starts_from: i64,
    /// Those that end then or earlier.
    pub ends_until: i64,
    /// Those in one of these statuses.
    pub statuses: &'a [Status],
}

impl Wanted<'_> {
    fn values<'v>(&'v self, pid: &'v str) -> Vec<Val<'v>> {
        let mut values = params![pid, self.name, self.starts_from, self.ends_until].to_vec();
        // One statement for however many statuses: an empty text is none.
        let status = |nth| self.statuses.get(nth).map_or("", |status: &Status| status.name());
        values.extend((0..Status::ALL.len()).map(status).map(Val::Text));
        values
    }
}

/// One page of a merchant's activities, newest first, and how many are wanted on all pages.
pub fn page(
    tx: &mut Tx,
    pid: &str,
    wanted: &Wanted<'_>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Activity>, i64), Fault> {
    let mut values = wanted.values(pid);
    let (total,) = tx.query_one(TOTAL, &values)?;
    values.extend([Val::Int(limit), Val::Int(offset)]);
    Ok((tx.query(PAGE, &values)?, total))
}

/// Everybody's activities, newest first, for whoever runs the platform; those of one merchant, or in one status, where
/// that is not empty.
pub fn list(tx: &mut Tx, pid: &str, status: &str, limit: i64) -> Result<Vec<Activity>, Fault> {
    tx.query(LIST, params![pid, status, limit])
}

impl FromRow for Activity {
    fn from_row(row: &dyn Row) -> Result<Activity, Fault> {
        let (kind, status): (String, String) = (column(row, 3)?, column(row, 4)?);
        let unknown = |what: &str, name: &str| Fault::bug(format!("unknown {what} of an activity {name}"));
        Ok(Activity {
            id: CampId::new(column(row, 15)?, column(row, 0)?),
            pid: column(row, 1)?,
            name: column(row, 2)?,
            kind: Kind::from_name(&kind).ok_or_else(|| unknown("kind", &kind))?,
            status: Status::from_name(&status).ok_or_else(|| unknown("status", &status))?,
            starts_at: column(row, 5)?,
            ends_at: column(row, 6)?,
            length_ms: column(row, 7)?,
            auto_delay: column(row, 8)?,
            crowd: column(row, 9)?,
            content: column(row, 10)?,
            origin: Origin {
                app_id: column(row, 11)?,
                auth_app_id: column(row, 12)?,
                notify_url: column(row, 13)?,
                sign_type: column(row, 14)?,
            },
            version: column(row, 16)?,
        })
    }
}
