//! How old a call may be, and whether it may come again: `--timestamp-window`, `--refuse-replays`.
//!
//! Time is the machine's, never a manual clock's: an SDK writes the time of the machine that it runs on.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::{Mutex, PoisonError};
use wire::{Rejection, code};

/// How many calls are remembered in one span at most; with more, older ones are forgotten before their time.
const REMEMBERED_MAX: usize = 4 << 20;

/// What makes a call fresh.
#[derive(Default)]
pub struct Freshness {
    /// How far its `timestamp` may be from now, either way, milliseconds.
    window_ms: Option<i64>,
    /// The calls that were received, where none may come again.
    received: Option<Received>,
}

/// The signatures of calls, as their hashes.
struct Received {
    hasher: RandomState,
    spans: Mutex<Spans>,
}

/// Those of the running span and of the one before. A span is as long as a call can be fresh.
struct Spans {
    began: i64,
    span_ms: i64,
    now: HashSet<u64>,
    before: HashSet<u64>,
}

/// A signature, for the time after it was verified.
#[derive(Clone, Copy)]
pub struct Fingerprint(u64);

impl Freshness {
    /// Calls must be at most `window_ms` old or early, and must not come again if `refuse_replays`.
    pub fn new(window_ms: i64, refuse_replays: bool) -> Freshness {
        // A call that is early by the whole window is fresh for two of them.
        let spans = || Spans {
            began: i64::MIN,
            span_ms: window_ms.saturating_mul(2),
            now: HashSet::new(),
            before: HashSet::new(),
        };
        let received = refuse_replays.then(|| Received { hasher: RandomState::new(), spans: Mutex::new(spans()) });
        Freshness { window_ms: Some(window_ms), received }
    }

    /// What a call is recognised by: who signs it, and the signature. `None` where that is not asked.
    pub fn fingerprint(&self, app_id: &str, signature: &[u8]) -> Option<Fingerprint> {
        self.received.as_ref().map(|received| Fingerprint(received.hasher.hash_one((app_id, signature))))
    }

    /// Checks a verified call that says to be sent at `timestamp`; both times are UTC milliseconds. Of two with one
    /// signature one is fresh.
    ///
    /// # Errors
    ///
    /// [`code::INVALID_TIMESTAMP`] for a call that is too old or too early, [`code::SUSPECTED_ATTACK`] for one that was
    /// received before.
    pub fn check(&self, timestamp: i64, call: Option<Fingerprint>, now: i64) -> Result<(), Rejection> {
        if self.window_ms.is_some_and(|window_ms| window_ms.unsigned_abs() < now.abs_diff(timestamp)) {
            return Err(code::INVALID_TIMESTAMP);
        }
        let (Some(received), Some(Fingerprint(hash))) = (&self.received, call) else { return Ok(()) };
        let mut spans = received.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if spans.is_first(hash, now) { Ok(()) } else { Err(code::SUSPECTED_ATTACK) }
    }
}

impl Spans {
    fn is_first(&mut self, hash: u64, now: i64) -> bool {
        let age = now.saturating_sub(self.began);
        if self.span_ms <= age || REMEMBERED_MAX <= self.now.len() {
            let ended = mem::take(&mut self.now);
            // What is older than two spans is in neither.
            self.before = if age < self.span_ms.saturating_mul(2) { ended } else { HashSet::new() };
            self.began = now;
        }
        !self.before.contains(&hash) && self.now.insert(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_240_000_000;

    #[test]
    fn a_call_is_fresh_within_the_window_at_both_ends() {
        let freshness = Freshness::new(600_000, false);
        assert!(freshness.fingerprint("1", b"sign").is_none());
        for (timestamp, is_fresh) in [
            (NOW, true),
            (NOW - 600_000, true),
            (NOW + 600_000, true),
            (NOW - 600_001, false),
            (NOW + 600_001, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            let expect = if is_fresh { Ok(()) } else { Err(code::INVALID_TIMESTAMP) };
            assert_eq!(freshness.check(timestamp, None, NOW), expect, "{timestamp}");
        }
        assert_eq!(Freshness::default().check(i64::MIN, None, NOW), Ok(()));
    }

    #[test]
    fn a_signature_is_taken_once_for_as_long_as_its_call_can_be_fresh() {
        let freshness = Freshness::new(600_000, true);
        let check = |app_id: &str, sign: &[u8], timestamp: i64, now: i64, expect: Result<(), Rejection>| {
            let call = freshness.fingerprint(app_id, sign);
            assert_eq!(freshness.check(timestamp, call, now), expect, "{app_id} {timestamp} {now}");
        };
        let early = NOW + 600_000;
        check("1", b"sign", early, NOW, Ok(()));
        for later in [0, 1, 600_000, 1_199_999, 1_200_000] {
            check("1", b"sign", early, NOW + later, Err(code::SUSPECTED_ATTACK));
        }
        check("1", b"sign", early, NOW + 1_200_001, Err(code::INVALID_TIMESTAMP));
        check("2", b"sign", NOW, NOW, Ok(()));
        check("1", b"sigN", NOW, NOW, Ok(()));
        // A call that was refused for its time is not counted as received.
        check("3", b"sign", NOW, NOW + 600_001, Err(code::INVALID_TIMESTAMP));
        check("3", b"sign", NOW, NOW + 600_000, Ok(()));
    }

    #[test]
    fn of_many_at_once_one_is_fresh() {
        let freshness = Freshness::new(600_000, true);
        let fresh = std::thread::scope(|scope| {
            let call = || freshness.check(NOW, freshness.fingerprint("1", b"sign"), NOW).is_ok();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).filter(|&fresh| fresh).count()
        });
        assert_eq!(fresh, 1);
    }
}
