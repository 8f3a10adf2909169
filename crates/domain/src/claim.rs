//! Taking a coupon on its page (page.coupon-claim, rule 3).
//!
//! A token lets one user take one prize once. What it gives is `send_num` coupons; of the budget, which counts how
//! often an activity gives, that takes one, and it is one time of taking part. Times are UTC milliseconds.

use crate::Refusal;
use crate::activity::{Activity, Limits};
use crate::coupon::Validity;
use crate::id::VoucherId;
use crate::issued_coupon::IssuedCoupon;
use crate::redemption::Redemption;

/// A token of `prizesend.auth`: it lets one user take one prize, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The store's number of the prize's activity.
    pub activity: i64,
    /// The first moment at which the token is worth nothing.
    pub expires_at: i64,
    /// Whether a coupon was taken with it.
    pub used: bool,
}

/// For whom, among all users, an activity is (`crowd_restriction`; `docs/decisions.md`, "Deductions").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Restriction {
    /// Every user may take part.
    #[default]
    None,
    /// For those who have paid the merchant nothing yet: NEW_MEMBER_PROMO.
    NewMember,
    /// STUDENT: only students.
    Student,
    /// For those who hold one of these cards: MEMBER_CARD.
    MemberCard(Vec<String>),
}

/// The user who wants to take a coupon, as far as a claim depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Whether the activity's crowd has this member; yes where the activity has no crowd.
    pub in_crowd: bool,
    /// Whether the user has ever paid the merchant.
    pub has_paid: bool,
    /// Whether the world file says that the user is a student.
    pub student: bool,
    /// The ids of the merchant's member cards that the user holds.
    pub cards: Vec<String>,
    /// How often the user took part so far, in the order of [`Limits::parts`].
    pub times: Vec<i64>,
    /// Whether the user holds a coupon of this prize that can still be used.
    pub holds_unredeemed: bool,
}

/// What is left of an activity's budget, in prizes; 0 or less is sold out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLeft {
    /// Left over the activity's whole time.
    pub total: i64,
    /// Left today (UTC+8); `None` where there is no daily bound.
    pub today: Option<i64>,
}

/// A prize of an activity: what it gives, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prize {
    /// The store's number of the tool.
    pub tool: i64,
    /// Which users may take it.
    pub restriction: Restriction,
    /// How often one user may take part in the activity.
    pub limits: Limits,
    /// Whether who has not used one may take another (`allow_repeat_send`).
    pub repeats: bool,
    /// How many coupons are given at a time (`send_num`), 1 to 5.
    pub send_num: u16,
    /// When its coupons can be used.
    pub validity: Validity,
}

/// The outcome of a claim that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The token gives now.
    Take,
    /// The token has given before; the coupons it gave say what.
    TakenBefore,
}

/// Whether a token gives at `now`, on the page of the activity with the number `item`.
pub fn verdict(
    token: Token,
    item: i64,
    activity: &Activity,
    prize: &Prize,
    left: BudgetLeft,
    taker: &Claimant,
    now: i64,
) -> Result<Verdict, Refusal> {
    if token.activity != item || activity.id.number != item {
        return Err(Refusal::TokenInvalid);
    }
    if token.used {
        return Ok(Verdict::TakenBefore);
    }
    if token.expires_at <= now {
        return Err(Refusal::TokenInvalid);
    }
    if !activity.running(now) {
        return Err(Refusal::CampaignEnded);
    }
    if left.total < 1 || left.today.is_some_and(|today| today < 1) {
        return Err(Refusal::CampaignSoldOut);
    }
    let bounds = prize.limits.parts(now);
    if bounds.iter().zip(&taker.times).any(|((_, bound), times)| bound.is_some_and(|bound| bound <= *times)) {
        return Err(Refusal::TookPartTooOften);
    }
    if !taker.in_crowd || !prize.restriction.lets(taker) {
        return Err(Refusal::NotEligible);
    }
    if taker.holds_unredeemed && !prize.repeats {
        return Err(Refusal::HoldsUnredeemed);
    }
    Ok(Verdict::Take)
}

impl Restriction {
    fn lets(&self, taker: &Claimant) -> bool {
        match self {
            Restriction::None => true,
            Restriction::NewMember => !taker.has_paid,
            Restriction::Student => taker.student,
            Restriction::MemberCard(cards) => cards.iter().any(|card| taker.cards.contains(card)),
        }
    }
}

impl Prize {
    /// The coupons that this user gets at `now` for the token, under the numbers of `number(nth)`.
    pub fn coupons(
        &self,
        activity: &Activity,
        user_id: &str,
        token: &str,
        now: i64,
        number: impl Fn(u16) -> i64,
    ) -> Vec<IssuedCoupon> {
        let (starts_at, ends_at) = self.validity.of_taken(now);
        let coupon = |nth| IssuedCoupon {
            id: VoucherId::new(now, number(nth)),
            pid: activity.pid.clone(),
            user_id: user_id.to_owned(),
            activity: Some(activity.id.number),
            tool: Some(self.tool),
            token: Some(token.to_owned()),
            redemption: Redemption::new(starts_at, ends_at),
            version: 1,
        };
        (0..self.send_num).map(coupon).collect()
    }
}

#[cfg(test)]
mod tests;
