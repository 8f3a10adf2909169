//! A notification: PENDING until its receiver answers `success`, FAILED when it has not for a day (`docs/decisions.md`,
//! "Retry schedule").

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The retry schedule: how long after a failed delivery the next one follows. Deliveries begin at 0:00, 0:04, 0:14,
/// 0:24, 1:24, 3:24, 9:24 and 24:24 hours after the first.
pub const DELAYS_MS: [i64; 7] =
    [4 * MINUTE_MS, 10 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS, 15 * HOUR_MS];

/// The state of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for its next delivery.
    Pending,
    /// Its receiver has answered `success`.
    Delivered,
    /// Every delivery of the schedule has failed; nothing more happens until it is resent by hand.
    Failed,
}

impl State {
    /// The state's name in the store and for the operator, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            State::Pending => "PENDING",
            State::Delivered => "DELIVERED",
            State::Failed => "FAILED",
        }
    }

    /// The state with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<State> {
        [State::Pending, State::Delivered, State::Failed].into_iter().find(|state| state.name() == name)
    }
}

/// What a notification becomes with a delivery's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryOutcome {
    /// The notification's new state.
    pub state: State,
    /// When the next delivery begins, UTC milliseconds; `None` when none is planned.
    pub next_at: Option<i64>,
}

/// The state after a delivery that began at `at`, UTC milliseconds. `attempt` counts deliveries from 0, and again from
/// 0 after it was resent by hand.
pub fn after(attempt: u32, at: i64, acknowledged: bool) -> DeliveryOutcome {
    let delay = usize::try_from(attempt).ok().and_then(|attempt| DELAYS_MS.get(attempt));
    match delay {
        _ if acknowledged => DeliveryOutcome { state: State::Delivered, next_at: None },
        Some(delay) => DeliveryOutcome { state: State::Pending, next_at: Some(at + delay) },
        None => DeliveryOutcome { state: State::Failed, next_at: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_deliveries_in_a_day_and_then_none() {
        let mut at = 0;
        let mut deliveries = vec![at];
        for attempt in 0.. {
            let DeliveryOutcome { state, next_at } = after(attempt, at, false);
            let Some(next) = next_at else {
                assert_eq!(state, State::Failed);
                break;
            };
            assert_eq!(state, State::Pending);
            at = next;
            deliveries.push(at);
        }
        let clock = |ms: &i64| format!("{}:{:02}", ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
        let deliveries: Vec<String> = deliveries.iter().map(clock).collect();
        assert_eq!(deliveries, ["0:00", "0:04", "0:14", "0:24", "1:24", "3:24", "9:24", "24:24"]);
        assert_eq!(after(8, 0, false).state, State::Failed);
    }

    #[test]
    fn an_acknowledged_one_is_delivered_at_every_attempt() {
        for attempt in [0, 1, 6, 7, 8, u32::MAX] {
            assert_eq!(after(attempt, 5, true), DeliveryOutcome { state: State::Delivered, next_at: None });
        }
        for state in [State::Pending, State::Delivered, State::Failed] {
            assert_eq!(State::from_name(state.name()), Some(state));
        }
        assert_eq!(State::from_name("pending"), None);
    }
}
