//! Facts: what a member's behaviour says of it, as one integer each.

/// A fact about a member that changes by what the member does and by the time that passes. Its value is an integer, in
/// the unit named with it; a member without a value meets no condition on it. Windows are counted in days of 24 hours
/// back from now: what happened at `t` is in when `now − days < t ≤ now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// What the member paid in the last days, less what was refunded of it: fen. 0 without a payment.
    Amount(u16),
    /// How many payments there were in the last days; those that were refunded whole count for nothing.
    Count(u16),
    /// `Amount` by `Count` of the last days, in a form that is compared exactly: twice the whole part, and one more
    /// where a remainder is left. No value without a payment.
    Average(u16),
    /// How many vouchers the member received in the last days.
    Received(u16),
    /// How many vouchers the member redeemed in the last days.
    Redeemed(u16),
    /// The day of the last payment that was not refunded whole: days since 1970-01-01.
    LastDay,
    /// What that payment came to, less what was refunded of it: fen.
    LastAmount,
    /// From the member's home to the nearest shop: hundredths of a kilometre, rounded half up. No value where the home
    /// or every shop is unknown.
    HomeDistance,
    /// The same from the member's place of work.
    WorkDistance,
}
