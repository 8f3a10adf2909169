//! Coupons on the cashier page: the best is chosen, another or none can be, and what is chosen is held.

use crate::running::{PID, each_engine};
use crate::shop::{CUSTOMER, PIN, SHORT_CUSTOMER, Sale, Shop, text};
use crate::wallet::{DAY, NOON, Wallet};
use domain::activity::ToolKind;
use serde_json::json;
use store::testing::Engine;

fn money(wallet: &Wallet, user_id: &str, name: &str, worth: &str) -> String {
    wallet.give_new(user_id, ToolKind::Money, &json!({"name": name, "worth_value": worth}))
}

/// The address of the page with this way chosen, as the page links to it.
fn choosing(shop: &Shop, target: &str, coupon: &str) -> String {
    let page = text(&shop.get(target, ""));
    let link = page.split("href=\"").find(|link| link.contains(&format!("coupon={coupon}"))).expect("a way");
    link.split_once('"').expect("an end").0.replace("&amp;", "&")
}

fn pays(shop: &Shop, target: &str) -> String {
    label(&text(&shop.get(target, "")))
}

/// What the button of a page says, whatever elements its words are in.
fn label(page: &str) -> String {
    let button = page.split_once("type=\"submit\">").expect("a button").1;
    let label = button.split_once("</button>").expect("an end").0;
    label.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
}

each_engine!(the_chosen_coupon_is_held_and_pays, |engine| {
    let shop = Shop::open(engine);
    let wallet = shop.wallet();
    let (eight, five) = (money(&wallet, CUSTOMER, "八元券", "8"), money(&wallet, CUSTOMER, "五元券", "5"));
    let sale = shop.sell(CUSTOMER, "苹果", "88.00");
    assert_eq!(wallet.status(&eight), ("ENABLED", None));
    // Opening it takes the best.
    assert_eq!(pays(&shop, &sale.target), "确认付款 ¥80.00");
    assert_eq!((wallet.status(&eight).0, wallet.status(&five).0), ("USING", "ENABLED"));
    let shown = shop.voucher(&eight);
    let held = [&shown["status"], &shown["trade_no"], &shown["held_until"]];
    assert_eq!(held, [&json!("USING"), &json!(sale.trade_no), &json!("2026-01-01 12:15:00")]);
    // Another sale finds the next; none finds nothing else to hold.
    let other = shop.sell(CUSTOMER, "梨", "20.00");
    assert_eq!(pays(&shop, &other.target), "确认付款 ¥15.00");
    let without = choosing(&shop, &other.target, "none");
    assert_eq!(pays(&shop, &without), "确认付款 ¥20.00");
    assert_eq!((wallet.status(&eight).0, wallet.status(&five).0), ("USING", "ENABLED"));
    // The first changes to the other, and back.
    let with_five = choosing(&shop, &sale.target, &five);
    assert_eq!(pays(&shop, &with_five), "确认付款 ¥83.00");
    assert_eq!((wallet.status(&eight).0, wallet.status(&five).0), ("ENABLED", "USING"));
    // A wrong PIN leaves the choice as it is.
    let place = shop.submit(&with_five, "pin=000000");
    assert_eq!(place, format!("{with_five}&said=wrong-pin"));
    assert_eq!(pays(&shop, &place), "确认付款 ¥83.00");
    let place = shop.submit(&place, &format!("pin={PIN}"));
    assert_eq!((place, wallet.status(&five).0, wallet.status(&eight).0), (with_five, "USED", "ENABLED"));
    assert_eq!((shop.balance(CUSTOMER), shop.balance(PID)), (1_700, 8_300));
    let paid = text(&shop.get(&sale.target, ""));
    assert!(paid.contains("付款成功") && paid.contains("¥88.00") && paid.contains("−¥5.00"), "{paid}");
    // Without, though there is one.
    let sold = shop.sell(CUSTOMER, "桃", "10.00");
    let without = choosing(&shop, &sold.target, "none");
    shop.submit(&without, &format!("pin={PIN}"));
    assert_eq!((shop.balance(CUSTOMER), wallet.status(&eight).0), (700, "ENABLED"));
    // What the coupon leaves is within the balance.
    let dear = shop.sell(CUSTOMER, "甜瓜", "15.00");
    shop.submit(&dear.target, &format!("pin={PIN}"));
    assert_eq!((shop.status(&dear).as_str(), shop.balance(CUSTOMER)), ("TRADE_SUCCESS", 0));
    let proved = shop.server.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
});

each_engine!(a_hold_ends_with_its_trade_or_after_a_quarter_of_an_hour, |engine| {
    let shop = Shop::open(engine);
    let wallet = shop.wallet();
    let coupon = money(&wallet, CUSTOMER, "八元券", "8");
    let sell = || shop.sell(CUSTOMER, "苹果", "20.00");
    let shown = |sale: &Sale| pays(&shop, &sale.target);
    let (first, second) = (sell(), sell());
    assert_eq!((shown(&first).as_str(), shown(&second).as_str()), ("确认付款 ¥12.00", "确认付款 ¥20.00"));
    // Closing frees it.
    shop.close(&first);
    assert_eq!(wallet.status(&coupon), ("ENABLED", None));
    assert_eq!(shown(&second), "确认付款 ¥12.00");
    // Being looked at keeps it; a quarter of an hour without frees it for another.
    shop.wait("14m");
    assert_eq!(shown(&second), "确认付款 ¥12.00");
    shop.wait("14m");
    let third = sell();
    assert_eq!(shown(&third), "确认付款 ¥20.00");
    shop.wait("1m");
    assert_eq!(shop.voucher(&coupon)["status"], "ENABLED");
    assert_eq!(shown(&third), "确认付款 ¥12.00");
    // The time of a trade frees it too.
    shop.wait("30m");
    assert_eq!((shop.status(&third).as_str(), wallet.status(&coupon)), ("TRADE_CLOSED", ("ENABLED", None)));
    let proved = shop.server.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
});

each_engine!(nobody_pays_more_than_the_page_said, |engine| {
    let shop = Shop::open(engine);
    let wallet = shop.wallet();
    let coupon = money(&wallet, CUSTOMER, "八元券", "8");
    let (slow, quick) = (shop.sell(CUSTOMER, "苹果", "20.00"), shop.sell(CUSTOMER, "梨", "20.00"));
    assert_eq!(pays(&shop, &slow.target), "确认付款 ¥12.00");
    let csrf = shop.csrf(&slow);
    let form = format!("csrf={csrf}&coupon={coupon}&pin={PIN}");
    shop.wait("15m");
    shop.submit(&quick.target, &format!("pin={PIN}"));
    assert_eq!((wallet.status(&coupon).0, shop.balance(CUSTOMER)), ("USED", 8_800));
    let answer = shop.post(&slow.target, &form);
    let place = crate::shop::header(&answer, "location").replace("tradeno=", "tradeNo=");
    assert_eq!(place, format!("{}&said=coupon-gone", slow.target));
    assert_eq!((shop.status(&slow).as_str(), shop.balance(CUSTOMER)), ("WAIT_BUYER_PAY", 8_800));
    let page = text(&shop.get(&place, ""));
    assert!(page.contains("优惠券已不能使用") && label(&page) == "确认付款 ¥20.00", "{page}");
    // A foreign one is like none at all, and one that ends meanwhile is not paid with.
    let foreign = money(&wallet, SHORT_CUSTOMER, "别人的", "9");
    for sent in [&foreign, &"2026010100073000000000009999".to_owned()] {
        let form = format!("csrf={csrf}&coupon={sent}&pin={PIN}");
        let place = crate::shop::header(&shop.post(&slow.target, &form), "location").to_owned();
        assert!(place.ends_with("&said=coupon-gone"), "{place}");
    }
    let soon = wallet.coupon(ToolKind::Money, &json!({"worth_value": "8"}));
    let soon = wallet.give(CUSTOMER, soon, NOON + 20 * 60_000);
    let ended = shop.sell(CUSTOMER, "桃", "20.00");
    assert_eq!(pays(&shop, &ended.target), "确认付款 ¥12.00");
    let form = format!("csrf={}&coupon={soon}&pin={PIN}", shop.csrf(&ended));
    shop.wait("6m");
    assert!(crate::shop::header(&shop.post(&ended.target, &form), "location").ends_with("&said=coupon-gone"));
    assert_eq!((shop.balance(CUSTOMER), wallet.status(&foreign).0), (8_800, "ENABLED"));
});

each_engine!(a_payment_elsewhere_spares_what_a_page_holds, |engine| {
    let shop = Shop::open(engine);
    let wallet = shop.wallet();
    let coupon = money(&wallet, CUSTOMER, "八元券", "8");
    let held = shop.sell(CUSTOMER, "苹果", "20.00");
    pays(&shop, &held.target);
    let client = shop.server.client();
    let pay = |out_trade_no: &str| {
        let request = json!({"out_trade_no": out_trade_no, "scene": "bar_code", "buyer_id": CUSTOMER, "subject": "苹果",
            "total_amount": "20.00", "store_id": "NJ_001"});
        crate::running::succeed(&client, "alipay.trade.pay", &request)["buyer_pay_amount"].clone()
    };
    assert_eq!(pay("elsewhere"), "20.00");
    // The trade that holds it is paid with it, by whatever way.
    assert_eq!(pay("out1"), "12.00");
    assert_eq!((shop.status(&held).as_str(), wallet.status(&coupon).0), ("TRADE_SUCCESS", "USED"));
});

each_engine!(of_two_pages_at_once_one_holds_it, |engine| {
    let shop = Shop::open(engine);
    let wallet = shop.wallet();
    money(&wallet, CUSTOMER, "八元券", "8");
    let sales: Vec<_> = (0..8).map(|_| shop.sell(CUSTOMER, "苹果", "20.00")).collect();
    let shown: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = sales.iter().map(|sale| scope.spawn(|| pays(&shop, &sale.target))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(shown.iter().filter(|shown| *shown == "确认付款 ¥12.00").count(), 1, "{shown:?}");
    assert_eq!(shown.iter().filter(|shown| *shown == "确认付款 ¥20.00").count(), 7, "{shown:?}");
});

each_engine!(a_page_that_opens_while_its_trade_ends_holds_nothing, |engine| {
    let shop = Shop::open(engine);
    let wallet = shop.wallet();
    let eight = wallet.coupon(ToolKind::Money, &json!({"worth_value": "8"}));
    for round in 0..12 {
        let coupon = wallet.give(CUSTOMER, eight, NOON + DAY);
        let sale = shop.sell(CUSTOMER, "苹果", "9.00");
        let csrf = if round % 2 == 0 { None } else { Some(shop.csrf(&sale)) };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert_eq!(shop.get(&sale.target, "").status, 200));
            }
            scope.spawn(|| match &csrf {
                None => shop.close(&sale),
                Some(csrf) => {
                    let form = format!("csrf={csrf}&coupon={coupon}&pin={PIN}");
                    assert_eq!(shop.post(&sale.target, &form).status, 303);
                }
            });
        });
        let expect = if csrf.is_some() { ("TRADE_SUCCESS", "USED") } else { ("TRADE_CLOSED", "ENABLED") };
        assert_eq!((shop.status(&sale).as_str(), wallet.status(&coupon).0), expect, "round {round}");
        if csrf.is_none() {
            // Away with it, so that the next round has only its own.
            wallet.click(&coupon);
        }
    }
    let proved = shop.server.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
});

#[test]
fn a_coupon_with_nothing_left_to_pay_still_takes_the_pin() {
    let shop = Shop::open(Engine::Sqlite);
    let wallet = shop.wallet();
    let coupon = money(&wallet, SHORT_CUSTOMER, "百元券", "100");
    let sale = shop.sell(SHORT_CUSTOMER, "苹果", "88.00");
    assert_eq!(pays(&shop, &sale.target), "确认付款 ¥0.00");
    shop.submit(&sale.target, "pin=000000");
    assert_eq!(wallet.status(&coupon).0, "USING");
    shop.submit(&sale.target, &format!("pin={PIN}"));
    assert_eq!((shop.status(&sale).as_str(), shop.balance(SHORT_CUSTOMER)), ("TRADE_SUCCESS", 100));
    let proved = shop.server.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
}

#[test]
fn a_page_offers_each_coupon_once_and_stays_small() {
    let shop = Shop::open(Engine::Sqlite);
    let wallet = shop.wallet();
    let same = wallet.coupon(ToolKind::Money, &json!({"name": "同款券", "worth_value": "8"}));
    for days in 1..4 {
        wallet.give(CUSTOMER, same, NOON + days * DAY);
    }
    for number in 0..30 {
        money(&wallet, CUSTOMER, &"长".repeat(64), &format!("{}", 10 + number));
    }
    let sale = shop.sell(CUSTOMER, "苹果", "88.00");
    let page = shop.get(&sale.target, "");
    assert!(page.body.len() <= 30 << 10, "{} bytes", page.body.len());
    assert_eq!(text(&page).matches("class=\"way\"").count(), 21);
    let small = shop.sell(CUSTOMER, "苹果", "9.00");
    let page = text(&shop.get(&small.target, ""));
    assert_eq!(page.matches("同款券").count(), 0, "nine of the others take all of it: {page}");
}
