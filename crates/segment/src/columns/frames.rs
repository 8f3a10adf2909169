//! Integers in frames of 64: the lowest of each frame, and by how much the others are higher in as few bytes as do.

/// Integers a frame.
const FRAME: usize = 64;

/// Integers in their order, that are read and not changed.
#[derive(Default)]
pub(crate) struct Frames {
    lowest: Vec<u64>,
    /// Where each frame's bytes begin, times eight, and how many bytes an integer has: 0, 1, 2, 4 or 8, as its place
    /// among these.
    places: Vec<u64>,
    bytes: Vec<u8>,
    waiting: Vec<u64>,
    len: usize,
}

const WIDTHS: [usize; 5] = [0, 1, 2, 4, 8];

impl Frames {
    /// All of these.
    pub(crate) fn new(integers: impl IntoIterator<Item = u64>) -> Frames {
        let mut frames = Frames::default();
        for integer in integers {
            frames.waiting.push(integer);
            if frames.waiting.len() == FRAME {
                frames.close();
            }
        }
        frames.close();
        frames.lowest.shrink_to_fit();
        frames.places.shrink_to_fit();
        frames.bytes.shrink_to_fit();
        frames.waiting = Vec::new();
        frames
    }

    fn close(&mut self) {
        let Some(lowest) = self.waiting.iter().min().copied() else { return };
        let most = self.waiting.iter().fold(0, |most, integer| (integer - lowest).max(most));
        let bits = (u64::BITS - most.leading_zeros()) as usize;
        let class = WIDTHS.iter().position(|width| bits <= width * 8).expect("eight bytes hold all");
        self.lowest.push(lowest);
        self.places.push((self.bytes.len() as u64) << 3 | class as u64);
        for integer in &self.waiting {
            self.bytes.extend_from_slice(&(integer - lowest).to_le_bytes()[..WIDTHS[class]]);
        }
        self.len += self.waiting.len();
        self.waiting.clear();
    }

    pub(crate) fn get(&self, place: usize) -> u64 {
        let frame = self.places[place / FRAME];
        let width = WIDTHS[(frame & 7) as usize];
        let start = (frame >> 3) as usize + place % FRAME * width;
        let mut integer = [0; 8];
        integer[..width].copy_from_slice(&self.bytes[start..start + width]);
        self.lowest[place / FRAME] + u64::from_le_bytes(integer)
    }

    /// The place of an integer, where they ascend.
    pub(crate) fn find(&self, integer: u64) -> Option<usize> {
        let frame = self.lowest.partition_point(|lowest| *lowest <= integer).checked_sub(1)?;
        let (mut from, mut to) = (frame * FRAME, self.len.min(frame * FRAME + FRAME));
        while from < to {
            let middle = usize::midpoint(from, to);
            if self.get(middle) < integer {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        (from < self.len && self.get(from) == integer).then_some(from)
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.lowest.capacity() + self.places.capacity()) * size_of::<u64>() + self.bytes.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_back_and_are_found() {
        let mut rng = fastrand::Rng::with_seed(3);
        for step in [0, 1, 5, 1_000, 100_000, 1 << 40, 1 << 57] {
            let mut integers: Vec<u64> =
                (0..200).map(|place| place * (step / 200 + 1) + rng.u64(..=step / 400)).collect();
            integers.sort_unstable();
            integers.dedup();
            let frames = Frames::new(integers.iter().copied());
            assert_eq!(frames.len, integers.len());
            for (place, integer) in integers.iter().enumerate() {
                assert_eq!((frames.get(place), frames.find(*integer)), (*integer, Some(place)));
                let absent = integer + 1;
                assert_eq!(frames.find(absent).is_some(), integers.binary_search(&absent).is_ok());
            }
        }
        let mixed = [u64::MAX, 0, 7];
        let frames = Frames::new(mixed);
        assert_eq!([0, 1, 2].map(|place| frames.get(place)), mixed);
        assert_eq!(Frames::new([]).find(1), None);
    }
}
