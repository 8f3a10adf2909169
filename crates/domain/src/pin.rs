//! Pay PINs: six digits that prove on a page that whoever looks is the account's holder, and what wrong ones lead to
//! (`docs/decisions.md`, "Pay PIN").

use std::hint::black_box;

/// The number of wrong tries in a row that locks an account's pages.
pub const TRIES_MAX: u32 = 5;
/// How long the pages stay locked, in milliseconds of the store's clock.
pub const LOCK_MS: i64 = 15 * 60 * 1_000;

const DIGITS: usize = 6;

/// A pay PIN. Never shown, not even in logs.
#[derive(Clone, Copy)]
pub struct Pin([u8; DIGITS]);

impl Pin {
    /// Reads six ASCII digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Pin> {
        let digits: [u8; DIGITS] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Pin(digits))
    }

    /// The PIN of an account that has set none: 111111 in a stand-in, and none on a platform.
    pub fn unset(in_stand_in: bool) -> Option<Pin> {
        in_stand_in.then_some(Pin(*b"111111"))
    }

    /// Whether both are the same. Takes as long for a first wrong digit as for a last one.
    pub fn is(&self, other: &Pin) -> bool {
        let differing = self.0.iter().zip(&other.0).fold(0, |differing, (a, b)| black_box(differing | (a ^ b)));
        black_box(differing) == 0
    }
}

/// The record of an account's wrong PINs: all zero at first, and after a right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// The number of wrong tries in a row, at most [`TRIES_MAX`].
    pub wrong: u32,
    /// Until when the pages are locked, UTC milliseconds; in the past when they are not.
    pub locked_until: i64,
}

/// Whether a PIN may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// It may be tried; this many tries may still be wrong, the last of which locks.
    Open {
        /// 1 to [`TRIES_MAX`].
        left: u32,
    },
    /// It may not be tried before a moment.
    Locked {
        /// The first moment at which it may be tried again, UTC milliseconds.
        until: i64,
    },
}

/// The result of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinResult {
    /// The PIN is the account's; the record of wrong ones is to be deleted.
    Right,
    /// The PIN is wrong; this record is to be kept.
    Wrong(Tries),
    /// The PIN was not compared, because the pages are locked; the record stays as it is.
    Locked,
}

impl Tries {
    /// Whether a PIN may be tried at `now`, UTC milliseconds.
    pub fn lock(self, now: i64) -> Lock {
        if now < self.locked_until {
            return Lock::Locked { until: self.locked_until };
        }
        // A lock that is over has forgotten what led to it.
        let wrong = if self.wrong < TRIES_MAX { self.wrong } else { 0 };
        Lock::Open { left: TRIES_MAX - wrong }
    }

    /// Tries a PIN against the account's.
    pub fn try_pin(self, given: &Pin, account: &Pin, now: i64) -> PinResult {
        let left = match self.lock(now) {
            Lock::Locked { .. } => return PinResult::Locked,
            Lock::Open { .. } if given.is(account) => return PinResult::Right,
            Lock::Open { left } => left,
        };
        let wrong = TRIES_MAX - left + 1;
        let locked_until = if wrong == TRIES_MAX { now + LOCK_MS } else { 0 };
        PinResult::Wrong(Tries { wrong, locked_until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(text: &str) -> Pin {
        Pin::parse(text).expect("six digits")
    }

    #[test]
    fn a_pin_is_six_digits() {
        for bad in ["", "12345", "1234567", "12345a", "１23456", " 12345", "-12345"] {
            assert!(Pin::parse(bad).is_none(), "{bad}");
        }
        assert!(pin("000000").is(&pin("000000")));
        for other in ["123450", "023456", "654321", "123457"] {
            assert!(!pin("123456").is(&pin(other)), "{other}");
        }
    }

    #[test]
    fn only_a_stand_in_has_a_default() {
        assert!(Pin::unset(true).is_some_and(|found| found.is(&pin("111111"))));
        assert!(Pin::unset(false).is_none());
    }

    #[test]
    fn the_fifth_wrong_one_in_a_row_locks_for_a_quarter_of_an_hour() {
        let (wrong, right) = (pin("000000"), pin("111111"));
        let mut tries = Tries::default();
        for nth in 1..=TRIES_MAX {
            assert_eq!(tries.lock(1_000), Lock::Open { left: TRIES_MAX + 1 - nth });
            let PinResult::Wrong(next) = tries.try_pin(&wrong, &right, 1_000) else { panic!("{nth} is wrong") };
            tries = next;
        }
        let until = 1_000 + LOCK_MS;
        assert_eq!(tries, Tries { wrong: TRIES_MAX, locked_until: until });
        // While it is locked the right one is not looked at either, so that nobody learns that it is right.
        for given in [wrong, right] {
            assert_eq!(tries.try_pin(&given, &right, until - 1), PinResult::Locked);
        }
        assert_eq!(tries.lock(until - 1), Lock::Locked { until });
        assert_eq!(tries.lock(until), Lock::Open { left: TRIES_MAX });
        assert_eq!(tries.try_pin(&right, &right, until), PinResult::Right);
        let once = PinResult::Wrong(Tries { wrong: 1, locked_until: 0 });
        assert_eq!(tries.try_pin(&wrong, &right, until), once);
    }
}
