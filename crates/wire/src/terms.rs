//! What a call says about itself, checked in the order of `docs/decisions.md`, "Order of refusals": first what it asks
//! for and who asks, then how its text and its signature are to be read.

use crate::code::{self, Rejection};
use crate::params::RawCall;
use crate::{Charset, SignType, time};

/// Who asks for what; enough to look up the app and its keys, and nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// A valid name; whether it exists is known only to the server.
    pub method: &'a str,
    /// Not empty; whether it exists is known only to the server.
    pub app_id: &'a str,
}

/// How a call is to be read, verified and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The charset of the call's text and of the answer.
    pub charset: Charset,
    /// The algorithm of the call's signature and of the answer's.
    pub sign_type: SignType,
    /// Whether the call names the certificate of its key; the answer then names the platform's.
    pub certificate: bool,
}

impl RawCall {
    /// Steps 1 to 3: the call can be read, names a method and an app.
    ///
    /// A method that is no name at all is refused here rather than in step 9, for no answer could be called after it.
    pub fn head(&self) -> Result<Head<'_>, Rejection> {
        self.soundness()?;
        self.get("method").ok_or(code::MISSING_METHOD)?;
        let method = self.method().ok_or(code::INVALID_METHOD)?;
        let app_id = self.get("app_id").ok_or(code::MISSING_APP_ID)?;
        let app_id = std::str::from_utf8(app_id).map_err(|_| code::INVALID_APP_ID)?;
        Ok(Head { method, app_id })
    }

    /// Step 4: charset, format, sign_type, sign, timestamp, version.
    pub fn terms(&self) -> Result<Terms, Rejection> {
        let charset = match self.get("charset") {
            None => Charset::Utf8,
            Some(name) => Charset::from_name(name).ok_or(code::INVALID_CHARSET)?,
        };
        if self.get("format").is_some_and(|format| !format.eq_ignore_ascii_case(b"json")) {
            return Err(code::INVALID_FORMAT);
        }
        let sign_type = self.get("sign_type").ok_or(code::MISSING_SIGNATURE_TYPE)?;
        let sign_type = SignType::from_name(sign_type).ok_or(code::INVALID_SIGNATURE_TYPE)?;
        self.get("sign").ok_or(code::MISSING_SIGNATURE)?;
        // Only its form is checked: SDKs write it in the zone of their machine, so no window would be fair.
        let timestamp = self.get("timestamp").ok_or(code::MISSING_TIMESTAMP)?;
        std::str::from_utf8(timestamp).ok().and_then(time::parse).ok_or(code::INVALID_TIMESTAMP)?;
        if self.get("version").ok_or(code::MISSING_VERSION)? != b"1.0" {
            return Err(code::INVALID_PARAMETER.with_msg("参数无效：version只支持1.0"));
        }
        Ok(Terms { charset, sign_type, certificate: self.names_certificate() })
    }

    /// Whether the call names the certificate of its key, as calls in certificate mode do.
    pub fn names_certificate(&self) -> bool {
        self.get("app_cert_sn").is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reader;

    const SOUND: &str =
        "method=a.b&app_id=1&charset=GBK&format=JSON&sign_type=RSA&sign=x&timestamp=2016-02-29+00:00:00&version=1.0";

    /// The sub_code with one parameter replaced (`name=value`) or left out (`name`); empty when nothing is wrong.
    fn check(changes: &[&str], expect: &str) {
        let name = |pair: &str| pair.split('=').next().unwrap().to_owned();
        let kept = SOUND.split('&').filter(|pair| changes.iter().all(|change| name(change) != name(pair)));
        let new = changes.iter().copied().filter(|change| change.contains('='));
        let query = kept.chain(new).collect::<Vec<_>>().join("&");
        let call = RawCall::read(query.as_bytes(), None, b"");
        let refusal = call.head().map(drop).and_then(|()| call.terms().map(drop)).err();
        assert_eq!(refusal.map(|rejection| rejection.sub_code).unwrap_or_default(), expect, "{query}");
    }

    #[test]
    fn one_thing_wrong() {
        check(&[], "");
        check(&["method"], "isv.missing-method");
        check(&["method="], "isv.missing-method");
        check(&["method=A B"], "isv.invalid-method");
        check(&["app_id"], "isv.missing-app-id");
        check(&["app_id=%ff"], "isv.invalid-app-id");
        check(&["charset"], "");
        check(&["charset=latin1"], "isv.invalid-charset");
        check(&["format"], "");
        check(&["format=Json"], "");
        check(&["format=xml"], "isv.invalid-format");
        check(&["sign_type"], "isv.missing-signature-type");
        check(&["sign_type=SM2"], "isv.invalid-signature-type");
        check(&["sign_type=rsa2"], "isv.invalid-signature-type");
        check(&["sign"], "isv.missing-signature");
        check(&["timestamp"], "isv.missing-timestamp");
        check(&["timestamp=2015-02-29 00:00:00"], "isv.invalid-timestamp");
        check(&["timestamp=%ff"], "isv.invalid-timestamp");
        check(&["version"], "isv.missing-version");
        check(&["version=2.0"], "isv.invalid-parameter");
        check(&["x=%"], "isv.invalid-parameter");
    }

    #[test]
    fn the_first_of_many_wins() {
        let wrong = [
            ("x=%", "isv.invalid-parameter"),
            ("method", "isv.missing-method"),
            ("app_id", "isv.missing-app-id"),
            ("charset=latin1", "isv.invalid-charset"),
            ("format=xml", "isv.invalid-format"),
            ("sign_type", "isv.missing-signature-type"),
            ("sign", "isv.missing-signature"),
            ("timestamp", "isv.missing-timestamp"),
            ("version", "isv.missing-version"),
        ];
        for first in 0..wrong.len() {
            let changes: Vec<_> = wrong[first..].iter().map(|(change, _)| *change).collect();
            check(&changes, wrong[first].1);
        }
    }

    #[test]
    fn how_to_answer() {
        let check = |query: &str, charset, is_java, sign_type| {
            let answer_terms = RawCall::read(query.as_bytes(), None, b"").answer_terms();
            let reader = Reader { charset, is_java, is_gb2312: query.contains("charset=GB2312") };
            assert_eq!(answer_terms, (reader, sign_type), "{query}");
        };
        check(SOUND, Charset::Gbk, false, SignType::Rsa);
        check("", Charset::Utf8, false, SignType::Rsa2);
        check("charset=latin1&sign_type=SM2", Charset::Utf8, false, SignType::Rsa2);
        check("alipay_sdk=alipay-sdk-java-4.22.110.ALL", Charset::Utf8, true, SignType::Rsa2);
        check("alipay_sdk=alipay-sdk-java-dynamicVersionNo&charset=gbk", Charset::Gbk, true, SignType::Rsa2);
        check("alipay_sdk=alipay-sdk-nodejs-4.14.0", Charset::Utf8, false, SignType::Rsa2);
        check("alipay_sdk=my-alipay-sdk-java", Charset::Utf8, false, SignType::Rsa2);
        check("alipay_sdk=alipay-sdk-javascript-1.0&charset=gbk", Charset::Gbk, false, SignType::Rsa2);
        check("alipay_sdk=alipay-sdk-java&charset=GB2312", Charset::Gbk, true, SignType::Rsa2);
        check("alipay_sdk=", Charset::Utf8, false, SignType::Rsa2);
    }
}
