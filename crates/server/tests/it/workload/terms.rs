//! A coupon's terms: what it takes off and when, who may take it how often, and how they may grow.

use super::activities::Named;
use super::model::local;

/// A coupon's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) off: Off,
    pub(crate) min_consume: i64,
    pub(crate) rounding: Option<&'static str>,
    pub(crate) valid: Valid,
    pub(crate) budget: i64,
    /// The budget of a day.
    pub(crate) daily: Option<i64>,
    /// How often one may take part.
    pub(crate) times: Option<i64>,
    /// How often in a period.
    pub(crate) often: Option<(Every, i64)>,
    /// Whether one may take another before the first is spent.
    pub(crate) repeats: bool,
    /// How many a claim gives.
    pub(crate) gives: i64,
    /// The crowd whose members alone may take it.
    pub(crate) crowd: Option<Named>,
    pub(crate) restriction: Option<Restriction>,
}

/// Who else may take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Restriction {
    /// Who has paid the merchant nothing yet.
    NewMember,
    Student,
    /// Who holds one of these cards.
    MemberCard(Vec<&'static str>),
}

impl Restriction {
    /// As the wire spells it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Restriction::NewMember => "NEW_MEMBER_PROMO",
            Restriction::Student => "STUDENT",
            Restriction::MemberCard(_) => "MEMBER_CARD",
        }
    }
}

/// A calendar period in UTC+8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Every {
    Day,
    Week,
    Month,
}

/// What a coupon takes off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Off {
    Money {
        worth: i64,
    },
    PerFullCut {
        worth: i64,
        most: Option<i64>,
    },
    /// `rate` in hundredths.
    Rate {
        rate: i64,
        most: Option<i64>,
    },
}

/// When a coupon is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Valid {
    Fixed {
        starts_at: i64,
        ends_at: i64,
    },
    /// From when it is taken, for so many days.
    Days(i64),
}

impl Every {
    /// Whether one period has both moments.
    pub(crate) fn has(self, one: i64, other: i64) -> bool {
        let (one, other) = (local(one).date(), local(other).date());
        match self {
            Every::Day => one == other,
            Every::Week => {
                let week = |date: jiff::civil::Date| (date.iso_week_date().year(), date.iso_week_date().week());
                week(one) == week(other)
            }
            Every::Month => (one.year(), one.month()) == (other.year(), other.month()),
        }
    }
}

impl Terms {
    pub(crate) fn may_become(&self, to: &Terms) -> bool {
        let valid_grows = match (&self.valid, &to.valid) {
            (Valid::Fixed { starts_at, ends_at }, Valid::Fixed { starts_at: start, ends_at: end }) => {
                starts_at == start && ends_at <= end
            }
            (Valid::Days(days), Valid::Days(after)) => days <= after,
            _ => false,
        };
        let grows = |from: Option<i64>, to: Option<i64>| from.is_some() == to.is_some() && from <= to;
        let Terms { valid, budget, daily, times, often, .. } = to;
        let often_grows = match (self.often, *often) {
            (Some((every, times)), Some((each, after))) => every == each && times <= after,
            (from, to) => from == to,
        };
        let same = Terms {
            valid: valid.clone(),
            budget: *budget,
            daily: *daily,
            times: *times,
            often: *often,
            ..self.clone()
        } == *to;
        let all_grow = valid_grows && often_grows && grows(self.times, *times) && grows(self.daily, *daily);
        same && all_grow && self.budget <= *budget
    }

    pub(crate) fn holds(&self, activity_ends_at: i64) -> bool {
        let valid = match self.valid {
            Valid::Fixed { starts_at, ends_at } => starts_at < ends_at && activity_ends_at < ends_at,
            Valid::Days(days) => 0 < days,
        };
        let positive = |number: Option<i64>| number.is_none_or(|number| 0 < number);
        let daily_fits = positive(self.daily) && self.daily.is_none_or(|daily| daily <= self.budget);
        let often = self.often.map(|(_, times)| times);
        valid && 0 < self.budget && daily_fits && positive(self.times) && positive(often)
    }

    /// What it takes off a trade that is discountable as a whole, when others have left this rest of it.
    pub(crate) fn off(&self, total: i64, rest: i64) -> i64 {
        let off = match self.off {
            Off::Money { worth } => worth.min(total),
            Off::PerFullCut { worth, most } => (total / self.min_consume * worth).min(most.unwrap_or(total)).min(total),
            Off::Rate { rate, most } => {
                // To the fen, half up.
                let off = (total * (100 - rate) + 50) / 100;
                off.min(most.unwrap_or(off))
            }
        };
        let remains = rest - off.min(rest);
        let rounded = match self.rounding {
            Some("AUTO_ROUNDING_YUAN") => remains / 100 * 100,
            Some("AUTO_ROUNDING_JIAO") => remains / 10 * 10,
            Some("ROUNDING_UP_YUAN") => (remains + 50) / 100 * 100,
            Some("ROUNDING_UP_JIAO") => (remains + 5) / 10 * 10,
            _ => remains,
        };
        (rest - rounded).max(0)
    }
}
