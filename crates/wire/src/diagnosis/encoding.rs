//! Percent-encoding and escapes of HTML: too often, too seldom, or at the wrong time.

use std::borrow::Cow;

use super::Diagnosis;
use super::cause::Cause;
use super::html;
use super::subject::{Params, Subject, mapped};
use super::trial::Trial;
use crate::canonical::{Leave, string_to_sign};
use crate::{Charset, percent};

/// The names that the protocol gives to parameters: behind an `&` they begin a new one.
const NAMES: [&[u8]; 21] = [
    b"alipay_root_cert_sn",
    b"alipay_sdk",
    b"app_auth_token",
    b"app_cert_sn",
    b"app_id",
    b"auth_token",
    b"biz_content",
    b"charset",
    b"encrypt_type",
    b"format",
    b"method",
    b"notify_url",
    b"prod_code",
    b"return_url",
    b"sign",
    b"sign_type",
    b"target_app_id",
    b"terminal_info",
    b"terminal_type",
    b"timestamp",
    b"version",
];

/// Whether the protocol has a parameter of this name.
pub(super) fn is_of_protocol(name: &[u8]) -> bool {
    NAMES.contains(&name)
}

pub(super) fn plus_in_value(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let string = resent(&pairs(subject), plus_kept);
    trial.fits(&string).then(|| {
        Diagnosis::new(
            Cause::PlusInValue,
            "a + in a parameter was sent unescaped and read as a blank: percent-encode every value (+ as %2B)",
            "参数值中的+未做URL编码，被解析为空格：请对每个参数值进行URL编码（+编码为%2B）",
        )
    })
}

/// Values that were sent as they are, all of them.
pub(super) fn sent_unencoded(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let merged = merged(subject);
    if !merged.iter().any(|(_, value)| is_plain(value)) {
        return None;
    }
    let as_they_are = |_: &[u8], value: &[u8]| value.to_vec();
    let fits = trial.fits(&resent(&merged, as_they_are)) || trial.fits(&resent(&merged, plus_kept));
    fits.then(|| unencoded("values", "参数值"))
}

/// One value that was sent as it is, with the `&` that then seemed to begin another parameter.
pub(super) fn one_unencoded(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let merged = merged(subject);
    let decoded = |_: &[u8], value: &[u8]| percent::decode(value).0.into_owned();
    let is_cut = |value: &[u8]| value.contains(&b'&');
    if merged.iter().any(|(_, value)| is_cut(value))
        && (trial.fits(&resent(&merged, decoded)) || trial.fits(&resent(&merged, plus_kept)))
    {
        let names: Vec<_> =
            merged.iter().filter(|(_, value)| is_cut(value)).map(|(name, _)| super::shown(name)).collect();
        let names = names.join(", ");
        return Some(unencoded(&format!("{names}, which has an & in it,"), &format!("含有&的{names}")));
    }
    let plain = merged.iter().find(|(plain, value)| {
        let one = |name: &[u8], value: &[u8]| if name == plain { value.to_vec() } else { decoded(name, value) };
        let differs = *value != *percent::decode(value).0;
        (differs || is_cut(value)) && trial.fits(&resent(&merged, one))
    });
    plain.map(|(name, value)| {
        let is_encoded = !is_plain(value) && !value.iter().any(|byte| b"/:?&=,;@$".contains(byte));
        if is_encoded { encoded_values_signed() } else { unencoded(&super::shown(name), &super::shown(name)) }
    })
}

fn unencoded(what_en: &str, what_zh: &str) -> Diagnosis {
    Diagnosis::new(
        Cause::SentUnencoded,
        format!(
            "{what_en} sent without percent-encoding: sign the plain values, then percent-encode each one and send that"
        ),
        format!("{what_zh}未做URL编码就发送：请先用原始值签名，再对每个参数值各进行一次URL编码后发送"),
    )
}

/// Whether a value has what no percent-encoding leaves.
fn is_plain(value: &[u8]) -> bool {
    value.iter().any(|&byte| !byte.is_ascii() || b" \"{}<>".contains(&byte))
}

pub(super) fn signed_encoded(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let pairs = pairs(subject);
    let as_sent = resent(&pairs, |_, value| value.to_vec());
    // What a client signs may be encoded in another way than what its HTTP library sends.
    let ways: [(&[u8], bool); 5] =
        [(b"-._*", true), (b"-_.", true), (b"-._~", false), (b"-_.!~*'()", false), (b"-_.!~*'();/?:@&=+$,#", false)];
    let fits = |upper: bool| {
        ways.into_iter().any(|(kept, plus)| {
            let encode = |value: &[u8]| encoded(value, kept, plus, upper);
            let values = mapped(subject.params(), |_, value| encode(value));
            let whole = encode(&string_to_sign(subject.params(), Leave::Empty));
            trial.fits(&values) || trial.fits(&whole)
        })
    };
    let raw: Vec<_> = pairs.iter().map(|(name, value)| [&name[..], b"=", value].concat()).collect();
    let fits = trial.fits(&as_sent) || trial.fits(&raw.join(&b'&')) || fits(true) || fits(false);
    fits.then(encoded_values_signed)
}

fn encoded_values_signed() -> Diagnosis {
    Diagnosis::new(
        Cause::SignedEncoded,
        "the string to sign was made of percent-encoded values: sign the plain values, and encode them after that",
        "待签名字符串使用了URL编码后的参数值：请先用原始值签名，再进行URL编码",
    )
}

pub(super) fn encoded_twice(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let all = mapped(subject.params(), |_, value| percent::decode(value).0.into_owned());
    let one = || {
        subject.params().iter().any(|(name, value)| {
            let once = percent::decode(value).0;
            *once != **value && trial.fits(&subject.string_with(name, &once))
        })
    };
    (trial.fits(&all) || one()).then(super::encoded_twice)
}

/// Escapes of HTML in what was sent, or in what was signed.
pub(super) fn html_escaped(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let unescaped = |_: &[u8], value: &[u8]| html::unescaped(value).into_owned();
    let merged: Params =
        merged(subject).into_iter().map(|(name, value)| (name, percent::decode(&value).0.into_owned())).collect();
    if trial.fits(&mapped(subject.params(), unescaped)) || trial.fits(&mapped(&merged, unescaped)) {
        return Some(Diagnosis::new(
            Cause::HtmlEscaped,
            "a value was sent with escapes of HTML in it (such as &quot; for a quote), but signed without them: send it as it \
             was signed, and escape it only where it is put into a page",
            "发送的参数值带有HTML转义（如双引号成了&quot;），而签名时没有：请发送签名时的原始值，仅在写入页面时转义",
        ));
    }
    let string = string_to_sign(subject.params(), Leave::Empty);
    let signed = html::STYLES.iter().any(|style| {
        let values = mapped(subject.params(), |_, value| html::escaped(value, style));
        trial.fits(&html::escaped(&string, style)) || trial.fits(&values)
    });
    let shown =
        || [Charset::Utf8, Charset::Gbk].iter().any(|&charset| trial.fits(&html::as_a_page_shows(&string, charset)));
    (signed || shown()).then(|| {
        Diagnosis::new(
            Cause::HtmlEscaped,
            "the string was signed as a page shows or escapes it (&quot; for a quote, or × for &times at the start of \
             &timestamp): sign the plain string, and never copy it out of a page or an error's text",
            "签名的字符串经过了HTML转义或被页面显示改变（如双引号成了&quot;、&timestamp成了×tamp）：\
             请对原始字符串签名，不要从页面或报错信息中复制",
        )
    })
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// What was sent, names decoded and values as they were sent.
fn pairs(subject: &Subject<'_>) -> Pairs {
    let sent = subject.sent().into_iter();
    sent.map(|(name, value)| (percent::decode(name).0.into_owned(), value.to_vec())).collect()
}

/// The same, and whatever has no name of the protocol taken for the rest of the parameter before it.
fn merged(subject: &Subject<'_>) -> Pairs {
    let sent = &subject.bad.call.sent;
    let mut merged: Pairs = Vec::new();
    for part in [&sent.query, &sent.form] {
        let mut follows = false;
        for pair in part.split(|&byte| byte == b'&') {
            let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
                Some(at) => (percent::decode(&pair[..at]).0, &pair[at + 1..]),
                None => (Cow::Borrowed(&b""[..]), pair),
            };
            match merged.last_mut().filter(|_| follows && !is_of_protocol(&name)) {
                Some((_, before)) => {
                    before.push(b'&');
                    before.extend_from_slice(pair);
                }
                None => merged.push((name.into_owned(), value.to_vec())),
            }
            follows = true;
        }
    }
    merged.retain(|(name, _)| name != b"sign" && !name.is_empty());
    merged
}

/// A value decoded but for its `+`, which stays one. A timestamp has a blank in any case, or its call would not have
/// come so far.
fn plus_kept(name: &[u8], value: &[u8]) -> Vec<u8> {
    if name == b"timestamp" {
        return percent::decode(value).0.into_owned();
    }
    let escaped: Vec<_> = value.split(|&byte| byte == b'+').collect();
    percent::decode(&escaped.join(&b"%2B"[..])).0.into_owned()
}

/// The string of what was sent, its values read in another way.
fn resent(pairs: &Pairs, read: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Vec<u8> {
    let params = pairs.iter().map(|(name, value)| (name.clone(), read(name, value)));
    string_to_sign(&params.collect(), Leave::Empty)
}

/// Percent-encodes all bytes but letters, digits and `kept`; a blank becomes a `+` where `plus` says so.
fn encoded(value: &[u8], kept: &[u8], plus: bool, upper: bool) -> Vec<u8> {
    let digits = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let mut encoded = Vec::with_capacity(value.len() * 2);
    for &byte in value {
        match byte {
            b' ' if plus => encoded.push(b'+'),
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => encoded.push(byte),
            _ => encoded.extend([b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]),
        }
    }
    encoded
}
