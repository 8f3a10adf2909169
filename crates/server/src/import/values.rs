//! What columns of several tables hold, and how it is read: numbers that another system gave, and times that are past.

use domain::calendar::CLOCK_BEGINS;
use domain::trade::NUMBER_CHARS_MAX;
use wire::time;

/// The column of that name, in whatever case, among those that a table has.
pub fn known_column<C: Copy>(columns: &[(&str, C)], name: &str) -> Result<C, String> {
    let known = columns.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, column)| *column).ok_or_else(|| {
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        format!("the column {name:?} is none of {}", names.join(", "))
    })
}

/// Whether another system can have given this number to a thing, such as a `trade`; the error says why not. What a
/// spreadsheet makes of a number (`Jan-16`, `$1.00`, `TRUE`) is none.
pub fn foreign_number(name: &str, thing: &str, text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err(format!("{name} is missing"));
    }
    if NUMBER_CHARS_MAX < text.chars().count() {
        return Err(format!("{name} {text:?} must be at most {NUMBER_CHARS_MAX} characters"));
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if plain && text.contains(|found: char| found.is_ascii_digit()) && !is_day_of_month(text) {
        return Ok(());
    }
    let of = "letters, digits, underscores and hyphens, with a digit among them";
    Err(format!("{name} {text:?} is no number of a {thing}, which is made of {of}"))
}

/// `Jan-16`, `16-Jan`: a day or a month as spreadsheets show it.
fn is_day_of_month(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let is_month = |part: &str| MONTHS.iter().any(|month| part.eq_ignore_ascii_case(month));
    let is_day = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(one, two)| (is_month(one) && is_day(two)) || (is_day(one) && is_month(two)))
}

/// A time in the form of the wire that is not to come at `now`; both in UTC milliseconds.
pub fn past(name: &str, text: &str, now: i64) -> Result<i64, String> {
    let at =
        time::parse(text).ok_or_else(|| format!("{name} {text:?} must be a time, yyyy-MM-dd HH:mm:ss in UTC+8"))?;
    if at < CLOCK_BEGINS {
        return Err(format!("{name} {text:?} is before {}, where time begins here", time::format(CLOCK_BEGINS)));
    }
    if at <= now { Ok(at) } else { Err(format!("{name} {text:?} is yet to come")) }
}
