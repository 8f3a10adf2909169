//! Vectors and the portable form say the same.

use std::fmt::Debug;

use super::*;
use crate::kernel::{LIST_SLACK, add_range, fill_u10_plain, list_plain};

/// Groups of random cells.
fn groups<T: Copy>(rng: &mut fastrand::Rng, mut cell: impl FnMut(&mut fastrand::Rng) -> T) -> Vec<Group<T>> {
    (0..7).map(|_| Group([(); 64].map(|()| cell(rng)))).collect()
}

#[test]
fn numbers_agree_with_the_portable_form() {
    fn check<T: Number>(groups: &[Group<T>], set: &NumberSet) {
        let (mut vectors, mut plain) = ([1; 7], [2; 7]);
        let able = T::fill_vectors(groups, set, &mut vectors);
        assert_eq!(able, fits(set));
        set.fill(groups, &mut plain);
        assert!(!able || vectors == plain);
    }
    let mut rng = fastrand::Rng::with_seed(1);
    for words in [1, 2, 3, 64, 255, 256, 257, 341, 1000, 1023, 1024, 1025, 5000] {
        for share in [0.0, 0.03, 0.5, 1.0] {
            let set: NumberSet = (0..words).map(|_| rng.f64() < share).collect();
            check(&groups(&mut rng, |rng| rng.u16(..words)), &set);
            check(&groups(&mut rng, |rng| rng.u16(..words.min(256)) as u8), &set);
        }
    }
}

#[test]
fn ten_bit_numbers_agree_with_the_portable_form() {
    let mut rng = fastrand::Rng::with_seed(5);
    for planes in [0, 1, 2] {
        let low = groups(&mut rng, |rng| rng.u8(..));
        let high: Vec<[u64; 7]> = (0..planes).map(|_| [(); 7].map(|()| rng.u64(..))).collect();
        let high: Vec<&[u64]> = high.iter().map(|plane| &plane[..]).collect();
        for share in [0.0, 0.03, 0.5, 1.0] {
            let set: NumberSet = (0..256 << planes).map(|_| rng.f64() < share).collect();
            let (mut vectors, mut plain) = ([1; 7], [2; 7]);
            let able = fill_u10(&low, &high, &set, &mut vectors);
            fill_u10_plain(&low, &high, &set, &mut plain);
            assert!(!able || vectors == plain);
        }
    }
}

#[test]
fn lists_agree_with_the_portable_form() {
    let mut rng = fastrand::Rng::with_seed(3);
    for share in [0.0, 0.02, 0.3, 0.9, 1.0] {
        let bits = [(); 9].map(|()| (0..64).fold(0, |word, place| word | u64::from(rng.f64() < share) << place));
        let (mut vectors, mut plain) = ([0; 9 * 64 + LIST_SLACK], [0; 9 * 64 + LIST_SLACK]);
        let len = list_plain(5, &bits, &mut plain);
        if let Some(vectors_len) = list(5, &bits, &mut vectors) {
            assert_eq!(vectors[..vectors_len], plain[..len]);
        }
        assert!(plain[..len].iter().all(|row| bits[*row as usize / 64 - 5] >> (row % 64) & 1 == 1));
        assert_eq!(len as u32, bits.iter().map(|word| word.count_ones()).sum::<u32>());
    }
}

#[test]
fn counts_agree_with_the_portable_form() {
    let mut rng = fastrand::Rng::with_seed(6);
    for words in [0, 1, 7, 8, 9, 512] {
        let bits: Vec<u64> = (0..words).map(|_| rng.u64(..) & rng.u64(..)).collect();
        let plain = bits.iter().map(|word| u64::from(word.count_ones())).sum();
        assert!(count_ones(&bits).is_none_or(|count| count == plain));
    }
}

#[test]
fn split_ranges_agree_with_the_portable_form() {
    let mut rng = fastrand::Rng::with_seed(4);
    let ends = [-i24::CELL_MAX, -256, -255, -1, 0, 1, 255, 256, 300, 511, 512, i24::CELL_MAX];
    let cells = groups(&mut rng, |rng| match rng.u8(..3) {
        0 => ends[rng.usize(..ends.len())] + rng.i32(-1..1),
        1 => rng.i32(-600..600),
        _ => rng.i32(-i24::CELL_MAX - 1..=i24::CELL_MAX),
    });
    let high: Vec<_> = cells.iter().map(|group| Group(group.0.map(|cell| i24::parts(cell).0))).collect();
    let low: Vec<_> = cells.iter().map(|group| Group(group.0.map(|cell| i24::parts(cell).1))).collect();
    for first in ends {
        for last in ends {
            let (mut vectors, mut plain) = ([5; 7], [5; 7]);
            assert_eq!(add_i24(&high, &low, first, last, &mut vectors), available());
            add_range(&cells, first, last, &mut plain);
            assert!(!available() || vectors == plain, "{first} {last}");
            let mut portable = [5; 7];
            crate::kernel::add_i24(&high, &low, |cell| (first <= cell) & (cell <= last), &mut portable);
            assert_eq!(portable, plain);
        }
    }
}

#[test]
fn ranges_agree_with_the_portable_form() {
    fn check<T: RangeCell + Debug>(groups: &[Group<T>], ends: &[T]) {
        for low in ends {
            for high in ends {
                let (mut vectors, mut plain) = ([5; 7], [5; 7]);
                assert_eq!(T::add_vectors(groups, *low, *high, &mut vectors), available());
                add_range(groups, *low, *high, &mut plain);
                assert!(!available() || vectors == plain, "{low:?} {high:?}");
            }
        }
    }
    let mut rng = fastrand::Rng::with_seed(2);
    macro_rules! check {
        ($cell:ident) => {
            let ends = [$cell::MIN + 1, -100, -1, 0, 1, 77, $cell::MAX];
            let all = [$cell::MIN, $cell::MIN + 1, -100, -99, -1, 0, 1, 76, 77, 78, $cell::MAX];
            check(&groups(&mut rng, |rng| if rng.bool() { all[rng.usize(..all.len())] } else { rng.$cell(..) }), &ends);
        };
    }
    check!(i16);
    check!(i32);
    check!(i64);
}
