//! What the merchant offers: two cards and four coupons, whose terms follow from their numbers.

use super::Play;
use super::activities::{Kind, Named, Off, Offer, Step as Change, Terms, Valid};
use super::choices::shops;
use super::model::{DAY, MINUTE, Step};
use super::wire::Thing;
use fastrand::Rng;

/// Point cards, and coupons.
pub(super) const CARDS: u64 = 2;
pub(super) const PRIZES: u64 = 4;
const HALF_HOUR: i64 = 30 * MINUTE;

impl Play<'_> {
    fn some_camp(&mut self) -> Named {
        let key = if self.rng.bool() { card_key(self.rng.u64(..CARDS)) } else { prize_key(self.rng.u64(..PRIZES)) };
        self.names.named(Thing::Camp, &key)
    }

    pub(super) fn some_offer(&mut self) -> Offer {
        let is_card = self.rng.u8(..3) == 0;
        let nth = self.rng.u64(..if is_card { CARDS } else { PRIZES });
        let mut offer = if is_card { self.card(nth) } else { self.prize(nth) };
        if self.rng.u8(..10) == 0 {
            offer.name = "别的活动".to_owned();
        }
        offer
    }

    fn card(&self, nth: u64) -> Offer {
        let mut own = self.own(2, nth);
        let ends_at = self.begin + own.i64(1..40) * DAY + HALF_HOUR;
        Offer {
            out_biz_no: card_key(nth),
            name: format!("集点{nth}"),
            shops: self.some_shops(&mut own),
            starts_at: self.begin - DAY,
            ends_at,
            kind: Kind::Card { ends_at: ends_at + own.i64(1..30) * DAY },
        }
    }

    fn prize(&self, nth: u64) -> Offer {
        let mut own = self.own(3, nth);
        let starts_at = if own.u8(..4) == 0 { self.begin + DAY + HALF_HOUR } else { self.begin - DAY };
        let ends_at = self.begin + own.i64(2..40) * DAY + HALF_HOUR;
        let repeats = own.bool();
        let valid = if repeats && own.bool() {
            Valid::Days(own.i64(1..20))
        } else {
            Valid::Fixed { starts_at: self.begin - own.i64(-2..3) * DAY + HALF_HOUR, ends_at: ends_at + 60 * DAY }
        };
        // Each takes off another amount, so that none of two is as good as the other.
        let worth = own.i64(1..1_500) * 4 + i64::try_from(nth).expect("few");
        let most = own.bool().then(|| own.i64(100..5_000));
        let (off, least) = match own.u8(..4) {
            0 => (Off::PerFullCut { worth, most }, 1_000),
            1 => (Off::Rate { rate: own.i64(11..=99), most }, 100),
            _ => (Off::Money { worth }, 0),
        };
        let roundings =
            ["NOT_AUTO_ROUNDING", "AUTO_ROUNDING_YUAN", "AUTO_ROUNDING_JIAO", "ROUNDING_UP_YUAN", "ROUNDING_UP_JIAO"];
        let terms = Terms {
            off,
            min_consume: least + own.i64(0..6_000),
            rounding: own.bool().then(|| roundings[own.usize(..roundings.len())]),
            valid,
            budget: own.i64(1..6),
            times: own.bool().then(|| own.i64(1..4)),
            repeats,
        };
        Offer {
            out_biz_no: prize_key(nth),
            name: format!("兑换{nth}"),
            shops: self.some_shops(&mut own),
            starts_at,
            ends_at,
            kind: Kind::Coupon(terms),
        }
    }

    fn some_shops(&self, own: &mut Rng) -> Vec<String> {
        let mut shops = shops(self.nth);
        if own.u8(..3) == 0 {
            shops.remove(own.usize(..shops.len()));
        }
        shops
    }

    /// An activity is looked at, extended, or taken off line.
    pub(super) fn some_change(&mut self) -> Step {
        let camp = self.some_camp();
        let key = format!("o{}", self.rng.u8(..2));
        let now = self.book().now;
        let long = self.book().activities.get(&camp.key).filter(|activity| now + 2 * DAY < activity.offer.ends_at);
        let to = long.map(|activity| activity.offer.clone());
        Step::Activity(match (self.rng.u8(..8), to) {
            (0, _) => Change::Offline { camp, key },
            (1..=4, Some(offer)) => {
                let (days, more) = (self.rng.i64(-1..4), self.rng.i64(-1..3));
                let to = offer.extended(days, more);
                let key = format!("m{}", self.rng.u8(..4));
                Change::Modify { camp, key, to }
            }
            _ => Change::Look { camp },
        })
    }
}

pub(super) fn card_key(nth: u64) -> String {
    format!("card{nth}")
}

pub(super) fn prize_key(nth: u64) -> String {
    format!("prize{nth}")
}
