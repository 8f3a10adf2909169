//! A column of numbers or days, as narrow as its values allow.
//!
//! Numbers are fixed-point: a value counts ten-thousandths (1e-4). But a column of amounts holds whole cents, and a
//! column of counts holds whole ones. So a cell counts a unit of 1, 10 … 10,000 ten-thousandths that divides every
//! value, in 16, 24, 32 or 64 bits: a scan is bound by the bytes it reads. The lowest cell of a width stands for
//! unknown, below every range that can be asked.

use crate::columns::cell_vec::CellVec;
use crate::columns::i24::{self, I24Cells};

/// The coarsest unit: one, in ten-thousandths. Columns of days always begin with a unit of one day, because days that
/// are all multiples of ten are too rare to gain from.
const UNIT_MAX: i64 = 10_000;

/// The values of all members: numbers in ten-thousandths, or days since 1970-01-01.
pub(crate) struct FixedPointColumn {
    /// How many ten-thousandths, or days, a cell counts.
    unit: i64,
    cells: Cells,
}

/// The members' values in units; the lowest value is unknown.
pub(crate) enum Cells {
    I16(CellVec<i16>),
    I24(I24Cells),
    I32(CellVec<i32>),
    I64(CellVec<i64>),
}

impl FixedPointColumn {
    /// An empty column of numbers, in ten-thousandths.
    pub(crate) fn of_numbers() -> FixedPointColumn {
        FixedPointColumn { unit: UNIT_MAX, cells: Cells::I16(CellVec::new(i16::MIN)) }
    }

    /// An empty column of days.
    pub(crate) fn of_days() -> FixedPointColumn {
        FixedPointColumn { unit: 1, ..FixedPointColumn::of_numbers() }
    }

    /// An empty column of integers of any meaning.
    pub(crate) fn of_integers() -> FixedPointColumn {
        FixedPointColumn::of_days()
    }

    pub(crate) fn grow(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::I16(cells) => cells.grow(rows),
            Cells::I24(i24) => i24.grow(rows),
            Cells::I32(cells) => cells.grow(rows),
            Cells::I64(cells) => cells.grow(rows),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        let cell = match &self.cells {
            Cells::I16(cells) => known(cells.get(row), i16::MIN)?.into(),
            Cells::I24(i24) => i24.get(row)?.into(),
            Cells::I32(cells) => known(cells.get(row), i32::MIN)?.into(),
            Cells::I64(cells) => known(cells.get(row), i64::MIN)?,
        };
        Some(cell * self.unit)
    }

    pub(crate) fn set(&mut self, row: usize, value: Option<i64>) {
        if let Some(value) = value
            && !self.fits(value)
        {
            self.refit(value);
        }
        let cell = value.map(|value| value / self.unit);
        match &mut self.cells {
            Cells::I16(cells) => cells.set(row, cell.map_or(i16::MIN, |cell| cell as i16)),
            Cells::I24(i24) => i24.set(row, cell.map(|cell| cell as i32)),
            Cells::I32(cells) => cells.set(row, cell.map_or(i32::MIN, |cell| cell as i32)),
            Cells::I64(cells) => cells.set(row, cell.unwrap_or(i64::MIN)),
        }
    }

    /// The same with other rows: the cells of these, one after the other; those past the last are unknown.
    pub(crate) fn gather(&mut self, rows: &[u32]) {
        self.cells = match &self.cells {
            Cells::I16(cells) => Cells::I16(cells.gather(rows)),
            Cells::I24(i24) => Cells::I24(i24.gather(rows)),
            Cells::I32(cells) => Cells::I32(cells.gather(rows)),
            Cells::I64(cells) => Cells::I64(cells.gather(rows)),
        }
    }

    /// What divides all values, in ten-thousandths or days.
    pub(crate) fn unit(&self) -> i64 {
        self.unit
    }

    fn fits(&self, value: i64) -> bool {
        value % self.unit == 0 && (value / self.unit).abs() <= self.cell_max()
    }

    fn cell_max(&self) -> i64 {
        match &self.cells {
            Cells::I16(_) => i16::MAX.into(),
            Cells::I24(_) => i24::CELL_MAX.into(),
            Cells::I32(_) => i32::MAX.into(),
            Cells::I64(_) => i64::MAX,
        }
    }

    /// Makes the unit finer and the cells wider, as much as this value and those held need. Happens a few times in a
    /// column's life, since neither ever goes back.
    fn refit(&mut self, value: i64) {
        let mut unit = self.unit;
        while value % unit != 0 {
            unit /= 10;
        }
        let finer = self.unit / unit;
        let wide = match &self.cells {
            Cells::I16(cells) => {
                cells.map(i64::MIN, |cell| if cell == i16::MIN { i64::MIN } else { i64::from(cell) * finer })
            }
            Cells::I24(i24) => i24.wide(finer),
            Cells::I32(cells) => {
                cells.map(i64::MIN, |cell| if cell == i32::MIN { i64::MIN } else { i64::from(cell) * finer })
            }
            Cells::I64(cells) => cells.map(i64::MIN, |cell| if cell == i64::MIN { i64::MIN } else { cell * finer }),
        };
        let known = wide.as_slice().iter().flat_map(|group| group.0).filter(|cell| *cell != i64::MIN);
        let largest = known.fold((value / unit).abs(), |largest, cell| largest.max(cell.abs()));
        self.unit = unit;
        self.cells = if largest <= i64::from(i16::MAX) {
            Cells::I16(wide.map(i16::MIN, |cell| if cell == i64::MIN { i16::MIN } else { cell as i16 }))
        } else if largest <= i64::from(i24::CELL_MAX) {
            Cells::I24(I24Cells::from_wide(&wide))
        } else if largest <= i64::from(i32::MAX) {
            Cells::I32(wide.map(i32::MIN, |cell| if cell == i64::MIN { i32::MIN } else { cell as i32 }))
        } else {
            Cells::I64(wide)
        };
    }

    /// The closed range of cells whose values lie in a closed range of values, if any can; the unknown is in none.
    pub(crate) fn cell_range(&self, (low, high): (i64, i64)) -> Option<(i64, i64)> {
        let rounded_up = low.div_euclid(self.unit) + i64::from(low.rem_euclid(self.unit) != 0);
        let low_cell = rounded_up.max(-self.cell_max());
        let high_cell = high.div_euclid(self.unit).min(self.cell_max());
        (low_cell <= high_cell).then_some((low_cell, high_cell))
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    pub(crate) fn bytes(&self) -> usize {
        match &self.cells {
            Cells::I16(cells) => cells.bytes(),
            Cells::I24(i24) => i24.bytes(),
            Cells::I32(cells) => cells.bytes(),
            Cells::I64(cells) => cells.bytes(),
        }
    }
}

fn known<T: Copy + PartialEq>(cell: T, unknown: T) -> Option<T> {
    (cell != unknown).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_as_narrow_and_as_coarse_as_the_values_allow() {
        let mut column = FixedPointColumn::of_numbers();
        let mut held = Vec::new();
        // A value in ten-thousandths, then the unit and width that hold it beside all before.
        for (value, unit, width) in [
            (70_000, 10_000, 16),
            (327_670_000, 10_000, 16),
            (-327_680_000, 10_000, 24),
            (88_000, 1000, 24),
            (88_500, 100, 24),
            (-838_860_700, 100, 24),
            (838_860_800, 100, 32),
            (214_748_364_700, 100, 32),
            (214_748_364_800, 100, 64),
            (1, 1, 64),
            (-9_999_999_999_999_999, 1, 64),
        ] {
            column.grow(held.len() + 2);
            column.set(held.len(), Some(value));
            held.push(Some(value));
            let width_now = match column.cells() {
                Cells::I16(_) => 16,
                Cells::I24(_) => 24,
                Cells::I32(_) => 32,
                Cells::I64(_) => 64,
            };
            assert_eq!((column.unit, width_now), (unit, width), "{value}");
            let read: Vec<_> = (0..=held.len()).map(|row| column.get(row)).collect();
            assert_eq!(read, [&held[..], &[None]].concat());
        }
    }

    #[test]
    fn ranges_are_rounded_inwards_and_end_where_cells_end() {
        let cell_range = |low, high| FixedPointColumn::of_numbers().cell_range((low, high));
        assert_eq!(cell_range(10_000, 20_000), Some((1, 2)));
        assert_eq!(cell_range(9_999, 20_001), Some((1, 2)));
        assert_eq!(cell_range(10_001, 19_999), None);
        assert_eq!(cell_range(-15_000, -5_000), Some((-1, -1)));
        assert_eq!(cell_range(i64::MIN + 1, i64::MAX), Some((-32_767, 32_767)));
        assert_eq!(cell_range(400_000_000, i64::MAX), None);
    }
}
