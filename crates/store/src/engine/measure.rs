//! What a store does, in numbers, for whoever watches it: counted with atomics, so that counting costs nanoseconds and
//! nobody waits for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many values fell below each of some fixed bounds.
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound, one for what is above them all.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

/// A histogram at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// For each bound, how many values were not above it.
    pub below: Vec<(u64, u64)>,
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
}

impl Histogram {
    /// With these bounds, ascending.
    pub fn new(bounds: &'static [u64]) -> Histogram {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Histogram { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Counts a value.
    pub fn record(&self, value: u64) {
        let place = self.bounds.partition_point(|&bound| bound < value);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts a time in microseconds.
    pub fn record_us(&self, time: Duration) {
        self.record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// What was counted so far. Values that are counted meanwhile may be in it in part.
    pub fn counted(&self) -> Counted {
        let sum = self.sum.load(Ordering::Relaxed);
        let mut count = 0;
        let mut below = Vec::with_capacity(self.bounds.len());
        for (place, counted) in self.counts.iter().enumerate() {
            count += counted.load(Ordering::Relaxed);
            below.extend(self.bounds.get(place).map(|&bound| (bound, count)));
        }
        Counted { below, count, sum }
    }
}

/// What became of writes since the store was opened.
pub struct Writes {
    /// Operations that shared a COMMIT; always one on PostgreSQL.
    pub group_ops: Histogram,
    /// What COMMIT took, microseconds, kept or not.
    pub commit_us: Histogram,
}

impl Default for Writes {
    fn default() -> Writes {
        Writes {
            group_ops: Histogram::new(&[1, 2, 4, 8, 16, 32, 64, 128, 256, 512]),
            commit_us: Histogram::new(&[
                100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_at_and_below_their_bounds() {
        let histogram = Histogram::new(&[1, 10, 100]);
        for value in [0, 1, 2, 10, 11, 100, 101, 5_000] {
            histogram.record(value);
        }
        let expect = Counted { below: vec![(1, 2), (10, 4), (100, 6)], count: 8, sum: 5_225 };
        assert_eq!(histogram.counted(), expect);
    }
}
