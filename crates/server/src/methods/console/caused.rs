//! What a call has made: entries of ledgers, vouchers, notifications.
//!
//! The log has the ids that the call was given, and each is looked for where such things are, by primary key: so no
//! table needs an index of traces. Nothing is there under the ids of a call that was refused, or answered as a repeat.

use crate::notices::NoticeSummary;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, cash_voucher, coupon, ledger, notice, points, trade};
use wire::{money, time};

/// Something that a call has made. What does not apply is absent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CausedView {
    /// `money`, `points`, `bill`, `voucher` or `notification`.
    pub what: String,
    /// Its kind, as `pay`, `DEPOSIT`, `V_USE`; a notification's type.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// When it was made, by the store's clock.
    pub at: String,
    /// Yuan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<i64>,
    /// Whose money it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Whose it is now; whose voucher; where a notification goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The trade, or what a notification is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How far a notification is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// What is there under these ids.
pub fn caused(tx: &mut Tx, made: &[i64]) -> Result<Vec<CausedView>, Fault> {
    let mut found = Vec::new();
    let buyer = buyer(tx, made)?;
    for &id in made {
        found.extend(money_moved(tx, id)?);
        found.extend(points_changed(tx, id)?);
        found.extend(bill(tx, id, buyer.as_deref())?);
        found.extend(voucher(tx, id)?);
        found.extend(notice::find(tx, id)?.map(|notice| {
            let NoticeSummary { notify_id, notify_type, subject, url, state, created_at, .. } = (&notice).into();
            CausedView {
                what: "notification".to_owned(),
                kind: notify_type,
                id: notify_id,
                at: created_at,
                to: Some(url),
                subject: Some(subject),
                state: Some(state),
                ..CausedView::default()
            }
        }));
    }
    Ok(found)
}

fn money_moved(tx: &mut Tx, id: i64) -> Result<Option<CausedView>, Fault> {
    let Some(entry) = ledger::entry(tx, id)? else { return Ok(None) };
    Ok(Some(CausedView {
        what: "money".to_owned(),
        kind: entry.kind,
        id: id.to_string(),
        at: time::format(entry.at),
        amount: Some(money::format(entry.amount_fen)),
        from: Some(entry.debit),
        to: Some(entry.credit),
        subject: trade_no(tx, entry.trade)?,
        ..CausedView::default()
    }))
}

fn points_changed(tx: &mut Tx, id: i64) -> Result<Option<CausedView>, Fault> {
    let entry = points::entry(tx, id)?;
    Ok(entry.map(|entry| CausedView {
        what: "points".to_owned(),
        kind: entry.kind.name().to_owned(),
        id: entry.no.to_text(),
        at: time::format(entry.no.created_at),
        points: Some(entry.amount.points()),
        subject: entry.biz_no,
        ..CausedView::default()
    }))
}

/// The buyer of the trade for which money was moved.
fn buyer(tx: &mut Tx, made: &[i64]) -> Result<Option<String>, Fault> {
    for &id in made {
        let trade = ledger::entry(tx, id)?.and_then(|entry| entry.trade);
        if let Some(trade) = trade.map(|trade| trade::get(tx, trade)).transpose()?.flatten() {
            return Ok(Some(trade.buyer_id));
        }
    }
    Ok(None)
}

/// A bill is where its voucher is: with the trade, or with the buyer.
fn bill(tx: &mut Tx, id: i64, buyer_id: Option<&str>) -> Result<Option<CausedView>, Fault> {
    let found = match (trade::bill(tx, id)?, buyer_id) {
        (None, Some(buyer_id)) => trade::bill_of_buyer(tx, id, buyer_id)?,
        (found, _) => found,
    };
    let Some((_, bill)) = found else { return Ok(None) };
    Ok(Some(CausedView {
        what: "bill".to_owned(),
        kind: bill.kind,
        id: id.to_string(),
        at: time::format(bill.at),
        amount: Some(money::format(bill.amount_fen)),
        subject: trade_no(tx, Some(bill.trade))?,
        ..CausedView::default()
    }))
}

fn voucher(tx: &mut Tx, id: i64) -> Result<Option<CausedView>, Fault> {
    let view = |kind: &str, id: domain::id::VoucherId, user_id: String| CausedView {
        what: "voucher".to_owned(),
        kind: kind.to_owned(),
        id: id.to_text(),
        at: time::format(id.created_at),
        to: Some(user_id),
        ..CausedView::default()
    };
    if let Some(coupon) = coupon::get(tx, id)? {
        return Ok(Some(view("coupon", coupon.id, coupon.user_id)));
    }
    Ok(cash_voucher::get(tx, id)?.map(|voucher| view("cash voucher", voucher.id, voucher.user_id)))
}

fn trade_no(tx: &mut Tx, number: Option<i64>) -> Result<Option<String>, Fault> {
    let Some(number) = number else { return Ok(None) };
    Ok(trade::get(tx, number)?.map(|trade| trade.trade_no()))
}
