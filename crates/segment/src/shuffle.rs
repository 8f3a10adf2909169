//! A permutation of neighbouring rows.

use std::ops::Range;

/// How the rows of a chunk change places.
pub(crate) struct Shuffle {
    first: usize,
    /// By new place, the place before.
    from: Vec<u16>,
}

impl Shuffle {
    /// From the first row that changes places, and by new place, counted from that row, the place before.
    pub(crate) fn new(first: usize, from: Vec<u16>) -> Shuffle {
        Shuffle { first, from }
    }

    /// The rows that change places.
    pub(crate) fn rows(&self) -> Range<usize> {
        self.first..self.first + self.from.len()
    }

    /// By new place, the place before.
    pub(crate) fn from(&self) -> &[u16] {
        &self.from
    }
}
