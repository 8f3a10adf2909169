//! What of a call is its content, and contents that are encrypted.

use crate::app::App;
use crate::biz;
use crate::directory;
use crate::doors::signed::content_key;
use crate::methods::dispatch::Content;
use crate::methods::{Entry, FieldPlace};
use wire::{ContentKey, DecryptError, VerifiedCall, code};

/// The business parameters of a verified call, from where the method's fields stand.
pub(super) fn content_of<'a>(call: &'a VerifiedCall, entry: &Entry) -> Content<'a> {
    match entry.fields_in {
        FieldPlace::BizContent => Content::Json(call.biz_content()),
        FieldPlace::Parameters => {
            let sent = |name: &str| Some((name.to_owned(), call.get(name)?.into()));
            let mut members = entry.fields.iter().filter_map(|field| sent(field.name)).collect();
            biz::put_files(&mut members, entry.fields, call.files());
            Content::Parameters(members)
        }
    }
}

/// Decrypts a verified call whose content is encrypted. From then on whatever is answered is encrypted too. A refusal
/// before goes out in clear: whoever has another key could not read it.
pub(super) fn decrypt(
    app: &App,
    known: &directory::App,
    call: &mut VerifiedCall,
    answer_key: &mut Option<ContentKey>,
) -> Result<(), DecryptError> {
    match call.encrypt_type() {
        None => return Ok(()),
        Some("AES") => {}
        Some(_) => return Err(code::INVALID_ENCRYPT_TYPE.into()),
    }
    let key = content_key(app, known).ok_or(code::INVALID_ENCRYPT_KEY)?;
    let decrypted = call.decrypt(&key);
    if !matches!(decrypted, Err(DecryptError::Refused(_))) {
        *answer_key = Some(key);
    }
    decrypted
}
