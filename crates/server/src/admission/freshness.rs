//! How old a call may be, and whether it may come again: `--timestamp-window`, `--refuse-replays`.
//!
//! Time is the machine's, never a manual clock's: an SDK writes the time of the machine that it runs on.

use super::received::{Fingerprint, Received};
use std::time::{Duration, Instant};
use wire::{Rejection, code};

/// What makes a call fresh.
#[derive(Default)]
pub struct Freshness {
    /// How far its `timestamp` may be from now, either way, milliseconds.
    window_ms: Option<u64>,
    /// The signatures that were received, where none may come again.
    received: Option<Received>,
}

impl Freshness {
    /// Calls must be at most `window` old or early, and must not come again if `refuse_replays`.
    pub fn new(window: Duration, refuse_replays: bool, now: Instant) -> Freshness {
        let window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        Freshness { window_ms: Some(window_ms), received: refuse_replays.then(|| Received::new(window, now)) }
    }

    /// What a call is recognised by: who signs it, and the signature. `None` where that is not asked.
    pub fn fingerprint(&self, app_id: &str, signature: &[u8]) -> Option<Fingerprint> {
        self.received.as_ref().map(|received| received.fingerprint(app_id, signature))
    }

    /// Checks a verified call that says to be sent at `timestamp`. It comes at `at`, both UTC milliseconds, which is
    /// `now`. Of two with one signature one is fresh.
    ///
    /// # Errors
    ///
    /// [`code::INVALID_TIMESTAMP`] for a call that is too old or too early, [`code::SUSPECTED_ATTACK`] for one that was
    /// received before.
    pub fn check(&self, timestamp: i64, call: Option<Fingerprint>, at: i64, now: Instant) -> Result<(), Rejection> {
        if self.window_ms.is_some_and(|window_ms| window_ms < at.abs_diff(timestamp)) {
            return Err(code::INVALID_TIMESTAMP);
        }
        match (&self.received, call) {
            (Some(received), Some(call)) if !received.take(call, now) => Err(code::SUSPECTED_ATTACK),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_240_000_000;
    const WINDOW: Duration = Duration::from_secs(600);

    #[test]
    fn a_call_is_fresh_within_the_window_at_both_ends() {
        let now = Instant::now();
        let freshness = Freshness::new(WINDOW, false, now);
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
            assert_eq!(freshness.check(timestamp, None, NOW, now), expect, "{timestamp}");
        }
        assert_eq!(Freshness::default().check(i64::MIN, None, NOW, now), Ok(()));
    }

    #[test]
    fn a_signature_is_taken_once_for_as_long_as_its_call_can_be_fresh() {
        let start = Instant::now();
        let freshness = Freshness::new(WINDOW, true, start);
        let check = |app_id: &str, sign: &[u8], timestamp: i64, later_ms: u32, expect: Result<(), Rejection>| {
            let call = freshness.fingerprint(app_id, sign);
            let (at, now) = (NOW + i64::from(later_ms), start + Duration::from_millis(later_ms.into()));
            assert_eq!(freshness.check(timestamp, call, at, now), expect, "{app_id} {timestamp} {later_ms}");
        };
        let early = NOW + 600_000;
        check("1", b"sign", early, 0, Ok(()));
        for later in [0, 1, 600_000, 1_199_999, 1_200_000] {
            check("1", b"sign", early, later, Err(code::SUSPECTED_ATTACK));
        }
        check("1", b"sign", early, 1_200_001, Err(code::INVALID_TIMESTAMP));
        check("2", b"sign", early, 1_200_000, Ok(()));
        check("1", b"sigN", early, 1_200_000, Ok(()));
        // A call that was refused for its time is not counted as received.
        check("3", b"sign", NOW, 600_001, Err(code::INVALID_TIMESTAMP));
        check("3", b"sign", NOW, 600_000, Ok(()));
    }
}
