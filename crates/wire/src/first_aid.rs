//! Why a signature was refused, when it is one of the mistakes that everybody makes.
//!
//! The signature is opened with the registered key first: what comes out is the digest of the string that was signed,
//! or nothing, and then the key was another. With the right key each mistake is undone in turn, and the one under which
//! the digest fits is the cause: a diagnosis is a proof, not a guess. Opening costs a fifteenth of signing and a digest
//! next to nothing, so all of it costs less than the refusal's own signature.
//!
//! A diagnosis may name another app, so it is for the operator and not for an unproved caller.

mod trial;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::canonical::{Leave, string_to_sign};
use crate::{BadSignature, PublicKey, percent};
use trial::Trial;

/// The longest string and the most parameters in which mistakes are looked for, so that a dozen variants stay cheap.
const STRING_BYTES_MAX: usize = 16 << 10;
const PARAMETERS_MAX: usize = 60;

/// The mistakes that a diagnosis can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The platform's public key was registered as the app's.
    PlatformKeyRegistered,
    /// Signed with a key that belongs to somebody else, who is known.
    AnotherKey,
    /// Signed with a key that is registered for no app.
    UnknownKey,
    /// The text in `sign` is not base64.
    NotBase64,
    /// Signed with the right key over another string, for none of the other reasons.
    OtherString,
    /// Signed by the other algorithm than `sign_type` says.
    OtherAlgorithm,
    /// `sign_type` was left out of the string to sign.
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
    /// Every cause, in the order of their declaration.
    pub const ALL: [Cause; 13] = [
        Cause::PlatformKeyRegistered,
        Cause::AnotherKey,
        Cause::UnknownKey,
        Cause::NotBase64,
        Cause::OtherString,
        Cause::OtherAlgorithm,
        Cause::SignTypeLeftOut,
        Cause::Charset,
        Cause::EmptyMembers,
        Cause::PlusInSign,
        Cause::PlusInValue,
        Cause::SignedEncoded,
        Cause::EncodedTwice,
    ];

    /// The cause's name for logs, metrics and scripts.
    pub fn name(self) -> &'static str {
        match self {
            Cause::PlatformKeyRegistered => "platform-key-registered",
            Cause::AnotherKey => "another-key",
            Cause::UnknownKey => "unknown-key",
            Cause::NotBase64 => "not-base64",
            Cause::OtherString => "other-string",
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

/// A proven cause, with advice for whoever signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The mistake that explains the signature.
    pub cause: Cause,
    /// One English sentence that says what to change.
    pub advice_en: String,
    /// The same sentence in Chinese.
    pub advice_zh: String,
}

impl Diagnosis {
    fn new(cause: Cause, advice_en: impl Into<String>, advice_zh: impl Into<String>) -> Diagnosis {
        Diagnosis { cause, advice_en: advice_en.into(), advice_zh: advice_zh.into() }
    }
}

/// Finds the cause of a refused signature.
///
/// `registered` is the key the signature was checked with, `platform` the platform's own, `others` are keys the client
/// may have taken by mistake, with a name each.
pub fn diagnose(
    bad: &BadSignature,
    registered: &PublicKey,
    platform: &PublicKey,
    others: &[(&str, PublicKey)],
) -> Diagnosis {
    if registered == platform {
        return Diagnosis::new(
            Cause::PlatformKeyRegistered,
            "the platform's public key is registered as the app's: register the public key that belongs to the private \
             key the app signs with",
            "登记为应用公钥的是平台公钥：请登记与应用签名私钥配对的应用公钥",
        );
    }
    let params = &bad.call.params;
    let Some((signature, repair)) = params.get(&b"sign"[..]).and_then(|sign| signature(sign)) else {
        return Diagnosis::new(
            Cause::NotBase64,
            "sign is not base64: send the signature's bytes in base64 with + and /, on one line, percent-encoded once",
            "sign不是合法的Base64：请将签名结果以标准Base64（单行，含+和/）表示，并进行一次URL编码",
        );
    };
    let Some(opened) = registered.open(&signature) else {
        return another_key(&signature, registered, platform, others);
    };
    let trial = Trial { opened, sign_type: bad.terms.sign_type };
    let string = string_to_sign(params, Leave::Empty);
    if let Some(repair) = repair.filter(|_| trial.fits(&string)) {
        return repair.diagnosis();
    }
    if trial.fits(&string) {
        let (declared, used) = (trial.sign_type.name(), trial.algorithm());
        return Diagnosis::new(
            Cause::OtherAlgorithm,
            format!("signed by {used} although sign_type says {declared}: use one algorithm in both places"),
            format!("实际使用{used}算法签名，而sign_type为{declared}：请使两者一致"),
        );
    }
    let is_small = params.len() <= PARAMETERS_MAX && string.len() <= STRING_BYTES_MAX;
    let found = if is_small { trial.mistake(bad) } else { None };
    found.unwrap_or_else(|| trial.other_string())
}

/// Looks for the app, or the platform, whose key made this signature.
fn another_key(
    signature: &[u8],
    registered: &PublicKey,
    platform: &PublicKey,
    others: &[(&str, PublicKey)],
) -> Diagnosis {
    if platform.open(signature).is_some() {
        return Diagnosis::new(
            Cause::AnotherKey,
            "signed with the platform's private key: sign with the app's own",
            "使用了平台私钥签名：请改用应用自己的私钥签名",
        );
    }
    if let Some((name, _)) = others.iter().find(|(_, key)| key.open(signature).is_some()) {
        return Diagnosis::new(
            Cause::AnotherKey,
            format!(
                "signed with the private key of {name}: sign with the one whose public key is registered for this \
                 app_id"
            ),
            format!("使用了{name}的私钥签名：请改用与该app_id登记的公钥配对的私钥"),
        );
    }
    let bits = signature.len() * 8;
    let expected = registered.bits().next_multiple_of(8);
    let (sizes_en, sizes_zh) = if bits == expected {
        (String::new(), String::new())
    } else {
        (
            format!(" (the signature has {bits} bits, those of the registered key have {expected})"),
            format!("（签名为{bits}位，已登记公钥的签名应为{expected}位）"),
        )
    };
    Diagnosis::new(
        Cause::UnknownKey,
        format!(
            "the key is wrong: the public key registered for this app_id does not belong to the private key that \
             signed{sizes_en}; register the public half of the key the app signs with, or sign with the registered one's"
        ),
        format!(
            "密钥不匹配：该app_id登记的应用公钥与签名所用的私钥不是一对{sizes_zh}，请登记与签名私钥配对的应用公钥，或改用与已登记公钥配对的私钥签名"
        ),
    )
}

/// What had to be undone to read `sign` as base64.
#[derive(Clone, Copy)]
enum Repair {
    Plus,
    Twice,
}

impl Repair {
    fn diagnosis(self) -> Diagnosis {
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

fn encoded_twice() -> Diagnosis {
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
