//! What is forgiven in a signature, and what is not.

use wire::{Charset, PrivateKey, RawCall, VerifiedCall, VerifyError, code};

use crate::vectors;

/// `sent` is a form without `sign` (a blank as `_`), `signed` the string that is signed for it.
fn verify(sent: &str, signed: &str) -> Result<VerifiedCall, VerifyError> {
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
    assert!(matches!(verify(form.1.clone()), Err(VerifyError::Signature(_))));
    assert!(matches!(verify(form.1.replace('+', "%2B") + "%0A"), Err(VerifyError::Signature(_))));
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
            Err(VerifyError::Text { rejection, .. }) => {
                assert_eq!(rejection.sub_code, code::INVALID_PARAMETER.sub_code);
                Err(Some(&*rejection.sub_msg))
            }
            Err(VerifyError::Signature(_)) => Err(None),
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
fn a_charset_that_is_spelled_twice_was_signed_in_either_spelling() {
    let check = |query: &str, body: &str, signed: &str, expect: bool| {
        let sign = key().sign(wire::SignType::Rsa2, signed.as_bytes()).replace('+', "%2B");
        let call = RawCall::read(query.as_bytes(), None, format!("{body}&sign={sign}").as_bytes());
        let (wire::Reader { charset, .. }, sign_type) = call.answer_terms();
        let verified = call.verify(wire::Terms { charset, sign_type, certificate: false }, &key().public_key());
        assert_eq!(verified.is_ok(), expect, "{query} + {body} signed as {signed}");
    };
    for (one, other) in [("utf-8", "UTF-8"), ("UTF-8", "utf-8"), ("gbk", "GBK"), ("GBK", "gb2312"), ("utf8", "UTF-8")] {
        for signed in [one, other] {
            let signed = format!("a=1&charset={signed}");
            check(&format!("charset={one}"), &format!("a=1&charset={other}"), &signed, true);
            check(&format!("charset={one}&a=1&charset={other}"), "", &signed, true);
        }
        check(&format!("charset={one}"), &format!("a=1&charset={other}"), "a=1&charset=", false);
        check(&format!("charset={one}"), &format!("a=1&charset={other}"), "a=1", false);
        check(&format!("charset={one}"), &format!("a=2&charset={other}"), &format!("a=1&charset={one}"), false);
    }
}

#[test]
fn text_in_the_other_charset_is_recognised() {
    let check = |charset: &str, memo: &[u8], refused: Option<Option<Charset>>, doubt: Option<&str>| {
        let signed = [format!("charset={charset}&memo=").as_bytes(), memo].concat();
        let sign = key().sign(wire::SignType::Rsa2, &signed).replace('+', "%2B");
        let memo: String = memo.iter().map(|byte| format!("%{byte:02X}")).collect();
        let call = RawCall::read(format!("charset={charset}&memo={memo}&sign={sign}").as_bytes(), None, b"");
        let (wire::Reader { charset, .. }, sign_type) = call.answer_terms();
        let seen = call.verify(wire::Terms { charset, sign_type, certificate: false }, &key().public_key());
        match &seen {
            Ok(call) => assert_eq!((None, call.reads_as_utf8()), (refused, doubt), "{memo}"),
            Err(VerifyError::Text { reads_as, .. }) => assert_eq!(Some(*reads_as), refused, "{memo}"),
            Err(VerifyError::Signature(_)) => panic!("{memo}"),
        }
    };
    let gbk = |text: &str| Charset::Gbk.encode(text).unwrap().into_owned();
    check("utf-8", "积分".as_bytes(), None, None);
    check("utf-8", b"plain", None, None);
    check("utf-8", &gbk("积分"), Some(Some(Charset::Gbk)), None);
    check("utf-8", &gbk("30岁以下白领"), Some(Some(Charset::Gbk)), None);
    check("utf-8", b"\xff", Some(None), None);
    check("utf-8", b"a\xbb", Some(None), None);
    check("gbk", &gbk("积分"), None, None);
    check("gbk", &gbk("30岁以下白领"), None, None);
    check("gbk", b"plain", None, None);
    // An even number of bytes is text in GBK too, though nobody's.
    check("gbk", "积分".as_bytes(), None, Some("memo"));
    check("gbk", "花果山超市会员".as_bytes(), Some(Some(Charset::Utf8)), None);
    check("gbk", "积".as_bytes(), Some(Some(Charset::Utf8)), None);
    check("gbk", b"\xff", Some(None), None);
}

#[test]
fn the_echo_is_bounded() {
    for value in ["\"".repeat(9_000), "积".repeat(9_000), "x".repeat(99_999)] {
        for charset in [Charset::Utf8, Charset::Gbk] {
            let mut form = format!("charset={}&v=", charset.name());
            charset.encode(&value).unwrap().iter().for_each(|byte| form += &format!("%{byte:02X}"));
            let call = RawCall::read(b"", None, format!("{form}&sign=x").as_bytes());
            let terms = wire::Terms { charset, sign_type: wire::SignType::Rsa2, certificate: false };
            let rejection = call.verify(terms, &key().public_key()).err().unwrap().rejection();
            let echo = rejection.sub_msg.split_once("验签字符串为：").unwrap().1;
            assert!((4_000..=4_096).contains(&echo.len()), "{}", echo.len());
            let start = format!("charset={}&amp;v=", charset.name());
            let repeated = echo.strip_prefix(&start).unwrap();
            // Cut between characters, though perhaps inside an escape; and nothing is replaced but the cut itself.
            assert!(!repeated.trim_end_matches('\u{fffd}').contains('\u{fffd}'), "{repeated}");
        }
    }
}
