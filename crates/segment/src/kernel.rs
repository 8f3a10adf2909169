//! The inner loops: a group of cells in, a word of bits out.
//!
//! Each has a portable form, and one for AVX-512 where there is one to gain; which runs is asked of the processor.

#[cfg(target_arch = "x86_64")]
mod x86_64;

use crate::columns::cell_vec::{BLOCK, GROUP, Group};
use crate::columns::i24;
use crate::rule::geo_circle::GeoCircle;

/// More ranges than this are searched for a cell's one, not tried one after the other.
const RANGES_TRIED_MAX: usize = 16;

/// Two wide vectors hold the bits of this many word numbers.
const TABLE_NUMBERS: usize = 1024;

/// Of planes and bitsets.
const WORDS_A_CACHE_LINE: usize = 8;

/// A set of word numbers.
pub(crate) struct NumberSet {
    /// For each number whether it is in: a byte each, since a lookup then needs no shift.
    members: Vec<bool>,
    /// The same of the first numbers in bits, sixteen a part.
    table: Group<u16>,
}

impl FromIterator<bool> for NumberSet {
    /// From whether 0, 1, 2 … are in.
    fn from_iter<I: IntoIterator<Item = bool>>(members: I) -> NumberSet {
        let members: Vec<bool> = members.into_iter().collect();
        let mut table = Group([0; GROUP]);
        for (number, member) in members.iter().take(TABLE_NUMBERS).enumerate() {
            table.0[number / 16] |= u16::from(*member) << (number % 16);
        }
        NumberSet { members, table }
    }
}

/// Which cells hold a number of the set.
pub(crate) fn fill_numbers<T: Number>(groups: &[Group<T>], set: &NumberSet, bits: &mut [u64]) {
    if !T::fill_vectors(groups, set, bits) {
        set.fill(groups, bits);
    }
}

impl NumberSet {
    /// Whether a number is in.
    pub(crate) fn contains(&self, number: u32) -> bool {
        self.members.get(number as usize).is_some_and(|member| *member)
    }

    fn fill<T: Number>(&self, groups: &[Group<T>], bits: &mut [u64]) {
        for (group, word) in groups.iter().zip(bits) {
            *word = pack(group, |number| self.members[number.into() as usize]);
        }
    }
}

/// Whose numbers in the planes, from word `start` on, are of the set.
pub(crate) fn fill_planes(planes: &[Vec<u64>], start: usize, set: &NumberSet, bits: &mut [u64]) {
    // The planes' numbers that are in, or those that are not when they are fewer.
    let all: u32 = (1 << (1 << planes.len())) - 1;
    let within =
        (0..1 << planes.len()).filter(|number| set.contains(*number)).fold(0, |within, it| within | 1_u32 << it);
    let turned = (all & !within).count_ones() < within.count_ones();
    bits.fill(if turned { u64::MAX } else { 0 });
    let mut own: [(&[u64], u64); COUNTED_PLANES] = [(&[], 0); COUNTED_PLANES];
    let own = &mut own[..planes.len()];
    for (own, plane) in own.iter_mut().zip(planes) {
        own.0 = &plane[start..][..bits.len()];
        // Each plane is a page a block, and a processor's own guess ends with the page.
        let coming = start + bits.len()..plane.len().min(start + 2 * bits.len());
        plane[coming].iter().step_by(WORDS_A_CACHE_LINE).for_each(fetch);
    }
    let mut left = if turned { all & !within } else { within };
    while left != 0 {
        let number = left.trailing_zeros();
        for (bit, own) in own.iter_mut().enumerate() {
            own.1 = if number >> bit & 1 == 1 { 0 } else { u64::MAX };
        }
        toggle(own, bits);
        left &= left - 1;
    }
}

/// Whose numbers, of a byte and planes of higher bits each, are of the set; from group `start` on.
pub(crate) fn fill_u10(low: &[Group<u8>], high: &[Vec<u64>], start: usize, set: &NumberSet, bits: &mut [u64]) {
    let low = &low[start..][..bits.len()];
    let high: Vec<&[u64]> = high.iter().map(|plane| &plane[start..][..bits.len()]).collect();
    #[cfg(target_arch = "x86_64")]
    if x86_64::fill_u10(low, &high, set, bits) {
        return;
    }
    fill_u10_plain(low, &high, set, bits);
}

fn fill_u10_plain(low: &[Group<u8>], high: &[&[u64]], set: &NumberSet, bits: &mut [u64]) {
    for (group, (low, word)) in low.iter().zip(bits).enumerate() {
        let bit = |place: usize| move |(plane, bit): (&&[u64], u32)| (plane[group] >> place & 1) << bit;
        let number =
            |place| high.iter().zip(u8::BITS..).map(bit(place)).sum::<u64>() as usize | usize::from(low.0[place]);
        *word = gather(&std::array::from_fn(|place| set.members[number(place)]));
    }
}

/// Turns over the bits of those who hold one number: planes with what turns each so that the number's members are set.
fn toggle(planes: &[(&[u64], u64)], bits: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    if x86_64::toggle(planes, bits) {
        return;
    }
    toggle_words(planes, bits);
}

/// A loop for each number of planes, all simple enough that the compiler makes vectors of it.
#[inline(always)]
fn toggle_words(planes: &[(&[u64], u64)], bits: &mut [u64]) {
    match *planes {
        [] => bits.iter_mut().for_each(|word| *word = !*word),
        [(a, at)] => {
            for (word, a) in bits.iter_mut().zip(a) {
                *word ^= a ^ at;
            }
        }
        [(a, at), (b, bt)] => {
            for ((word, a), b) in bits.iter_mut().zip(a).zip(b) {
                *word ^= (a ^ at) & (b ^ bt);
            }
        }
        [(a, at), (b, bt), (c, ct)] => {
            for (((word, a), b), c) in bits.iter_mut().zip(a).zip(b).zip(c) {
                *word ^= (a ^ at) & (b ^ bt) & (c ^ ct);
            }
        }
        [(a, at), (b, bt), (c, ct), (d, dt)] => {
            for ((((word, a), b), c), d) in bits.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *word ^= (a ^ at) & (b ^ bt) & (c ^ ct) & (d ^ dt);
            }
        }
        _ => unreachable!("there are at most four planes"),
    }
}

/// Which cells lie in one of the closed ranges, which ascend and lie apart.
pub(crate) fn fill_ranges<T: RangeCell>(groups: &[Group<T>], ranges: &[(i64, i64)], bits: &mut [u64]) {
    bits.fill(0);
    if RANGES_TRIED_MAX < ranges.len() {
        for (group, word) in groups.iter().zip(bits) {
            *word = pack(group, |cell| in_ranges(ranges, cell.into()));
        }
        return;
    }
    for (low, high) in ranges {
        let narrow = |end| T::try_from(end).unwrap_or_else(|_| unreachable!("a range is made to fit its column"));
        let (low, high) = (narrow(*low), narrow(*high));
        if !T::add_vectors(groups, low, high, bits) {
            add_range(groups, low, high, bits);
        }
    }
}

#[inline(always)]
fn add_range<T: RangeCell>(groups: &[Group<T>], low: T, high: T, bits: &mut [u64]) {
    for (group, word) in groups.iter().zip(bits) {
        *word |= pack(group, |cell| (low <= cell) & (cell <= high));
    }
}

/// Whether a cell is in one of the ranges, which ascend and lie apart.
fn in_ranges(ranges: &[(i64, i64)], cell: i64) -> bool {
    ranges.get(ranges.partition_point(|(_, high)| *high < cell)).is_some_and(|(low, _)| *low <= cell)
}

/// Which 24-bit cells lie in one of the closed ranges, which ascend and lie apart.
pub(crate) fn fill_i24(high: &[Group<i16>], low: &[Group<u8>], ranges: &[(i64, i64)], bits: &mut [u64]) {
    bits.fill(0);
    if RANGES_TRIED_MAX < ranges.len() {
        add_i24(high, low, |cell| in_ranges(ranges, cell.into()), bits);
        return;
    }
    for range in ranges {
        let (first, last) = (range.0 as i32, range.1 as i32);
        #[cfg(target_arch = "x86_64")]
        if x86_64::add_i24(high, low, first, last, bits) {
            continue;
        }
        add_i24(high, low, |cell| (first <= cell) & (cell <= last), bits);
    }
}

fn add_i24(high: &[Group<i16>], low: &[Group<u8>], takes: impl Fn(i32) -> bool, bits: &mut [u64]) {
    for ((high, low), word) in high.iter().zip(low).zip(bits) {
        *word |= gather(&std::array::from_fn(|place| takes(i24::cell(high.0[place], low.0[place]))));
    }
}

/// Which places lie in the circle: the box around it first, and the formula for those within.
pub(crate) fn fill_circle(lon: &[Group<f64>], lat: &[Group<f64>], circle: &GeoCircle, bits: &mut [u64]) {
    for ((lon, lat), word) in lon.iter().zip(lat).zip(bits) {
        let mut boxed = [false; GROUP];
        for ((boxed, lon), lat) in boxed.iter_mut().zip(&lon.0).zip(&lat.0) {
            *boxed = circle.may_contain(*lon, *lat);
        }
        let mut left = gather(&boxed);
        *word = 0;
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            *word |= u64::from(circle.contains(lon.0[place], lat.0[place])) << place;
            left &= left - 1;
        }
    }
}

/// How many slots more than members a list needs.
pub(crate) const LIST_SLACK: usize = 16;

/// Lists the rows of the set bits, whose first word speaks of group `start`, and says how many there are. The list has
/// a slot for each bit, and slack.
pub(crate) fn list(start: usize, bits: &[u64], rows: &mut [u32]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(len) = x86_64::list(start, bits, rows) {
        return len;
    }
    list_plain(start, bits, rows)
}

fn list_plain(start: usize, bits: &[u64], rows: &mut [u32]) -> usize {
    let mut len = 0;
    for (group, word) in (start..).zip(bits) {
        let count = word.count_ones() as usize;
        let mut word = *word;
        // Eight at a time whether they are there or not: a loop that ends with the word would be mispredicted.
        for eight in (0..count).step_by(8) {
            for slot in &mut rows[len + eight..][..8] {
                *slot = (group * GROUP) as u32 + word.trailing_zeros();
                word &= word.wrapping_sub(1);
            }
        }
        len += count;
    }
    len
}

/// Asks for a cell before it is needed.
#[inline(always)]
pub(crate) fn fetch<T>(_cell: &T) {
    #[cfg(target_arch = "x86_64")]
    x86_64::fetch(_cell);
}

pub(crate) fn count_ones(bits: &[u64]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(count) = x86_64::count_ones(bits) {
        return count;
    }
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// Planes of bits that are counted together at most.
pub(crate) const COUNTED_PLANES: usize = 4;

/// Adds, for each set of planes but the empty one, how many of the bits are set in all its planes; set `s` has the
/// planes whose bits `s` has. From these follows how many members hold each number, by less work than asking for each.
pub(crate) fn add_subsets(bits: &[u64], planes: &[&[u64]], counts: &mut [u64; 1 << COUNTED_PLANES]) {
    #[cfg(target_arch = "x86_64")]
    if x86_64::add_subsets(bits, planes, counts) {
        return;
    }
    add_subsets_words(bits, planes, counts);
}

#[inline(always)]
fn add_subsets_words(bits: &[u64], planes: &[&[u64]], counts: &mut [u64; 1 << COUNTED_PLANES]) {
    match *planes {
        [] => {}
        [a] => add_subsets_of::<1, 2>(bits, [a], counts),
        [a, b] => add_subsets_of::<2, 4>(bits, [a, b], counts),
        [a, b, c] => add_subsets_of::<3, 8>(bits, [a, b, c], counts),
        [a, b, c, d] => add_subsets_of::<4, 16>(bits, [a, b, c, d], counts),
        _ => unreachable!("there are at most four planes"),
    }
}

#[inline(always)]
fn add_subsets_of<const PLANES: usize, const SETS: usize>(
    bits: &[u64],
    planes: [&[u64]; PLANES],
    counts: &mut [u64; 1 << COUNTED_PLANES],
) {
    let mut sums = [0; SETS];
    let planes = planes.map(|plane| &plane[..bits.len()]);
    for (place, word) in bits.iter().enumerate() {
        let mut sets = [*word; SETS];
        for (plane, cells) in planes.iter().enumerate() {
            for set in 0..1 << plane {
                let both = sets[set] & cells[place];
                sets[set | 1 << plane] = both;
                sums[set | 1 << plane] += u64::from(both.count_ones());
            }
        }
    }
    for (count, sum) in counts.iter_mut().zip(sums) {
        *count += sum;
    }
}

/// Adds, for each run of rows, how many bits are set between its start and its end. Runs lie side by side, the first
/// one around row `first`, where the bits begin; they end with these rows, the last one with the bits or after them.
pub(crate) fn add_runs(bits: &[u64], first: usize, (ends, numbers): (&[u32], &[u16]), counts: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    if x86_64::add_runs(bits, first, (ends, numbers), counts) {
        return;
    }
    add_runs_words(bits, first, (ends, numbers), counts);
}

#[inline(always)]
fn add_runs_words(bits: &[u64], first: usize, (ends, numbers): (&[u32], &[u16]), counts: &mut [u64]) {
    // With a word after the last, in which the last run may end.
    let (mut words, mut before) = ([0; BLOCK + 1], [0_u32; BLOCK + 1]);
    words[..bits.len()].copy_from_slice(bits);
    let mut sum = 0;
    for (word, before) in words.iter().zip(&mut before).take(bits.len() + 1) {
        *before = sum;
        sum += word.count_ones();
    }
    let (mut passed, last) = (0, bits.len() * GROUP);
    for (end, number) in ends.iter().zip(numbers) {
        let row = (*end as usize - first).min(last);
        let below = words[row / GROUP] & ((1 << (row % GROUP)) - 1);
        let rank = before[row / GROUP] + below.count_ones();
        counts[usize::from(*number)] += u64::from(rank - passed);
        passed = rank;
    }
}

/// A width that word numbers come in.
pub(crate) trait Number: Copy + Into<u32> {
    /// Fills the bits with vector instructions; false when it is not able to.
    fn fill_vectors(_groups: &[Group<Self>], _set: &NumberSet, _bits: &mut [u64]) -> bool {
        false
    }
}

/// A width that numbers and days come in.
pub(crate) trait RangeCell: Copy + Ord + Into<i64> + TryFrom<i64> {
    /// Adds a range's members with vector instructions; false when it is not able to.
    fn add_vectors(_groups: &[Group<Self>], _low: Self, _high: Self, _bits: &mut [u64]) -> bool {
        false
    }
}

impl Number for u32 {}

#[cfg(not(target_arch = "x86_64"))]
mod without_vectors {
    use super::{Number, RangeCell};

    impl Number for u8 {}
    impl Number for u16 {}
    impl RangeCell for u8 {}
    impl RangeCell for i16 {}
    impl RangeCell for i32 {}
    impl RangeCell for i64 {}
}

#[inline(always)]
fn pack<T: Copy>(group: &Group<T>, takes: impl Fn(T) -> bool) -> u64 {
    gather(&group.0.map(takes))
}

/// Sixty-four truths as bits, eight by one multiplication, which moves the lowest bit of each byte to the top.
#[inline(always)]
fn gather(truths: &[bool; GROUP]) -> u64 {
    let eights = truths.as_chunks::<8>().0;
    eights.iter().enumerate().fold(0, |word, (eight, truths)| {
        let bytes = u64::from_le_bytes(truths.map(u8::from));
        word | (bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (eight * 8)
    })
}
