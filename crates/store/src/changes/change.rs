//! A change to what processes cache, and what others must read again because of it.

use std::sync::Arc;

use domain::tag::Tag;

use super::parts::Parts;
use crate::engine::effect::Effect;
use crate::history::{self, Event};
use crate::member::row::Member;
use crate::sales::row::Sales;
use crate::world::app::App;
use crate::world::authorization::Authorization;
use crate::world::merchant::{Merchant, Shop};

/// What changed, as it is after the change.
#[derive(Clone, Debug)]
pub enum Change {
    /// An app was defined or altered.
    App(Arc<App>),
    /// An authorization was given, altered or revoked.
    Authorization(Arc<Authorization>),
    /// A merchant was defined or altered.
    Merchant(Arc<Merchant>),
    /// A shop was defined or altered.
    Shop(Arc<Shop>),
    /// A merchant's own tags: all of them, in the order of definition.
    Tags {
        /// Whose.
        pid: Arc<str>,
        /// In the order of definition.
        tags: Arc<[Tag]>,
    },
    /// A setting that processes cache, such as the clock.
    Setting {
        /// Which.
        name: Arc<str>,
        /// Its new value.
        value: Arc<str>,
    },
    /// Members were imported or altered.
    Members {
        /// Whose.
        pid: Arc<str>,
        /// The rows as they are now; those that a repeated import left alone are not among them.
        rows: Arc<[Member]>,
    },
    /// What members paid has changed.
    Sales {
        /// Whom they paid.
        pid: Arc<str>,
        /// The sums as they are now.
        rows: Arc<[Sales]>,
    },
    /// Users paid, received or redeemed something, or were given back a payment.
    Events {
        /// With whom.
        pid: Arc<str>,
        /// The facts; some may be known, and some may come twice.
        rows: Arc<[Event]>,
    },
    /// A job was planned. For this process only: the others ask for what is due.
    Job {
        /// When it is due, UTC milliseconds.
        due_at: i64,
    },
    /// Changes may have been missed: read again whatever is cached.
    Missed,
}

impl Change {
    /// What the table `changes` calls it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Change::App(_) => "app",
            Change::Authorization(_) => "authorization",
            Change::Merchant(_) => "merchant",
            Change::Shop(_) => "shop",
            Change::Tags { .. } => "tags",
            Change::Setting { .. } => "setting",
            Change::Members { .. } => "members",
            Change::Sales { .. } => "sales",
            Change::Events { .. } => "events",
            Change::Job { .. } => "job",
            Change::Missed => "missed",
        }
    }

    /// The id of what changed.
    pub(super) fn subject(&self) -> &str {
        match self {
            Change::App(app) => &app.app_id,
            Change::Authorization(authorization) => &authorization.token_key,
            Change::Merchant(merchant) => &merchant.pid,
            Change::Shop(shop) => &shop.shop_id,
            Change::Tags { pid, .. }
            | Change::Members { pid, .. }
            | Change::Sales { pid, .. }
            | Change::Events { pid, .. } => pid,
            Change::Setting { name, .. } => name,
            Change::Job { .. } | Change::Missed => "",
        }
    }

    /// Whether others are to apply it at once. To wake them takes a lock that all who do so share until they have
    /// committed: too dear for what every payment changes.
    pub(super) fn is_rare(&self) -> bool {
        !matches!(self, Change::Members { .. } | Change::Sales { .. } | Change::Events { .. })
    }

    /// Which rows of the subject others must read again; of facts, which nobody reads again, what they are.
    pub(super) fn parts(&self) -> Parts {
        match self {
            Change::Members { rows, .. } => rows.iter().map(|row| (row.user_id.as_str(), row.version)).collect(),
            Change::Sales { rows, .. } => rows.iter().map(|row| (row.user_id.as_str(), row.version)).collect(),
            Change::Events { rows, .. } => rows.iter().map(history::to_text).collect(),
            _ => Parts::default(),
        }
    }
}

impl Effect for Change {
    fn kind(&self) -> &'static str {
        Change::kind(self)
    }
}
