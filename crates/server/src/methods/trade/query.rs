//! `alipay.trade.query`: where a trade stands, and what it came to.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::QueryOption;
use crate::acts::trade::bill::{FundBill, PaidAmounts, VoucherDetail};
use crate::acts::trade::detail::TradeDetail;
use crate::acts::trade::{notification, redemption};
use crate::biz::{List, Shape, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use domain::trade::Trade;
use store::Tx;
use store::trade::TradeVoucher;
use wire::{money, time};

/// See the module.
pub struct TradeQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The merchant's number of the trade. One of both numbers is required.
        out_trade_no: Option<Text<64>>,
        /// The platform's number of the trade. It wins.
        trade_no: Option<Text<64>>,
        /// Read and checked; the answer has every part that there is.
        query_options: Option<List<QueryOption>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The platform's number of the trade.
        trade_no: String,
        /// The merchant's number of the trade.
        out_trade_no: String,
        /// The buyer's login id, with stars in its middle.
        buyer_logon_id: String,
        /// The buyer's account id.
        buyer_user_id: String,
        /// The amount of the trade, yuan.
        total_amount: String = Shape::Amount(None),
        /// What is known once the trade is paid.
        ..paid: Option<Paid>,
        /// The name of the shop, where the trade has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        store_name: Option<String>,
        /// WAIT_BUYER_PAY, TRADE_SUCCESS, TRADE_FINISHED or TRADE_CLOSED.
        trade_status: &'static str,
        /// `store_id` of the order.
        #[serde(skip_serializing_if = "Option::is_none")]
        store_id: Option<String>,
        /// The id of the shop.
        #[serde(skip_serializing_if = "Option::is_none")]
        alipay_store_id: Option<String>,
        /// `terminal_id` of the order.
        #[serde(skip_serializing_if = "Option::is_none")]
        terminal_id: Option<String>,
        /// Always PRIVATE.
        buyer_user_type: &'static str,
    }
}

answer! {
    /// What is known once the trade is paid.
    pub struct Paid {
        /// What it comes to for each side.
        ..amounts: PaidAmounts,
        /// When the trade was paid.
        send_pay_date: String = Shape::Date,
        /// What paid.
        fund_bill_list: Vec<FundBill>,
        /// The coupons that were used.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        voucher_detail_list: Vec<VoucherDetail>,
    }
}

impl Method for TradeQuery {
    const NAME: &'static str = "alipay.trade.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::TRADE_NOT_EXIST];
}

impl Read for TradeQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let trade = super::known(call, tx, request.trade_no.as_deref(), request.out_trade_no.as_deref())?;
        let TradeDetail { store_id, terminal_id, .. } = TradeDetail::of(&trade);
        Ok(Response {
            trade_no: trade.trade_no(),
            buyer_logon_id: notification::login(tx, &trade.buyer_id)?,
            total_amount: money::format(trade.total_fen),
            paid: paid(&trade, &redemption::used(tx, &trade)?),
            store_name: super::store_name(tx, &trade, None)?,
            trade_status: trade.status.name(),
            store_id,
            terminal_id,
            buyer_user_type: "PRIVATE",
            out_trade_no: trade.out_trade_no,
            buyer_user_id: trade.buyer_id,
            alipay_store_id: trade.shop_id,
        })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}

fn paid(trade: &Trade, used: &[TradeVoucher]) -> Option<Paid> {
    Some(Paid {
        send_pay_date: time::format(trade.paid_at?),
        amounts: PaidAmounts::of(trade),
        fund_bill_list: FundBill::paid(trade, used),
        voucher_detail_list: VoucherDetail::all(used),
    })
}
