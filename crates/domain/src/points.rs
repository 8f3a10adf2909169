//! Points: what a user has on a merchant's card, and every change of it (koubei.marketing.tool.points.update).
//!
//! Available points can be spent or frozen; frozen ones are neither available nor spent, and wait for a COMMIT, which
//! spends them, or a CANCEL, which makes them available again. Whatever happens, available + frozen + spent = total,
//! and total is all that was ever deposited.

use crate::id::CardId;
use crate::{Refusal, window};

/// The most points that an account may ever get: sixteen digits, as many as points.query writes.
pub const TOTAL_MAX: i64 = 9_999_999_999_999_999;

/// The number of points that a change is about, from 1 to [`Amount::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// The most points that one change may be about: ten digits.
    pub const MAX: i64 = 9_999_999_999;

    /// That many points; `None` for less than 1 or more than [`Amount::MAX`].
    pub fn new(points: i64) -> Option<Amount> {
        (1..=Amount::MAX).contains(&points).then_some(Amount(points))
    }

    /// Reads a positive integer in its plainest form: no sign, no zeros before it, no blanks.
    pub fn parse(text: &str) -> Option<Amount> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        Amount::new(text.parse().ok().filter(|_| is_plain)?)
    }

    /// The number of points.
    pub fn points(self) -> i64 {
        self.0
    }
}

/// The kinds of changes of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// DEPOSIT: new points, for a payment.
    Deposit,
    /// CONSUME: available points are spent.
    Consume,
    /// FREEZE: available points are set aside.
    Freeze,
    /// COMMIT: frozen points are spent.
    Commit,
    /// CANCEL: frozen points are available again.
    Cancel,
}

impl Kind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Kind; 5] = [Kind::Deposit, Kind::Consume, Kind::Freeze, Kind::Commit, Kind::Cancel];

    /// The kind's name on the wire and in the store, in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Deposit => "DEPOSIT",
            Kind::Consume => "CONSUME",
            Kind::Freeze => "FREEZE",
            Kind::Commit => "COMMIT",
            Kind::Cancel => "CANCEL",
        }
    }

    /// The kind with that name, in whatever case; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The points that a change of this kind adds to each of an account's numbers.
    pub fn moves(self, amount: Amount) -> AccountChange {
        let Amount(points) = amount;
        let moves = match self {
            Kind::Deposit => AccountChange { available: points, frozen: 0, spent: 0, total: points },
            Kind::Consume => AccountChange { available: -points, frozen: 0, spent: points, total: 0 },
            Kind::Freeze => AccountChange { available: -points, frozen: points, spent: 0, total: 0 },
            Kind::Commit => AccountChange { available: 0, frozen: -points, spent: points, total: 0 },
            Kind::Cancel => AccountChange { available: points, frozen: -points, spent: 0, total: 0 },
        };
        debug_assert_eq!(moves.available + moves.frozen + moves.spent, moves.total, "no point comes from nothing");
        moves
    }
}

/// The points that a change adds to each of an account's numbers: available, frozen and spent together get as much as
/// the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountChange {
    /// Added to the points that can be spent or frozen.
    pub available: i64,
    /// Added to the frozen points.
    pub frozen: i64,
    /// Added to the spent points.
    pub spent: i64,
    /// Added to the sum of all deposits.
    pub total: i64,
}

/// A user's points on a card, all zero before the first deposit: available + frozen + spent = total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Points that can be spent or frozen.
    pub available: i64,
    /// Points that wait for COMMIT or CANCEL.
    pub frozen: i64,
    /// Points that were spent.
    pub spent: i64,
    /// The sum of all deposits; it is never reduced.
    pub total: i64,
}

/// Changes an account; `None` is an account that does not exist yet, which only a deposit can open.
///
/// # Errors
/// When the account does not exist, has too few available or frozen points, or would get more than [`TOTAL_MAX`].
pub fn change(account: Option<Account>, kind: Kind, amount: Amount) -> Result<Account, Refusal> {
    let before = match (account, kind) {
        (Some(account), _) => account,
        (None, Kind::Deposit) => Account::default(),
        (None, _) => return Err(Refusal::PointAccountNotExist),
    };
    let AccountChange { available, frozen, spent, total } = kind.moves(amount);
    // No sum of what an account can hold overflows; that of one that it cannot is refused too.
    let add = |number: i64, more: i64| number.checked_add(more).ok_or(Refusal::PointTotalTooLarge);
    let after = Account {
        available: add(before.available, available)?,
        frozen: add(before.frozen, frozen)?,
        spent: add(before.spent, spent)?,
        total: add(before.total, total)?,
    };
    if after.available < 0 {
        return Err(Refusal::PointNotEnough);
    }
    // Nothing that was frozen is left to be ended.
    if after.frozen < 0 {
        return Err(Refusal::PointFreezeStatusError);
    }
    if TOTAL_MAX < after.total {
        return Err(Refusal::PointTotalTooLarge);
    }
    Ok(after)
}

/// A freeze: FROZEN → COMMITTED | CANCELLED, once and for the whole amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The points that were set aside.
    pub amount: Amount,
    /// Whether it is still FROZEN.
    pub waits: bool,
}

impl Freeze {
    /// Ends the freeze and returns its points. Refused where it was ended before, and where the caller states another
    /// amount than the whole.
    pub fn end(self, stated: Option<Amount>) -> Result<Amount, Refusal> {
        if !self.waits {
            return Err(Refusal::PointFreezeStatusError);
        }
        if stated.is_some_and(|stated| stated != self.amount) {
            return Err(Refusal::PointFreezeInPart);
        }
        Ok(self.amount)
    }
}

/// A point card of an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its id, which says when it was made: `activity_account`.
    pub id: CardId,
    /// The account id of the merchant that it belongs to.
    pub pid: String,
    /// The store's number of its activity.
    pub activity: i64,
    /// The last second in which its points are worth something, UTC milliseconds.
    pub ends_at: i64,
}

impl Card {
    /// Refuses a change of its points at `at` after the card has ended. A deposit also needs a running activity.
    pub fn is_open(&self, at: i64) -> Result<(), Refusal> {
        if window::is_over(self.ends_at, at) { Err(Refusal::CampaignStatusError) } else { Ok(()) }
    }

    /// The first moment after its end: then all that is still frozen on it is cancelled.
    pub fn ended_at(&self) -> i64 {
        window::over_at(self.ends_at)
    }
}

#[cfg(test)]
mod tests;
