//! The page of a cash voucher: what its holder is told in each standing, and the signed link to the merchant's page.

use crate::cashier_seen::Visitor;
use crate::raw::Answer;
use crate::running::{OTHER_PID, PID, each_engine, refuse, succeed};
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, OTHER_PIN, Shop, header, text};
use crate::templates::{CREATE, Made, prove, template, with};
use crate::voucher_kit::SEND;
use crate::voucher_page::target;
use crate::wallet::SHOP;
use domain::activity::ToolKind;
use serde_json::{Value, json};
use store::testing::Engine;
use wire::{Charset, SignType, form_pairs};

/// Somebody else's shop.
const FOREIGN_SHOP: &str = "2015121600077000000002388299";

/// Ten vouchers of 8.80 for orders of 50 yuan or more, whose button leads there; with this changed, and paid for.
fn paid(shop: &Shop, out_biz_no: &str, button: &Value, more: &Value) -> Made {
    let extension_info = json!({"useMode": "H5", "useModeData": button}).to_string();
    let request = with(template(out_biz_no), &json!({"extension_info": extension_info}));
    let made = Made::by(&shop.server.client(), &with(request, more));
    made.pay(shop);
    made
}

fn send(shop: &Shop, made: &Made, out_biz_no: &str) -> String {
    let request = json!({"template_id": made.template_id, "user_id": OTHER_CUSTOMER, "out_biz_no": out_biz_no});
    let sent = succeed(&shop.server.client(), SEND, &request);
    sent["voucher_id"].as_str().expect("an id").to_owned()
}

/// The page, which says all of this.
fn sees(shop: &Shop, voucher_id: &str, texts: &[&str]) -> Answer {
    let page = shop.get(&target(shop, voucher_id), "");
    let said = text(&page);
    texts.iter().for_each(|expect| assert!(said.contains(expect), "no {expect} in {said}"));
    page
}

/// Where the button of a page leads, if it has one.
fn button(page: &Answer) -> Option<String> {
    let said = text(page);
    let address = said.split_once("<a class=\"button\" href=\"")?.1.split_once('"')?.0;
    assert!(said.contains("rel=\"noreferrer\"") && said.contains("立即使用"), "{said}");
    Some(address.replace("&amp;", "&"))
}

/// Values of a link's query, in their charset.
fn value(address: &str, charset: Charset, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1.split('#').next()?;
    let (_, value) = form_pairs(query.as_bytes()).find(|(known, _)| **known == *name.as_bytes())?;
    Some(charset.decode(&value).expect("in the charset").into_owned())
}

/// Applies tables to the running store.
fn apply(shop: &Shop, world: &str) {
    let path = shop.server.folder.path().join("more.toml");
    std::fs::write(&path, world).expect("the folder is ours");
    let output = shop.server.command(&["apply", path.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

each_engine!(a_holder_follows_a_voucher_through_all_that_becomes_of_it, |engine| {
    let shop = Shop::open(engine);
    let server = &shop.server;
    apply(
        &shop,
        &format!(
            "[[merchant]]\npid = \"{OTHER_PID}\"\nname = \"水帘洞超市\"\n[[merchant.shop]]\nshop_id = \"{FOREIGN_SHOP}\"\n\
             name = \"水帘洞总店\"\n"
        ),
    );
    let use_page = json!({"url": "https://shop.example.com/use?from=1#top", "charset": "GBK", "signType": "RSA",
        "signKeys": "tag,voucherId", "tag": "春节 1+2"});
    let rules = json!({"PID": format!("{PID},{OTHER_PID}"), "STORE": format!("{SHOP},{FOREIGN_SHOP},1,2,3")});
    let terms = json!(["春节前有效", "<b>不可找零</b>"]);
    let more = json!({"rule_conf": rules.to_string(), "voucher_description": terms.to_string(), "voucher_quantity": 5});
    let made = paid(&shop, "1", &use_page, &more);
    let voucher = send(&shop, &made, "1");
    let page = sees(
        &shop,
        &voucher,
        &[
            "花果山超市",
            "8.8元代金券",
            "8.80",
            "满 ¥50 可用",
            "支付宝",
            "证大五道口店",
            "另有 2 家门店适用",
            "春节前有效",
        ],
    );
    let said = text(&page);
    assert!(said.contains("&lt;b&gt;不可找零") && said.contains(OTHER_PID) && said.contains(FOREIGN_SHOP), "{said}");
    assert!(!said.contains("水帘洞"), "another merchant's names are its own: {said}");
    assert!(header(&page, "content-security-policy").ends_with("form-action 'self'") && !said.contains("<form"));
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");
    // The link says whose voucher it is, and the platform has signed that.
    let address = button(&page).expect("a button");
    assert!(address.starts_with("https://shop.example.com/use?from=1&") && address.ends_with("#top"), "{address}");
    let value = |name: &str| value(&address, Charset::Gbk, name).unwrap_or_else(|| panic!("no {name} in {address}"));
    assert_eq!(["voucherId", "userId", "tag"].map(value), [voucher.as_str(), OTHER_CUSTOMER, "春节 1+2"]);
    let signed = format!("tag=春节 1+2&voucherId={voucher}");
    let signed = Charset::Gbk.encode(&signed).expect("in the charset");
    assert!(server.platform_key.verify_base64(SignType::Rsa, &signed, &value("sign")), "{address}");

    // Held by a trade, used, given back: no button leads on.
    let sale = shop.sell(OTHER_CUSTOMER, "苹果", "60.00");
    shop.get(&sale.target, "");
    let still = |texts: &[&str], voucher: &str| assert_eq!(button(&sees(&shop, voucher, texts)), None);
    still(&["一笔待付款的订单正在使用它", "8.80"], &voucher);
    shop.submit(&sale.target, &format!("pin={OTHER_PIN}"));
    still(&["券已使用", "2026年1月1日 12:00:00", "8.8元代金券"], &voucher);
    shop.refund(&sale, "60.00");
    still(&["券已退", "券不再退回"], &voucher);

    // Barred and freed; not begun yet; over.
    let other = send(&shop, &made, "2");
    let bar = |command: &str| assert!(server.command(&["voucher", command, &other]).status.success());
    bar("disable");
    still(&["券已停用", "暂时不能使用"], &other);
    bar("enable");
    assert!(button(&sees(&shop, &other, &["我的代金券"])).is_some());
    let later = json!({"type": "ABSOLUTE", "start": "2026-01-02 00:00:00", "end": "2026-01-31 23:59:59"}).to_string();
    let more = json!({"voucher_valid_period": later, "voucher_quantity": 1});
    let unactive = send(&shop, &paid(&shop, "2", &json!({"url": "http://a/"}), &more), "1");
    still(&["2026年1月2日 00:00 起可以使用"], &unactive);
    shop.wait("12h");
    let address = button(&sees(&shop, &unactive, &["我的代金券"])).expect("a button");
    assert_eq!(address, format!("http://a/?voucherId={unactive}&userId={OTHER_CUSTOMER}"));
    shop.wait("31d");
    for voucher in [&other, &unactive] {
        still(&["券已过期", "没有在有效期内使用"], voucher);
    }
    prove(server);
});

#[test]
fn a_voucher_without_a_merchants_page_has_no_button() {
    let shop = Shop::open(Engine::Sqlite);
    let made = Made::by(&shop.server.client(), &with(template("1"), &json!({"floor_amount": "0"})));
    made.pay(&shop);
    let page = sees(&shop, &send(&shop, &made, "1"), &["付款时自动抵扣", "无门槛", "本券不可兑换现金"]);
    assert_eq!(button(&page), None);
    assert!(!text(&page).contains("适用门店"));
}

each_engine!(the_operators_hosts_bound_where_a_button_leads, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let allow = |hosts: &str| {
        apply(&shop, &format!("[[merchant]]\npid = \"{PID}\"\noptions = {{ use_url_hosts = {hosts} }}\n"));
    };
    allow(r#"["shop.example.com"]"#);
    let button_to = |url: &str| json!({"useMode": "H5", "useModeData": {"url": url}}).to_string();
    let elsewhere = with(template("1"), &json!({"extension_info": button_to("https://evil.example/use")}));
    let answer = refuse(&client, CREATE, &elsewhere, "INVALID_PARAMETER");
    assert!(answer.sub_msg.as_deref().is_some_and(|text| text.contains("(extension_info)")), "{answer:?}");
    // A refused call uses up no number.
    let made = paid(&shop, "1", &json!({"url": "https://Shop.example.com:8443/use"}), &json!({}));
    let voucher = send(&shop, &made, "1");
    assert!(button(&sees(&shop, &voucher, &[])).is_some());
    allow(r#"["www.example.com"]"#);
    assert_eq!(button(&sees(&shop, &voucher, &["不需要在这里操作"])), None);
    allow("[]");
    assert!(button(&sees(&shop, &voucher, &[])).is_some());
});

#[test]
fn a_wrong_token_opens_no_cash_voucher() {
    let shop = Shop::open(Engine::Sqlite);
    let made = paid(&shop, "1", &json!({"url": "http://a/"}), &json!({}));
    let [own, other] = ["1", "2"].map(|number| send(&shop, &made, number));
    let coupon = shop.wallet().give_new(CUSTOMER, ToolKind::Money, &json!({"worth_value": "8"}));
    let (own_target, token) =
        (target(&shop, &own), |id: &str| target(&shop, id).split_once("&token=").expect("a token").1.to_owned());
    for wrong in [
        format!("/h5/voucher?voucherId={own}"),
        format!("/h5/voucher?voucherId={own}&token={}", token(&other)),
        format!("/h5/voucher?voucherId={own}&token={}", token(&coupon)),
        own_target.replace("20260101", "20260102"),
        format!("{own_target}0"),
    ] {
        assert_eq!(shop.get(&wrong, "").status, 404, "{wrong}");
    }
    // It has no form, and takes none.
    assert_eq!((shop.get(&own_target, "").status, shop.post(&own_target, "csrf=1").status), (200, 403));
    assert_eq!(shop.voucher(&own)["status"], "ENABLED");
}

#[test]
fn its_holder_sees_what_it_is_worth_and_goes_on_to_the_merchant() {
    let visitor = Visitor::new("zh-CN,zh");
    let shop = &visitor.shop;
    let address = |voucher: &str| format!("http://{}{}", shop.server.address, target(shop, voucher));
    // The same server under another name is another's site.
    let use_page = format!("http://localhost:{}/?from=voucher", shop.server.address.port());
    let rules = json!({"PID": PID, "STORE": SHOP}).to_string();
    let more = json!({"rule_conf": rules, "slogan": "新春", "voucher_quantity": 2});
    let made = paid(shop, "1", &json!({"url": use_page, "signType": "RSA2", "tag": "春节"}), &more);
    let voucher = send(shop, &made, "1");
    visitor.browser.open(&address(&voucher));
    let ready =
        ["花果山超市", "新春8.8元代金券", "¥8.80", "满 ¥50 可用", "证大五道口店", "不可找零", "立即使用", &voucher];
    visitor.sees_on("cash-ready", &ready);
    visitor.has_no_form();
    visitor.browser.click("footer a");
    visitor.sees_on("cash-ready-en", &["Worth", "When you spend ¥50 or more", "Where to use it", "Use it now"]);
    visitor.browser.click("a.button");
    let onward = visitor.browser.address();
    assert!(onward.starts_with(&format!("{use_page}&voucherId={voucher}&userId={OTHER_CUSTOMER}&tag=")), "{onward}");
    let sign = value(&onward, Charset::Utf8, "sign").expect("a signature");
    let signed = format!("voucherId={voucher}&userId={OTHER_CUSTOMER}&tag=春节");
    assert!(shop.server.platform_key.verify_base64(SignType::Rsa2, signed.as_bytes(), &sign), "{onward}");

    let sale = shop.sell(OTHER_CUSTOMER, "苹果", "60.00");
    visitor.browser.open(&shop.address(&sale));
    visitor.browser.open(&address(&voucher));
    visitor.sees_on("cash-held", &["一笔待付款的订单正在使用它"]);
    shop.submit(&sale.target, &format!("pin={OTHER_PIN}"));
    visitor.browser.reload();
    visitor.sees_on("cash-used", &["券已使用", "2026年1月1日 12:00:00", "新春8.8元代金券", "¥8.80"]);
    assert!(!visitor.browser.has("a.button"));

    // Long and hostile texts, in each place that a merchant fills.
    let hostile = "<script>document.title='run'</script>";
    let more = json!({"brand_name": hostile, "slogan": "<b>&'\"", "amount": "99999.99", "voucher_quantity": 1,
        "fund_account": "rich@example.com", "voucher_description": json!([hostile, "长".repeat(50)]).to_string(),
        "rule_conf": json!({"PID": hostile, "payeeUserId": "长".repeat(120), "bizProduct": "a,b,c,d,e"}).to_string()});
    apply(shop, "[[user]]\nuser_id = \"2088102146931399\"\nlogin_id = \"rich@example.com\"\nbalance = \"100000.00\"\n");
    let url = "https://shop.example.com/use?x=\"><script>";
    let refused = json!({"useMode": "H5", "useModeData": {"url": url}}).to_string();
    refuse(
        &shop.server.client(),
        CREATE,
        &with(template("2"), &json!({"extension_info": refused})),
        "INVALID_PARAMETER",
    );
    let url = "https://shop.example.com/use?x='&lang=en;alert(1)";
    let made = paid(shop, "2", &json!({"url": url, "tag": hostile}), &more);
    visitor.browser.open(&address(&send(shop, &made, "1")));
    visitor.sees_on("cash-hostile", &[hostile, "¥99,999.99", "a、b、c 等，另有 2 个"]);
    shop.wait("800h");
    visitor.browser.reload();
    visitor.sees_on("cash-expired", &["券已过期", "没有在有效期内使用"]);
}
