//! The page on which a template of cash vouchers is paid for, without a browser.

use crate::running::{PID, Running, each_engine};
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, OTHER_PIN, PIN, Shop, header, text};
use crate::templates::{DELETE, Made, prove, template, with};
use crate::wallet::world_with_shop;
use client::Client;
use serde_json::json;
use std::thread;
use store::testing::Engine;

/// The customer with a PIN of its own.
const OTHER_SPONSOR: &str = "wukong@example.com";

impl Made {
    /// What shows that the page made its form.
    fn csrf(&self, shop: &Shop) -> String {
        let page = text(&shop.get(&self.target, ""));
        let found = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        found.unwrap_or_else(|| panic!("no form in {page}")).0.to_owned()
    }

    /// Sends a form with this PIN; where it leads to.
    fn send(&self, shop: &Shop, csrf: &str, pin: &str) -> String {
        let answer = shop.post(&self.target, &format!("csrf={csrf}&pin={pin}"));
        assert_eq!(answer.status, 303, "{}", text(&answer));
        // The header has been written small.
        header(&answer, "location").replace("fundorderno=", "fundOrderNo=").replace("ec&token", "EC&token")
    }

    fn try_pin(&self, shop: &Shop, pin: &str) -> String {
        self.send(shop, &self.csrf(shop), pin)
    }

    /// The page at an address.
    fn page(&self, shop: &Shop, place: &str) -> String {
        let answer = shop.get(place, "");
        assert_eq!(answer.status, 200, "{place}");
        text(&answer)
    }
}

fn made(client: &Client, number: &str, more: &serde_json::Value) -> Made {
    Made::by(client, &with(template(number), more))
}

each_engine!(a_sponsor_pays_and_is_told_the_balance, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let made = made(&client, "1", &json!({"slogan": "四川移动"}));
    let page = made.page(&shop, &made.target);
    for expect in [
        "四川移动8.8元代金券",
        "¥8.80 × 10",
        "88.00",
        "花果山超市",
        "131****5350",
        &made.fund_order_no,
        "2026年1月3日 23:59",
    ] {
        assert!(page.contains(expect), "no {expect} in {page}");
    }
    // Neither login nor balance is told to who only looks.
    assert!(!page.contains("13196215350") && !page.contains("100.00") && !page.contains("12.00"), "{page}");
    let english = text(&shop.get(&format!("{}&lang=en", made.target), ""));
    assert!(english.contains("Amount due") && english.contains("Pay for the vouchers of"), "{english}");

    let place = made.try_pin(&shop, PIN);
    let done = made.page(&shop, &place);
    assert!(done.contains("付款成功") && done.contains("付款后余额") && done.contains("¥12.00"), "{done}");
    assert!(!done.contains("<form"), "{done}");
    assert_eq!((made.status(&client).as_str(), shop.balance(CUSTOMER)), ("S", 1_200));
    // Whoever has not paid is told no balance, and none that the platform has not said.
    let (_, seal) = place.split_once("&seal=").expect("a seal");
    for place in [
        made.target.clone(),
        format!("{}&said=paid", made.target),
        format!("{}&said=paid&balance=999900&seal={seal}", made.target),
        format!("{}&said=paid-already&balance=1200&seal={seal}", made.target),
        format!("{}&balance=1200", made.target),
    ] {
        let seen = made.page(&shop, &place);
        assert!(seen.contains("付款成功") && !seen.contains("付款后余额"), "{place}: {seen}");
    }
    prove(&shop.server);
});

each_engine!(of_many_forms_at_once_one_pays_for_a_template, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let made = made(&client, "1", &json!({"voucher_quantity": 1}));
    let csrf = made.csrf(&shop);
    let places: Vec<String> = thread::scope(|scope| {
        let forms: Vec<_> = (0..12).map(|_| scope.spawn(|| made.send(&shop, &csrf, PIN))).collect();
        forms.into_iter().map(|form| form.join().expect("answered")).collect()
    });
    let paid = places.iter().filter(|place| place.contains("&said=paid&balance=9120&")).count();
    let again = places.iter().filter(|place| place.ends_with("&said=paid-already")).count();
    assert_eq!((paid, again), (1, 11), "{places:?}");
    assert_eq!((made.status(&client).as_str(), shop.balance(CUSTOMER)), ("S", 9_120));
    // Also a wrong PIN, later, and in English.
    let place = made.send(&shop, &csrf, "000000");
    let page = text(&shop.get(&format!("{place}&lang=en"), ""));
    assert!(page.contains("You were not charged again"), "{page}");
    assert_eq!(shop.balance(CUSTOMER), 9_120);
    prove(&shop.server);
});

each_engine!(a_browser_goes_on_to_the_merchant, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let made = made(&client, "1", &json!({"redirect_uri": "https://www.example.com:8443/ok?from=pay#top"}));
    // Browsers take the policy of a form for the redirection after it too.
    let policy = |made: &Made| header(&shop.get(&made.target, ""), "content-security-policy").to_owned();
    assert!(policy(&made).ends_with("form-action 'self' http: https:"), "{}", policy(&made));
    let csrf = made.csrf(&shop);
    assert!(made.send(&shop, &csrf, "000000").ends_with("&said=wrong-pin"));
    let onward = format!(
        "https://www.example.com:8443/ok?from=pay&template_id={}&fund_order_no={}#top",
        made.template_id, made.fund_order_no
    );
    assert_eq!(made.send(&shop, &csrf, PIN), onward.to_lowercase());
    assert_eq!(made.status(&client), "S");
    // Who comes back finds the way; nothing is paid twice.
    let again = made.send(&shop, &csrf, PIN);
    let page = made.page(&shop, &again);
    assert!(page.contains("没有重复扣款") && page.contains(&onward.replace('&', "&amp;")), "{page}");
    assert!(policy(&made).ends_with("form-action 'self'"));
    assert_eq!(shop.balance(CUSTOMER), 1_200);
});

each_engine!(what_fails_changes_nothing_but_the_count, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let other = json!({"fund_account": OTHER_SPONSOR});
    let made_for = |number: &str, quantity: i64| {
        made(&client, number, &with(other.clone(), &json!({"voucher_quantity": quantity})))
    };
    let (cheap, dear) = (made_for("1", 11), made_for("2", 12));
    let csrf = cheap.csrf(&shop);
    for left in (1..=4).rev() {
        let place = cheap.send(&shop, &csrf, PIN);
        let page = cheap.page(&shop, &place);
        assert!(page.contains(&format!("支付密码不正确，还可以再试 {left} 次")), "{page}");
        assert!(!page.contains("账户余额"), "{page}");
    }
    // A right one forgets the wrong ones; the balance is too low, and told.
    let place = dear.try_pin(&shop, OTHER_PIN);
    assert!(place.contains("&said=short-balance&balance=10000&"), "{place}");
    let page = dear.page(&shop, &place);
    assert!(page.contains("账户余额不足，没有扣款") && page.contains("¥100.00") && page.contains("<form"), "{page}");
    // What is not six digits is no try.
    for _ in 0..6 {
        assert!(cheap.send(&shop, &csrf, "12345").ends_with("&said=no-pin"));
    }
    for _ in 0..5 {
        assert!(cheap.send(&shop, &csrf, PIN).ends_with("&said=wrong-pin"));
    }
    // Locked on every page of the account.
    assert_eq!(cheap.send(&shop, &csrf, OTHER_PIN), cheap.target);
    for locked in [&cheap, &dear] {
        let page = locked.page(&shop, &locked.target);
        assert!(page.contains("12:15") && !page.contains("<form"), "{page}");
    }
    assert_eq!((cheap.status(&client), shop.balance(OTHER_CUSTOMER)), ("I".to_owned(), 10_000));
    shop.wait("15m");
    cheap.try_pin(&shop, OTHER_PIN);
    assert_eq!((cheap.status(&client), shop.balance(OTHER_CUSTOMER)), ("S".to_owned(), 320));
    assert_eq!(dear.status(&client), "I");
    prove(&shop.server);
});

each_engine!(what_is_closed_or_over_cannot_be_paid_for, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let [deleted, over] = ["1", "2"].map(|number| made(&client, number, &json!({})));
    let forms = [&deleted, &over].map(|made| made.csrf(&shop));
    crate::running::succeed(&client, DELETE, &json!({"template_id": deleted.template_id}));
    shop.wait("60h");
    for (made, csrf, expect, status) in
        [(&deleted, &forms[0], "商家已删除", "D"), (&over, &forms[1], "已超过发放结束时间", "E")]
    {
        assert_eq!(made.send(&shop, csrf, PIN), made.target);
        let page = made.page(&shop, &made.target);
        assert!(page.contains(expect) && page.contains("没有扣款") && !page.contains("<form"), "{page}");
        assert_eq!(made.status(&client), status);
    }
    assert_eq!(shop.balance(CUSTOMER), 10_000);
    prove(&shop.server);
});

#[test]
fn a_wrong_token_is_answered_like_an_unknown_order() {
    let shop = Shop::open(Engine::Sqlite);
    let client = shop.server.client();
    let made = made(&client, "1", &json!({}));
    let (path, token) = made.target.split_once("&token=").expect("a token");
    let nobodys = "0".repeat(32);
    let plain = |target: &str| {
        let answer = shop.get(target, "");
        assert_eq!(answer.status, 404, "{target}");
        text(&answer).split("<footer").next().map(str::to_owned)
    };
    let unknown = plain(&format!("/h5/fund/confirm?fundOrderNo=20260101000700000000099999EC&token={nobodys}"));
    for target in [
        format!("{path}&token={nobodys}"),
        made.target.replace("fundOrderNo=20260101", "fundOrderNo=20260102"),
        made.target.replace("EC&", "EB&"),
        format!("{}0", made.target),
        path.to_owned(),
        format!("/h5/fund/confirm?token={token}"),
        "/h5/fund/confirm".to_owned(),
        "/h5/fund".to_owned(),
    ] {
        assert_eq!(plain(&target), unknown, "{target}");
    }
    let csrf = made.csrf(&shop);
    for form in [format!("pin={PIN}"), format!("csrf=&pin={PIN}"), format!("csrf={csrf}")] {
        assert_eq!(shop.post(&made.target, &form).status, 403, "{form}");
    }
    let other = self::made(&client, "2", &json!({}));
    assert_eq!(shop.post(&other.target, &format!("csrf={csrf}&pin={PIN}")).status, 403);
    assert_eq!(made.status(&client), "I");
}

#[test]
fn a_merchant_pays_from_its_own_account() {
    let world = world_with_shop("").replace(
        "name = \"花果山超市\"",
        "name = \"花果山超市\"\nlogin_id = \"shop@example.com\"\nbalance = \"88.00\"",
    );
    let server = Running::start_with(Engine::Sqlite, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let shop = Shop::of(server);
    let client = shop.server.client();
    let made = made(&client, "1", &json!({"fund_account": "shop@example.com"}));
    made.pay(&shop);
    assert_eq!((made.status(&client).as_str(), shop.balance(PID)), ("S", 0));
    shop.wait("3d");
    assert_eq!((made.status(&client).as_str(), shop.balance(PID)), ("E", 8_800));
    prove(&shop.server);
}
