//! The inner loops in 512-bit vectors, whose comparisons give bits at once.
//!
//! This is the crate's only unsafe code: vector functions are called after the processor was asked for them, and lines
//! are loaded whole, from memory that is a line.
#![expect(
    unsafe_code,
    reason = "vector instructions are measured to be worth it; tests hold them to the portable form"
)]

use std::arch::x86_64::*;

use super::{Number, NumberSet, Step};
use crate::lines::Line;

/// Two vectors of sixteen-bit parts hold a set of this many numbers.
const TABLE_NUMBERS: usize = 1024;

fn available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

/// The set as a table of sixteen-bit parts, if it is small enough.
fn table(set: &NumberSet) -> Option<Line<u16>> {
    if TABLE_NUMBERS < set.bits.len() * 64 {
        return None;
    }
    let mut table = Line([0; 64]);
    for (parts, bits) in table.0.chunks_exact_mut(4).zip(&set.bits) {
        for (place, part) in parts.iter_mut().enumerate() {
            *part = (bits >> (place * 16)) as u16;
        }
    }
    Some(table)
}

impl Number for u8 {
    fn fill_vectors(lines: &[Line<u8>], set: &NumberSet, bits: &mut [u64]) -> bool {
        let Some(table) = table(set).filter(|_| available()) else { return false };
        // SAFETY: the processor has these instructions.
        unsafe { numbers_u8(lines, &table, bits) };
        true
    }
}

impl Number for u16 {
    fn fill_vectors(lines: &[Line<u16>], set: &NumberSet, bits: &mut [u64]) -> bool {
        let Some(table) = table(set).filter(|_| available()) else { return false };
        // SAFETY: the processor has these instructions.
        unsafe { numbers_u16(lines, &table, bits) };
        true
    }
}

macro_rules! step {
    ($cell:ty, $range:ident) => {
        impl Step for $cell {
            fn narrow(end: i64) -> $cell {
                <$cell>::try_from(end).expect("a range is made to fit its column")
            }

            fn add_vectors(lines: &[Line<$cell>], low: $cell, high: $cell, bits: &mut [u64]) -> bool {
                if !available() {
                    return false;
                }
                // SAFETY: the processor has these instructions.
                unsafe { $range(lines, low, high, bits) };
                true
            }
        }
    };
}

step!(i16, range_i16);
step!(i32, range_i32);
step!(i64, range_i64);

/// The part of a line that is its nth vector.
#[target_feature(enable = "avx512f")]
fn load<T>(line: &Line<T>, vector: usize) -> __m512i {
    let vectors: *const __m512i = (&raw const *line).cast();
    assert!((vector + 1) * size_of::<__m512i>() <= size_of::<Line<T>>());
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
