//! The last calls, in memory, for the page of a stand-in: what was called and how it was answered, never what it said.

use crate::terminal::clipped;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use wire::Rejection;

/// The longest name of a method that is kept of a call that was refused; those of real ones are shorter.
pub const METHOD_CHARS_MAX: usize = 100;
/// How many are kept.
const KEPT: usize = 20;

/// The last calls, the oldest first.
#[derive(Default)]
pub struct RecentCalls(Mutex<VecDeque<RecentCall>>);

/// An answered call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentCall {
    /// When it was answered, UTC milliseconds.
    pub at: i64,
    /// What was called, whatever that is; shortened.
    pub method: String,
    /// By whom, where the app is known.
    pub app_id: String,
    /// `10000` for a success.
    pub code: &'static str,
    /// Which refusal it is; empty for a success.
    pub sub_code: String,
    /// Its name in the log.
    pub trace_id: String,
}

impl RecentCalls {
    /// Keeps a call in the place of the oldest.
    pub fn push(
        &self,
        at: i64,
        method: Option<&str>,
        app_id: Option<&str>,
        code: &'static str,
        refusal: Option<&Rejection>,
        trace_id: &str,
    ) {
        let call = RecentCall {
            at,
            method: clipped(method.unwrap_or_default(), METHOD_CHARS_MAX),
            app_id: app_id.unwrap_or_default().to_owned(),
            code,
            sub_code: refusal.map(|rejection| rejection.sub_code.to_string()).unwrap_or_default(),
            trace_id: trace_id.to_owned(),
        };
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if KEPT <= calls.len() {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    /// All of them, the newest first.
    pub fn newest(&self) -> Vec<RecentCall> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_none_is_long() {
        let recent = RecentCalls::default();
        let long = "m".repeat(1 << 20);
        for at in 0..100 {
            recent.push(at, Some(&long), None, "40002", Some(&wire::code::INVALID_METHOD), "t");
        }
        let newest = recent.newest();
        assert_eq!(newest.iter().map(|call| call.at).collect::<Vec<_>>(), (80..100).rev().collect::<Vec<_>>());
        assert!(newest.iter().all(|call| call.method.chars().count() <= METHOD_CHARS_MAX));
    }
}
