//! A template of cash vouchers is paid for by its sponsor's PIN, in one transaction (`docs/decisions.md`, "Cash
//! vouchers").

use super::content::Content;
use super::expiry;
use crate::acts::pin::{self, Proof};
use crate::keys;
use crate::merchant_page::MerchantPage;
use domain::Refusal;
use domain::id::FundOrderNoText;
use domain::pin::{Pin, Tries};
use domain::template::{FundOrder, Template};
use store::ledger::{Cause, FUND, Party, Transfer, transfer};
use store::world::{self, Account};
use store::{Bucket, Fault, Stop, Tx, template};

/// What opens the page of a fund order.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The order's number.
    pub fund_order_no: &'a str,
    /// The page's token.
    pub token: &'a str,
}

/// What the page is made from.
pub struct Desk {
    /// The template that is paid for.
    pub template: Template,
    /// What it keeps to be shown.
    pub content: Content,
    /// What its merchant is called.
    pub merchant: String,
    /// The account that pays.
    pub sponsor: Option<Account>,
    /// The tries of its PIN.
    pub tries: Tries,
}

/// A payment by the sponsor's PIN.
#[derive(Clone, Copy)]
pub struct PinPayment<'a> {
    /// What opens the page that it comes from.
    pub opening: Opening<'a>,
    /// The PIN.
    pub pin: &'a Pin,
    /// The name in the log of the request that pays.
    pub trace_id: &'a str,
    /// Now, UTC milliseconds.
    pub at: i64,
}

/// What came of a payment by PIN. Balances are fen, and told to nobody without the PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The template is paid for with this transaction.
    Paid {
        /// The sponsor's balance after that.
        left_fen: i64,
        /// Where the browser goes from here.
        onward: Option<String>,
    },
    /// It had been paid for before.
    PaidBefore,
    /// Nothing opens, the order is closed, or no PIN may be tried.
    NotTried,
    /// The PIN was wrong, and is counted.
    WrongPin,
    /// The PIN was right, and the balance is too low.
    BalanceTooLow {
        /// The sponsor's balance, where it has not gone elsewhere meanwhile.
        balance_fen: Option<i64>,
    },
}

impl Opening<'_> {
    /// The template, if this opens it: nobody learns whether it is the number or the token that is wrong.
    fn open(&self, tx: &mut Tx) -> Result<Option<Template>, Fault> {
        let Some(text) = FundOrderNoText::parse(self.fund_order_no) else { return Ok(None) };
        let found = template::get(tx, text.number)?.filter(|template| text.names(template.fund_order_no()));
        Ok(found.filter(|template| keys::same(&template.page_token, self.token)))
    }
}

impl Desk {
    /// What the page shows; `None` where nothing opens.
    pub fn load(tx: &mut Tx, opening: Opening<'_>) -> Result<Option<Desk>, Fault> {
        let Some(template) = opening.open(tx)? else { return Ok(None) };
        Ok(Some(Desk {
            content: Content::of(&template)?,
            merchant: world::merchant_label(tx, &template.pid)?,
            sponsor: world::account(tx, &template.sponsor_id)?,
            tries: store::pin::tries(tx, &template.sponsor_id)?,
            template,
        }))
    }
}

/// Where the sponsor's browser goes once the template is paid for.
pub fn redirect(content: &Content) -> Option<MerchantPage> {
    content.redirect_uri.as_deref().and_then(MerchantPage::parse)
}

/// The same with what the merchant's page is told: which template it is, and by which order it was paid for.
pub fn onward(template: &Template, content: &Content) -> Option<String> {
    let (id, order) = (template.id.to_text(), template.fund_order_no().to_text());
    redirect(content).map(|page| page.with(&format!("template_id={id}&fund_order_no={order}")))
}

/// Tries the PIN, counts it, and pays with all that follows from it. `kept_pin` reads the PIN that an account has;
/// `new_id` gives the transfer's id in a bucket.
///
/// After a refusal nothing may be kept, the PIN's count included: so what can be seen here is an [`Outcome`]. Refused
/// is only a balance that has gone elsewhere since it was read.
pub fn pay(
    tx: &mut Tx,
    payment: PinPayment<'_>,
    kept_pin: impl Fn(&Account) -> Option<Pin>,
    new_id: impl Fn(Bucket) -> i64,
) -> Result<Outcome, Stop> {
    let PinPayment { opening, pin, trace_id, at } = payment;
    let sponsor_id = match waiting(opening.open(tx)?, at) {
        Ok(template) => template.sponsor_id,
        Err(outcome) => return Ok(outcome),
    };
    let sponsor = match pin::prove(tx, &sponsor_id, pin, kept_pin, at)? {
        Proof::Right(sponsor) => sponsor,
        Proof::Wrong => return Ok(Outcome::WrongPin),
        Proof::NotTried => return Ok(Outcome::NotTried),
    };
    // The proof may have waited for another of this account's, so the template may be old.
    let template = match waiting(opening.open(tx)?, at) {
        Ok(template) => template,
        Err(outcome) => return Ok(outcome),
    };
    if sponsor.balance_fen < template.total_fen() {
        return Ok(Outcome::BalanceTooLow { balance_fen: Some(sponsor.balance_fen) });
    }
    let paid = template.pay(at)?;
    expiry::plan_vouchers(tx, &paid, at)?;
    template::update(tx, &paid)?;
    let money = Transfer {
        id: new_id(Bucket::of_id(paid.id.number)),
        debit: Party::Account(&sponsor_id),
        credit: Party::Template(paid.id.number),
        amount_fen: paid.total_fen(),
        kind: FUND,
        trade: None,
        at,
        cause: Cause { app_id: None, trace_id: Some(trace_id) },
    };
    if !transfer(tx, &money)? {
        return Err(Refusal::BuyerBalanceNotEnough.into());
    }
    let left_fen = world::account(tx, &sponsor_id)?.map_or(0, |account| account.balance_fen);
    Ok(Outcome::Paid { left_fen, onward: onward(&paid, &Content::of(&paid)?) })
}

/// The template, if it waits to be paid for.
fn waiting(template: Option<Template>, at: i64) -> Result<Template, Outcome> {
    let template = template.ok_or(Outcome::NotTried)?;
    match template.fund_order(at) {
        FundOrder::WaitPay => Ok(template),
        FundOrder::Paid => Err(Outcome::PaidBefore),
        FundOrder::Closed => Err(Outcome::NotTried),
    }
}
