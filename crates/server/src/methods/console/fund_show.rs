//! `punchcard.fund.show`: the statement of a template's fund: every entry, the newest first.

use super::fund_list::{FundView, fund};
use super::page::{self, PageLimit};
use super::{Argument, not_found};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::id::TemplateIdText;
use serde::{Deserialize, Serialize};
use store::ledger::{self, FUND};
use store::{Fault, Tx, template, trade};
use wire::{money, time};

/// See the module.
pub struct FundShow;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant whose template it is.
        pid: Argument,
        /// The template.
        template_id: Argument,
        /// Where to go on: `next` of the page before.
        after: Option<Argument>,
        /// How many entries at most; 50 when absent.
        limit: Option<PageLimit>,
    }
}

/// A fund and its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StatementView {
    /// What is in it.
    pub fund: FundView,
    /// Its entries, newest first.
    pub entries: Vec<FundEntryView>,
    /// Where the next page begins; `null` with the last one.
    pub next: Option<String>,
}

/// Money that went into a fund or came out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FundEntryView {
    /// When.
    pub at: String,
    /// `fund` its sponsor paid, `voucher` a voucher paid for a trade, `recycle` went back to the sponsor.
    pub kind: String,
    /// How much, yuan; below zero what came out.
    pub amount: String,
    /// The account at the other end.
    pub account_id: String,
    /// The trade that a voucher paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_no: Option<String>,
}

impl Method for FundShow {
    const NAME: &'static str = "punchcard.fund.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = StatementView;
}

impl OperatorRead for FundShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<StatementView> {
        let (after, limit) = (page::place(request.after.as_ref())?, page::limit(request.limit));
        let id = TemplateIdText::parse(&request.template_id).ok_or_else(no_fund)?;
        let read = move |tx: &mut Tx| {
            let found = template::find(tx, &request.pid, id)?.filter(|template| template.paid_at.is_some());
            let Some(template) = found else { return Ok(None) };
            let entered = ledger::of_fund(tx, template.id.number, after, limit)?;
            let next = page::next_of(entered.last().map(|(id, entry)| (entry.at, *id)), entered.len(), limit);
            let mut entries = Vec::with_capacity(entered.len());
            for (_, entry) in entered {
                let is_in = entry.kind == FUND;
                let trade = match entry.trade {
                    Some(number) => trade::get(tx, number)?,
                    None => None,
                };
                entries.push(FundEntryView {
                    at: time::format(entry.at),
                    amount: money::format(if is_in { entry.amount_fen } else { -entry.amount_fen }),
                    account_id: if is_in { entry.debit } else { entry.credit },
                    kind: entry.kind,
                    trade_no: trade.map(|trade| trade.trade_no()),
                });
            }
            Ok::<_, Fault>(Some(StatementView { fund: fund(tx, &template)?, entries, next }))
        };
        super::read_long(&call.app, read).await??.ok_or_else(no_fund)
    }
}

fn no_fund() -> crate::answer::CallError {
    not_found("no such template that was paid for")
}
