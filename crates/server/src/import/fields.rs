//! The fields of one line of CSV.
//!
//! A line is all that a field can be in: a quote that is not closed there makes a bad row of one line, where a reader
//! that looks for its end further down, as CSV libraries do, would take the lines between into one field and lose them.

use std::borrow::Cow;

/// So many fields most files have at most.
const FIELDS_USUAL: usize = 8;
/// What may stand between fields; of two that a header has equally often, the first.
const SEPARATORS: [char; 4] = [',', '\t', ';', '|'];

/// The separator of a file with this header.
pub fn separator(header: &str) -> char {
    let often = |separator: &char| header.matches(*separator).count();
    SEPARATORS.into_iter().rev().max_by_key(often).unwrap_or(',')
}

/// The separator that a spreadsheet's first line (`sep=;`) sets, if it is one.
pub fn separator_line(line: &str) -> Option<char> {
    let mut rest = line.trim_matches('"').strip_prefix("sep=")?.chars();
    let separator = rest.next()?;
    (SEPARATORS.contains(&separator) && rest.next().is_none()).then_some(separator)
}

/// Splits a line. A quoted field may hold separators, and quotes that are doubled; blanks around its quotes do not
/// count. A quote in any other field is refused: it may be the end of a field that began on the line before. The
/// formula `="…"` is such a field, by which a spreadsheet keeps digits as text.
pub fn fields(line: &str, separator: char) -> Result<Vec<Cow<'_, str>>, &'static str> {
    if !line.contains('"') {
        let mut fields = Vec::with_capacity(FIELDS_USUAL);
        fields.extend(line.split(separator).map(Cow::Borrowed));
        return Ok(fields);
    }
    let blank = |found: char| found != separator && found.is_whitespace();
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let Some(quoted) = rest.trim_start_matches(blank).strip_prefix('"') else {
            let (field, more) = match rest.split_once(separator) {
                Some((field, more)) => (field, Some(more)),
                None => (rest, None),
            };
            if field.contains('"') && !is_formula(field.trim()) {
                return Err("a quote stands in a field that does not begin with one");
            }
            fields.push(Cow::Borrowed(field));
            let Some(more) = more else { return Ok(fields) };
            rest = more;
            continue;
        };
        let (field, after) = unquoted(quoted).ok_or("a quote is not closed on its line")?;
        fields.push(field);
        let after = after.trim_start_matches(blank);
        if after.is_empty() {
            return Ok(fields);
        }
        rest = after.strip_prefix(separator).ok_or("text follows a closing quote")?;
    }
}

/// Whether a field is `="…"`, with no other quote in it.
fn is_formula(field: &str) -> bool {
    let quoted = field.strip_prefix("=\"").and_then(|field| field.strip_suffix('"'));
    quoted.is_some_and(|text| !text.contains('"'))
}

/// What is in quotes, after the first of them, and what comes after the last.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (mut field, mut rest) = text.split_once('"')?;
    if !rest.starts_with('"') {
        return Some((Cow::Borrowed(field), rest));
    }
    let mut whole = String::new();
    while let Some(more) = rest.strip_prefix('"') {
        whole.push_str(field);
        whole.push('"');
        (field, rest) = more.split_once('"')?;
    }
    whole.push_str(field);
    Some((Cow::Owned(whole), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split() {
        let check = |line: &str, expect: &[&str]| assert_eq!(fields(line, ',').expect(line), expect);
        check("", &[""]);
        check("a", &["a"]);
        check("a,b,", &["a", "b", ""]);
        check("\"a\",\"b\"", &["a", "b"]);
        check("\"a,b\",c", &["a,b", "c"]);
        check("\"a \"\"b\"\" c\",\"\"", &["a \"b\" c", ""]);
        check("\"\"\"\",\"\"\"\"\"\"", &["\"", "\"\""]);
        check(" \"a\" , \"b\"\t,c", &["a", "b", "c"]);
        check("\"5\"\" tablet\",ab", &["5\" tablet", "ab"]);
        check("=\"2088\", =\"1\" ", &["=\"2088\"", " =\"1\" "]);
        check("=\"2088\",\"=\"\"2088\"\"\"", &["=\"2088\"", "=\"2088\""]);
        check("“a”,'b'", &["“a”", "'b'"]);
        assert_eq!(fields("\"a\"\t\"b,\"\t", '\t').expect("tabs"), ["a", "b,", ""]);
    }

    #[test]
    fn a_quote_ends_on_its_line() {
        let check = |line: &str, expect| assert_eq!(fields(line, ',').expect_err(line), expect);
        let (open, after) = ("a quote is not closed on its line", "text follows a closing quote");
        check("1,\"上海", open);
        check("1,\"", open);
        check("1,\"a\"\"", open);
        check("1,\"a\"\"\"\",b", open);
        check("\"a,b\n", open);
        check("1,\"上海\"市", after);
        check("1,\"a\"b\",c", after);
        check("1,\"a\\\"b\"", after);
        check("1,\"a\" \"b\"", after);
    }

    #[test]
    fn a_quote_stands_in_no_field_without_quotes() {
        for line in [
            "海\",2088000000000001",
            "2088000000000001,海\"",
            "上\"海\",b",
            "5\" tablet,ab",
            "a,b\"",
            "=\"2088,1\",b",
            "=\"a\"b\"",
            "=\"",
            "a\"\"b",
            "海\"",
        ] {
            let told = fields(line, ',').expect_err(line);
            assert_eq!(told, "a quote stands in a field that does not begin with one", "{line}");
        }
    }

    #[test]
    fn separators_are_found_in_the_header() {
        let check = |header: &str, expect| assert_eq!(separator(header), expect, "{header}");
        check("user_id", ',');
        check("user_id,a;b", ',');
        check("user_id\tpam_gender\tpam_age", '\t');
        check("\"user_id\";\"pam_gender\"", ';');
        check("user_id|pam_gender", '|');
        assert_eq!(separator_line("sep=;"), Some(';'));
        assert_eq!(separator_line("\"sep=,\""), Some(','));
        assert_eq!(separator_line("sep=;;"), None);
        assert_eq!(separator_line("user_id"), None);
    }
}
