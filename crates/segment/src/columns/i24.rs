//! Signed integers of 24 bits, kept as their upper sixteen bits and their lower eight.
//!
//! Amounts in cents are mostly too large for sixteen bits and seldom for 24, and a scan is bound by the bytes it reads.
//! A range's ends are compared with the upper parts, and the lower parts decide where those are equal.

use crate::columns::cell_vec::{CellVec, GROUP, Group};

/// The largest cell; the one below the smallest is unknown.
pub(crate) const CELL_MAX: i32 = (1 << 23) - 1;
const UNKNOWN: i32 = -CELL_MAX - 1;

/// The members' cells, from −[`CELL_MAX`] to [`CELL_MAX`], or unknown.
pub(crate) struct I24Cells {
    high: CellVec<i16>,
    low: CellVec<u8>,
}

/// The upper and the lower part of a cell.
pub(crate) fn parts(cell: i32) -> (i16, u8) {
    ((cell >> 8) as i16, cell as u8)
}

/// The cell of an upper and a lower part.
pub(crate) fn cell(high: i16, low: u8) -> i32 {
    i32::from(high) << 8 | i32::from(low)
}

impl I24Cells {
    pub(crate) fn grow(&mut self, rows: usize) {
        self.high.grow(rows);
        self.low.grow(rows);
    }

    pub(crate) fn get(&self, row: usize) -> Option<i32> {
        let cell = cell(self.high.get(row), self.low.get(row));
        (cell != UNKNOWN).then_some(cell)
    }

    pub(crate) fn set(&mut self, row: usize, cell: Option<i32>) {
        let (high, low) = parts(cell.unwrap_or(UNKNOWN));
        self.high.set(row, high);
        self.low.set(row, low);
    }

    /// The cells of these rows, one after the other.
    pub(crate) fn gather(&self, rows: &[u32]) -> I24Cells {
        I24Cells { high: self.high.gather(rows), low: self.low.gather(rows) }
    }

    /// From wide cells, all of them small enough or the lowest, which is unknown.
    pub(crate) fn from_wide(wide: &CellVec<i64>) -> I24Cells {
        let split = |cell| parts(if cell == i64::MIN { UNKNOWN } else { cell as i32 });
        let (high, low) = parts(UNKNOWN);
        I24Cells { high: wide.map(high, |cell| split(cell).0), low: wide.map(low, |cell| split(cell).1) }
    }

    /// The same cells times a factor; unknown is the lowest.
    pub(crate) fn wide(&self, factor: i64) -> CellVec<i64> {
        let widen = |cell| if cell == UNKNOWN { i64::MIN } else { i64::from(cell) * factor };
        let (high, low) = self.groups();
        let group = |(high, low): (&Group<i16>, &Group<u8>)| {
            Group(std::array::from_fn::<_, GROUP, _>(|place| widen(cell(high.0[place], low.0[place]))))
        };
        CellVec::from_groups(i64::MIN, high.iter().zip(low).map(group).collect())
    }

    /// The upper and the lower parts.
    pub(crate) fn groups(&self) -> (&[Group<i16>], &[Group<u8>]) {
        (self.high.as_slice(), self.low.as_slice())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.high.bytes() + self.low.bytes()
    }
}
