//! Trades: made, paid, asked about, given back. What their methods, their cashier page and their jobs share is here.
//!
//! A trade is paid with [`settle::settle`], whoever the payer convinced that it is him; what its buyer's vouchers take
//! off it is in [`coupon`].

pub mod bill;
pub mod cancel;
pub mod close;
pub mod coupon;
pub mod create;
pub mod notice;
pub mod order;
pub mod pay;
pub mod query;
pub mod refund;
pub mod settle;

use super::{Answer, Call};
use crate::biz::{choice, invalid};
use domain::Refusal;
use domain::trade::Trade;
use serde_json::{Map, Value};
use store::{Tx, world};

/// The `sub_code` of a wrong field in a trade's methods.
const INVALID: &str = "ACQ.INVALID_PARAMETER";

choice! {
    /// What else is asked for; it is always given where there is any.
    pub enum QueryOption {
        /// What paid.
        FundBillList = "fund_bill_list",
        /// The coupons that were used.
        VoucherDetailList = "voucher_detail_list",
        /// The goods that were discounted; never in an answer.
        DiscountGoodsDetail = "discount_goods_detail",
        /// How the trade was settled; never in an answer.
        TradeSettleInfo = "trade_settle_info",
        /// What a refund went back to.
        RefundDetailItemList = "refund_detail_item_list",
    }
}

/// The merchant's trade by one of its numbers; `trade_no` wins when both are sent. `None` for one that was never made,
/// or is another merchant's.
fn find(call: &Call, tx: &mut Tx, trade_no: Option<&str>, out_trade_no: Option<&str>) -> Answer<Option<Trade>> {
    match (trade_no, out_trade_no) {
        (Some(no), _) => Ok(store::trade::find(tx, call.pid(), no)?),
        (None, Some(no)) => Ok(store::trade::find_out(tx, call.pid(), no)?),
        (None, None) => Err(invalid("out_trade_no", "和trade_no不能同时为空").into()),
    }
}

/// The same, for those that refuse an unknown one.
fn known(call: &Call, tx: &mut Tx, trade_no: Option<&str>, out_trade_no: Option<&str>) -> Answer<Trade> {
    find(call, tx, trade_no, out_trade_no)?.ok_or_else(|| Refusal::TradeNotExist.into())
}

/// What the shop is called that the trade was made in.
fn store_name(tx: &mut Tx, trade: &Trade) -> Answer<Option<String>> {
    let Some(shop_id) = &trade.shop_id else { return Ok(None) };
    Ok(world::shop(tx, shop_id)?.map(|shop| shop.name).filter(|name| !name.is_empty()))
}

/// What the caller said about the trade, to give it back.
fn detail(trade: &Trade) -> Map<String, Value> {
    serde_json::from_str(&trade.detail).unwrap_or_default()
}
