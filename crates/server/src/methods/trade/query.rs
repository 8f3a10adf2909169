//! `alipay.trade.query`: where a trade stands, and what it came to.

use super::QueryOption;
use crate::acts::trade::bill::{FundBill, VoucherDetail};
use crate::acts::trade::detail::TradeDetail;
use crate::acts::trade::{coupon, notification};
use crate::biz::{List, Text, biz};
use crate::methods::{Answer, Call, Method, Read};
use domain::trade::Trade;
use serde::Serialize;
use store::Tx;
use store::trade::TradeVoucher;
use wire::{money, time};

/// See the module.
pub struct TradeQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The merchant's number.
        out_trade_no: Option<Text<64>>,
        /// The platform's number, which wins.
        trade_no: Option<Text<64>>,
        /// What else is asked for.
        query_options: Option<List<QueryOption>>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    trade_no: String,
    out_trade_no: String,
    buyer_logon_id: String,
    buyer_user_id: String,
    total_amount: String,
    #[serde(flatten)]
    paid: Option<Paid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_name: Option<String>,
    trade_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alipay_store_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal_id: Option<String>,
    buyer_user_type: &'static str,
}

/// What is known once it is paid (rule 2).
#[derive(Serialize)]
pub struct Paid {
    receipt_amount: String,
    buyer_pay_amount: String,
    point_amount: String,
    invoice_amount: String,
    discount_amount: String,
    mdiscount_amount: String,
    send_pay_date: String,
    fund_bill_list: Vec<FundBill>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    voucher_detail_list: Vec<VoucherDetail>,
}

impl Method for TradeQuery {
    const NAME: &'static str = "alipay.trade.query";
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
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
            paid: paid(&trade, &coupon::used(tx, &trade)?),
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
    let off = trade.off();
    Some(Paid {
        send_pay_date: time::format(trade.paid_at?),
        receipt_amount: money::format(trade.receipt_fen),
        buyer_pay_amount: money::format(trade.buyer_pay_fen),
        point_amount: money::format(0),
        invoice_amount: money::format(trade.buyer_pay_fen),
        discount_amount: money::format(off.others_fen),
        mdiscount_amount: money::format(off.seller_fen),
        fund_bill_list: FundBill::paid(trade, used),
        voucher_detail_list: VoucherDetail::all(used),
    })
}
