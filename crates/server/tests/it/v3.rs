//! `/v3/…`, byte by byte: what is signed, what is answered, what is refused. `sdk.rs` has the SDK's calls.

use crate::encrypted::KEYS;
use crate::raw::{Answer, Connection};
use crate::running::{
    APP_ID, ISV_APP_ID, OTHER_APP_ID, OTHER_PID, PID, PNG, Running, UPLOAD, app_key, authorization, conditions,
    each_engine, picture, succeed, world,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};
use store::testing::Engine;
use wire::v3::{Signed, answer_string, path_of};
use wire::{ContentKey, SignType, code};

const CREATE: &str = "koubei.marketing.campaign.crowd.create";
const DETAIL: &str = "koubei.marketing.campaign.crowd.detail.query";
static NONCES: AtomicU64 = AtomicU64::new(1);

/// A call as it is sent. What is not said is as it should be.
struct Sent {
    app_id: &'static str,
    verb: &'static str,
    target: String,
    /// What is signed of the body, and the body where that is another.
    signed: Vec<u8>,
    body: Option<Vec<u8>>,
    /// More headers, each with its line break.
    headers: String,
    token: Option<&'static str>,
    /// What the header has behind the app.
    rest: Option<String>,
    authorization: Option<String>,
}

fn post(method: &str, body: &Value) -> Sent {
    Sent {
        app_id: APP_ID,
        verb: "POST",
        target: path_of(method),
        signed: body.to_string().into_bytes(),
        body: None,
        headers: "content-type: application/json\r\n".to_owned(),
        token: None,
        rest: None,
        authorization: None,
    }
}

fn get(method: &str, query: &str) -> Sent {
    let target = format!("{}?{query}", path_of(method));
    Sent { verb: "GET", target, signed: Vec::new(), ..post(method, &json!({})) }
}

/// The machine's time, which a new folder has.
fn now() -> i64 {
    let made = tempfile::tempdir().and_then(|new| new.path().metadata()?.modified()).expect("a new folder has a time");
    i64::try_from(made.duration_since(UNIX_EPOCH).expect("after 1970").as_millis()).expect("a time")
}

fn nonce() -> String {
    format!("n{}", NONCES.fetch_add(1, Ordering::Relaxed))
}

impl Sent {
    fn bytes(&self) -> Vec<u8> {
        let rest = self.rest.clone().unwrap_or_else(|| format!("nonce={},timestamp={}", nonce(), now()));
        let authorization = format!("app_id={},{rest}", self.app_id);
        let signed = Signed {
            authorization: &authorization,
            http_method: self.verb,
            target: &self.target,
            body: &self.signed,
            app_auth_token: self.token,
        };
        let sign = app_key().sign(SignType::Rsa2, &signed.string());
        let header = format!("ALIPAY-SHA256withRSA {authorization},sign={sign}");
        let header = self.authorization.clone().unwrap_or(header);
        let token = self.token.map_or_else(String::new, |token| format!("alipay-app-auth-token: {token}\r\n"));
        let body = self.body.as_ref().unwrap_or(&self.signed);
        let Sent { verb, target, headers, .. } = self;
        let length = body.len();
        let head = format!(
            "{verb} {target} HTTP/1.1\r\nhost: x\r\nauthorization: {header}\r\n{token}{headers}content-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    }
}

fn send_bytes(running: &Running, bytes: &[u8]) -> Answer {
    Connection::open(running.address).exchange(bytes).expect("it answers")
}

fn send(running: &Running, sent: &Sent) -> Answer {
    send_bytes(running, &sent.bytes())
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let mark = format!("{name}: ");
    answer.head.split("\r\n").find_map(|line| line.strip_prefix(&mark)).unwrap_or_default()
}

/// The fields of a success, whose signature is the platform's.
fn success(running: &Running, sent: &Sent) -> Value {
    let answer = send(running, sent);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200, "{} {text}", sent.target);
    assert!(header(&answer, "content-type").starts_with("application/json"), "{}", answer.headers);
    let string = answer_string(
        header(&answer, "alipay-timestamp").parse().expect("a time"),
        header(&answer, "alipay-nonce"),
        &answer.body,
    );
    let sign = header(&answer, "alipay-signature");
    assert!(running.platform_key.verify_base64(SignType::Rsa2, &string, sign), "{}", answer.headers);
    serde_json::from_str(&text).expect("JSON")
}

/// A refusal: status, code, message.
fn refused(answer: &Answer) -> (u16, String, String) {
    let error: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let text = |name: &str| error[name].as_str().expect("a text").to_owned();
    (answer.status, text("code"), text("message"))
}

fn check(running: &Running, sent: &Sent, status: u16, code: &str, words: &str) {
    let (found, told, message) = refused(&send(running, sent));
    assert_eq!((found, &*told), (status, code), "{} {message}", sent.target);
    assert!(message.contains(words), "{words}: {message}");
}

fn a_crowd(out_biz_no: &str) -> Value {
    json!({"out_biz_no": out_biz_no, "name": "白领", "conditions": conditions("IN", "pam_gender", "1")})
}

each_engine!(the_same_methods_are_run_by_path, |engine| {
    let running = Running::start(engine);
    let made = success(&running, &post(CREATE, &a_crowd("1")));
    let id = made["crowd_group_id"].as_str().expect("an id");
    // One list of keys, whichever door a call comes through.
    let again = succeed(&running.client(), CREATE, &a_crowd("1"));
    assert_eq!(again["crowd_group_id"], id);
    assert_eq!(success(&running, &post(CREATE, &a_crowd("1"))), made);
    let detail = success(&running, &get(DETAIL, &format!("crowd_group_id={id}")));
    assert_eq!(detail["name"], "白领");
    assert_eq!(success(&running, &post(DETAIL, &json!({"crowd_group_id": id}))), detail);
    let mut both = post(DETAIL, &json!({}));
    both.target = format!("{}?crowd_group_id={id}&unknown=1", both.target);
    assert_eq!(success(&running, &both), detail);
    let named = get("koubei.marketing.campaign.crowd.batchquery", "name=%E7%99%BD&page_size=5");
    assert_eq!(success(&running, &named)["total_number"], "1");
    // A field that is a list is JSON in a query.
    let counted =
        get("koubei.marketing.campaign.crowd.count", &format!("crowd_group_id={id}&dimensions=%5B%22pam_gender%22%5D"));
    assert!(success(&running, &counted)["summary_values"].is_string());
    let mut other = a_crowd("1");
    other["name"] = json!("n");
    for (sent, status, code, words) in [
        (post(CREATE, &json!({"out_biz_no": "2"})), 400, "INVALID_PARAMETER", "name 不能为空"),
        (post(DETAIL, &json!({"crowd_group_id": "1"})), 400, "CROWD_GROUP_NOT_EXIST", "人群组不存在"),
        (
            Sent { app_id: OTHER_APP_ID, ..post(DETAIL, &json!({"crowd_group_id": id})) },
            400,
            "CROWD_GROUP_NOT_EXIST",
            "",
        ),
        (post(CREATE, &other), 400, "OUT_BIZ_NO_CONFLICT", ""),
        (get(CREATE, "out_biz_no=3&name=n"), 404, "invalid-method", "只支持POST"),
        (Sent { verb: "PUT", ..post(CREATE, &a_crowd("4")) }, 404, "invalid-method", "只支持POST"),
        (post("koubei.marketing.campaign.crowd.creat", &a_crowd("5")), 404, "invalid-method", "crowd.create"),
        (Sent { target: "/v3/nothing".to_owned(), ..post(CREATE, &a_crowd("6")) }, 404, "invalid-method", ""),
        (Sent { signed: b"{\"name\":".to_vec(), ..post(CREATE, &json!({})) }, 400, "invalid-parameter", "参数无效"),
        (Sent { signed: b"\xff".to_vec(), ..post(CREATE, &json!({})) }, 400, "invalid-parameter", "utf-8"),
        (get(DETAIL, "crowd_group_id=%ff"), 400, "invalid-parameter", "crowd_group_id"),
        (get(DETAIL, "crowd_group_id=a%00"), 400, "INVALID_PARAMETER", "不能含有空字符"),
        (post(CREATE, &json!({"notify_url": "ftp://a.com/"})), 400, "INVALID_PARAMETER", "notify_url"),
        (post("punchcard.trade.show", &json!({})), 404, "invalid-method", ""),
    ] {
        check(&running, &sent, status, code, words);
    }
    let mut contradicts = post(DETAIL, &json!({"crowd_group_id": "1"}));
    contradicts.target.push_str("?crowd_group_id=2");
    check(&running, &contradicts, 400, "invalid-parameter", "重复且取值不同");
});

each_engine!(a_token_acts_for_its_merchant, |engine| {
    const TOKEN: &str = "202601BBtoken_of_v3";
    let world = format!("{}{}", world(), authorization(TOKEN, "methods = [\"*\"]"));
    let running = Running::start_with(engine, &world, &[]);
    let isv = |body: &Value| Sent { app_id: ISV_APP_ID, token: Some(TOKEN), ..post(CREATE, body) };
    let made = success(&running, &isv(&a_crowd("1")));
    assert_eq!(succeed(&running.client(), CREATE, &a_crowd("1"))["crowd_group_id"], made["crowd_group_id"]);
    let unknown = Sent { token: Some("202601BBnobodys"), ..isv(&a_crowd("2")) };
    check(&running, &unknown, 401, "invalid-app-auth-token", "无效的应用授权令牌");
    // What cannot be read as a token, and one of two, is not taken for none.
    for headers in
        ["alipay-app-auth-token: 202601BBt\u{f6}ken\r\n".to_owned(), "alipay-app-auth-token: x\r\n".repeat(2)]
    {
        let odd = Sent { headers, ..post(CREATE, &a_crowd("3")) };
        check(&running, &odd, 401, "invalid-app-auth-token", "无效的应用授权令牌");
    }
});

each_engine!(who_calls_is_proved_and_no_call_is_taken_twice, |engine| {
    let running = Running::start(engine);
    let of =
        |authorization: &str| Sent { authorization: Some(authorization.to_owned()), ..post(CREATE, &a_crowd("1")) };
    let rest = |nonce: &str, timestamp: i64| Sent {
        rest: Some(format!("nonce={nonce},timestamp={timestamp}")),
        ..post(CREATE, &a_crowd("1"))
    };
    for (sent, status, code) in [
        (of(""), 400, "missing-timestamp"),
        (of("Bearer x"), 400, "invalid-signature-type"),
        (of("ALIPAY-SHA256withRSA app_id=1,nonce=n,timestamp=1"), 400, "missing-signature"),
        (of("ALIPAY-SHA256withRSA nonce=n,timestamp=1,sign=x"), 400, "missing-app-id"),
        (Sent { app_id: "2021999999999999", ..post(CREATE, &a_crowd("1")) }, 400, "invalid-app-id"),
        (rest("late", now() - 601_000), 400, "invalid-timestamp"),
        (rest("early", now() + 660_000), 400, "invalid-timestamp"),
        (
            Sent { rest: Some(format!("app_cert_sn=00,nonce=c,timestamp={}", now())), ..post(CREATE, &a_crowd("1")) },
            400,
            "app-cert-not-exist",
        ),
        (Sent { body: Some(b"{}".to_vec()), ..post(CREATE, &a_crowd("1")) }, 400, "invalid-signature"),
    ] {
        let answer = send(&running, &sent);
        let (found, told, message) = refused(&answer);
        assert_eq!((found, &*told), (status, code), "{message}");
        assert_eq!(header(&answer, "alipay-signature"), "", "what strangers are told is not signed");
    }
    // Nothing of it was done; the call itself is taken once.
    let once = rest("once", now()).bytes();
    let first = send_bytes(&running, &once);
    assert_eq!(first.status, 200);
    let (status, code, message) = refused(&send_bytes(&running, &once));
    assert_eq!((status, &*code), (400, "suspected-attack"), "{message}");
    // Another app may use the nonce.
    success(&running, &Sent { app_id: OTHER_APP_ID, ..rest("once", now()) });
});

#[test]
fn a_refused_signature_is_kept_for_the_doctor() {
    let running = Running::start(Engine::Sqlite);
    let mut sent = post(CREATE, &a_crowd("1"));
    sent.body = Some(b"{\"name\":\"other\"}".to_vec());
    let answer = send(&running, &sent);
    let (_, _, message) = refused(&answer);
    assert!(
        message.contains("网关生成的验签字符串为：app_id=") && message.contains("{\"name\":\"other\"}\n"),
        "{message}"
    );
    let trace = header(&answer, "alipay-trace-id");
    let told = running.command(&["doctor", trace]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("other-string") && told.contains("\\nPOST\\n/v3/koubei/marketing/campaign/crowd/create\\n"),
        "{told}"
    );
    let page = Connection::open(running.operator).exchange(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
    let page = String::from_utf8_lossy(&page.expect("metrics").body).into_owned();
    let counted = format!("punchcard_calls_total{{door=\"v3\",method=\"{CREATE}\",code=\"40002\"}} 1");
    assert!(page.contains(&counted), "{page}");
}

each_engine!(contents_are_encrypted_both_ways, |engine| {
    let app = format!("app_id = \"{APP_ID}\"\n");
    let running =
        Running::start_with(engine, &world().replacen(&app, &format!("{app}aes_key = \"{}\"\n", KEYS[0]), 1), &[]);
    let key = ContentKey::parse(KEYS[0]).expect("a key");
    let encrypted = |text: &str| Sent {
        signed: key.encrypt(text.as_bytes()).into_bytes(),
        headers: "content-type: text/plain\r\nalipay-encrypt-type: AES\r\n".to_owned(),
        ..post(CREATE, &json!({}))
    };
    let answer = send(&running, &encrypted(&a_crowd("1").to_string()));
    assert_eq!(answer.status, 200);
    let clear = key.decrypt(std::str::from_utf8(&answer.body).expect("base64")).expect("the app's key");
    let node: Value = serde_json::from_slice(&clear).expect("JSON");
    assert_eq!(succeed(&running.client(), CREATE, &a_crowd("1"))["crowd_group_id"], node["crowd_group_id"]);
    // What is refused is told in clear: an SDK reads it so.
    check(&running, &encrypted("{}"), 400, "INVALID_PARAMETER", "out_biz_no");
    let clear = Sent { signed: b"{}".to_vec(), ..encrypted("") };
    check(&running, &clear, 400, "decryption-error-unknown", "");
    let other = Sent { headers: "alipay-encrypt-type: SM4\r\n".to_owned(), ..encrypted("{}") };
    check(&running, &other, 400, "invalid-encrypt-type", "");
    let without = Sent { app_id: OTHER_APP_ID, ..encrypted("{}") };
    check(&running, &without, 400, "decryption-error-not-valid-encrypt-key", "");
});

/// A body with a part of fields and one with a file.
fn upload(fields: &Value, file: &[u8]) -> Sent {
    let data = fields.to_string();
    let head = format!(
        "--B\r\nContent-Disposition: form-data; name=\"data\"\r\nContent-Type: application/json\r\n\r\n{data}\r\n--B\r\n\
         Content-Disposition: form-data; name=\"image_content\"; filename=\"n.png\"\r\nContent-Type: image/png\r\n\r\n"
    );
    Sent {
        body: Some([head.as_bytes(), file, b"\r\n--B--\r\n"].concat()),
        headers: "content-type: multipart/form-data; boundary=B\r\n".to_owned(),
        ..post(UPLOAD, fields)
    }
}

each_engine!(files_come_beside_the_fields, |engine| {
    let running = Running::start(engine);
    let file = STANDARD.decode(PNG).expect("base64");
    let fields = json!({"image_type": "png", "image_name": "n"});
    let made = success(&running, &upload(&fields, &file));
    let id = made["image_id"].as_str().expect("an id");
    let shown = send_bytes(&running, format!("GET /h5/image/{id} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes());
    assert!(shown.body.starts_with(b"\x89PNG"), "{:?}", shown.body);
    check(&running, &upload(&fields, b"<html>"), 400, "INVALID_PARAMETER", "不是有效的图片");
    check(&running, &upload(&fields, b""), 400, "INVALID_PARAMETER", "image_content 不能为空");
    // What looks like a file in JSON is none.
    let forged = json!({"image_type": "png", "image_name": "n", "image_content": {"sha256": "00"}});
    check(&running, &post(UPLOAD, &forged), 400, "INVALID_PARAMETER", "image_content 必须是文件");
    check(&running, &post(UPLOAD, &picture("n")), 400, "INVALID_PARAMETER", "image_content 必须是文件");
    let theirs = json!({"image_type": "png", "image_name": "n", "image_pid": OTHER_PID});
    check(&running, &upload(&theirs, &file), 400, "INVALID_PARAMETER", "image_pid");
    success(&running, &upload(&json!({"image_type": "png", "image_name": "n", "image_pid": PID}), &file));
    let broken = Sent { body: Some(b"--B".to_vec()), ..upload(&fields, &file) };
    check(&running, &broken, 400, "invalid-parameter", "multipart/form-data格式错误");
    let long = Sent { body: Some(vec![b' '; (16 << 20) + 1]), ..post(CREATE, &json!({})) };
    check(&running, &long, 400, "invalid-parameter", "16MiB");
});

each_engine!(strangers_are_limited_and_good_calls_answered, |engine| {
    let running = Running::start_with(engine, &world(), &["--mode", "platform"]);
    let bad = Sent { app_id: "2021999999999999", ..post(CREATE, &a_crowd("1")) }.bytes();
    let (over, limited) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut connection = Connection::open(running.address);
                while !over.load(Ordering::Acquire) {
                    let answer = connection.exchange(&bad).expect("an answer");
                    if refused(&answer) == (429, "app-call-limited".to_owned(), code::APP_CALL_LIMITED.sub_msg.into()) {
                        limited.store(true, Ordering::Release);
                    }
                }
            });
        }
        let began = Instant::now();
        while !limited.load(Ordering::Acquire) && began.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(1));
        }
        if limited.load(Ordering::Acquire) {
            success(&running, &post(CREATE, &a_crowd("1")));
        }
        over.store(true, Ordering::Release);
    });
    assert!(limited.into_inner(), "nobody limits them");
});

// What came through this door is in the request log like any other call.
each_engine!(calls_are_in_the_request_log, |engine| {
    let running = Running::start(engine);
    let sent = post(CREATE, &a_crowd("1"));
    let answer = send(&running, &sent);
    assert_eq!(answer.status, 200);
    let trace = header(&answer, "alipay-trace-id");
    let began = Instant::now();
    let shown = loop {
        let output = running.command(&["log", "--json", "--trace", trace]);
        match serde_json::from_slice::<Value>(&output.stdout) {
            Ok(shown) => break shown,
            Err(_) => assert!(began.elapsed() < Duration::from_secs(10), "{}", String::from_utf8_lossy(&output.stderr)),
        }
    };
    let texts = ["door", "method", "app_id", "pid", "code"].map(|name| shown[name].as_str().unwrap_or_default());
    assert_eq!(texts, ["v3", CREATE, APP_ID, PID, "10000"]);
    let full = &shown["full"];
    let parameters = full["parameters"].as_array().expect("a list");
    let value = |name: &str| {
        let found = parameters.iter().find(|pair| pair[0] == name);
        found.and_then(|pair| pair[1].as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(value("request"), format!("POST {}", sent.target));
    assert_eq!(value("body").as_bytes(), sent.signed);
    assert_eq!(full["answer"].as_str().map(str::as_bytes), Some(&answer.body[..]));
    // The string is the one that the signature in the header is of.
    let string = shown["string_to_sign"].as_str().expect("it was verified");
    let authorization = value("authorization");
    let (_, sign) = authorization.rsplit_once(",sign=").expect("it is signed");
    assert!(app_key().public_key().verify_base64(SignType::Rsa2, string.as_bytes(), sign), "{string}");
    // A refused signature is there with its cause, and in an operator's hands with the string.
    let refused = Sent { body: Some(b"{}".to_vec()), ..post(CREATE, &a_crowd("2")) };
    let answer = send(&running, &refused);
    assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(&answer.body));
    let told = running.doctor(header(&answer, "alipay-trace-id"));
    assert!(told.contains("other-string"), "{told}");
});
