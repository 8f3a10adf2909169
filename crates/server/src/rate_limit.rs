//! How often an address may do what costs us or others something: a number of times in any window of real time.
//!
//! Counted in this process and by the machine's monotonic clock, never by the store's: a manual clock stands still, and
//! an address is a matter of this node's network. Another node counts by itself, and a restart forgets. What must hold
//! over nodes and restarts has a count in the store besides (`store::pin`).

mod attempts;
mod time_budget;
mod turns;

pub use attempts::{Attempt, FailedAttempts};
pub use time_budget::TimeBudget;
pub use turns::Turns;

use quick_cache::sync::Cache;
use std::collections::VecDeque;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How many calls an address may send in a second on a platform that cannot be verified: an unknown app, a wrong
/// signature, a broken body. Beyond that the address is answered [`wire::code::APP_CALL_LIMITED`]; what can be verified
/// is never refused. On a stand-in, whose users are testing, there is no limit.
const UNVERIFIED_CALLS_MAX: usize = 100;
/// The window of [`UNVERIFIED_CALLS_MAX`].
const UNVERIFIED_CALLS_WINDOW: Duration = Duration::from_secs(1);
/// Addresses or apps that are remembered; of more, those that did the least are forgotten.
const SUBJECTS_MAX: usize = 16_384;

/// A rate limit for each address, as `doors::caller` groups them, or for each of something else.
pub struct RateLimit<K = IpAddr> {
    max: usize,
    window: Duration,
    /// When each did it, the oldest first, at most `max` times.
    times: Cache<K, Arc<Mutex<VecDeque<Instant>>>>,
}

impl RateLimit {
    /// The limit of a platform for calls that cannot be verified.
    pub fn of_unverified_calls() -> RateLimit {
        RateLimit::new(UNVERIFIED_CALLS_MAX, UNVERIFIED_CALLS_WINDOW)
    }

    /// No limit.
    pub fn unlimited() -> RateLimit {
        RateLimit::new(usize::MAX, Duration::ZERO)
    }
}

impl<K: Clone + Eq + Hash> RateLimit<K> {
    /// Allows each `max` times in any `window`.
    pub fn new(max: usize, window: Duration) -> RateLimit<K> {
        RateLimit { max, window, times: Cache::new(SUBJECTS_MAX) }
    }

    /// Whether this one has used up what it is allowed, at `now`.
    pub fn is_over(&self, subject: &K, now: Instant) -> bool {
        self.times.get(subject).is_some_and(|times| {
            let mut times = times.lock().expect("no holder panics");
            self.forget_old(&mut times, now);
            self.max <= times.len()
        })
    }

    /// Counts one, at `now`; false, and not counted, if this one has used up what it is allowed. Of many at once
    /// exactly as many are counted as are allowed.
    pub fn take(&self, subject: &K, now: Instant) -> bool {
        if self.max == usize::MAX {
            return true;
        }
        let times = self.times.get_or_insert_with::<_, ()>(subject, || Ok(Arc::default())).expect("it cannot fail");
        let mut times = times.lock().expect("no holder panics");
        self.forget_old(&mut times, now);
        let allowed = times.len() < self.max;
        if allowed {
            times.push_back(now);
        }
        allowed
    }

    fn forget_old(&self, times: &mut VecDeque<Instant>, now: Instant) {
        while times.front().is_some_and(|time| self.window <= now.saturating_duration_since(*time)) {
            times.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(900);

    fn address(last: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0x0a00_0000 + last).into()
    }

    #[test]
    fn an_address_is_over_after_its_share_and_others_are_not() {
        let (limit, began) = (RateLimit::new(2, WINDOW), Instant::now());
        let [one, other] = [1, 2].map(address);
        let after = |seconds| began + Duration::from_secs(seconds);
        assert!(!limit.is_over(&one, began));
        assert!(limit.take(&one, began) && !limit.is_over(&one, began));
        assert!(limit.take(&one, after(600)));
        assert!(limit.is_over(&one, after(600)) && !limit.is_over(&other, after(600)));
        assert!(!limit.take(&one, after(899)), "any window, not one that happens to begin");
        assert!(limit.take(&one, after(900)) && !limit.take(&one, after(1_499)));
        let free = RateLimit::unlimited();
        assert!((0..1_000).all(|_| free.take(&one, began)) && !free.is_over(&one, began));
    }

    #[test]
    fn of_many_at_once_as_many_are_counted_as_are_allowed() {
        let (limit, now) = (RateLimit::new(20, WINDOW), Instant::now());
        let allowed = std::thread::scope(|scope| {
            let tries = || (0..50).filter(|_| limit.take(&address(1), now)).count();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(tries)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).sum::<usize>()
        });
        assert_eq!(allowed, 20);
    }

    #[test]
    fn many_addresses_are_forgotten_but_not_the_busy_one() {
        let (limit, now) = (RateLimit::new(3, WINDOW), Instant::now());
        for other in 0..40_000 {
            limit.take(&address(other), now);
            limit.is_over(&address(0), now);
            if other % 1_000 == 0 {
                limit.take(&address(0), now);
            }
        }
        assert!(limit.times.len() <= SUBJECTS_MAX);
        assert!(limit.is_over(&address(0), now));
    }
}
