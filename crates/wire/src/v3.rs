//! The protocol of `/v3/…`, as far as it is bytes: the header `Authorization`, the name of a method in a path, the
//! body, and the strings that are signed.
//!
//! A call is in UTF-8 and signed by SHA-256 with RSA; nothing in it says otherwise.

use crate::code::{self, Rejection};
use crate::verify::File;
use crate::{PublicKey, SignType, multipart, percent};

/// The only algorithm, as the header names it.
const ALGORITHM: &str = "ALIPAY-SHA256withRSA";
/// What every path begins with.
const ROOT: &str = "/v3/";
/// The longest name of a method.
const NAME_BYTES_MAX: usize = 128;
/// The longest nonce.
const NONCE_BYTES_MAX: usize = 128;
/// The most parts of a body, and parameters of a query.
const PARTS_MAX: usize = 1_000;
/// The part of a body with files that has the other fields, and is signed.
const DATA: &str = "data";
/// How a refused signature's text begins; the string that was verified follows.
const ADVICE: &str = "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：";
/// How much of that string is told.
const ECHO_BYTES_MAX: usize = 4 << 10;

/// What the header `Authorization` says; nothing in it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// What is signed of it, as it was sent.
    pub signed: &'a str,
    /// The calling app.
    pub app_id: &'a str,
    /// The certificate of the key that signed, in certificate mode.
    pub app_cert_sn: Option<&'a str>,
    /// A text that no other call of the app has.
    pub nonce: &'a str,
    /// When the call was made, UTC milliseconds.
    pub timestamp: i64,
    /// For how many seconds from then on it is meant, where it says so.
    pub expired_seconds: Option<i64>,
    /// The signature, in base64.
    pub sign: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header. One that is missing is refused for the first thing that is missing in it.
    pub fn read(header: Option<&'a str>) -> Result<Authorization<'a>, Rejection> {
        let header = header.ok_or(code::MISSING_TIMESTAMP)?;
        let (algorithm, rest) = header.trim().split_once(' ').unwrap_or((header, ""));
        if algorithm != ALGORITHM {
            return Err(code::INVALID_SIGNATURE_TYPE);
        }
        // The text that is signed is taken as it is, so the signature is what follows its end.
        let (signed, sign) = rest.rsplit_once(",sign=").ok_or(code::MISSING_SIGNATURE)?;
        let field = |name: &str| {
            let mut found =
                signed.split(',').filter_map(|pair| pair.split_once('=')).filter(|(known, _)| *known == name);
            let value = found.next().map(|(_, value)| value).filter(|value| !value.is_empty());
            // Which of two holds nobody knows.
            if found.next().is_some() { Err(unreadable(name, "重复")) } else { Ok(value) }
        };
        let app_id = field("app_id")?.ok_or(code::MISSING_APP_ID)?;
        let timestamp = field("timestamp")?.ok_or(code::MISSING_TIMESTAMP)?;
        let nonce = field("nonce")?.ok_or_else(|| unreadable("nonce", "不能为空"))?;
        if NONCE_BYTES_MAX < nonce.len() {
            return Err(unreadable("nonce", "过长"));
        }
        if sign.is_empty() {
            return Err(code::MISSING_SIGNATURE);
        }
        let expired_seconds = match field("expired_seconds")? {
            Some(text) => Some(number(text).ok_or_else(|| unreadable("expired_seconds", "不是数字"))?),
            None => None,
        };
        Ok(Authorization {
            signed,
            app_id,
            app_cert_sn: field("app_cert_sn")?,
            nonce,
            timestamp: number(timestamp).ok_or(code::INVALID_TIMESTAMP)?,
            expired_seconds,
            sign,
        })
    }
}

/// A number of up to fifteen digits.
fn number(text: &str) -> Option<i64> {
    (text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn unreadable(name: &str, what: &str) -> Rejection {
    code::INVALID_PARAMETER.with_msg(format!("参数无效：{name}{what}"))
}

/// The method that a path names: `/v3/alipay/trade/pay` is `alipay.trade.pay`. Nothing for what is no method's name.
pub fn method_of(path: &str) -> Option<String> {
    let words = path.strip_prefix(ROOT)?;
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let is_name = words.len() <= NAME_BYTES_MAX && words.contains('/') && words.split('/').all(is_word);
    is_name.then(|| words.replace('/', "."))
}

/// The path of a method.
pub fn path_of(method: &str) -> String {
    format!("{ROOT}{}", method.replace('.', "/"))
}

/// A body: what is signed of it, and the files that are not.
#[derive(Debug, Default)]
pub struct Body {
    /// The fields as they were sent: JSON, or its cipher. Empty where there are none.
    pub signed: Vec<u8>,
    /// The files beside them.
    pub files: Vec<File>,
}

impl Body {
    /// Takes a body apart. In `multipart/form-data` the part `data` has the fields, and any part with a file name is a
    /// file; other parts are ignored, for nothing has signed them.
    pub fn read(content_type: Option<&str>, bytes: Vec<u8>) -> Result<Body, Rejection> {
        let Some(boundary) = content_type.and_then(multipart::boundary) else {
            return Ok(Body { signed: bytes, files: Vec::new() });
        };
        let parts = multipart::parts(boundary, &bytes, PARTS_MAX);
        let parts = parts.ok_or_else(|| unreadable("multipart/form-data", "格式错误"))?;
        let mut body = Body::default();
        let mut has_data = false;
        for part in parts {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            match part.file_name {
                Some(name) => {
                    body.files.push(File { field: text(&part.name), name: text(&name), bytes: part.content.to_vec() });
                }
                None if part.name == DATA.as_bytes() => {
                    if has_data {
                        return Err(unreadable(DATA, "重复"));
                    }
                    (body.signed, has_data) = (part.content.to_vec(), true);
                }
                None => {}
            }
        }
        Ok(body)
    }
}

/// The parameters of a query, decoded. Refuses a broken escape, what is not UTF-8, and a name with two values.
pub fn query(query: &str) -> Result<Vec<(String, String)>, Rejection> {
    let mut params: Vec<(String, String)> = Vec::new();
    for (name, value) in percent::pairs(query.as_bytes()) {
        let shown = || String::from_utf8_lossy(&name[..name.len().min(64)]).into_owned();
        let read = |encoded| {
            let (bytes, is_sound) = percent::decode(encoded);
            String::from_utf8(bytes.into_owned()).ok().filter(|_| is_sound)
        };
        let (Some(name), Some(value)) = (read(name), read(value)) else {
            return Err(unreadable(&shown(), "不是有效的URL编码"));
        };
        match params.iter().find(|(known, _)| *known == name) {
            Some((_, known)) if *known == value => {}
            Some(_) => return Err(unreadable(&shown(), "重复且取值不同")),
            None if params.len() == PARTS_MAX => return Err(unreadable("", "参数过多")),
            None => params.push((name, value)),
        }
    }
    Ok(params)
}

/// What a call's signature covers.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Of the header `Authorization`: [`Authorization::signed`].
    pub authorization: &'a str,
    /// The verb: `POST`.
    pub http_method: &'a str,
    /// Path and query, as they were sent.
    pub target: &'a str,
    /// [`Body::signed`].
    pub body: &'a [u8],
    /// The header `alipay-app-auth-token`, where there is one.
    pub app_auth_token: Option<&'a str>,
}

impl Signed<'_> {
    /// The string that is signed: each on a line of its own.
    pub fn string(&self) -> Vec<u8> {
        let head = [self.authorization.as_bytes(), self.http_method.as_bytes(), self.target.as_bytes(), self.body];
        lines(head.into_iter().chain(self.app_auth_token.map(str::as_bytes)))
    }

    /// Whether this key has signed it.
    pub fn is_signed_by(&self, key: &PublicKey, sign: &str) -> bool {
        key.verify_base64(SignType::Rsa2, &self.string(), sign)
    }

    /// The refusal of its signature, with the start of the string that was verified.
    pub fn refusal(&self) -> Rejection {
        let (string, _) = self.shown(ECHO_BYTES_MAX);
        code::INVALID_SIGNATURE.with_msg(format!("{ADVICE}{string}"))
    }

    /// At most so many bytes of the string as text, and how many are left out.
    pub fn shown(&self, max: usize) -> (String, usize) {
        let string = self.string();
        let shown = &string[..string.len().min(max)];
        (String::from_utf8_lossy(shown).into_owned(), string.len() - shown.len())
    }
}

/// The string that an answer's signature is over.
pub fn answer_string(timestamp: i64, nonce: &str, body: &[u8]) -> Vec<u8> {
    lines([timestamp.to_string().as_bytes(), nonce.as_bytes(), body])
}

fn lines<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut string = Vec::new();
    for line in lines {
        string.extend_from_slice(line);
        string.push(b'\n');
    }
    string
}

/// A refusal as `/v3` tells it: the code is the `sub_code` without the part that says who refuses.
pub fn code_of(rejection: &Rejection) -> &str {
    let sub_code = &*rejection.sub_code;
    ["isv.", "isp.", "aop."].iter().find_map(|start| sub_code.strip_prefix(start)).unwrap_or(sub_code)
}

/// The status of the answer that tells a refusal.
pub fn status_of(rejection: &Rejection) -> u16 {
    match rejection.code {
        "20000" => 500,
        "20001" => 401,
        "40005" => 429,
        "40006" => 403,
        _ if rejection.sub_code == code::INVALID_METHOD.sub_code => 404,
        _ => 400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read() {
        let check = |header: &str, expect: Result<(&str, i64), &str>| {
            let read = Authorization::read(Some(header));
            let told = read.as_ref().map(|read| (read.app_id, read.timestamp)).map_err(|error| &*error.sub_code);
            assert_eq!(told, expect, "{header}");
        };
        let a = "ALIPAY-SHA256withRSA";
        check(&format!("{a} app_id=1,nonce=n,timestamp=2,sign=x"), Ok(("1", 2)));
        check(&format!("{a} app_id=1,app_cert_sn=c,nonce=n,timestamp=2,expired_seconds=5,more,sign=x=="), Ok(("1", 2)));
        check("", Err("isv.invalid-signature-type"));
        check("Bearer x", Err("isv.invalid-signature-type"));
        check(a, Err("isv.missing-signature"));
        check(&format!("{a} app_id=1,nonce=n,timestamp=2"), Err("isv.missing-signature"));
        check(&format!("{a} app_id=1,nonce=n,timestamp=2,sign="), Err("isv.missing-signature"));
        check(&format!("{a} nonce=n,timestamp=2,sign=x"), Err("isv.missing-app-id"));
        check(&format!("{a} app_id=1,nonce=n,sign=x"), Err("isv.missing-timestamp"));
        check(&format!("{a} app_id=1,timestamp=2,sign=x"), Err("isv.invalid-parameter"));
        check(&format!("{a} app_id=1,app_id=2,nonce=n,timestamp=2,sign=x"), Err("isv.invalid-parameter"));
        check(&format!("{a} app_id=1,nonce={},timestamp=2,sign=x", "n".repeat(129)), Err("isv.invalid-parameter"));
        for timestamp in ["-1", "1.5", "x", "9999999999999999", "+1"] {
            check(&format!("{a} app_id=1,nonce=n,timestamp={timestamp},sign=x"), Err("isv.invalid-timestamp"));
        }
        assert_eq!(Authorization::read(None).map_err(|error| error.sub_code), Err("isv.missing-timestamp".into()));
        let header = format!("{a} app_id=1,app_cert_sn=c,nonce=n,timestamp=2,extra=e,sign=a/b+c==");
        let read = Authorization::read(Some(&header)).expect("a header");
        assert_eq!(read.signed, "app_id=1,app_cert_sn=c,nonce=n,timestamp=2,extra=e");
        assert_eq!((read.app_cert_sn, read.nonce, read.sign), (Some("c"), "n", "a/b+c=="));
    }

    #[test]
    fn paths_name_methods() {
        let check = |path: &str, expect: Option<&str>| {
            assert_eq!(method_of(path).as_deref(), expect, "{path}");
            if let Some(method) = expect {
                assert_eq!(path_of(method), path);
            }
        };
        check("/v3/alipay/trade/pay", Some("alipay.trade.pay"));
        check("/v3/koubei/marketing/campaign/crowd/create", Some("koubei.marketing.campaign.crowd.create"));
        for path in ["", "/v3", "/v3/", "/v3/alipay", "/v3/alipay/", "/v3//alipay", "/v3/alipay/Trade", "/v2/a/b"] {
            check(path, None);
        }
        for path in ["/v3/alipay/trade.pay", "/v3/alipay/%74rade", "/v3/../a", "/v3/a/b?c=d", "/v3/a/积分"] {
            check(path, None);
        }
        check(&format!("/v3/a/{}", "b".repeat(127)), None);
    }

    #[test]
    fn bodies_and_queries_are_read() {
        let json = Body::read(Some("application/json"), b"{}".to_vec()).expect("a body");
        assert_eq!((&*json.signed, json.files.len()), (&b"{}"[..], 0));
        let parts = "--B\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{}\r\n--B\r\nContent-Disposition: \
                     form-data; name=\"other\"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; \
                     filename=\"/a/b.png\"\r\n\r\nbytes\r\n--B--";
        let body = Body::read(Some("multipart/form-data; boundary=B"), parts.into()).expect("a body");
        assert_eq!((&*body.signed, body.files.len()), (&b"{}"[..], 1));
        assert_eq!((&*body.files[0].field, &*body.files[0].name, &*body.files[0].bytes), ("f", "b.png", &b"bytes"[..]));
        let twice = "--B\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{}\r\n".repeat(2) + "--B--";
        assert!(Body::read(Some("multipart/form-data; boundary=B"), twice.into()).is_err());
        assert!(Body::read(Some("multipart/form-data; boundary=B"), b"{}".to_vec()).is_err());
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            query("name=%E7%99%BD%E9%A2%86&page=1&page=1&a+b=").expect("a query"),
            [pair("name", "白领"), pair("page", "1"), pair("a b", "")]
        );
        for wrong in ["a=%", "a=%ff", "a=1&a=2"] {
            assert!(query(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn refusals_have_their_status_and_code() {
        let check = |rejection: Rejection, status: u16, code: &str| {
            assert_eq!((status_of(&rejection), code_of(&rejection)), (status, code), "{}", rejection.sub_code);
        };
        check(code::INVALID_APP_ID, 400, "invalid-app-id");
        check(code::INVALID_METHOD, 404, "invalid-method");
        check(code::UNKNOWN_ERROR, 500, "unknow-error");
        check(code::INVALID_APP_AUTH_TOKEN, 401, "invalid-app-auth-token");
        check(code::APP_CALL_LIMITED, 429, "app-call-limited");
        check(code::INSUFFICIENT_ISV_PERMISSIONS, 403, "insufficient-isv-permissions");
        check(code::APP_CERT_EXPIRED, 400, "app-cert-expired");
        check(Rejection::business("ACQ.TRADE_NOT_EXIST", "交易不存在"), 400, "ACQ.TRADE_NOT_EXIST");
    }
}
