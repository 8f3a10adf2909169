//! `alipay.trade.create`: makes an unpaid trade, which its buyer pays on the cashier page.
//!
//! A second call with the same `out_trade_no` and content answers with the first trade while it waits to be paid.

use super::order::{self, GoodsDetail, order};
use crate::biz::{Price, Text, biz, invalid};
use crate::links;
use crate::methods::{Answer, Call, Method, Once, Stop, Write};
use domain::Refusal;
use domain::trade::{Status, Trade};
use serde::Serialize;
use store::account_key::{self, Kind};
use store::once::{Claim, claim};
use store::{Fault, Tx, job, world};

/// See the module.
pub struct TradeCreate;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// Who is to pay.
        buyer_id: Option<Text<28>>,
        /// The same by login id.
        buyer_logon_id: Option<Text<100>>,
        /// The merchant's number; the idempotency key.
        out_trade_no: Text<64>,
        /// What it is for.
        subject: Text<256>,
        /// More about it.
        body: Option<Text<128>>,
        /// What is asked, yuan.
        total_amount: Price,
        /// The part of it that vouchers may take from.
        discountable_amount: Option<Price>,
        /// The part of it that they may not.
        undiscountable_amount: Option<Price>,
        /// Who gets the money; the merchant when absent.
        seller_id: Option<Text<28>>,
        /// The merchant's staff.
        operator_id: Option<Text<28>>,
        /// The shop, by the merchant's number or by its id.
        store_id: Option<Text<32>>,
        /// The shop, by its id.
        alipay_store_id: Option<Text<32>>,
        /// The merchant's terminal.
        terminal_id: Option<Text<32>>,
        /// How long the buyer has.
        timeout_express: Option<Text<6>>,
        /// What kind of sale it is.
        product_code: Option<Text<64>>,
        /// What must not pay.
        disable_pay_channels: Option<Text<128>>,
        /// What is sold.
        goods_detail: Option<GoodsDetail>,
        /// What alone may pay.
        enable_pay_channels: Option<Text<128>>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    out_trade_no: String,
    trade_no: String,
    /// Where the buyer pays (DECISIONS.md 6); SDKs ignore it.
    cashier_uri: String,
}

impl Method for TradeCreate {
    const NAME: &'static str = "alipay.trade.create";
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
}

impl Write for TradeCreate {
    const NEW_IDS: u16 = 1;

    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        if request.disable_pay_channels.is_some() && request.enable_pay_channels.is_some() {
            return Err(invalid("enable_pay_channels", "和disable_pay_channels不能同时使用").into());
        }
        let order = order!(request).check(call, tx)?;
        let account = match (&request.buyer_id, &request.buyer_logon_id) {
            (Some(buyer_id), _) => world::account(tx, buyer_id)?,
            (None, Some(login)) => account_key::find(tx, Kind::Login, login)?,
            (None, None) => return Err(invalid("buyer_id", "和buyer_logon_id不能同时为空").into()),
        };
        let buyer_id = account.ok_or_else(order::no_buyer)?.user_id;
        order::not_itself(call, &buyer_id)?;
        let number = order::new_number(call, &buyer_id);
        let scope = store::trade::scope(call.pid());
        let claimed = claim(tx, &scope, order.out_trade_no(), &order.fingerprint(), number, call.now)?;
        // Decide and record.
        let trade = match claimed {
            Claim::New => {
                let page_token = Some(call.secret().to_owned());
                let trade = Trade { page_token, ..order.trade(call, &buyer_id, number) };
                store::trade::insert(tx, &trade)?;
                if let Some(end) = trade.expires_at {
                    job::put(tx, job::TRADE_EXPIRE, number, end)?;
                }
                trade
            }
            Claim::Again(number) => waiting(tx, number)?,
            Claim::Other(number) => {
                waiting(tx, number)?;
                return Err(order::inconsistent().into());
            }
        };
        let uri = links::cashier(&call.app.site.base_url(tx)?, &trade);
        Ok(Response {
            cashier_uri: uri.ok_or_else(|| Stop::Failed(Fault::bug("a trade that waits without a token")))?,
            trade_no: trade.trade_no(),
            out_trade_no: trade.out_trade_no,
        })
    }
}

/// The trade that used up the number, while it can still be paid.
fn waiting(tx: &mut Tx, number: i64) -> Answer<Trade> {
    let trade = store::trade::get(tx, number)?.ok_or_else(|| Fault::bug("a claim for a trade that is not there"))?;
    match trade.status {
        Status::WaitBuyerPay => Ok(trade),
        Status::TradeSuccess | Status::TradeFinished => Err(Refusal::TradeHasSuccess.into()),
        Status::TradeClosed => Err(Refusal::TradeHasClosed.into()),
    }
}
