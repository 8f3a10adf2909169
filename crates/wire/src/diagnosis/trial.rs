//! The mistakes in the string to sign, each undone in turn.

use std::collections::BTreeMap;

use super::{Cause, Diagnosis, encoded_twice};
use crate::canonical::{Leave, join, string_to_sign};
use crate::params::Sent;
use crate::percent::pairs;
use crate::{BadSignature, Charset, SignType, SignedDigest, percent};

/// What was signed with the right key, and by which algorithm it should have been.
pub(super) struct Trial {
    pub(super) opened: SignedDigest,
    pub(super) sign_type: SignType,
}

impl Trial {
    pub(super) fn fits(&self, string: &[u8]) -> bool {
        self.opened.is_of(string)
    }

    /// The algorithm that signed, as `sign_type` names it, or by its digest.
    pub(super) fn algorithm(&self) -> &'static str {
        self.opened.sign_type().map(SignType::name).or(self.opened.algorithm()).unwrap_or("an unknown algorithm")
    }

    /// What everybody gets wrong now and then about the string.
    pub(super) fn mistake(&self, bad: &BadSignature) -> Option<Diagnosis> {
        let params = &bad.call.params;
        if self.fits(&string_without_sign_type(params)) {
            return Some(Diagnosis::new(
                Cause::SignTypeLeftOut,
                "sign_type was left out of the string to sign: leave out only sign (notifications differ)",
                "待签名字符串遗漏了sign_type：请求签名只剔除sign（与异步通知验签不同）",
            ));
        }
        self.charset(params, bad.terms.charset)
            .or_else(|| self.plus_in_value(&bad.call.sent))
            .or_else(|| self.signed_encoded(&bad.call.sent))
            .or_else(|| self.encoded_twice(params))
            .or_else(|| self.empty_members(params))
    }

    /// The key is right and the string is not, whatever the reason.
    pub(super) fn other_string(&self) -> Diagnosis {
        let Some(algorithm) = self.opened.algorithm() else {
            return Diagnosis::new(
                Cause::OtherString,
                "the key is right, but what was signed is no digest: sign with SHA256withRSA (RSA2) or SHA1withRSA (RSA), \
                 which make a digest of the string by themselves",
                "密钥匹配，但被签名的不是摘要：请使用SHA256withRSA（RSA2）或SHA1withRSA（RSA）对字符串签名",
            );
        };
        let (declared, used, digest) = (self.sign_type.name(), self.algorithm(), self.opened.digest_hex());
        let is_declared = self.opened.sign_type() == Some(self.sign_type);
        let (and_en, and_zh) = if is_declared {
            (String::new(), String::new())
        } else {
            (
                format!(", and it was signed by {used} although sign_type says {declared}"),
                format!("，且实际使用{used}算法签名，而sign_type为{declared}"),
            )
        };
        Diagnosis::new(
            Cause::OtherString,
            format!(
                "the key is right, but another string was signed, whose {algorithm} is {digest}{and_en}: compare the \
                 string that the gateway verified with the one that your program signs, byte by byte"
            ),
            format!(
                "密钥匹配，但被签名的是另一个字符串（其{algorithm}为{digest}）{and_zh}：请将网关的验签字符串与程序实际签名的字符串逐字节比对"
            ),
        )
    }

    /// The same text, all of it in one charset. Some clients mix them, so each value is looked at by itself.
    fn charset(&self, params: &Params, declared: Charset) -> Option<Diagnosis> {
        for signed_in in [Charset::Utf8, Charset::Gbk] {
            let string = mapped(params, |_, value| {
                let text = Charset::Utf8.decode(value).or_else(|| Charset::Gbk.decode(value));
                text.and_then(|text| Some(signed_in.encode(&text)?.into_owned())).unwrap_or_else(|| value.to_vec())
            });
            if self.fits(&string) {
                let (signed_in, declared) = (signed_in.name(), declared.name());
                return Some(Diagnosis::new(
                    Cause::Charset,
                    format!(
                        "the text was signed as {signed_in} bytes, but the bytes sent with charset={declared} are \
                         others: sign exactly the bytes that are sent, in the charset that is declared"
                    ),
                    format!(
                        "文本按{signed_in}编码签名，与charset={declared}下实际发送的字节不一致：\
                         签名、发送与charset参数须使用同一编码"
                    ),
                ));
            }
        }
        None
    }

    fn plus_in_value(&self, sent: &Sent) -> Option<Diagnosis> {
        let string = resent(sent, |name, value| match name {
            // It has a blank in any case, or it would not have come so far.
            b"timestamp" => percent::decode(value).0.into_owned(),
            _ => {
                let escaped: Vec<_> = value.split(|&byte| byte == b'+').collect();
                percent::decode(&escaped.join(&b"%2B"[..])).0.into_owned()
            }
        });
        if !self.fits(&string) {
            return None;
        }
        Some(Diagnosis::new(
            Cause::PlusInValue,
            "a + in a parameter was sent unescaped and read as a blank: percent-encode every value (+ as %2B)",
            "参数值中的+未做URL编码，被解析为空格：请对每个参数值进行URL编码（+编码为%2B）",
        ))
    }

    fn signed_encoded(&self, sent: &Sent) -> Option<Diagnosis> {
        let string = resent(sent, |_, value| value.to_vec());
        if !self.fits(&string) {
            return None;
        }
        Some(Diagnosis::new(
            Cause::SignedEncoded,
            "the string to sign was made of percent-encoded values: sign the plain values, and encode them after that",
            "待签名字符串使用了URL编码后的参数值：请先用原始值签名，再进行URL编码",
        ))
    }

    fn encoded_twice(&self, params: &Params) -> Option<Diagnosis> {
        let string = mapped(params, |_, value| percent::decode(value).0.into_owned());
        if self.fits(&string) { Some(encoded_twice()) } else { None }
    }

    /// Every choice of up to three doubtful members that [`Leave::ALL`] has not covered.
    fn empty_members(&self, params: &Params) -> Option<Diagnosis> {
        const DOUBTFUL_MAX: usize = 3;
        let is_doubtful = |value: &[u8]| value.trim_ascii().is_empty() || value == b"0";
        let doubtful: Vec<_> =
            params.iter().filter(|(name, value)| *name != b"sign" && is_doubtful(value)).take(DOUBTFUL_MAX).collect();
        let mut tried = Leave::ALL.map(|leave| string_to_sign(params, leave)).to_vec();
        for choice in 0..1_usize << doubtful.len() {
            let chosen = |name: &[u8]| {
                doubtful.iter().position(|(doubted, _)| *doubted == name).map(|index| choice >> index & 1 == 1)
            };
            let members = params
                .iter()
                .filter(|(name, value)| *name != b"sign" && chosen(name).unwrap_or_else(|| Leave::Empty.keeps(value)));
            let string = join(members.map(|(name, value)| (name.as_slice(), value.as_slice())));
            if tried.contains(&string) {
                continue;
            }
            if self.fits(&string) {
                let members_as_signed = |lacks: &str, has: &str, and: &str| {
                    let parts = [(lacks, false), (has, true)].into_iter().filter_map(|(verb, kept)| {
                        let names = doubtful.iter().filter(|(name, _)| chosen(name) == Some(kept));
                        let names: Vec<_> = names.map(|(name, _)| String::from_utf8_lossy(name)).collect();
                        (!names.is_empty()).then(|| format!("{verb}{}", names.join(", ")))
                    });
                    parts.collect::<Vec<_>>().join(and)
                };
                let en = members_as_signed("lacks ", "has ", " and ");
                let zh = members_as_signed("缺少", "包含", "，而");
                return Some(Diagnosis::new(
                    Cause::EmptyMembers,
                    format!(
                        "of the empty, blank or 0 members, the string to sign {en}: leave empty ones out of both string \
                         and request, and sign every other one that is sent"
                    ),
                    format!(
                        "空值、空白或值为0的参数中，待签名字符串{zh}：空值参数既不签名也不发送，其余发送的参数均须参与签名"
                    ),
                ));
            }
            tried.push(string);
        }
        None
    }
}

type Params = BTreeMap<Vec<u8>, Vec<u8>>;

fn string_without_sign_type(params: &Params) -> Vec<u8> {
    mapped(params, |name, value| if name == b"sign_type" { Vec::new() } else { value.to_vec() })
}

/// The string with other values; an empty one leaves its member out.
fn mapped(params: &Params, change: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Vec<u8> {
    let changed = params.iter().map(|(name, value)| (name.clone(), change(name, value)));
    string_to_sign(&changed.collect(), Leave::Empty)
}

/// The string of what was sent, its values read in another way.
fn resent(sent: &Sent, read: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Vec<u8> {
    let all = pairs(&sent.query).chain(pairs(&sent.form));
    let params = all.map(|(name, value)| (percent::decode(name).0.into_owned(), read(name, value)));
    string_to_sign(&params.collect(), Leave::Empty)
}
