//! What the merchant offers: point cards and coupons, each for a while, renewed as they end.

use super::Play;
use super::activities::{Kind, Offer, Step as Change};
use super::choices::shops;
use super::crowds::CARDS as MEMBER_CARDS;
use super::model::{DAY, MINUTE, Step};
use super::terms::{Every, Off, Restriction, Terms, Valid};
use super::wire::Thing;

/// How many there should be to take part in.
const CARDS: usize = 1;
const PRIZES: usize = 3;
const HALF_HOUR: i64 = 30 * MINUTE;
const PERIODS: [Every; 3] = [Every::Day, Every::Week, Every::Month];
const ROUNDINGS: [&str; 5] =
    ["NOT_AUTO_ROUNDING", "AUTO_ROUNDING_YUAN", "AUTO_ROUNDING_JIAO", "ROUNDING_UP_YUAN", "ROUNDING_UP_JIAO"];

impl Play<'_> {
    /// Whether there is too little to take part in.
    pub(super) fn wants_offers(&self) -> bool {
        self.running(&self.cards()) < CARDS || self.running(&self.prizes()) < PRIZES
    }

    fn running(&self, keys: &[String]) -> usize {
        let book = self.book();
        keys.iter().filter(|key| book.activities[*key].runs(book.now)).count()
    }

    /// Something new, or what was offered before, perhaps otherwise.
    pub(super) fn some_offer(&mut self) -> Offer {
        let before: Vec<Offer> = self.past.iter().filter_map(offered).cloned().collect();
        let again = self.once_in(6).then(|| self.rng.choice(before)).flatten();
        let Some(mut offer) = again else {
            return if self.running(&self.cards()) < CARDS || self.once_in(6) { self.card() } else { self.prize() };
        };
        if self.rng.bool() {
            offer.name = "别的活动".to_owned();
        }
        offer
    }

    fn card(&mut self) -> Offer {
        let (now, nth) = (self.book().now, self.fresh());
        let ends_at = now + self.rng.i64(0..40) * DAY + HALF_HOUR;
        Offer {
            out_biz_no: format!("card{nth}"),
            name: format!("集点{nth}"),
            shops: self.some_shops(),
            starts_at: now - DAY,
            ends_at,
            // Once in a while what may not be.
            delays: self.once_in(20),
            kind: Kind::Card { ends_at: ends_at + self.rng.i64(1..30) * DAY },
        }
    }

    pub(super) fn prize(&mut self) -> Offer {
        let (now, nth) = (self.book().now, self.fresh());
        let starts_at = if self.once_in(12) { now + DAY + HALF_HOUR } else { now - DAY };
        // One in twenty has ended before.
        let ends_at = now + self.rng.i64(-1..20) * 2 * DAY + HALF_HOUR;
        let valid = if self.rng.bool() {
            Valid::Days(self.rng.i64(1..20))
        } else {
            Valid::Fixed { starts_at: now - self.rng.i64(-2..9) * DAY + HALF_HOUR, ends_at: ends_at + 60 * DAY }
        };
        let worth = self.rng.i64(1..6_000);
        let most = self.rng.bool().then(|| self.rng.i64(100..5_000));
        let (off, least) = match self.rng.u8(..4) {
            0 => (Off::PerFullCut { worth, most }, 1_000),
            1 => (Off::Rate { rate: self.rng.i64(11..=99), most }, 100),
            _ => (Off::Money { worth }, 0),
        };
        let budget = self.rng.i64(1..8);
        let gives = if self.once_in(3) { self.rng.i64(2..=5) } else { 1 };
        let relative = matches!(valid, Valid::Days(_));
        let terms = Terms {
            off,
            min_consume: least + self.rng.i64(0..6_000),
            rounding: if self.rng.bool() { self.rng.choice(ROUNDINGS) } else { None },
            valid,
            budget,
            daily: self.once_in(3).then(|| self.rng.i64(1..=budget)),
            times: self.once_in(if gives == 1 { 3 } else { 2 }).then(|| self.rng.i64(1..4)),
            often: if self.once_in(3) {
                self.rng.choice(PERIODS).map(|every| (every, self.rng.i64(1..3)))
            } else {
                None
            },
            repeats: self.rng.bool(),
            gives,
            crowd: self.once_in(5).then(|| self.some_crowd()),
            restriction: self.once_in(5).then(|| self.some_restriction()),
        };
        Offer {
            out_biz_no: format!("prize{nth}"),
            name: format!("兑换{nth}"),
            shops: self.some_shops(),
            starts_at,
            ends_at,
            delays: self.once_in(if relative { 3 } else { 30 }),
            kind: Kind::Coupon(Box::new(terms)),
        }
    }

    fn some_restriction(&mut self) -> Restriction {
        match self.rng.u8(..3) {
            0 => Restriction::NewMember,
            1 => Restriction::Student,
            _ => {
                let many = self.rng.usize(1..=2);
                Restriction::MemberCard(self.rng.choose_multiple(MEMBER_CARDS, many))
            }
        }
    }

    fn some_shops(&mut self) -> Vec<String> {
        let mut shops = shops(self.nth);
        if self.once_in(4) {
            shops.remove(self.rng.usize(..shops.len()));
        }
        shops
    }

    /// An activity is looked at, extended, or taken off line: one that runs, mostly.
    pub(super) fn some_change(&mut self) -> Step {
        let (any, book) = (self.once_in(6), self.book());
        let focus = self.focus.as_ref().map(|focus| &focus.prize);
        let camps = book.activities.iter().filter(|(key, _)| focus.is_none_or(|prize| prize == *key));
        let camps = camps.filter(|(_, activity)| any || activity.runs(book.now));
        let camps: Vec<_> = camps.map(|(key, activity)| (key.clone(), activity.offer.clone())).collect();
        let Some((key, offer)) = self.rng.choice(camps) else {
            return Step::Activity(Change::Look { camp: self.names.named(Thing::Camp, "none") });
        };
        let camp = self.names.named(Thing::Camp, &key);
        Step::Activity(match self.rng.u8(..12) {
            0 => Change::Offline { camp, key: format!("o{}", self.rng.u8(..2)) },
            1..=3 => Change::Look { camp },
            _ => Change::Modify { camp, key: format!("m{}", self.rng.u8(..3)), to: self.extended(offer) },
        })
    }

    /// More of this activity, or the end of it.
    pub(super) fn change_of(&mut self, key: &str) -> Step {
        let (camp, offer) = (self.names.named(Thing::Camp, key), self.book().activities[key].offer.clone());
        Step::Activity(match self.rng.u8(..3) {
            0 => Change::Offline { camp, key: format!("o{}", self.rng.u8(..2)) },
            _ => Change::Modify { camp, key: format!("m{}", self.fresh()), to: self.extended(offer) },
        })
    }

    /// The same with more of everything, or with less of something, which may not be.
    fn extended(&mut self, mut offer: Offer) -> Offer {
        let less = self.once_in(4);
        let mut more = |most: i64| if less { self.rng.i64(-1..1) } else { self.rng.i64(0..=most) };
        offer.ends_at += more(3) * DAY;
        match &mut offer.kind {
            Kind::Card { ends_at } => *ends_at += more(6) * DAY,
            Kind::Coupon(terms) => {
                terms.budget += more(2);
                terms.daily = terms.daily.map(|daily| daily + more(1));
                terms.times = terms.times.map(|times| times + more(1));
                terms.often = terms.often.map(|(every, times)| (every, times + more(1)));
                match &mut terms.valid {
                    Valid::Fixed { ends_at, .. } => *ends_at += more(6) * DAY,
                    Valid::Days(days) => *days += more(6),
                }
            }
        }
        if self.once_in(4) {
            offer.shops = self.some_shops();
        }
        offer
    }
}

fn offered(step: &Step) -> Option<&Offer> {
    match step {
        Step::Activity(Change::Create(offer)) => Some(offer),
        _ => None,
    }
}
