//! What was done to an activity, by whom, and what an auditor said of it: its orders.

use crate::id::{AuditId, OrderId};

/// Declares an enumeration whose members the wire spells.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$member_doc])* $member,)* }

        impl $name {
            /// Every member, in the order of the declaration.
            pub const ALL: &'static [$name] = &[$($name::$member),*];

            /// The member's name on the wire and in the store, in capitals.
            pub fn name(self) -> &'static str {
                match self { $($name::$member => $text,)* }
            }

            /// The member with that name; `None` for any other text.
            pub fn from_name(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}

named! {
    /// What an order did to its activity.
    OrderKind {
        /// The activity was made.
        Create = "CAMPAIGN_CREATE_ORDER",
        /// It began to count, at once or with an auditor's yes.
        Enable = "CAMPAIGN_ENABLE_ORDER",
        /// The activity was extended.
        Modify = "CAMPAIGN_MODIFY_ORDER",
        /// The merchant took the activity offline.
        Close = "CAMPAIGN_CLOSE_ORDER",
        /// The activity's end passed.
        Finish = "CAMPAIGN_FINISH_ORDER",
    }
}

named! {
    /// How far an order is.
    OrderStatus {
        /// An auditor has been asked and has not answered.
        Doing = "DOING",
        /// The order has taken effect.
        Success = "SUCCESS",
        /// The order was rejected, or the activity was taken offline before an answer.
        Fail = "FAIL",
    }
}

named! {
    /// An auditor's answer to an order.
    ReviewStatus {
        /// The auditor has not answered.
        Auditing = "AUDITING",
        /// The auditor approved the order.
        Pass = "PASS",
        /// The auditor rejected the order.
        Reject = "REJECT",
        /// Nothing, for the activity was taken off line before.
        Cancel = "CANCEL",
    }
}

/// One entry of an activity's history: something that was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityOrder {
    /// The order's id, which holds the day it was made on.
    pub id: OrderId,
    /// The store's number of the activity.
    pub activity: i64,
    /// What the order did.
    pub kind: OrderKind,
    /// How far the order is.
    pub status: OrderStatus,
    /// The account id of whoever made the order; `SYSTEM` for the platform.
    pub creator_id: String,
    /// What that one is: `MER`, `MER_OPERATOR`, `PROVIDER`, `PROVIDER_STAFF` or `SYSTEM`.
    pub creator_type: String,
    /// The reason that the maker gave.
    pub reason: Option<String>,
    /// The audit of the order, where one was asked for.
    pub review: Option<Review>,
}

/// The audit of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its id, which says when the auditor was asked.
    pub id: AuditId,
    /// The auditor's answer.
    pub status: ReviewStatus,
    /// The auditor's name, once there is an answer.
    pub auditor_id: Option<String>,
    /// The reason that the auditor gave.
    pub reason: Option<String>,
    /// When the auditor answered, UTC milliseconds.
    pub at: Option<i64>,
}

impl ActivityOrder {
    /// An order that the platform itself made and that has taken effect.
    pub fn by_system(id: OrderId, activity: i64, kind: OrderKind) -> ActivityOrder {
        const SYSTEM: &str = "SYSTEM";
        ActivityOrder {
            id,
            activity,
            kind,
            status: OrderStatus::Success,
            creator_id: SYSTEM.to_owned(),
            creator_type: SYSTEM.to_owned(),
            reason: None,
            review: None,
        }
    }

    /// The order for which an auditor is asked, as it is once that is over; one for which nobody was asked stays as it
    /// is.
    pub fn reviewed(
        self,
        status: ReviewStatus,
        auditor_id: Option<&str>,
        reason: Option<&str>,
        at: i64,
    ) -> ActivityOrder {
        let Some(review) = self.review else { return self };
        let outcome = match status {
            ReviewStatus::Auditing => OrderStatus::Doing,
            ReviewStatus::Pass => OrderStatus::Success,
            ReviewStatus::Reject | ReviewStatus::Cancel => OrderStatus::Fail,
        };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let review = Review { status, auditor_id: owned(auditor_id), reason: owned(reason), at: Some(at), ..review };
        ActivityOrder { status: outcome, review: Some(review), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_ends_the_order_that_it_is_about() {
        let order = ActivityOrder::by_system(OrderId::new(0, 1), 7, OrderKind::Create);
        assert_eq!(order.clone().reviewed(ReviewStatus::Pass, None, None, 5), order);
        let review =
            Review { id: AuditId::new(0, 2), status: ReviewStatus::Auditing, auditor_id: None, reason: None, at: None };
        let asked = ActivityOrder { status: OrderStatus::Doing, review: Some(review), ..order };
        for (said, status) in [
            (ReviewStatus::Auditing, OrderStatus::Doing),
            (ReviewStatus::Pass, OrderStatus::Success),
            (ReviewStatus::Reject, OrderStatus::Fail),
            (ReviewStatus::Cancel, OrderStatus::Fail),
        ] {
            let done = asked.clone().reviewed(said, Some("OPERATOR"), Some("图不清"), 5);
            let review = done.review.expect("it was asked for");
            assert_eq!((done.status, review.status, review.at), (status, said, Some(5)));
        }
    }
}
