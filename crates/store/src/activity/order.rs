//! What was done to activities.

use domain::activity::{ActivityOrder, OrderKind, OrderStatus, Review, ReviewStatus};
use domain::id::{AuditId, OrderId};

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    INSERT = "INSERT INTO activity_order (activity, id, kind, status, creator_id, creator_type, reason, at, audit_id,
            audit_status, auditor_id, auditor_type, audit_reason, audited_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    REVIEW = "UPDATE activity_order SET status = $1, audit_status = $2, auditor_id = $3, auditor_type = $4,
            audit_reason = $5, audited_at = $6 WHERE activity = $7 AND id = $8";
    ORDERS = "SELECT activity, id, kind, status, creator_id, creator_type, reason, at, audit_id, audit_status, auditor_id,
            audit_reason, audited_at FROM activity_order WHERE activity = $1 ORDER BY at DESC, id DESC";
}

/// The only kind of auditor there is: whoever runs the platform.
const AUDITOR: &str = "SALES";

/// Keeps what was done.
pub fn insert_order(tx: &mut Tx, order: &ActivityOrder) -> Result<(), Fault> {
    let ActivityOrder { id, activity, kind, status, creator_id, creator_type, reason, review } = order;
    let review = review.as_ref();
    let values = params![
        *activity,
        id.number,
        kind.name(),
        status.name(),
        creator_id,
        creator_type,
        reason.as_deref(),
        id.created_at,
        review.map(|it| it.id.number),
        review.map(|it| it.status.name()),
        review.and_then(|it| it.auditor_id.as_deref()),
        review.and_then(|it| it.auditor_id.as_deref()).map(|_| AUDITOR),
        review.and_then(|it| it.reason.as_deref()),
        review.and_then(|it| it.at)
    ];
    tx.execute(INSERT, values).map(drop)
}

/// Keeps what an auditor said of what was done; the version of its activity guards it.
pub fn review(tx: &mut Tx, order: &ActivityOrder) -> Result<(), Fault> {
    let Some(Review { status, auditor_id, reason, at, .. }) = &order.review else { return Ok(()) };
    let values = params![
        order.status.name(),
        status.name(),
        auditor_id.as_deref(),
        auditor_id.as_deref().map(|_| AUDITOR),
        reason.as_deref(),
        *at,
        order.activity,
        order.id.number
    ];
    tx.execute(REVIEW, values).map(drop)
}

/// What was done to an activity, the newest first.
pub fn orders(tx: &mut Tx, activity: i64) -> Result<Vec<ActivityOrder>, Fault> {
    tx.query(ORDERS, params![activity])
}

impl FromRow for ActivityOrder {
    fn from_row(row: &dyn Row) -> Result<ActivityOrder, Fault> {
        let (kind, status): (String, String) = (column(row, 2)?, column(row, 3)?);
        let unknown = |what: &str, name: &str| Fault::bug(format!("unknown {what} of an activity's order {name}"));
        let at: i64 = column(row, 7)?;
        let review = match (column::<Option<i64>>(row, 8)?, column::<Option<String>>(row, 9)?) {
            (Some(number), Some(status)) => Some(Review {
                id: AuditId::new(at, number),
                status: ReviewStatus::from_name(&status).ok_or_else(|| unknown("review", &status))?,
                auditor_id: column(row, 10)?,
                reason: column(row, 11)?,
                at: column(row, 12)?,
            }),
            _ => None,
        };
        Ok(ActivityOrder {
            id: OrderId::new(at, column(row, 1)?),
            activity: column(row, 0)?,
            kind: OrderKind::from_name(&kind).ok_or_else(|| unknown("kind", &kind))?,
            status: OrderStatus::from_name(&status).ok_or_else(|| unknown("status", &status))?,
            creator_id: column(row, 4)?,
            creator_type: column(row, 5)?,
            reason: column(row, 6)?,
            review,
        })
    }
}
