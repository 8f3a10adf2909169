//! Cells of 24 bits, split into their upper sixteen and their lower eight.
//!
//! Amounts in cents are mostly too large for sixteen bits and seldom for 24, and a scan is bound by the bytes it reads. A
//! range's ends are compared with the upper parts, and the lower parts decide where those are equal.

use crate::lines::{LINE, Line, Lines};
use crate::shuffle::Shuffle;

/// The largest cell; the one below the smallest is unknown.
pub(crate) const CELL_MAX: i32 = (1 << 23) - 1;
const UNKNOWN: i32 = -CELL_MAX - 1;

pub(crate) struct Split {
    high: Lines<i16>,
    low: Lines<u8>,
}

/// The upper and the lower part of a cell.
pub(crate) fn parts(cell: i32) -> (i16, u8) {
    ((cell >> 8) as i16, cell as u8)
}

/// The cell of an upper and a lower part.
pub(crate) fn cell(high: i16, low: u8) -> i32 {
    i32::from(high) << 8 | i32::from(low)
}

impl Split {
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

    pub(crate) fn shuffle(&mut self, shuffle: &Shuffle) {
        self.high.shuffle(shuffle);
        self.low.shuffle(shuffle);
    }

    /// From wide cells, all of them small enough or the lowest, which is unknown.
    pub(crate) fn from_wide(wide: &Lines<i64>) -> Split {
        let split = |cell| parts(if cell == i64::MIN { UNKNOWN } else { cell as i32 });
        let (high, low) = parts(UNKNOWN);
        Split { high: wide.map(high, |cell| split(cell).0), low: wide.map(low, |cell| split(cell).1) }
    }

    /// The same cells times a factor; unknown is the lowest.
    pub(crate) fn wide(&self, factor: i64) -> Lines<i64> {
        let widen = |cell| if cell == UNKNOWN { i64::MIN } else { i64::from(cell) * factor };
        let (high, low) = self.lines();
        let line = |(high, low): (&Line<i16>, &Line<u8>)| {
            Line(std::array::from_fn::<_, LINE, _>(|place| widen(cell(high.0[place], low.0[place]))))
        };
        Lines::from_lines(i64::MIN, high.iter().zip(low).map(line).collect())
    }

    /// The upper and the lower parts.
    pub(crate) fn lines(&self) -> (&[Line<i16>], &[Line<u8>]) {
        (self.high.as_slice(), self.low.as_slice())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.high.bytes() + self.low.bytes()
    }
}
