//! Taking the coupon: one transaction, in which the token is used, limits and budget are taken from, vouchers are made and
//! the merchant's system is told, or nothing at all.

use super::opened::Opened;
use super::{Ticket, notice};
use crate::pages::apology::Apology;
use domain::Refusal;
use domain::activity::{Activity, Budget};
use domain::claim::{Restriction, Verdict};
use store::participation::{self, EVER};
use store::{Fault, Tx, counter, member, prize, voucher};

/// New ids: five vouchers at most, and the notification's.
pub(super) const NEW_IDS: u16 = NOTICE + 1;
const NOTICE: u16 = 5;

/// Why nothing was taken.
#[derive(Debug)]
pub(super) enum Halt {
    /// A rule said no.
    Refused(Refusal),
    /// The token has given before.
    Before,
    /// The address is wrong.
    Wrong(Apology),
    /// The store said no.
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Halt {
        Halt::Fault(fault)
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Halt {
        Halt::Refused(refusal)
    }
}

/// Takes what the ticket is for, at `now`, under numbers from `first_number` on.
pub(super) fn take(tx: &mut Tx, ticket: &Ticket, first_number: i64, now: i64) -> Result<(), Halt> {
    // Load.
    let token = prize::token(tx, &ticket.token)?.ok_or(Refusal::TokenInvalid)?;
    // From here on nobody else takes part for this user, on whatever device and with whatever token: what was loaded
    // before this may be old, what is loaded from here on holds.
    let ever = participation::count(tx, &token.pid, token.activity, &token.user_id, EVER)?;
    let opened = ticket.open(tx)?.map_err(Halt::Wrong)?;
    let item = ticket.item(&opened).ok_or(Refusal::TokenInvalid)?;
    let mut times = vec![ever - 1];
    for (part, _) in opened.prize.limits.parts(now).into_iter().skip(1) {
        times.push(participation::count(tx, &token.pid, token.activity, &token.user_id, &part)? - 1);
    }
    // Whoever pays for the first time at this moment comes before or after.
    if opened.prize.restriction == Restriction::NewMember {
        member::hold(tx, &token.pid, &token.user_id)?;
    }
    // Decide.
    match opened.judge(tx, item, times, now)?.verdict? {
        Verdict::Take => {}
        Verdict::TakenBefore => return Err(Halt::Before),
    }
    // Record.
    if !prize::use_token(tx, &token.token, &ticket.out_biz_no, now)? {
        return Err(Halt::Before);
    }
    let Opened { activity, prize, budget, .. } = &opened;
    let bucket = voucher::bucket(&token.pid, &token.user_id);
    let number = |nth: u16| bucket.id(first_number + i64::from(nth));
    let vouchers = prize.vouchers(activity, &token.user_id, &token.token, now, number);
    voucher::insert(tx, &vouchers)?;
    member::ensure(tx, &token.pid, &token.user_id)?;
    let [first, ..] = &vouchers[..] else { return Err(Fault::bug("a prize of no vouchers").into()) };
    notice::tell(tx, activity, first, &ticket.out_biz_no, number(NOTICE), now)?;
    spend(tx, activity, *budget, now)
}

/// Takes one of the budget, in all and of the day. Everybody waits for these rows, so they come last.
fn spend(tx: &mut Tx, activity: &Activity, budget: Budget, now: i64) -> Result<(), Halt> {
    let number = activity.id.number;
    let mut take = |kind: &str, part: &str, total: i64| match counter::take(tx, kind, number, part, 1, total)? {
        true => Ok(()),
        false => Err(Halt::Refused(Refusal::CampaignSoldOut)),
    };
    take(Budget::TOTAL, "", budget.total)?;
    match budget.daily {
        Some(daily) => take(Budget::DAILY, &Budget::day(now), daily),
        None => Ok(()),
    }
}
