//! Packed codes: a member's word numbers of all enum tags side by side in one u64, a row-oriented copy of these
//! columns, of members who are new or have changed.
//!
//! Filters read a column from end to end, but a breakdown reads all enum tags of some members. From the columns it
//! would load a cache line for nearly every one of eight columns, even where the crowd is one member in fifty. From
//! packed codes it is one load a member. They repeat what the columns hold and can be rebuilt from them.

use crate::columns::Column;
use crate::columns::cell_vec::CellVec;

/// All members' packed codes, and where each column's numbers stand in them.
pub(crate) struct PackedCodes {
    /// By column; none for columns of other kinds and for enum columns that found no room.
    fields: Vec<Option<Field>>,
    cells: CellVec<u64>,
}

/// So many bits from a place on.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) shift: u32,
    pub(crate) bits: u32,
}

impl PackedCodes {
    /// `words` says how many words each column's dictionary has; `None` where it is no enum column.
    pub(crate) fn new(words: impl Iterator<Item = Option<usize>>) -> PackedCodes {
        PackedCodes { fields: layout(words), cells: CellVec::new(0) }
    }

    pub(crate) fn field(&self, column: usize) -> Option<Field> {
        self.fields.get(column).copied().flatten()
    }

    pub(crate) fn cells(&self) -> &CellVec<u64> {
        &self.cells
    }

    /// Packs one member's row again; everybody's when a dictionary has outgrown its field, which happens once for each
    /// bit of a dictionary's size.
    pub(crate) fn update(
        &mut self,
        columns: &[Column],
        words: impl Iterator<Item = Option<usize>> + Clone,
        row: usize,
        rows: usize,
    ) {
        let outgrown =
            |(field, words)| matches!((field, words), (Some(field), Some(words)) if !Field::fits(field, words));
        if self.fields.len() < columns.len() || self.fields.iter().copied().zip(words.clone()).any(outgrown) {
            return self.rebuild(columns, words, rows);
        }
        self.cells.grow(rows);
        self.cells.set(row, pack(&self.fields, columns, row));
    }

    /// Packs everybody's row again.
    pub(crate) fn rebuild(&mut self, columns: &[Column], words: impl Iterator<Item = Option<usize>>, rows: usize) {
        self.fields = layout(words);
        self.cells.grow(rows);
        for row in 0..rows {
            self.cells.set(row, pack(&self.fields, columns, row));
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.cells.bytes()
    }
}

impl Field {
    fn fits(self, words: usize) -> bool {
        bits(words) <= self.bits
    }
}

/// How many bits the numbers of so many words need.
fn bits(words: usize) -> u32 {
    usize::BITS - words.max(1).leading_zeros()
}

/// Fields for the enum columns in their order, each as wide as it must be, as long as there is room.
fn layout(words: impl Iterator<Item = Option<usize>>) -> Vec<Option<Field>> {
    let mut shift = 0;
    let field = |words: Option<usize>| {
        let field = Field { shift, bits: bits(words?) };
        shift += field.bits;
        (shift <= u64::BITS).then_some(field)
    };
    words.map(field).collect()
}

fn pack(fields: &[Option<Field>], columns: &[Column], row: usize) -> u64 {
    fields.iter().zip(columns).fold(0, |packed, (field, column)| match (field, column) {
        (Some(field), Column::Words(cells)) => packed | u64::from(cells.get(row)) << field.shift,
        _ => packed,
    })
}
