//! Trades: made, paid, asked about, refunded. What happens to a trade is in [`crate::acts::trade`].

pub mod cancel;
pub mod close;
pub mod create;
pub mod order;
pub mod pay;
pub mod query;
pub mod refund;

use super::{Answer, Call};
use crate::biz::{choice, invalid};
use domain::Refusal;
use domain::trade::Trade;
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

/// The name of the shop that the trade was made in. `known` is a shop that was read before in this transaction, often
/// the trade's.
fn store_name(tx: &mut Tx, trade: &Trade, known: Option<&world::Shop>) -> Answer<Option<String>> {
    let Some(shop_id) = &trade.shop_id else { return Ok(None) };
    let name = match known.filter(|shop| shop.shop_id == *shop_id) {
        Some(shop) => Some(shop.name.clone()),
        None => world::shop(tx, shop_id)?.map(|shop| shop.name),
    };
    Ok(name.filter(|name| !name.is_empty()))
}
