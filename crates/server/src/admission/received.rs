//! What was received of verified calls, their signatures or nonces: who sends one again within its time has copied a
//! call.
//!
//! Each process remembers its own. What is remembered is bounded: two generations, of which the older one is forgotten
//! when the newer is full or has lasted for as long as a call can be fresh.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many a generation has at most; a process signs fewer answers in that time.
const GENERATION_MAX: usize = 2 << 20;

/// What was received.
pub struct Received {
    hasher: RandomState,
    /// A call may be as far ahead as another is late.
    life: Duration,
    generations: Mutex<Generations>,
}

struct Generations {
    new: HashSet<u64>,
    old: HashSet<u64>,
    began: Instant,
}

/// Something that may be received once: a hash that nobody else can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Received {
    /// Nothing so far. A call must be at most `late_max` old or early.
    pub fn new(late_max: Duration, now: Instant) -> Received {
        let generations = Generations { new: HashSet::new(), old: HashSet::new(), began: now };
        let (hasher, life) = (RandomState::new(), late_max.saturating_mul(2));
        Received { hasher, life, generations: Mutex::new(generations) }
    }

    /// What `what` of an app is recognised by.
    pub fn fingerprint(&self, app_id: &str, what: impl Hash) -> Fingerprint {
        Fingerprint(self.hasher.hash_one((app_id, what)))
    }

    /// Receives it at `now`; whether it was not received before, in its time. Of many at once one is the first.
    pub fn take(&self, Fingerprint(hash): Fingerprint, now: Instant) -> bool {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.saturating_duration_since(generations.began);
        if self.life < age || GENERATION_MAX <= generations.new.len() {
            let ended = mem::take(&mut generations.new);
            // What is older than two generations is in neither.
            generations.old = if age <= self.life.saturating_mul(2) { ended } else { HashSet::new() };
            generations.began = now;
        }
        !generations.old.contains(&hash) && generations.new.insert(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_received_once_in_its_time() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let received = Received::new(Duration::from_secs(600), start);
        let take = |app_id: &str, what: &str, seconds| received.take(received.fingerprint(app_id, what), at(seconds));
        assert!(take("1", "a", 0) && take("2", "a", 0) && take("1", "b", 0));
        for seconds in [0, 1, 600, 1_199, 1_200, 1_201, 2_400] {
            assert!(!take("1", "a", seconds), "{seconds}");
        }
        // By then a call with it is refused for its time.
        assert!(take("1", "a", 4_900) && !take("1", "a", 4_900));
    }

    #[test]
    fn of_many_at_once_one_is_the_first() {
        let now = Instant::now();
        let received = Received::new(Duration::from_secs(600), now);
        let firsts = std::thread::scope(|scope| {
            let take = || received.take(received.fingerprint("1", "a"), now);
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).filter(|&first| first).count()
        });
        assert_eq!(firsts, 1);
    }
}
