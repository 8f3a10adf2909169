//! What spreadsheets and exports do to a cell: undone where nothing is lost, named where something is.

use memchr::memchr;

/// How an export writes that there is nothing, where a number should be.
const NOTHING: [&str; 6] = ["null", "nil", "none", "nan", "n/a", "undefined"];
/// What stands where a formula failed (Excel), or for a value that is not there (MySQL).
const FAILED: [&str; 8] = ["\\N", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"];
/// Digits of a number that spreadsheets keep.
const DIGITS_KEPT: usize = 15;
/// So many numbers tell that their last digits are gone: of ten user ids one ends in 0 by chance.
const NUMBERS_MIN: u64 = 20;

/// The text of a cell without what cannot be seen around it: blanks, no-break and full-width ones too, and marks of
/// byte order and writing direction, which copying from a page or a chat leaves.
pub fn trimmed(text: &str) -> Result<&str, String> {
    let invisible = |found: char| {
        found.is_whitespace()
            || matches!(found, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}')
    };
    // Most cells are plain, and a file has many.
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    let text = if plain(bytes.first()) && plain(bytes.last()) { text } else { text.trim_matches(invisible) };
    if memchr(0, text.as_bytes()).is_some() {
        return Err("a value cannot hold U+0000".to_owned());
    }
    if text.starts_with(['#', '\\']) && FAILED.contains(&text) {
        return Err(format!("{text:?} is no value: correct the cell, or leave it empty"));
    }
    Ok(text)
}

/// The number in a cell that must hold one: an id or a trade number. Takes away what makes a spreadsheet leave it as it
/// is (`'2088…`, `="2088…"`); the error says what the cell has lost.
pub fn number<'a>(name: &str, text: &'a str) -> Result<&'a str, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text);
    }
    let formula = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
    let number = trimmed(formula.or_else(|| text.strip_prefix(['\'', '`', '’'])).unwrap_or(text))?;
    if is_exponent_form(number) {
        return Err(format!(
            "{name} {number:?} has been rounded by a spreadsheet: set the column to text before it is filled, and fill it anew"
        ));
    }
    if number.strip_suffix(".0").is_some_and(|whole| whole.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(format!("{name} {number:?} was made a decimal: export the column as text"));
    }
    if NOTHING.iter().any(|nothing| number.eq_ignore_ascii_case(nothing)) {
        return Err(format!("{name} {number:?} is no number: leave the cell empty where there is none"));
    }
    if number.contains(|found: char| found.is_whitespace() || found.is_control() || "\"'`=,".contains(found)) {
        return Err(format!("{name} {number:?} must not hold blanks, quotes, commas or control characters"));
    }
    Ok(number)
}

/// `2.0160102E+27`, `1E5`: how spreadsheets write a number that is too long for them.
fn is_exponent_form(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text| str::strip_prefix(text, ['+', '-']).unwrap_or(text);
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(unsigned(whole)) && digits(fraction) && digits(unsigned(exponent))
}

/// Counts the numbers of one column whose last digits are 0, as they are when a spreadsheet has read them as numbers.
#[derive(Clone, Copy, Default)]
pub struct Zeros {
    long: u64,
    zeroed: u64,
}

impl Zeros {
    /// Counts this number.
    pub fn count(&mut self, number: &str) {
        if let Some(tail) = number.as_bytes().get(DIGITS_KEPT..).filter(|tail| !tail.is_empty()) {
            self.long += 1;
            self.zeroed += u64::from(tail.iter().all(|byte| *byte == b'0'));
        }
    }

    /// What to warn of, if nearly all of them are so.
    pub fn warning(self, name: &str) -> Option<String> {
        let Zeros { long, zeroed } = self;
        let nearly_all = NUMBERS_MIN <= long && 19 * long <= 20 * zeroed;
        nearly_all.then(|| {
            format!(
                "in {zeroed} of {long} rows {name} has nothing but 0 after its first {DIGITS_KEPT} digits, which are all that \
                 a spreadsheet keeps of a number: if it has been through one, these are not the real numbers"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_or_named() {
        let check = |text: &str, expect: Result<&str, &str>| {
            let read = trimmed(text).and_then(|text| number("trade_no", text));
            match (&read, expect) {
                (Err(told), Err(part)) => assert!(told.contains(part), "{text}: {told}"),
                (read, expect) => assert_eq!(read.as_deref().map_err(String::as_str), expect, "{text}"),
            }
        };
        for same in ["2088000000000001", "2016-01/02", "A1", "E5", "1E", "1e5x", "收01", "0xE5", "1.5", ""] {
            check(same, Ok(same));
        }
        for wrapped in [
            "'20160102",
            "=\"20160102\"",
            "\t20160102\t",
            "\u{a0}20160102\u{3000}",
            "`20160102",
            "\u{feff}20160102",
            "\u{202a}20160102\u{202c}",
            "=\"20160102 \"",
            "’20160102",
        ] {
            check(wrapped, Ok("20160102"));
        }
        for rounded in [
            "2.0160102E+27",
            "1E5",
            "2.088E+15",
            "2.088e15",
            "1e+5",
            "-1E5",
            "2,088E+15",
            "'2.088E+15",
            "1E-5",
            "20160101E0001",
        ] {
            check(rounded, Err("has been rounded"));
        }
        check("31198000017.0", Err("was made a decimal"));
        for nothing in ["NULL", "nan", "None", "N/A"] {
            check(nothing, Err("is no number"));
        }
        for failed in ["#N/A", "\\N", "#REF!"] {
            check(failed, Err("is no value"));
        }
        for unclean in ["2016 0102", "31,198,000,017", "'2016'", "=A1", "\"2016\"", "2016\u{1b}[31m"] {
            check(unclean, Err("must not hold"));
        }
        check("a\0b", Err("U+0000"));
    }

    #[test]
    fn zeroed_digits_are_noticed_in_a_file_of_some_size() {
        let check = |rows: u64, whole: u64, expect: bool| {
            let mut zeros = Zeros::default();
            (0..rows).for_each(|row| zeros.count(if row < whole { "2088000000000001" } else { "2088000000000000" }));
            assert_eq!(zeros.warning("user_id").is_some(), expect, "{rows} {whole}");
        };
        check(19, 0, false);
        check(20, 0, true);
        check(1_000, 50, true);
        check(1_000, 51, false);
        let mut short = Zeros::default();
        (0..100).for_each(|_| short.count("208800000000000"));
        assert_eq!(short.warning("user_id"), None);
    }
}
