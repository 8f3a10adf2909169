//! The voucher page: who may open it, and a button that works once.

use crate::cashier_seen::Visitor;
use crate::running::each_engine;
use crate::shop::{CUSTOMER, PIN, Shop, text};
use crate::wallet::{DAY, NOON, Wallet};
use domain::activity::ToolKind;
use serde_json::{Value, json};
use store::testing::Engine;

/// The page's path and query.
pub(crate) fn target(shop: &Shop, voucher_id: &str) -> String {
    let shown = shop.voucher(voucher_id);
    let address = shown["voucher_uri"].as_str().expect("an address");
    format!("/h5/{}", address.split_once("/h5/").expect("a page").1)
}

fn gift(wallet: &Wallet, more: &Value) -> String {
    let mut voucher = json!({"name": "咖啡兑换券", "verify_mode": "USER_CLICK"});
    for (member, value) in more.as_object().expect("an object") {
        voucher[member] = value.clone();
    }
    wallet.give_new(CUSTOMER, ToolKind::Exchange, &voucher)
}

fn sees(shop: &Shop, target: &str, expect: &str, button: bool) {
    let page = text(&shop.get(target, ""));
    assert!(page.contains(expect), "no {expect} in {page}");
    assert_eq!(page.contains("立即使用"), button, "{page}");
}

each_engine!(the_button_uses_it_once, |engine| {
    let shop = Shop::open(engine);
    let wallet = shop.wallet();
    let voucher = gift(&wallet, &json!({}));
    let target = target(&shop, &voucher);
    sees(&shop, &target, "咖啡兑换券", true);
    let page = text(&shop.get(&target, ""));
    let csrf = page.split_once("name=\"csrf\" value=\"").expect("a form").1.split_once('"').expect("an end").0;
    let form = format!("csrf={csrf}");
    let answers = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| shop.post(&target, &form).status)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(answers, [303; 8]);
    assert_eq!(wallet.status(&voucher), ("USED", None));
    sees(&shop, &target, "2026年1月1日 12:00:00", false);
    // Later it still says when it was.
    shop.wait("1h");
    assert_eq!(shop.post(&target, &form).status, 303);
    sees(&shop, &target, "2026年1月1日 12:00:00", false);
    assert_eq!(shop.voucher(&voucher)["gmt_used"], "2026-01-01 12:00:00");
    let proved = shop.server.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
});

#[test]
fn it_has_a_button_only_where_its_holder_uses_it_himself() {
    let shop = Shop::open(Engine::Sqlite);
    let wallet = shop.wallet();
    let friday = json!({"use_rule": {"use_time": [{"dimension": "W", "values": "5", "times": "10:00:00,20:00:00"}]}});
    let today = json!({"use_rule": {"forbidden_time": {"days": "2026-01-01,2026-01-01"}}});
    let (friday, not_today) = (gift(&wallet, &friday), gift(&wallet, &today));
    let scan = gift(&wallet, &json!({"verify_mode": "MERCHANT_SCAN"}));
    let tool = wallet.coupon(ToolKind::Exchange, &json!({"verify_mode": "USER_CLICK"}));
    let over = wallet.give(CUSTOMER, tool, NOON - 1);
    let money = wallet.give_new(CUSTOMER, ToolKind::Money, &json!({"worth_value": "8"}));
    for (voucher, expect) in [
        (&friday, "现在不在可用时间内"),
        (&not_today, "现在不在可用时间内"),
        (&scan, "付款时自动使用"),
        (&over, "没有在有效期内使用"),
        (&money, "付款时自动使用"),
    ] {
        sees(&shop, &target(&shop, voucher), expect, false);
    }
    // Held, used and refunded, as its trade goes.
    let sale = shop.sell(CUSTOMER, "苹果", "20.00");
    shop.get(&sale.target, "");
    sees(&shop, &target(&shop, &money), "一笔待付款的订单正在使用它", false);
    shop.submit(&sale.target, &format!("pin={PIN}"));
    sees(&shop, &target(&shop, &money), "2026年1月1日 12:00:00", false);
    shop.refund(&sale, "20.00");
    sees(&shop, &target(&shop, &money), "券不再退回", false);
    // On Friday at noon both can be used; a form of another page is none of this one's.
    shop.wait("24h");
    sees(&shop, &target(&shop, &friday), "咖啡兑换券", true);
    let page = text(&shop.get(&target(&shop, &friday), ""));
    let csrf = page.split_once("name=\"csrf\" value=\"").expect("a form").1.split_once('"').expect("an end").0;
    assert_eq!(shop.post(&target(&shop, &not_today), &format!("csrf={csrf}")).status, 403);
    assert_eq!((wallet.status(&friday).0, wallet.status(&not_today).0), ("ENABLED", "ENABLED"));
    assert_eq!(shop.submit(&target(&shop, &not_today), ""), target(&shop, &not_today));
    assert_eq!(wallet.status(&not_today).0, "USED");
    shop.wait(&format!("{}h", 40 * DAY / 3_600_000));
    sees(&shop, &target(&shop, &friday), "没有在有效期内使用", false);
}

#[test]
fn a_wrong_token_is_answered_like_an_unknown_voucher() {
    let shop = Shop::open(Engine::Sqlite);
    let wallet = shop.wallet();
    let (voucher, other) = (gift(&wallet, &json!({})), gift(&wallet, &json!({})));
    let own = target(&shop, &voucher);
    let others = target(&shop, &other);
    let token = own.split_once("&token=").expect("a token").1;
    for wrong in [
        "/h5/voucher".to_owned(),
        format!("/h5/voucher?voucherId={voucher}"),
        format!("/h5/voucher?voucherId={other}&token={token}"),
        format!("{own}0"),
        own.replace("20260101", "20260102"),
        own.replace(&voucher, "1"),
        format!("/h5/voucher?voucherId={voucher}&token={}", "0".repeat(64)),
        format!("{own}&token={token}0"),
        format!("{own}&voucherId=%FF"),
    ] {
        let answer = shop.get(&wrong, "");
        assert_eq!(answer.status, 404, "{wrong}");
    }
    assert_eq!(shop.get(&format!("{own}&token={token}&from=singlemessage"), "").status, 200);
    assert_eq!(shop.post(&own, "csrf=1").status, 403);
    assert_eq!(shop.post(&others.replace("token=", "token=0"), "csrf=1").status, 404);
    let page = shop.get(&own, "");
    assert!(page.body.len() <= 30 << 10 && !text(&page).contains("<script"));
    assert_eq!(wallet.status(&voucher).0, "ENABLED");
}

#[test]
fn its_holder_sees_it_used() {
    let visitor = Visitor::new("zh-CN,zh");
    let (shop, wallet) = (&visitor.shop, visitor.shop.wallet());
    let open =
        |voucher: &str| visitor.browser.open(&format!("http://{}{}", shop.server.address, target(shop, voucher)));
    let voucher = gift(&wallet, &json!({}));
    open(&voucher);
    visitor.sees_on(
        "voucher-ready",
        &["花果山超市", "咖啡兑换券", "只能使用一次", "2026年1月31日 12:00", &voucher, "立即使用"],
    );
    visitor.browser.click("button");
    visitor.sees_on("voucher-used", &["券已使用", "2026年1月1日 12:00:00", "咖啡兑换券"]);
    visitor.has_no_form();
    visitor.browser.reload();
    visitor.sees_on("voucher-used", &["2026年1月1日 12:00:00"]);
    // In the other states there is nothing to press.
    let money = wallet.give_new(CUSTOMER, ToolKind::Money, &json!({"worth_value": "8", "name": "长".repeat(64)}));
    open(&money);
    visitor.sees_on("voucher-usable", &["付款时自动使用"]);
    visitor.has_no_form();
    let sale = shop.sell(CUSTOMER, "苹果", "20.00");
    shop.get(&sale.target, "");
    visitor.browser.reload();
    visitor.sees_on("voucher-held", &["一笔待付款的订单正在使用它"]);
    shop.submit(&sale.target, &format!("pin={PIN}"));
    shop.refund(&sale, "20.00");
    visitor.browser.reload();
    visitor.sees_on("voucher-refunded", &["券已退"]);
    let text = "<script>document.title='run'</script>";
    let hostile = gift(&wallet, &json!({"name": text, "brand_name": "\" autofocus onfocus=\"alert(1)"}));
    open(&hostile);
    visitor.sees_on("voucher-hostile", &[text, "autofocus"]);
    visitor.browser.click("footer a");
    visitor.sees_on("voucher-en", &["Use it now", "It can be used once."]);
    shop.wait("800h");
    visitor.browser.reload();
    visitor.sees_on("voucher-expired", &["It was not used in time."]);
}
