//! What the values of one table may be, whatever else there is.

use super::certificates;
use super::merge;
use super::values::{Checked, account_id};
use super::{AppTable, AuthorizationTable, ImageTable, TagTable, UserTable};
use crate::directory::TOKEN_BYTES_MAX;
use crate::merchant_page::MerchantPage;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::tag::{Tag, TagKind};
use std::collections::HashSet;
use store::world::{Authorization, Image};
use wire::certificate::bundle_pem;
use wire::{ContentKey, PublicKey};

/// Its code and its values, by themselves.
pub(super) fn tag(table: &TagTable) -> Checked<()> {
    let TagTable { code, kind, values, .. } = table;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if code.is_empty() || 64 < code.len() || !code.bytes().all(allowed) {
        return Err(format!("tag code {code:?} must be 1 to 64 letters, digits and _"));
    }
    if domain::tag::is_dimension(code) || code == "user_id" {
        return Err(format!("tag {code} is built in"));
    }
    let mut known = HashSet::new();
    if let Some(twice) = values.iter().flatten().find(|value| !known.insert(&value.value)) {
        return Err(format!("tag {code}: value {:?} is here twice", twice.value));
    }
    // Of a tag without a type only the store knows whether it may have values.
    let known = Tag { code: code.clone(), name: code.clone(), kind: TagKind::Enum, values: Vec::new() };
    merge::tag(table, kind.is_none().then_some(known)).map(drop)
}

/// Its public key and its certificate in the forms that the store has.
pub(super) fn app(table: &AppTable) -> Checked<AppTable> {
    let AppTable { app_id, pid, public_key, app_cert, aes_key, methods, notify_charset, redirect_uris, .. } = table;
    if app_id.is_empty() || 32 < app_id.len() || !app_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("app_id must be 1 to 32 digits".to_owned());
    }
    pid.as_ref().map(|pid| account_id("pid", pid)).transpose()?;
    let public_key = public_key.as_deref().map(|text| match PublicKey::parse(text) {
        Ok(key) => Ok(key.to_base64()),
        Err(_) if text.is_empty() => Ok(String::new()),
        Err(error) => Err(format!("public_key: {error}")),
    });
    let chain = app_cert.as_deref().map(|text| certificates::chain("app_cert", text)).transpose()?;
    let app_cert = chain.map(|chain| bundle_pem(&chain));
    let aes_key = aes_key.as_ref().map(|key| key.trim().to_owned());
    if let Some(key) = aes_key.as_ref().filter(|key| !key.is_empty()) {
        ContentKey::parse(key).map_err(|error| format!("aes_key {error}"))?;
    }
    method_names(methods.as_deref())?;
    let is_place = |uri: &str| !uri.contains(['?', '#']) && MerchantPage::parse(uri).is_some();
    if let Some(other) = redirect_uris.iter().flatten().find(|uri| !is_place(uri)) {
        return Err(format!("redirect_uris: {other:?} must be an http or https address, without ? and #"));
    }
    if let Some(other) =
        notify_charset.as_deref().filter(|name| !["utf-8", "gbk"].contains(&&*name.to_ascii_lowercase()))
    {
        return Err(format!("notify_charset {other:?} must be utf-8 or gbk"));
    }
    Ok(AppTable { public_key: public_key.transpose()?, app_cert, aes_key, ..table.clone() })
}

/// Its token and its methods.
pub(super) fn authorization(table: &AuthorizationTable) -> Checked<()> {
    let AuthorizationTable { pid, app_auth_token, methods, .. } = table;
    if app_auth_token.is_empty() || TOKEN_BYTES_MAX < app_auth_token.len() || !app_auth_token.is_ascii() {
        return Err("app_auth_token must be 1 to 40 ASCII characters".to_owned());
    }
    pid.as_ref().map(|pid| account_id("pid", pid)).transpose()?;
    method_names(methods.as_deref())?;
    let known = Authorization {
        token_key: String::new(),
        app_id: String::new(),
        pid: String::new(),
        auth_app_id: String::new(),
        methods: Vec::new(),
        expires_at: 0,
        enabled: true,
        granted_at: 0,
        refresh: None,
        replaced_at: None,
        version: 0,
    };
    merge::authorization(table, Some(known), 0).map(drop)
}

/// Its id, PIN and pay codes.
pub(super) fn user(table: &UserTable) -> Checked<()> {
    account_id("user_id", &table.user_id)?;
    let is_pin = |pin: &str| pin.is_empty() || pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(pin) = table.pay_pin.as_deref().filter(|pin| !is_pin(pin)) {
        return Err(format!("pay_pin of {} characters must be six digits", pin.len()));
    }
    if table.pay_codes.iter().flatten().any(String::is_empty) {
        return Err("a pay code must not be empty".to_owned());
    }
    merge::account(table, None).map(drop)
}

/// The row of an image: its bytes, and what kind of picture they are.
pub(super) fn image(image: &ImageTable) -> Checked<Image> {
    let data = image.data.as_deref().ok_or_else(|| match &image.file {
        Some(file) => format!("the file {file} was not taken in"),
        None => "an image needs a file".to_owned(),
    })?;
    let bytes = BASE64.decode(data).map_err(|_| "data must be base64".to_owned())?;
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'B', b'M', ..] => "image/bmp",
        _ => return Err("the file is no PNG, JPEG, GIF or BMP".to_owned()),
    };
    Ok(Image { id: image.id.clone(), media_type: media_type.to_owned(), bytes })
}

fn method_names(methods: Option<&[String]>) -> Checked<()> {
    let is_name = |name: &str| {
        name == "*"
            || name.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
    };
    match methods.into_iter().flatten().find(|name| !is_name(name)) {
        Some(bad) => Err(format!("method {bad:?} is no method's name; * stands for all")),
        None => Ok(()),
    }
}
