//! What a token opens, and what decides whether it gives.

use crate::methods::activity::{PromoTool, Restriction as Said, stored};
use crate::methods::segment::membership;
use domain::Refusal;
use domain::activity::{Activity, Budget};
use domain::claim::{Left, Prize, Restriction, Taker, Token, Verdict, verdict};
use domain::coupon::Terms;
use store::prize::PrizeToken;
use store::{Fault, Tx, counter, voucher};

/// A token with what it is for.
pub(super) struct Opened {
    pub(super) token: PrizeToken,
    pub(super) activity: Activity,
    pub(super) tool: PromoTool,
    pub(super) terms: Terms,
    pub(super) prize: Prize,
    pub(super) budget: Budget,
}

/// What an opened token comes to, and on what that rests.
pub(super) struct Judged {
    pub(super) verdict: Result<Verdict, Refusal>,
    pub(super) left: Left,
    pub(super) taker: Taker,
}

impl Opened {
    /// What the token of this text is for; `None` when there is no such token.
    pub(super) fn load(tx: &mut Tx, token: &str) -> Result<Option<Opened>, Fault> {
        let Some(token) = store::prize::token(tx, token)? else { return Ok(None) };
        let missing = |what: &str| Fault::bug(format!("a prize token without its {what}"));
        let activity = store::activity::get(tx, token.activity)?.ok_or_else(|| missing("activity"))?;
        let kept = store::activity::tool(tx, token.tool)?.ok_or_else(|| missing("tool"))?;
        let rules = stored::rules(&activity)?;
        let (terms, validity) = stored::coupon(&kept)?.ok_or_else(|| missing("coupon"))?;
        let tool = stored::tool(&kept)?;
        let restriction = match rules.constraint.crowd_restriction {
            None => Restriction::None,
            Some(Said::NewMember) => Restriction::NewMember,
            Some(Said::Student) => Restriction::Student,
            Some(Said::MemberCard) => Restriction::MemberCard(rules.constraint.cards().map(str::to_owned).collect()),
        };
        let prize = Prize {
            tool: kept.number,
            restriction,
            limits: rules.limits,
            repeats: tool.may_repeat(),
            send_num: u16::try_from(tool.send_num()).expect("five at most"),
            validity,
        };
        let budget = rules.budget.ok_or_else(|| missing("budget"))?;
        Ok(Some(Opened { token, activity, tool, terms, prize, budget }))
    }

    /// Whether it gives at `now` on the page of the activity `item`, to a user who took part `times` so far, in the order of
    /// the limits' parts.
    pub(super) fn judge(&self, tx: &mut Tx, item: i64, times: Vec<i64>, now: i64) -> Result<Judged, Fault> {
        let left = self.left(tx, now)?;
        let taker = self.taker(tx, times, now)?;
        let PrizeToken { activity, expires_at, used_at, .. } = &self.token;
        let token = Token { activity: *activity, expires_at: *expires_at, used: used_at.is_some() };
        let verdict = verdict(token, item, &self.activity, &self.prize, left, &taker, now);
        Ok(Judged { verdict, left, taker })
    }

    fn left(&self, tx: &mut Tx, now: i64) -> Result<Left, Fault> {
        let number = self.activity.id.number;
        // A part that nobody has taken from is whole. Row and activity may each know a total that was raised since.
        let mut left = |kind: &str, part: &str, total: i64| {
            Ok::<_, Fault>(counter::left(tx, kind, number, part)?.map_or(total, |stock| stock.left_of(total)))
        };
        let total = left(Budget::TOTAL, "", self.budget.total)?;
        let today = match self.budget.daily {
            Some(daily) => Some(left(Budget::DAILY, &Budget::day(now), daily)?),
            None => None,
        };
        Ok(Left { total, today })
    }

    fn taker(&self, tx: &mut Tx, times: Vec<i64>, now: i64) -> Result<Taker, Fault> {
        let PrizeToken { pid, user_id, tool, .. } = &self.token;
        let in_crowd = match self.activity.crowd {
            Some(crowd) => membership::is_in(tx, pid, crowd, user_id, now)?,
            None => true,
        };
        let account = store::world::account(tx, user_id)?;
        let (student, cards) = account.map_or((false, Vec::new()), |it| (it.student, it.member_cards));
        let has_paid = store::sales::get(tx, pid, user_id)?.is_some();
        let held = voucher::of_member(tx, pid, user_id, now)?;
        let holds_unredeemed = held.iter().any(|held| held.tool == Some(*tool) && held.is_unredeemed(now));
        Ok(Taker { in_crowd, has_paid, student, cards, times, holds_unredeemed })
    }
}
