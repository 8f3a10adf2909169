//! The answer: one layout that the Java, PHP, Node and both Python SDKs all accept.
//!
//! ```text
//! {"<method, dots as underscores>_response":<NODE>,"sign":"<base64>"}
//! {"<method, dots as underscores>_response":<NODE>,"alipay_cert_sn":"<32 hex>","sign":"<base64>"}
//! {"<method, dots as underscores>_response":"<base64>","sign":"<base64>"}
//! ```
//!
//! The last answers a call whose content was encrypted: the node is the cipher of what it would be otherwise.
//!
//! The SDKs cut the signed part out of the text, each by its own means, so nothing here is a matter of taste: the node
//! comes first, there is no blank at the top level, and nothing follows `sign`. The signature is over the node's bytes.
//!
//! How the node's text is written depends on who reads it ([`Reader`]):
//!
//! - One SDK counts braces without looking at quotes. A node whose plain count comes out at its end goes as it is, as
//!   texts that hold JSON do; in any other, braces inside strings are written `\u007b` and `\u007d`.
//! - Two SDKs cannot read raw GBK, so in GBK everything beyond ASCII is escaped.
//! - The Java SDK reads the letters of `\uXXXX` wrongly, but it looks at quotes and reads raw GBK. To it goes
//!   everything raw that its charset has; what it reads wrongly, it can still verify.

use crate::{Charset, ContentKey, PublicKey, Rejection, SignType, charset};

/// Who reads an answer: what decides how its text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The charset of the answer's bytes.
    pub charset: Charset,
    /// Whether the reader is the official Java SDK, which reads JSON in a way of its own.
    pub is_java: bool,
    /// Whether the call named its charset GB2312. The Java SDK then reads an answer as GBK, and checks its signature
    /// over the text as GB2312, which has fewer characters.
    pub is_gb2312: bool,
}

/// The part of an answer that is signed: rendered once, signed and sent as these bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node(Vec<u8>);

impl Node {
    /// `code` 10000 and the members of `business`, which is the text of a JSON object.
    pub fn success(business: &str, reader: Reader) -> Node {
        let members = business.trim().strip_prefix('{').expect("an answer's business part is a JSON object");
        let comma = if members.trim_start().starts_with('}') { "" } else { "," };
        Node::render(format!(r#"{{"code":"10000","msg":"Success"{comma}{members}"#), reader)
    }

    /// The members of `business` alone: some methods of the platform answer a success without `code` and `msg`.
    pub fn bare(business: &str, reader: Reader) -> Node {
        Node::render(business.trim().to_owned(), reader)
    }

    /// The node of a refused call: code, msg, sub_code and sub_msg.
    pub fn failure(rejection: &Rejection, reader: Reader) -> Node {
        let members = [
            ("code", rejection.code),
            ("msg", rejection.msg),
            ("sub_code", &rejection.sub_code),
            ("sub_msg", &rejection.sub_msg),
        ];
        let members: Vec<_> = members.iter().map(|(name, text)| format!("\"{name}\":{}", quoted(text))).collect();
        Node::render(format!("{{{}}}", members.join(",")), reader)
    }

    /// The text goes as it is wherever its reader can take it so, which is nearly always.
    fn render(json: String, Reader { charset, is_java, is_gb2312 }: Reader) -> Node {
        let escape_braces = !is_java && !is_closed_at_its_end(json.as_bytes());
        if !escape_braces && (charset == Charset::Utf8 || json.is_ascii()) {
            return Node(json.into_bytes());
        }
        let lacks = |character: char| is_gb2312 && !charset::is_gb2312(character);
        if is_java
            && !json.contains(lacks)
            && let Some(bytes) = charset.encode_for_java(&json)
        {
            return Node(bytes.into_owned());
        }
        let is_escaped = |character: char| match charset {
            Charset::Utf8 => false,
            Charset::Gbk if !is_java => true,
            Charset::Gbk => lacks(character) || charset.encode_for_java(character.encode_utf8(&mut [0; 4])).is_none(),
        };
        let mut bytes = Vec::with_capacity(json.len() + json.len() / 8);
        let mut in_string = false;
        let mut escaped = false;
        // What is not escaped goes over in one piece, up to the next character that is.
        let keep = |bytes: &mut Vec<u8>, text: &str| {
            bytes.extend_from_slice(&charset.encode_for_java(text).expect("what the charset lacks is escaped"));
        };
        let mut copied = 0;
        for (at, byte) in json.bytes().enumerate() {
            let brace = escape_braces && in_string && matches!(byte, b'{' | b'}');
            if brace || (!byte.is_ascii() && json.is_char_boundary(at)) {
                let character = json[at..].chars().next().expect("a character begins here");
                if brace || is_escaped(character) {
                    keep(&mut bytes, &json[copied..at]);
                    escape(&mut bytes, character);
                    copied = at + character.len_utf8();
                }
            }
            in_string ^= byte == b'"' && !escaped;
            escaped = in_string && byte == b'\\' && !escaped;
        }
        keep(&mut bytes, &json[copied..]);
        Node(bytes)
    }

    /// The node as whoever encrypted the call reads it: its cipher as a JSON string, quotes and all.
    pub fn encrypted(&self, key: &ContentKey) -> Node {
        Node(format!("\"{}\"", key.encrypt(&self.0)).into_bytes())
    }

    /// The bytes that are signed and sent.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same, for whoever keeps them.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The whole answer. `method` is the call's, when it has a valid one; `cert_sn` names the platform's certificate
    /// and is given exactly when the call named the app's.
    pub fn seal(&self, method: Option<&str>, cert_sn: Option<&str>, sign: &str) -> Vec<u8> {
        let name = node_name(method);
        let mut answer = Vec::with_capacity(name.len() + self.0.len() + sign.len() + 80);
        for part in [b"{\"", name.as_bytes(), b"\":", &self.0] {
            answer.extend_from_slice(part);
        }
        if let Some(cert_sn) = cert_sn {
            for part in [",\"alipay_cert_sn\":\"", cert_sn, "\""] {
                answer.extend_from_slice(part.as_bytes());
            }
        }
        for part in [",\"sign\":\"", sign, "\"}"] {
            answer.extend_from_slice(part.as_bytes());
        }
        answer
    }
}

/// The name of an answer's node: the method's with `_` for the dots and `_response` behind it; `error_response` where
/// the method is not known.
pub fn node_name(method: Option<&str>) -> String {
    match method {
        Some(method) => format!("{}_response", method.replace('.', "_")),
        None => "error_response".to_owned(),
    }
}

/// Whether whoever counts braces without looking at quotes finds the end of the object at the end of its text.
fn is_closed_at_its_end(json: &[u8]) -> bool {
    let mut depth = 0_usize;
    for at in memchr::memchr2_iter(b'{', b'}', json) {
        depth = if json[at] == b'{' { depth + 1 } else { depth.saturating_sub(1) };
        if depth == 0 {
            return at + 1 == json.len();
        }
    }
    false
}

/// `\uXXXX`, as a surrogate pair beyond the basic plane.
fn escape(bytes: &mut Vec<u8>, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        bytes.extend_from_slice(b"\\u");
        bytes.extend([12, 8, 4, 0].map(|shift| b"0123456789abcdef"[usize::from(*unit >> shift & 15)]));
    }
}

/// A text as a JSON string, with quotes and escapes.
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            // Written so, the Java SDK can read these two as well.
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\0'..' ' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

/// Why a client must not believe an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not an answer to this method in our layout, or without a signature.
    #[error("not a signed answer to this method")]
    Layout,
    /// The signature is not this key's, over this node, by this algorithm.
    #[error("the answer's signature does not match")]
    Signature,
}

/// Takes an answer apart: the bytes that are signed and the signature. The strict inverse of [`Node::seal`], also for
/// an `error_response` and an encrypted node; nothing for any other layout.
pub fn open<'a>(method: &str, body: &'a [u8]) -> Option<(&'a [u8], &'a str)> {
    let inside = [Some(method), None].into_iter().find_map(|method| {
        body.strip_prefix(b"{\"")?.strip_prefix(node_name(method).as_bytes())?.strip_prefix(b"\":")
    })?;
    let (node, rest) = inside.split_at(object_length(inside).or_else(|| cipher_length(inside))?);
    let rest = match rest.strip_prefix(b",\"alipay_cert_sn\":\"") {
        Some(rest) => {
            let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric())?;
            rest[end..].strip_prefix(b"\"")?
        }
        None => rest,
    };
    let sign = rest.strip_prefix(b",\"sign\":\"")?.strip_suffix(b"\"}")?;
    let sign =
        std::str::from_utf8(sign).ok().filter(|sign| !sign.is_empty() && sign.as_bytes().iter().all(is_base64))?;
    Some((node, sign))
}

/// How long the cipher at the start of `json` is, a string of base64 with its quotes.
fn cipher_length(json: &[u8]) -> Option<usize> {
    let inside = json.strip_prefix(b"\"")?;
    let length = inside.iter().position(|byte| !is_base64(byte)).filter(|&length| 0 < length)?;
    (inside[length] == b'"').then_some(length + 2)
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// How long the JSON object at the start of `json` is.
fn object_length(json: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    if json.first() != Some(&b'{') {
        return None;
    }
    for (index, &byte) in json.iter().enumerate() {
        match byte {
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
        in_string ^= byte == b'"' && !escaped;
        escaped = in_string && byte == b'\\' && !escaped;
    }
    None
}

/// The node of an answer whose signature is `key`'s.
pub fn check_answer<'a>(
    method: &str,
    body: &'a [u8],
    sign_type: SignType,
    key: &PublicKey,
) -> Result<&'a [u8], AnswerError> {
    let (node, sign) = open(method, body).ok_or(AnswerError::Layout)?;
    key.verify_base64(sign_type, node, sign).then_some(node).ok_or(AnswerError::Signature)
}
