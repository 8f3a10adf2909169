//! How many failed attempts an address may make in any window of real time, where it is known only later whether an
//! attempt failed.
//!
//! An attempt is pending until that is known. Failed and pending ones together never exceed the bound, so of many at
//! once no more are looked at than may fail. When pending ones fill the bound, the next waits until one is decided: it
//! may have succeeded. Only failed ones count against an address.
//!
//! Behind a proxy that is not trusted, everybody has its address. So an address that is over its bound is not shut: it
//! is slow. What has failed from there is refused; anything else gets one attempt, which comes in turn, a pause after
//! the one before. Whoever guesses has then one guess at each thing, and few of those in a window; whoever does nothing
//! wrong waits for some seconds.

use quick_cache::sync::Cache;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::SUBJECTS_MAX;

/// A rate limit of failed attempts by address, or by something else that stands for one. Addresses are as
/// `doors::caller` groups them.
pub struct FailedAttempts<K = IpAddr> {
    max: usize,
    window: Duration,
    /// How long an attempt waits for pending ones.
    wait_max: Duration,
    /// Between two attempts of an address that is over its bound.
    pause: Duration,
    /// Hashes subjects, by a key that nobody outside knows.
    hasher: RandomState,
    addresses: Cache<K, Arc<Address>>,
}

/// The attempts of one address.
#[derive(Default)]
struct Address {
    counts: Mutex<Counts>,
    /// Notified when a pending attempt is decided.
    decided: Notify,
}

#[derive(Default)]
struct Counts {
    /// When each failed one was begun and the hash of its subject, the oldest first: `max` of them, and as many more
    /// as there are pauses in a window.
    failed: VecDeque<(Instant, u64)>,
    pending: usize,
    /// When the last attempt of those that come in turn may begin.
    turn: Option<Instant>,
}

impl<K: Eq + Hash + Clone> FailedAttempts<K> {
    /// Allows each address `max` failed attempts in any `window`, and beyond that one in each `pause`; an attempt waits
    /// for others for `wait_max` at most.
    pub fn new(max: usize, window: Duration, wait_max: Duration, pause: Duration) -> FailedAttempts<K> {
        FailedAttempts { max, window, wait_max, pause, hasher: RandomState::new(), addresses: Cache::new(SUBJECTS_MAX) }
    }

    /// Begins an attempt at `subject`, after others if need be; `None` when too many have failed and one at the subject
    /// was among them, or the wait was too long.
    pub async fn begin(&self, address: K, subject: &str) -> Option<Attempt> {
        let address =
            self.addresses.get_or_insert_with::<_, ()>(&address, || Ok(Arc::default())).expect("it cannot fail");
        let subject = self.hasher.hash_one(subject);
        timeout(self.wait_max, self.admitted(address, subject)).await.ok().flatten()
    }

    async fn admitted(&self, address: Arc<Address>, subject: u64) -> Option<Attempt> {
        let over_at = loop {
            // Listening begins before looking, so that no decision in between is missed.
            let mut decided = std::pin::pin!(address.decided.notified());
            decided.as_mut().enable();
            let began = Instant::now();
            {
                let mut counts = address.counts.lock().expect("no holder panics");
                let is_old = |(time, _): &(Instant, u64)| self.window <= began.saturating_duration_since(*time);
                while counts.failed.front().is_some_and(is_old) {
                    counts.failed.pop_front();
                }
                if self.max <= counts.failed.len() {
                    break began;
                }
                if counts.failed.len() + counts.pending < self.max {
                    counts.pending += 1;
                    let address = address.clone();
                    return Some(Attempt { address, subject, began, failed: true });
                }
            }
            decided.await;
        };
        self.in_turn(address, subject, over_at).await
    }

    /// An attempt of an address that is over its bound.
    async fn in_turn(&self, address: Arc<Address>, subject: u64, now: Instant) -> Option<Attempt> {
        let has_failed = |counts: &Counts| counts.failed.iter().any(|(_, failed)| *failed == subject);
        let turn = {
            let mut counts = address.counts.lock().expect("no holder panics");
            let turn = counts.turn.map_or(now, |last| now.max(last + self.pause));
            // Whoever would wait for too long keeps nobody's turn.
            if has_failed(&counts) || self.wait_max <= turn - now {
                return None;
            }
            counts.turn = Some(turn);
            turn
        };
        tokio::time::sleep_until(turn.into()).await;
        let mut counts = address.counts.lock().expect("no holder panics");
        // Of several at one subject, the first may have failed meanwhile.
        if has_failed(&counts) {
            return None;
        }
        counts.pending += 1;
        drop(counts);
        Some(Attempt { address, subject, began: Instant::now(), failed: true })
    }
}

/// A pending attempt of an address. It has failed unless it is known not to have. So it belongs into the task that
/// finds that out, and not into one that ends with a connection.
pub struct Attempt {
    address: Arc<Address>,
    subject: u64,
    began: Instant,
    failed: bool,
}

impl Attempt {
    /// The attempt has not failed, or was not looked at: it is not counted.
    pub fn did_not_fail(mut self) {
        self.failed = false;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut counts = self.address.counts.lock().expect("no holder panics");
        counts.pending -= 1;
        if self.failed {
            counts.failed.push_back((self.began, self.subject));
        }
        drop(counts);
        self.address.decided.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(900);
    const WAIT: Duration = Duration::from_millis(200);
    /// So long that nothing comes in turn twice.
    const PAUSE: Duration = Duration::from_secs(60);

    fn address(last: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0x0a00_0000 + last).into()
    }

    #[tokio::test]
    async fn failed_ones_refuse_and_others_do_not() {
        let limit = FailedAttempts::new(2, WINDOW, WAIT, PAUSE);
        for _ in 0..5 {
            limit.begin(address(1), "one").await.expect("none has failed").did_not_fail();
        }
        for _ in 0..2 {
            drop(limit.begin(address(1), "one").await.expect("fewer than two have failed"));
        }
        let began = Instant::now();
        assert!(limit.begin(address(1), "one").await.is_none() && limit.begin(address(2), "one").await.is_some());
        assert!(began.elapsed() < WAIT, "nothing to wait for");
        let brief = FailedAttempts::new(1, Duration::from_millis(20), WAIT, PAUSE);
        drop(brief.begin(address(1), "one").await);
        assert!(brief.begin(address(1), "one").await.is_none());
        tokio::time::sleep(Duration::from_millis(25)).await;
        assert!(brief.begin(address(1), "one").await.is_some(), "the window is over");
    }

    #[tokio::test]
    async fn an_attempt_waits_for_pending_ones() {
        let limit = FailedAttempts::new(2, WINDOW, WAIT, PAUSE);
        let pending = [limit.begin(address(1), "one").await, limit.begin(address(1), "one").await]
            .map(|one| one.expect("two may"));
        assert!(limit.begin(address(1), "one").await.is_none(), "neither was decided in time");
        let [first, second] = pending;
        let decide = async {
            tokio::task::yield_now().await;
            first.did_not_fail();
        };
        let (third, ()) = tokio::join!(limit.begin(address(1), "one"), decide);
        let third = third.expect("one did not fail");
        // Both fail while the next waits for them.
        let fail = async {
            tokio::task::yield_now().await;
            drop((second, third));
        };
        let (next, ()) = tokio::join!(limit.begin(address(1), "one"), fail);
        assert!(next.is_none());
    }

    #[tokio::test]
    async fn an_address_over_its_bound_is_slow_and_not_shut() {
        let pause = Duration::from_millis(50);
        let limit = FailedAttempts::new(2, WINDOW, WAIT, pause);
        for _ in 0..2 {
            drop(limit.begin(address(1), "guessed").await.expect("two may fail"));
        }
        assert!(limit.begin(address(1), "guessed").await.is_none());
        // Others of the address come in turn, one after a pause.
        let began = Instant::now();
        for subject in ["a", "b", "c"] {
            limit.begin(address(1), subject).await.expect("nothing has failed there").did_not_fail();
        }
        assert!(2 * pause <= began.elapsed());
        // A guess at each, and no second one.
        drop(limit.begin(address(1), "a").await.expect("its turn"));
        assert!(limit.begin(address(1), "a").await.is_none());
        // Of several at once too: the first to fail is the last.
        let fails = async |subject| limit.begin(address(1), subject).await.map(drop);
        let (d, again, e) = tokio::join!(fails("d"), fails("d"), fails("e"));
        assert_eq!([d, again, e], [Some(()), None, Some(())]);
    }

    #[tokio::test]
    async fn whoever_would_wait_for_too_long_keeps_no_turn() {
        let limit = FailedAttempts::new(1, WINDOW, Duration::from_millis(80), Duration::from_millis(50));
        drop(limit.begin(address(1), "guessed").await);
        let (a, b, c) =
            tokio::join!(limit.begin(address(1), "a"), limit.begin(address(1), "b"), limit.begin(address(1), "c"),);
        assert!(a.is_some() && b.is_some() && c.is_none());
        assert!(limit.begin(address(1), "d").await.is_some(), "the turn after b's");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_at_once_no_more_are_looked_at_than_may_fail() {
        let limit = Arc::new(FailedAttempts::new(20, WINDOW, Duration::from_secs(5), PAUSE));
        let tries = |fails: bool| {
            let limit = limit.clone();
            move |_: usize| {
                let limit = limit.clone();
                tokio::spawn(async move {
                    let attempt = limit.begin(address(1), "one").await?;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    if !fails {
                        attempt.did_not_fail();
                    }
                    Some(())
                })
            }
        };
        let mut looked_at = [0, 0];
        for (fails, looked_at) in [false, true].into_iter().zip(&mut looked_at) {
            for task in (0..400).map(tries(fails)).collect::<Vec<_>>() {
                *looked_at += usize::from(task.await.expect("no panic").is_some());
            }
        }
        assert_eq!(looked_at, [400, 20]);
    }
}
