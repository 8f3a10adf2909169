//! A refused call as the mistakes look at it.

use std::collections::BTreeMap;

use crate::canonical::join;
use crate::{BadSignature, ContentKey, percent};

/// Parameters by name, decoded.
pub(super) type Params = BTreeMap<Vec<u8>, Vec<u8>>;

/// A refused call, and what is known of its app.
pub(super) struct Subject<'a> {
    pub(super) bad: &'a BadSignature,
    pub(super) content_key: Option<&'a ContentKey>,
}

impl Subject<'_> {
    pub(super) fn params(&self) -> &Params {
        &self.bad.call.params
    }

    /// Names and values as they were sent, percent-encoded, in the order in which they were sent, without `sign`.
    /// Nothing where the call was too long to be kept, or was no form.
    pub(super) fn sent(&self) -> Vec<(&[u8], &[u8])> {
        let sent = &self.bad.call.sent;
        percent::pairs(&sent.query).chain(percent::pairs(&sent.form)).filter(|(name, _)| *name != b"sign").collect()
    }

    /// The string with one parameter of another value; an empty one leaves it out.
    pub(super) fn string_with(&self, name: &[u8], value: &[u8]) -> Vec<u8> {
        let others = self.params().iter().filter(|(known, _)| *known != b"sign" && *known != name);
        let others = others.map(|(name, value)| (name.as_slice(), value.as_slice()));
        let before = others.clone().take_while(|(known, _)| *known < name);
        let behind = others.skip_while(|(known, _)| *known < name);
        join(before.chain([(name, value)]).chain(behind).filter(|(_, value)| !value.is_empty()))
    }
}

/// The string with other values; an empty one leaves its member out.
pub(super) fn mapped(params: &Params, change: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Vec<u8> {
    let signed = params.iter().filter(|(name, _)| *name != b"sign");
    let changed: Vec<(&[u8], Vec<u8>)> = signed.map(|(name, value)| (name.as_slice(), change(name, value))).collect();
    join(changed.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, value.as_slice())))
}
