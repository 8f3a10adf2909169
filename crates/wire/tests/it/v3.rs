//! Every request of `/v3` that the Node SDK was seen to send, and the answers that it took.

use wire::diagnosis::{Cause, Effort, Keys, diagnose_v3};
use wire::v3::{Authorization, Body, Signed, answer_string, method_of};
use wire::{PublicKey, SignType};

use crate::vectors::{self, Request};

/// What a recorded request's signature covers.
fn signed<'a>(request: &'a Request, said: &Authorization<'a>, body: &'a Body) -> Signed<'a> {
    Signed {
        authorization: said.signed,
        http_method: &request.verb,
        target: &request.target,
        body: &body.signed,
        app_auth_token: request.header("alipay-app-auth-token"),
    }
}

fn check(name: &str) {
    let request = vectors::request(&format!("v3/{name}.http"));
    let recorded = vectors::json(&format!("v3/{name}.json"));
    let said = Authorization::read(request.header("authorization")).unwrap();
    assert_eq!((said.app_id, said.app_cert_sn.is_some()), ("2021000000000001", name.contains("cert")), "{name}");
    let method = method_of(request.target.split('?').next().unwrap()).unwrap();
    assert!(method.starts_with("koubei.marketing.campaign.crowd") || method.ends_with("image.upload"), "{method}");
    let body = Body::read(request.header("content-type"), request.body.clone()).unwrap();
    assert_eq!(body.files.len(), usize::from(name.contains("upload")), "{name}");
    let signed = signed(&request, &said, &body);
    assert_eq!(signed.string(), recorded["string_to_sign"].as_str().unwrap().as_bytes(), "{name}");
    let key = vectors::public_key("app_public.pem");
    assert!(signed.is_signed_by(&key, said.sign), "{name}");
    // Any other byte is not covered by it.
    let others = [
        Signed { authorization: &said.signed[1..], ..signed },
        Signed { http_method: "PUT", ..signed },
        Signed { target: "/v3/a/b", ..signed },
        Signed { body: b"{}", ..signed },
        Signed { app_auth_token: Some("another"), ..signed },
    ];
    for other in others {
        assert!(!other.is_signed_by(&key, said.sign), "{name}: {other:?}");
        assert!(other.refusal().sub_msg.ends_with(&String::from_utf8(other.string()).unwrap()), "{name}");
    }
    // The answer that the SDK took is signed as ours are.
    let answer = vectors::bytes(&format!("v3/{name}.resp"));
    let (head, text) = vectors::split(&answer, b"\r\n\r\n");
    let head = std::str::from_utf8(head).unwrap();
    let header = |name: &str| vectors::header(head, name).unwrap();
    let string = answer_string(header("alipay-timestamp").parse().unwrap(), header("alipay-nonce"), text);
    let platform = vectors::public_key("platform_public.pem");
    assert!(platform.verify_base64(SignType::Rsa2, &string, header("alipay-signature")), "{name}");
}

#[test]
fn recorded_requests_verify() {
    let names = vectors::names("v3", "http");
    assert_eq!(names.len(), 6);
    names.iter().for_each(|name| check(name));
}

fn keys<'a>(registered: &'a PublicKey, platform: &'a PublicKey) -> Keys<'a> {
    Keys { registered, others: &[], platform }
}

#[test]
fn a_refused_signature_is_explained() {
    let key = vectors::private_key("app_private_pkcs8.pem");
    let platform = vectors::private_key("platform_private_pkcs8.pem");
    let sent = Signed {
        authorization: "app_id=1,nonce=n,timestamp=2",
        http_method: "POST",
        target: "/v3/a/b?c=d",
        body: b"{}",
        app_auth_token: Some("t"),
    };
    let public = key.public_key();
    let check = |string: &[u8], registered: &PublicKey, cause: Cause, expect: &str| {
        let sign = key.sign(SignType::Rsa2, string);
        let found = diagnose_v3(&sent, &sign, keys(registered, &platform.public_key()), Effort::All);
        assert_eq!((found.cause, found.advice_en.contains(expect)), (cause, true), "{expect}: {found:?}");
    };
    let other = Cause::OtherString;
    let string = sent.string();
    check(&string[..string.len() - 1], &public, other, "no line feed");
    check(&Signed { app_auth_token: None, ..sent }.string(), &public, other, "alipay-app-auth-token");
    check(&Signed { target: "/v3/a/b", ..sent }.string(), &public, other, "query is sent and not signed");
    check(&Signed { body: b"", ..sent }.string(), &public, other, "body is sent and not signed");
    check(&Signed { http_method: "post", ..sent }.string(), &public, other, "small letters");
    check(b"something else", &public, other, "another string was signed");
    check(&string, &vectors::public_key("platform_public.pem"), Cause::PlatformKeyRegistered, "platform's public key");
    check(
        &string,
        &PublicKey::parse(&vectors::text("keys/rsa1024_private.pem"))
            .unwrap_or_else(|_| vectors::private_key("rsa4096_private.pem").public_key()),
        Cause::UnknownKey,
        "the key is wrong",
    );
    let found = diagnose_v3(&sent, "no base64!", keys(&public, &platform.public_key()), Effort::All);
    assert_eq!(found.cause, Cause::NotBase64);
    let sign = key.sign(SignType::Rsa, &string);
    assert_eq!(
        diagnose_v3(&sent, &sign, keys(&public, &platform.public_key()), Effort::All).cause,
        Cause::OtherAlgorithm
    );
}
