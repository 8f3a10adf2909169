//! The mistakes in the string to sign, each undone in turn, the commonest first.

use std::borrow::Cow;

use super::cause::Cause;
use super::encoding::{encoded_twice, html_escaped, one_unencoded, plus_in_value, sent_unencoded, signed_encoded};
use super::members::{
    doubtful_members, empty_and_not_sent, parameter_added, parameter_changed, parameter_lost, sign_in_string,
};
use super::subject::{Subject, mapped};
use super::trial::Trial;
use super::{Diagnosis, content};
use crate::canonical::{Leave, join, string_to_sign};
use crate::{Charset, percent};

type Mistake = fn(&Trial, &Subject<'_>) -> Option<Diagnosis>;

/// What everybody gets wrong now and then. What takes many trials stands last.
const MISTAKES: [Mistake; 21] = [
    sign_type_left_out,
    charset,
    sent_unencoded,
    plus_in_value,
    one_unencoded,
    signed_encoded,
    encoded_twice,
    html_escaped,
    unsorted,
    string_ends,
    whitespace,
    sign_in_string,
    only_content,
    hashed_twice,
    doubtful_members,
    parameter_added,
    parameter_changed,
    parameter_lost,
    content::rewritten,
    content::encrypted_later,
    empty_and_not_sent,
];

/// The first mistake under which the signature is right.
pub(super) fn find(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    MISTAKES.iter().take_while(|_| !trial.is_spent()).find_map(|mistake| mistake(trial, subject))
}

fn sign_type_left_out(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    trial.fits(&subject.string_with(b"sign_type", b"")).then(|| {
        Diagnosis::new(
            Cause::SignTypeLeftOut,
            "sign_type was left out of the string to sign: leave out only sign (notifications differ)",
            "待签名字符串遗漏了sign_type：请求签名只剔除sign（与异步通知验签不同）",
        )
    })
}

/// The same text, all of it in one charset. Some clients mix them, so each value is looked at by itself.
fn charset(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let declared = subject.bad.terms.charset.name();
    let text = |value: &[u8]| Charset::Utf8.decode(value).or_else(|| Charset::Gbk.decode(value)).map(Cow::into_owned);
    for signed_in in [Charset::Utf8, Charset::Gbk] {
        let string = mapped(subject.params(), |_, value| {
            text(value).and_then(|text| Some(signed_in.encode(&text)?.into_owned())).unwrap_or_else(|| value.to_vec())
        });
        if trial.fits(&string) {
            let signed_in = signed_in.name();
            return Some(Diagnosis::new(
                Cause::Charset,
                format!(
                    "the text was signed as {signed_in} bytes, but the bytes sent with charset={declared} are others: sign \
                     exactly the bytes that are sent, in the charset that is declared"
                ),
                format!(
                    "文本按{signed_in}编码签名，与charset={declared}下实际发送的字节不一致：\
                     签名、发送与charset参数须使用同一编码"
                ),
            ));
        }
    }
    let lost = |replacement: fn(char) -> &'static str| {
        mapped(subject.params(), |_, value| {
            let text = text(value).unwrap_or_default();
            let ascii = text.chars().map(|character| match character {
                ascii if ascii.is_ascii() => String::from(ascii),
                other => replacement(other).to_owned(),
            });
            ascii.collect::<String>().into_bytes()
        })
    };
    // Beyond the basic plane Java has two characters, and replaces both.
    let by_unit = |character: char| if character.len_utf16() == 2 { "??" } else { "?" };
    if [lost(|_| "?"), lost(by_unit), lost(|_| "\u{fffd}")].iter().any(|string| trial.fits(string)) {
        return Some(Diagnosis::new(
            Cause::Charset,
            format!(
                "the text was signed with a question mark for each character beyond ASCII: turn it into bytes in {declared} \
                 explicitly (getBytes(\"{declared}\")), not in the system's own charset"
            ),
            format!(
                "签名时所有非ASCII字符都变成了问号：请显式按{declared}取字节（getBytes(\"{declared}\")），不要使用系统默认编码"
            ),
        ));
    }
    // Text in UTF-8 that somebody has read as ISO-8859-1 and written in UTF-8 again.
    let twice = |value: &[u8]| value.iter().map(|&byte| char::from(byte)).collect::<String>().into_bytes();
    let once = |value: &[u8]| {
        let text = std::str::from_utf8(value).ok()?;
        text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect::<Option<Vec<u8>>>()
    };
    let as_sent = mapped(subject.params(), |_, value| once(value).unwrap_or_else(|| value.to_vec()));
    let as_signed = mapped(subject.params(), |_, value| twice(value));
    [(as_sent, "sent", "发送"), (as_signed, "signed", "签名")].into_iter().find(|(string, ..)| trial.fits(string)).map(
        |(_, when_en, when_zh)| {
            Diagnosis::new(
                Cause::Charset,
                format!(
                    "the text was read as ISO-8859-1 before it was {when_en}, and each of its bytes became a character: read \
                     it in {declared}"
                ),
                format!("文本在{when_zh}前被当作ISO-8859-1读取，每个字节变成了一个字符：请按{declared}读取"),
            )
        },
    )
}

/// The members in the order in which they were sent, or in quotes, as an old mobile SDK has them.
fn unsorted(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let sent: Vec<_> =
        subject.sent().into_iter().map(|(name, value)| (percent::decode(name).0, percent::decode(value).0)).collect();
    let pairs = |kept: bool| {
        let kept = sent.iter().filter(move |(_, value)| kept || !value.is_empty());
        kept.map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>()
    };
    let query = percent::pairs(&subject.bad.call.sent.query).filter(|(name, _)| *name != b"sign").count();
    let mut body_first = pairs(true);
    let middle = query.min(body_first.len());
    body_first.rotate_left(middle);
    body_first.retain(|(_, value)| !value.is_empty());
    let members: Vec<(&[u8], &[u8])> =
        subject.params().iter().filter(|(name, value)| *name != b"sign" && !value.is_empty()).map(as_slices).collect();
    let reversed = members.iter().rev().copied().collect();
    if [pairs(false), pairs(true), body_first, reversed].into_iter().any(|order| trial.fits(&join(order.into_iter()))) {
        return Some(Diagnosis::new(
            Cause::Unsorted,
            "the members of the string to sign are not sorted: sort them by name, byte by byte, before they are joined",
            "待签名字符串的参数未排序：请先按参数名的字节顺序升序排列，再用&拼接",
        ));
    }
    let quoted = |members: &[(&[u8], &[u8])]| {
        let values: Vec<_> = members.iter().map(|(_, value)| [&b"\""[..], value, b"\""].concat()).collect();
        join(members.iter().zip(&values).map(|((name, _), value)| (*name, value.as_slice())))
    };
    (trial.fits(&quoted(&members)) || trial.fits(&quoted(&pairs(false)))).then(|| {
        Diagnosis::new(
            Cause::ValuesQuoted,
            "the values stand in quotes in the string to sign, as an old mobile SDK has it: sign name=value without quotes",
            "待签名字符串的参数值带有引号（旧版移动SDK的格式）：请按name=value签名，不加引号",
        )
    })
}

/// Something before or behind the string.
fn string_ends(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    const AROUND: [(&str, &str); 12] = [
        ("", "&"),
        ("", "\n"),
        ("", "\r\n"),
        ("", " "),
        ("", "\0"),
        ("&", ""),
        ("?", ""),
        ("\u{feff}", ""),
        ("\"", "\""),
        ("'", "'"),
        ("{", "}"),
        ("&", "&"),
    ];
    let string = string_to_sign(subject.params(), Leave::Empty);
    let around = AROUND
        .into_iter()
        .find(|(before, behind)| trial.fits(&[before.as_bytes(), &string, behind.as_bytes()].concat()));
    around.map(|(before, behind)| {
        Diagnosis::new(
            Cause::StringEnds,
            format!("the string was signed with {before:?} before it and {behind:?} behind it: sign it without them"),
            format!("签名的字符串前有{before:?}、后有{behind:?}：请去掉后再签名"),
        )
    })
}

/// Values trimmed, or with other line breaks.
fn whitespace(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let lines = |from: &'static str, to: &'static str| {
        move |value: &[u8]| match std::str::from_utf8(value) {
            Ok(text) => text.replace(from, to).into_bytes(),
            Err(_) => value.to_vec(),
        }
    };
    let all = |change: &dyn Fn(&[u8]) -> Vec<u8>| mapped(subject.params(), |_, value| change(value));
    let content = subject.params().get(&b"biz_content"[..]).cloned().unwrap_or_default();
    let longer = |end: &[u8]| subject.string_with(b"biz_content", &[&content[..], end].concat());
    let strings = [
        all(&|value| value.trim_ascii().to_vec()),
        all(&lines("\r\n", "\n")),
        all(&lines("\n", "\r\n")),
        all(&lines("\n", "")),
        all(&|value| lines("\r\n", "")(value)),
        longer(b"\n"),
        longer(b"\r\n"),
        longer(b" "),
    ];
    strings.iter().any(|string| trial.fits(string)).then(|| {
        Diagnosis::new(
            Cause::Whitespace,
            "blanks or line breaks differ: a value was trimmed, or its line breaks were changed, between signing and sending; \
             do that before both",
            "空白或换行不一致：参数值在签名与发送之间被去除首尾空白或改变了换行，请在签名前处理好，签名后不再改动",
        )
    })
}

/// `biz_content` alone, or the values alone.
fn only_content(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let content = subject.params().get(&b"biz_content"[..]).map_or(&[][..], Vec::as_slice);
    let members = || subject.params().iter().filter(|(name, _)| *name != b"sign");
    let values: Vec<_> = members().map(|(_, value)| value.as_slice()).collect();
    let both: Vec<_> = members().flat_map(|(name, value)| [name.as_slice(), value.as_slice()]).collect();
    let form = &subject.bad.call.sent.form;
    [content, &values.concat(), &both.concat(), form].iter().any(|string| !string.is_empty() && trial.fits(string)).then(|| {
        Diagnosis::new(
            Cause::OnlyContent,
            "only a part of the call was signed, such as biz_content alone: sign every parameter but sign, sorted, as \
             name=value joined by &",
            "只对部分内容（如仅biz_content）签名：请对除sign外的全部参数排序后，以name=value形式用&拼接再签名",
        )
    })
}

/// A digest of the digest.
fn hashed_twice(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let string = string_to_sign(subject.params(), Leave::Empty);
    digests(&string).iter().any(|digest| trial.fits(digest)).then(|| {
        Diagnosis::new(
            Cause::HashedTwice,
            "the string's digest was signed instead of the string: the signing function makes the digest itself, so give it \
             the string",
            "对字符串的摘要再次做了摘要签名：签名函数自身会计算摘要，请直接传入待签名字符串",
        )
    })
}

/// The string's digests as bytes, in hexadecimal digits and in base64.
fn digests(string: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let forms = |digest: &[u8]| {
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        [digest.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes(), STANDARD.encode(digest).into_bytes()]
    };
    let sign_types = [crate::SignType::Rsa2, crate::SignType::Rsa];
    sign_types.iter().flat_map(|sign_type| forms(sign_type.digest(string).as_ref())).collect()
}

/// What was signed is no digest by its structure, and yet the string's digest, or the string itself.
pub(super) fn raw_digest(trial: &Trial, subject: &Subject<'_>) -> Option<Diagnosis> {
    let string = string_to_sign(subject.params(), Leave::Empty);
    let inside = trial.inside();
    let is_known = digests(&string).iter().any(|digest| digest == inside) || string == inside;
    is_known.then(|| {
        Diagnosis::new(
            Cause::RawDigest,
            "the string's digest was encrypted with the private key, which is no signature yet: call a signing function \
             (openssl_sign, createSign, Signature), which also states the algorithm",
            "直接用私钥加密了摘要，这不是完整的签名：请调用签名函数（openssl_sign、createSign、Signature），由其写入算法标识",
        )
    })
}

fn as_slices<'a>((name, value): (&'a Vec<u8>, &'a Vec<u8>)) -> (&'a [u8], &'a [u8]) {
    (name, value)
}
