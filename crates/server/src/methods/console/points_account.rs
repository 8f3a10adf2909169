//! `punchcard.points.account`: the points that a user has on a card, and the newest changes of them.

use super::{Argument, not_found};
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::id::CardIdText;
use serde::{Deserialize, Serialize};
use store::points::{self, Logged};
use store::{Fault, Tx};
use wire::time;

/// How many entries of the log are shown of an account.
const ENTRIES_MAX: u32 = 20;

/// See the module.
pub struct PointsAccount;

biz! {
    /// The request.
    pub struct Request {
        /// The card.
        activity_account: Argument,
        /// The user.
        user_id: Argument,
    }
}

/// What a user has on a card.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AccountView {
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
    pub entries: Vec<EntryView>,
}

/// A change of points.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EntryView {
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

impl Method for PointsAccount {
    const NAME: &'static str = "punchcard.points.account";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = AccountView;
}

impl OperatorRead for PointsAccount {
    async fn run(call: OperatorCall, request: Request) -> Answer<AccountView> {
        let none = || not_found("no points of this user on such a card");
        let id = CardIdText::parse(&request.activity_account).ok_or_else(none)?;
        let read = move |tx: &mut Tx| {
            let Some(card) = points::card(tx, id.number)?.filter(|card| id.names(card.id)) else { return Ok(None) };
            let number = card.id.number;
            let Some(account) = points::account(tx, &card.pid, number, &request.user_id)? else { return Ok(None) };
            let entries = points::log(tx, &card.pid, number, &request.user_id, ENTRIES_MAX)?;
            Ok(Some(AccountView {
                activity_account: card.id.to_text(),
                card_ends: time::format(card.ends_at),
                user_id: request.user_id.to_string(),
                available: account.available,
                frozen: account.frozen,
                spent: account.spent,
                total: account.total,
                entries: entries.into_iter().map(EntryView::from).collect(),
                pid: card.pid,
            }))
        };
        // The log is not ordered by account: to find the entries of one that has few takes long.
        let found: Result<Option<AccountView>, Fault> = super::read_long(&call.app, read).await?;
        found.map_err(CallError::from)?.ok_or_else(none)
    }
}

impl From<Logged> for EntryView {
    fn from(entry: Logged) -> EntryView {
        EntryView {
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
