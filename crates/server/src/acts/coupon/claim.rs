//! Claiming a coupon with a token. In one transaction the token is used, limits and budget are taken from, coupons are
//! made and the notification is queued, or nothing at all.

use super::entitlement::{Claim, Entitlement};
use super::notification;
use domain::Refusal;
use domain::activity::{Activity, Budget};
use domain::claim::{Restriction, Verdict};
use domain::issued_coupon::IssuedCoupon;
use store::participation::{self, EVER};
use store::{Fault, Stop, Tx, counter, coupon, member, prize};

/// New ids: five coupons at most, and the notification's.
pub const NEW_IDS: u16 = NOTICE + 1;
const NOTICE: u16 = 5;

/// Why nothing was given; the transaction must end with it.
#[derive(Debug)]
pub enum NotGiven {
    /// The token has given before.
    Before,
    /// A rule or the store said no.
    Stop(Stop),
}

impl From<Stop> for NotGiven {
    fn from(stop: Stop) -> NotGiven {
        NotGiven::Stop(stop)
    }
}

impl From<Refusal> for NotGiven {
    fn from(refusal: Refusal) -> NotGiven {
        NotGiven::Stop(refusal.into())
    }
}

impl From<Fault> for NotGiven {
    fn from(fault: Fault) -> NotGiven {
        NotGiven::Stop(fault.into())
    }
}

/// Gives what the token is for at `now`, UTC milliseconds, under numbers from `first_number` on. Refuses by whatever
/// [`Entitlement::judge`] and the budget refuse by.
pub fn claim(tx: &mut Tx, claim: &Claim<'_>, first_number: i64, now: i64) -> Result<Vec<IssuedCoupon>, NotGiven> {
    // Load.
    let token = prize::token(tx, claim.token)?.ok_or(Refusal::TokenInvalid)?;
    // From here on nobody else takes part for this user, on whatever device and with whatever token: what was loaded
    // before this may be old, what is loaded from here on holds.
    let ever = participation::count(tx, &token.pid, token.activity, &token.user_id, EVER)?;
    let entitlement = Entitlement::open(tx, claim)?;
    let mut times = vec![ever - 1];
    for (part, _) in entitlement.prize.limits.parts(now).into_iter().skip(1) {
        times.push(participation::count(tx, &token.pid, token.activity, &token.user_id, &part)? - 1);
    }
    // Whoever pays for the first time at this moment comes before or after.
    if entitlement.prize.restriction == Restriction::NewMember {
        member::hold(tx, &token.pid, &token.user_id)?;
    }
    // Decide.
    match entitlement.judge(tx, times, now)?.verdict? {
        Verdict::Take => {}
        Verdict::TakenBefore => return Err(NotGiven::Before),
    }
    // Record.
    if !prize::use_token(tx, &token.token, claim.out_biz_no, now)? {
        return Err(NotGiven::Before);
    }
    let Entitlement { activity, prize, budget, .. } = &entitlement;
    let bucket = coupon::bucket(&token.pid, &token.user_id);
    let number = |nth: u16| bucket.id(first_number + i64::from(nth));
    let coupons = prize.coupons(activity, &token.user_id, &token.token, now, number);
    coupon::insert(tx, &coupons)?;
    member::ensure(tx, &token.pid, &token.user_id)?;
    let [first, ..] = &coupons[..] else { return Err(Fault::bug("a prize of no coupons").into()) };
    notification::enqueue(tx, activity, first, claim.out_biz_no, number(NOTICE), now)?;
    spend(tx, activity, *budget, now)?;
    // Who ends the activity waits for its budget too: nothing is given after the end was answered.
    store::activity::expect_unchanged(tx, activity)?;
    Ok(coupons)
}

/// Takes one of the budget, in all and of the day. Everybody waits for these rows, so they come last.
fn spend(tx: &mut Tx, activity: &Activity, budget: Budget, now: i64) -> Result<(), Stop> {
    let number = activity.id.number;
    let mut take = |kind: &str, part: &str, total: i64| match counter::take(tx, kind, number, part, 1, total)? {
        true => Ok(()),
        false => Err(Stop::Refused(Refusal::CampaignSoldOut)),
    };
    take(Budget::TOTAL, "", budget.total)?;
    match budget.daily {
        Some(daily) => take(Budget::DAILY, &Budget::day(now), daily),
        None => Ok(()),
    }
}
