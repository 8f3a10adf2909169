//! What members' behaviour says of them now: nine facts, each a column of integers, right at every instant.
//!
//! What members did is held by member and in the order of time ([`events`]). A fact that nobody has asked for costs
//! nothing more. From its first question on it is a column like those of tags, so that a count reads it in the same
//! way, and it is kept right in two ways: an event that comes changes the cells of the windows that it is in, and
//! before a count each window is moved to now, which takes out what has left since ([`departures`]). Nothing is done
//! at a time of its own, so no answer depends on when something was done.
//!
//! Moving many windows and making columns of many members takes a while, and nobody can tell of events meanwhile. So it
//! is done in steps ([`Behavior::step`]): whoever holds the lock may let others in between.
//!
//! Time only goes forward here. What happens after `now`, as told by a process whose clock is ahead, is kept and comes
//! in at its time.

mod departures;
mod distance;
mod events;
mod value;
mod window;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::columns::fixed_point::FixedPointColumn;
use crate::rule::Fact;
use distance::Distances;
use events::{Cell, Events, Taken};
use window::Window;

pub use distance::Place;
pub use events::{Event, EventKind};
pub use value::day;

/// How many members are built in one step: a few milliseconds.
const STEP_MEMBERS: usize = 16_384;
/// How far windows move in one step at least, and how many steps there are at most, unless the way is short.
const STEP_MS: i64 = 600_000;
const STEPS_MAX: i64 = 4_096;

/// The behaviour of one merchant's members.
pub(crate) struct Behavior {
    now: i64,
    members: usize,
    /// At least as many as members: a row that a member has left stays.
    rows: usize,
    events: Events,
    /// What has not happened yet: when it will, and whose it is.
    ahead: BinaryHeap<Reverse<(i64, u32)>>,
    windows: Vec<Window>,
    last: Option<LastPayments>,
    distances: Distances,
}

/// The last payments that were not refunded whole, by row; of the first `built` members.
struct LastPayments {
    built: usize,
    day: FixedPointColumn,
    amount: FixedPointColumn,
}

impl Behavior {
    /// Of this many members who have done nothing yet, in so many rows, at `now`, UTC milliseconds.
    pub(crate) fn new(now: i64, members: usize, rows: usize) -> Behavior {
        let (events, ahead, windows, last, distances) = Default::default();
        let mut behavior = Behavior { now, members: 0, rows: 0, events, ahead, windows, last, distances };
        behavior.grow(members, rows, |arrival| arrival);
        behavior
    }

    /// Room for this many members in so many rows; `row` gives the row of a member by its arrival.
    pub(crate) fn grow(&mut self, members: usize, rows: usize, row: impl Fn(usize) -> usize + Copy) {
        self.rows = rows;
        self.events.grow(members);
        self.windows.iter_mut().for_each(|window| window.grow(members, self.members, rows, row));
        if let Some(last) = &mut self.last {
            last.day.grow(rows);
            last.amount.grow(rows);
            if last.built == self.members {
                last.built = members;
            }
        }
        self.distances.grow(members, self.members, rows);
        self.members = members;
    }

    /// Takes an event of a member, in whatever order events come and however often.
    pub(crate) fn take(&mut self, arrival: usize, row: usize, event: Event) {
        let taken = self.events.take(arrival, event);
        if taken == Taken::Known {
            return;
        }
        if self.now < event.at {
            if taken == Taken::New {
                self.ahead.push(Reverse((event.at, arrival as u32)));
            }
            return;
        }
        for window in self.windows.iter_mut().filter(|window| window.kind == event.kind) {
            match taken {
                Taken::Lowered { by_fen, .. } => window.lower(arrival, row, event, by_fen),
                _ => window.enter(arrival, row, event.at, event.net_fen),
            }
        }
        if event.kind == EventKind::Paid {
            self.set_last(arrival, row);
        }
    }

    /// Sets where a member lives and works.
    pub(crate) fn put_places(&mut self, arrival: usize, row: usize, home: Option<Place>, work: Option<Place>) {
        self.distances.put(arrival, row, home, work);
    }

    /// Sets where the merchant's shops are.
    pub(crate) fn set_shops(&mut self, shops: &[Place]) {
        self.distances.set_shops(shops);
    }

    /// Takes a step towards having these facts as of `now`; whether that is reached. `row` gives the row of a member by
    /// its arrival.
    pub(crate) fn step(&mut self, facts: &[Fact], now: i64, row: impl Fn(usize) -> usize + Copy) -> bool {
        if self.now < now {
            let step = STEP_MS.max((now - self.now) / STEPS_MAX);
            // Where nothing changes on the way, it is one step.
            let next = if self.changes_until(now) { now.min(self.now + step) } else { now };
            self.advance(next, row);
            if next < now {
                return false;
            }
        }
        facts.iter().all(|fact| self.column(*fact).is_some() || self.build(*fact, row))
    }

    /// Builds more of the column of a fact; whether it has everybody.
    fn build(&mut self, fact: Fact, row: impl Fn(usize) -> usize) -> bool {
        if let Some((kind, days)) = window_of(fact) {
            let is_it = |window: &Window| (window.kind, window.days) == (kind, days);
            let place = self.windows.iter().position(is_it).unwrap_or_else(|| {
                let mut window = Window::new(kind, days, self.now);
                window.make_room(self.members, self.rows);
                self.windows.push(window);
                self.windows.len() - 1
            });
            return self.windows[place].build(STEP_MEMBERS, self.members, self.now, &self.events, row);
        }
        if matches!(fact, Fact::HomeDistance | Fact::WorkDistance) {
            return self.distances.build(fact, STEP_MEMBERS, (self.members, self.rows), row);
        }
        let integers = FixedPointColumn::of_integers;
        let last = self.last.get_or_insert_with(|| LastPayments { built: 0, day: integers(), amount: integers() });
        last.day.grow(self.rows);
        last.amount.grow(self.rows);
        let (first, next) = (last.built, self.members.min(last.built + STEP_MEMBERS));
        last.built = next;
        (first..next).for_each(|arrival| self.set_last(arrival, row(arrival)));
        next == self.members
    }

    /// The column of a fact, once it has everybody.
    pub(crate) fn column(&self, fact: Fact) -> Option<&FixedPointColumn> {
        if let Some((kind, days)) = window_of(fact) {
            let mut windows = self.windows.iter();
            let window = windows.find(|window| (window.kind, window.days) == (kind, days))?;
            return match fact {
                _ if !window.has(self.members) => None,
                Fact::Amount(_) => window.money.as_ref().map(|money| &money.amount),
                Fact::Average(_) => window.money.as_ref().map(|money| &money.average),
                _ => Some(&window.count),
            };
        }
        if matches!(fact, Fact::HomeDistance | Fact::WorkDistance) {
            return self.distances.column(fact, self.members);
        }
        let last = self.last.as_ref().filter(|last| last.built == self.members)?;
        Some(if fact == Fact::LastDay { &last.day } else { &last.amount })
    }

    /// Whether a fact that was required changes by itself until `now`.
    pub(crate) fn changes_until(&self, now: i64) -> bool {
        let comes = self.ahead.peek().is_some_and(|Reverse((at, _))| *at <= now);
        comes || self.windows.iter().any(|window| window.changes_until(now))
    }

    /// Moves all facts to `now`; to a moment before that of the facts they do not go.
    fn advance(&mut self, now: i64, row: impl Fn(usize) -> usize + Copy) {
        if now <= self.now {
            return;
        }
        let before = std::mem::replace(&mut self.now, now);
        let mut come = Vec::new();
        while let Some(Reverse((at, member))) = self.ahead.peek()
            && *at <= now
        {
            come.push(*member as usize);
            self.ahead.pop();
        }
        come.sort_unstable();
        come.dedup();
        for arrival in come {
            let own_row = row(arrival);
            for event in self.events.within(arrival, before, now) {
                for window in self.windows.iter_mut().filter(|window| event.is(window.kind)) {
                    window.enter(arrival, own_row, event.at(), event.net_fen());
                }
            }
            self.set_last(arrival, own_row);
        }
        for window in &mut self.windows {
            window.advance(now, &self.events, row);
        }
    }

    /// Has all columns begin anew in another order of rows, and says of each new row which it was before; `u32::MAX` is
    /// none.
    pub(crate) fn gather(&mut self, rows: &[u32]) {
        self.rows = rows.len();
        self.columns_mut().for_each(|column| column.gather(rows));
    }

    /// Gives a member's cells to another row, which there is room for.
    pub(crate) fn move_row(&mut self, from: usize, to: usize) {
        self.columns_mut().for_each(|column| column.set(to, column.get(from)));
    }

    fn columns_mut(&mut self) -> impl Iterator<Item = &mut FixedPointColumn> {
        let last = self.last.iter_mut().flat_map(|last| [&mut last.day, &mut last.amount]);
        self.windows.iter_mut().flat_map(Window::columns_mut).chain(last).chain(self.distances.columns_mut())
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let last = self.last.as_ref().map_or(0, |last| last.day.bytes() + last.amount.bytes());
        let ahead = self.ahead.capacity() * size_of::<(i64, u32)>();
        let windows: usize = self.windows.iter().map(Window::bytes).sum();
        self.events.bytes() + ahead + windows + last + self.distances.bytes()
    }

    fn set_last(&mut self, arrival: usize, row: usize) {
        let Some(last) = self.last.as_mut().filter(|last| arrival < last.built) else { return };
        let is_payment = |event: &&Cell| event.is(EventKind::Paid) && event.net_fen() != 0 && event.at() <= self.now;
        let payment = self.events.of(arrival).iter().rev().find(is_payment);
        last.day.set(row, payment.map(|payment| day(payment.at()).into()));
        last.amount.set(row, payment.map(Cell::net_fen));
    }
}

/// The window that a fact is a fact of.
fn window_of(fact: Fact) -> Option<(EventKind, u16)> {
    match fact {
        Fact::Amount(days) | Fact::Count(days) | Fact::Average(days) => Some((EventKind::Paid, days)),
        Fact::Received(days) => Some((EventKind::Received, days)),
        Fact::Redeemed(days) => Some((EventKind::Redeemed, days)),
        Fact::LastDay | Fact::LastAmount | Fact::HomeDistance | Fact::WorkDistance => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const DAY_MS: i64 = 86_400_000;
    const DAYS: [u16; 3] = [30, 60, 365];

    /// What members did, as a list, and each fact recounted from all of it.
    #[derive(Default)]
    struct Recount(BTreeMap<(usize, EventKind, u64), Event>);

    impl Recount {
        fn take(&mut self, arrival: usize, event: Event) {
            let held = self.0.entry((arrival, event.kind, event.id)).or_insert(event);
            held.net_fen = held.net_fen.min(event.net_fen);
        }

        fn of(&self, arrival: usize, kind: EventKind) -> impl Iterator<Item = &Event> {
            self.0.range((arrival, kind, 0)..=(arrival, kind, u64::MAX)).map(|(_, event)| event)
        }

        fn fact(&self, arrival: usize, fact: Fact, now: i64) -> Option<i64> {
            let within = |kind, days: u16| {
                let after = now - i64::from(days) * DAY_MS;
                self.of(arrival, kind).filter(move |event| after < event.at && event.at <= now)
            };
            let paid = |days| within(EventKind::Paid, days).filter(|event| event.net_fen != 0);
            let past = self.of(arrival, EventKind::Paid).filter(|event| event.at <= now && event.net_fen != 0);
            let last = past.max_by_key(|event| (event.at, event.id));
            match fact {
                Fact::Amount(days) => Some(paid(days).map(|event| event.net_fen).sum()),
                Fact::Count(days) => Some(paid(days).count() as i64),
                Fact::Average(days) => {
                    value::average(paid(days).map(|event| event.net_fen).sum(), paid(days).count() as i64)
                }
                Fact::Received(days) => Some(within(EventKind::Received, days).count() as i64),
                Fact::Redeemed(days) => Some(within(EventKind::Redeemed, days).count() as i64),
                Fact::LastDay => last.map(|event| day(event.at).into()),
                Fact::LastAmount => last.map(|event| event.net_fen),
                Fact::HomeDistance | Fact::WorkDistance => None,
            }
        }
    }

    /// Members are in the order of their arrival.
    fn same(arrival: usize) -> usize {
        arrival
    }

    fn facts() -> Vec<Fact> {
        let of = |days| {
            [Fact::Amount(days), Fact::Count(days), Fact::Average(days), Fact::Received(days), Fact::Redeemed(days)]
        };
        DAYS.into_iter().flat_map(of).chain([Fact::LastDay, Fact::LastAmount]).collect()
    }

    fn random_event(rng: &mut fastrand::Rng, now: i64) -> Event {
        let kind = [EventKind::Paid, EventKind::Received, EventKind::Redeemed][rng.usize(..3)];
        let back = [0, 1, 29, 30, 31, 60, 364, 365, 366][rng.usize(..9)] * DAY_MS;
        let off = [-1, 0, 1, rng.i64(-2 * DAY_MS..DAY_MS)][rng.usize(..4)];
        let net_fen = if kind == EventKind::Paid { rng.i64(1..10_000) } else { 0 };
        Event { at: now - back + off, kind, id: rng.u64(..1 << 62), net_fen }
    }

    /// Everything at once: late events, repeats, refunds, events that are ahead, windows that are asked for late, new
    /// members, and a time that steps over single edges, or over months.
    fn check(seed: u64) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut now = rng.i64(0..400) * DAY_MS + rng.i64(0..DAY_MS);
        let (mut recount, mut all) = (Recount::default(), facts());
        rng.shuffle(&mut all);
        let mut behavior = Behavior::new(now, 0, 0);
        let mut required = Vec::new();
        let mut members = 0;
        for step in 0..150 {
            match rng.usize(..10) {
                0 | 1 => {
                    members += 1;
                    behavior.grow(members, members, same);
                }
                2 if !all.is_empty() => {
                    let fact = all.pop().expect("one is left");
                    while !behavior.step(&[fact], now, same) {}
                    required.push(fact);
                }
                3..=6 if 0 < members => {
                    for _ in 0..rng.usize(1..8) {
                        let (arrival, event) = (rng.usize(..members), random_event(&mut rng, now));
                        recount.take(arrival, event);
                        behavior.take(arrival, arrival, event);
                    }
                }
                7 if !recount.0.is_empty() => {
                    let (&(arrival, ..), &event) = recount.0.iter().nth(rng.usize(..recount.0.len())).expect("within");
                    let net_fen = [0, event.net_fen, rng.i64(0..=event.net_fen)][rng.usize(..3)];
                    let event = Event { net_fen, ..event };
                    recount.take(arrival, event);
                    behavior.take(arrival, arrival, event);
                }
                _ => {
                    let edges = recount.0.values().flat_map(|event| {
                        [0, 30, 60, 365].map(|days| event.at + days * DAY_MS).into_iter().filter(|edge| now < *edge)
                    });
                    let edge = edges.min().unwrap_or(now) + [-1, 0, 1][rng.usize(..3)];
                    let jump = now + rng.i64(0..90 * DAY_MS);
                    let next = if rng.bool() { edge } else { jump }.max(now);
                    let before: Vec<_> = required.iter().map(|fact| values(&behavior, *fact, members)).collect();
                    let changes = behavior.changes_until(next);
                    while !behavior.step(&[], next, same) {}
                    now = next;
                    let after: Vec<_> = required.iter().map(|fact| values(&behavior, *fact, members)).collect();
                    assert!(changes || before == after, "seed {seed}, step {step}: it changed by itself untold");
                }
            }
            for fact in &required {
                let expect: Vec<_> = (0..members).map(|arrival| recount.fact(arrival, *fact, now)).collect();
                assert_eq!(values(&behavior, *fact, members), expect, "seed {seed}, step {step}, {fact:?}");
            }
        }
    }

    fn values(behavior: &Behavior, fact: Fact, members: usize) -> Vec<Option<i64>> {
        let column = behavior.column(fact).expect("it was required");
        (0..members).map(|arrival| column.get(arrival)).collect()
    }

    #[test]
    fn every_fact_is_what_a_recount_gives_at_every_instant() {
        (0..400).for_each(check);
    }

    #[test]
    fn ten_thousand_payments_of_one_member_are_as_exact_as_two() {
        let (mut behavior, mut recount) = (Behavior::new(0, 1, 1), Recount::default());
        while !behavior.step(&facts(), 0, same) {}
        let mut rng = fastrand::Rng::with_seed(5);
        let take = |behavior: &mut Behavior, recount: &mut Recount, event| {
            recount.take(0, event);
            behavior.take(0, 0, event);
        };
        for id in 0..10_000 {
            let at = rng.i64(0..400) * DAY_MS;
            take(&mut behavior, &mut recount, Event { at, kind: EventKind::Paid, id, net_fen: rng.i64(1..1000) });
        }
        let payments: Vec<Event> = recount.0.values().copied().collect();
        for now in (0..800).step_by(25).flat_map(|day| [day * DAY_MS - 1, day * DAY_MS]) {
            while !behavior.step(&[], now.max(0), same) {}
            let refunded = Event { net_fen: 0, ..payments[rng.usize(..payments.len())] };
            take(&mut behavior, &mut recount, refunded);
            for fact in facts() {
                let expect = recount.fact(0, fact, now.max(0));
                assert_eq!(behavior.column(fact).expect("required").get(0), expect, "{fact:?} at {now}");
            }
        }
    }
}
