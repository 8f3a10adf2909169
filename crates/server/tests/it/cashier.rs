//! The cashier without a browser: who may see what, what a form must bring, and many forms at once.

use crate::running::each_engine;
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, OTHER_PIN, PIN, SHORT_CUSTOMER, Sale, Shop, header, text};
use std::thread;
use store::testing::Engine;

const NOBODYS: &str = "&token=00000000000000000000000000000000";

each_engine!(of_many_forms_at_once_one_pays, |engine| {
    let shop = Shop::open(engine);
    let sale = shop.sell(CUSTOMER, "苹果", "88.00");
    let csrf = shop.csrf(&sale);
    let places = at_once(12, || shop.send(&sale, &csrf, PIN));
    let paid = places.iter().filter(|place| **place == sale.target).count();
    let again = places.iter().filter(|place| place.ends_with("&said=paid-already")).count();
    assert_eq!((paid, again), (1, 11), "{places:?}");
    assert_eq!(shop.status(&sale), "TRADE_SUCCESS");
    assert_eq!((shop.balance(CUSTOMER), shop.balance(crate::running::PID)), (1_200, 8_800));
});

each_engine!(wrong_pins_count_and_the_fifth_locks, |engine| {
    let shop = Shop::open(engine);
    let sale = shop.sell(OTHER_CUSTOMER, "苹果", "88.00");
    let csrf = shop.csrf(&sale);
    // A right one forgets what was wrong before it, though the money is elsewhere than where it was wanted.
    for _ in 0..4 {
        assert!(shop.send(&sale, &csrf, PIN).ends_with("&said=wrong-pin"));
    }
    let dear = shop.sell(OTHER_CUSTOMER, "苹果", "100.01");
    assert!(shop.pay(&dear, OTHER_PIN).ends_with("&said=short-balance"));
    // What is not six digits is no try.
    for _ in 0..6 {
        assert!(shop.send(&sale, &csrf, "12345").ends_with("&said=no-pin"));
    }
    let places = at_once(12, || shop.send(&sale, &csrf, PIN));
    let wrong = places.iter().filter(|place| place.ends_with("&said=wrong-pin")).count();
    assert_eq!((wrong, places.len()), (5, 12), "{places:?}");
    // Locked on every page of the account, for whoever knows the PIN too, and on no other account's.
    assert_eq!(shop.send(&sale, &csrf, OTHER_PIN), sale.target);
    for locked in [&sale, &dear] {
        let page = text(&shop.get(&locked.target, ""));
        assert!(page.contains("12:15") && !page.contains("<form"), "{page}");
    }
    assert_eq!(shop.balance(OTHER_CUSTOMER), 10_000);
    let others = shop.sell(CUSTOMER, "苹果", "1.00");
    shop.pay(&others, PIN);
    assert_eq!(shop.status(&others), "TRADE_SUCCESS");
    // A quarter of an hour later all five are to be had again.
    shop.wait("15m");
    assert!(shop.pay(&sale, PIN).ends_with("&said=wrong-pin"));
    assert!(text(&shop.get(&sale.target, "")).contains("还可以再试 4 次"));
    shop.pay(&sale, OTHER_PIN);
    assert_eq!((shop.status(&sale).as_str(), shop.balance(OTHER_CUSTOMER)), ("TRADE_SUCCESS", 1_200));
});

each_engine!(a_short_balance_and_an_ended_trade_pay_nothing, |engine| {
    let shop = Shop::open(engine);
    let dear = shop.sell(SHORT_CUSTOMER, "苹果", "1.01");
    assert!(shop.pay(&dear, PIN).ends_with("&said=short-balance"));
    let exact = shop.sell(SHORT_CUSTOMER, "苹果", "1.00");
    let closed = shop.sell(SHORT_CUSTOMER, "苹果", "1.00");
    let expired = shop.sell(SHORT_CUSTOMER, "苹果", "1.00");
    let forms = [&closed, &expired].map(|sale| shop.csrf(sale));
    shop.pay(&exact, PIN);
    assert_eq!((shop.status(&exact).as_str(), shop.balance(SHORT_CUSTOMER)), ("TRADE_SUCCESS", 0));
    shop.close(&closed);
    shop.wait("30m");
    for (sale, csrf, expect) in [(&closed, &forms[0], "商家已关闭"), (&expired, &forms[1], "已超过付款截止时间")]
    {
        assert_eq!(shop.send(sale, csrf, PIN), sale.target);
        let page = text(&shop.get(&sale.target, ""));
        assert!(page.contains(expect) && !page.contains("<form"), "{page}");
        assert_eq!(shop.status(sale), "TRADE_CLOSED");
    }
});

#[test]
fn a_wrong_token_is_answered_like_an_unknown_trade() {
    let shop = Shop::open(Engine::Sqlite);
    let sale = shop.sell(CUSTOMER, "苹果", "88.00");
    let unknown = shop.get(&format!("/h5/cashier?tradeNo=2026010121000000000000099999{NOBODYS}"), "");
    assert_eq!(unknown.status, 404);
    let own_day = format!("20260102{}", &sale.trade_no[8..]);
    for target in [
        format!("/h5/cashier?tradeNo={}{NOBODYS}", sale.trade_no),
        sale.target.replace(&sale.trade_no, &own_day),
        format!("{}0", sale.target),
    ] {
        let answer = shop.get(&target, "");
        assert_eq!(answer.status, 404, "{target}");
        let plain = |answer: &str| answer.split("<footer").next().map(str::to_owned);
        assert_eq!(plain(&text(&answer)), plain(&text(&unknown)), "{target}");
    }
    let (_, token) = sale.target.split_once("&token=").expect("a token");
    for target in [
        "/h5/".to_owned(),
        "/h5/nothing".to_owned(),
        "/h5/cashier".to_owned(),
        format!("/h5/cashier?tradeNo={}", sale.trade_no),
        format!("/h5/cashier?tradeNo=1&token={token}"),
        format!("/h5/cashier?tradeNo=&token={token}"),
        "/h5/cashier?tradeNo=%3Cscript%3E&token=%22%3E".to_owned(),
        format!("{}&token={token}0", sale.target),
        format!("{}&said=%FF", sale.target),
        format!("/h5/cashier?{}", "x".repeat(4_096)),
    ] {
        let answer = shop.get(&target, "");
        assert_eq!(answer.status, 404, "{target}");
        assert!(!text(&answer).contains("<script"), "{target}");
    }
    // One value is given once, however often, and what the page does not know is ignored.
    for more in [format!("&token={token}"), "&from=singlemessage&utm=%D6%D0".to_owned()] {
        assert_eq!(shop.get(&format!("{}{more}", sale.target), "").status, 200, "{more}");
    }
}

#[test]
fn a_form_must_be_of_the_page() {
    let shop = Shop::open(Engine::Sqlite);
    let (sale, other) = (shop.sell(CUSTOMER, "苹果", "1.00"), shop.sell(CUSTOMER, "苹果", "1.00"));
    let (csrf, others) = (shop.csrf(&sale), shop.csrf(&other));
    assert_ne!(csrf, others);
    for form in [
        format!("pin={PIN}"),
        format!("csrf=&pin={PIN}"),
        format!("csrf={others}&pin={PIN}"),
        format!("csrf={csrf}"),
        format!("csrf={csrf}&pin={PIN}&pin={PIN}"),
        format!("csrf={csrf}&pin={PIN}&more={}", "x".repeat(8_192)),
    ] {
        let answer = shop.post(&sale.target, &form);
        assert_eq!(answer.status, 403, "{form}");
        assert!(text(&answer).contains(&sale.target.replace('&', "&amp;")), "a way back from {form}");
    }
    let mut again = String::from("POST ");
    again +=
        &format!("{} HTTP/1.1\r\nhost: shop\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n\r\n", sale.target);
    let answer = crate::raw::Connection::open(shop.server.address).exchange(again.as_bytes()).expect("an answer");
    assert_eq!(answer.status, 403);
    assert_eq!(shop.status(&sale), "WAIT_BUYER_PAY");
    let wrong_page = Sale {
        target: format!("/h5/cashier?tradeNo={}{NOBODYS}", sale.trade_no),
        ..shop.sell(CUSTOMER, "苹果", "1.00")
    };
    assert_eq!(shop.post(&wrong_page.target, &format!("csrf={csrf}&pin={PIN}")).status, 403);
}

#[test]
fn a_page_may_be_shown_and_nothing_else() {
    let shop = Shop::open(Engine::Sqlite);
    let sale = shop.sell(CUSTOMER, "苹果", "88.00");
    let page = shop.get(&sale.target, "");
    assert_eq!((page.status, header(&page, "content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.body.len() <= 30 << 10, "{} bytes", page.body.len());
    for (name, expect) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("content-language", "zh-cn"),
    ] {
        assert_eq!(header(&page, name), expect);
    }
    let policy = header(&page, "content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    // Neither login nor balance is told whole.
    assert!(!text(&page).contains("13196215350") && !text(&page).contains("100.00"));

    let english = shop.get(&sale.target, "accept-language: en-GB,en;q=0.9\r\n");
    assert!(text(&english).contains("Amount due") && header(&english, "content-language") == "en");
    let named = shop.get(&format!("{}&lang=zh", sale.target), "accept-language: en\r\n");
    assert!(text(&named).contains("需付款"));

    let body = text(&page);
    let sheet = body.split_once("rel=\"stylesheet\" href=\"").and_then(|(_, rest)| rest.split_once('"'));
    let sheet = sheet.expect("a style sheet").0;
    let style = shop.get(sheet, "");
    assert_eq!((style.status, header(&style, "content-type")), (200, "text/css; charset=utf-8"));
    assert_eq!(header(&style, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&shop.get("/h5/style.css?v=old", ""), "cache-control"), "no-cache");
}

#[test]
fn on_a_platform_nobody_has_a_pin_until_one_is_set() {
    let shop = Shop::open_with(Engine::Sqlite, &["--mode", "platform"]);
    let sale = shop.sell(CUSTOMER, "苹果", "88.00");
    let page = text(&shop.get(&sale.target, ""));
    assert!(!page.contains("<form"), "{page}");
    assert!(page.contains("还没有设置支付密码") && !page.contains("测试环境"), "{page}");
    let set = shop.sell(OTHER_CUSTOMER, "苹果", "88.00");
    shop.pay(&set, OTHER_PIN);
    assert_eq!(shop.status(&set), "TRADE_SUCCESS");
}

each_engine!(pins_are_sealed_at_rest_and_those_of_earlier_builds_are_when_they_are_found, |engine| {
    let mut shop = Shop::open(engine);
    let kept = |shop: &Shop| shop.account(OTHER_CUSTOMER).pay_pin.expect("it is set");
    let sealed = kept(&shop);
    assert!(OTHER_PIN.len() < sealed.len() && !sealed.contains(OTHER_PIN), "{sealed}");
    // Stating it again changes nothing, not even the way it is sealed.
    let world = shop.server.folder.path().join("world.toml").display().to_string();
    let applied = shop.server.command(&["apply", &world]);
    let said = String::from_utf8_lossy(&applied.stdout).into_owned();
    assert!(applied.status.success() && said.contains(" 0 of them new or changed"), "{said}");
    assert_eq!(kept(&shop), sealed);

    shop.server.terminate();
    shop.change(move |tx| {
        tx.execute("DELETE FROM setting WHERE name = 'pay_pins_sealed'", &[])?;
        store::world::replace_pin(tx, OTHER_CUSTOMER, &sealed, OTHER_PIN).map(drop)
    });
    assert_eq!(kept(&shop), OTHER_PIN);
    shop.server.start_again();
    let sealed = kept(&shop);
    assert!(OTHER_PIN.len() < sealed.len() && !sealed.contains(OTHER_PIN), "{sealed}");
    // One that an earlier build writes beside this one is read as it is.
    shop.change(move |tx| store::world::replace_pin(tx, OTHER_CUSTOMER, &sealed, OTHER_PIN).map(drop));
    let sale = shop.sell(OTHER_CUSTOMER, "苹果", "88.00");
    assert!(shop.pay(&sale, PIN).ends_with("&said=wrong-pin"));
    shop.pay(&sale, OTHER_PIN);
    assert_eq!(shop.status(&sale), "TRADE_SUCCESS");
    shop.change(|tx| store::world::replace_pin(tx, OTHER_CUSTOMER, OTHER_PIN, "bm8gc2VhbA==").map(drop));
    // One that cannot be read is none, and not the one of whoever has set none.
    let page = text(&shop.get(&shop.sell(OTHER_CUSTOMER, "苹果", "1.00").target, ""));
    assert!(page.contains("还没有设置支付密码"), "{page}");
});

/// Does the same on as many threads at once.
fn at_once<T: Send>(times: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..times).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}
