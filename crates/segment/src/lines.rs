//! Cells of one column, sixty-four members a line.
//!
//! A line is what one word of a bitset speaks of, so kernels go line by line and know no ragged end: cells past the last
//! member are unknown like any other, and the scan masks them once. Lines are aligned for the widest loads.

use crate::shuffle::Shuffle;

/// How many members a line, and a word of a bitset, holds.
pub(crate) const LINE: usize = 64;

/// Lines a block: 32 K members, so that a few bitsets of a block (4 KiB each) stay in the first-level cache.
pub(crate) const BLOCK: usize = 512;

/// Sixty-four cells.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Line<T>(pub(crate) [T; LINE]);

/// The cells of all members, by row.
pub(crate) struct Lines<T> {
    lines: Vec<Line<T>>,
    unknown: T,
}

impl<T: Copy> Lines<T> {
    pub(crate) fn new(unknown: T) -> Lines<T> {
        Lines { lines: Vec::new(), unknown }
    }

    /// From lines that are there already.
    pub(crate) fn from_lines(unknown: T, lines: Vec<Line<T>>) -> Lines<T> {
        Lines { lines, unknown }
    }

    /// Room for so many rows; new ones are unknown.
    pub(crate) fn grow(&mut self, rows: usize) {
        let lines = rows.div_ceil(LINE);
        if self.lines.len() < lines {
            self.lines.resize(lines, Line([self.unknown; LINE]));
        }
    }

    pub(crate) fn get(&self, row: usize) -> T {
        self.lines[row / LINE].0[row % LINE]
    }

    pub(crate) fn set(&mut self, row: usize, cell: T) {
        self.lines[row / LINE].0[row % LINE] = cell;
    }

    pub(crate) fn shuffle(&mut self, shuffle: &Shuffle) {
        let rows = shuffle.rows();
        let lines = &mut self.lines[rows.start / LINE..rows.end / LINE];
        let before = lines.to_vec();
        for (line, from) in lines.iter_mut().zip(shuffle.from().as_chunks::<LINE>().0) {
            line.0 = from.map(|from| before[usize::from(from) / LINE].0[usize::from(from) % LINE]);
        }
    }

    pub(crate) fn as_slice(&self) -> &[Line<T>] {
        &self.lines
    }

    /// The same cells in another width or unit.
    pub(crate) fn map<U: Copy>(&self, unknown: U, convert: impl Fn(T) -> U) -> Lines<U> {
        Lines { lines: self.lines.iter().map(|line| Line(line.0.map(&convert))).collect(), unknown }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line<T>>()
    }
}
