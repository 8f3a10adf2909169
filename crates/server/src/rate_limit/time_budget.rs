//! How much time a kind of work may take, whoever asks for it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So much time of work in each window. Work that has begun is finished: it must be bounded by itself.
pub struct TimeBudget {
    max: Duration,
    window: Duration,
    /// When the window began, and what was spent in it.
    spent: Mutex<Option<(Instant, Duration)>>,
}

impl TimeBudget {
    /// Allows `max` in each `window`.
    pub fn new(max: Duration, window: Duration) -> TimeBudget {
        TimeBudget { max, window, spent: Mutex::default() }
    }

    /// No limit.
    pub fn unlimited() -> TimeBudget {
        TimeBudget::new(Duration::MAX, Duration::MAX)
    }

    /// Whether there is time left at `now`.
    pub fn has_left(&self, now: Instant) -> bool {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.is_none_or(|(began, spent)| spent < self.max || self.window <= now.saturating_duration_since(began))
    }

    /// Counts work that went on from `began` until `now`.
    pub fn spend(&self, began: Instant, now: Instant) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let more = now.saturating_duration_since(began);
        let so_far = spent.filter(|(window, _)| now.saturating_duration_since(*window) < self.window);
        *spent = Some(so_far.map_or((began, more), |(window, spent)| (window, spent.saturating_add(more))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_there_again_in_the_next_window() {
        let (budget, began) = (TimeBudget::new(Duration::from_millis(100), Duration::from_secs(1)), Instant::now());
        let at = |ms| began + Duration::from_millis(ms);
        assert!(budget.has_left(at(0)));
        budget.spend(at(0), at(60));
        assert!(budget.has_left(at(60)));
        budget.spend(at(200), at(250));
        assert!(!budget.has_left(at(251)) && !budget.has_left(at(999)));
        assert!(budget.has_left(at(1_000)));
        budget.spend(at(1_000), at(1_050));
        assert!(budget.has_left(at(1_051)));
        let free = TimeBudget::unlimited();
        free.spend(at(0), at(1_000_000));
        assert!(free.has_left(at(1_000_001)));
    }
}
