//! The coupon page without a browser: who takes what, once, and who does not.

use crate::giveaway::{BANNER, CARD, CARD_HOLDER, Campaign, Giveaway, LOGO, SHOPS, STUDENT, USER};
use crate::mailbox::{Mailbox, is_signed};
use crate::running::{APP_ID, ISV_APP_ID, PID, each_engine};
use crate::shop::{header, text};
use serde_json::{Value, json};
use std::thread;
use store::testing::Engine;
use store::{Open, Store};

/// Does the same on as many threads at once.
fn at_once<T: Send>(times: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..times).map(|nth| scope.spawn(move || work(nth))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

each_engine!(a_token_gives_once_and_the_merchant_is_told_once, |engine| {
    let (giveaway, mailbox) = (Giveaway::open(engine), Mailbox::start());
    let several = |request: &mut Value| request["promo_tools"][0]["send_rule"] = json!({"send_num": "3"});
    let campaign = giveaway.campaign_told(&mailbox.url("/ok"), several);
    let token = giveaway.token(&campaign, USER);
    let page = format!(
        "{}&token={token}&outBizNo=hhe-%E6%A1%83-1&buyerId={USER}&shopId={}&type=pointcard",
        campaign.page, SHOPS[2]
    );
    giveaway.sees(&page, "立即领取", true);
    assert!(giveaway.coupons(USER).is_empty(), "looking changes nothing");

    let csrf = giveaway.csrf(&page);
    giveaway.press(&page);
    let held = giveaway.coupons(USER);
    assert_eq!(held.len(), 3);
    giveaway.sees(&page, "领取成功", false);
    let seen = text(&giveaway.get(&page, ""));
    assert!(held.iter().all(|issued| seen.contains(&issued.id.to_text())), "{seen}");
    // Again, by the form of before, and in another tab, whose address says another number.
    let other = page.replace("hhe-%E6%A1%83-1", "other");
    giveaway.sees(&other, "领取成功", false);
    crate::giveaway::press(&giveaway.server, &page, &csrf);
    assert_eq!(giveaway.coupons(USER), held);

    let letters = mailbox.wait("/ok", 1);
    let order = format!("{USER}|{}", held[0].id.to_text());
    assert!(is_signed(&letters[0], &giveaway.server.platform_key), "{letters:?}");
    for (name, expect) in [
        ("notify_type", "koubei_receive_coupon_notify"),
        ("event_code", "EC-promocore-prize-notice"),
        ("id", campaign.camp_id.as_str()),
        ("app_id", ISV_APP_ID),
        ("auth_app_id", APP_ID),
        ("isv_out_biz_id", "hhe-桃-1"),
        ("buyer_id", USER),
        ("merchant_uid", PID),
        ("business_order", order.as_str()),
        ("charset", "utf-8"),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
        ("notify_time", "2026-01-01 12:00:00"),
    ] {
        assert_eq!(letters[0].get(name), expect, "{name}");
    }
    assert_eq!((letters[0].get("notify_id").len(), letters[0].members.len()), (34, 15), "{letters:?}");
    giveaway.wait("1h");
    assert_eq!(mailbox.letters("/ok").len(), 1);
    giveaway.proves();
});

each_engine!(pressed_on_many_devices_at_once_it_gives_once, |engine| {
    let (giveaway, mailbox) = (Giveaway::open(engine), Mailbox::start());
    let campaign = giveaway.campaign_told(&mailbox.url("/ok"), |_| ());
    // One token in many hands.
    let page = giveaway.page(&campaign, USER);
    let csrf = giveaway.csrf(&page);
    at_once(12, |_| crate::giveaway::press(&giveaway.server, &page, &csrf));
    assert_eq!(giveaway.coupons(USER).len(), 1);
    // Many tokens of one user, who may hold one unused.
    let pages: Vec<String> = (0..12).map(|_| giveaway.page(&campaign, STUDENT)).collect();
    let forms: Vec<String> = pages.iter().map(|page| giveaway.csrf(page)).collect();
    at_once(12, |nth| crate::giveaway::press(&giveaway.server, &pages[nth], &forms[nth]));
    assert_eq!(giveaway.coupons(STUDENT).len(), 1);
    let taken = pages.iter().filter(|page| text(&giveaway.get(page, "")).contains("领取成功")).count();
    let held = pages.iter().filter(|page| text(&giveaway.get(page, "")).contains("已领取未使用的同款券")).count();
    assert_eq!((taken, held), (1, 11));
    // Many tokens of one user, who may take part three times.
    let thrice = giveaway.campaign_told(&mailbox.url("/ok"), |request| {
        request["constraint_info"]["user_win_count"] = json!("3");
        request["promo_tools"][0]["send_rule"] = json!({"allow_repeat_send": "true"});
    });
    let pages: Vec<String> = (0..12).map(|_| giveaway.page(&thrice, CARD_HOLDER)).collect();
    let forms: Vec<String> = pages.iter().map(|page| giveaway.csrf(page)).collect();
    at_once(12, |nth| crate::giveaway::press(&giveaway.server, &pages[nth], &forms[nth]));
    assert_eq!(giveaway.coupons(CARD_HOLDER).len(), 3);
    mailbox.wait("/ok", 5);
    giveaway.wait("1m");
    assert_eq!(mailbox.letters("/ok").len(), 5);
    giveaway.proves();
});

/// Takes one for a user; whether it was given.
fn takes(giveaway: &Giveaway, campaign: &Campaign, user_id: &str) -> bool {
    let page = giveaway.page(campaign, user_id);
    giveaway.press(&page);
    text(&giveaway.get(&page, "")).contains("领取成功")
}

each_engine!(a_reason_against_it_is_told_and_the_token_stays_unused, |engine| {
    let giveaway = Giveaway::open(engine);
    let repeat = json!({"allow_repeat_send": "true"});
    // Sold out for today, and then for good.
    let few = giveaway.campaign(|request| {
        request["budget_info"] = json!({
            "budget_total": "3", "budget_type": "QUANTITY", "sub_budget_dimension": "D", "sub_value": "2",
        });
        request["promo_tools"][0]["send_rule"] = repeat.clone();
    });
    let pages: Vec<String> = (0..4).map(|_| giveaway.page(&few, USER)).collect();
    let forms: Vec<String> = pages.iter().map(|page| giveaway.csrf(page)).collect();
    let press = |nth: usize| crate::giveaway::press(&giveaway.server, &pages[nth], &forms[nth]);
    press(0);
    press(1);
    press(2);
    giveaway.sees(&pages[2], "今天的份额已经领完", false);
    giveaway.wait("12h");
    giveaway.sees(&pages[2], "立即领取", true);
    press(2);
    giveaway.sees(&pages[2], "领取成功", false);
    press(3);
    giveaway.sees(&pages[3], "券已领完", false);

    // As often as one may. It is midnight now.
    giveaway.wait("6h");
    let twice_a_day = giveaway.campaign(|request| {
        request["constraint_info"]["user_win_frequency"] = json!("D||2");
        request["promo_tools"][0]["send_rule"] = repeat.clone();
    });
    let pages: Vec<String> = (0..3).map(|_| giveaway.page(&twice_a_day, USER)).collect();
    let forms: Vec<String> = pages.iter().map(|page| giveaway.csrf(page)).collect();
    let press = |nth: usize| crate::giveaway::press(&giveaway.server, &pages[nth], &forms[nth]);
    press(0);
    press(1);
    press(2);
    giveaway.sees(&pages[2], "超过参与次数限制", false);
    giveaway.wait("20h");
    // The next day the same token gives.
    giveaway.sees(&pages[2], "立即领取", true);
    press(2);
    giveaway.sees(&pages[2], "领取成功", false);

    // Who holds one unused takes no other.
    let usual = giveaway.campaign(|_| ());
    assert!(takes(&giveaway, &usual, USER));
    let page = giveaway.page(&usual, USER);
    giveaway.sees(&page, "已领取未使用的同款券", false);
    // Nobody takes anything from an activity that was taken off line.
    let page = giveaway.page(&usual, STUDENT);
    let csrf = giveaway.csrf(&page);
    let offline = json!({"camp_id": usual.camp_id, "out_biz_no": "offline"});
    crate::running::succeed(&giveaway.isv, "koubei.marketing.campaign.activity.offline", &offline);
    crate::giveaway::press(&giveaway.server, &page, &csrf);
    giveaway.sees(&page, "活动已结束", false);
    giveaway.proves();
});

each_engine!(it_is_for_those_whom_it_is_for, |engine| {
    let giveaway = Giveaway::open(engine);
    let only = |restriction: &str, value: Option<&str>| {
        giveaway.campaign(|request| {
            request["constraint_info"]["crowd_restriction"] = json!(restriction);
            if let Some(value) = value {
                request["constraint_info"]["crowd_restriction_value"] = json!(value);
            }
        })
    };
    let refused = |campaign: &Campaign, user_id: &str, why: &str| {
        giveaway.sees(&giveaway.page(campaign, user_id), "不满足领取条件", false);
        giveaway.sees(&giveaway.page(campaign, user_id), why, false);
    };
    let students = only("STUDENT", None);
    refused(&students, USER, "只发给学生用户");
    assert!(takes(&giveaway, &students, STUDENT));
    let holders = only("MEMBER_CARD", Some(&format!("20160504000000000000000009,{CARD}")));
    refused(&holders, STUDENT, "指定会员卡");
    assert!(takes(&giveaway, &holders, CARD_HOLDER));
    let new_members = only("NEW_MEMBER_PROMO", None);
    assert!(takes(&giveaway, &new_members, USER));
    let page = giveaway.page(&new_members, STUDENT);
    let csrf = giveaway.csrf(&page);
    let pay = json!({
        "scene": "bar_code", "auth_code": format!("28{}", &STUDENT[2..]), "out_trade_no": "first", "subject": "桃",
        "total_amount": "1.00",
    });
    crate::running::succeed(&giveaway.server.client(), "alipay.trade.pay", &pay);
    crate::giveaway::press(&giveaway.server, &page, &csrf);
    giveaway.sees(&page, "还没有在本店消费过的新会员", false);
});

each_engine!(who_is_in_the_crowd_is_decided_by_the_store_at_that_moment, |engine| {
    let giveaway = Giveaway::open(engine);
    giveaway.server.import(PID, &format!("user_id,pam_gender,pref_organic,spent\n{USER},2,1,10.5\n{STUDENT},1,1,99\n"));
    let conditions = json!([
        {"op": "IN", "tagCode": "pam_gender", "value": "2"},
        {"op": "GT", "tagCode": "spent", "value": "10"},
    ]);
    let crowd = json!({"out_biz_no": "crowd", "name": "她们", "conditions": conditions.to_string()});
    let made = crate::running::succeed(&giveaway.isv, "koubei.marketing.campaign.crowd.create", &crowd);
    let campaign = giveaway.campaign(|request| {
        request["constraint_info"]["crowd_group_id"] = made["crowd_group_id"].clone();
    });
    // In it; in it in part; no member at all.
    let pages = [USER, STUDENT, CARD_HOLDER].map(|user_id| giveaway.page(&campaign, user_id));
    giveaway.sees(&pages[0], "立即领取", true);
    giveaway.sees(&pages[1], "商家选定的会员", false);
    giveaway.sees(&pages[2], "商家选定的会员", false);
    // Her tags change between looking and pressing, and back again.
    let csrf = giveaway.csrf(&pages[0]);
    giveaway.server.import(PID, &format!("user_id,spent\n{USER},10\n"));
    crate::giveaway::press(&giveaway.server, &pages[0], &csrf);
    giveaway.sees(&pages[0], "不满足领取条件", false);
    giveaway.server.import(PID, &format!("user_id,spent\n{USER},10.01\n{CARD_HOLDER},11\n"));
    giveaway.sees(&pages[2], "不满足领取条件", false);
    crate::giveaway::press(&giveaway.server, &pages[0], &csrf);
    giveaway.sees(&pages[0], "领取成功", false);
    // What the crowd is for changes too.
    let everybody = json!([{"op": "NEQ", "tagCode": "pam_gender", "value": "9"}]).to_string();
    let change = json!({
        "crowd_group_id": made["crowd_group_id"], "out_biz_no": "change", "conditions": everybody,
    });
    crate::running::succeed(&giveaway.isv, "koubei.marketing.campaign.crowd.modify", &change);
    giveaway.sees(&pages[1], "立即领取", true);
});

each_engine!(a_relative_validity_counts_from_when_it_is_taken, |engine| {
    let giveaway = Giveaway::open(engine);
    let campaign = giveaway.campaign(|request| {
        let voucher = &mut request["promo_tools"][0]["voucher"];
        voucher["validate_type"] = json!("RELATIVE");
        voucher["relative_time"] = json!("5");
        voucher["effect_type"] = json!("DELAY");
        voucher["delay_info"] = json!({"type": "BYDAY", "value": "1440"});
        for fixed in ["start_time", "end_time"] {
            voucher.as_object_mut().expect("an object").remove(fixed);
        }
    });
    let page = giveaway.page(&campaign, USER);
    giveaway.sees(&page, "领取次日起 5 天内有效", true);
    giveaway.press(&page);
    let [issued] = &giveaway.coupons(USER)[..] else { panic!("one") };
    let midnight = wire::time::parse("2026-01-02 00:00:00").expect("a time");
    assert_eq!((issued.redemption.starts_at, issued.redemption.ends_at), (midnight, midnight + 5 * 86_400_000 - 1));
    giveaway.sees(&page, "2026年1月2日 00:00 起可以使用", false);
    giveaway.sees(&page, "2026年1月2日 至 2026年1月6日", false);
    giveaway.wait("13h");
    giveaway.sees(&page, "付款时自动抵扣", false);
    giveaway.wait("5d");
    giveaway.sees(&page, "已过期", false);
});

#[test]
fn a_token_is_for_its_own_page_and_its_own_time() {
    let giveaway = Giveaway::open(Engine::Sqlite);
    let (campaign, other) = (giveaway.campaign(|_| ()), giveaway.campaign(|_| ()));
    let token = giveaway.token(&campaign, USER);
    let page = giveaway.page_of(&campaign, &token);
    let nobodys = giveaway.page_of(&campaign, "00000000000000000000000000000000");
    let whole = |target: &str| {
        let answer = giveaway.get(target, "");
        (answer.status, text(&answer).split("<footer").next().expect("a page").to_owned())
    };
    let unknown = whole(&nobodys);
    assert!(unknown.0 == 404 && unknown.1.contains("令牌无效或已过期"), "{unknown:?}");
    for target in [
        giveaway.page_of(&other, &token),
        giveaway.page_of(&campaign, &token[1..]),
        page.replace("itemId=2026", "itemId=2025"),
        format!("{page}&buyerId={STUDENT}"),
    ] {
        assert_eq!(whole(&target), unknown, "{target}");
    }
    let item = campaign.page.split_once("itemId=").expect("an item").1;
    let numbered = |no: &str| format!("{}&token={token}&outBizNo={no}&type=pointcard", campaign.page);
    for good in [
        format!("{page}&buyerId={USER}"),
        format!("{page}&buyerId=&shopId="),
        page.replace("itemId", "item_id"),
        format!("{page}&shopId={}", SHOPS[3]),
        // As earlier builds gave the address, with what the caller adds.
        page.replace("&token", "&type=pointcard&token"),
        format!("{page}&token={token}&type=pointcard"),
        format!("{page}&item_id={item}&itemId={item}"),
        format!("{page}&buyerId={USER}&buyerId={USER}&shopId={0}&shopId={0}", SHOPS[3]),
        format!("{page}&from=singlemessage&from=timeline&%FF=%FF&utm_source=%D6%D0"),
        format!("{page}&lang=zh&lang=zh"),
        page.replace("?itemId", "?&itemId"),
        numbered("a%20b%E6%A1%83"),
    ] {
        giveaway.sees(&good, "立即领取", true);
    }
    // A wrong address shows nothing.
    for target in [
        "/h5/coupon".to_owned(),
        page.replace("&type=pointcard", ""),
        page.replace("&type=pointcard", "&type=other"),
        page.split_once("&outBizNo").expect("a number").0.to_owned(),
        numbered(""),
        numbered(&"x".repeat(65)),
        numbered("a%00b"),
        // No UTF-8: GBK, and half a character.
        numbered("%CC%D2"),
        numbered("%E6%A1"),
        format!("{page}&lang=%FF"),
        format!("{page}&lang=zh&lang=en"),
        page.replace(&token, "%3Cscript%3E"),
        page.replace(item, ""),
        format!("{page}&item_id={}", item.replace('2', "3")),
        format!("{page}&token={token}0"),
        format!("{page}&type=other"),
        format!("{page}&outBizNo=hhe-test1-0"),
        format!("{page}&shopId=2015121600077000000009999999"),
        format!("{page}&shopId=%3Cscript%3E"),
    ] {
        let (status, html) = whole(&target);
        assert!(status == 404 && html.contains("页面不存在"), "{target}: {html}");
        assert!(!html.contains("<script"), "{target}");
    }
    // A day later it is over, and another has not begun to be.
    let csrf = giveaway.csrf(&page);
    giveaway.wait("24h");
    assert_eq!(whole(&page), unknown);
    let late = giveaway.post(&page, &format!("csrf={csrf}"));
    assert!(late.status == 404 && giveaway.coupons(USER).is_empty());
}

#[test]
fn a_form_must_be_of_the_page() {
    let giveaway = Giveaway::open(Engine::Sqlite);
    let campaign = giveaway.campaign(|_| ());
    let (page, other) = (giveaway.page(&campaign, USER), giveaway.page(&campaign, STUDENT));
    let (csrf, others) = (giveaway.csrf(&page), giveaway.csrf(&other));
    for form in ["".to_owned(), "csrf=".to_owned(), format!("csrf={others}"), format!("csrf={csrf}&csrf={csrf}")] {
        let answer = giveaway.post(&page, &form);
        assert_eq!(answer.status, 403, "{form}");
        assert!(text(&answer).contains(&page[..40].replace('&', "&amp;")), "a way back from {form}");
    }
    // Neither is a form good for the same token under another number of the merchant's.
    let renumbered = page.replace("hhe-test1", "hhe-test2");
    assert_eq!(giveaway.post(&renumbered, &format!("csrf={csrf}")).status, 403);
    assert!(giveaway.coupons(USER).is_empty());
}

#[test]
fn a_page_may_be_shown_and_nothing_else() {
    let giveaway = Giveaway::open(Engine::Sqlite);
    let campaign = giveaway.campaign(|_| ());
    let page = giveaway.page(&campaign, USER);
    let answer = giveaway.get(&page, "");
    assert_eq!((answer.status, header(&answer, "content-type")), (200, "text/html; charset=utf-8"));
    assert!(answer.body.len() <= 30 << 10, "{} bytes", answer.body.len());
    for (name, expect) in
        [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")]
    {
        assert_eq!(header(&answer, name), expect);
    }
    let policy = header(&answer, "content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    let english = text(&giveaway.get(&page, "accept-language: en\r\n"));
    assert!(english.contains("Get it") && english.contains("When you spend ¥10 or more"), "{english}");
}

each_engine!(pictures_are_shown_and_never_run, |engine| {
    let giveaway = Giveaway::open(engine);
    let picture = giveaway.get(&format!("/h5/image/{LOGO}"), "");
    let file = include_bytes!("giveaway/logo.png");
    assert_eq!((picture.status, header(&picture, "content-type"), &picture.body[..]), (200, "image/png", &file[..]));
    for (name, expect) in [
        ("cache-control", "public, max-age=3600"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(header(&picture, name), expect);
    }
    let tag = header(&picture, "etag").to_owned();
    let again = giveaway.get(&format!("/h5/image/{LOGO}"), &format!("if-none-match: {tag}\r\n"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    let other = giveaway.get(&format!("/h5/image/{BANNER}"), &format!("if-none-match: {tag}\r\n"));
    assert_eq!(other.status, 200);
    for unknown in ["nobody", "%3Cscript%3E", "..%2F..%2Fworld.toml", "a%00b"] {
        let neutral = giveaway.get(&format!("/h5/image/{unknown}"), "");
        assert_eq!((neutral.status, header(&neutral, "content-type")), (200, "image/svg+xml"), "{unknown}");
        assert!(header(&neutral, "content-security-policy").contains("sandbox"));
    }
    // What an activity names and nobody knows is the merchant's initial.
    let plain = giveaway.campaign(|request| request["promo_tools"][0]["voucher"]["logo"] = json!("unknown"));
    let page = text(&giveaway.get(&giveaway.page(&plain, USER), ""));
    assert!(page.contains(">花</span>") && !page.contains("<img"), "{page}");
    // The picture of the seed's sample is known here.
    let known = giveaway.campaign(|_| ());
    let page = text(&giveaway.get(&giveaway.page(&known, STUDENT), ""));
    assert!(page.contains(&format!("src=\"/h5/image/{LOGO}\"")), "{page}");
});

/// What the proof names of a claim that does not add up.
const CORRUPTIONS: &[(&str, &str, &str)] = &[
    ("DELETE FROM voucher", "prize tokens", USER),
    ("UPDATE voucher SET token = 'another' WHERE user_id = '2088102146931393'", "prize tokens", USER),
    ("UPDATE prize_token SET used_at = NULL WHERE user_id = '2088102146931393'", "prize tokens", USER),
    ("UPDATE prize_token SET used_at = NULL WHERE user_id = '2088102146931393'", "participations", USER),
    (
        "UPDATE prize_token SET used_at = NULL WHERE user_id = '2088102146931393'",
        "budgets of activities",
        "/8个集点兑换",
    ),
    ("UPDATE participation SET times = times + 1 WHERE part = ''", "participations", USER),
    ("UPDATE participation SET times = times + 1 WHERE part <> ''", "participations", USER),
    ("DELETE FROM participation WHERE user_id = '2088102146931393'", "participations", USER),
    ("UPDATE counter SET taken = taken - 1 WHERE kind = 'budget'", "budgets of activities", "/8个集点兑换"),
    ("UPDATE counter SET taken = taken - 1 WHERE kind = 'day_budget'", "budgets of activities", "/8个集点兑换"),
    ("DELETE FROM counter WHERE kind = 'budget'", "budgets of activities", "/8个集点兑换"),
];

each_engine!(a_claim_that_does_not_add_up_is_named, |engine| {
    let mut giveaway = Giveaway::open(engine);
    let campaign = giveaway.campaign(|request| {
        request["budget_info"]["sub_budget_dimension"] = json!("D");
        request["budget_info"]["sub_value"] = json!("5");
        request["constraint_info"]["user_win_frequency"] = json!("W||2");
        request["promo_tools"][0]["send_rule"] = json!({"allow_repeat_send": "true", "send_num": "2"});
    });
    assert!(takes(&giveaway, &campaign, USER) && takes(&giveaway, &campaign, USER));
    assert!(takes(&giveaway, &campaign, STUDENT));
    giveaway.page(&campaign, CARD_HOLDER);
    giveaway.proves();
    giveaway.server.terminate();
    let store = Store::open(&giveaway.server.place(), Open::default()).expect("it is there");
    crate::prove::names(&store, CORRUPTIONS);
});

each_engine!(an_end_has_the_whole_of_its_last_second, |engine| {
    // Half a second before the activity's last second, which is 2026-01-31 23:59:59.
    let giveaway = Giveaway::open_at(engine, "2026-01-31T23:59:58.500+08:00");
    let campaign = giveaway.campaign(|_| ());
    let again = giveaway.campaign(|request| request["auto_delay_flag"] = json!("N"));
    let early = giveaway.page(&campaign, STUDENT);
    // As a store of an earlier build has it, whose activities ended a millisecond into that second.
    let end = wire::time::parse("2026-01-31 23:59:59").expect("a time");
    let camp = domain::id::CampIdText::parse(&campaign.camp_id).expect("an id").number;
    giveaway.change(move |tx| store::job::put(tx, "activity_finish", camp, end + 1));
    giveaway.proves();
    giveaway.wait("1s");
    let status = |campaign: &Campaign| {
        let request = json!({"camp_id": campaign.camp_id});
        let found = crate::running::succeed(&giveaway.isv, "koubei.marketing.campaign.activity.query", &request);
        found["camp_detail"]["status"].as_str().expect("a status").to_owned()
    };
    assert_eq!([status(&campaign), status(&again)], ["STARTED", "STARTED"]);
    assert!(takes(&giveaway, &campaign, USER), "a token that is made and used in that second");
    giveaway.press(&early);
    giveaway.sees(&early, "领取成功", false);
    assert!(takes(&giveaway, &again, CARD_HOLDER));
    let late = giveaway.page(&campaign, CARD_HOLDER);
    giveaway.proves();
    giveaway.wait("1s");
    assert_eq!([status(&campaign), status(&again)], ["FINISHED", "FINISHED"]);
    let over = text(&giveaway.get(&late, ""));
    assert!(over.contains("令牌无效或已过期") || over.contains("活动已结束"), "{over}");
    giveaway.proves();
    // The coupon's last second is 2026-02-28 23:59:59: whoever pays in it uses it, and nobody a second later.
    giveaway.wait("27d23h59m59s");
    let pay = |buyer: &str| {
        let request = json!({"out_trade_no": buyer, "scene": "bar_code", "buyer_id": buyer, "subject": "桃子",
            "total_amount": "100.00", "alipay_store_id": SHOPS[0]});
        let paid = crate::running::succeed(&giveaway.isv, "alipay.trade.pay", &request);
        paid["buyer_pay_amount"].as_str().expect("an amount").to_owned()
    };
    giveaway.sees(&early, "付款时自动抵扣", false);
    assert_eq!(pay(USER), "80.00");
    giveaway.wait("1s");
    giveaway.sees(&early, "已过期", false);
    assert_eq!(pay(STUDENT), "100.00");
    giveaway.proves();
});
