//! Asynchronous notifications: what is signed and what is sent.
//!
//! Empty members are left out of both. The SDKs keep them in their strings while the documentation drops them, so a
//! message without any is the only one that everybody accepts.

use std::collections::BTreeMap;

use crate::canonical::join;
use crate::{Charset, percent};

/// Which members beside `sign` are left out of the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Also `sign_type`: notifications to a `notify_url`.
    V1,
    /// No other: messages to an application's gateway.
    V2,
}

/// The bytes to sign; nothing when the charset lacks a character of a value.
pub fn string_to_sign(params: &[(&str, &str)], rule: Rule, charset: Charset) -> Option<Vec<u8>> {
    let signed = |name: &str| match rule {
        Rule::V1 => !matches!(name, "sign" | "sign_type"),
        Rule::V2 => name != "sign",
    };
    let members = params.iter().filter(|(name, value)| signed(name) && !value.is_empty());
    let members: Option<BTreeMap<_, _>> =
        members.map(|(name, value)| Some((name.as_bytes(), charset.encode(value)?))).collect();
    Some(join(members?.iter().map(|(name, value)| (*name, &**value))))
}

/// The members as a form in the charset, in the order given; nothing when the charset lacks a character of a value.
pub fn form(params: &[(&str, &str)], charset: Charset) -> Option<String> {
    let mut form = String::new();
    for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
        if !form.is_empty() {
            form.push('&');
        }
        percent::encode_into(&mut form, name.as_bytes());
        form.push('=');
        percent::encode_into(&mut form, &charset.encode(value)?);
    }
    Some(form)
}

/// Whether an answer acknowledges a notification: HTTP 200 and the word `success`, blanks around it aside.
pub fn is_acknowledgement(status: u16, body: &[u8]) -> bool {
    status == 200 && body.trim_ascii() == b"success"
}
