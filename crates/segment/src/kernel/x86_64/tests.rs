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
                let able = T::add_vectors(groups, *low, *high, &mut vectors);
                assert_eq!(able, available() || available_avx2());
                add_range(groups, *low, *high, &mut plain);
                assert!(!able || vectors == plain, "{low:?} {high:?}");
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

#[test]
fn subsets_agree_in_all_three_forms() {
    let mut rng = fastrand::Rng::with_seed(8);
    for words in [0, 1, 7, 8, 9, 64, 511, 512] {
        for planes in 0..=COUNTED_PLANES {
            let mut random = || (0..words).map(|_| rng.u64(..)).collect::<Vec<u64>>();
            let (bits, planes) = (random(), (0..planes).map(|_| random()).collect::<Vec<_>>());
            let planes: Vec<&[u64]> = planes.iter().map(|plane| &plane[..]).collect();
            // From each form's own counts on, so that a form which does nothing is seen.
            let mut plain = [1; 1 << COUNTED_PLANES];
            add_subsets_words(&bits, &planes, &mut plain);
            for (set, count) in plain.iter().enumerate().take(1 << planes.len()).skip(1) {
                let word = |place: usize| {
                    let held = planes.iter().enumerate().filter(|(plane, _)| set >> plane & 1 == 1);
                    held.fold(bits[place], |word, (_, plane)| word & plane[place])
                };
                assert_eq!(*count, 1 + (0..words).map(|place| u64::from(word(place).count_ones())).sum::<u64>());
            }
            let (mut avx2, mut vectors) = ([1; 1 << COUNTED_PLANES], [1; 1 << COUNTED_PLANES]);
            if available_avx2() {
                // SAFETY: the processor has these instructions.
                unsafe { add_subsets_avx2(&bits, &planes, &mut avx2) }
                assert_eq!(avx2, plain);
            }
            if available() && is_x86_feature_detected!("avx512vpopcntdq") {
                // SAFETY: the processor has these instructions.
                unsafe { add_subsets_vectors(&bits, &planes, &mut vectors) }
                assert_eq!(vectors, plain);
            }
        }
    }
}

#[test]
fn bytes_in_ranges_and_planes_agree_in_all_three_forms() {
    let mut rng = fastrand::Rng::with_seed(9);
    let cells = groups(&mut rng, |rng| rng.u8(..));
    for (low, high) in [(0, 0), (0, 255), (1, 254), (77, 78), (128, 200), (9, 3), (255, 255)] {
        let (mut plain, mut avx2, mut vectors) = ([4; 7], [4; 7], [4; 7]);
        add_range(&cells, low, high, &mut plain);
        if available_avx2() {
            // SAFETY: the processor has these instructions.
            unsafe { range_avx2(&cells, low, high, &mut avx2) }
            assert_eq!(avx2, plain);
        }
        if available() {
            // SAFETY: the processor has these instructions.
            unsafe { range_u8(&cells, low, high, &mut vectors) }
            assert_eq!(vectors, plain);
        }
    }
    let words: [[u64; 9]; 4] = [(); 4].map(|()| [(); 9].map(|()| rng.u64(..)));
    for planes in 0..=4 {
        let planes: Vec<(&[u64], u64)> =
            words[..planes].iter().map(|plane| (&plane[..], if rng.bool() { u64::MAX } else { 0 })).collect();
        let (mut plain, mut avx2, mut vectors) = ([6; 9], [6; 9], [6; 9]);
        toggle_words(&planes, &mut plain);
        if available_avx2() {
            // SAFETY: the processor has these instructions.
            unsafe { toggle_avx2(&planes, &mut avx2) }
            assert_eq!(avx2, plain);
        }
        if available() {
            // SAFETY: the processor has these instructions.
            unsafe { toggle_vectors(&planes, &mut vectors) }
            assert_eq!(vectors, plain);
        }
    }
}

#[test]
fn runs_agree_with_a_walk_over_the_bits() {
    let mut rng = fastrand::Rng::with_seed(10);
    for words in [1, 2, 8, 512] {
        let bits: Vec<u64> = (0..words).map(|_| rng.u64(..) & rng.u64(..)).collect();
        let (first, mut ends, mut numbers) = (640, Vec::new(), Vec::new());
        while ends.last().is_none_or(|end| (*end as usize) < first + words * GROUP) {
            let last = ends.last().copied().unwrap_or(first as u32);
            ends.push(last + rng.u32(1..150));
            numbers.push(rng.u16(..5));
        }
        let mut expect = [2; 5];
        for row in (0..words * GROUP).filter(|row| bits[row / GROUP] >> (row % GROUP) & 1 == 1) {
            let run = ends.partition_point(|end| *end as usize <= first + row);
            expect[usize::from(numbers[run])] += 1;
        }
        let (mut plain, mut avx2) = ([2; 5], [2; 5]);
        add_runs_words(&bits, first, (&ends, &numbers), &mut plain);
        assert_eq!(plain, expect);
        assert!(!add_runs(&bits, first, (&ends, &numbers), &mut avx2) || avx2 == expect);
    }
}
