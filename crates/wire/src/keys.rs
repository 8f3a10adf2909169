//! RSA keys in every form people keep them in.
//!
//! The platform's pages show keys as one line of base64, tools write PEM, certificates hold them too. A key is parsed
//! once, when it is registered or loaded; what is kept afterwards is ready to verify or to sign.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RsaParameters,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::opened::SignedDigest;
use crate::rsa::Rsa;
use crate::{SignType, der, pss};

/// The sizes of keys that are taken, in bits; smaller ones are broken, larger ones slow everybody down.
const BITS: std::ops::RangeInclusive<usize> = 1024..=8192;

/// The bytes of a digest: of MD5 the fewest, of SHA-512 the most. One that begins with some zeros is shorter.
const DIGEST_BYTES_MAX: usize = 64;
const DIGEST_BYTES_MIN: usize = 12;

/// Why a text is no key. Says what to do, never what the text was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is neither PEM nor base64.
    #[error("not a key: expected PEM, or one line of base64")]
    NotBase64,
    /// The bytes are no RSA public key.
    #[error("not an RSA public key: expected SubjectPublicKeyInfo, PKCS#1 or an X.509 certificate with an RSA key")]
    NotPublic,
    /// The bytes are no RSA private key.
    #[error("not an RSA private key: expected PKCS#8 or PKCS#1, not encrypted by a passphrase")]
    NotPrivate,
    /// A private key where the public one belongs; it should now be replaced.
    #[error("this is a private key; the public key belongs here, and the private key must stay with its owner")]
    PrivateForPublic,
    /// The modulus is too small or too large: that many bits.
    #[error("an RSA key of {0} bits; expected 1024 to 8192")]
    Bits(usize),
}

/// A public RSA key, ready to verify. Cheap to clone; equal when the keys are, in whatever form they came.
#[derive(Clone)]
pub struct PublicKey(Arc<Public>);

struct Public {
    pkcs1: Vec<u8>,
    bits: usize,
    rsa: ParsedPublicKey,
    rsa2: ParsedPublicKey,
}

impl PublicKey {
    /// Takes PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`, `CERTIFICATE`: the first block) or one line of base64 of the same.
    pub fn parse(text: &str) -> Result<PublicKey, KeyError> {
        let der = armoured(text)?;
        let Some(pkcs1) = der::public_key(&der) else {
            let private = der::private_key(&der).is_some();
            return Err(if private { KeyError::PrivateForPublic } else { KeyError::NotPublic });
        };
        PublicKey::from_pkcs1(pkcs1.to_vec())
    }

    fn from_pkcs1(pkcs1: Vec<u8>) -> Result<PublicKey, KeyError> {
        let bits = der::modulus_bits(&pkcs1).ok_or(KeyError::NotPublic)?;
        if !BITS.contains(&bits) {
            return Err(KeyError::Bits(bits));
        }
        let parse = |algorithm| ParsedPublicKey::new(algorithm, &pkcs1).map_err(|_| KeyError::NotPublic);
        let rsa = parse(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY)?;
        let rsa2 = parse(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY)?;
        Ok(PublicKey(Arc::new(Public { pkcs1, bits, rsa, rsa2 })))
    }

    /// Whether `signature` (its bytes, not base64) is this key's for `message`.
    pub fn verify(&self, sign_type: SignType, message: &[u8], signature: &[u8]) -> bool {
        let key = match sign_type {
            SignType::Rsa => &self.0.rsa,
            SignType::Rsa2 => &self.0.rsa2,
        };
        key.verify_sig(message, signature).is_ok()
    }

    /// The same for a signature as base64; what is not base64 is no signature.
    pub fn verify_base64(&self, sign_type: SignType, message: &[u8], signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| self.verify(sign_type, message, &signature))
    }

    /// What `signature` (its bytes, not base64) was made of; nothing when it was not made with this key's private half.
    pub fn open(&self, signature: &[u8]) -> Option<SignedDigest> {
        Some(SignedDigest::read(&Rsa::parse_public(&self.0.pkcs1)?.open(signature)?))
    }

    /// Whether `signature` (its bytes, not base64) was made with this key's private half, but padded by RSA-PSS. Where
    /// the padding alone does not prove it, it must be over `message`.
    pub fn is_padded_by_pss(&self, signature: &[u8], message: &[u8]) -> bool {
        let encoded = Rsa::parse_public(&self.0.pkcs1).and_then(|key| key.encoded(signature));
        encoded.is_some_and(|encoded| pss::is_padded(&encoded, self.0.bits, message))
    }

    /// Whether `signature` (its bytes) was made with this key's private half of a digest alone, without any padding.
    pub fn is_unpadded(&self, signature: &[u8]) -> bool {
        let encoded = Rsa::parse_public(&self.0.pkcs1).and_then(|key| key.encoded(signature));
        encoded.is_some_and(|encoded| {
            let zeros = encoded.iter().take_while(|byte| **byte == 0).count();
            (DIGEST_BYTES_MIN..=DIGEST_BYTES_MAX).contains(&(encoded.len() - zeros))
        })
    }

    /// Whether `signature` (its bytes) is this key's for `message` by this algorithm, which may be one of certificates.
    pub(crate) fn verify_by(&self, algorithm: &'static RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        ParsedPublicKey::new(algorithm, &self.0.pkcs1).is_ok_and(|key| key.verify_sig(message, signature).is_ok())
    }

    /// The key of a SubjectPublicKeyInfo.
    pub(crate) fn from_spki(spki: &[u8]) -> Result<PublicKey, KeyError> {
        PublicKey::from_pkcs1(der::public_key(spki).ok_or(KeyError::NotPublic)?.to_vec())
    }

    /// The key as an `RSAPublicKey` (PKCS#1).
    pub(crate) fn pkcs1(&self) -> &[u8] {
        &self.0.pkcs1
    }

    /// The size of the modulus, in bits.
    pub fn bits(&self) -> usize {
        self.0.bits
    }

    /// The key as PEM, with the label `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &der::spki(&self.0.pkcs1))
    }

    /// SHA-256 of the SubjectPublicKeyInfo in 64 hexadecimal digits: the same for a key in whatever form it is.
    pub fn fingerprint(&self) -> String {
        crate::sha256(&der::spki(&self.0.pkcs1)).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// SubjectPublicKeyInfo as one line: the form the SDKs and the platform's pages use.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(der::spki(&self.0.pkcs1))
    }
}

impl PublicKey {
    /// PEM with the label `RSA PUBLIC KEY`: what some tools write.
    pub fn to_pkcs1_pem(&self) -> String {
        pem("RSA PUBLIC KEY", &self.0.pkcs1)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.0.pkcs1 == other.0.pkcs1
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} bits, {})", self.bits(), self.to_base64())
    }
}

/// A private RSA key, ready to sign. Cheap to clone; never shown by `Debug`.
#[derive(Clone)]
pub struct PrivateKey(Arc<Private>);

struct Private {
    pkcs1: Vec<u8>,
    rsa: Rsa,
    public: PublicKey,
}

impl PrivateKey {
    /// Takes PKCS#1 or PKCS#8, as PEM or as one line of base64.
    pub fn parse(text: &str) -> Result<PrivateKey, KeyError> {
        let der = armoured(text)?;
        PrivateKey::from_pkcs1(der::private_key(&der).ok_or(KeyError::NotPrivate)?)
    }

    /// Generates a key of 2048 bits. Randomness is the cryptographic library's.
    pub fn generate() -> PrivateKey {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("AWS-LC makes keys of 2048 bits");
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().expect("AWS-LC writes the keys it makes");
        let pkcs1 = der::private_key(pkcs8.as_ref()).expect("PKCS#8 of an RSA key holds PKCS#1");
        PrivateKey::from_pkcs1(pkcs1).expect("a key just made is sound")
    }

    fn from_pkcs1(pkcs1: &[u8]) -> Result<PrivateKey, KeyError> {
        let public = der::public_of_private(pkcs1).ok_or(KeyError::NotPrivate)?;
        let public = PublicKey::from_pkcs1(public).map_err(|error| match error {
            KeyError::NotPublic => KeyError::NotPrivate,
            other => other,
        })?;
        let rsa = Rsa::parse(pkcs1).ok_or(KeyError::NotPrivate)?;
        Ok(PrivateKey(Arc::new(Private { pkcs1: pkcs1.to_vec(), rsa, public })))
    }

    /// The signature of `message`, as base64.
    pub fn sign(&self, sign_type: SignType, message: &[u8]) -> String {
        STANDARD.encode(self.sign_bytes(sign_type, message))
    }

    /// The signature of `message`.
    pub(crate) fn sign_bytes(&self, sign_type: SignType, message: &[u8]) -> Vec<u8> {
        self.0.rsa.sign(sign_type, sign_type.digest(message).as_ref())
    }

    /// The public key that belongs to it.
    pub fn public_key(&self) -> PublicKey {
        self.0.public.clone()
    }

    /// The key as PEM, with the label `PRIVATE KEY`.
    pub fn to_pkcs8_pem(&self) -> String {
        pem("PRIVATE KEY", &der::pkcs8(&self.0.pkcs1))
    }

    /// The key as PKCS#8 base64 on one line, which the Java SDK wants.
    pub fn to_pkcs8_base64(&self) -> String {
        STANDARD.encode(der::pkcs8(&self.0.pkcs1))
    }

    /// PEM with the label `RSA PRIVATE KEY`: what the Python SDKs want.
    pub fn to_pkcs1_pem(&self) -> String {
        pem("RSA PRIVATE KEY", &self.0.pkcs1)
    }

    /// PKCS#1 as one line: what the PHP and Node SDKs want.
    pub fn to_pkcs1_base64(&self) -> String {
        STANDARD.encode(&self.0.pkcs1)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({} bits)", self.0.public.bits())
    }
}

/// The bytes of the first PEM block of `text`, whatever its label, or of the whole text as base64. Line breaks and
/// blanks may stand anywhere in it: keys are pasted out of pages and mails.
pub(crate) fn armoured(text: &str) -> Result<Vec<u8>, KeyError> {
    let body = match text.split_once("-----BEGIN ") {
        Some((_, block)) => {
            let body = block.split_once("-----").and_then(|(_, body)| body.split_once("-----END "));
            body.ok_or(KeyError::NotBase64)?.0
        }
        None => text,
    };
    let body: Cow<'_, str> = match body.contains(char::is_whitespace) {
        true => body.split_whitespace().collect(),
        false => body.into(),
    };
    match STANDARD.decode(body.as_bytes()) {
        Ok(der) if !der.is_empty() => Ok(der),
        _ => Err(KeyError::NotBase64),
    }
}

/// The bytes as PEM with this label.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}
