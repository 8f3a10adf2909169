//! How a crowd of a delta spreads over the values of some tags.
//!
//! The members of some blocks are listed, then counted from their packed codes. Reading those is most of the work, so
//! each is prefetched many members ahead. Dimensions whose fields are neighbours in the packed codes are counted as
//! one, by the bits that they have together: their counts are a cube, which is folded into its sides at the end. The
//! eight dimensions that every merchant has cost four increments a member. Dimensions without a field are counted from
//! their columns.

use super::delta::Delta;
use super::scan::Spread;
use crate::columns::Column;
use crate::columns::cell_vec::{BLOCK, CellVec, GROUP, Group};
use crate::columns::packed_codes::Field;
use crate::columns::word_cells::WordCells;
use crate::kernel;

/// Neighbours are counted as one while their cube stays well within the first-level cache.
const CUBE_BITS_MAX: u32 = 11;
/// Cubes counted in one pass over the packed codes.
const PASS: usize = 4;
/// How many members ahead packed codes are prefetched.
const AHEAD: usize = 128;
/// Members are counted when so many are listed: many more than are asked for ahead, since the first ones come unasked.
const LISTED: usize = 8192;

/// The histograms of a scan, growing.
pub(crate) struct Histograms<'m> {
    packed: &'m CellVec<u64>,
    cubes: Vec<Cube>,
    sides: Vec<Side>,
    unpacked: Vec<ColumnCounts<'m>>,
    /// Of all cubes, one after the other.
    counts: Vec<u32>,
    /// Rows of members to count; there is room for a block's beside those that are waiting.
    list: Vec<u32>,
    /// How many of them are waiting.
    listed: usize,
    dimensions: usize,
}

/// The counts of a field: those from `start` on, one for each number that its bits can spell.
#[derive(Clone, Copy)]
struct Cube {
    field: Field,
    start: usize,
}

/// One dimension of a cube: neighbouring numbers of its words lie `stride` counts apart.
struct Side {
    /// The dimension's place in the request.
    place: usize,
    cube: usize,
    stride: usize,
}

/// One dimension without a field, counted from its column.
struct ColumnCounts<'m> {
    cells: &'m WordCells,
    place: usize,
    counts: Vec<u32>,
}

impl<'m> Histograms<'m> {
    /// Empty histograms of these columns, in this order; they hold words. `words` says how many words a column's
    /// dictionary has.
    pub(crate) fn new(delta: &'m Delta, dimensions: &[usize], words: impl Fn(usize) -> usize) -> Histograms<'m> {
        let rows = delta.len();
        let room = LISTED.min(rows) + (BLOCK * GROUP).min(rows.next_multiple_of(GROUP)) + kernel::LIST_SLACK;
        let mut histograms = Histograms {
            packed: delta.packed.cells(),
            cubes: Vec::new(),
            sides: Vec::new(),
            unpacked: Vec::new(),
            counts: Vec::new(),
            list: if dimensions.is_empty() { Vec::new() } else { vec![0; room] },
            listed: 0,
            dimensions: dimensions.len(),
        };
        let mut neighbours: Vec<_> = dimensions.iter().enumerate().collect();
        neighbours.sort_by_key(|(_, column)| delta.packed.field(**column).map(|field| field.shift));
        for (place, column) in neighbours {
            // A tag that came after this delta is unknown of everybody.
            let Some(Column::Words(cells)) = delta.columns.get(*column) else { continue };
            match delta.packed.field(*column) {
                Some(field) => histograms.add_side(place, field),
                None => {
                    let counts = vec![0; words(*column) + 1];
                    histograms.unpacked.push(ColumnCounts { cells, place, counts });
                }
            }
        }
        histograms
    }

    /// Adds a dimension, whose field lies behind those added before or is the last one's again.
    fn add_side(&mut self, place: usize, field: Field) {
        let stride = match self.cubes.last_mut() {
            Some(Cube { field: last, .. })
                if last.shift + last.bits == field.shift && last.bits + field.bits <= CUBE_BITS_MAX =>
            {
                last.bits += field.bits;
                1 << (last.bits - field.bits)
            }
            _ => {
                self.cubes.push(Cube { field, start: self.counts.len() });
                1
            }
        };
        let cube = &self.cubes[self.cubes.len() - 1];
        self.counts.resize(cube.start + (1 << cube.field.bits), 0);
        self.sides.push(Side { place, cube: self.cubes.len() - 1, stride });
    }

    /// Counts the members listed.
    fn count(&mut self) {
        let rows = &self.list[..std::mem::take(&mut self.listed)];
        let packed = self.packed.as_slice();
        let (passes, rest) = self.cubes.as_chunks::<PASS>();
        for pass in passes {
            count_cubes(packed, rows, pass, &mut self.counts);
        }
        for cube in rest {
            count_cubes(packed, rows, &[*cube], &mut self.counts);
        }
        for ColumnCounts { cells, counts, .. } in &mut self.unpacked {
            count_words(cells, rows, counts);
        }
    }

    /// Adds what was found to counts by dimension and number.
    pub(crate) fn finish(mut self, found: &mut [Vec<u64>]) {
        self.count();
        for ColumnCounts { place, counts, .. } in self.unpacked {
            add(&mut found[place], &counts);
        }
        for (place, cube) in self.cubes.iter().enumerate() {
            let mut counts = self.counts[cube.start..][..1 << cube.field.bits].to_vec();
            // The sums over all other sides, the outermost side first: each fold leaves a smaller cube.
            for side in self.sides.iter().rev().filter(|side| side.cube == place) {
                let sums: Vec<u32> = counts.chunks(side.stride).map(|slab| slab.iter().sum()).collect();
                add(&mut found[side.place], &sums);
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
}

impl Spread for Histograms<'_> {
    fn add(&mut self, start: usize, bits: &[u64]) {
        if self.dimensions == 0 {
            return;
        }
        self.listed += kernel::list(start, bits, &mut self.list[self.listed..]);
        if LISTED <= self.listed {
            self.count();
        }
    }
}

/// Adds counts by number; numbers that no word has yet are held by nobody.
fn add(found: &mut [u64], counts: &[u32]) {
    for (found, count) in found.iter_mut().zip(counts) {
        *found += u64::from(*count);
    }
}

/// Counts the numbers of these rows.
pub(crate) fn count_words(cells: &WordCells, rows: &[u32], counts: &mut [u32]) {
    match cells {
        WordCells::Planes(planes) => {
            for row in rows {
                counts[planes.get(*row as usize) as usize] += 1;
            }
        }
        WordCells::U10(cells) => {
            for row in rows {
                counts[cells.get(*row as usize) as usize] += 1;
            }
        }
        WordCells::U8(cells) => count_cells(cells.as_slice(), rows, counts),
        WordCells::U16(cells) => count_cells(cells.as_slice(), rows, counts),
        WordCells::U32(cells) => count_cells(cells.as_slice(), rows, counts),
    }
}

/// One increment in each cube for each member. The cubes take turns, so that a count just stored is seldom wanted again
/// at once, and the next codes come in meanwhile. Nothing here can wrap, for there are fewer than 2³² members and
/// fields lie within a u64; saying so spares a check at every step.
fn count_cubes<const N: usize>(packed: &[Group<u64>], rows: &[u32], cubes: &[Cube; N], counts: &mut [u32]) {
    let fields = cubes.map(|Cube { field, start }| (field.shift, (1_usize << field.bits) - 1, start));
    for (turn, row) in rows.iter().enumerate() {
        if let Some(coming) = rows.get(turn.wrapping_add(AHEAD)) {
            kernel::fetch(cell(packed, *coming));
        }
        let codes = *cell(packed, *row);
        for (shift, mask, start) in fields {
            let count = &mut counts[start.wrapping_add(codes.wrapping_shr(shift) as usize & mask)];
            *count = count.wrapping_add(1);
        }
    }
}

fn count_cells<T: Copy + Into<u32>>(groups: &[Group<T>], rows: &[u32], counts: &mut [u32]) {
    for row in rows {
        counts[(*cell(groups, *row)).into() as usize] += 1;
    }
}

fn cell<T>(groups: &[Group<T>], row: u32) -> &T {
    &groups[row as usize / GROUP].0[row as usize % GROUP]
}
