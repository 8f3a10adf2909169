//! Yuan on the wire, fen everywhere else.

/// Reads an amount like `8.80`, `8.8` or `8` as fen: digits, at most two of them after a point; no sign, no exponent.
pub fn parse(text: &str) -> Option<i64> {
    let (yuan, cents) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(yuan) || !digits(cents) || 2 < cents.len() {
        return None;
    }
    let scale = if cents.len() == 1 { 10 } else { 1 };
    let fen = cents.parse::<i64>().ok()? * scale;
    yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen)
}

/// Writes fen as yuan with two decimals: 100 is `1.00`.
pub fn format(fen: i64) -> String {
    format_sum(fen.into())
}

/// Writes a sum of many amounts, in fen, as yuan with two decimals.
pub fn format_sum(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let check = |text: &str, expect| assert_eq!(parse(text), expect, "{text}");
        check("8.80", Some(880));
        check("8.8", Some(880));
        check("8.08", Some(808));
        check("8", Some(800));
        check("0.01", Some(1));
        check("0", Some(0));
        check("92233720368547758.07", Some(i64::MAX));
        check("92233720368547758.08", None);
        check("99999999999999999999", None);
        for text in ["", ".", "8.", ".8", "8.801", "-1", "+1", "1e2", "1,000", " 1", "1 ", "１", "NaN", "1.+1"] {
            check(text, None);
        }
    }

    #[test]
    fn writes() {
        let check = |fen, expect| assert_eq!(format(fen), expect);
        check(880, "8.80");
        check(0, "0.00");
        check(1, "0.01");
        check(-5, "-0.05");
        check(i64::MAX, "92233720368547758.07");
        check(i64::MIN, "-92233720368547758.08");
    }
}
