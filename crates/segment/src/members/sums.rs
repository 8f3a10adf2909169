//! What each member paid: one more cell a member, added up over a crowd.

use crate::columns::cell_vec::GROUP;

/// The sums by row, with their versions; nothing is held until there is a first one.
#[derive(Default)]
pub(crate) struct Sums {
    fen: Vec<i64>,
    versions: Vec<u32>,
}

impl Sums {
    /// Takes a member's sum; false, and nothing is changed, when the version held is this one or a later one.
    pub(crate) fn put(&mut self, row: usize, version: u32, fen: i64) -> bool {
        if self.fen.len() <= row {
            self.fen.resize(row + 1, 0);
            self.versions.resize(row + 1, 0);
        }
        let newer = self.versions[row] < version;
        if newer {
            (self.fen[row], self.versions[row]) = (fen, version);
        }
        newer
    }

    /// Gives a member's sum to another row.
    pub(crate) fn move_row(&mut self, from: usize, to: usize) {
        if let Some(&version) = self.versions.get(from).filter(|version| **version != 0) {
            self.put(to, version, self.fen[from]);
        }
    }

    /// Says of each row which it was before; `u32::MAX` is none.
    pub(crate) fn gather(&mut self, rows: &[u32]) {
        if self.is_empty() {
            return;
        }
        self.fen = rows.iter().map(|row| self.fen.get(*row as usize).copied().unwrap_or_default()).collect();
        self.versions = rows.iter().map(|row| self.versions.get(*row as usize).copied().unwrap_or_default()).collect();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fen.is_empty()
    }

    /// The sum over the members of a block, whose groups begin with `start`. Rows past the last sum have none.
    pub(crate) fn add(&self, start: usize, bits: &[u64]) -> i128 {
        let first = (start * GROUP).min(self.fen.len());
        let groups = self.fen[first..].chunks(GROUP).zip(bits);
        groups.map(|(cells, &bits)| i128::from(group(cells, bits))).sum()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.fen.capacity() * size_of::<i64>() + self.versions.capacity() * size_of::<u32>()
    }
}

/// The sum over one group. A member's is at most 4 × 10¹⁵, so sixty-four of them fit.
fn group(cells: &[i64], mut bits: u64) -> i64 {
    if bits == u64::MAX {
        return cells.iter().sum();
    }
    let mut sum = 0;
    while bits != 0 {
        sum += cells.get(bits.trailing_zeros() as usize).copied().unwrap_or_default();
        bits &= bits - 1;
    }
    sum
}
