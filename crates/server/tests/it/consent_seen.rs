//! Consent as merchants and members see it, in a real browser. With `PUNCHCARD_PICTURES` set to a folder, pictures of
//! every page are put there: `docs/images` has some of them.

use crate::browser::Browser;
use crate::consent::{EXCHANGE, LOGIN, of_member, of_merchant, open, parameter};
use crate::running::{APP_ID, ISV_APP_ID, NOW, PID, succeed};
use crate::shop::{CUSTOMER, PIN, Shop};
use serde_json::json;
use store::testing::Engine;

struct Visitor {
    shop: Shop,
    browser: Browser,
}

impl Visitor {
    fn new(language: &str) -> Visitor {
        Visitor { shop: open(Engine::Sqlite, &[]), browser: Browser::start(language) }
    }

    /// The app's page: the same server under another name is another's site.
    fn back(&self) -> String {
        format!("http://localhost:{}/?from=app", self.shop.server.address.port())
    }

    fn opens(&self, target: &str) {
        self.browser.open(&format!("http://{}{target}", self.shop.server.address));
    }

    fn enters(&self, login: &str, pin: &str) {
        self.browser.type_in("#login", login);
        self.browser.type_in("#pin", pin);
        self.browser.click("button");
    }
}

#[test]
fn a_merchant_lets_a_provider_act() {
    let visitor = Visitor::new("zh-CN,zh");
    let back = visitor.back();
    visitor.opens(&of_merchant(ISV_APP_ID, &back, "&state=s1"));
    let asked = ["云栈洞服务商", "申请代您的商户调用接口", "所有接口", ISV_APP_ID, "http://localhost:"];
    visitor.browser.sees("consent-merchant", &asked);
    visitor.enters(LOGIN, "000000");
    visitor.browser.sees("consent-wrong-pin", &["登录账号或支付密码不正确", "锁定15分钟"]);
    visitor.enters("13196215350", PIN);
    visitor.browser.sees("consent-no-merchant", &["该账号不是商户"]);
    visitor.enters(LOGIN, PIN);
    let place = visitor.browser.address();
    let code = parameter(&place, "app_auth_code").unwrap_or_else(|| panic!("no code in {place}"));
    assert_eq!(place, format!("{back}&app_id={ISV_APP_ID}&state=s1&app_auth_code={code}"));
    let isv = visitor.shop.server.client_of(ISV_APP_ID, None);
    let given = succeed(&isv, EXCHANGE, &json!({"grant_type": "authorization_code", "code": code}));
    assert_eq!(given["user_id"], PID);
}

#[test]
fn a_member_signs_in_to_an_app_or_does_not() {
    let visitor = Visitor::new("en");
    let back = visitor.back();
    let target = of_member(APP_ID, "auth_user", &back, "&state=s2");
    visitor.opens(&target);
    visitor.browser.sees("consent-member-en", &["花果山超市", "Know your user id", "Ask for your profile", APP_ID]);
    // Who does not agree fills nothing in.
    visitor.browser.click("button.quiet");
    let told = format!("{back}&app_id={APP_ID}&scope=auth_user&state=s2");
    assert_eq!(visitor.browser.address(), format!("{told}&error=access_denied"));
    visitor.opens(&target);
    visitor.enters("13196215350", PIN);
    let place = visitor.browser.address();
    let code = parameter(&place, "auth_code").unwrap_or_else(|| panic!("no code in {place}"));
    assert_eq!(place, format!("{told}&auth_code={code}"));
    let exchange = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let given = visitor.shop.server.client().call_with("alipay.system.oauth.token", "", NOW, &exchange);
    assert_eq!(given.expect("an answer").node["user_id"], CUSTOMER);
}

#[test]
fn where_there_is_nothing_to_agree_to_the_page_says_why() {
    let visitor = Visitor::new("zh-CN,zh");
    for (target, picture, expect) in [
        (of_merchant(ISV_APP_ID, "javascript:alert(1)", ""), "consent-redirect", "授权回调地址"),
        (of_merchant(APP_ID, &visitor.back(), ""), "consent-no-provider", "不是ISV应用"),
        (of_member(APP_ID, "all", &visitor.back(), ""), "consent-scope", "auth_base或auth_user"),
    ] {
        visitor.opens(&target);
        visitor.browser.sees(picture, &["无法授权", expect]);
        assert!(!visitor.browser.has("form"));
    }
}
