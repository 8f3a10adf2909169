//! How often one user may take part in an activity: `user_win_count` and `user_win_frequency`.

use crate::calendar::zoned;

/// The bounds for one user; none where the merchant set none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How often one user may take part while the activity lasts; `None` is no bound.
    pub in_all: Option<i64>,
    /// How often one user may take part in each calendar period; `None` is no bound.
    pub frequency: Option<Frequency>,
}

/// How often one user may take part in each calendar period, UTC+8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// The length of the period.
    pub every: Every,
    /// The bound for one period, at least 1.
    pub times: i64,
}

/// The length of a calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A calendar day.
    Day,
    /// A week as ISO 8601 counts it: from Monday, the first one of a year with its first Thursday.
    Week,
    /// A calendar month.
    Month,
}

impl Every {
    /// The period that a moment lies in, as it is kept: `2026-01-01`, `2026-W01`, `2026-01`.
    pub fn part(self, at: i64) -> String {
        let date = zoned(at).date();
        match self {
            Every::Day => date.to_string(),
            Every::Week => {
                let week = date.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Every::Month => format!("{:04}-{:02}", date.year(), date.month()),
        }
    }
}

impl Frequency {
    /// Reads `D||3`, `W||2` or `M||1`: a period and a positive number without sign or leading zeros.
    pub fn parse(text: &str) -> Option<Frequency> {
        let (every, times) = text.split_once("||")?;
        let every = match every {
            "D" => Every::Day,
            "W" => Every::Week,
            "M" => Every::Month,
            _ => return None,
        };
        if times.starts_with('0') || !times.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Frequency { every, times: times.parse().ok()? })
    }
}

impl Limits {
    /// Every period in which taking part at `at` counts, with how often that is allowed in it; the first is for ever
    /// (`""`) and counts even without a bound.
    pub fn parts(self, at: i64) -> Vec<(String, Option<i64>)> {
        let mut parts = vec![(String::new(), self.in_all)];
        parts.extend(self.frequency.map(|Frequency { every, times }| (every.part(at), Some(times))));
        parts
    }

    /// Whether `next` allows at least as much, in the same ways: what limits may be changed to.
    pub fn grow_to(self, next: Limits) -> bool {
        let in_all = match (self.in_all, next.in_all) {
            (None, None) => true,
            (Some(now), Some(next)) => now <= next,
            (None, Some(_)) | (Some(_), None) => false,
        };
        let frequency = match (self.frequency, next.frequency) {
            (None, None) => true,
            (Some(now), Some(next)) => now.every == next.every && now.times <= next.times,
            (None, Some(_)) | (Some(_), None) => false,
        };
        in_all && frequency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR: i64 = 1_767_196_800_000; // 2026-01-01 00:00:00 in UTC+8, a Thursday
    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn frequencies_are_a_letter_two_bars_and_a_number() {
        let read = |text| Frequency::parse(text).map(|it| (it.every, it.times));
        assert_eq!(read("D||1"), Some((Every::Day, 1)));
        assert_eq!(read("W||20"), Some((Every::Week, 20)));
        assert_eq!(read("M||999"), Some((Every::Month, 999)));
        for bad in
            ["", "D", "D|1", "D||", "D||0", "D||01", "D||-1", "D||+1", "D||1.0", "D|| 1", "d||1", "Y||1", "D||1||2"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn periods_are_those_of_the_calendar() {
        for (at, day, week, month) in [
            (NEW_YEAR - 1, "2025-12-31", "2026-W01", "2025-12"),
            (NEW_YEAR, "2026-01-01", "2026-W01", "2026-01"),
            (NEW_YEAR - 3 * DAY_MS - 1, "2025-12-28", "2025-W52", "2025-12"),
            (NEW_YEAR - 3 * DAY_MS, "2025-12-29", "2026-W01", "2025-12"),
            (NEW_YEAR + 4 * DAY_MS, "2026-01-05", "2026-W02", "2026-01"),
            // 2027 begins on a Friday: its first three days belong to the fifty-third week of 2026.
            (NEW_YEAR + 365 * DAY_MS, "2027-01-01", "2026-W53", "2027-01"),
        ] {
            assert_eq!((Every::Day.part(at).as_str(), Every::Week.part(at).as_str()), (day, week));
            assert_eq!(Every::Month.part(at), month);
        }
    }

    #[test]
    fn taking_part_counts_for_ever_and_in_its_period() {
        let limits = |in_all, frequency| Limits { in_all, frequency: Frequency::parse(frequency) };
        let part = |name: &str, bound| (name.to_owned(), bound);
        assert_eq!(limits(None, "").parts(NEW_YEAR), [part("", None)]);
        assert_eq!(limits(Some(5), "W||2").parts(NEW_YEAR), [part("", Some(5)), part("2026-W01", Some(2))]);
    }

    #[test]
    fn limits_only_grow() {
        let limits = |in_all, frequency| Limits { in_all, frequency: Frequency::parse(frequency) };
        for (now, next, expect) in [
            (limits(None, ""), limits(None, ""), true),
            (limits(Some(1), "D||1"), limits(Some(2), "D||2"), true),
            (limits(Some(2), ""), limits(Some(1), ""), false),
            (limits(None, ""), limits(Some(9), ""), false),
            (limits(Some(9), ""), limits(None, ""), false),
            (limits(None, "D||3"), limits(None, "D||2"), false),
            (limits(None, "D||3"), limits(None, "W||30"), false),
            (limits(None, "D||3"), limits(None, ""), false),
            (limits(None, ""), limits(None, "D||3"), false),
        ] {
            assert_eq!(now.grow_to(next), expect, "{now:?} {next:?}");
        }
    }
}
