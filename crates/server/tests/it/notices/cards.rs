//! A payment in a shop is told to the point cards of that shop, however many there are (`docs/decisions.md`, "Trade
//! notifications").

use super::{buyer, called, command};
use crate::giveaway::{Giveaway, LOGO, SHOPS, world_of_shops};
use crate::mailbox::{Mailbox, is_signed};
use crate::running::{APP_ID, ISV_APP_ID, each_engine, succeed};
use serde_json::json;

each_engine!(point_cards_of_a_shop_are_told_of_each_payment_there, |engine| {
    let user = format!("[[user]]\nuser_id = \"{}\"\nbalance = \"100.00\"\n", buyer(0));
    let (giveaway, mailbox) = (Giveaway::open_in(engine, &world_of_shops(&user)), Mailbox::start());
    let card = |name: &str, shop: &str, start_time: &str| {
        let request = json!({
            "out_biz_no": name, "name": name, "type": "POINT_SEND", "start_time": start_time,
            "end_time": "2026-01-31 00:00:00", "constraint_info": {"suit_shops": [shop]},
            "promo_tools": [{"point_card": {
                "name": "集点卡", "logo": LOGO, "start_time": "2026-01-01 00:00:00", "end_time": "2026-03-01 00:00:00",
            }}],
        });
        let url = if name == "mute" { String::new() } else { mailbox.url(&format!("/ok?{name}")) };
        let made = called(&giveaway.isv, "koubei.marketing.campaign.activity.create", &request, &url);
        made["camp_id"].as_str().expect("an id").to_owned()
    };
    let today = "2026-01-01 00:00:00";
    let told: Vec<(String, String)> = ["one", "two", "three", "four", "five"]
        .iter()
        .map(|name| (format!("/ok?{name}"), card(name, SHOPS[0], today)))
        .collect();
    card("elsewhere", SHOPS[1], today);
    card("mute", SHOPS[0], today);
    card("tomorrow", SHOPS[0], "2026-01-02 00:00:00");
    let over = json!({"camp_id": card("over", SHOPS[0], today), "out_biz_no": "offline"});
    succeed(&giveaway.isv, "koubei.marketing.campaign.activity.offline", &over);

    let pay = |out_trade_no: &str, shop: Option<&str>, url: &str| {
        let mut request = json!({
            "scene": "bar_code", "auth_code": format!("28{}", &buyer(0)[2..]), "out_trade_no": out_trade_no,
            "subject": "龙井茶", "total_amount": "8.00",
        });
        if let Some(shop) = shop {
            request["alipay_store_id"] = json!(shop);
        }
        called(&giveaway.server.client(), "alipay.trade.pay", &request, url)
    };
    let trade = pay("here", Some(SHOPS[0]), &mailbox.url("/ok?trade"));
    pay("nowhere", None, "");
    command(&giveaway.server, &["clock", "advance", "1m"]);
    let usual = &mailbox.letters("/ok?trade")[0];
    for (path, camp_id) in &told {
        let letters = mailbox.letters(path);
        assert_eq!(letters.len(), 1, "{path}");
        let letter = &letters[0];
        assert!(is_signed(letter, &giveaway.server.platform_key), "{letter:?}");
        for (name, expect) in [
            ("notify_type", "trade_status_sync"),
            ("event_code", "EC-promocore-trade-notice"),
            ("id", camp_id.as_str()),
            ("app_id", ISV_APP_ID),
            ("auth_app_id", APP_ID),
            ("trade_no", trade["trade_no"].as_str().expect("a number")),
        ] {
            assert_eq!(letter.get(name), expect, "{path} {name}");
        }
        // All else is as the usual notification of the trade has it.
        let own = ["event_code", "id", "app_id", "notify_id", "sign"];
        let rest = letter.members.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        assert!(rest.clone().all(|(name, value)| usual.get(name) == value), "{letter:?} {usual:?}");
        assert_eq!(letter.members.len(), usual.members.len() + 2);
    }
    for silent in ["/ok?elsewhere", "/ok?tomorrow", "/ok?over"] {
        assert!(mailbox.letters(silent).is_empty(), "{silent}");
    }
    // Neither a refund nor a later day's payment elsewhere is a payment there.
    let refund = json!({"out_trade_no": "here", "refund_amount": "8.00", "out_request_no": "all"});
    called(&giveaway.server.client(), "alipay.trade.refund", &refund, "");
    command(&giveaway.server, &["clock", "advance", "1m"]);
    assert!(told.iter().all(|(path, _)| mailbox.letters(path).len() == 1));
    giveaway.proves();
});
