//! `koubei.marketing.tool.prizesend.auth`: makes a token with which one user takes one prize, once, on the coupon page.
//!
//! The token reserves nothing: budget, limits and crowd are looked at again when the prize is taken, and points are the
//! caller's own affair. It lives 24 hours or as long as the merchant's option `claim_token_life` says, and never longer
//! than its activity.
//!
//! Refusals are looked for in this order: a wrong field; the `req_id` was used for another user; the prize is not the
//! merchant's, or takes no tokens; nobody has the `user_id`; the activity does not run; the budget is empty.
//!
//! # Repeats
//!
//! The first answer is kept: a call with the same `req_id` for the same prize and user is answered with the same token,
//! used or not. Another user is `REQ_ID_CONFLICT`. A refused call uses up no `req_id`.

use crate::acts::activity::stored;
use crate::biz::{Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use crate::world::Options;
use domain::Refusal;
use domain::activity::{Activity, Budget, Kind, Tool};
use domain::id::PrizeIdText;
use store::prize::PrizeToken;
use store::{Fault, Tx, activity, counter, prize, world};

/// See the module.
pub struct PrizesendAuth;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the prize.
        req_id: Text<32>,
        /// The prize: `promo_tools[].voucher_no` of a DIRECT_SEND activity with the channel URL_WITH_TOKEN.
        prize_id: Text<32>,
        /// The user who is to take the prize.
        user_id: Text<32>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The token: 32 hexadecimal digits, for the address of the coupon page.
        token: String,
    }
}

impl Method for PrizesendAuth {
    const NAME: &'static str = "koubei.marketing.tool.prizesend.auth";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::REQ_ID_CONFLICT,
        refusals::PRIZE_NOT_EXIST,
        refusals::USER_NOT_EXIST,
        refusals::CAMPAIGN_STATUS_ERROR,
        refusals::BUDGET_NOT_ENOUGH,
    ];
}

impl Write for PrizesendAuth {
    fn once(request: &Request) -> Once<'_> {
        Once::Stored { within: &request.prize_id, key: &request.req_id, conflict: refusals::REQ_ID_CONFLICT.into() }
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let (prize, activity) = prize(call, tx, &request.prize_id)?;
        if world::account(tx, &request.user_id)?.is_none() {
            return Err(Refusal::UserNotExist.into());
        }
        if !activity.running(call.now) {
            return Err(Refusal::CampaignStatusError.into());
        }
        // Today's budget may be gone: the token can be used tomorrow.
        let stock = counter::left(tx, Budget::TOTAL, activity.id.number, "")?;
        if stock.is_some_and(|stock| stock.left() < 1) {
            return Err(Refusal::BudgetNotEnough.into());
        }
        // Record.
        let life_ms = Options::of(tx, call.pid())?.claim_token_life_ms;
        let token = PrizeToken {
            token: call.secret().to_owned(),
            pid: call.pid().to_owned(),
            activity: activity.id.number,
            tool: prize.number,
            user_id: request.user_id.to_string(),
            created_at: call.now,
            expires_at: expires_at(&activity, call.now, life_ms),
            used_at: None,
            out_biz_no: None,
        };
        prize::insert(tx, &token)?;
        Ok(Response { token: token.token })
    }
}

/// From when on a token gives nothing any more: after its life, or when the activity is over. One that delays its end
/// has none yet.
fn expires_at(activity: &Activity, now: i64, life_ms: i64) -> i64 {
    let life_ends_at = now.saturating_add(life_ms);
    if activity.auto_delay { life_ends_at } else { life_ends_at.min(activity.finishes_at()) }
}

/// The merchant's prize that is taken by token, and its activity. Any other is unknown, as a foreign one is.
fn prize(call: &Call, tx: &mut Tx, prize_id: &str) -> Answer<(Tool, Activity)> {
    let unknown = || Refusal::PrizeNotExist;
    let id = PrizeIdText::parse(prize_id).ok_or_else(unknown)?;
    let tool = activity::tool(tx, id.number)?.filter(|tool| tool.prize_id().is_some_and(|own| id.names(own)));
    let tool = tool.ok_or_else(unknown)?;
    let activity = activity::get(tx, tool.activity)?.ok_or_else(|| Fault::bug("a prize without an activity"))?;
    let own = activity.pid == call.pid() && activity.kind == Kind::DirectSend && stored::takes_tokens(&activity)?;
    if own { Ok((tool, activity)) } else { Err(unknown().into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::activity::Status;
    use domain::id::CampId;
    use domain::trade::Origin;

    fn activity(auto_delay: bool, content: &str) -> Activity {
        Activity {
            id: CampId::new(0, 7),
            pid: String::new(),
            name: String::new(),
            kind: Kind::DirectSend,
            status: Status::Started,
            starts_at: 0,
            ends_at: 999,
            length_ms: 999,
            auto_delay,
            crowd: None,
            content: content.to_owned(),
            origin: Origin {
                app_id: String::new(),
                auth_app_id: String::new(),
                notify_url: None,
                sign_type: String::new(),
            },
            version: 1,
        }
    }

    #[test]
    fn a_token_lives_no_longer_than_its_activity() {
        for (auto_delay, now, expect) in [(false, 0, 500), (false, 500, 1_000), (false, 999, 1_000), (true, 999, 1_499)]
        {
            assert_eq!(expires_at(&activity(auto_delay, "{}"), now, 500), expect, "{auto_delay} {now}");
        }
        assert_eq!(expires_at(&activity(true, "{}"), 1, i64::MAX), i64::MAX);
    }

    #[test]
    fn only_an_activity_with_the_channel_takes_tokens() {
        for (content, expect) in [
            (r#"{"publish_channels":[{"type":"QR_CODE"},{"type":"URL_WITH_TOKEN"}]}"#, Some(true)),
            (r#"{"publish_channels":[{"type":"QR_CODE"}]}"#, Some(false)),
            ("{}", Some(false)),
            (r#"{"publish_channels":"URL_WITH_TOKEN"}"#, None),
        ] {
            assert_eq!(stored::takes_tokens(&activity(false, content)).ok(), expect, "{content}");
        }
    }
}
