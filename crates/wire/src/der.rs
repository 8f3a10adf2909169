//! The little of DER that RSA keys and certificates need: taking elements apart and wrapping them again.
//!
//! Keys come in five shapes (PKCS#1 and PKCS#8, SubjectPublicKeyInfo, X.509) that all carry the same PKCS#1 structure.
//! This file finds it; whether its numbers are a usable key is for the cryptographic library to say. `certificate.rs`
//! takes X.509 certificates apart with the same few functions: crates for that read more than the protocol needs, and
//! none writes an issuer's name as the SDKs hash it.

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SET: u8 = 0x31;
pub(crate) const VERSION_OF_CERTIFICATE: u8 = 0xa0;

/// `AlgorithmIdentifier { rsaEncryption, NULL }`, 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// The `RSAPublicKey` (PKCS#1) inside a PKCS#1 key, a SubjectPublicKeyInfo or an X.509 certificate.
pub(crate) fn public_key(der: &[u8]) -> Option<&[u8]> {
    let mut inside = whole(der)?;
    if peek(inside) == Some(INTEGER) {
        // A private key begins so too, but does not end after two numbers.
        take(&mut inside, INTEGER)?;
        take(&mut inside, INTEGER)?;
        return inside.is_empty().then_some(der);
    }
    let first = take(&mut inside, SEQUENCE)?;
    match peek(inside)? {
        BIT_STRING => subject_public_key(der),
        _ => certificate_key(first).and_then(subject_public_key),
    }
}

/// The key of a SubjectPublicKeyInfo.
fn subject_public_key(der: &[u8]) -> Option<&[u8]> {
    let mut inside = whole(der)?.strip_prefix(RSA_ENCRYPTION)?;
    take(&mut inside, BIT_STRING)?.strip_prefix(&[0])
}

/// The SubjectPublicKeyInfo of a certificate, given what is inside its TBSCertificate.
fn certificate_key(mut tbs: &[u8]) -> Option<&[u8]> {
    if peek(tbs) == Some(VERSION_OF_CERTIFICATE) {
        take(&mut tbs, VERSION_OF_CERTIFICATE)?;
    }
    take(&mut tbs, INTEGER)?; // Serial number.
    for _ in ["signature", "issuer", "validity", "subject"] {
        take(&mut tbs, SEQUENCE)?;
    }
    take_whole(&mut tbs, SEQUENCE)
}

/// The `RSAPrivateKey` (PKCS#1) inside a PKCS#1 or PKCS#8 key.
pub(crate) fn private_key(der: &[u8]) -> Option<&[u8]> {
    let mut inside = whole(der)?;
    take(&mut inside, INTEGER)?;
    match peek(inside)? {
        INTEGER => Some(der),
        _ => take(&mut inside.strip_prefix(RSA_ENCRYPTION)?, OCTET_STRING),
    }
}

/// The `RSAPublicKey` of an `RSAPrivateKey`: modulus and public exponent are its second and third number.
pub(crate) fn public_of_private(pkcs1: &[u8]) -> Option<Vec<u8>> {
    let mut inside = whole(pkcs1)?;
    take(&mut inside, INTEGER)?;
    let numbers = inside;
    take(&mut inside, INTEGER)?;
    take(&mut inside, INTEGER)?;
    Some(wrap(SEQUENCE, &[&numbers[..numbers.len() - inside.len()]]))
}

/// How many bits the modulus of an `RSAPublicKey` has.
pub(crate) fn modulus_bits(pkcs1: &[u8]) -> Option<usize> {
    let modulus = take(&mut whole(pkcs1)?, INTEGER)?;
    let start = modulus.iter().position(|&byte| byte != 0)?;
    Some((modulus.len() - start) * 8 - modulus[start].leading_zeros() as usize)
}

/// A SubjectPublicKeyInfo around an `RSAPublicKey`.
pub(crate) fn spki(pkcs1: &[u8]) -> Vec<u8> {
    wrap(SEQUENCE, &[RSA_ENCRYPTION, &wrap(BIT_STRING, &[&[0], pkcs1])])
}

/// A PKCS#8 key around an `RSAPrivateKey`.
pub(crate) fn pkcs8(pkcs1: &[u8]) -> Vec<u8> {
    wrap(SEQUENCE, &[&[INTEGER, 1, 0], RSA_ENCRYPTION, &wrap(OCTET_STRING, &[pkcs1])])
}

/// Whether these bytes are one sequence, and nothing is missing at its end or stands behind it.
pub(crate) fn is_whole(der: &[u8]) -> bool {
    whole(der).is_some()
}

/// What is inside the one sequence that `der` must be.
pub(crate) fn whole(mut der: &[u8]) -> Option<&[u8]> {
    let inside = take(&mut der, SEQUENCE)?;
    der.is_empty().then_some(inside)
}

/// The tag of the first element.
pub(crate) fn peek(der: &[u8]) -> Option<u8> {
    der.first().copied()
}

/// Takes the first element off `der`, which must have this tag, and gives what is inside it.
pub(crate) fn take<'a>(der: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (&first, rest) = der.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    let (inside, rest) = rest.split_at_checked(length)?;
    *der = rest;
    Some(inside)
}

/// Takes the first element off `der`, which must have this tag, and gives all of it, its tag and length included.
pub(crate) fn take_whole<'a>(der: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let start = *der;
    take(der, tag)?;
    Some(&start[..start.len() - der.len()])
}

/// An element with this tag around `parts`.
pub(crate) fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let inside = parts.concat();
    let length = inside.len().to_be_bytes();
    let significant = &length[length.iter().position(|&byte| byte != 0).unwrap_or(length.len() - 1)..];
    let mut der = vec![tag];
    if 0x80 <= inside.len() {
        der.push(0x80 | significant.len() as u8);
    }
    der.extend_from_slice(significant);
    der.extend_from_slice(&inside);
    der
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn wrapping_is_undone(inside: Vec<u8>, rest: Vec<u8>) {
            let der = [wrap(OCTET_STRING, &[&inside]), rest.clone()].concat();
            let mut left = der.as_slice();
            prop_assert_eq!(take(&mut left, OCTET_STRING), Some(inside.as_slice()));
            prop_assert_eq!(left, rest.as_slice());
        }

        #[test]
        fn nothing_panics(bytes: Vec<u8>) {
            let der = wrap(SEQUENCE, &[&bytes]);
            public_key(&der);
            private_key(&der);
            public_of_private(&der);
            modulus_bits(&der);
            subject_public_key(&bytes);
            certificate_key(&bytes);
        }
    }

    #[test]
    fn long_lengths() {
        for length in [0, 127, 128, 255, 256, 65_535, 65_536] {
            let inside = vec![7; length];
            assert_eq!(take(&mut wrap(OCTET_STRING, &[&inside]).as_slice(), OCTET_STRING), Some(inside.as_slice()));
        }
    }
}
