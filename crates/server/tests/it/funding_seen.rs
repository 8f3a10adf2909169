//! Paying for a template of cash vouchers as its sponsor sees it, in a real browser. With `PUNCHCARD_PICTURES` set to a
//! folder, pictures of every page are put there.

use crate::cashier_seen::Visitor;
use crate::running::succeed;
use crate::shop::{CUSTOMER, OTHER_PIN, PIN};
use crate::templates::{DELETE, Made, template, with};
use serde_json::{Value, json};

impl Visitor {
    fn made(&self, number: &str, more: &Value) -> Made {
        Made::by(&self.shop.server.client(), &with(template(number), more))
    }

    fn opens(&self, made: &Made) {
        self.browser.open(&format!("http://{}{}", self.shop.server.address, made.target));
    }

    fn enters(&self, pin: &str) {
        self.browser.type_in("#pin", pin);
        self.browser.click("button");
    }
}

#[test]
fn a_sponsor_pays_for_vouchers() {
    let visitor = Visitor::new("zh-CN,zh");
    let client = visitor.shop.server.client();
    let made = visitor.made("1", &json!({"slogan": "四川移动"}));
    visitor.opens(&made);
    let to_pay = ["花果山超市", "¥88.00", "四川移动8.8元代金券", "¥8.80 × 10", "131****5350", &made.fund_order_no];
    visitor.sees_on("fund-to-pay", &to_pay);
    visitor.enters(OTHER_PIN);
    visitor.sees_on("fund-wrong-pin", &["支付密码不正确", "还可以再试 4 次"]);
    visitor.enters(PIN);
    visitor.sees_on("fund-paid", &["付款成功", "¥88.00", "付款后余额", "¥12.00", "可以发放"]);
    visitor.has_no_form();
    assert_eq!((made.status(&client).as_str(), visitor.shop.balance(CUSTOMER)), ("S", 1_200));

    // Where the balance is too low nothing is paid, and its holder is told how low it is.
    let dear = visitor.made("2", &json!({"voucher_quantity": 99_999_999, "amount": "99999.99", "floor_amount": "0"}));
    visitor.opens(&dear);
    visitor.sees_on("fund-long", &["¥9,999,998,900,000.01"]);
    let too_many = visitor.made("3", &json!({"voucher_quantity": 1_000}));
    visitor.opens(&too_many);
    visitor.enters(PIN);
    visitor.sees_on("fund-short-balance", &["账户余额不足", "没有扣款", "账户余额", "¥12.00"]);
}

#[test]
fn a_browser_is_led_on_to_the_merchants_page() {
    let visitor = Visitor::new("en");
    // The same server under another name is another's site.
    let place = format!("http://localhost:{}/?from=pay", visitor.shop.server.address.port());
    let made = visitor.made("1", &json!({"redirect_uri": place}));
    visitor.opens(&made);
    visitor.sees_on("fund-to-pay-en", &["Amount due", "Pay for the vouchers of"]);
    visitor.enters(PIN);
    let onward = format!("{place}&template_id={}&fund_order_no={}", made.template_id, made.fund_order_no);
    assert_eq!(visitor.browser.address(), onward);
    visitor.opens(&made);
    visitor.sees_on("fund-paid-en", &["Paid", "Back to the merchant"]);
    visitor.browser.click("a.button");
    assert_eq!(visitor.browser.address(), onward);
}

#[test]
fn a_closed_order_says_so() {
    let visitor = Visitor::new("zh-CN,zh");
    let client = visitor.shop.server.client();
    let [deleted, over] = ["1", "2"].map(|number| visitor.made(number, &json!({})));
    succeed(&client, DELETE, &json!({"template_id": deleted.template_id}));
    visitor.shop.wait("3d");
    for (made, picture, texts) in [
        (&deleted, "fund-deleted", ["资金订单已关闭", "商家已删除这个券模板"]),
        (&over, "fund-over", ["付款超时", "已超过发放结束时间"]),
    ] {
        visitor.opens(made);
        visitor.sees_on(picture, &texts);
        visitor.has_no_form();
    }
}
