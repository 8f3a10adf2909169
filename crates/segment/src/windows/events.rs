//! What members did, each member's in the order of time, in one allocation for all members.
//!
//! An event is never taken back: a payment that is refunded stays, with less left of it. So the same event may come
//! twice, and an older state of it after a newer one: the least that is left is the latest. Whoever tells of events
//! needs neither an order nor a version.

/// What kind of thing a member did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Paid.
    Paid,
    /// Received a voucher.
    Received,
    /// Redeemed a voucher.
    Redeemed,
}

/// One thing that a member did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When, UTC milliseconds.
    pub at: i64,
    /// What.
    pub kind: EventKind,
    /// Tells it from others of its kind: the number of the payment or voucher. Its two highest bits are not looked at.
    pub id: u64,
    /// Of a payment, what is left of it after refunds: fen, not below 0. Nothing for the other kinds.
    pub net_fen: i64,
}

/// An event as it is held: the kind is in the highest bits of the id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    at: i64,
    kind_and_id: u64,
    net_fen: i64,
}

const ID_BITS: u32 = 62;

impl Cell {
    fn of(event: Event) -> Cell {
        let id = event.id & ((1 << ID_BITS) - 1);
        Cell { at: event.at, kind_and_id: (event.kind as u64) << ID_BITS | id, net_fen: event.net_fen }
    }

    fn key(&self) -> (i64, u64) {
        (self.at, self.kind_and_id)
    }

    /// When it happened.
    pub(super) fn at(&self) -> i64 {
        self.at
    }

    /// What is left of a payment.
    pub(super) fn net_fen(&self) -> i64 {
        self.net_fen
    }

    /// Whether it is of this kind.
    pub(super) fn is(&self, kind: EventKind) -> bool {
        self.kind_and_id >> ID_BITS == kind as u64
    }
}

/// Room for this many events; a list that is full moves to the next larger room.
const fn room(class: u8) -> usize {
    match class {
        0 => 0,
        1 => 1,
        // 2, 3, 4, 6, 8, 12, 16 …: at most half as much again.
        _ => (2 + (class as usize & 1)) << (class as usize / 2 - 1),
    }
}

/// Where a member's events are.
#[derive(Clone, Copy, Default)]
struct List {
    start: u32,
    len: u32,
    class: u8,
}

/// The events of all members, by their arrival.
#[derive(Default)]
pub(super) struct Events {
    cells: Vec<Cell>,
    lists: Vec<List>,
    /// By class, the rooms that lists have left.
    free: Vec<Vec<u32>>,
}

/// What an event changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is new.
    New,
    /// There is less left of a payment, by this much, and now this much: fen.
    Lowered { by_fen: i64, to_fen: i64 },
    /// Nothing: it was known so, or as a later state.
    Known,
}

impl Events {
    /// Room for this many members.
    pub(super) fn grow(&mut self, members: usize) {
        self.lists.resize(members, List::default());
    }

    /// A member's events, in the order of time.
    pub(super) fn of(&self, arrival: usize) -> &[Cell] {
        let List { start, len, .. } = self.lists[arrival];
        &self.cells[start as usize..][..len as usize]
    }

    /// A member's events after `after` and until `until`, the latter included.
    pub(super) fn within(&self, arrival: usize, after: i64, until: i64) -> &[Cell] {
        let events = self.of(arrival);
        let first = events.partition_point(|event| event.at <= after);
        let events = &events[first..];
        &events[..events.partition_point(|event| event.at <= until)]
    }

    /// Takes an event, in whatever order events come.
    pub(super) fn take(&mut self, arrival: usize, event: Event) -> Taken {
        let cell = Cell::of(event);
        match self.of(arrival).binary_search_by_key(&cell.key(), Cell::key) {
            Ok(place) => {
                let held = &mut self.cells[self.lists[arrival].start as usize + place];
                if held.net_fen <= cell.net_fen {
                    return Taken::Known;
                }
                let by_fen = held.net_fen - cell.net_fen;
                held.net_fen = cell.net_fen;
                Taken::Lowered { by_fen, to_fen: cell.net_fen }
            }
            Err(place) => {
                self.insert(arrival, place, cell);
                Taken::New
            }
        }
    }

    fn insert(&mut self, arrival: usize, place: usize, cell: Cell) {
        let List { start, len, class } = self.lists[arrival];
        let (start, len) = (start as usize, len as usize);
        if len < room(class) {
            self.cells.copy_within(start + place..start + len, start + place + 1);
            self.cells[start + place] = cell;
            self.lists[arrival].len += 1;
            return;
        }
        let larger = self.claim(class + 1);
        self.cells.copy_within(start..start + place, larger);
        self.cells.copy_within(start + place..start + len, larger + place + 1);
        self.cells[larger + place] = cell;
        if 0 < class {
            self.free[usize::from(class)].push(start as u32);
        }
        let start = u32::try_from(larger).expect("fewer than 2³² events are held for a merchant");
        self.lists[arrival] = List { start, len: len as u32 + 1, class: class + 1 };
    }

    /// A room of this class: one that was left, or a new one.
    fn claim(&mut self, class: u8) -> usize {
        if self.free.len() <= usize::from(class) {
            self.free.resize(usize::from(class) + 1, Vec::new());
        }
        self.free[usize::from(class)].pop().map_or_else(
            || {
                let (start, room) = (self.cells.len(), room(class));
                if self.cells.capacity() < start + room {
                    // By an eighth, not by twice: there may be gigabytes of them.
                    self.cells.reserve_exact(room.max(start / 8));
                }
                self.cells.resize(start + room, Cell::default());
                start
            },
            |start| start as usize,
        )
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let free: usize = self.free.iter().map(|starts| starts.capacity() * size_of::<u32>()).sum();
        self.cells.capacity() * size_of::<Cell>() + self.lists.capacity() * size_of::<List>() + free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn rooms_grow_by_at_most_half() {
        let rooms: Vec<_> = (0..12).map(room).collect();
        assert_eq!(rooms, [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48]);
    }

    #[test]
    fn events_come_in_any_order_and_more_than_once() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut events = Events::default();
        events.grow(20);
        let mut expect: BTreeMap<(usize, i64, EventKind, u64), i64> = BTreeMap::new();
        for _ in 0..20_000 {
            let kind = [EventKind::Paid, EventKind::Received, EventKind::Redeemed][rng.usize(..3)];
            let net_fen = if kind == EventKind::Paid { rng.i64(0..50) } else { 0 };
            let event = Event { at: rng.i64(-20..20), kind, id: rng.u64(0..5), net_fen };
            let arrival = rng.usize(..20);
            let taken = events.take(arrival, event);
            let held = expect.get(&(arrival, event.at, kind, event.id)).copied();
            let least = held.map_or(net_fen, |held| held.min(net_fen));
            expect.insert((arrival, event.at, kind, event.id), least);
            assert_eq!(
                taken,
                match held {
                    None => Taken::New,
                    Some(held) if net_fen < held => Taken::Lowered { by_fen: held - net_fen, to_fen: net_fen },
                    Some(_) => Taken::Known,
                }
            );
        }
        for arrival in 0..20 {
            let own = |event: &&(usize, i64, EventKind, u64)| event.0 == arrival;
            let in_order: Vec<_> = expect.keys().filter(own).map(|event| (event.1, expect[event])).collect();
            let held: Vec<_> = events.of(arrival).iter().map(|cell| (cell.at(), cell.net_fen())).collect();
            assert_eq!(held, in_order);
            let within = events.within(arrival, -3, 4);
            assert_eq!(within.len(), in_order.iter().filter(|(at, _)| -3 < *at && *at <= 4).count());
            assert!(within.iter().all(|cell| -3 < cell.at() && cell.at() <= 4));
        }
    }
}
