//! `alipay.trade.refund`: gives back a paid trade, wholly or in part.
//!
//! The last refund closes the trade. A coupon gets its share back: see the decisions on refunds with coupons.
//!
//! # Repeats
//!
//! A call with the same `out_request_no` for the same trade and with the same amount moves nothing and says so
//! (`fund_change` N). Another amount is `ACQ.DISCORDANT_REPEAT_REQUEST`.

use super::QueryOption;
use super::order::GoodsDetail;
use crate::acts::trade::bill::FundBill;
use crate::acts::trade::context::{self, TradeContext};
use crate::acts::trade::notification;
use crate::acts::trade::redemption;
use crate::acts::trade::settle::give_back;
use crate::biz::{List, Shape, Text, answer, biz, choice, invalid};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use domain::trade::Trade;
use store::Tx;
use store::trade::Refund;
use wire::{money, time};

/// See the module.
pub struct TradeRefund;

choice! {
    /// The currency.
    pub enum Currency {
        /// Yuan.
        Cny = "CNY",
    }
}

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The merchant's number of the trade. One of both numbers is required.
        out_trade_no: Option<Text<64>>,
        /// The platform's number of the trade. It wins.
        trade_no: Option<Text<64>>,
        /// How much, yuan: above 0, with at most two decimals.
        refund_amount: Text<32>,
        /// The merchant's number of the refund; the idempotency key, within the trade. Required for a part of the
        /// trade; the `out_trade_no` when absent.
        out_request_no: Option<Text<64>>,
        /// Why. Kept.
        refund_reason: Option<Text<256>>,
        /// The currency.
        refund_currency: Option<Currency>,
        /// The merchant's own id of its staff. Not kept.
        operator_id: Option<Text<30>>,
        /// The merchant's number of its shop. Not kept.
        store_id: Option<Text<32>>,
        /// The merchant's own id of its terminal. Not kept.
        terminal_id: Option<Text<32>>,
        /// What is taken back. Not kept.
        goods_detail: Option<GoodsDetail>,
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
        /// Whether this call moved money: Y, or N for a repeat.
        fund_change: &'static str,
        /// What all refunds of the trade came to, yuan.
        refund_fee: String = Shape::Amount(None),
        /// When the money was given back.
        gmt_refund_pay: String = Shape::Date,
        /// The name of the shop, where the trade has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        store_name: Option<String>,
        /// The currency, where the call named it.
        #[serde(skip_serializing_if = "Option::is_none")]
        refund_currency: Option<&'static str>,
        /// What this refund gave back to the buyer, yuan.
        present_refund_buyer_amount: String = Shape::Amount(None),
        /// What this refund gave back to the sponsor of a cash voucher, unless that is the seller, yuan.
        present_refund_discount_amount: String = Shape::Amount(None),
        /// The part of this refund that the seller's coupons had paid, and cash vouchers of the seller's own, yuan.
        present_refund_mdiscount_amount: String = Shape::Amount(None),
        /// The same as `present_refund_buyer_amount`.
        send_back_fee: String = Shape::Amount(None),
        /// What this refund went back to.
        refund_detail_item_list: Vec<FundBill>,
    }
}

impl Method for TradeRefund {
    const NAME: &'static str = "alipay.trade.refund";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::REFUND_FEE_ERR,
        refusals::TRADE_NOT_EXIST,
        refusals::DISCORDANT_REPEAT_REQUEST,
        refusals::REFUND_TOO_MUCH,
        refusals::TRADE_UNPAID,
        refusals::TRADE_HAS_CLOSE,
        refusals::TRADE_HAS_FINISHED,
        refusals::SELLER_BALANCE_NOT_ENOUGH,
    ];
}

impl Write for TradeRefund {
    const NEW_IDS: u16 = context::NEW_IDS;

    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let amount_fen = money::parse(request.refund_amount.trim()).filter(|&fen| 0 < fen);
        let amount_fen = amount_fen.ok_or(refusals::REFUND_FEE_ERR)?;
        let trade = super::known(call, tx, request.trade_no.as_deref(), request.out_trade_no.as_deref())?;
        let out_request_no = match &request.out_request_no {
            Some(no) => no,
            None if amount_fen < trade.total_fen => return Err(invalid("out_request_no", "部分退款时不能为空").into()),
            None => trade.out_trade_no.as_str(),
        };
        let before = store::trade::refund(tx, trade.no.number, out_request_no)?.filter(|before| !before.cancels);
        if let Some(before) = before {
            if before.amount_fen != amount_fen {
                return Err(refusals::DISCORDANT_REPEAT_REQUEST.into());
            }
            // The refund may have come between the two reads: what it came to is in the trade as it is now.
            let trade = super::known(call, tx, Some(&trade.trade_no()), None)?;
            return response(tx, request, trade, &before, "N");
        }
        // Decide.
        let refund = Refund {
            trade: trade.no.number,
            out_request_no: out_request_no.to_owned(),
            amount_fen,
            buyer_fen: amount_fen,
            cash_fen: 0,
            reason: request.refund_reason.as_deref().map(str::to_owned),
            cancels: false,
            at: call.now,
        };
        let trade = trade.refund(amount_fen, call.now)?;
        // Record.
        let context = TradeContext::new(&trade, call.now, call.cause(), |nth, bucket| call.new_id(nth, bucket));
        let refund = give_back(tx, &trade, refund, &context)?;
        response(tx, request, trade, &refund, "Y")
    }
}

fn response(
    tx: &mut Tx,
    request: &Request,
    trade: Trade,
    refund: &Refund,
    fund_change: &'static str,
) -> Answer<Response> {
    let others_fen = if 0 < refund.cash_fen && !paid_by_seller(tx, &trade)? { refund.cash_fen } else { 0 };
    Ok(Response {
        trade_no: trade.trade_no(),
        buyer_logon_id: notification::login(tx, &trade.buyer_id)?,
        fund_change,
        refund_fee: money::format(trade.refunded_fen),
        gmt_refund_pay: time::format(refund.at),
        store_name: super::store_name(tx, &trade, None)?,
        refund_currency: request.refund_currency.map(|Currency::Cny| "CNY"),
        present_refund_buyer_amount: money::format(refund.buyer_fen),
        present_refund_discount_amount: money::format(others_fen),
        present_refund_mdiscount_amount: money::format(refund.amount_fen - refund.buyer_fen - others_fen),
        send_back_fee: money::format(refund.buyer_fen),
        refund_detail_item_list: FundBill::given_back(refund),
        out_trade_no: trade.out_trade_no,
        buyer_user_id: trade.buyer_id,
    })
}

/// Whether the cash voucher of a trade was one that the seller had paid for in advance.
fn paid_by_seller(tx: &mut Tx, trade: &Trade) -> Answer<bool> {
    let used = redemption::used(tx, trade)?;
    Ok(used.iter().any(|one| one.template.is_some() && 0 < one.merchant_fen))
}
