//! A whole call as the log keeps it.

use super::{RestCall, Sent, SentFile, WholeCall, mask};
use crate::biz::Unknown;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wire::VerifiedCall;

/// Bytes of one text that are kept; of a longer one the rest is counted.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// Bytes of all parameters together that are kept.
const PARAMETERS_BYTES_MAX: usize = 256 << 10;

/// What a call has sent and was answered, as text. Texts are those of the finished call until they are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FullCall<'a> {
    /// The charset that the call declared, in which its answer is written.
    pub charset: Cow<'a, str>,
    /// Whether its signature was verified.
    pub verified: bool,
    /// The parameters as received, decoded from the URL's form, by name.
    pub parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The names of those that the signature does not cover, beside `sign`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsigned: Vec<Cow<'a, str>>,
    /// What the content says, where it was encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Cow<'a, str>>,
    /// The string that was signed, of a call through `/v3`; of others it is made of the parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    string: Option<Cow<'a, str>>,
    /// The files that came with it: parameter, name and length.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Cow<'a, str>>,
    /// The members of its content that the method does not know, with the one that each may be meant for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Cow<'a, str>>,
    /// The answer's node, not encrypted.
    pub answer: Cow<'a, str>,
    /// Whether names, ids and secrets are hidden.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
}

impl<'a> FullCall<'a> {
    /// Of a finished call.
    pub(super) fn new(whole: &'a WholeCall) -> FullCall<'a> {
        let WholeCall { sent, files, unknown, answer, charset } = whole;
        let unknown = unknown.iter().map(|Unknown { path, nearest }| match nearest {
            Some(nearest) => Cow::Owned(format!("{path} (is it {nearest}?)")),
            None => Cow::Borrowed(path.as_str()),
        });
        let text = charset.decode(answer).unwrap_or_else(|| String::from_utf8_lossy(answer));
        let mut full = FullCall {
            charset: charset.name().into(),
            verified: match sent {
                Sent::Verified(_) => true,
                Sent::Unverified(_) => false,
                Sent::Rest(call) => call.verified,
            },
            parameters: Vec::new(),
            unsigned: Vec::new(),
            content: None,
            string: None,
            files: files.iter().map(|file| bounded(line_of(file).into(), TEXT_BYTES_MAX)).collect(),
            unknown: unknown.map(|name| bounded(name, TEXT_BYTES_MAX)).collect(),
            answer: bounded(text, TEXT_BYTES_MAX),
            masked: false,
        };
        match sent {
            Sent::Verified(call) => full.take(call),
            Sent::Unverified(call) => full.parameters = kept(call.sent()),
            Sent::Rest(call) => full.take_rest(call),
        }
        full
    }

    fn take(&mut self, call: &'a VerifiedCall) {
        self.content = call.decrypted().map(|content| bounded(content.into(), TEXT_BYTES_MAX));
        self.unsigned = call.unsigned();
        self.parameters = kept(call.sent());
    }

    fn take_rest(&mut self, call: &'a RestCall) {
        let RestCall { request, headers, body, content, string, .. } = call;
        let headers = headers.iter().map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(value.as_str())));
        let own = [("request", Cow::Borrowed(request.as_str())), ("body", String::from_utf8_lossy(body))];
        self.parameters = kept(headers.chain(own.map(|(name, value)| (Cow::Borrowed(name), value))).collect());
        self.content = content.as_ref().map(|content| bounded(content.into(), TEXT_BYTES_MAX));
        self.string = call.verified.then(|| bounded(String::from_utf8_lossy(string), TEXT_BYTES_MAX));
    }

    /// The same as a platform may keep it.
    pub(super) fn masked(self) -> FullCall<'a> {
        let hidden = |(name, value): (Cow<'a, str>, Cow<'a, str>)| {
            let value = mask::parameter(&name, &value).into();
            (name, value)
        };
        FullCall {
            parameters: self.parameters.into_iter().map(hidden).collect(),
            content: self.content.map(|content| mask::sent(&content).into()),
            // Their names are a caller's own words.
            files: self.files.iter().map(|_| mask::HIDDEN.into()).collect(),
            // It has the body in it, which is kept masked beside it.
            string: None,
            answer: mask::answer(&self.answer).into(),
            masked: true,
            ..self
        }
    }

    /// The string that the gateway verified: of the parameters as they are kept here. Of a call that was not verified
    /// it is told by what was found out about it.
    pub fn string_to_sign(&self) -> Option<String> {
        if self.string.is_some() || self.parameters.iter().any(|(name, _)| name == "request") {
            return self.string.as_deref().map(str::to_owned);
        }
        let is_in = |name: &str| name != "sign" && self.unsigned.iter().all(|unsigned| unsigned != name);
        let members = self.parameters.iter().filter(|(name, _)| is_in(name));
        let joined = members.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        self.verified.then_some(joined)
    }
}

fn line_of(file: &SentFile) -> String {
    let SentFile { field, name, bytes } = file;
    format!("{field} {name} ({bytes} bytes)")
}

/// Parameters within bounds.
fn kept<'a>(sent: Vec<(Cow<'a, str>, Cow<'a, str>)>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    let mut room = PARAMETERS_BYTES_MAX;
    let kept = sent.into_iter().map(|(name, value)| {
        let (name, value) = (bounded(name, room.min(1 << 10)), bounded(value, room.min(TEXT_BYTES_MAX)));
        room = room.saturating_sub(name.len() + value.len());
        (name, value)
    });
    kept.collect()
}

/// The first bytes of a text; how many are missing is said.
fn bounded(text: Cow<'_, str>, bytes_max: usize) -> Cow<'_, str> {
    if text.len() <= bytes_max {
        return text;
    }
    let end = text.floor_char_boundary(bytes_max);
    format!("{}… ({} more bytes)", &text[..end], text.len() - end).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{Charset, Node, PrivateKey, RawCall, Reader, SignType, signed_form};

    fn node(charset: Charset) -> Node {
        Node::success("{\"name\":\"积分\"}", Reader { charset, is_java: true, is_gb2312: false })
    }

    fn whole(form: &str, charset: Charset, key: Option<&PrivateKey>) -> WholeCall {
        let call = RawCall::read(b"", None, form.as_bytes());
        let sent = match key {
            Some(key) => {
                let terms = call.terms().expect("sound");
                let Ok(call) = call.verify(terms, &key.public_key()) else { panic!("it is signed") };
                Sent::Verified(Box::new(call))
            }
            None => Sent::Unverified(Box::new(call)),
        };
        let files = vec![SentFile { field: "f".to_owned(), name: "a.png".to_owned(), bytes: 9 }];
        WholeCall { sent, files, unknown: Vec::new(), answer: node(charset).into_bytes(), charset }
    }

    #[test]
    fn the_string_to_sign_is_the_one_that_was_signed() {
        let key = PrivateKey::generate();
        for charset in [Charset::Utf8, Charset::Gbk] {
            let params = [
                ("method", "a.b"),
                ("timestamp", "2026-01-01 00:00:00"),
                ("version", "1.0"),
                ("biz_content", "{\"名\":\"a&b=\"}"),
            ];
            let form = signed_form(&params, charset, SignType::Rsa2, &key).expect("it can be written");
            let whole = whole(&format!("{form}&empty="), charset, Some(&key));
            let full = FullCall::new(&whole);
            let string = full.string_to_sign().expect("it was verified");
            assert_eq!(
                string,
                format!(
                    "biz_content={{\"名\":\"a&b=\"}}&charset={}&method=a.b&sign_type=RSA2&timestamp=2026-01-01 00:00:00&version=1.0",
                    charset.name()
                )
            );
            assert_eq!(full.unsigned, ["empty"]);
            assert!(full.parameters.contains(&("empty".into(), "".into())));
            assert!(full.answer.contains("积分"), "{}", full.answer);
            assert_eq!(full.files, ["f a.png (9 bytes)"]);
        }
    }

    #[test]
    fn what_strangers_send_is_kept_in_bounds() {
        let long = format!("method=a.b&x={}&y={}", "长".repeat(40_000), "z&".repeat(10));
        let whole_long = whole(&long, Charset::Utf8, None);
        let full = FullCall::new(&whole_long);
        let (_, x) = full.parameters.iter().find(|(name, _)| name == "x").expect("it is kept");
        assert!(x.len() < TEXT_BYTES_MAX + 64 && x.ends_with("… (54465 more bytes)"), "{}", &x[x.len() - 40..]);
        assert_eq!(full.string_to_sign(), None);
        let many = (0..900).map(|n| format!("p{n}={}", "v".repeat(2_000))).collect::<Vec<_>>().join("&");
        let whole_many = whole(&many, Charset::Utf8, None);
        let full = FullCall::new(&whole_many);
        let bytes: usize = full.parameters.iter().map(|(name, value)| name.len() + value.len()).sum();
        assert!(bytes < PARAMETERS_BYTES_MAX + 900 * 64, "{bytes}");
    }
}
