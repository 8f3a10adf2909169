//! A body of `multipart/form-data`, by both protocols. The input is a content type and the body with a line feed
//! between them.

use wire::RawCall;
use wire::v3::Body;

/// Panics where something does not hold of this input.
pub(crate) fn check(data: &[u8]) {
    let mut parts = data.splitn(2, |&byte| byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (content_type, body) = (std::str::from_utf8(next()).ok(), next());
    let call = RawCall::read(b"", content_type, body);
    assert!(call.string_to_sign().len() <= body.len() + 1_000);
    if let Ok(read) = Body::read(content_type, body.to_vec()) {
        // Nothing comes from anywhere but the body.
        let files: usize = read.files.iter().map(|file| file.bytes.len()).sum();
        assert!(read.signed.len() + files <= body.len());
    }
}
