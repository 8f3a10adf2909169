//! A permutation of neighbouring rows.

use std::ops::Range;

/// A permutation of the rows of a chunk.
pub(crate) struct Permutation {
    first: usize,
    /// For each new place, the place before; both count from `first`.
    from: Vec<u16>,
}

impl Permutation {
    /// From the first row that changes places, and by new place, counted from that row, the place before.
    pub(crate) fn new(first: usize, from: Vec<u16>) -> Permutation {
        Permutation { first, from }
    }

    /// The rows that change places.
    pub(crate) fn rows(&self) -> Range<usize> {
        self.first..self.first + self.from.len()
    }

    /// For each new place, the place before; both count from the first row.
    pub(crate) fn from(&self) -> &[u16] {
        &self.from
    }
}
