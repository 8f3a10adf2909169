//! Times on the wire are `yyyy-MM-dd HH:mm:ss` in UTC+8, which has no summer time; everywhere else they are
//! milliseconds since 1970 in UTC.
//!
//! The digits are read and written here, because the form is strict; which days exist and how they are counted, jiff
//! knows. Its `Timestamp` ends some hours before 9999-12-31 23:59:59 in UTC+8, so only its civil times are used.

use jiff::SignedDuration;
use jiff::civil::{DateTime, datetime};

const MS_A_SECOND: i64 = 1_000;
/// 1970 began at this hour in UTC+8.
const EPOCH: DateTime = datetime(1970, 1, 1, 8, 0, 0, 0);
/// The first and the last time that can be written, as UTC milliseconds.
const FIRST_MS: i64 = -62_135_625_600_000;
const LAST_MS: i64 = 253_402_271_999_000;

/// Reads a time as UTC milliseconds. `None` for any other form, and for a day or a time of day that does not exist.
pub fn parse(text: &str) -> Option<i64> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let number = |from: usize, to: usize| {
        let digits = &bytes[from..to];
        digits
            .iter()
            .try_fold(0_i16, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i16::from(byte - b'0')))
    };
    let small = |from: usize| number(from, from + 2).and_then(|number| i8::try_from(number).ok());
    let (year, month, day) = (number(0, 4)?, small(5)?, small(8)?);
    let (hour, minute, second) = (small(11)?, small(14)?, small(17)?);
    let punctuated =
        [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')].iter().all(|&(at, byte)| bytes[at] == byte);
    if !punctuated || year < 1 {
        return None;
    }
    let time = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some(time.duration_since(EPOCH).as_secs() * MS_A_SECOND)
}

/// Writes UTC milliseconds as a time; what is less than a second is cut off. Before the year 1 and after the year 9999
/// it writes the nearest time that can be read again.
pub fn format(utc_ms: i64) -> String {
    let seconds = utc_ms.clamp(FIRST_MS, LAST_MS).div_euclid(MS_A_SECOND);
    let time = EPOCH.saturating_add(SignedDuration::from_secs(seconds));
    let (year, month, day) = (time.year(), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads() {
        let check = |text: &str, expect| assert_eq!(parse(text), expect, "{text}");
        check("1970-01-01 08:00:00", Some(0));
        check("2016-09-19 22:35:10", Some(1_474_295_710_000));
        check("2026-11-22 05:33:36", Some(1_795_296_816_000));
        check("2016-02-29 00:00:00", Some(1_456_675_200_000));
        check("2000-02-29 00:00:00", Some(951_753_600_000));
        check("0001-01-01 00:00:00", Some(-62_135_625_600_000));
        check("9999-12-31 23:59:59", Some(253_402_271_999_000));
        for text in [
            "",
            "2015-02-29 00:00:00",
            "1900-02-29 00:00:00",
            "2016-09-31 00:00:00",
            "2016-00-01 00:00:00",
            "2016-13-01 00:00:00",
            "2016-01-00 00:00:00",
            "0000-01-01 00:00:00",
            "2016-01-01 24:00:00",
            "2016-01-01 00:60:00",
            "2016-01-01 00:00:60",
            "2016-1-1 00:00:00",
            "2016-01-01T00:00:00",
            "2016/01/01 00:00:00",
            "2016-01-01 00:00:00 ",
            " 2016-01-01 00:00:0",
            "2016-01-01 00:00",
            "2016-01-01 00:00:+1",
            "２016-01-01 00:00:",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn writes() {
        let check = |utc_ms, expect| assert_eq!(format(utc_ms), expect);
        check(0, "1970-01-01 08:00:00");
        check(1_474_295_710_999, "2016-09-19 22:35:10");
        check(-1, "1970-01-01 07:59:59");
        check(FIRST_MS, "0001-01-01 00:00:00");
        check(LAST_MS + 999, "9999-12-31 23:59:59");
        check(i64::MIN, "0001-01-01 00:00:00");
        check(i64::MAX, "9999-12-31 23:59:59");
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(second in -62_135_625_600_i64..253_402_272_000) {
            prop_assert_eq!(parse(&format(second * 1_000)), Some(second * 1_000));
        }
    }
}
