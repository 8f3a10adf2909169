//! Bounds what callers that nobody knows may cost: refusals before verification, counted by address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Refusals of this second, by address.
pub struct Strangers {
    refusals_max: u32,
    window: Mutex<Window>,
}

struct Window {
    began: Instant,
    refusals: HashMap<IpAddr, u32>,
}

const WINDOW: Duration = Duration::from_secs(1);

impl Strangers {
    /// Lets every address be refused `refusals_max` times a second before it is told the same thing every time.
    pub fn new(refusals_max: u32) -> Strangers {
        Strangers { refusals_max, window: Mutex::new(Window { began: Instant::now(), refusals: HashMap::new() }) }
    }

    /// Whether this address has had its share.
    pub fn is_over(&self, address: IpAddr) -> bool {
        let mut window = self.window.lock().expect("no holder panics");
        if WINDOW <= window.began.elapsed() {
            *window = Window { began: Instant::now(), refusals: HashMap::new() };
        }
        window.refusals.get(&address).is_some_and(|&refusals| self.refusals_max <= refusals)
    }

    /// Counts one refusal.
    pub fn count(&self, address: IpAddr) {
        let mut window = self.window.lock().expect("no holder panics");
        let refusals = window.refusals.entry(address).or_default();
        *refusals = refusals.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_over_after_its_share_and_others_are_not() {
        let strangers = Strangers::new(2);
        let [one, other] = [1, 2].map(|last| IpAddr::from([127, 0, 0, last]));
        assert!(!strangers.is_over(one));
        strangers.count(one);
        assert!(!strangers.is_over(one));
        strangers.count(one);
        assert!(strangers.is_over(one) && !strangers.is_over(other));
    }
}
