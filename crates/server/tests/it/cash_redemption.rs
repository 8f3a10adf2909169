//! Cash vouchers in trades: chosen, used, held, given back, and what becomes of their money.

use crate::mailbox::Mailbox;
use crate::running::{OTHER_PID, PID, call, each_engine, refuse, succeed};
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, PIN, Shop, text};
use crate::templates::MODIFY;
use crate::voucher_kit::{QUERY, SEND, Templates};
use crate::wallet::{NOON, SHOP};
use domain::activity::ToolKind;
use domain::id::TemplateIdText;
use domain::template::{Template, Totals, Unit, ValidPeriod};
use serde_json::{Value, json};
use std::sync::Barrier;
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx};

/// Who pays for templates, unless a test says so: not the seller.
const SPONSOR: &str = OTHER_CUSTOMER;

/// A shop whose customers have cash vouchers.
struct Till {
    shop: Shop,
    templates: Templates,
}

impl Till {
    fn open(engine: Engine) -> Till {
        Till::with_sponsor(engine, SPONSOR)
    }

    fn with_sponsor(engine: Engine, sponsor_id: &'static str) -> Till {
        let shop = Shop::open(engine);
        let templates = Templates::of(&shop.server, PID, sponsor_id);
        Till { shop, templates }
    }

    /// Ten vouchers of 8.80 yuan, with this changed; the template's id.
    fn template(&self, change: impl FnOnce(&mut Template)) -> String {
        self.templates.paid(|template| {
            template.quantity = 10;
            change(template);
        })
    }

    fn send(&self, template_id: &str, out_biz_no: &str) -> String {
        let request =
            json!({"template_id": template_id, "user_id": CUSTOMER, "out_biz_no": out_biz_no, "memo": "优酷"});
        let sent = succeed(&self.shop.server.client(), SEND, &request);
        sent["voucher_id"].as_str().expect("an id").to_owned()
    }

    /// Pays at once; the answer.
    fn pay(&self, out_trade_no: &str, total_amount: &str, more: &Value) -> Value {
        let mut request = json!({"out_trade_no": out_trade_no, "scene": "bar_code", "subject": "苹果",
            "auth_code": format!("28{}", &CUSTOMER[2..]), "total_amount": total_amount, "store_id": SHOP});
        for (member, value) in more.as_object().expect("an object") {
            request[member] = value.clone();
        }
        succeed(&self.shop.server.client(), "alipay.trade.pay", &request)
    }

    fn refund(&self, out_trade_no: &str, out_request_no: &str, amount: &str) -> Value {
        let request = json!({"out_trade_no": out_trade_no, "out_request_no": out_request_no, "refund_amount": amount});
        succeed(&self.shop.server.client(), "alipay.trade.refund", &request)
    }

    fn voucher(&self, voucher_id: &str) -> Value {
        succeed(&self.shop.server.client(), QUERY, &json!({"voucher_id": voucher_id}))
    }

    fn status(&self, voucher_id: &str) -> String {
        self.voucher(voucher_id)["status"].as_str().expect("a status").to_owned()
    }

    /// Kind and amount of each bill of a voucher.
    fn bills(&self, voucher_id: &str) -> Vec<(String, String)> {
        let voucher = self.voucher(voucher_id);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let bills = voucher["bill_details"].as_array().cloned().unwrap_or_default();
        bills.iter().map(|bill| (text(&bill["biz_type"]), text(&bill["amount"]))).collect()
    }

    fn totals(&self, template_id: &str) -> Totals {
        let number = TemplateIdText::parse(template_id).expect("an id").number;
        block_on(self.templates.store.read::<_, Fault, _>(move |tx: &mut Tx| store::template::totals(tx, number)))
            .expect("it can be read")
    }

    fn balances(&self) -> [i64; 3] {
        [CUSTOMER, PID, SPONSOR].map(|user_id| self.shop.balance(user_id))
    }

    fn proves(&self) {
        let proved = self.shop.server.command(&["prove"]);
        assert!(proved.status.success(), "{}{}", text_of(&proved.stdout), text_of(&proved.stderr));
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn bill(kind: &str, amount: &str) -> (String, String) {
    (kind.to_owned(), amount.to_owned())
}

each_engine!(a_payment_takes_one_coupon_and_one_cash_voucher, |engine| {
    let till = Till::open(engine);
    let coupon = till.shop.wallet().give_new(CUSTOMER, ToolKind::Money, &json!({"name": "五元券", "worth_value": "5"}));
    let template = till.template(|_| {});
    let [first, second] = ["1", "2"].map(|no| till.send(&template, no));
    assert_eq!(till.balances(), [10_000, 0, 10_000 - 8_800]);
    let paid = till.pay("both", "20.00", &json!({}));
    // 8.80 are more than 5.00, so they come first; the seller pays for the coupon alone.
    let amounts = ["receipt_amount", "buyer_pay_amount", "invoice_amount", "discount_amount", "mdiscount_amount"];
    assert_eq!(amounts.map(|name| &paid[name]), ["15.00", "6.20", "6.20", "8.80", "5.00"]);
    let cash = &paid["voucher_detail_list"].as_array().expect("vouchers").iter().find(|one| one["id"] == *first);
    let expect = json!({"id": first, "name": "8.8元代金券", "type": "ALIPAY_CASH_VOUCHER", "amount": "8.80",
        "merchant_contribute": "0.00", "other_contribute": "8.80", "memo": "优酷", "template_id": template,
        "other_contribute_detail": [{"contribute_type": "BRAND", "contribute_amount": "8.80"}]});
    assert_eq!(cash.expect("the cash voucher"), &expect);
    let mut bills: Vec<_> = paid["fund_bill_list"].as_array().expect("bills").clone();
    bills.sort_by_key(|bill| bill["fund_channel"].as_str().map(str::to_owned));
    let expect = [("ALIPAYACCOUNT", "6.20"), ("COUPON", "8.80"), ("MDISCOUNT", "5.00")]
        .map(|(fund_channel, amount)| json!({"fund_channel": fund_channel, "amount": amount}));
    assert_eq!(bills, expect);
    assert_eq!(till.balances(), [10_000 - 620, 1_500, 1_200]);
    assert_eq!(
        [&first, &second, &coupon].map(|id| till.shop.voucher(id)["status"].clone()),
        ["USED", "ENABLED", "USED"]
    );
    let used = till.voucher(&first);
    assert_eq!((&used["available_amount"], &used["total_amount"]), (&json!("0.00"), &json!("8.80")));
    let expect = json!([{"trade_no": paid["trade_no"], "amount": "8.80", "status": "S", "partner_id": PID,
        "partner_name": "花果山超市", "biz_type": "V_USE", "gmt_create": "2026-01-01 12:00:00"}]);
    assert_eq!(used["bill_details"], expect);
    let totals = Totals { published: 2, used: 1, used_fen: 880, ..Totals::default() };
    assert_eq!(till.totals(&template), totals);
    // No change is given: what the order is smaller by stays in the fund.
    let small = till.pay("small", "3.00", &json!({}));
    assert_eq!((&small["buyer_pay_amount"], &small["receipt_amount"]), (&json!("0.00"), &json!("3.00")));
    assert_eq!(till.totals(&template), Totals { used: 2, used_fen: 1_180, ..totals });
    assert_eq!(till.balances(), [10_000 - 620, 1_800, 1_200]);
    till.proves();
});

each_engine!(a_voucher_is_taken_where_its_rules_say_so, |engine| {
    let till = Till::open(engine);
    let rules = |rules: &'static str| {
        move |template: &mut Template| {
            template.quantity = 1;
            template.rules = rules.to_owned();
        }
    };
    let all = |name: &str, amount: &str, more: Value, takes: bool| {
        let paid = till.pay(name, amount, &more);
        assert_eq!(paid["discount_amount"] != "0.00", takes, "{name}: {paid}");
    };
    let nowhere = [
        r#"{"PID":"2088201914979022"}"#,
        r#"{"STORE":"2015121600077000000002388299"}"#,
        r#"{"payeeUserId":"2088201914979022"}"#,
        r#"{"bizProduct":"QUICK_MSECURITY_PAY"}"#,
        r#"{"CUSTOMBUSINESS":"1"}"#,
        r#"{"EBPPUSERNUM":"1"}"#,
    ];
    for (nth, text) in nowhere.into_iter().enumerate() {
        let template = till.template(rules(text));
        till.send(&template, &format!("n{nth}"));
    }
    all("nowhere", "10.00", json!({"product_code": "FACE_TO_FACE_PAYMENT"}), false);
    let here = r#"{"PID":"2088201914979022,2088201914979011","STORE":"2015121600077000000002388200","payeeUserId":"2088201914979011","bizProduct":"FACE_TO_FACE_PAYMENT"}"#;
    till.send(&till.template(rules(here)), "here");
    all("elsewhere", "10.00", json!({}), false);
    all("no_shop", "10.00", json!({"product_code": "FACE_TO_FACE_PAYMENT", "store_id": ""}), false);
    all(
        "switched_off",
        "20.00",
        json!({"product_code": "FACE_TO_FACE_PAYMENT", "disable_pay_channels": "voucher"}),
        false,
    );
    all("here", "10.00", json!({"product_code": "FACE_TO_FACE_PAYMENT"}), true);
    // The least order counts what may be lowered.
    let floor = till.template(|template| {
        template.quantity = 1;
        template.floor_fen = 1_500;
    });
    till.send(&floor, "floor");
    all("below", "14.99", json!({}), false);
    all("fixed_part", "20.00", json!({"undiscountable_amount": "5.01"}), false);
    all("at", "15.00", json!({}), true);
    till.proves();
});

each_engine!(a_voucher_is_of_any_merchant_that_its_rules_do_not_exclude, |engine| {
    let till = Till::open(engine);
    let of_other = Templates::of(&till.shop.server, OTHER_PID, SPONSOR);
    let template = of_other.paid(|template| template.quantity = 1);
    let client = till.shop.server.client_of(crate::running::OTHER_APP_ID, None);
    let sent = succeed(&client, SEND, &json!({"template_id": template, "user_id": CUSTOMER, "out_biz_no": "1"}));
    let paid = till.pay("foreign", "20.00", &json!({}));
    assert_eq!(paid["voucher_detail_list"][0]["id"], sent["voucher_id"]);
    // Its maker sees where it was used; the merchant that took it has no such voucher.
    let seen = succeed(&client, QUERY, &json!({"voucher_id": sent["voucher_id"]}));
    assert_eq!((&seen["status"], &seen["bill_details"][0]["partner_id"]), (&json!("USED"), &json!(PID)));
    let own = call(&till.shop.server.client(), QUERY, &json!({"voucher_id": sent["voucher_id"]}));
    assert_eq!(own.node["sub_code"], "VOUCHER_NOT_EXIST");
    till.proves();
});

each_engine!(a_refund_gives_the_vouchers_part_to_its_sponsor, |engine| {
    let till = Till::open(engine);
    let template = till.template(|_| {});
    let voucher = till.send(&template, "1");
    till.pay("apples", "20.00", &json!({}));
    assert_eq!(till.balances(), [8_880, 2_000, 1_200]);
    // 8.80 × 3.33 ÷ 20.00 = 1.4652.
    let part = till.refund("apples", "r1", "3.33");
    let amounts = ["present_refund_buyer_amount", "present_refund_discount_amount", "present_refund_mdiscount_amount"];
    assert_eq!(amounts.map(|name| &part[name]), ["1.86", "1.47", "0.00"]);
    let expect =
        json!([{"fund_channel": "ALIPAYACCOUNT", "amount": "1.86"}, {"fund_channel": "COUPON", "amount": "1.47"}]);
    assert_eq!(part["refund_detail_item_list"], expect);
    assert_eq!(till.balances(), [9_066, 1_667, 1_347]);
    assert_eq!((till.status(&voucher).as_str(), till.totals(&template).refunded_fen), ("USED", 147));
    // The same again says the same, and moves nothing.
    let again = till.refund("apples", "r1", "3.33");
    assert_eq!(
        (again["fund_change"].as_str(), amounts.map(|name| &again[name])),
        (Some("N"), amounts.map(|name| &part[name]))
    );
    assert_eq!(till.balances(), [9_066, 1_667, 1_347]);
    till.refund("apples", "r2", "16.67");
    assert_eq!(till.balances(), [10_000, 0, 2_080]);
    assert_eq!(till.status(&voucher), "REFUNDED");
    assert_eq!(till.bills(&voucher), [bill("V_USE", "8.80"), bill("V_REFUND", "1.47"), bill("V_REFUND", "7.33")]);
    let totals = till.totals(&template);
    assert_eq!((totals.used, totals.used_fen, totals.refunded_fen, totals.recycled_fen()), (1, 880, 880, 880));
    // It is not given again.
    let paid = till.pay("pears", "20.00", &json!({}));
    assert_eq!(paid["discount_amount"], "0.00");
    till.proves();
});

each_engine!(a_seller_who_has_paid_for_the_voucher_keeps_its_part, |engine| {
    let till = Till::with_sponsor(engine, PID);
    // The seller has what a first customer paid.
    till.pay("before", "90.00", &json!({}));
    let template = till.template(|_| {});
    let voucher = till.send(&template, "1");
    assert_eq!(till.balances(), [1_000, 200, 10_000]);
    let paid = till.pay("apples", "10.00", &json!({}));
    let amounts = ["receipt_amount", "buyer_pay_amount", "discount_amount", "mdiscount_amount"];
    assert_eq!(amounts.map(|name| &paid[name]), ["1.20", "1.20", "0.00", "8.80"]);
    let detail = &paid["voucher_detail_list"][0];
    assert_eq!((&detail["merchant_contribute"], &detail["other_contribute"]), (&json!("8.80"), &json!("0.00")));
    assert_eq!(till.balances(), [880, 1_200, 10_000]);
    let refund = till.refund("apples", "r1", "10.00");
    let amounts = ["present_refund_buyer_amount", "present_refund_discount_amount", "present_refund_mdiscount_amount"];
    assert_eq!(amounts.map(|name| &refund[name]), ["1.20", "0.00", "8.80"]);
    assert_eq!((till.balances(), till.status(&voucher).as_str()), ([1_000, 1_080, 10_000], "REFUNDED"));
    till.proves();
});

each_engine!(what_goes_back_to_a_buyer_as_sponsor_does_not_pay_for_the_trade, |engine| {
    let till = Till::with_sponsor(engine, CUSTOMER);
    let template = till.template(|template| template.quantity = 2);
    let [_, last] = ["1", "2"].map(|no| till.send(&template, no));
    let client = till.shop.server.client();
    let end = json!({"template_id": template, "out_biz_no": "1", "publish_end_time": "2026-01-01 11:00:00"});
    succeed(&client, MODIFY, &end);
    // One leaves 5.80 in the fund, which goes back with the other, for sending has ended.
    till.pay("small", "3.00", &json!({}));
    till.pay("without", "82.00", &json!({"disable_pay_channels": "voucher"}));
    assert_eq!(till.balances()[0], 40);
    let order = |out_trade_no: &str, total_amount: &str| {
        json!({"out_trade_no": out_trade_no, "scene": "bar_code", "subject": "苹果", "buyer_id": CUSTOMER,
            "total_amount": total_amount})
    };
    refuse(&client, "alipay.trade.pay", &order("dear", "10.00"), "ACQ.BUYER_BALANCE_NOT_ENOUGH");
    assert_eq!((till.balances()[0], till.status(&last).as_str()), (40, "ENABLED"));
    succeed(&client, "alipay.trade.pay", &order("cheap", "9.00"));
    assert_eq!((till.balances()[0], till.totals(&template).returned_fen), (40 - 20 + 580, 580));
    till.proves();
});

each_engine!(a_cancelled_payment_gives_the_voucher_up, |engine| {
    let till = Till::open(engine);
    let voucher = till.send(&till.template(|_| {}), "1");
    till.pay("apples", "20.00", &json!({}));
    succeed(&till.shop.server.client(), "alipay.trade.cancel", &json!({"out_trade_no": "apples"}));
    assert_eq!((till.balances(), till.status(&voucher).as_str()), ([10_000, 0, 2_080], "REFUNDED"));
    till.proves();
});

each_engine!(the_cashier_holds_a_coupon_and_a_cash_voucher, |engine| {
    let till = Till::open(engine);
    let shop = &till.shop;
    let coupon = shop.wallet().give_new(CUSTOMER, ToolKind::Money, &json!({"name": "五元券", "worth_value": "5"}));
    let template = till.template(|_| {});
    let [first, second] = ["1", "2"].map(|no| till.send(&template, no));
    let sale = shop.sell(CUSTOMER, "苹果", "20.00");
    let page = text(&shop.get(&sale.target, ""));
    assert!(page.contains("现金抵价券") && page.contains("8.8元代金券") && page.contains("五元券"), "{page}");
    let held = |id: &str| shop.voucher(id)["status"].as_str().expect("a status").to_owned();
    assert_eq!([&first, &second, &coupon].map(|id| held(id)), ["USING", "ENABLED", "USING"]);
    assert_eq!(till.bills(&first), [bill("V_USE", "8.80")]);
    assert_eq!(till.voucher(&first)["bill_details"][0]["status"], "I");
    // Another payment meanwhile finds the other voucher.
    let other = till.pay("meanwhile", "20.00", &json!({}));
    assert_eq!(other["voucher_detail_list"].as_array().map(Vec::len), Some(1));
    assert_eq!(other["voucher_detail_list"][0]["id"], *second);
    // Without a cash voucher; and with it again.
    let without = format!("{}&cash=none", sale.target);
    text(&shop.get(&without, ""));
    assert_eq!((held(&first).as_str(), held(&coupon).as_str()), ("ENABLED", "USING"));
    let with = format!("{}&cash={first}&coupon=none", sale.target);
    text(&shop.get(&with, ""));
    assert_eq!((held(&first).as_str(), held(&coupon).as_str()), ("USING", "ENABLED"));
    shop.submit(&with, &format!("pin={PIN}"));
    assert_eq!(
        (shop.status(&sale).as_str(), held(&first).as_str(), held(&coupon).as_str()),
        ("TRADE_SUCCESS", "USED", "ENABLED")
    );
    let paid = text(&shop.get(&sale.target, ""));
    assert!(paid.contains("−¥8.80") && !paid.contains("−¥5.00"), "{paid}");
    till.proves();
});

each_engine!(a_trade_that_ends_unpaid_frees_its_voucher, |engine| {
    let till = Till::open(engine);
    let shop = &till.shop;
    let voucher = till.send(&till.template(|_| {}), "1");
    for end in ["close", "cancel", "time"] {
        let sale = shop.sell(CUSTOMER, "苹果", "20.00");
        text(&shop.get(&sale.target, ""));
        assert_eq!(till.status(&voucher), "USING", "{end}");
        match end {
            "close" => shop.close(&sale),
            "cancel" => {
                succeed(&shop.server.client(), "alipay.trade.cancel", &json!({"trade_no": sale.trade_no}));
            }
            _ => shop.wait("31m"),
        }
        assert_eq!(till.status(&voucher), "ENABLED", "{end}");
    }
    till.proves();
});

each_engine!(an_operator_bars_a_voucher_and_frees_it, |engine| {
    let till = Till::open(engine);
    let voucher = till.send(&till.template(|_| {}), "1");
    let bar = |verb: &str, voucher_id: &str| till.shop.server.command(&["voucher", verb, voucher_id]);
    assert!(bar("disable", &voucher).status.success() && bar("disable", &voucher).status.success());
    assert_eq!(till.status(&voucher), "DISABLED");
    assert_eq!(till.pay("apples", "20.00", &json!({}))["discount_amount"], "0.00");
    assert!(bar("enable", &voucher).status.success());
    assert_eq!(till.pay("pears", "20.00", &json!({}))["discount_amount"], "8.80");
    let late = bar("disable", &voucher);
    assert!(!late.status.success() && text_of(&late.stderr).contains("was used"), "{}", text_of(&late.stderr));
    let coupon = till.shop.wallet().give_new(CUSTOMER, ToolKind::Money, &json!({"name": "五元券", "worth_value": "5"}));
    assert!(text_of(&bar("disable", &coupon).stderr).contains("no such cash voucher"));
    till.proves();
});

each_engine!(what_is_not_used_goes_back, |engine| {
    let till = Till::open(engine);
    // Valid for a day, and sent until the end of January.
    let template = till.template(|template| {
        template.valid_period = ValidPeriod::Relative { duration: 1, unit: Unit::Day };
    });
    let [used, unused] = ["1", "2"].map(|no| till.send(&template, no));
    till.pay("apples", "5.00", &json!({}));
    let which = if till.status(&used) == "USED" { &unused } else { &used };
    assert_eq!(till.balances(), [10_000, 500, 1_200]);
    till.shop.wait("25h");
    // One has expired; with it goes back what the used one left.
    assert_eq!(till.status(which), "EXPIRED");
    assert_eq!(till.voucher(which)["available_amount"], "0.00");
    let totals = Totals { published: 2, used: 1, used_fen: 500, expired: 1, refunded_fen: 0, returned_fen: 880 + 380 };
    assert_eq!((till.totals(&template), till.balances()), (totals, [10_000, 500, 1_200 + 1_260]));
    till.proves();
    // At the end of January the unsent rest follows; nothing is left.
    till.shop.wait("31d");
    let totals = Totals { returned_fen: 8_800 - 500, ..totals };
    assert_eq!((till.totals(&template), till.balances()), (totals, [10_000, 500, 10_000 - 500]));
    till.proves();
});

each_engine!(the_last_voucher_of_an_ended_template_gives_back_what_it_leaves, |engine| {
    let till = Till::open(engine);
    let template = till.template(|template| {
        template.quantity = 1;
        template.publication.ends_at = NOON + 3_600_000;
    });
    till.send(&template, "1");
    till.shop.wait("2h");
    assert_eq!(till.totals(&template), Totals { published: 1, ..Totals::default() });
    till.pay("apples", "5.00", &json!({}));
    let totals = Totals { published: 1, used: 1, used_fen: 500, returned_fen: 380, ..Totals::default() };
    assert_eq!((till.totals(&template), till.balances()), (totals, [10_000, 500, 10_000 - 500]));
    till.proves();
});

each_engine!(a_use_is_notified_once, |engine| {
    let till = Till::open(engine);
    let mailbox = Mailbox::start();
    let url = mailbox.url("/ok");
    let template = till.template(|template| template.origin.notify_url = Some(url));
    let voucher = till.send(&template, "1");
    let paid = till.pay("apples", "20.00", &json!({}));
    till.refund("apples", "r1", "20.00");
    let letters = mailbox.wait("/ok", 1);
    let expect = [
        ("notify_type", "voucher_flux"),
        ("alipay_biz_no", paid["trade_no"].as_str().expect("a number")),
        ("biz_time", "2026-01-01 12:00:00"),
        ("flux_amount", "8.80"),
        ("voucher_id", &voucher),
        ("partner_id", PID),
        ("partner_name", "花果山超市"),
    ];
    for (name, value) in expect {
        assert_eq!(letters[0].get(name), value, "{name}");
    }
    // A refund tells nothing.
    till.shop.wait("1h");
    assert_eq!(mailbox.letters("/ok").len(), 1);
    till.proves();
});

each_engine!(of_many_payments_at_once_one_gets_the_voucher, |engine| {
    const AT_ONCE: usize = 64;
    let till = Till::open(engine);
    let voucher = till.send(&till.template(|template| template.quantity = 1), "1");
    let start = Barrier::new(AT_ONCE);
    let off: Vec<String> = std::thread::scope(|scope| {
        let pay = |nth: usize| {
            let (till, start) = (&till, &start);
            scope.spawn(move || {
                start.wait();
                let paid = till.pay(&format!("t{nth}"), "1.00", &json!({}));
                paid["discount_amount"].as_str().expect("an amount").to_owned()
            })
        };
        let payments: Vec<_> = (0..AT_ONCE).map(pay).collect();
        payments.into_iter().map(|payment| payment.join().expect("an answer")).collect()
    });
    assert_eq!(off.iter().filter(|off| *off == "1.00").count(), 1, "{off:?}");
    assert_eq!((till.bills(&voucher), till.status(&voucher).as_str()), (vec![bill("V_USE", "1.00")], "USED"));
    till.proves();
});

each_engine!(thousands_expire_while_calls_are_answered, |engine| {
    const VOUCHERS: i64 = 1_000;
    let till = Till::open(engine);
    let template = till.template(|template| {
        template.quantity = VOUCHERS;
        template.amount_fen = 10;
        template.valid_period = ValidPeriod::Absolute { starts_at: NOON, ends_at: NOON + 3_600_000 };
    });
    let number = TemplateIdText::parse(&template).expect("an id").number;
    let store = Store::open(&till.shop.server.place(), Open::default()).expect("the server's store");
    let first: i64 = block_on(store.next_numbers(u16::try_from(VOUCHERS).expect("a few")))
        .map_err(|fault: Fault| fault)
        .expect("numbers");
    let insert = move |tx: &mut Tx| {
        let voucher = |nth: i64| domain::cash_voucher::CashVoucher {
            id: domain::id::VoucherId::new(NOON, store::cash_voucher::bucket(CUSTOMER).id(first + nth)),
            template: number,
            user_id: CUSTOMER.to_owned(),
            memo: None,
            redemption: domain::redemption::Redemption::new(NOON, NOON + 3_600_000),
            version: 1,
        };
        let vouchers: Vec<_> = (0..VOUCHERS).map(voucher).collect();
        let template = store::template::get(tx, number)?.expect("it was made");
        store::cash_voucher::insert(tx, &template.pid, &vouchers)?;
        store::template::publish(tx, &template, VOUCHERS).map(|left| assert!(left))
    };
    block_on(store.write::<_, Fault, _>(insert)).expect("they are kept");
    till.shop.wait("2h");
    let totals = till.totals(&template);
    assert_eq!((totals.expired, totals.returned_fen), (VOUCHERS, 10 * VOUCHERS));
    assert_eq!(till.balances()[2], 10_000);
    till.proves();
});
