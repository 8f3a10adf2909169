//! `punchcard.trade.show`: one trade, with its refunds and what it was paid with.

use super::{Argument, not_found};
use crate::acts::trade::redemption;
use crate::answer::Answer;
use crate::biz::biz;
use crate::links;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::trade::Trade;
use serde::{Deserialize, Serialize};
use store::trade::{Refund, TradeVoucher};
use store::{Fault, Tx};
use wire::{money, time};

/// See the module.
pub struct TradeShow;

biz! {
    /// The request.
    pub struct Request {
        /// The platform's number, or the one that an imported trade came with.
        trade_no: Option<Argument>,
        /// The merchant; all of them when absent.
        pid: Option<Argument>,
        /// The merchant's number.
        out_trade_no: Option<Argument>,
    }
}

/// Everything about a trade. Amounts are yuan, times those of the wire; what is not known yet is absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TradeView {
    trade_no: String,
    out_trade_no: String,
    pid: String,
    buyer_id: String,
    trade_status: String,
    subject: String,
    total_amount: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_pay_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_amount: Option<String>,
    refunded_amount: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    shop_id: Option<String>,
    gmt_create: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gmt_payment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gmt_close: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_url: Option<String>,
    /// Where its buyer pays, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    cashier_uri: Option<String>,
    refunds: Vec<RefundView>,
    /// What it was paid with beside money.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    vouchers: Vec<VoucherUseView>,
}

/// A voucher that it was paid with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct VoucherUseView {
    voucher_id: String,
    name: String,
    amount: String,
    refunded_amount: String,
}

/// One refund of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RefundView {
    out_request_no: String,
    refund_amount: String,
    gmt_refund_pay: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Method for TradeShow {
    const NAME: &'static str = "punchcard.trade.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = TradeView;
}

impl OperatorRead for TradeShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<TradeView> {
        let site = call.app.site.asking();
        let find = move |tx: &mut Tx| {
            let Request { trade_no, pid, out_trade_no } = &request;
            let merchants =
                pid.as_ref().map_or_else(|| store::world::merchants(tx), |pid| Ok(vec![pid.to_string()]))?;
            for pid in merchants {
                let found = match (trade_no, out_trade_no) {
                    (Some(no), _) => store::trade::find(tx, &pid, no)?,
                    (None, Some(no)) => store::trade::find_out(tx, &pid, no)?,
                    (None, None) => None,
                };
                if let Some(trade) = found {
                    let refunds = store::trade::refunds(tx, trade.no.number)?;
                    let used = redemption::used(tx, &trade)?;
                    return Ok::<_, Fault>(Some(view(trade, &refunds, &used, &site(tx)?)));
                }
            }
            Ok(None)
        };
        call.app.store.read(find).await?.ok_or_else(|| not_found("no such trade"))
    }
}

fn view(trade: Trade, refunds: &[Refund], used: &[TradeVoucher], base_url: &str) -> TradeView {
    let paid = trade.paid_at.is_some();
    let refund = |refund: &Refund| RefundView {
        out_request_no: refund.out_request_no.clone(),
        refund_amount: money::format(refund.amount_fen),
        gmt_refund_pay: time::format(refund.at),
        reason: refund.reason.clone(),
    };
    let voucher = |used: &TradeVoucher| VoucherUseView {
        voucher_id: used.voucher.to_text(),
        name: used.name.clone(),
        amount: money::format(used.deducted_fen),
        refunded_amount: money::format(used.refunded_fen),
    };
    TradeView {
        trade_no: trade.trade_no(),
        cashier_uri: links::cashier(base_url, &trade),
        trade_status: trade.status.name().to_owned(),
        total_amount: money::format(trade.total_fen),
        buyer_pay_amount: paid.then(|| money::format(trade.buyer_pay_fen)),
        receipt_amount: paid.then(|| money::format(trade.receipt_fen)),
        refunded_amount: money::format(trade.refunded_fen),
        gmt_create: time::format(trade.no.created_at),
        expires: trade.expires_at.filter(|_| !paid).map(time::format),
        gmt_payment: trade.paid_at.map(time::format),
        gmt_close: trade.closed_at.map(time::format),
        notify_url: trade.origin.and_then(|origin| origin.notify_url),
        refunds: refunds.iter().map(refund).collect(),
        vouchers: used.iter().map(voucher).collect(),
        out_trade_no: trade.out_trade_no,
        pid: trade.pid,
        buyer_id: trade.buyer_id,
        subject: trade.subject,
        shop_id: trade.shop_id,
    }
}
