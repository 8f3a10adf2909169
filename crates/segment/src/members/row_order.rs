//! In which rows members stand: those of one gender, age and city side by side.
//!
//! Rules ask a few tags over and over. Where members stand in the order of these, a crowd is some runs of rows: a
//! condition is asked only where those before it left somebody, and a breakdown reads neighbours. RowOrder is a help
//! that nothing relies on. Members take rows as they arrive; a chunk of them is put in order, by itself, when it is
//! full. Who changes keeps the row until a quarter of the chunk has changed, and then the chunk is put in order anew.

use crate::columns::Column;
use crate::columns::cell_vec::{BLOCK, GROUP};
use crate::columns::permutation::Permutation;

/// Rows that are put in order together: few enough that nobody waits for it longer than some milliseconds, and so many
/// that who shares three tags fills cache lines. (Twice as many would fit a place too, but rustc 1.95 then drops the
/// chunk from `row` where the arrival comes out of a map: an `and` with 0xffff0000 that LLVM 22 loses.)
pub(crate) const CHUNK: usize = BLOCK * GROUP;
/// As many members of a chunk may change before it is put in order anew.
const CHANGES_MAX: u32 = CHUNK as u32 / 4;
/// The numbers of so many tags fit into a key, sixteen bits each, beside a place in the chunk.
const TAGS_MAX: usize = 3;

pub(crate) struct RowOrder {
    /// The columns that members are ordered by, those that matter most first.
    by: Vec<usize>,
    /// By arrival, a member's place in its chunk, which it never leaves.
    places: Vec<u16>,
    /// By full chunk, how many of its members changed since it was put in order.
    changes: Vec<u32>,
}

impl RowOrder {
    /// By some of the columns, which hold words.
    pub(crate) fn new(columns: &[Column], by: &[usize]) -> RowOrder {
        let words = by.iter().all(|column| matches!(columns[*column], Column::Codes(_) | Column::Texts(_)));
        assert!(words && by.len() <= TAGS_MAX, "members are ordered by at most {TAGS_MAX} enum or text tags");
        RowOrder { by: by.to_vec(), places: Vec::new(), changes: Vec::new() }
    }

    /// One more member, in the row after all others.
    pub(crate) fn push(&mut self) {
        self.places.push((self.places.len() % CHUNK) as u16);
    }

    /// The row of a member, by its arrival.
    pub(crate) fn row(&self, arrival: usize) -> usize {
        arrival / CHUNK * CHUNK + usize::from(self.places[arrival])
    }

    /// What a row is ordered by.
    pub(crate) fn key(&self, columns: &[Column], row: usize) -> u64 {
        self.by.iter().fold(0, |key, column| match &columns[*column] {
            Column::Codes(dictionary) | Column::Texts(dictionary) => {
                key << u16::BITS | u64::from(dictionary.number_at(row).min(u16::MAX.into()))
            }
            _ => key,
        })
    }

    /// How the chunk of a row whose key has changed, or that has just been taken in, is put in order, if that is due.
    pub(crate) fn changed(&mut self, columns: &[Column], row: usize) -> Option<Permutation> {
        let chunk = row / CHUNK;
        match self.changes.get_mut(chunk) {
            Some(changes) if *changes < CHANGES_MAX => {
                *changes += 1;
                return None;
            }
            Some(changes) => *changes = 0,
            None if self.places.len() < (chunk + 1) * CHUNK => return None,
            None => self.changes.push(0),
        }
        let permutation = self.sorted(columns, chunk * CHUNK);
        let mut places = vec![0; CHUNK];
        for (place, from) in permutation.from().iter().enumerate() {
            places[usize::from(*from)] = place as u16;
        }
        for place in &mut self.places[permutation.rows()] {
            *place = places[usize::from(*place)];
        }
        Some(permutation)
    }

    fn sorted(&self, columns: &[Column], first: usize) -> Permutation {
        let keyed = (0..CHUNK).map(|place| self.key(columns, first + place) << u16::BITS | place as u64);
        let mut keyed: Vec<u64> = keyed.collect();
        keyed.sort_unstable();
        Permutation::new(first, keyed.into_iter().map(|key| key as u16).collect())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<u16>() + self.changes.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::Kind;
    use crate::value::Value;

    /// A column of what everybody holds, with what must not get lost on the way: who it is.
    struct Held {
        columns: Vec<Column>,
        order: RowOrder,
    }

    impl Held {
        fn set(&mut self, arrival: usize, group: Option<usize>) {
            let row = self.order.row(arrival);
            self.columns[0].set(row, group.map(|group| group.to_string()).as_deref().map(Value::Code));
            self.columns[1].set(row, Some(Value::Number(arrival as i64)));
            if let Some(permutation) = self.order.changed(&self.columns, row) {
                self.columns.iter_mut().for_each(|column| column.permute(&permutation));
            }
        }

        fn push(&mut self, arrival: usize, group: Option<usize>) {
            self.order.push();
            self.columns.iter_mut().for_each(|column| column.grow(arrival + 1));
            self.set(arrival, group);
        }

        /// In how many runs of equal keys the rows lie.
        fn runs(&self, rows: std::ops::Range<usize>) -> usize {
            let keys: Vec<_> = rows.map(|row| self.order.key(&self.columns, row)).collect();
            keys.chunk_by(|left, right| left == right).count()
        }

        fn check(&self, groups: &[Option<usize>]) {
            for (arrival, group) in groups.iter().enumerate() {
                let row = self.order.row(arrival);
                let group = group.map(|group| group.to_string());
                assert_eq!(self.columns[0].get(row), group.as_deref().map(Value::Code));
                assert_eq!(self.columns[1].get(row), Some(Value::Number(arrival as i64)));
            }
        }
    }

    #[test]
    fn a_chunk_is_put_in_order_when_it_is_full_and_when_a_quarter_has_changed() {
        let columns = vec![Column::new(Kind::Enum), Column::new(Kind::Number)];
        let mut held = Held { order: RowOrder::new(&columns, &[0]), columns };
        let mut rng = fastrand::Rng::with_seed(11);
        let mut groups: Vec<_> = (0..CHUNK + 100).map(|_| rng.usize(..8).checked_sub(1)).collect();
        for (arrival, group) in groups.iter().enumerate() {
            held.push(arrival, *group);
            assert!(arrival != CHUNK - 2 || 8 < held.runs(0..CHUNK - 1));
        }
        held.check(&groups);
        assert_eq!(held.runs(0..CHUNK), 8);
        for change in 0..=CHANGES_MAX {
            assert!(change != CHANGES_MAX || 8 < held.runs(0..CHUNK));
            let arrival = rng.usize(..CHUNK);
            groups[arrival] = Some(change as usize % 7);
            held.set(arrival, groups[arrival]);
        }
        held.check(&groups);
        assert_eq!(held.runs(0..CHUNK), 8);
        assert!(100 / 2 < held.runs(CHUNK..CHUNK + 100));
    }
}
