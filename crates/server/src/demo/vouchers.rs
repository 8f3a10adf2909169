//! A template of cash vouchers, which the demo's second user has paid for, and a voucher of it in the hands of the
//! first.

use super::calls::{call, text};
use super::trades::midnight;
use super::{DemoError, SPONSOR_LOGIN, USER_IDS};
use crate::acts::voucher::fund::{self, Opening, Outcome, PinPayment};
use crate::app::App;
use crate::links;
use domain::id::VoucherIdText;
use domain::pin::Pin;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use store::{Bucket, Fault, Stop, Tx, cash_voucher};
use wire::time;

const DAY_MS: i64 = 86_400_000;
/// How long the vouchers are sent and can be used.
const DAYS: i64 = 60;

/// The template and the voucher, as `demo.json` names them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct CashVoucher {
    template_id: String,
    voucher_id: String,
    /// Until when the voucher can be used.
    until: String,
    /// Where its holder finds it.
    pub(super) voucher_url: String,
}

/// Finds the voucher that was made, or makes a new one once that has ended; `None` where the demo's second user has not
/// enough to pay for it. `address` is where the merchant's page is, to which the voucher's button leads.
pub(super) async fn make(
    app: &Arc<App>,
    known: Option<CashVoucher>,
    address: SocketAddr,
) -> Result<Option<CashVoucher>, DemoError> {
    let now = app.clock.now();
    let lasts = |known: &CashVoucher| time::parse(&known.until).is_some_and(|until| now < until);
    let (template_id, voucher_id, until) = match known.filter(lasts) {
        Some(CashVoucher { template_id, voucher_id, until, .. }) => (template_id, voucher_id, until),
        None => match send(app, midnight(now), address).await? {
            Some(sent) => sent,
            None => return Ok(None),
        },
    };
    let voucher_url = page(app, &voucher_id).await?;
    Ok(voucher_url.map(|voucher_url| CashVoucher { template_id, voucher_id, until, voucher_url }))
}

/// Makes the template, pays for it and sends a voucher: the ids of both, and until when that can be used.
async fn send(app: &Arc<App>, from: i64, address: SocketAddr) -> Result<Option<(String, String, String)>, DemoError> {
    let (start, end) = (time::format(from), time::format(from + DAYS * DAY_MS - 1));
    // Who was interrupted and begins again on this day makes nothing twice.
    let number = format!("demo_{}_{address}", &start[..10]);
    let template = json!({
        "voucher_type": "FIX_VOUCHER", "voucher_use_scene": "ALIPAY_COMMON", "fund_account": SPONSOR_LOGIN,
        "brand_name": "花果山超市", "publish_start_time": start, "publish_end_time": end,
        "voucher_valid_period": {"type": "ABSOLUTE", "start": start, "end": end},
        "floor_amount": "50.00", "amount": "5.00", "voucher_quantity": 20, "out_biz_no": number,
        "voucher_description": ["满50元可用，不可兑换现金，不可找零。", "如果订单发生退款，代金券不予退还。"],
        "rule_conf": {"PID": super::PID, "STORE": super::SHOP_IDS.join(",")},
        "extension_info": {"useMode": "H5", "useModeData": {
            "url": format!("http://{address}/"), "signType": "RSA2", "tag": "demo"}},
    });
    let made = call(app, "alipay.marketing.cashvoucher.template.create", template).await?;
    if !pay(app, &text(&made, "/confirm_uri")?).await? {
        return Ok(None);
    }
    let template_id = text(&made, "/template_id")?;
    let sending = json!({"template_id": template_id, "user_id": USER_IDS[0], "out_biz_no": number});
    let sent = call(app, "alipay.marketing.voucher.send", sending).await?;
    Ok(Some((template_id, text(&sent, "/voucher_id")?, end)))
}

/// Pays for a template as its sponsor does on the page at this address; whether it is paid for.
async fn pay(app: &Arc<App>, confirm_uri: &str) -> Result<bool, DemoError> {
    let parameter = |name: &str| {
        let (_, rest) = confirm_uri.split_once(&format!("{name}="))?;
        Some(rest.split('&').next().unwrap_or(rest).to_owned())
    };
    let (Some(fund_order_no), Some(token)) = (parameter("fundOrderNo"), parameter("token")) else {
        return Err(DemoError::Refused(format!("{confirm_uri} names no order")));
    };
    let (number, at, trace_id) = (app.store.next_numbers(1).await?, app.clock.now(), app.new_trace_id());
    let write = move |tx: &mut Tx| {
        let opening = Opening { fund_order_no: &fund_order_no, token: &token };
        let pin = Pin::unset(true).expect("a stand-in's");
        let payment = PinPayment { opening, pin: &pin, trace_id: &trace_id, at };
        fund::pay(tx, payment, |_| Some(pin), |bucket: Bucket| bucket.id(number))
    };
    match app.store.write(write).await {
        Ok(outcome) => Ok(matches!(outcome, Outcome::Paid { .. } | Outcome::PaidBefore)),
        Err(Stop::Refused(_)) => Ok(false),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// The address of a voucher's page, if the store has the voucher.
async fn page(app: &Arc<App>, voucher_id: &str) -> Result<Option<String>, DemoError> {
    let (site, text) = (app.site.asking(), VoucherIdText::parse(voucher_id));
    let load = move |tx: &mut Tx| {
        let Some(text) = text else { return Ok(None) };
        let found = cash_voucher::get(tx, text.number)?.filter(|voucher| text.names(voucher.id));
        found.map(|voucher| Ok::<_, Fault>((site(tx)?, voucher.id))).transpose()
    };
    let found = app.store.read(load).await?;
    Ok(found.map(|(base_url, id)| base_url + &links::voucher(&app.master_key, id)))
}
