//! A template of cash vouchers: what its vouchers are worth, where and when they can be used, and how many there are
//! (alipay.marketing.cashvoucher.template.create, "Template states").
//!
//! I (draft) → S (its sponsor paid for it) → E (the time of sending is over); I → D (deleted) | E (that time went by
//! unpaid). Vouchers live on after E, each for its own time. Amounts are fen, times UTC milliseconds.

use crate::Refusal;
use crate::id::{FundOrderNo, TemplateId};
use crate::trade::Origin;
use crate::window;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long before now vouchers may begin to be sent at the latest, ahead: 15 days.
pub const START_AHEAD_MAX_MS: i64 = 15 * DAY_MS;
/// How long vouchers may be sent, and how long one may be valid: 90 days.
pub const SPAN_MAX_MS: i64 = 90 * DAY_MS;
/// The least that a voucher is worth.
pub const AMOUNT_MIN_FEN: i64 = 10;
/// The most vouchers of a template.
pub const QUANTITY_MAX: i64 = 99_999_999;
/// The most that all vouchers of a template are worth: 9,999,999,999,999.99 yuan.
pub const TOTAL_MAX_FEN: i64 = 999_999_999_999_999;

/// The status of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has paid for it.
    Draft,
    /// It is paid for: its vouchers can be sent.
    Active,
    /// The time of sending is over.
    Expired,
    /// It was deleted before it was paid for.
    Deleted,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 4] = [Status::Draft, Status::Active, Status::Expired, Status::Deleted];

    /// The status's name on the wire and in the store, a capital letter.
    pub fn name(self) -> &'static str {
        match self {
            Status::Draft => "I",
            Status::Active => "S",
            Status::Expired => "E",
            Status::Deleted => "D",
        }
    }

    /// The status with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// When vouchers may be sent. Both ends are in it, the last with its whole second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// From when on.
    pub starts_at: i64,
    /// The last second.
    pub ends_at: i64,
}

/// When a voucher can be used (`voucher_valid_period`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidPeriod {
    /// ABSOLUTE: the same for every voucher.
    Absolute {
        /// The first moment.
        starts_at: i64,
        /// The last second.
        ends_at: i64,
    },
    /// RELATIVE: so long from the moment it was sent.
    Relative {
        /// The number of units, at least 1.
        duration: i64,
        /// What is counted.
        unit: Unit,
    },
}

/// The unit of a relative period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Unit; 3] = [Unit::Minute, Unit::Hour, Unit::Day];

    /// The unit's name on the wire and in the store, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Minute => "MINUTE",
            Unit::Hour => "HOUR",
            Unit::Day => "DAY",
        }
    }

    /// The unit with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.name() == name)
    }

    fn length_ms(self) -> i64 {
        match self {
            Unit::Minute => MINUTE_MS,
            Unit::Hour => HOUR_MS,
            Unit::Day => DAY_MS,
        }
    }
}

/// Why a template cannot be as somebody wants it: its amounts or its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A voucher is worth less than [`AMOUNT_MIN_FEN`].
    AmountTooLow,
    /// A voucher is worth less than 0.005 of the least order that it is for.
    RatioTooLow,
    /// All vouchers together are worth more than [`TOTAL_MAX_FEN`].
    TotalTooHigh,
    /// Sending ends before it begins, or when it begins.
    PublishEndsBeforeStart,
    /// Sending lasts longer than [`SPAN_MAX_MS`].
    PublishTooLong,
    /// Sending begins later than [`START_AHEAD_MAX_MS`] from now.
    PublishStartsTooLate,
    /// Sending has ended by now.
    PublishIsOver,
    /// A voucher's time ends before it begins, or when it begins.
    ValidEndsBeforeStart,
    /// A voucher's time is longer than [`SPAN_MAX_MS`].
    ValidTooLong,
    /// A voucher's time ends before vouchers are sent.
    ValidEndsBeforePublish,
}

impl Publication {
    /// What is wrong with it for a draft at `now`.
    pub fn check(self, now: i64) -> Result<(), Misfit> {
        self.check_span()?;
        if now + START_AHEAD_MAX_MS < self.starts_at {
            return Err(Misfit::PublishStartsTooLate);
        }
        if window::is_over(self.ends_at, now) { Err(Misfit::PublishIsOver) } else { Ok(()) }
    }

    /// What is wrong with its length, whatever the time is.
    pub fn check_span(self) -> Result<(), Misfit> {
        if self.ends_at <= self.starts_at {
            return Err(Misfit::PublishEndsBeforeStart);
        }
        if SPAN_MAX_MS < self.ends_at - self.starts_at { Err(Misfit::PublishTooLong) } else { Ok(()) }
    }
}

impl ValidPeriod {
    /// What is wrong with it, for vouchers that are sent from `publish_starts_at` on.
    pub fn check(self, publish_starts_at: i64) -> Result<(), Misfit> {
        match self {
            ValidPeriod::Absolute { starts_at, ends_at } => {
                if ends_at <= starts_at {
                    return Err(Misfit::ValidEndsBeforeStart);
                }
                if SPAN_MAX_MS < ends_at - starts_at {
                    return Err(Misfit::ValidTooLong);
                }
                if ends_at <= publish_starts_at { Err(Misfit::ValidEndsBeforePublish) } else { Ok(()) }
            }
            ValidPeriod::Relative { duration, unit } => {
                // Divided, for the product of what callers send may be no i64.
                if SPAN_MAX_MS / unit.length_ms() < duration { Err(Misfit::ValidTooLong) } else { Ok(()) }
            }
        }
    }

    /// The first moment and the last second of a voucher that is sent at `now`.
    pub fn of_sent(self, now: i64) -> (i64, i64) {
        match self {
            ValidPeriod::Absolute { starts_at, ends_at } => (starts_at, ends_at),
            ValidPeriod::Relative { duration, unit } => (now, now + duration * unit.length_ms()),
        }
    }
}

/// What is wrong with a template's amounts; the first fault counts.
pub fn check_amounts(amount_fen: i64, floor_fen: i64, quantity: i64) -> Result<(), Misfit> {
    if amount_fen < AMOUNT_MIN_FEN {
        return Err(Misfit::AmountTooLow);
    }
    if i128::from(amount_fen) * 200 < i128::from(floor_fen) {
        return Err(Misfit::RatioTooLow);
    }
    match amount_fen.checked_mul(quantity) {
        Some(total) if total <= TOTAL_MAX_FEN => Ok(()),
        _ => Err(Misfit::TotalTooHigh),
    }
}

/// A template of cash vouchers. Amounts are fen, times UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The template's id, which holds the day it was made on; the fund order's number is made of it too.
    pub id: TemplateId,
    /// The account id of the merchant that it belongs to.
    pub pid: String,
    /// The last status that was recorded.
    pub status: Status,
    /// The account that pays for its vouchers, and gets back what is not used.
    pub sponsor_id: String,
    /// What a voucher takes off at most.
    pub amount_fen: i64,
    /// The least order that a voucher can be used for.
    pub floor_fen: i64,
    /// The number of vouchers.
    pub quantity: i64,
    /// When vouchers may be sent.
    pub publication: Publication,
    /// When a voucher can be used.
    pub valid_period: ValidPeriod,
    /// Where a voucher can be used (`rule_conf`), in the form that the caller keeps it.
    pub rules: String,
    /// What is kept and shown and decides nothing, in the form that the caller keeps it.
    pub content: String,
    /// The token in the address of the page on which it is paid for.
    pub page_token: String,
    /// The call that made it, with `notify_uri` as the address for notifications.
    pub origin: Origin,
    /// When its sponsor paid for it.
    pub paid_at: Option<i64>,
    /// The number of its changes, from 1; an update names the version that it was decided on.
    pub version: i64,
}

/// The status of a template's fund order, which follows from the template's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundOrder {
    /// WAIT_PAY: its sponsor can pay.
    WaitPay,
    /// PAID.
    Paid,
    /// CLOSED: the template was deleted, or its time went by unpaid.
    Closed,
}

/// What somebody wants to be changed of a template; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// When sending begins.
    pub starts_at: Option<i64>,
    /// The last second of sending.
    pub ends_at: Option<i64>,
    /// When a voucher can be used.
    pub valid_period: Option<ValidPeriod>,
    /// What decides nothing, as [`Template::content`].
    pub content: Option<String>,
}

/// Why a template is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchanged {
    /// Nothing can be changed any more.
    Status,
    /// Of a template that is paid for only the end of sending can be changed, and none is given.
    NoEnd,
    /// It would be as no template can be.
    Misfit(Misfit),
}

impl From<Misfit> for Unchanged {
    fn from(misfit: Misfit) -> Unchanged {
        Unchanged::Misfit(misfit)
    }
}

impl Template {
    /// The number of the order under which it is paid for.
    pub fn fund_order_no(&self) -> FundOrderNo {
        FundOrderNo::new(self.id.created_at, self.id.number)
    }

    /// What all its vouchers are worth, which is what its sponsor pays.
    pub fn total_fen(&self) -> i64 {
        self.amount_fen * self.quantity
    }

    /// Its status at `now`: what goes by is over before anybody has recorded it.
    pub fn status_at(&self, now: i64) -> Status {
        match self.status {
            Status::Draft | Status::Active if window::is_over(self.publication.ends_at, now) => Status::Expired,
            status => status,
        }
    }

    /// The status of its fund order at `now`.
    pub fn fund_order(&self, now: i64) -> FundOrder {
        match (self.paid_at, self.status_at(now)) {
            (Some(_), _) => FundOrder::Paid,
            (None, Status::Draft) => FundOrder::WaitPay,
            (None, _) => FundOrder::Closed,
        }
    }

    /// Its sponsor pays: I → S.
    pub fn pay(self, now: i64) -> Result<Template, Refusal> {
        match self.fund_order(now) {
            FundOrder::WaitPay => Ok(Template { status: Status::Active, paid_at: Some(now), ..self }),
            FundOrder::Paid | FundOrder::Closed => Err(Refusal::TemplateStatusError),
        }
    }

    /// The first moment and the last second of a voucher that is sent at `now`; refused where none can be sent.
    pub fn send(&self, now: i64) -> Result<(i64, i64), Refusal> {
        match self.status_at(now) {
            Status::Draft | Status::Deleted => return Err(Refusal::TemplateNotSendable),
            Status::Expired => return Err(Refusal::AfterPublication),
            Status::Active if now < self.publication.starts_at => return Err(Refusal::BeforePublication),
            Status::Active => {}
        }
        let (starts_at, ends_at) = self.valid_period.of_sent(now);
        if window::is_over(ends_at, now) { Err(Refusal::VoucherPeriodOver) } else { Ok((starts_at, ends_at)) }
    }

    /// A draft is changed in whatever is given. Of a template that is paid for, the end of sending alone: should that
    /// be over by now, the template ends with the change.
    pub fn modify(self, change: Change, now: i64) -> Result<Template, Unchanged> {
        let Publication { starts_at, ends_at } = self.publication;
        match self.status_at(now) {
            Status::Draft => {
                let Change { starts_at: start, ends_at: end, valid_period, content } = change;
                let publication =
                    Publication { starts_at: start.unwrap_or(starts_at), ends_at: end.unwrap_or(ends_at) };
                let valid_period = valid_period.unwrap_or(self.valid_period);
                publication.check(now)?;
                valid_period.check(publication.starts_at)?;
                let content = content.unwrap_or(self.content);
                Ok(Template { publication, valid_period, content, ..self })
            }
            Status::Active => {
                let publication = Publication { starts_at, ends_at: change.ends_at.ok_or(Unchanged::NoEnd)? };
                publication.check_span()?;
                let status = if window::is_over(publication.ends_at, now) { Status::Expired } else { Status::Active };
                Ok(Template { publication, status, ..self })
            }
            Status::Expired | Status::Deleted => Err(Unchanged::Status),
        }
    }

    /// A draft is deleted; one that was deleted stays so.
    pub fn delete(self, now: i64) -> Result<Template, Refusal> {
        match self.status_at(now) {
            Status::Draft | Status::Deleted => Ok(Template { status: Status::Deleted, ..self }),
            Status::Active | Status::Expired => Err(Refusal::TemplateStatusError),
        }
    }

    /// The time of sending is over: I or S → E. Refused before that, and for one that is over or deleted.
    pub fn expire(self, now: i64) -> Result<Template, Refusal> {
        match self.status {
            Status::Draft | Status::Active if window::is_over(self.publication.ends_at, now) => {
                Ok(Template { status: Status::Expired, ..self })
            }
            _ => Err(Refusal::TemplateStatusError),
        }
    }

    /// When [`Template::expire`] is due.
    pub fn expires_at(&self) -> i64 {
        window::over_at(self.publication.ends_at)
    }
}

/// What a template's counters say. Amounts are fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Vouchers that were sent.
    pub published: i64,
    /// Of those, the ones that were used.
    pub used: i64,
    /// What those took off.
    pub used_fen: i64,
    /// Vouchers whose time went by unused.
    pub expired: i64,
    /// What refunds of trades gave back to the sponsor.
    pub refunded_fen: i64,
    /// What went back to the sponsor from the template's fund: of vouchers that were not sent, not used or not used up.
    pub returned_fen: i64,
}

impl Totals {
    /// What went back to the sponsor in all (`recycle_amount`).
    pub fn recycled_fen(&self) -> i64 {
        self.refunded_fen + self.returned_fen
    }

    /// What the fund of a paid template has.
    pub fn fund_fen(&self, template: &Template) -> i64 {
        template.total_fen() - self.used_fen - self.returned_fen
    }

    /// Vouchers that were sent and can still be used, or expire.
    pub fn live(&self) -> i64 {
        self.published - self.used - self.expired
    }

    /// Vouchers that were not sent.
    pub fn left(&self, template: &Template) -> i64 {
        template.quantity - self.published
    }

    /// What of a paid template's fund is for nothing any more, and goes back to the sponsor: all but what its live
    /// vouchers are worth and, while vouchers are sent, those that are left.
    ///
    /// What vouchers left of their worth goes back when the time of sending is over, and then with each that ends.
    pub fn surplus_fen(&self, template: &Template) -> i64 {
        let unsent = match template.status {
            Status::Active => self.left(template),
            Status::Draft | Status::Expired | Status::Deleted => 0,
        };
        self.fund_fen(template) - (self.live() + unsent) * template.amount_fen
    }
}

#[cfg(test)]
mod tests;
