//! A column of codes or texts: each distinct word is kept once and members hold its number.
//!
//! Number 0 is unknown. Numbers are as wide as the dictionary needs: planes of bits for up to 15 words, one byte for up to
//! 255, a byte and planes for up to 1,023.

use std::collections::HashMap;
use std::sync::Arc;

use crate::lines::{Line, Lines};
use crate::planes::Planes;
use crate::shuffle::Shuffle;
use crate::tall::Tall;

#[derive(Default)]
pub(crate) struct Words {
    dictionary: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    cells: Cells,
}

/// The members' word numbers.
pub(crate) enum Cells {
    Bits(Planes),
    Byte(Lines<u8>),
    Tall(Tall),
    Short(Lines<u16>),
    Long(Lines<u32>),
}

impl Default for Cells {
    fn default() -> Cells {
        Cells::Bits(Planes::default())
    }
}

impl Words {
    pub(crate) fn grow(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::Bits(planes) => planes.grow(rows),
            Cells::Byte(lines) => lines.grow(rows),
            Cells::Tall(tall) => tall.grow(rows),
            Cells::Short(lines) => lines.grow(rows),
            Cells::Long(lines) => lines.grow(rows),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.number_at(row).checked_sub(1).map(|place| &*self.dictionary[place as usize])
    }

    /// The number of the member's word; 0 is unknown.
    pub(crate) fn number_at(&self, row: usize) -> u32 {
        match &self.cells {
            Cells::Bits(planes) => planes.get(row),
            Cells::Byte(lines) => lines.get(row).into(),
            Cells::Tall(tall) => tall.get(row),
            Cells::Short(lines) => lines.get(row).into(),
            Cells::Long(lines) => lines.get(row),
        }
    }

    pub(crate) fn set(&mut self, row: usize, word: Option<&str>) {
        let number = word.map_or(0, |word| self.number(word));
        match &mut self.cells {
            Cells::Bits(planes) => planes.set(row, number),
            Cells::Byte(lines) => lines.set(row, number as u8),
            Cells::Tall(tall) => tall.set(row, number),
            Cells::Short(lines) => lines.set(row, number as u16),
            Cells::Long(lines) => lines.set(row, number),
        }
    }

    pub(crate) fn shuffle(&mut self, shuffle: &Shuffle) {
        match &mut self.cells {
            Cells::Bits(planes) => planes.shuffle(shuffle),
            Cells::Byte(lines) => lines.shuffle(shuffle),
            Cells::Tall(tall) => tall.shuffle(shuffle),
            Cells::Short(lines) => lines.shuffle(shuffle),
            Cells::Long(lines) => lines.shuffle(shuffle),
        }
    }

    /// The word's number, a new one if it was never seen; cells widen when the new one would not fit.
    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let word: Arc<str> = word.into();
        self.dictionary.push(word.clone());
        let number = u32::try_from(self.dictionary.len()).expect("fewer than 2³² members hold fewer than 2³² words");
        self.numbers.insert(word, number);
        match &mut self.cells {
            Cells::Bits(planes) => {
                if !planes.fit(number) {
                    let numbers: Vec<u8> = planes.numbers().map(|number| number as u8).collect();
                    let lines = numbers.as_chunks().0.iter().map(|numbers| Line(*numbers));
                    self.cells = Cells::Byte(Lines::from_lines(0, lines.collect()));
                }
            }
            Cells::Byte(lines) if u32::from(u8::MAX) < number => {
                let mut tall = Tall::new(lines);
                tall.fit(number);
                self.cells = Cells::Tall(tall);
            }
            Cells::Tall(tall) => {
                if !tall.fit(number) {
                    self.cells = Cells::Short(tall.short());
                }
            }
            Cells::Short(lines) if u32::from(u16::MAX) < number => self.cells = Cells::Long(lines.map(0, u32::from)),
            Cells::Byte(_) | Cells::Short(_) | Cells::Long(_) => {}
        }
        number
    }

    /// Every word; the one at place p has number p + 1.
    pub(crate) fn dictionary(&self) -> &[Arc<str>] {
        &self.dictionary
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    pub(crate) fn bytes(&self) -> usize {
        let cells = match &self.cells {
            Cells::Bits(planes) => planes.bytes(),
            Cells::Byte(lines) => lines.bytes(),
            Cells::Tall(tall) => tall.bytes(),
            Cells::Short(lines) => lines.bytes(),
            Cells::Long(lines) => lines.bytes(),
        };
        // A word stands once on the heap, behind two counts; list and table point to it.
        let text: usize = self.dictionary.iter().map(|word| word.len() + 2 * size_of::<usize>()).sum();
        let entries =
            self.dictionary.capacity() * size_of::<Arc<str>>() + self.numbers.capacity() * size_of::<(Arc<str>, u32)>();
        cells + text + entries
    }
}
