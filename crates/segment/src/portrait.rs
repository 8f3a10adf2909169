//! Portraits: a member's word numbers of the enum tags side by side in one u64.
//!
//! Filters read a column from end to end, but a breakdown asks for all of some members. From the columns it would pull in
//! a cache line for nearly every one of eight columns even of a crowd of one in fifty; from portraits it is one load a
//! member. A portrait repeats what the columns hold and can be made again from them.

use crate::column::Column;
use crate::lines::Lines;
use crate::shuffle::Shuffle;

/// All members' portraits, and where each column's numbers stand in them.
pub(crate) struct Portraits {
    /// By column; none for columns of other kinds and for enum columns that found no room.
    fields: Vec<Option<Field>>,
    cells: Lines<u64>,
}

/// So many bits from a place on.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) shift: u32,
    pub(crate) bits: u32,
}

impl Portraits {
    pub(crate) fn new(columns: &[Column]) -> Portraits {
        Portraits { fields: layout(columns), cells: Lines::new(0) }
    }

    pub(crate) fn field(&self, column: usize) -> Option<Field> {
        self.fields[column]
    }

    pub(crate) fn cells(&self) -> &Lines<u64> {
        &self.cells
    }

    /// Takes one member's row anew; everybody's when a dictionary has outgrown its field, which happens once for each bit
    /// of a dictionary's size.
    pub(crate) fn draw(&mut self, columns: &[Column], row: usize, rows: usize) {
        if self.fields.iter().zip(columns).any(|(field, column)| field.is_some_and(|field| !field.fits(column))) {
            return self.draw_all(columns, rows);
        }
        self.cells.grow(rows);
        self.cells.set(row, portrait(&self.fields, columns, row));
    }

    /// Takes everybody's row anew.
    pub(crate) fn draw_all(&mut self, columns: &[Column], rows: usize) {
        self.fields = layout(columns);
        self.cells.grow(rows);
        for row in 0..rows {
            self.cells.set(row, portrait(&self.fields, columns, row));
        }
    }

    pub(crate) fn shuffle(&mut self, shuffle: &Shuffle) {
        self.cells.shuffle(shuffle);
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
    let Column::Codes(words) = column else { return None };
    Some(usize::BITS - words.dictionary().len().max(1).leading_zeros())
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

fn portrait(fields: &[Option<Field>], columns: &[Column], row: usize) -> u64 {
    fields.iter().zip(columns).fold(0, |portrait, (field, column)| match (field, column) {
        (Some(field), Column::Codes(words)) => portrait | u64::from(words.number_at(row)) << field.shift,
        _ => portrait,
    })
}
