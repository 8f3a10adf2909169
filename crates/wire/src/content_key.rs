//! AES encryption of `biz_content` and of the answers to it (`encrypt_type=AES`).
//!
//! As every SDK has it: CBC with PKCS#7 padding, an initialisation vector of zeros, and the result in base64. Equal
//! texts are equal ciphers, and nothing but the signature around it tells whether a cipher was changed. So it is opened
//! after the signature was verified and never before, and whatever is wrong with it is one refusal.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::sync::Arc;

/// The initialisation vector that the protocol has instead of a random one.
const ZEROS: [u8; 16] = [0; 16];

/// Why a text is no key for contents. Never says what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 16, 24 or 32 bytes in base64")]
pub struct ContentKeyError;

/// The key that an app and the platform encrypt contents with. Cheap to clone; never shown by `Debug`.
#[derive(Clone)]
pub struct ContentKey(Arc<Ciphers>);

struct Ciphers {
    encrypting: PaddedBlockEncryptingKey,
    decrypting: PaddedBlockDecryptingKey,
}

impl ContentKey {
    /// Takes the base64 of 16, 24 or 32 bytes, by which AES-128, AES-192 or AES-256 is meant.
    pub fn parse(text: &str) -> Result<ContentKey, ContentKeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| ContentKeyError)?;
        let algorithm = match bytes.len() {
            16 => &AES_128,
            24 => &AES_192,
            32 => &AES_256,
            _ => return Err(ContentKeyError),
        };
        let key = || UnboundCipherKey::new(algorithm, &bytes).map_err(|_| ContentKeyError);
        let encrypting = PaddedBlockEncryptingKey::cbc_pkcs7(key()?).map_err(|_| ContentKeyError)?;
        let decrypting = PaddedBlockDecryptingKey::cbc_pkcs7(key()?).map_err(|_| ContentKeyError)?;
        Ok(ContentKey(Arc::new(Ciphers { encrypting, decrypting })))
    }

    /// The cipher of `content`, in base64.
    pub fn encrypt(&self, content: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(content.len() + ZEROS.len());
        bytes.extend_from_slice(content);
        let context = EncryptionContext::Iv128(FixedLength::from(ZEROS));
        self.0.encrypting.less_safe_encrypt(&mut bytes, context).expect("padded bytes are encrypted");
        STANDARD.encode(bytes)
    }

    /// The content of a cipher in base64; nothing when it is no base64, no whole number of blocks, or not padded as the
    /// key would have it.
    pub fn decrypt(&self, cipher: &str) -> Option<Vec<u8>> {
        let mut bytes = STANDARD.decode(cipher).ok()?;
        let context = DecryptionContext::Iv128(FixedLength::from(ZEROS));
        let length = self.0.decrypting.decrypt(&mut bytes, context).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// NIST SP 800-38A, F.2: the keys of the CBC examples, one of each size.
    const KEYS: [&str; 3] = [
        "K34VFiiu0qar9xWICc9PPA==",
        "jnOw99oOZFLIEPMrgJB54mL46tJSLGt7",
        "YD3rEBXKcb4rc67whX13gR81LAc7YQjXLZgQowkU3/Q=",
    ];

    #[test]
    fn each_size_of_key_encrypts_as_openssl_does() {
        // `printf 积分 | openssl enc -aes-128-cbc -K … -iv 0 | base64`, and so on.
        let openssl = ["F37u6mnDXaO7QrmQC9gFlw==", "tWfYl8NN/et1fsM371qLAQ==", "ivfyx9jdIgacMo55KibFfA=="];
        for (key, expect) in KEYS.iter().zip(openssl) {
            let key = ContentKey::parse(key).unwrap();
            assert_eq!(key.encrypt("积分".as_bytes()), expect);
            assert_eq!(key.decrypt(expect).as_deref(), Some("积分".as_bytes()));
        }
    }

    #[test]
    fn what_is_no_key() {
        for text in
            ["", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAA", &STANDARD.encode([0; 15]), &STANDARD.encode([0; 33])]
        {
            assert_eq!(ContentKey::parse(text).err(), Some(ContentKeyError), "{text}");
        }
        assert!(ContentKey::parse(&format!(" {}\n", KEYS[0])).is_ok());
        assert_eq!(format!("{:?}", ContentKey::parse(KEYS[0]).unwrap()), "ContentKey");
    }

    #[test]
    fn what_is_no_cipher() {
        let key = ContentKey::parse(KEYS[0]).unwrap();
        let whole = key.encrypt(b"content");
        for cipher in
            ["", "AAAA", "{\"a\":1}", &whole[..20], &whole[1..], &format!("{whole}\n"), &STANDARD.encode([0; 16])]
        {
            assert_eq!(key.decrypt(cipher), None, "{cipher}");
        }
    }

    proptest! {
        #[test]
        fn encrypting_is_undone(content: Vec<u8>, which in 0..3_usize) {
            let key = ContentKey::parse(KEYS[which]).unwrap();
            prop_assert_eq!(key.decrypt(&key.encrypt(&content)), Some(content));
        }

        #[test]
        fn nothing_panics(cipher: String, bytes: Vec<u8>) {
            let key = ContentKey::parse(KEYS[2]).unwrap();
            key.decrypt(&cipher);
            key.decrypt(&STANDARD.encode(bytes));
        }
    }
}
