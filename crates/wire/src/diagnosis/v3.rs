//! Why a signature of `/v3` was refused: the same as for any other call where the key is wrong, and for the string the
//! lines that are easily left out or written otherwise.

use super::cause::Cause;
use super::mistaken;
use super::trial::Trial;
use super::{Diagnosis, Effort, Keys, STRING_BYTES_MAX};
use crate::SignType;
use crate::v3::Signed;

/// Finds the cause of a refused signature of `/v3`. `sign` is the text as it was sent.
pub fn diagnose_v3(signed: &Signed<'_>, sign: &str, keys: Keys<'_>, effort: Effort) -> Diagnosis {
    let string = signed.string();
    let (opened, repair) = match mistaken(sign.as_bytes(), &string, keys) {
        Ok(opened) => opened,
        Err(diagnosis) => return diagnosis,
    };
    let is_small = string.len() <= STRING_BYTES_MAX;
    let trial = Trial::new(opened, SignType::Rsa2, string);
    let as_verified = trial.fits_verified();
    if let Some(repair) = repair.filter(|_| as_verified) {
        return repair.diagnosis();
    }
    if as_verified || trial.is_incomputable() {
        return trial.other_algorithm();
    }
    let found = if is_small && effort == Effort::All { mistake(&trial, signed) } else { None };
    found.unwrap_or_else(|| trial.other_string())
}

/// The line of the string that was signed otherwise.
fn mistake(trial: &Trial, signed: &Signed<'_>) -> Option<Diagnosis> {
    let string = signed.string();
    if trial.fits(string.strip_suffix(b"\n")?) {
        return Some(other(
            "the last line has no line feed in the string that was signed: end every line with one, the last too",
            "被签名的字符串末尾缺少换行符：每一行（包括最后一行）都必须以\\n结尾",
        ));
    }
    if signed.app_auth_token.is_some() && trial.fits(&Signed { app_auth_token: None, ..*signed }.string()) {
        return Some(other(
            "the header alipay-app-auth-token is sent and not signed: its value is the last line of the string",
            "发送了请求头alipay-app-auth-token而未参与签名：其值应为被签名字符串的最后一行",
        ));
    }
    let path = signed.target.split('?').next().unwrap_or_default();
    if path != signed.target && trial.fits(&Signed { target: path, ..*signed }.string()) {
        return Some(other(
            "the query is sent and not signed: the third line is the path with the query, as they are sent",
            "查询参数未参与签名：被签名字符串的第三行应为实际发送的路径及查询参数",
        ));
    }
    if !signed.body.is_empty() && trial.fits(&Signed { body: b"", ..*signed }.string()) {
        return Some(other(
            "the body is sent and not signed: the fourth line is the body, as it is sent",
            "请求体未参与签名：被签名字符串的第四行应为实际发送的请求体",
        ));
    }
    let lower = signed.http_method.to_ascii_lowercase();
    if trial.fits(&Signed { http_method: &lower, ..*signed }.string()) {
        return Some(other(
            "the verb is signed in small letters: the second line has it in capitals",
            "HTTP方法以小写参与了签名：被签名字符串的第二行应为大写",
        ));
    }
    None
}

fn other(en: &str, zh: &str) -> Diagnosis {
    Diagnosis::new(Cause::OtherString, en, zh)
}
