//! Small numbers in bit planes: the nth plane holds the nth bit of everybody's number.
//!
//! A scan is bound by the bytes it reads, and a number below 16 is worth two to four bits, not a byte: from planes a
//! condition on a gender reads a quarter of what it would from bytes. A plane's word speaks of the same members as a
//! word of a bitset, so a number's members are the planes, turned over where it has no bit, joined by AND.

use crate::columns::cell_vec::GROUP;

/// How many planes there may be: from five on, the work for a set of numbers outweighs the bytes spared.
const PLANES_MAX: u32 = 4;

/// The members' numbers, of no bits at first: everybody's is 0.
#[derive(Default)]
pub(crate) struct Planes {
    /// The lowest bits first.
    planes: Vec<Vec<u64>>,
    words: usize,
}

impl Planes {
    /// Room for so many rows; new ones are 0.
    pub(crate) fn grow(&mut self, rows: usize) {
        let words = rows.div_ceil(GROUP);
        if self.words < words {
            self.words = words;
            for plane in &mut self.planes {
                plane.resize(words, 0);
            }
        }
    }

    pub(crate) fn get(&self, row: usize) -> u32 {
        let bits = self.planes.iter().zip(0..);
        bits.fold(0, |number, (plane, bit)| number | ((plane[row / GROUP] >> (row % GROUP)) as u32 & 1) << bit)
    }

    /// Makes planes for the bits of a number, and says whether there may be so many.
    pub(crate) fn fit(&mut self, number: u32) -> bool {
        let bits = u32::BITS - number.leading_zeros();
        while bits <= PLANES_MAX && self.planes.len() < bits as usize {
            self.planes.push(vec![0; self.words]);
        }
        bits <= PLANES_MAX
    }

    /// Sets a number that was made to fit.
    pub(crate) fn set(&mut self, row: usize, number: u32) {
        for (plane, bit) in self.planes.iter_mut().zip(0..) {
            let word = &mut plane[row / GROUP];
            *word = *word & !(1 << (row % GROUP)) | u64::from(number >> bit & 1) << (row % GROUP);
        }
    }

    pub(crate) fn as_slice(&self) -> &[Vec<u64>] {
        &self.planes
    }

    /// Everybody's number, and 0 up to the end of the last group.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> {
        (0..self.words * GROUP).map(|row| self.get(row))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.planes.iter().map(|plane| plane.capacity() * size_of::<u64>()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_come_with_the_bits_they_hold() {
        let mut planes = Planes::default();
        let mut held = Vec::new();
        for number in [0, 1, 0, 2, 3, 7, 4, 15, 8] {
            planes.grow(held.len() + 1);
            assert!(planes.fit(number));
            planes.set(held.len(), number);
            held.push(number);
            assert_eq!(planes.numbers().take(held.len()).collect::<Vec<_>>(), held);
        }
        assert!(!planes.fit(16));
        assert_eq!(planes.as_slice().len(), 4);
        planes.grow(GROUP + 1);
        planes.set(1, 0);
        planes.set(GROUP, 5);
        assert_eq!([0, 1, 2, 7, GROUP - 1, GROUP].map(|row| planes.get(row)), [0, 0, 0, 15, 0, 5]);
    }
}
