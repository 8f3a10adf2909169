//! The integer that a code spells.

/// 38 digits always fit an `i128` with room for one more step.
const INTEGER_DIGITS_MAX: usize = 38;

/// Digits, with or without a minus sign in front; `None` for anything else and for more than 38 digits.
pub(crate) fn integer(code: &str) -> Option<i128> {
    let digits = code.strip_prefix('-').unwrap_or(code);
    let is_integer =
        (1..=INTEGER_DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_integer { code.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_exactly_or_not_at_all() {
        for (code, expect) in [
            ("7", Some(7)),
            ("007", Some(7)),
            ("-7", Some(-7)),
            ("1.0", None),
            ("+7", None),
            ("", None),
            ("-", None),
            ("a7", None),
            ("99999999999999999999999999999999999999", Some(10_i128.pow(38) - 1)),
            ("100000000000000000000000000000000000000", None),
            ("000000000000000000000000000000000000007", None),
        ] {
            assert_eq!(integer(code), expect, "{code:?}");
        }
    }
}
