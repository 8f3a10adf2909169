//! The few escapes of HTML that end up in calls.

use std::borrow::Cow;

use crate::Charset;

/// Characters and what a library writes for them.
type Style = [(u8, &'static [u8])];

/// What libraries escape: the platform's echo of the string to sign, then PHP, Java, Python and templates.
pub(super) const STYLES: [&Style; 5] = [
    &[(b'&', b"&amp;"), (b'"', b"&quot;")],
    &[(b'&', b"&amp;"), (b'"', b"&quot;"), (b'<', b"&lt;"), (b'>', b"&gt;")],
    &[(b'&', b"&amp;"), (b'"', b"&quot;"), (b'<', b"&lt;"), (b'>', b"&gt;"), (b'\'', b"&#039;")],
    &[(b'&', b"&amp;"), (b'"', b"&quot;"), (b'<', b"&lt;"), (b'>', b"&gt;"), (b'\'', b"&#39;")],
    &[(b'&', b"&amp;"), (b'"', b"&#34;"), (b'<', b"&lt;"), (b'>', b"&gt;"), (b'\'', b"&#39;")],
];

/// Every escape that is undone, and for what it stands.
const ESCAPES: [(&[u8], u8); 19] = [
    (b"&quot;", b'"'),
    (b"&#34;", b'"'),
    (b"&#034;", b'"'),
    (b"&#x22;", b'"'),
    (b"&amp;", b'&'),
    (b"&#38;", b'&'),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
    (b"&#60;", b'<'),
    (b"&#62;", b'>'),
    (b"&apos;", b'\''),
    (b"&#39;", b'\''),
    (b"&#039;", b'\''),
    (b"&#x27;", b'\''),
    (b"&#43;", b'+'),
    (b"&#x2B;", b'+'),
    (b"&#61;", b'='),
    (b"&#x3D;", b'='),
    (b"&#x2F;", b'/'),
];

/// What a page shows for the beginning of a parameter's name behind `&`: named characters that need no semicolon.
const SHOWN: [(&str, &str); 8] = [
    ("&times", "×"),
    ("&not", "¬"),
    ("&para", "¶"),
    ("&sect", "§"),
    ("&copy", "©"),
    ("&reg", "®"),
    ("&curren", "¤"),
    ("&cent", "¢"),
];

/// Text without its escapes.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'&') {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let matches = |escape: &[u8]| rest.len() >= escape.len() && rest[..escape.len()].eq_ignore_ascii_case(escape);
        match ESCAPES.iter().find(|(escape, _)| matches(escape)) {
            Some((escape, byte)) => {
                plain.push(*byte);
                rest = &rest[escape.len()..];
            }
            None => {
                plain.push(*first);
                rest = tail;
            }
        }
    }
    Cow::Owned(plain)
}

/// Text with the escapes of this style.
pub(super) fn escaped(text: &[u8], style: &Style) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len() * 2);
    for byte in text {
        match style.iter().find(|(character, _)| character == byte) {
            Some((_, escape)) => escaped.extend_from_slice(escape),
            None => escaped.push(*byte),
        }
    }
    escaped
}

/// What a browser shows of a string that was put into a page unescaped.
pub(super) fn as_a_page_shows(string: &[u8], charset: Charset) -> Vec<u8> {
    let mut shown = Vec::with_capacity(string.len());
    let mut rest = string;
    while let [first, tail @ ..] = rest {
        match SHOWN.iter().find(|(name, _)| rest.starts_with(name.as_bytes())) {
            Some((name, character)) => {
                shown.extend_from_slice(&charset.encode(character).unwrap_or(Cow::Borrowed(name.as_bytes())));
                rest = &rest[name.len()..];
            }
            None => {
                shown.push(*first);
                rest = tail;
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_undone() {
        for style in STYLES {
            let text = "a=1&b=\"<'积'>\"".as_bytes();
            assert_eq!(*unescaped(&escaped(text, style)), *text);
        }
        assert_eq!(*unescaped(b"&&#X3d;&quo"), *b"&=&quo");
        assert_eq!(as_a_page_shows(b"a=1&timestamp=2&notify_url=3", Charset::Utf8), "a=1×tamp=2¬ify_url=3".as_bytes());
    }
}
