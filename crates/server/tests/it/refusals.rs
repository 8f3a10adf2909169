//! What was refused before a method was asked is kept for `punchcard doctor`, with what to change; a stand-in's answer
//! says it too.

use crate::raw::{Connection, signed_node};
use crate::running::{APP_ID, ISV_APP_ID, NOW, PID, Running, app_key, each_engine, log_of, succeed, world};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::testing::Engine;
use wire::SignType;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";

/// A refused call: its trace, `sub_code` and `sub_msg`.
struct Refused {
    trace_id: String,
    sub_code: String,
    sub_msg: String,
}

/// Sends a form, of which these parameters are replaced, or left out where there is no value; rightly signed.
fn refused(running: &Running, content_type: &str, changes: &[(&str, Option<&str>)]) -> Refused {
    let sound = [
        ("app_id", APP_ID),
        ("charset", "utf-8"),
        ("method", TAGS_QUERY),
        ("sign_type", "RSA2"),
        ("timestamp", NOW),
        ("version", "1.0"),
    ];
    let mut params: std::collections::BTreeMap<&str, &str> = sound.into();
    for (name, value) in changes {
        match value {
            Some(value) => params.insert(name, value),
            None => params.remove(name),
        };
    }
    let string = params.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let sign = app_key().sign(SignType::Rsa2, string.as_bytes());
    let sent = params.into_iter().chain([("sign", sign.as_str())]);
    let form =
        sent.map(|(name, value)| format!("{name}={}", wire::percent_encoded(value))).collect::<Vec<_>>().join("&");
    let head = format!(
        "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        form.len()
    );
    let answer = Connection::open(running.address).exchange((head + form.as_str()).as_bytes()).expect("it answers");
    let trace_id = answer.headers.lines().find_map(|line| line.strip_prefix("trace_id: ")).expect("a trace").to_owned();
    let node = signed_node(&answer.body, &running.platform_key).expect("it is signed");
    let node: Value = serde_json::from_slice(node).expect("JSON");
    let text = |name: &str| node[name].as_str().unwrap_or_default().to_owned();
    Refused { trace_id, sub_code: text("sub_code"), sub_msg: text("sub_msg") }
}

const FORM: &str = "application/x-www-form-urlencoded";

each_engine!(every_refusal_by_the_protocol_is_kept_with_its_remedy, |engine| {
    let stand_in = Running::start(engine);
    let platform = Running::start_with(engine, &world(), &["--mode", "platform"]);
    let mut traces = Vec::new();
    let absent = "2021999999999999";
    for (content_type, changes, sub_code, msg, cause, advice) in [
        (FORM, ("app_id", Some(absent)), "isv.invalid-app-id", "无效的AppID参数", "unknown-app", "6个应用"),
        (
            FORM,
            ("timestamp", Some("1767240000")),
            "isv.invalid-timestamp",
            "非法的时间戳参数",
            "timestamp-form",
            "yyyy-MM-dd HH:mm:ss",
        ),
        (FORM, ("version", Some("2.0")), "isv.invalid-parameter", "参数无效：version只支持1.0", "wrong-value", "2.0"),
        (FORM, ("format", Some("xml")), "isv.invalid-format", "无效的数据格式", "wrong-value", "JSON"),
        (FORM, ("charset", Some("latin1")), "isv.invalid-charset", "字符集错误", "wrong-value", "gb18030"),
        (FORM, ("sign_type", Some("SM2")), "isv.invalid-signature-type", "无效的签名类型", "wrong-value", "RSA2"),
        (FORM, ("timestamp", None), "isv.missing-timestamp", "缺少时间戳参数", "missing-parameter", "timestamp"),
        (
            "multipart/form-data",
            ("a", None),
            "isv.invalid-parameter",
            "参数无效：multipart/form-data格式错误",
            "multipart-form",
            "boundary",
        ),
        (
            FORM,
            ("app_auth_token", Some("nobody's")),
            "aop.invalid-app-auth-token",
            "无效的应用授权令牌",
            "unknown-authorisation",
            "不是授予该应用的授权",
        ),
        (
            FORM,
            ("app_id", Some("2021000000000005")),
            "isv.invalid-app-state",
            "应用状态不满足条件",
            "app-disabled",
            "停用",
        ),
        (
            FORM,
            ("app_id", Some("2021000000000006")),
            "isv.missing-signature-config",
            "应用未配置对应签名算法的公钥或者证书",
            "no-public-key",
            "未登记公钥",
        ),
        (
            FORM,
            ("encrypt_type", Some("AES")),
            "isv.decryption-error-not-valid-encrypt-key",
            "解密出错, 未配置加密密钥或加密密钥格式错误",
            "no-aes-key",
            "未登记AES密钥",
        ),
        (FORM, ("encrypt_type", Some("DES")), "isv.invalid-encrypt-type", "无效的加密类型", "wrong-value", "AES"),
    ] {
        let found = refused(&stand_in, content_type, &[changes]);
        assert_eq!(found.sub_code, sub_code, "{changes:?}");
        let expect = format!("{msg}，解决方案：");
        assert!(found.sub_msg.starts_with(&expect) && found.sub_msg.contains(advice), "{}", found.sub_msg);
        let told = stand_in.doctor(&found.trace_id);
        assert!(told.contains(&format!("cause: {cause}\n")) && told.contains(advice), "{told}");
        traces.insert(0, found.trace_id);
        // On a platform only its operator is told.
        let found = refused(&platform, content_type, &[changes]);
        assert_eq!((found.sub_code.as_str(), found.sub_msg.as_str()), (sub_code, msg));
        assert!(platform.doctor(&found.trace_id).contains(&format!("cause: {cause}\n")));
    }
    // Those of apps that there are come first where the clock stands still.
    let unknown = traces.pop().expect("the first");
    let listed = stand_in.command(&["doctor"]);
    let listed = String::from_utf8(listed.stdout).expect("text");
    let found: Vec<&str> = listed.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    // The one with no form to read has no app_id either.
    assert_eq!(found.len(), traces.len() + 1, "{listed}");
    let known: Vec<_> = found.iter().filter(|trace| **trace != unknown).copied().collect();
    assert!(traces.iter().all(|trace| known.contains(&trace.as_str())), "{listed}");
});

#[test]
fn a_flood_of_an_unknown_app_pushes_out_nothing_else() {
    let running = Running::start(Engine::Sqlite);
    let first = refused(&running, FORM, &[("version", Some("2.0"))]);
    running.doctor(&first.trace_id);
    let flood = || refused(&running, FORM, &[("app_id", Some("1"))]);
    for _ in 0..1_100 {
        flood();
    }
    let last = flood();
    running.doctor(&last.trace_id);
    running.doctor(&first.trace_id);
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let listed = running.command(&["doctor", "--limit", "2000", "--json"]);
        let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
        let kept = listed.as_array().map_or(0, Vec::len);
        if kept == 201 {
            break;
        }
        assert!(Instant::now() < deadline, "{kept}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

// Who calls is known once the call is verified, whatever it is refused for.
each_engine!(a_verified_call_names_its_merchant_in_the_log, |engine| {
    let running = Running::start_logging(engine);
    succeed(&running.client(), TAGS_QUERY, &json!({}));
    let refused = [
        refused(&running, FORM, &[("method", Some("koubei.no.such.method"))]),
        refused(&running, FORM, &[("encrypt_type", Some("AES"))]),
        refused(&running, FORM, &[("app_auth_token", Some("nobody's"))]),
        refused(&running, FORM, &[("app_id", Some(ISV_APP_ID)), ("app_auth_token", Some("revoked_token"))]),
    ];
    let log = log_of(running.folder.path());
    for (refused, pid) in refused.iter().zip([PID, PID, PID, crate::running::ISV_PID]) {
        let line = log.lines().find(|line| line.contains(&refused.trace_id) && line.contains("\"call\""));
        let line =
            line.or_else(|| log.lines().find(|line| line.contains(&refused.trace_id) && line.contains("sub_code")));
        assert!(line.is_some_and(|line| line.contains(pid)), "{pid}: {log}");
    }
});
