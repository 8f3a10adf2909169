//! A merchant whose members collect points on a card and take a coupon for them.

use crate::running::{PID, Running, succeed, world};
use client::Client;
use serde_json::{Value, json};
use store::testing::Engine;

pub(crate) const UPDATE: &str = "koubei.marketing.tool.points.update";
pub(crate) const QUERY: &str = "koubei.marketing.tool.points.query";
pub(crate) const AUTH: &str = "koubei.marketing.tool.prizesend.auth";
/// The shop of the activities.
pub(crate) const SHOP: &str = "2015121600077000000002388200";
/// Another shop of the merchant.
pub(crate) const ELSEWHERE: &str = "2015122900077000000002409504";
/// A member with money, and another.
pub(crate) const MEMBER: &str = "2088102146931393";
pub(crate) const FRIEND: &str = "2088102146931394";

/// The merchant, at noon of 2026-01-01. The activities run until the end of January, the card until the end of
/// February.
pub(crate) struct Stamps {
    pub(crate) server: Running,
    /// The card, its activity, and the coupon.
    pub(crate) card: String,
    pub(crate) card_camp: String,
    pub(crate) prize: String,
}

impl Stamps {
    pub(crate) fn open(engine: Engine) -> Stamps {
        Stamps::open_with(engine, "", &json!({}))
    }

    /// With these options of the merchant, and these members of the coupon's activity.
    pub(crate) fn open_with(engine: Engine, options: &str, more: &Value) -> Stamps {
        Stamps::open_at(engine, options, more, "2026-01-01T12:00:00+08:00")
    }

    /// The same at this moment.
    pub(crate) fn open_at(engine: Engine, options: &str, more: &Value, now: &str) -> Stamps {
        let clock = format!("manual:{now}");
        let server = Running::start_with(engine, &stamps_world(options), &["--clock", &clock]);
        let client = server.client();
        let card_camp = made(&client, &card_activity("card"));
        let prize_camp = made(&client, &with(prize_activity("prize"), more));
        let (card, prize) = (tool_of(&client, &card_camp), tool_of(&client, &prize_camp));
        Stamps { server, card, card_camp, prize }
    }

    pub(crate) fn client(&self) -> Client {
        self.server.client()
    }

    /// A change of the member's points on the card.
    pub(crate) fn change(&self, req_id: &str, trans_type: &str, more: &Value) -> Value {
        let change =
            json!({"req_id": req_id, "user_id": MEMBER, "activity_account": self.card, "trans_type": trans_type});
        with(change, more)
    }

    /// A payment of the member in the shop: its number.
    pub(crate) fn pay(&self, out_trade_no: &str) -> String {
        paid(&self.client(), out_trade_no, MEMBER, SHOP)
    }

    /// Gives the member points, for a payment of the same number.
    pub(crate) fn deposit(&self, req_id: &str, points: u64) -> String {
        let trade_no = self.pay(req_id);
        let more = json!({"trans_amount": points, "shop_id": SHOP, "biz_no": trade_no});
        log_no(&succeed(&self.client(), UPDATE, &self.change(req_id, "DEPOSIT", &more)))
    }

    /// Sets points of the member aside.
    pub(crate) fn freeze(&self, req_id: &str, points: u64) -> String {
        log_no(&succeed(&self.client(), UPDATE, &self.change(req_id, "FREEZE", &json!({"trans_amount": points}))))
    }

    /// What a user has: available, frozen, in all.
    pub(crate) fn points_of(&self, user_id: &str) -> [u64; 3] {
        let node = succeed(&self.client(), QUERY, &json!({"activity_account": self.card, "user_id": user_id}));
        ["available_points", "freezed_points", "total_points"]
            .map(|name| node[name].as_str().and_then(|text| text.parse().ok()).expect("a number"))
    }

    /// Lets time go by, and what is due on the way happen.
    pub(crate) fn wait(&self, duration: &str) {
        self.done(&["clock", "advance", duration]);
    }

    /// Holds that every sum is what its parts come to.
    pub(crate) fn prove(&self) {
        self.done(&["prove"]);
    }

    /// Runs a command, which succeeds; what it prints.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.server.command(arguments);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{arguments:?}: {}{}", said(&output.stdout), said(&output.stderr));
        said(&output.stdout)
    }
}

/// The tests' world with two shops, two members with money, and these options of the merchant.
pub(crate) fn stamps_world(options: &str) -> String {
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = |shop_id: &str| format!("[[merchant.shop]]\nshop_id = \"{shop_id}\"\nname = \"水帘洞店\"\n");
    let shops = [SHOP, ELSEWHERE].map(shop).concat();
    let world = world().replace(&merchant, &format!("{merchant}\n{options}\n{shops}"));
    let member = |user_id: &str| format!("[[user]]\nuser_id = \"{user_id}\"\nbalance = \"10000.00\"\n");
    format!("{world}\n{}", [MEMBER, FRIEND].map(member).concat())
}

/// The activity of a card.
pub(crate) fn card_activity(out_biz_no: &str) -> Value {
    json!({
        "out_biz_no": out_biz_no, "name": "集点活动", "type": "POINT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-01-31 23:59:59", "constraint_info": {"suit_shops": [SHOP]},
        "promo_tools": [{"point_card": {"name": "集点卡", "desc": "活动规则简述", "logo": "logo",
            "start_time": "2026-01-01 00:00:00", "end_time": "2026-02-28 23:59:59"}}],
    })
}

/// The activity of a coupon that is taken with a token.
pub(crate) fn prize_activity(out_biz_no: &str) -> Value {
    json!({
        "out_biz_no": out_biz_no, "name": "集点兑换", "type": "DIRECT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-01-31 23:59:59", "constraint_info": {"suit_shops": [SHOP]},
        "budget_info": {"budget_total": "100", "budget_type": "QUANTITY"},
        "promo_tools": [{
            "voucher": {"type": "MONEY", "name": "全场代金券", "brand_name": "8个集点兑换", "logo": "logo",
                "worth_value": "20", "validate_type": "RELATIVE", "relative_time": "30",
                "use_rule": {"suit_shops": [SHOP]}},
            "send_rule": {"allow_repeat_send": "true"}}],
        "publish_channels": [{"type": "URL_WITH_TOKEN", "name": "URL_WITH_TOKEN"}],
    })
}

/// Makes an activity; its id.
pub(crate) fn made(client: &Client, activity: &Value) -> String {
    text(&succeed(client, "koubei.marketing.campaign.activity.create", activity)["camp_id"])
}

/// The first tool of an activity: a card's `activity_account`, a coupon's `prize_id`.
pub(crate) fn tool_of(client: &Client, camp_id: &str) -> String {
    let node = succeed(client, "koubei.marketing.campaign.activity.query", &json!({"camp_id": camp_id}));
    text(&node["camp_detail"]["promo_tools"][0]["voucher_no"])
}

/// A payment in a shop of the client's merchant, or in none where that is empty: its number.
pub(crate) fn paid(client: &Client, out_trade_no: &str, user_id: &str, shop_id: &str) -> String {
    let pay = json!({"out_trade_no": out_trade_no, "scene": "bar_code", "buyer_id": user_id, "subject": "桃子",
        "total_amount": "8.00", "alipay_store_id": shop_id});
    text(&succeed(client, "alipay.trade.pay", &pay)["trade_no"])
}

/// The number of a change.
pub(crate) fn log_no(node: &Value) -> String {
    text(&node["point_log_no"])
}

/// `value` with these members, null taking one away.
pub(crate) fn with(mut value: Value, more: &Value) -> Value {
    let members = value.as_object_mut().expect("an object");
    for (name, value) in more.as_object().expect("an object") {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    value
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
