//! Seeded payments, the same for everybody: as many of each member, at any second of the days, of any amount.

use std::io;
use std::path::Path;

use fastrand::Rng;

use crate::crowds::data::write_column;

const SEED: u64 = 14;
/// Payments of each member.
pub(super) const EACH: usize = 50;
/// Days that they are spread over.
pub(super) const DAYS: usize = 400;
/// The largest amount, fen.
const FEN_MAX: i32 = 30_000;
const DAY_SECONDS: i32 = 86_400;

/// Payments by member, and each member's in the order of time.
pub(super) struct Payments {
    /// When, in seconds since the first day began.
    pub(super) seconds: Vec<i32>,
    /// How much.
    pub(super) fen: Vec<i32>,
}

impl Payments {
    pub(super) fn generate(members: usize) -> Payments {
        let mut rng = Rng::with_seed(SEED);
        let mut seconds: Vec<i32> = (0..members * EACH).map(|_| rng.i32(0..DAYS as i32 * DAY_SECONDS)).collect();
        seconds.chunks_mut(EACH).for_each(<[i32]>::sort_unstable);
        let fen = seconds.iter().map(|_| rng.i32(100..=FEN_MAX)).collect();
        Payments { seconds, fen }
    }

    /// The day of a payment.
    pub(super) fn day(&self, payment: usize) -> usize {
        (self.seconds[payment] / DAY_SECONDS) as usize
    }

    /// A file for the times and one for the amounts.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        write_column(folder, "seconds", &self.seconds)?;
        write_column(folder, "fen", &self.fen)
    }
}
