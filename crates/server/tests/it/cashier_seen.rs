//! The cashier as a customer sees it, in a real browser. With `PUNCHCARD_PICTURES` set to a folder, pictures of every
//! page are put there: `docs/images` has some of them.

use crate::browser::Browser;
use crate::running::PID;
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, OTHER_PIN, PIN, SHORT_CUSTOMER, Sale, Shop};
use domain::activity::ToolKind;
use serde_json::{Value, json};
use store::testing::Engine;

const BASKET: &str = "有机苹果 4 个、纯牛奶 1 箱等 6 件商品";

/// Somebody at the shop's pages.
pub(crate) struct Visitor {
    pub(crate) shop: Shop,
    pub(crate) browser: Browser,
}

impl Visitor {
    pub(crate) fn new(language: &str) -> Visitor {
        Visitor { shop: Shop::open(Engine::Sqlite), browser: Browser::start(language) }
    }

    fn open(&self, sale: &Sale) {
        self.browser.open(&self.shop.address(sale));
    }

    fn pay(&self, pin: &str) {
        self.browser.type_in("#pin", pin);
        self.browser.click("button");
    }

    /// Sees all of these texts on a cashier page that is fit to be shipped, by day and by night.
    fn sees(&self, picture: &str, texts: &[&str]) {
        self.sees_on(&format!("cashier-{picture}"), texts);
    }

    /// The same on any page.
    pub(crate) fn sees_on(&self, picture: &str, texts: &[&str]) {
        self.browser.sees(picture, texts);
    }

    pub(crate) fn has_no_form(&self) {
        assert!(!self.browser.has("form"), "{}", self.browser.text());
    }
}

#[test]
fn a_customer_pays() {
    let visitor = Visitor::new("zh-CN,zh");
    let shop = &visitor.shop;
    let sale = shop.sell(CUSTOMER, BASKET, "88.00");
    visitor.open(&sale);
    visitor.sees("to-pay", &["花果山超市", "¥88.00", BASKET, "131****5350", &sale.trade_no, "2026年1月1日 12:30"]);
    visitor.pay(PIN);
    let paid = ["付款成功", "¥88.00", "花果山超市", "2026年1月1日 12:00"];
    visitor.sees("paid", &paid);
    visitor.has_no_form();
    assert_eq!(visitor.browser.address(), shop.address(&sale), "a form is answered with a redirection");
    visitor.browser.reload();
    visitor.sees("paid", &paid);
    assert_eq!((shop.balance(CUSTOMER), shop.balance(PID)), (1_200, 8_800));

    // Where the balance is too short, nothing is paid, and another PIN may be entered.
    let dear = shop.sell(SHORT_CUSTOMER, BASKET, "1.01");
    visitor.open(&dear);
    visitor.pay(PIN);
    visitor.sees("short-balance", &["账户余额不足", "没有扣款"]);
    assert!(visitor.browser.has("form"));
    assert_eq!((shop.status(&dear).as_str(), shop.balance(SHORT_CUSTOMER)), ("WAIT_BUYER_PAY", 100));
}

#[test]
fn a_customer_chooses_a_coupon() {
    let visitor = Visitor::new("zh-CN,zh");
    let (shop, wallet) = (&visitor.shop, visitor.shop.wallet());
    let coupon = |name: &str, kind, more: Value| {
        let mut voucher = json!({"name": name});
        more.as_object().expect("an object").iter().for_each(|(member, value)| voucher[member] = value.clone());
        wallet.give_new(CUSTOMER, kind, &voucher)
    };
    coupon("周末满减券", ToolKind::PerFullCut, json!({"worth_value": "5", "use_rule": {"min_consume": "30"}}));
    coupon("全场八五折", ToolKind::Rate, json!({"rate": "0.85", "max_amount": "12"}));
    coupon("8.8元代金券", ToolKind::Money, json!({"worth_value": "8.8"}));
    let sale = shop.sell(CUSTOMER, BASKET, "88.00");
    visitor.open(&sale);
    let best = [
        "¥76.00",
        "订单金额",
        "¥88.00",
        "−¥12.00",
        "全场八五折",
        "周末满减券",
        "−¥10.00",
        "不使用优惠券",
        "确认付款 ¥76.00",
    ];
    visitor.sees("coupons", &best);
    visitor.browser.click("a.way:nth-of-type(2)");
    visitor.sees("coupon-changed", &["确认付款 ¥78.00"]);
    visitor.browser.click("a.way:last-of-type");
    visitor.sees("coupon-none", &["确认付款 ¥88.00"]);
    visitor.browser.click("a.way:first-of-type");
    visitor.pay(OTHER_PIN);
    visitor.sees("coupon-wrong-pin", &["支付密码不正确", "确认付款 ¥76.00"]);
    visitor.pay(PIN);
    visitor.sees("coupon-paid", &["付款成功", "实付", "¥76.00", "订单金额", "¥88.00", "−¥12.00"]);
    visitor.has_no_form();
    // It was meant for the page before it was used elsewhere.
    let (slow, quick) = (shop.sell(CUSTOMER, BASKET, "20.00"), shop.sell(CUSTOMER, BASKET, "20.00"));
    visitor.open(&slow);
    shop.wait("15m");
    shop.submit(&quick.target, &format!("pin={PIN}"));
    visitor.pay(PIN);
    visitor.sees("coupon-gone", &["优惠券已不能使用", "没有扣款"]);
    // A long name and a large sum fit too.
    coupon(&"长".repeat(64), ToolKind::Money, json!({"worth_value": "99999999.99"}));
    let dear = shop.sell(CUSTOMER, BASKET, "100000000.00");
    visitor.open(&dear);
    visitor.sees("coupon-long", &["−¥99,999,999.99", "确认付款 ¥0.01"]);
}

#[test]
fn five_wrong_pins_lock_the_account() {
    let visitor = Visitor::new("zh-CN,zh");
    let sale = visitor.shop.sell(OTHER_CUSTOMER, BASKET, "88.00");
    visitor.open(&sale);
    for left in (1..=4).rev() {
        visitor.pay(PIN);
        visitor.sees("wrong-pin", &["支付密码不正确", &format!("还可以再试 {left} 次")]);
    }
    // A right one would have been in time: the count is the account's, not the page's.
    let other = visitor.shop.sell(OTHER_CUSTOMER, BASKET, "1.00");
    visitor.open(&other);
    visitor.sees("wrong-before", &["此前输错过支付密码", "还可以再试 1 次"]);
    visitor.open(&sale);
    visitor.pay(PIN);
    visitor.sees("locked", &["账户已锁定", "12:15"]);
    visitor.has_no_form();
    visitor.open(&other);
    visitor.sees("locked", &["账户已锁定", "12:15"]);
    assert_eq!(visitor.shop.balance(OTHER_CUSTOMER), 10_000);
}

#[test]
fn what_ended_meanwhile_is_told_and_not_paid_again() {
    let visitor = Visitor::new("zh-CN,zh");
    let shop = &visitor.shop;
    let paid = shop.sell(CUSTOMER, BASKET, "20.00");
    visitor.open(&paid);
    shop.pay(&paid, PIN);
    visitor.pay(PIN);
    visitor.sees("paid-already", &["付款成功", "没有重复扣款"]);
    visitor.has_no_form();
    assert_eq!((shop.balance(CUSTOMER), shop.balance(PID)), (8_000, 2_000));

    let closed = shop.sell(CUSTOMER, BASKET, "20.00");
    visitor.open(&closed);
    shop.close(&closed);
    visitor.pay(PIN);
    visitor.sees("closed", &["交易已关闭", "没有扣款"]);
    visitor.has_no_form();

    let expired = shop.sell(CUSTOMER, BASKET, "20.00");
    visitor.open(&expired);
    shop.wait("30m");
    visitor.pay(PIN);
    visitor.sees("expired", &["付款超时", "没有扣款"]);
    assert_eq!(shop.balance(CUSTOMER), 8_000);

    shop.refund(&paid, "5.00");
    visitor.open(&paid);
    visitor.sees("refunded-part", &["付款成功", "已退款", "¥5.00"]);
    shop.refund(&paid, "15.00");
    visitor.open(&paid);
    visitor.sees("refunded", &["已全额退款"]);

    visitor.browser.open(&shop.address(&paid).replace("&token=", "&token=0"));
    // The console names the status, and nothing else.
    let said = visitor.browser.faults();
    assert!(said.len() == 1 && said[0].contains("404"), "{said:?}");
    visitor.sees("unknown", &["页面不存在"]);
}

#[test]
fn in_english_and_without_javascript() {
    let visitor = Visitor::new("en-GB,en");
    visitor.browser.tell("Emulation.setScriptExecutionDisabled", serde_json::json!({"value": true}));
    // Texts in Chinese on a page in English say so, and the other way round.
    let chinese = visitor.shop.sell(CUSTOMER, BASKET, "100000000.00");
    visitor.open(&chinese);
    visitor.sees("to-pay-chinese-en", &["Pay to", "花果山超市", BASKET, "¥100,000,000.00"]);
    let sale = visitor.shop.sell(OTHER_CUSTOMER, "6 items: organic apples, milk and more", "88.00");
    visitor.open(&sale);
    visitor.sees("to-pay-en", &["Pay to", "花果山超市", "Amount due", "¥88.00", "wuk***@example.com"]);
    visitor.pay(PIN);
    visitor.sees("wrong-pin-en", &["Wrong PIN. 4 tries left."]);
    // The language is a link, and stays with the form.
    visitor.browser.click("footer a");
    visitor.sees("wrong-pin-zh", &["支付密码不正确", "还可以再试 4 次"]);
    visitor.pay(PIN);
    visitor.sees("wrong-pin-zh", &["支付密码不正确", "还可以再试 3 次"]);
    visitor.browser.click("footer a");
    visitor.pay(OTHER_PIN);
    visitor.sees("paid-en", &["Paid", "You paid", "¥88.00", "1 Jan 2026, 12:00"]);
    assert_eq!(visitor.shop.balance(OTHER_CUSTOMER), 1_200);
}

#[test]
fn whatever_a_merchant_writes_is_text() {
    let visitor = Visitor::new("zh-CN,zh");
    for subject in [
        "<script>document.title='run'</script><img src=x onerror=alert(1)>",
        "\" autofocus onfocus=\"alert(1)",
        "</dd></dl><form action=http://127.0.0.1:9/>",
        &"长".repeat(256),
        &"W".repeat(256),
        "\u{202e}gnp.exe",
    ] {
        let sale = visitor.shop.sell(CUSTOMER, subject, "100000000.00");
        visitor.open(&sale);
        visitor.sees("long", &[subject, "¥100,000,000.00"]);
    }
}
