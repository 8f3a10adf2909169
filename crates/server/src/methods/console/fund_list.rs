//! `punchcard.fund.list`: a merchant's balance, and the money in the funds of its templates of cash vouchers.

use super::page::{self, PageLimit};
use super::{Argument, known_merchant};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::template::{Template, Totals};
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, ledger, template, world};
use wire::money;

/// See the module.
pub struct FundList;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// Where to go on: `next` of the page before.
        after: Option<Argument>,
        /// How many funds at most; 50 when absent.
        limit: Option<PageLimit>,
    }
}

/// A merchant's money. Amounts are yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FundsView {
    /// What is in the merchant's account.
    pub balance: String,
    /// The funds of its templates that were paid for, newest first.
    pub funds: Vec<FundView>,
    /// Where the next page begins; `null` with the last one.
    pub next: Option<String>,
}

/// A template's fund: `funded` is `used`, `recycled` and `outstanding` together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FundView {
    /// The template.
    pub template_id: String,
    /// Its status, as the wire spells it: `S` is sent from, `E` ended.
    pub status: String,
    /// Who paid for it.
    pub sponsor_id: String,
    /// What was paid for it.
    pub funded: String,
    /// What its vouchers paid for trades.
    pub used: String,
    /// What went back to who paid.
    pub recycled: String,
    /// What is in the fund.
    pub outstanding: String,
    /// How many vouchers were paid for.
    pub vouchers: i64,
    /// How many of them were sent.
    pub sent: i64,
    /// How many were used.
    pub vouchers_used: i64,
    /// How many nobody used in time.
    pub vouchers_expired: i64,
}

impl Method for FundList {
    const NAME: &'static str = "punchcard.fund.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = FundsView;
}

impl OperatorRead for FundList {
    async fn run(call: OperatorCall, request: Request) -> Answer<FundsView> {
        let (after, limit) = (page::place(request.after.as_ref())?, page::limit(request.limit));
        let read = move |tx: &mut Tx| {
            if !known_merchant(tx, &request.pid)? {
                return Ok(None);
            }
            let balance = world::account(tx, &request.pid)?.map_or(0, |account| account.balance_fen);
            let templates = template::funded(tx, &request.pid, after, limit)?;
            let last = templates.last().map(|template| (template.id.created_at, template.id.number));
            let next = page::next_of(last, templates.len(), limit);
            let funds = templates.iter().map(|template| fund(tx, template)).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, Fault>(Some(FundsView { balance: money::format(balance), funds, next }))
        };
        super::read_long(&call.app, read).await??.ok_or_else(super::no_merchant)
    }
}

/// The money of a template that was paid for.
pub fn fund(tx: &mut Tx, of: &Template) -> Result<FundView, Fault> {
    let Totals { published, used, used_fen, expired, returned_fen, .. } = template::totals(tx, of.id.number)?;
    Ok(FundView {
        template_id: of.id.to_text(),
        status: of.status.name().to_owned(),
        sponsor_id: of.sponsor_id.clone(),
        funded: money::format_sum(i128::from(of.amount_fen) * i128::from(of.quantity)),
        used: money::format(used_fen),
        recycled: money::format(returned_fen),
        outstanding: money::format(ledger::fund_balance(tx, of.id.number)?),
        vouchers: of.quantity,
        sent: published,
        vouchers_used: used,
        vouchers_expired: expired,
    })
}
