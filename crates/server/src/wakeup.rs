//! The runner's wake-up: what makes the runner of jobs look at the store, what its callers wait for, and which jobs
//! have failed and are tried again.

use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::Fault;
use store::job::Due;
use tokio::sync::Notify;

/// After its first failure a job waits for so long, after each further one twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// What is to be tried at once may be on its way: it is not looked for over and over.
const TRY_PAUSE: Duration = Duration::from_millis(100);

/// The runner's wake-up, shared by the runner and by everything that plans jobs for it.
#[derive(Default)]
pub struct Wakeup {
    /// A request to look at the store, kept until the runner takes it.
    requested: Notify,
    /// Notifies after each job that was done or has failed.
    pub done: Notify,
    /// Until when the runner sleeps unless it is woken, UTC milliseconds; 0 while it is awake.
    sleeps_until: AtomicI64,
    /// How many jobs were done here: a job that does a great thing in parts plans itself anew for the same time.
    done_count: AtomicU64,
    failing: Mutex<HashMap<(String, i64), Pause>>,
}

struct Pause {
    failures: u32,
    until: Instant,
}

impl Wakeup {
    /// Makes the runner look at the store: something may be due. A request made while the runner is awake is kept.
    pub fn wake(&self) {
        self.requested.notify_one();
    }

    /// A job was planned for `due_at`, UTC milliseconds. Wakes the runner, unless it looks before that anyway: every
    /// payment plans a job, and most jobs are for a day to come.
    pub fn planned(&self, due_at: i64) {
        let sleeps_until = self.sleeps_until.load(Ordering::Acquire);
        if sleeps_until == 0 || due_at < sleeps_until {
            self.wake();
        }
    }

    /// Waits from `now`, UTC milliseconds, until the runner is woken, but no longer than `at_most`. A request that came
    /// since the runner last looked ends the wait at once.
    pub async fn sleep(&self, now: i64, at_most: Duration) {
        let at_most_ms = i64::try_from(at_most.as_millis()).unwrap_or(i64::MAX);
        self.sleeps_until.store(now.saturating_add(at_most_ms), Ordering::Release);
        drop(tokio::time::timeout(at_most, self.requested.notified()).await);
        self.sleeps_until.store(0, Ordering::Release);
    }

    /// How many jobs this process has done.
    pub fn done_count(&self) -> u64 {
        self.done_count.load(Ordering::Relaxed)
    }

    /// Whether a job has failed and is to be tried again.
    pub fn is_failing(&self, due: &Due) -> bool {
        self.failing().contains_key(&(due.kind.clone(), due.subject))
    }

    /// How many jobs have failed and are to be tried again.
    pub fn failing_count(&self) -> usize {
        self.failing().len()
    }

    /// How long it is until the first of the failing jobs is tried again. Those that nobody has tried for long after
    /// their time are forgotten: they were done elsewhere.
    pub fn next_try(&self) -> Option<Duration> {
        let mut failing = self.failing();
        failing.retain(|_, pause| pause.until.elapsed() < PAUSE_MAX);
        let next = failing.values().map(|pause| pause.until).min();
        next.map(|until| until.saturating_duration_since(Instant::now()).max(TRY_PAUSE))
    }

    fn failing(&self) -> MutexGuard<'_, HashMap<(String, i64), Pause>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is too early to try a job again.
    pub fn is_paused(&self, due: &Due) -> bool {
        let failing = self.failing();
        failing.get(&(due.kind.clone(), due.subject)).is_some_and(|pause| Instant::now() < pause.until)
    }

    /// A job is done, or has failed and is tried again later.
    pub fn ended(&self, kind: &str, subject: i64, failure: Option<&Fault>) {
        let mut failing = self.failing();
        let key = (kind.to_owned(), subject);
        match failure {
            None => {
                failing.remove(&key);
                self.done_count.fetch_add(1, Ordering::Relaxed);
            }
            Some(fault) => {
                let pause = failing.entry(key).or_insert(Pause { failures: 0, until: Instant::now() });
                let time = PAUSE_MIN.saturating_mul(1 << pause.failures.min(10)).min(PAUSE_MAX);
                pause.failures += 1;
                pause.until = Instant::now() + time;
                let error = fault as &dyn Error;
                tracing::error!(kind, subject, failures = pause.failures, error, "a job failed; it is tried again");
                // So that the runner sleeps no longer than the pause.
                self.wake();
            }
        }
        drop(failing);
        self.done.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const LONG: Duration = Duration::from_secs(3_600);
    const LONG_MS: i64 = 3_600_000;

    #[tokio::test]
    async fn only_what_is_due_before_it_looks_anyway_wakes_the_runner() {
        let wakeup = Wakeup::default();
        let mut sleep = pin!(wakeup.sleep(1, LONG));
        let mut is_asleep = || sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending;
        assert!(is_asleep());
        wakeup.planned(1 + LONG_MS);
        assert!(is_asleep());
        wakeup.planned(LONG_MS);
        assert!(!is_asleep());
    }

    #[tokio::test]
    async fn whatever_is_planned_while_the_runner_looks_is_remembered() {
        let wakeup = Wakeup::default();
        wakeup.planned(2 * LONG_MS);
        wakeup.sleep(1, LONG).await;
        wakeup.planned(2 * LONG_MS);
        wakeup.sleep(1, LONG).await;
    }
}
