//! `extension_info`: how the button of a voucher's page leads on, to a page of the merchant's.

use super::content::Content;
use crate::biz::{ABSENT, Field, Member, Shape, embedded_within, present, text};
use crate::merchant_page::MerchantPage;
use serde_json::{Map, Value, json};
use store::Fault;
use wire::{Charset, SignType};

/// The most characters of the JSON text.
const TEXT_MAX: usize = 2_048;
/// What can be signed of a link, in the order in which it is unless the caller gives another.
const SIGN_KEYS: [&str; 3] = ["voucherId", "userId", "tag"];

/// What was sent: where the button leads, if anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionInfo(Option<UseLink>);

/// The merchant's page, and how a link to it is made. As the store keeps it, it is what a caller could have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseLink {
    /// The page: http or https.
    pub url: String,
    /// What of the link is signed, in this order: some of `voucherId`, `userId` and `tag`, joined by commas.
    pub sign_keys: String,
    /// The charset of the link and of what is signed of it.
    pub charset: Charset,
    /// How links are signed; not at all when absent.
    pub sign_type: Option<SignType>,
    /// What the link carries for the merchant, as it is.
    pub tag: Option<String>,
}

impl ExtensionInfo {
    /// The JSON text in the form that the store keeps; `None` where the button leads nowhere.
    pub fn to_text(&self) -> Option<String> {
        self.to_json().map(|value| value.to_string())
    }

    /// Where the button leads.
    pub fn link(&self) -> Option<&UseLink> {
        self.0.as_ref()
    }

    /// Where the button of a template's vouchers leads, from what the store keeps. What cannot be read is a fault: it
    /// was checked when the template was made.
    pub fn of_content(content: &Content) -> Result<Option<UseLink>, Fault> {
        let Some(text) = &content.extension_info else { return Ok(None) };
        let read = ExtensionInfo::read(Some(&json!(text)));
        Ok(read.map_err(|error| Fault::bug(format!("extension_info of a template: {error}")))?.0)
    }

    fn to_json(&self) -> Option<Value> {
        let UseLink { url, sign_keys, charset, sign_type, tag } = self.0.as_ref()?;
        let mut data = json!({"url": url, "signKeys": sign_keys, "charset": charset.name()});
        if let Some(sign_type) = sign_type {
            data["signType"] = json!(sign_type.name());
        }
        if let Some(tag) = tag {
            data["tag"] = json!(tag);
        }
        Some(json!({"useMode": "H5", "useModeData": data}))
    }

    fn of(members: &Map<String, Value>) -> Result<ExtensionInfo, String> {
        let Some(mode) = member(members, "useMode", "use_mode") else { return Ok(ExtensionInfo(None)) };
        if text(mode)? != "H5" {
            return Err(".useMode 只能是H5".to_owned());
        }
        let data = member(members, "useModeData", "use_mode_data").and_then(Value::as_object);
        UseLink::of(data.ok_or(".useModeData 不能为空")?).map(|link| ExtensionInfo(Some(link)))
    }
}

impl UseLink {
    fn of(data: &Map<String, Value>) -> Result<UseLink, String> {
        let said = |name: &str, snake: &str| member(data, name, snake).map(text).transpose();
        let url = said("url", "url")?.ok_or(".useModeData.url 不能为空")?;
        MerchantPage::parse(&url).ok_or(".useModeData.url 必须是http或https的绝对地址")?;
        let sign_keys = said("signKeys", "sign_keys")?.unwrap_or_else(|| SIGN_KEYS.join(","));
        if !sign_keys.split(',').all(|key| SIGN_KEYS.contains(&key)) {
            return Err(format!(".useModeData.signKeys 只能是 {}", SIGN_KEYS.join(",")));
        }
        let charset = said("charset", "charset")?.unwrap_or_else(|| Charset::Utf8.name().to_owned());
        let charset = Charset::from_name(charset.as_bytes()).ok_or(".useModeData.charset 不支持")?;
        let sign_type = said("signType", "sign_type")?;
        let sign_type =
            sign_type.map(|name| SignType::from_name(name.as_bytes()).ok_or(".useModeData.signType 不支持"));
        let sign_type = sign_type.transpose()?;
        let tag = said("tag", "tag")?;
        if tag.as_deref().is_some_and(|tag| charset.encode(tag).is_none()) {
            return Err(format!(".useModeData.tag 含有{}没有的字符", charset.name()));
        }
        // The platform would sign more parameters than there are, and so what might pass for a notification.
        if tag.as_deref().is_some_and(|tag| tag.contains('&')) {
            return Err(".useModeData.tag 不能含有 &".to_owned());
        }
        Ok(UseLink { url, sign_keys, charset, sign_type, tag })
    }
}

/// A member by its name, or by what the Node SDK makes of that where the object stands in no string.
fn member<'a>(members: &'a Map<String, Value>, name: &str, snake: &str) -> Option<&'a Value> {
    present(members, name).or_else(|| present(members, snake))
}

/// The members of the JSON text.
const MEMBERS: &[Member] = &[
    optional("useMode", "How the button leads on: `H5`, to a page.", Shape::Text(None)),
    optional("useModeData", "Where to, and how the link is made; required with `useMode`.", Shape::Object(DATA)),
];

const DATA: &[Member] = &[
    Member::text("url", "The page: an absolute http or https address."),
    optional("signKeys", "What is signed, in this order; `voucherId,userId,tag` when absent.", Shape::Text(None)),
    optional("charset", "The charset of the link and of what is signed of it; UTF-8 when absent.", Shape::Text(None)),
    optional("signType", "`RSA` or `RSA2`; nothing is signed when absent.", Shape::Text(None)),
    optional("tag", "What the link carries for the merchant, as it is; without `&`.", Shape::Text(None)),
];

const fn optional(name: &'static str, meaning: &'static str, shape: Shape) -> Member {
    Member { required: false, shape, ..Member::text(name, meaning) }
}

impl Field for ExtensionInfo {
    const SHAPE: Shape = Shape::Json { of: &Shape::Object(MEMBERS), max: Some(TEXT_MAX) };

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = embedded_within(value.ok_or(ABSENT)?, TEXT_MAX)?;
        ExtensionInfo::of(value.as_object().ok_or("必须是JSON对象")?)
    }

    fn canonical(&self) -> Option<Value> {
        self.to_json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_leads_to_a_page_that_there_can_be() {
        let read = |value: &Value| ExtensionInfo::read(Some(value)).map(|read| read.to_text());
        let url = "http://www.example.com/use";
        let plain = format!(
            r#"{{"useMode":"H5","useModeData":{{"url":"{url}","signKeys":"voucherId,userId,tag","charset":"utf-8"}}}}"#
        );
        let short = json!({"useMode": "H5", "useModeData": {"url": url}});
        for value in [
            short.clone(),
            json!(short.to_string()),
            json!(plain),
            json!({"use_mode": "H5", "use_mode_data": {"url": url}}),
        ] {
            let text = read(&value).expect("read").expect("a link");
            assert_eq!(text.to_ascii_lowercase(), plain.to_ascii_lowercase(), "{value}");
        }
        let full = r#"{"useMode":"H5","useModeData":{"url":"https://a/?b","signKeys":"tag,voucherId","charset":"GBK","signType":"RSA2","tag":"7"}}"#;
        let text = read(&json!(full)).expect("read").expect("a link");
        assert!(
            text.contains(r#""signKeys":"tag,voucherId""#) && text.contains(r#""signType":"RSA2","tag":"7""#),
            "{text}"
        );
        assert_eq!(read(&json!(text)), Ok(Some(text.clone())), "what is kept can be read again");
        assert_eq!(read(&json!({"more": 1})), Ok(None));
        for bad in [
            json!("x"),
            json!("[]"),
            json!({"useMode": "APP", "useModeData": {"url": url}}),
            json!({"useMode": "H5"}),
            json!({"useMode": "H5", "useModeData": {}}),
            json!({"useMode": "H5", "useModeData": {"url": "/use"}}),
            json!({"useMode": "H5", "useModeData": {"url": "javascript:alert(1)"}}),
            json!({"useMode": "H5", "useModeData": {"url": url, "signKeys": "voucherId,amount"}}),
            json!({"useMode": "H5", "useModeData": {"url": url, "charset": "latin1"}}),
            json!({"useMode": "H5", "useModeData": {"url": url, "signType": "MD5"}}),
            json!({"useMode": "H5", "useModeData": {"url": url, "charset": "GBK", "tag": "😀"}}),
            json!({"useMode": "H5", "useModeData": {"url": url, "tag": "7&trade_status=TRADE_SUCCESS"}}),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
    }
}
