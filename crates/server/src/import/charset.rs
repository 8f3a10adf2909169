//! What a file is, as far as all of it decides: which charset, and whether it is a text at all.

use super::lines::{Line, Lines};
use super::source::plain;
use std::io::Read;
use wire::Charset;

/// The last character that UTF-8 writes in two bytes. Two such bytes are a character of GBK too: 女 is Ů, 女茅 is Ůé.
/// Chinese in UTF-8 has three bytes each.
const LAST_OF_TWO_BYTES: char = '\u{7ff}';
/// The most characters of each reading that are shown.
const EXCERPT_CHARS_MAX: usize = 20;

/// What was found out about a file's charset.
#[derive(Debug, PartialEq, Eq)]
pub struct Detection {
    /// The charset to read the file in.
    pub charset: Charset,
    /// Why that may be wrong, with both readings, for a person to decide.
    pub doubt: Option<String>,
}

/// Reads a whole file, gzipped or not, and tells its charset: the one that is asked for, or UTF-8, or GB18030 if it is
/// that and not UTF-8. The error says why it is none. Nothing of it is kept, however long it is.
pub fn charset_of(input: impl Read + Send + 'static, asked: Option<Charset>) -> Result<Detection, String> {
    let candidates = asked.map_or(vec![Charset::Utf8, Charset::Gbk], |charset| vec![charset]);
    // The first line of each candidate that is not in it.
    let mut wrong: Vec<Option<u64>> = vec![None; candidates.len()];
    // The first line beyond ASCII, as long as UTF-8 reads nothing that GB18030 could not have meant.
    let (mut first, mut only_two_bytes) = (None, true);
    let mut lines = Lines::new(plain(input)?);
    while let Some(line) = lines.next()? {
        // What is too long is a bad row in whatever charset.
        let Line::Whole(bytes) = line else { continue };
        if bytes.is_ascii() {
            continue;
        }
        let texts: Vec<_> = candidates.iter().map(|charset| charset.decode(bytes)).collect();
        if let [Some(utf8), Some(gbk)] = &texts[..]
            && only_two_bytes
        {
            only_two_bytes = utf8.chars().all(|found| found <= LAST_OF_TWO_BYTES);
            first.get_or_insert_with(|| (excerpt(utf8), excerpt(gbk)));
        }
        let fits: Vec<bool> = texts.iter().map(Option::is_some).collect();
        let number = lines.number();
        for (wrong, _) in wrong.iter_mut().zip(fits).filter(|(_, fits)| !fits) {
            wrong.get_or_insert(number);
        }
        if wrong.iter().all(Option::is_some) {
            break;
        }
    }
    if let Some((charset, _)) = candidates.iter().zip(&wrong).find(|(_, wrong)| wrong.is_none()) {
        let both_fit = wrong.iter().all(Option::is_none);
        let doubt = first.filter(|_| both_fit && only_two_bytes).map(|(utf8, gbk)| {
            format!(
                "the file may be UTF-8 ({utf8:?}) or GB18030 ({gbk:?}): say which by --charset utf-8 or --charset gbk; \
                 without that it is UTF-8"
            )
        });
        return Ok(Detection { charset: *charset, doubt });
    }
    let wrong: Vec<String> = candidates
        .iter()
        .zip(wrong)
        .filter_map(|(charset, line)| Some(format!("line {} is not {}", line?, name(*charset))))
        .collect();
    Err(format!("{}: the file must have one charset, UTF-8 or GB18030; save it as \"CSV UTF-8\"", wrong.join(", ")))
}

/// What a reader compares of a line: its characters beyond ASCII.
fn excerpt(text: &str) -> String {
    text.chars().filter(|found| !found.is_ascii()).take(EXCERPT_CHARS_MAX).collect()
}

/// What files call it.
pub fn name(charset: Charset) -> &'static str {
    match charset {
        Charset::Utf8 => "UTF-8",
        Charset::Gbk => "GB18030",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], asked: Option<Charset>, expect: Result<Charset, &str>) {
        let charset = charset_of(std::io::Cursor::new(bytes.to_vec()), asked);
        let told = charset.as_ref().map(|found| found.charset).map_err(String::as_str);
        match (told, expect) {
            (Err(told), Err(part)) => assert!(told.contains(part), "{told}"),
            (told, expect) => assert_eq!(told, expect, "{}", String::from_utf8_lossy(bytes)),
        }
    }

    #[test]
    fn a_file_has_one_charset() {
        let gbk = |text: &str| Charset::Gbk.encode(text).expect("GBK has it").into_owned();
        let (utf8, chinese) = ("user_id,name\n1,女\n".as_bytes(), gbk("user_id,name\n1,女\n2,男\n"));
        check(b"user_id\n1\n", None, Ok(Charset::Utf8));
        check(utf8, None, Ok(Charset::Utf8));
        check("\u{feff}user_id\n女\n".as_bytes(), None, Ok(Charset::Utf8));
        check(&chinese, None, Ok(Charset::Gbk));
        // Each of these lines alone is UTF-8 too: "女" is Ů. The third is not.
        check(&gbk("name\n女\n积分\n"), None, Ok(Charset::Gbk));
        check(b"\x94\x39\xfc\x36\n", None, Ok(Charset::Gbk));
        let both = [utf8, &chinese, "积\n".as_bytes()].concat();
        check(&both, None, Err("line 5 is not UTF-8, line 2 is not GB18030"));
        check(b"caf\xe9\n", None, Err("line 1 is not UTF-8, line 1 is not GB18030"));
        check(utf8, Some(Charset::Utf8), Ok(Charset::Utf8));
        check(&chinese, Some(Charset::Utf8), Err("line 3 is not UTF-8"));
        check(&gbk("名\n女\n"), Some(Charset::Gbk), Ok(Charset::Gbk));
        check("r\r积\r".as_bytes(), Some(Charset::Gbk), Err("line 2 is not GB18030"));
    }

    #[test]
    fn what_both_charsets_read_is_doubted() {
        let gbk = |text: &str| Charset::Gbk.encode(text).expect("GBK has it").into_owned();
        let doubt =
            |bytes: &[u8], asked| charset_of(std::io::Cursor::new(bytes.to_vec()), asked).expect("a charset").doubt;
        for (bytes, readings) in [
            (gbk("user_id,note\n1,女\n"), "(\"Ů\") or GB18030 (\"女\")"),
            (gbk("1\n2,女\n3,女女\n"), "(\"Ů\") or GB18030 (\"女\")"),
            ("1,café\n".as_bytes().to_vec(), "(\"é\") or GB18030 (\"茅\")"),
            ("1,ÜЖ\n".as_bytes().to_vec(), "(\"ÜЖ\")"),
            (gbk(&format!("{}\n", "女".repeat(99))), &format!("(\"{}\")", "女".repeat(20))),
        ] {
            let told = doubt(&bytes, None).expect("it may be either");
            assert!(told.contains(readings), "{told}");
            assert_eq!(doubt(&bytes, Some(Charset::Utf8)), None);
            assert_eq!(doubt(&bytes, Some(Charset::Gbk)), None);
        }
        for clear in [
            &b"user_id\n1\n"[..],
            "1,女\n".as_bytes(),
            "\u{feff}1,é\n".as_bytes(),
            "1,é\n2,女士\n".as_bytes(),
            "1,女士\n2,é\n".as_bytes(),
            &gbk("1,女\n2,上海\n"),
            "1,é女\n".as_bytes(),
        ] {
            assert_eq!(doubt(clear, None), None, "{}", String::from_utf8_lossy(clear));
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        let utf16: Vec<u8> = "\u{feff}user_id\t女\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&utf16, None, Err("UTF-16"));
        check(b"\xfe\xff\0u\0s", None, Err("UTF-16"));
        check(b"u\0s\0e\0r\0", None, Err("UTF-16"));
        check(b"\0u\0s\0e\0r", None, Err("UTF-16"));
        check(b"PK\x03\x04....", None, Err(".xlsx"));
        check(b"\xd0\xcf\x11\xe0\xa1\xb1", None, Err(".xls"));
        check(b"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", None, Err("HTML"));
        check(b"\x1f\x8b\x08\0broken", None, Err("cannot be read"));
    }
}
