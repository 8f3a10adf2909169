//! The inner loops: sixty-four members in, a word of bits out.

use crate::circle::Circle;
use crate::lines::{LINE, Line};

/// A set of word numbers, one bit each.
pub(crate) struct NumberSet {
    words: Vec<u64>,
}

impl FromIterator<bool> for NumberSet {
    fn from_iter<I: IntoIterator<Item = bool>>(members: I) -> NumberSet {
        let mut words = Vec::new();
        for (number, member) in members.into_iter().enumerate() {
            if number % LINE == 0 {
                words.push(0);
            }
            words[number / LINE] |= u64::from(member) << (number % LINE);
        }
        NumberSet { words }
    }
}

impl NumberSet {
    /// Which cells hold a number of the set.
    pub(crate) fn fill<T: Copy + Into<u32>>(&self, lines: &[Line<T>], bits: &mut [u64]) {
        for (line, word) in lines.iter().zip(bits) {
            *word = pack(line, |number| {
                let number: u32 = number.into();
                self.words[number as usize / LINE] >> (number as usize % LINE) & 1 != 0
            });
        }
    }
}

/// Which cells lie in one of the closed ranges.
pub(crate) fn fill_ranges<T: Copy + Into<i64>>(lines: &[Line<T>], ranges: &[(i64, i64)], bits: &mut [u64]) {
    bits.fill(0);
    for (low, high) in ranges {
        for (line, word) in lines.iter().zip(&mut *bits) {
            *word |= pack(line, |cell| (*low..=*high).contains(&cell.into()));
        }
    }
}

/// Which places lie in the circle.
pub(crate) fn fill_circle(lon: &[Line<f64>], lat: &[Line<f64>], circle: &Circle, bits: &mut [u64]) {
    for ((lon, lat), word) in lon.iter().zip(lat).zip(bits) {
        *word = 0;
        for (place, (lon, lat)) in lon.0.iter().zip(&lat.0).enumerate() {
            *word |= u64::from(circle.holds(*lon, *lat)) << place;
        }
    }
}

pub(crate) fn count_ones(bits: &[u64]) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}

fn pack<T: Copy>(line: &Line<T>, takes: impl Fn(T) -> bool) -> u64 {
    line.0.iter().enumerate().fold(0, |word, (place, cell)| word | u64::from(takes(*cell)) << place)
}
