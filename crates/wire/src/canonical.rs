//! The string to sign: `name=value` joined by `&`, sorted by name, over bytes, without `sign`.
//!
//! Whether empty and blank members are in it differs between the SDKs and even inside one: the PHP certificate client
//! sends empty members unsigned, Node signs them, Java never sends blank ones, PHP and Node sign those.

use std::collections::BTreeMap;

/// Which members are left out of the string, beside `sign`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Empty members are left out: the documented rule.
    Empty,
    /// Empty members and those of nothing but blanks.
    Blank,
    /// No member is left out.
    Nothing,
}

impl Leave {
    /// In the order they are tried; the first under which the signature verifies counts.
    pub const ALL: [Leave; 3] = [Leave::Empty, Leave::Blank, Leave::Nothing];

    /// Whether a member with this value is in the string.
    pub fn keeps(self, value: &[u8]) -> bool {
        match self {
            Leave::Empty => !value.is_empty(),
            Leave::Blank => !value.trim_ascii().is_empty(),
            Leave::Nothing => true,
        }
    }
}

/// The string over all of `params` that `leave` keeps.
pub fn string_to_sign(params: &BTreeMap<Vec<u8>, Vec<u8>>, leave: Leave) -> Vec<u8> {
    join(
        params
            .iter()
            .filter(|(name, value)| *name != b"sign" && leave.keeps(value))
            .map(|(name, value)| (name.as_slice(), value.as_slice())),
    )
}

/// `name=value` joined by `&`; the caller has sorted and chosen.
pub(crate) fn join<'a>(members: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let mut string = Vec::new();
    for (name, value) in members {
        if !string.is_empty() {
            string.push(b'&');
        }
        string.extend_from_slice(name);
        string.push(b'=');
        string.extend_from_slice(value);
    }
    string
}
