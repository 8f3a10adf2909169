//! Durations as people write them: `90d`, `12h`, `1d12h`.

use serde::{Deserialize, Deserializer, Serializer};

const UNITS: [(char, i64); 4] = [('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];

/// The milliseconds of a duration; the error says what one looks like.
pub fn parse(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no duration: it is like 90d, 12h, 30m, 45s or 1d12h");
    let (mut ms, mut rest) = (0_i64, text);
    while let Some(end) = rest.find(|c: char| !c.is_ascii_digit()) {
        let number: i64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = rest[end..].chars().next().ok_or_else(wrong)?;
        let (_, unit_ms) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        ms = number.checked_mul(unit_ms).and_then(|more| ms.checked_add(more)).ok_or_else(wrong)?;
        rest = &rest[end + unit.len_utf8()..];
    }
    if text.is_empty() || !rest.is_empty() { Err(wrong()) } else { Ok(ms) }
}

/// Reads a field that is a duration of at least a second.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let ms = parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)?;
    if ms < 1_000 { Err(serde::de::Error::custom("it must be a second at least")) } else { Ok(ms) }
}

/// Writes one, in seconds.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
pub fn serialize<S: Serializer>(ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{}s", ms / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        let check = |text: &str, expect: Option<i64>| assert_eq!(parse(text).ok(), expect, "{text}");
        check("90d", Some(7_776_000_000));
        check("12h", Some(43_200_000));
        check("30m", Some(1_800_000));
        check("45s", Some(45_000));
        check("1d12h", Some(129_600_000));
        check("0s", Some(0));
        for wrong in ["", "90", "d", "-1d", "1w", "1d2", "1 d", "天", "1天", "99999999999999d"] {
            check(wrong, None);
        }
    }
}
