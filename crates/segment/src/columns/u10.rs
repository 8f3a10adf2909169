//! Word numbers of nine and ten bits: the low byte of each in an array, the bits above it in bit planes.
//!
//! Cities are some hundreds: from two bytes a member, a condition on them would read almost twice what it needs.

use crate::columns::cell_vec::{CellVec, GROUP, Group};
use crate::columns::planes::Planes;

/// The largest number; a condition on larger ones has no vectors anyway.
const NUMBER_MAX: u32 = 1023;

/// The members' word numbers, each at most [`NUMBER_MAX`].
pub(crate) struct U10Cells {
    low: CellVec<u8>,
    high: Planes,
}

impl U10Cells {
    /// From numbers of a byte, of so many rows and those up to the end of the last group.
    pub(crate) fn new(low: &CellVec<u8>) -> U10Cells {
        let mut high = Planes::default();
        high.grow(low.as_slice().len() * GROUP);
        U10Cells { low: low.map(0, |number| number), high }
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

    /// The numbers in two bytes each.
    pub(crate) fn to_u16(&self) -> CellVec<u16> {
        let group = |group| Group(std::array::from_fn(|place| self.get(group * GROUP + place) as u16));
        CellVec::from_groups(0, (0..self.low.as_slice().len()).map(group).collect())
    }

    /// The lowest bytes, and the planes of the bits above them.
    pub(crate) fn parts(&self) -> (&[Group<u8>], &[Vec<u64>]) {
        (self.low.as_slice(), self.high.as_slice())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.low.bytes() + self.high.bytes()
    }
}
