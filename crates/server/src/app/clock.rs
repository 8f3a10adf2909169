//! The one clock (DESIGN, "Time"): the system's, or one that stands still until it is moved.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// What time it is, UTC milliseconds.
pub enum Clock {
    /// The machine's.
    System,
    /// A row of the store that stands still; held here as last heard.
    Manual(AtomicI64),
}

impl Clock {
    /// The setting that holds it: `system`, or milliseconds.
    pub const SETTING: &'static str = "clock";

    /// Reads the stored setting; a store without one runs on the system's clock.
    pub fn from_setting(setting: Option<&str>) -> Clock {
        match setting.and_then(|text| text.parse().ok()) {
            Some(at) => Clock::Manual(AtomicI64::new(at)),
            None => Clock::System,
        }
    }

    /// The time now, UTC milliseconds.
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => system_now(),
            Clock::Manual(at) => at.load(Ordering::Acquire),
        }
    }

    /// Whether it stands still until it is moved.
    pub fn stands_still(&self) -> bool {
        matches!(self, Clock::Manual(_))
    }

    /// Moves a manual clock forward; it never goes back.
    pub fn hear(&self, at: i64) {
        if let Clock::Manual(now) = self {
            now.fetch_max(at, Ordering::AcqRel);
        }
    }
}

/// The machine's time: for logs and for stores whose clock is the system's.
#[expect(clippy::disallowed_methods, reason = "the one place where time enters the program")]
pub fn system_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the machine's clock is set");
    i64::try_from(since.as_millis()).expect("before the year 292277026")
}
