//! Numbers or days by a byte each: between which of up to 254 bounds a value lies.
//!
//! A rule whose ends are bounds is answered by the bytes alone, and rules that people write name round values: so
//! bounds are round. Where a column has few distinct values, each is a bound and nothing else is held.

use std::collections::BTreeSet;

use crate::columns::cell_vec::CellVec;
use crate::columns::fixed_point::FixedPointColumn;

/// Codes from 1 on; 0 is unknown.
const BOUNDS_MAX: usize = 254;
/// Bounds are chosen by this many values.
const SAMPLE: usize = 1 << 16;

/// The codes of all members, and the values where codes do not tell them.
pub(crate) struct Sketch {
    /// Ascending, the lowest value first. Code `c` says that a value is at least bound `c - 1` and below bound `c`.
    bounds: Vec<i64>,
    highest: i64,
    /// Divides all values and bounds.
    unit: i64,
    codes: CellVec<u8>,
    /// By code, how many members have it.
    counts: Vec<u32>,
    /// `None` where every value is a bound.
    exact: Option<FixedPointColumn>,
}

/// What a sketch says of some ranges of values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeRanges {
    /// Codes whose values are all in: closed ranges, ascending and apart.
    pub(crate) within: Vec<(i64, i64)>,
    /// Codes of which some values are in.
    pub(crate) edges: Vec<(i64, i64)>,
}

impl Sketch {
    /// Of a column of so many rows.
    pub(crate) fn new(exact: FixedPointColumn, rows: usize) -> Sketch {
        let (bounds, is_all) = match few_values(&exact, rows) {
            Some(values) => (values, true),
            None => (round_bounds(&exact, rows), false),
        };
        let unit = exact.unit();
        let highest = (0..rows).filter_map(|row| exact.get(row)).max().unwrap_or(0);
        let (mut codes, mut counts) = (CellVec::new(0), vec![0; bounds.len() + 1]);
        codes.grow(rows);
        for row in 0..rows {
            let code = exact.get(row).map_or(0, |value| bounds.partition_point(|bound| *bound <= value));
            codes.set(row, code as u8);
            counts[code] += 1;
        }
        Sketch { bounds, highest, unit, codes, counts, exact: (!is_all).then_some(exact) }
    }

    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        match &self.exact {
            Some(exact) => exact.get(row),
            None => self.codes.get(row).checked_sub(1).map(|place| self.bounds[usize::from(place)]),
        }
    }

    /// Which codes lie in closed ranges of values, which ascend and lie apart.
    pub(crate) fn code_ranges(&self, ranges: &[(i64, i64)]) -> CodeRanges {
        let mut found = CodeRanges::default();
        for (low, high) in ranges {
            let (mut first, mut last) = (0, 0);
            for code in 1..=self.bounds.len() {
                let from = self.bounds[code - 1];
                let to = match self.exact {
                    None => from,
                    Some(_) => self.bounds.get(code).map_or(self.highest, |next| next - self.unit),
                };
                if *low <= from && to <= *high {
                    first = if first == 0 { code } else { first };
                    last = code;
                } else if *low <= to && from <= *high {
                    found.edges.push((code as i64, code as i64));
                }
            }
            if first != 0 {
                found.within.push((first as i64, last as i64));
            }
        }
        found.edges.dedup();
        found
    }

    /// How many members have one of these codes.
    pub(crate) fn count(&self, codes: &[(i64, i64)]) -> u64 {
        codes
            .iter()
            .flat_map(|(first, last)| &self.counts[*first as usize..=*last as usize])
            .map(|n| u64::from(*n))
            .sum()
    }

    pub(crate) fn codes(&self) -> &CellVec<u8> {
        &self.codes
    }

    pub(crate) fn exact(&self) -> Option<&FixedPointColumn> {
        self.exact.as_ref()
    }

    pub(crate) fn bytes(&self) -> usize {
        let exact = self.exact.as_ref().map_or(0, FixedPointColumn::bytes);
        exact
            + self.codes.bytes()
            + self.bounds.capacity() * size_of::<i64>()
            + self.counts.capacity() * size_of::<u32>()
    }
}

/// All distinct values, where they are few.
fn few_values(exact: &FixedPointColumn, rows: usize) -> Option<Vec<i64>> {
    let (mut values, mut last) = (BTreeSet::new(), None);
    for row in 0..rows {
        let value = exact.get(row);
        if value != last
            && let Some(value) = value
        {
            values.insert(value);
            if BOUNDS_MAX < values.len() {
                return None;
            }
        }
        last = value;
    }
    Some(values.into_iter().collect())
}

/// The lowest value, and round ones up to the highest: each with the value that follows it in the column's unit, since
/// rules ask for both *at least* and *above*. Coarse ones first; the finest that find room are where most values lie.
fn round_bounds(exact: &FixedPointColumn, rows: usize) -> Vec<i64> {
    let step = (rows / SAMPLE).max(1);
    let mut sample: Vec<i64> = (0..rows).step_by(step).filter_map(|row| exact.get(row)).collect();
    sample.sort_unstable();
    let known = || (0..rows).filter_map(|row| exact.get(row));
    let (lowest, highest) = known().fold((i64::MAX, i64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let mut bounds = BTreeSet::from([lowest]);
    let add = |bounds: &mut BTreeSet<i64>, value: i64| {
        for bound in [value, value + exact.unit()] {
            if lowest < bound && bound <= highest && bounds.len() < BOUNDS_MAX {
                bounds.insert(bound);
            }
        }
    };
    add(&mut bounds, 0);
    let powers: Vec<i64> = (0..18).map(|power| 10_i64.pow(power)).filter(|power| exact.unit() <= *power).collect();
    for digit in [1, 5, 2, 3, 4, 6, 7, 8, 9] {
        for power in &powers {
            add(&mut bounds, digit * power);
            add(&mut bounds, -digit * power);
        }
    }
    // Two digits, densest decades first.
    let mut decades: Vec<(usize, i64, i64)> = Vec::new();
    for power in powers.iter().skip(1) {
        for sign in [1, -1] {
            let (from, to) = if sign == 1 { (*power, power * 10) } else { (power * -10, -power) };
            let place = |end| sample.partition_point(|value| *value < end);
            decades.push((place(to) - place(from), *power, sign));
        }
    }
    decades.sort_unstable_by(|left, right| right.cmp(left));
    for (_, power, sign) in decades {
        for digits in (15..100).step_by(10).chain((11..100).filter(|digits| digits % 5 != 0)) {
            add(&mut bounds, sign * digits * (power / 10));
        }
    }
    bounds.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[Option<i64>]) -> Sketch {
        let mut exact = FixedPointColumn::of_numbers();
        exact.grow(values.len());
        for (row, value) in values.iter().enumerate() {
            exact.set(row, *value);
        }
        Sketch::new(exact, values.len())
    }

    fn code_of(sketch: &Sketch, row: usize) -> i64 {
        sketch.codes().get(row).into()
    }

    /// What lies within is in, what lies on no edge and not within is out.
    fn check(sketch: &Sketch, values: &[Option<i64>], range: (i64, i64)) -> CodeRanges {
        let found = sketch.code_ranges(&[range]);
        let has = |codes: &[(i64, i64)], code| codes.iter().any(|(first, last)| (*first..=*last).contains(&code));
        for (row, value) in values.iter().enumerate() {
            let is_in = value.is_some_and(|value| range.0 <= value && value <= range.1);
            let code = code_of(sketch, row);
            assert_eq!(sketch.get(row), *value);
            if !has(&found.edges, code) {
                assert_eq!(has(&found.within, code), is_in, "{value:?} {range:?}");
            }
        }
        found
    }

    #[test]
    fn few_values_need_nothing_else() {
        let values: Vec<_> = (0..1000).map(|row| (row % 9 != 0).then_some((row % 200 - 50) * 10_000)).collect();
        let sketch = column(&values);
        assert!(sketch.exact().is_none());
        for range in [(-500_000, 0), (-5, 5), (15_000, 29_999), (i64::MIN, i64::MAX), (9_000_000, i64::MAX)] {
            assert_eq!(check(&sketch, &values, range).edges, []);
        }
    }

    #[test]
    fn many_values_have_round_bounds() {
        let mut rng = fastrand::Rng::with_seed(5);
        let values: Vec<_> =
            (0..20_000).map(|_| (rng.u8(..20) != 0).then(|| (rng.f64() * 12.0).exp() as i64 * 100 - 500_000)).collect();
        let sketch = column(&values);
        assert!(sketch.exact().is_some());
        // At least, above, at most and below round amounts.
        for round in [0, 10_000, 100_000, 500_000, 1_000_000, 2_000_000, 10_000_000, -100_000] {
            for range in [(round, i64::MAX), (round + 100, i64::MAX), (i64::MIN, round), (i64::MIN, round - 1)] {
                assert_eq!(check(&sketch, &values, range).edges, [], "{range:?}");
            }
        }
        let edges = check(&sketch, &values, (123_400, 4_567_800)).edges;
        assert_eq!(edges.len(), 2);
        assert!(sketch.count(&edges) < 2_000);
        for _ in 0..300 {
            let (low, width) = (rng.i64(-600_000..20_000_000), rng.i64(0..1_000_000));
            check(&sketch, &values, (low, low + width));
        }
    }
}
