//! The nine facts of one user and a merchant, computed from what happened (`docs/decisions.md`, "Behaviour windows").

use domain::condition::{Comparison, Condition, Fact, FactTest, Period};
use store::history::{Event, Kind};
use store::member::Position;

/// The mean radius of the earth, in hundredths of a kilometre.
const EARTH_RADIUS: f64 = 637_100.88;
const DAY_MS: i64 = 86_400_000;
/// How far UTC+8 is ahead.
const EAST_MS: i64 = 8 * 3_600_000;

/// What is known of a user and a merchant.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What the user did, each event once, in no order.
    pub events: &'a [Event],
    /// From where the user lives to the nearest shop, in hundredths of a kilometre.
    pub home: Option<i64>,
    /// The same from where the user works.
    pub work: Option<i64>,
}

/// A fact's value as a fraction, so that an average is compared exactly.
struct Value {
    whole: i64,
    parts: i64,
}

impl<'a> Facts<'a> {
    /// Whether a condition holds at `now`, UTC milliseconds. No condition holds on a fact without a value.
    pub fn meet(self, condition: &Condition, now: i64) -> bool {
        let Condition::Fact { fact, test } = condition else { return false };
        self.value(*fact, now).is_some_and(|value| value.meets(*test))
    }

    fn value(self, fact: Fact, now: i64) -> Option<Value> {
        let count = |kind, period| self.of(kind, now).filter(|event| is_within(event.at, period, now)).count();
        let amount = |period| -> i64 {
            let paid = self.of(Kind::Paid, now).filter(|event| is_within(event.at, period, now));
            paid.map(|event| event.net_fen).sum()
        };
        let whole = |count: usize| i64::try_from(count).expect("fewer than memory has bytes");
        let whole = match fact {
            Fact::TradeAmount(period) => amount(period),
            Fact::TradeCount(period) => whole(count(Kind::Paid, period)),
            Fact::AverageAmount(period) => {
                let parts = whole(count(Kind::Paid, period));
                return (0 < parts).then(|| Value { whole: amount(period), parts });
            }
            Fact::VouchersReceived(period) => whole(count(Kind::Received, period)),
            Fact::VouchersRedeemed(period) => whole(count(Kind::Redeemed, period)),
            Fact::DaysSincePayment => day(now) - day(self.last_payment(now)?.at),
            Fact::LastPaymentAmount => self.last_payment(now)?.net_fen,
            Fact::HomeDistance => self.home?,
            Fact::WorkDistance => self.work?,
        };
        Some(Value { whole, parts: 1 })
    }

    /// The events of a kind until `now`. A trade that was refunded in full counts for nothing.
    fn of(self, kind: Kind, now: i64) -> impl Iterator<Item = &'a Event> {
        let counts =
            move |event: &&Event| event.kind == kind && event.at <= now && (kind != Kind::Paid || 0 < event.net_fen);
        self.events.iter().filter(counts)
    }

    /// Of two in one moment, that of the later trade.
    fn last_payment(self, now: i64) -> Option<&'a Event> {
        self.of(Kind::Paid, now).max_by_key(|event| (event.at, event.id))
    }
}

impl Value {
    fn meets(&self, FactTest { comparison, operand }: FactTest) -> bool {
        let order = i128::from(self.whole).cmp(&(i128::from(operand) * i128::from(self.parts)));
        match comparison {
            Comparison::Eq => order.is_eq(),
            Comparison::Gt => order.is_gt(),
            Comparison::GtEq => order.is_ge(),
            Comparison::Lt => order.is_lt(),
            Comparison::LtEq => order.is_le(),
        }
    }
}

/// Whether something that happened at `at` is in the period that ends at `now`.
fn is_within(at: i64, period: Period, now: i64) -> bool {
    now - i64::from(period.days()) * DAY_MS < at && at <= now
}

/// The UTC+8 calendar day of a moment.
fn day(at: i64) -> i64 {
    (at + EAST_MS).div_euclid(DAY_MS)
}

/// The great-circle distance to the nearest of the shops, in hundredths of a kilometre, half up; `None` without any.
pub fn nearest(place: Position, shops: &[Position]) -> Option<i64> {
    let distances = shops.iter().map(|shop| distance(place, *shop));
    let least = distances.min_by(f64::total_cmp)?;
    #[expect(clippy::cast_possible_truncation, reason = "half of the earth's circumference is a small number")]
    Some((least + 0.5).floor() as i64)
}

/// The haversine form, which keeps its precision for places close by; in hundredths of a kilometre.
fn distance(from: Position, to: Position) -> f64 {
    let radians = |e7: i32| (f64::from(e7) / 1e7).to_radians();
    let [from_lat, to_lat] = [from, to].map(|place| radians(place.lat_e7));
    let half = |from: f64, to: f64| ((to - from) / 2.0).sin().powi(2);
    let chord = half(from_lat, to_lat) + from_lat.cos() * to_lat.cos() * half(radians(from.lon_e7), radians(to.lon_e7));
    2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::condition::Op;

    const NOON: i64 = 1_767_240_000_000;
    const WINDOW: i64 = 30 * DAY_MS;

    fn event(kind: Kind, id: u64, at: i64, net_fen: i64) -> Event {
        Event { user_id: "2088102146931393".to_owned(), kind, id, at, net_fen }
    }

    /// Which of the five operators hold against this value, in the order EQ GT GTEQ LT LTEQ.
    fn held(facts: Facts<'_>, fact: Fact, value: &str) -> String {
        let holds = |op| facts.meet(&Condition::on_fact(fact, op, value).expect("it can be asked"), NOON);
        [Op::Eq, Op::Gt, Op::GtEq, Op::Lt, Op::LtEq].map(|op| if holds(op) { '1' } else { '0' }).iter().collect()
    }

    const EQUAL: &str = "10101";
    const MORE: &str = "01100";
    const LESS: &str = "00011";
    const NONE: &str = "00000";

    fn check(events: &[Event], fact: Fact, value: &str, expect: &str) {
        let facts = Facts { events, home: None, work: None };
        assert_eq!(held(facts, fact, value), expect, "{fact:?} {value} {events:?}");
    }

    #[test]
    fn a_window_begins_right_after_its_length_and_ends_now() {
        let month = Period::Days30;
        for (at, counts) in [
            (NOON - WINDOW - 1, false),
            (NOON - WINDOW, false),
            (NOON - WINDOW + 1, true),
            (NOON - 1, true),
            (NOON, true),
            (NOON + 1, false),
        ] {
            let paid = [event(Kind::Paid, 1, at, 100)];
            check(&paid, Fact::TradeAmount(month), "1.00", if counts { EQUAL } else { LESS });
            check(&paid, Fact::TradeCount(month), "1", if counts { EQUAL } else { LESS });
            check(&paid, Fact::AverageAmount(month), "1", if counts { EQUAL } else { NONE });
            let received = [event(Kind::Received, 1, at, 0)];
            check(&received, Fact::VouchersReceived(month), "1", if counts { EQUAL } else { LESS });
            check(&received, Fact::VouchersRedeemed(month), "1", LESS);
            let redeemed = [event(Kind::Redeemed, 1, at, 0)];
            check(&redeemed, Fact::VouchersRedeemed(month), "1", if counts { EQUAL } else { LESS });
            check(&redeemed, Fact::VouchersReceived(month), "1", LESS);
        }
        for period in Period::ALL {
            let edge = NOON - i64::from(period.days()) * DAY_MS;
            check(&[event(Kind::Paid, 1, edge, 100)], Fact::TradeCount(period), "1", LESS);
            check(&[event(Kind::Paid, 1, edge + 1, 100)], Fact::TradeCount(period), "1", EQUAL);
        }
    }

    #[test]
    fn an_average_is_compared_exactly() {
        let events = [1, 2, 3].map(|id| event(Kind::Paid, id, NOON, if id == 3 { 334 } else { 333 }));
        let fact = Fact::AverageAmount(Period::Days30);
        // 10.00 by 3 is not 3.33, and not 3.34.
        check(&events, fact, "3.33", MORE);
        check(&events, fact, "3.34", LESS);
        check(&events[..2], fact, "3.33", EQUAL);
        check(&[], fact, "0.01", NONE);
        let huge = [event(Kind::Paid, 1, NOON, 4_000_000_000_000_000), event(Kind::Paid, 2, NOON, 1)];
        check(&huge, fact, "999999999999.99", MORE);
    }

    #[test]
    fn what_was_refunded_in_full_counts_for_nothing() {
        let events = [event(Kind::Paid, 1, NOON - DAY_MS, 500), event(Kind::Paid, 2, NOON, 0)];
        let month = Period::Days30;
        for (fact, value) in [
            (Fact::TradeAmount(month), "5"),
            (Fact::TradeCount(month), "1"),
            (Fact::AverageAmount(month), "5"),
            (Fact::LastPaymentAmount, "5.00"),
            (Fact::DaysSincePayment, "1"),
        ] {
            check(&events, fact, value, EQUAL);
            let expect = match fact {
                Fact::TradeAmount(_) | Fact::TradeCount(_) => LESS,
                _ => NONE,
            };
            check(&events[1..], fact, value, expect);
        }
    }

    #[test]
    fn the_last_payment_is_the_latest_and_days_are_those_of_the_calendar() {
        // Noon of 2026-01-01 in UTC+8: the day began twelve hours ago.
        let midnight = NOON - 12 * 3_600_000;
        let days_ago = |at: i64, days: &str, expect: &str| {
            check(&[event(Kind::Paid, 1, at, 1)], Fact::DaysSincePayment, days, expect);
        };
        for (at, days) in [(midnight - 1, "1"), (midnight - DAY_MS, "1"), (midnight - DAY_MS - 1, "2")] {
            days_ago(at, days, EQUAL);
        }
        // Today is 0 days ago, and no value is 0.
        days_ago(midnight, "1", LESS);
        let events =
            [event(Kind::Paid, 5, NOON - 1, 300), event(Kind::Paid, 7, NOON - 1, 200), event(Kind::Paid, 9, 0, 100)];
        check(&events, Fact::LastPaymentAmount, "2", EQUAL);
        check(&events[2..], Fact::LastPaymentAmount, "1", EQUAL);
    }

    #[test]
    fn distances_are_to_the_nearest_shop_and_rounded_half_up() {
        let at = |lon_e7, lat_e7| Position { lon_e7, lat_e7 };
        let origin = at(1_200_000_000, 300_000_000);
        assert_eq!(nearest(origin, &[]), None);
        assert_eq!(nearest(origin, &[origin]), Some(0));
        // A degree of latitude is 111.195 km; of longitude at 60 degrees about half.
        let north = at(1_200_000_000, 310_000_000);
        assert_eq!(nearest(origin, &[north]), Some(11_120));
        assert_eq!(nearest(origin, &[north, origin]), Some(0));
        assert_eq!(nearest(at(0, 600_000_000), &[at(10_000_000, 600_000_000)]), Some(5_560));
        assert_eq!(nearest(at(0, 0), &[at(1_800_000_000, 0)]), Some(2_001_511));
        let east = at(-1_799_999_999, 0);
        assert_eq!(nearest(at(1_799_999_999, 0), &[east]), Some(0));
        let facts = Facts { events: &[], home: Some(11_120), work: None };
        assert_eq!(held(facts, Fact::HomeDistance, "111.2"), EQUAL);
        assert_eq!(held(facts, Fact::HomeDistance, "111.19"), MORE);
        assert_eq!(held(facts, Fact::WorkDistance, "111.2"), NONE);
        assert_eq!(held(Facts { work: Some(1), ..facts }, Fact::WorkDistance, "0.02"), LESS);
    }
}
