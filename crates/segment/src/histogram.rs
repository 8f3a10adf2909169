//! How a crowd spreads over the values of some tags.

use std::cmp::Ordering;

use crate::lines::{LINE, Line};
use crate::value::integer;
use crate::words::{Cells, Words};

pub(crate) struct Histograms<'m> {
    columns: Vec<(&'m Words, Vec<u64>)>,
}

impl<'m> Histograms<'m> {
    pub(crate) fn new(dimensions: &[&'m Words]) -> Histograms<'m> {
        let columns = dimensions.iter().map(|words| (*words, vec![0; words.dictionary().len() + 1])).collect();
        Histograms { columns }
    }

    pub(crate) fn add(&mut self, start: usize, bits: &[u64], _count: u64) {
        fn add<T: Copy + Into<u32>>(lines: &[Line<T>], bits: &[u64], counts: &mut [u64]) {
            for (line, word) in lines.iter().zip(bits) {
                let mut word = *word;
                while word != 0 {
                    let number: u32 = line.0[word.trailing_zeros() as usize % LINE].into();
                    counts[number as usize] += 1;
                    word &= word - 1;
                }
            }
        }
        for (words, counts) in &mut self.columns {
            match words.cells() {
                Cells::Byte(cells) => add(&cells.as_slice()[start..], bits, counts),
                Cells::Short(cells) => add(&cells.as_slice()[start..], bits, counts),
                Cells::Long(cells) => add(&cells.as_slice()[start..], bits, counts),
            }
        }
    }

    pub(crate) fn finish(self) -> Vec<Vec<(String, u64)>> {
        self.columns.into_iter().map(|(words, counts)| named(words, &counts[1..])).collect()
    }
}

fn named(words: &Words, counts: &[u64]) -> Vec<(String, u64)> {
    let held = words.dictionary().iter().zip(counts).filter(|(_, count)| **count != 0);
    let mut named: Vec<_> = held.map(|(word, count)| (word.to_string(), *count)).collect();
    named.sort_unstable_by(|(left, _), (right, _)| by_size(left, right));
    named
}

/// Integers by size, then text; `7` before `07`.
fn by_size(left: &str, right: &str) -> Ordering {
    match (integer(left), integer(right)) {
        (Some(a), Some(b)) => a.cmp(&b).then_with(|| left.cmp(right)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    }
}
