//! Certificates: those that SDKs have named by the same numbers, what is refused, and those that are issued here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire::certificate::{
    CERTIFICATES_MAX, Certificate, CertificateError, CertificateRequest, Name, bundle_pem, root_sn,
};
use wire::{KeyError, PrivateKey, SignType, time};

use crate::vectors;

fn chain(name: &str) -> Vec<Certificate> {
    Certificate::chain(&vectors::text(&format!("keys/{name}"))).unwrap()
}

#[test]
fn numbers_that_the_sdks_have_computed() {
    let app = chain("appCertPublicKey.crt").remove(0);
    assert_eq!(app.sn(), "d7cdf23bbc76b66041fea59dd152e955");
    let roots = chain("alipayRootCert.crt");
    assert_eq!(roots.len(), 3, "two of RSA with an elliptic one in between");
    let root_sn = root_sn(&roots).unwrap();
    assert_eq!(root_sn, "8a7322ce2e5fae409ad3a90ff792972c_daa07610b0dfefe076c9ce244e086fb6");
    assert_eq!(wire::certificate::root_sn(&roots[1..2]), None);
    assert_eq!(wire::certificate::root_sn(&[]), None);
    let mut requests = 0;
    for name in vectors::names("requests", "json").iter().filter(|name| name.contains("-cert-")) {
        let recorded = vectors::json(&format!("requests/{name}.json"));
        let lists = ["query_params", "body_params"].map(|list| recorded[list].as_array().unwrap());
        let named = |name: &str| {
            let params = lists.iter().copied().flatten().filter(|pair| pair[0] == name);
            params.map(|pair| pair[1].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            (named("app_cert_sn"), named("alipay_root_cert_sn")),
            (vec![app.sn().to_owned()], vec![root_sn.clone()])
        );
        // The certificate's key verifies what was signed.
        let call = vectors::call(&format!("requests/{name}.http"));
        let terms = call.terms().unwrap();
        assert!(terms.certificate, "{name}");
        assert!(call.verify(terms, app.public_key().unwrap()).is_ok(), "{name}");
        requests += 1;
    }
    assert_eq!(requests, 2);
    let answers = crate::responses::responses();
    let named: Vec<_> = answers.iter().filter(|answer| answer.layout == "cert-before-sign").collect();
    assert!(!named.is_empty());
    let platform = chain("alipayCertPublicKey_RSA2.crt").remove(0);
    let member = format!(",\"alipay_cert_sn\":\"{}\",", platform.sn());
    for answer in named {
        assert!(String::from_utf8_lossy(&answer.body).contains(&member), "{}", answer.name);
    }
}

#[test]
fn keys_and_validity() {
    let app = chain("appCertPublicKey.crt").remove(0);
    assert_eq!(app.public_key(), Ok(&vectors::public_key("app_public.pem")));
    let old = chain("alipayCertPublicKey_OLD.crt").remove(0);
    assert_eq!(old.public_key().unwrap(), &vectors::private_key("platform_old_private.pem").public_key());
    // Not before 2026-11-21 21:28:24 and not after 2046-11-16 21:28:24, both in UTC.
    let (from, until) = (time::parse("2026-11-22 05:28:24").unwrap(), time::parse("2046-11-17 05:28:24").unwrap());
    assert_eq!(app.ends_at(), until);
    let valid = [from - 1, from, until, until + 999, until + 1_000].map(|at| app.is_valid_at(at));
    assert_eq!(valid, [false, true, true, true, false]);
    let roots = chain("alipayRootCert.crt");
    assert_eq!(roots[1].public_key(), Err(&KeyError::NotPublic), "an elliptic key");
}

#[test]
fn who_has_issued_what() {
    let (platform, app, roots) =
        (chain("alipayCertPublicKey_RSA2.crt"), chain("appCertPublicKey.crt"), chain("alipayRootCert.crt"));
    let [leaf, intermediate] = &platform[..] else { panic!("a chain of two") };
    let issued =
        |by: &Certificate| [leaf, intermediate, &app[0], &roots[0], &roots[1], &roots[2]].map(|it| it.is_issued_by(by));
    assert_eq!(issued(intermediate), [true, false, true, false, false, false]);
    assert_eq!(issued(&roots[0]), [false, true, false, true, false, false]);
    assert_eq!(issued(&roots[1]), [false; 6], "signed by no RSA key");
    assert_eq!(issued(&roots[2]), [false, false, false, false, false, true]);
    assert_eq!(issued(leaf), [false; 6], "a leaf signs nothing");
    assert_eq!([leaf, intermediate, &roots[0], &roots[1]].map(Certificate::is_root), [false, false, true, true]);
}

#[test]
fn what_is_read_is_written_again() {
    for name in ["alipayRootCert.crt", "alipayCertPublicKey_RSA2.crt", "appCertPublicKey.crt"] {
        let chain = chain(name);
        assert_eq!(Certificate::chain(&bundle_pem(&chain)).unwrap(), chain);
        assert_eq!(Certificate::parse(&chain[0].to_base64()).unwrap(), chain[0]);
        assert_eq!(
            Certificate::parse(&format!("Certificate:\n  Data: x\n{}trailing", chain[0].to_pem())).unwrap(),
            chain[0]
        );
    }
    let roots = chain("alipayRootCert.crt");
    assert_eq!(bundle_pem(&roots), vectors::text("keys/alipayRootCert.crt"));
}

#[test]
fn what_is_no_certificate() {
    let check = |text: &str, expect: CertificateError| assert_eq!(Certificate::chain(text), Err(expect), "{text:.40}");
    let app = vectors::text("keys/appCertPublicKey.crt");
    check("", CertificateError::NotBase64);
    check("certificate?", CertificateError::NotBase64);
    check("AAAA", CertificateError::NotCertificate);
    check(&vectors::text("keys/app_public.b64"), CertificateError::NotCertificate);
    check(&vectors::text("keys/app_public.pem"), CertificateError::Other);
    check(&vectors::text("keys/app_private_pkcs8.pem"), CertificateError::PrivateKey);
    check(&vectors::text("keys/app_private_pkcs1.pem"), CertificateError::PrivateKey);
    check(&format!("{app}{}", vectors::text("keys/app_private_pkcs1.pem")), CertificateError::PrivateKey);
    check(&app.replace("-----END", "-----UND"), CertificateError::NotBase64);
    check(&format!("{app}-----BEGIN "), CertificateError::NotBase64);
    check("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", CertificateError::NotBase64);
    assert_eq!(Certificate::chain(&app.repeat(CERTIFICATES_MAX)).unwrap().len(), CERTIFICATES_MAX);
    check(&app.repeat(CERTIFICATES_MAX + 1), CertificateError::Many);
    check(&" ".repeat((256 << 10) + 1), CertificateError::Long);
}

#[test]
fn no_byte_of_a_certificate_makes_it_panic() {
    for text in ["appCertPublicKey.crt", "alipayRootCert.crt"].map(|name| vectors::text(&format!("keys/{name}"))) {
        for certificate in Certificate::chain(&text).unwrap() {
            let der = STANDARD.decode(certificate.to_base64()).unwrap();
            for length in 0..der.len() {
                assert_eq!(Certificate::from_der(&der[..length]), None, "{length} bytes");
            }
            for at in 0..der.len() {
                for byte in [0, 1, 0x30, 0x7f, 0x80, 0x81, 0x84, 0xff, der[at] ^ 1, der[at].wrapping_add(1)] {
                    let mut changed = der.clone();
                    changed[at] = byte;
                    // Whatever can still be read is issued by nobody, for its signature is over other bytes.
                    let read = Certificate::from_der(&changed).filter(|read| *read != certificate);
                    assert!(read.is_none_or(|read| !read.is_issued_by(&certificate)), "byte {at} as {byte}");
                }
            }
        }
    }
}

fn keys() -> [PrivateKey; 2] {
    [vectors::private_key("platform_old_private.pem"), vectors::private_key("app_private_pkcs8.pem")]
}

#[test]
fn certificates_that_are_issued_here() {
    let [authority_key, app_key] = keys();
    let root = Name::new("Punchcard Test", "Certification Authority", "Punchcard Root R1").unwrap();
    let holder = Name::new("Punchcard Test", "Alipay", "2021000000000001").unwrap();
    let at = |text: &str| time::parse(text).unwrap();
    let request = |subject, key, serial, is_authority| CertificateRequest {
        subject,
        key,
        serial,
        starts_at: at("2010-01-01 08:00:00"),
        ends_at: at("2050-01-01 07:59:59"),
        is_authority,
    };
    let (authority_public, app_public) = (authority_key.public_key(), app_key.public_key());
    let authority = request(&root, &authority_public, 7, true).issue(&root, &authority_key);
    let app = request(&holder, &app_public, u128::MAX, false).issue(&root, &authority_key);
    assert_eq!(authority.public_key(), Ok(&authority_public));
    assert_eq!(app.public_key(), Ok(&app_public));
    assert!(authority.is_root() && authority.is_issued_by(&authority));
    assert!(!app.is_root() && app.is_issued_by(&authority) && !authority.is_issued_by(&app));
    assert_eq!(Name::of(&authority), root);
    // The MD5 of "CN=Punchcard Root R1,OU=Certification Authority,O=Punchcard Test,C=CN" and of 7 or 2^127 - 1.
    assert_eq!(authority.sn(), "69100db4f2e12a7d88ec22a68d879e60");
    assert_eq!(app.sn(), "7456d093254828bd0c156976c93acec3");
    assert_eq!(app.ends_at(), at("2050-01-01 07:59:59"));
    assert!(app.is_valid_at(at("2010-01-01 08:00:00")) && !app.is_valid_at(at("2010-01-01 07:59:59")));
    let other = request(&root, &authority_public, 8, true).issue(&root, &app_key);
    assert!(!other.is_issued_by(&authority), "signed with another key");
    // After 2049 the year is written whole.
    let late = CertificateRequest { ends_at: at("2077-01-01 00:00:00"), ..request(&holder, &app_public, 9, false) };
    assert_eq!(late.issue(&root, &authority_key).ends_at(), at("2077-01-01 00:00:00"));
    // It signs, as other certificates' keys do.
    let sign = app_key.sign(SignType::Rsa, b"m");
    assert!(app.public_key().unwrap().verify_base64(SignType::Rsa, b"m", &sign));
}

#[test]
fn names_that_some_sdk_would_write_otherwise() {
    for part in
        ["", " a", "a ", "a,b", "a=b", "a+b", "a#", "a/b", "a\"b", "a\\b", "a;b", "a<b", "中", "a\n", &"a".repeat(65)]
    {
        assert_eq!(Name::new(part, "u", "c"), None, "{part:?}");
        assert_eq!(Name::new("o", part, "c"), None, "{part:?}");
        assert_eq!(Name::new("o", "u", part), None, "{part:?}");
    }
    assert!(Name::new("Punchcard Co.", "a-b", &"a".repeat(64)).is_some());
}
