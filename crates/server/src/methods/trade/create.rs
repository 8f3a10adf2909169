//! `alipay.trade.create`: makes an unpaid trade, which its buyer pays on the cashier page.
//!
//! The buyer pays at `cashier_uri` with a pay PIN; or the merchant sends the buyer's pay code with `alipay.trade.pay`
//! and the same `out_trade_no`. A trade that nobody pays closes after `timeout_express`. The parameter `notify_url` of
//! the call is kept: notifications about the trade go there.
//!
//! # Repeats
//!
//! A call with the same `out_trade_no` and content is answered with the first trade while it waits to be paid. Other
//! content is `ACQ.CONTEXT_INCONSISTENT`; a trade that is paid or closed is refused as such.

use super::order::{self, Checked, Order};
use crate::biz::{Biz, Text, answer, biz, invalid};
use crate::links;
use crate::methods::{Answer, Call, CallError, Doors, Key, Method, Need, Recomputed, SubCode, refusals};
use domain::Refusal;
use domain::trade::{Status, Trade};
use store::account_key::{self, Kind};
use store::idempotency::Claim;
use store::{Fault, Tx, job, world};

/// See the module.
pub struct TradeCreate;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The buyer, by account id. Required unless `buyer_logon_id` is there; it wins.
        buyer_id: Option<Text<28>>,
        /// The buyer, by login id.
        buyer_logon_id: Option<Text<100>>,
        /// The fields of an order.
        ..order: Order,
        /// The ways to pay that are allowed, joined by commas; coupons only with `coupon` among them. Not together with
        /// `disable_pay_channels`.
        enable_pay_channels: Option<Text<128>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The merchant's number of the trade.
        out_trade_no: String,
        /// The platform's number of the trade.
        trade_no: String,
        /// The address of the cashier page, where the buyer pays. Not of the protocol: SDKs ignore it.
        cashier_uri: String,
    }
}

impl Method for TradeCreate {
    const NAME: &'static str = "alipay.trade.create";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Money;
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::TOTAL_FEE_EXCEED,
        refusals::SELLER_NOT_EXIST,
        refusals::INVALID_STORE_ID,
        refusals::BUYER_NOT_EXIST,
        refusals::BUYER_SELLER_EQUAL,
        refusals::TRADE_HAS_SUCCESS,
        refusals::TRADE_HAS_CLOSE,
        refusals::CONTEXT_INCONSISTENT,
    ];
}

/// What was checked before the merchant's number is claimed.
pub struct CheckedTrade<'a> {
    order: Checked<'a>,
    buyer_id: String,
    /// The number of the new trade.
    number: i64,
}

impl Recomputed for TradeCreate {
    const NEW_IDS: u16 = 1;

    type Checked<'a> = CheckedTrade<'a>;

    fn check<'a>(call: &Call, tx: &mut Tx, request: &'a Request) -> Answer<CheckedTrade<'a>> {
        if request.order.disable_pay_channels.is_some() && request.enable_pay_channels.is_some() {
            return Err(invalid("enable_pay_channels", "和disable_pay_channels不能同时使用").into());
        }
        let order = request.order.check(request.canonical(), call, tx)?;
        let account = match (&request.buyer_id, &request.buyer_logon_id) {
            (Some(buyer_id), _) => world::account(tx, buyer_id)?,
            (None, Some(login)) => account_key::find(tx, Kind::Login, login)?,
            (None, None) => return Err(invalid("buyer_id", "和buyer_logon_id不能同时为空").into()),
        };
        let buyer_id = account.ok_or(refusals::BUYER_NOT_EXIST)?.user_id;
        order::not_itself(call, &buyer_id)?;
        let number = order::new_number(call, &buyer_id);
        Ok(CheckedTrade { order, buyer_id, number })
    }

    fn key<'a>(call: &Call, request: &'a Request, checked: &CheckedTrade<'a>) -> Key<'a> {
        Key {
            scope: store::trade::scope(call.pid()),
            key: &request.order.out_trade_no,
            fingerprint: checked.order.fingerprint(),
            id: checked.number,
        }
    }

    fn handle(call: &Call, tx: &mut Tx, _: &Request, checked: CheckedTrade<'_>, claim: Claim) -> Answer<Response> {
        let CheckedTrade { order, buyer_id, number } = checked;
        let trade = match claim {
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
                return Err(refusals::CONTEXT_INCONSISTENT.into());
            }
        };
        let uri = links::cashier(&call.site.base_url(tx)?, &trade);
        Ok(Response {
            cashier_uri: uri.ok_or_else(|| CallError::Error(Fault::bug("a trade that waits without a token")))?,
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
