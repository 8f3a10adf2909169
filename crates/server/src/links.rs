//! Addresses of pages, as answers and other pages name them.

use crate::keys::MasterKey;
use domain::activity::Activity;
use domain::id::VoucherId;
use domain::template::Template;
use domain::trade::{Status, Trade};

/// Where the buyer pays a trade; `None` once the trade waits for that no longer.
pub fn cashier(base_url: &str, trade: &Trade) -> Option<String> {
    let token = trade.page_token.as_ref().filter(|_| trade.status == Status::WaitBuyerPay)?;
    Some(format!("{base_url}/h5/cashier?tradeNo={}&token={token}", trade.trade_no()))
}

/// Where an activity's coupon is claimed. The merchant adds the rest, `type` and token included (`docs/decisions.md`,
/// "Coupon page").
pub fn coupon(base_url: &str, activity: &Activity) -> String {
    format!("{base_url}/h5/coupon?itemId={}", activity.item_id().to_text())
}

/// Where a picture is.
pub fn image(base_url: &str, id: &str) -> String {
    format!("{base_url}/h5/image/{}", wire::percent_encoded(id))
}

/// Where its sponsor pays for a template, and sees later that it is paid for or closed (`confirm_uri`).
pub fn fund(base_url: &str, template: &Template) -> String {
    let Template { page_token, .. } = template;
    format!("{base_url}/h5/fund/confirm?fundOrderNo={}&token={page_token}", template.fund_order_no().to_text())
}

/// Where the holder of a voucher finds it, without the base of all addresses.
pub fn voucher(key: &MasterKey, id: VoucherId) -> String {
    let id = id.to_text();
    let token = key.vouch(&voucher_opening(&id));
    format!("/h5/voucher?voucherId={id}&token={token}")
}

/// What the platform vouches for in the address of a voucher's page, by the voucher's id.
pub fn voucher_opening(voucher_id: &str) -> String {
    format!("voucher page/{voucher_id}")
}
