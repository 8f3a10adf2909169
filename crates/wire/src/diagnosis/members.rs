//! Members that the string has and the call has not, or the other way round.

use super::Diagnosis;
use super::cause::Cause;
use super::encoding::is_of_protocol;
use super::subject::Subject;
use super::trial::Trial;
use crate::canonical::{Leave, join, string_to_sign};
use crate::time;

/// The most parameters that are named.
const NAMED_MAX: usize = 5;
/// Up to so many parameters, each two of them are left out together.
const PAIRS_OF_MAX: usize = 24;
/// Members that clients join although they are empty, or nothing at all.
const OPTIONAL: [&str; 13] = [
    "notify_url",
    "return_url",
    "app_auth_token",
    "auth_token",
    "biz_content",
    "encrypt_type",
    "prod_code",
    "terminal_type",
    "terminal_info",
    "target_app_id",
    "format",
    "alipay_sdk",
    "ws_service_url",
];
/// What a missing value becomes when it is joined as text.
const NOTHING: [&str; 4] = ["", "null", "undefined", "None"];
/// The usual values of members that every call has.
const USUAL: [(&str, &[&str]); 4] = [
    ("charset", &["utf-8", "UTF-8", "utf8", "UTF8", "gbk", "GBK", "gb2312", "GB2312"]),
    ("format", &["json", "JSON", "Json"]),
    ("version", &["1.0", "1", "2.0"]),
    ("sign_type", &["RSA2", "RSA", "rsa2", "rsa"]),
];
/// A timestamp that was made again is this many seconds off at most.
const SECONDS_MAX: i64 = 30;
const HOUR_MS: i64 = 3_600_000;

/// One or two parameters, or all that the protocol does not know, that are sent and were not signed.
pub(super) fn parameter_added(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let members: Vec<(&[u8], &[u8])> = subject
        .params()
        .iter()
        .filter(|(name, value)| *name != b"sign" && !value.is_empty())
        .map(|(name, value)| (name.as_slice(), value.as_slice()))
        .collect();
    let without = |left_out: &[&[u8]]| join(members.iter().copied().filter(|(name, _)| !left_out.contains(name)));
    let names = members.iter().map(|(name, _)| *name);
    let mut found = names.clone().find(|name| trial.fits(&without(&[*name]))).map(|name| vec![name]);
    let own: Vec<_> = names.clone().filter(|name| !is_of_protocol(name)).collect();
    if found.is_none() && 1 < own.len() && trial.fits(&without(&own)) {
        found = Some(own);
    }
    if found.is_none() && members.len() <= PAIRS_OF_MAX {
        let pairs =
            names.clone().enumerate().flat_map(|(at, one)| names.clone().skip(at + 1).map(move |other| [one, other]));
        found =
            pairs.take_while(|_| !trial.is_spent()).find(|pair| trial.fits(&without(pair))).map(|pair| pair.to_vec());
    }
    found.map(|names| {
        let names: Vec<_> = names.into_iter().take(NAMED_MAX).map(super::shown).collect();
        let names = names.join(", ");
        Diagnosis::new(
            Cause::ParameterAdded,
            format!(
                "{names}: sent, but not in the string to sign; add parameters before signing, and sign all but sign"
            ),
            format!("{names}已发送但未参与签名：请在签名前加入全部参数，除sign外均须参与签名"),
        )
    })
}

/// A usual member that is missing from the call.
pub(super) fn parameter_lost(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let absent = USUAL.iter().filter(|(name, _)| !subject.params().contains_key(name.as_bytes()));
    let mut members = absent.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    let found = members.find(|(name, value)| trial.fits(&subject.string_with(name.as_bytes(), value.as_bytes())));
    found.map(|(name, value)| {
        Diagnosis::new(
            Cause::ParameterLost,
            format!("{name}={value} is in the string to sign, but did not arrive: send every parameter that was signed, and see \
                     whether something in between takes it away"),
            format!("待签名字符串含有{name}={value}，但网关没有收到该参数：请发送全部已签名的参数，并检查中间环节是否将其去除"),
        )
    })
}

/// A usual member that was sent with another value than was signed; a timestamp that was made again.
pub(super) fn parameter_changed(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let sent = USUAL.iter().filter(|(name, _)| subject.params().contains_key(name.as_bytes()));
    let usual = sent.flat_map(|(name, values)| values.iter().map(move |value| (*name, (*value).to_owned())));
    let timestamp = subject.params().get(&b"timestamp"[..]).and_then(|text| std::str::from_utf8(text).ok());
    let at = timestamp.and_then(time::parse);
    // The nearest first; then zones of eight hours, and the daylight saving time of others.
    let seconds = (1..=SECONDS_MAX).flat_map(|second| [-second * 1_000, second * 1_000]);
    let hours = [8, 7, 1, 9].into_iter().flat_map(|hour| [-hour * HOUR_MS, hour * HOUR_MS]);
    let times = at.into_iter().flat_map(|at| seconds.clone().chain(hours.clone()).map(move |by| time::format(at + by)));
    let mut all = usual.chain(times.map(|time| ("timestamp", time)));
    let found = all
        .by_ref()
        .take_while(|_| !trial.is_spent())
        .find(|(name, value)| trial.fits(&subject.string_with(name.as_bytes(), value.as_bytes())));
    found.map(|(name, value)| {
        Diagnosis::new(
            Cause::ParameterChanged,
            format!(
                "{name} was signed as {value} and sent with another value: make each value once, and sign what is sent"
            ),
            format!("{name}签名时为{value}，与实际发送的值不同：每个参数值只生成一次，签名与发送须使用同一个值"),
        )
    })
}

/// `sign` as a member of its own string, before it has a value.
pub(super) fn sign_in_string(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let mut params = subject.params().clone();
    params.remove(&b"sign"[..]);
    let string = string_to_sign(&params, Leave::Empty);
    let members = || {
        params.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.as_slice(), value.as_slice()))
    };
    let fits = NOTHING.iter().any(|nothing| {
        let mut sorted: Vec<_> = members().chain([(&b"sign"[..], nothing.as_bytes())]).collect();
        sorted.sort_unstable();
        let last = [&string[..], b"&sign=", nothing.as_bytes()].concat();
        trial.fits(&join(sorted.into_iter())) || trial.fits(&last)
    });
    fits.then(|| {
        Diagnosis::new(
            Cause::SignInString,
            "sign itself, still without a value, is in the string to sign: take it out before the string is made",
            "待签名字符串包含了尚无值的sign本身：请在拼接前去掉sign",
        )
    })
}

/// Every choice of up to three doubtful members that [`Leave::ALL`] has not covered.
pub(super) fn doubtful_members(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    const DOUBTFUL_MAX: usize = 3;
    let params = subject.params();
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
        if trial.fits(&string) {
            let members_as_signed = |lacks: &str, has: &str, and: &str| {
                let parts = [(lacks, false), (has, true)].into_iter().filter_map(|(verb, kept)| {
                    let names = doubtful.iter().filter(|(name, _)| chosen(name) == Some(kept));
                    let names: Vec<_> = names.map(|(name, _)| super::shown(name)).collect();
                    (!names.is_empty()).then(|| format!("{verb}{}", names.join(", ")))
                });
                parts.collect::<Vec<_>>().join(and)
            };
            let en = members_as_signed("lacks ", "has ", " and ");
            let zh = members_as_signed("缺少", "包含", "，而");
            return Some(Diagnosis::new(
                Cause::EmptyMembers,
                format!(
                    "of the empty, blank or 0 members, the string to sign {en}: leave empty ones out of both string and \
                     request, and sign every other one that is sent"
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

/// Members that were signed as empty, or as the name of nothing, and not sent.
pub(super) fn empty_and_not_sent(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let absent: Vec<&str> = OPTIONAL.into_iter().filter(|name| subject.bad.call.get(name).is_none()).collect();
    let present = subject.params().iter().filter(|(name, value)| *name != b"sign" && !value.is_empty());
    let present: Vec<(&[u8], &[u8])> = present.map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    let with = |names: &[&str], nothing: &str| {
        let added = names.iter().map(|name| (name.as_bytes(), nothing.as_bytes()));
        let mut members: Vec<_> = present.iter().copied().chain(added).collect();
        members.sort_unstable();
        join(members.into_iter())
    };
    let singles = absent.iter().map(|&name| vec![name]);
    let pairs =
        absent.iter().enumerate().flat_map(|(at, &one)| absent[at + 1..].iter().map(move |&other| vec![one, other]));
    let sets: Vec<Vec<&str>> = singles.chain(pairs).chain([absent.clone()]).collect();
    // Of pairs only the commonest, for there are many.
    let of = |names: &[&str]| if names.len() == 2 { &NOTHING[..2] } else { &NOTHING[..] };
    let mut choices = sets.iter().flat_map(|names| of(names).iter().map(move |nothing| (names, *nothing)));
    choices.by_ref().take_while(|_| !trial.is_spent()).find(|(names, nothing)| trial.fits(&with(names, nothing))).map(
        |(names, nothing)| {
            let signed: Vec<_> = names.iter().map(|name| format!("{name}={nothing}")).collect();
            let signed = signed.join("&");
            Diagnosis::new(
                Cause::EmptyMembers,
                format!(
                    "the string to sign has {signed}, which was not sent: leave a member without a value out of both"
                ),
                format!("待签名字符串含有{signed}，而该参数并未发送：没有值的参数既不签名也不发送"),
            )
        },
    )
}
