//! When a coupon may be used: hours of a week, and days on which it may not. All in UTC+8.

use crate::calendar::zoned;
use jiff::civil::Date;

/// When in a week a coupon may be used; none stated is any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours(Vec<Window>);

/// Hours of the day on some weekdays.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Window {
    /// Monday is 1, Sunday is 7.
    weekdays: Vec<i8>,
    /// From and to in seconds of the day; the last second is still in.
    spans: Vec<(i32, i32)>,
}

/// Ranges of days, first and last included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(Vec<(Date, Date)>);

/// Where and why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The index of the part that is wrong, from 0.
    pub part: usize,
    /// That part, as it was sent.
    pub text: String,
    /// What is wrong with that part.
    pub why: ParseErrorKind,
}

/// What is wrong with a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseErrorKind {
    /// It is not written as it should be, or names what does not exist.
    Shape,
    /// It ends before it begins, or at the same moment.
    Backwards,
    /// It overlaps an earlier part.
    Overlaps,
}

impl Hours {
    /// Adds hours as the wire has them: `values` as `1,3,5` (1 is Monday), `times` as
    /// `16:00:00,20:00:00^21:00:00,22:00:00`, which may touch and not overlap. The error is of one or the other text.
    pub fn add(&mut self, values: &str, times: &str) -> Result<(), HoursParseError> {
        let weekdays = parts(values, ',', weekday).map_err(HoursParseError::Values)?;
        let mut spans: Vec<(i32, i32)> = Vec::new();
        for (part, text) in times.split('^').enumerate() {
            let misread = |why| HoursParseError::Times(ParseError { part, text: text.to_owned(), why });
            let (from, to) = pair(text, second).ok_or_else(|| misread(ParseErrorKind::Shape))?;
            if to <= from {
                return Err(misread(ParseErrorKind::Backwards));
            }
            if spans.iter().any(|&(start, end)| from < end && start < to) {
                return Err(misread(ParseErrorKind::Overlaps));
            }
            spans.push((from, to));
        }
        self.0.push(Window { weekdays, spans });
        Ok(())
    }

    /// Whether a moment (UTC milliseconds) is within them.
    pub fn hold(&self, at: i64) -> bool {
        let local = zoned(at);
        let weekday = local.weekday().to_monday_one_offset();
        let time = local.time();
        let second = i32::from(time.hour()) * 3_600 + i32::from(time.minute()) * 60 + i32::from(time.second());
        let holds = |window: &Window| {
            window.weekdays.contains(&weekday) && window.spans.iter().any(|&(from, to)| (from..=to).contains(&second))
        };
        self.0.is_empty() || self.0.iter().any(holds)
    }
}

/// Which of the two texts of a `use_time` is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoursParseError {
    /// The text of weekdays (`values`).
    Values(ParseError),
    /// The text of times of day (`times`).
    Times(ParseError),
}

impl Days {
    /// Reads days as the wire has them: `2016-05-01,2016-05-03^2016-10-01,2016-10-07`, first and last included.
    pub fn parse(text: &str) -> Result<Days, ParseError> {
        let mut days = Vec::new();
        for (part, text) in text.split('^').enumerate() {
            let misread = |why| ParseError { part, text: text.to_owned(), why };
            let (from, to) = pair(text, day).ok_or_else(|| misread(ParseErrorKind::Shape))?;
            if to < from {
                return Err(misread(ParseErrorKind::Backwards));
            }
            days.push((from, to));
        }
        Ok(Days(days))
    }

    /// Whether a moment (UTC milliseconds) is on one of them.
    pub fn hold(&self, at: i64) -> bool {
        let today = zoned(at).date();
        self.0.iter().any(|&(from, to)| (from..=to).contains(&today))
    }
}

fn parts<T>(text: &str, between: char, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ParseError> {
    let read = |(part, text): (usize, &str)| {
        read(text.trim()).ok_or_else(|| ParseError { part, text: text.to_owned(), why: ParseErrorKind::Shape })
    };
    text.split(between).enumerate().map(read).collect()
}

/// `from,to`.
fn pair<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<(T, T)> {
    let (from, to) = text.split_once(',')?;
    Some((read(from.trim())?, read(to.trim())?))
}

fn weekday(text: &str) -> Option<i8> {
    match text.as_bytes() {
        [digit @ b'1'..=b'7'] => Some((digit - b'0').cast_signed()),
        _ => None,
    }
}

/// `hh:mm:ss` as seconds of the day.
fn second(text: &str) -> Option<i32> {
    let [hour, minute, second] = numbers(text, ':', [2, 2, 2])?;
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
}

/// `yyyy-MM-dd`.
fn day(text: &str) -> Option<Date> {
    let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// Three numbers of so many digits each.
fn numbers(text: &str, between: char, digits: [usize; 3]) -> Option<[i32; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split(between);
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|it| it.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    /// Thursday 2026-01-01 00:00:00 in UTC+8.
    const THURSDAY: i64 = 1_767_196_800_000;

    fn hours(values: &str, times: &str) -> Result<Hours, HoursParseError> {
        let mut hours = Hours::default();
        hours.add(values, times).map(|()| hours)
    }

    #[test]
    fn hours_hold_from_their_first_second_to_their_last() {
        assert!(Hours::default().hold(THURSDAY), "none stated is any time");
        let evening = hours("1,4", "16:00:00,20:00:00^21:00:00,22:00:00").unwrap();
        for (at, expect) in [
            (THURSDAY + 16 * HOUR - 1, false),
            (THURSDAY + 16 * HOUR, true),
            (THURSDAY + 20 * HOUR + 999, true),
            (THURSDAY + 20 * HOUR + 1_000, false),
            (THURSDAY + 21 * HOUR, true),
            (THURSDAY + (24 + 17) * HOUR, false),
            (THURSDAY + (4 * 24 + 17) * HOUR, true),
        ] {
            assert_eq!(evening.hold(at), expect, "{at}");
        }
        let mut both = evening;
        both.add("5", "00:00:00,23:59:59").unwrap();
        assert!(both.hold(THURSDAY + 48 * HOUR - 1) && both.hold(THURSDAY + 17 * HOUR));
        assert!(!both.hold(THURSDAY + 48 * HOUR));
        // Sunday is 7; parts may touch.
        assert!(hours("7", "08:00:00,12:00:00^12:00:00,13:00:00").unwrap().hold(THURSDAY + (3 * 24 + 12) * HOUR));
    }

    #[test]
    fn bad_hours_are_refused_with_where() {
        let values = |part, text: &str| {
            HoursParseError::Values(ParseError { part, text: text.to_owned(), why: ParseErrorKind::Shape })
        };
        let times = |part, text: &str, why| HoursParseError::Times(ParseError { part, text: text.to_owned(), why });
        let day = "00:00:00,23:59:59";
        for (weekdays, hours_of_day, expect) in [
            ("", day, values(0, "")),
            ("0", day, values(0, "0")),
            ("1,8", day, values(1, "8")),
            ("1,,3", day, values(1, "")),
            ("1，3", day, values(0, "1，3")),
            ("1", "", times(0, "", ParseErrorKind::Shape)),
            ("1", "16:00,20:00", times(0, "16:00,20:00", ParseErrorKind::Shape)),
            ("1", "16:00:00", times(0, "16:00:00", ParseErrorKind::Shape)),
            ("1", "16:00:00,24:00:00", times(0, "16:00:00,24:00:00", ParseErrorKind::Shape)),
            ("1", "16:00:00,20:60:00", times(0, "16:00:00,20:60:00", ParseErrorKind::Shape)),
            ("1", "16:00:00,20:00:00,21:00:00", times(0, "16:00:00,20:00:00,21:00:00", ParseErrorKind::Shape)),
            ("1", "+6:00:00,20:00:00", times(0, "+6:00:00,20:00:00", ParseErrorKind::Shape)),
            ("1", "20:00:00,16:00:00", times(0, "20:00:00,16:00:00", ParseErrorKind::Backwards)),
            ("1", "16:00:00,16:00:00", times(0, "16:00:00,16:00:00", ParseErrorKind::Backwards)),
            ("1", "16:00:00,20:00:00^", times(1, "", ParseErrorKind::Shape)),
            ("1", "16:00:00,20:00:00^19:59:59,22:00:00", times(1, "19:59:59,22:00:00", ParseErrorKind::Overlaps)),
            ("1", "16:00:00,20:00:00^15:00:00,21:00:00", times(1, "15:00:00,21:00:00", ParseErrorKind::Overlaps)),
            ("1", "16:00:00,20:00:00^17:00:00,18:00:00", times(1, "17:00:00,18:00:00", ParseErrorKind::Overlaps)),
        ] {
            assert_eq!(hours(weekdays, hours_of_day), Err(expect), "{weekdays} {hours_of_day}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar_in_china() {
        assert!(!Days::default().hold(THURSDAY));
        let days = Days::parse("2025-12-30,2025-12-31^2026-01-02,2026-01-02").unwrap();
        for (at, expect) in [
            (THURSDAY - 48 * HOUR - 1, false),
            (THURSDAY - 48 * HOUR, true),
            (THURSDAY - 1, true),
            (THURSDAY, false),
            (THURSDAY + 24 * HOUR, true),
            (THURSDAY + 48 * HOUR, false),
        ] {
            assert_eq!(days.hold(at), expect, "{at}");
        }
        for (text, part, why) in [
            ("", 0, ParseErrorKind::Shape),
            ("2016-05-01", 0, ParseErrorKind::Shape),
            ("2016-09-30,2016-09-31", 0, ParseErrorKind::Shape),
            ("2016-5-1,2016-5-3", 0, ParseErrorKind::Shape),
            ("2016-05-01,2016-05-03^2016-10-07,2016-10-01", 1, ParseErrorKind::Backwards),
            ("2016-05-01,2016-05-03^2016-10-01 2016-10-07", 1, ParseErrorKind::Shape),
        ] {
            let wrong = text.split('^').nth(part).unwrap().to_owned();
            assert_eq!(Days::parse(text), Err(ParseError { part, text: wrong, why }), "{text}");
        }
    }
}
