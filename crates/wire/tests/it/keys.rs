//! Keys in every form, and that each form is the same key.

use wire::{KeyError, PrivateKey, PublicKey, SignType};

use crate::vectors;

/// 1024 and 4096 bits, made by OpenSSL for these tests.
const SIZES: [(&str, usize); 2] = [("rsa1024", 1024), ("rsa4096", 4096)];

#[test]
fn one_key_in_many_forms() {
    let pem = vectors::private_key("app_private_pkcs8.pem");
    for name in ["app_private_pkcs1.pem", "app_private_pkcs8.b64", "app_private_pkcs1.b64"] {
        assert_eq!(vectors::private_key(name).to_pkcs1_base64(), pem.to_pkcs1_base64(), "{name}");
    }
    let public = pem.public_key();
    for name in ["app_public.pem", "app_public.b64", "appCertPublicKey.crt"] {
        assert_eq!(vectors::public_key(name), public, "{name}");
    }
    assert_ne!(vectors::public_key("platform_public.pem"), public);
    assert_eq!(public.bits(), 2048);
}

#[test]
fn what_is_written_is_what_openssl_writes() {
    let private = vectors::private_key("app_private_pkcs8.pem");
    let check = |name: &str, ours: &str| assert_eq!(vectors::text(&format!("keys/{name}")).trim_end(), ours.trim_end());
    check("app_private_pkcs8.pem", &private.to_pkcs8_pem());
    check("app_private_pkcs8.b64", &private.to_pkcs8_base64());
    check("app_private_pkcs1.pem", &private.to_pkcs1_pem());
    check("app_private_pkcs1.b64", &private.to_pkcs1_base64());
    check("app_public.pem", &private.public_key().to_pem());
    check("app_public.b64", &private.public_key().to_base64());
}

#[test]
fn certificates_carry_keys() {
    let platform = vectors::public_key("platform_public.pem");
    // A chain: the first certificate is the key's own.
    let chain = vectors::text("keys/alipayCertPublicKey_RSA2.crt");
    assert_eq!(PublicKey::parse(&chain).unwrap(), platform);
    let first: String = chain.lines().skip(1).take_while(|line| !line.starts_with('-')).collect();
    assert_eq!(PublicKey::parse(&first).unwrap(), platform);
}

#[test]
fn public_pkcs1() {
    let spki = vectors::base64(vectors::text("keys/app_public.b64").trim());
    // SubjectPublicKeyInfo of a 2048-bit key has 24 bytes before the PKCS#1 structure.
    let pkcs1 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &spki[24..]);
    let public = vectors::public_key("app_public.pem");
    assert_eq!(PublicKey::parse(&pkcs1).unwrap(), public);
    let pem = format!("-----BEGIN RSA PUBLIC KEY-----\r\n{pkcs1}\r\n-----END RSA PUBLIC KEY-----\r\n");
    assert_eq!(PublicKey::parse(&pem).unwrap(), public);
    let pasted = format!("  {} \n {}\t", &pkcs1[..64], &pkcs1[64..]);
    assert_eq!(PublicKey::parse(&pasted).unwrap(), public);
}

#[test]
fn every_size_signs_and_verifies() {
    for (name, bits) in SIZES {
        let private = vectors::private_key(&format!("{name}_private.pem"));
        let public = private.public_key();
        assert_eq!(public.bits(), bits);
        for (sign_type, digest) in [(SignType::Rsa, "sha1"), (SignType::Rsa2, "sha256")] {
            let sign = private.sign(sign_type, b"punchcard");
            let recorded = vectors::text(&format!("keys/{name}_punchcard.{digest}.b64"));
            assert_eq!(sign, recorded.trim(), "{name} {digest}");
            assert!(public.verify_base64(sign_type, b"punchcard", &sign));
            assert!(!public.verify_base64(sign_type.other(), b"punchcard", &sign));
            assert!(!public.verify_base64(sign_type, b"punchcarb", &sign));
            assert!(!public.verify_base64(sign_type, b"punchcard", &sign[4..]));
            assert!(!public.verify_base64(sign_type, b"punchcard", ""));
        }
    }
}

#[test]
fn one_key_signs_on_many_threads() {
    let private = vectors::private_key("app_private_pkcs8.pem");
    let expect = private.sign(SignType::Rsa2, b"m");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| assert_eq!(private.sign(SignType::Rsa2, b"m"), expect)));
        }
    });
}

#[test]
fn new_keys() {
    let key = PrivateKey::generate();
    assert_eq!(key.public_key().bits(), 2048);
    let again = PrivateKey::parse(&key.to_pkcs8_pem()).unwrap();
    assert_eq!(again.public_key(), key.public_key());
    assert!(key.public_key().verify_base64(SignType::Rsa2, b"m", &again.sign(SignType::Rsa2, b"m")));
    assert_eq!(format!("{key:?}"), "PrivateKey(2048 bits)");
}

#[test]
fn what_is_no_key() {
    let public = |text: &str| PublicKey::parse(text).unwrap_err();
    let private = |text: &str| PrivateKey::parse(text).unwrap_err();
    assert_eq!(public(""), KeyError::NotBase64);
    assert_eq!(public("key?"), KeyError::NotBase64);
    assert_eq!(public("-----BEGIN PUBLIC KEY-----\nAAAA"), KeyError::NotBase64);
    assert_eq!(public("AAAA"), KeyError::NotPublic);
    assert_eq!(private("AAAA"), KeyError::NotPrivate);
    assert_eq!(public(&vectors::text("keys/app_private_pkcs1.pem")), KeyError::PrivateForPublic);
    assert_eq!(public(&vectors::text("keys/app_private_pkcs8.b64")), KeyError::PrivateForPublic);
    assert_eq!(private(&vectors::text("keys/app_public.pem")), KeyError::NotPrivate);
    assert_eq!(private(&vectors::text("keys/rsa512_private.pem")), KeyError::Bits(512));
    // The numbers of the two keys do not belong together.
    let mut broken = vectors::base64(vectors::text("keys/app_private_pkcs1.b64").trim());
    broken[600] ^= 1;
    let broken = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &broken);
    assert_eq!(private(&broken), KeyError::NotPrivate);
    // An elliptic key.
    assert_eq!(public(&vectors::text("keys/ec_public.pem")), KeyError::NotPublic);
}
