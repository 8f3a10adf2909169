//! Calls whose content is encrypted (`encrypt_type=AES`), by official SDKs and byte by byte.

use crate::isv::{APP_ID as ISV_APP, Isv, Sdk, in_world};
use crate::raw::{Connection, signed_node};
use crate::running::{APP_ID, NOW, PID, Running, app_key, each_engine, log_of, world};
use client::{CallError, Client};
use serde_json::{Value, json};
use store::testing::Engine;
use wire::{Charset, ContentKey, PublicKey, SignType};

const CREATE: &str = "koubei.marketing.campaign.crowd.create";
const BUYER: &str = "2088102146931393";
/// One key of each size: AES-128, AES-192 and AES-256.
pub(crate) const KEYS: [&str; 3] =
    ["K34VFiiu0qar9xWICc9PPA==", "jnOw99oOZFLIEPMrgJB54mL46tJSLGt7", "YD3rEBXKcb4rc67whX13gR81LAc7YQjXLZgQowkU3/Q="];

/// The tests' world, whose app has this key; the file states it for an app that is there.
fn with_key(aes_key: &str) -> String {
    let app = format!("app_id = \"{APP_ID}\"\n");
    world().replacen(&app, &format!("{app}aes_key = \"{aes_key}\"\n"), 1)
}

fn key(text: &str) -> ContentKey {
    ContentKey::parse(text).expect("a key")
}

fn a_crowd(out_biz_no: &str, name: &str) -> Value {
    let conditions = json!([{"op": "IN", "tagCode": "pam_gender", "value": "1"}]).to_string();
    json!({"out_biz_no": out_biz_no, "name": name, "conditions": conditions, "operator_id": "2088102146931393",
        "operator_type": "PROVIDER"})
}

fn encrypting(running: &Running, aes_key: &str, charset: Charset) -> Client {
    running.client_in(APP_ID, None, charset, SignType::Rsa2).encrypting(key(aes_key))
}

/// Sends a signed call of the app with these parameters beside the usual ones; the answer's body.
fn sent(running: &Running, charset: Charset, more: &[(&str, &str)]) -> Vec<u8> {
    let usual = [("app_id", APP_ID), ("method", CREATE), ("timestamp", NOW), ("version", "1.0")];
    let form = wire::signed_form(&[&usual, more].concat(), charset, SignType::Rsa2, &app_key()).expect("encodable");
    post(running, &form)
}

fn post(running: &Running, form: &str) -> Vec<u8> {
    let head = "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded";
    let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{form}", form.len());
    Connection::open(running.address).exchange(request.as_bytes()).expect("it answers").body
}

/// What the platform signed: the text inside the quotes of a cipher, or the JSON in clear.
fn node(body: &[u8], platform: &PublicKey) -> Result<String, Value> {
    let node = signed_node(body, platform).expect("it is signed");
    match serde_json::from_slice(node).expect("JSON") {
        Value::String(cipher) => Ok(cipher),
        clear => Err(clear),
    }
}

each_engine!(a_call_and_its_answer_are_encrypted_with_keys_of_any_size, |engine| {
    for aes_key in KEYS {
        let running = Running::start_with(engine, &with_key(aes_key), &[]);
        for charset in [Charset::Utf8, Charset::Gbk] {
            let client = encrypting(&running, aes_key, charset);
            let made =
                client.call(CREATE, &a_crowd(charset.name(), "三十岁以下白领").to_string(), NOW).expect("an answer");
            assert!(made.is_success() && made.node["crowd_group_id"].is_string(), "{made:?}");
            // The same content in clear is the same call.
            let clear = running.client_in(APP_ID, None, charset, SignType::Rsa2);
            let again = clear.call(CREATE, &a_crowd(charset.name(), "三十岁以下白领").to_string(), NOW);
            assert_eq!(again.expect("an answer").node, made.node);
            // What the method refuses is encrypted too, and so is what comes of no content at all.
            let refused =
                client.call(CREATE, &a_crowd(charset.name(), "别的名字").to_string(), NOW).expect("an answer");
            assert_eq!(refused.sub_code.as_deref(), Some("OUT_BIZ_NO_CONFLICT"));
            assert!(refused.sub_msg.is_some_and(|text| text.contains("外部流水号重复")));
            let body = sent(&running, charset, &[("encrypt_type", "AES")]);
            let cipher = node(&body, &running.platform_key).expect("a cipher");
            let answer = key(aes_key).decrypt(&cipher).expect("the app's key");
            assert!(String::from_utf8_lossy(&answer).contains("40004"), "{answer:?}");
            // So is what comes of a method that is not answered.
            let unknown = client.call("koubei.made.up", "{}", NOW).expect("an answer");
            assert_eq!(unknown.sub_code.as_deref(), Some("isv.invalid-method"));
        }
    }
});

each_engine!(what_cannot_be_decrypted_is_refused_in_clear, |engine| {
    let running = Running::start_with(engine, &with_key(KEYS[0]), &[]);
    let platform = &running.platform_key;
    let refused = |encrypt_type: &str, biz_content: &str| {
        let body = sent(&running, Charset::Utf8, &[("encrypt_type", encrypt_type), ("biz_content", biz_content)]);
        let clear = node(&body, platform).expect_err("in clear");
        (clear["sub_code"].as_str().expect("a text").to_owned(), clear["sub_msg"].as_str().expect("a text").to_owned())
    };
    let content = a_crowd("1", "名").to_string();
    let cipher = key(KEYS[0]).encrypt(content.as_bytes());
    let unknown = "isv.decryption-error-unknown";
    // Nothing tells one wrong cipher from another: padding, blocks, base64, key.
    let longer = format!("{cipher}AAAA");
    let others = key(KEYS[1]).encrypt(content.as_bytes());
    for wrong in ["AAAA", &cipher[1..], &longer, &others] {
        let (sub_code, told) = refused("AES", wrong);
        assert_eq!(sub_code, unknown, "{wrong}");
        assert!(told.starts_with("解密出错，未知异常，解决方案：") && told.contains("AES密钥解密"), "{told}");
    }
    let (sub_code, told) = refused("AES", &content);
    assert!(sub_code == unknown && told.contains("biz_content是明文"), "{told}");
    for other in ["DES", "aes"] {
        let (sub_code, told) = refused(other, &cipher);
        assert!(sub_code == "isv.invalid-encrypt-type" && told.contains(other), "{told}");
    }
    // An app without a key.
    let other = Running::start(engine);
    let body = sent(&other, Charset::Utf8, &[("encrypt_type", "AES"), ("biz_content", &cipher)]);
    let clear = node(&body, &other.platform_key).expect_err("in clear");
    assert_eq!(clear["sub_code"], "isv.decryption-error-not-valid-encrypt-key");
    // A wrong signature is refused before anything is decrypted.
    let form = wire::signed_form(
        &[
            ("app_id", APP_ID),
            ("method", CREATE),
            ("timestamp", NOW),
            ("version", "1.0"),
            ("encrypt_type", "AES"),
            ("biz_content", "AAAA"),
        ],
        Charset::Utf8,
        SignType::Rsa2,
        &app_key(),
    );
    let body = post(&running, &form.expect("encodable").replace("biz_content=AAAA", "biz_content=AAAB"));
    assert_eq!(node(&body, platform).expect_err("in clear")["sub_code"], "isv.invalid-signature");
});

#[test]
fn text_in_the_other_charset_was_decrypted_and_is_refused_in_cipher() {
    let running = Running::start_with(Engine::Sqlite, &with_key(KEYS[0]), &[]);
    let content = a_crowd("1", "三十岁以下白领的名字").to_string();
    let in_gbk = Charset::Gbk.encode(&content).expect("it is in GBK").into_owned();
    let cipher = key(KEYS[0]).encrypt(&in_gbk);
    let body = sent(&running, Charset::Utf8, &[("encrypt_type", "AES"), ("biz_content", &cipher)]);
    let answer = key(KEYS[0]).decrypt(&node(&body, &running.platform_key).expect("a cipher")).expect("the app's key");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!(answer["sub_code"], "isv.invalid-parameter");
    let told = answer["sub_msg"].as_str().expect("a text");
    assert!(told.contains("biz_content不是有效的utf-8文本") && told.contains("charset改为gbk"), "{told}");
}

#[test]
fn a_client_takes_no_answer_that_it_cannot_decrypt() {
    let running = Running::start_with(Engine::Sqlite, &with_key(KEYS[0]), &[]);
    let cipher = key(KEYS[0]).encrypt(a_crowd("1", "名").to_string().as_bytes());
    let client = running.client();
    let more = [("encrypt_type", "AES"), ("biz_content", cipher.as_str())];
    let answer = client.call_with(CREATE, "", NOW, &more);
    assert!(matches!(answer, Err(CallError::Undecryptable)), "{answer:?}");
}

#[test]
fn the_key_is_in_no_log_and_no_backup_and_wrong_ones_are_refused_at_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.toml");
    std::fs::write(&path, with_key(KEYS[2])).expect("the folder is ours");
    let world = vec!["--world".to_owned(), path.display().to_string()];
    let mut running = Running::start_logging_in(Engine::Sqlite, folder, world);
    let client = encrypting(&running, KEYS[2], Charset::Utf8);
    assert!(client.call(CREATE, &a_crowd("1", "名").to_string(), NOW).expect("an answer").is_success());
    drop(client.call(CREATE, "no JSON", NOW));
    drop(sent(&running, Charset::Utf8, &[("encrypt_type", "AES"), ("biz_content", "AAAA")]));
    let backup = running.folder.path().join("backup");
    assert!(running.command(&["backup", &backup.display().to_string()]).status.success());
    for wrong in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "not base64 at all, and no file"] {
        let text = format!("[[app]]\napp_id = \"2021000000000099\"\npid = \"{PID}\"\naes_key = \"{wrong}\"\n");
        let path = running.folder.path().join("wrong.toml");
        std::fs::write(&path, format!("# One line above.\n{text}")).expect("the folder is ours");
        let output = running.command(&["world", "check", &path.display().to_string()]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains("wrong.toml:2: "), "{told}");
        assert!(told.contains("aes_key") && !told.contains("AAAAAAAA"), "{told}");
    }
    running.terminate();
    let log = log_of(running.folder.path());
    assert!(!log.contains(&KEYS[2][..20]), "{log}");
    let backup = std::fs::read(backup).expect("it was made");
    assert!(crate::raw::find(&backup, KEYS[2].as_bytes()).is_none(), "the key is in the backup");
}

/// Official SDKs: a success and a refusal with Chinese in what is sent and answered. The Python SDK cannot encrypt
/// Chinese in GBK, so it sends none there.
fn sdk_encrypts(engine: Engine, sdk: Sdk, hows: &[(&str, &str)]) {
    let aes_key = KEYS[0];
    let app = format!("app_id = \"{ISV_APP}\"\n");
    let buyer = format!("[[user]]\nuser_id = \"{BUYER}\"\nlogin_id = \"15901825620\"\n");
    let isv = in_world().replacen(&app, &format!("{app}aes_key = \"{aes_key}\"\n"), 1);
    let world = [world(), buyer, isv].concat();
    let running = Running::start_with(engine, &world, &[]);
    let isv = Isv::start_with(&running, sdk, Some(aes_key));
    for &how in hows {
        let out_trade_no = isv.number();
        let subject = if how.0 == "GBK" { "peaches" } else { "三个桃子" };
        let order = json!({"out_trade_no": out_trade_no, "total_amount": "8.80", "subject": subject,
            "buyer_id": "2088102146931394"});
        let answer = isv.asks(how, "alipay.trade.create", &order, "");
        // There is no such buyer, which is said in Chinese.
        assert_eq!(answer["sub_code"], "ACQ.BUYER_NOT_EXIST", "{answer}");
        assert!(answer["sub_msg"].as_str().is_some_and(|text| text.contains("买家不存在")), "{answer}");
        let send = json!({"out_trade_no": out_trade_no});
        let answer = isv.asks(how, "alipay.trade.query", &send, "");
        assert_eq!(answer["sub_code"], "ACQ.TRADE_NOT_EXIST", "{answer}");
        let made = isv.calls(
            how,
            "alipay.trade.create",
            &json!({"out_trade_no": out_trade_no, "total_amount": "8.80",
            "subject": subject, "buyer_id": BUYER}),
            "",
        );
        assert_eq!(made["out_trade_no"], json!(out_trade_no));
        let found = isv.calls(how, "alipay.trade.query", &send, "");
        assert_eq!(found["trade_no"], made["trade_no"]);
    }
}

#[test]
fn node_encrypts() {
    sdk_encrypts(Engine::Sqlite, Sdk::Node, &[("utf-8", "RSA2"), ("utf-8", "RSA")]);
}

#[test]
fn python_encrypts() {
    sdk_encrypts(Engine::Postgres, Sdk::Python, &[("utf-8", "RSA2"), ("GBK", "RSA2"), ("GBK", "RSA")]);
}

#[test]
fn the_current_python_encrypts() {
    sdk_encrypts(Engine::Sqlite, Sdk::CurrentPython, &[("utf-8", "RSA2"), ("GBK", "RSA2")]);
}
