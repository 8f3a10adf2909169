//! What a file is, as far as all of it decides: which charset, and whether it is a text at all.

use super::lines::{Line, Lines};
use super::source::plain;
use std::io::Read;
use wire::Charset;

/// Reads a whole file, gzipped or not, and tells its charset: the one that is asked for, or UTF-8, or GB18030 if it is
/// that and not UTF-8. The error says why it is none. Nothing of it is kept, however long it is.
pub fn charset_of(input: impl Read + Send + 'static, asked: Option<Charset>) -> Result<Charset, String> {
    let candidates = asked.map_or(vec![Charset::Utf8, Charset::Gbk], |charset| vec![charset]);
    // The first line of each candidate that is not in it.
    let mut wrong: Vec<Option<u64>> = vec![None; candidates.len()];
    let mut lines = Lines::new(plain(input)?);
    while let Some(line) = lines.next()? {
        // What is too long is a bad row in whatever charset.
        let Line::Whole(bytes) = line else { continue };
        if bytes.is_ascii() {
            continue;
        }
        let fits: Vec<bool> = candidates.iter().map(|charset| charset.decode(bytes).is_some()).collect();
        let number = lines.number();
        for (wrong, _) in wrong.iter_mut().zip(fits).filter(|(_, fits)| !fits) {
            wrong.get_or_insert(number);
        }
        if wrong.iter().all(Option::is_some) {
            break;
        }
    }
    if let Some((charset, _)) = candidates.iter().zip(&wrong).find(|(_, wrong)| wrong.is_none()) {
        return Ok(*charset);
    }
    let wrong: Vec<String> = candidates
        .iter()
        .zip(wrong)
        .filter_map(|(charset, line)| Some(format!("line {} is not {}", line?, name(*charset))))
        .collect();
    Err(format!("{}: the file must have one charset, UTF-8 or GB18030; save it as \"CSV UTF-8\"", wrong.join(", ")))
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
        let told = charset.as_ref().map(|charset| *charset).map_err(String::as_str);
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
