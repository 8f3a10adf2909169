//! `alipay.trade.close`: gives up a trade that was not paid. Doing it again changes nothing.

use crate::acts::trade::settle::shut;
use crate::biz::{Text, biz};
use crate::methods::{Answer, Call, Method, Once, Write};
use domain::trade::Status;
use serde::Serialize;
use store::{Bucket, Tx};

/// See the module.
pub struct TradeClose;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The merchant's number.
        out_trade_no: Option<Text<64>>,
        /// The platform's number, which wins.
        trade_no: Option<Text<64>>,
        /// The merchant's staff.
        operator_id: Option<Text<28>>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    trade_no: String,
    out_trade_no: String,
}

impl Method for TradeClose {
    const NAME: &'static str = "alipay.trade.close";
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
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
