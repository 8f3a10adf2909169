//! HTTP answers as they arrive, and what stands in them.

use std::io::{self, Read};
use std::net::TcpStream;

/// Appends what has arrived.
pub(crate) fn read_some(stream: &mut TcpStream, answer: &mut Vec<u8>) -> io::Result<()> {
    let mut part = [0; 4096];
    match stream.read(&mut part)? {
        0 => Err(io::Error::other("the server closed the connection")),
        len => {
            answer.extend_from_slice(&part[..len]);
            Ok(())
        }
    }
}

/// Whether the whole answer has arrived, by its `content-length`; the body is not looked at.
pub(crate) fn is_complete(answer: &[u8]) -> io::Result<bool> {
    const LENGTH: &[u8] = b"content-length: ";
    let Some(head) = find(answer, b"\r\n\r\n") else { return Ok(false) };
    let length = find(&answer[..head], LENGTH).map(|at| &answer[at + LENGTH.len()..head]);
    let digits = length.map(|text| text.iter().take_while(|byte| byte.is_ascii_digit()));
    let length = digits.map(|digits| digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0')));
    let length = length.ok_or_else(|| io::Error::other("an answer without a length"))?;
    Ok(head + 4 + length <= answer.len())
}

/// Fails with the answer's text unless it says that the call succeeded. An answer in cipher is of a call that could be
/// decrypted; it is not looked into.
pub(crate) fn check_success(answer: &[u8]) -> io::Result<()> {
    match find(answer, b"\"code\":\"10000\"").or_else(|| find(answer, b"_response\":\"")) {
        Some(_) => Ok(()),
        None => Err(io::Error::other(String::from_utf8_lossy(answer).into_owned())),
    }
}

/// The first member of that name whose value is a text without escapes, such as an id.
pub(crate) fn member(answer: &[u8], name: &str) -> Option<String> {
    let name = format!("\"{name}\":\"");
    let text = &answer[find(answer, name.as_bytes())? + name.len()..];
    Some(String::from_utf8_lossy(&text[..find(text, b"\"")?]).into_owned())
}

/// Where one text begins in another.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_when_its_body_is() {
        let check = |answer: &str, expect| assert_eq!(is_complete(answer.as_bytes()).ok(), expect, "{answer:?}");
        check("", Some(false));
        check("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n", Some(false));
        check("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n01234567890", Some(false));
        check("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n012345678901", Some(true));
        check("HTTP/1.1 200 OK\r\n\r\n", None);
    }

    #[test]
    fn members_are_found_at_any_depth() {
        let answer = br#"{"a_response":{"code":"10000","detail":{"id":"7","tools":[{"no":"8"},{"no":"9"}]}}}"#;
        assert_eq!(member(answer, "id").as_deref(), Some("7"));
        assert_eq!(member(answer, "no").as_deref(), Some("8"));
        assert_eq!(member(answer, "o"), None);
    }
}
