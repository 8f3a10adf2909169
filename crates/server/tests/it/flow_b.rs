//! From a payment over points to a coupon (`docs/decisions.md`, "From a payment to a coupon"), as an ISV's system and a
//! member live it: every call through an official SDK, the page in a real browser, notifications believed by the SDK's
//! own check.

use crate::browser::Browser;
use crate::giveaway::{LOGO, SHOPS, USER, world_of_shops};
use crate::isv::{APP_ID, Isv, MERCHANT_APP_ID, Sdk, delivered, in_world};
use crate::notices::sdks::SdkReceiver;
use crate::running::{PID, Running};
use serde_json::{Value, json};
use store::testing::Engine;

const UPDATE: &str = "koubei.marketing.tool.points.update";

/// An ISV's system, with charset and algorithm of its calls about points; all others are in UTF-8 with RSA2.
struct Stamps {
    isv: Isv,
    points: (&'static str, &'static str),
}

impl Stamps {
    fn number(&self) -> String {
        self.isv.number()
    }

    fn calls(&self, method: &str, send: &Value, notify_url: &str) -> Value {
        let how = if method.contains(".points.") { self.points } else { ("utf-8", "RSA2") };
        self.isv.calls(how, method, send, notify_url)
    }

    /// Changes points; the number of the change.
    fn changes(&self, card: &str, kind: &str, more: &Value) -> String {
        let mut send = json!({
            "req_id": self.number(), "user_id": USER, "activity_account": card, "trans_type": kind,
            "memo": "积分扣减用于兑换奖品",
        });
        send.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        self.calls(UPDATE, &send, "")["point_log_no"].as_str().expect("a number").to_owned()
    }

    /// Available, frozen and total points.
    fn points(&self, card: &str) -> [String; 3] {
        let send = json!({"activity_account": card, "user_id": USER});
        let answer = self.calls("koubei.marketing.tool.points.query", &send, "");
        ["available_points", "freezed_points", "total_points"]
            .map(|name| answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned())
    }

    /// The customer pays in a shop and gets eight points for it.
    fn sells(&self, card: &str) -> String {
        let send = json!({
            "scene": "bar_code", "auth_code": format!("28{}", &USER[2..]), "out_trade_no": self.number(),
            "subject": "龙井茶", "total_amount": "88.00", "alipay_store_id": SHOPS[0],
        });
        let trade = self.calls("alipay.trade.pay", &send, "");
        let trade_no = trade["trade_no"].as_str().expect("a number").to_owned();
        self.changes(card, "DEPOSIT", &json!({"trans_amount": "8", "shop_id": SHOPS[0], "biz_no": trade_no}));
        trade_no
    }
}

/// The merchant's world, with the ISV.
fn world() -> String {
    format!("{}\n{}", world_of_shops(&format!("[[user]]\nuser_id = \"{USER}\"\nbalance = \"1000.00\"\n")), in_world())
}

fn lives(engine: Engine, sdk: Sdk, points: (&'static str, &'static str)) {
    let running = Running::start_with(engine, &world(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let receiver = SdkReceiver::start(sdk.program("receive"), &running);
    let isv = Stamps { isv: Isv::start(&running, sdk), points };
    let browser = Browser::start("zh-CN,zh");
    let [card_url, coupon_url] = ["card", "coupon"].map(|name| format!("{}?{name}", receiver.url));

    // 1. A card to collect points on, and a coupon to have for them.
    let card = json!({
        "out_biz_no": isv.number(), "name": "集点活动", "type": "POINT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-01-31 00:00:00", "constraint_info": {"suit_shops": [SHOPS[0]]},
        "promo_tools": [{"point_card": {
            "name": "集点卡", "desc": "活动规则简述", "logo": LOGO, "start_time": "2026-01-01 00:00:00",
            "end_time": "2026-03-01 00:00:00",
        }}],
    });
    let card = isv.calls("koubei.marketing.campaign.activity.create", &card, &card_url);
    let coupon = json!({
        "out_biz_no": isv.number(), "name": "集点兑换活动", "type": "DIRECT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-01-31 00:00:00", "budget_info": {"budget_total": "10", "budget_type": "QUANTITY"},
        "constraint_info": {"suit_shops": [SHOPS[0]]},
        "promo_tools": [{
            "voucher": {
                "type": "MONEY", "name": "全场代金券", "brand_name": "8个集点兑换", "logo": LOGO, "worth_value": "20",
                "validate_type": "FIXED", "start_time": "2026-01-01 00:00:00", "end_time": "2026-03-01 00:00:00",
                "use_rule": {"suit_shops": [SHOPS[0]], "min_consume": "10"},
            },
            "send_rule": {"allow_repeat_send": "true"},
        }],
        "publish_channels": [{"name": "URL_WITH_TOKEN", "type": "URL_WITH_TOKEN"}],
    });
    let coupon = isv.calls("koubei.marketing.campaign.activity.create", &coupon, &coupon_url);
    assert_eq!([&card["camp_status"], &coupon["camp_status"]], ["STARTED"; 2]);

    // 2. What they are called.
    let detail = |camp: &Value| {
        let send = json!({"camp_id": camp["camp_id"]});
        isv.calls("koubei.marketing.campaign.activity.query", &send, "")["camp_detail"].clone()
    };
    let (card_detail, coupon_detail) = (detail(&card), detail(&coupon));
    let account = card_detail["promo_tools"][0]["voucher_no"].as_str().expect("an account");
    let prize = coupon_detail["promo_tools"][0]["voucher_no"].as_str().expect("a prize");
    let config = coupon_detail["publish_channels"][0]["config"].as_str().expect("a channel");
    let config: Value = serde_json::from_str(config).expect("JSON");
    let page = config["URL"].as_str().expect("an address");

    // 3. The customer pays and gets eight points; the ISV is told of the payment by the card's activity.
    let trade_no = isv.sells(account);
    assert_eq!(isv.points(account), ["8", "0", "8"]);
    let paid = &delivered(&running, &card_url)["members"];
    let payment = [("event_code", "EC-promocore-trade-notice"), ("trade_status", "TRADE_SUCCESS"), ("buyer_id", USER)];
    assert!(payment.iter().all(|(name, value)| paid[*name] == *value), "{paid:#}");
    assert_eq!((&paid["id"], &paid["trade_no"]), (&card["camp_id"], &json!(trade_no)));

    // 4. The customer wants the coupon. 5. The ISV has it authorised. 6. It sends the customer to the page.
    let authorises = || {
        let freeze = isv.changes(account, "FREEZE", &json!({"trans_amount": "8"}));
        let send = json!({"req_id": isv.number(), "prize_id": prize, "user_id": USER});
        let token = isv.calls("koubei.marketing.tool.prizesend.auth", &send, "")["token"].clone();
        (freeze, token.as_str().expect("a token").to_owned())
    };
    let (freeze, token) = authorises();
    assert_eq!(isv.points(account), ["0", "8", "8"]);
    browser.open(&format!("{page}&token={token}&outBizNo={freeze}&buyerId={USER}&shopId={}&type=pointcard", SHOPS[0]));
    browser.sees("flow-b-to-take", &["全场代金券", "8个集点兑换", "¥20", "立即领取"]);

    // 7. One press. 8. The ISV is told, believes it, and takes the points for good.
    browser.click("button");
    browser.sees("flow-b-taken", &["领取成功"]);
    let told = delivered(&running, &coupon_url);
    let members = &told["members"];
    assert_eq!((&told["notify_type"], &told["app_id"]), (&json!("koubei_receive_coupon_notify"), &json!(APP_ID)));
    assert_eq!((&members["id"], &told["auth_app_id"]), (&coupon["camp_id"], &json!(MERCHANT_APP_ID)));
    assert_eq!((&members["isv_out_biz_id"], &members["buyer_id"]), (&json!(freeze), &json!(USER)));
    assert_eq!(members["merchant_uid"], PID);
    let order = members["business_order"].as_str().expect("an order");
    let (_, voucher) = order.split_once('|').expect("buyer and voucher");
    assert!(browser.text().contains(voucher) && order.starts_with(USER), "{order}");
    isv.changes(account, "COMMIT", &json!({"biz_no": members["isv_out_biz_id"]}));
    assert_eq!(isv.points(account), ["0", "0", "8"]);

    // 9. Another customer's day: authorised, never taken, cancelled; then spent at once.
    isv.sells(account);
    let (freeze, _) = authorises();
    isv.changes(account, "CANCEL", &json!({"biz_no": freeze}));
    assert_eq!(isv.points(account), ["8", "0", "16"]);
    isv.changes(account, "CONSUME", &json!({"trans_amount": "8"}));
    assert_eq!(isv.points(account), ["0", "0", "16"]);
    let proved = running.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stdout));
}

#[test]
fn with_python_on_postgres() {
    lives(Engine::Postgres, Sdk::Python, ("GBK", "RSA"));
}

#[test]
fn with_node_on_sqlite() {
    lives(Engine::Sqlite, Sdk::Node, ("utf-8", "RSA"));
}
