//! `alipay.trade.cancel`: undoes a trade: closes it when unpaid, refunds it wholly when paid within 24 hours.
//!
//! A merchant calls it when the result of a payment is unknown, so an unknown trade is a success without an `action`.
//! The call waits for a payment that is on its way.
//!
//! # Repeats
//!
//! Cancelling again is a success that changes nothing and says what was done.

use crate::acts::trade::context::{self, TradeContext};
use crate::acts::trade::settle::{give_back, shut};
use crate::biz::{Shape, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use domain::trade::{Cancellation, Trade};
use store::trade::Refund;
use store::{Tx, idempotency};
use wire::time;

/// See the module.
pub struct TradeCancel;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The merchant's number of the trade. One of both numbers is required.
        out_trade_no: Option<Text<64>>,
        /// The platform's number of the trade. It wins.
        trade_no: Option<Text<64>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The platform's number of the trade, unless the trade is unknown.
        #[serde(skip_serializing_if = "Option::is_none")]
        trade_no: Option<String>,
        /// The merchant's number of the trade, unless an unknown trade was named by `trade_no` alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        out_trade_no: Option<String>,
        /// Whether the call must be repeated: N, never.
        retry_flag: &'static str,
        /// `close` or `refund`: what was done, now or before. Absent for an unknown trade.
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<&'static str>,
        /// When the money was given back, where it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        gmt_refund_pay: Option<String> = Shape::Date,
    }
}

impl Method for TradeCancel {
    const NAME: &'static str = "alipay.trade.cancel";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::TRADE_HAS_FINISHED,
        refusals::CANCEL_NOT_ALLOWED,
        refusals::TRADE_CANCEL_TIME_OUT,
        refusals::SELLER_BALANCE_NOT_ENOUGH,
    ];
}

impl Write for TradeCancel {
    const NEW_IDS: u16 = context::NEW_IDS;

    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let (trade_no, out_trade_no) = (request.trade_no.as_deref(), request.out_trade_no.as_deref());
        let mut found = super::find(call, tx, trade_no, out_trade_no)?;
        if let (None, None, Some(number)) = (&found, trade_no, out_trade_no)
            && idempotency::wait(tx, &store::trade::scope(call.pid()), number)?
        {
            // The payment that the merchant has lost sight of was on its way.
            found = super::find(call, tx, None, Some(number))?;
        }
        let Some(trade) = found else {
            let out_trade_no = request.out_trade_no.as_deref().map(str::to_owned);
            return Ok(Response { trade_no: None, out_trade_no, retry_flag: "N", action: None, gmt_refund_pay: None });
        };
        let context = TradeContext::new(&trade, call.now, call.cause(), |nth, bucket| call.new_id(nth, bucket));
        // Decide and record.
        let trade = match trade.cancel(call.now)? {
            Cancellation::Before(trade) => trade,
            Cancellation::Closed(trade) => {
                shut(tx, &trade, context.notice_id(), call.now)?;
                trade
            }
            Cancellation::Refunded(trade, amount_fen) => {
                give_back(tx, &trade, cancelling(&trade, amount_fen, call.now), &context)?;
                trade
            }
        };
        Ok(Response {
            trade_no: Some(trade.trade_no()),
            retry_flag: "N",
            action: Some(if trade.paid_at.is_some() { "refund" } else { "close" }),
            gmt_refund_pay: trade.refunded_at.map(time::format),
            out_trade_no: Some(trade.out_trade_no),
        })
    }
}

/// The refund of all that was paid. The trade's number is its number: a trade is taken back once.
fn cancelling(trade: &Trade, amount_fen: i64, at: i64) -> Refund {
    Refund {
        trade: trade.no.number,
        out_request_no: trade.out_trade_no.clone(),
        amount_fen,
        buyer_fen: amount_fen,
        cash_fen: 0,
        reason: None,
        cancels: true,
        at,
    }
}
