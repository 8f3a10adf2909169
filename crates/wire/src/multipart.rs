//! `multipart/form-data` as the SDKs write it, which is not quite as RFC 7578 does.
//!
//! The Java SDK writes `Content-Disposition:form-data;name="x"` without blanks, a line break before the first boundary
//! and, in the header, an unquoted boundary followed by `;charset=`; PHP sends the whole path of a file as its name.

use memchr::memmem;

/// One part; everything but the content is copied out of the head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) name: Vec<u8>,
    /// Only a file has one; its directories are cut off.
    pub(crate) file_name: Option<Vec<u8>>,
    pub(crate) content: &'a [u8],
}

/// The boundary of a `multipart/form-data` header; nothing for other types. A missing or overlong boundary is empty,
/// which [`parts`] refuses.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    const BOUNDARY_BYTES_MAX: usize = 200; // RFC 2046 allows 70.
    let mut fields = content_type.split(';');
    if !fields.next()?.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = fields.find_map(|field| {
        let (name, value) = field.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    Some(boundary.filter(|boundary| boundary.len() <= BOUNDARY_BYTES_MAX).unwrap_or_default())
}

/// The parts between the boundaries, at most `max`; nothing when the body is malformed, has more, or ends early.
pub(crate) fn parts<'a>(boundary: &str, body: &'a [u8], max: usize) -> Option<Vec<Part<'a>>> {
    if boundary.is_empty() {
        return None;
    }
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(&delimiter);
    let mut rest = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(rest) => rest,
        None => &body[finder.find(body)? + delimiter.len()..],
    };
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        // RFC 2046 allows blanks after a boundary.
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        rest = rest[blanks..].strip_prefix(b"\r\n")?;
        let end = finder.find(rest)?;
        if parts.len() == max {
            return None;
        }
        parts.push(part(&rest[..end])?);
        rest = &rest[end + delimiter.len()..];
    }
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let (head, content) = split_once(bytes, b"\r\n\r\n")?;
    let mut name = None;
    let mut file_name = None;
    for line in head.split(|&byte| byte == b'\n') {
        let Some((header, value)) = split_once(line.trim_ascii(), b":") else { continue };
        if header.trim_ascii().eq_ignore_ascii_case(b"content-disposition") {
            name = field(value, b"name");
            file_name = field(value, b"filename");
        }
    }
    let file_name = file_name.map(|path| {
        let start = path.iter().rposition(|byte| matches!(byte, b'/' | b'\\')).map_or(0, |at| at + 1);
        path[start..].to_vec()
    });
    Some(Part { name: name?, file_name, content })
}

/// The value of `wanted` among `form-data; name="x"; filename="y"`, quoted or not.
fn field(disposition: &[u8], wanted: &[u8]) -> Option<Vec<u8>> {
    let mut rest = disposition;
    loop {
        let (_, after) = split_once(rest, b";")?;
        let (name, after) = split_once(after, b"=")?;
        let after = after.trim_ascii_start();
        let (value, next) = match after.strip_prefix(b"\"") {
            Some(quoted) => quoted_string(quoted)?,
            None => {
                let end = after.iter().position(|&byte| byte == b';').unwrap_or(after.len());
                (after[..end].trim_ascii().to_vec(), &after[end..])
            }
        };
        if name.trim_ascii().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next;
    }
}

/// What stands before the closing quote (`\"` is a quote inside, any other backslash is itself), and what follows.
fn quoted_string(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut value = Vec::new();
    let mut rest = text;
    loop {
        match rest {
            [b'\\', b'"', tail @ ..] => {
                value.push(b'"');
                rest = tail;
            }
            [b'"', tail @ ..] => return Some((value, tail)),
            [byte, tail @ ..] => {
                value.push(*byte);
                rest = tail;
            }
            [] => return None,
        }
    }
}

fn split_once<'a>(bytes: &'a [u8], by: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(bytes, by)?;
    Some((&bytes[..at], &bytes[at + by.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries() {
        let check = |content_type: &str, expect| assert_eq!(boundary(content_type), expect, "{content_type}");
        check("multipart/form-data; boundary=abc", Some("abc"));
        check("multipart/form-data;boundary=1795296817822;charset=GBK", Some("1795296817822"));
        check("Multipart/Form-Data; charset=GBK; Boundary=\"a b\"", Some("a b"));
        check("multipart/form-data", Some(""));
        check("application/x-www-form-urlencoded;charset=GBK", None);
        check("", None);
    }

    type Expect<'a> = Option<&'a [(&'a str, Option<&'a str>, &'a str)]>;

    fn check(body: &str, expect: Expect<'_>) {
        let parts = parts("B", body.as_bytes(), 2);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let seen: Option<Vec<_>> = parts.map(|parts| {
            parts.iter().map(|p| (text(&p.name), p.file_name.as_deref().map(text), text(p.content))).collect()
        });
        let expect: Option<Vec<_>> = expect.map(|parts| {
            parts.iter().map(|(n, f, c)| ((*n).to_owned(), f.map(str::to_owned), (*c).to_owned())).collect()
        });
        assert_eq!(seen, expect, "{body:?}");
    }

    #[test]
    fn bodies() {
        check("--B--", Some(&[]));
        check("--B--\r\n", Some(&[]));
        check("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n", Some(&[("a", None, "1")]));
        // Java: a line break first, no blanks, a type on text parts.
        check(
            "\r\n--B\r\nContent-Disposition:form-data;name=\"a\"\r\nContent-Type:text/plain\r\n\r\n1\r\n--B--\r\n",
            Some(&[("a", None, "1")]),
        );
        check("--B\r\ncontent-disposition: form-data; name=a \r\n\r\n\r\n--B--", Some(&[("a", None, "")]));
        check(
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--\r\n\r\n--B \t\r\nContent-Disposition: \
             form-data; filename=\"/some/where/x \\\"1\\\".png\"; name=\"f\"\r\nContent-Type: image/png\r\n\r\n\0\r\n--B--",
            Some(&[("a", None, "\r\n--\r\n"), ("f", Some("x \"1\".png"), "\0")]),
        );
        check(
            "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\pictures\\x.png\"\r\n\r\n1\r\n--B--",
            Some(&[("f", Some("x.png"), "1")]),
        );
    }

    #[test]
    fn malformed_bodies() {
        let part = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
        check("", None);
        check("--C--", None);
        check(part, None);
        check("--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--", None);
        check("--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--B--", None);
        check("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n--B--", None);
        check(&format!("{}--B--", part.repeat(2)), Some(&[("a", None, "1"), ("a", None, "1")]));
        check(&format!("{}--B--", part.repeat(3)), None);
        assert_eq!(parts("", b"----", 1), None);
    }
}
