//! Keys as people paste them, whole and damaged.

use wire::{FoundKey, KeyDamage, KeyError, KeyStructure, KeyText, PrivateKey, PublicKey};

use crate::vectors;

/// A key in a form, and what is found in it: structure, label, lines.
fn check(text: &str, structure: KeyStructure, label: Option<&str>, lines: usize, damages: &[KeyDamage]) {
    let found = KeyText::read(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!((found.structure, found.label.as_deref(), found.lines), (structure, label, lines), "{text}");
    assert_eq!(found.damages, damages, "{text}");
    assert_eq!(found.key.public(), vectors::public_key("app_public.pem"), "{text}");
    let is_private = matches!(found.key, FoundKey::Private(_));
    assert_eq!(is_private, text.contains("PRIVATE") || text.contains("MIIE"), "{text}");
}

fn key() -> PrivateKey {
    vectors::private_key("app_private_pkcs8.pem")
}

#[test]
fn every_form_of_a_key() {
    let (private, public) = (key(), key().public_key());
    check(&private.to_pkcs8_base64(), KeyStructure::Pkcs8, None, 1, &[]);
    check(&private.to_pkcs1_base64(), KeyStructure::Pkcs1, None, 1, &[]);
    check(&private.to_pkcs8_pem(), KeyStructure::Pkcs8, Some("PRIVATE KEY"), 26, &[]);
    check(&private.to_pkcs1_pem(), KeyStructure::Pkcs1, Some("RSA PRIVATE KEY"), 25, &[]);
    check(&public.to_base64(), KeyStructure::Spki, None, 1, &[]);
    check(&public.to_pem(), KeyStructure::Spki, Some("PUBLIC KEY"), 7, &[]);
    check(&public.to_pkcs1_pem(), KeyStructure::Pkcs1, Some("RSA PUBLIC KEY"), 6, &[]);
    let certificate = vectors::text("keys/appCertPublicKey.crt");
    let found = KeyText::read(&certificate).unwrap();
    assert_eq!((found.structure, found.label.as_deref()), (KeyStructure::Certificate, Some("CERTIFICATE")));
    assert_eq!(found.key.public(), PublicKey::parse(&certificate).unwrap());
}

#[test]
fn damaged_keys() {
    let (pem, bare) = (key().to_pkcs8_pem(), key().public_key().to_base64());
    let body = key().to_pkcs8_base64();
    let pkcs8 = |text: &str, lines, damage| check(text, KeyStructure::Pkcs8, Some("PRIVATE KEY"), lines, &[damage]);
    pkcs8(&format!("\u{feff}{pem}"), 26, KeyDamage::ByteOrderMark);
    pkcs8(&format!("\"{}\",", pem.trim()), 26, KeyDamage::Quotes);
    pkcs8(&pem.replace('\n', "\\n"), 26, KeyDamage::WrittenBreaks);
    pkcs8(pem.split("-----END").next().unwrap(), 26, KeyDamage::HalfABlock);
    let unbegun = pem.replace("-----BEGIN PRIVATE KEY-----\n", "");
    check(&unbegun, KeyStructure::Pkcs8, None, 26, &[KeyDamage::HalfABlock]);
    // The commonest: PKCS#8 under the label of PKCS#1.
    let label = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----");
    check(&label, KeyStructure::Pkcs8, Some("RSA PRIVATE KEY"), 1, &[KeyDamage::Label]);
    let spki = |text: &str, lines, damages: &[KeyDamage]| check(text, KeyStructure::Spki, None, lines, damages);
    spki(&format!("{}\n  {}\r\n", &bare[..100], &bare[100..]), 2, &[]);
    assert!(bare.contains('+') && bare.contains('/') && body.ends_with('='), "they show what is damaged: {bare}");
    spki(&bare.replace('+', " "), 1, &[KeyDamage::BlanksForPlus]);
    spki(&bare.replace('+', "-").replace('/', "_"), 1, &[KeyDamage::UrlSafe]);
    check(body.trim_end_matches('='), KeyStructure::Pkcs8, None, 1, &[KeyDamage::Unpadded]);
}

#[test]
fn what_is_no_key() {
    let refused = |text: &str| KeyText::read(text).map(drop).unwrap_err();
    for text in ["", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", "密钥", "not a key"] {
        assert_eq!(refused(text), KeyError::NotBase64, "{text}");
    }
    assert_eq!(refused("AAAA"), KeyError::NotPublic);
    assert_eq!(refused(&key().to_pkcs8_base64()[..800]), KeyError::NotPublic);
    assert_eq!(refused(&vectors::text("keys/ec_public.pem")), KeyError::NotPublic);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAMCAQA=\n-----END ENCRYPTED PRIVATE KEY-----";
    assert_eq!(refused(encrypted), KeyError::NotPrivate);
    assert_eq!(refused(&vectors::text("keys/rsa512_private.pem")), KeyError::Bits(512));
    for damage in [
        KeyDamage::ByteOrderMark,
        KeyDamage::Quotes,
        KeyDamage::WrittenBreaks,
        KeyDamage::HalfABlock,
        KeyDamage::Label,
        KeyDamage::BlanksForPlus,
        KeyDamage::UrlSafe,
        KeyDamage::Unpadded,
    ] {
        assert!(damage.text().is_ascii() && !damage.text_zh().is_ascii());
    }
}
