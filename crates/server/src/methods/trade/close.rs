//! `alipay.trade.close`: gives up a trade that was not paid.
//!
//! # Repeats
//!
//! Closing a closed trade is a success that changes nothing.

use crate::acts::trade::settle::shut;
use crate::biz::{Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use domain::trade::Status;
use store::{Bucket, Tx};

/// See the module.
pub struct TradeClose;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The merchant's number of the trade. One of both numbers is required.
        out_trade_no: Option<Text<64>>,
        /// The platform's number of the trade. It wins.
        trade_no: Option<Text<64>>,
        /// The merchant's own id of its staff. Not kept.
        operator_id: Option<Text<28>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The platform's number of the trade.
        trade_no: String,
        /// The merchant's number of the trade.
        out_trade_no: String,
    }
}

impl Method for TradeClose {
    const NAME: &'static str = "alipay.trade.close";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::TRADE_NOT_EXIST, refusals::TRADE_PAID];
}

impl Write for TradeClose {
    /// The notification's.
    const NEW_IDS: u16 = 1;

    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let trade = super::known(call, tx, request.trade_no.as_deref(), request.out_trade_no.as_deref())?;
        // Decide.
        let waited = trade.status == Status::WaitBuyerPay;
        let trade = trade.close(call.now)?;
        // Record.
        if waited {
            shut(tx, &trade, call.new_id(0, Bucket::of_id(trade.no.number)), call.now)?;
        }
        Ok(Response { trade_no: trade.trade_no(), out_trade_no: trade.out_trade_no })
    }
}
