//! A distinguished name as RFC 2253 writes it, in the form that goes into a certificate's serial number.
//!
//! The SDKs differ where a name holds more than `C`, `O`, `OU` and `CN` with plain values. This is how Java's
//! `X500Principal.getName()` writes it, which the Java SDK hashes, and with it the live platform.

use crate::der;
use std::fmt::Write;

const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const GENERAL_STRING: u8 = 0x1b;
const BMP_STRING: u8 = 0x1e;

/// The attributes that RFC 2253 has a keyword for, by their object identifiers in DER.
const KEYWORDS: [(&[u8], &str); 9] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "STREET"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], "UID"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25], "DC"),
];

/// The text of a `Name` in DER, the most specific part first; nothing when it is none.
pub(super) fn rfc2253(name: &[u8]) -> Option<String> {
    let mut rest = der::whole(name)?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let mut set = der::take(&mut rest, der::SET)?;
        let mut attributes = Vec::new();
        while !set.is_empty() {
            attributes.push(attribute(der::take(&mut set, der::SEQUENCE)?)?);
        }
        parts.push(attributes.join("+"));
    }
    parts.reverse();
    Some(parts.join(","))
}

/// `CN=value`; a value that is no text, or of an attribute without a keyword, in hexadecimal DER.
fn attribute(mut attribute: &[u8]) -> Option<String> {
    let id = der::take(&mut attribute, der::OBJECT_IDENTIFIER)?;
    let keyword = KEYWORDS.iter().find(|(known, _)| *known == id).map(|(_, keyword)| *keyword);
    if let Some((keyword, value)) = keyword.zip(text(attribute)) {
        return Some(format!("{keyword}={}", escaped(&value)));
    }
    let mut shown = dotted(id)?;
    shown.push_str("=#");
    for byte in attribute {
        write!(shown, "{byte:02x}").expect("strings grow");
    }
    Some(shown)
}

/// The text of a string of any kind; nothing for what is none.
fn text(mut value: &[u8]) -> Option<String> {
    let tag = der::peek(value)?;
    let bytes = der::take(&mut value, tag).filter(|_| value.is_empty())?;
    match tag {
        UTF8_STRING => String::from_utf8(bytes.to_vec()).ok(),
        PRINTABLE_STRING | TELETEX_STRING | IA5_STRING | GENERAL_STRING => {
            Some(bytes.iter().map(|&byte| char::from(byte)).collect())
        }
        BMP_STRING => {
            let (units, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|&unit| u16::from_be_bytes(unit)).collect();
            String::from_utf16(&units).ok().filter(|_| rest.is_empty())
        }
        _ => None,
    }
}

/// With a backslash before what separates parts, and before blanks at either end.
fn escaped(value: &str) -> String {
    let blanks_before = value.len() - value.trim_start_matches(' ').len();
    let blanks_behind = value.trim_end_matches(' ').len();
    let mut escaped = String::with_capacity(value.len());
    for (at, character) in value.char_indices() {
        let is_outer_blank = at < blanks_before || blanks_behind <= at;
        if is_outer_blank || is_escaped(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether RFC 2253 escapes it wherever it stands.
pub(super) fn is_escaped(character: char) -> bool {
    matches!(character, ',' | '=' | '+' | '<' | '>' | '#' | ';' | '"' | '\\')
}

/// An object identifier's content in dotted form.
fn dotted(id: &[u8]) -> Option<String> {
    let mut numbers: Vec<u128> = Vec::new();
    let mut number = 0_u128;
    for &byte in id {
        number = number.checked_mul(128)? + u128::from(byte & 0x7f);
        if byte < 0x80 {
            match numbers.is_empty() {
                true => {
                    let first = (number / 40).min(2);
                    numbers.extend([first, number - first * 40]);
                }
                false => numbers.push(number),
            }
            number = 0;
        }
    }
    let is_whole = id.last().is_some_and(|&last| last < 0x80);
    is_whole.then(|| numbers.iter().map(u128::to_string).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Attribute<'a> = (&'a [u8], u8, &'a [u8]);

    fn name(parts: &[&[Attribute<'_>]]) -> Vec<u8> {
        let attribute = |&(id, tag, value): &Attribute<'_>| {
            der::wrap(der::SEQUENCE, &[&der::wrap(der::OBJECT_IDENTIFIER, &[id]), &der::wrap(tag, &[value])])
        };
        let part = |part: &&[Attribute<'_>]| {
            let attributes: Vec<u8> = part.iter().flat_map(attribute).collect();
            der::wrap(der::SET, &[&attributes])
        };
        der::wrap(der::SEQUENCE, &[&parts.iter().flat_map(part).collect::<Vec<u8>>()])
    }

    const C: &[u8] = &[0x55, 4, 6];
    const O: &[u8] = &[0x55, 4, 10];
    const CN: &[u8] = &[0x55, 4, 3];

    fn check(parts: &[&[Attribute<'_>]], expect: &str) {
        assert_eq!(rfc2253(&name(parts)).as_deref(), Some(expect));
    }

    /// What is expected is what `X500Principal.getName()` of OpenJDK 17 answers.
    #[test]
    fn names_are_written_as_java_writes_them() {
        check(&[], "");
        check(&[&[(C, PRINTABLE_STRING, b"CN")], &[(CN, UTF8_STRING, b"x")]], "CN=x,C=CN");
        check(&[&[(O, UTF8_STRING, b"iTrusChina Co.,Ltd.")]], r"O=iTrusChina Co.\,Ltd.");
        check(&[&[(CN, UTF8_STRING, br#"a#b=c,d+e"f\g<h>i;j"#)]], r#"CN=a\#b\=c\,d\+e\"f\\g\<h\>i\;j"#);
        check(&[&[(O, UTF8_STRING, b" lead trail ")]], r"O=\ lead trail\ ");
        check(&[&[(CN, UTF8_STRING, b"a"), (O, UTF8_STRING, b"b")], &[(C, IA5_STRING, b"c")]], "C=c,CN=a+O=b");
        let email: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
        check(&[&[(email, IA5_STRING, b"a@b.c")]], "1.2.840.113549.1.9.1=#16056140622e63");
        check(&[&[(CN, BMP_STRING, &[0x4e, 0x2d, 0x65, 0x87])]], "CN=中文");
    }

    #[test]
    fn what_is_no_text_is_hexadecimal() {
        check(&[&[(CN, UTF8_STRING, &[0xff])]], "2.5.4.3=#0c01ff");
        check(&[&[(CN, BMP_STRING, &[0x4e])]], "2.5.4.3=#1e014e");
        check(&[&[(CN, der::INTEGER, &[5])]], "2.5.4.3=#020105");
        assert_eq!(rfc2253(&name(&[&[(&[0x80], UTF8_STRING, b"x")]])), None);
        assert_eq!(rfc2253(&name(&[&[(&[], UTF8_STRING, b"x")]])), None);
        assert_eq!(rfc2253(&name(&[&[(&[0xff; 40], UTF8_STRING, b"x")]])), None);
        assert_eq!(rfc2253(b"\x30\x02\x30\x00"), None);
    }
}
