//! A dictionary-encoded column of codes or texts: each distinct word is kept once, and members hold its number.
//!
//! Number 0 is unknown. Numbers are as wide as the dictionary needs: planes of bits for up to 15 words, one byte for up
//! to 255, a byte and planes for up to 1,023.

use std::collections::HashMap;
use std::sync::Arc;

use crate::columns::cell_vec::{CellVec, Group};
use crate::columns::permutation::Permutation;
use crate::columns::planes::Planes;
use crate::columns::u10::U10Cells;

/// The distinct words, and the number of each member's word.
#[derive(Default)]
pub(crate) struct DictionaryColumn {
    words: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    cells: Cells,
}

/// The members' word numbers.
pub(crate) enum Cells {
    Planes(Planes),
    U8(CellVec<u8>),
    U10(U10Cells),
    U16(CellVec<u16>),
    U32(CellVec<u32>),
}

impl Default for Cells {
    fn default() -> Cells {
        Cells::Planes(Planes::default())
    }
}

impl DictionaryColumn {
    pub(crate) fn grow(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::Planes(planes) => planes.grow(rows),
            Cells::U8(cells) => cells.grow(rows),
            Cells::U10(u10) => u10.grow(rows),
            Cells::U16(cells) => cells.grow(rows),
            Cells::U32(cells) => cells.grow(rows),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.number_at(row).checked_sub(1).map(|place| &*self.words[place as usize])
    }

    /// The number of the member's word; 0 is unknown.
    pub(crate) fn number_at(&self, row: usize) -> u32 {
        match &self.cells {
            Cells::Planes(planes) => planes.get(row),
            Cells::U8(cells) => cells.get(row).into(),
            Cells::U10(u10) => u10.get(row),
            Cells::U16(cells) => cells.get(row).into(),
            Cells::U32(cells) => cells.get(row),
        }
    }

    pub(crate) fn set(&mut self, row: usize, word: Option<&str>) {
        let number = word.map_or(0, |word| self.number(word));
        match &mut self.cells {
            Cells::Planes(planes) => planes.set(row, number),
            Cells::U8(cells) => cells.set(row, number as u8),
            Cells::U10(u10) => u10.set(row, number),
            Cells::U16(cells) => cells.set(row, number as u16),
            Cells::U32(cells) => cells.set(row, number),
        }
    }

    pub(crate) fn permute(&mut self, permutation: &Permutation) {
        match &mut self.cells {
            Cells::Planes(planes) => planes.permute(permutation),
            Cells::U8(cells) => cells.permute(permutation),
            Cells::U10(u10) => u10.permute(permutation),
            Cells::U16(cells) => cells.permute(permutation),
            Cells::U32(cells) => cells.permute(permutation),
        }
    }

    /// The word's number, a new one if it was never seen; cells widen when the new one would not fit.
    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let word: Arc<str> = word.into();
        self.words.push(word.clone());
        let number = u32::try_from(self.words.len()).expect("fewer than 2³² members hold fewer than 2³² words");
        self.numbers.insert(word, number);
        match &mut self.cells {
            Cells::Planes(planes) => {
                if !planes.fit(number) {
                    let numbers: Vec<u8> = planes.numbers().map(|number| number as u8).collect();
                    let groups = numbers.as_chunks().0.iter().map(|numbers| Group(*numbers));
                    self.cells = Cells::U8(CellVec::from_groups(0, groups.collect()));
                }
            }
            Cells::U8(cells) if u32::from(u8::MAX) < number => {
                let mut u10 = U10Cells::new(cells);
                u10.fit(number);
                self.cells = Cells::U10(u10);
            }
            Cells::U10(u10) => {
                if !u10.fit(number) {
                    self.cells = Cells::U16(u10.to_u16());
                }
            }
            Cells::U16(cells) if u32::from(u16::MAX) < number => self.cells = Cells::U32(cells.map(0, u32::from)),
            Cells::U8(_) | Cells::U16(_) | Cells::U32(_) => {}
        }
        number
    }

    /// Every word; the one at place p has number p + 1.
    pub(crate) fn words(&self) -> &[Arc<str>] {
        &self.words
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    pub(crate) fn bytes(&self) -> usize {
        let cells = match &self.cells {
            Cells::Planes(planes) => planes.bytes(),
            Cells::U8(cells) => cells.bytes(),
            Cells::U10(u10) => u10.bytes(),
            Cells::U16(cells) => cells.bytes(),
            Cells::U32(cells) => cells.bytes(),
        };
        // A word stands once on the heap, behind two counts; list and table point to it.
        let text: usize = self.words.iter().map(|word| word.len() + 2 * size_of::<usize>()).sum();
        let entries =
            self.words.capacity() * size_of::<Arc<str>>() + self.numbers.capacity() * size_of::<(Arc<str>, u32)>();
        cells + text + entries
    }
}
