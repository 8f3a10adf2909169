//! `koubei_receive_coupon_notify`: the notification by which the merchant's system learns that its user has claimed a
//! coupon; one for each token.

use domain::activity::Activity;
use domain::issued_coupon::IssuedCoupon;
use serde_json::json;
use store::notice::NewNotice;
use store::{Fault, Tx};

/// `notify_type`.
const KIND: &str = "koubei_receive_coupon_notify";

/// Queues the notification, if the call that made the activity named an address; `id` is the notification's, `coupon`
/// the first of those that the token gave, `at` when it was claimed, UTC milliseconds.
pub(super) fn enqueue(
    tx: &mut Tx,
    activity: &Activity,
    coupon: &IssuedCoupon,
    out_biz_no: &str,
    id: i64,
    at: i64,
) -> Result<(), Fault> {
    let origin = &activity.origin;
    let Some(url) = &origin.notify_url else { return Ok(()) };
    let IssuedCoupon { id: voucher_id, pid, user_id, .. } = coupon;
    let members = json!({
        "event_code": "EC-promocore-prize-notice",
        "id": activity.id.to_text(),
        "isv_out_biz_id": out_biz_no,
        "buyer_id": user_id,
        "merchant_uid": pid,
        "business_order": format!("{user_id}|{}", voucher_id.to_text()),
    });
    store::notice::insert(
        tx,
        &NewNotice {
            id,
            pid: pid.clone(),
            app_id: origin.app_id.clone(),
            auth_app_id: origin.auth_app_id.clone(),
            kind: KIND.to_owned(),
            subject: voucher_id.to_text(),
            url: url.clone(),
            sign_type: origin.sign_type.clone(),
            members: members.to_string(),
            at,
        },
    )
}
