//! Making a base segment of the last one and a delta. It is work for a thread of its own: counts and changes go on
//! meanwhile, since both are only read, and what changes goes to another delta.

use std::sync::Arc;

use super::base::{Base, Directory};
use super::delta::Delta;
use super::row_set::RowSet;
use crate::columns::fixed_point::FixedPointColumn;
use crate::columns::frames::Frames;
use crate::columns::runs::Runs;
use crate::columns::sketch::Sketch;
use crate::columns::{Cell, Column};
use crate::tag::{Kind, Tag};

/// Tags that rows are ordered by first; each becomes runs.
const LEADS: usize = 2;
/// Up to so many words are better held in slices.
const SLICED_WORDS_MAX: usize = 15;
/// A tag with more words than one for so many members makes no runs worth it.
const MEMBERS_A_WORD: usize = 16;
/// Of a key, beside the row that it is the key of.
const KEY_BITS: u32 = 32;

/// A merge that is to be done: [`Merge::run`] on any thread, then [`crate::Members::end_merge`].
pub struct Merge {
    pub(super) base: Option<Arc<Base>>,
    /// Rows of the base that are in the delta or a later one.
    pub(super) left: RowSet,
    pub(super) delta: Arc<Delta>,
    pub(super) tags: Vec<Tag>,
    /// How many words each tag has.
    pub(super) words: Vec<usize>,
    /// Tags that rules name most.
    pub(super) order: Vec<usize>,
}

/// A merge that was run.
pub struct MergeResult {
    pub(super) base: Base,
    /// By row of the new base, the row that the member had before.
    pub(super) rows: Vec<u32>,
}

impl Merge {
    /// Makes the new base segment: about a second for five million members.
    pub fn run(self) -> MergeResult {
        let by = self.ordered_by();
        let keyed = self.keyed(&by);
        let rows: Vec<u32> = keyed.iter().map(|keyed| *keyed as u32).collect();
        let mut columns: Vec<Column> = Vec::with_capacity(self.tags.len());
        for (tag, Tag { kind, .. }) in self.tags.iter().enumerate() {
            columns.push(match by.iter().take(LEADS).position(|lead| lead.tag == tag && lead.is_wide) {
                Some(place) => runs(&keyed, by[place]),
                None => self.column(tag, *kind, &rows),
            });
        }
        drop(keyed);
        let directory = self.directory(&rows);
        MergeResult { base: Base { columns, directory }, rows }
    }

    /// What rows are ordered by, by each tag's own number of words.
    fn ordered_by(&self) -> Vec<OrderKey> {
        let members = self.base.as_ref().map_or(0, |base| base.len() - self.left.len()) + self.delta.len();
        let is_named = |tag: &usize| self.order.iter().position(|named| named == tag).unwrap_or(self.order.len());
        let words = |tag: &usize| matches!(self.tags[*tag].kind, Kind::Enum | Kind::Text);
        let (mut wide, mut narrow): (Vec<usize>, Vec<usize>) =
            (0..self.tags.len()).filter(words).partition(|tag| SLICED_WORDS_MAX < self.words[*tag]);
        wide.retain(|tag| self.words[*tag] <= (members / MEMBERS_A_WORD).min(u16::MAX.into()));
        wide.sort_by_key(|tag| (std::cmp::Reverse(self.words[*tag]), is_named(tag)));
        wide.truncate(LEADS);
        wide.sort_by_key(is_named);
        narrow.retain(|tag| 0 < self.words[*tag]);
        narrow.sort_by_key(is_named);
        let mut shift = KEY_BITS;
        let mut key = |tag: usize, is_wide| {
            let bits = usize::BITS - self.words[tag].leading_zeros();
            shift = shift.checked_sub(bits)?;
            Some(OrderKey { tag, shift: u64::BITS - KEY_BITS + shift, bits, is_wide })
        };
        let wide = wide.into_iter().map_while(|tag| key(tag, true)).collect::<Vec<_>>();
        wide.into_iter().chain(narrow.into_iter().map_while(|tag| key(tag, false))).collect()
    }

    /// Everybody's key with the row beside it, in order.
    fn keyed(&self, by: &[OrderKey]) -> Vec<u64> {
        let mut keyed: Vec<u64> = Vec::with_capacity(self.delta.len());
        if let Some(base) = &self.base {
            keyed.extend(0..base.len() as u64);
            for key in by {
                match base.columns.get(key.tag) {
                    Some(Column::Runs(runs)) => {
                        keyed.iter_mut().zip(runs.all()).for_each(|(keyed, number)| *keyed |= key.of(number));
                    }
                    Some(Column::Words(cells)) => {
                        let cells = (0..).map(|row| cells.get(row));
                        keyed.iter_mut().zip(cells).for_each(|(keyed, number)| *keyed |= key.of(number));
                    }
                    _ => {}
                }
            }
            keyed.retain(|keyed| !self.left.contains(*keyed as u32 as usize));
        }
        keyed.extend((0..self.delta.len()).map(|row| {
            let own = (self.delta.first + row) as u64;
            by.iter().fold(own, |keyed, key| match self.delta.columns[key.tag].get(row) {
                Cell::Word(number) => keyed | key.of(number),
                _ => keyed,
            })
        }));
        keyed.sort_unstable();
        keyed
    }

    /// A member's cell by its row before.
    fn cell(&self, tag: usize, kind: Kind, row: u32) -> Cell {
        match (row as usize).checked_sub(self.delta.first) {
            Some(row) => self.delta.columns[tag].get(row),
            None => self
                .base
                .as_ref()
                .and_then(|base| base.columns.get(tag))
                .map_or(Cell::unknown(kind), |column| column.get(row as usize)),
        }
    }

    fn column(&self, tag: usize, kind: Kind, rows: &[u32]) -> Column {
        if matches!(kind, Kind::Number | Kind::Date) {
            let of = if kind == Kind::Date { FixedPointColumn::of_days } else { FixedPointColumn::of_numbers };
            let mut exact = of();
            exact.grow(rows.len());
            for (row, before) in rows.iter().enumerate() {
                if let Cell::Number(number @ Some(_)) = self.cell(tag, kind, *before) {
                    exact.set(row, number);
                }
            }
            return Column::Sketch(Sketch::new(exact, rows.len()));
        }
        let mut column = Column::new(kind);
        column.grow(rows.len());
        for (row, before) in rows.iter().enumerate() {
            column.set(row, self.cell(tag, kind, *before));
        }
        column
    }

    fn directory(&self, rows: &[u32]) -> Directory {
        let before = self.delta.first + self.delta.len();
        let mut now = vec![u32::MAX; before];
        for (row, before) in rows.iter().enumerate() {
            now[*before as usize] = row as u32;
        }
        let mut fresh: Vec<(u64, u32)> = self.delta.users.iter().copied().zip(0..).collect();
        fresh.sort_unstable();
        let mut fresh = fresh.into_iter().peekable();
        let base = self.base.as_deref();
        let mut held = base
            .into_iter()
            .flat_map(|base| base.users().zip((0..).map(|place| base.directory.versions.get(place))))
            .filter(|((_, row), _)| !self.left.contains(*row as usize))
            .peekable();
        let mut found = Vec::with_capacity(rows.len());
        loop {
            let next_held = held.peek().map(|((user, _), _)| *user);
            let next_fresh = fresh.peek().map(|(user, _)| *user);
            let from_fresh = match (next_held, next_fresh) {
                (None, None) => break,
                (Some(held), Some(fresh)) => fresh < held,
                (held, _) => held.is_none(),
            };
            if from_fresh {
                if let Some((user, row)) = fresh.next() {
                    let version = u64::from(self.delta.versions[row as usize]);
                    found.push((user, now[self.delta.first + row as usize], version));
                }
            } else if let Some(((user, row), version)) = held.next() {
                found.push((user, now[row as usize], version));
            }
        }
        Directory {
            users: Frames::new(found.iter().map(|(user, ..)| *user)),
            rows: found.iter().map(|(_, row, _)| *row).collect(),
            versions: Frames::new(found.iter().map(|(.., version)| *version)),
        }
    }
}

/// A part of the key that rows are ordered by.
#[derive(Clone, Copy)]
struct OrderKey {
    tag: usize,
    shift: u32,
    bits: u32,
    is_wide: bool,
}

impl OrderKey {
    fn of(self, number: u32) -> u64 {
        u64::from(number) << self.shift
    }
}

/// The column of a tag that rows are ordered by.
fn runs(keyed: &[u64], key: OrderKey) -> Column {
    let mut runs = Runs::default();
    for keyed in keyed {
        runs.push((keyed >> key.shift & ((1 << key.bits) - 1)) as u16);
    }
    runs.shrink();
    Column::Runs(runs)
}
