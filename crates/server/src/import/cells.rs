//! What spreadsheets and exports do to a cell: undone where nothing is lost, named where something is.

use memchr::memchr;

/// How an export writes that there is nothing, where a number should be.
const NOTHING: [&str; 6] = ["null", "nil", "none", "nan", "n/a", "undefined"];
/// What stands where a formula failed (Excel), or for a value that is not there (MySQL).
const FAILED: [&str; 8] = ["\\N", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"];
/// Digits of a number that spreadsheets keep.
const DIGITS_KEPT: usize = 15;
/// Digits of a number that programs with binary floating point keep at most.
const DIGITS_KEPT_MAX: usize = 17;
/// What is likelier than one in so many may be chance.
const CHANCE: u128 = 1_000_000;
/// Of so many numbers half are never zeroed by chance.
const LONG_MANY: u64 = 64;

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
/// is (`'2088…`, `="2088…"`); the error says what the cell has lost, or what no number of a shop's system holds.
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
    if is_decimal(number.strip_prefix(['+', '-']).unwrap_or(number)) {
        return Err(format!("{name} {number:?} was made a decimal: export the column as text"));
    }
    if let Some(digits) = number.strip_prefix(['+', '-'])
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(format!(
            "{name} {number:?} has a sign, as a spreadsheet's numbers have: export the column as text"
        ));
    }
    if !number.is_empty() && number.bytes().all(|byte| byte == b'#') {
        return Err(format!(
            "{name} {number:?} is what a spreadsheet shows of a column that is too narrow: export the column as text"
        ));
    }
    if NOTHING.iter().any(|nothing| number.eq_ignore_ascii_case(nothing)) {
        return Err(format!("{name} {number:?} is no number: leave the cell empty where there is none"));
    }
    if number.contains(|found: char| found.is_whitespace() || found.is_control() || "\"'`=,".contains(found)) {
        return Err(format!("{name} {number:?} must not hold blanks, quotes, commas or control characters"));
    }
    if number.contains(is_invisible) {
        return Err(format!("{name} {number:?} holds a character that cannot be seen: type it anew"));
    }
    if number.contains(|found| matches!(found, '\u{ff01}'..='\u{ff5e}' | '\u{ffe0}'..='\u{ffe6}')) {
        return Err(format!("{name} {number:?} holds full-width characters: write it in plain letters and digits"));
    }
    Ok(number)
}

/// Whether a character has no picture of its own: marks of byte order and writing direction, soft hyphens, joiners,
/// fillers, variation selectors. Two numbers that differ in one of these look the same.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// `2.0160102E+27`, `1E5`, `2.E+27`, `.2E+28`: how spreadsheets write a number that is too long for them.
fn is_exponent_form(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text| str::strip_prefix(text, ['+', '-']).unwrap_or(text);
    let mantissa = unsigned(mantissa);
    (digits(mantissa) || is_decimal(mantissa) || is_decimal(&mantissa.replacen(',', ".", 1)))
        && digits(unsigned(exponent))
}

/// `31198000017.00`, `1.5`, `2.`, `.2`: digits with a point at one place, and no sign.
fn is_decimal(text: &str) -> bool {
    let Some((whole, fraction)) = text.split_once('.') else { return false };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    1 < text.len() && digits(whole) && digits(fraction)
}

/// Counts the numbers of one column whose last digits are 0, as they are when a spreadsheet has read them as numbers.
#[derive(Clone, Copy, Default)]
pub struct Zeros {
    /// Numbers with more digits than a spreadsheet keeps.
    long: u64,
    /// Of these, those with nothing but 0 after the digits that are kept.
    zeroed: u64,
    /// How many digits these 0 are, after those that spreadsheets keep.
    zeros: u64,
}

impl Zeros {
    /// Counts this number.
    pub fn count(&mut self, number: &str) {
        let Some(tail) = number.as_bytes().get(DIGITS_KEPT..).filter(|tail| !tail.is_empty()) else { return };
        self.long += 1;
        let zeros = tail.iter().rev().take_while(|byte| **byte == b'0').count();
        let is_zeroed = zeros == tail.len() || (0 < zeros && number.len() - zeros <= DIGITS_KEPT_MAX);
        if is_zeroed && number.bytes().all(|byte| byte.is_ascii_digit()) {
            self.zeroed += 1;
            self.zeros += zeros as u64;
        }
    }

    /// What to warn of, if half of them are so and that is no chance.
    pub fn warning(self, name: &str) -> Option<String> {
        let Zeros { long, zeroed, .. } = self;
        let is_half = 0 < zeroed && long <= 2 * zeroed;
        (is_half && !self.may_be_chance()).then(|| {
            format!(
                "in {zeroed} of {long} rows {name} has nothing but 0 after its first {DIGITS_KEPT} to {DIGITS_KEPT_MAX} \
                 digits, which are all that a spreadsheet keeps of a number: if it has been through one, these are not \
                 the real numbers"
            )
        })
    }

    /// Whether half of them or more may end so by chance: one digit in ten is a 0, and any of them may be those that
    /// do.
    fn may_be_chance(self) -> bool {
        let Zeros { long, zeroed, zeros } = self;
        if LONG_MANY <= long {
            return false;
        }
        let choices = (0..u128::from(zeroed)).fold(1, |choices, nth| choices * (u128::from(long) - nth) / (nth + 1));
        let numbers = u32::try_from(zeros).ok().and_then(|zeros| 10_u128.checked_pow(zeros));
        numbers.is_some_and(|numbers| numbers < choices * CHANCE)
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
        for same in [
            "2088000000000001",
            "2016-01/02",
            "A1",
            "E5",
            "1E",
            "1e5x",
            "收01",
            "0xE5",
            "",
            "POS1-000123",
            "T_2016.01.02",
            "2016.01.02",
            "1-5",
            "#1024",
            "d3b07384-d113-4ec6-a7d8-8d1d7b4f9f2e",
            ".E5",
        ] {
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
            "2.E+27",
            ".2E+28",
            "-.2e28",
            "2,E+27",
        ] {
            check(rounded, Err("has been rounded"));
        }
        for decimal in
            ["31198000017.0", "31198000017.00", "1.5", "-1.5", "+2.0", "2.", ".2", "'31198000017.000", "=\"1.5\""]
        {
            check(decimal, Err("was made a decimal"));
        }
        for signed in ["-5", "+5", "-20160102", "'-5"] {
            check(signed, Err("has a sign"));
        }
        for narrow in ["#", "########", "'####"] {
            check(narrow, Err("too narrow"));
        }
        for wide in ["２０１６０１０２", "2.0160102Ｅ+27", "２.016", "2016Ｔ01", "Ａ1", "１", "2016－01", "￥1"]
        {
            check(wide, Err("full-width"));
        }
        for unseen in [
            "2016\u{200b}0102",
            "2016\u{ad}0102",
            "\u{ad}20160102",
            "2016\u{feff}0102",
            "2016\u{202e}0102",
            "2016\u{2060}0102",
            "2016\u{fe0f}0102",
            "T\u{200d}1",
            "2016\u{3164}",
            "\u{e0041}1",
        ] {
            check(unseen, Err("cannot be seen"));
        }
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
        check(5, 0, false);
        check(6, 0, true);
        check(7, 1, false);
        check(12, 6, false);
        check(20, 1, true);
        check(20, 8, true);
        check(30, 15, true);
        check(30, 16, false);
        check(1_000, 100, true);
        check(1_000, 500, true);
        check(1_000, 501, false);
        // A trade number of 28 digits has lost more of them than a user id.
        let mut one = Zeros::default();
        one.count("2016010200000000000000000000");
        assert!(one.warning("trade_no").is_some());
        // A program keeps two digits more.
        for (number, expect) in [("2016010100000123000000", true), ("2016010100000123010000", false)] {
            let mut kept = Zeros::default();
            (0..10).for_each(|_| kept.count(number));
            assert_eq!(kept.warning("out_trade_no").is_some(), expect, "{number}");
        }
        // What no spreadsheet takes for a number has lost nothing.
        let mut names = Zeros::default();
        (0..100).for_each(|_| names.count("POS1-20160102-0000"));
        assert!(names.warning("trade_no").is_none());
        let mut short = Zeros::default();
        (0..100).for_each(|_| short.count("208800000000000"));
        assert_eq!(short.warning("user_id"), None);
    }
}
