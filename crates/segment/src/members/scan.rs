//! Counting: the expression is made to fit the columns of a segment once, then evaluated over blocks of its members.

use std::ops::Range;

use crate::columns::cell_vec::{BLOCK, GROUP};
use crate::columns::dictionary::Dictionary;
use crate::columns::fixed_point::{self, FixedPointColumn};
use crate::columns::runs::Runs;
use crate::columns::sketch::Sketch;
use crate::columns::word_cells::WordCells;
use crate::columns::{Column, Places};
use crate::kernel;
use crate::members::row_set::RowSet;
use crate::members::sums::Sums;
use crate::rule::geo_circle::GeoCircle;
use crate::rule::{Expr, Fact, Rule, Subject};
use crate::windows::Behavior;

/// Words that a condition is asked together or not at all: those whose bits and planes share a few cache lines.
const GRANULE: usize = 16;
/// Where more than one member in so many is on an edge of its sketch, the exact values alone are read.
const MEMBERS_AN_EDGE: u64 = 32;
/// Runs a block, up to which it pays to look whether a block has any that is asked for.
const FEW_RUNS: usize = 8;

/// The result of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The number of members that the expression takes.
    pub total: u64,
    /// For each dimension asked, in that order: its values, each with the number of those members who hold it. Values
    /// that none of them holds are left out, and so are members whose value is unknown. Integers come first, by size,
    /// then texts.
    pub histograms: Vec<Vec<(String, u64)>>,
    /// The sum of what those members paid, in fen; `None` while nobody's sum is known.
    pub sum: Option<i128>,
}

/// Some members side by side: a base segment or a delta.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'m> {
    /// By the place of the tag; a tag beyond them is unknown of everybody.
    pub(crate) columns: &'m [Column],
    pub(crate) rows: usize,
    /// Its first row among the rows of all members.
    pub(crate) first: usize,
    /// Rows whose members are elsewhere by now.
    pub(crate) left: &'m RowSet,
}

/// What a count reads beside a segment.
#[derive(Clone, Copy)]
pub(crate) struct Common<'m> {
    /// By the place of the tag.
    pub(crate) dictionaries: &'m [Dictionary],
    /// The columns of facts, where they are held: by row among the rows of all members.
    pub(crate) behavior: Option<&'m Behavior>,
    pub(crate) today: i32,
}

impl<'m> Common<'m> {
    /// The column of a fact.
    ///
    /// # Panics
    /// When the fact was not required.
    pub(crate) fn fact(self, fact: Fact) -> &'m FixedPointColumn {
        self.behavior.and_then(|behavior| behavior.column(fact)).expect("the fact was required")
    }
}

/// What gathers how members spread over values.
pub(crate) trait Spread {
    /// Adds the members of the bits, whose first word speaks of group `start` of the segment.
    fn add(&mut self, start: usize, bits: &[u64]);
}

/// An expression ready to run over a segment.
pub(crate) struct Scan<'m> {
    plan: Plan<'m>,
    segment: Segment<'m>,
}

/// An expression with every test resolved against what its column holds.
enum Plan<'m> {
    All(Vec<Plan<'m>>),
    Any(Vec<Plan<'m>>),
    Not(Box<Plan<'m>>),
    /// The members whose word number is in the set.
    InSet {
        cells: &'m WordCells,
        set: kernel::NumberSet,
    },
    /// The same, of a tag that rows are ordered by.
    InRuns {
        runs: &'m Runs,
        set: kernel::NumberSet,
        are_few: bool,
    },
    /// The members whose cell is in one of the closed ranges (ascending, apart). The segment's first group is group
    /// `offset` of the cells.
    InRanges {
        cells: &'m fixed_point::Cells,
        offset: usize,
        ranges: Vec<(i64, i64)>,
    },
    /// The members whose code is in one of the closed ranges, and of those on an edge whose value is in one of its own.
    InSketch {
        sketch: &'m Sketch,
        within: Vec<(i64, i64)>,
        edges: Vec<(i64, i64)>,
        values: Vec<(i64, i64)>,
    },
    /// The members whose place is in the circle.
    InCircle {
        places: &'m Places,
        circle: GeoCircle,
    },
}

impl<'m> Scan<'m> {
    pub(crate) fn new(common: Common<'m>, segment: Segment<'m>, expr: &Expr) -> Scan<'m> {
        Scan { plan: Plan::new(common, segment, expr), segment }
    }

    /// Adds everybody whom the expression takes; how many they are, and the sum of what they paid.
    pub(crate) fn count(&self, spread: &mut impl Spread, sums: &Sums) -> (u64, i128) {
        let (mut total, mut sum) = (0, 0);
        let mut bits = [0; BLOCK];
        let Segment { rows, first, left, .. } = self.segment;
        let groups = rows.div_ceil(GROUP);
        for start in (0..groups).step_by(BLOCK) {
            let bits = &mut bits[..BLOCK.min(groups - start)];
            if !self.plan.may_take(start, bits.len()) {
                continue;
            }
            self.plan.fill(start, bits);
            if start + bits.len() == groups && !rows.is_multiple_of(GROUP) {
                bits[bits.len() - 1] &= (1 << (rows % GROUP)) - 1;
            }
            left.remove_from(start, bits);
            let count = kernel::count_ones(bits);
            if count != 0 {
                total += count;
                spread.add(start, bits);
                sum += sums.add(first / GROUP + start, bits);
            }
        }
        (total, sum)
    }
}

impl<'m> Plan<'m> {
    fn new(common: Common<'m>, segment: Segment<'m>, expr: &Expr) -> Plan<'m> {
        let parts = |parts: &[Expr]| {
            let mut parts: Vec<_> = parts.iter().map(|part| Plan::new(common, segment, part)).collect();
            parts.sort_by_key(Plan::cost);
            parts
        };
        match expr {
            Expr::All(exprs) => Plan::All(parts(exprs)),
            Expr::Any(exprs) => Plan::Any(parts(exprs)),
            Expr::Not(expr) => Plan::Not(Box::new(Plan::new(common, segment, expr))),
            Expr::Test(test) => match test.subject {
                Subject::Tag(tag) => Plan::on_tag(common, segment, tag, &test.rule),
                Subject::Fact(fact) => {
                    let offset = segment.first / GROUP;
                    Plan::on_numbers(common.fact(fact), offset, test.rule.ranges(common.today))
                }
            },
        }
    }

    fn on_tag(common: Common<'m>, segment: Segment<'m>, tag: usize, rule: &Rule) -> Plan<'m> {
        let set = || common.dictionaries[tag].taken_by(rule).into_iter().collect();
        match segment.columns.get(tag) {
            Some(Column::Words(cells)) => Plan::InSet { cells, set: set() },
            Some(Column::Runs(runs)) => {
                let are_few = runs.len() <= segment.rows / (BLOCK * GROUP) * FEW_RUNS;
                Plan::InRuns { runs, set: set(), are_few }
            }
            Some(Column::Numbers(column)) => Plan::on_numbers(column, 0, rule.ranges(common.today)),
            Some(Column::Sketch(sketch)) => Plan::on_sketch(sketch, segment.rows, rule.ranges(common.today)),
            Some(Column::Places(places)) => match rule {
                Rule::Near(circle) => Plan::InCircle { places, circle: *circle },
                _ => Plan::Any(Vec::new()),
            },
            None if rule.takes(None, common.today) => Plan::All(Vec::new()),
            None => Plan::Any(Vec::new()),
        }
    }

    fn on_numbers(column: &'m FixedPointColumn, offset: usize, (ranges, negated): (Vec<(i64, i64)>, bool)) -> Plan<'m> {
        let ranges = ranges.into_iter().filter_map(|range| column.cell_range(range)).collect();
        Plan::negated(Plan::InRanges { cells: column.cells(), offset, ranges }, negated)
    }

    fn on_sketch(sketch: &'m Sketch, rows: usize, (values, negated): (Vec<(i64, i64)>, bool)) -> Plan<'m> {
        let found = sketch.code_ranges(&values);
        if let Some(exact) = sketch.exact()
            && (rows as u64) < MEMBERS_AN_EDGE * sketch.count(&found.edges)
        {
            return Plan::on_numbers(exact, 0, (values, negated));
        }
        Plan::negated(Plan::InSketch { sketch, within: found.within, edges: found.edges, values }, negated)
    }

    fn negated(plan: Plan<'m>, negated: bool) -> Plan<'m> {
        if negated { Plan::Not(Box::new(plan)) } else { plan }
    }

    /// How much it reads, in bits a member or so: those that cost little go first and leave less to the others.
    fn cost(&self) -> usize {
        match self {
            Plan::All(parts) | Plan::Any(parts) => parts.iter().map(Plan::cost).sum(),
            Plan::Not(part) => part.cost(),
            Plan::InRuns { are_few, .. } => usize::from(!are_few),
            Plan::InSet { cells, .. } => match cells {
                WordCells::Planes(planes) => planes.as_slice().len(),
                WordCells::U8(_) => 8,
                WordCells::U10(_) => 10,
                WordCells::U16(_) => 16,
                WordCells::U32(_) => 32,
            },
            Plan::InSketch { edges, .. } => 8 + edges.len(),
            Plan::InRanges { cells, .. } => match cells {
                fixed_point::Cells::I16(_) => 16,
                fixed_point::Cells::I24(_) => 24,
                fixed_point::Cells::I32(_) => 32,
                fixed_point::Cells::I64(_) => 64,
            },
            Plan::InCircle { .. } => 128,
        }
    }

    /// Whether there may be somebody among so many groups from `start` on; where that takes long to say, there may.
    fn may_take(&self, start: usize, groups: usize) -> bool {
        match self {
            Plan::All(parts) => parts.iter().all(|part| part.may_take(start, groups)),
            Plan::Any(parts) => parts.iter().any(|part| part.may_take(start, groups)),
            Plan::InRuns { runs, set, are_few: true } => {
                runs.within(start, groups).any(|(number, ..)| set.contains(number.into()))
            }
            _ => true,
        }
    }

    /// Writes who is in of the groups from `start` on; bits past the last member are left to the caller.
    fn fill(&self, start: usize, bits: &mut [u64]) {
        let groups = start..start + bits.len();
        match self {
            Plan::All(parts) => Plan::join(parts, start, bits, u64::MAX, |bits, more| *bits &= more),
            Plan::Any(parts) => Plan::join(parts, start, bits, 0, |bits, more| *bits |= more),
            Plan::Not(part) => {
                part.fill(start, bits);
                for word in bits {
                    *word = !*word;
                }
            }
            Plan::InRuns { runs, set, .. } => {
                let number_of = |(number, ..): &(u16, usize, usize)| set.contains((*number).into());
                bits.fill(0);
                for (_, from, to) in runs.within(start, bits.len()).filter(number_of) {
                    fill_run(bits, from, to);
                }
            }
            Plan::InSet { cells, set } => match cells {
                WordCells::Planes(planes) => kernel::fill_planes(planes.as_slice(), start, set, bits),
                WordCells::U8(cells) => kernel::fill_numbers(&cells.as_slice()[groups], set, bits),
                WordCells::U10(u10) => {
                    let (low, high) = u10.parts();
                    kernel::fill_u10(low, high, start, set, bits);
                }
                WordCells::U16(cells) => kernel::fill_numbers(&cells.as_slice()[groups], set, bits),
                WordCells::U32(cells) => kernel::fill_numbers(&cells.as_slice()[groups], set, bits),
            },
            Plan::InSketch { sketch, within, edges, values } => {
                let codes = &sketch.codes().as_slice()[groups];
                kernel::fill_ranges(codes, within, bits);
                if !edges.is_empty() {
                    let mut more = [0; BLOCK];
                    let more = &mut more[..bits.len()];
                    kernel::fill_ranges(codes, edges, more);
                    for ((word, left), group) in bits.iter_mut().zip(&*more).zip(start..) {
                        *word |= exact_bits(sketch, values, group, *left);
                    }
                }
            }
            Plan::InRanges { cells, offset, ranges } => {
                let groups = groups.start + offset..groups.end + offset;
                match cells {
                    fixed_point::Cells::I16(cells) => kernel::fill_ranges(&cells.as_slice()[groups], ranges, bits),
                    fixed_point::Cells::I24(i24) => {
                        let (high, low) = i24.groups();
                        kernel::fill_i24(&high[groups.clone()], &low[groups], ranges, bits);
                    }
                    fixed_point::Cells::I32(cells) => kernel::fill_ranges(&cells.as_slice()[groups], ranges, bits),
                    fixed_point::Cells::I64(cells) => kernel::fill_ranges(&cells.as_slice()[groups], ranges, bits),
                }
            }
            Plan::InCircle { places, circle } => {
                kernel::fill_circle(
                    &places.lon.as_slice()[groups.clone()],
                    &places.lat.as_slice()[groups],
                    circle,
                    bits,
                );
            }
        }
    }

    /// All or any of the parts; where no further part can change anything, none is asked.
    fn join(parts: &[Plan<'m>], start: usize, bits: &mut [u64], neutral: u64, join: impl Fn(&mut u64, u64)) {
        let Some((first, rest)) = parts.split_first() else { return bits.fill(neutral) };
        first.fill(start, bits);
        let mut more = [0; BLOCK];
        for part in rest {
            let mut from = 0;
            while let Some(run) = next_run(bits, from, !neutral) {
                from = run.end;
                let more = &mut more[run.clone()];
                part.fill(start + run.start, more);
                for (word, more) in bits[run].iter_mut().zip(&*more) {
                    join(word, *more);
                }
            }
        }
    }
}

/// Sets the bits from one place to before another.
fn fill_run(bits: &mut [u64], from: usize, to: usize) {
    let (first, last) = (from / GROUP, (to - 1) / GROUP);
    let (head, tail) = (u64::MAX << (from % GROUP), u64::MAX >> (GROUP - 1 - (to - 1) % GROUP));
    if first == last {
        bits[first] |= head & tail;
        return;
    }
    bits[first] |= head;
    bits[first + 1..last].fill(u64::MAX);
    bits[last] |= tail;
}

/// Of some members of a group those whose value lies in one of the ranges.
fn exact_bits(sketch: &Sketch, values: &[(i64, i64)], group: usize, mut left: u64) -> u64 {
    let mut found = 0;
    while left != 0 {
        let place = left.trailing_zeros() as usize;
        let lies_in = |value: i64| values.iter().any(|(low, high)| *low <= value && value <= *high);
        found |= u64::from(sketch.get(group * GROUP + place).is_some_and(lies_in)) << place;
        left &= left - 1;
    }
    found
}

/// The first granules side by side, from a granule's beginning on, that have a word which is not settled.
fn next_run(bits: &[u64], from: usize, settled: u64) -> Option<Range<usize>> {
    let open = |at: usize| bits[at..].iter().take(GRANULE).fold(0, |open, word| open | (word ^ settled)) != 0;
    let mut granules = (from..bits.len()).step_by(GRANULE);
    let start = granules.find(|at| open(*at))?;
    let end = granules.find(|at| !open(*at)).unwrap_or(bits.len());
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_granules_with_an_open_word() {
        let runs = |open: &[usize], len: usize, settled: u64| {
            let mut bits = vec![settled; len];
            open.iter().for_each(|at| bits[*at] ^= 1 << 40);
            let runs = std::iter::successors(Some(0..0), |run| next_run(&bits, run.end, settled));
            runs.skip(1).collect::<Vec<_>>()
        };
        for settled in [0, u64::MAX] {
            assert_eq!(runs(&[], 64, settled), []);
            assert_eq!(runs(&[0, 63], 64, settled), [0..16, 48..64]);
            assert_eq!(runs(&[15, 16, 63], 64, settled), [0..32, 48..64]);
            assert_eq!(runs(&[20, 69], 70, settled), [16..32, 64..70]);
            assert_eq!(runs(&[2, 40], 41, settled), [0..16, 32..41]);
        }
    }
}
