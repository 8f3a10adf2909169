//! One window of time: how many events of a kind are in it for each member, and what they come to.

use super::departures::Departures;
use super::events::{Event, EventKind, Events};
use super::value::average;
use crate::columns::fixed_point::FixedPointColumn;

const DAY_MS: i64 = 86_400_000;

/// The events of a kind that happened in the last days, by member.
pub(super) struct Window {
    pub(super) kind: EventKind,
    pub(super) days: u16,
    /// What happened until then has left.
    left: i64,
    /// How many members it has, in the order of their arrival; those who came later are not in it yet.
    built: usize,
    departures: Departures,
    /// By row, how many are in.
    pub(super) count: FixedPointColumn,
    /// Of payments alone.
    pub(super) money: Option<Money>,
}

/// What the payments of a window come to, by row.
pub(super) struct Money {
    /// Their sum, fen.
    pub(super) amount: FixedPointColumn,
    /// Their average, as [`average`] has it.
    pub(super) average: FixedPointColumn,
}

impl Window {
    /// Without any member, at `now`.
    pub(super) fn new(kind: EventKind, days: u16, now: i64) -> Window {
        let (left, integers) = (now - i64::from(days) * DAY_MS, FixedPointColumn::of_integers);
        let money = (kind == EventKind::Paid).then(|| Money { amount: integers(), average: integers() });
        Window { kind, days, left, built: 0, departures: Departures::new(kind, left), count: integers(), money }
    }

    /// Whether it has this many members.
    pub(super) fn has(&self, members: usize) -> bool {
        self.built == members
    }

    /// Takes in up to `most` more of all members, as they are at `now`; whether it has everybody. `row` gives the row
    /// of a member by its arrival.
    pub(super) fn build(
        &mut self,
        most: usize,
        members: usize,
        now: i64,
        events: &Events,
        row: impl Fn(usize) -> usize,
    ) -> bool {
        let next = members.min(self.built + most);
        for arrival in self.built..next {
            let (mut count, mut fen) = (0, 0);
            for event in events.within(arrival, self.left, now).iter().filter(|event| event.is(self.kind)) {
                self.departures.add(arrival, event.at());
                count += self.counts(event.net_fen());
                fen += event.net_fen();
            }
            self.add(row(arrival), count, fen);
        }
        self.built = next;
        next == members
    }

    /// Takes in members until there are this many, of whom those after the first `known` have done nothing. A window
    /// that does not have all of the others yet makes room alone.
    pub(super) fn grow(&mut self, members: usize, known: usize, rows: usize, row: impl Fn(usize) -> usize) {
        self.make_room(members, rows);
        if self.built == known {
            (known..members).for_each(|arrival| self.add(row(arrival), 0, 0));
            self.built = members;
        }
    }

    /// Room for this many members in so many rows.
    pub(super) fn make_room(&mut self, members: usize, rows: usize) {
        self.departures.grow(members);
        self.columns_mut().for_each(|column| column.grow(rows));
    }

    /// What is held by row.
    pub(super) fn columns_mut(&mut self) -> impl Iterator<Item = &mut FixedPointColumn> {
        let money = self.money.iter_mut().flat_map(|money| [&mut money.amount, &mut money.average]);
        std::iter::once(&mut self.count).chain(money)
    }

    /// Takes an event that has happened, once.
    pub(super) fn enter(&mut self, arrival: usize, row: usize, at: i64, net_fen: i64) {
        if self.left < at && arrival < self.built {
            self.departures.add(arrival, at);
            self.add(row, self.counts(net_fen), net_fen);
        }
    }

    /// Takes that there is less left of a payment.
    pub(super) fn lower(&mut self, arrival: usize, row: usize, event: Event, by_fen: i64) {
        if self.left < event.at && arrival < self.built {
            self.add(row, self.counts(event.net_fen) - 1, -by_fen);
        }
    }

    /// Moves the window to `now`, which is not before the last one.
    pub(super) fn advance(&mut self, now: i64, events: &Events, row: impl Fn(usize) -> usize) {
        let left = now - i64::from(self.days) * DAY_MS;
        for member in self.departures.advance(events, left) {
            let arrival = member as usize;
            let (mut count, mut fen) = (0, 0);
            for event in events.within(arrival, self.left, left).iter().filter(|event| event.is(self.kind)) {
                count += self.counts(event.net_fen());
                fen += event.net_fen();
            }
            self.add(row(arrival), -count, -fen);
        }
        self.left = left;
    }

    /// Whether something leaves until `now`.
    pub(super) fn changes_until(&self, now: i64) -> bool {
        self.departures.some_until(now - i64::from(self.days) * DAY_MS)
    }

    /// How much an event counts: a payment that was refunded whole counts for nothing.
    fn counts(&self, net_fen: i64) -> i64 {
        i64::from(self.kind != EventKind::Paid || net_fen != 0)
    }

    fn add(&mut self, row: usize, count: i64, fen: i64) {
        let count = self.count.get(row).unwrap_or(0) + count;
        self.count.set(row, Some(count));
        if let Some(money) = &mut self.money {
            let fen = money.amount.get(row).unwrap_or(0) + fen;
            money.amount.set(row, Some(fen));
            money.average.set(row, average(fen, count));
        }
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let money = self.money.as_ref().map_or(0, |money| money.amount.bytes() + money.average.bytes());
        self.departures.bytes() + self.count.bytes() + money
    }
}
