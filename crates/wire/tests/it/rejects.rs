//! Requests made to be refused, each for one reason.

use wire::{DecryptError, RawCall, Rejection, code, node_name};

use crate::vectors;

/// What the gateway answers up to the decryption, knowing one app.
fn answer(call: RawCall) -> Result<(), Rejection> {
    if call.head()?.app_id != "2021000000000001" {
        return Err(code::INVALID_APP_ID);
    }
    let terms = call.terms()?;
    let verified = call.verify(terms, &vectors::public_key("app_public.pem"));
    let mut verified = verified.map_err(|refused| refused.rejection())?;
    match verified.encrypt_type() {
        None => Ok(()),
        Some("AES") => match verified.decrypt(&vectors::content_key()) {
            Err(DecryptError::Refused(rejection) | DecryptError::Text { rejection, .. }) => Err(rejection),
            Ok(()) => Ok(()),
        },
        Some(_) => Err(code::INVALID_ENCRYPT_TYPE),
    }
}

#[test]
fn every_reject() {
    let index = vectors::json("rejects/index.json");
    let index = index.as_array().unwrap();
    assert_eq!(index.len(), 22);
    for reject in index {
        let name = reject["fixture"].as_str().unwrap();
        let expected = &reject["expected"];
        let call = vectors::call(&format!("rejects/{name}.http"));
        assert_eq!(node_name(call.method()), expected["node"], "{name}");
        // Whether the method exists and biz_content fits it is decided by whoever knows the methods.
        let decided_later = matches!(name, "method-unknown" | "biz-content-not-json");
        match answer(call) {
            Ok(()) => assert!(decided_later || expected["code"] == "10000", "{name}: verified"),
            Err(rejection) => {
                assert!(!decided_later, "{name}: {rejection:?}");
                assert_eq!(rejection.code, expected["code"], "{name}");
                assert_eq!(rejection.sub_code, *expected["sub_code"].as_str().unwrap(), "{name}");
            }
        }
    }
}

#[test]
fn the_echo_is_escaped() {
    let rejection = answer(vectors::call("rejects/tampered-biz-content.http")).unwrap_err();
    let echo = rejection
        .sub_msg
        .strip_prefix("验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：");
    let start = "app_id=2021000000000001&amp;biz_content={&quot;out_biz_no&quot;:&quot;1331313113313&quot;,&quot;name&quot;:&quot;30岁以下白领";
    assert!(echo.unwrap().starts_with(start), "{echo:?}");
}
