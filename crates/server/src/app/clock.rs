//! The one clock (`docs/decisions.md`, "The clock"): the system's, or one that stands still until it is moved.

use domain::calendar::{CLOCK_BEGINS, CLOCK_ENDS};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What time it is, UTC milliseconds.
pub enum Clock {
    /// The machine's.
    System,
    /// A row of the store that stands still; held here as last heard.
    Manual(AtomicI64),
}

impl Clock {
    /// The setting that holds it: `system`, or milliseconds.
    pub const SETTING: &'static str = "clock";
    /// What the setting says of the system's.
    pub const SYSTEM: &'static str = "system";

    /// Reads the stored setting; a store without one runs on the system's clock. `None` where it is neither that nor a
    /// time: a clock that stood still must not run on unawares, for what is due until today would happen.
    pub fn from_setting(setting: Option<&str>) -> Option<Clock> {
        match setting {
            None | Some(Clock::SYSTEM) => Some(Clock::System),
            Some(setting) => Clock::read(setting).map(|at| Clock::Manual(AtomicI64::new(at))),
        }
    }

    /// A manual clock's time in its setting. What an earlier build let run past the end of time stands at that end.
    pub fn read(setting: &str) -> Option<i64> {
        setting.parse().ok().map(Clock::bounded)
    }

    /// The time within [`CLOCK_BEGINS`] and [`CLOCK_ENDS`] that is nearest to this one, UTC milliseconds.
    pub fn bounded(at: i64) -> i64 {
        at.clamp(CLOCK_BEGINS, CLOCK_ENDS)
    }

    /// The time now, UTC milliseconds, between [`CLOCK_BEGINS`] and [`CLOCK_ENDS`].
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => Clock::bounded(system_now()),
            Clock::Manual(at) => at.load(Ordering::Acquire),
        }
    }

    /// Whether it stands still until it is moved.
    pub fn stands_still(&self) -> bool {
        matches!(self, Clock::Manual(_))
    }

    /// Moves a manual clock forward; it never goes back.
    pub fn advance_to(&self, at: i64) {
        if let Clock::Manual(now) = self {
            now.fetch_max(at, Ordering::AcqRel);
        }
    }
}

/// The machine's time: for logs and for stores whose clock is the system's.
#[expect(clippy::disallowed_methods, reason = "the one place where time enters the program")]
pub fn system_now() -> i64 {
    let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    SystemTime::now().duration_since(UNIX_EPOCH).map_or_else(|before| -ms(before.duration()), ms)
}

/// The time of a manual clock as a command says it: `2026-01-01T00:00:00+08:00`, or `2026-01-01 00:00:00` in UTC+8. The
/// error says what is wrong, and where time ends.
pub fn parse_time(text: &str) -> Result<i64, String> {
    let [begins, ends] = [CLOCK_BEGINS, CLOCK_ENDS].map(wire::time::format);
    let range = format!("a clock runs from {begins} to {ends} in UTC+8");
    let at = match wire::time::parse(text) {
        Some(at) => at,
        None => {
            let at: Result<jiff::Timestamp, _> = text.parse();
            at.map_err(|error| format!("{error}; a time is 2026-01-01T00:00:00+08:00, and {range}"))?.as_millisecond()
        }
    };
    if (CLOCK_BEGINS..=CLOCK_ENDS).contains(&at) { Ok(at) } else { Err(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_wires_or_the_settings_and_lies_where_a_clock_runs() {
        for text in ["2026-01-01T00:00:00+08:00", "2025-12-31T16:00:00Z", "2026-01-01 00:00:00"] {
            assert_eq!(parse_time(text), Ok(1_767_196_800_000), "{text}");
        }
        assert_eq!(parse_time("9500-01-01 00:00:00"), Ok(CLOCK_ENDS));
        assert_eq!(parse_time("1000-01-01 00:00:00"), Ok(CLOCK_BEGINS));
        for text in [
            "tomorrow",
            "",
            "9500-01-01 00:00:01",
            "9999-12-31 23:59:59",
            "9999-12-30T22:00:00Z",
            "9999-12-31T23:59:59Z",
            "0999-12-31 23:59:59",
            "0001-01-01 00:00:00",
            "0000-01-01T00:00:00Z",
            "-009999-01-02T01:59:59Z",
            "+010000-01-01T00:00:00Z",
            "-000001-12-31T00:00:00Z",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stored_clock_past_the_end_of_time_stands_at_it() {
        for (stored, expect) in [("253402271999000", CLOCK_ENDS), ("-62135625600000", CLOCK_BEGINS), ("7", 7)] {
            assert_eq!(Clock::read(stored), Some(expect));
        }
        assert_eq!(Clock::read("system"), None);
        let now = |setting| Clock::from_setting(setting).map(|clock| (clock.stands_still(), clock.now()));
        assert_eq!(now(Some("9223372036854775807")), Some((true, CLOCK_ENDS)));
        for setting in [None, Some("system")] {
            assert_eq!(now(setting).map(|(stands_still, _)| stands_still), Some(false));
        }
        for none in ["", "System", "1767196800000.0", "2026-01-01 00:00:00", "9223372036854775808", " 7"] {
            assert_eq!(now(Some(none)), None, "{none}");
        }
    }
}
