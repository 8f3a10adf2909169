//! How a crowd spreads over the values of some tags.
//!
//! Narrow dimensions are fused: a member's numbers in all of them make one index into one cube, so that a member costs one
//! increment and not one for each; the cube is folded into its sides at the end. Wide dimensions stand alone.
//! Members come in batches small enough for the first-level cache: first who they are, as a list, then column by column, so
//! that no loop depends on how the crowd lies.

use std::cmp::Ordering;

use crate::kernel::widest;
use crate::lines::{LINE, Line};
use crate::value::integer;
use crate::words::{Cells, Words};

/// Lines a batch: 4,096 members, whose places fit a u16 list that stays in the first-level cache.
const BATCH: usize = 64;
const BATCH_MEMBERS: usize = BATCH * LINE;
/// A cube's index is a u16.
const CUBE_CELLS_MAX: usize = 1 << 16;
/// A cube costs its cells once, to clear and to fold; it must be small beside the members it saves increments for.
const MEMBERS_PER_CELL: usize = 64;
/// A batch with more than one member in so many in the crowd has every member's index computed, which runs in vectors.
const DENSE: usize = 128;

/// The histograms of a scan, growing.
pub(crate) struct Histograms<'m> {
    cubes: Vec<Cube<'m>>,
    dimensions: usize,
}

/// Some dimensions fused: the cell of numbers (a, b, c) is a + b·|A| + c·|A|·|B|.
struct Cube<'m> {
    sides: Vec<Side<'m>>,
    counts: Vec<u32>,
}

struct Side<'m> {
    words: &'m Words,
    /// The dimension's place in the request.
    place: usize,
    stride: usize,
    len: usize,
}

/// Who of a batch is in the crowd, as places within the batch.
struct Places {
    places: [u16; BATCH_MEMBERS + 8],
    len: usize,
}

impl<'m> Histograms<'m> {
    /// Empty histograms of these dimensions, in this order, for a scan of so many members.
    pub(crate) fn new(dimensions: &[&'m Words], rows: usize) -> Histograms<'m> {
        let cells_max = CUBE_CELLS_MAX.min(rows / MEMBERS_PER_CELL);
        let mut ascending: Vec<_> = dimensions.iter().copied().enumerate().collect();
        ascending.sort_by_key(|(_, words)| words.dictionary().len());
        let mut cubes: Vec<Cube<'m>> = Vec::new();
        for (place, words) in ascending {
            let len = words.dictionary().len() + 1;
            match cubes.last_mut() {
                Some(cube) if cube.counts.len() * len <= cells_max => {
                    let stride = cube.counts.len();
                    cube.sides.push(Side { words, place, stride, len });
                    cube.counts.resize(stride * len, 0);
                }
                _ => cubes.push(Cube { sides: vec![Side { words, place, stride: 1, len }], counts: vec![0; len] }),
            }
        }
        Histograms { cubes, dimensions: dimensions.len() }
    }

    /// Adds the members of the bits, whose first word speaks of line `start`.
    pub(crate) fn add(&mut self, start: usize, bits: &[u64]) {
        if self.cubes.is_empty() {
            return;
        }
        widest(|| {
            let mut places = Places { places: [0; BATCH_MEMBERS + 8], len: 0 };
            for (batch, bits) in bits.chunks(BATCH).enumerate() {
                places.list(bits);
                if places.len != 0 {
                    for cube in &mut self.cubes {
                        cube.add(start + batch * BATCH, bits.len(), places.listed());
                    }
                }
            }
        });
    }

    /// What was found, in the order of the request.
    pub(crate) fn finish(self) -> Vec<Vec<(String, u64)>> {
        let mut histograms = vec![Vec::new(); self.dimensions];
        for cube in self.cubes {
            cube.fold(&mut histograms);
        }
        histograms
    }
}

impl Places {
    #[inline(always)]
    fn list(&mut self, bits: &[u64]) {
        self.len = 0;
        for (line, word) in bits.iter().enumerate() {
            let (mut word, count) = (*word, word.count_ones() as usize);
            // Eight at a time whether they are there or not: a loop that ends with the word would be mispredicted.
            for eight in (0..count).step_by(8) {
                let slots = &mut self.places[self.len + eight..][..8];
                for slot in slots {
                    *slot = (line * LINE) as u16 + word.trailing_zeros() as u16;
                    word &= word.wrapping_sub(1);
                }
            }
            self.len += count;
        }
    }

    fn listed(&self) -> &[u16] {
        &self.places[..self.len]
    }
}

impl Cube<'_> {
    /// Counts the members at these places of the lines from `start` on.
    #[inline(always)]
    fn add(&mut self, start: usize, lines: usize, places: &[u16]) {
        let lines = start..start + lines;
        let mut index = [0_u16; BATCH_MEMBERS];
        let dense = lines.len() * LINE < places.len() * DENSE;
        for side in &self.sides {
            let stride = side.stride as u16;
            match side.words.cells() {
                Cells::Byte(cells) if dense => index_all(&cells.as_slice()[lines.clone()], stride, &mut index),
                Cells::Short(cells) if dense => index_all(&cells.as_slice()[lines.clone()], stride, &mut index),
                Cells::Byte(cells) => index_listed(&cells.as_slice()[lines.clone()], places, stride, &mut index),
                Cells::Short(cells) => index_listed(&cells.as_slice()[lines.clone()], places, stride, &mut index),
                // A dimension this wide stands alone.
                Cells::Long(cells) => return tally(&cells.as_slice()[lines], places, &mut self.counts),
            }
        }
        if dense {
            for place in places {
                self.counts[usize::from(index[usize::from(*place) % BATCH_MEMBERS])] += 1;
            }
        } else {
            for cell in &index[..places.len()] {
                self.counts[usize::from(*cell)] += 1;
            }
        }
    }

    /// The sums over all other sides, one side after the other; each fold leaves a smaller cube.
    fn fold(self, histograms: &mut [Vec<(String, u64)>]) {
        let mut counts: Vec<u64> = self.counts.into_iter().map(u64::from).collect();
        for side in self.sides.iter().rev() {
            let sums: Vec<u64> = counts.chunks(side.stride).map(|slab| slab.iter().sum()).collect();
            histograms[side.place] = named(side.words, &sums[1..]);
            let (first, rest) = counts.split_at_mut(side.stride);
            for slab in rest.chunks(side.stride) {
                for (sum, count) in first.iter_mut().zip(slab) {
                    *sum += count;
                }
            }
            counts.truncate(side.stride);
        }
    }
}

#[inline(always)]
fn cell<T: Copy>(lines: &[Line<T>], place: u16) -> T {
    lines[usize::from(place) / LINE].0[usize::from(place) % LINE]
}

/// Counts the numbers of the members listed.
#[inline(always)]
fn tally<T: Copy + Into<u32>>(lines: &[Line<T>], places: &[u16], counts: &mut [u32]) {
    for place in places {
        counts[cell(lines, *place).into() as usize] += 1;
    }
}

/// Adds one side to the index of every member.
#[inline(always)]
fn index_all<T: Copy + Into<u16>>(lines: &[Line<T>], stride: u16, index: &mut [u16; BATCH_MEMBERS]) {
    for (line, index) in lines.iter().zip(index.as_chunks_mut::<LINE>().0) {
        for (number, cell) in line.0.iter().zip(index) {
            *cell = cell.wrapping_add((*number).into().wrapping_mul(stride));
        }
    }
}

/// Adds one side to the index of the members listed, in the order of the list.
#[inline(always)]
fn index_listed<T: Copy + Into<u16>>(lines: &[Line<T>], places: &[u16], stride: u16, index: &mut [u16; BATCH_MEMBERS]) {
    for (place, index) in places.iter().zip(index) {
        *index = index.wrapping_add(cell(lines, *place).into().wrapping_mul(stride));
    }
}

fn named(words: &Words, counts: &[u64]) -> Vec<(String, u64)> {
    let held = words.dictionary().iter().zip(counts).filter(|(_, count)| **count != 0);
    let mut named: Vec<_> = held.map(|(word, count)| (word.to_string(), *count)).collect();
    named.sort_unstable_by(|(left, _), (right, _)| by_size(left, right));
    named
}

/// Integers by size, then text; `07` before `7`.
fn by_size(left: &str, right: &str) -> Ordering {
    match (integer(left), integer(right)) {
        (Some(a), Some(b)) => a.cmp(&b).then_with(|| left.cmp(right)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    }
}
