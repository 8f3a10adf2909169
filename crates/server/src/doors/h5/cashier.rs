//! `/h5/cashier?tradeNo=…&token=…`: shows a trade that was made to be paid here, and pays it (DECISIONS.md 6).
//!
//! Whoever holds the token may look; only the buyer's PIN pays. The count of wrong PINs and the payment are one
//! transaction, which holds the count first: of many PINs at once each is counted, and of many right ones one pays.
//!
//! The address says which of the buyer's coupons is chosen, the best when it says none. While the page is looked at the
//! trade holds that one, and no other payment gets it; a form pays with the coupon that its page showed, or not at all.

use super::pin::{self, Attempt};
use super::{Seen, Visit, form, is_plain, query};
use crate::acts::trade::cashier::{self, Desk, Opening, Outcome, PinPayment};
use crate::acts::trade::context;
use crate::acts::trade::coupon::{Chosen, Wanted};
use crate::app::App;
use crate::pages::apology::Apology;
use crate::pages::cashier::{Cashier, Entry, Offered, Said, Stage};
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use domain::Refusal;
use domain::id::VoucherIdText;
use domain::login::masked;
use domain::pin::{Lock, Pin};
use domain::trade::Status;
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::Arc;
use store::{Bucket, Fault, Stop, Tx};

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
    /// The id of a voucher, or [`NO_COUPON`]; the best one when absent.
    coupon: Option<String>,
    said: Option<Said>,
}

/// How an address and a form say that no coupon is wanted.
const NO_COUPON: &str = "none";
/// The most coupons that a page offers; a buyer with more has the best of them here.
const OFFERED_MAX: usize = 20;

/// What an address or a form says of coupons.
fn wanted(coupon: &str) -> Wanted {
    VoucherIdText::parse(coupon).map_or(Wanted::None, |text| Wanted::One(text.number))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "tradeNo")]
    trade_no: String,
    token: String,
    coupon: Option<String>,
    said: Option<String>,
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
    pin: String,
    coupon: Option<String>,
}

impl Ticket {
    fn read(uri: &Uri) -> Option<Ticket> {
        let Asked { trade_no, token, coupon, said } = query(uri)?;
        let said = said.as_deref().and_then(Said::parse);
        let plain = is_plain(&trade_no) && is_plain(&token) && coupon.as_deref().is_none_or(is_plain);
        plain.then_some(Ticket { trade_no, token, coupon, said })
    }

    fn address(&self) -> String {
        let Ticket { trade_no, token, coupon, said } = self;
        let coupon = coupon.as_ref().map_or(String::new(), |coupon| format!("&coupon={coupon}"));
        let said = said.map_or(String::new(), |said| format!("&said={}", said.name()));
        format!("/h5/cashier?tradeNo={trade_no}&token={token}{coupon}{said}")
    }

    /// The page's address with this coupon chosen, in the visitor's language.
    fn choosing(&self, coupon: &str, visit: &Visit) -> String {
        visit.in_lang(&Ticket { coupon: Some(coupon.to_owned()), said: None, ..self.clone() }.address())
    }

    /// What this platform vouches for in the page's form.
    fn form(&self) -> String {
        format!("cashier/{}/{}", self.trade_no, self.token)
    }

    /// What opens the trade.
    fn opening(&self) -> Opening<'_> {
        Opening { trade_no: &self.trade_no, token: &self.token }
    }

    /// The coupon that the address chooses, the best when it says none.
    fn wanted(&self) -> Wanted {
        self.coupon.as_deref().map_or(Wanted::Best, wanted)
    }
}

/// What the page shows of a trade, for the address that opened it.
struct Face<'a> {
    desk: Desk,
    ticket: &'a Ticket,
    visit: &'a Visit,
}

impl Face<'_> {
    fn chosen(&self) -> Option<&Chosen> {
        self.desk.chosen(self.ticket.wanted())
    }

    /// The choice as the page offers it: each coupon once, and none. Of several vouchers of one coupon it is the chosen one,
    /// or the first to end.
    fn offered(&self) -> Vec<Offered> {
        let (ticket, visit) = (self.ticket, self.visit);
        let usable = &self.desk.usable.chosen;
        let chosen = self.chosen().map(|one| (one.voucher.id.number, one.voucher.tool));
        let mut seen = HashSet::new();
        let mut once = |one: &&Chosen| match chosen {
            Some((number, tool)) if tool == one.voucher.tool => number == one.voucher.id.number,
            _ => seen.insert(one.voucher.tool),
        };
        let coupon = |one: &Chosen| Offered {
            coupon: Some((one.coupon.name.clone(), one.fen, one.voucher.ends_at)),
            address: ticket.choosing(&one.voucher.id.to_text(), visit),
            chosen: chosen.is_some_and(|(number, _)| number == one.voucher.id.number),
        };
        let mut offered: Vec<_> = usable.iter().filter(|one| once(one)).take(OFFERED_MAX).map(coupon).collect();
        if !offered.is_empty() {
            let address = ticket.choosing(NO_COUPON, visit);
            offered.push(Offered { coupon: None, address, chosen: chosen.is_none() });
        }
        offered
    }

    fn page(&self, now: i64) -> Cashier {
        let Face { desk, ticket, visit } = self;
        let trade = &desk.trade;
        let chosen = self.chosen();
        let coupon = chosen.map_or_else(|| NO_COUPON.to_owned(), |one| one.voucher.id.to_text());
        let gone_fen: i64 = desk.used.iter().map(|one| one.refunded_fen).sum();
        let stage = match trade.status {
            Status::WaitBuyerPay if trade.expires_at.is_some_and(|end| end <= now) => Stage::Closed { expired: true },
            Status::WaitBuyerPay => {
                let entry = match desk.tries.lock(now) {
                    _ if desk.buyer.as_ref().and_then(|buyer| pin::of(buyer, &visit.app)).is_none() => Entry::Unset,
                    Lock::Locked { until } => Entry::Locked(until),
                    Lock::Open { left } => {
                        let action = visit.in_lang(&Ticket { said: None, ..Ticket::clone(ticket) }.address());
                        Entry::Form { action, csrf: visit.app.master_key.vouch(&ticket.form()), coupon, left }
                    }
                };
                let offered = self.offered();
                Stage::ToPay { entry, offered, said: ticket.said, until: trade.expires_at }
            }
            Status::TradeSuccess | Status::TradeFinished => Stage::Paid {
                at: trade.paid_at.unwrap_or(now),
                refunded_fen: trade.refunded_fen - gone_fen,
                again: ticket.said == Some(Said::PaidAlready),
            },
            Status::TradeClosed if trade.paid_at.is_some() => Stage::Refunded { at: trade.refunded_at },
            Status::TradeClosed => {
                let ended = trade.closed_at.zip(trade.expires_at);
                Stage::Closed { expired: ended.is_some_and(|(closed, end)| end <= closed) }
            }
        };
        let off_fen = match trade.status {
            Status::WaitBuyerPay => chosen.map_or(0, |one| one.fen),
            _ => desk.used.iter().map(|one| one.deducted_fen).sum(),
        };
        let login = desk.buyer.as_ref().and_then(|buyer| buyer.login_id.as_ref()).unwrap_or(&trade.buyer_id);
        Cashier {
            seller: desk.seller.clone(),
            subject: trade.subject.clone(),
            total_fen: trade.total_fen,
            off_fen,
            buyer: masked(login),
            trade_no: trade.trade_no(),
            stage,
        }
    }
}

async fn look(app: &Arc<App>, visit: &Visit, ticket: Option<Ticket>) -> Result<Seen, Apology> {
    visit.admit()?;
    let ticket = ticket.ok_or(Apology::Unknown)?;
    let opening = ticket.clone();
    let now = app.clock.now();
    let desk = app.store.read(move |tx: &mut Tx| Desk::load(tx, opening.opening(), now)).await;
    let mut desk = desk.map_err(|failure: Fault| visit.failed(&failure))?.ok_or(Apology::Unknown)?;
    if !desk.usable.chosen.is_empty() {
        desk = hold(app, visit, ticket.clone(), now).await?;
    }
    let page = Face { desk, ticket: &ticket, visit }.page(now);
    Ok(Seen::Page(Box::new(move |shell| page.page(shell))))
}

/// The trade holds the coupon that its page shows as chosen, from now on for a quarter of an hour.
async fn hold(app: &Arc<App>, visit: &Visit, ticket: Ticket, now: i64) -> Result<Desk, Apology> {
    let write = move |tx: &mut Tx| cashier::hold(tx, ticket.opening(), ticket.wanted(), now);
    match app.store.write(write).await {
        Ok(desk) => desk.ok_or(Apology::Unknown),
        Err(Stop::Fault(failure)) => Err(visit.failed(&failure)),
        Err(Stop::Refused(refusal)) => {
            Err(visit.failed(&Fault::bug(format!("a coupon that can be used cannot be held: {refusal:?}"))))
        }
    }
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
    let wanted = wanted(sent.coupon.as_deref().unwrap_or(NO_COUPON));
    let attempt = Attempt::new(app, visit.caller)?;
    let said = settle(app, visit, ticket.clone(), wanted, pin).await;
    if !matches!(said, Ok(Some(Said::WrongPin))) {
        attempt.was_not_wrong();
    }
    ticket.said = said?;
    if ticket.said == Some(Said::CouponGone) {
        ticket.coupon = None;
    }
    Ok(())
}

/// What the page is to say of a payment, beside what it sees in the trade.
fn said(outcome: Outcome) -> Option<Said> {
    match outcome {
        Outcome::Paid | Outcome::NotTried => None,
        Outcome::PaidBefore => Some(Said::PaidAlready),
        Outcome::WrongPin => Some(Said::WrongPin),
        Outcome::CouponGone => Some(Said::CouponGone),
        Outcome::BalanceTooLow => Some(Said::ShortBalance),
    }
}

/// In one transaction: the PIN, its count, and the payment with all that follows from it.
async fn settle(
    app: &Arc<App>,
    visit: &Visit,
    ticket: Ticket,
    wanted: Wanted,
    pin: Pin,
) -> Result<Option<Said>, Apology> {
    let failed = |failure: Fault| visit.failed(&failure);
    let first_number = app.store.next_numbers(context::NEW_IDS).await.map_err(failed)?;
    let (owner, at, trace_id) = (app.clone(), app.clock.now(), visit.trace_id.clone());
    let write = move |tx: &mut Tx| {
        let payment = PinPayment { opening: ticket.opening(), pin: &pin, wanted, trace_id: &trace_id, at };
        let new_id = |nth: u16, bucket: Bucket| bucket.id(first_number + i64::from(nth));
        cashier::pay(tx, payment, |account| pin::of(account, &owner), new_id)
    };
    match app.store.write(write).await {
        Ok(outcome) => Ok(said(outcome)),
        // The balance has gone elsewhere since it was looked at.
        Err(Stop::Refused(Refusal::BuyerBalanceNotEnough)) => Ok(Some(Said::ShortBalance)),
        // The trade has: the page shows where it is.
        Err(Stop::Refused(_)) => Ok(None),
        Err(Stop::Fault(failure)) => Err(failed(failure)),
    }
}
