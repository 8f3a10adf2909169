//! Templates of cash vouchers, as a merchant meets them: made, looked at, changed, deleted, over.

use crate::running::{ISV_APP_ID, OTHER_APP_ID, PID, Running, TOKEN, call, each_engine, refuse, succeed};
use crate::shop::{CUSTOMER, PIN, Shop};
use client::Client;
use serde_json::{Value, json};
use store::testing::Engine;

pub(crate) const CREATE: &str = "alipay.marketing.cashvoucher.template.create";
pub(crate) const MODIFY: &str = "alipay.marketing.cashvoucher.template.modify";
pub(crate) const DETAIL: &str = "alipay.marketing.voucher.templatedetail.query";
pub(crate) const LIST: &str = "alipay.marketing.voucher.templatelist.query";
pub(crate) const DELETE: &str = "alipay.marketing.voucher.template.delete";

/// Whose money it is: the shop's first customer, who has 100 yuan.
const SPONSOR: &str = "13196215350";
const INVALID: &str = "INVALID_PARAMETER";
const REQUEST: &str = "参数有误REQUEST_PARAM_ILLEGAL|异常原因:请求参数非法|";
const AMOUNT: &str = "参数有误INVALID_AMOUNT_PARAMETER|异常原因:无效的券面额|";
const DATE: &str = "参数有误INVALID_DATE_PARAMETER|异常原因:无效的时间|";

/// Ten vouchers of 8.80, for the clock's noon of 2026-01-01 and two days more.
pub(crate) fn template(out_biz_no: &str) -> Value {
    json!({
        "voucher_type": "FIX_VOUCHER", "voucher_use_scene": "ALIPAY_COMMON", "fund_account": SPONSOR,
        "brand_name": "支付宝", "publish_start_time": "2026-01-01 12:00:00", "publish_end_time": "2026-01-03 23:59:59",
        "voucher_valid_period": "{\"type\":\"ABSOLUTE\",\"start\":\"2026-01-01 00:00:00\",\"end\":\"2026-01-31 23:59:59\"}",
        "floor_amount": "50.00", "out_biz_no": out_biz_no, "amount": "8.80", "voucher_quantity": 10,
    })
}

/// `request` with members changed; null takes one away.
pub(crate) fn with(mut request: Value, more: &Value) -> Value {
    let members = request.as_object_mut().expect("an object");
    for (name, value) in more.as_object().expect("an object") {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    request
}

/// A template's page, and the shop that it is of.
pub(crate) struct Made {
    pub(crate) template_id: String,
    pub(crate) fund_order_no: String,
    /// The page's path and query.
    pub(crate) target: String,
}

impl Made {
    pub(crate) fn by(client: &Client, request: &Value) -> Made {
        let made = succeed(client, CREATE, request);
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        let uri = text("confirm_uri");
        let (_, target) = uri.split_once("/h5/").expect("a page");
        Made { template_id: text("template_id"), fund_order_no: text("fund_order_no"), target: format!("/h5/{target}") }
    }

    /// The sponsor pays.
    pub(crate) fn pay(&self, shop: &Shop) {
        let place = shop.submit(&self.target, &format!("pin={PIN}"));
        assert!(place.contains("&said=paid&"), "{place}");
    }

    pub(crate) fn detail(&self, client: &Client) -> Value {
        succeed(client, DETAIL, &json!({"template_id": self.template_id}))
    }

    pub(crate) fn status(&self, client: &Client) -> String {
        self.detail(client)["status"].as_str().expect("a status").to_owned()
    }

    fn modify(&self, out_biz_no: &str, more: &Value) -> Value {
        with(json!({"template_id": self.template_id, "out_biz_no": out_biz_no}), more)
    }
}

pub(crate) fn prove(running: &Running) {
    let output = running.command(&["prove"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// That it is refused with this code and text, to the last byte.
fn told(client: &Client, method: &str, request: &Value, sub_code: &str, text: &str) {
    let answer = refuse(client, method, request, sub_code);
    assert_eq!(answer.sub_msg.as_deref(), Some(text), "{method} {request}");
}

each_engine!(a_template_is_made_once_under_its_number, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let first = succeed(&client, CREATE, &template("1"));
    let ids = |name: &str| first[name].as_str().expect("an id");
    assert_eq!((ids("template_id").len(), ids("fund_order_no").len()), (28, 28));
    assert!(ids("template_id").ends_with("EB") && ids("fund_order_no").ends_with("EC"), "{first}");
    let page = format!("/h5/fund/confirm?fundOrderNo={}&token=", ids("fund_order_no"));
    assert!(ids("confirm_uri").contains(&page), "{first}");
    // The same content in other words; and by the provider that acts for the merchant.
    let inline = json!({"start": "2026-01-0100:00:00", "type": "ABSOLUTE", "end": "2026-01-31 23:59:59"});
    let other_words = json!({"voucher_valid_period": inline, "amount": 8.8, "floor_amount": 50, "voucher_quantity": "10", "slogan": ""});
    assert_eq!(succeed(&client, CREATE, &with(template("1"), &other_words)), first);
    let provider = shop.server.client_of(ISV_APP_ID, Some(TOKEN));
    assert_eq!(succeed(&provider, CREATE, &template("1")), first);
    for more in [
        json!({"amount": "8.81"}),
        json!({"slogan": "x"}),
        json!({"rule_conf": "{\"PID\":\"1\"}"}),
        json!({"publish_end_time": "2026-01-03 23:59:58"}),
        // Even what could not be made.
        json!({"fund_account": "nobody"}),
    ] {
        let text = "外部业务单号重复且参数不一致";
        told(&client, CREATE, &with(template("1"), &more), "OUT_BIZ_NO_CONFLICT", text);
    }
    // The number is the merchant's own, and a refused call uses none up.
    let theirs = succeed(&shop.server.client_of(OTHER_APP_ID, None), CREATE, &template("1"));
    assert_ne!(theirs["template_id"], first["template_id"]);
    told(
        &client,
        CREATE,
        &with(template("2"), &json!({"fund_account": "nobody"})),
        "USER_NOT_EXIST",
        "出资人账号不存在",
    );
    let second = succeed(&client, CREATE, &template("2"));
    assert_ne!(second["template_id"], first["template_id"]);
    // Many at once make one.
    let made = std::thread::scope(|scope| {
        let calls: Vec<_> =
            (0..8).map(|_| scope.spawn(|| succeed(&shop.server.client(), CREATE, &template("3")))).collect();
        calls.into_iter().map(|call| call.join().expect("answered")).collect::<Vec<_>>()
    });
    assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
    // Whatever becomes of it.
    shop.wait("3d");
    assert_eq!(succeed(&client, CREATE, &template("1")), first);
    prove(&shop.server);
});

#[test]
fn what_is_wrong_with_a_template_is_told_in_the_documented_words() {
    let shop = Shop::open(Engine::Sqlite);
    let client = shop.server.client();
    let long = |length: usize| json!("长".repeat(length));
    let titled = |name: &str, field: &str| format!("{REQUEST}{name}({field})为空或格式错误");
    let fields: &[(&str, &str, &[Value])] = &[
        ("voucher_type", "券类型", &[json!(""), json!("CASH")]),
        ("voucher_use_scene", "券使用场景", &[Value::Null, json!("OTHER")]),
        ("fund_account", "出资人登录账号", &[Value::Null, long(129)]),
        ("brand_name", "品牌信息", &[Value::Null, long(65), json!(["a"])]),
        (
            "publish_start_time",
            "发放开始时间",
            &[Value::Null, json!("2026-01-0112:00:00"), json!("2026-02-30 12:00:00")],
        ),
        ("publish_end_time", "发放结束时间", &[Value::Null, json!("2026-01-03")]),
        (
            "voucher_valid_period",
            "券有效期",
            &[
                Value::Null,
                json!("ABSOLUTE"),
                json!({"type": "ABSOLUTE", "start": "2026-01-01 00:00:00"}),
                json!({"type": "RELATIVE", "duration": 0, "unit": "DAY"}),
                json!({"type": "FOREVER"}),
            ],
        ),
        ("floor_amount", "最低额度", &[Value::Null, json!("-1"), json!("1.001"), json!("一")]),
        ("amount", "面额", &[Value::Null, json!("8.808"), json!("1e2"), json!("99999999999.99")]),
        ("voucher_quantity", "拟发行券的数量", &[Value::Null, json!(0), json!("1.5"), json!(100_000_000), json!(-1)]),
        ("voucher_description", "券使用说明", &[json!("a"), json!(vec!["a"; 11]), json!([long(51)]), json!({"a": 1})]),
        ("out_biz_no", "外部业务单号", &[Value::Null, long(65)]),
        ("redirect_uri", "重定向地址", &[json!("/ok"), json!("javascript:alert(1)"), json!("ftp://a/ok")]),
        ("notify_uri", "券变动异步通知地址", &[json!("mailto:a@example.com"), json!("http://")]),
        ("rule_conf", "规则配置", &[json!({"PID": ["1"]}), json!({"PID": 1}), json!({"PID": "1".repeat(2_048)})]),
        (
            "extension_info",
            "扩展字段",
            &[json!("H5"), json!({"useMode": "APP"}), json!({"useMode": "H5", "useModeData": {"url": "/use"}})],
        ),
        ("slogan", "券标语", &[long(7)]),
    ];
    for (field, name, values) in fields {
        for value in *values {
            told(&client, CREATE, &with(template("1"), &json!({*field: value})), INVALID, &titled(name, field));
        }
    }
    // What a stand-in adds is behind it.
    let misspelt = refuse(&client, CREATE, &with(template("1"), &json!({"rule_conf": {"pid": "1"}})), INVALID).sub_msg;
    let misspelt = misspelt.expect("a text");
    assert!(misspelt.starts_with(&titled("规则配置", "rule_conf")) && misspelt.contains("是否应为PID"), "{misspelt}");
    let period = |start: &str, end: &str| json!({"type": "ABSOLUTE", "start": start, "end": end});
    for (more, text) in [
        (json!({"amount": "0.01"}), format!("{AMOUNT}代金券小于最小面额 minAmount=0.10 requestAmount=0.01")),
        (json!({"amount": 0}), format!("{AMOUNT}代金券小于最小面额 minAmount=0.10 requestAmount=0.00")),
        (
            json!({"amount": 1, "floor_amount": "10000"}),
            format!("{AMOUNT}代金券比率小于最小比率 ceilingRation=0.005 requestAmount=1.00 floorAmount=10000.00"),
        ),
        (json!({"amount": "1000000.00", "voucher_quantity": 99_999_999}), titled("拟发行券的数量", "voucher_quantity")),
        (json!({"rule_conf": "{PID:1}"}), format!("{REQUEST}传入规则JSON格式错误")),
        (json!({"rule_conf": "[]"}), format!("{REQUEST}传入规则JSON格式错误")),
        (
            json!({"publish_end_time": "2026-01-01 12:00:00"}),
            format!(
                "{DATE}发放结束时间早于发放开始时间,publishStartTime=2026-01-01 12:00:00,publishEndTime=2026-01-01 12:00:00"
            ),
        ),
        (json!({"publish_end_time": "2026-04-01 12:00:01"}), format!("{DATE}券的发放有效期跨度大于90天")),
        (
            json!({"publish_start_time": "2026-01-16 12:00:01", "publish_end_time": "2026-01-17 00:00:00"}),
            format!("{DATE}发放开始时间大于当前时间15天"),
        ),
        (
            json!({"publish_start_time": "2025-12-01 00:00:00", "publish_end_time": "2026-01-01 11:59:59"}),
            format!("{DATE}发放结束时间小于等于当前时间, publishEndTime=2026-01-01 11:59:59"),
        ),
        (
            json!({"voucher_valid_period": period("2026-01-02 00:00:00", "2026-01-02 00:00:00")}),
            format!("{DATE}可使用结束时间早于可使用开始时间,startTime=2026-01-02 00:00:00,endTime=2026-01-02 00:00:00"),
        ),
        (
            json!({"voucher_valid_period": period("2026-01-02 00:00:00", "2026-04-02 00:00:01")}),
            format!("{DATE}有效期跨度大于90天, startTime=2026-01-02 00:00:00, endTime=2026-04-02 00:00:01"),
        ),
        (
            json!({"voucher_valid_period": {"type": "RELATIVE", "duration": 91, "unit": "DAY"}}),
            format!("{DATE}有效期跨度大于90天, startTime=2026-01-01 12:00:00, endTime=2026-04-02 12:00:00"),
        ),
        (
            json!({"voucher_valid_period": {"type": "RELATIVE", "duration": 1, "unit": "HOURs"}}),
            "参数有误INVALID_UNIT_PARAMETER|异常原因:无效的券有效期单位|错误的相对时间单位unit=HOURs".to_owned(),
        ),
        (
            json!({"voucher_valid_period": period("2025-12-01 00:00:00", "2026-01-01 12:00:00")}),
            format!("{REQUEST}券产品(createCashVoucherTemplate)RPC调用失败, 结果返回false"),
        ),
    ] {
        told(&client, CREATE, &with(template("1"), &more), INVALID, &text);
    }
    // What lies at a bound is taken.
    for (nth, more) in [
        json!({"amount": "0.10", "floor_amount": "20.00"}),
        json!({"amount": "60.00", "floor_amount": 0}),
        json!({"publish_end_time": "2026-04-01 12:00:00"}),
        json!({"publish_start_time": "2026-01-16 12:00:00", "publish_end_time": "2026-01-17 00:00:00"}),
        json!({"publish_start_time": "2025-12-31 00:00:00", "publish_end_time": "2026-01-01 12:00:00"}),
        json!({"voucher_valid_period": {"type": "RELATIVE", "duration": "2160", "unit": "HOUR"}}),
        json!({"rule_conf": {}, "extension_info": {}, "voucher_description": []}),
    ]
    .iter()
    .enumerate()
    {
        succeed(&client, CREATE, &with(template(&format!("bound{nth}")), more));
    }
}

each_engine!(a_draft_is_changed_in_all_that_is_sent, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let made = Made::by(&client, &template("1"));
    let before = made.detail(&client);
    let all = json!({
        "slogan": "四川移动", "publish_start_time": "2026-01-02 00:00:00", "publish_end_time": "2026-01-05 23:59:59",
        "voucher_valid_period": "{\"type\":\"RELATIVE\",\"duration\":2,\"unit\":\"DAY\"}", "user_id": "1",
    });
    assert_eq!(succeed(&client, MODIFY, &made.modify("m1", &all))["status"], "I");
    let after = made.detail(&client);
    let expect = with(
        before,
        &json!({
            "voucher_name": "四川移动8.8元代金券", "publish_start_time": "2026-01-02 00:00:00",
            "publish_end_time": "2026-01-05 23:59:59",
            "voucher_valid_period": "{\"type\":\"RELATIVE\",\"duration\":2,\"unit\":\"DAY\"}",
        }),
    );
    assert_eq!(after, expect);
    // A repeat is a repeat, whatever else it says; the number is the template's own.
    let other = json!({"slogan": "x", "publish_end_time": "2020-01-01 00:00:00"});
    assert_eq!(succeed(&client, MODIFY, &made.modify("m1", &other))["status"], "I");
    assert_eq!(made.detail(&client), after);
    let second = Made::by(&client, &template("2"));
    assert_eq!(succeed(&client, MODIFY, &second.modify("m1", &json!({"slogan": "二"})))["status"], "I");
    assert_eq!(second.detail(&client)["voucher_name"], "二8.8元代金券");
    // What was paid for before is what it costs still.
    let again = succeed(&client, CREATE, &template("1"));
    assert_eq!(again["fund_order_no"].as_str(), Some(made.fund_order_no.as_str()));
    // The resulting times are looked at together, and nothing is changed where they do not fit.
    for (more, text) in [
        (
            json!({"publish_start_time": "2026-01-06 00:00:00"}),
            format!(
                "{DATE}发放结束时间早于发放开始时间,publishStartTime=2026-01-06 00:00:00,publishEndTime=2026-01-05 23:59:59"
            ),
        ),
        (json!({"publish_end_time": "2026-04-03 00:00:00"}), format!("{DATE}券的发放有效期跨度大于90天")),
        (
            json!({"publish_start_time": "2026-01-17 00:00:00", "publish_end_time": "2026-01-18 00:00:00"}),
            format!("{DATE}发放开始时间大于当前时间15天"),
        ),
        (
            json!({"publish_start_time": "2025-12-31 00:00:00", "publish_end_time": "2026-01-01 11:00:00"}),
            format!("{DATE}发放结束时间小于等于当前时间, publishEndTime=2026-01-01 11:00:00"),
        ),
        (
            json!({"voucher_valid_period": {"type": "ABSOLUTE", "start": "2026-01-05 00:00:00", "end": "2026-01-04 00:00:00"}}),
            format!("{DATE}可使用结束时间早于可使用开始时间,startTime=2026-01-05 00:00:00,endTime=2026-01-04 00:00:00"),
        ),
        (
            json!({"voucher_valid_period": {"type": "RELATIVE", "duration": 3, "unit": "WEEK"}}),
            "参数有误INVALID_UNIT_PARAMETER|异常原因:无效的券有效期单位|错误的相对时间单位unit=WEEK".to_owned(),
        ),
        (
            json!({"voucher_valid_period": {"type": "ABSOLUTE", "start": "2026-01-01 00:00:00", "end": "2026-01-02 00:00:00"}}),
            format!("{REQUEST}券产品(createCashVoucherTemplate)RPC调用失败, 结果返回false"),
        ),
        (json!({"slogan": "一二三四五六七"}), format!("{REQUEST}券标语(slogan)为空或格式错误")),
        (json!({"publish_end_time": "never"}), format!("{REQUEST}发放结束时间(publish_end_time)为空或格式错误")),
        (json!({"out_biz_no": ""}), format!("{REQUEST}外部业务单号(out_biz_no)为空或格式错误")),
        (json!({"template_id": ""}), format!("{REQUEST}券模板ID(template_id)为空或格式错误")),
    ] {
        told(&client, MODIFY, &made.modify("m2", &more), INVALID, &text);
    }
    assert_eq!(made.detail(&client), after);
    // The new end is when it ends.
    shop.wait("3d");
    assert_eq!((made.status(&client).as_str(), second.status(&client).as_str()), ("I", "E"));
    shop.wait("2d");
    assert_eq!(made.status(&client), "E");
    prove(&shop.server);
});

each_engine!(of_what_is_paid_for_the_end_alone_is_changed, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let made = Made::by(&client, &template("1"));
    made.pay(&shop);
    let before = made.detail(&client);
    assert_eq!((before["status"].as_str(), shop.balance(CUSTOMER)), (Some("S"), 1_200));
    let other = json!({
        "slogan": "x", "publish_start_time": "2025-01-02 00:00:00",
        "voucher_valid_period": {"type": "RELATIVE", "duration": 1, "unit": "WEEK"},
    });
    let text = format!("{REQUEST}发放结束时间(publish_end_time)为空或格式错误");
    told(&client, MODIFY, &made.modify("m1", &other), INVALID, &text);
    let later = with(other, &json!({"publish_end_time": "2026-01-10 23:59:59"}));
    assert_eq!(succeed(&client, MODIFY, &made.modify("m1", &later))["status"], "S");
    assert_eq!(made.detail(&client), with(before, &json!({"publish_end_time": "2026-01-10 23:59:59"})));
    for (end, text) in [
        (
            "2026-01-01 12:00:00",
            "发放结束时间早于发放开始时间,publishStartTime=2026-01-01 12:00:00,publishEndTime=2026-01-01 12:00:00",
        ),
        ("2026-04-01 12:00:01", "券的发放有效期跨度大于90天"),
    ] {
        let request = made.modify("m2", &json!({"publish_end_time": end}));
        told(&client, MODIFY, &request, INVALID, &format!("{DATE}{text}"));
    }
    shop.wait("4d");
    assert_eq!(made.status(&client), "S");
    // An end that is over ends it at once, and what nobody was sent goes back.
    let past = json!({"publish_end_time": "2026-01-05 11:59:59"});
    assert_eq!(succeed(&client, MODIFY, &made.modify("m2", &past))["status"], "S");
    let ended = made.detail(&client);
    assert_eq!((ended["status"].as_str(), ended["recycle_amount"].as_str()), (Some("E"), Some("88.00")));
    assert_eq!(shop.balance(CUSTOMER), 10_000);
    assert_eq!(succeed(&client, MODIFY, &made.modify("m2", &json!({})))["status"], "S", "a repeat of what was done");
    let status = ("VOUCHER_TEMPLATE_STATUS_ERROR", "券模板状态不允许该操作");
    let request = made.modify("m3", &json!({"publish_end_time": "2026-01-20 00:00:00"}));
    told(&client, MODIFY, &request, status.0, status.1);
    prove(&shop.server);
});

each_engine!(a_draft_alone_is_deleted, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let [draft, paid, over] = ["1", "2", "3"].map(|number| {
        let short = json!({"publish_end_time": "2026-01-01 13:00:00"});
        Made::by(&client, &if number == "3" { with(template(number), &short) } else { template(number) })
    });
    paid.pay(&shop);
    shop.wait("2h");
    let delete = |made: &Made| json!({"template_id": made.template_id});
    let nothing = succeed(&client, DELETE, &delete(&draft));
    assert_eq!(nothing, json!({"code": "10000", "msg": "Success"}));
    assert_eq!(succeed(&client, DELETE, &delete(&draft)), nothing, "again");
    let status = ("VOUCHER_TEMPLATE_STATUS_ERROR", "券模板状态不允许该操作");
    for made in [&paid, &over] {
        told(&client, DELETE, &delete(made), status.0, status.1);
    }
    let request = draft.modify("m1", &json!({"slogan": "x", "publish_end_time": "2026-01-20 00:00:00"}));
    told(&client, MODIFY, &request, status.0, status.1);
    let found = [&draft, &paid, &over].map(|made| made.status(&client));
    assert_eq!(found, ["D", "S", "E"]);
    let all = json!({"create_start_time": "2026-01-01 00:00:00", "create_end_time": "2026-01-02 00:00:00", "page_num": 1,
        "page_size": 30});
    assert_eq!(ids(&succeed(&client, LIST, &all)), [over.template_id.as_str(), paid.template_id.as_str()]);
    // Its time goes by, and nothing happens.
    shop.wait("5d");
    assert_eq!(draft.status(&client), "D");
    let unknown = "20260101000700000000007168EB";
    for request in [json!({"template_id": unknown}), json!({"template_id": "x"})] {
        for method in [DELETE, DETAIL] {
            told(&client, method, &request, "VOUCHER_TEMPLATE_NOT_EXIST", "券模板不存在");
        }
        let change = with(request, &json!({"out_biz_no": "1"}));
        told(&client, MODIFY, &change, "VOUCHER_TEMPLATE_NOT_EXIST", "券模板不存在");
    }
    let text = format!("{REQUEST}券模板ID(template_id)为空或格式错误");
    for method in [DELETE, DETAIL] {
        for request in [json!({}), json!({"template_id": "1".repeat(29)})] {
            told(&client, method, &request, INVALID, &text);
        }
    }
    prove(&shop.server);
});

fn ids(list: &Value) -> Vec<&str> {
    let templates = list["voucher_templates"].as_array().expect("a list");
    templates.iter().map(|one| one["template_id"].as_str().expect("an id")).collect()
}

each_engine!(templates_are_listed_by_when_they_were_made, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let page = |start: &str, end: &str, number: Value, size: Value| json!({"create_start_time": start, "create_end_time": end, "page_num": number, "page_size": size});
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(Made::by(&client, &template(&number.to_string())));
        shop.wait("1h");
    }
    made[1].pay(&shop);
    let newest_first: Vec<_> = made.iter().rev().map(|one| one.template_id.as_str()).collect();
    let first = succeed(&client, LIST, &page("2026-01-01 12:00:00", "2026-01-0116:00:00", json!(1), json!("2")));
    assert_eq!(ids(&first), newest_first[..2]);
    let counts = ["current_page", "items_per_page", "total_pages", "total_items"].map(|name| first[name].as_i64());
    assert_eq!(counts, [Some(1), Some(2), Some(3), Some(5)]);
    let last = succeed(&client, LIST, &page("2026-01-0112:00:00", "2026-01-01 16:00:00", json!("3"), json!(2)));
    assert_eq!(ids(&last), newest_first[4..]);
    // Both bounds are in it.
    let inner = succeed(&client, LIST, &page("2026-01-01 13:00:00", "2026-01-01 14:00:00", json!(1), json!(30)));
    assert_eq!(ids(&inner), newest_first[2..4]);
    let [draft, paid] = [&inner["voucher_templates"][0], &inner["voucher_templates"][1]];
    let expect = json!({"template_id": made[1].template_id, "voucher_name": "8.8元代金券",
        "publish_start_time": "2026-01-01 12:00:00", "publish_end_time": "2026-01-03 23:59:59", "status": "S",
        "create_time": "2026-01-01 13:00:00", "activate_time": "2026-01-01 17:00:00"});
    assert_eq!(paid, &expect);
    assert_eq!((draft["status"].as_str(), draft.get("activate_time")), (Some("I"), None));
    let none = succeed(&client, LIST, &page("2026-01-02 00:00:00", "2026-02-01 00:00:00", json!(7), json!(30)));
    let expect = json!({"code": "10000", "msg": "Success", "current_page": 7, "items_per_page": 30, "total_pages": 0,
        "total_items": 0, "voucher_templates": []});
    assert_eq!(none, expect);
    let good = page("2026-01-01 00:00:00", "2026-01-02 00:00:00", json!(1), json!(30));
    for (field, name, values) in [
        ("create_start_time", "模板创建开始时间", vec![Value::Null, json!("2026-01-01")]),
        (
            "create_end_time",
            "模板创建结束时间",
            vec![Value::Null, json!("2026-01-01 00:00:00"), json!("2025-12-31 00:00:00"), json!("2026-01-32 00:00:00")],
        ),
        ("page_num", "页码", vec![Value::Null, json!(0), json!("x")]),
        ("page_size", "每页记录条数", vec![Value::Null, json!(0), json!(31), json!(1.5)]),
    ] {
        for value in values {
            let text = format!("{REQUEST}{name}({field})为空或格式错误");
            told(&client, LIST, &with(good.clone(), &json!({field: value})), INVALID, &text);
        }
    }
    let theirs = succeed(&shop.server.client_of(OTHER_APP_ID, None), LIST, &good);
    assert_eq!(theirs["total_items"], 0);
});

#[test]
fn a_template_shows_what_it_was_made_with() {
    let shop = Shop::open(Engine::Sqlite);
    let client = shop.server.client();
    let made = Made::by(&client, &template("1"));
    let default =
        r#"["1、本券不可兑换现金，不可找零。","2、每个用户最多可以领取1张。","3、如果订单发生退款，优惠券无法退还。"]"#;
    let expect = json!({
        "code": "10000", "msg": "Success", "template_id": made.template_id, "voucher_type": "FIX_VOUCHER",
        "voucher_name": "8.8元代金券", "publish_start_time": "2026-01-01 12:00:00",
        "publish_end_time": "2026-01-03 23:59:59", "status": "I",
        "voucher_valid_period":
            "{\"type\":\"ABSOLUTE\",\"start\":\"2026-01-01 00:00:00\",\"end\":\"2026-01-31 23:59:59\"}",
        "floor_amount": "50.00", "voucher_description": default, "amount": "8.80", "voucher_quantity": 10,
        "total_amount": "88.00", "publish_count": 0, "publish_amount": "0.00", "used_count": 0, "used_amount": "0.00",
        "recycle_amount": "0.00",
    });
    assert_eq!(made.detail(&client), expect);
    let more = json!({
        "slogan": "四川移动", "voucher_description": "[\"一\", \"二\"]",
        "redirect_uri": "https://www.example.com/ok", "notify_uri": "https://www.example.com/flux",
        "rule_conf": "{\"PID\":\"2088512417841101,2088512417841102\",\"STORE\":\"123456,678901\"}",
        "extension_info": "{\"useMode\":\"H5\",\"useModeData\":{\"url\":\"http://www.example.com/use\",\"signType\":\"RSA2\"}}",
    });
    let detail = Made::by(&client, &with(template("2"), &more)).detail(&client);
    assert_eq!(detail["voucher_name"], "四川移动8.8元代金券");
    assert_eq!(detail["voucher_description"], r#"["一","二"]"#);
    // The example of the contract, whose time is over.
    let old = with(
        template("3"),
        &json!({"publish_start_time": "2017-12-01 00:00:01", "publish_end_time": "2017-12-29 23:59:59",
            "voucher_quantity": 1_000_000}),
    );
    assert_eq!(call(&client, CREATE, &old).sub_code.as_deref(), Some(INVALID));
}

each_engine!(what_nobody_was_sent_goes_back_when_sending_ends, |engine| {
    let shop = Shop::open(engine);
    let client = shop.server.client();
    let [draft, paid] = ["1", "2"].map(|number| Made::by(&client, &template(number)));
    paid.pay(&shop);
    assert_eq!((shop.balance(CUSTOMER), shop.balance(PID)), (1_200, 0));
    shop.wait("59h");
    assert_eq!([&draft, &paid].map(|made| made.status(&client)), ["I", "S"]);
    prove(&shop.server);
    // To the last second of 2026-01-03, and not longer.
    shop.wait("59m59s");
    assert_eq!([&draft, &paid].map(|made| made.status(&client)), ["I", "S"]);
    shop.wait("1s");
    assert_eq!([&draft, &paid].map(|made| made.status(&client)), ["E", "E"]);
    assert_eq!(shop.balance(CUSTOMER), 10_000);
    let [draft, paid] = [draft, paid].map(|made| made.detail(&client));
    assert_eq!((draft["recycle_amount"].as_str(), paid["recycle_amount"].as_str()), (Some("0.00"), Some("88.00")));
    assert_eq!(paid["publish_count"], 0);
    prove(&shop.server);
    shop.wait("60d");
    assert_eq!(shop.balance(CUSTOMER), 10_000);
    prove(&shop.server);
});
