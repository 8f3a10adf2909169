//! Packed codes: a member's word numbers of all enum tags side by side in one u64, a row-oriented copy of these
//! columns.
//!
//! Filters read a column from end to end, but a breakdown reads all enum tags of some members. From the columns it
//! would load a cache line for nearly every one of eight columns, even where the crowd is one member in fifty. From
//! packed codes it is one load a member. They repeat what the columns hold and can be rebuilt from them.

use crate::columns::Column;
use crate::columns::cell_vec::CellVec;
use crate::columns::permutation::Permutation;

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
    pub(crate) fn new(columns: &[Column]) -> PackedCodes {
        PackedCodes { fields: layout(columns), cells: CellVec::new(0) }
    }

    pub(crate) fn field(&self, column: usize) -> Option<Field> {
        self.fields[column]
    }

    pub(crate) fn cells(&self) -> &CellVec<u64> {
        &self.cells
    }

    /// Packs one member's row again; everybody's when a dictionary has outgrown its field, which happens once for each
    /// bit of a dictionary's size.
    pub(crate) fn update(&mut self, columns: &[Column], row: usize, rows: usize) {
        if self.fields.iter().zip(columns).any(|(field, column)| field.is_some_and(|field| !field.fits(column))) {
            return self.rebuild(columns, rows);
        }
        self.cells.grow(rows);
        self.cells.set(row, pack(&self.fields, columns, row));
    }

    /// Packs everybody's row again.
    pub(crate) fn rebuild(&mut self, columns: &[Column], rows: usize) {
        self.fields = layout(columns);
        self.cells.grow(rows);
        for row in 0..rows {
            self.cells.set(row, pack(&self.fields, columns, row));
        }
    }

    pub(crate) fn permute(&mut self, permutation: &Permutation) {
        self.cells.permute(permutation);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.cells.bytes()
    }
}

impl Field {
    fn fits(self, column: &Column) -> bool {
        bits(column).is_some_and(|bits| bits <= self.bits)
    }
}

/// How many bits the numbers of an enum column need.
fn bits(column: &Column) -> Option<u32> {
    let Column::Codes(dictionary) = column else { return None };
    Some(usize::BITS - dictionary.words().len().max(1).leading_zeros())
}

/// Fields for the enum columns in their order, each as wide as it must be, as long as there is room.
fn layout(columns: &[Column]) -> Vec<Option<Field>> {
    let mut shift = 0;
    let field = |column| {
        let field = Field { shift, bits: bits(column)? };
        shift += field.bits;
        (shift <= u64::BITS).then_some(field)
    };
    columns.iter().map(field).collect()
}

fn pack(fields: &[Option<Field>], columns: &[Column], row: usize) -> u64 {
    fields.iter().zip(columns).fold(0, |packed, (field, column)| match (field, column) {
        (Some(field), Column::Codes(dictionary)) => packed | u64::from(dictionary.number_at(row)) << field.shift,
        _ => packed,
    })
}
