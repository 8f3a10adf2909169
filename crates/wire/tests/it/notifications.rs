//! Notifications that a mock platform sent and five SDKs judged.

use std::collections::BTreeMap;

use wire::notify::{Rule, form, is_acknowledgement, string_to_sign};
use wire::{Charset, RawCall, SignType};

use crate::vectors;

#[test]
fn every_recorded_notification() {
    let names = vectors::names("notifications", "json");
    assert_eq!(names.len(), 16);
    let mut reproduced = 0;
    for name in names {
        let recorded = vectors::json(&format!("notifications/{name}.json"));
        let field = |name: &str| recorded[name].as_str().unwrap();
        let charset = Charset::from_name(field("charset").as_bytes()).unwrap();
        let sign_type = SignType::from_name(field("sign_type").as_bytes()).unwrap();
        let rule = if field("rule").starts_with("V1") { Rule::V1 } else { Rule::V2 };
        let params = recorded["params"].as_object().unwrap();
        let params: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let string = string_to_sign(&params, rule, charset).unwrap();

        let key = vectors::private_key("platform_private_pkcs8.pem");
        let sign = key.sign(sign_type, &string);
        let verifies = key.public_key().verify_base64(sign_type, &string, field("sign"));
        match name.as_str() {
            "notify-coupon-tampered-utf8-rsa2" | "notify-coupon-tampered-gbk-rsa2" => assert!(!verifies, "{name}"),
            // Signed with its empty member, which we neither sign nor send.
            "notify-emptysigned-v1-utf8-rsa2" => assert!(!verifies, "{name}"),
            _ => {
                assert_eq!(sign, field("sign"), "{name}");
                assert!(verifies, "{name}");
                assert_eq!(charset.decode(&string).unwrap(), field("string_that_was_signed"), "{name}");
                reproduced += 1;
            }
        }

        let (filled, empty): (Vec<_>, Vec<_>) = params.iter().partition(|(_, value)| !value.is_empty());
        let ours = form(&params, charset).unwrap();
        assert_eq!(read(ours.as_bytes()), read(form(&filled, charset).unwrap().as_bytes()), "{name}: no empty member");
        if empty.is_empty() && !name.contains("tampered") {
            assert_eq!(read(ours.as_bytes()), read(&vectors::bytes(&format!("notifications/{name}.body"))), "{name}");
        }
    }
    assert_eq!(reproduced, 13);
}

/// The members of a form that notifications have, as bytes.
fn read(form: &[u8]) -> BTreeMap<String, Option<Vec<u8>>> {
    let call = RawCall::read(b"", None, form);
    let names = String::from_utf8_lossy(form).into_owned();
    let names = names.split('&').map(|pair| pair.split('=').next().unwrap().to_owned());
    names.map(|name| (name.clone(), call.get(&name).map(<[u8]>::to_vec))).collect()
}

#[test]
fn text_outside_the_charset() {
    let check = |value: &str, charset, expect: Option<&str>| {
        assert_eq!(form(&[("a", ""), ("memo", value)], charset).as_deref(), expect);
        assert_eq!(string_to_sign(&[("memo", value)], Rule::V1, charset).is_some(), expect.is_some());
    };
    check("积分 +&=", Charset::Utf8, Some("memo=%E7%A7%AF%E5%88%86+%2B%26%3D"));
    check("积分", Charset::Gbk, Some("memo=%BB%FD%B7%D6"));
    check("😀", Charset::Gbk, None);
}

#[test]
fn only_success_acknowledges() {
    for (status, body, expect) in [
        (200, "success", true),
        (200, " success\n", true),
        (200, "\r\n\tsuccess  ", true),
        (200, "fail", false),
        (200, "SUCCESS", false),
        (200, "success!", false),
        (200, "success success", false),
        (200, "<html>success</html>", false),
        (200, "", false),
        (201, "success", false),
        (302, "success", false),
        (500, "success", false),
    ] {
        assert_eq!(is_acknowledgement(status, body.as_bytes()), expect, "{status} {body:?}");
    }
}
