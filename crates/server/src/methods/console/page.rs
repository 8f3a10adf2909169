//! What lists share: pages by cursors, and days of UTC+8 as operators write them.

use super::Argument;
use crate::answer::CallError;
use crate::biz::{Positive, Text, invalid};
use domain::calendar::{day_begins, day_of};
use wire::time;

/// How many things of a list are answered at once.
pub type PageLimit = Positive<1_000>;
/// A day of UTC+8 as `2026-01-31`.
pub type Day = Text<10>;

/// How many are answered where the request does not say.
const PAGE: u32 = 50;

/// How many things are asked for.
pub fn limit(limit: Option<PageLimit>) -> u32 {
    limit.map_or(PAGE, |Positive(limit)| u32::try_from(limit).expect("a bound of the type"))
}

/// Where a page begins, of a list whose places are two numbers: what an earlier page gave as `next`.
pub fn place(after: Option<&Argument>) -> Result<Option<(i64, i64)>, CallError> {
    let Some(text) = after else { return Ok(None) };
    let parts = text.split_once('.').and_then(|(first, second)| Some((first.parse().ok()?, second.parse().ok()?)));
    parts.map(Some).ok_or_else(|| unknown_place().into())
}

/// The same as the answer has it.
pub fn next((first, second): (i64, i64)) -> String {
    format!("{first}.{second}")
}

/// The same after a page of so many things whose last one stands there; `None` where the page is the last one.
pub fn next_of(last: Option<(i64, i64)>, len: usize, limit: u32) -> Option<String> {
    last.filter(|_| u32::try_from(len).is_ok_and(|len| limit <= len)).map(next)
}

/// The refusal of a cursor that no page gave.
pub fn unknown_place() -> wire::Rejection {
    invalid("after", "不是列表给出的next")
}

/// The number of a day.
pub fn day(field: &'static str, day: &Day) -> Result<i64, CallError> {
    let at = time::parse(&format!("{} 00:00:00", &**day));
    at.map(day_of).ok_or_else(|| invalid(field, "必须是yyyy-MM-dd格式的有效日期").into())
}

/// The first and the last day that are asked for: until today where no last one is said, and 31 days where no first one
/// is.
pub fn days(from: Option<&Day>, until: Option<&Day>, now: i64) -> Result<(i64, i64), CallError> {
    const DAYS: i64 = 31;
    let last = until.map_or(Ok(day_of(now)), |until| day("until", until))?;
    let first = from.map_or(Ok(last - (DAYS - 1)), |from| day("from", from))?;
    if last < first { Err(invalid("until", "不能早于from").into()) } else { Ok((first, last)) }
}

/// A day as operators read it.
pub fn day_text(day: i64) -> String {
    time::format(day_begins(day)).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biz::Field;
    use serde_json::Value;

    fn text<const MAX: usize>(text: &str) -> Text<MAX> {
        Text::read(Some(&Value::from(text))).expect("short")
    }

    #[test]
    fn a_day_reads_back() {
        for written in ["1970-01-01", "2026-01-31", "0001-01-01", "9999-12-30"] {
            assert_eq!(day_text(day("from", &text(written)).expect("a day")), written);
        }
        for wrong in ["", "2026-02-29", "2026-1-1", "20260101"] {
            assert!(day("from", &text(wrong)).is_err(), "{wrong}");
        }
        let now = 1_767_225_600_000;
        assert_eq!(days(None, None, now).expect("days"), (20_454 - 30, 20_454));
        assert!(days(Some(&text("2026-01-02")), Some(&text("2026-01-01")), now).is_err());
    }

    #[test]
    fn a_place_reads_back() {
        for at in [(0, 0), (-5, 7), (i64::MAX, i64::MIN)] {
            assert_eq!(place(Some(&text(&next(at)))).expect("a place"), Some(at));
        }
        for wrong in ["", ".", "1", "1.", "a.1", "1.2.3"] {
            assert!(place(Some(&text(wrong))).is_err(), "{wrong}");
        }
    }
}
