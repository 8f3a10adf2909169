//! Days as people in China count them: UTC+8, no summer time.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// A moment, UTC milliseconds, as the clocks of UTC+8 show it.
pub(crate) fn zoned(at: i64) -> Zoned {
    let zone = TimeZone::fixed(Offset::constant(8));
    Timestamp::from_millisecond(at).expect("a stored time is in range").to_zoned(zone)
}
