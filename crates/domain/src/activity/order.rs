//! What was done to an activity, by whom, and what an auditor said of it: its orders.

use crate::id::{AuditId, OrderId};

/// Declares an enumeration whose members the wire spells.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$member_doc])* $member,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$member),*];

            /// As the wire spells it.
            pub fn name(self) -> &'static str {
                match self { $($name::$member => $text,)* }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}

named! {
    /// What was done.
    OrderKind {
        /// It was made.
        Create = "CAMPAIGN_CREATE_ORDER",
        /// It began to count, at once or with an auditor's yes.
        Enable = "CAMPAIGN_ENABLE_ORDER",
        /// It was given more.
        Modify = "CAMPAIGN_MODIFY_ORDER",
        /// It was taken off line.
        Close = "CAMPAIGN_CLOSE_ORDER",
        /// Its end passed.
        Finish = "CAMPAIGN_FINISH_ORDER",
    }
}

named! {
    /// How far that is.
    OrderStatus {
        /// An auditor is asked.
        Doing = "DOING",
        /// Done.
        Success = "SUCCESS",
        /// It came to nothing.
        Fail = "FAIL",
    }
}

named! {
    /// What an auditor said.
    ReviewStatus {
        /// Nothing yet.
        Auditing = "AUDITING",
        /// Yes.
        Pass = "PASS",
        /// No.
        Reject = "REJECT",
        /// Nothing, for the activity was taken off line before.
        Cancel = "CANCEL",
    }
}

/// Something that was done to an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id, which says when that was.
    pub id: OrderId,
    /// The number of the activity.
    pub activity: i64,
    /// What was done.
    pub kind: OrderKind,
    /// How far that is.
    pub status: OrderStatus,
    /// Who did it.
    pub creator_id: String,
    /// What that one is: `MER`, `MER_OPERATOR`, `PROVIDER`, `PROVIDER_STAFF` or `SYSTEM`.
    pub creator_type: String,
    /// Why, if they said.
    pub reason: Option<String>,
    /// What an auditor said, where one was asked.
    pub review: Option<Review>,
}

/// What an auditor said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its id, which says when the auditor was asked.
    pub id: AuditId,
    /// Yes, no, or nothing.
    pub status: ReviewStatus,
    /// Who said it.
    pub auditor_id: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When, UTC milliseconds.
    pub at: Option<i64>,
}

impl Order {
    /// Done by the platform itself, and done with.
    pub fn by_system(id: OrderId, activity: i64, kind: OrderKind) -> Order {
        let system = || "SYSTEM".to_owned();
        let (creator_id, creator_type) = (system(), system());
        Order { id, activity, kind, status: OrderStatus::Success, creator_id, creator_type, reason: None, review: None }
    }

    /// The order for which an auditor is asked, as it is once that is over; one for which nobody was asked stays as it is.
    pub fn reviewed(self, status: ReviewStatus, auditor_id: Option<&str>, reason: Option<&str>, at: i64) -> Order {
        let Some(review) = self.review else { return self };
        let outcome = match status {
            ReviewStatus::Auditing => OrderStatus::Doing,
            ReviewStatus::Pass => OrderStatus::Success,
            ReviewStatus::Reject | ReviewStatus::Cancel => OrderStatus::Fail,
        };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let review = Review { status, auditor_id: owned(auditor_id), reason: owned(reason), at: Some(at), ..review };
        Order { status: outcome, review: Some(review), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_ends_the_order_that_it_is_about() {
        let order = Order::by_system(OrderId::new(0, 1), 7, OrderKind::Create);
        assert_eq!(order.clone().reviewed(ReviewStatus::Pass, None, None, 5), order);
        let review =
            Review { id: AuditId::new(0, 2), status: ReviewStatus::Auditing, auditor_id: None, reason: None, at: None };
        let asked = Order { status: OrderStatus::Doing, review: Some(review), ..order };
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
