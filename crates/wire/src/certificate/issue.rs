//! Issuing certificates, for those who have no authority of their own: what every SDK can read and number alike.
//!
//! The SDKs write issuers' names and numbers each in its own way. They agree on names of exactly country, organization,
//! unit and common name without a character that RFC 2253 escapes, and on positive numbers below 2^127.

use super::name::is_escaped;
use super::{BASIC_CONSTRAINTS, Certificate, EXTENSIONS, GENERALIZED_TIME, PKCS1, SHA256_WITH_RSA, UTC_TIME, UTC8_MS};
use crate::der::{BIT_STRING, BOOLEAN, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, wrap};
use crate::{PrivateKey, PublicKey, SignType, der, time};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// 2.5.29.15, for what the key may be used.
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
/// 2.5.29.14 and 2.5.29.35, a name for the holder's key and one for the issuer's.
const SUBJECT_KEY: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 0x23];
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;

/// A holder's or an issuer's name: country `CN`, organization, unit and common name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    der: Vec<u8>,
}

impl Name {
    /// The most characters of each part.
    pub const PART_CHARS_MAX: usize = 64;

    /// A name of these parts; nothing when one is empty, too long, or an SDK would write it in a way of its own.
    pub fn new(organization: &str, unit: &str, common_name: &str) -> Option<Name> {
        let is_plain = |part: &str| {
            let is_plain =
                |character: char| matches!(character, ' '..='~') && !is_escaped(character) && character != '/';
            let chars = part.chars().count();
            part.trim() == part && (1..=Name::PART_CHARS_MAX).contains(&chars) && part.chars().all(is_plain)
        };
        if ![organization, unit, common_name].into_iter().all(is_plain) {
            return None;
        }
        let part = |id: u8, tag: u8, value: &str| {
            let attribute = [wrap(OBJECT_IDENTIFIER, &[&[0x55, 4, id]]), wrap(tag, &[value.as_bytes()])].concat();
            wrap(SET, &[&wrap(SEQUENCE, &[&attribute])])
        };
        let parts = [
            part(6, PRINTABLE_STRING, "CN"),
            part(10, UTF8_STRING, organization),
            part(11, UTF8_STRING, unit),
            part(3, UTF8_STRING, common_name),
        ];
        Some(Name { der: wrap(SEQUENCE, &[&parts.concat()]) })
    }

    /// The holder's name of a certificate, to issue more in that name.
    pub fn of(certificate: &Certificate) -> Name {
        Name { der: certificate.subject.clone() }
    }
}

/// A certificate to be issued.
#[derive(Clone, Debug)]
pub struct CertificateRequest<'a> {
    /// The holder.
    pub subject: &'a Name,
    /// The holder's key.
    pub key: &'a PublicKey,
    /// Its number, which no other certificate of the issuer may have. The highest bit is not used.
    pub serial: u128,
    /// The first second in which it is valid, UTC milliseconds.
    pub starts_at: i64,
    /// The last second in which it is valid, UTC milliseconds.
    pub ends_at: i64,
    /// Whether its key may sign certificates.
    pub is_authority: bool,
}

impl CertificateRequest<'_> {
    /// Issues it in the name of `issuer`, signed with `key` by SHA-256.
    pub fn issue(&self, issuer: &Name, key: &PrivateKey) -> Certificate {
        let algorithm = wrap(SEQUENCE, &[&wrap(OBJECT_IDENTIFIER, &[PKCS1, &[SHA256_WITH_RSA]]), &[0x05, 0x00]]);
        let tbs = wrap(
            SEQUENCE,
            &[
                &wrap(der::VERSION_OF_CERTIFICATE, &[&[INTEGER, 1, 2]]),
                &wrap(INTEGER, &[&self.number()]),
                &algorithm,
                &issuer.der,
                &wrap(SEQUENCE, &[&written_time(self.starts_at), &written_time(self.ends_at)]),
                &self.subject.der,
                &der::spki(self.key.pkcs1()),
                &wrap(EXTENSIONS, &[&wrap(SEQUENCE, &[&self.extensions(&key.public_key())])]),
            ],
        );
        let signature = key.sign_bytes(SignType::Rsa2, &tbs);
        let whole = wrap(SEQUENCE, &[&tbs, &algorithm, &wrap(BIT_STRING, &[&[0], &signature])]);
        Certificate::from_der(&whole).expect("a certificate just made is one")
    }

    /// The number as an INTEGER's content: positive, in as few bytes as can be.
    fn number(&self) -> Vec<u8> {
        let bytes = (self.serial & (u128::MAX >> 1)).max(1).to_be_bytes();
        let first = bytes.iter().position(|&byte| byte != 0).unwrap_or_default();
        let sign: &[u8] = if 0x80 <= bytes[first] { &[0] } else { &[] };
        [sign, &bytes[first..]].concat()
    }

    fn extensions(&self, issuer: &PublicKey) -> Vec<u8> {
        let extension = |id: &[u8], is_critical: bool, value: &[u8]| {
            let critical: &[u8] = if is_critical { &[BOOLEAN, 1, 0xff] } else { &[] };
            wrap(SEQUENCE, &[&wrap(OBJECT_IDENTIFIER, &[id]), critical, &wrap(OCTET_STRING, &[value])])
        };
        let key_id = |key: &PublicKey| digest(&SHA1_FOR_LEGACY_USE_ONLY, key.pkcs1()).as_ref().to_vec();
        // Bits of a key's use, from the left: 0 is signatures, 5 and 6 certificates and lists of revoked ones.
        let (constraints, usage): (&[u8], [u8; 2]) =
            if self.is_authority { (&[BOOLEAN, 1, 0xff], [1, 0b0000_0110]) } else { (&[], [7, 0b1000_0000]) };
        [
            extension(BASIC_CONSTRAINTS, true, &wrap(SEQUENCE, &[constraints])),
            extension(KEY_USAGE, true, &wrap(BIT_STRING, &[&usage])),
            extension(SUBJECT_KEY, false, &wrap(OCTET_STRING, &[&key_id(self.key)])),
            extension(AUTHORITY_KEY, false, &wrap(SEQUENCE, &[&wrap(0x80, &[&key_id(issuer)])])),
        ]
        .concat()
    }
}

/// A `Time` in DER, to the second.
fn written_time(utc_ms: i64) -> Vec<u8> {
    let digits: String = time::format(utc_ms - UTC8_MS).chars().filter(char::is_ascii_digit).collect();
    // With the whole year, that has four digits, where two would stand for another century.
    match ("1950".."2050").contains(&&digits[..4]) {
        true => wrap(UTC_TIME, &[&digits.as_bytes()[2..], b"Z"]),
        false => wrap(GENERALIZED_TIME, &[digits.as_bytes(), b"Z"]),
    }
}
