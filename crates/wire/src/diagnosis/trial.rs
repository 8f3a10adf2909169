//! A signature that was opened, against which strings are tried: each trial costs one digest, no signature.

use std::cell::Cell;

use super::Diagnosis;
use super::cause::Cause;
use crate::{SignType, SignedDigest};

/// The most strings that are tried for one call.
const STRINGS_MAX: u32 = 1_000;
/// The most bytes of strings that are tried. To make and to digest so many takes as long as twenty signatures of 2048
/// bits at most (four milliseconds where one takes a fifth of a millisecond), and seven for a usual call.
const BYTES_MAX: usize = 512 << 10;

/// What was signed with the right key, and by which algorithm it should have been.
pub(super) struct Trial {
    opened: SignedDigest,
    pub(super) sign_type: SignType,
    /// The string that was verified: what comes to the same need not be tried.
    verified: Vec<u8>,
    strings: Cell<u32>,
    bytes: Cell<usize>,
}

impl Trial {
    pub(super) fn new(opened: SignedDigest, sign_type: SignType, verified: Vec<u8>) -> Trial {
        Trial { opened, sign_type, verified, strings: Cell::new(0), bytes: Cell::new(0) }
    }

    /// Whether the string that was verified was signed, by whatever algorithm.
    pub(super) fn fits_verified(&self) -> bool {
        self.opened.is_of(&self.verified)
    }

    /// Whether this other string was signed; never, once as many were tried as are allowed.
    pub(super) fn fits(&self, string: &[u8]) -> bool {
        if string == self.verified {
            return false;
        }
        self.strings.set(self.strings.get() + 1);
        self.bytes.set(self.bytes.get() + string.len());
        self.strings.get() <= STRINGS_MAX && self.bytes.get() <= BYTES_MAX && self.opened.is_of(string)
    }

    /// Whether as many strings were tried as are allowed: then no further one need be made.
    pub(super) fn is_spent(&self) -> bool {
        STRINGS_MAX <= self.strings.get() || BYTES_MAX <= self.bytes.get()
    }

    /// The bytes inside of the signature, its digest where that is one.
    pub(super) fn inside(&self) -> &[u8] {
        self.opened.bytes()
    }

    /// Whether what was signed is a digest by its structure, of whatever.
    pub(super) fn is_digest(&self) -> bool {
        self.opened.algorithm().is_some()
    }

    /// The algorithm that signed, as `sign_type` names it, or by its digest.
    pub(super) fn algorithm(&self) -> &'static str {
        self.opened.sign_type().map(SignType::name).or(self.opened.algorithm()).unwrap_or("an unknown algorithm")
    }

    /// Whether no string can be tried, because the digest's algorithm is one that is not computed here.
    pub(super) fn is_incomputable(&self) -> bool {
        self.opened.is_incomputable()
    }

    pub(super) fn other_algorithm(&self) -> Diagnosis {
        let (declared, used) = (self.sign_type.name(), self.algorithm());
        Diagnosis::new(
            Cause::OtherAlgorithm,
            format!("signed by {used} although sign_type says {declared}: use one algorithm in both places"),
            format!("实际使用{used}算法签名，而sign_type为{declared}：请使两者一致"),
        )
    }

    /// The key is right and the string is not, whatever the reason.
    pub(super) fn other_string(&self) -> Diagnosis {
        let Some(algorithm) = self.opened.algorithm() else {
            return Diagnosis::new(
                Cause::OtherString,
                "the key is right, but what was signed is no digest: sign with SHA256withRSA (RSA2) or SHA1withRSA (RSA), \
                 which make a digest of the string by themselves",
                "密钥匹配，但被签名的不是摘要：请使用SHA256withRSA（RSA2）或SHA1withRSA（RSA）对字符串签名",
            );
        };
        let (declared, used, digest) = (self.sign_type.name(), self.algorithm(), self.opened.digest_hex());
        let is_declared = self.opened.sign_type() == Some(self.sign_type);
        let (and_en, and_zh) = if is_declared {
            (String::new(), String::new())
        } else {
            (
                format!(", and it was signed by {used} although sign_type says {declared}"),
                format!("，且实际使用{used}算法签名，而sign_type为{declared}"),
            )
        };
        Diagnosis::new(
            Cause::OtherString,
            format!(
                "the key is right, but another string was signed, whose {algorithm} is {digest}{and_en}: compare the \
                 string that the gateway verified with the one that your program signs, byte by byte"
            ),
            format!(
                "密钥匹配，但被签名的是另一个字符串（其{algorithm}为{digest}）{and_zh}：请将网关的验签字符串与程序实际签名的字符串逐字节比对"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing is tried, and nothing need be made, once the bounds are reached.
    #[test]
    fn trials_are_bounded() {
        let trial = || Trial::new(SignedDigest::read(b"of nothing"), SignType::Rsa2, Vec::new());
        let small = trial();
        let count = (0..2 * STRINGS_MAX).take_while(|_| !small.is_spent()).filter(|_| !small.fits(b"string")).count();
        assert_eq!(count, STRINGS_MAX as usize);
        let large = trial();
        let string = vec![b'x'; 16 << 10];
        let count = (0..1_000).take_while(|_| !large.is_spent()).filter(|_| !large.fits(&string)).count();
        assert_eq!(count, BYTES_MAX / string.len());
        // What was signed is not recognised any more either.
        let opened = SignedDigest::read(
            &[
                &b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"[..],
                &crate::sha256(b"signed"),
            ]
            .concat(),
        );
        let spent = Trial::new(opened, SignType::Rsa2, Vec::new());
        assert!(spent.fits(b"signed"));
        spent.bytes.set(BYTES_MAX);
        assert!(!spent.fits(b"signed"));
    }
}
