//! Word numbers of nine and ten bits: a byte each, and what does not fit into it in planes of bits.
//!
//! Cities are some hundreds: from two bytes a member, a condition on them would read almost twice what it needs.

use crate::lines::{LINE, Line, Lines};
use crate::planes::Planes;
use crate::shuffle::Shuffle;

/// The largest number; a condition on larger ones has no vectors anyway.
const NUMBER_MAX: u32 = 1023;

pub(crate) struct Tall {
    low: Lines<u8>,
    high: Planes,
}

impl Tall {
    /// From numbers of a byte, of so many rows and those up to the end of the last line.
    pub(crate) fn new(low: &Lines<u8>) -> Tall {
        let mut high = Planes::default();
        high.grow(low.as_slice().len() * LINE);
        Tall { low: low.map(0, |number| number), high }
    }

    pub(crate) fn grow(&mut self, rows: usize) {
        self.low.grow(rows);
        self.high.grow(rows);
    }

    pub(crate) fn get(&self, row: usize) -> u32 {
        self.high.get(row) << u8::BITS | u32::from(self.low.get(row))
    }

    /// Makes room for a number's bits, and says whether there may be so many.
    pub(crate) fn fit(&mut self, number: u32) -> bool {
        number <= NUMBER_MAX && self.high.fit(number >> u8::BITS)
    }

    /// Sets a number that was made to fit.
    pub(crate) fn set(&mut self, row: usize, number: u32) {
        self.low.set(row, number as u8);
        self.high.set(row, number >> u8::BITS);
    }

    pub(crate) fn shuffle(&mut self, shuffle: &Shuffle) {
        self.low.shuffle(shuffle);
        self.high.shuffle(shuffle);
    }

    /// The numbers in two bytes each.
    pub(crate) fn short(&self) -> Lines<u16> {
        let line = |line| Line(std::array::from_fn(|place| self.get(line * LINE + place) as u16));
        Lines::from_lines(0, (0..self.low.as_slice().len()).map(line).collect())
    }

    /// The lowest bytes, and the planes of the bits above them.
    pub(crate) fn parts(&self) -> (&[Line<u8>], &[Vec<u64>]) {
        (self.low.as_slice(), self.high.as_slice())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.low.bytes() + self.high.bytes()
    }
}
