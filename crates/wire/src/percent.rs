//! Percent-encoding of forms and queries, over bytes.
//!
//! Decoded once and never encoded again: the SDKs differ in what they escape (`*`, `~`, a blank as `+` or `%20`).

use std::borrow::Cow;

/// Decodes one name or value. The second part is false when a `%` is not followed by two hex digits; such a `%` stays
/// as it is, so that the rest of the call can still be read and answered.
pub(crate) fn decode(encoded: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if !encoded.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return (Cow::Borrowed(encoded), true);
    }
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut sound = true;
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        rest = tail;
        decoded.push(match first {
            b'+' => b' ',
            b'%' => match escaped(tail) {
                Some(byte) => {
                    rest = &tail[2..];
                    byte
                }
                None => {
                    sound = false;
                    b'%'
                }
            },
            byte => *byte,
        });
    }
    (Cow::Owned(decoded), sound)
}

/// The pairs of a form, names and values still percent-encoded.
pub(crate) fn pairs(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    form.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        match pair.iter().position(|&byte| byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        }
    })
}

/// The names and values of a form or a query, decoded. A `%` that begins no escape stays as it is.
pub fn form_pairs(form: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    pairs(form).map(|(name, value)| (decode(name).0, decode(value).0))
}

/// The byte that the two hex digits at the start of `digits` stand for.
fn escaped(digits: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*digits.get(index)?).to_digit(16);
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

/// Percent-encodes a text, so that it can be a value of a query.
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    encode_into(&mut encoded, text.as_bytes());
    encoded
}

/// Appends `bytes` to a form: a blank becomes `+`, everything but letters, digits and `-._*` becomes `%XX`. This is
/// the set of HTML forms, and of the Java SDK.
pub(crate) fn encode_into(out: &mut String, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decodes() {
        let check = |encoded: &str, expect: &str, sound| {
            assert_eq!(decode(encoded.as_bytes()), (Cow::Borrowed(expect.as_bytes()), sound), "{encoded}");
        };
        check("", "", true);
        check("plain*~'()!", "plain*~'()!", true);
        check("a+b%20c", "a b c", true);
        check("%e7%A7%af", "积", true);
        check("%2B%25", "+%", true);
        check("%252B", "%2B", true);
        check("%", "%", false);
        check("%4", "%4", false);
        check("%zz%41", "%zzA", false);
        check("%+1", "% 1", false);
    }

    proptest! {
        #[test]
        fn encoding_is_undone(bytes: Vec<u8>) {
            let mut encoded = String::new();
            encode_into(&mut encoded, &bytes);
            prop_assert_eq!(decode(encoded.as_bytes()), (Cow::Owned(bytes), true));
        }
    }
}
