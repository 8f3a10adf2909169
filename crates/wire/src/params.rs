//! Query and body to one map of parameters, as bytes.
//!
//! Every SDK splits the parameters differently between the query and the body, so both are merged before anything is
//! looked at. Reading never fails: a call with a defect still names the method whose answer must tell of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::canonical::{self, Leave};
use crate::code::{self, Rejection};
use crate::{Charset, Reader, SignType, multipart, percent};

/// How many parameters a call may have; real ones have about twenty.
pub const PARAMETERS_MAX: usize = 1_000;

/// How many bytes a refused call may have to get first aid, which needs them as they were sent.
const SENT_BYTES_MAX: usize = 64 << 10;

/// A call as it was sent: nothing in it is proved.
pub struct RawCall {
    /// Sorted by name, as the string to sign needs them. Values may be empty here; [`RawCall::get`] hides those.
    pub(crate) params: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) files: Vec<RawFile>,
    pub(crate) sent: Sent,
    /// The charset as it is spelled a second time, in other letters; the signature may cover either spelling.
    pub(crate) charset_again: Option<Vec<u8>>,
    has_json_body: bool,
    defect: Option<Rejection>,
}

/// A part with a file name; not covered by the signature.
pub(crate) struct RawFile {
    pub(crate) field: Vec<u8>,
    pub(crate) name: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// Query and form before percent-decoding; both empty when they are long, or when the body was no form.
#[derive(Default)]
pub(crate) struct Sent {
    pub(crate) query: Vec<u8>,
    pub(crate) form: Vec<u8>,
}

impl RawCall {
    /// Reads a call from the query (without `?`) and the body; a body that is not multipart is read as a form.
    ///
    /// Never fails: a broken escape, contradicting duplicates, malformed multipart or too many parameters are told by
    /// [`RawCall::head`].
    pub fn read(query: &[u8], content_type: Option<&str>, body: &[u8]) -> RawCall {
        let mut call = RawCall {
            params: BTreeMap::new(),
            files: Vec::new(),
            sent: Sent::default(),
            charset_again: None,
            has_json_body: false,
            defect: None,
        };
        call.read_form(query);
        match content_type.and_then(multipart::boundary) {
            Some(boundary) => call.read_multipart(boundary, body),
            None => {
                call.has_json_body = is_json(body);
                call.read_form(body);
                if query.len() + body.len() <= SENT_BYTES_MAX {
                    call.sent = Sent { query: query.to_vec(), form: body.to_vec() };
                }
            }
        }
        call
    }

    fn read_form(&mut self, form: &[u8]) {
        for (name, value) in percent::pairs(form) {
            let (name, name_is_sound) = percent::decode(name);
            let (value, value_is_sound) = percent::decode(value);
            if !(name_is_sound && value_is_sound) {
                self.defect(&name, "不是有效的URL编码");
            }
            self.add(name, value);
        }
    }

    fn read_multipart(&mut self, boundary: &str, body: &[u8]) {
        let Some(parts) = multipart::parts(boundary, body, PARAMETERS_MAX) else {
            return self.defect(b"multipart/form-data", "格式错误");
        };
        for part in parts {
            match part.file_name {
                Some(name) => self.files.push(RawFile { field: part.name, name, bytes: part.content.to_vec() }),
                None => self.add(part.name.into(), part.content.into()),
            }
        }
    }

    /// Equal duplicates are one parameter, an empty one does not count beside a filled one, others contradict. A
    /// charset may be spelled twice: gateway addresses are handed around with `?charset=utf-8`, and SDKs add
    /// `charset=UTF-8`.
    fn add(&mut self, name: Cow<'_, [u8]>, value: Cow<'_, [u8]>) {
        let full = self.params.len() == PARAMETERS_MAX;
        let contradicts = match self.params.entry(name.into_owned()) {
            Entry::Vacant(_) if full => return self.defect(b"", "参数过多"),
            Entry::Vacant(entry) => {
                entry.insert(value.into_owned());
                return;
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get();
                if known.is_empty() {
                    entry.insert(value.into_owned());
                    return;
                }
                if value.is_empty() || *known == *value {
                    return;
                }
                if entry.key() == b"charset" && is_same_charset(known, &value) {
                    self.charset_again.get_or_insert_with(|| value.into_owned());
                    return;
                }
                entry.key().clone()
            }
        };
        self.defect(&contradicts, "重复且取值不同");
    }

    /// Keeps the first defect; later ones are dropped.
    fn defect(&mut self, name: &[u8], what: &str) {
        const NAME_BYTES_MAX: usize = 64;
        let name = String::from_utf8_lossy(&name[..name.len().min(NAME_BYTES_MAX)]);
        self.defect.get_or_insert_with(|| code::INVALID_PARAMETER.with_msg(format!("参数无效：{name}{what}")));
    }

    /// What makes the call unreadable, if anything does.
    pub(crate) fn soundness(&self) -> Result<(), Rejection> {
        self.defect.clone().map_or(Ok(()), Err)
    }

    /// The decoded bytes of a parameter; an empty one is absent.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.params.get(name.as_bytes()).map(Vec::as_slice).filter(|value| !value.is_empty())
    }

    /// Whether the body is JSON where a form should be: then it holds no parameter that anybody meant.
    pub fn has_json_body(&self) -> bool {
        self.has_json_body
    }

    /// The method, when it is a name an answer's node can be called after; otherwise the node is `error_response`.
    pub fn method(&self) -> Option<&str> {
        self.get("method").and_then(|method| std::str::from_utf8(method).ok()).filter(|method| is_name(method))
    }

    /// How to answer, before it is known whether the call says so properly: UTF-8 and RSA2 unless it names others. The
    /// Java SDK says who it is in a parameter.
    pub fn answer_terms(&self) -> (Reader, SignType) {
        // There is also an `alipay-sdk-javascript`.
        let is_java = |sdk: &[u8]| {
            sdk.strip_prefix(b"alipay-sdk-java")
                .is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
        };
        let charset = self.get("charset");
        let reader = Reader {
            charset: charset.and_then(Charset::from_name).unwrap_or(Charset::Utf8),
            is_java: self.get("alipay_sdk").is_some_and(is_java),
            is_gb2312: charset.is_some_and(|name| name.eq_ignore_ascii_case(b"gb2312")),
        };
        (reader, self.get("sign_type").and_then(SignType::from_name).unwrap_or(SignType::Rsa2))
    }

    /// The parameters as text in the charset that the call names, by name; what is none is replaced by U+FFFD.
    pub fn sent(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        let charset = self.answer_terms().0.charset;
        let text = |bytes| charset.decode(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes));
        self.params.iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    /// Bytes that its parameters hold in memory, about.
    pub fn params_len(&self) -> usize {
        self.params.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// Forgets files and the bytes that were sent, for whoever keeps the parameters longer than the answer takes.
    pub fn keep_params_alone(&mut self) {
        self.files = Vec::new();
        self.sent = Sent::default();
    }

    /// The bytes the signature is computed over: what a refusal of the signature echoes.
    pub fn string_to_sign(&self) -> Vec<u8> {
        canonical::string_to_sign(&self.params, Leave::Empty)
    }
}

fn is_same_charset(one: &[u8], other: &[u8]) -> bool {
    Charset::from_name(one).is_some_and(|charset| Charset::from_name(other) == Some(charset))
}

/// Whether a body begins as JSON does, and as no form: their names are words.
fn is_json(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    text.starts_with(b"{") || text.starts_with(b"[")
}

/// Whether an answer's node can be called after a text: words of letters, digits and `_`, joined by dots. No method has
/// a capital in its name, but who sends one must be able to verify the answer that says so.
fn is_name(text: &str) -> bool {
    const NAME_BYTES_MAX: usize = 128;
    let word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.len() <= NAME_BYTES_MAX && text.contains('.') && text.split('.').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parameters in order, or the first defect.
    fn check(query: &str, body: &str, expect: &str) {
        let call = RawCall::read(query.as_bytes(), None, body.as_bytes());
        let read = match call.soundness() {
            Ok(()) => String::from_utf8(canonical::string_to_sign(&call.params, Leave::Nothing)).unwrap(),
            Err(rejection) => rejection.sub_msg.into_owned(),
        };
        assert_eq!(read, expect, "{query} + {body}");
    }

    #[test]
    fn query_and_body_are_merged() {
        check("b=1&a=2", "c=3", "a=2&b=1&c=3");
        check("", "", "");
        check("&&a=1&", "&b=2&&", "a=1&b=2");
        check("a=1&sign=x", "", "a=1");
        check("a", "b=&c==", "a=&b=&c==");
        check("a=b=c", "d=%26&e=%3D+%20", "a=b=c&d=&&e==  ");
        check("na%6De=1", "", "name=1");
    }

    #[test]
    fn duplicates() {
        check("charset=GBK", "charset=GBK", "charset=GBK");
        check("a=+", "a=%20", "a= ");
        check("a=", "a=1", "a=1");
        check("a=1", "a=", "a=1");
        check("a=1", "a=2", "参数无效：a重复且取值不同");
        check("a=1&a=2", "b=1&b=2", "参数无效：a重复且取值不同");
    }

    #[test]
    fn one_charset_may_be_spelled_twice() {
        for (one, other) in [
            ("utf-8", "UTF-8"),
            ("UTF-8", "utf-8"),
            ("Utf-8", "uTF-8"),
            ("utf8", "UTF-8"),
            ("GBK", "gbk"),
            ("gbk", "Gbk"),
            ("gb2312", "GB2312"),
            ("GB18030", "gb18030"),
            ("GBK", "gb2312"),
        ] {
            let (one, other) = (format!("charset={one}"), format!("charset={other}"));
            check(&one, &other, &one);
            check(&format!("{one}&{other}"), "", &one);
        }
        check("charset=utf-8&charset=UTF-8", "charset=UTF8", "charset=utf-8");
        check("charset=", "charset=GBK", "charset=GBK");
        let contradicts = "参数无效：charset重复且取值不同";
        for (one, other) in [("utf-8", "GBK"), ("latin1", "LATIN1"), ("utf-8", "utf-16"), ("utf-8", "utf-8 ")] {
            check(&format!("charset={one}"), &format!("charset={other}"), contradicts);
        }
        check("Charset=utf-8", "Charset=UTF-8", "参数无效：Charset重复且取值不同");
        check("format=json", "format=JSON", "参数无效：format重复且取值不同");
    }

    #[test]
    fn json_is_told_from_a_form() {
        let check = |content_type: Option<&str>, body: &str, expect| {
            let call = RawCall::read(b"method=a.b", content_type, body.as_bytes());
            assert_eq!(call.has_json_body(), expect, "{body:?}");
        };
        for body in
            ["{}", "{\"method\":\"a.b\"}", " \r\n\t{\"a\":1}", "\u{feff}{}", "[1]", "{'a':1}", "{\"a\":\"b&c=%\"}", "{"]
        {
            check(Some("application/json"), body, true);
            check(Some("application/x-www-form-urlencoded"), body, true);
            check(None, body, true);
        }
        for body in ["", " ", "a=1", "biz_content={}", "%7B%7D", "=", "&", "\"a\"", "1"] {
            check(Some("application/json"), body, false);
        }
        check(Some("multipart/form-data;boundary=B"), "{}", false);
    }

    #[test]
    fn defects() {
        check("a=%", "", "参数无效：a不是有效的URL编码");
        check("a%zz=1", "", "参数无效：a%zz不是有效的URL编码");
        check("a=1", "b=%4", "参数无效：b不是有效的URL编码");
        let many = |count| (0..count).map(|number| format!("p{number}=1")).collect::<Vec<_>>().join("&");
        let call = |count| RawCall::read(many(count).as_bytes(), None, b"");
        assert!(call(PARAMETERS_MAX).soundness().is_ok());
        assert_eq!(call(PARAMETERS_MAX + 1).soundness().unwrap_err().sub_msg, "参数无效：参数过多");
        let call = RawCall::read(b"method=a.b", Some("multipart/form-data"), b"--B--");
        assert_eq!(call.method(), Some("a.b"));
        assert_eq!(call.soundness().unwrap_err().sub_msg, "参数无效：multipart/form-data格式错误");
    }

    #[test]
    fn names_of_methods() {
        let check = |name: &str, expect| assert_eq!(is_name(name), expect, "{name}");
        check("koubei.marketing.campaign.crowd.create", true);
        check("alipay.open.app.alipaycert.download", true);
        check("a1.b_c2", true);
        check("", false);
        check("word", false);
        check("a..b", false);
        check(".a.b", false);
        check("a.b.", false);
        check("a.1b", false);
        check("Koubei.a", true);
        check("koubei.marketing.campaign.crowd.Create", true);
        check("KOUBEI.MARKETING.CAMPAIGN.CROWD.CREATE", true);
        check("koubei.1Crowd", false);
        check("Ｋoubei.a", false);
        check("koubei.É", false);
        check("koubei.a\0", false);
        check("koubei.a\"b", false);
        check("koubei.积分", false);
        check(&format!("a.{}", "b".repeat(126)), true);
        check(&format!("a.{}", "b".repeat(127)), false);
    }
}
