//! What to change, where a call was refused by the protocol: for what it says of itself, or for who calls.

use super::{Hint, shown};
use wire::{Rejection, code};

const HOUR_MS: i64 = 3_600_000;
/// How far a clock of another zone may be from the whole hour.
const ZONE_SLACK_MS: i64 = 600_000;

/// What the advice may repeat of the call, and of the store.
pub struct Subject<'a> {
    /// A parameter of the call, as text.
    pub parameter: &'a dyn Fn(&str) -> String,
    /// How many apps there are.
    pub apps: usize,
    /// What time it is on this machine, UTC milliseconds.
    pub now: i64,
}

/// The advice on this refusal; none where the refusal is not about the call's own form, its app or its authorisation.
pub fn explain(rejection: &Rejection, subject: &Subject<'_>) -> Option<Hint> {
    let sent = |name: &str| shown(&(subject.parameter)(name));
    let missing = |name: &str| {
        Hint::new(
            "missing-parameter",
            format!("the call has no {name}: send it as a parameter of the request, not within biz_content"),
            format!("请求缺少{name}：请作为公共请求参数提交，而非放在biz_content中"),
        )
    };
    let is = |refusal: &Rejection| refusal.sub_code == rejection.sub_code;
    Some(match () {
        () if is(&code::MISSING_METHOD) => missing("method"),
        () if is(&code::MISSING_APP_ID) => missing("app_id"),
        () if is(&code::MISSING_SIGNATURE) => missing("sign"),
        () if is(&code::MISSING_SIGNATURE_TYPE) => missing("sign_type (RSA2 or RSA)"),
        () if is(&code::MISSING_TIMESTAMP) => missing("timestamp"),
        () if is(&code::MISSING_VERSION) => missing("version (1.0)"),
        () if is(&code::INVALID_APP_ID) => unknown_app(&sent("app_id"), subject.apps),
        () if is(&code::INVALID_TIMESTAMP)
            && let Some(at) = wire::time::parse(&sent("timestamp")) =>
        {
            other_time(at, subject.now)
        }
        () if is(&code::SUSPECTED_ATTACK) => Hint::new(
            "repeated-call",
            "a call with this signature was received before: sign each call anew, at the time at which it is sent; calls \
             with the same parameters in the same second have the same signature",
            "此前已收到签名相同的请求：请在每次发送时重新签名；同一秒内参数完全相同的请求，签名也相同",
        ),
        () if is(&code::APP_CALL_LIMITED) => Hint::new(
            "app-limit",
            "the app has called more often than it is allowed: call less often, or raise the limit (--call-limit of serve)",
            "该应用的调用频率超过限制：请降低频率，或调高限制（serve的--call-limit）",
        ),
        () if is(&code::METHOD_CALL_LIMITED) => Hint::new(
            "method-limit",
            "the app has called this method more often than it is allowed: call it less often, or raise the limit \
             (--call-limit of serve)",
            "该应用调用此方法的频率超过限制：请降低频率，或调高限制（serve的--call-limit）",
        ),
        () if is(&code::INVALID_TIMESTAMP) => Hint::new(
            "timestamp-form",
            format!("timestamp is {:?}: write a date that exists as yyyy-MM-dd HH:mm:ss", sent("timestamp")),
            format!("timestamp为“{}”：请使用yyyy-MM-dd HH:mm:ss格式，且日期须真实存在", sent("timestamp")),
        ),
        () if is(&code::INVALID_FORMAT) => wrong_value("format", &sent("format"), "JSON"),
        () if is(&code::INVALID_CHARSET) => wrong_value("charset", &sent("charset"), "utf-8, gbk, gb2312, gb18030"),
        () if is(&code::INVALID_SIGNATURE_TYPE) => wrong_value("sign_type", &sent("sign_type"), "RSA2, RSA"),
        () if is(&code::APP_CERT_NOT_EXIST) => Hint::new(
            "unknown-certificate",
            format!(
                "no certificate of the app has the serial number {:?}: register the certificate that the SDK is given \
                 (app_cert of [[app]]), or let the SDK sign in its public key mode",
                sent("app_cert_sn")
            ),
            format!(
                "该应用没有序列号为“{}”的公钥证书：请登记SDK所用的应用公钥证书（[[app]]的app_cert），或将SDK改为公钥模式",
                sent("app_cert_sn")
            ),
        ),
        () if is(&code::MISSING_APP_CERT_SN) => Hint::new(
            "certificate-mode",
            "the app has certificates and no public key: let the SDK sign in its certificate mode, or register the key \
             (public_key of [[app]])",
            "该应用只登记了公钥证书：请将SDK改为公钥证书模式，或登记应用公钥（[[app]]的public_key）",
        ),
        () if is(&code::MISSING_ROOT_CERT_SN) => missing("alipay_root_cert_sn"),
        () if is(&code::INVALID_ROOT_CERT_SN) => Hint::new(
            "other-root",
            "alipay_root_cert_sn is of another root than this platform's: give the SDK the file that root_cert of \
             [platform] names",
            "alipay_root_cert_sn不是本平台的根证书：请让SDK使用[platform]的root_cert所指的文件",
        ),
        () if is(&code::APP_CERT_EXPIRED) => Hint::new(
            "expired-certificate",
            "the app's certificate is not valid at the time that the server's clock shows: register a newer one \
             (app_cert of [[app]]), or look at the clock",
            "应用公钥证书在服务器时钟的当前时间不在有效期内：请登记新证书（[[app]]的app_cert），或检查时钟",
        ),
        () if is(&code::MISSING_SIGNATURE_CONFIG) => Hint::new(
            "no-public-key",
            "the app has no public key: register the public half of the key that it signs with (public_key of [[app]]), \
             or its certificate (app_cert)",
            "该应用未登记公钥：请登记与其签名私钥配对的应用公钥（[[app]]的public_key）或公钥证书（app_cert）",
        ),
        () if is(&code::INVALID_APP_STATE) => Hint::new(
            "app-disabled",
            "the app is disabled: enable it (enabled of [[app]])",
            "该应用已被停用：请启用（[[app]]的enabled）",
        ),
        // With another text it is a method's, and about a PID.
        () if *rejection == code::INSUFFICIENT_ISV_PERMISSIONS => Hint::new(
            "app-without-method",
            "the app may not call this method: add it (methods of [[app]])",
            "该应用无权调用此方法：请在[[app]]的methods中添加",
        ),
        () if is(&code::INVALID_APP_AUTH_TOKEN) => Hint::new(
            "unknown-authorisation",
            "app_auth_token is no authorisation of this app, or a revoked one: send one that the merchant gave to this \
             app_id, or none to act for the app's own merchant",
            "app_auth_token不是授予该应用的授权，或已被撤销：请使用商户授予该app_id的令牌，代表应用自身商户时则不传",
        ),
        () if is(&code::APP_AUTH_TOKEN_TIME_OUT) => Hint::new(
            "expired-authorisation",
            "the authorisation of app_auth_token has expired: extend it (expires_at of [[authorization]])",
            "app_auth_token的授权已过期：请延长其有效期（[[authorization]]的expires_at）",
        ),
        () if is(&code::APP_AUTH_TOKEN_NO_API) => Hint::new(
            "authorisation-without-method",
            "the authorisation of app_auth_token does not name this method: add it (methods of [[authorization]])",
            "app_auth_token的授权不包含此方法：请在[[authorization]]的methods中添加",
        ),
        () if is(&code::INVALID_ENCRYPT_TYPE) => wrong_value("encrypt_type", &sent("encrypt_type"), "AES"),
        () if is(&code::INVALID_ENCRYPT_KEY) => Hint::new(
            "no-aes-key",
            "the app has no AES key: register the one that it encrypts with (aes_key of [[app]]), or send biz_content in \
             clear, without encrypt_type",
            "该应用未登记AES密钥：请登记其加密所用的密钥（[[app]]的aes_key），或去掉encrypt_type以明文发送biz_content",
        ),
        () if is(&code::DECRYPTION_ERROR) && sent("biz_content").trim_start().starts_with(['{', '[']) => Hint::new(
            "content-in-clear",
            "encrypt_type says AES, but biz_content is in clear: encrypt it before the call is signed, or leave \
             encrypt_type out",
            "encrypt_type为AES，但biz_content是明文：请先加密再签名，或去掉encrypt_type",
        ),
        () if is(&code::DECRYPTION_ERROR) => Hint::new(
            "another-aes-key",
            "biz_content is no cipher under the app's AES key: encrypt with the key that is registered (aes_key of \
             [[app]]), by AES/CBC/PKCS5Padding with 16 zero bytes as initialisation vector, in base64",
            "biz_content无法用该应用登记的AES密钥解密：请使用登记的密钥（[[app]]的aes_key），以AES/CBC/PKCS5Padding、\
             16个零字节为初始向量加密，并进行Base64编码",
        ),
        () if is(&code::INVALID_PARAMETER) => invalid_parameter(rejection, &sent),
        () => return None,
    })
}

/// A time that exists, but is not now: most likely another time zone's.
fn other_time(at: i64, now: i64) -> Hint {
    let (sent, here) = (wire::time::format(at), wire::time::format(now));
    let hours = (at - now + HOUR_MS / 2).div_euclid(HOUR_MS);
    let is_zone = hours != 0 && (-26..=14).contains(&hours) && (at - now - hours * HOUR_MS).abs() <= ZONE_SLACK_MS;
    if !is_zone {
        return Hint::new(
            "timestamp-window",
            format!(
                "timestamp is {sent}, and here it is {here}: send the time of the call, and set the machine's clock"
            ),
            format!("timestamp为{sent}，而服务器时间为{here}：请使用发送请求时的时间，并校准机器时钟"),
        );
    }
    Hint::new(
        "timestamp-zone",
        format!(
            "timestamp is {sent}, and in UTC+8 it is {here}, {hours:+} h: write the time in UTC+8, whatever the zone of the machine (date.timezone of PHP, TZ of the process)"
        ),
        format!(
            "timestamp为{sent}，而北京时间为{here}，相差{hours:+}小时：请将timestamp写为UTC+8时间（PHP的date.timezone或进程的TZ）"
        ),
    )
}

fn unknown_app(app_id: &str, apps: usize) -> Hint {
    let (en, zh) = match apps {
        0 => ("this store has no app yet".to_owned(), "当前没有任何应用".to_owned()),
        1 => ("this store has 1 app, which is another".to_owned(), "当前共有1个应用，均不是它".to_owned()),
        apps => (format!("this store has {apps} apps, all of them others"), format!("当前共有{apps}个应用，均不是它")),
    };
    Hint::new(
        "unknown-app",
        format!("no app has the app_id {app_id:?}; {en}: correct it, or add the app ([[app]] of a world file)"),
        format!("没有app_id为“{app_id}”的应用；{zh}：请核对app_id，或在world文件的[[app]]中添加"),
    )
}

fn wrong_value(name: &str, sent: &str, known: &str) -> Hint {
    Hint::new(
        "wrong-value",
        format!("{name} is {sent:?}: send one of {known}"),
        format!("{name}为“{sent}”：可用的值为{known}"),
    )
}

fn invalid_parameter(rejection: &Rejection, sent: &dyn Fn(&str) -> String) -> Hint {
    if rejection.sub_msg.contains("version只支持") {
        return wrong_value("version", &sent("version"), "1.0");
    }
    if rejection.sub_msg.contains("multipart/form-data格式错误") {
        return Hint::new(
            "multipart-form",
            "the body is no multipart/form-data as its content type says: the head must name the boundary that stands \
             between the parts (leave the header to the HTTP library)",
            "请求体不是有效的multipart/form-data：请求头须包含各部分之间的boundary（请由HTTP库生成该请求头）",
        );
    }
    if rejection.sub_msg.contains("请求体") || rejection.sub_msg.contains("请求地址") {
        return Hint::new(
            "unreadable-request",
            "the request could not be read whole: a body has at most 16 MiB and an address 32 KiB, and a body must arrive \
             without long pauses",
            "请求未能完整读取：请求体不超过16MiB、请求地址不超过32KiB，且请求体须连续发送",
        );
    }
    let reason =
        shown(rejection.sub_msg.split_once(['：', ':']).map_or(&*rejection.sub_msg, |(_, reason)| reason.trim_start()));
    Hint::new(
        "invalid-parameter",
        format!("the parameters cannot be read ({reason}): send each once, percent-encoded, in the declared charset"),
        format!("参数无法解析（{reason}）：每个参数只提交一次，进行URL编码，并使用所声明的字符集"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01 12:00:00 in UTC+8.
    const NOW: i64 = 1_767_240_000_000;

    fn check(rejection: &Rejection, sent: &str, cause: &str, en: &str, zh: &str) {
        let subject = Subject { parameter: &|_| sent.to_owned(), apps: 3, now: NOW };
        let hint = explain(rejection, &subject).unwrap_or_else(|| panic!("{rejection:?}"));
        assert_eq!(hint.cause, cause, "{hint:?}");
        assert!(hint.advice_en.contains(en) && hint.advice_zh.contains(zh), "{hint:?}");
    }

    #[test]
    fn each_refusal_of_the_protocol_says_what_to_change() {
        check(&code::MISSING_METHOD, "", "missing-parameter", "no method", "缺少method");
        check(&code::MISSING_TIMESTAMP, "", "missing-parameter", "no timestamp", "缺少timestamp");
        check(&code::INVALID_APP_ID, "2021\u{1b}", "unknown-app", "has 3 apps", "共有3个应用");
        check(&code::INVALID_TIMESTAMP, "1700000000", "timestamp-form", "\"1700000000\": write", "yyyy-MM-dd HH:mm:ss");
        let late = &code::INVALID_TIMESTAMP;
        check(late, "2026-01-01 04:00:30", "timestamp-zone", "2026-01-01 12:00:00, -8 h", "相差-8小时");
        check(late, "2026-01-01 13:05:00", "timestamp-zone", "+1 h", "相差+1小时");
        check(late, "2026-01-01 11:40:00", "timestamp-window", "here it is 2026-01-01 12:00:00", "服务器时间为");
        check(late, "2025-12-01 12:00:00", "timestamp-window", "set the machine's clock", "校准机器时钟");
        check(late, "0001-01-01 00:00:00", "timestamp-window", "here it is", "服务器时间为");
        check(&code::SUSPECTED_ATTACK, "", "repeated-call", "sign each call anew", "重新签名");
        check(&code::APP_CALL_LIMITED, "", "app-limit", "--call-limit", "--call-limit");
        check(&code::METHOD_CALL_LIMITED, "", "method-limit", "this method", "此方法");
        check(&code::INVALID_FORMAT, "xml", "wrong-value", "format is \"xml\"", "format为“xml”");
        check(&code::INVALID_CHARSET, "latin1", "wrong-value", "gb18030", "gb18030");
        check(&code::INVALID_SIGNATURE_TYPE, "SM2", "wrong-value", "RSA2, RSA", "RSA2, RSA");
        let version = code::INVALID_PARAMETER.with_msg("参数无效：version只支持1.0");
        check(&version, "2.0", "wrong-value", "version is \"2.0\": send one of 1.0", "version为“2.0”");
        let multipart = code::INVALID_PARAMETER.with_msg("参数无效：multipart/form-data格式错误");
        check(&multipart, "", "multipart-form", "boundary", "boundary");
        let twice = code::INVALID_PARAMETER.with_msg("参数无效：charset重复且取值不同");
        check(&twice, "", "invalid-parameter", "(charset重复且取值不同)", "（charset重复且取值不同）");
        let late = code::INVALID_PARAMETER.with_msg("参数无效: 请求体接收超时");
        check(&late, "", "unreadable-request", "16 MiB", "16MiB");
        check(&code::APP_CERT_NOT_EXIST, "d7cd", "unknown-certificate", "number \"d7cd\"", "序列号为“d7cd”");
        check(&code::MISSING_APP_CERT_SN, "", "certificate-mode", "certificate mode", "公钥证书模式");
        check(
            &code::MISSING_ROOT_CERT_SN,
            "",
            "missing-parameter",
            "no alipay_root_cert_sn",
            "缺少alipay_root_cert_sn",
        );
        check(&code::INVALID_ROOT_CERT_SN, "", "other-root", "root_cert of [platform]", "不是本平台的根证书");
        check(&code::APP_CERT_EXPIRED, "", "expired-certificate", "not valid at the time", "不在有效期内");
        check(&code::MISSING_SIGNATURE_CONFIG, "", "no-public-key", "no public key", "未登记公钥");
        check(&code::INVALID_APP_AUTH_TOKEN, "", "unknown-authorisation", "no authorisation of this app", "已被撤销");
        check(&code::APP_AUTH_TOKEN_TIME_OUT, "", "expired-authorisation", "has expired", "已过期");
        check(&code::APP_AUTH_TOKEN_NO_API, "", "authorisation-without-method", "does not name", "不包含此方法");
        check(&code::INSUFFICIENT_ISV_PERMISSIONS, "", "app-without-method", "may not call", "无权调用");
        check(&code::INVALID_APP_STATE, "", "app-disabled", "disabled", "停用");
        check(&code::INVALID_ENCRYPT_TYPE, "DES", "wrong-value", "send one of AES", "encrypt_type为“DES”");
        check(&code::INVALID_ENCRYPT_KEY, "", "no-aes-key", "no AES key", "未登记AES密钥");
        check(&code::DECRYPTION_ERROR, "{\"a\":1}", "content-in-clear", "in clear", "明文");
        check(&code::DECRYPTION_ERROR, "AAAA", "another-aes-key", "no cipher", "无法用该应用登记的AES密钥解密");
        let subject = Subject { parameter: &|_| String::new(), apps: 0, now: NOW };
        assert!(explain(&code::UNKNOWN_ERROR, &subject).is_none());
        assert!(explain(&code::INSUFFICIENT_ISV_PERMISSIONS.with_msg("ISV权限不足"), &subject).is_none());
        assert!(explain(&Rejection::business("TRADE_NOT_EXIST", "交易不存在"), &subject).is_none());
    }
}
