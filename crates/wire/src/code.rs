//! The gateway's refusals, as one table: code, sub_code and the texts recorded from the live platform.
//!
//! Where a text exists in a recorded and in a documented form, the recorded one is sent (缺少AppID参数, 系统繁忙).
//! Refusals of a method's own rules are made by [`Rejection::business`].

use std::borrow::Cow;

/// What an answer says instead of business fields. `sub_code` is never empty: two SDKs take an answer without one for
/// a success, whatever `code` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The protocol's number for this class of refusals, `20000` to `40006`.
    pub code: &'static str,
    /// The English name that belongs to `code`.
    pub msg: &'static str,
    /// The reason, as documented for the method or the gateway; stable, for programs.
    pub sub_code: Cow<'static, str>,
    /// The reason in Chinese, for a person; may name the field or the value.
    pub sub_msg: Cow<'static, str>,
}

impl Rejection {
    /// A method's own refusal: `40004 Business Failed`.
    pub fn business(sub_code: &'static str, sub_msg: impl Into<Cow<'static, str>>) -> Rejection {
        Rejection { sub_msg: sub_msg.into(), ..rejection(BUSINESS_FAILED, sub_code, "") }
    }

    /// The same refusal with a more precise text for a person.
    pub fn with_msg(self, sub_msg: impl Into<Cow<'static, str>>) -> Rejection {
        Rejection { sub_msg: sub_msg.into(), ..self }
    }
}

type Family = (&'static str, &'static str);

const UNAVAILABLE: Family = ("20000", "Service Currently Unavailable");
const TOKEN: Family = ("20001", "Insufficient Token Permissions");
const MISSING: Family = ("40001", "Missing Required Arguments");
const INVALID: Family = ("40002", "Invalid Arguments");
const CONDITIONS: Family = ("40003", "Insufficient Conditions");
const BUSINESS_FAILED: Family = ("40004", "Business Failed");
const LIMITED: Family = ("40005", "Call Limited");
const PERMISSIONS: Family = ("40006", "Insufficient Permissions");

const fn rejection((code, msg): Family, sub_code: &'static str, sub_msg: &'static str) -> Rejection {
    Rejection { code, msg, sub_code: Cow::Borrowed(sub_code), sub_msg: Cow::Borrowed(sub_msg) }
}

macro_rules! rejections {
    ($($name:ident $family:ident $sub_code:literal $sub_msg:literal)*) => {
        $(
            #[doc = concat!("`", $sub_code, "` ", $sub_msg)]
            pub const $name: Rejection = rejection($family, $sub_code, $sub_msg);
        )*

        /// Every refusal of the table, for documentation and tests.
        pub const ALL: &[Rejection] = &[$($name),*];
    };
}

rejections! {
    UNKNOWN_ERROR                UNAVAILABLE "isp.unknow-error"                            "系统繁忙"
    GATEWAY_ERROR                UNAVAILABLE "aop.unknow-error"                            "系统繁忙"

    INVALID_AUTH_TOKEN           TOKEN       "aop.invalid-auth-token"                      "无效的访问令牌"
    AUTH_TOKEN_TIME_OUT          TOKEN       "aop.auth-token-time-out"                     "访问令牌已过期"
    INVALID_APP_AUTH_TOKEN       TOKEN       "aop.invalid-app-auth-token"                  "无效的应用授权令牌"
    APP_AUTH_TOKEN_NO_API        TOKEN       "aop.invalid-app-auth-token-no-api"           "商户未授权当前接口"
    APP_AUTH_TOKEN_TIME_OUT      TOKEN       "aop.app-auth-token-time-out"                 "应用授权令牌已过期"
    NO_PRODUCT_REG_BY_PARTNER    TOKEN       "aop.no-product-reg-by-partner"               "商户未签约任何产品"

    MISSING_METHOD               MISSING     "isv.missing-method"                          "缺少方法名参数"
    MISSING_SIGNATURE            MISSING     "isv.missing-signature"                       "缺少签名参数"
    MISSING_SIGNATURE_TYPE       MISSING     "isv.missing-signature-type"                  "缺少签名类型参数"
    MISSING_SIGNATURE_KEY        MISSING     "isv.missing-signature-key"                   "缺少签名配置"
    MISSING_APP_ID               MISSING     "isv.missing-app-id"                          "缺少AppID参数"
    MISSING_TIMESTAMP            MISSING     "isv.missing-timestamp"                       "缺少时间戳参数"
    MISSING_VERSION              MISSING     "isv.missing-version"                         "缺少版本参数"
    MISSING_ENCRYPT_TYPE         MISSING     "isv.decryption-error-missing-encrypt-type"   "解密出错, 未指定加密算法"
    // No text of these two was ever found; these follow their neighbours.
    MISSING_APP_CERT_SN          MISSING     "isv.missing-app-cert-sn"                     "缺少应用公钥证书序列号参数"
    MISSING_ROOT_CERT_SN         MISSING     "isv.missing-alipay-root-cert-sn"             "缺少支付宝根证书序列号参数"

    INVALID_PARAMETER            INVALID     "isv.invalid-parameter"                       "参数无效"
    UPLOAD_FAIL                  INVALID     "isv.upload-fail"                             "文件上传失败"
    INVALID_FILE_EXTENSION       INVALID     "isv.invalid-file-extension"                  "文件扩展名无效"
    INVALID_FILE_SIZE            INVALID     "isv.invalid-file-size"                       "文件大小无效"
    INVALID_METHOD               INVALID     "isv.invalid-method"                          "不存在的方法名"
    INVALID_FORMAT               INVALID     "isv.invalid-format"                          "无效的数据格式"
    INVALID_SIGNATURE_TYPE       INVALID     "isv.invalid-signature-type"                  "无效的签名类型"
    INVALID_SIGNATURE            INVALID     "isv.invalid-signature"                       "无效签名"
    INVALID_ENCRYPT_TYPE         INVALID     "isv.invalid-encrypt-type"                    "无效的加密类型"
    INVALID_ENCRYPT              INVALID     "isv.invalid-encrypt"                         "解密异常"
    INVALID_APP_ID               INVALID     "isv.invalid-app-id"                          "无效的AppID参数"
    INVALID_TIMESTAMP            INVALID     "isv.invalid-timestamp"                       "非法的时间戳参数"
    INVALID_CHARSET              INVALID     "isv.invalid-charset"                         "字符集错误"
    INVALID_DIGEST               INVALID     "isv.invalid-digest"                          "摘要错误"
    INVALID_TOKEN                INVALID     "isv.invalid-token"                           "无效令牌"
    UNSUPPORTED_ENCRYPT_TYPE     INVALID     "isv.decryption-error-not-valid-encrypt-type" "解密出错，不支持的加密算法"
    INVALID_ENCRYPT_KEY          INVALID     "isv.decryption-error-not-valid-encrypt-key"  "解密出错, 未配置加密密钥或加密密钥格式错误"
    DECRYPTION_ERROR             INVALID     "isv.decryption-error-unknown"                "解密出错，未知异常"
    NOT_SUPPORT_APP_AUTH         INVALID     "isv.not-support-app-auth"                    "本接口不支持第三方代理调用"
    SUSPECTED_ATTACK             INVALID     "isv.suspected-attack"                        "可疑的攻击请求"
    FORBIDDEN_API                INVALID     "isv.forbidden-api"                           "接口被禁用"
    CODE_INVALID                 INVALID     "isv.code-invalid"                            "授权码code无效"
    GRANT_TYPE_INVALID           INVALID     "isv.grant-type-invalid"                      "grant_type参数不正确"
    REFRESH_TOKEN_INVALID        INVALID     "isv.refresh-token-invalid"                   "刷新令牌refresh_token无效"
    REFRESH_TOKEN_TIME_OUT       INVALID     "isv.refresh-token-time-out"                  "刷新令牌refresh_token已过期"
    UNMATCHED_APP_ID             INVALID     "isv.unmatched-app-id"                        "应用ID不匹配"
    APP_CERT_EXPIRED             INVALID     "app-cert-expired"                            "应用公钥证书已经不在有效期内"
    // No text of these two was ever found either.
    APP_CERT_NOT_EXIST           INVALID     "isv.app-cert-not-exist"                      "应用公钥证书不存在"
    INVALID_ROOT_CERT_SN         INVALID     "isv.invalid-alipay-root-cert-sn"             "无效的支付宝根证书序列号参数"

    MISSING_SIGNATURE_CONFIG     CONDITIONS  "isv.missing-signature-config"                "应用未配置对应签名算法的公钥或者证书"
    INVALID_AUTH_RELATIONS       CONDITIONS  "invalid-auth-relations"                      "无效的授权关系"
    INVALID_APP_STATE            CONDITIONS  "isv.invalid-app-state"                       "应用状态不满足条件"

    APP_CALL_LIMITED             LIMITED     "isv.app-call-limited"                        "应用调用次数超限，包含调用频率超限"
    METHOD_CALL_LIMITED          LIMITED     "isv.method-call-limited"                     "API调用次数超限，包含调用频率超限"

    INSUFFICIENT_ISV_PERMISSIONS PERMISSIONS "isv.insufficient-isv-permissions"            "ISV权限不足，建议在开发者中心检查应用是否上线"
    INSUFFICIENT_USER_PERMISSIONS PERMISSIONS "isv.insufficient-user-permissions"          "用户权限不足"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_one_code_and_a_text() {
        let names: BTreeSet<_> = ALL.iter().map(|rejection| &rejection.sub_code).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|rejection| !rejection.sub_code.is_empty() && !rejection.sub_msg.is_empty()));
    }

    #[test]
    fn rejections_are_made_precise() {
        let rejection = Rejection::business("CROWD_NOT_EXIST", "人群不存在");
        assert_eq!(
            (rejection.code, rejection.msg, &*rejection.sub_code),
            ("40004", "Business Failed", "CROWD_NOT_EXIST")
        );
        let rejection = INVALID_PARAMETER.with_msg("参数无效：page_size");
        assert_eq!((&*rejection.sub_code, &*rejection.sub_msg), ("isv.invalid-parameter", "参数无效：page_size"));
    }
}
