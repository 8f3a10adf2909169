//! Coupons: authorised for a user, taken on the page, spent in a trade.

use super::activities::Named;
use super::model::{DAY, Expect, Model};
use super::terms::{Every, Valid};
use super::usage::{Fate, Usage};

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
    pub(crate) const NOT_FOR: &str = "不满足领取条件";
}

/// One call, or a part of a visit to the page.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// For a prize, by its activity's key and its own number.
    Authorise { prize: Named, req_id: String, user: String },
    /// Looks at the page of the token that this `req_id` got. Who `presses` then presses its button, where it has one.
    Look { prize: Named, token: Named, presses: bool },
    /// Presses its button, perhaps one that was seen long before.
    Press { prize: Named, token: Named },
}

/// What lets a user take a prize.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    user: String,
    pub(crate) expires_at: i64,
}

/// A coupon: by its prize, by the `req_id` of the token that gave it, and which of several that is.
pub(crate) type CouponKey = (String, String, i64);

/// What a member holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coupon {
    pub(crate) user: String,
    pub(crate) taken_at: i64,
    pub(crate) usage: Usage,
}

impl Coupon {
    pub(crate) fn is_unredeemed(&self, now: i64) -> bool {
        self.usage.is_unredeemed(now)
    }

    /// What the page says of it. What is held does not expire meanwhile.
    fn stage(&self, now: i64) -> &'static str {
        let Usage { ends_at, fate, held, .. } = &self.usage;
        match fate {
            Fate::Spent(_) => page::USED,
            Fate::Refunded => page::REFUNDED,
            Fate::Expired => page::EXPIRED,
            Fate::Unspent if *ends_at < now && held.is_none() => page::EXPIRED,
            Fate::Unspent => page::TAKEN,
        }
    }
}

impl Model {
    pub(crate) fn coupon(&mut self, step: &Step) -> Expect {
        match step {
            Step::Authorise { prize, req_id, user } => self.authorise(prize, req_id, user),
            Step::Look { prize, token, .. } => self.look_at_coupon(&prize.key, token),
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
        // It dies with its activity; one whose end moves on has none.
        let life_ends_at = self.now + TOKEN_LIFE;
        let over_at = activity.offer.ends_at + 1_000;
        let expires_at = if activity.offer.delays { life_ends_at } else { life_ends_at.min(over_at) };
        self.tokens.insert(key, Token { user: user.to_owned(), expires_at });
        Expect::Done(Vec::new())
    }

    fn look_at_coupon(&self, prize: &str, named: &Named) -> Expect {
        let key = (prize.to_owned(), named.key.clone());
        let Some(token) = self.tokens.get(&key).filter(|_| named.number.is_some()) else {
            return Expect::refused(page::DEAD);
        };
        let taken: Vec<_> = self.taken_with(&key).map(|coupon| coupon.stage(self.now)).collect();
        let reasons = self.reasons(prize, token);
        match taken.first() {
            // Several stand as one that can be used, while there is one.
            Some(first) => Expect::Done(vec![
                ("stage", taken.iter().find(|stage| **stage == page::TAKEN).unwrap_or(first).to_string()),
                ("count", taken.len().to_string()),
            ]),
            None if reasons.is_empty() => Expect::Done(vec![("stage", page::TO_TAKE.to_owned())]),
            None => Expect::Refused(reasons),
        }
    }

    /// What a token gave.
    fn taken_with(&self, (prize, req_id): &(String, String)) -> impl Iterator<Item = &Coupon> {
        let first = (prize.clone(), req_id.clone(), 0);
        let last = (prize.clone(), req_id.clone(), i64::MAX);
        self.coupons.range(first..=last).map(|(_, coupon)| coupon)
    }

    pub(crate) fn has_given(&self, token: &(String, String)) -> bool {
        self.taken_with(token).next().is_some()
    }

    fn press(&mut self, prize: &str, named: &Named) -> Expect {
        let key = (prize.to_owned(), named.key.clone());
        let Some(token) = self.tokens.get(&key).filter(|_| named.number.is_some()).cloned() else {
            return Expect::refused(page::DEAD);
        };
        let is_taken = self.has_given(&key);
        if !is_taken && token.expires_at <= self.now {
            self.marks.count("a token was pressed too late");
            return Expect::refused(page::DEAD);
        }
        if !is_taken && self.reasons(prize, &token).is_empty() {
            self.take(key, &token);
        } else if let Some(why) = self.kept_out(self.activities[prize].terms().expect("a prize"), &token.user) {
            self.marks.count(format!("kept out of a claim: {why}"));
        }
        // What came of it, who looks again sees.
        Expect::Done(Vec::new())
    }

    fn take(&mut self, (prize, req_id): (String, String), token: &Token) {
        let Token { user, .. } = token;
        let activity = self.activities.get_mut(&prize).expect("it was found");
        activity.taken += 1;
        let terms = activity.terms().expect("a prize is a coupon").clone();
        let (starts_at, ends_at) = match terms.valid {
            Valid::Fixed { starts_at, ends_at } => (starts_at, ends_at),
            Valid::Days(days) => (self.now, self.now + days * DAY - 1),
        };
        let coupon = Coupon { user: user.clone(), taken_at: self.now, usage: Usage::new(starts_at, ends_at) };
        for nth in 0..terms.gives {
            self.coupons.insert((prize.clone(), req_id.clone(), nth), coupon.clone());
        }
        if 1 < terms.gives {
            self.marks.count("a claim gave several");
        }
        let moved_on = activity.offer.ends_at != activity.made.ends_at && activity.offer.delays;
        let (taken, budget) = (activity.taken, terms.budget);
        if moved_on {
            self.marks.count("a claim after an end moved on");
        }
        if 1 < terms.gives && taken == budget {
            self.marks.count("a budget was used up by claims of several");
        }
        if terms.crowd.is_some() {
            self.marks.count("a claim by one of the crowd");
        }
        if let Some(restriction) = &terms.restriction {
            self.marks.count(format!("a claim for {}", restriction.name()));
        }
        self.become_member(user);
        self.notified.insert((out_biz_no(&prize, &req_id), "COUPON", 0));
    }

    /// All that speaks against taking the prize with a token that gave nothing yet.
    fn reasons(&self, prize: &str, token: &Token) -> Vec<&'static str> {
        let activity = &self.activities[prize];
        let terms = activity.terms().expect("a prize is a coupon");
        let of_prize = || self.coupons.iter().filter(|((of, ..), _)| of == prize);
        let own: Vec<_> = of_prize().filter(|(_, coupon)| coupon.user == token.user).collect();
        // However many a claim gives, it is one time of taking part, and one of the budget.
        let is_claim = |((.., nth), _): &(&CouponKey, &Coupon)| *nth == 0;
        let of_today = of_prize().filter(is_claim).filter(|(_, coupon)| Every::Day.has(coupon.taken_at, self.now));
        let of_today = of_today.count();
        let claims: Vec<_> = own.iter().filter(|coupon| is_claim(coupon)).map(|(_, coupon)| coupon.taken_at).collect();
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
        let lately = terms.often.map_or(0, |(every, _)| claims.iter().filter(|at| every.has(**at, self.now)).count());
        if reached(terms.times, claims.len()) || reached(terms.often.map(|(_, times)| times), lately) {
            reasons.push(page::TOO_OFTEN);
        }
        if self.kept_out(terms, &token.user).is_some() {
            reasons.push(page::NOT_FOR);
        }
        if !terms.repeats && own.iter().any(|(_, coupon)| coupon.is_unredeemed(self.now)) {
            reasons.push(page::HELD);
        }
        reasons
    }
}

/// Whether there were as many as there may be.
fn reached(bound: Option<i64>, times: usize) -> bool {
    bound.is_some_and(|bound| usize::try_from(bound).expect("few") <= times)
}

/// What the member's link to the page says: what the notification is known by.
pub(crate) fn out_biz_no(prize: &str, req_id: &str) -> String {
    format!("{prize}-{req_id}")
}
