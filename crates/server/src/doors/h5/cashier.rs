//! `/h5/cashier?tradeNo=…&token=…`: shows a trade that was made to be paid here, and pays it (DECISIONS.md 6).
//!
//! Whoever holds the token may look; only the buyer's PIN pays. The count of wrong PINs and the payment are one
//! transaction, which holds the count first: of many PINs at once each is counted, and of many right ones one pays.

use super::pin::{self, Proof};
use super::{Seen, Visit, form, is_plain, query};
use crate::app::App;
use crate::keys;
use crate::methods::trade::settle::{self, Known, Moment};
use crate::pages::apology::Apology;
use crate::pages::cashier::{Cashier, Entry, Said, Stage};
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use domain::Refusal;
use domain::id::TradeNoText;
use domain::login::masked;
use domain::pin::{Lock, Pin, Tries};
use domain::trade::{Status, Trade};
use serde::Deserialize;
use std::sync::Arc;
use store::ledger::Cause;
use store::world::Account;
use store::{Fault, Stop, Tx};

/// Shows the page.
pub async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(app.clone(), &request);
    let ticket = Ticket::read(request.uri());
    let address = ticket.as_ref().map_or_else(|| request.uri().path().to_owned(), Ticket::address);
    let seen = look(&app, &visit, ticket).await;
    visit.answer(&address, seen)
}

/// Takes the form: a PIN.
pub async fn pay(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(app.clone(), &request);
    let Some(mut ticket) = Ticket::read(request.uri()) else {
        return visit.answer(request.uri().path(), Err(Apology::Unknown));
    };
    ticket.said = None;
    let taken = take(&app, &visit, &mut ticket, request).await;
    visit.answer(&ticket.address(), taken.map(|()| Seen::Taken))
}

/// What opens a trade's page, and what its address says came of the last form.
#[derive(Clone)]
struct Ticket {
    trade_no: String,
    token: String,
    said: Option<Said>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "tradeNo")]
    trade_no: String,
    token: String,
    said: Option<String>,
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
    pin: String,
}

impl Ticket {
    fn read(uri: &Uri) -> Option<Ticket> {
        let Asked { trade_no, token, said } = query(uri)?;
        let said = said.as_deref().and_then(Said::parse);
        let plain = is_plain(&trade_no) && is_plain(&token);
        plain.then_some(Ticket { trade_no, token, said })
    }

    fn address(&self) -> String {
        let Ticket { trade_no, token, said } = self;
        let said = said.map_or(String::new(), |said| format!("&said={}", said.name()));
        format!("/h5/cashier?tradeNo={trade_no}&token={token}{said}")
    }

    /// What this platform vouches for in the page's form.
    fn form(&self) -> String {
        format!("cashier/{}/{}", self.trade_no, self.token)
    }

    /// The trade, if this opens it: nobody learns whether it is the number or the token that is wrong.
    fn open(&self, tx: &mut Tx) -> Result<Option<Trade>, Fault> {
        let Some(text) = TradeNoText::parse(&self.trade_no) else { return Ok(None) };
        let found = store::trade::get(tx, text.number)?.filter(|trade| text.names(trade.no));
        let opens = |token: &str| keys::same(token, &self.token);
        Ok(found.filter(|trade| trade.page_token.as_deref().is_some_and(opens)))
    }
}

/// What the page is made from.
struct Desk {
    trade: Trade,
    seller: String,
    buyer: Option<Account>,
    tries: Tries,
}

impl Desk {
    fn load(tx: &mut Tx, ticket: &Ticket) -> Result<Option<Desk>, Fault> {
        let Some(trade) = ticket.open(tx)? else { return Ok(None) };
        let seller = store::world::merchant(tx, &trade.pid)?.map(|merchant| merchant.name);
        let seller = seller.filter(|name| !name.is_empty()).unwrap_or_else(|| trade.pid.clone());
        let buyer = store::world::account(tx, &trade.buyer_id)?;
        let tries = store::pin::tries(tx, &trade.buyer_id)?;
        Ok(Some(Desk { trade, seller, buyer, tries }))
    }

    fn page(self, visit: &Visit, ticket: &Ticket) -> Cashier {
        let now = visit.app.clock.now();
        let trade = &self.trade;
        let stage = match trade.status {
            Status::WaitBuyerPay if trade.expires_at.is_some_and(|end| end <= now) => Stage::Closed { expired: true },
            Status::WaitBuyerPay => {
                let entry = match self.tries.lock(now) {
                    _ if pin::of(self.buyer.as_ref(), &visit.app).is_none() => Entry::Unset,
                    Lock::Locked { until } => Entry::Locked(until),
                    Lock::Open { left } => {
                        let action = visit.in_lang(&Ticket { said: None, ..ticket.clone() }.address());
                        Entry::Form { action, csrf: visit.app.master_key.vouch(&ticket.form()), left }
                    }
                };
                Stage::ToPay { entry, said: ticket.said, until: trade.expires_at }
            }
            Status::TradeSuccess | Status::TradeFinished => Stage::Paid {
                at: trade.paid_at.unwrap_or(now),
                refunded_fen: trade.refunded_fen,
                again: ticket.said == Some(Said::PaidAlready),
            },
            Status::TradeClosed if trade.paid_at.is_some() => Stage::Refunded { at: trade.refunded_at },
            Status::TradeClosed => {
                let ended = trade.closed_at.zip(trade.expires_at);
                Stage::Closed { expired: ended.is_some_and(|(closed, end)| end <= closed) }
            }
        };
        let login = self.buyer.and_then(|buyer| buyer.login_id).unwrap_or_else(|| trade.buyer_id.clone());
        Cashier {
            seller: self.seller,
            subject: trade.subject.clone(),
            total_fen: trade.total_fen,
            buyer: masked(&login),
            trade_no: trade.trade_no(),
            stage,
        }
    }
}

async fn look(app: &Arc<App>, visit: &Visit, ticket: Option<Ticket>) -> Result<Seen, Apology> {
    visit.admit()?;
    let ticket = ticket.ok_or(Apology::Unknown)?;
    let opening = ticket.clone();
    let desk = app.store.read(move |tx: &mut Tx| Desk::load(tx, &opening)).await;
    let desk = desk.map_err(|failure: Fault| visit.failed(&failure))?.ok_or(Apology::Unknown)?;
    let page = desk.page(visit, &ticket);
    Ok(Seen::Page(Box::new(move |shell| page.page(shell))))
}

/// Tries the PIN and pays; what the page is to say of it goes into the ticket.
async fn take(app: &Arc<App>, visit: &Visit, ticket: &mut Ticket, request: Request) -> Result<(), Apology> {
    visit.admit()?;
    let sent: Sent = form(request).await?;
    if !app.master_key.vouched(&ticket.form(), &sent.csrf) {
        return Err(Apology::BadForm);
    }
    let Some(pin) = Pin::parse(&sent.pin) else {
        ticket.said = Some(Said::NoPin);
        return Ok(());
    };
    ticket.said = settle(app, visit, ticket.clone(), pin).await?;
    Ok(())
}

/// Whether it can be paid; else what the page is to say beside what it sees in the trade.
fn payable(trade: &Trade, now: i64) -> Result<(), Option<Said>> {
    match trade.clone().pay(now) {
        Ok(_) => Ok(()),
        Err(Refusal::TradeHasSuccess) => Err(Some(Said::PaidAlready)),
        Err(_) => Err(None),
    }
}

/// In one transaction: the PIN, its count, and the payment with all that follows from it. Gives what the page is to say;
/// the rest it sees in the trade.
async fn settle(app: &Arc<App>, visit: &Visit, ticket: Ticket, given: Pin) -> Result<Option<Said>, Apology> {
    let failed = |failure: Fault| visit.failed(&failure);
    let first_number = app.store.next_numbers(settle::NEW_IDS).await.map_err(failed)?;
    let (app, now, trace_id) = (app.clone(), app.clock.now(), visit.trace_id.clone());
    let store = app.store.clone();
    let write = move |tx: &mut Tx| -> Result<Option<Said>, Stop> {
        let Some(trade) = ticket.open(tx)? else { return Ok(None) };
        if let Err(said) = payable(&trade, now) {
            return Ok(said);
        }
        match pin::prove(tx, &trade.buyer_id, &given, &app, now)? {
            Proof::Right => {}
            Proof::Wrong => return Ok(Some(Said::WrongPin)),
            Proof::NotTried => return Ok(None),
        }
        // The proof may have waited for another of this account's, so what was loaded may be old. The balance comes before
        // the trade: who finds it spent by the trade itself then finds the trade paid.
        let Some(buyer) = store::world::account(tx, &trade.buyer_id)? else { return Ok(None) };
        let Some(trade) = ticket.open(tx)? else { return Ok(None) };
        if let Err(said) = payable(&trade, now) {
            return Ok(said);
        }
        // A refusal would undo the whole, and the count with it: so what can be seen here is no refusal.
        if buyer.balance_fen < trade.total_fen {
            return Ok(Some(Said::ShortBalance));
        }
        let cause = Cause { app_id: None, trace_id: Some(&trace_id) };
        let moment = Moment::new(&trade, now, cause, |nth, bucket| bucket.id(first_number + i64::from(nth)));
        settle::settle(tx, trade, Known::Before, &moment)?;
        Ok(None)
    };
    match store.write(write).await {
        Ok(said) => Ok(said),
        // The balance has gone elsewhere since it was looked at.
        Err(Stop::Refused(Refusal::BuyerBalanceNotEnough)) => Ok(Some(Said::ShortBalance)),
        // The trade has: the page shows where it is.
        Err(Stop::Refused(_)) => Ok(None),
        Err(Stop::Fault(failure)) => Err(failed(failure)),
    }
}
