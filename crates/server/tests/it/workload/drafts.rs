//! What a template of cash vouchers says: what they are worth, how many there are, and when and where they can be used.

use super::model::{DAY, MINUTE};
use super::taking::Sale;
use super::templates::Sponsor;
use wire::{money, time};

/// How long vouchers may be sent, and one may be valid.
const SPAN_MAX: i64 = 90 * DAY;
/// How far ahead sending may begin.
const AHEAD_MAX: i64 = 15 * DAY;
/// The least that a voucher is worth.
const AMOUNT_MIN: i64 = 10;

/// What `alipay.marketing.cashvoucher.template.create` says of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) out_biz_no: String,
    pub(crate) sponsor: Sponsor,
    pub(crate) slogan: Option<String>,
    pub(crate) amount: i64,
    /// The least order.
    pub(crate) floor: i64,
    pub(crate) quantity: i64,
    /// When vouchers are sent.
    pub(crate) starts_at: i64,
    pub(crate) ends_at: i64,
    pub(crate) valid: Period,
    pub(crate) rules: Rules,
    /// Whether the browser goes on to the merchant after paying.
    pub(crate) redirects: bool,
    /// Whether uses are told.
    pub(crate) notifies: bool,
}

/// When a voucher can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Absolute {
        starts_at: i64,
        ends_at: i64,
    },
    /// From when it is sent, so many of the unit.
    Relative {
        duration: i64,
        unit: Unit,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
}

/// Where a voucher can be used: what there is must allow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Whether the merchant is named, or only another.
    pub(crate) merchant: Option<bool>,
    /// The same of whom the money is for.
    pub(crate) payee: Option<bool>,
    pub(crate) shops: Option<Vec<String>>,
    /// Whether the product must be the one that orders may name.
    pub(crate) product: bool,
}

/// What `alipay.marketing.cashvoucher.template.modify` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) slogan: Option<String>,
    pub(crate) starts_at: Option<i64>,
    pub(crate) ends_at: Option<i64>,
    pub(crate) valid: Option<Period>,
}

impl Rules {
    pub(crate) fn allow(&self, sale: &Sale) -> bool {
        let here = self.merchant.unwrap_or(true) && self.payee.unwrap_or(true);
        let in_shop = |shops: &Vec<String>| sale.shop.as_ref().is_some_and(|shop| shops.contains(shop));
        here && self.shops.as_ref().is_none_or(in_shop) && (!self.product || sale.product)
    }
}

impl Period {
    /// Of one that is sent at that time.
    pub(crate) fn of_sent(&self, at: i64) -> (i64, i64) {
        match self {
            Period::Absolute { starts_at, ends_at } => (*starts_at, *ends_at),
            Period::Relative { duration, unit } => (at, at + duration * unit.length()),
        }
    }

    fn holds(&self, sent_from: i64) -> bool {
        match self {
            Period::Absolute { starts_at, ends_at } => {
                starts_at < ends_at && ends_at - starts_at <= SPAN_MAX && sent_from < *ends_at
            }
            Period::Relative { duration, unit } => 0 < *duration && duration * unit.length() <= SPAN_MAX,
        }
    }

    /// As answers have it.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Period::Absolute { starts_at, ends_at } => {
                let (start, end) = (time::format(*starts_at), time::format(*ends_at));
                format!(r#"{{"type":"ABSOLUTE","start":"{start}","end":"{end}"}}"#)
            }
            Period::Relative { duration, unit } => {
                let unit = match unit {
                    Unit::Minute => "MINUTE",
                    Unit::Hour => "HOUR",
                    Unit::Day => "DAY",
                };
                format!(r#"{{"type":"RELATIVE","duration":{duration},"unit":"{unit}"}}"#)
            }
        }
    }
}

impl Unit {
    fn length(self) -> i64 {
        match self {
            Unit::Minute => MINUTE,
            Unit::Hour => 60 * MINUTE,
            Unit::Day => DAY,
        }
    }
}

impl Draft {
    /// Whether it can be one now.
    pub(crate) fn holds(&self, now: i64) -> bool {
        // Half a hundredth of the least order.
        let is_worth_it = AMOUNT_MIN <= self.amount && self.floor <= 200 * self.amount;
        // Of the end, the whole second.
        let in_time = self.starts_at <= now + AHEAD_MAX && now < self.ends_at + 1_000;
        is_worth_it && in_time && self.spans() && self.valid.holds(self.starts_at)
    }

    /// Whether it is sent for a time that may be.
    pub(crate) fn spans(&self) -> bool {
        self.starts_at < self.ends_at && self.ends_at - self.starts_at <= SPAN_MAX
    }

    pub(crate) fn changed(&self, change: &Change) -> Draft {
        let Change { slogan, starts_at, ends_at, valid } = change.clone();
        Draft {
            slogan: slogan.or_else(|| self.slogan.clone()),
            starts_at: starts_at.unwrap_or(self.starts_at),
            ends_at: ends_at.unwrap_or(self.ends_at),
            valid: valid.unwrap_or_else(|| self.valid.clone()),
            ..self.clone()
        }
    }

    pub(crate) fn voucher_name(&self) -> String {
        let amount = money::format(self.amount);
        let amount = amount.trim_end_matches('0').trim_end_matches('.');
        format!("{}{amount}元代金券", self.slogan.as_deref().unwrap_or_default())
    }
}
