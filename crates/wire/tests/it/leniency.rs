//! What is forgiven in a signature, and what is not.

use wire::{Charset, PrivateKey, RawCall, Refused, VerifiedCall, code};

use crate::vectors;

/// `sent` is a form without `sign` (a blank as `_`), `signed` the string that is signed for it.
fn verify(sent: &str, signed: &str) -> Result<VerifiedCall, Refused> {
    let sign = key().sign(wire::SignType::Rsa2, signed.replace('_', " ").as_bytes());
    let sign = sign.replace('+', "%2B");
    let call = RawCall::read(sent.replace('_', "+").as_bytes(), None, format!("sign={sign}").as_bytes());
    let (reader, sign_type) = call.answer_terms();
    call.verify(wire::Terms { charset: reader.charset, sign_type, certificate: false }, &key().public_key())
}

fn key() -> PrivateKey {
    vectors::private_key("app_private_pkcs8.pem")
}

#[test]
fn empty_and_blank_members() {
    let check = |sent: &str, signed: &str, expect: Option<[Option<&str>; 3]>| {
        let seen = verify(sent, signed).ok();
        let seen = seen.as_ref().map(|call| ["a", "b", "c"].map(|name| call.get(name)));
        assert_eq!(seen, expect, "{sent} signed as {signed}");
    };
    check("a=1&b=2", "a=1&b=2", Some([Some("1"), Some("2"), None]));
    // Empty members may be signed or not; they are absent.
    check("a=1&b=", "a=1", Some([Some("1"), None, None]));
    check("a=1&b=", "a=1&b=", Some([Some("1"), None, None]));
    check("a=1&b=&c=", "a=1&b=&c=", Some([Some("1"), None, None]));
    check("a=1&b=&c=", "a=1&b=", None);
    // Blank ones may be signed or not; they are absent when they were not.
    check("a=1&b=_", "a=1&b=_", Some([Some("1"), Some(" "), None]));
    check("a=1&b=_", "a=1", Some([Some("1"), None, None]));
    check("a=1&b=_&c=", "a=1", Some([Some("1"), None, None]));
    check("a=1&b=_&c=", "a=1&b=_", Some([Some("1"), Some(" "), None]));
    check("a=1&b=_&c=", "a=1&b=_&c=", Some([Some("1"), Some(" "), None]));
    check("a=1&b=_&c=", "a=1&c=", None);
    // Nothing else is forgiven.
    check("a=1&b=0", "a=1", None);
    check("a=1", "a=1&b=", None);
    check("a=_1", "a=1", None);
    check("b=2&a=1", "b=2&a=1", None);
}

#[test]
fn a_blank_in_sign_is_not_repaired() {
    let form = (0..99)
        .map(|number| {
            let sign = key().sign(wire::SignType::Rsa2, format!("a={number}").as_bytes());
            (format!("a={number}&sign="), sign)
        })
        .find(|(_, sign)| sign.contains('+'))
        .unwrap();
    let verify = |sign: String| {
        let call = RawCall::read(b"", None, format!("{}{sign}", form.0).as_bytes());
        let terms = wire::Terms { charset: Charset::Utf8, sign_type: wire::SignType::Rsa2, certificate: false };
        call.verify(terms, &key().public_key())
    };
    assert!(verify(form.1.replace('+', "%2B")).is_ok());
    assert!(matches!(verify(form.1.clone()), Err(Refused::Signature(_))));
    assert!(matches!(verify(form.1.replace('+', "%2B") + "%0A"), Err(Refused::Signature(_))));
}

#[test]
fn text_is_decoded_after_the_signature_only() {
    let check = |sent: &str, signed: &[u8], expect: Result<&str, Option<&str>>| {
        let sign = key().sign(wire::SignType::Rsa2, signed).replace('+', "%2B");
        let call = RawCall::read(sent.as_bytes(), None, format!("sign={sign}").as_bytes());
        let (reader, sign_type) = call.answer_terms();
        let seen =
            call.verify(wire::Terms { charset: reader.charset, sign_type, certificate: false }, &key().public_key());
        let seen = match &seen {
            Ok(call) => Ok(call.get("memo").unwrap()),
            Err(Refused::Text(fault)) => {
                assert_eq!(fault.sub_code, code::INVALID_PARAMETER.sub_code);
                Err(Some(&*fault.sub_msg))
            }
            Err(Refused::Signature(_)) => Err(None),
        };
        assert_eq!(seen, expect, "{sent}");
    };
    check("charset=gbk&memo=%BB%FD", b"charset=gbk&memo=\xbb\xfd", Ok("积"));
    check("charset=utf-8&memo=%E7%A7%AF", "charset=utf-8&memo=积".as_bytes(), Ok("积"));
    check("charset=utf-8&memo=%BB%FD", b"charset=utf-8&memo=\xbb\xfd", Err(Some("参数无效：memo不是有效的utf-8文本")));
    check("charset=gbk&memo=%BB", b"charset=gbk&memo=\xbb", Err(Some("参数无效：memo不是有效的gbk文本")));
    check("charset=gbk&memo=%BB", b"charset=gbk&memo=x", Err(None));
}

#[test]
fn the_echo_is_bounded() {
    for value in ["\"".repeat(9_000), "积".repeat(9_000), "x".repeat(99_999)] {
        for charset in [Charset::Utf8, Charset::Gbk] {
            let mut form = format!("charset={}&v=", charset.name());
            charset.encode(&value).unwrap().iter().for_each(|byte| form += &format!("%{byte:02X}"));
            let call = RawCall::read(b"", None, format!("{form}&sign=x").as_bytes());
            let terms = wire::Terms { charset, sign_type: wire::SignType::Rsa2, certificate: false };
            let fault = call.verify(terms, &key().public_key()).err().unwrap().fault();
            let echo = fault.sub_msg.split_once("验签字符串为：").unwrap().1;
            assert!((4_000..=4_096).contains(&echo.len()), "{}", echo.len());
            let start = format!("charset={}&amp;v=", charset.name());
            let repeated = echo.strip_prefix(&start).unwrap();
            // Cut between characters, though perhaps inside an escape; and nothing is replaced but the cut itself.
            assert!(!repeated.trim_end_matches('\u{fffd}').contains('\u{fffd}'), "{repeated}");
        }
    }
}
