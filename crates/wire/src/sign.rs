//! The two signature algorithms, both PKCS#1 v1.5, and digests.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

/// How a call, its answer and its notifications are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignType {
    /// SHA-1 with RSA: what the Java and PHP SDKs use unless told otherwise.
    Rsa,
    /// SHA-256 with RSA, PKCS#1 v1.5.
    Rsa2,
}

impl SignType {
    /// The algorithm that a `sign_type` parameter names, in capitals; `None` for any other.
    pub fn from_name(name: &[u8]) -> Option<SignType> {
        match name {
            b"RSA" => Some(SignType::Rsa),
            b"RSA2" => Some(SignType::Rsa2),
            _ => None,
        }
    }

    /// The algorithm's name on the wire: `RSA` or `RSA2`.
    pub fn name(self) -> &'static str {
        match self {
            SignType::Rsa => "RSA",
            SignType::Rsa2 => "RSA2",
        }
    }

    /// The other one of the two algorithms.
    pub fn other(self) -> SignType {
        match self {
            SignType::Rsa => SignType::Rsa2,
            SignType::Rsa2 => SignType::Rsa,
        }
    }

    pub(crate) fn digest(self, message: &[u8]) -> digest::Digest {
        match self {
            SignType::Rsa => digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, message),
            SignType::Rsa2 => digest::digest(&SHA256, message),
        }
    }
}

/// The SHA-256 digest of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}
