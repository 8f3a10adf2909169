//! Coupons: authorised for a user, taken on the page, spent in a trade.

use super::activities::{Every, Named, Off, Terms, Valid};
use super::model::{DAY, Expect, Model, local};

/// How long a token lets its user take the prize.
const TOKEN_LIFE: i64 = DAY;

/// What the page says of a coupon.
pub(crate) mod page {
    pub(crate) const TO_TAKE: &str = "领取优惠券";
    pub(crate) const TAKEN: &str = "领取成功";
    pub(crate) const USED: &str = "券已使用";
    pub(crate) const REFUNDED: &str = "券已退";
    pub(crate) const EXPIRED: &str = "券已过期";

    /// Why it cannot be taken.
    pub(crate) const DEAD: &str = "令牌无效或已过期";
    pub(crate) const OVER: &str = "活动已结束";
    pub(crate) const GONE: &str = "券已领完";
    pub(crate) const TOO_OFTEN: &str = "超过参与次数限制";
    pub(crate) const HELD: &str = "已领取未使用的同款券";
}

/// One call, or a part of a visit to the page.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// For a prize, by its activity's key and its own number.
    Authorise { prize: Named, req_id: String, user: String },
    /// Looks at the page of the token that this `req_id` got. Who visits the page presses its button too, where it has one.
    Look { prize: Named, token: Named },
    /// Presses its button.
    Press { prize: Named, token: Named },
}

/// What lets a user take a prize.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    user: String,
    pub(crate) expires_at: i64,
}

/// What a member holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coupon {
    pub(crate) user: String,
    taken_at: i64,
    starts_at: i64,
    /// Its last moment.
    ends_at: i64,
    fate: Fate,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Unspent,
    /// In this trade.
    Spent(String),
    /// All of that trade was given back; the coupon was not.
    Refunded,
}

impl Coupon {
    pub(crate) fn is_unredeemed(&self, now: i64) -> bool {
        self.fate == Fate::Unspent && now <= self.ends_at
    }

    /// What the page says of it.
    fn stage(&self, now: i64) -> &'static str {
        match self.fate {
            Fate::Spent(_) => page::USED,
            Fate::Refunded => page::REFUNDED,
            Fate::Unspent if self.ends_at < now => page::EXPIRED,
            Fate::Unspent => page::TAKEN,
        }
    }
}

impl Model {
    pub(crate) fn coupon(&mut self, step: &Step) -> Expect {
        match step {
            Step::Authorise { prize, req_id, user } => self.authorise(prize, req_id, user),
            Step::Look { prize, token } => self.look_at_coupon(&prize.key, token),
            Step::Press { prize, token } => self.press(&prize.key, token),
        }
    }

    fn authorise(&mut self, prize: &Named, req_id: &str, user: &str) -> Expect {
        if prize.number.is_none() {
            return Expect::refused("PRIZE_NOT_EXIST");
        }
        let key = (prize.key.clone(), req_id.to_owned());
        if let Some(token) = self.tokens.get(&key) {
            return if token.user == user { Expect::Done(Vec::new()) } else { Expect::refused("REQ_ID_CONFLICT") };
        }
        let activity = &self.activities[&prize.key];
        let mut reasons = Vec::new();
        if !activity.runs(self.now) {
            reasons.push("CAMPAIGN_STATUS_ERROR");
        }
        if activity.terms().expect("a prize is a coupon").budget <= activity.taken {
            reasons.push("BUDGET_NOT_ENOUGH");
        }
        if !reasons.is_empty() {
            return Expect::Refused(reasons);
        }
        let expires_at = (self.now + TOKEN_LIFE).min(activity.offer.ends_at);
        self.tokens.insert(key, Token { user: user.to_owned(), expires_at });
        Expect::Done(Vec::new())
    }

    fn look_at_coupon(&self, prize: &str, named: &Named) -> Expect {
        let key = (prize.to_owned(), named.key.clone());
        let Some(token) = self.tokens.get(&key).filter(|_| named.number.is_some()) else {
            return Expect::refused(page::DEAD);
        };
        let reasons = self.reasons(prize, token);
        match self.coupons.get(&key) {
            Some(coupon) => Expect::Done(vec![("stage", coupon.stage(self.now).to_owned())]),
            None if reasons.is_empty() => Expect::Done(vec![("stage", page::TO_TAKE.to_owned())]),
            None => Expect::Refused(reasons),
        }
    }

    fn press(&mut self, prize: &str, named: &Named) -> Expect {
        let key = (prize.to_owned(), named.key.clone());
        let Some(token) = self.tokens.get(&key).filter(|_| named.number.is_some()) else {
            return Expect::refused(page::DEAD);
        };
        let is_taken = self.coupons.contains_key(&key);
        if !is_taken && token.expires_at <= self.now {
            return Expect::refused(page::DEAD);
        }
        if !is_taken && self.reasons(prize, token).is_empty() {
            let user = token.user.clone();
            let (starts_at, ends_at) = match self.activities[prize].terms().expect("a prize is a coupon").valid {
                Valid::Fixed { starts_at, ends_at } => (starts_at, ends_at),
                Valid::Days(days) => (self.now, self.now + days * DAY - 1),
            };
            self.coupons.insert(key, Coupon { user, taken_at: self.now, starts_at, ends_at, fate: Fate::Unspent });
            self.activities.get_mut(prize).expect("it was found").taken += 1;
            self.notified.insert((out_biz_no(prize, &named.key), "COUPON", 0));
        }
        // What came of it, who looks again sees.
        Expect::Done(Vec::new())
    }

    /// All that speaks against taking the prize with a token that gave nothing yet.
    fn reasons(&self, prize: &str, token: &Token) -> Vec<&'static str> {
        let activity = &self.activities[prize];
        let terms = activity.terms().expect("a prize is a coupon");
        let of_prize = self.coupons.iter().filter(|((of, _), coupon)| of == prize && coupon.user == token.user);
        let own: Vec<&Coupon> = of_prize.map(|(_, coupon)| coupon).collect();
        let today =
            self.coupons.iter().filter(|((of, _), coupon)| of == prize && Every::Day.has(coupon.taken_at, self.now));
        let of_today = today.count();
        let mut reasons = Vec::new();
        if token.expires_at <= self.now {
            reasons.push(page::DEAD);
        }
        if !activity.runs(self.now) {
            // The tokens of an activity that was taken off line die with it.
            reasons.extend([page::OVER, page::DEAD]);
        }
        if terms.budget <= activity.taken || reached(terms.daily, of_today) {
            reasons.push(page::GONE);
        }
        let lately =
            terms.often.map_or(0, |(every, _)| own.iter().filter(|it| every.has(it.taken_at, self.now)).count());
        if reached(terms.times, own.len()) || reached(terms.often.map(|(_, times)| times), lately) {
            reasons.push(page::TOO_OFTEN);
        }
        if !terms.repeats && own.iter().any(|coupon| coupon.is_unredeemed(self.now)) {
            reasons.push(page::HELD);
        }
        reasons
    }

    /// Which of a user's coupons a trade in this shop spends, and what it takes off: the most, then the one that ends first,
    /// then the lowest number.
    pub(crate) fn best_coupon(&self, user: &str, shop: Option<&str>, total: i64) -> Option<((String, String), i64)> {
        let shop = shop?;
        let good =
            |coupon: &Coupon| coupon.user == user && coupon.starts_at <= self.now && coupon.is_unredeemed(self.now);
        let own = self.coupons.iter().filter(|(_, coupon)| good(coupon));
        let taking = own.filter_map(|(key, coupon)| {
            let activity = &self.activities[&key.0];
            let terms = activity.terms().expect("a coupon has terms");
            let fits = activity.offer.shops.iter().any(|suit| suit == shop) && terms.min_consume <= total;
            let off = if fits { terms.off(total) } else { 0 };
            (0 < off).then_some((key, coupon, off))
        });
        let best = taking.min_by_key(|(key, coupon, off)| (-off, coupon.ends_at, self.vouchers.get(key)));
        best.map(|(key, _, off)| (key.clone(), off))
    }

    pub(crate) fn spend(&mut self, coupon: &(String, String), out_trade_no: &str) {
        self.coupons.get_mut(coupon).expect("it was found").fate = Fate::Spent(out_trade_no.to_owned());
    }

    /// All of a trade was given back.
    pub(crate) fn refund_coupons(&mut self, out_trade_no: &str) {
        for coupon in self.coupons.values_mut() {
            if matches!(&coupon.fate, Fate::Spent(trade) if trade == out_trade_no) {
                coupon.fate = Fate::Refunded;
            }
        }
    }
}

/// Whether there were as many as there may be.
fn reached(bound: Option<i64>, times: usize) -> bool {
    bound.is_some_and(|bound| usize::try_from(bound).expect("few") <= times)
}

impl Every {
    /// Whether one period has both moments.
    fn has(self, one: i64, other: i64) -> bool {
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
    /// What it takes off a trade that is discountable as a whole.
    fn off(&self, total: i64) -> i64 {
        let off = match self.off {
            Off::Money { worth } => worth.min(total),
            Off::PerFullCut { worth, most } => (total / self.min_consume * worth).min(most.unwrap_or(total)).min(total),
            Off::Rate { rate, most } => {
                // To the fen, half up.
                let off = (total * (100 - rate) + 50) / 100;
                off.min(most.unwrap_or(off))
            }
        };
        let rest = total - off;
        let rounded = match self.rounding {
            Some("AUTO_ROUNDING_YUAN") => rest / 100 * 100,
            Some("AUTO_ROUNDING_JIAO") => rest / 10 * 10,
            Some("ROUNDING_UP_YUAN") => (rest + 50) / 100 * 100,
            Some("ROUNDING_UP_JIAO") => (rest + 5) / 10 * 10,
            _ => rest,
        };
        (total - rounded).max(0)
    }
}

/// What the member's link to the page says: what the notification is known by.
pub(crate) fn out_biz_no(prize: &str, req_id: &str) -> String {
    format!("{prize}-{req_id}")
}
