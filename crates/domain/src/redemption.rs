//! How far something that lowers a price is used: a coupon that an activity gave, or a cash voucher
//! (`docs/decisions.md`, "States of a coupon").
//!
//! ENABLED → USING (a trade waits with it) → USED → REFUNDED (all of that trade was given back); USING → ENABLED;
//! ENABLED ⇄ DISABLED, by an operator. UNACTIVE and EXPIRED follow from its times and are never waited for. Times are
//! UTC milliseconds.

use crate::{Refusal, window};

/// How long an unpaid trade holds a coupon or voucher after its page was last opened, in milliseconds
/// (`docs/decisions.md`, "Cashier").
pub const HOLD_TIME_MS: i64 = 15 * 60_000;

/// The last thing that was recorded of a coupon or voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing was done with it: it can be used in its time.
    Enabled,
    /// An operator has barred it. Cash vouchers only.
    Disabled,
    /// A trade that is not paid yet holds it.
    Using,
    /// It was used, in a trade or on its page.
    Used,
    /// It was used, and all that it was used for was given back.
    Refunded,
    /// Its time went by, and what was reserved for it has gone back.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 6] =
        [Status::Enabled, Status::Disabled, Status::Using, Status::Used, Status::Refunded, Status::Expired];

    /// The status's name on the wire and in the store, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Status::Enabled => "ENABLED",
            Status::Disabled => "DISABLED",
            Status::Using => "USING",
            Status::Used => "USED",
            Status::Refunded => "REFUNDED",
            Status::Expired => "EXPIRED",
        }
    }

    /// The status with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// How far a coupon or voucher is used, and when it can be. Times are UTC milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// The last status that was recorded; [`Redemption::stand`] says how it stands at a moment.
    pub status: Status,
    /// The first moment at which it can be used.
    pub starts_at: i64,
    /// The last second in which it can be used.
    pub ends_at: i64,
    /// The number of the trade that holds or used it.
    pub trade: Option<i64>,
    /// The moment until which its trade holds it; without one the hold does not end by itself.
    pub held_until: Option<i64>,
    /// The moment at which it was used.
    pub used_at: Option<i64>,
}

/// How a coupon or voucher stands at a moment: its status and its times together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its validity has not begun.
    Unactive,
    /// It can be used now.
    Usable,
    /// An operator has barred it.
    Barred,
    /// An unpaid trade holds it.
    Held,
    /// It was used.
    Used,
    /// It was used, and all of its trade was refunded.
    Refunded,
    /// Its validity is over.
    Expired,
}

impl Standing {
    /// What alipay.marketing.voucher.query says of it, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Unactive => "UNACTIVE",
            Standing::Usable => "ENABLED",
            Standing::Barred => "DISABLED",
            Standing::Held => "USING",
            Standing::Used => "USED",
            Standing::Refunded => "REFUNDED",
            Standing::Expired => "EXPIRED",
        }
    }
}

impl Redemption {
    /// One that nothing was done with, for that time.
    pub fn new(starts_at: i64, ends_at: i64) -> Redemption {
        Redemption { status: Status::Enabled, starts_at, ends_at, trade: None, held_until: None, used_at: None }
    }

    /// How it stands at `now`. What is held for longer than was said is held no more.
    pub fn stand(&self, now: i64) -> Standing {
        match self.status {
            Status::Used => Standing::Used,
            Status::Refunded => Standing::Refunded,
            Status::Using if self.held_until.is_none_or(|end| now < end) => Standing::Held,
            Status::Disabled if !window::is_over(self.ends_at, now) => Standing::Barred,
            Status::Enabled | Status::Using if now < self.starts_at => Standing::Unactive,
            Status::Enabled | Status::Using if !window::is_over(self.ends_at, now) => Standing::Usable,
            Status::Enabled | Status::Disabled | Status::Using | Status::Expired => Standing::Expired,
        }
    }

    /// Whether its holder can still use it, now or later.
    pub fn is_unredeemed(&self, now: i64) -> bool {
        matches!(self.stand(now), Standing::Unactive | Standing::Usable | Standing::Held)
    }

    /// Whether this trade (its number) can take it: in its time, and held by no other.
    pub fn is_open_to(&self, trade: i64, now: i64) -> bool {
        match self.stand(now) {
            Standing::Usable => true,
            Standing::Held => self.trade == Some(trade) && window::contains(self.starts_at, self.ends_at, now),
            Standing::Unactive | Standing::Barred | Standing::Used | Standing::Refunded | Standing::Expired => false,
        }
    }

    /// A trade that waits to be paid holds it, for [`HOLD_TIME_MS`] from now.
    pub fn hold(self, trade: i64, now: i64) -> Result<Redemption, Refusal> {
        if !self.is_open_to(trade, now) {
            return Err(Refusal::VoucherNotUsable);
        }
        Ok(Redemption { status: Status::Using, trade: Some(trade), held_until: Some(now + HOLD_TIME_MS), ..self })
    }

    /// The trade that held it needs it no more; refused where that trade does not have it.
    pub fn release(self, trade: i64) -> Result<Redemption, Refusal> {
        if self.status != Status::Using || self.trade != Some(trade) {
            return Err(Refusal::VoucherNotUsable);
        }
        Ok(Redemption { status: Status::Enabled, trade: None, held_until: None, ..self })
    }

    /// A paid trade uses it: → USED. Refused where [`Redemption::is_open_to`] is false.
    pub fn spend(self, trade: i64, now: i64) -> Result<Redemption, Refusal> {
        if !self.is_open_to(trade, now) {
            return Err(Refusal::VoucherNotUsable);
        }
        Ok(Redemption { status: Status::Used, trade: Some(trade), held_until: None, used_at: Some(now), ..self })
    }

    /// Its holder uses it on its page, in no trade.
    pub fn click(self, now: i64) -> Result<Redemption, Refusal> {
        if self.stand(now) != Standing::Usable {
            return Err(Refusal::VoucherNotUsable);
        }
        Ok(Redemption { status: Status::Used, trade: None, held_until: None, used_at: Some(now), ..self })
    }

    /// All that it was used for was given back; its holder does not get it again.
    pub fn refund(self) -> Result<Redemption, Refusal> {
        match self.status {
            Status::Used => Ok(Redemption { status: Status::Refunded, ..self }),
            Status::Enabled | Status::Disabled | Status::Using | Status::Refunded | Status::Expired => {
                Err(Refusal::VoucherNotUsable)
            }
        }
    }

    /// An operator bars it, or frees it again; what is barred, or free, stays so. Refused once it was used or its time
    /// is over, and while an unpaid trade holds it.
    pub fn bar(self, barred: bool, now: i64) -> Result<Redemption, Refusal> {
        let status = if barred { Status::Disabled } else { Status::Enabled };
        match self.stand(now) {
            Standing::Unactive | Standing::Usable | Standing::Barred => {
                Ok(Redemption { status, trade: None, held_until: None, ..self })
            }
            Standing::Held | Standing::Used | Standing::Refunded | Standing::Expired => Err(Refusal::VoucherNotUsable),
        }
    }

    /// Its time is over: → EXPIRED, whoever held it. Refused before that, and for what was used.
    pub fn expire(self, now: i64) -> Result<Redemption, Refusal> {
        match self.status {
            Status::Enabled | Status::Disabled | Status::Using if window::is_over(self.ends_at, now) => {
                Ok(Redemption { status: Status::Expired, trade: None, held_until: None, ..self })
            }
            _ => Err(Refusal::VoucherNotUsable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coupon() -> Redemption {
        Redemption::new(10_000, 20_000)
    }

    #[test]
    fn how_it_stands_at_every_moment_in_every_status() {
        use Standing::{Barred, Expired, Held, Refunded, Unactive, Usable, Used};
        for (status, held_until, expect) in [
            (Status::Enabled, None, [Unactive, Usable, Usable, Usable, Expired]),
            (Status::Disabled, None, [Barred, Barred, Barred, Barred, Expired]),
            (Status::Using, None, [Held; 5]),
            (Status::Using, Some(15_000), [Held, Held, Usable, Usable, Expired]),
            (Status::Used, None, [Used; 5]),
            (Status::Refunded, None, [Refunded; 5]),
            (Status::Expired, None, [Expired; 5]),
        ] {
            let coupon = Redemption { status, held_until, ..coupon() };
            assert_eq!(
                [9_999, 10_000, 15_000, 20_999, 21_000].map(|now| coupon.stand(now)),
                expect,
                "{status:?} {held_until:?}"
            );
            for now in [9_999, 10_000, 15_000, 20_999, 21_000] {
                let open = matches!(coupon.stand(now), Unactive | Usable | Held);
                assert_eq!(coupon.is_unredeemed(now), open);
            }
        }
        for status in Status::ALL {
            assert_eq!(Status::from_name(status.name()), Some(status));
        }
        assert_eq!(Status::from_name("enabled"), None);
    }

    #[test]
    fn every_status_has_an_answer_to_every_command() {
        let held = |trade, held_until| Redemption {
            status: Status::Using,
            trade: Some(trade),
            held_until: Some(held_until),
            ..coupon()
        };
        let at = |status| Redemption { status, trade: Some(5), used_at: Some(12_000), ..coupon() };
        // At 15 s, within its time of 10 s to 20 s; trade 5 asks.
        let cases = [
            ("enabled", coupon()),
            ("held by it", held(5, 15_001)),
            ("held by another", held(6, 15_001)),
            ("another's hold is over", held(6, 15_000)),
            ("disabled", Redemption { status: Status::Disabled, ..coupon() }),
            ("used", at(Status::Used)),
            ("refunded", at(Status::Refunded)),
            ("expired", at(Status::Expired)),
        ];
        let check = |command: &str, run: fn(Redemption) -> Result<Redemption, Refusal>, expect: [Option<Status>; 8]| {
            for ((name, coupon), expect) in cases.into_iter().zip(expect) {
                let expect = expect.ok_or(Refusal::VoucherNotUsable);
                assert_eq!(run(coupon).map(|coupon| coupon.status), expect, "{command} {name}");
            }
        };
        let (using, used) = (Some(Status::Using), Some(Status::Used));
        check("hold", |coupon| coupon.hold(5, 15_000), [using, using, None, using, None, None, None, None]);
        check("spend", |coupon| coupon.spend(5, 15_000), [used, used, None, used, None, None, None, None]);
        check("click", |coupon| coupon.click(15_000), [used, None, None, used, None, None, None, None]);
        check("release", |coupon| coupon.release(5), [None, Some(Status::Enabled), None, None, None, None, None, None]);
        check("refund", Redemption::refund, [None, None, None, None, None, Some(Status::Refunded), None, None]);
        let (enabled, disabled) = (Some(Status::Enabled), Some(Status::Disabled));
        check("bar", |it| it.bar(true, 15_000), [disabled, None, None, disabled, disabled, None, None, None]);
        check("free", |it| it.bar(false, 15_000), [enabled, None, None, enabled, enabled, None, None, None]);
        check("expire", |it| it.expire(20_999), [None; 8]);
        let over = Some(Status::Expired);
        check("expire", |it| it.expire(21_000), [over, over, over, over, over, None, None, None]);
        // Outside of its time nothing takes it, held or not.
        for now in [9_999, 21_000] {
            for coupon in [coupon(), held(5, 99_000)] {
                assert_eq!(coupon.hold(5, now), Err(Refusal::VoucherNotUsable));
                assert_eq!(coupon.spend(5, now), Err(Refusal::VoucherNotUsable));
                assert_eq!(coupon.click(now), Err(Refusal::VoucherNotUsable));
            }
        }
    }

    #[test]
    fn who_has_it_and_since_when_is_kept() {
        let held = coupon().hold(5, 15_000).unwrap();
        assert_eq!((held.trade, held.held_until), (Some(5), Some(15_000 + HOLD_TIME_MS)));
        assert_eq!(held.hold(5, 16_000).unwrap().held_until, Some(16_000 + HOLD_TIME_MS));
        assert_eq!(held.release(5), Ok(coupon()));
        let used = held.spend(5, 17_000).unwrap();
        assert_eq!((used.trade, used.held_until, used.used_at), (Some(5), None, Some(17_000)));
        assert_eq!(used.refund().unwrap().used_at, Some(17_000));
        let clicked = coupon().click(20_999).unwrap();
        assert_eq!((clicked.trade, clicked.used_at), (None, Some(20_999)));
    }
}
