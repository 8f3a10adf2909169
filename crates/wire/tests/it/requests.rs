//! Every request the Node and both Python SDKs were seen to send.

use serde_json::Value;
use wire::{Reader, VerifyError, code};

use crate::vectors;

/// Reads, checks and verifies one; gives what the server would answer so far.
fn check(name: &str) {
    let recorded = vectors::json(&format!("requests/{name}.json"));
    let call = vectors::call(&format!("requests/{name}.http"));
    let string = vectors::base64(recorded["string_to_sign_bytes_base64"].as_str().unwrap());
    assert_eq!(call.string_to_sign(), string, "{name}: string to sign");

    let head = call.head().unwrap();
    assert_eq!(head.method, recorded["method"], "{name}");
    assert_eq!(head.app_id, "2021000000000001", "{name}");
    let terms = call.terms().unwrap_or_else(|rejection| panic!("{name}: {rejection:?}"));
    assert_eq!(terms.charset.name(), if recorded["charset_param"] == "gbk" { "gbk" } else { "utf-8" }, "{name}");
    assert_eq!(terms.sign_type.name(), recorded["sign_type"], "{name}");
    assert_eq!(terms.certificate, name.contains("-cert-"), "{name}");
    let reader = Reader { charset: terms.charset, is_java: false, is_gb2312: false };
    assert_eq!(call.answer_terms(), (reader, terms.sign_type), "{name}");

    let verified = call.verify(terms, &vectors::public_key("app_public.pem"));
    let expected = recorded["expected_verification"].as_str().unwrap();
    let garbled = recorded.get("warning").is_some();
    match verified {
        Ok(verified) => {
            assert!(expected.starts_with("ok"), "{name}: verified");
            // The text that garbled calls decode to is not what was meant; the bytes prove nothing else.
            if !garbled {
                for (list, value) in params(&recorded) {
                    assert_eq!(verified.get(list), value, "{name}: {list}");
                }
            }
            let files = recorded.get("files_not_signed").and_then(Value::as_array).map_or(0, Vec::len);
            assert_eq!(verified.files().len(), files, "{name}");
            for file in verified.files().iter() {
                assert_eq!((&*file.field, &*file.name), ("image_content", "logo.png"), "{name}");
                let digest: String = wire::sha256(&file.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(digest, recorded["files_not_signed"][0]["sha256"], "{name}");
            }
        }
        Err(VerifyError::Signature(bad)) => {
            assert_eq!(expected, "fail", "{name}: refused");
            assert_eq!(bad.rejection().sub_code, "isv.invalid-signature");
        }
        Err(VerifyError::Text { rejection, .. }) => {
            assert!(expected.starts_with("ok") && garbled, "{name}: {rejection:?}");
            assert_eq!(rejection.sub_code, code::INVALID_PARAMETER.sub_code);
        }
    }
}

/// The parameters as the recording lists them; empty ones are absent for us.
fn params(recorded: &Value) -> impl Iterator<Item = (&str, Option<&str>)> {
    let lists = ["query_params", "body_params"].map(|list| recorded[list].as_array().unwrap());
    lists.into_iter().flatten().map(|pair| {
        let value = pair[1].as_str().unwrap();
        (pair[0].as_str().unwrap(), (!value.is_empty()).then_some(value))
    })
}

#[test]
fn every_recorded_request() {
    let names = vectors::names("requests", "http");
    assert_eq!(names.len(), 38);
    for name in names {
        check(&name);
    }
}
