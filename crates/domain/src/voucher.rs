//! A voucher: what a member holds until it is used, or its time is over (contract: DOMAIN.md, "State machines").
//!
//! ENABLED → USING (a trade waits with it) → USED → REFUNDED (all of that trade was given back); USING → ENABLED. UNACTIVE
//! and EXPIRED follow from its times and are never waited for. Times are UTC milliseconds.

use crate::id::VoucherId;

/// What was last done with a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing: it can be used in its time.
    Enabled,
    /// A trade that is not paid yet holds it.
    Using,
    /// It was used.
    Used,
    /// It was used, and all that it was used for was given back.
    Refunded,
    /// Its time went by, and what was reserved for it has gone back.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 5] = [Status::Enabled, Status::Using, Status::Used, Status::Refunded, Status::Expired];

    /// As the wire and the store spell it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Enabled => "ENABLED",
            Status::Using => "USING",
            Status::Used => "USED",
            Status::Refunded => "REFUNDED",
            Status::Expired => "EXPIRED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A voucher of an activity's coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// Its id, which says when it was received.
    pub id: VoucherId,
    /// The merchant who gives.
    pub pid: String,
    /// Who holds it.
    pub user_id: String,
    /// The number of the activity that it is of.
    pub activity: Option<i64>,
    /// The number of the activity's tool that it is of.
    pub tool: Option<i64>,
    /// The token that it was taken with.
    pub token: Option<String>,
    /// What was last done with it.
    pub status: Status,
    /// The first moment at which it can be used.
    pub starts_at: i64,
    /// The last one.
    pub ends_at: i64,
    /// The number of the trade that holds or used it.
    pub trade: Option<i64>,
    /// Until when it is held.
    pub held_until: Option<i64>,
    /// When it was used.
    pub used_at: Option<i64>,
    /// Counts its changes, from 1.
    pub version: i64,
}

/// How a voucher stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Its time has not come.
    Unactive,
    /// It can be used.
    Usable,
    /// A trade holds it.
    Held,
    /// It was used.
    Used,
    /// It was used, and all was given back.
    Refunded,
    /// Its time is over.
    Expired,
}

impl Voucher {
    /// How it stands at `now`. What is held for longer than was said is held no more.
    pub fn stand(&self, now: i64) -> Stand {
        match self.status {
            Status::Used => Stand::Used,
            Status::Refunded => Stand::Refunded,
            Status::Using if self.held_until.is_none_or(|end| now < end) => Stand::Held,
            Status::Enabled | Status::Using if now < self.starts_at => Stand::Unactive,
            Status::Enabled | Status::Using if now <= self.ends_at => Stand::Usable,
            Status::Enabled | Status::Using | Status::Expired => Stand::Expired,
        }
    }

    /// Whether its holder can still use it, now or later.
    pub fn is_unredeemed(&self, now: i64) -> bool {
        matches!(self.stand(now), Stand::Unactive | Stand::Usable | Stand::Held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_it_stands_at_every_moment_in_every_status() {
        use Stand::{Expired, Held, Refunded, Unactive, Usable, Used};
        let voucher = Voucher {
            id: VoucherId::new(0, 7 << 10),
            pid: "2088201914979011".to_owned(),
            user_id: "2088102146931393".to_owned(),
            activity: Some(1),
            tool: Some(2),
            token: None,
            status: Status::Enabled,
            starts_at: 10,
            ends_at: 20,
            trade: None,
            held_until: None,
            used_at: None,
            version: 1,
        };
        for (status, held_until, expect) in [
            (Status::Enabled, None, [Unactive, Usable, Usable, Usable, Expired]),
            (Status::Using, None, [Held; 5]),
            (Status::Using, Some(15), [Held, Held, Usable, Usable, Expired]),
            (Status::Used, None, [Used; 5]),
            (Status::Refunded, None, [Refunded; 5]),
            (Status::Expired, None, [Expired; 5]),
        ] {
            let voucher = Voucher { status, held_until, ..voucher.clone() };
            assert_eq!([9, 10, 15, 20, 21].map(|now| voucher.stand(now)), expect, "{status:?} {held_until:?}");
            for now in [9, 10, 15, 20, 21] {
                let open = matches!(voucher.stand(now), Unactive | Usable | Held);
                assert_eq!(voucher.is_unredeemed(now), open);
            }
        }
        for status in Status::ALL {
            assert_eq!(Status::from_name(status.name()), Some(status));
        }
        assert_eq!(Status::from_name("enabled"), None);
    }
}
