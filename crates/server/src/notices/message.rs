//! A notification as its receiver gets it: the envelope around what the event says, in the receiver's charset, signed.

use crate::app::App;
use domain::id::NotifyId;
use serde_json::{Map, Value};
use store::notice::NewNotice;
use wire::notify::{Rule, form, string_to_sign};
use wire::{Charset, SignType, time};

/// A signed delivery, as it is posted.
pub struct Message {
    /// With the charset.
    pub content_type: String,
    /// The body.
    pub form: String,
}

/// A delivery with everything but its signature.
pub struct UnsignedMessage {
    charset: Charset,
    sign_type: SignType,
    /// The envelope around what the event says (PROTOCOL.md 10, V1).
    params: Vec<(String, String)>,
    /// What is signed.
    string: Vec<u8>,
}

impl UnsignedMessage {
    /// The delivery of a notification at `at`, in the app's charset. `None` when the notification cannot be read.
    pub fn new(app: &App, notice: &NewNotice, at: i64) -> Option<UnsignedMessage> {
        let own = app.directory.app(&notice.app_id);
        let charset = own.and_then(|app| Charset::from_name(app.row.notify_charset.as_bytes()));
        let wanted = charset.filter(|charset| *charset != Charset::Utf8);
        // A receiver can read UTF-8 in place of what its charset lacks, but nothing in place of a lost character.
        let wanted = wanted.and_then(|charset| UnsignedMessage::in_charset(notice, at, charset));
        wanted.or_else(|| UnsignedMessage::in_charset(notice, at, Charset::Utf8))
    }

    /// `None` when the charset lacks a character.
    fn in_charset(notice: &NewNotice, at: i64, charset: Charset) -> Option<UnsignedMessage> {
        let sign_type = SignType::from_name(notice.sign_type.as_bytes()).unwrap_or(SignType::Rsa2);
        let (notify_time, notify_id) = (time::format(at), NotifyId::new(notice.at, notice.id).to_text());
        let envelope = [
            ("notify_time", notify_time.as_str()),
            ("notify_type", &notice.kind),
            ("notify_id", &notify_id),
            ("app_id", &notice.app_id),
            ("auth_app_id", &notice.auth_app_id),
            ("charset", charset.name()),
            ("version", "1.0"),
            ("sign_type", sign_type.name()),
        ];
        let event: Map<String, Value> = serde_json::from_str(&notice.members).ok()?;
        let envelope = envelope.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let params: Vec<_> = envelope.chain(event.iter().map(|(name, value)| (name.clone(), text_of(value)))).collect();
        let string = string_to_sign(&borrowed(&params), Rule::V1, charset)?;
        Some(UnsignedMessage { charset, sign_type, params, string })
    }

    /// Signs it with the platform's key. `None` when the charset lacks a character.
    pub fn sign(self, app: &App) -> Option<Message> {
        let signature = app.signer.sign_anew(self.sign_type, &self.string);
        let mut params = borrowed(&self.params);
        params.push(("sign", &signature));
        let content_type = format!("application/x-www-form-urlencoded; charset={}", self.charset.name());
        Some(Message { content_type, form: form(&params, self.charset)? })
    }
}

fn borrowed(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The string that was signed for the delivery of a notification at `at`, and its charset, made anew; as its receiver
/// could compare it with its own. `None` when the notification cannot be read.
pub fn signed_string(app: &App, notice: &NewNotice, at: i64) -> Option<(Charset, String)> {
    let UnsignedMessage { charset, string, .. } = UnsignedMessage::new(app, notice, at)?;
    Some((charset, charset.decode(&string)?.into_owned()))
}

/// A member's value; an inner list is sent as its JSON.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
