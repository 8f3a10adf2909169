//! X.509 certificates, as far as certificate mode needs them: the serial number by which calls and answers name one
//! (`app_cert_sn`, `alipay_cert_sn`, `alipay_root_cert_sn`), its key, its validity, and who issued it.
//!
//! A certificate is read for its holder's settings, not for trust: nothing here decides whom to believe. What is read
//! is bounded before it is decoded.

mod issue;
mod name;

pub use issue::{CertificateRequest, Name};

use crate::keys::{armoured, pem};
use crate::{KeyError, PublicKey, der, time};
use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use std::fmt::Write;

/// The most certificates of one text: a chain has two or three, and the live platform's root file four.
pub const CERTIFICATES_MAX: usize = 16;
/// The most bytes of a text with certificates.
const TEXT_BYTES_MAX: usize = 256 << 10;
/// The most bytes of a serial number; RFC 5280 allows 20.
const SERIAL_BYTES_MAX: usize = 64;
/// 1.2.840.113549.1.1, under which the algorithms of RSA are numbered, as in DER.
const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// `sha256WithRSAEncryption`, below [`PKCS1`].
const SHA256_WITH_RSA: u8 = 11;
/// 2.5.29.19, the extension that says whether a certificate's key may sign others.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
/// The tag around a certificate's extensions.
const EXTENSIONS: u8 = 0xa3;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// How far the times of the wire are ahead of UTC.
const UTC8_MS: i64 = 8 * 3_600_000;

/// Why a text is no certificate. Says what to do, never what the text was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The text is neither PEM nor base64.
    #[error("not a certificate: expected PEM (-----BEGIN CERTIFICATE-----), or one line of base64")]
    NotBase64,
    /// The bytes are no certificate.
    #[error("not an X.509 certificate")]
    NotCertificate,
    /// A private key where a certificate belongs.
    #[error("this holds a private key; only certificates belong here, and the key must stay with its owner")]
    PrivateKey,
    /// PEM of another kind.
    #[error("this holds something else than certificates")]
    Other,
    /// The text is too long.
    #[error("more than {} KiB of certificates", TEXT_BYTES_MAX >> 10)]
    Long,
    /// There are too many.
    #[error("more than {CERTIFICATES_MAX} certificates")]
    Many,
}

/// A certificate that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    sn: String,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    starts_at: i64,
    ends_at: i64,
    key: Result<PublicKey, KeyError>,
    is_authority: bool,
    signed: Signed,
}

/// What a certificate's issuer has signed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Signed {
    content: Vec<u8>,
    signature: Vec<u8>,
    /// The algorithm's number below [`PKCS1`]; nothing for one that is not RSA's.
    algorithm: Option<u8>,
}

impl Certificate {
    /// Takes PEM or base64 with one certificate, or the first of a chain.
    pub fn parse(text: &str) -> Result<Certificate, CertificateError> {
        Ok(Certificate::chain(text)?.swap_remove(0))
    }

    /// Takes PEM with one certificate or several, or base64 of one; gives one at least, in the order of the text. What
    /// stands around the PEM blocks is passed over.
    pub fn chain(text: &str) -> Result<Vec<Certificate>, CertificateError> {
        if TEXT_BYTES_MAX < text.len() {
            return Err(CertificateError::Long);
        }
        let read = |body: &str| {
            let der = armoured(body).map_err(|_| CertificateError::NotBase64)?;
            Certificate::from_der(&der).ok_or(CertificateError::NotCertificate)
        };
        let Some((_, mut rest)) = text.split_once("-----BEGIN ") else { return Ok(vec![read(text)?]) };
        let mut certificates = Vec::new();
        loop {
            let (label, block) = rest.split_once("-----").ok_or(CertificateError::NotBase64)?;
            let (body, after) = block.split_once("-----END ").ok_or(CertificateError::NotBase64)?;
            match label {
                "CERTIFICATE" | "X509 CERTIFICATE" => {}
                label if label.ends_with("PRIVATE KEY") => return Err(CertificateError::PrivateKey),
                _ => return Err(CertificateError::Other),
            }
            if certificates.len() == CERTIFICATES_MAX {
                return Err(CertificateError::Many);
            }
            certificates.push(read(body)?);
            match after.split_once("-----BEGIN ") {
                Some((_, next)) => rest = next,
                None => return Ok(certificates),
            }
        }
    }

    /// Reads a certificate in DER.
    pub fn from_der(der: &[u8]) -> Option<Certificate> {
        let mut rest = der::whole(der)?;
        let content = der::take_whole(&mut rest, der::SEQUENCE)?;
        let algorithm = der::take_whole(&mut rest, der::SEQUENCE)?;
        let id = der::take(&mut der::whole(algorithm)?, der::OBJECT_IDENTIFIER)?;
        let signature = der::take(&mut rest, der::BIT_STRING)?.strip_prefix(&[0])?;
        if !rest.is_empty() {
            return None;
        }
        let signed = Signed {
            content: content.to_vec(),
            signature: signature.to_vec(),
            algorithm: id
                .strip_prefix(PKCS1)
                .and_then(|number| <[u8; 1]>::try_from(number).ok())
                .map(|[number]| number),
        };

        let mut tbs = der::whole(content)?;
        if der::peek(tbs) == Some(der::VERSION_OF_CERTIFICATE) {
            der::take(&mut tbs, der::VERSION_OF_CERTIFICATE)?;
        }
        let serial = der::take(&mut tbs, der::INTEGER)?;
        if serial.is_empty() || SERIAL_BYTES_MAX < serial.len() {
            return None;
        }
        // The algorithm stands twice, and the one that is signed counts.
        if der::take_whole(&mut tbs, der::SEQUENCE)? != algorithm {
            return None;
        }
        let issuer = der::take_whole(&mut tbs, der::SEQUENCE)?;
        let mut validity = der::take(&mut tbs, der::SEQUENCE)?;
        let (starts_at, ends_at) = (take_time(&mut validity)?, take_time(&mut validity)?);
        let subject = der::take_whole(&mut tbs, der::SEQUENCE)?;
        let key = PublicKey::from_spki(der::take_whole(&mut tbs, der::SEQUENCE)?);
        for unique_id in [0x81, 0x82] {
            if der::peek(tbs) == Some(unique_id) {
                der::take(&mut tbs, unique_id)?;
            }
        }
        let is_authority = match der::peek(tbs) {
            // A certificate of the first version, which could not say so.
            None => true,
            Some(_) => is_authority(der::take(&mut tbs, EXTENSIONS)?)?,
        };
        Some(Certificate {
            sn: sn(&name::rfc2253(issuer)?, &decimal(serial)),
            der: der.to_vec(),
            subject: subject.to_vec(),
            issuer: issuer.to_vec(),
            starts_at,
            ends_at,
            key,
            is_authority,
            signed,
        })
    }

    /// The serial number by which calls and answers name it: 32 lower-case hexadecimal digits, the MD5 of its issuer's
    /// name and its own number.
    pub fn sn(&self) -> &str {
        &self.sn
    }

    /// Its RSA key, or why it has none that is usable.
    pub fn public_key(&self) -> Result<&PublicKey, &KeyError> {
        self.key.as_ref()
    }

    /// The first second in which it is valid, UTC milliseconds.
    pub fn starts_at(&self) -> i64 {
        self.starts_at
    }

    /// The last second in which it is valid, UTC milliseconds.
    pub fn ends_at(&self) -> i64 {
        self.ends_at
    }

    /// Whether it is valid at this time, UTC milliseconds. Both ends are within.
    pub fn is_valid_at(&self, now: i64) -> bool {
        // The last second is whole.
        (self.starts_at..self.ends_at.saturating_add(1_000)).contains(&now)
    }

    /// Whether `issuer` has signed it: their names fit, the issuer's key may sign certificates, and the signature is
    /// right. Validity is not looked at.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        let algorithm: &'static RsaParameters = match self.signed.algorithm {
            Some(5) => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Some(SHA256_WITH_RSA) => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            Some(12) => &RSA_PKCS1_2048_8192_SHA384,
            Some(13) => &RSA_PKCS1_2048_8192_SHA512,
            _ => return false,
        };
        let Ok(key) = &issuer.key else { return false };
        let Signed { content, signature, .. } = &self.signed;
        self.issuer == issuer.subject && issuer.is_authority && key.verify_by(algorithm, content, signature)
    }

    /// Whether it is its own issuer's, as roots are. The signature is not looked at.
    pub fn is_root(&self) -> bool {
        self.issuer == self.subject
    }

    /// The certificate as PEM.
    pub fn to_pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    /// The certificate's DER as one line of base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.der)
    }
}

/// The serial number of a bundle of root certificates: those of the ones that are signed by RSA, in their order, joined
/// by `_`. `None` when there is none.
pub fn root_sn(bundle: &[Certificate]) -> Option<String> {
    let of_rsa = bundle.iter().filter(|certificate| certificate.signed.algorithm.is_some());
    let sns: Vec<&str> = of_rsa.map(Certificate::sn).collect();
    (!sns.is_empty()).then(|| sns.join("_"))
}

/// The bundle as PEM with one empty line between two certificates, at which one SDK splits it.
pub fn bundle_pem(bundle: &[Certificate]) -> String {
    bundle.iter().map(Certificate::to_pem).collect::<Vec<_>>().join("\n")
}

/// The chain as PEM, certificate behind certificate.
pub fn chain_pem(chain: &[Certificate]) -> String {
    chain.iter().map(Certificate::to_pem).collect()
}

fn sn(issuer: &str, serial: &str) -> String {
    let digest = Md5::new().chain_update(issuer).chain_update(serial).finalize();
    digest.iter().fold(String::new(), |mut sn, byte| {
        write!(sn, "{byte:02x}").expect("strings grow");
        sn
    })
}

/// An INTEGER's content as decimal digits, behind a minus when it is negative.
fn decimal(integer: &[u8]) -> String {
    let is_negative = integer.first().is_some_and(|first| 0x80 <= *first);
    // Of a negative number the magnitude: all bits turned, and one more.
    let (flip, mut carry) = if is_negative { (0xff, 1) } else { (0, 0) };
    let mut magnitude: Vec<u8> = integer.iter().map(|byte| byte ^ flip).collect();
    for byte in magnitude.iter_mut().rev() {
        let sum = u16::from(*byte) + carry;
        *byte = sum.to_be_bytes()[1];
        carry = sum >> 8;
    }
    // Nine decimal digits a limb, the lowest first.
    const LIMB: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for byte in magnitude {
        let mut carry = u64::from(byte);
        for limb in &mut limbs {
            let product = (*limb << 8) + carry;
            *limb = product % LIMB;
            carry = product / LIMB;
        }
        if 0 < carry {
            limbs.push(carry);
        }
    }
    let mut text = String::from(if is_negative { "-" } else { "" });
    let (last, rest) = limbs.split_last().expect("there is one");
    text.push_str(&last.to_string());
    for limb in rest.iter().rev() {
        write!(text, "{limb:09}").expect("strings grow");
    }
    text
}

/// Takes a `Time`, which DER writes to the second and in UTC: `yyMMddHHmmssZ` until 2049, with the whole year after.
fn take_time(der: &mut &[u8]) -> Option<i64> {
    let digits = |time: &[u8]| {
        let digits = time.strip_suffix(b"Z").filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        String::from_utf8(digits.to_vec()).ok()
    };
    let text = match der::peek(der)? {
        UTC_TIME => {
            let digits = digits(der::take(der, UTC_TIME)?)?;
            let century = if digits.as_str() < "50" { "20" } else { "19" };
            format!("{century}{digits}")
        }
        _ => digits(der::take(der, GENERALIZED_TIME)?)?,
    };
    if text.len() != 14 {
        return None;
    }
    let part = |from: usize| &text[from..from + 2];
    let [month, day, hour, minute, second] = [4, 6, 8, 10, 12].map(part);
    Some(time::parse(&format!("{}-{month}-{day} {hour}:{minute}:{second}", &text[..4]))? + UTC8_MS)
}

/// What the extensions say of whether the key may sign certificates.
fn is_authority(mut extensions: &[u8]) -> Option<bool> {
    let mut list = der::take(&mut extensions, der::SEQUENCE)?;
    while !list.is_empty() {
        let mut extension = der::take(&mut list, der::SEQUENCE)?;
        let id = der::take(&mut extension, der::OBJECT_IDENTIFIER)?;
        if der::peek(extension) == Some(der::BOOLEAN) {
            der::take(&mut extension, der::BOOLEAN)?;
        }
        let value = der::take(&mut extension, der::OCTET_STRING)?;
        if id == BASIC_CONSTRAINTS {
            let mut constraints = der::whole(value)?;
            let is_stated = der::peek(constraints) == Some(der::BOOLEAN);
            return Some(is_stated && der::take(&mut constraints, der::BOOLEAN)?.iter().any(|&byte| byte != 0));
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_protocol() {
        let issuer = "CN=Test Authority Class 2 R1,OU=Test Certification Authority,O=Test Ant Financial,C=CN";
        assert_eq!(sn(issuer, "2545518016741966456570131121944"), "d7cdf23bbc76b66041fea59dd152e955");
    }

    #[test]
    fn numbers_in_decimal() {
        let check = |integer: &[u8], expect: &str| assert_eq!(decimal(integer), expect, "{integer:x?}");
        check(&[0], "0");
        check(&[0x7f], "127");
        check(&[0, 0x80], "128");
        check(&[0x3b, 0x9a, 0xca, 0x00], "1000000000");
        check(&[0x20, 0x21, 0x03, 0x27, 0x00, 0xff, 0xee, 0x00, 0x11, 0x22, 0x33], "38841522472362618158916147");
        check(&[0xff], "-1");
        check(&[0x80], "-128");
        check(&[0xff, 0x00], "-256");
        check(&[0x00; 64], "0");
        let largest = (0..512).fold(String::from("1"), |power, _| doubled(&power));
        check(&[&[0, 1][..], &[0; 64]].concat(), &largest);
    }

    /// A decimal number times two, by hand.
    fn doubled(number: &str) -> String {
        let mut carry = 0;
        let mut digits: Vec<u8> = Vec::new();
        for digit in number.bytes().rev() {
            let twice = (digit - b'0') * 2 + carry;
            digits.push(b'0' + twice % 10);
            carry = twice / 10;
        }
        if 0 < carry {
            digits.push(b'0' + carry);
        }
        digits.iter().rev().map(|&digit| char::from(digit)).collect()
    }

    #[test]
    fn times() {
        let check = |tag: u8, text: &str, expect: Option<&str>| {
            let der = der::wrap(tag, &[text.as_bytes()]);
            let read = take_time(&mut der.as_slice()).map(|at| time::format(at - UTC8_MS));
            assert_eq!(read.as_deref(), expect, "{text}");
        };
        check(UTC_TIME, "261121212825Z", Some("2026-11-21 21:28:25"));
        check(UTC_TIME, "491231235959Z", Some("2049-12-31 23:59:59"));
        check(UTC_TIME, "500101000000Z", Some("1950-01-01 00:00:00"));
        check(GENERALIZED_TIME, "99991231235959Z", Some("9999-12-31 23:59:59"));
        check(GENERALIZED_TIME, "20500101000000Z", Some("2050-01-01 00:00:00"));
        for wrong in ["", "Z", "2611212128Z", "261121212825", "261121212825+0800", "261321212825Z", "26112121282-Z"] {
            check(UTC_TIME, wrong, None);
            check(GENERALIZED_TIME, wrong, None);
        }
        check(der::INTEGER, "261121212825Z", None);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes: Vec<u8>, text: String) {
            let _ = Certificate::from_der(&bytes);
            let _ = Certificate::from_der(&der::wrap(der::SEQUENCE, &[&bytes]));
            let _ = Certificate::chain(&text);
            let _ = Certificate::chain(&format!("-----BEGIN {text}"));
            let _ = take_time(&mut bytes.as_slice());
            let _ = is_authority(&bytes);
            let _ = name::rfc2253(&der::wrap(der::SEQUENCE, &[&bytes]));
            let _ = decimal(&bytes);
        }
    }
}
