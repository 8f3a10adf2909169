//! `punchcard.token.list`: the tokens that a merchant gave and nobody has used, newest first. The tokens themselves are
//! not shown: who has one may use it.

use super::page::{self, PageLimit};
use super::{Argument, known_merchant};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::id::PrizeId;
use serde::{Deserialize, Serialize};
use store::prize::{self, PrizeToken};
use store::{Fault, Tx, activity};
use wire::time;

/// See the module.
pub struct TokenList;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// Where to go on: `next` of the page before.
        after: Option<Argument>,
        /// How many at most; 50 when absent.
        limit: Option<PageLimit>,
    }
}

/// Tokens that nobody has used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TokensView {
    /// The tokens.
    pub tokens: Vec<TokenView>,
    /// Where the next page begins; `null` with the last one.
    pub next: Option<String>,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TokenView {
    /// Who may use it.
    pub user_id: String,
    /// The activity that gives.
    pub camp_id: String,
    /// The activity's name.
    pub name: String,
    /// The coupon that it is for.
    pub prize_id: String,
    /// When it was given.
    pub gmt_create: String,
    /// When it ends.
    pub gmt_expired: String,
    /// Whether it has ended.
    pub expired: bool,
}

impl Method for TokenList {
    const NAME: &'static str = "punchcard.token.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = TokensView;
}

impl OperatorRead for TokenList {
    async fn run(call: OperatorCall, request: Request) -> Answer<TokensView> {
        // A place is a time, and how many tokens of that time were shown: a token has no other name to show.
        let after = page::place(request.after.as_ref())?.unwrap_or((i64::MAX, 0));
        let after = (after.0, after.1.clamp(0, i64::from(u32::MAX)));
        let (limit, now) = (page::limit(request.limit), call.app.clock.now());
        let read = move |tx: &mut Tx| {
            if !known_merchant(tx, &request.pid)? {
                return Ok(None);
            }
            let tokens = prize::unused(tx, &request.pid, after, limit)?;
            let next = next(&tokens, after, limit);
            let tokens = tokens.into_iter().filter_map(|token| view(tx, token, now).transpose());
            Ok::<_, Fault>(Some(TokensView { tokens: tokens.collect::<Result<_, _>>()?, next }))
        };
        super::read_long(&call.app, read).await??.ok_or_else(super::no_merchant)
    }
}

fn next(tokens: &[PrizeToken], after: (i64, i64), limit: u32) -> Option<String> {
    let last = tokens.last()?.created_at;
    let of_last = tokens.iter().filter(|token| token.created_at == last).count();
    let before = if last == after.0 { after.1 } else { 0 };
    let skip = before.saturating_add(i64::try_from(of_last).ok()?);
    page::next_of(Some((last, skip)), tokens.len(), limit)
}

fn view(tx: &mut Tx, token: PrizeToken, now: i64) -> Result<Option<TokenView>, Fault> {
    let (Some(activity), Some(tool)) = (activity::get(tx, token.activity)?, activity::tool(tx, token.tool)?) else {
        return Ok(None);
    };
    Ok(Some(TokenView {
        user_id: token.user_id,
        camp_id: activity.id.to_text(),
        name: activity.name,
        prize_id: PrizeId::new(tool.created_at, tool.number).to_text(),
        gmt_create: time::format(token.created_at),
        gmt_expired: time::format(token.expires_at),
        expired: token.expires_at <= now,
    }))
}
