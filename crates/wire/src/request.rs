//! A signed call, from the client's side: as a form, or with files as `multipart/form-data`.

use crate::notify::{Rule, form, string_to_sign};
use crate::{Charset, File, PrivateKey, SignType, sha256};

/// A form with `params`, `charset` and `sign_type` (unless `params` has its own) and the `sign` over all of them;
/// nothing when the charset lacks a character of a value. Empty members are left out.
///
/// The string to sign of a call is that of a V2 notification.
pub fn signed_form(params: &[(&str, &str)], charset: Charset, sign_type: SignType, key: &PrivateKey) -> Option<String> {
    let (mut params, sign) = signed(params, charset, sign_type, key)?;
    params.push(("sign", &sign));
    form(&params, charset)
}

/// The parameters with `charset` and `sign_type`, and the signature over them.
fn signed<'a>(
    params: &[(&'a str, &'a str)],
    charset: Charset,
    sign_type: SignType,
    key: &PrivateKey,
) -> Option<(Vec<(&'a str, &'a str)>, String)> {
    let mut params = params.to_vec();
    for (name, value) in [("charset", charset.name()), ("sign_type", sign_type.name())] {
        if params.iter().all(|(taken, _)| *taken != name) {
            params.push((name, value));
        }
    }
    let sign = key.sign(sign_type, &string_to_sign(&params, Rule::V2, charset)?);
    Some((params, sign))
}

/// A call with files, which its signature does not cover.
pub struct Multipart {
    /// The header `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The same as [`signed_form`] with files. A name of a file must have no quotation mark and no line break.
pub fn signed_multipart(
    params: &[(&str, &str)],
    files: &[File],
    charset: Charset,
    sign_type: SignType,
    key: &PrivateKey,
) -> Option<Multipart> {
    let (mut params, sign) = signed(params, charset, sign_type, key)?;
    params.push(("sign", &sign));
    params.retain(|(_, value)| !value.is_empty());
    // Nobody can have put it into what it depends on.
    let all = files.iter().flat_map(|file| sha256(&file.bytes)).chain(sha256(sign.as_bytes())).collect::<Vec<_>>();
    let boundary = sha256(&all).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut body = Vec::new();
    for (name, value) in params {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&charset.encode(value)?);
        body.extend_from_slice(b"\r\n");
    }
    for File { field, name, bytes } in files {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n");
        body.extend_from_slice(&charset.encode(&head)?);
        body.extend_from_slice(b"Content-Type: application/octet-stream\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Some(Multipart { content_type: format!("multipart/form-data; boundary={boundary}"), body })
}
