//! The numbers of members' words, as wide as the largest needs: planes of bits for numbers up to 15, one byte up to
//! 255, a byte and planes up to 1,023, then two bytes, then four. 0 is unknown.

use crate::columns::cell_vec::{CellVec, Group};
use crate::columns::planes::Planes;
use crate::columns::u10::U10Cells;

/// The members' word numbers.
pub(crate) enum WordCells {
    Planes(Planes),
    U8(CellVec<u8>),
    U10(U10Cells),
    U16(CellVec<u16>),
    U32(CellVec<u32>),
}

impl Default for WordCells {
    fn default() -> WordCells {
        WordCells::Planes(Planes::default())
    }
}

impl WordCells {
    pub(crate) fn grow(&mut self, rows: usize) {
        match self {
            WordCells::Planes(planes) => planes.grow(rows),
            WordCells::U8(cells) => cells.grow(rows),
            WordCells::U10(u10) => u10.grow(rows),
            WordCells::U16(cells) => cells.grow(rows),
            WordCells::U32(cells) => cells.grow(rows),
        }
    }

    pub(crate) fn get(&self, row: usize) -> u32 {
        match self {
            WordCells::Planes(planes) => planes.get(row),
            WordCells::U8(cells) => cells.get(row).into(),
            WordCells::U10(u10) => u10.get(row),
            WordCells::U16(cells) => cells.get(row).into(),
            WordCells::U32(cells) => cells.get(row),
        }
    }

    /// Cells widen when the number would not fit.
    pub(crate) fn set(&mut self, row: usize, number: u32) {
        self.fit(number);
        match self {
            WordCells::Planes(planes) => planes.set(row, number),
            WordCells::U8(cells) => cells.set(row, number as u8),
            WordCells::U10(u10) => u10.set(row, number),
            WordCells::U16(cells) => cells.set(row, number as u16),
            WordCells::U32(cells) => cells.set(row, number),
        }
    }

    /// Widens as far as a number needs.
    pub(crate) fn fit(&mut self, number: u32) {
        loop {
            *self = match self {
                WordCells::Planes(planes) => {
                    if planes.fit(number) {
                        return;
                    }
                    let numbers: Vec<u8> = planes.numbers().map(|number| number as u8).collect();
                    let groups = numbers.as_chunks().0.iter().map(|numbers| Group(*numbers));
                    WordCells::U8(CellVec::from_groups(0, groups.collect()))
                }
                WordCells::U8(cells) if u32::from(u8::MAX) < number => WordCells::U10(U10Cells::new(cells)),
                WordCells::U10(u10) => {
                    if u10.fit(number) {
                        return;
                    }
                    WordCells::U16(u10.to_u16())
                }
                WordCells::U16(cells) if u32::from(u16::MAX) < number => WordCells::U32(cells.map(0, u32::from)),
                WordCells::U8(_) | WordCells::U16(_) | WordCells::U32(_) => return,
            };
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            WordCells::Planes(planes) => planes.bytes(),
            WordCells::U8(cells) => cells.bytes(),
            WordCells::U10(u10) => u10.bytes(),
            WordCells::U16(cells) => cells.bytes(),
            WordCells::U32(cells) => cells.bytes(),
        }
    }
}
