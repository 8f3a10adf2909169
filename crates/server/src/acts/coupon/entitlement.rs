//! What a token entitles its user to, and what decides whether it gives.

use crate::acts::activity::plan::constraint_info::Restriction as RestrictionPlan;
use crate::acts::activity::plan::promo_tool::PromoTool;
use crate::acts::activity::stored;
use crate::acts::crowd::membership;
use domain::Refusal;
use domain::activity::{Activity, Budget};
use domain::claim::{BudgetLeft, Claimant, Prize, Restriction, Token, Verdict, verdict};
use domain::coupon::Terms;
use domain::id::ItemIdText;
use store::prize::PrizeToken;
use store::{Fault, Stop, Tx, counter, coupon};

/// A token, and what whoever claims with it says.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The token.
    pub token: &'a str,
    /// The item id of the activity whose coupon is claimed.
    pub item: &'a str,
    /// The user, where one is named: the token's, or the token is refused.
    pub buyer_id: Option<&'a str>,
    /// The shop, where one is named: one of the activity's, or it is refused.
    pub shop_id: Option<&'a str>,
    /// The merchant's number for the claim.
    pub out_biz_no: &'a str,
}

/// A token with what it is for.
pub struct Entitlement {
    /// The token, with its user.
    pub token: PrizeToken,
    /// The activity that gives.
    pub activity: Activity,
    /// The tool as the merchant described it.
    pub tool: PromoTool,
    /// What the coupon takes off, and when it may be used.
    pub terms: Terms,
    /// What is given, to whom, and how often.
    pub prize: Prize,
    /// How often the activity gives.
    pub budget: Budget,
}

/// What an entitlement comes to, and on what that rests.
pub struct Judgement {
    /// Whether it gives, or why not.
    pub verdict: Result<Verdict, Refusal>,
    /// What is left of the budget.
    pub left: BudgetLeft,
    /// Who wants to take it.
    pub taker: Claimant,
}

impl Entitlement {
    /// What a claim's token is for. Refuses a token that there is not, or that is not of the claim's item and user
    /// ([`Refusal::TokenInvalid`]), and a shop that is not the activity's ([`Refusal::ShopNotExist`]).
    pub fn open(tx: &mut Tx, claim: &Claim<'_>) -> Result<Entitlement, Stop> {
        let found = Entitlement::load(tx, claim.token)?.ok_or(Refusal::TokenInvalid)?;
        let is_item = ItemIdText::parse(claim.item).is_some_and(|item| item.names(found.activity.item_id()));
        if !is_item || claim.buyer_id.is_some_and(|id| *id != found.token.user_id) {
            return Err(Refusal::TokenInvalid.into());
        }
        if let Some(shop_id) = claim.shop_id
            && !store::activity::has_shop(tx, found.activity.id.number, shop_id)?
        {
            return Err(Refusal::ShopNotExist.into());
        }
        Ok(found)
    }

    fn load(tx: &mut Tx, token: &str) -> Result<Option<Entitlement>, Fault> {
        let Some(token) = store::prize::token(tx, token)? else { return Ok(None) };
        let missing = |what: &str| Fault::bug(format!("a prize token without its {what}"));
        let activity = store::activity::get(tx, token.activity)?.ok_or_else(|| missing("activity"))?;
        let kept = store::activity::tool(tx, token.tool)?.ok_or_else(|| missing("tool"))?;
        let rules = stored::rules(&activity)?;
        let tool = stored::tool(&kept)?;
        let (terms, validity) = stored::terms(tool.voucher.as_ref().ok_or_else(|| missing("coupon"))?)?;
        let restriction = match rules.constraint.crowd_restriction {
            None => Restriction::None,
            Some(RestrictionPlan::NewMember) => Restriction::NewMember,
            Some(RestrictionPlan::Student) => Restriction::Student,
            Some(RestrictionPlan::MemberCard) => {
                Restriction::MemberCard(rules.constraint.cards().map(str::to_owned).collect())
            }
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
        Ok(Some(Entitlement { token, activity, tool, terms, prize, budget }))
    }

    /// Whether it gives at `now`, UTC milliseconds, to a user who took part `times` so far, in the order of the limits'
    /// parts.
    pub fn judge(&self, tx: &mut Tx, times: Vec<i64>, now: i64) -> Result<Judgement, Fault> {
        let left = self.left(tx, now)?;
        let taker = self.taker(tx, times, now)?;
        let PrizeToken { activity, expires_at, used_at, .. } = &self.token;
        let token = Token { activity: *activity, expires_at: *expires_at, used: used_at.is_some() };
        let verdict = verdict(token, self.activity.id.number, &self.activity, &self.prize, left, &taker, now);
        Ok(Judgement { verdict, left, taker })
    }

    fn left(&self, tx: &mut Tx, now: i64) -> Result<BudgetLeft, Fault> {
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
        Ok(BudgetLeft { total, today })
    }

    fn taker(&self, tx: &mut Tx, times: Vec<i64>, now: i64) -> Result<Claimant, Fault> {
        let PrizeToken { pid, user_id, tool, .. } = &self.token;
        let in_crowd = match self.activity.crowd {
            Some(crowd) => membership::is_in(tx, pid, crowd, user_id, now)?,
            None => true,
        };
        let account = store::world::account(tx, user_id)?;
        let (student, cards) = account.map_or((false, Vec::new()), |it| (it.student, it.member_cards));
        let has_paid = store::sales::get(tx, pid, user_id)?.is_some();
        let held = coupon::of_member(tx, pid, user_id, now)?;
        let holds_unredeemed = held.iter().any(|held| held.tool == Some(*tool) && held.redemption.is_unredeemed(now));
        Ok(Claimant { in_crowd, has_paid, student, cards, times, holds_unredeemed })
    }
}
