//! A set of rows: those whose members have left them for others.

use crate::columns::cell_vec::GROUP;

/// The set, as bits.
#[derive(Clone, Default)]
pub(crate) struct RowSet {
    bits: Vec<u64>,
    len: usize,
}

impl RowSet {
    pub(crate) fn insert(&mut self, row: usize) {
        if self.bits.len() <= row / GROUP {
            self.bits.resize(row / GROUP + 1, 0);
        }
        let word = &mut self.bits[row / GROUP];
        self.len += usize::from(*word >> (row % GROUP) & 1 == 0);
        *word |= 1 << (row % GROUP);
    }

    pub(crate) fn contains(&self, row: usize) -> bool {
        self.bits.get(row / GROUP).is_some_and(|word| word >> (row % GROUP) & 1 == 1)
    }

    /// Takes these rows out of the bits, whose first word speaks of group `start`.
    pub(crate) fn remove_from(&self, start: usize, bits: &mut [u64]) {
        if let Some(gone) = self.bits.get(start..) {
            for (word, gone) in bits.iter_mut().zip(gone) {
                *word &= !gone;
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bits.capacity() * size_of::<u64>()
    }
}
