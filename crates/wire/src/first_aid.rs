//! Why a signature was refused, when it is one of the mistakes that everybody makes.
//!
//! Each mistake is undone in turn, and the one under which the signature verifies is the cause: a diagnosis is a proof,
//! not a guess. Verifying costs a fifteenth of signing, so all of it costs less than the refusal's own signature.
//!
//! A diagnosis may name another app, so it is for the operator and not for an unproved caller.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::canonical::{Leave, join, string_to_sign};
use crate::params::{Sent, pairs};
use crate::{BadSignature, Charset, PublicKey, SignType, percent};

/// How many verifications a diagnosis may cost.
const VERIFICATIONS_MAX: usize = 12;

/// The longest string and the most parameters that are looked at, so that a dozen variants stay cheap.
const STRING_BYTES_MAX: usize = 16 << 10;
const PARAMETERS_MAX: usize = 60;

/// The mistake that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The platform's public key was registered as the app's.
    PlatformKeyRegistered,
    /// Signed with a key that belongs to somebody else.
    AnotherKey,
    /// Signed by the other algorithm than `sign_type` says.
    OtherAlgorithm,
    /// `sign_type` left out of the string.
    SignTypeLeftOut,
    /// Text signed in one charset and declared or sent in the other.
    Charset,
    /// Some empty, blank or `0` members are in the string, and others are not.
    EmptyMembers,
    /// A `+` in `sign` was sent unescaped and read as a blank.
    PlusInSign,
    /// A `+` in a value was sent unescaped and read as a blank.
    PlusInValue,
    /// The string was made of percent-encoded values.
    SignedEncoded,
    /// Parameters were percent-encoded twice.
    EncodedTwice,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 10] = [
        Cause::PlatformKeyRegistered,
        Cause::AnotherKey,
        Cause::OtherAlgorithm,
        Cause::SignTypeLeftOut,
        Cause::Charset,
        Cause::EmptyMembers,
        Cause::PlusInSign,
        Cause::PlusInValue,
        Cause::SignedEncoded,
        Cause::EncodedTwice,
    ];

    /// A name for logs and scripts.
    pub fn name(self) -> &'static str {
        match self {
            Cause::PlatformKeyRegistered => "platform-key-registered",
            Cause::AnotherKey => "another-key",
            Cause::OtherAlgorithm => "other-algorithm",
            Cause::Charset => "charset",
            Cause::EmptyMembers => "empty-members",
            Cause::SignTypeLeftOut => "sign-type-left-out",
            Cause::PlusInSign => "plus-in-sign",
            Cause::PlusInValue => "plus-in-value",
            Cause::SignedEncoded => "signed-encoded",
            Cause::EncodedTwice => "encoded-twice",
        }
    }
}

/// A cause and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What went wrong.
    pub cause: Cause,
    /// One sentence that says what to change.
    pub advice_en: String,
    /// The same in Chinese.
    pub advice_zh: String,
}

impl Diagnosis {
    fn new(cause: Cause, advice_en: impl Into<String>, advice_zh: impl Into<String>) -> Option<Diagnosis> {
        Some(Diagnosis { cause, advice_en: advice_en.into(), advice_zh: advice_zh.into() })
    }
}

/// Looks for the cause of a refused signature; nothing when it is none of the usual ones.
///
/// `registered` is the key the signature was checked with, `platform` the platform's own, `others` are keys the client
/// may have taken by mistake, with a name each; they come last, as far as the budget reaches.
pub fn diagnose(
    bad: &BadSignature,
    registered: &PublicKey,
    platform: &PublicKey,
    others: &[(&str, PublicKey)],
) -> Option<Diagnosis> {
    if registered == platform {
        return Diagnosis::new(
            Cause::PlatformKeyRegistered,
            "the platform's public key is registered as the app's: register the public key that belongs to the private \
             key the app signs with",
            "登记为应用公钥的是平台公钥：请登记与应用签名私钥配对的应用公钥",
        );
    }
    let params = &bad.call.params;
    let sign_type = bad.terms.sign_type;
    let string = string_to_sign(params, Leave::Empty);
    if PARAMETERS_MAX < params.len() || STRING_BYTES_MAX < string.len() {
        return None;
    }
    let (signature, repair) = signature(params.get(&b"sign"[..])?)?;
    let mut trial = Trial { registered, sign_type, signature, left: VERIFICATIONS_MAX };

    if repair.is_some() && trial.fits(&string) {
        return repair?.diagnosis();
    }
    if trial.fits_by(registered, sign_type.other(), &string) {
        let (declared, used) = (sign_type.name(), sign_type.other().name());
        return Diagnosis::new(
            Cause::OtherAlgorithm,
            format!("signed by {used} although sign_type says {declared}: use one algorithm in both places"),
            format!("实际使用{used}算法签名，而sign_type为{declared}：请使两者一致"),
        );
    }
    if trial.fits_by(platform, sign_type, &string) {
        return Diagnosis::new(
            Cause::AnotherKey,
            "signed with the platform's private key: sign with the app's own",
            "使用了平台私钥签名：请改用应用自己的私钥签名",
        );
    }
    if trial.fits(&string_without_sign_type(params)) {
        return Diagnosis::new(
            Cause::SignTypeLeftOut,
            "sign_type was left out of the string to sign: leave out only sign (notifications differ)",
            "待签名字符串遗漏了sign_type：请求签名只剔除sign（与异步通知验签不同）",
        );
    }
    trial
        .charset(params, bad.terms.charset, &string)
        .or_else(|| trial.plus_in_value(&bad.call.sent, &string))
        .or_else(|| trial.signed_encoded(&bad.call.sent, &string))
        .or_else(|| trial.encoded_twice(params, &string))
        .or_else(|| trial.empty_members(params))
        .or_else(|| trial.others(others, &string))
}

/// What had to be undone to read `sign` as base64.
#[derive(Clone, Copy)]
enum Repair {
    Plus,
    Twice,
}

impl Repair {
    fn diagnosis(self) -> Option<Diagnosis> {
        match self {
            Repair::Plus => Diagnosis::new(
                Cause::PlusInSign,
                "every + in sign was sent unescaped and read as a blank: percent-encode sign (+ as %2B)",
                "sign中的+未做URL编码，被解析为空格：请对sign进行URL编码（+编码为%2B）",
            ),
            Repair::Twice => encoded_twice(),
        }
    }
}

fn encoded_twice() -> Option<Diagnosis> {
    Diagnosis::new(
        Cause::EncodedTwice,
        "parameters were percent-encoded twice: encode each one once, or leave it to the HTTP library",
        "参数被重复进行了URL编码：每个参数只编码一次，或交由HTTP库编码",
    )
}

fn signature(sign: &[u8]) -> Option<(Vec<u8>, Option<Repair>)> {
    let plus: Vec<u8> = sign.iter().map(|&byte| if byte == b' ' { b'+' } else { byte }).collect();
    let twice = percent::decode(sign).0;
    let readings = [(Cow::Borrowed(sign), None), (Cow::Owned(plus), Some(Repair::Plus)), (twice, Some(Repair::Twice))];
    readings.into_iter().find_map(|(sign, repair)| Some((STANDARD.decode(&*sign).ok()?, repair)))
}

/// The signature, and how many times more it may be tried.
struct Trial<'a> {
    registered: &'a PublicKey,
    sign_type: SignType,
    signature: Vec<u8>,
    left: usize,
}

impl Trial<'_> {
    fn fits_by(&mut self, key: &PublicKey, sign_type: SignType, string: &[u8]) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        key.verify(sign_type, string, &self.signature)
    }

    fn fits(&mut self, string: &[u8]) -> bool {
        self.fits_by(self.registered, self.sign_type, string)
    }

    /// For strings that only some calls can have got wrong: the one that was refused is not tried again.
    fn fits_instead(&mut self, string: &[u8], refused: &[u8]) -> bool {
        string != refused && self.fits(string)
    }

    /// The same text, all of it in one charset. Some clients mix them, so each value is looked at by itself.
    fn charset(&mut self, params: &Params, declared: Charset, refused: &[u8]) -> Option<Diagnosis> {
        for signed_in in [Charset::Utf8, Charset::Gbk] {
            let string = mapped(params, |_, value| {
                let text = Charset::Utf8.decode(value).or_else(|| Charset::Gbk.decode(value));
                text.and_then(|text| Some(signed_in.encode(&text)?.into_owned())).unwrap_or_else(|| value.to_vec())
            });
            if self.fits_instead(&string, refused) {
                let (signed_in, declared) = (signed_in.name(), declared.name());
                return Diagnosis::new(
                    Cause::Charset,
                    format!(
                        "the text was signed as {signed_in} bytes, but the bytes sent with charset={declared} are \
                         others: sign exactly the bytes that are sent, in the charset that is declared"
                    ),
                    format!(
                        "文本按{signed_in}编码签名，与charset={declared}下实际发送的字节不一致：\
                         签名、发送与charset参数须使用同一编码"
                    ),
                );
            }
        }
        None
    }

    fn plus_in_value(&mut self, sent: &Sent, refused: &[u8]) -> Option<Diagnosis> {
        let string = resent(sent, |name, value| match name {
            // It has a blank in any case, or it would not have come so far.
            b"timestamp" => percent::decode(value).0.into_owned(),
            _ => {
                let escaped: Vec<_> = value.split(|&byte| byte == b'+').collect();
                percent::decode(&escaped.join(&b"%2B"[..])).0.into_owned()
            }
        });
        if !self.fits_instead(&string, refused) {
            return None;
        }
        Diagnosis::new(
            Cause::PlusInValue,
            "a + in a parameter was sent unescaped and read as a blank: percent-encode every value (+ as %2B)",
            "参数值中的+未做URL编码，被解析为空格：请对每个参数值进行URL编码（+编码为%2B）",
        )
    }

    fn signed_encoded(&mut self, sent: &Sent, refused: &[u8]) -> Option<Diagnosis> {
        let string = resent(sent, |_, value| value.to_vec());
        if !self.fits_instead(&string, refused) {
            return None;
        }
        Diagnosis::new(
            Cause::SignedEncoded,
            "the string to sign was made of percent-encoded values: sign the plain values, and encode them after that",
            "待签名字符串使用了URL编码后的参数值：请先用原始值签名，再进行URL编码",
        )
    }

    fn encoded_twice(&mut self, params: &Params, refused: &[u8]) -> Option<Diagnosis> {
        let string = mapped(params, |_, value| percent::decode(value).0.into_owned());
        if self.fits_instead(&string, refused) { encoded_twice() } else { None }
    }

    /// Every choice of up to three doubtful members that [`Leave::ALL`] has not covered.
    fn empty_members(&mut self, params: &Params) -> Option<Diagnosis> {
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
                let told = |lacks: &str, has: &str, and: &str| {
                    let parts = [(lacks, false), (has, true)].into_iter().filter_map(|(verb, kept)| {
                        let names = doubtful.iter().filter(|(name, _)| chosen(name) == Some(kept));
                        let names: Vec<_> = names.map(|(name, _)| String::from_utf8_lossy(name)).collect();
                        (!names.is_empty()).then(|| format!("{verb}{}", names.join(", ")))
                    });
                    parts.collect::<Vec<_>>().join(and)
                };
                let (en, zh) = (told("lacks ", "has ", " and "), told("缺少", "包含", "，而"));
                return Diagnosis::new(
                    Cause::EmptyMembers,
                    format!(
                        "of the empty, blank or 0 members, the string to sign {en}: leave empty ones out of both string \
                         and request, and sign every other one that is sent"
                    ),
                    format!(
                        "空值、空白或值为0的参数中，待签名字符串{zh}：空值参数既不签名也不发送，其余发送的参数均须参与签名"
                    ),
                );
            }
            tried.push(string);
        }
        None
    }

    fn others(&mut self, others: &[(&str, PublicKey)], string: &[u8]) -> Option<Diagnosis> {
        let sign_type = self.sign_type;
        let (name, _) = others.iter().find(|(_, key)| self.fits_by(key, sign_type, string))?;
        Diagnosis::new(
            Cause::AnotherKey,
            format!(
                "signed with the private key of {name}: sign with the one whose public key is registered for this \
                 app_id"
            ),
            format!("使用了{name}的私钥签名：请改用与该app_id登记的公钥配对的私钥"),
        )
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
