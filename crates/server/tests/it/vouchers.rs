//! Cash vouchers, as a merchant sends them and looks them up.

use crate::running::{OTHER_APP_ID, PID, Running, call, each_engine, refuse, succeed, world};
use crate::voucher_kit::{LIST, QUERY, SEND, Templates, end_of};
use crate::wallet::{DAY, NOON};
use client::Client;
use domain::cash_voucher::CashVoucher;
use domain::id::{TemplateIdText, TradeNoText, VoucherId};
use domain::template::{Publication, Unit, ValidPeriod};
use serde_json::{Value, json};
use store::testing::{Engine, block_on};
use store::trade::TradeVoucher;
use store::{Fault, Tx};

const MEMBER: &str = "2088102146931393";
const FRIEND: &str = "2088102146931394";
const SPONSOR: &str = "2088102146931399";
const NOBODY: &str = "2088000000000009";
/// A PID of the merchant's licence, and one of another.
const COGNATE: &str = "2088201914979010";
const PIDS: &str = "alipay.marketing.userule.pid.query";
const STORES: &str = "ant.merchant.expand.merchant.storelist.query";

/// The merchant, at noon of 2026-01-01.
struct Sender {
    server: Running,
    client: Client,
    templates: Templates,
}

fn sender_world() -> String {
    let shop = |shop_id: &str, more: &str| format!("[[merchant.shop]]\nshop_id = \"{shop_id}\"\n{more}\n");
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let more = "address = \"杭州市西湖区\"\nstore_id = \"123456\"\nshop_type = \"01\"\nlongitude = \"120.131441\"\n\
                latitude = \"30.279383\"\nname = \"测试门店\"";
    let shops = [shop("2015121600077000000002388202", more), shop("2015121600077000000002388200", "")].concat();
    let world = world().replace(&merchant, &format!("{merchant}\nmid = \"licence\"\n{shops}"));
    let others = format!(
        "[[merchant]]\npid = \"{COGNATE}\"\nmid = \"licence\"\n{}[[merchant]]\npid = \"2088201914979099\"\nmid = \"other\"\n{}",
        shop("2015121600077000000002388201", "name = \"another's\""),
        shop("2015121600077000000002388203", "")
    );
    let user =
        |user_id: &str, more: &str| format!("[[user]]\nuser_id = \"{user_id}\"\nbalance = \"100000.00\"\n{more}\n");
    [
        world,
        others,
        user(MEMBER, "login_id = \"13196215350\"\ntaobao_nick = \"yue54333\""),
        user(FRIEND, "login_id = \"friend@example.com\"\ntaobao_nick = \"朋友\""),
        user(SPONSOR, ""),
    ]
    .join("\n")
}

impl Sender {
    fn open(engine: Engine) -> Sender {
        let server = Running::start_with(engine, &sender_world(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
        let (client, templates) = (server.client(), Templates::of(&server, PID, SPONSOR));
        Sender { server, client, templates }
    }

    /// Sends the member a voucher; its id.
    fn send(&self, template_id: &str, out_biz_no: &str) -> String {
        voucher_id(&succeed(&self.client, SEND, &to_member(template_id, out_biz_no)))
    }

    fn query(&self, voucher_id: &str) -> Value {
        succeed(&self.client, QUERY, &json!({"voucher_id": voucher_id}))
    }

    /// Each voucher of the member with its status.
    fn list(&self, template_id: &str) -> Vec<(String, String)> {
        let node = succeed(&self.client, LIST, &json!({"template_id": template_id, "user_id": MEMBER}));
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let vouchers = node["vouchers"].as_array().expect("an array").iter();
        vouchers.map(|voucher| (text(&voucher["voucher_id"]), text(&voucher["status"]))).collect()
    }

    /// Status and balance of a voucher.
    fn stands(&self, voucher_id: &str) -> [String; 2] {
        let node = self.query(voucher_id);
        ["status", "available_amount"].map(|name| node[name].as_str().expect("a text").to_owned())
    }

    fn wait(&self, duration: &str) {
        self.done(&["clock", "advance", duration]);
    }

    fn prove(&self) {
        self.done(&["prove"]);
    }

    fn done(&self, arguments: &[&str]) {
        let output = self.server.command(arguments);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{arguments:?}: {}{}", said(&output.stdout), said(&output.stderr));
    }

    /// A refusal, to the letter.
    fn refused(&self, method: &str, request: &Value, sub_code: &str, sub_msg: &str) {
        let answer = refuse(&self.client, method, request, sub_code);
        assert_eq!((answer.code.as_str(), answer.sub_msg.as_deref()), ("40004", Some(sub_msg)), "{method} {request}");
    }
}

fn to_member(template_id: &str, out_biz_no: &str) -> Value {
    json!({"template_id": template_id, "user_id": MEMBER, "out_biz_no": out_biz_no})
}

/// With these members; one that is null is absent.
fn with(mut request: Value, more: &Value) -> Value {
    for (member, value) in more.as_object().expect("an object") {
        request[member] = value.clone();
    }
    request
}

fn voucher_id(node: &Value) -> String {
    node["voucher_id"].as_str().expect("an id").to_owned()
}

/// The text for a field that cannot be read.
fn illegal(field: &str) -> String {
    format!("参数有误REQUEST_PARAM_ILLEGAL|异常原因:请求参数非法|{field}为空或格式错误")
}

each_engine!(a_voucher_is_sent_once_and_found, |engine| {
    let sender = Sender::open(engine);
    let template = sender.templates.paid(|_| {});
    let request = with(
        to_member(&template, "1"),
        &json!({"memo": "优酷3个月兑换券", "extend_info": "{\"alipayMiniAppToken\":\"t\"}"}),
    );
    let sent = succeed(&sender.client, SEND, &request);
    let first = voucher_id(&sent);
    assert!(first.len() == 28 && first.starts_with("2026010100073"), "{first}");
    assert_eq!(sent["user_id"], MEMBER);
    let expect = json!({"voucher_id": first, "name": "8.8元代金券", "user_id": MEMBER, "template_id": template,
        "gmt_create": "2026-01-01 12:00:00", "gmt_active": "2026-01-01 12:00:00", "gmt_expired": "2026-01-11 12:00:00",
        "total_amount": "8.80", "available_amount": "8.80", "status": "ENABLED", "extend_info": "{}"});
    for (name, value) in expect.as_object().expect("an object") {
        assert_eq!(&sender.query(&first)[name], value, "{name}");
    }
    assert_eq!(sender.query(&first).get("bill_details"), None);
    let numbered = domain::id::VoucherIdText::parse(&first).expect("an id").number;
    let kept = sender.templates.store.read::<_, Fault, _>(move |tx: &mut Tx| store::cash_voucher::get(tx, numbered));
    assert_eq!(block_on(kept).expect("it can be read").and_then(|kept| kept.memo).as_deref(), Some("优酷3个月兑换券"));
    // Newest first, and of one moment the higher number.
    assert_eq!(sender.send(&template, "1"), first);
    sender.wait("1h");
    let second = sender.send(&template, "2");
    assert_eq!(sender.send(&template, "1"), first);
    let enabled = |id: &str| (id.to_owned(), "ENABLED".to_owned());
    assert_eq!(sender.list(&template), [enabled(&second), enabled(&first)]);
    let node = succeed(&sender.client, LIST, &json!({"template_id": template, "user_id": MEMBER}));
    assert_eq!(node["vouchers"][1]["send_time"], "2026-01-01 12:00:00");
    assert_eq!(node["vouchers"][1]["template_id"], template);
    for who in [json!({"user_id": FRIEND}), json!({"user_id": NOBODY}), json!({"open_id": "o"})] {
        let node = succeed(&sender.client, LIST, &with(json!({"template_id": template}), &who));
        assert_eq!(node["vouchers"], json!([]), "{who}");
    }
    sender.prove();
});

each_engine!(the_first_name_decides, |engine| {
    let sender = Sender::open(engine);
    let template = sender.templates.paid(|_| {});
    let names = |user: &Value, login: &Value, nick: &Value, open: &Value| json!({"template_id": template, "user_id": user, "login_id": login, "taobao_nick": nick, "open_id": open});
    let (none, unknown) = (json!(null), json!("nobody"));
    let (login, nick) = (json!("13196215350"), json!("yue54333"));
    for (nth, (request, expect)) in [
        (names(&json!(FRIEND), &login, &nick, &none), Some(FRIEND)),
        (names(&json!(MEMBER), &unknown, &unknown, &unknown), Some(MEMBER)),
        (names(&none, &login, &json!("朋友"), &unknown), Some(MEMBER)),
        (names(&json!(""), &json!("friend@example.com"), &none, &none), Some(FRIEND)),
        (names(&none, &none, &nick, &unknown), Some(MEMBER)),
        (names(&none, &json!(""), &json!("朋友"), &none), Some(FRIEND)),
        (names(&json!(NOBODY), &login, &nick, &none), None),
        (names(&none, &unknown, &nick, &none), None),
        (names(&none, &none, &unknown, &none), None),
        (names(&none, &none, &none, &unknown), None),
        // A pay code or a login id is no nickname.
        (names(&none, &none, &login, &none), None),
        (names(&none, &nick, &none, &none), None),
    ]
    .into_iter()
    .enumerate()
    {
        let request = with(request, &json!({"out_biz_no": format!("n{nth}")}));
        match expect {
            Some(user_id) => assert_eq!(succeed(&sender.client, SEND, &request)["user_id"], user_id, "{request}"),
            None => sender.refused(SEND, &request, "unknown-sub-code", "未知的错误码CIF_USER_NOT_EXIST"),
        }
    }
    // By whatever name: it is the same user.
    let by_name = json!({"template_id": template, "login_id": "13196215350", "out_biz_no": "n1"});
    assert_eq!(succeed(&sender.client, SEND, &by_name)["voucher_id"], sender.send(&template, "n1"));
    sender.prove();
});

each_engine!(every_rule_says_no_to_the_letter, |engine| {
    let sender = Sender::open(engine);
    let templates = &sender.templates;
    let template = templates.paid(|_| {});
    let long = |chars: usize| json!("x".repeat(chars));
    for (more, field) in [
        (json!({"template_id": null}), "券模板ID(template_id)"),
        (json!({"template_id": long(29)}), "券模板ID(template_id)"),
        (json!({"out_biz_no": ""}), "外部业务订单号(out_biz_no)"),
        (json!({"out_biz_no": long(65)}), "外部业务订单号(out_biz_no)"),
        (json!({"user_id": null}), "支付宝用户ID(user_id)"),
        (json!({"user_id": "20881021469313930"}), "支付宝用户ID(user_id)"),
        (json!({"user_id": [MEMBER]}), "支付宝用户ID(user_id)"),
        (json!({"login_id": long(129)}), "支付宝登录ID(login_id)"),
        (json!({"taobao_nick": long(129)}), "淘宝昵称(taobao_nick)"),
        (json!({"memo": long(129)}), "发券备注(memo)"),
        (json!({"extend_info": "{\"a\":1}"}), "扩展参数(extend_info)"),
        (json!({"amount": "8.801"}), "券金额(amount)"),
        (json!({"open_id": long(129)}), "用户open_id(open_id)"),
    ] {
        let request = with(to_member(&template, "fresh"), &more);
        sender.refused(SEND, &request, "INVALID_PARAMETER", &illegal(field));
    }
    let amount = with(to_member(&template, "fresh"), &json!({"amount": "9.99"}));
    sender.refused(SEND, &amount, "INVALID_PARAMETER", "参数有误，amount仅红包发放时填写");
    for (method, request, field) in [
        (LIST, json!({"user_id": MEMBER}), "券模板ID(template_id)"),
        (LIST, json!({"template_id": template}), "支付宝用户ID(user_id)"),
        (LIST, json!({"template_id": template, "user_id": long(21)}), "支付宝用户ID(user_id)"),
        (QUERY, json!({}), "券ID(voucher_id)"),
        (QUERY, json!({"voucher_id": long(29)}), "券ID(voucher_id)"),
        (PIDS, json!({}), "合作伙伴ID(pid)"),
        (PIDS, json!({"pid": long(17)}), "合作伙伴ID(pid)"),
        (STORES, json!({"page_size": 31}), "每页记录条数(page_size)"),
        (STORES, json!({"page_size": 0}), "每页记录条数(page_size)"),
        (STORES, json!({"page_num": "0"}), "页码(page_num)"),
        (STORES, json!({"is_include_cognate": "TRUE"}), "是否包含同mid下的其他pid的店铺(is_include_cognate)"),
    ] {
        sender.refused(method, &request, "INVALID_PARAMETER", &illegal(field));
    }

    let draft = templates.draft(|_| {}).id.to_text();
    let later = templates.paid(|it| it.publication.starts_at = NOON + 1);
    let over = templates.paid(|it| {
        it.valid_period = ValidPeriod::Absolute { starts_at: NOON - 2 * DAY, ends_at: NOON - 1_000 };
    });
    let gone = templates.paid(|it| it.quantity = 1);
    sender.send(&gone, "first");
    let none = "VOUCHER_TEMPLATE_NOT_EXIST";
    let other_day = template.replacen("20260101", "20260102", 1);
    let not_sendable = ("VOUCHER_TEMPLATE_STATUS_ERROR", "券模板状态不允许发放");
    let unknown = "unknown-sub-code";
    for (template_id, sub_code, sub_msg) in [
        ("20140601000730010040000000EB", none, "券模板不存在"),
        ("1", none, "券模板不存在"),
        (&*other_day, none, "券模板不存在"),
        (&*draft, not_sendable.0, not_sendable.1),
        (&*templates.deleted(), not_sendable.0, not_sendable.1),
        (&*later, unknown, "未知的错误码BEFORE_TEMPLATE_PUBLISH_START_TIME"),
        (&*over, unknown, "未知的错误码AFTER_VOUCHER_END_TIME"),
        (&*gone, unknown, "未知的错误码BUDGET_NOT_ENOUGH_ERROR"),
    ] {
        sender.refused(SEND, &to_member(template_id, "fresh"), sub_code, sub_msg);
        // Who does not exist is told of before anything but the template.
        let nobody = with(to_member(template_id, "fresh"), &json!({"user_id": NOBODY}));
        match sub_code {
            "VOUCHER_TEMPLATE_NOT_EXIST" => sender.refused(SEND, &nobody, sub_code, sub_msg),
            _ => sender.refused(SEND, &nobody, unknown, "未知的错误码CIF_USER_NOT_EXIST"),
        }
    }
    sender.refused(LIST, &json!({"template_id": other_day, "user_id": MEMBER}), none, "券模板不存在");
    let sent = sender.send(&template, "fresh");
    for voucher_id in ["20170616000730020041006ZYE2V", "1", &sent.replacen("20260101", "20260102", 1)] {
        sender.refused(QUERY, &json!({"voucher_id": voucher_id}), "VOUCHER_NOT_EXIST", "券不存在");
    }
    sender.prove();
});

each_engine!(a_repeat_is_answered_whatever_has_become_of_the_template, |engine| {
    let sender = Sender::open(engine);
    let template = sender.templates.paid(|it| it.quantity = 2);
    let other = sender.templates.paid(|_| {});
    let first = sender.send(&template, "1");
    assert_ne!(sender.send(&other, "1"), first, "a key is the template's own");
    let to_friend = |out_biz_no: &str| with(to_member(&template, out_biz_no), &json!({"user_id": FRIEND}));
    let conflict = ("OUT_BIZ_NO_CONFLICT", "外部业务订单号重复且参数不一致");
    sender.refused(SEND, &to_friend("1"), conflict.0, conflict.1);
    // Nothing else is compared.
    let memo = with(to_member(&template, "1"), &json!({"memo": "another"}));
    assert_eq!(voucher_id(&succeed(&sender.client, SEND, &memo)), first);
    // A failed call uses up no key; nor does one of a conflict use up a voucher.
    let nobody = with(to_member(&template, "2"), &json!({"user_id": NOBODY}));
    sender.refused(SEND, &nobody, "unknown-sub-code", "未知的错误码CIF_USER_NOT_EXIST");
    let second = voucher_id(&succeed(&sender.client, SEND, &to_friend("2")));
    let sold_out = ("unknown-sub-code", "未知的错误码BUDGET_NOT_ENOUGH_ERROR");
    sender.refused(SEND, &to_member(&template, "3"), sold_out.0, sold_out.1);
    assert_eq!(sender.send(&template, "1"), first);
    sender.prove();
    // The end of sending, and then the vouchers' own.
    for (wait, at) in [("31d", "ended"), ("60d", "long ended")] {
        sender.wait(wait);
        let ended = "未知的错误码AFTER_TEMPLATE_PUBLISH_END_TIME";
        sender.refused(SEND, &to_member(&template, "4"), "unknown-sub-code", ended);
        sender.refused(SEND, &to_member(&other, "4"), "unknown-sub-code", ended);
        sender.refused(SEND, &to_friend("1"), conflict.0, conflict.1);
        assert_eq!(sender.send(&template, "1"), first, "{at}");
        assert_eq!(voucher_id(&succeed(&sender.client, SEND, &to_friend("2"))), second, "{at}");
        sender.prove();
    }
});

each_engine!(of_one_key_at_once_one_voucher_is_sent, |engine| {
    let sender = Sender::open(engine);
    let template = sender.templates.paid(|_| {});
    let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
        let calls = (0..16).map(|_| scope.spawn(|| sender.send(&template, "the one key")));
        let calls: Vec<_> = calls.collect();
        calls.into_iter().map(|call| call.join().expect("an answer")).collect()
    });
    assert_eq!((ids.len(), sender.list(&template).len()), (1, 1));
    sender.prove();
});

each_engine!(a_voucher_is_valid_in_its_time, |engine| {
    let sender = Sender::open(engine);
    let absolute = ValidPeriod::Absolute { starts_at: NOON + DAY, ends_at: end_of("2026-01-03") };
    let fixed = sender.templates.paid(|it| it.valid_period = absolute);
    let brief =
        sender.templates.paid(|it| it.valid_period = ValidPeriod::Relative { duration: 90, unit: Unit::Minute });
    let (fixed_voucher, brief_voucher) = (sender.send(&fixed, "1"), sender.send(&brief, "1"));
    let shown = sender.query(&fixed_voucher);
    assert_eq!(
        (&shown["gmt_active"], &shown["gmt_expired"]),
        (&json!("2026-01-02 12:00:00"), &json!("2026-01-03 23:59:59"))
    );
    assert_eq!(sender.query(&brief_voucher)["gmt_expired"], "2026-01-01 13:30:00");
    let listed = |template: &str| sender.list(template).remove(0).1;
    let check = |voucher: &str, template: &str, status: &str| {
        let available = if status == "EXPIRED" { "0.00" } else { "8.80" };
        assert_eq!(sender.stands(voucher), [status, available]);
        assert_eq!(listed(template), if status == "ENABLED" { "ENABLED" } else { "DISABLED" });
    };
    check(&fixed_voucher, &fixed, "UNACTIVE");
    check(&brief_voucher, &brief, "ENABLED");
    // The whole of the last second.
    sender.wait("1h30m");
    check(&brief_voucher, &brief, "ENABLED");
    sender.wait("1s");
    check(&brief_voucher, &brief, "EXPIRED");
    // Later ones have their own time.
    let later = sender.send(&brief, "2");
    assert_eq!(sender.query(&later)["gmt_active"], "2026-01-01 13:30:01");
    assert_eq!(sender.query(&later)["gmt_expired"], "2026-01-01 15:00:01");
    sender.prove();
    sender.wait("22h29m58s");
    check(&fixed_voucher, &fixed, "UNACTIVE");
    sender.wait("1s");
    check(&fixed_voucher, &fixed, "ENABLED");
    sender.wait("35h59m59s");
    check(&fixed_voucher, &fixed, "ENABLED");
    sender.wait("1s");
    check(&fixed_voucher, &fixed, "EXPIRED");
    let over = "未知的错误码AFTER_VOUCHER_END_TIME";
    sender.refused(SEND, &to_member(&fixed, "2"), "unknown-sub-code", over);
    sender.prove();
});

each_engine!(sending_begins_and_ends_with_whole_seconds, |engine| {
    let sender = Sender::open(engine);
    let publication = Publication { starts_at: NOON + 60_000, ends_at: NOON + 120_000 };
    let template = sender.templates.paid(|it| it.publication = publication);
    let early = "未知的错误码BEFORE_TEMPLATE_PUBLISH_START_TIME";
    sender.wait("59s");
    sender.refused(SEND, &to_member(&template, "1"), "unknown-sub-code", early);
    sender.wait("1s");
    sender.send(&template, "1");
    sender.wait("1m");
    sender.send(&template, "2");
    sender.wait("1s");
    let late = "未知的错误码AFTER_TEMPLATE_PUBLISH_END_TIME";
    sender.refused(SEND, &to_member(&template, "3"), "unknown-sub-code", late);
    assert_eq!(sender.list(&template).len(), 2);
    sender.prove();
});

// What trades do to vouchers, as they leave it in the store.
each_engine!(bills_say_what_a_voucher_was_used_for, |engine| {
    let sender = Sender::open(engine);
    let template = sender.templates.paid(|_| {});
    let sent = sender.send(&template, "1");
    let made = json!({"out_trade_no": "p1", "buyer_id": MEMBER, "subject": "桃子", "total_amount": "10.00"});
    let trade_no =
        succeed(&sender.client, "alipay.trade.create", &made)["trade_no"].as_str().expect("a number").to_owned();
    let trade = TradeNoText::parse(&trade_no).expect("a number").number;
    sender.wait("1m");
    let now = NOON + 60_000;
    sender.templates.change(&sent, move |_, voucher| {
        Ok(CashVoucher { redemption: voucher.redemption.hold(trade, now).expect("it can be held"), ..voucher })
    });
    assert_eq!(sender.stands(&sent), ["USING", "8.80"]);
    assert_eq!(sender.list(&template)[0].1, "DISABLED");
    let bill = |amount: &str, status: &str, biz_type: &str, at: &str| {
        json!({"trade_no": trade_no, "amount": amount, "status": status, "partner_id": PID, "partner_name": "花果山超市",
            "biz_type": biz_type, "gmt_create": at})
    };
    assert_eq!(sender.query(&sent)["bill_details"], json!([bill("8.80", "I", "V_USE", "2026-01-01 12:00:00")]));
    sender.prove();
    sender.templates.change(&sent, move |tx, voucher| {
        let used = TradeVoucher {
            trade,
            voucher: VoucherId::new(voucher.id.created_at, voucher.id.number),
            name: "8.8元代金券".to_owned(),
            kind: "ALIPAY_CASH_VOUCHER".to_owned(),
            memo: None,
            template: Some("1".to_owned()),
            deducted_fen: 880,
            merchant_fen: 0,
            refunded_fen: 0,
        };
        store::trade::enter_use(tx, &used, 1 << 20, now)?;
        store::trade::enter_refund(tx, &used, 300, 2 << 20, now + 60_000)?;
        Ok(CashVoucher { redemption: voucher.redemption.spend(trade, now).expect("it is held"), ..voucher })
    });
    assert_eq!(sender.stands(&sent), ["USED", "0.00"]);
    assert_eq!(sender.list(&template)[0].1, "DISABLED");
    let bills =
        [bill("8.80", "S", "V_USE", "2026-01-01 12:01:00"), bill("3.00", "S", "V_REFUND", "2026-01-01 12:02:00")];
    assert_eq!(sender.query(&sent)["bill_details"], json!(bills));
});

each_engine!(a_merchants_pids_and_shops_are_listed, |engine| {
    let sender = Sender::open(engine);
    let denied = |method: &str, request: Value| {
        let answer = call(&sender.client, method, &request);
        let told = [Some(answer.code.as_str()), answer.sub_code.as_deref(), answer.sub_msg.as_deref()];
        assert_eq!(told, [Some("40006"), Some("isv.insufficient-isv-permissions"), Some("ISV权限不足")], "{request}");
    };
    let both = format!("{PID},{COGNATE}");
    assert_eq!(succeed(&sender.client, PIDS, &json!({"pid": PID}))["pids"], both.as_str());
    let other = sender.server.client_of(OTHER_APP_ID, None);
    let alone = crate::running::OTHER_PID;
    assert_eq!(succeed(&other, PIDS, &json!({"pid": alone}))["pids"], alone);
    denied(PIDS, json!({"pid": COGNATE}));
    denied(PIDS, json!({"pid": "2088201914979099"}));
    denied(PIDS, json!({"pid": "1"}));

    let stores = |request: Value| succeed(&sender.client, STORES, &request);
    let ids = |request: Value| {
        let node = stores(request);
        let shops = node["merchant_stores"].as_array().expect("an array").iter();
        shops.map(|shop| shop["shop_id"].as_str().expect("an id")[24..].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(json!({})), ["8200", "8202"]);
    assert_eq!(ids(json!({"is_include_cognate": "true"})), ["8200", "8201", "8202"]);
    assert_eq!(ids(json!({"is_include_cognate": true, "pid": COGNATE})), ["8201"]);
    assert_eq!(ids(json!({"is_include_cognate": false, "pid": COGNATE})), ["8201"]);
    assert_eq!(ids(json!({"is_include_cognate": "false", "pid": PID})), ["8200", "8202"]);
    assert_eq!(ids(json!({"is_include_cognate": true, "page_num": 2, "page_size": "2"})), ["8202"]);
    assert_eq!(ids(json!({"page_num": 9_999_999_999_u64, "page_size": 30})), Vec::<String>::new());
    denied(STORES, json!({"pid": "2088201914979099", "is_include_cognate": true}));
    denied(STORES, json!({"pid": "1"}));

    let node = stores(json!({"is_include_cognate": "true", "page_num": "2", "page_size": 2}));
    let numbers = ["total_pages", "page_num", "page_size", "total_size"].map(|name| node[name].as_i64());
    assert_eq!(numbers, [Some(2), Some(2), Some(2), Some(3)]);
    let shop = json!({"pid": PID, "shop_id": "2015121600077000000002388202", "store_id": "123456", "name": "测试门店",
        "address": "杭州市西湖区", "shop_type": "01", "longitude": "120.131441", "latitude": "30.279383",
        "is_include_cognate": true});
    assert_eq!(node["merchant_stores"], json!([shop]));
    let plain = json!({"pid": PID, "shop_id": "2015121600077000000002388200", "name": "", "is_include_cognate": false});
    assert_eq!(stores(json!({"page_size": 1}))["merchant_stores"], json!([plain]));
    let none = succeed(&other, STORES, &json!({}));
    assert_eq!(
        (&none["merchant_stores"], &none["total_pages"], &none["page_size"]),
        (&json!([]), &json!(0), &json!(20))
    );
});

/// Has `then` be done while another transaction records the end of sending of a template of two vouchers, of which the
/// member was sent one: `then` loads the template before that, and waits for its totals.
fn while_sending_ends(then: impl FnOnce(&Sender, &str) + Send) {
    use crate::races::meet;
    use domain::template::{Status, Template};
    use store::ledger::{Cause, Party, RECYCLE, Transfer, transfer};
    use store::{job, template};

    let sender = Sender::open(Engine::Postgres);
    let template_id = sender.templates.paid(|it| it.quantity = 2);
    sender.send(&template_id, "1");
    let number = TemplateIdText::parse(&template_id).expect("an id").number;
    let end = move |tx: &mut Tx| {
        job::take(tx, job::TEMPLATE_EXPIRE, number)?;
        let found = template::get(tx, number)?.expect("it is there");
        template::update(tx, &Template { status: Status::Expired, ..found })?;
        template::hold_totals(tx, number).map(drop)
    };
    let give_back = move |tx: &mut Tx| {
        template::count_return(tx, number, 880)?;
        let (debit, credit) = (Party::Template(number), Party::Account(SPONSOR));
        let (kind, cause) = (RECYCLE, Cause::default());
        let money =
            Transfer { id: number + (1 << 40), debit, credit, amount_fen: 880, kind, trade: None, at: NOON, cause };
        assert!(transfer(tx, &money)?);
        Ok(())
    };
    meet(&sender.templates.store, end, give_back, || then(&sender, &template_id));
    assert_eq!(sender.list(&template_id).len(), 1);
    sender.prove();
}

#[test]
fn who_sends_while_sending_ends_gets_no_voucher_without_money() {
    while_sending_ends(|sender, template_id| {
        let late = "未知的错误码AFTER_TEMPLATE_PUBLISH_END_TIME";
        sender.refused(SEND, &to_member(template_id, "2"), "unknown-sub-code", late);
    });
}

#[test]
fn the_last_voucher_that_expires_while_sending_ends_leaves_nothing_in_the_fund() {
    while_sending_ends(|sender, _| sender.wait("11d"));
}
