//! How many failed attempts an address may make in any window of real time, where it is known only later whether an
//! attempt failed.
//!
//! An attempt is pending until that is known. Failed and pending ones together never exceed the bound, so of many at
//! once no more are looked at than may fail. When pending ones fill the bound, the next waits until one is decided: it
//! may have succeeded. Only failed ones refuse an address.

use quick_cache::sync::Cache;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::SUBJECTS_MAX;

/// A rate limit of failed attempts by address. Addresses are as `doors::caller` groups them.
pub struct FailedAttempts {
    max: usize,
    window: Duration,
    /// How long an attempt waits for pending ones.
    wait_max: Duration,
    addresses: Cache<IpAddr, Arc<Address>>,
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
    /// When each failed one was begun, the oldest first, at most `max` of them.
    failed: VecDeque<Instant>,
    pending: usize,
}

impl FailedAttempts {
    /// Allows each address `max` failed attempts in any `window`; an attempt waits for pending ones for `wait_max` at
    /// most.
    pub fn new(max: usize, window: Duration, wait_max: Duration) -> FailedAttempts {
        FailedAttempts { max, window, wait_max, addresses: Cache::new(SUBJECTS_MAX) }
    }

    /// Begins an attempt, after pending ones if need be; `None` when too many have failed, or the wait was too long.
    pub async fn begin(&self, address: IpAddr) -> Option<Attempt> {
        let address =
            self.addresses.get_or_insert_with::<_, ()>(&address, || Ok(Arc::default())).expect("it cannot fail");
        timeout(self.wait_max, self.admitted(address)).await.ok().flatten()
    }

    async fn admitted(&self, address: Arc<Address>) -> Option<Attempt> {
        loop {
            // Listening begins before looking, so that no decision in between is missed.
            let mut decided = std::pin::pin!(address.decided.notified());
            decided.as_mut().enable();
            let began = Instant::now();
            {
                let mut counts = address.counts.lock().expect("no holder panics");
                let is_old = |time: &Instant| self.window <= began.saturating_duration_since(*time);
                while counts.failed.front().is_some_and(is_old) {
                    counts.failed.pop_front();
                }
                if self.max <= counts.failed.len() {
                    return None;
                }
                if counts.failed.len() + counts.pending < self.max {
                    counts.pending += 1;
                    break;
                }
            }
            decided.await;
        }
        Some(Attempt { address, began: Instant::now(), failed: true })
    }
}

/// A pending attempt of an address. It has failed unless it is known not to have. So it belongs into the task that
/// finds that out, and not into one that ends with a connection.
pub struct Attempt {
    address: Arc<Address>,
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
            counts.failed.push_back(self.began);
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

    fn address(last: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0x0a00_0000 + last).into()
    }

    #[tokio::test]
    async fn failed_ones_refuse_and_others_do_not() {
        let limit = FailedAttempts::new(2, WINDOW, WAIT);
        for _ in 0..5 {
            limit.begin(address(1)).await.expect("none has failed").did_not_fail();
        }
        for _ in 0..2 {
            drop(limit.begin(address(1)).await.expect("fewer than two have failed"));
        }
        let began = Instant::now();
        assert!(limit.begin(address(1)).await.is_none() && limit.begin(address(2)).await.is_some());
        assert!(began.elapsed() < WAIT, "nothing to wait for");
        let brief = FailedAttempts::new(1, Duration::from_millis(20), WAIT);
        drop(brief.begin(address(1)).await);
        assert!(brief.begin(address(1)).await.is_none());
        tokio::time::sleep(Duration::from_millis(25)).await;
        assert!(brief.begin(address(1)).await.is_some(), "the window is over");
    }

    #[tokio::test]
    async fn an_attempt_waits_for_pending_ones() {
        let limit = FailedAttempts::new(2, WINDOW, WAIT);
        let pending = [limit.begin(address(1)).await, limit.begin(address(1)).await].map(|one| one.expect("two may"));
        assert!(limit.begin(address(1)).await.is_none(), "neither was decided in time");
        let [first, second] = pending;
        let decide = async {
            tokio::task::yield_now().await;
            first.did_not_fail();
        };
        let (third, ()) = tokio::join!(limit.begin(address(1)), decide);
        let third = third.expect("one did not fail");
        // Both fail while the next waits for them.
        let fail = async {
            tokio::task::yield_now().await;
            drop((second, third));
        };
        let (next, ()) = tokio::join!(limit.begin(address(1)), fail);
        assert!(next.is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_at_once_no_more_are_looked_at_than_may_fail() {
        let limit = Arc::new(FailedAttempts::new(20, WINDOW, Duration::from_secs(5)));
        let tries = |fails: bool| {
            let limit = limit.clone();
            move |_: usize| {
                let limit = limit.clone();
                tokio::spawn(async move {
                    let attempt = limit.begin(address(1)).await?;
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
