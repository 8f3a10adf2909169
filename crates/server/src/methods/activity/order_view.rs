//! `activity_orders`: what was done to an activity, as callers are shown it.

use crate::biz::{Shape, answer};
use domain::activity::ActivityOrder;
use serde::Deserialize;
use wire::time;

answer! {
    /// One order.
    #[derive(Clone, Debug, Deserialize)]
    pub struct OrderView {
        /// The id of the order.
        order_id: String,
        /// `CAMPAIGN_…_ORDER` with CREATE, ENABLE, MODIFY, CLOSE or FINISH.
        order_type: String,
        /// DOING while an audit is waited for, SUCCESS or FAIL.
        order_status: String,
        /// What the audit came to, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        audit_status: Option<String>,
        /// The account id of who gave the order.
        creator_id: String,
        /// What that is: MER, MER_OPERATOR, PROVIDER, PROVIDER_STAFF; SYSTEM for the platform.
        creator_type: String,
        /// The audits of the order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        activity_audit_list: Vec<AuditView>,
    }
}

answer! {
    /// An audit.
    #[derive(Clone, Debug, Deserialize)]
    struct AuditView {
        /// The id of the audit.
        audit_id: String,
        /// AUDITING, PASS, REJECT; CANCEL where the activity was taken off line before.
        audit_status: String,
        /// Who decided.
        #[serde(skip_serializing_if = "Option::is_none")]
        creator_id: Option<String>,
        /// What that is: SALES, who runs the platform.
        #[serde(skip_serializing_if = "Option::is_none")]
        creator_type: Option<String>,
        /// When it was decided.
        #[serde(skip_serializing_if = "Option::is_none")]
        operation_time: Option<String> = Shape::Date,
        /// Why it was rejected.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
}

impl OrderView {
    /// As callers are shown it.
    pub fn new(order: &ActivityOrder) -> OrderView {
        let audit = order.review.as_ref().map(|review| AuditView {
            audit_id: review.id.to_text(),
            audit_status: review.status.name().to_owned(),
            // The only auditor there is: whoever runs the platform.
            creator_type: review.auditor_id.as_ref().map(|_| "SALES".to_owned()),
            creator_id: review.auditor_id.clone(),
            operation_time: review.at.map(time::format),
            reason: review.reason.clone(),
        });
        OrderView {
            order_id: order.id.to_text(),
            order_type: order.kind.name().to_owned(),
            order_status: order.status.name().to_owned(),
            audit_status: order.review.as_ref().map(|review| review.status.name().to_owned()),
            creator_id: order.creator_id.clone(),
            creator_type: order.creator_type.clone(),
            activity_audit_list: audit.into_iter().collect(),
        }
    }

    /// What was done, how far that is, and who did it; then what auditors said of it.
    pub fn lines(&self) -> Vec<String> {
        let audit = self.audit_status.as_ref().map_or_else(String::new, |status| format!(" {status}"));
        let OrderView { order_id, order_type, order_status, creator_id, creator_type, .. } = self;
        let order =
            format!("{:16} {order_id} {order_type} {order_status}{audit} by {creator_type} {creator_id}", "order");
        let audits = self.activity_audit_list.iter().filter_map(|audit| {
            let AuditView { audit_status, creator_id, operation_time, reason, .. } = audit;
            let (by, at) = (creator_id.as_ref()?, operation_time.as_deref().unwrap_or_default());
            let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            Some(format!("  {:14} {audit_status} by {by} {at}{reason}", "audit"))
        });
        [order].into_iter().chain(audits).collect()
    }
}
