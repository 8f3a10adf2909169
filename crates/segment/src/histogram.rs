//! How a crowd spreads over the values of some tags.
//!
//! A block's members are listed, and taken a chunk at a time: first their portraits, which were asked for while the chunk
//! before was counted, then one table after the other, so that no loop depends on how the crowd lies. Dimensions whose fields are neighbours in the
//! portrait are counted as one, by the bits they have together: a table for them is a cube, folded into its sides at
//! the end. For the eight dimensions that every merchant has, it is four increments a member.

use crate::column::Column;
use crate::kernel;
use crate::lines::{LINE, Line, Lines};
use crate::portrait::Portraits;
use crate::scan::BLOCK;
use crate::value::integer;
use crate::words::{Cells, Words};

/// Neighbours are counted as one while their table stays well within the first-level cache.
const CUBE_BITS_MAX: u32 = 11;
/// Members at once: enough that the next ones' portraits arrive meanwhile, few enough that they all stay.
const CHUNK: usize = 128;

/// The histograms of a scan, growing.
pub(crate) struct Histograms<'m> {
    portraits: &'m Lines<u64>,
    tables: Vec<Table<'m>>,
    dimensions: usize,
}

/// Counts of one dimension, or of neighbours in the portrait.
struct Table<'m> {
    source: Source<'m>,
    sides: Vec<Side<'m>>,
    counts: Vec<u32>,
}

/// Where a member's place in a table comes from.
enum Source<'m> {
    Portrait { shift: u32, bits: u32 },
    Column(&'m Cells),
}

/// One dimension of a table: neighbouring numbers of its words lie `stride` counts apart.
struct Side<'m> {
    words: &'m Words,
    /// The dimension's place in the request.
    place: usize,
    stride: usize,
}

impl<'m> Histograms<'m> {
    /// Empty histograms of these columns, in this order; they hold words.
    pub(crate) fn new(columns: &'m [Column], portraits: &'m Portraits, dimensions: &[usize]) -> Histograms<'m> {
        let mut tables: Vec<Table<'m>> = Vec::new();
        let mut by_shift: Vec<_> = dimensions.iter().enumerate().collect();
        by_shift.sort_by_key(|(_, column)| portraits.field(**column).map(|field| field.shift));
        for (place, column) in by_shift {
            let (Column::Codes(words) | Column::Texts(words)) = &columns[*column] else {
                panic!("a dimension is an enum or a text tag")
            };
            let Some(field) = portraits.field(*column) else {
                let (sides, counts) = (vec![Side { words, place, stride: 1 }], vec![0; words.dictionary().len() + 1]);
                tables.push(Table { source: Source::Column(words.cells()), sides, counts });
                continue;
            };
            match tables.last_mut() {
                Some(Table { source: Source::Portrait { shift, bits }, sides, counts })
                    if *shift + *bits == field.shift && *bits + field.bits <= CUBE_BITS_MAX =>
                {
                    sides.push(Side { words, place, stride: counts.len() });
                    *bits += field.bits;
                    counts.resize(1 << *bits, 0);
                }
                _ => {
                    let source = Source::Portrait { shift: field.shift, bits: field.bits };
                    let sides = vec![Side { words, place, stride: 1 }];
                    tables.push(Table { source, sides, counts: vec![0; 1 << field.bits] });
                }
            }
        }
        Histograms { portraits: portraits.cells(), tables, dimensions: dimensions.len() }
    }

    /// Adds the members of the bits, whose first word speaks of line `start`.
    pub(crate) fn add(&mut self, start: usize, bits: &[u64]) {
        if self.tables.is_empty() {
            return;
        }
        let mut list = [0; BLOCK * LINE + kernel::LIST_SLACK];
        let len = kernel::list(bits, &mut list);
        let lines = &self.portraits.as_slice()[start..start + bits.len()];
        let mut portraits = [0; CHUNK];
        let mut chunks = list[..len].chunks(CHUNK).peekable();
        while let Some(places) = chunks.next() {
            for place in chunks.peek().copied().unwrap_or_default() {
                kernel::fetch(cell(lines, *place));
            }
            let portraits = &mut portraits[..places.len()];
            for (place, portrait) in places.iter().zip(&mut *portraits) {
                *portrait = *cell(lines, *place);
            }
            for table in &mut self.tables {
                table.add(start, places, portraits);
            }
        }
    }

    /// What was found, in the order of the request.
    pub(crate) fn finish(self) -> Vec<Vec<(String, u64)>> {
        let mut histograms = vec![Vec::new(); self.dimensions];
        for table in self.tables {
            table.fold(&mut histograms);
        }
        histograms
    }
}

impl Table<'_> {
    /// Counts the members at these places of the lines from `start` on, who have these portraits.
    fn add(&mut self, start: usize, places: &[u32], portraits: &[u64]) {
        match &self.source {
            Source::Portrait { shift, bits } => {
                let mask = (1 << bits) - 1;
                for portrait in portraits {
                    self.counts[(portrait >> shift & mask) as usize] += 1;
                }
            }
            Source::Column(Cells::Byte(cells)) => tally(&cells.as_slice()[start..], places, &mut self.counts),
            Source::Column(Cells::Short(cells)) => tally(&cells.as_slice()[start..], places, &mut self.counts),
            Source::Column(Cells::Long(cells)) => tally(&cells.as_slice()[start..], places, &mut self.counts),
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

fn cell<T>(lines: &[Line<T>], place: u32) -> &T {
    &lines[place as usize / LINE].0[place as usize % LINE]
}

fn tally<T: Copy + Into<u32>>(lines: &[Line<T>], places: &[u32], counts: &mut [u32]) {
    for place in places {
        counts[(*cell(lines, *place)).into() as usize] += 1;
    }
}

fn named(words: &Words, counts: &[u64]) -> Vec<(String, u64)> {
    let held = words.dictionary().iter().zip(counts).filter(|(_, count)| **count != 0);
    let mut named: Vec<_> = held.map(|(word, count)| (word.to_string(), *count)).collect();
    // Integers by size, then text; `07` before `7`.
    named.sort_by_cached_key(|(word, _)| {
        let integer = integer(word);
        (integer.is_none(), integer, word.clone())
    });
    named
}
