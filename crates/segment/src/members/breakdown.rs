//! How a crowd of a base segment spreads over the values of some tags.
//!
//! Tags with few words are bit slices: how many of a crowd's bits are set in each set of slices says how many members
//! hold each number. Tags that rows are ordered by are runs: the number of bits up to a run's end, less those up to its
//! start. The members of other tags are listed.

use super::base::Base;
use super::histogram::count_words;
use super::scan::Spread;
use crate::columns::Column;
use crate::columns::cell_vec::{BLOCK, GROUP};
use crate::columns::runs::Runs;
use crate::columns::word_cells::WordCells;
use crate::kernel::{self, COUNTED_PLANES};

/// Where fewer words of a block than one in so many have a bit, those are first put side by side.
const SPARSE: usize = 3;

/// The breakdown of a scan, growing.
pub(crate) struct Breakdown<'m> {
    total: u64,
    slices: Vec<Slices<'m>>,
    runs: Vec<(usize, &'m Runs, Vec<u64>)>,
    cells: Vec<(usize, &'m WordCells, Vec<u32>)>,
    list: Vec<u32>,
}

/// A dimension of bit slices, and how many members are in each set of them.
struct Slices<'m> {
    place: usize,
    planes: &'m [Vec<u64>],
    subsets: [u64; 1 << COUNTED_PLANES],
}

impl<'m> Breakdown<'m> {
    /// Of these tags, in this order. `words` says how many words a tag's dictionary has.
    pub(crate) fn new(base: &'m Base, dimensions: &[usize], words: impl Fn(usize) -> usize) -> Breakdown<'m> {
        let (slices, runs, cells, list) = Default::default();
        let mut breakdown = Breakdown { total: 0, slices, runs, cells, list };
        for (place, tag) in dimensions.iter().enumerate() {
            match base.columns.get(*tag) {
                Some(Column::Words(WordCells::Planes(planes))) => breakdown.slices.push(Slices {
                    place,
                    planes: planes.as_slice(),
                    subsets: [0; 1 << COUNTED_PLANES],
                }),
                Some(Column::Runs(runs)) => breakdown.runs.push((place, runs, vec![0; words(*tag) + 1])),
                Some(Column::Words(cells)) => breakdown.cells.push((place, cells, vec![0; words(*tag) + 1])),
                // A tag that came after this segment is unknown of everybody.
                _ => {}
            }
        }
        if !breakdown.cells.is_empty() {
            breakdown.list = vec![0; BLOCK * GROUP + kernel::LIST_SLACK];
        }
        breakdown
    }

    /// Adds what was found to counts by dimension and number.
    pub(crate) fn finish(self, found: &mut [Vec<u64>]) {
        for Slices { place, planes, mut subsets } in self.slices {
            subsets[0] = self.total;
            // Who is in all slices of a set and in no other is in the set, less those who are in one slice more.
            for plane in 0..planes.len() {
                for set in (0..1 << planes.len()).filter(|set| set >> plane & 1 == 0) {
                    subsets[set] -= subsets[set | 1 << plane];
                }
            }
            add(&mut found[place], subsets);
        }
        for (place, _, counts) in self.runs {
            add(&mut found[place], counts);
        }
        for (place, _, counts) in self.cells {
            add(&mut found[place], counts.into_iter().map(u64::from));
        }
    }

    fn add_slices(&mut self, start: usize, bits: &[u64]) {
        for Slices { planes, subsets, .. } in &mut self.slices {
            let mut own: [&[u64]; COUNTED_PLANES] = [&[]; COUNTED_PLANES];
            for (own, plane) in own.iter_mut().zip(*planes) {
                *own = &plane[start..][..bits.len()];
            }
            kernel::add_subsets(bits, &own[..planes.len()], subsets);
        }
    }

    /// The same, of words that are far between.
    fn add_sparse_slices(&mut self, start: usize, bits: &[u64]) {
        let (mut places, mut words) = ([0_u16; BLOCK], [0; BLOCK]);
        let mut len = 0;
        for (place, word) in bits.iter().enumerate() {
            (places[len], words[len]) = (place as u16, *word);
            len += usize::from(*word != 0);
        }
        let (places, words) = (&places[..len], &words[..len]);
        let mut side_by_side = [[0; BLOCK]; COUNTED_PLANES];
        for Slices { planes, subsets, .. } in &mut self.slices {
            for (own, plane) in side_by_side.iter_mut().zip(*planes) {
                let plane = &plane[start..][..bits.len()];
                for (own, place) in own.iter_mut().zip(places) {
                    *own = plane[usize::from(*place)];
                }
            }
            let own = side_by_side.each_ref().map(|plane| &plane[..len]);
            kernel::add_subsets(words, &own[..planes.len()], subsets);
        }
    }

    fn add_runs(&mut self, start: usize, bits: &[u64]) {
        for (_, runs, counts) in &mut self.runs {
            kernel::add_runs(bits, start * GROUP, runs.ends_within(start, bits.len()), counts);
        }
    }
}

impl Spread for Breakdown<'_> {
    fn add(&mut self, start: usize, bits: &[u64]) {
        self.total += kernel::count_ones(bits);
        let Some(first) = bits.iter().position(|word| *word != 0) else { return };
        let last = bits.iter().rposition(|word| *word != 0).unwrap_or(first);
        let (start, bits) = (start + first, &bits[first..=last]);
        if bits.iter().filter(|word| **word != 0).count() * SPARSE < bits.len() {
            self.add_sparse_slices(start, bits);
        } else {
            self.add_slices(start, bits);
        }
        self.add_runs(start, bits);
        if !self.cells.is_empty() {
            let len = kernel::list(start, bits, &mut self.list);
            for (_, cells, counts) in &mut self.cells {
                count_words(cells, &self.list[..len], counts);
            }
        }
    }
}

fn add(found: &mut [u64], counts: impl IntoIterator<Item = u64>) {
    for (found, count) in found.iter_mut().zip(counts) {
        *found += count;
    }
}
