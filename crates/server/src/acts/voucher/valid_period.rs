//! `voucher_valid_period`: when a template's vouchers can be used.

use crate::biz::{ABSENT, Field, Member, Positive, Shape, embedded_within, present, text};
use domain::template::{Unit, ValidPeriod};
use serde_json::{Map, Value, json};
use wire::time;

/// The most characters of the JSON text.
const TEXT_MAX: usize = 512;
/// The most units: beyond any span that is allowed, and so few that none overflows.
const DURATION_MAX: u64 = 9_999_999_999;

/// A period as a caller wrote it: what it is and what its times are is known, but not whether its unit is one, which is
/// refused in words of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenPeriod {
    /// ABSOLUTE.
    Absolute {
        /// The first moment, UTC milliseconds.
        starts_at: i64,
        /// The last second, UTC milliseconds.
        ends_at: i64,
    },
    /// RELATIVE.
    Relative {
        /// How many units.
        duration: i64,
        /// The unit's name, as it was sent.
        unit: String,
    },
}

/// A unit that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoUnit(pub String);

impl WrittenPeriod {
    /// The period.
    pub fn period(&self) -> Result<ValidPeriod, NoUnit> {
        match self {
            WrittenPeriod::Absolute { starts_at, ends_at } => {
                Ok(ValidPeriod::Absolute { starts_at: *starts_at, ends_at: *ends_at })
            }
            WrittenPeriod::Relative { duration, unit } => {
                let unit = Unit::from_name(unit).ok_or_else(|| NoUnit(unit.clone()))?;
                Ok(ValidPeriod::Relative { duration: *duration, unit })
            }
        }
    }

    /// The JSON text in its canonical form, which answers show.
    pub fn to_text(&self) -> String {
        self.to_json().to_string()
    }

    fn to_json(&self) -> Value {
        match self {
            WrittenPeriod::Absolute { starts_at, ends_at } => {
                json!({"type": "ABSOLUTE", "start": time::format(*starts_at), "end": time::format(*ends_at)})
            }
            WrittenPeriod::Relative { duration, unit } => {
                json!({"type": "RELATIVE", "duration": duration, "unit": unit})
            }
        }
    }

    fn of(members: &Map<String, Value>) -> Option<WrittenPeriod> {
        let member = |name: &str| present(members, name).and_then(|value| text(value).ok());
        match member("type")?.as_str() {
            "ABSOLUTE" => {
                let [starts_at, ends_at] = ["start", "end"].map(|name| parse_time(&member(name)?));
                Some(WrittenPeriod::Absolute { starts_at: starts_at?, ends_at: ends_at? })
            }
            "RELATIVE" => {
                let Positive(duration) = Positive::<DURATION_MAX>::read(present(members, "duration")).ok()?;
                Some(WrittenPeriod::Relative { duration: i64::try_from(duration).ok()?, unit: member("unit")? })
            }
            _ => None,
        }
    }
}

/// A time, also without the blank between day and hour, as the protocol's own examples have it: `2017-01-1000:00:00`
/// (`docs/decisions.md`, "Cash vouchers").
pub fn parse_time(text: &str) -> Option<i64> {
    time::parse(text).or_else(|| {
        let (day, hour) = text.split_at_checked("yyyy-MM-dd".len())?;
        time::parse(&format!("{day} {hour}"))
    })
}

/// The members of the JSON text. Which of them must be there depends on the first.
const MEMBERS: &[Member] = &[
    Member::text("type", "`ABSOLUTE`: the same for every voucher. `RELATIVE`: from the moment that one is sent."),
    optional("start", "ABSOLUTE: the first moment.", Shape::Date),
    optional("end", "ABSOLUTE: the last second.", Shape::Date),
    optional("duration", "RELATIVE: how many units.", Shape::Integer(DURATION_MAX)),
    optional("unit", "RELATIVE: `MINUTE`, `HOUR` or `DAY`.", Shape::Text(None)),
];

const fn optional(name: &'static str, meaning: &'static str, shape: Shape) -> Member {
    Member { required: false, shape, ..Member::text(name, meaning) }
}

impl Field for WrittenPeriod {
    const SHAPE: Shape = Shape::Json { of: &Shape::Object(MEMBERS), max: Some(TEXT_MAX) };

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = embedded_within(value.ok_or(ABSENT)?, TEXT_MAX)?;
        value.as_object().and_then(WrittenPeriod::of).ok_or_else(|| "必须是有效的有效期".to_owned())
    }

    fn canonical(&self) -> Option<Value> {
        Some(self.to_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &Value, expect: Option<&str>) {
        let read = WrittenPeriod::read(Some(value)).map(|read| read.to_text());
        assert_eq!(read.ok().as_deref(), expect, "{value}");
    }

    #[test]
    fn both_kinds_are_read_and_written_in_one_form() {
        let absolute = r#"{"type":"ABSOLUTE","start":"2017-01-10 00:00:00","end":"2017-01-13 23:59:59"}"#;
        for text in [
            absolute.to_owned(),
            absolute.replace("10 00", "1000").replace("13 23", "1323"),
            r#"{"end":"2017-01-13 23:59:59","type":"ABSOLUTE","start":"2017-01-10 00:00:00","more":1}"#.to_owned(),
        ] {
            check(&json!(text), Some(absolute));
            check(&serde_json::from_str(&text).expect("JSON"), Some(absolute));
        }
        let relative = r#"{"type":"RELATIVE","duration":1,"unit":"DAY"}"#;
        check(&json!(relative), Some(relative));
        check(&json!({"type": "RELATIVE", "duration": "1", "unit": "DAY"}), Some(relative));
        for bad in [
            json!("x"),
            json!("[]"),
            json!({"type": "absolute", "start": "2017-01-10 00:00:00", "end": "2017-01-13 23:59:59"}),
            json!({"type": "ABSOLUTE", "start": "2017-01-10 00:00:00"}),
            json!({"type": "ABSOLUTE", "start": "2017-01-10", "end": "2017-01-13 23:59:59"}),
            json!({"type": "ABSOLUTE", "start": "2017-01-32 00:00:00", "end": "2017-01-13 23:59:59"}),
            json!({"type": "RELATIVE", "duration": 0, "unit": "DAY"}),
            json!({"type": "RELATIVE", "duration": 1.5, "unit": "DAY"}),
            json!({"type": "RELATIVE", "duration": "10000000000", "unit": "DAY"}),
            json!({"type": "RELATIVE", "duration": 1}),
            json!({"duration": 1, "unit": "DAY"}),
            json!(format!("{relative}{}", " ".repeat(TEXT_MAX))),
        ] {
            check(&bad, None);
        }
    }

    #[test]
    fn a_unit_that_is_none_is_told_as_it_was_sent() {
        let period = |unit: &str| {
            WrittenPeriod::read(Some(&json!({"type": "RELATIVE", "duration": 2, "unit": unit}))).expect("read").period()
        };
        assert_eq!(period("HOURs"), Err(NoUnit("HOURs".to_owned())));
        assert_eq!(period("HOUR"), Ok(ValidPeriod::Relative { duration: 2, unit: Unit::Hour }));
    }

    #[test]
    fn a_time_may_lack_its_blank() {
        assert_eq!(parse_time("2017-01-1000:00:00"), time::parse("2017-01-10 00:00:00"));
        for bad in ["2017-01-10", "2017-01-10T00:00:00", "2017-01-10  00:00:00", "二〇一七年一月十日", ""] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }
}
