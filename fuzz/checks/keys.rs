//! Any text, and any bytes in base64, as a key: refused, or read again from what it is written as.

use wire::{PrivateKey, PublicKey, SignType};

/// Panics where something does not hold of this input.
pub(crate) fn check(data: &[u8]) {
    let Some((&form, data)) = data.split_first() else { return };
    // A key is DER inside base64: half of the inputs are the DER itself.
    let text = if form & 1 == 0 { base64(data) } else { String::from_utf8_lossy(data).into_owned() };
    if let Ok(key) = PublicKey::parse(&text) {
        assert!(PublicKey::parse(&key.to_pem()).as_ref() == Ok(&key));
        assert!(PublicKey::parse(&key.to_base64()).as_ref() == Ok(&key));
        assert!(!key.verify(SignType::Rsa2, b"", data));
    }
    if let Ok(key) = PrivateKey::parse(&text) {
        let again = PrivateKey::parse(&key.to_pkcs8_pem()).expect("what was written is read");
        assert!(again.public_key() == key.public_key());
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let digit = if digit <= chunk.len() { DIGITS[(bits >> (18 - 6 * digit) & 63) as usize] } else { b'=' };
            text.push(char::from(digit));
        }
    }
    text
}
