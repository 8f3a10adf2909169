//! `voucher_flux`: the notification by which a template's maker learns that a cash voucher of it was redeemed; one for
//! each voucher and trade (notify.voucher_flux).

use domain::template::Template;
use domain::trade::Trade;
use serde_json::json;
use store::notice::NewNotice;
use store::trade::TradeVoucher;
use store::world;
use store::{Fault, Tx};
use wire::{money, time};

/// `notify_type`.
const KIND: &str = "voucher_flux";

/// Queues the notification, if the template was made with a `notify_uri`; `id` is the notification's, `at` when the
/// trade was paid, UTC milliseconds.
pub fn enqueue(
    tx: &mut Tx,
    template: &Template,
    trade: &Trade,
    used: &TradeVoucher,
    id: i64,
    at: i64,
) -> Result<(), Fault> {
    let origin = &template.origin;
    let Some(url) = &origin.notify_url else { return Ok(()) };
    let voucher_id = used.voucher.to_text();
    let members = json!({
        "alipay_biz_no": trade.trade_no(),
        "biz_time": time::format(at),
        "flux_amount": money::format(used.deducted_fen),
        "voucher_id": voucher_id,
        "partner_id": trade.pid,
        "partner_name": world::merchant_label(tx, &trade.pid)?,
    });
    let notice = NewNotice {
        id,
        pid: template.pid.clone(),
        app_id: origin.app_id.clone(),
        auth_app_id: origin.auth_app_id.clone(),
        kind: KIND.to_owned(),
        subject: voucher_id,
        url: url.clone(),
        sign_type: origin.sign_type.clone(),
        members: members.to_string(),
        at,
    };
    store::notice::insert(tx, &notice)
}
