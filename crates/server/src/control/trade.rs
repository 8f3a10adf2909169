//! One trade, as the operator is shown it.

use super::OperatorError;
use crate::acts::trade::coupon;
use crate::app::App;
use crate::links;
use domain::trade::Trade;
use serde::{Deserialize, Serialize};
use store::trade::{Refund, TradeVoucher};
use store::{Fault, Tx};
use wire::{money, time};

/// Which trade is meant: by `trade_no`, or by the merchant and its `out_trade_no`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Asked {
    /// The platform's number, or the one that an imported trade came with.
    pub trade_no: Option<String>,
    /// The merchant; all of them when absent.
    pub pid: Option<String>,
    /// The merchant's number.
    pub out_trade_no: Option<String>,
}

/// Everything about a trade. Amounts are yuan, times those of the wire; what is not known yet is absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownTrade {
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
    refunds: Vec<ShownRefund>,
    /// What it was paid with beside money.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    vouchers: Vec<ShownUse>,
}

/// A voucher that it was paid with.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ShownUse {
    voucher_id: String,
    name: String,
    amount: String,
    refunded_amount: String,
}

/// One refund of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ShownRefund {
    out_request_no: String,
    refund_amount: String,
    gmt_refund_pay: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Looks a trade up.
pub async fn show(app: &App, asked: Asked) -> Result<Option<ShownTrade>, OperatorError> {
    let find = move |tx: &mut Tx| {
        let merchants = asked.pid.clone().map_or_else(|| store::world::merchants(tx), |pid| Ok(vec![pid]))?;
        for pid in merchants {
            let found = match (&asked.trade_no, &asked.out_trade_no) {
                (Some(no), _) => store::trade::find(tx, &pid, no)?,
                (None, Some(no)) => store::trade::find_out(tx, &pid, no)?,
                (None, None) => None,
            };
            if let Some(trade) = found {
                let refunds = store::trade::refunds(tx, trade.no.number)?;
                let used = coupon::used(tx, &trade)?;
                return Ok::<_, Fault>(Some((trade, refunds, used)));
            }
        }
        Ok(None)
    };
    let refused = |fault: Fault| OperatorError::refused(fault);
    let Some((trade, refunds, used)) = app.store.read(find).await.map_err(refused)? else { return Ok(None) };
    let base_url = app.store.read(app.site.asking()).await.map_err(refused)?;
    Ok(Some(shown(trade, &refunds, &used, &base_url)))
}

fn shown(trade: Trade, refunds: &[Refund], used: &[TradeVoucher], base_url: &str) -> ShownTrade {
    let paid = trade.paid_at.is_some();
    let refund = |refund: &Refund| ShownRefund {
        out_request_no: refund.out_request_no.clone(),
        refund_amount: money::format(refund.amount_fen),
        gmt_refund_pay: time::format(refund.at),
        reason: refund.reason.clone(),
    };
    let voucher = |used: &TradeVoucher| ShownUse {
        voucher_id: used.voucher.to_text(),
        name: used.name.clone(),
        amount: money::format(used.deducted_fen),
        refunded_amount: money::format(used.refunded_fen),
    };
    ShownTrade {
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
