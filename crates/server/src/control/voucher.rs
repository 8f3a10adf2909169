//! One voucher, as the operator is shown it.

use super::OperatorError;
use crate::acts::coupon::tool::Coupon;
use crate::app::App;
use crate::links;
use domain::id::VoucherIdText;
use domain::voucher::Stand;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, activity};
use wire::time;

/// Everything about a voucher; what is not so is absent. Times are those of the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownVoucher {
    voucher_id: String,
    name: String,
    pid: String,
    user_id: String,
    status: String,
    gmt_create: String,
    gmt_active: String,
    gmt_expired: String,
    /// The trade that holds or used it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_no: Option<String>,
    /// Until when that trade holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gmt_used: Option<String>,
    /// Where its holder finds it.
    voucher_uri: String,
}

/// Looks a voucher up.
pub async fn show(app: &App, voucher_id: &str) -> Result<Option<ShownVoucher>, OperatorError> {
    let Some(text) = VoucherIdText::parse(voucher_id) else { return Ok(None) };
    let find = move |tx: &mut Tx| {
        let found = store::voucher::get(tx, text.number)?.filter(|voucher| text.names(voucher.id));
        let Some(voucher) = found else { return Ok(None) };
        let tool = voucher.tool.map(|tool| activity::tool(tx, tool)).transpose()?.flatten();
        let name = tool.map(|tool| Coupon::of(&tool)).transpose()?.map(|coupon| coupon.name);
        let trade = voucher.trade.map(|trade| store::trade::get(tx, trade)).transpose()?.flatten();
        Ok::<_, Fault>(Some((voucher, name, trade)))
    };
    let refused = |fault: Fault| OperatorError::refused(fault);
    let Some((voucher, name, trade)) = app.store.read(find).await.map_err(refused)? else { return Ok(None) };
    let base_url = app.store.read(app.site.asking()).await.map_err(refused)?;
    let stand = voucher.stand(app.clock.now());
    let status = match stand {
        Stand::Unactive => "UNACTIVE",
        Stand::Usable => "ENABLED",
        Stand::Held => "USING",
        Stand::Used => "USED",
        Stand::Refunded => "REFUNDED",
        Stand::Expired => "EXPIRED",
    };
    // What was held for too long is held no more.
    let has_it = matches!(stand, Stand::Held | Stand::Used | Stand::Refunded);
    Ok(Some(ShownVoucher {
        voucher_id: voucher.id.to_text(),
        name: name.unwrap_or_default(),
        status: status.to_owned(),
        gmt_create: time::format(voucher.id.created_at),
        gmt_active: time::format(voucher.starts_at),
        gmt_expired: time::format(voucher.ends_at),
        trade_no: trade.filter(|_| has_it).map(|trade| trade.trade_no()),
        held_until: voucher.held_until.filter(|_| has_it).map(time::format),
        gmt_used: voucher.used_at.map(time::format),
        voucher_uri: base_url + &links::voucher(&app.master_key, voucher.id),
        pid: voucher.pid,
        user_id: voucher.user_id,
    }))
}
