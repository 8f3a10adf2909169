//! The numbers of a tag that rows are ordered by: runs of rows that hold the same.
//!
//! A rule on such a tag is some ranges of rows, and a breakdown by it is the number of bits between the ends of runs.

use crate::columns::cell_vec::GROUP;

/// The runs, side by side from row 0 on.
#[derive(Default)]
pub(crate) struct Runs {
    /// The first row of each run, ascending, and the row after the last.
    starts: Vec<u32>,
    /// The number that each run's rows hold.
    numbers: Vec<u16>,
    rows: u32,
}

impl Runs {
    /// One more row.
    pub(crate) fn push(&mut self, number: u16) {
        if self.numbers.last() == Some(&number) {
            self.starts.pop();
        } else {
            self.numbers.push(number);
            if self.rows == 0 {
                self.starts.push(0);
            }
        }
        self.rows += 1;
        self.starts.push(self.rows);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(crate) fn get(&self, row: usize) -> u32 {
        self.numbers[self.run(row)].into()
    }

    /// The numbers of all rows, in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> {
        let runs = self.starts.windows(2).zip(&self.numbers);
        runs.flat_map(|(ends, number)| std::iter::repeat_n(u32::from(*number), (ends[1] - ends[0]) as usize))
    }

    /// The runs that have rows of the groups from `start` on, so many groups: number, first row and the row after the
    /// last, both counted from the first of these groups and within them.
    pub(crate) fn within(&self, start: usize, groups: usize) -> impl Iterator<Item = (u16, usize, usize)> {
        let (first, end) = (start * GROUP, ((start + groups) * GROUP).min(self.rows as usize));
        let runs = if first < end { self.run(first)..self.run(end - 1) + 1 } else { 0..0 };
        runs.map(move |run| {
            let next = (self.starts[run + 1] as usize).min(end);
            (self.numbers[run], (self.starts[run] as usize).max(first) - first, next - first)
        })
    }

    /// The same, as their ends among all rows and their numbers; the last may end after these groups.
    pub(crate) fn ends_within(&self, start: usize, groups: usize) -> (&[u32], &[u16]) {
        let (first, end) = (start * GROUP, ((start + groups) * GROUP).min(self.rows as usize));
        let runs = if first < end { self.run(first)..self.run(end - 1) + 1 } else { 0..0 };
        (&self.starts[1..][runs.clone()], &self.numbers[runs])
    }

    fn run(&self, row: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= row) - 1
    }

    pub(crate) fn bytes(&self) -> usize {
        self.starts.capacity() * size_of::<u32>() + self.numbers.capacity() * size_of::<u16>()
    }

    /// Gives back what was reserved in vain.
    pub(crate) fn shrink(&mut self) {
        self.starts.shrink_to_fit();
        self.numbers.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_by_row_and_by_group() {
        let mut runs = Runs::default();
        let held: Vec<u16> =
            [(3, 70), (0, 1), (9, 60), (3, 200)].into_iter().flat_map(|(n, len)| vec![n; len]).collect();
        held.iter().for_each(|number| runs.push(*number));
        assert_eq!(runs.all().collect::<Vec<_>>(), held.iter().map(|number| u32::from(*number)).collect::<Vec<_>>());
        for (row, number) in held.iter().enumerate() {
            assert_eq!(runs.get(row), u32::from(*number));
        }
        assert_eq!(runs.within(0, 1).collect::<Vec<_>>(), [(3, 0, 64)]);
        assert_eq!(runs.within(1, 2).collect::<Vec<_>>(), [(3, 0, 6), (0, 6, 7), (9, 7, 67), (3, 67, 128)]);
        assert_eq!(runs.within(5, 8).collect::<Vec<_>>(), [(3, 0, 11)]);
        assert_eq!(runs.within(6, 2).count(), 0);
    }
}
