//! A signed call, from the client's side.

use crate::notify::{Rule, form, string_to_sign};
use crate::{Charset, PrivateKey, SignType};

/// A form with `params`, `charset` and `sign_type` (unless `params` has its own) and the `sign` over all of them;
/// nothing when the charset lacks a character of a value. Empty members are left out.
///
/// The string to sign of a call is that of a V2 notification.
pub fn signed_form(params: &[(&str, &str)], charset: Charset, sign_type: SignType, key: &PrivateKey) -> Option<String> {
    let mut params = params.to_vec();
    for (name, value) in [("charset", charset.name()), ("sign_type", sign_type.name())] {
        if params.iter().all(|(taken, _)| *taken != name) {
            params.push((name, value));
        }
    }
    let sign = key.sign(sign_type, &string_to_sign(&params, Rule::V2, charset)?);
    params.push(("sign", &sign));
    form(&params, charset)
}
