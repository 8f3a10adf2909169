//! Why a signature was refused, when it is one of the mistakes that everybody makes.
//!
//! The signature is opened with the registered key first: what comes out is the digest of the string that was signed,
//! or nothing, and then the key was another. With the right key each mistake is undone in turn, and the one under which
//! the digest fits is the cause: a diagnosis is a proof, not a guess. Opening costs a fifteenth of signing. How many
//! strings are tried is bounded, whatever a stranger sends: see [`trial`].
//!
//! Whether another app's key signed is looked for by [`another_app`] alone, for the operator who asks, and never told
//! to an unproved caller.

mod cause;
mod content;
mod encoding;
mod html;
mod members;
mod mistakes;
mod reading;
mod subject;
mod trial;
mod v3;

pub use cause::Cause;
pub use v3::diagnose_v3;

use crate::canonical::{Leave, string_to_sign};
use crate::{BadSignature, ContentKey, PublicKey, SignedDigest};
use reading::{Reading, Repair, lost_capitals, readings};
use subject::Subject;
use trial::Trial;

/// The longest string and the most parameters in which mistakes are looked for.
const STRING_BYTES_MAX: usize = 16 << 10;
const PARAMETERS_MAX: usize = 60;
/// The bytes of RSA signatures by keys of any usual size, and what all of these are multiples of.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 64..=1024;
const KEY_BYTES_STEP: usize = 64;

/// The longest text in `sign` that is read: what RSA signatures of 8192 bits become in hexadecimal digits that were
/// escaped as in HTML is shorter.
const SIGN_BYTES_MAX: usize = 16 << 10;

/// The keys that a signature may have been made with.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The one that it was checked with.
    pub registered: &'a PublicKey,
    /// The app's other ones.
    pub others: &'a [OwnKey<'a>],
    /// The platform's own.
    pub platform: &'a PublicKey,
}

/// A key of the app.
#[derive(Clone, Copy)]
pub struct OwnKey<'a> {
    /// The serial number of its certificate; `None` for the key that is registered without one.
    pub cert_sn: Option<&'a str>,
    /// The key.
    pub key: &'a PublicKey,
}

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Everything: as much processor time as twenty signatures at most.
    All,
    /// Whose key it was, what is in `sign`, and the algorithm: less than a signature.
    Little,
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

/// Finds the cause of a refused signature. `content_key` is the key that the app encrypts with.
pub fn diagnose(bad: &BadSignature, keys: Keys<'_>, content_key: Option<&ContentKey>, effort: Effort) -> Diagnosis {
    let params = &bad.call.params;
    let sign = params.get(&b"sign"[..]).map_or(&[][..], |sign| sign);
    let string = string_to_sign(params, Leave::Empty);
    let (opened, repair) = match mistaken(sign, &string, keys) {
        Ok(opened) => opened,
        Err(diagnosis) => return diagnosis,
    };
    let is_small = params.len() <= PARAMETERS_MAX && string.len() <= STRING_BYTES_MAX;
    let trial = Trial::new(opened, bad.terms.sign_type, string);
    let as_verified = trial.fits_verified();
    if let Some(repair) = repair.filter(|_| as_verified) {
        return repair.diagnosis();
    }
    if as_verified || trial.is_incomputable() {
        return trial.other_algorithm();
    }
    let subject = Subject { bad, content_key };
    let found = match trial.is_digest() {
        true if is_small && effort == Effort::All => mistakes::find(&trial, &subject),
        false if effort == Effort::All => mistakes::raw_digest(&trial, &subject),
        true | false => None,
    };
    found.unwrap_or_else(|| trial.other_string())
}

/// What the registered key finds in a signature that was made over `string`, and how it had to be read for that; or the
/// mistake by which it finds nothing.
fn mistaken(sign: &[u8], string: &[u8], keys: Keys<'_>) -> Result<(SignedDigest, Option<Repair>), Diagnosis> {
    let Keys { registered, platform, .. } = keys;
    if registered == platform {
        return Err(Diagnosis::new(
            Cause::PlatformKeyRegistered,
            "the platform's public key is registered as the app's: register the public key that belongs to the private \
             key the app signs with",
            "登记为应用公钥的是平台公钥：请登记与应用签名私钥配对的应用公钥",
        ));
    }
    if SIGN_BYTES_MAX < sign.len() {
        return Err(too_long(sign.len()));
    }
    let readings = readings(sign);
    let Some(first) = readings.first() else {
        if lost_capitals(sign) {
            return Err(one_kind_of_letters());
        }
        return Err(Diagnosis::new(
            Cause::NotBase64,
            "sign is not base64: send the signature's bytes in base64 with + and /, on one line, percent-encoded once",
            "sign不是合法的Base64：请将签名结果以标准Base64（单行，含+和/）表示，并进行一次URL编码",
        ));
    };
    let opened = readings.iter().find_map(|reading| Some((registered.open(&reading.bytes)?, reading.repair)));
    let Some((opened, repair)) = opened else {
        if registered.is_padded_by_pss(&first.bytes, string) {
            return Err(pss_padding());
        }
        if registered.is_unpadded(&first.bytes) {
            return Err(no_padding());
        }
        let plain = readings.iter().filter_map(|reading| reading.repair).find(|repair| repair.is_plain());
        return Err(match plain {
            Some(repair) => repair.diagnosis(),
            None if lost_capitals(sign) => one_kind_of_letters(),
            None => another_key(first, keys),
        });
    };
    match repair.filter(|repair| repair.is_plain() || *repair == Repair::Reversed) {
        Some(repair) => Err(repair.diagnosis()),
        None => Ok((opened, repair)),
    }
}

/// Says that a signature which no key of its app has made was made with the key of another app, if `keys` has it, by
/// the app's id. `sign` is the text as it was sent.
pub fn another_app<'a>(sign: &[u8], keys: impl IntoIterator<Item = (&'a str, &'a PublicKey)>) -> Option<Diagnosis> {
    let first = if sign.len() <= SIGN_BYTES_MAX { readings(sign).into_iter().next()? } else { return None };
    let (app_id, _) = keys.into_iter().find(|(_, key)| key.open(&first.bytes).is_some())?;
    Some(Diagnosis::new(
        Cause::AnotherKey,
        format!(
            "signed with the private key of app {app_id}: sign with the one whose public key is registered for this app_id, \
             or send the app_id that the key belongs to"
        ),
        format!("使用了应用{app_id}的私钥签名：请改用与该app_id登记的公钥配对的私钥，或改用该私钥所属的app_id"),
    ))
}

/// Says whose key made this signature, as far as it is the app's or the platform's.
fn another_key(Reading { bytes: signature, .. }: &Reading, keys: Keys<'_>) -> Diagnosis {
    let Keys { registered, others, platform } = keys;
    if platform.open(signature).is_some() {
        return Diagnosis::new(
            Cause::AnotherKey,
            "signed with the platform's private key: sign with the app's own",
            "使用了平台私钥签名：请改用应用自己的私钥签名",
        );
    }
    if let Some(own) = others.iter().find(|own| own.key.open(signature).is_some()) {
        return another_of_its_keys(own);
    }
    let bits = signature.len() * 8;
    let expected = registered.bits().next_multiple_of(8);
    if signature.len() < *KEY_BYTES.start() {
        return Diagnosis::new(
            Cause::SignLength,
            format!(
                "sign holds {bits} bits, and those of the registered key have {expected}: it was cut, or it is no RSA \
                 signature (a digest such as MD5, an HMAC, or a word); sign by SHA256withRSA, and send all of it in base64"
            ),
            format!(
                "sign解码后仅{bits}位，而已登记公钥的签名应为{expected}位：sign被截断，或并非RSA签名（如MD5、HMAC等摘要或文本），\
                 请使用SHA256withRSA签名并以Base64完整发送"
            ),
        );
    }
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
            "the key is wrong, or sign was changed on its way: no public key registered for this app_id opens the \
             signature{sizes_en}; register the public half of the key the app signs with, or sign with the registered one's"
        ),
        format!(
            "密钥不匹配，或sign在传输中被改动：该app_id登记的公钥均无法还原此签名{sizes_zh}，请登记与签名私钥配对的应用公钥，或改用与已登记公钥配对的私钥签名"
        ),
    )
}

/// A parameter's name as it may be repeated: strangers choose it.
fn shown(name: &[u8]) -> String {
    const CHARS_MAX: usize = 64;
    let characters = String::from_utf8_lossy(name);
    characters.chars().take(CHARS_MAX).flat_map(char::escape_debug).collect()
}

/// The call names one of the app's keys, and was signed with another.
fn another_of_its_keys(own: &OwnKey<'_>) -> Diagnosis {
    let (en, zh) = match own.cert_sn {
        Some(sn) => (
            format!(
                "signed with the key of the app's certificate {sn}, which the call does not name: send that app_cert_sn, or \
                 sign with the key that belongs to the one that is sent"
            ),
            format!("使用了该应用另一张证书（序列号{sn}）的私钥签名：请发送该app_cert_sn，或改用与所发送证书配对的私钥"),
        ),
        None => (
            "signed with the key of the app's registered public key, though the call names a certificate: leave app_cert_sn \
             out, or sign with the certificate's key"
                .to_owned(),
            "请求使用公钥证书模式，签名所用却是该应用登记的公钥所对应的私钥：请去掉app_cert_sn，或改用证书对应的私钥".to_owned(),
        ),
    };
    Diagnosis::new(Cause::AnotherKey, en, zh)
}

fn too_long(bytes: usize) -> Diagnosis {
    Diagnosis::new(
        Cause::SignLength,
        format!("sign has {bytes} characters, more than any RSA signature: send the signature alone, in base64"),
        format!("sign长达{bytes}个字符，超过任何RSA签名：请只发送签名结果的Base64文本"),
    )
}

fn no_padding() -> Diagnosis {
    Diagnosis::new(
        Cause::RawDigest,
        "the key is right, but it encrypted a digest without any padding: call a signing function (openssl_sign, createSign, \
         Signature), which pads by PKCS#1 v1.5 and states the algorithm",
        "密钥匹配，但摘要未经填充就用私钥加密：请调用签名函数（openssl_sign、createSign、Signature），由其按PKCS#1 v1.5填充",
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
