//! The text in `sign` read as a signature: as it should be, and with each common mangling undone.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Cause, Diagnosis, encoded_twice, html};
use crate::percent;

/// The least bytes that count as a signature: so many by chance are neither hexadecimal digits nor base64.
const BYTES_MIN: usize = 64;

/// What had to be undone to read `sign`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repair {
    /// A `+` became a blank.
    Plus,
    /// It was percent-encoded twice.
    Twice,
    /// It stands on several lines, or has a line break at its end.
    Lines,
    /// It is in the alphabet for addresses, with `-` and `_`.
    UrlSafe,
    /// The `=` at its end are missing.
    Unpadded,
    /// It stands in quotes, or is what Python prints for bytes.
    Quoted,
    /// It has the escapes of a JSON string.
    Escaped,
    /// It has escapes of HTML.
    Html,
    /// It is hexadecimal digits instead of base64, or inside of base64.
    Hex,
    /// It is base64 of base64.
    Base64Twice,
    /// Its bytes stand in the reverse order.
    Reversed,
}

impl Repair {
    /// Whether the mangling is plain from the text alone, whoever signed.
    pub(super) fn is_plain(self) -> bool {
        !matches!(self, Repair::Plus | Repair::Twice | Repair::Reversed)
    }

    pub(super) fn diagnosis(self) -> Diagnosis {
        match self {
            Repair::Plus => Diagnosis::new(
                Cause::PlusInSign,
                "every + in sign was sent unescaped and read as a blank: percent-encode sign (+ as %2B)",
                "sign中的+未做URL编码，被解析为空格：请对sign进行URL编码（+编码为%2B）",
            ),
            Repair::Twice => encoded_twice(),
            Repair::Lines => Diagnosis::new(
                Cause::SignEncoding,
                "sign is broken into lines, or ends with a line break: encode it in base64 on one line",
                "sign中有换行：请以不换行的标准Base64（单行）表示",
            ),
            Repair::UrlSafe => Diagnosis::new(
                Cause::SignEncoding,
                "sign is in the URL-safe alphabet of base64, with - and _: use the standard one, with + and /, and \
                 percent-encode it",
                "sign使用了URL安全的Base64字符（-与_）：请使用标准Base64（+与/），再进行URL编码",
            ),
            Repair::Unpadded => Diagnosis::new(
                Cause::SignEncoding,
                "sign lacks the = at its end: send base64 with its padding",
                "sign末尾缺少=：请保留Base64的填充字符",
            ),
            Repair::Quoted => Diagnosis::new(
                Cause::SignEncoding,
                "sign stands in quotes, or is what Python prints for bytes (b'...'): send the text alone (sign.decode())",
                "sign带有引号，或是Python字节串的打印形式（b'...'）：请只发送其中的文本（sign.decode()）",
            ),
            Repair::Escaped => Diagnosis::new(
                Cause::SignEncoding,
                "sign has the escapes of a JSON string in it (\\/ or \\n): send the text that the string stands for",
                "sign带有JSON转义（\\/或\\n）：请发送转义前的文本",
            ),
            Repair::Html => Diagnosis::new(
                Cause::HtmlEscaped,
                "sign has escapes of HTML in it (such as &#x3D; for =): send it as it was made, and escape it only where it is \
                 put into a page",
                "sign带有HTML转义（如=成了&#x3D;）：请发送原始的sign，仅在写入页面时转义",
            ),
            Repair::Hex => Diagnosis::new(
                Cause::SignEncoding,
                "sign is in hexadecimal digits: send the signature's bytes in base64",
                "sign是十六进制文本：请将签名结果的字节以标准Base64表示",
            ),
            Repair::Base64Twice => Diagnosis::new(
                Cause::SignEncoding,
                "sign is base64 of base64: encode the signature's bytes once",
                "sign被重复进行了Base64编码：签名结果只需进行一次Base64编码",
            ),
            Repair::Reversed => Diagnosis::new(
                Cause::SignEncoding,
                "the key is right, but the bytes in sign stand in the reverse order: send them as RSA gives them, the most \
                 significant first",
                "密钥匹配，但sign的字节顺序颠倒：请按RSA签名结果的原始字节顺序（高位在前）进行Base64编码",
            ),
        }
    }
}

/// A signature's bytes, and what had to be undone for them.
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    pub(super) repair: Option<Repair>,
}

/// Every reading of `sign`, what is sent most often first; none when it is not base64 in any way.
pub(super) fn readings(sign: &[u8]) -> Vec<Reading> {
    let plus: Vec<u8> = sign.iter().map(|&byte| if byte == b' ' { b'+' } else { byte }).collect();
    let twice = percent::decode(sign).0;
    let texts = [(Cow::Borrowed(sign), None), (Cow::Owned(plus), Some(Repair::Plus)), (twice, Some(Repair::Twice))];
    let first =
        texts.into_iter().find_map(|(text, repair)| Some(Reading { bytes: STANDARD.decode(&*text).ok()?, repair }));
    let first = first.or_else(|| damaged(sign));
    let bytes = first.as_ref().map_or(&[][..], |first| &first.bytes);
    let mangled = [
        (from_hex(sign).or_else(|| from_hex(bytes)), Repair::Hex),
        (STANDARD.decode(bytes.trim_ascii()).ok().filter(|bytes| BYTES_MIN <= bytes.len()), Repair::Base64Twice),
        (Some(bytes.iter().rev().copied().collect()), Repair::Reversed),
    ];
    let mangled = mangled.map(|(bytes, repair)| bytes.map(|bytes| Reading { bytes, repair: Some(repair) }));
    first.into_iter().chain(mangled.into_iter().flatten().filter(|reading| !reading.bytes.is_empty())).collect()
}

/// Takes what somebody's library has put into a text out of it again.
type Undo = fn(&[u8]) -> Vec<u8>;

/// The signature in a text that is base64 but for what somebody's library has put into it; it is named by the first of
/// what is undone. What blanks stand for is not known: a `+`, or a broken line.
fn damaged(sign: &[u8]) -> Option<Reading> {
    let blanks_are_plus = !sign.iter().any(|byte| b"\r\n".contains(byte));
    let steps: [(Repair, Undo); 6] = [
        (Repair::Html, |text| html::unescaped(text).into_owned()),
        (Repair::Quoted, |text| {
            let bare = text.trim_ascii();
            let bare = bare.strip_prefix(b"b").filter(|rest| rest.starts_with(b"'")).unwrap_or(bare);
            let mut quotes = [b'"', b'\''].into_iter();
            let inside = quotes.find_map(|quote| bare.strip_prefix(&[quote])?.strip_suffix(&[quote]));
            inside.unwrap_or(text).to_vec()
        }),
        (Repair::Escaped, |text| {
            let text = String::from_utf8_lossy(text);
            text.replace("\\/", "/").replace("\\r", "").replace("\\n", "").into_bytes()
        }),
        (Repair::Lines, |text| text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()),
        (Repair::UrlSafe, |text| {
            let standard = |byte: &u8| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            };
            text.iter().map(standard).collect()
        }),
        (Repair::Unpadded, |text| {
            let mut text: Vec<u8> = text.to_vec();
            while !text.len().is_multiple_of(4) {
                text.push(b'=');
            }
            text
        }),
    ];
    let mut text = sign.to_vec();
    let mut repair = None;
    for (step, undo) in steps {
        if step == Repair::Lines && blanks_are_plus {
            text.iter_mut().filter(|byte| **byte == b' ').for_each(|byte| *byte = b'+');
        }
        let undone = undo(&text);
        if undone != text {
            repair = repair.or(Some(step));
            text = undone;
        }
        if let Some(bytes) = STANDARD.decode(&text).ok().filter(|bytes| BYTES_MIN <= bytes.len()) {
            return repair.map(|repair| Reading { bytes, repair: Some(repair) });
        }
    }
    None
}

/// The bytes of hexadecimal digits, if there are only those, and as many as a signature has.
fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.trim_ascii().iter().map(|&digit| char::from(digit).to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| 2 * BYTES_MIN <= digits.len() && digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Whether `sign` has lost its capitals, or its small letters: so many letters are never all of one kind.
pub(super) fn lost_capitals(sign: &[u8]) -> bool {
    let letters = || sign.iter().filter(|byte| byte.is_ascii_alphabetic());
    let distinct = letters().collect::<std::collections::BTreeSet<_>>().len();
    let is_one_kind = letters().all(u8::is_ascii_lowercase) || letters().all(u8::is_ascii_uppercase);
    let is_base64 = sign.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
    BYTES_MIN <= sign.len() && is_base64 && 8 <= distinct && is_one_kind
}
