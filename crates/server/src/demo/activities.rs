//! A point card and the coupon that its points are exchanged for: made by calls, as a merchant's app makes them.
//! Whoever starts the demo again calls again, and is answered with what there is.

use super::calls::{call, text};
use super::trades::USERS_TRADE;
use super::{DemoError, LOGO_ID, SHOP_IDS, USER_IDS};
use crate::app::App;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use wire::time;

const DAY_MS: i64 = 86_400_000;
/// How long both run, from the end of the year of trades on.
const DAYS: i64 = 365;

/// The point card, as `demo.json` names it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PointCard {
    camp_id: String,
    pub(super) activity_account: String,
}

/// The coupon, as `demo.json` names it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Coupon {
    camp_id: String,
    pub(super) prize_id: String,
    /// Where it is taken; a caller adds `token`, `outBizNo` and `type`.
    claim_url: String,
    /// The same but for two things: a number of the caller's own, and behind that `&token=` and the token it was given.
    #[serde(default)]
    page_url: String,
}

/// Makes both, and gives the demo's user points for what was paid. `from` is when they begin, UTC milliseconds.
pub(super) async fn make(app: &Arc<App>, from: i64) -> Result<(PointCard, Coupon), DemoError> {
    let card = made(app, &card(from)).await?;
    let activity_account = text(&card, "/promo_tools/0/voucher_no")?;
    let deposit = json!({
        "req_id": "demo", "user_id": USER_IDS[0], "activity_account": activity_account, "trans_type": "DEPOSIT",
        "trans_amount": "8", "shop_id": SHOP_IDS[0], "biz_no": USERS_TRADE, "memo": "满10元集1点",
    });
    call(app, "koubei.marketing.tool.points.update", deposit).await?;
    let coupon = made(app, &coupon(from)).await?;
    let config: Value = serde_json::from_str(&text(&coupon, "/publish_channels/0/config")?)?;
    let card = PointCard { camp_id: text(&card, "/id")?, activity_account };
    let claim_url = text(&config, "/URL")?;
    let coupon = Coupon {
        camp_id: text(&coupon, "/id")?,
        prize_id: text(&coupon, "/promo_tools/0/voucher_no")?,
        page_url: format!("{claim_url}&type=pointcard&outBizNo="),
        claim_url,
    };
    Ok((card, coupon))
}

/// An address that opens the coupon's page for the demo's user, once; `None` when the activity is over.
pub(super) async fn page(app: &Arc<App>, coupon: &Coupon) -> Result<Option<String>, DemoError> {
    let req_id = app.new_secret();
    let ask = json!({"req_id": req_id, "prize_id": coupon.prize_id, "user_id": USER_IDS[0]});
    match call(app, "koubei.marketing.tool.prizesend.auth", ask).await {
        Ok(answer) => {
            let token = text(&answer, "/token")?;
            Ok(Some(format!("{}{req_id}&token={token}", coupon.page_url)))
        }
        Err(DemoError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes an activity, unless it was made; all that is known of it.
async fn made(app: &Arc<App>, activity: &Value) -> Result<Value, DemoError> {
    let answer = call(app, "koubei.marketing.campaign.activity.create", activity.clone()).await?;
    let ask = json!({"camp_id": answer["camp_id"]});
    Ok(call(app, "koubei.marketing.campaign.activity.query", ask).await?["camp_detail"].take())
}

fn card(from: i64) -> Value {
    let day = |days: i64| time::format(from + days * DAY_MS);
    json!({
        "out_biz_no": "demo_card", "name": "花果山集点活动", "type": "POINT_SEND", "start_time": day(0),
        "end_time": day(DAYS), "desc": "每满10元集1点，集满8点换一张20元券",
        "constraint_info": {"suit_shops": SHOP_IDS},
        "promo_tools": [{"point_card": {"name": "花果山集点卡", "desc": "满10元集1点", "logo": LOGO_ID,
            "start_time": day(0), "end_time": day(DAYS + 30)}}],
    })
}

fn coupon(from: i64) -> Value {
    let day = |days: i64| time::format(from + days * DAY_MS);
    json!({
        "out_biz_no": "demo_coupon", "name": "集点换券", "type": "DIRECT_SEND", "start_time": day(0),
        "end_time": day(DAYS), "desc": "8个集点换一张20元券",
        "budget_info": {"budget_total": "100000", "budget_type": "QUANTITY"},
        "constraint_info": {"suit_shops": SHOP_IDS},
        "promo_tools": [{
            "voucher": {"type": "MONEY", "name": "20元代金券", "brand_name": "8个集点兑换", "logo": LOGO_ID,
                "worth_value": "20", "validate_type": "RELATIVE", "relative_time": "30",
                "use_instructions": ["到店付款时自动抵扣", "不找零，不与其他优惠同享"],
                "use_rule": {"suit_shops": SHOP_IDS, "min_consume": "50"}},
            "send_rule": {"allow_repeat_send": "true"}}],
        "publish_channels": [{"type": "URL_WITH_TOKEN", "name": "URL_WITH_TOKEN"}],
    })
}
