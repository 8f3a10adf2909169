//! A column of numbers or days, as narrow as its values allow.
//!
//! Numbers come in steps of 1e-4, but a column of amounts holds whole cents and one of counts whole ones: cells count a unit
//! of 1, 10 … 10,000 steps that divides every value, in 16, 24, 32 or 64 bits. A scan is bound by the bytes it reads. The
//! lowest cell of a width stands for unknown, below every range that can be asked.

use crate::lines::Lines;
use crate::shuffle::Shuffle;
use crate::split::{self, Split};

/// The coarsest unit: one, in steps of 1e-4. A day is a step, and a multiple of this many days would be a rarity to gain from.
const UNIT_MAX: i64 = 10_000;

pub(crate) struct Steps {
    unit: i64,
    cells: Cells,
}

/// The members' values in units; the lowest value is unknown.
pub(crate) enum Cells {
    Short(Lines<i16>),
    Split(Split),
    Long(Lines<i32>),
    Wide(Lines<i64>),
}

impl Steps {
    /// A column of numbers, in steps of 1e-4.
    pub(crate) fn numbers() -> Steps {
        Steps { unit: UNIT_MAX, cells: Cells::Short(Lines::new(i16::MIN)) }
    }

    /// A column of days.
    pub(crate) fn days() -> Steps {
        Steps { unit: 1, ..Steps::numbers() }
    }

    pub(crate) fn grow(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::Short(lines) => lines.grow(rows),
            Cells::Split(split) => split.grow(rows),
            Cells::Long(lines) => lines.grow(rows),
            Cells::Wide(lines) => lines.grow(rows),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        let cell = match &self.cells {
            Cells::Short(lines) => known(lines.get(row), i16::MIN)?.into(),
            Cells::Split(split) => split.get(row)?.into(),
            Cells::Long(lines) => known(lines.get(row), i32::MIN)?.into(),
            Cells::Wide(lines) => known(lines.get(row), i64::MIN)?,
        };
        Some(cell * self.unit)
    }

    pub(crate) fn set(&mut self, row: usize, steps: Option<i64>) {
        if let Some(steps) = steps
            && !self.fits(steps)
        {
            self.refit(steps);
        }
        let cell = steps.map(|steps| steps / self.unit);
        match &mut self.cells {
            Cells::Short(lines) => lines.set(row, cell.map_or(i16::MIN, |cell| cell as i16)),
            Cells::Split(split) => split.set(row, cell.map(|cell| cell as i32)),
            Cells::Long(lines) => lines.set(row, cell.map_or(i32::MIN, |cell| cell as i32)),
            Cells::Wide(lines) => lines.set(row, cell.unwrap_or(i64::MIN)),
        }
    }

    pub(crate) fn shuffle(&mut self, shuffle: &Shuffle) {
        match &mut self.cells {
            Cells::Short(lines) => lines.shuffle(shuffle),
            Cells::Split(split) => split.shuffle(shuffle),
            Cells::Long(lines) => lines.shuffle(shuffle),
            Cells::Wide(lines) => lines.shuffle(shuffle),
        }
    }

    fn fits(&self, steps: i64) -> bool {
        steps % self.unit == 0 && (steps / self.unit).abs() <= self.cell_max()
    }

    fn cell_max(&self) -> i64 {
        match &self.cells {
            Cells::Short(_) => i16::MAX.into(),
            Cells::Split(_) => split::CELL_MAX.into(),
            Cells::Long(_) => i32::MAX.into(),
            Cells::Wide(_) => i64::MAX,
        }
    }

    /// Makes the unit finer and the cells wider, as much as this value and those held need. Happens a few times in a
    /// column's life, since neither ever goes back.
    fn refit(&mut self, steps: i64) {
        let mut unit = self.unit;
        while steps % unit != 0 {
            unit /= 10;
        }
        let finer = self.unit / unit;
        let wide = match &self.cells {
            Cells::Short(lines) => {
                lines.map(i64::MIN, |cell| if cell == i16::MIN { i64::MIN } else { i64::from(cell) * finer })
            }
            Cells::Split(split) => split.wide(finer),
            Cells::Long(lines) => {
                lines.map(i64::MIN, |cell| if cell == i32::MIN { i64::MIN } else { i64::from(cell) * finer })
            }
            Cells::Wide(lines) => lines.map(i64::MIN, |cell| if cell == i64::MIN { i64::MIN } else { cell * finer }),
        };
        let known = wide.as_slice().iter().flat_map(|line| line.0).filter(|cell| *cell != i64::MIN);
        let largest = known.fold((steps / unit).abs(), |largest, cell| largest.max(cell.abs()));
        self.unit = unit;
        self.cells = if largest <= i64::from(i16::MAX) {
            Cells::Short(wide.map(i16::MIN, |cell| if cell == i64::MIN { i16::MIN } else { cell as i16 }))
        } else if largest <= i64::from(split::CELL_MAX) {
            Cells::Split(Split::from_wide(&wide))
        } else if largest <= i64::from(i32::MAX) {
            Cells::Long(wide.map(i32::MIN, |cell| if cell == i64::MIN { i32::MIN } else { cell as i32 }))
        } else {
            Cells::Wide(wide)
        };
    }

    /// The closed range of cells whose values lie in a closed range of steps, if any can; the unknown is in none.
    pub(crate) fn cell_range(&self, (low, high): (i64, i64)) -> Option<(i64, i64)> {
        let low_cell = low.div_euclid(self.unit) + i64::from(low.rem_euclid(self.unit) != 0);
        let high_cell = high.div_euclid(self.unit);
        let (low_cell, high_cell) = (low_cell.max(-self.cell_max()), high_cell.min(self.cell_max()));
        (low_cell <= high_cell).then_some((low_cell, high_cell))
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    pub(crate) fn bytes(&self) -> usize {
        match &self.cells {
            Cells::Short(lines) => lines.bytes(),
            Cells::Split(split) => split.bytes(),
            Cells::Long(lines) => lines.bytes(),
            Cells::Wide(lines) => lines.bytes(),
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
        let mut steps = Steps::numbers();
        let mut held = Vec::new();
        // A value in steps of 1e-4, then the unit and width that hold it beside all before.
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
            steps.grow(held.len() + 2);
            steps.set(held.len(), Some(value));
            held.push(Some(value));
            let width_now = match steps.cells() {
                Cells::Short(_) => 16,
                Cells::Split(_) => 24,
                Cells::Long(_) => 32,
                Cells::Wide(_) => 64,
            };
            assert_eq!((steps.unit, width_now), (unit, width), "{value}");
            let read: Vec<_> = (0..=held.len()).map(|row| steps.get(row)).collect();
            assert_eq!(read, [&held[..], &[None]].concat());
        }
    }

    #[test]
    fn ranges_are_rounded_inwards_and_end_where_cells_end() {
        let cell_range = |low, high| Steps::numbers().cell_range((low, high));
        assert_eq!(cell_range(10_000, 20_000), Some((1, 2)));
        assert_eq!(cell_range(9_999, 20_001), Some((1, 2)));
        assert_eq!(cell_range(10_001, 19_999), None);
        assert_eq!(cell_range(-15_000, -5_000), Some((-1, -1)));
        assert_eq!(cell_range(i64::MIN + 1, i64::MAX), Some((-32_767, 32_767)));
        assert_eq!(cell_range(400_000_000, i64::MAX), None);
    }
}
