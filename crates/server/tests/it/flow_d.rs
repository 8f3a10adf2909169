//! Cash vouchers from the template to the end of their money (`docs/decisions.md`, "Cash vouchers"), as an ISV's
//! system, a sponsor and a customer live it: every call through an official SDK, the page in a real browser, the
//! notification believed by the SDK's own check.

use crate::browser::Browser;
use crate::giveaway::{SHOPS, USER, world_of_shops};
use crate::isv::{APP_ID, Isv, MERCHANT_APP_ID, Sdk, delivered, in_world};
use crate::notices::sdks::SdkReceiver;
use crate::running::{PID, Running};
use crate::shop::PIN;
use serde_json::{Value, json};
use store::testing::Engine;

const SPONSOR: &str = "2088102146931399";
const SPONSOR_LOGIN: &str = "13040045386";

/// An ISV's system, with charset and algorithm of its calls.
struct Issuer {
    isv: Isv,
    how: (&'static str, &'static str),
}

impl Issuer {
    fn calls(&self, method: &str, send: &Value) -> Value {
        self.isv.calls(self.how, method, send, "")
    }

    /// A template of ten vouchers of 8.80 yuan, with this changed.
    fn creates(&self, change: impl FnOnce(&mut Value)) -> Value {
        let mut send = json!({
            "voucher_type": "FIX_VOUCHER", "voucher_use_scene": "ALIPAY_COMMON", "fund_account": SPONSOR_LOGIN,
            "brand_name": "花果山超市", "publish_start_time": "2026-01-01 00:00:00",
            "publish_end_time": "2026-01-31 23:59:59",
            "voucher_valid_period": r#"{"type":"RELATIVE","duration":10,"unit":"DAY"}"#, "floor_amount": "50.00",
            "amount": "8.80", "voucher_quantity": 10, "out_biz_no": self.isv.number(),
        });
        change(&mut send);
        self.calls("alipay.marketing.cashvoucher.template.create", &send)
    }

    fn template(&self, created: &Value) -> Value {
        let send = json!({"template_id": created["template_id"]});
        self.calls("alipay.marketing.voucher.templatedetail.query", &send)
    }

    fn sends(&self, created: &Value) -> Value {
        let send = json!({
            "template_id": created["template_id"], "login_id": "13196215350", "out_biz_no": self.isv.number(),
            "memo": "优酷3个月兑换券",
        });
        let sent = self.calls("alipay.marketing.voucher.send", &send);
        assert_eq!(sent["user_id"], USER);
        sent["voucher_id"].clone()
    }

    fn voucher(&self, voucher_id: &Value) -> Value {
        self.calls("alipay.marketing.voucher.query", &json!({"voucher_id": voucher_id}))
    }

    /// Kind and amount of a voucher's bills.
    fn bills(&self, voucher_id: &Value) -> Vec<[String; 2]> {
        let voucher = self.voucher(voucher_id);
        let bills = voucher["bill_details"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        bills.iter().map(|bill| [text(&bill["biz_type"]), text(&bill["amount"])]).collect()
    }
}

fn world() -> String {
    let users = format!(
        "[[user]]\nuser_id = \"{USER}\"\nlogin_id = \"13196215350\"\nbalance = \"1000.00\"\n\
         [[user]]\nuser_id = \"{SPONSOR}\"\nlogin_id = \"{SPONSOR_LOGIN}\"\nbalance = \"200.00\"\n"
    );
    format!("{}\n{}", world_of_shops(&users), in_world())
}

/// The sponsor pays at the address that the ISV was given.
fn pays(browser: &Browser, created: &Value) {
    browser.open(created["confirm_uri"].as_str().expect("an address"));
    browser.type_in("#pin", PIN);
    browser.click("button");
}

fn waits(running: &Running, duration: &str) {
    let output = running.command(&["clock", "advance", duration]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn lives(engine: Engine, sdk: Sdk, how: (&'static str, &'static str)) {
    let running = Running::start_with(engine, &world(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let receiver = SdkReceiver::start(sdk.program("receive"), &running);
    let issuer = Issuer { isv: Isv::start(&running, sdk), how };
    let browser = Browser::start("zh-CN,zh");
    let flux_url = format!("{}?flux", receiver.url);
    let redirect_uri = format!("http://{}/?from=punchcard", running.address);

    // 1. A draft, and an order for its sponsor.
    let created = issuer.creates(|send| {
        send["notify_uri"] = json!(flux_url);
        send["redirect_uri"] = json!(redirect_uri);
    });
    assert_eq!(issuer.template(&created)["status"], "I");

    // 2. The sponsor pays on the page, and is led back.
    browser.open(created["confirm_uri"].as_str().expect("an address"));
    browser.sees("flow-d-to-pay", &["8.8元代金券", "¥88.00", "花果山超市", "130****5386"]);
    browser.type_in("#pin", PIN);
    browser.click("button");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (template_id, fund_order_no) = (text(&created["template_id"]), text(&created["fund_order_no"]));
    let place = browser.address();
    assert!(place.starts_with(&redirect_uri), "{place}");
    assert!(place.contains(&format!("template_id={template_id}")) && place.contains(&fund_order_no), "{place}");
    let paid = issuer.template(&created);
    let amounts = ["total_amount", "publish_amount", "used_amount", "recycle_amount"];
    assert_eq!(
        (&paid["status"], amounts.map(|name| &paid[name])),
        (&json!("S"), ["88.00", "0.00", "0.00", "0.00"].map(|text| json!(text)).each_ref())
    );
    // Once paid, the page says so and takes nothing more.
    browser.open(created["confirm_uri"].as_str().expect("an address"));
    assert!(!browser.has("form"), "{}", browser.text());

    // 3. A voucher is sent, and looked up.
    let voucher = issuer.sends(&created);
    let found = issuer.voucher(&voucher);
    let names = ["status", "name", "total_amount", "available_amount", "gmt_active", "gmt_expired"];
    let expect = ["ENABLED", "8.8元代金券", "8.80", "8.80", "2026-01-01 12:00:00", "2026-01-11 12:00:00"];
    assert_eq!(names.map(|name| &found[name]), expect);
    let listed =
        issuer.calls("alipay.marketing.voucher.list.query", &json!({"template_id": template_id, "user_id": USER}));
    assert_eq!(listed["vouchers"][0]["voucher_id"], voucher);

    // 4. The customer pays with it. 5. The ISV is told, and believes it.
    let pay = json!({
        "scene": "bar_code", "auth_code": format!("28{}", &USER[2..]), "out_trade_no": "flow_d",
        "subject": "龙井茶", "total_amount": "100.00", "alipay_store_id": SHOPS[0],
    });
    let trade = issuer.calls("alipay.trade.pay", &pay);
    assert_eq!([&trade["buyer_pay_amount"], &trade["receipt_amount"]], ["91.20", "100.00"]);
    assert_eq!(trade["voucher_detail_list"][0]["id"], voucher);
    let told = delivered(&running, &flux_url);
    assert_eq!((&told["notify_type"], &told["app_id"]), (&json!("voucher_flux"), &json!(APP_ID)));
    assert_eq!(told["auth_app_id"], MERCHANT_APP_ID);
    let members = [("alipay_biz_no", &trade["trade_no"]), ("voucher_id", &voucher), ("partner_id", &json!(PID))];
    assert!(members.iter().all(|(name, value)| told["members"][*name] == **value), "{told:#}");
    assert_eq!(issuer.voucher(&voucher)["status"], "USED");

    // 6. A part goes back, then all of it; the voucher is not given again.
    let refund = |out_request_no: &str, refund_amount: &str| {
        let send = json!({"out_trade_no": "flow_d", "out_request_no": out_request_no, "refund_amount": refund_amount});
        issuer.calls("alipay.trade.refund", &send)
    };
    assert_eq!(refund("part", "25.00")["present_refund_discount_amount"], "2.20");
    assert_eq!(issuer.voucher(&voucher)["status"], "USED");
    refund("rest", "75.00");
    assert_eq!(issuer.voucher(&voucher)["status"], "REFUNDED");
    assert_eq!(issuer.bills(&voucher), [["V_USE", "8.80"], ["V_REFUND", "2.20"], ["V_REFUND", "6.60"]]);
    let template = issuer.template(&created);
    let counts = ["publish_count", "used_count"];
    assert_eq!(counts.map(|name| template[name].to_string().trim_matches('"').to_owned()), ["1", "1"]);
    assert_eq!(amounts.map(|name| &template[name]), ["88.00", "8.80", "8.80", "8.80"]);

    // 7. One that nobody uses expires, and its worth goes back; at the end of sending the rest does.
    let short = issuer.creates(|send| {
        send["voucher_valid_period"] = json!({"type": "RELATIVE", "duration": 1, "unit": "HOUR"}).to_string().into();
    });
    pays(&browser, &short);
    browser.sees("flow-d-paid", &["付款成功"]);
    let unused = issuer.sends(&short);
    waits(&running, "2h");
    assert_eq!(issuer.voucher(&unused)["status"], "EXPIRED");
    assert_eq!(issuer.template(&short)["recycle_amount"], "8.80");
    waits(&running, "31d");
    let over = issuer.template(&short);
    assert_eq!([&over["status"], &over["recycle_amount"]], ["E", "88.00"]);
    let proved = running.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stdout));
}

#[test]
fn with_node_on_postgres() {
    lives(Engine::Postgres, Sdk::Node, ("utf-8", "RSA2"));
}

#[test]
fn with_python_on_sqlite() {
    lives(Engine::Sqlite, Sdk::Python, ("GBK", "RSA"));
}

#[test]
fn with_current_python_on_sqlite() {
    lives(Engine::Sqlite, Sdk::CurrentPython, ("utf-8", "RSA2"));
}
