//! Counting: the expression is made to fit the columns once, then evaluated over blocks of members.

use std::ops::Range;

use crate::columns::cell_vec::{BLOCK, GROUP};
use crate::columns::dictionary;
use crate::columns::fixed_point::{self, FixedPointColumn};
use crate::columns::{Column, Places};
use crate::kernel;
use crate::members::histogram::Histograms;
use crate::members::sums::Sums;
use crate::rule::geo_circle::GeoCircle;
use crate::rule::{Expr, Fact, Rule, Subject};
use crate::windows::Behavior;

/// CellVec that a condition is asked together or not at all: those whose bits and planes share a few cache lines.
const GRANULE: usize = 16;

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

/// What a count reads.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'m> {
    /// By the place of the tag.
    pub(crate) tags: &'m [Column],
    /// Those of facts, where they are held.
    pub(crate) behavior: Option<&'m Behavior>,
}

impl<'m> Columns<'m> {
    /// The column of a fact.
    ///
    /// # Panics
    /// When the fact was not required.
    pub(crate) fn fact(self, fact: Fact) -> &'m FixedPointColumn {
        self.behavior.and_then(|behavior| behavior.column(fact)).expect("the fact was required")
    }
}

/// An expression ready to run over columns.
pub(crate) struct Scan<'m> {
    plan: Plan<'m>,
    rows: usize,
}

/// An expression with every test resolved against what its column holds.
enum Plan<'m> {
    All(Vec<Plan<'m>>),
    Any(Vec<Plan<'m>>),
    Not(Box<Plan<'m>>),
    /// The members whose word number is in the set.
    InSet {
        cells: &'m dictionary::Cells,
        set: kernel::NumberSet,
    },
    /// The members whose cell is in one of the closed ranges (ascending, apart).
    InRanges {
        cells: &'m fixed_point::Cells,
        ranges: Vec<(i64, i64)>,
    },
    /// The members whose place is in the circle.
    InCircle {
        places: &'m Places,
        circle: GeoCircle,
    },
}

impl<'m> Scan<'m> {
    pub(crate) fn new(columns: Columns<'m>, rows: usize, expr: &Expr, today: i32) -> Scan<'m> {
        Scan { plan: Plan::new(columns, expr, today), rows }
    }

    pub(crate) fn count(&self, mut histograms: Histograms<'_>, sums: &Sums) -> Counts {
        let mut total = 0;
        let mut sum = 0;
        let mut bits = [0; BLOCK];
        let groups = self.rows.div_ceil(GROUP);
        for start in (0..groups).step_by(BLOCK) {
            let bits = &mut bits[..BLOCK.min(groups - start)];
            self.plan.fill(start, bits);
            if start + bits.len() == groups && !self.rows.is_multiple_of(GROUP) {
                bits[bits.len() - 1] &= (1 << (self.rows % GROUP)) - 1;
            }
            let count = kernel::count_ones(bits);
            if count != 0 {
                total += count;
                histograms.add(start, bits);
                sum += sums.add(start, bits);
            }
        }
        Counts { total, histograms: histograms.finish(), sum: (!sums.is_empty()).then_some(sum) }
    }
}

impl<'m> Plan<'m> {
    fn new(columns: Columns<'m>, expr: &Expr, today: i32) -> Plan<'m> {
        let parts = |parts: &[Expr]| {
            let mut parts: Vec<_> = parts.iter().map(|part| Plan::new(columns, part, today)).collect();
            parts.sort_by_key(Plan::cost);
            parts
        };
        match expr {
            Expr::All(exprs) => Plan::All(parts(exprs)),
            Expr::Any(exprs) => Plan::Any(parts(exprs)),
            Expr::Not(expr) => Plan::Not(Box::new(Plan::new(columns, expr, today))),
            Expr::Test(test) => match test.subject {
                Subject::Tag(tag) => Plan::on_tag(&columns.tags[tag], &test.rule, today),
                Subject::Fact(fact) => Plan::on_numbers(columns.fact(fact), &test.rule, today),
            },
        }
    }

    fn on_tag(column: &'m Column, rule: &Rule, today: i32) -> Plan<'m> {
        match column {
            Column::Codes(column) | Column::Texts(column) => {
                let known = column.words().iter().map(|word| rule.takes_word(Some(word)));
                let set = std::iter::once(rule.takes_word(None)).chain(known).collect();
                Plan::InSet { cells: column.cells(), set }
            }
            Column::Numbers(column) | Column::Dates(column) => Plan::on_numbers(column, rule, today),
            Column::Places(places) => match rule {
                Rule::Near(circle) => Plan::InCircle { places, circle: *circle },
                _ => Plan::Any(Vec::new()),
            },
        }
    }

    fn on_numbers(column: &'m FixedPointColumn, rule: &Rule, today: i32) -> Plan<'m> {
        let (ranges, negated) = rule.ranges(today);
        Plan::ranges(column, ranges, negated)
    }

    fn ranges(column: &'m FixedPointColumn, ranges: Vec<(i64, i64)>, negated: bool) -> Plan<'m> {
        let ranges = ranges.into_iter().filter_map(|range| column.cell_range(range)).collect();
        let plan = Plan::InRanges { cells: column.cells(), ranges };
        if negated { Plan::Not(Box::new(plan)) } else { plan }
    }

    /// How much it reads, in bits a member or so: those that cost little go first and leave less to the others.
    fn cost(&self) -> usize {
        match self {
            Plan::All(parts) | Plan::Any(parts) => parts.iter().map(Plan::cost).sum(),
            Plan::Not(part) => part.cost(),
            Plan::InSet { cells, .. } => match cells {
                dictionary::Cells::Planes(planes) => planes.as_slice().len(),
                dictionary::Cells::U8(_) => 8,
                dictionary::Cells::U10(_) => 10,
                dictionary::Cells::U16(_) => 16,
                dictionary::Cells::U32(_) => 32,
            },
            Plan::InRanges { cells, .. } => match cells {
                fixed_point::Cells::I16(_) => 16,
                fixed_point::Cells::I24(_) => 24,
                fixed_point::Cells::I32(_) => 32,
                fixed_point::Cells::I64(_) => 64,
            },
            Plan::InCircle { .. } => 128,
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
            Plan::InSet { cells, set } => match cells {
                dictionary::Cells::Planes(planes) => kernel::fill_planes(planes.as_slice(), start, set, bits),
                dictionary::Cells::U8(cells) => kernel::fill_numbers(&cells.as_slice()[groups], set, bits),
                dictionary::Cells::U10(u10) => {
                    let (low, high) = u10.parts();
                    kernel::fill_u10(low, high, start, set, bits);
                }
                dictionary::Cells::U16(cells) => kernel::fill_numbers(&cells.as_slice()[groups], set, bits),
                dictionary::Cells::U32(cells) => kernel::fill_numbers(&cells.as_slice()[groups], set, bits),
            },
            Plan::InRanges { cells, ranges } => match cells {
                fixed_point::Cells::I16(cells) => kernel::fill_ranges(&cells.as_slice()[groups], ranges, bits),
                fixed_point::Cells::I24(i24) => {
                    let (high, low) = i24.groups();
                    kernel::fill_i24(&high[groups.clone()], &low[groups], ranges, bits);
                }
                fixed_point::Cells::I32(cells) => kernel::fill_ranges(&cells.as_slice()[groups], ranges, bits),
                fixed_point::Cells::I64(cells) => kernel::fill_ranges(&cells.as_slice()[groups], ranges, bits),
            },
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
