//! The inner loops in 512-bit vectors, whose comparisons give bits at once, and prefetching. Where a processor has
//! 256-bit vectors alone, the portable form is compiled for these.
//!
//! This is the crate's only unsafe code: vector functions are called after the processor was asked for them, and groups
//! and lists are loaded and stored whole, where they lie.
#![expect(
    unsafe_code,
    reason = "vector instructions are measured to be worth it; tests hold them to the portable form"
)]

use std::arch::x86_64::*;

use super::{
    COUNTED_PLANES, Number, NumberSet, RangeCell, TABLE_NUMBERS, add_range, add_runs_words, add_subsets_words,
    toggle_words,
};
use crate::columns::cell_vec::{GROUP, Group};
use crate::columns::i24;

/// Words of 64 bits.
const VECTOR_WORDS: usize = 8;

/// 4 KiB.
const VECTORS_AHEAD: usize = 64;

fn available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("popcnt")
}

fn available_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt")
}

/// Asks for a cell before it is needed: a wish, which changes nothing.
#[inline(always)]
pub(super) fn fetch<T>(cell: &T) {
    // SAFETY: every x86-64 has the instruction, and it reads nothing.
    unsafe { _mm_prefetch::<_MM_HINT_T0>((&raw const *cell).cast()) }
}

/// How many bits are set; `None` when it is not able to.
pub(super) fn count_ones(bits: &[u64]) -> Option<u64> {
    if available() && is_x86_feature_detected!("avx512vpopcntdq") {
        // SAFETY: the processor has these instructions.
        return Some(unsafe { count_ones_vectors(bits) });
    }
    // SAFETY: the processor has this instruction.
    is_x86_feature_detected!("popcnt").then(|| unsafe { count_ones_each(bits) })
}

/// The same words, eight at a time.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn count_ones_vectors(bits: &[u64]) -> u64 {
    let mut count: u64 = 0;
    // No closure: one would not be compiled into the library's loop, which lacks these instructions.
    for word in bits {
        count = count.wrapping_add(word.count_ones().into());
    }
    count
}

#[target_feature(enable = "popcnt")]
fn count_ones_each(bits: &[u64]) -> u64 {
    let mut count: u64 = 0;
    // No closure: one would not be compiled into the library's loop, which lacks these instructions.
    for word in bits {
        count = count.wrapping_add(word.count_ones().into());
    }
    count
}

/// Turns over the bits of those who hold one number; false when it is not able to.
pub(super) fn toggle(planes: &[(&[u64], u64)], bits: &mut [u64]) -> bool {
    if available() {
        // SAFETY: the processor has these instructions.
        unsafe { toggle_vectors(planes, bits) }
    } else if available_avx2() {
        // SAFETY: the processor has these instructions.
        unsafe { toggle_avx2(planes, bits) }
    } else {
        return false;
    }
    true
}

/// The portable form in wider vectors.
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn toggle_avx2(planes: &[(&[u64], u64)], bits: &mut [u64]) {
    toggle_words(planes, bits);
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

/// A word's places are squeezed together as bytes; then sixteen rows at a time are stored whole, and the next store
/// begins where their number ends. Most words of a small crowd need one store, and those that are empty none.
#[target_feature(enable = "avx512f,avx512vbmi2,popcnt")]
fn list_vectors(start: usize, bits: &[u64], rows: &mut [u32]) -> usize {
    let mut len = 0;
    let places: [u8; GROUP] = std::array::from_fn(|place| place as u8);
    // SAFETY: a vector of bytes has as many as a group has places.
    let places = unsafe { _mm512_loadu_si512(places.as_ptr().cast()) };
    for (group, word) in (start..).zip(bits) {
        let first = _mm512_set1_epi32((group * GROUP) as u32 as i32);
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
    fn fill_vectors(groups: &[Group<u8>], set: &NumberSet, bits: &mut [u64]) -> bool {
        let fits = fits(set);
        if fits {
            // SAFETY: the processor has these instructions.
            unsafe { numbers_u8(groups, &set.table, bits) }
        }
        fits
    }
}

/// Fills the bits of numbers of a byte and planes; false when it is not able to.
pub(super) fn fill_u10(low: &[Group<u8>], high: &[&[u64]], set: &NumberSet, bits: &mut [u64]) -> bool {
    let fits = fits(set);
    if fits {
        // SAFETY: the processor has these instructions.
        unsafe { numbers_u10(low, high, &set.table, bits) }
    }
    fits
}

impl Number for u16 {
    fn fill_vectors(groups: &[Group<u16>], set: &NumberSet, bits: &mut [u64]) -> bool {
        let fits = fits(set);
        if fits {
            // SAFETY: the processor has these instructions.
            unsafe { numbers_u16(groups, &set.table, bits) }
        }
        fits
    }
}

macro_rules! step {
    ($cell:ty, $range:ident) => {
        impl RangeCell for $cell {
            fn add_vectors(groups: &[Group<$cell>], low: $cell, high: $cell, bits: &mut [u64]) -> bool {
                if available() {
                    // SAFETY: the processor has these instructions.
                    unsafe { $range(groups, low, high, bits) }
                } else if available_avx2() {
                    // SAFETY: the processor has these instructions.
                    unsafe { range_avx2(groups, low, high, bits) }
                } else {
                    return false;
                }
                true
            }
        }
    };
}

/// Adds a range's members among 24-bit cells; false when it is not able to.
pub(super) fn add_i24(high: &[Group<i16>], low: &[Group<u8>], first: i32, last: i32, bits: &mut [u64]) -> bool {
    let able = available();
    if able {
        // SAFETY: the processor has these instructions.
        unsafe { range_i24(high, low, first, last, bits) }
    }
    able
}

step!(u8, range_u8);
step!(i16, range_i16);
step!(i32, range_i32);
step!(i64, range_i64);

/// The portable form in wider vectors.
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn range_avx2<T: RangeCell>(groups: &[Group<T>], low: T, high: T, bits: &mut [u64]) {
    add_range(groups, low, high, bits);
}

/// Adds the counts of sets of planes; false when it is not able to.
pub(super) fn add_subsets(bits: &[u64], planes: &[&[u64]], counts: &mut [u64; 1 << COUNTED_PLANES]) -> bool {
    if available() && is_x86_feature_detected!("avx512vpopcntdq") {
        // SAFETY: the processor has these instructions.
        unsafe { add_subsets_vectors(bits, planes, counts) }
    } else if available_avx2() {
        // SAFETY: the processor has these instructions.
        unsafe { add_subsets_avx2(bits, planes, counts) }
    } else {
        return false;
    }
    true
}

/// Adds the counts of runs; false when it is not able to.
pub(super) fn add_runs(bits: &[u64], first: usize, runs: (&[u32], &[u16]), counts: &mut [u64]) -> bool {
    let able = available_avx2();
    if able {
        // SAFETY: the processor has these instructions.
        unsafe { add_runs_avx2(bits, first, runs, counts) }
    }
    able
}

/// The portable form with the instruction that counts bits.
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn add_runs_avx2(bits: &[u64], first: usize, runs: (&[u32], &[u16]), counts: &mut [u64]) {
    add_runs_words(bits, first, runs, counts);
}

/// The portable form with the instruction that counts bits.
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn add_subsets_avx2(bits: &[u64], planes: &[&[u64]], counts: &mut [u64; 1 << COUNTED_PLANES]) {
    add_subsets_words(bits, planes, counts);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq,popcnt")]
fn add_subsets_vectors(bits: &[u64], planes: &[&[u64]], counts: &mut [u64; 1 << COUNTED_PLANES]) {
    match *planes {
        [] => {}
        [a] => add_subsets_of::<1, 2>(bits, [a], counts),
        [a, b] => add_subsets_of::<2, 4>(bits, [a, b], counts),
        [a, b, c] => add_subsets_of::<3, 8>(bits, [a, b, c], counts),
        [a, b, c, d] => add_subsets_of::<4, 16>(bits, [a, b, c, d], counts),
        _ => unreachable!("there are at most four planes"),
    }
}

/// Eight words at a time; sums stay in registers.
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq,popcnt")]
fn add_subsets_of<const PLANES: usize, const SETS: usize>(
    bits: &[u64],
    planes: [&[u64]; PLANES],
    counts: &mut [u64; 1 << COUNTED_PLANES],
) {
    let mut sums = [_mm512_setzero_si512(); SETS];
    let mut start = 0;
    while start < bits.len() {
        let mut sets = [load_words(bits, start); SETS];
        for plane in 0..PLANES {
            let cells = load_words(planes[plane], start);
            for set in 0..1 << plane {
                let both = _mm512_and_si512(sets[set], cells);
                sets[set | 1 << plane] = both;
                sums[set | 1 << plane] = _mm512_add_epi64(sums[set | 1 << plane], _mm512_popcnt_epi64(both));
            }
        }
        start += VECTOR_WORDS;
    }
    for set in 1..SETS {
        counts[set] += _mm512_reduce_add_epi64(sums[set]) as u64;
    }
}

/// Eight words from a place on; those past the end are zero.
#[target_feature(enable = "avx512f")]
fn load_words(words: &[u64], start: usize) -> __m512i {
    let words = &words[start..];
    let mask = if VECTOR_WORDS <= words.len() { u8::MAX } else { (1 << words.len()) - 1 };
    // SAFETY: where the mask has a bit there is a word, and nothing else is read.
    unsafe { _mm512_maskz_loadu_epi64(mask, words.as_ptr().cast()) }
}

/// The part of a group that is its nth vector. Asks for what lies a page ahead, where the processor's own guess ends: a
/// scan of a few columns from the outer caches takes a third less time for it.
#[target_feature(enable = "avx512f")]
fn load<T>(group: &Group<T>, vector: usize) -> __m512i {
    let vectors: *const __m512i = (&raw const *group).cast();
    assert!((vector + 1) * size_of::<__m512i>() <= size_of::<Group<T>>());
    _mm_prefetch::<_MM_HINT_T0>(vectors.wrapping_add(vector + VECTORS_AHEAD).cast());
    // SAFETY: the vector lies within the group, and groups are aligned like vectors.
    unsafe { vectors.add(vector).read() }
}

/// Which of 32 numbers are in the set: the part of the table that holds a number's bit, moved down by the bit's place.
#[target_feature(enable = "avx512f,avx512bw")]
fn look_up(table: &Group<u16>, numbers: __m512i) -> u64 {
    let parts = _mm512_permutex2var_epi16(load(table, 0), _mm512_srli_epi16::<4>(numbers), load(table, 1));
    let places = _mm512_and_si512(numbers, _mm512_set1_epi16(15));
    u64::from(_mm512_test_epi16_mask(_mm512_srlv_epi16(parts, places), _mm512_set1_epi16(1)))
}

#[target_feature(enable = "avx512f,avx512bw")]
fn numbers_u8(groups: &[Group<u8>], table: &Group<u16>, bits: &mut [u64]) {
    for (group, word) in groups.iter().zip(bits) {
        let numbers = load(group, 0);
        let low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(numbers));
        let high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(numbers));
        *word = look_up(table, low) | look_up(table, high) << 32;
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn numbers_u10(low: &[Group<u8>], high: &[&[u64]], table: &Group<u16>, bits: &mut [u64]) {
    for (place, (group, word)) in low.iter().zip(bits).enumerate() {
        let numbers = load(group, 0);
        let mut left = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(numbers));
        let mut right = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(numbers));
        let mut bit = 256;
        for plane in high {
            let (value, set) = (_mm512_set1_epi16(bit), plane[place]);
            left = _mm512_mask_add_epi16(left, set as u32, left, value);
            right = _mm512_mask_add_epi16(right, (set >> 32) as u32, right, value);
            bit *= 2;
        }
        *word = look_up(table, left) | look_up(table, right) << 32;
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn numbers_u16(groups: &[Group<u16>], table: &Group<u16>, bits: &mut [u64]) {
    for (group, word) in groups.iter().zip(bits) {
        *word = look_up(table, load(group, 0)) | look_up(table, load(group, 1)) << 32;
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_u8(groups: &[Group<u8>], low: u8, high: u8, bits: &mut [u64]) {
    let (low, high) = (_mm512_set1_epi8(low as i8), _mm512_set1_epi8(high as i8));
    for (group, word) in groups.iter().zip(bits) {
        let cells = load(group, 0);
        *word |= _mm512_mask_cmple_epu8_mask(_mm512_cmple_epu8_mask(low, cells), cells, high);
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_i16(groups: &[Group<i16>], low: i16, high: i16, bits: &mut [u64]) {
    let (low, high) = (_mm512_set1_epi16(low), _mm512_set1_epi16(high));
    for (group, word) in groups.iter().zip(bits) {
        for vector in 0..2 {
            let cells = load(group, vector);
            let within = _mm512_mask_cmple_epi16_mask(_mm512_cmple_epi16_mask(low, cells), cells, high);
            *word |= u64::from(within) << (vector * 32);
        }
    }
}

#[inline(always)]
fn both(left: u32, right: u32) -> u64 {
    u64::from(left) | u64::from(right) << 32
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_i24(high: &[Group<i16>], low: &[Group<u8>], first: i32, last: i32, bits: &mut [u64]) {
    let ((first_high, first_low), (last_high, last_low)) = (i24::parts(first), i24::parts(last));
    let (first_high, last_high) = (_mm512_set1_epi16(first_high), _mm512_set1_epi16(last_high));
    let (first_low, last_low) = (_mm512_set1_epi8(first_low as i8), _mm512_set1_epi8(last_low as i8));
    for ((high, low), word) in high.iter().zip(low).zip(bits) {
        let (left, right) = (load(high, 0), load(high, 1));
        let above = both(_mm512_cmpgt_epi16_mask(left, first_high), _mm512_cmpgt_epi16_mask(right, first_high));
        let below = both(_mm512_cmplt_epi16_mask(left, last_high), _mm512_cmplt_epi16_mask(right, last_high));
        let on_first = both(_mm512_cmpeq_epi16_mask(left, first_high), _mm512_cmpeq_epi16_mask(right, first_high));
        let on_last = both(_mm512_cmpeq_epi16_mask(left, last_high), _mm512_cmpeq_epi16_mask(right, last_high));
        let low = load(low, 0);
        let from_first = above | _mm512_mask_cmpge_epu8_mask(on_first, low, first_low);
        *word |= from_first & (below | _mm512_mask_cmple_epu8_mask(on_last, low, last_low));
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_i32(groups: &[Group<i32>], low: i32, high: i32, bits: &mut [u64]) {
    let (low, high) = (_mm512_set1_epi32(low), _mm512_set1_epi32(high));
    for (group, word) in groups.iter().zip(bits) {
        for vector in 0..4 {
            let cells = load(group, vector);
            let within = _mm512_mask_cmple_epi32_mask(_mm512_cmple_epi32_mask(low, cells), cells, high);
            *word |= u64::from(within) << (vector * 16);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn range_i64(groups: &[Group<i64>], low: i64, high: i64, bits: &mut [u64]) {
    let (low, high) = (_mm512_set1_epi64(low), _mm512_set1_epi64(high));
    for (group, word) in groups.iter().zip(bits) {
        for vector in 0..8 {
            let cells = load(group, vector);
            let within = _mm512_mask_cmple_epi64_mask(_mm512_cmple_epi64_mask(low, cells), cells, high);
            *word |= u64::from(within) << (vector * 8);
        }
    }
}

#[cfg(test)]
mod tests;
