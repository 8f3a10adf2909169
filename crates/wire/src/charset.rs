//! The two charsets of the protocol.
//!
//! The `charset` parameter decides, not the Content-Type: one SDK always writes UTF-8 there and browsers write nothing.

use std::borrow::Cow;

use encoding_rs::GBK;

/// The charset of a call's text, and of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Charset {
    /// UTF-8, also when a call names no charset.
    Utf8,
    /// GBK; the older GB2312 and the newer GB18030 are read as GBK too, which decodes all three. What is written in it
    /// keeps to CP936, which is what Java, Python and PHP mean by the name.
    Gbk,
}

impl Charset {
    /// The charset a `charset` parameter names, in any case.
    pub fn from_name(name: &[u8]) -> Option<Charset> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("utf-8") || is("utf8") {
            Some(Charset::Utf8)
        } else if is("gbk") || is("gb2312") || is("gb18030") {
            Some(Charset::Gbk)
        } else {
            None
        }
    }

    /// The charset's name in answers and notifications.
    pub fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "utf-8",
            Charset::Gbk => "gbk",
        }
    }

    /// The other one of the two charsets.
    pub fn other(self) -> Charset {
        match self {
            Charset::Utf8 => Charset::Gbk,
            Charset::Gbk => Charset::Utf8,
        }
    }

    /// The text of `bytes`, or nothing when a single byte of it is not valid.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Charset::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Charset::Gbk => GBK.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }

    /// The bytes of `text`, or nothing when a reader of the charset would not get every character back: GBK has no
    /// emoji, and no `€` that Java and Python know.
    pub fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        match self {
            Charset::Utf8 => Some(Cow::Borrowed(text.as_bytes())),
            Charset::Gbk if text.chars().any(is_read_otherwise) => None,
            Charset::Gbk => {
                let (bytes, _, unmappable) = GBK.encode(text);
                (!unmappable).then_some(bytes)
            }
        }
    }

    /// The same for Java alone: its GBK has `€` too, as two bytes that other readers do not know.
    pub fn encode_for_java(self, text: &str) -> Option<Cow<'_, [u8]>> {
        const EURO: &[u8] = b"\xa2\xe3";
        if self == Charset::Utf8 || !text.contains('€') {
            return self.encode(text);
        }
        let parts: Option<Vec<_>> = text.split('€').map(|part| self.encode(part)).collect();
        Some(Cow::Owned(parts?.join(EURO)))
    }
}

/// Whether Java's GB2312 has this character, with the same bytes as GBK: 7443 characters beyond ASCII.
pub(crate) fn is_gb2312(character: char) -> bool {
    // Java reads the bytes of the first two as `・` and `―`; the others came with GBK into the rows of GB2312.
    let is_other = matches!(character,
        '·' | '—' | 'ń' | 'ň' | 'ɑ' | 'ɡ' | 'ⅰ'..='ⅹ'
        | '\u{fe30}'..='\u{fe4f}' // vertical forms
    );
    let is_in_rows = |bytes: &[u8]| matches!(bytes, [0xa1..=0xf7, 0xa1..=0xff] | [0..=0x7f]);
    !is_other && Charset::Gbk.encode(character.encode_utf8(&mut [0; 4])).is_some_and(|bytes| is_in_rows(&bytes))
}

/// The characters that our encoder has bytes for and CP936 has not, or for which Java has others: `€`, the additions of
/// GB18030, the areas for private use, and `⊕`. `tests/vectors/charset` compares every character with the tables of
/// others.
fn is_read_otherwise(character: char) -> bool {
    matches!(character,
        '€' | 'ǹ' | 'ḿ' | '⊕' | '〾'
        | '\u{2e80}'..='\u{2eff}' // radicals
        | '\u{2ff0}'..='\u{2fff}' // ideographic description
        | '\u{3400}'..='\u{4dbf}' // ideographs, extension A
        | '\u{9fa6}'..='\u{9fff}' // ideographs that were added later
        | '\u{e000}'..='\u{f8ff}' // private use
        | '\u{fe10}'..='\u{fe1f}' // vertical forms
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case() {
        let check = |name: &str, expect| assert_eq!(Charset::from_name(name.as_bytes()), expect, "{name}");
        check("UTF-8", Some(Charset::Utf8));
        check("utf-8", Some(Charset::Utf8));
        check("UTF8", Some(Charset::Utf8));
        check("GBK", Some(Charset::Gbk));
        check("gb2312", Some(Charset::Gbk));
        check("GB18030", Some(Charset::Gbk));
        check("", None);
        check("gbk ", None);
        check("latin1", None);
    }

    #[test]
    fn decoding_is_strict() {
        let check = |charset: Charset, bytes: &[u8], expect: Option<&str>| {
            assert_eq!(charset.decode(bytes).as_deref(), expect, "{bytes:x?}");
        };
        check(Charset::Utf8, "积分".as_bytes(), Some("积分"));
        check(Charset::Utf8, b"\xEF\xBB\xBFa", Some("\u{feff}a"));
        check(Charset::Utf8, b"\xbb\xfd\xb7\xd6", None);
        check(Charset::Gbk, b"\xbb\xfd\xb7\xd6", Some("积分"));
        check(Charset::Gbk, b"\x94\x39\xfc\x36", Some("😀"));
        check(Charset::Gbk, b"\xbb", None);
        check(Charset::Gbk, b"\xff", None);
    }

    #[test]
    fn encoding_is_strict() {
        let check = |charset: Charset, text: &str, expect: Option<&[u8]>| {
            assert_eq!(charset.encode(text).as_deref(), expect, "{text}");
        };
        check(Charset::Utf8, "积分😀", Some("积分😀".as_bytes()));
        check(Charset::Gbk, "积分", Some(b"\xbb\xfd\xb7\xd6"));
        check(Charset::Gbk, "😀", None);
        check(Charset::Gbk, "€", None);
        check(Charset::Gbk, "积分€", None);
    }

    #[test]
    fn java_has_the_euro_sign_in_gbk() {
        let check = |charset: Charset, text: &str, expect: Option<&[u8]>| {
            assert_eq!(charset.encode_for_java(text).as_deref(), expect, "{text}");
        };
        check(Charset::Gbk, "€", Some(b"\xa2\xe3"));
        check(Charset::Gbk, "积€€分", Some(b"\xbb\xfd\xa2\xe3\xa2\xe3\xb7\xd6"));
        check(Charset::Gbk, "€😀", None);
        check(Charset::Utf8, "€", Some("€".as_bytes()));
        assert_eq!(Charset::Gbk.decode(b"\xa2\xe3").as_deref(), Some("€"));
    }

    #[test]
    fn gb2312_as_java_has_it() {
        let beyond_ascii = ('\u{80}'..=char::MAX).filter(|&character| is_gb2312(character)).count();
        assert_eq!(beyond_ascii, 7_443, "java.nio's GB2312 has 7445, two of which GBK writes otherwise");
        assert!(
            "龙井茶 ￥88「八折」①Ⅳ㈠ αβ жя ぱん ㄅ㐀".chars().filter(|&character| !is_gb2312(character)).eq(['㐀'])
        );
        assert!("·—―・镕囧€😀ⅰńɡ︵".chars().all(|character| !is_gb2312(character)));
    }
}
