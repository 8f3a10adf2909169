//! What callers really send: U+0000, lists with blanks, charsets said twice, addresses that lead nowhere, broken JSON,
//! methods and members that nobody knows. Each is answered so that its caller finds the mistake: in a stand-in with the
//! place and the remedy, on a platform with the contract's words alone.

use crate::raw::{Connection, signed_node};
use crate::running::{
    APP_ID, NOW, PID, Running, app_key, call, conditions, crowd, each_engine, log_of, refuse, succeed, world,
};
use domain::id::CrowdIdText;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx};
use wire::SignType;

const CREATE: &str = "koubei.marketing.campaign.crowd.create";
const COUNT: &str = "koubei.marketing.campaign.crowd.count";
const TRADE_CREATE: &str = "alipay.trade.create";

fn platform(engine: Engine) -> Running {
    Running::start_with(engine, &world(), &["--mode", "platform"])
}

/// A call whose every byte is the test's; the protocol's own parameters are added where it has none of their names.
#[derive(Default)]
struct Sent<'a> {
    /// Name and value, before they are encoded.
    params: Vec<(&'a str, &'a [u8])>,
    /// What stands in the query as it is, and is not signed.
    query: &'a str,
    /// Takes the place of the form, which then stands in the query.
    body: Option<&'a str>,
}

/// An answer that has been verified.
struct Told {
    node: Value,
    trace_id: String,
}

impl Told {
    fn sub_code(&self) -> &str {
        self.node["sub_code"].as_str().unwrap_or_default()
    }

    fn sub_msg(&self) -> &str {
        self.node["sub_msg"].as_str().unwrap_or_default()
    }
}

fn send(running: &Running, sent: &Sent<'_>) -> Told {
    let own = [
        ("app_id", APP_ID),
        ("method", CREATE),
        ("charset", "utf-8"),
        ("sign_type", "RSA2"),
        ("timestamp", NOW),
        ("version", "1.0"),
    ];
    let mut params = sent.params.clone();
    let missing = own.iter().filter(|(name, _)| sent.params.iter().all(|(taken, _)| taken != name));
    params.extend(missing.map(|(name, value)| (*name, value.as_bytes())));
    params.sort_unstable();
    let members: Vec<_> = params.iter().map(|(name, value)| [name.as_bytes(), b"=", value].concat()).collect();
    let sign = app_key().sign(SignType::Rsa2, &members.join(&b'&'));
    params.push(("sign", sign.as_bytes()));
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let form = params.iter().map(|(name, value)| format!("{}={}", escaped(name.as_bytes()), escaped(value)));
    let form = form.collect::<Vec<_>>().join("&");
    let (query, body) = match sent.body {
        Some(body) => (format!("{}&{form}", sent.query), body),
        None => (sent.query.to_owned(), form.as_str()),
    };
    let head = format!("POST /gateway.do?{query} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    let answer = Connection::open(running.address).exchange(&[head.as_bytes(), body.as_bytes()].concat());
    let answer = answer.expect("it answers");
    let (_, method) = params.iter().find(|(name, _)| *name == "method").expect("every call has one");
    let name = String::from_utf8_lossy(method).replace('.', "_");
    let start = format!("{{\"{name}_response\":{{");
    assert!(answer.body.starts_with(start.as_bytes()), "{}", String::from_utf8_lossy(&answer.body));
    let node = signed_node(&answer.body, &running.platform_key);
    let node = node.unwrap_or_else(|| panic!("not verified: {}", String::from_utf8_lossy(&answer.body)));
    let trace_id = answer.headers.split("trace_id: ").nth(1).and_then(|rest| rest.lines().next()).expect("a trace id");
    Told { node: serde_json::from_slice(node).expect("JSON"), trace_id: trace_id.to_owned() }
}

fn valid() -> String {
    json!({"out_biz_no": "1", "name": "n", "conditions": conditions("IN", "pam_gender", "1")}).to_string()
}

each_engine!(u_0000_in_any_parameter_is_refused_by_its_name, |engine| {
    let running = Running::start(engine);
    let valid = valid();
    let check = |params: Vec<(&str, &[u8])>, reason: &str| {
        let has_content = params.iter().any(|(name, _)| *name == "biz_content");
        let content = (!has_content).then_some(("biz_content", valid.as_bytes()));
        let told = send(&running, &Sent { params: params.into_iter().chain(content).collect(), ..Sent::default() });
        assert_eq!(told.sub_msg().split("，解决方案").next(), Some(&*format!("参数有误: {reason} 不能含有空字符")));
        assert_eq!(told.sub_code(), "INVALID_PARAMETER");
    };
    check(vec![("notify_url", b"http://a.com/\0")], "notify_url");
    check(vec![("notify_url", b"\0")], "notify_url");
    check(vec![("app_auth_token", b"201609BB\0")], "app_auth_token");
    check(vec![("prod_code", b"a\0b")], "prod_code");
    check(vec![("auth_token", b"\0")], "auth_token");
    check(vec![("na\0me", b"value")], "na\\u0000me");
    check(vec![("return_url", "名\0".as_bytes())], "return_url");
    check(vec![("biz_content", b"{\"name\":\"\0\"}")], "biz_content");
    for (biz_content, path) in [
        (json!({"out_biz_no": "\0"}), "out_biz_no"),
        (json!({"out_biz_no": "1", "name": "a\0", "conditions": "[]"}), "name"),
        (json!({"ext_info": {"a": [{"b": "\0"}]}}), "ext_info.a[0].b"),
        (json!({"operator_id": "1", "x\0": 1}), "x\\u0000"),
    ] {
        check(vec![("biz_content", biz_content.to_string().as_bytes())], path);
    }
    let inner = json!([{"op": "IN", "tagCode": "note", "value": "a\0"}]).to_string();
    let biz_content = json!({"out_biz_no": "1", "name": "n", "conditions": inner}).to_string();
    check(vec![("biz_content", biz_content.as_bytes())], "conditions[0].value");
    // A family of methods with a code of its own.
    let trade = json!({"out_trade_no": "1", "goods_detail": [{"goods_name": "\0"}]}).to_string();
    let params = vec![("method", TRADE_CREATE.as_bytes()), ("biz_content", trade.as_bytes())];
    let told = send(&running, &Sent { params, ..Sent::default() });
    assert_eq!(told.sub_code(), "ACQ.INVALID_PARAMETER");
    assert!(told.sub_msg().starts_with("参数有误: goods_detail[0].goods_name 不能含有空字符"), "{}", told.sub_msg());
    // Nothing of it was kept: a page's address, a refused signature that is remembered, a backup that must restore.
    for target in [
        "/h5/coupon?itemId=1&token=%00&outBizNo=1&type=pointcard",
        "/h5/coupon?itemId=1&token=a&outBizNo=%00&type=pointcard",
        "/h5/cashier?tradeNo=%00&token=a",
        "/h5/cashier?tradeNo=1&token=a%00",
        "/h5/voucher?voucherId=1&token=%00",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n");
        let answer = Connection::open(running.address).exchange(request.as_bytes()).expect("it answers");
        assert_eq!(answer.status, 404, "{target}");
    }
    let unsigned = format!(
        "GET /gateway.do?app_id={APP_ID}&method={CREATE}&charset=utf-8&sign_type=RSA2&sign=AAAA&version=1.0&x=a%00b&timestamp={} HTTP/1.1\r\nhost: x\r\n\r\n",
        NOW.replace(' ', "+"),
    );
    let answer = Connection::open(running.address).exchange(unsigned.as_bytes()).expect("it answers");
    let trace_id = answer.headers.split("trace_id: ").nth(1).and_then(|rest| rest.lines().next()).expect("a trace id");
    assert!(running.doctor(trace_id).contains("x=a\\u0000b"));
    assert!(!log_of(running.folder.path()).contains("ERROR"));
    let output = running.command(&["backup", "all.backup"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = running.folder.path().join("all.backup");
    let restored = Running::restore(Engine::Postgres, &file, &running.folder.path().join("master.key"));
    crowd(&restored.client(), "1");
});

each_engine!(blanks_in_a_list_do_not_make_another_crowd, |engine| {
    let running = Running::start(engine);
    running.import(
        PID,
        "user_id,pam_gender,pam_age,spent,last_visit\n2088000000000001,1,3,10,2025-12-31\n\
         2088000000000002,2,4,10.5,2026-01-01\n2088000000000003,,5,20,2026-01-02\n",
    );
    let client = running.client();
    let total = |request: &Value| succeed(&client, COUNT, request)["summary_values"].clone();
    let deadline = Instant::now() + Duration::from_secs(5);
    // On PostgreSQL the import is another process's write, which is heard of within a moment.
    while total(&json!({"conditions": conditions("NEQ", "pam_age", "0")})) != "{\"total\":3}" {
        assert!(Instant::now() < deadline, "the import was not heard of");
        std::thread::sleep(Duration::from_millis(20));
    }
    for (op, tag, value, expect) in [
        ("NOTIN", "pam_gender", "1, 2", 1),
        ("NOTIN", "pam_gender", " 1 ,2", 1),
        ("IN", "pam_gender", "1, 2", 2),
        ("IN", "pam_gender", "1,\u{3000}2\t", 2),
        ("IN", "pam_age", "3 , 5", 2),
        ("NOTIN", "pam_age", "3,\n4", 1),
        ("BETWEEN", "pam_age", "3, 4", 2),
        ("IN", "spent", " 10, 20", 2),
        ("BETWEEN", "spent", "10 , 10.50", 2),
        ("IN", "last_visit", "2025-12-31, 2026-01-02", 2),
        ("BETWEEN", "last_visit", "2025-12-31 ,2026-01-01 ", 2),
    ] {
        let expect = format!("{{\"total\":{expect}}}");
        assert_eq!(total(&json!({"conditions": conditions(op, tag, value)})), expect, "{op} {tag} {value:?}");
    }
    let list = json!([{"op": "NOTIN", "tag_code": "pam_gender", "value": ["1", "2"]}]);
    assert_eq!(total(&json!({"conditions": list})), "{\"total\":1}", "an array, as the Node SDK sends it");
    for (op, tag, value, reason) in [
        ("NOTIN", "pam_gender", "男", "NOTIN 标签 pam_gender 没有值 男，男 的值是 1"),
        ("IN", "pam_gender", "1，2", "IN 标签 pam_gender 没有值 1，2"),
        ("IN", "pref_organic", "1,2", "IN 标签 pref_organic 没有值 2"),
        ("IN", "pref_organic", "是", "IN 标签 pref_organic 没有值 是，是 的值是 1"),
        ("BETWEEN", "spent", "20,10", "BETWEEN 标签 spent 的 value 20,10 下限大于上限"),
    ] {
        let request = json!({"out_biz_no": "no", "name": "n", "conditions": conditions(op, tag, value)});
        for method in [COUNT, CREATE] {
            let refused = refuse(&client, method, &request, "INVALID_PARAMETER");
            assert_eq!(refused.sub_msg.as_deref(), Some(&*format!("参数有误: conditions[0] {reason}")), "{method}");
        }
    }
    // A crowd that an earlier build has taken is still one; its blanks no longer count either.
    for (number, stored, expect) in [
        ("1", conditions("NOTIN", "pam_gender", "1, 2"), 1),
        ("2", conditions("IN", "pam_gender", "1,9"), 1),
        ("3", conditions("BETWEEN", "spent", "20,10"), 0),
    ] {
        let id = crowd(&client, number);
        let (parsed, text) = (CrowdIdText::parse(&id).expect("an id"), stored.clone());
        let store = Store::open(&running.place(), Open::default()).expect("the server's store");
        block_on(store.write::<_, Fault, _>(move |tx: &mut Tx| {
            let crowd = store::crowd::find(tx, PID, parsed)?.expect("it was made");
            store::crowd::update(tx, &crowd.modify(text.clone()).expect("it lives"))
        }))
        .expect("it is kept");
        drop(store);
        assert_eq!(total(&json!({"crowd_group_id": id})), format!("{{\"total\":{expect}}}"), "{stored}");
    }
});

each_engine!(a_notify_url_that_can_never_work_is_refused_by_every_method, |engine| {
    let running = Running::start(engine);
    let url_of = |method: &str, url: &str| {
        let params = vec![("method", method.as_bytes()), ("notify_url", url.as_bytes()), ("biz_content", b"{}")];
        send(&running, &Sent { params, ..Sent::default() })
    };
    for url in [
        "a.com/notify",
        "//a.com/notify",
        "/notify",
        "ftp://a.com/",
        "javascript:alert(1)",
        "http://",
        "http:///notify",
        "http:a.com",
        "https://:443/notify",
        "http://a.com:99999/notify",
        "http://a.com:0/notify",
        "http://a.com:port/notify",
        "http://a b.com/notify",
        "http://a.com/a b",
        " http://a.com/",
        "http://user:password@a.com/",
        "http://[::1/notify",
        "http://例子.com/notify",
        "undefined",
        "null",
    ] {
        for listed in crate::running::the_list() {
            let told = url_of(&listed.name, url);
            assert!(told.sub_code().ends_with("INVALID_PARAMETER"), "{} {url}: {}", listed.name, told.node);
            assert_eq!(told.sub_msg(), "参数有误: notify_url 必须是http或https的绝对地址", "{} {url}", listed.name);
        }
    }
    for url in [
        "http://a.com",
        "HTTPS://a.com/n",
        "https://a.com:8443/n?x=1&y=%E5%90%8D",
        "http://127.0.0.1:9/",
        "http://[::1]:80/n",
    ] {
        let told = url_of("koubei.marketing.campaign.tags.query", url);
        assert_eq!(told.node["code"], "10000", "{url}: {}", told.node);
    }
});

each_engine!(one_charset_spelled_twice_is_one, |engine| {
    let running = Running::start(engine);
    let valid = valid();
    for (in_address, signed) in [
        ("utf-8", "UTF-8"),
        ("UTF-8", "utf-8"),
        ("Utf-8", "uTf-8"),
        ("utf8", "UTF-8"),
        ("gbk", "GBK"),
        ("GBK", "gbk"),
        ("gb2312", "GBK"),
        ("gb2312", "GB2312"),
    ] {
        let params = vec![("charset", signed.as_bytes()), ("biz_content", valid.as_bytes())];
        let told = send(&running, &Sent { params, query: &format!("charset={in_address}"), body: None });
        assert_eq!(told.node["code"], "10000", "{in_address} {signed}: {}", told.node);
        // The address's own spelling may be the signed one, and both may stand in the address.
        let params = vec![("charset", in_address.as_bytes()), ("biz_content", valid.as_bytes())];
        let body = format!("charset={signed}");
        let told = send(&running, &Sent { params, query: "", body: Some(&body) });
        assert_eq!(told.node["code"], "10000", "{in_address} {signed}: {}", told.node);
    }
    let params = vec![("charset", &b"utf-8"[..]), ("biz_content", valid.as_bytes())];
    let told = send(&running, &Sent { params, query: "charset=GBK", body: None });
    assert_eq!(told.sub_code(), "isv.invalid-parameter");
});

each_engine!(broken_json_is_placed_for_who_can_mend_it, |engine| {
    let (stand_in, platform) = (Running::start(engine), platform(engine));
    let in_conditions = |text: &str| json!({"out_biz_no": "1", "name": "n", "conditions": text}).to_string();
    for (biz_content, bare, place) in [
        ("{'name':'n'}".to_owned(), "参数无效", "biz_content 第1行第2列"),
        ("{\"name\":\"n\",}".to_owned(), "参数无效", "去掉最后一个元素之后的逗号"),
        ("{\n \"name\": “n”}".to_owned(), "参数无效", "第2行第10列"),
        ("\u{feff}{}".to_owned(), "参数无效", "BOM"),
        ("\"{}\"".to_owned(), "参数无效", "多做了一次序列化"),
        ("%7B%7D".to_owned(), "参数无效", "URL编码"),
        ("{\"conditions\":\"[{\"op\":\"IN\"}]\"}".to_owned(), "参数无效", "第1行第19列"),
        ("[]".to_owned(), "参数无效", "必须是JSON对象，而不是数组"),
        (in_conditions("[{'op':'IN'}]"), "参数有误: conditions 不是合法的JSON", "conditions 第1行第3列"),
        (in_conditions("[{\"op\":\"IN\"},]"), "参数有误: conditions 不是合法的JSON", "conditions 第1行第14列"),
        (in_conditions("\"[]\""), "参数有误: conditions 必须是JSON数组", "conditions JSON被放进了字符串"),
        (in_conditions("［］"), "参数有误: conditions 不是合法的JSON", "全角"),
    ] {
        let sent = Sent { params: vec![("biz_content", biz_content.as_bytes())], ..Sent::default() };
        let told = send(&stand_in, &sent);
        let expect = format!("{bare}，解决方案：");
        assert!(
            told.sub_msg().starts_with(&expect) && told.sub_msg().contains(place),
            "{biz_content}: {}",
            told.sub_msg()
        );
        assert!(told.sub_msg().contains(&told.trace_id), "{}", told.sub_msg());
        let said = stand_in.doctor(&told.trace_id);
        assert!(said.contains(place) && said.contains("cause: json-"), "{biz_content}: {said}");
        // On a platform it is the operator who is told, and not of the text.
        let told = send(&platform, &sent);
        assert_eq!(told.sub_msg(), bare, "{biz_content}");
        let said = platform.doctor(&told.trace_id);
        assert!(said.contains(place) && !said.contains('→'), "{biz_content}: {said}");
        assert!(!log_of(platform.folder.path()).contains('→'));
    }
});

each_engine!(mistakes_that_were_mute_are_named, |engine| {
    let (stand_in, platform) = (Running::start(engine), platform(engine));
    let valid = valid();
    let gbk = wire::Charset::Gbk.encode(r#"{"name":"积分"}"#).expect("GBK has it").into_owned();
    let count = json!({"conditions": conditions("EQ", "pam_gender", "1"), "dimension": "[]"}).to_string();
    let misspelt = json!({"outBizNo": "1", "name": "n", "conditions": conditions("EQ", "pam_gender", "1")}).to_string();
    let check = |sent: &Sent<'_>, bare: &str, cause: &str, advice: &str, on_platform: bool| {
        let told = send(&stand_in, sent);
        let expect = if bare.is_empty() { String::new() } else { format!("{bare}，解决方案：") };
        assert!(told.sub_msg().starts_with(&expect), "{}", told.node);
        assert!(bare.is_empty() || told.sub_msg().contains(advice), "{}", told.node);
        let said = stand_in.doctor(&told.trace_id);
        assert!(said.contains(&format!("cause: {cause}\n")) && said.contains(advice), "{said}");
        assert!(log_of(stand_in.folder.path()).contains(cause), "the log names it");
        let told = send(&platform, sent);
        assert_eq!(told.sub_msg(), bare, "{}", told.node);
        if on_platform {
            assert!(platform.doctor(&told.trace_id).contains(advice));
        }
    };
    let params = |method: &'static str, charset: &'static str, biz_content| {
        vec![("method", method.as_bytes()), ("charset", charset.as_bytes()), ("biz_content", biz_content)]
    };
    // The other charset than the declared one: bytes that are no text in it, and bytes that are another text in it.
    let sent = Sent { params: params(CREATE, "utf-8", &gbk), ..Sent::default() };
    check(&sent, "参数无效：biz_content不是有效的utf-8文本", "declared-charset", "charset改为gbk", true);
    let sent = Sent { params: params(CREATE, "GBK", "{\"name\":\"积\"}".as_bytes()), ..Sent::default() };
    check(&sent, "参数无效：biz_content不是有效的gbk文本", "declared-charset", "charset改为utf-8", true);
    let sent = Sent { params: params(CREATE, "GBK", "{\"name\":\"积分\"}".as_bytes()), ..Sent::default() };
    check(&sent, "参数有误: out_biz_no 不能为空", "declared-charset", "charset改为utf-8", false);
    // Members that the method does not know: refused for what is missing, or taken.
    let sent = Sent { params: params(CREATE, "utf-8", misspelt.as_bytes()), ..Sent::default() };
    check(&sent, "参数有误: out_biz_no 不能为空", "unknown-member", "outBizNo（是否应为out_biz_no？）", false);
    let sent = Sent { params: params(COUNT, "utf-8", count.as_bytes()), ..Sent::default() };
    check(&sent, "", "unknown-member", "dimension（是否应为dimensions？）", false);
    // Members as parameters of their own, and biz_content by another name.
    let outside = vec![("biz_content", &b""[..]), ("name", b"n"), ("out_biz_no", b"1")];
    let sent = Sent { params: outside, ..Sent::default() };
    let advice = "name, out_biz_no被作为独立参数提交";
    check(&sent, "参数有误: out_biz_no 不能为空", "beside-biz-content", advice, false);
    let sent = Sent { params: vec![("biz_content", &b""[..]), ("bizContent", valid.as_bytes())], ..Sent::default() };
    check(&sent, "参数有误: out_biz_no 不能为空", "biz-content-misspelt", "该参数名应为biz_content", false);
    // Nothing is said of a text whose bytes happen to be another text's in UTF-8.
    let name = wire::Charset::Gbk.encode("30路").expect("GBK has it").into_owned();
    assert!(std::str::from_utf8(&name).is_ok());
    let good = [br#"{"out_biz_no":"30","name":""#, &name[..], br#"","conditions":"[]"}"#].concat();
    let told = send(&stand_in, &Sent { params: params(CREATE, "GBK", &good), ..Sent::default() });
    assert!(!told.sub_msg().contains("charset"), "{}", told.node);
    assert!(!stand_in.command(&["doctor", &told.trace_id]).status.success());
    // A JSON body beside signed parameters in the address.
    let sent = Sent { params: vec![], query: "", body: Some(&valid) };
    check(&sent, "参数有误: out_biz_no 不能为空", "json-body", "application/x-www-form-urlencoded", true);
    // Methods that nobody answers, in nodes that are called as they were sent.
    for (method, cause, advice) in [
        (
            "koubei.marketing.campaign.crowd.Create",
            "unknown-method",
            "是否应为koubei.marketing.campaign.crowd.create？",
        ),
        ("KOUBEI.MARKETING.CAMPAIGN.CROWD.CREATE", "unknown-method", "koubei.marketing.campaign.crowd.create"),
        ("koubei.marketing.campaign.crowd.creat", "unknown-method", "koubei.marketing.campaign.crowd.create"),
        ("koubei.marketing.campaign.crowd.batch.query", "unknown-method", "crowd.batchquery"),
        ("alipay.trade.Refund", "unknown-method", "是否应为alipay.trade.refund？"),
        ("alipay.trade.page.pay", "method-not-answered", "尚不支持"),
        ("alipay.trade.page.Pay", "method-not-answered", "是否应为alipay.trade.page.pay？"),
        ("alipay.user.info.share", "method-not-answered", "尚不支持"),
        ("com.example.unheard.of", "unknown-method", "punchcard methods"),
    ] {
        let sent = Sent { params: params(method, "utf-8", b"{}"), ..Sent::default() };
        check(&sent, "不存在的方法名", cause, advice, true);
    }
});

#[test]
fn json_instead_of_a_form_is_recognised_before_anybody_is() {
    let (stand_in, platform) = (Running::start(Engine::Sqlite), platform(Engine::Sqlite));
    let told = |running: &Running, content_type: &str, body: &str| {
        let head = format!(
            "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let answer = Connection::open(running.address).exchange(&[head.as_bytes(), body.as_bytes()].concat());
        let answer: Value = serde_json::from_slice(&answer.expect("it answers").body).expect("JSON");
        answer["error_response"]["sub_msg"].as_str().expect("a text").to_owned()
    };
    for body in [
        "{}",
        r#"{"method":"alipay.trade.pay","app_id":"2021000000000001"}"#,
        "  \n{\"biz_content\":{\"a\":\"50%\"}}",
        "\u{feff}{\"a\":1}",
        "[{\"a\":\"b&c=d&c=e\"}]",
        "{\"a\":\"\u{1b}[2J\"}",
    ] {
        for content_type in ["application/json", "application/json;charset=utf-8", "text/plain"] {
            let sent = told(&stand_in, content_type, body);
            assert!(sent.contains("，解决方案：请求体是JSON"), "{content_type} {body}: {sent}");
            assert!(!told(&platform, content_type, body).contains("解决方案"), "{content_type} {body}");
        }
    }
    assert!(!told(&stand_in, "application/json", "a=1").contains("请求体是JSON"));
    // Nor is a stranger told on a platform which methods there are.
    let unsigned = |running: &Running| {
        let request = "GET /gateway.do?method=koubei_marketing_campaign_crowd_create HTTP/1.1\r\nhost: x\r\n\r\n";
        let answer = Connection::open(running.address).exchange(request.as_bytes()).expect("it answers");
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    assert!(unsigned(&stand_in).contains("是否应为koubei.marketing.campaign.crowd.create？"));
    assert!(!unsigned(&platform).contains("解决方案"));
}

#[test]
fn what_is_right_gets_no_hint() {
    let running = Running::start(Engine::Sqlite);
    let client = running.client();
    crowd(&client, "1");
    let refused = call(&client, "koubei.marketing.campaign.crowd.detail.query", &json!({"crowd_group_id": "1"}));
    assert_eq!(refused.sub_msg.as_deref(), Some("人群组不存在"));
    let refused = call(&client, CREATE, &json!({"out_biz_no": "2"}));
    assert_eq!(refused.sub_msg.as_deref(), Some("参数有误: name 不能为空"));
    assert!(!log_of(running.folder.path()).contains("a likely mistake"));
    // A member of a newer SDK has nothing to do with what is refused.
    let refused = call(&client, CREATE, &json!({"out_biz_no": "2", "extend_params": {}}));
    assert_eq!(refused.sub_msg.as_deref(), Some("参数有误: name 不能为空"));
}
