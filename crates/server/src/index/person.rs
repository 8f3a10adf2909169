//! One user and a merchant, as the store has them: for who decides in a transaction, and must not ask an index.

use super::mapping;
use super::stored::{event, place};
use super::{by_code, put};
use domain::condition::{Condition, Fact};
use segment::{Expr, Members, day};
use store::history::Event;
use store::member::Member;
use store::world::Shop;

/// One user's tags and behaviour at a moment, which may be moved forward. Whether it meets a condition is decided by
/// the engine that counts members.
pub struct Person {
    user: u64,
    now: i64,
    members: Members,
}

impl Person {
    /// A user at `now`, UTC milliseconds: the merchant's row of it, what it did with the merchant, and the merchant's
    /// shops. `None` where the id is no user's.
    pub fn new(
        user_id: &str,
        tags: Vec<segment::Tag>,
        row: Option<&Member>,
        events: &[Event],
        shops: &[Shop],
        now: i64,
    ) -> Option<Person> {
        let user = user_id.parse().ok()?;
        let mut members = Members::new(tags, &[]);
        members.track(now);
        members.put(user, 0, &[]);
        let places: Vec<_> = shops.iter().filter_map(|shop| shop.position.map(place)).collect();
        members.set_shops(&places);
        if let Some(row) = row {
            let tags = by_code(members.tags());
            put(&mut members, &tags, row);
        }
        for row in events {
            members.take(user, event(row));
        }
        Some(Person { user, now, members })
    }

    /// Moves time on to `now`, UTC milliseconds.
    pub fn advance(&mut self, now: i64) {
        self.now = now;
    }

    /// Whether all conditions hold. False where one is about a tag that the merchant does not have.
    pub fn meets(&mut self, conditions: &[Condition]) -> bool {
        self.members.require(&mapping::facts(conditions), self.now);
        let expr = mapping::expr(conditions.to_vec(), self.members.tags());
        expr.is_some_and(|expr| self.takes(&expr))
    }

    fn takes(&self, expr: &Expr) -> bool {
        self.members.matches(self.user, expr, day(self.now)) == Some(true)
    }

    /// The value of a fact, in the unit that its conditions have; of an average twice as much, and one more where it
    /// is no whole number of fen. `None` where the user has none.
    pub fn fact(&mut self, fact: Fact) -> Option<i64> {
        let column = mapping::fact_column(fact);
        self.members.require(&[column], self.now);
        let value = self.members.fact(self.user, column)?;
        Some(if fact == Fact::DaysSincePayment { i64::from(day(self.now)) - value } else { value })
    }
}
