//! The step from a call as sent to a call that is proved, and the refusal when it is not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::string::FromUtf8Error;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::canonical::{Leave, string_to_sign};
use crate::code::{self, Rejection};
use crate::params::{RawCall, RawFile};
use crate::{Charset, ContentKey, PublicKey, SignType, Terms};

/// A call whose signature was verified and whose text could be decoded. Only [`RawCall::verify`] makes one.
///
/// It holds what the signature covers and nothing else: a member that was left out of the verified string is absent.
pub struct VerifiedCall {
    params: BTreeMap<String, String>,
    /// What was sent and is no parameter of the call: empty members, blank ones where the signature leaves them out.
    left_out: Vec<(Vec<u8>, Vec<u8>)>,
    leave: Leave,
    /// What stood in `biz_content` before it was decrypted.
    cipher: Option<String>,
    files: Arc<Vec<File>>,
    terms: Terms,
    reads_as_utf8: Option<String>,
    has_json_body: bool,
}

/// A file of a multipart call. The protocol does not sign files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name of the parameter that the file was sent as.
    pub field: String,
    /// What the client called it, without directories.
    pub name: String,
    /// The file's content.
    pub bytes: Vec<u8>,
}

/// Why a call was not verified.
pub enum VerifyError {
    /// The signature does not match: `isv.invalid-signature`.
    Signature(Box<BadSignature>),
    /// The signature matches, but the bytes are no text in the call's charset: `isv.invalid-parameter`.
    Text {
        /// The refusal to answer with.
        rejection: Rejection,
        /// The charset that the bytes are text in, if it is the other one.
        reads_as: Option<Charset>,
    },
}

impl VerifyError {
    /// The refusal to answer with.
    pub fn rejection(&self) -> Rejection {
        match self {
            VerifyError::Signature(bad) => bad.rejection(),
            VerifyError::Text { rejection, .. } => rejection.clone(),
        }
    }
}

/// Why the content of a verified call was not decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecryptError {
    /// It cannot be decrypted. It may have been encrypted with another key, whose owner can read no encrypted answer.
    Refused(Rejection),
    /// It is, but of a text in the other charset than the call declares: `isv.invalid-parameter`.
    Text {
        /// The refusal to answer with.
        rejection: Rejection,
        /// The charset that the bytes are text in.
        reads_as: Charset,
    },
}

impl From<Rejection> for DecryptError {
    fn from(rejection: Rejection) -> DecryptError {
        DecryptError::Refused(rejection)
    }
}

/// A call with a signature that does not match; [`crate::diagnosis`] looks for the cause.
pub struct BadSignature {
    /// The call as it was sent.
    pub call: RawCall,
    /// How the call was read.
    pub terms: Terms,
}

impl RawCall {
    /// Step 7: checks the signature with the app's key, then decodes the text strictly.
    ///
    /// Empty and blank members are treated leniently, in the order of [`Leave::ALL`]. The signature itself is not: a
    /// `+` that was sent unescaped and became a blank is not repaired. A charset that is spelled twice was signed in
    /// either spelling.
    pub fn verify(mut self, terms: Terms, key: &PublicKey) -> Result<VerifiedCall, VerifyError> {
        if let Some(leave) = self.verified_under(terms, key) {
            return VerifiedCall::decode(self, terms, leave);
        }
        if let Some(again) = self.charset_again.take() {
            let first = self.params.insert(b"charset".to_vec(), again);
            if let Some(leave) = self.verified_under(terms, key) {
                return VerifiedCall::decode(self, terms, leave);
            }
            self.params.extend(first.map(|first| (b"charset".to_vec(), first)));
        }
        Err(VerifyError::Signature(Box::new(BadSignature { call: self, terms })))
    }

    fn verified_under(&self, terms: Terms, key: &PublicKey) -> Option<Leave> {
        let signature = STANDARD.decode(self.get("sign")?).ok()?;
        let mut tried = Vec::new();
        Leave::ALL.into_iter().find(|&leave| {
            let string = string_to_sign(&self.params, leave);
            // Most calls have no empty member; then the three strings are one.
            if tried == string {
                return false;
            }
            let verified = key.verify(terms.sign_type, &string, &signature);
            tried = string;
            verified
        })
    }
}

impl VerifiedCall {
    fn decode(call: RawCall, terms: Terms, leave: Leave) -> Result<VerifiedCall, VerifyError> {
        let mut params = BTreeMap::new();
        let mut left_out = Vec::new();
        let mut reads_as_utf8 = None;
        let has_json_body = call.has_json_body();
        for (name, value) in call.params {
            if value.is_empty() || !leave.keeps(&value) {
                left_out.push((name, value));
                continue;
            }
            if reads_as_utf8.is_none() && is_doubtful(terms.charset, &value) {
                reads_as_utf8 = Some(String::from_utf8_lossy(&name).into_owned());
            }
            match (text(terms.charset, name), text(terms.charset, value)) {
                (Ok(name), Ok(value)) => params.insert(name, value),
                (name, value) => {
                    let other = terms.charset.other();
                    let wrong = [name.as_ref().err(), value.as_ref().err()];
                    let is_other = wrong.iter().flatten().all(|bytes| other.decode(bytes).is_some());
                    let reads_as = is_other.then_some(other);
                    let rejection = not_text(&name.unwrap_or_default(), terms.charset);
                    return Err(VerifyError::Text { rejection, reads_as });
                }
            };
        }
        let files = call.files.into_iter().map(|file| File::decode(file, terms.charset)).collect();
        let files = Arc::new(files);
        Ok(VerifiedCall { params, left_out, leave, cipher: None, files, terms, reads_as_utf8, has_json_body })
    }

    /// The first parameter of a call in GBK whose bytes read as Chinese in UTF-8: it was hardly meant as it reads.
    pub fn reads_as_utf8(&self) -> Option<&str> {
        self.reads_as_utf8.as_deref()
    }

    /// Whether the call had a body in JSON; see [`RawCall::has_json_body`].
    pub fn has_json_body(&self) -> bool {
        self.has_json_body
    }

    /// Step 8: puts the content that `biz_content` is the cipher of in its place. A call without one has nothing to
    /// decrypt.
    pub fn decrypt(&mut self, key: &ContentKey) -> Result<(), DecryptError> {
        let Some(cipher) = self.params.get("biz_content") else { return Ok(()) };
        let bytes = key.decrypt(cipher).ok_or(code::DECRYPTION_ERROR)?;
        let charset = self.terms.charset;
        if is_doubtful(charset, &bytes) {
            self.reads_as_utf8.get_or_insert_with(|| "biz_content".to_owned());
        }
        let content = text(charset, bytes).map_err(|bytes| match charset.other() {
            // One wrong key in 256 leaves what looks padded, but hardly one leaves a text.
            other if other.decode(&bytes).is_none() => code::DECRYPTION_ERROR.into(),
            reads_as => DecryptError::Text { rejection: not_text("biz_content", charset), reads_as },
        })?;
        self.cipher = if content.is_empty() {
            self.params.remove("biz_content")
        } else {
            self.params.insert("biz_content".to_owned(), content)
        };
        Ok(())
    }

    /// The parameters as they were sent, by name: encrypted content as its cipher, empty members too.
    pub fn sent(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        let own = self.params.iter().filter(|(name, _)| self.cipher.is_none() || *name != "biz_content");
        let own = own.map(|(name, value)| (Cow::Borrowed(name.as_str()), Cow::Borrowed(value.as_str())));
        let cipher = self.cipher.as_deref().map(|cipher| (Cow::Borrowed("biz_content"), Cow::Borrowed(cipher)));
        let left_out = self.left_out.iter().map(|(name, value)| (lossy(name), lossy(value)));
        let mut sent: Vec<_> = own.chain(cipher).chain(left_out).collect();
        sent.sort();
        sent
    }

    /// The names of what was sent and is not covered by the signature, beside `sign`.
    pub fn unsigned(&self) -> Vec<Cow<'_, str>> {
        if self.leave == Leave::Nothing {
            Vec::new()
        } else {
            self.left_out.iter().map(|(name, _)| lossy(name)).collect()
        }
    }

    /// The content that was decrypted, where the call's was encrypted.
    pub fn decrypted(&self) -> Option<&str> {
        self.cipher.as_ref().and_then(|_| self.biz_content())
    }

    /// Bytes that its parameters hold in memory, about.
    pub fn params_len(&self) -> usize {
        let own = self.params.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let left_out = self.left_out.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        own + left_out + self.cipher.as_ref().map_or(0, String::len)
    }

    /// Takes the files out, for whoever keeps the call longer than its answer takes.
    pub fn take_files(&mut self) -> Arc<Vec<File>> {
        std::mem::take(&mut self.files)
    }

    /// The name of the first parameter with U+0000 in its name or value.
    pub fn with_nul(&self) -> Option<&str> {
        let found = self.params.iter().find(|(name, value)| name.contains('\0') || value.contains('\0'));
        found.map(|(name, _)| name.as_str())
    }

    /// The text of a parameter, of `sign` too; an empty one is absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(String::as_str)
    }

    /// The names of its parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.params.keys().map(String::as_str)
    }

    /// The method's name; empty only if nobody asked [`RawCall::head`] first.
    pub fn method(&self) -> &str {
        self.get("method").unwrap_or_default()
    }

    /// The calling app; empty only if nobody asked [`RawCall::head`] first.
    pub fn app_id(&self) -> &str {
        self.get("app_id").unwrap_or_default()
    }

    /// The charset of the call and of its answer.
    pub fn charset(&self) -> Charset {
        self.terms.charset
    }

    /// The algorithm of the call's signature and of the answer's.
    pub fn sign_type(&self) -> SignType {
        self.terms.sign_type
    }

    /// The business parameters: JSON, or its cipher until [`VerifiedCall::decrypt`] was called where there is an
    /// [`VerifiedCall::encrypt_type`].
    pub fn biz_content(&self) -> Option<&str> {
        self.get("biz_content")
    }

    /// The merchant's authorisation that an ISV acts under.
    pub fn app_auth_token(&self) -> Option<&str> {
        self.get("app_auth_token")
    }

    /// The certificate of the key the call was signed with.
    pub fn app_cert_sn(&self) -> Option<&str> {
        self.get("app_cert_sn")
    }

    /// How `biz_content` is encrypted; `None` when it is not.
    pub fn encrypt_type(&self) -> Option<&str> {
        self.get("encrypt_type")
    }

    /// The files of a multipart call, in the order they were sent.
    pub fn files(&self) -> &Arc<Vec<File>> {
        &self.files
    }
}

impl File {
    /// Names of files are not signed and only shown, so what cannot be decoded is replaced.
    fn decode(file: RawFile, charset: Charset) -> File {
        let text = |bytes: Vec<u8>| match charset.decode(&bytes) {
            Some(text) => text.into_owned(),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        };
        File { field: text(file.field), name: text(file.name), bytes: file.bytes }
    }
}

/// Whether what should be GBK is most likely UTF-8: it reads as Chinese there, and in no other characters. A few bytes
/// of GBK do by chance, such as those of 路, so one character proves nothing.
fn is_doubtful(charset: Charset, bytes: &[u8]) -> bool {
    const CHARACTERS_MIN: usize = 2;
    if charset != Charset::Gbk || bytes.is_ascii() {
        return false;
    }
    let is_chinese = |character: char| matches!(character, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let beyond = || text.chars().filter(|character| !character.is_ascii());
    CHARACTERS_MIN <= beyond().count() && beyond().all(is_chinese)
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn not_text(name: &str, charset: Charset) -> Rejection {
    code::INVALID_PARAMETER.with_msg(format!("参数无效：{name}不是有效的{}文本", charset.name()))
}

/// Decodes strictly, without a copy where the charset allows; the error is the bytes again.
fn text(charset: Charset, bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    match charset {
        Charset::Utf8 => String::from_utf8(bytes).map_err(FromUtf8Error::into_bytes),
        Charset::Gbk => match charset.decode(&bytes).map(Cow::into_owned) {
            Some(text) => Ok(text),
            None => Err(bytes),
        },
    }
}

impl BadSignature {
    /// The string that was verified, raw, as a text in the call's charset, of `max` bytes at most; and how many bytes
    /// of it are left out. What is no text is replaced by U+FFFD.
    pub fn string_shown(&self, max: usize) -> (String, usize) {
        let string = self.call.string_to_sign();
        let shown = &string[..string.len().min(max)];
        (self.text(shown).into_owned(), string.len() - shown.len())
    }

    /// Bytes in the call's charset as text, even where they are none: the cut may have split a character.
    fn text<'a>(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        self.terms.charset.decode(bytes).unwrap_or_else(|| match self.terms.charset {
            Charset::Utf8 => String::from_utf8_lossy(bytes),
            Charset::Gbk => encoding_rs::GBK.decode_without_bom_handling(bytes).0,
        })
    }

    /// The refusal, with the string that was verified: the best help there is for whoever signed another one.
    ///
    /// As on the platform since about 2023, `&` and `"` are escaped as in HTML. At most 4 KiB of the string are shown.
    pub fn rejection(&self) -> Rejection {
        const ADVICE: &str = "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：";
        const ECHO_BYTES_MAX: usize = 4 << 10;
        let string = self.call.string_to_sign();
        let shown = &string[..string.len().min(ECHO_BYTES_MAX)];
        let text = self.text(shown);
        let mut msg = String::from(ADVICE);
        for character in text.chars() {
            match character {
                '&' => msg.push_str("&amp;"),
                '"' => msg.push_str("&quot;"),
                other => msg.push(other),
            }
        }
        let echo = &msg[ADVICE.len()..];
        if ECHO_BYTES_MAX < echo.len() {
            msg.truncate(ADVICE.len() + echo.floor_char_boundary(ECHO_BYTES_MAX));
        }
        code::INVALID_SIGNATURE.with_msg(msg)
    }
}
