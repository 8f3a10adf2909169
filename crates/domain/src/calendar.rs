//! Days as people in China count them: UTC+8, no summer time. And the ends of time.
//!
//! The wire writes years with four digits, and what is written must be read again; so no time that is shown may lie
//! after [`LAST_WRITTEN`]. What is decided at a moment adds to it: at most a coupon's delay of 99,999,999 minutes and
//! its 99,999 days, 464 years together. So a clock ends at [`CLOCK_ENDS`], and nothing that is computed from it goes
//! too far. It begins at [`CLOCK_BEGINS`] for the same reason, with centuries before it for what looks back.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// The first moment that the wire can write, 0001-01-01 00:00:00 in UTC+8, as UTC milliseconds.
pub const FIRST_WRITTEN: i64 = -62_135_625_600_000;
/// The last second that the wire can write, 9999-12-31 23:59:59 in UTC+8, as UTC milliseconds.
pub const LAST_WRITTEN: i64 = 253_402_271_999_000;
/// The first moment that a clock may show, 1000-01-01 00:00:00 in UTC+8, as UTC milliseconds.
pub const CLOCK_BEGINS: i64 = -30_610_252_800_000;
/// The last moment that a clock may show, 9500-01-01 00:00:00 in UTC+8, as UTC milliseconds.
pub const CLOCK_ENDS: i64 = 237_623_817_600_000;

/// A moment, UTC milliseconds, as the clocks of UTC+8 show it; the nearest that can be written, if it cannot.
pub(crate) fn zoned(at: i64) -> Zoned {
    // The calendar ends some hours before the wire does.
    let timestamp = Timestamp::from_millisecond(at.clamp(FIRST_WRITTEN, LAST_WRITTEN)).unwrap_or(Timestamp::MAX);
    timestamp.to_zoned(TimeZone::fixed(Offset::constant(8)))
}

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;
/// What UTC+8 is ahead of UTC.
const AHEAD_MS: i64 = 8 * 3_600_000;

/// The day of UTC+8 that a moment (UTC milliseconds) is on: days since 1970-01-01.
pub fn day_of(at: i64) -> i64 {
    at.saturating_add(AHEAD_MS).div_euclid(DAY_MS)
}

/// The moment at which a day of UTC+8 begins.
pub fn day_begins(day: i64) -> i64 {
    day.saturating_mul(DAY_MS).saturating_sub(AHEAD_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::{Budget, Every};
    use crate::coupon::{Begin, Days, Hours, Validity};
    use crate::id::{CampId, CampIdText};
    use crate::trade::{Timeout, finishes_at};
    use proptest::prelude::*;

    const LONGEST_DELAY_MINUTES: u32 = 99_999_999;
    const LONGEST_DAYS: u32 = 99_999;

    #[test]
    fn the_ends_are_where_they_are_said_to_be() {
        for (at, expect) in [
            (FIRST_WRITTEN, "0001-01-01T00:00:00"),
            (CLOCK_BEGINS, "1000-01-01T00:00:00"),
            (CLOCK_ENDS, "9500-01-01T00:00:00"),
        ] {
            assert_eq!(zoned(at).datetime().to_string(), expect);
        }
        // jiff's own end lies before this one.
        assert_eq!(zoned(LAST_WRITTEN).date().to_string(), "9999-12-31");
        assert_eq!((zoned(i64::MAX), zoned(i64::MIN)), (zoned(LAST_WRITTEN), zoned(FIRST_WRITTEN)));
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        for (at, day) in
            [(-28_800_001, -1), (-28_800_000, 0), (57_599_999, 0), (57_600_000, 1), (CLOCK_BEGINS, -354_285)]
        {
            assert_eq!(day_of(at), day, "{at}");
            assert!(day_begins(day) <= at && at < day_begins(day + 1), "{at}");
        }
    }

    /// All that is computed from a moment of a clock.
    fn try_all(now: i64) -> Result<(), TestCaseError> {
        let mut ends = vec![Timeout::default().ends_at(now), Timeout::Day.ends_at(now), finishes_at(now)];
        for begin in [
            Begin::AtOnce,
            Begin::After { minutes: LONGEST_DELAY_MINUTES },
            Begin::OnDay { minutes: LONGEST_DELAY_MINUTES },
        ] {
            let (starts_at, ends_at) = Validity::Relative { days: LONGEST_DAYS, begin }.of_taken(now);
            prop_assert!(now - DAY_MS < starts_at && starts_at < ends_at);
            ends.push(ends_at);
        }
        for end in ends {
            prop_assert!((FIRST_WRITTEN..=LAST_WRITTEN).contains(&end), "{now}: {end}");
        }
        let id = CampId::new(now, 7);
        prop_assert!(CampIdText::parse(&id.to_text()).is_some_and(|text| text.names(id)));
        for every in [Every::Day, Every::Week, Every::Month] {
            prop_assert!(every.part(now).len() <= 10);
        }
        prop_assert_eq!(Budget::day(now).len(), 10);
        prop_assert!(Hours::default().hold(now) && !Days::default().hold(now));
        Ok(())
    }

    proptest! {
        #[test]
        fn whatever_a_clock_shows_can_be_added_to_and_written(
            begin in CLOCK_BEGINS..CLOCK_BEGINS + 1_000 * DAY_MS,
            early in -200_000 * DAY_MS..0,
            end in CLOCK_ENDS - 1_000 * DAY_MS..=CLOCK_ENDS,
            any in CLOCK_BEGINS..=CLOCK_ENDS,
        ) {
            for now in [begin, early, end, any, CLOCK_BEGINS, -1, 0, CLOCK_ENDS] {
                try_all(now)?;
            }
        }

        #[test]
        fn no_time_at_all_makes_anything_fail(at in any::<i64>()) {
            drop((zoned(at), finishes_at(at), CampId::new(at, 7).to_text(), Every::Week.part(at)));
            prop_assert!(Hours::default().hold(at) && !Days::default().hold(at));
        }
    }
}
