//! What holds for every call, not only for the recorded ones.

use std::sync::LazyLock;

use proptest::prelude::*;
use wire::testing::{brace_counting, java};
use wire::{Charset, Node, PrivateKey, RawCall, Reader, Rejection, SignType, VerifyError, open, signed_form};

use crate::vectors;

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| vectors::private_key("app_private_pkcs8.pem"));

fn charsets() -> impl Strategy<Value = Charset> {
    prop_oneof![Just(Charset::Utf8), Just(Charset::Gbk)]
}

fn sign_types() -> impl Strategy<Value = SignType> {
    prop_oneof![Just(SignType::Rsa), Just(SignType::Rsa2)]
}

/// Text that both charsets have, with everything that forms and JSON treat specially.
fn texts() -> impl Strategy<Value = String> {
    "[a-z0-9积分岁 +&=%{}\"'\\\\/\n]{0,20}"
}

fn common() -> Vec<(&'static str, &'static str)> {
    vec![("app_id", "1"), ("method", "a.b"), ("timestamp", "2026-11-22 05:33:36"), ("version", "1.0")]
}

proptest! {
    #[test]
    fn reading_never_panics(query: Vec<u8>, body: Vec<u8>, kind in 0..3) {
        let content_type = [None, Some("multipart/form-data; boundary=B"), Some("text/plain")][kind as usize];
        let call = RawCall::read(&query, content_type, &body);
        let _ = (call.head().is_ok(), call.terms().is_ok(), call.answer_terms(), call.string_to_sign());
    }

    #[test]
    fn multipart_never_panics(parts in prop::collection::vec("[\r\n\\-B:;=\" a]{0,30}|--B|\r\n\r\n|\r\n--B\r\nContent-Disposition: form-data; name=", 0..9)) {
        let _ = RawCall::read(b"", Some("multipart/form-data; boundary=B"), parts.concat().as_bytes()).head().is_ok();
    }

    #[test]
    fn what_is_signed_verifies(
        values in prop::collection::btree_map("x[a-z0-9_]{0,5}", texts(), 0..6),
        charset in charsets(),
        sign_type in sign_types(),
    ) {
        let mut params = common();
        params.extend(values.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let form = signed_form(&params, charset, sign_type, &KEY).unwrap();
        let call = RawCall::read(b"", None, form.as_bytes());
        prop_assert_eq!(call.head().unwrap().method, "a.b");
        let terms = call.terms().unwrap();
        prop_assert_eq!((terms.charset, terms.sign_type), (charset, sign_type));
        let verified = call.verify(terms, &KEY.public_key()).ok().unwrap();
        for (name, value) in params {
            prop_assert_eq!(verified.get(name).unwrap_or_default(), value);
        }
    }

    #[test]
    fn what_is_changed_does_not(name in "x[a-z]{1,5}", value in "[a-z积]{1,9}", other in "[a-z积]{1,9}") {
        prop_assume!(value != other);
        let mut params = common();
        params.push((&name, &value));
        let form = signed_form(&params, Charset::Utf8, SignType::Rsa2, &KEY).unwrap();
        let other = signed_form(&[(&name, &other)], Charset::Utf8, SignType::Rsa2, &KEY).unwrap();
        let value = signed_form(&[(&name, &value)], Charset::Utf8, SignType::Rsa2, &KEY).unwrap();
        let first = |form: &str| form.split('&').next().unwrap().to_owned();
        let call = RawCall::read(b"", None, form.replace(&first(&value), &first(&other)).as_bytes());
        let terms = call.terms().unwrap();
        prop_assert!(matches!(call.verify(terms, &KEY.public_key()), Err(VerifyError::Signature(_))));
    }

    #[test]
    fn opening_undoes_sealing(text in ".*|[{}\"\\\\a€积]{0,12}", charset in charsets(), is_java: bool, is_gb2312: bool, cert_sn in prop::option::of("[0-9a-f]{32}"), sign in "[A-Za-z0-9+/]{4}{1,9}") {
        let method = "koubei.a.b";
        let business = serde_json::json!({ "memo": text, "inner": { "memo": text } }).to_string();
        let reader = Reader { charset, is_java, is_gb2312: is_gb2312 && charset == Charset::Gbk };
        for node in [Node::success(&business, reader), Node::failure(&Rejection::business("X", text.clone()), reader)] {
            let answer = node.seal(Some(method), cert_sn.as_deref(), &sign);
            prop_assert_eq!(open(method, &answer), Some((node.bytes(), &*sign)));
            prop_assert_eq!(open("koubei.a.c", &answer), None);
            let decoded = charset.decode(&answer).unwrap();
            let parsed: serde_json::Value = serde_json::from_str(&decoded).unwrap();
            let is_meant = |node: &serde_json::Value| {
                node["memo"] == text && node["inner"]["memo"] == text || node["sub_msg"] == text
            };
            prop_assert!(is_meant(&parsed["koubei_a_b_response"]));
            if is_java {
                let read = java(method, &decoded).unwrap();
                prop_assert_eq!(&*charset.encode_for_java(read.signed).unwrap(), node.bytes());
                let has_letters = |character: char| matches!(character, '\u{b}' | '\u{e}' | '\u{f}' | '\u{1a}'..='\u{1f}');
                if !text.contains(has_letters) && !reader.is_gb2312 && charset.encode_for_java(&text).is_some() {
                    prop_assert!(is_meant(&read.members), "{}", read.members);
                }
            } else {
                prop_assert_eq!(brace_counting(method, &decoded).unwrap().as_bytes(), node.bytes());
                prop_assert!(charset == Charset::Utf8 || node.bytes().is_ascii());
            }
        }
    }

    #[test]
    fn opening_never_panics(body: Vec<u8>, middle: Vec<u8>) {
        let _ = open("a.b", &body);
        let _ = open("a.b", &[b"{\"a_b_response\":", &*middle].concat());
        let _ = open("a.b", &[b"{\"a_b_response\":{", &*middle, b"},\"sign\":\"", &*body, b"\"}"].concat());
    }
}
