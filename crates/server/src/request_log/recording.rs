//! Of which apps a platform keeps calls whole, and until when: a setting of the store, known to every process.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

/// The setting that holds it: a JSON object of apps, and when their recording ends.
pub const RECORDING: &str = "request_log_recording";

/// The apps, as last heard.
#[derive(Default)]
pub struct Recording {
    /// Whether there are any: mostly there are none, and a call asks for nothing more.
    any: AtomicBool,
    until: RwLock<BTreeMap<String, i64>>,
}

impl Recording {
    /// Takes what the setting says.
    pub fn apply(&self, setting: &str) {
        let until = read(setting);
        let mut known = self.until.write().unwrap_or_else(PoisonError::into_inner);
        self.any.store(!until.is_empty(), Ordering::Release);
        *known = until;
    }

    /// Whether an app's calls are kept whole at the time that `now` gives, UTC milliseconds.
    pub fn has(&self, app_id: &str, now: fn() -> i64) -> bool {
        if !self.any.load(Ordering::Acquire) {
            return false;
        }
        let until = self.until.read().unwrap_or_else(PoisonError::into_inner);
        until.get(app_id).is_some_and(|until| now() < *until)
    }

    /// What the setting is to say once this app is recorded until `until`, or no more from `now` on; what has ended is
    /// left out.
    pub fn changed(setting: &str, app_id: &str, until: i64, now: i64) -> String {
        let mut all = read(setting);
        all.insert(app_id.to_owned(), until);
        let left = all.into_iter().filter(|(_, until)| now < *until);
        Value::Object(left.map(|(app_id, until)| (app_id, Value::from(until))).collect::<Map<_, _>>()).to_string()
    }
}

fn read(setting: &str) -> BTreeMap<String, i64> {
    serde_json::from_str(setting).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_begins_and_ends_by_itself() {
        let recording = Recording::default();
        let check = |app_id: &str, expect: [bool; 3]| {
            let at: [fn() -> i64; 3] = [|| 0, || 99, || 100];
            assert_eq!(at.map(|now| recording.has(app_id, now)), expect, "{app_id}");
        };
        check("a", [false; 3]);
        let one = Recording::changed("", "a", 100, 0);
        recording.apply(&one);
        check("a", [true, true, false]);
        check("b", [false; 3]);
        let both = Recording::changed(&one, "b", 200, 50);
        recording.apply(&both);
        check("a", [true, true, false]);
        check("b", [true; 3]);
        // What has ended is forgotten, and so is what an operator ends.
        let later = Recording::changed(&both, "b", 0, 150);
        assert_eq!(later, "{}");
        recording.apply(&later);
        check("b", [false; 3]);
        recording.apply("not JSON");
        check("a", [false; 3]);
    }
}
