//! Points, as the operator is shown them: what waits frozen, and what one user has on one card.

use super::OperatorError;
use crate::app::App;
use domain::id::CardIdText;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::points::{self, Logged, Open};
use store::{Fault, Tx};
use wire::time;

/// How many entries of the log are shown of an account.
const ENTRIES_MAX: u32 = 20;

/// Which freezes are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Frozen {
    /// Those that have waited this long, milliseconds.
    pub older_ms: i64,
    /// A merchant's; absent for all.
    pub pid: Option<String>,
    /// How many at most, the oldest first.
    pub limit: u32,
}

/// A freeze that waits for COMMIT or CANCEL. Times are those of the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownFreeze {
    /// What COMMIT and CANCEL call it.
    pub point_log_no: String,
    /// The merchant.
    pub pid: String,
    /// The card.
    pub activity_account: String,
    /// Whose points.
    pub user_id: String,
    /// How many.
    pub points: i64,
    /// Since when it waits.
    pub frozen_at: String,
    /// When its card ends, and it is cancelled.
    pub card_ends: String,
}

/// What a user has on a card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownAccount {
    /// The card.
    pub activity_account: String,
    /// The merchant.
    pub pid: String,
    /// Whose points.
    pub user_id: String,
    /// When the card ends.
    pub card_ends: String,
    /// What can be spent or frozen.
    pub available: i64,
    /// What waits.
    pub frozen: i64,
    /// What is gone.
    pub spent: i64,
    /// All that was ever deposited.
    pub total: i64,
    /// The newest changes, the newest first.
    pub entries: Vec<ShownEntry>,
}

/// A change of points.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownEntry {
    /// Its number.
    pub point_log_no: String,
    /// `DEPOSIT`, `CONSUME`, `FREEZE`, `COMMIT` or `CANCEL`.
    pub trans_type: String,
    /// How many.
    pub points: i64,
    /// When.
    pub at: String,
    /// The payment of a deposit, or what freeze ended, as the caller wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_no: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<String>,
    /// What the caller said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
    /// The app that called; the end of a card calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
}

/// The freezes that have waited that long.
pub async fn frozen(app: &App, asked: Frozen) -> Result<Vec<ShownFreeze>, OperatorError> {
    let until = app.clock.now().saturating_sub(asked.older_ms);
    let read = move |tx: &mut Tx| points::open(tx, asked.pid.as_deref(), until, asked.limit);
    let found = app.store.read::<_, Fault, _>(read).await.map_err(|fault| super::refused(&fault))?;
    Ok(found.iter().map(ShownFreeze::from).collect())
}

/// What a user has on a card; `None` when there is no such card, or nothing was ever deposited.
pub async fn show(app: &Arc<App>, card: &str, user_id: &str) -> Result<Option<ShownAccount>, OperatorError> {
    let Some(id) = CardIdText::parse(card) else { return Ok(None) };
    let user_id = user_id.to_owned();
    let read = move |tx: &mut Tx| {
        let Some(card) = points::card(tx, id.number)?.filter(|card| id.names(card.id)) else { return Ok(None) };
        let Some(account) = points::account(tx, &card.pid, card.id.number, &user_id)? else { return Ok(None) };
        let entries = points::log(tx, &card.pid, card.id.number, &user_id, ENTRIES_MAX)?;
        Ok(Some(ShownAccount {
            activity_account: card.id.to_text(),
            card_ends: time::format(card.ends_at),
            user_id: user_id.clone(),
            available: account.available,
            frozen: account.frozen,
            spent: account.spent,
            total: account.total,
            entries: entries.into_iter().map(ShownEntry::from).collect(),
            pid: card.pid,
        }))
    };
    // The log has no order of accounts: who has few entries is looked for long.
    let (store, runtime) = (app.store.clone(), tokio::runtime::Handle::current());
    let reading = move || runtime.block_on(store.read::<_, Fault, _>(read));
    let found = tokio::task::spawn_blocking(reading).await.map_err(OperatorError::refused)?;
    found.map_err(|fault| super::refused(&fault))
}

impl From<&Open> for ShownFreeze {
    fn from(open: &Open) -> ShownFreeze {
        ShownFreeze {
            point_log_no: open.no.to_text(),
            pid: open.pid.clone(),
            activity_account: open.card.to_text(),
            user_id: open.user_id.clone(),
            points: open.amount.points(),
            frozen_at: time::format(open.no.created_at),
            card_ends: time::format(open.card_ends_at),
        }
    }
}

impl From<Logged> for ShownEntry {
    fn from(entry: Logged) -> ShownEntry {
        ShownEntry {
            point_log_no: entry.no.to_text(),
            trans_type: entry.kind.name().to_owned(),
            points: entry.amount.points(),
            at: time::format(entry.no.created_at),
            biz_no: entry.biz_no,
            shop_id: entry.shop_id,
            memo: entry.memo,
            app_id: entry.app_id,
        }
    }
}
