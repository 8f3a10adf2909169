//! Why a signature was refused, when it is one of the mistakes that everybody makes.
//!
//! The signature is opened with the registered key first: what comes out is the digest of the string that was signed,
//! or nothing, and then the key was another. With the right key each mistake is undone in turn, and the one under which
//! the digest fits is the cause: a diagnosis is a proof, not a guess. Opening costs a fifteenth of signing and a digest
//! next to nothing, so all of it costs less than the refusal's own signature.
//!
//! A diagnosis may name another app, so it is for the operator and not for an unproved caller.

mod reading;
mod trial;

use crate::canonical::{Leave, string_to_sign};
use crate::{BadSignature, PublicKey};
use reading::{Reading, Repair, lost_capitals, readings};
use trial::Trial;

/// The longest string and the most parameters in which mistakes are looked for, so that a dozen variants stay cheap.
const STRING_BYTES_MAX: usize = 16 << 10;
const PARAMETERS_MAX: usize = 60;
/// The bytes of RSA signatures by keys of any usual size, and what all of these are multiples of.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 64..=1024;
const KEY_BYTES_STEP: usize = 64;

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
    /// The signature's bytes are in `sign` in another way than once in base64.
    SignEncoding,
    /// The bytes in `sign` are too few or too many for any RSA signature.
    SignLength,
    /// Signed with the right key, by RSA-PSS.
    PssPadding,
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
    pub const ALL: [Cause; 16] = [
        Cause::PlatformKeyRegistered,
        Cause::AnotherKey,
        Cause::UnknownKey,
        Cause::NotBase64,
        Cause::SignEncoding,
        Cause::SignLength,
        Cause::PssPadding,
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
            Cause::SignEncoding => "sign-encoding",
            Cause::SignLength => "sign-length",
            Cause::PssPadding => "pss-padding",
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
    let sign = params.get(&b"sign"[..]).map_or(&[][..], |sign| sign);
    let readings = readings(sign);
    let Some(first) = readings.first() else {
        if lost_capitals(sign) {
            return one_kind_of_letters();
        }
        return Diagnosis::new(
            Cause::NotBase64,
            "sign is not base64: send the signature's bytes in base64 with + and /, on one line, percent-encoded once",
            "sign不是合法的Base64：请将签名结果以标准Base64（单行，含+和/）表示，并进行一次URL编码",
        );
    };
    let string = string_to_sign(params, Leave::Empty);
    let opened = readings.iter().find_map(|reading| Some((registered.open(&reading.bytes)?, reading.repair)));
    let Some((opened, repair)) = opened else {
        if registered.is_padded_by_pss(&first.bytes, &string) {
            return pss_padding();
        }
        let plain = readings.iter().filter_map(|reading| reading.repair).find(|repair| repair.is_plain());
        return match plain {
            Some(repair) => repair.diagnosis(),
            None if lost_capitals(sign) => one_kind_of_letters(),
            None => another_key(first, registered, platform, others),
        };
    };
    if let Some(repair) = repair.filter(|repair| repair.is_plain() || *repair == Repair::Reversed) {
        return repair.diagnosis();
    }
    let trial = Trial { opened, sign_type: bad.terms.sign_type };
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
    Reading { bytes: signature, .. }: &Reading,
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
    if !KEY_BYTES.contains(&signature.len()) || !signature.len().is_multiple_of(KEY_BYTES_STEP) {
        return Diagnosis::new(
            Cause::SignLength,
            format!(
                "sign holds {bits} bits, those of the registered key have {expected}, and no RSA signature has so many: \
                 send the signature whole and unchanged, in base64"
            ),
            format!(
                "sign解码后为{bits}位，已登记公钥的签名应为{expected}位，且不是任何RSA签名的长度：请以Base64完整发送签名结果"
            ),
        );
    }
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

fn pss_padding() -> Diagnosis {
    Diagnosis::new(
        Cause::PssPadding,
        "the key is right, but it signed by RSA-PSS: sign with PKCS#1 v1.5 padding (SHA256withRSA, not RSASSA-PSS)",
        "密钥匹配，但使用了RSA-PSS填充签名：请改用PKCS#1 v1.5填充（SHA256withRSA，而非RSASSA-PSS）",
    )
}

fn one_kind_of_letters() -> Diagnosis {
    Diagnosis::new(
        Cause::SignEncoding,
        "sign has letters of one case only, and base64 tells capitals from small letters: send it as it was made",
        "sign只含大写或只含小写字母，而Base64区分大小写：请勿转换sign的大小写",
    )
}

fn encoded_twice() -> Diagnosis {
    Diagnosis::new(
        Cause::EncodedTwice,
        "parameters were percent-encoded twice: encode each one once, or leave it to the HTTP library",
        "参数被重复进行了URL编码：每个参数只编码一次，或交由HTTP库编码",
    )
}
