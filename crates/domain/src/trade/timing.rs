//! How long a trade waits for its buyer, can be cancelled, and can be refunded.

use jiff::Span;

use crate::calendar::zoned;

/// How long after the payment a trade may be cancelled (alipay.trade.cancel, rule 2).
pub const CANCEL_TIME_MS: i64 = 86_400_000;

const DAY_MS: i64 = 86_400_000;
const EAST_MS: i64 = 8 * 3_600_000;
const MINUTE_MS: i64 = 60_000;
/// The longest time to pay, and the one that a trade has when its maker says nothing: 15 days.
const LONGEST_MINUTES: i64 = 15 * 24 * 60;

/// The time that the buyer has to pay (`timeout_express`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// A number of minutes, from 1 to 15 days' worth.
    Minutes(i64),
    /// `1c`: until the end of the UTC+8 day.
    Day,
}

impl Default for Timeout {
    fn default() -> Timeout {
        Timeout::Minutes(LONGEST_MINUTES)
    }
}

impl Timeout {
    /// Reads `90m`, `2h`, `15d` or `1c`; `None` for anything else, and for what is not between a minute and 15 days.
    pub fn parse(text: &str) -> Option<Timeout> {
        if text == "1c" {
            return Some(Timeout::Day);
        }
        let (number, minutes) = [("m", 1), ("h", 60), ("d", 24 * 60)]
            .into_iter()
            .find_map(|(unit, minutes)| Some((text.strip_suffix(unit)?, minutes)))?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let minutes = number.parse::<i64>().ok()?.checked_mul(minutes)?;
        (1..=LONGEST_MINUTES).contains(&minutes).then_some(Timeout::Minutes(minutes))
    }

    /// When a trade made at `created_at` is given up, UTC milliseconds.
    pub fn ends_at(self, created_at: i64) -> i64 {
        match self {
            Timeout::Minutes(minutes) => created_at + minutes * MINUTE_MS,
            Timeout::Day => ((created_at + EAST_MS).div_euclid(DAY_MS) + 1) * DAY_MS - EAST_MS,
        }
    }
}

/// When a trade paid at `paid_at` is finished: three calendar months later, at the same UTC+8 time of day (ours).
pub fn finishes_at(paid_at: i64) -> i64 {
    zoned(paid_at).saturating_add(Span::new().months(3)).timestamp().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_pay_is_read_and_bounded() {
        for (text, expect) in [
            ("1m", Some(Timeout::Minutes(1))),
            ("90m", Some(Timeout::Minutes(90))),
            ("2h", Some(Timeout::Minutes(120))),
            ("15d", Some(Timeout::default())),
            ("21600m", Some(Timeout::default())),
            ("1c", Some(Timeout::Day)),
        ] {
            assert_eq!(Timeout::parse(text), expect, "{text}");
        }
        for text in [
            "",
            "m",
            "0m",
            "16d",
            "361h",
            "21601m",
            "-1m",
            "+1m",
            "1.5h",
            "1s",
            "2c",
            "1M",
            "９m",
            "99999999999999999999m",
        ] {
            assert_eq!(Timeout::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_and_months_are_those_of_the_wire() {
        const NEW_YEAR: i64 = 1_767_196_800_000; // 2026-01-01 00:00:00 in UTC+8
        const DAY: i64 = 86_400_000;
        for (created, expect) in
            [(NEW_YEAR, NEW_YEAR + DAY), (NEW_YEAR - 1, NEW_YEAR), (NEW_YEAR + DAY - 1, NEW_YEAR + DAY)]
        {
            assert_eq!(Timeout::Day.ends_at(created), expect);
        }
        assert_eq!(Timeout::Minutes(90).ends_at(NEW_YEAR), NEW_YEAR + 5_400_000);
        assert_eq!(finishes_at(NEW_YEAR), NEW_YEAR + (31 + 28 + 31) * DAY);
        // From 30 November to the last of February.
        assert_eq!(finishes_at(NEW_YEAR - 32 * DAY), NEW_YEAR + (31 + 27) * DAY);
    }
}
