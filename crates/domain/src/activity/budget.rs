//! How often an activity may give: in all, and on one day.

use crate::calendar::zoned;

/// How many prizes there are. `1 <= daily <= total` is for the maker to see to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Prizes over the activity's whole time.
    pub total: i64,
    /// Prizes on one UTC+8 day; `None` is no daily bound.
    pub daily: Option<i64>,
}

impl Budget {
    /// The kind of the counter that takes from the total; its part is empty.
    pub const TOTAL: &'static str = "budget";
    /// The kind of the counter that takes from a day's; its part is [`Budget::day`].
    pub const DAILY: &'static str = "day_budget";

    /// The UTC+8 day of a moment, as the counter of that day is called: `2026-01-01`.
    pub fn day(at: i64) -> String {
        zoned(at).date().to_string()
    }

    /// Whether `next` gives at least as much, in the same ways: what a budget may be changed to.
    pub fn grows_to(self, next: Budget) -> bool {
        let daily = match (self.daily, next.daily) {
            (None, None) => true,
            (Some(now), Some(next)) => now <= next,
            // A new bound would take away; that one is given up for good is not said by leaving it out.
            (None, Some(_)) | (Some(_), None) => false,
        };
        self.total <= next.total && daily
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_only_grows() {
        let budget = |total, daily| Budget { total, daily };
        for (now, next, expect) in [
            (budget(10, None), budget(10, None), true),
            (budget(10, None), budget(11, None), true),
            (budget(10, None), budget(9, None), false),
            (budget(10, Some(2)), budget(10, Some(2)), true),
            (budget(10, Some(2)), budget(10, Some(3)), true),
            (budget(10, Some(2)), budget(20, Some(1)), false),
            (budget(10, None), budget(10, Some(10)), false),
            (budget(10, Some(2)), budget(10, None), false),
        ] {
            assert_eq!(now.grows_to(next), expect, "{now:?} {next:?}");
        }
    }

    #[test]
    fn a_day_is_one_of_utc_plus_8() {
        assert_eq!(Budget::day(1_767_196_799_999), "2025-12-31");
        assert_eq!(Budget::day(1_767_196_800_000), "2026-01-01");
    }
}
