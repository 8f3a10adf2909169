//! Points: what a user has on a merchant's card, and every change of it (koubei.marketing.tool.points.update).
//!
//! Available points can be spent or frozen; frozen ones are neither available nor spent, and wait for a COMMIT, which spends
//! them, or a CANCEL, which makes them available again. Whatever happens, available + frozen + spent = total, and total is
//! all that was ever deposited.

use crate::id::CardId;
use crate::{Refusal, window};

/// The most points that an account may ever get: sixteen digits, as many as points.query tells.
pub const TOTAL_MAX: i64 = 9_999_999_999_999_999;

/// How many points a change is about: at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// The most that one call may say: ten digits.
    pub const MAX: i64 = 9_999_999_999;

    /// That many points, if a change may be about so many.
    pub fn new(points: i64) -> Option<Amount> {
        (1..=Amount::MAX).contains(&points).then_some(Amount(points))
    }

    /// Reads a positive integer in its plainest form: no sign, no zeros before it, no blanks.
    pub fn parse(text: &str) -> Option<Amount> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        Amount::new(text.parse().ok().filter(|_| is_plain)?)
    }

    /// The number.
    pub fn points(self) -> i64 {
        self.0
    }
}

/// What is done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// New points, for a payment.
    Deposit,
    /// Points are spent at once.
    Consume,
    /// Points are set aside.
    Freeze,
    /// Frozen points are spent.
    Commit,
    /// Frozen points are available again.
    Cancel,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 5] = [Kind::Deposit, Kind::Consume, Kind::Freeze, Kind::Commit, Kind::Cancel];

    /// As the wire spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Deposit => "DEPOSIT",
            Kind::Consume => "CONSUME",
            Kind::Freeze => "FREEZE",
            Kind::Commit => "COMMIT",
            Kind::Cancel => "CANCEL",
        }
    }

    /// The kind of that name, in whatever case.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// What it adds to each of an account's numbers.
    pub fn moves(self, amount: Amount) -> Moves {
        let Amount(points) = amount;
        match self {
            Kind::Deposit => Moves { available: points, frozen: 0, spent: 0, total: points },
            Kind::Consume => Moves { available: -points, frozen: 0, spent: points, total: 0 },
            Kind::Freeze => Moves { available: -points, frozen: points, spent: 0, total: 0 },
            Kind::Commit => Moves { available: 0, frozen: -points, spent: points, total: 0 },
            Kind::Cancel => Moves { available: points, frozen: -points, spent: 0, total: 0 },
        }
    }
}

/// What is added to each of an account's numbers: together, available, frozen and spent get as much as the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moves {
    /// To what can be spent or frozen.
    pub available: i64,
    /// To what waits.
    pub frozen: i64,
    /// To what is gone.
    pub spent: i64,
    /// To what was ever deposited.
    pub total: i64,
}

/// What a user has on a card; all zero before the first deposit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Can be spent or frozen.
    pub available: i64,
    /// Waits for COMMIT or CANCEL.
    pub frozen: i64,
    /// Is gone.
    pub spent: i64,
    /// Was ever deposited.
    pub total: i64,
}

/// Changes an account, which only a deposit can open.
pub fn change(account: Option<Account>, kind: Kind, amount: Amount) -> Result<Account, Refusal> {
    let before = match (account, kind) {
        (Some(account), _) => account,
        (None, Kind::Deposit) => Account::default(),
        (None, _) => return Err(Refusal::PointAccountNotExist),
    };
    let Moves { available, frozen, spent, total } = kind.moves(amount);
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

/// How a freeze ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its points are spent.
    Commit,
    /// Its points are available again.
    Cancel,
}

impl From<Ending> for Kind {
    fn from(ending: Ending) -> Kind {
        match ending {
            Ending::Commit => Kind::Commit,
            Ending::Cancel => Kind::Cancel,
        }
    }
}

/// A freeze, as whoever ends it finds it: FROZEN → COMMITTED | CANCELLED, once and whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// What was set aside.
    pub amount: Amount,
    /// Whether it waits still.
    pub waits: bool,
}

impl Freeze {
    /// Ends it; how many points that is about. Who says an amount must say the whole.
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

/// A point card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its id, which says when it was made: `activity_account`.
    pub id: CardId,
    /// The merchant it belongs to.
    pub pid: String,
    /// The number of its activity.
    pub activity: i64,
    /// The last second in which its points are worth something, UTC milliseconds.
    pub ends_at: i64,
}

impl Card {
    /// Whether points of it may change at `at`. A deposit asks besides that its activity runs.
    pub fn is_open(&self, at: i64) -> Result<(), Refusal> {
        if window::is_over(self.ends_at, at) { Err(Refusal::CampaignStatusError) } else { Ok(()) }
    }

    /// When it has ended: then all that waits on it is cancelled.
    pub fn ended_at(&self) -> i64 {
        window::over_at(self.ends_at)
    }
}

#[cfg(test)]
mod tests;
