//! The inner loops in 512-bit vectors, whose comparisons give bits at once, and prefetching.
//!
//! This is the crate's only unsafe code: vector functions are called after the processor was asked for them, and lines and
//! lists are loaded and stored whole, where they lie.
#![expect(
    unsafe_code,
    reason = "vector instructions are measured to be worth it; tests hold them to the portable form"
)]

use std::arch::x86_64::*;

use super::{Number, NumberSet, Step, TABLE_NUMBERS, toggle_words};
use crate::lines::{LINE, Line};

/// 4 KiB.
const VECTORS_AHEAD: usize = 64;

fn available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("popcnt")
}

/// Asks for a cell before it is needed: a wish, which changes nothing.
#[inline(always)]
pub(super) fn fetch<T>(cell: &T) {
    // SAFETY: every x86-64 has the instruction, and it reads nothing.
    unsafe { _mm_prefetch::<_MM_HINT_T0>((&raw const *cell).cast()) }
}

/// How many bits are set; `None` when it is not able to.
pub(super) fn count_ones(bits: &[u64]) -> Option<u64> {
    // SAFETY: the processor has this instruction.
    is_x86_feature_detected!("popcnt").then(|| unsafe { count_ones_each(bits) })
}

#[target_feature(enable = "popcnt")]
fn count_ones_each(bits: &[u64]) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// Turns over the bits of those who hold one number; false when it is not able to.
pub(super) fn toggle(planes: &[(&[u64], u64)], bits: &mut [u64]) -> bool {
    let able = available();
    if able {
        // SAFETY: the processor has these instructions.
        unsafe { toggle_vectors(planes, bits) }
    }
    able
}

/// The portable form in wider vectors.
#[target_feature(enable = "avx512f")]
fn toggle_vectors(planes: &[(&[u64], u64)], bits: &mut [u64]) {
    toggle_words(planes, bits);
}

/// Lists the rows of the set bits; `None` when it is not able to.
pub(super) fn list(start: usize, bits: &[u64], rows: &mut [u32]) -> Option<usize> {
    let able = available() && is_x86_feature_detected!("avx512vbmi2");
    // SAFETY: the processor has these instructions.
    able.then(|| unsafe { list_vectors(start, bits, rows) })
}

/// A word's places are squeezed together as bytes; then sixteen rows at a time are stored whole, and the next store begins
/// where their number ends. Most words of a small crowd need one store, and those that are empty none.
#[target_feature(enable = "avx512f,avx512vbmi2,popcnt")]
fn list_vectors(start: usize, bits: &[u64], rows: &mut [u32]) -> usize {
    let mut len = 0;
    let places: [u8; LINE] = std::array::from_fn(|place| place as u8);
    // SAFETY: a vector of bytes has as many as a line has places.
    let places = unsafe { _mm512_loadu_si512(places.as_ptr().cast()) };
    for (line, word) in (start..).zip(bits) {
        let first = _mm512_set1_epi32((line * LINE) as u32 as i32);
        let mut taken = _mm512_maskz_compress_epi8(*word, places);
        let count = word.count_ones() as usize;
        for sixteen in (0..count).step_by(16) {
            let slots = &mut rows[len + sixteen..][..16];
            let sixteen = _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(taken)));
            // SAFETY: there are sixteen slots.
            unsafe { _mm512_storeu_si512(slots.as_mut_ptr().cast(), sixteen) }
            // The next sixteen bytes come down.
            taken = _mm512_shuffle_i64x2::<0b11_11_10_01>(taken, taken);
        }
        len += count;
    }
    len
}

/// Whether a set is all in its table, and the processor has these instructions.
fn fits(set: &NumberSet) -> bool {
    set.members.len() <= TABLE_NUMBERS && available()
}

impl Number for u8 {
    fn fill_vectors(lines: &[Line<u8>], set: &NumberSet, bits: &mut [u64]) -> bool {
        let fits = fits(set);
        if fits {
            // SAFETY: the processor has these instructions.
            unsafe { numbers_u8(lines, &set.table, bits) }
        }
        fits
    }
}

impl Number for u16 {
    fn fill_vectors(lines: &[Line<u16>], set: &NumberSet, bits: &mut [u64]) -> bool {
        let fits = fits(set);
        if fits {
            // SAFETY: the processor has these instructions.
            unsafe { numbers_u16(lines, &set.table, bits) }
        }
        fits
    }
}

macro_rules! step {
    ($cell:ty, $range:ident) => {
        impl Step for $cell {
            fn add_vectors(lines: &[Line<$cell>], low: $cell, high: $cell, bits: &mut [u64]) -> bool {
                let able = available();
                if able {
                    // SAFETY: the processor has these instructions.
                    unsafe { $range(lines, low, high, bits) }
                }
                able
            }
        }
    };
}

step!(i16, range_i16);
step!(i32, range_i32);
step!(i64, range_i64);

/// The part of a line that is its nth vector. Asks for what lies a page ahead, where the processor's own guess ends: a scan
/// of a few columns from the outer caches takes a third less time for it.
#[target_feature(enable = "avx512f")]
fn load<T>(line: &Line<T>, vector: usize) -> __m512i {
    let vectors: *const __m512i = (&raw const *line).cast();
    assert!((vector + 1) * size_of::<__m512i>() <= size_of::<Line<T>>());
    _mm_prefetch::<_MM_HINT_T0>(vectors.wrapping_add(vector + VECTORS_AHEAD).cast());
    // SAFETY: the vector lies within the line, and lines are aligned like vectors.
    unsafe { vectors.add(vector).read() }
}

/// Which of 32 numbers are in the set: the part of the table that holds a number's bit, moved down by the bit's place.
#[target_feature(enable = "avx512f,avx512bw")]
fn look_up(table: &Line<u16>, numbers: __m512i) -> u64 {
    let parts = _mm512_permutex2var_epi16(load(table, 0), _mm512_srli_epi16::<4>(numbers), load(table, 1));
    let places = _mm512_and_si512(numbers, _mm512_set1_epi16(15));
    u64::from(_mm512_test_epi16_mask(_mm512_srlv_epi16(parts, places), _mm512_set1_epi16(1)))
}

#[target_feature(enable = "avx512f,avx512bw")]
fn numbers_u8(lines: &[Line<u8>], table: &Line<u16>, bits: &mut [u64]) {
    for (line, word) in lines.iter().zip(bits) {
        let numbers = load(line, 0);
        let low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(numbers));
        let high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(numbers));
        *word = look_up(table, low) | look_up(table, high) << 32;
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn numbers_u16(lines: &[Line<u16>], table: &Line<u16>, bits: &mut [u64]) {
    for (line, word) in lines.iter().zip(bits) {
        *word = look_up(table, load(line, 0)) | look_up(table, load(line, 1)) << 32;
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_i16(lines: &[Line<i16>], low: i16, high: i16, bits: &mut [u64]) {
    let (low, high) = (_mm512_set1_epi16(low), _mm512_set1_epi16(high));
    for (line, word) in lines.iter().zip(bits) {
        for vector in 0..2 {
            let cells = load(line, vector);
            let within = _mm512_mask_cmple_epi16_mask(_mm512_cmple_epi16_mask(low, cells), cells, high);
            *word |= u64::from(within) << (vector * 32);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_i32(lines: &[Line<i32>], low: i32, high: i32, bits: &mut [u64]) {
    let (low, high) = (_mm512_set1_epi32(low), _mm512_set1_epi32(high));
    for (line, word) in lines.iter().zip(bits) {
        for vector in 0..4 {
            let cells = load(line, vector);
            let within = _mm512_mask_cmple_epi32_mask(_mm512_cmple_epi32_mask(low, cells), cells, high);
            *word |= u64::from(within) << (vector * 16);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_i64(lines: &[Line<i64>], low: i64, high: i64, bits: &mut [u64]) {
    let (low, high) = (_mm512_set1_epi64(low), _mm512_set1_epi64(high));
    for (line, word) in lines.iter().zip(bits) {
        for vector in 0..8 {
            let cells = load(line, vector);
            let within = _mm512_mask_cmple_epi64_mask(_mm512_cmple_epi64_mask(low, cells), cells, high);
            *word |= u64::from(within) << (vector * 8);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::kernel::{LIST_SLACK, add_range, list_plain};

    /// Lines of random cells.
    fn lines<T: Copy>(rng: &mut fastrand::Rng, mut cell: impl FnMut(&mut fastrand::Rng) -> T) -> Vec<Line<T>> {
        (0..7).map(|_| Line([(); 64].map(|()| cell(rng)))).collect()
    }

    #[test]
    fn numbers_agree_with_the_portable_form() {
        fn check<T: Number>(lines: &[Line<T>], set: &NumberSet) {
            let (mut vectors, mut plain) = ([1; 7], [2; 7]);
            let able = T::fill_vectors(lines, set, &mut vectors);
            assert_eq!(able, fits(set));
            set.fill(lines, &mut plain);
            assert!(!able || vectors == plain);
        }
        let mut rng = fastrand::Rng::with_seed(1);
        for words in [1, 2, 3, 64, 255, 256, 257, 341, 1000, 1023, 1024, 1025, 5000] {
            for share in [0.0, 0.03, 0.5, 1.0] {
                let set: NumberSet = (0..words).map(|_| rng.f64() < share).collect();
                check(&lines(&mut rng, |rng| rng.u16(..words)), &set);
                check(&lines(&mut rng, |rng| rng.u16(..words.min(256)) as u8), &set);
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
    fn ranges_agree_with_the_portable_form() {
        fn check<T: Step + Debug>(lines: &[Line<T>], ends: &[T]) {
            for low in ends {
                for high in ends {
                    let (mut vectors, mut plain) = ([5; 7], [5; 7]);
                    assert_eq!(T::add_vectors(lines, *low, *high, &mut vectors), available());
                    add_range(lines, *low, *high, &mut plain);
                    assert!(!available() || vectors == plain, "{low:?} {high:?}");
                }
            }
        }
        let mut rng = fastrand::Rng::with_seed(2);
        macro_rules! check {
            ($cell:ident) => {
                let ends = [$cell::MIN + 1, -100, -1, 0, 1, 77, $cell::MAX];
                let all = [$cell::MIN, $cell::MIN + 1, -100, -99, -1, 0, 1, 76, 77, 78, $cell::MAX];
                check(
                    &lines(&mut rng, |rng| if rng.bool() { all[rng.usize(..all.len())] } else { rng.$cell(..) }),
                    &ends,
                );
            };
        }
        check!(i16);
        check!(i32);
        check!(i64);
    }
}
