//! `trade_status_sync`: the notification by which a merchant learns what became of a trade (`docs/decisions.md`, "Trade
//! notifications").
//!
//! The members made here are of the event and stay the same over all deliveries; each delivery puts the envelope around
//! them.

use super::bill::{bills_text, vouchers_text};
use super::context::TradeContext;
use super::detail::TradeDetail;
use domain::activity::Activity;
use domain::login::masked;
use domain::trade::{Origin, Trade};
use serde_json::{Map, Value};
use store::notice::NewNotice;
use store::trade::TradeVoucher;
use store::world::Account;
use store::{Bucket, Fault, Tx, activity};
use wire::{money, time};

/// `notify_type`.
const KIND: &str = "trade_status_sync";
/// `event_code` of a point card's notification.
const CARD_EVENT: &str = "EC-promocore-trade-notice";

/// Queues the notifications of a payment: the merchant's, if the call that made the trade named an address, and one for
/// each point card of the trade's shop at its activity's own address, so that points are deposited
/// (`docs/decisions.md`, "Trade notifications"). `used` are the vouchers that the trade was paid with.
pub fn enqueue_payment(
    tx: &mut Tx,
    trade: &Trade,
    detail: &TradeDetail,
    used: &[TradeVoucher],
    buyer: &Account,
    context: &TradeContext<'_>,
) -> Result<(), Fault> {
    let at = context.at;
    let own = trade.origin.as_ref().filter(|origin| origin.notify_url.is_some());
    let cards = running_cards(tx, trade, at)?;
    if own.is_none() && cards.iter().all(|card| card.origin.notify_url.is_none()) {
        return Ok(());
    }
    let mut members = members(trade, detail.body.as_deref(), used, &login_of(buyer), None);
    if let Some(origin) = own {
        insert(tx, trade, origin, &members, context.notice_id(), at)?;
    }
    members.insert("event_code".to_owned(), Value::from(CARD_EVENT));
    for (nth, card) in cards.iter().enumerate() {
        // A shop seldom has more cards.
        let id = match context.card_ids().get(nth) {
            Some(id) => *id,
            None => Bucket::of_id(trade.no.number).id(store::next_number_in(tx)?),
        };
        members.insert("id".to_owned(), Value::from(card.id.to_text()));
        insert(tx, trade, &card.origin, &members, id, at)?;
    }
    Ok(())
}

/// Queues the notification of where a trade stands after a change other than its payment, if the call that made the
/// trade named an address. `used` are the vouchers that it was paid with, `refund` is the `out_request_no` of the
/// refund that the notification is about; `id` is the notification's, `at` when it happened, UTC milliseconds.
pub fn enqueue(
    tx: &mut Tx,
    trade: &Trade,
    used: &[TradeVoucher],
    refund: Option<&str>,
    id: i64,
    at: i64,
) -> Result<(), Fault> {
    let Some(origin) = trade.origin.as_ref().filter(|origin| origin.notify_url.is_some()) else { return Ok(()) };
    let login = login(tx, &trade.buyer_id)?;
    let body = TradeDetail::of(trade).body;
    insert(tx, trade, origin, &members(trade, body.as_deref(), used, &login, refund), id, at)
}

/// The activities of the shop's point cards that run.
fn running_cards(tx: &mut Tx, trade: &Trade, at: i64) -> Result<Vec<Activity>, Fault> {
    let Some(shop_id) = &trade.shop_id else { return Ok(Vec::new()) };
    let cards = activity::cards_of_shop(tx, &trade.pid, shop_id)?;
    Ok(cards.into_iter().filter(|card| card.running(at)).collect())
}

/// Queues one, if the call that `origin` is of named an address.
fn insert(
    tx: &mut Tx,
    trade: &Trade,
    origin: &Origin,
    members: &Map<String, Value>,
    id: i64,
    at: i64,
) -> Result<(), Fault> {
    let Some(url) = &origin.notify_url else { return Ok(()) };
    store::notice::insert(
        tx,
        &NewNotice {
            id,
            pid: trade.pid.clone(),
            app_id: origin.app_id.clone(),
            auth_app_id: origin.auth_app_id.clone(),
            kind: KIND.to_owned(),
            subject: trade.trade_no(),
            url: url.clone(),
            sign_type: origin.sign_type.clone(),
            members: serde_json::to_string(members).expect("texts serialise"),
            at,
        },
    )
}

/// The login id of an account as others may see it; of an account without one, its user id so.
pub fn login(tx: &mut Tx, user_id: &str) -> Result<String, Fault> {
    let account = store::world::account(tx, user_id)?;
    Ok(account.as_ref().map_or_else(|| masked(user_id), login_of))
}

/// The same of an account that is at hand.
pub fn login_of(account: &Account) -> String {
    masked(account.login_id.as_deref().unwrap_or(&account.user_id))
}

/// What the notification says; members without a value are left out.
fn members(
    trade: &Trade,
    body: Option<&str>,
    used: &[TradeVoucher],
    login: &str,
    refund: Option<&str>,
) -> Map<String, Value> {
    let paid = trade.paid_at.is_some();
    let amount = |fen: i64| paid.then(|| money::format(fen));
    let moment = |at: Option<i64>| at.map(time::format);
    let members = [
        ("trade_no", Some(trade.trade_no())),
        ("out_trade_no", Some(trade.out_trade_no.clone())),
        ("seller_id", Some(trade.seller_id.clone())),
        ("buyer_id", Some(trade.buyer_id.clone())),
        ("buyer_logon_id", Some(login.to_owned())),
        ("trade_status", Some(trade.status.name().to_owned())),
        ("total_amount", Some(money::format(trade.total_fen))),
        ("receipt_amount", amount(trade.receipt_fen)),
        ("invoice_amount", amount(trade.buyer_pay_fen)),
        ("buyer_pay_amount", amount(trade.buyer_pay_fen)),
        ("point_amount", amount(0)),
        ("subject", Some(trade.subject.clone())),
        ("body", body.map(str::to_owned)),
        ("gmt_create", moment(Some(trade.no.created_at))),
        ("gmt_payment", moment(trade.paid_at)),
        ("gmt_close", moment(trade.closed_at)),
        ("gmt_refund", moment(trade.refunded_at)),
        ("out_biz_no", refund.map(str::to_owned)),
        ("refund_fee", (0 < trade.refunded_fen).then(|| money::format(trade.refunded_fen))),
        ("fund_bill_list", paid.then(|| bills_text(trade, used))),
        ("voucher_detail_list", vouchers_text(used)),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?)))).collect()
}
