//! Why a user is in a crowd or crowd group, or is not: each condition with what it looks at, and when the answer
//! changes by itself.

use crate::index::{Person, column};
use domain::condition::{Condition, Fact, Period, TagTest, Value};
use domain::tag::Tag;
use segment::day;
use store::history::{Event, Kind};
use store::member::Member;
use store::world::Shop;
use store::{Fault, Tx};

const DAY_MS: i64 = 86_400_000;

/// A user and a merchant, as the store has them.
pub struct Known {
    /// Whose.
    pub user_id: String,
    /// The merchant's row of the user.
    pub row: Option<Member>,
    /// What the user did with the merchant, in the order of time.
    pub events: Vec<Event>,
    /// The merchant's; none is read for a user without a place.
    pub shops: Vec<Shop>,
    tags: Vec<Tag>,
}

/// A moment at which an answer changes though nobody does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When, UTC milliseconds.
    pub at: i64,
    /// The answer from then on.
    pub is_in: bool,
}

impl Known {
    /// Reads what the store has of a user; `tags` are those that will be asked about. Somebody with whom the merchant
    /// never had to do has neither row nor events.
    pub fn read(tx: &mut Tx, pid: &str, user_id: &str, tags: Vec<Tag>) -> Result<Known, Fault> {
        let row = store::member::get(tx, pid, user_id)?;
        let mut events = store::history::of_users(tx, pid, &[user_id])?;
        events.sort_unstable_by_key(|event| (event.at, event.kind, event.id));
        let has_place = row.as_ref().is_some_and(|row| row.home.is_some() || row.work.is_some());
        let shops = if has_place { store::world::shops(tx, pid)? } else { Vec::new() };
        Ok(Known { user_id: user_id.to_owned(), row, events, shops, tags })
    }

    /// The user at a moment, UTC milliseconds; `None` where the id is no user's or the merchant never had to do with
    /// the user.
    pub fn person(&self, now: i64) -> Option<Person> {
        if self.row.is_none() && self.events.is_empty() {
            return None;
        }
        let columns = self.tags.iter().map(column).collect();
        Person::new(&self.user_id, columns, self.row.as_ref(), &self.events, &self.shops, now)
    }

    /// The next moment after `now` from which on all of the conditions hold where they do not, or the other way round.
    pub fn next_turn(&self, conditions: &[Condition], now: i64) -> Option<Turn> {
        let mut person = self.person(now)?;
        let is_in = person.meets(conditions);
        let mut edges: Vec<i64> = conditions.iter().flat_map(|condition| self.edges(condition)).collect();
        edges.retain(|edge| now < *edge);
        edges.sort_unstable();
        edges.dedup();
        let turn = edges.into_iter().find(|edge| {
            person.advance(*edge);
            person.meets(conditions) != is_in
        });
        turn.map(|at| Turn { at, is_in: !is_in })
    }

    /// The events that a fact looks at, at `now`.
    pub fn looked_at(&self, fact: Fact, now: i64) -> Vec<&Event> {
        let counts = |event: &&Event| event.at <= now && (event.kind != Kind::Paid || event.net_fen != 0);
        match (kind(fact), fact.period()) {
            (Some(kind), Some(period)) => {
                let within = |event: &&Event| event.kind == kind && now - length(period) < event.at;
                self.events.iter().filter(counts).filter(within).collect()
            }
            (Some(kind), None) => {
                self.events.iter().filter(counts).rfind(|event| event.kind == kind).into_iter().collect()
            }
            (None, _) => Vec::new(),
        }
    }

    /// The moments at which a condition may begin or cease to hold by itself.
    fn edges(&self, condition: &Condition) -> Vec<i64> {
        match condition {
            Condition::Fact { fact, test } => {
                let own = self.events.iter().filter(|event| Some(event.kind) == kind(*fact));
                match fact.period() {
                    // An event comes in at its time, and leaves when the period has passed.
                    Some(period) => own.flat_map(|event| [event.at, event.at + length(period)]).collect(),
                    None if *fact == Fact::DaysSincePayment => {
                        let days = |event: &Event| i64::from(day(event.at)) + test.operand;
                        own.flat_map(|event| [event.at, begin(days(event)), begin(days(event) + 1)]).collect()
                    }
                    None => own.map(|event| event.at).collect(),
                }
            }
            Condition::Tag { code, kind, test: TagTest::DaysAgo { least, most } } => {
                let text = self.row.as_ref().and_then(|row| row.tags.get(code));
                match text.as_deref().map(|text| Value::parse(*kind, text)) {
                    Some(Ok(Value::Date(held))) => {
                        let held = i64::from(held);
                        let ends = most.map(|most| begin(held + most + 1));
                        [begin(held + least)].into_iter().chain(ends).collect()
                    }
                    _ => Vec::new(),
                }
            }
            Condition::Tag { .. } => Vec::new(),
        }
    }
}

/// The kind of events that a fact is about.
fn kind(fact: Fact) -> Option<Kind> {
    match fact {
        Fact::TradeAmount(_)
        | Fact::TradeCount(_)
        | Fact::AverageAmount(_)
        | Fact::DaysSincePayment
        | Fact::LastPaymentAmount => Some(Kind::Paid),
        Fact::VouchersReceived(_) => Some(Kind::Received),
        Fact::VouchersRedeemed(_) => Some(Kind::Redeemed),
        Fact::HomeDistance | Fact::WorkDistance => None,
    }
}

fn length(period: Period) -> i64 {
    i64::from(period.days()) * DAY_MS
}

/// When a UTC+8 calendar day begins, UTC milliseconds.
fn begin(day: i64) -> i64 {
    const EAST_MS: i64 = 8 * 3_600_000;
    day * DAY_MS - EAST_MS
}
