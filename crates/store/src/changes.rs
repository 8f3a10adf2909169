//! Changes to what processes cache: an effect for the listeners of this process, and for other processes a row of the
//! table `changes`, written in the transaction that made the change.
//!
//! SQLite has one process, so there the table stays empty. On PostgreSQL the others read it: see `poll`.

use std::sync::Arc;

use domain::tag::Tag;

use crate::bucket::bucket_of;
use crate::fault::Fault;
use crate::heard;
use crate::member::Member;
use crate::params;
use crate::sales::Sales;
use crate::sql::statements;
use crate::tx::Tx;
use crate::world::{App, Authorization, Merchant, Shop};

statements! {
    INSERT = "INSERT INTO changes (bucket, origin, seq, kind, subject, payload) VALUES ($1, $2, $3, $4, $5, $6)";
}

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
    /// A job was planned. Told to this process only: the others ask for what is due.
    Job {
        /// When it is due, UTC milliseconds.
        due_at: i64,
    },
    /// Changes may have been missed: read again whatever is cached.
    Missed,
}

impl Change {
    /// What the table calls it.
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
            Change::Job { .. } => "job",
            Change::Missed => "missed",
        }
    }

    /// The id of what changed.
    fn subject(&self) -> &str {
        match self {
            Change::App(app) => &app.app_id,
            Change::Authorization(authorization) => &authorization.app_auth_token,
            Change::Merchant(merchant) => &merchant.pid,
            Change::Shop(shop) => &shop.shop_id,
            Change::Tags { pid, .. } | Change::Members { pid, .. } | Change::Sales { pid, .. } => pid,
            Change::Setting { name, .. } => name,
            Change::Job { .. } | Change::Missed => "",
        }
    }

    /// Whether others are to hear of it at once. To ring takes a lock that all who ring share until they have committed:
    /// nothing for what every payment changes.
    fn is_rare(&self) -> bool {
        !matches!(self, Change::Members { .. } | Change::Sales { .. })
    }

    /// Which parts of the subject others must read again: the user ids of members as a JSON list.
    fn payload(&self) -> String {
        let users: Vec<&str> = match self {
            Change::Members { rows, .. } => rows.iter().map(|row| row.user_id.as_str()).collect(),
            Change::Sales { rows, .. } => rows.iter().map(|row| row.user_id.as_str()).collect(),
            _ => return String::new(),
        };
        serde_json::to_string(&users).expect("texts are JSON")
    }
}

/// Tells everybody: this process after COMMIT, others through the table.
pub(crate) fn announce(tx: &mut Tx, change: Change) -> Result<(), Fault> {
    if tx.has_company() {
        let (origin, seq) = (tx.shared.origin, tx.shared.next_seq());
        let (subject, payload) = (change.subject(), change.payload());
        tx.execute(INSERT, params![bucket_of(subject, ""), origin, seq, change.kind(), subject, &payload])?;
        tx.announced.push(seq);
        if change.is_rare() {
            heard::ring(tx)?;
        }
    }
    tx.after_commit(change);
    Ok(())
}
