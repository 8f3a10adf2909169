//! The one place with `unsafe`: RSA keys of AWS-LC.
//!
//! The safe API of `aws-lc-rs` neither signs with SHA-1 nor takes private keys below 2048 bits, and the protocol needs
//! both: SDKs sign with `sign_type=RSA` by default and apps of its early years have 1024-bit keys. Nor does it open a
//! signature, which tells a wrong key from a wrong string. The `rsa` crate has all of it and is six times slower. So a
//! key is parsed once, and signed with, through `aws-lc-sys`, the very library that `aws-lc-rs` links.

#![expect(unsafe_code, reason = "the module header says why this file talks to AWS-LC directly")]

use std::ptr::NonNull;

use aws_lc_sys::{
    ERR_clear_error, NID_sha1, NID_sha256, RSA, RSA_NO_PADDING, RSA_PKCS1_PADDING, RSA_free,
    RSA_private_key_from_bytes, RSA_public_key_from_bytes, RSA_sign, RSA_size, RSA_verify_raw,
};

use crate::SignType;

/// A parsed key.
///
/// Invariant: the pointer came from `RSA_private_key_from_bytes` or `RSA_public_key_from_bytes`, nobody else holds it,
/// and nothing changes what it points to until it is freed on drop.
pub(crate) struct Rsa(NonNull<RSA>);

// SAFETY: AWS-LC's rsa.h: an `RSA` "may be used concurrently on multiple threads by non-mutating functions"; RSA_size
// takes a const pointer, and of RSA_sign it says: "These functions are considered non-mutating for thread-safety
// purposes and may be used concurrently."
unsafe impl Send for Rsa {}
// SAFETY: as above.
unsafe impl Sync for Rsa {}

impl Rsa {
    /// Parses a PKCS#1 `RSAPrivateKey`; AWS-LC checks that its numbers belong together.
    pub(crate) fn parse(pkcs1: &[u8]) -> Option<Rsa> {
        // SAFETY: the pointer and the length are those of one slice, which is only read, and is copied from.
        let key = unsafe { RSA_private_key_from_bytes(pkcs1.as_ptr(), pkcs1.len()) };
        Rsa::owning(key)
    }

    /// Parses a PKCS#1 `RSAPublicKey`, to open signatures with; it cannot sign.
    pub(crate) fn parse_public(pkcs1: &[u8]) -> Option<Rsa> {
        // SAFETY: the pointer and the length are those of one slice, which is only read, and is copied from.
        let key = unsafe { RSA_public_key_from_bytes(pkcs1.as_ptr(), pkcs1.len()) };
        Rsa::owning(key)
    }

    /// Takes ownership of what a parser gave; `None` for null, which means that it failed.
    fn owning(key: *mut RSA) -> Option<Rsa> {
        let key = NonNull::new(key).map(Rsa);
        if key.is_none() {
            forget_errors();
        }
        key
    }

    /// What stands inside the PKCS#1 v1.5 padding of a signature: nothing when it was made with another key.
    pub(crate) fn open(&self, signature: &[u8]) -> Option<Vec<u8>> {
        self.open_padded(signature, RSA_PKCS1_PADDING)
    }

    /// What was signed with its padding, whatever that is: noise when it was made with another key.
    pub(crate) fn encoded(&self, signature: &[u8]) -> Option<Vec<u8>> {
        self.open_padded(signature, RSA_NO_PADDING)
    }

    fn open_padded(&self, signature: &[u8], padding: i32) -> Option<Vec<u8>> {
        // SAFETY: the key is live by the invariant of `Rsa`.
        let size = unsafe { RSA_size(self.0.as_ptr()) } as usize;
        let mut inside = vec![0; size];
        let mut length = 0;
        // SAFETY: the key is live; `signature` is read for its length; `inside` holds the RSA_size bytes that rsa.h
        // asks for, and `length` is told how many were written.
        let opened = unsafe {
            RSA_verify_raw(
                self.0.as_ptr(),
                &raw mut length,
                inside.as_mut_ptr(),
                inside.len(),
                signature.as_ptr(),
                signature.len(),
                padding,
            )
        };
        if opened != 1 {
            forget_errors();
            return None;
        }
        inside.truncate(length);
        Some(inside)
    }

    /// The PKCS#1 v1.5 signature of a digest that `sign_type`'s algorithm made.
    pub(crate) fn sign(&self, sign_type: SignType, digest: &[u8]) -> Vec<u8> {
        let algorithm = match sign_type {
            SignType::Rsa => NID_sha1,
            SignType::Rsa2 => NID_sha256,
        };
        // SAFETY: the key is live by the invariant of `Rsa`.
        let size = unsafe { RSA_size(self.0.as_ptr()) } as usize;
        let mut signature = vec![0; size];
        let mut length = 0;
        // SAFETY: the key is live; `digest` is read for its length; `signature` holds the RSA_size bytes that rsa.h
        // asks for, and `length` is told how many were written. RSA_sign does not change the key (see Send above).
        let signed = unsafe {
            RSA_sign(algorithm, digest.as_ptr(), digest.len(), signature.as_mut_ptr(), &raw mut length, self.0.as_ptr())
        };
        // It fails for a digest of the wrong length, a key too small for it, or without memory: keys below 1024 bits
        // are refused when they are parsed, and the digest was made by the same algorithm.
        assert!(signed == 1 && length as usize == size, "a checked RSA key signs");
        signature
    }
}

/// Empties this thread's queue of errors, which nobody else would read.
fn forget_errors() {
    // SAFETY: takes nothing.
    unsafe { ERR_clear_error() };
}

impl Drop for Rsa {
    fn drop(&mut self) {
        // SAFETY: by the invariant of `Rsa` this is the only reference, and it is not used again.
        unsafe { RSA_free(self.0.as_ptr()) };
    }
}
