//! The coupon page as a member sees it, in a real browser, by day and by night: `docs/images` has some of it.

use crate::browser::Browser;
use crate::giveaway::{BANNER, Campaign, Giveaway, SHOPS, STUDENT, USER};
use serde_json::{Value, json};
use store::testing::Engine;

/// Somebody who was sent to the page.
struct Visitor {
    giveaway: Giveaway,
    browser: Browser,
}

impl Visitor {
    fn new(language: &str) -> Visitor {
        Visitor { giveaway: Giveaway::open(Engine::Sqlite), browser: Browser::start(language) }
    }

    /// Opens the page of a new token, sent from this shop.
    fn open(&self, campaign: &Campaign, user_id: &str) -> String {
        let page = format!("{}&shopId={}", self.giveaway.page(campaign, user_id), SHOPS[2]);
        self.browser.open(&self.giveaway.address(&page));
        page
    }

    fn sees(&self, picture: &str, texts: &[&str]) {
        self.browser.sees(&format!("coupon-{picture}"), texts);
    }

    fn press(&self) {
        self.browser.click("button");
    }

    fn has_no_form(&self) {
        assert!(!self.browser.has("form"), "{}", self.browser.text());
    }
}

/// The coupon of these members.
fn of(members: &Value) -> impl Fn(&mut Value) {
    move |request| {
        let voucher = &mut request["promo_tools"][0]["voucher"];
        for (name, value) in members.as_object().expect("members") {
            match value {
                Value::Null => drop(voucher.as_object_mut().expect("members").remove(name)),
                value => voucher[name] = value.clone(),
            }
        }
    }
}

#[test]
fn a_member_takes_a_coupon() {
    let visitor = Visitor::new("zh-CN,zh");
    let campaign = visitor.giveaway.campaign(|_| ());
    let page = visitor.open(&campaign, USER);
    let coupon = ["全场代金券", "8个集点兑换", "¥20", "满 ¥10 可用", "花果山超市"];
    visitor.sees("to-take", &coupon);
    visitor
        .sees("to-take", &["2026年1月1日 至 2026年2月28日", "南天门店", "离你最近", "另有 2 家门店适用", "立即领取"]);
    visitor.press();
    let [issued] = &visitor.giveaway.coupons(USER)[..] else { panic!("one") };
    visitor.sees("taken", &coupon);
    visitor.sees("taken", &["领取成功", "付款时自动抵扣", "已领取", &issued.id.to_text(), "2026年1月1日 12:00"]);
    visitor.has_no_form();
    let address = visitor.giveaway.address(&page);
    assert!(visitor.browser.address().contains("&token="), "a form is answered with a redirection");
    visitor.browser.reload();
    visitor.sees("taken", &["领取成功", &issued.id.to_text()]);
    visitor.browser.open(&address);
    visitor.sees("taken", &["领取成功", &issued.id.to_text()]);

    // The next one is refused for as long as this one is not used.
    visitor.open(&campaign, USER);
    visitor.sees("holds-unredeemed", &["已领取未使用的同款券", "用掉手上的这张"]);
    visitor.has_no_form();
    visitor.giveaway.wait("60d");
    visitor.browser.open(&address);
    visitor.sees("expired", &["已过期"]);
}

#[test]
fn what_cannot_be_taken_is_told() {
    let visitor = Visitor::new("zh-CN,zh");
    let giveaway = &visitor.giveaway;
    let few = giveaway.campaign(|request| {
        request["budget_info"] = json!({
            "budget_total": "2", "budget_type": "QUANTITY", "sub_budget_dimension": "D", "sub_value": "1",
        });
    });
    let (first, second) = (giveaway.page(&few, USER), giveaway.page(&few, USER));
    let late = visitor.open(&few, STUDENT);
    giveaway.press(&first);
    // It was the last one when the page was opened, and is not any more.
    visitor.press();
    visitor.sees("sold-out-today", &["券已领完", "今天的份额已经领完"]);
    visitor.has_no_form();
    giveaway.wait("12h");
    giveaway.press(&late);
    visitor.browser.open(&giveaway.address(&second));
    visitor.sees("sold-out", &["券已领完", "全部领完"]);

    let students = giveaway.campaign(|request| request["constraint_info"]["crowd_restriction"] = json!("STUDENT"));
    visitor.open(&students, USER);
    visitor.sees("not-eligible", &["不满足领取条件", "只发给学生用户"]);
    let once = giveaway.campaign(|request| request["constraint_info"]["user_win_count"] = json!("1"));
    let again = giveaway.page(&once, USER);
    giveaway.press(&giveaway.page(&once, USER));
    visitor.browser.open(&giveaway.address(&again));
    visitor.sees("too-often", &["超过参与次数限制"]);

    let usual = giveaway.campaign(|_| ());
    let page = visitor.open(&usual, USER);
    let offline = json!({"camp_id": usual.camp_id, "out_biz_no": "offline"});
    crate::running::succeed(&giveaway.isv, "koubei.marketing.campaign.activity.offline", &offline);
    visitor.press();
    visitor.sees("ended", &["活动已结束"]);
    visitor.has_no_form();

    for (picture, address, text) in [
        ("token-invalid", page.replace("&token=", "&token=0"), "令牌无效或已过期"),
        ("wrong-address", page.replace("&type=pointcard", ""), "页面不存在"),
    ] {
        visitor.browser.open(&giveaway.address(&address));
        // The console names the status, and nothing else.
        let said = visitor.browser.faults();
        assert!(said.len() == 1 && said[0].contains("404"), "{said:?}");
        visitor.sees(picture, &[text]);
    }
}

#[test]
fn a_coupon_of_each_type() {
    let visitor = Visitor::new("zh-CN,zh");
    let hours = json!([
        {"dimension": "W", "values": "1,2,3,4,5", "times": "11:00:00,14:00:00^17:00:00,21:00:00"},
        {"dimension": "W", "values": "6,7", "times": "00:00:00,23:59:59"},
    ]);
    let rule = |more: Value| {
        let mut rule = json!({"suit_shops": SHOPS});
        rule.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        rule
    };
    let goods = json!({"item_ids": ["6901234567892"], "item_name": "蟠桃（500g）", "original_price": "19.90"});
    for (picture, members, texts) in [
        (
            "rate",
            json!({
                "type": "RATE", "name": "会员日全场折扣", "rate": "0.85", "max_amount": "50", "worth_value": null,
                "use_rule": rule(json!({"min_consume": "100", "use_time": hours,
                    "forbidden_time": {"days": "2026-02-16,2026-02-22"}})),
            }),
            ["8.5折", "满 ¥100 可用，最多减 ¥50", "周一至周五 11:00–14:00、17:00–21:00", "2026年2月16日至22日"],
        ),
        (
            "reduce-to",
            json!({"type": "REDUCETO", "name": "蟠桃特价券", "worth_value": "9.9", "item_info": goods, "voucher_img": BANNER}),
            ["减至", "9.90", "原价 ¥19.90", "蟠桃（500g）"],
        ),
        (
            "exchange",
            json!({
                "type": "EXCHANGE", "name": "现磨咖啡一杯", "worth_value": null, "verify_mode": "MERCHANT_SCAN",
                "validate_type": "RELATIVE", "relative_time": "7", "start_time": null, "end_time": null,
                "use_rule": rule(json!({})),
            }),
            ["兑换券", "现磨咖啡一杯", "到店免费兑换", "领取后 7 天内有效"],
        ),
        (
            "per-full-cut",
            json!({"type": "PER_FULL_CUT", "name": "年货节每满减", "worth_value": "30", "max_amount": "300",
                "use_rule": rule(json!({"min_consume": "199"}))}),
            ["¥30", "每满 ¥199 减 ¥30，最多减 ¥300", "年货节每满减", "立即领取"],
        ),
    ] {
        let campaign = visitor.giveaway.campaign(of(&members));
        visitor.open(&campaign, USER);
        visitor.sees(picture, &texts);
    }
}

#[test]
fn in_english_and_without_javascript() {
    let visitor = Visitor::new("en-GB,en");
    visitor.browser.tell("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    let several = |request: &mut Value| request["promo_tools"][0]["send_rule"] = json!({"send_num": "3"});
    let campaign = visitor.giveaway.campaign(several);
    visitor.open(&campaign, USER);
    visitor.sees(
        "to-take-en",
        &["has a coupon for you", "¥20", "When you spend ¥10 or more", "Nearest", "and 2 more shops"],
    );
    // The language is a link, and stays with the form.
    visitor.browser.click("footer a");
    visitor.sees("to-take-zh", &["立即领取"]);
    visitor.press();
    visitor.sees("taken-zh", &["领取成功"]);
    visitor.browser.click("footer a");
    visitor.sees("taken-en", &["It is yours", "It is taken off by itself", "Taken on"]);
    assert_eq!(visitor.giveaway.coupons(USER).len(), 3);
}

#[test]
fn whatever_a_merchant_writes_is_text() {
    let visitor = Visitor::new("zh-CN,zh");
    for text in [
        "<script>document.title='run'</script><img src=x onerror=alert(1)>",
        "\" autofocus onfocus=\"alert(1)",
        "</dd></dl><form action=http://127.0.0.1:9/>",
        "javascript:alert(1)//'\u{202e}gnp.exe",
        &"长".repeat(500),
        &"W".repeat(500),
    ] {
        let cut = |chars: usize| text.chars().take(chars).collect::<String>();
        let campaign = visitor.giveaway.campaign(of(&json!({
            "name": cut(64), "brand_name": cut(64), "logo": cut(64), "voucher_img": cut(64), "desc": cut(500),
            "use_instructions": vec![cut(100); 6], "voucher_note": cut(256),
            "clause_terms": [{"title": cut(64), "descriptions": vec![cut(256); 3]}],
            "desc_detail_list": [{"title": cut(64), "details": [cut(256)], "images": [cut(512)], "url": cut(512)}],
            "item_info": {"item_ids": [cut(64)], "item_name": cut(64), "item_text": cut(256), "item_link": cut(512)},
            "display_config": {"slogan": cut(64), "slogan_img": cut(64)},
        })));
        let page = visitor.open(&campaign, USER);
        visitor.sees("long", &[&cut(64), "立即领取"]);
        let size = visitor.giveaway.get(&page, "").body.len();
        assert!(size <= 30 << 10, "{size} bytes");
        assert!(!visitor.browser.has("script, form[action^='http'], [onfocus], [onerror]"));
    }
}
