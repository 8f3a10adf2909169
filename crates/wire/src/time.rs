//! Times on the wire are `yyyy-MM-dd HH:mm:ss` in UTC+8, which has no summer time; everywhere else they are
//! milliseconds since 1970 in UTC.

const SECONDS_A_DAY: i64 = 86_400;
const SECONDS_EAST: i64 = 8 * 3_600;

/// Reads a time, in exactly that form and of a day that exists, as UTC milliseconds.
pub fn parse(text: &str) -> Option<i64> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let number = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .try_fold(0_i64, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let punctuated =
        [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')].iter().all(|&(at, byte)| bytes[at] == byte);
    let exists = 1 <= year && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !punctuated || !exists || 23 < hour || 59 < minute || 59 < second {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * SECONDS_A_DAY + hour * 3_600 + minute * 60 + second;
    Some((seconds - SECONDS_EAST) * 1_000)
}

/// Writes UTC milliseconds as a time; what is less than a second is cut off. Years are written with four digits from 1
/// to 9999, which is all that can be read again.
pub fn format(utc_ms: i64) -> String {
    let seconds = utc_ms.div_euclid(1_000) + SECONDS_EAST;
    let (days, second) = (seconds.div_euclid(SECONDS_A_DAY), seconds.rem_euclid(SECONDS_A_DAY));
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts years from March, so that the leap day is the last of its year: Howard Hinnant's `days_from_civil`.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse: Howard Hinnant's `civil_from_days`.
fn date_of(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
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
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(second in -62_135_625_600_i64..253_402_272_000) {
            prop_assert_eq!(parse(&format(second * 1_000)), Some(second * 1_000));
        }
    }
}
