//! When a coupon can be used (page.coupon-claim, rule 8). Days are those of UTC+8, times UTC milliseconds.

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
const EAST_MS: i64 = 8 * 3_600_000;

/// When a coupon can be used, as its merchant says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// FIXED: the same for everybody who takes it.
    Fixed {
        /// The first moment at which it can be used, UTC milliseconds.
        starts_at: i64,
        /// The last second in which it can be used, UTC milliseconds.
        ends_at: i64,
    },
    /// RELATIVE: counted from the moment it was taken.
    Relative {
        /// The number of days, at least 1.
        days: u32,
        /// When the days begin to count.
        begin: Begin,
    },
}

/// Since when the days of a relative validity count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// IMMEDIATELY: at the moment it is taken.
    AtOnce,
    /// DELAY, ABSOLUTELY: some minutes after it is taken.
    After {
        /// The delay in minutes.
        minutes: u32,
    },
    /// From midnight of a later day, by so many minutes of which only whole days count: DELAY, BYDAY.
    OnDay {
        /// The delay in minutes.
        minutes: u32,
    },
}

impl Validity {
    /// The first and the last moment of a coupon that is taken at `at`. The last one is still within it: a day's coupon
    /// taken at noon ends a millisecond before noon.
    pub fn of_taken(self, at: i64) -> (i64, i64) {
        let (days, begin) = match self {
            Validity::Fixed { starts_at, ends_at } => return (starts_at, ends_at),
            Validity::Relative { days, begin } => (i64::from(days), begin),
        };
        let starts_at = match begin {
            Begin::AtOnce => at,
            Begin::After { minutes } => at + i64::from(minutes) * MINUTE_MS,
            Begin::OnDay { minutes } => {
                let midnight = (at + EAST_MS).div_euclid(DAY_MS) * DAY_MS - EAST_MS;
                midnight + i64::from(minutes) * MINUTE_MS / DAY_MS * DAY_MS
            }
        };
        (starts_at, starts_at + days * DAY_MS - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01 00:00:00 in UTC+8.
    const MIDNIGHT: i64 = 1_767_196_800_000;
    const HOUR_MS: i64 = 60 * MINUTE_MS;

    #[test]
    fn a_fixed_one_is_the_same_whenever_it_is_taken() {
        let fixed = Validity::Fixed { starts_at: 5, ends_at: 9 };
        assert_eq!([0, 7, 20].map(|at| fixed.of_taken(at)), [(5, 9); 3]);
    }

    #[test]
    fn a_relative_one_counts_from_when_it_is_taken() {
        let eight = MIDNIGHT + 8 * HOUR_MS;
        for (begin, days, expect_start, expect_length) in [
            (Begin::AtOnce, 1, eight, DAY_MS),
            (Begin::AtOnce, 5, eight, 5 * DAY_MS),
            // 24*60：当日08:00领到隔日08:00可用.
            (Begin::After { minutes: 1_440 }, 5, eight + DAY_MS, 5 * DAY_MS),
            (Begin::After { minutes: 1 }, 1, eight + MINUTE_MS, DAY_MS),
            // BYDAY 24*60：隔日00:00可用.
            (Begin::OnDay { minutes: 1_440 }, 5, MIDNIGHT + DAY_MS, 5 * DAY_MS),
            (Begin::OnDay { minutes: 2_879 }, 1, MIDNIGHT + DAY_MS, DAY_MS),
            (Begin::OnDay { minutes: 2_880 }, 1, MIDNIGHT + 2 * DAY_MS, DAY_MS),
            (Begin::OnDay { minutes: 60 }, 1, MIDNIGHT, DAY_MS),
            (Begin::AtOnce, 99_999, eight, 99_999 * DAY_MS),
        ] {
            let expect = (expect_start, expect_start + expect_length - 1);
            assert_eq!(Validity::Relative { days, begin }.of_taken(eight), expect, "{begin:?} {days}");
        }
    }

    #[test]
    fn days_are_those_of_the_clock_in_china() {
        let next = Validity::Relative { days: 1, begin: Begin::OnDay { minutes: 1_440 } };
        for (at, expect) in
            [(MIDNIGHT - 1, MIDNIGHT), (MIDNIGHT, MIDNIGHT + DAY_MS), (MIDNIGHT + DAY_MS - 1, MIDNIGHT + DAY_MS)]
        {
            assert_eq!(next.of_taken(at).0, expect, "{at}");
        }
    }
}
