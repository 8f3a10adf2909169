//! What a signature was made of: the digest inside, which tells a wrong string from a wrong key.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA224, SHA256, SHA384, SHA512, digest};

use crate::SignType;

/// A digest's name, what precedes it in PKCS#1's DigestInfo (RFC 8017, 9.2), and how it is computed, where it can be.
struct Kind {
    name: &'static str,
    prefix: &'static [u8],
    algorithm: Option<&'static Algorithm>,
}

const KINDS: [Kind; 6] = [
    Kind {
        name: "SHA-256",
        prefix: b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        algorithm: Some(&SHA256),
    },
    Kind {
        name: "SHA-1",
        prefix: b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        algorithm: Some(&SHA1_FOR_LEGACY_USE_ONLY),
    },
    Kind {
        name: "SHA-512",
        prefix: b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
        algorithm: Some(&SHA512),
    },
    Kind {
        name: "SHA-384",
        prefix: b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        algorithm: Some(&SHA384),
    },
    Kind {
        name: "SHA-224",
        prefix: b"\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c",
        algorithm: Some(&SHA224),
    },
    Kind {
        name: "MD5",
        prefix: b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10",
        algorithm: None,
    },
];

/// The inside of a signature. Only [`crate::PublicKey::open`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDigest {
    /// The place of its kind in [`KINDS`]; nothing when it is none of them.
    kind: Option<usize>,
    digest: Vec<u8>,
}

impl SignedDigest {
    pub(crate) fn read(inside: &[u8]) -> SignedDigest {
        let kind = KINDS.iter().position(|kind| inside.starts_with(kind.prefix));
        let digest = kind.map_or(inside, |kind| &inside[KINDS[kind].prefix.len()..]).to_vec();
        SignedDigest { kind, digest }
    }

    /// The digest's name, such as `SHA-256`; nothing when what was signed is no digest that is known.
    pub fn algorithm(&self) -> Option<&'static str> {
        self.kind.map(|kind| KINDS[kind].name)
    }

    /// The `sign_type` that signs so; nothing when none does.
    pub fn sign_type(&self) -> Option<SignType> {
        match self.algorithm()? {
            "SHA-256" => Some(SignType::Rsa2),
            "SHA-1" => Some(SignType::Rsa),
            _ => None,
        }
    }

    /// Whether the signature was made over this message.
    pub fn is_of(&self, message: &[u8]) -> bool {
        let algorithm = self.kind.and_then(|kind| KINDS[kind].algorithm);
        algorithm.is_some_and(|algorithm| digest(algorithm, message).as_ref() == self.digest)
    }

    /// The digest's bytes; all that was signed where that is no digest.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.digest
    }

    /// Whether it is a digest of a known kind that is not computed here.
    pub(crate) fn is_incomputable(&self) -> bool {
        self.kind.is_some_and(|kind| KINDS[kind].algorithm.is_none())
    }

    /// The digest in hexadecimal digits, as `sha256sum` and its like print it.
    pub fn digest_hex(&self) -> String {
        self.digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_known_by_what_precedes_it() {
        for kind in &KINDS {
            let Some(algorithm) = kind.algorithm else { continue };
            let made = digest(algorithm, b"message");
            let opened = SignedDigest::read(&[kind.prefix, made.as_ref()].concat());
            assert_eq!(opened.algorithm(), Some(kind.name));
            assert!(opened.is_of(b"message") && !opened.is_of(b"Message") && !opened.is_of(b""), "{}", kind.name);
            // One byte too few or too many is no digest of anything.
            let short = SignedDigest::read(&[kind.prefix, &made.as_ref()[1..]].concat());
            assert!(!short.is_of(b"message"), "{}", kind.name);
        }
        for inside in [&b""[..], b"message", b"\x30", &[0; 32]] {
            let opened = SignedDigest::read(inside);
            assert!(opened.algorithm().is_none() && opened.sign_type().is_none() && !opened.is_of(inside));
        }
    }
}
