//! What a platform hides of a call before it keeps it: secrets whole, what tells who a person is in its middle.
//!
//! A member is judged by its name, at every depth, in JSON inside of texts too; and whatever its name is, a text is
//! searched for user ids, phone numbers, identity cards and e-mail addresses. What cannot be read as JSON is not kept.

use domain::login::masked;
use serde_json::Value;

/// What stands in the place of a secret.
pub(super) const HIDDEN: &str = "***";

/// Whoever has one of these can act for somebody. Names are compared in small letters, without anything between words.
const SECRET: [&str; 20] = [
    "token",
    "authcode",
    "paycode",
    "barcode",
    "dynamicid",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "credential",
    "privatekey",
    "aeskey",
    "apikey",
    "encryptkey",
    "smscode",
    "verifycode",
    "paypin",
    "pincode",
    "authorization",
];
/// Names that are too short to be looked for inside of others.
const WHOLE_NAMES: [&str; 6] = ["pin", "cvv", "uid", "buyer", "contact", "addr"];
/// These tell who somebody is.
const PERSONAL: [&str; 31] = [
    "userid",
    "uid",
    "openid",
    "buyerid",
    "buyer",
    "accountno",
    "fundaccount",
    "cardno",
    "bankcard",
    "certno",
    "idno",
    "idcard",
    "login",
    "logon",
    "username",
    "buyername",
    "realname",
    "fullname",
    "consignee",
    "contact",
    "nick",
    "phone",
    "mobile",
    "tel",
    "email",
    "address",
    "addr",
    "birth",
    "operatorid",
    "receiver",
    "passport",
];
/// JSON inside of JSON inside of texts is followed so far.
const DEPTH_MAX: usize = 32;

/// A parameter's value as it is kept.
pub(super) fn parameter(name: &str, value: &str) -> String {
    match name {
        "biz_content" | "body" => sent(value),
        // Verb and target: what an address is asked with may be anything.
        "request" => {
            value.split_once('?').map_or_else(|| found_in(value), |(path, _)| format!("{}?{HIDDEN}", found_in(path)))
        }
        // Whoever signs is named; what else stands there may be anything.
        "authorization" | "content-type" => value.split(',').take(1).collect(),
        // What a consent page hands out; in an answer it is a number that tells nothing.
        "code" => HIDDEN.to_owned(),
        name => member(name, value, DEPTH_MAX),
    }
}

/// The JSON that a call has sent, as it is kept.
pub fn sent(text: &str) -> String {
    let mut kept = json(text);
    if let Ok(Value::Object(mut members)) = serde_json::from_str(&kept)
        && let Some(code) = members.get_mut("code")
    {
        *code = HIDDEN.into();
        kept = Value::Object(members).to_string();
    }
    kept
}

/// JSON as it is kept.
pub(super) fn json(text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(value) => inside("", value, DEPTH_MAX).to_string(),
        Err(_) if text.is_empty() => String::new(),
        Err(_) => format!("({} bytes that are no JSON)", text.len()),
    }
}

/// An answer as it is kept. A refused signature repeats the whole string that was verified.
pub(super) fn answer(text: &str) -> String {
    let mut kept = json(text);
    if let Ok(Value::Object(mut members)) = serde_json::from_str(&kept)
        && ["code", "sub_code"].iter().any(|name| members.get(*name).is_some_and(is_invalid_signature))
    {
        for name in ["sub_msg", "message"] {
            if let Some(told) = members.get_mut(name) {
                *told = HIDDEN.into();
            }
        }
        kept = Value::Object(members).to_string();
    }
    kept
}

fn is_invalid_signature(code: &Value) -> bool {
    code.as_str().is_some_and(|code| code.trim_start_matches("isv.") == "invalid-signature")
}

/// A name as it is compared.
fn compared(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_secret(name: &str) -> bool {
    let name = compared(name);
    SECRET.iter().any(|part| name.contains(part)) || ["pin", "cvv"].contains(&&*name)
}

fn inside(name: &str, value: Value, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return HIDDEN.into() };
    if is_secret(name) && !value.is_null() && value != "" {
        return HIDDEN.into();
    }
    match value {
        Value::Object(members) => {
            let hidden = |(name, value): (String, Value)| {
                let value = inside(&name, value, depth);
                // A name is a caller's text as well.
                (found_in(&name), value)
            };
            Value::Object(members.into_iter().map(hidden).collect())
        }
        Value::Array(elements) => elements.into_iter().map(|element| inside(name, element, depth)).collect(),
        Value::String(text) => member(name, &text, depth).into(),
        Value::Number(number) => {
            let text = number.to_string();
            let hidden = member(name, &text, depth);
            if hidden == text { Value::Number(number) } else { hidden.into() }
        }
        plain => plain,
    }
}

fn member(name: &str, text: &str, depth: usize) -> String {
    let name = compared(name);
    let is = |part: &&str| if WHOLE_NAMES.contains(part) { name == **part } else { name.contains(*part) };
    if text.is_empty() {
        return String::new();
    }
    if is_secret(&name) {
        return HIDDEN.to_owned();
    }
    if text.trim_start().starts_with(['[', '{'])
        && let Ok(value @ (Value::Array(_) | Value::Object(_))) = serde_json::from_str(text)
    {
        return inside(&name, value, depth).to_string();
    }
    if PERSONAL.iter().any(is) {
        return masked(text);
    }
    if name.ends_with("url") || text.contains("://") {
        // What an address is asked with is its receiver's own, tokens among it; and so is who asks.
        let (path, rest) = text.find(['?', '#']).map_or((text, ""), |at| (&text[..at], "?***"));
        let path = path.split_once('@').map_or_else(|| path.to_owned(), |(_, host)| format!("{HIDDEN}@{host}"));
        return format!("{}{rest}", found_in(&path));
    }
    found_in(text)
}

/// A text in which what looks like somebody's number or address is hidden.
fn found_in(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let is_in = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+');
        let end = rest.find(|c| !is_in(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out.push_str(&if tells_somebody(word) { masked(word) } else { word.to_owned() });
        let between = after.find(is_in).unwrap_or(after.len());
        out.push_str(&after[..between]);
        rest = &after[between..];
    }
    out
}

fn tells_somebody(word: &str) -> bool {
    let bare: String = word.chars().filter(|character| !"+-._".contains(*character)).collect();
    let digits = ["0086", "86"].iter().find_map(|prefix| bare.strip_prefix(prefix).filter(|rest| rest.len() == 11));
    let digits = digits.unwrap_or(&bare);
    let (head, last) = digits.split_at(digits.len().saturating_sub(1));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_phone = digits.len() == 11 && all_digits(digits) && digits.starts_with('1') && "3" <= &digits[1..2];
    let is_user_id = digits.len() == 16 && all_digits(digits) && digits.starts_with("2088");
    let is_identity_card = digits.len() == 18 && all_digits(head) && (all_digits(last) || matches!(last, "x" | "X"));
    let is_email = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    is_phone || is_user_id || is_identity_card || is_email
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_and_persons_are_hidden_wherever_they_stand() {
        let sent = json!({
            "auth_code": "281234567890123456",
            "app_auth_token": "201609BBabc",
            "out_trade_no": "20260101000000000007",
            "buyer_id": "2088102146931393",
            "buyer_logon_id": "15901825620",
            "total_amount": "8.80",
            "points": 12,
            "pid": 2_088_201_914_979_011_i64,
            "subject": "给13812345678的午餐, a.b@example.com",
            "nested": [{"user_id": "short", "deep": "{\"token\":\"t0p\",\"amount\":\"1.00\",\"phone\":\"13812345678\"}"}],
            "user_ids": ["2088102146931393", "x"],
            "notify_url": "https://shop.example.com/n?key=s3cret",
            "ext_info": "{not json",
            "pinned": "yes",
            "pin": "123456",
            "flag": true,
            "none": null,
        });
        let kept: Value = serde_json::from_str(&json(&sent.to_string())).expect("JSON");
        let expect = json!({
            "auth_code": "***",
            "app_auth_token": "***",
            "out_trade_no": "20260101000000000007",
            "buyer_id": "208****1393",
            "buyer_logon_id": "159****5620",
            "total_amount": "8.80",
            "points": 12,
            "pid": "208****9011",
            "subject": "给138****5678的午餐, a.***@example.com",
            "nested": [{"user_id": "s****", "deep": "{\"token\":\"***\",\"amount\":\"1.00\",\"phone\":\"138****5678\"}"}],
            "user_ids": ["208****1393", "****"],
            "notify_url": "https://shop.example.com/n?***",
            "ext_info": "{not json",
            "pinned": "yes",
            "pin": "***",
            "flag": true,
            "none": null,
        });
        assert_eq!(kept, expect);
    }

    #[test]
    fn what_a_stranger_found_in_clear_is_hidden() {
        let signature =
            "{\"code\":\"40002\",\"sub_code\":\"isv.invalid-signature\",\"sub_msg\":\"验签出错：app_auth_token=T0K\"}";
        assert!(!answer(signature).contains("T0K") && answer(signature).contains("isv.invalid-signature"));
        let rest = "{\"code\":\"invalid-signature\",\"message\":\"T0K\",\"links\":[]}";
        assert!(!answer(rest).contains("T0K"));
        assert!(answer("{\"code\":\"10000\",\"sub_msg\":\"kept\"}").contains("kept"));
        let check =
            |name: &str, value: &str, expect: &str| assert_eq!(parameter(name, value), expect, "{name} {value}");
        check("request", "GET /v3/a/b?app_auth_token=T0K", "GET /v3/a/b?***");
        check("request", "POST /v3/a/b", "POST /v3/a/b");
        check("authorization", "ALIPAY-SHA256withRSA app_id=1,nonce=n,pin=1", "ALIPAY-SHA256withRSA app_id=1");
        check("redirect_uri", "https://u:p@h/a?token=T0K", "***@h/a?***");
        check("x", "138-1234-0003", "138****0003");
        check("x", "+86-13812340003", "+86****0003");
        check("x", "2026-01-01", "2026-01-01");
        let sent = json!({"pay_pin": 270_829, "payPin": "270829", "authCode": "28", "token": {"value": "T0K"},
            "auth_code": {"v": ["T0K"]}, "callback": "https://a/?k=T0K", "idCard": "123", "shop": "一号店", "pinned": "yes"});
        let kept = json(&sent.to_string());
        for secret in ["270829", "T0K", "\"28\"", "\"123\""] {
            assert!(!kept.contains(secret), "{secret}: {kept}");
        }
        assert!(kept.contains("一号店") && kept.contains("yes"), "{kept}");
    }

    #[test]
    fn parameters_are_hidden_by_name_and_unreadable_content_is_not_kept() {
        let check = |name: &str, value: &str, expect: &str| assert_eq!(parameter(name, value), expect, "{name}");
        check("app_id", "2021000000000001", "2021000000000001");
        check("method", "alipay.trade.pay", "alipay.trade.pay");
        check("app_auth_token", "201609BBabc", "***");
        check("app_auth_token", "", "");
        check("timestamp", "2026-01-01 12:00:00", "2026-01-01 12:00:00");
        check("biz_content", "{\"user_id\":\"2088102146931393\"}", "{\"user_id\":\"208****1393\"}");
        check(
            "biz_content",
            "{\"code\":\"c0de\",\"grant_type\":\"authorization_code\"}",
            "{\"code\":\"***\",\"grant_type\":\"authorization_code\"}",
        );
        check("code", "c0de", "***");
        check("biz_content", "bm90IGpzb24=", "(12 bytes that are no JSON)");
        check("biz_content", "", "");
        check("x", "11010519491231002X", "110****002X");
        check("x", "+8613812345678", "+86****5678");
        check("名", "积分 12", "积分 12");
        let deep = (0..200).fold("1".to_owned(), |inside, _| format!("[{inside}]"));
        assert!(json(&deep).len() < 200, "what is too deep is no JSON, or hidden");
    }
}
