//! Keys at rest and keys at work: the master key that seals secrets in the store, and the platform's signing key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use quick_cache::sync::Cache;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use thiserror::Error;
use wire::{PrivateKey, PublicKey, SignType};

/// Seals secrets for the store: AES-256-GCM under 32 bytes that are kept outside it. And vouches for what this platform
/// itself said: HMAC-SHA-256 under a key made from the same bytes, so every node of a store vouches alike.
pub struct MasterKey {
    sealing: RandomizedNonceKey,
    vouching: hmac::Key,
}

/// What can be wrong with the master key.
#[derive(Debug, Error)]
pub enum MasterKeyError {
    /// The text is not one.
    #[error("the master key must be 32 bytes in base64")]
    Malformed,
    /// The store was sealed under another key, or this node has none.
    #[error(
        "the secrets of this store were sealed with another master key; give that key as PUNCHCARD_MASTER_KEY or --master-key-file"
    )]
    Other,
    /// The file cannot be read or made.
    #[error("master key file {path}")]
    File {
        /// Where.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

const NONCE_LEN: usize = 12;

impl MasterKey {
    /// The key in this text.
    pub fn parse(text: &str) -> Result<MasterKey, MasterKeyError> {
        let bytes = BASE64.decode(text.trim()).map_err(|_| MasterKeyError::Malformed)?;
        let sealing = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| MasterKeyError::Malformed)?;
        // No key does two things: this one is derived, once for all, by the same HMAC.
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), b"punchcard: vouching, 1");
        Ok(MasterKey { sealing, vouching: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()) })
    }

    /// The key in this file, which is made (mode 0600) when it is missing and `may_make` says so.
    pub fn from_file(path: &Path, may_make: bool) -> Result<MasterKey, MasterKeyError> {
        let failed = |source| MasterKeyError::File { path: path.display().to_string(), source };
        match std::fs::read_to_string(path) {
            Ok(text) => MasterKey::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_make => {
                make(path).map_err(failed)?;
                MasterKey::parse(&std::fs::read_to_string(path).map_err(failed)?)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(MasterKeyError::Other),
            Err(error) => Err(failed(error)),
        }
    }

    /// Seals a secret; the text is base64 of nonce, ciphertext and tag.
    pub fn seal(&self, secret: &str) -> String {
        let mut sealed = secret.as_bytes().to_vec();
        let nonce = self.sealing.seal_in_place_append_tag(Aad::empty(), &mut sealed).expect("the secret is short");
        let mut bytes = nonce.as_ref().to_vec();
        bytes.append(&mut sealed);
        BASE64.encode(bytes)
    }

    /// Opens what [`MasterKey::seal`] made.
    pub fn open(&self, sealed: &str) -> Result<String, MasterKeyError> {
        let mut bytes = BASE64.decode(sealed).map_err(|_| MasterKeyError::Other)?;
        if bytes.len() < NONCE_LEN {
            return Err(MasterKeyError::Other);
        }
        let mut secret = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| MasterKeyError::Other)?;
        let secret = self.sealing.open_in_place(nonce, Aad::empty(), &mut secret).map_err(|_| MasterKeyError::Other)?;
        String::from_utf8(secret.to_vec()).map_err(|_| MasterKeyError::Other)
    }

    /// Vouches for a text with 64 hexadecimal digits, which nobody makes without this key.
    pub fn vouch(&self, text: &str) -> String {
        hmac::sign(&self.vouching, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether [`MasterKey::vouch`] said so of this text; takes as long for any wrong answer.
    pub fn vouched(&self, text: &str, said: &str) -> bool {
        same(&self.vouch(text), said)
    }
}

/// Makes a file with a new key in it, whole and readable by its owner alone. Of several processes that do so at once
/// one makes it.
fn make(path: &Path) -> std::io::Result<()> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has random bytes");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".master-key-").tempfile_in(folder)?;
    file.write_all(BASE64.encode(bytes).as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.error),
        _ => std::fs::File::open(folder)?.sync_all(),
    }
}

/// Whether two secrets are the same, in a time that tells nothing but whether their lengths are.
pub fn same(ours: &str, given: &str) -> bool {
    verify_slices_are_equal(ours.as_bytes(), given.as_bytes()).is_ok()
}

/// What the platform signs with, and what others know that by.
#[derive(Clone)]
pub struct Identity {
    /// The one key of both modes.
    pub key: PrivateKey,
    /// The certificate of that key; `None` when the platform has none, and serves no certificate mode.
    pub certificate: Option<CertificateNumbers>,
}

/// The serial numbers by which certificate mode names the platform's certificate and its roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateNumbers {
    /// The certificate's, which answers carry as `alipay_cert_sn`.
    pub cert_sn: Arc<str>,
    /// The bundle's of roots, which calls carry as `alipay_root_cert_sn`.
    pub root_sn: Arc<str>,
}

impl From<PrivateKey> for Identity {
    fn from(key: PrivateKey) -> Identity {
        Identity { key, certificate: None }
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Identity) -> bool {
        self.key.public_key() == other.key.public_key() && self.certificate == other.certificate
    }
}

/// A signature in base64, and the certificate of the key that made it.
pub struct Signature {
    text: Arc<str>,
    /// The certificate's serial number; `None` when the key has none.
    pub cert_sn: Option<Arc<str>>,
}

impl std::ops::Deref for Signature {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Signs answers with the platform's key.
///
/// PKCS#1 v1.5 is deterministic, so equal answers have equal signatures: a cache bounded in bytes makes repeats nearly
/// free. It holds signatures, never answers: every call still reads the store.
pub struct Signer {
    current: RwLock<Arc<Keyed>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// A key with what it has signed: who signs while it is replaced keeps the signature where nobody looks any more.
struct Keyed {
    identity: Identity,
    signed: Cache<(SignType, [u8; 32]), Arc<str>>,
}

/// Entries the cache holds: about half a kilobyte each.
const CACHE_ENTRIES: usize = 32_768;

impl Signer {
    /// Signs with this key.
    pub fn new(identity: impl Into<Identity>) -> Signer {
        let current = RwLock::new(Arc::new(Keyed::new(identity.into())));
        Signer { current, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// The signature over a node's bytes.
    pub fn sign(&self, sign_type: SignType, node: &[u8]) -> Signature {
        let (current, entry) = (self.current(), (sign_type, wire::sha256(node)));
        if let Some(known) = current.signed.get(&entry) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return current.signature(known);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let signature: Arc<str> = current.identity.key.sign(sign_type, node).into();
        current.signed.insert(entry, signature.clone());
        current.signature(signature)
    }

    /// The same past the cache: for answers to strangers, who must not be able to empty it.
    pub fn sign_anew(&self, sign_type: SignType, node: &[u8]) -> Signature {
        let current = self.current();
        current.signature(current.identity.key.sign(sign_type, node).into())
    }

    /// How many signatures were known, and how many had to be made; those past the cache are neither.
    pub fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    /// What the other side verifies with.
    pub fn public_key(&self) -> PublicKey {
        self.current().identity.key.public_key()
    }

    /// The serial number of the roots that the platform's certificate leads to; `None` without a certificate.
    pub fn root_cert_sn(&self) -> Option<Arc<str>> {
        self.current().identity.certificate.as_ref().map(|certificate| certificate.root_sn.clone())
    }

    /// Whether it signs with this key under this certificate.
    pub fn is(&self, identity: &Identity) -> bool {
        self.current().identity == *identity
    }

    /// Signs with another key, or under another certificate, from now on.
    pub fn replace(&self, identity: impl Into<Identity>) {
        *self.current.write().expect("no holder panics") = Arc::new(Keyed::new(identity.into()));
    }

    fn current(&self) -> Arc<Keyed> {
        self.current.read().expect("no holder panics").clone()
    }
}

impl Keyed {
    fn new(identity: Identity) -> Keyed {
        Keyed { identity, signed: Cache::new(CACHE_ENTRIES) }
    }

    /// One of its signatures.
    fn signature(&self, text: Arc<str>) -> Signature {
        Signature { text, cert_sn: self.identity.certificate.as_ref().map(|certificate| certificate.cert_sn.clone()) }
    }
}

/// What a code or token is found by in the store: its SHA-256 in hexadecimal, so that whoever reads the store or a
/// backup of it has none.
pub fn token_key(token: &str) -> String {
    hex(&wire::sha256(token.as_bytes()))
}

/// One of several secrets of 128 bits that are made of one that nobody is told: who has it knows none of the others.
pub fn derived(secret: &str, purpose: &str) -> String {
    hex(&wire::sha256(format!("{purpose}/{secret}").as_bytes())[..16])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_by_their_hash() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(token_key(""), empty);
        let secrets = ["access", "refresh"].map(|purpose| derived("secret", purpose));
        assert!(secrets[0] != secrets[1] && secrets.iter().all(|secret| secret.len() == 32), "{secrets:?}");
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        assert!(matches!(MasterKey::from_file(&path, false), Err(MasterKeyError::Other)));
        let made = MasterKey::from_file(&path, true).expect("made");
        let read = MasterKey::from_file(&path, false).expect("read again");
        let other = MasterKey::from_file(&folder.path().join("other.key"), true).expect("made");
        let at_once = folder.path().join("at_once.key");
        let keys = std::thread::scope(|scope| {
            let make = || MasterKey::from_file(&at_once, true).expect("made, or read");
            let made: Vec<_> = (0..16).map(|_| scope.spawn(make)).collect();
            made.into_iter().map(|made| made.join().expect("no panic")).collect::<Vec<_>>()
        });
        let one = keys[0].seal("一把");
        assert!(keys.iter().all(|key| key.open(&one).is_ok()), "all have one key");
        let sealed = made.seal("秘密");
        assert_ne!(sealed, made.seal("秘密"), "every sealing has its own nonce");
        assert_eq!(read.open(&sealed).expect("the same key"), "秘密");
        let vouched = made.vouch("a page");
        assert!(read.vouched("a page", &vouched) && !other.vouched("a page", &vouched));
        assert!(!read.vouched("a page ", &vouched) && !read.vouched("a page", &vouched[1..]));
        assert!(matches!(other.open(&sealed), Err(MasterKeyError::Other)));
        assert!(matches!(read.open("AAAA"), Err(MasterKeyError::Other)));
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).expect("there").permissions());
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_signature_that_was_on_its_way_when_the_key_was_replaced_is_forgotten() {
        let keys = [PrivateKey::generate(), PrivateKey::generate()];
        let signer = Signer::new(keys[0].clone());
        for round in 0..20_usize {
            let node = |nth: usize| format!("{{\"round\":{round},\"nth\":{nth}}}");
            let next = &keys[(round + 1) % 2];
            std::thread::scope(|scope| {
                let signing =
                    scope.spawn(|| (0..20).for_each(|nth| drop(signer.sign(SignType::Rsa2, node(nth).as_bytes()))));
                std::thread::sleep(std::time::Duration::from_millis(1));
                signer.replace(next.clone());
                signing.join().expect("no panic");
            });
            for nth in 0..20 {
                let node = node(nth);
                let signature = signer.sign(SignType::Rsa2, node.as_bytes());
                assert!(next.public_key().verify_base64(SignType::Rsa2, node.as_bytes(), &signature), "{node}");
            }
        }
    }
}
