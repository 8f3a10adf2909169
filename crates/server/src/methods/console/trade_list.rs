//! `punchcard.trade.list`: a merchant's trades, newest first: of some days, a member, a status, a shop.

use super::page::{self, Day, PageLimit};
use super::{Argument, known_merchant};
use crate::answer::Answer;
use crate::biz::{biz, choice};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::calendar::day_begins;
use domain::trade::{Status, Trade};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::trade::{self, Sought};
use wire::{money, time};

/// See the module.
pub struct TradeList;

choice! {
    /// The status of a trade.
    pub enum TradeStatus {
        /// Nobody has paid it yet.
        Waiting = "WAIT_BUYER_PAY",
        /// It was paid, and can be refunded.
        Success = "TRADE_SUCCESS",
        /// It was given up, or given back whole.
        Closed = "TRADE_CLOSED",
        /// It was paid, and its time for refunds is over.
        Finished = "TRADE_FINISHED",
    }
}

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// The first day, as `2026-01-31`; 31 days in all when absent. A trade's day is that of its payment, and while
        /// it is unpaid that on which it was made.
        from: Option<Day>,
        /// The last day; today when absent.
        until: Option<Day>,
        /// Only this member's.
        user_id: Option<Argument>,
        /// Only those in this status.
        trade_status: Option<TradeStatus>,
        /// Only those of this shop.
        shop_id: Option<Argument>,
        /// Where to go on: `next` of the page before.
        after: Option<Argument>,
        /// How many at most; 50 when absent.
        limit: Option<PageLimit>,
    }
}

/// A page of trades. It may have fewer than were asked for, or none, and still a next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TradePageView {
    /// The trades.
    pub trades: Vec<TradeLineView>,
    /// Where the next page begins; `null` with the last one.
    pub next: Option<String>,
}

/// A trade as a list shows it. Amounts are yuan, times those of the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TradeLineView {
    /// Its number.
    pub trade_no: String,
    /// The merchant's number for it.
    pub out_trade_no: String,
    /// Who pays.
    pub buyer_id: String,
    /// Its status.
    pub trade_status: String,
    /// What it is for.
    pub subject: String,
    /// Its price.
    pub total_amount: String,
    /// What the buyer paid; absent while unpaid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_pay_amount: Option<String>,
    /// What the merchant got; absent while unpaid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_amount: Option<String>,
    /// The sum of its refunds.
    pub refunded_amount: String,
    /// Its shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<String>,
    /// When it was made.
    pub gmt_create: String,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gmt_payment: Option<String>,
}

impl Method for TradeList {
    const NAME: &'static str = "punchcard.trade.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = TradePageView;
}

impl OperatorRead for TradeList {
    async fn run(call: OperatorCall, request: Request) -> Answer<TradePageView> {
        let (first, last) = page::days(request.from.as_ref(), request.until.as_ref(), call.app.clock.now())?;
        let (after, limit) = (page::place(request.after.as_ref())?, page::limit(request.limit));
        let read = move |tx: &mut Tx| {
            let Request { pid, user_id, trade_status, shop_id, .. } = &request;
            if !known_merchant(tx, pid)? {
                return Ok(None);
            }
            let status = trade_status.and_then(|status| Status::from_name(status.name()));
            let (from, until) = (day_begins(first), day_begins(last + 1));
            let sought = Sought { from, until, status, shop_id: shop_id.as_deref() };
            Ok(Some(match user_id {
                Some(user_id) => trade::page_of_member(tx, (pid, user_id), sought, after, limit)?,
                None => trade::page(tx, pid, sought, after, limit)?,
            }))
        };
        let found = super::read_long(&call.app, read).await??.ok_or_else(super::no_merchant)?;
        Ok(TradePageView { trades: found.trades.iter().map(line).collect(), next: found.next.map(page::next) })
    }
}

fn line(trade: &Trade) -> TradeLineView {
    let paid = |fen| trade.paid_at.map(|_| money::format(fen));
    TradeLineView {
        trade_no: trade.trade_no(),
        out_trade_no: trade.out_trade_no.clone(),
        buyer_id: trade.buyer_id.clone(),
        trade_status: trade.status.name().to_owned(),
        subject: trade.subject.clone(),
        total_amount: money::format(trade.total_fen),
        buyer_pay_amount: paid(trade.buyer_pay_fen),
        receipt_amount: paid(trade.receipt_fen),
        refunded_amount: money::format(trade.refunded_fen),
        shop_id: trade.shop_id.clone(),
        gmt_create: time::format(trade.no.created_at),
        gmt_payment: trade.paid_at.map(time::format),
    }
}
