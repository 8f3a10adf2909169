//! `/h5/cashier?tradeNo=…&token=…`: shows a trade that was made to be paid here, and pays it (DECISIONS.md 6).
//!
//! Whoever holds the token may look; only the buyer's PIN pays. The count of wrong PINs and the payment are one
//! transaction, which holds the count first: of many PINs at once each is counted, and of many right ones one pays.
//!
//! The address says which of the buyer's coupons is chosen, the best when it says none. While the page is looked at the
//! trade holds that one, and no other payment gets it; a form pays with the coupon that its page showed, or not at all.

use super::pin::{self, Attempt, Proof};
use super::{Seen, Visit, form, is_plain, query};
use crate::app::App;
use crate::keys;
use crate::methods::trade::coupon::{self, Chosen, Wanted};
use crate::methods::trade::settle::{self, Known, Moment};
use crate::pages::apology::Apology;
use crate::pages::cashier::{Cashier, Entry, Offered, Said, Stage};
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use domain::Refusal;
use domain::id::{TradeNoText, VoucherIdText};
use domain::login::masked;
use domain::pin::{Lock, Pin, Tries};
use domain::trade::{Status, Trade};
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::Arc;
use store::ledger::Cause;
use store::trade::TradeVoucher;
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
    /// The coupons that could pay for it, the best first.
    usable: Vec<Chosen>,
    /// The vouchers that it was paid with.
    used: Vec<TradeVoucher>,
}

impl Desk {
    fn load(tx: &mut Tx, ticket: &Ticket, now: i64) -> Result<Option<Desk>, Fault> {
        let Some(trade) = ticket.open(tx)? else { return Ok(None) };
        let usable = if trade.payable(now).is_ok() { coupon::usable(tx, &trade, now)? } else { Vec::new() };
        let used = coupon::used(tx, &trade)?;
        let seller = store::world::merchant(tx, &trade.pid)?.map(|merchant| merchant.name);
        let seller = seller.filter(|name| !name.is_empty()).unwrap_or_else(|| trade.pid.clone());
        let buyer = store::world::account(tx, &trade.buyer_id)?;
        let tries = store::pin::tries(tx, &trade.buyer_id)?;
        Ok(Some(Desk { trade, seller, buyer, tries, usable, used }))
    }

    /// The coupon that the page shows as chosen; one that cannot be used any more leaves the choice to the page.
    fn chosen(&self, ticket: &Ticket) -> Option<&Chosen> {
        let best = self.usable.first();
        match ticket.coupon.as_deref().map(wanted) {
            None | Some(Wanted::Best) => best,
            Some(Wanted::None) => None,
            Some(Wanted::One(number)) => self.usable.iter().find(|one| one.voucher.id.number == number).or(best),
        }
    }

    /// The choice as the page offers it: each coupon once, and none. Of several vouchers of one coupon it is the chosen one,
    /// or the first to end.
    fn offered(&self, ticket: &Ticket, visit: &Visit) -> Vec<Offered> {
        let chosen = self.chosen(ticket).map(|one| (one.voucher.id.number, one.voucher.tool));
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
        let mut offered: Vec<_> = self.usable.iter().filter(|one| once(one)).take(OFFERED_MAX).map(coupon).collect();
        if !offered.is_empty() {
            let address = ticket.choosing(NO_COUPON, visit);
            offered.push(Offered { coupon: None, address, chosen: chosen.is_none() });
        }
        offered
    }

    fn page(self, visit: &Visit, ticket: &Ticket, now: i64) -> Cashier {
        let trade = &self.trade;
        let chosen = self.chosen(ticket);
        let coupon = chosen.map_or_else(|| NO_COUPON.to_owned(), |one| one.voucher.id.to_text());
        let gone_fen: i64 = self.used.iter().map(|one| one.refunded_fen).sum();
        let stage = match trade.status {
            Status::WaitBuyerPay if trade.expires_at.is_some_and(|end| end <= now) => Stage::Closed { expired: true },
            Status::WaitBuyerPay => {
                let entry = match self.tries.lock(now) {
                    _ if pin::of(self.buyer.as_ref(), &visit.app).is_none() => Entry::Unset,
                    Lock::Locked { until } => Entry::Locked(until),
                    Lock::Open { left } => {
                        let action = visit.in_lang(&Ticket { said: None, ..ticket.clone() }.address());
                        Entry::Form { action, csrf: visit.app.master_key.vouch(&ticket.form()), coupon, left }
                    }
                };
                let offered = self.offered(ticket, visit);
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
            _ => self.used.iter().map(|one| one.deducted_fen).sum(),
        };
        let login = self.buyer.and_then(|buyer| buyer.login_id).unwrap_or_else(|| trade.buyer_id.clone());
        Cashier {
            seller: self.seller,
            subject: trade.subject.clone(),
            total_fen: trade.total_fen,
            off_fen,
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
    let now = app.clock.now();
    let desk = app.store.read(move |tx: &mut Tx| Desk::load(tx, &opening, now)).await;
    let mut desk = desk.map_err(|failure: Fault| visit.failed(&failure))?.ok_or(Apology::Unknown)?;
    if !desk.usable.is_empty() {
        desk = hold(app, visit, ticket.clone(), now).await?;
    }
    let page = desk.page(visit, &ticket, now);
    Ok(Seen::Page(Box::new(move |shell| page.page(shell))))
}

/// The trade holds the coupon that its page shows as chosen, from now on for a quarter of an hour.
async fn hold(app: &Arc<App>, visit: &Visit, ticket: Ticket, now: i64) -> Result<Desk, Apology> {
    let write = move |tx: &mut Tx| -> Result<Option<Desk>, Stop> {
        let Some(desk) = Desk::load(tx, &ticket, now)? else { return Ok(None) };
        if desk.trade.payable(now).is_ok() {
            coupon::hold(tx, &desk.trade, desk.chosen(&ticket).map(|one| &one.voucher), now)?;
        }
        Ok(Some(desk))
    };
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

/// Whether it can be paid; else what the page is to say beside what it sees in the trade.
fn payable(trade: &Trade, now: i64) -> Result<(), Option<Said>> {
    match trade.payable(now) {
        Ok(_) => Ok(()),
        Err(Refusal::TradeHasSuccess) => Err(Some(Said::PaidAlready)),
        Err(_) => Err(None),
    }
}

/// In one transaction: the PIN, its count, and the payment with all that follows from it. Gives what the page is to say;
/// the rest it sees in the trade.
async fn settle(
    app: &Arc<App>,
    visit: &Visit,
    ticket: Ticket,
    wanted: Wanted,
    given: Pin,
) -> Result<Option<Said>, Apology> {
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
        // The proof may have waited for another of this account's, so what was loaded may be old. Balance and coupon come
        // before the trade: who finds them spent by the trade itself then finds the trade paid.
        let Some(buyer) = store::world::account(tx, &trade.buyer_id)? else { return Ok(None) };
        let chosen = coupon::pick(tx, &trade, wanted, now)?;
        let Some(trade) = ticket.open(tx)? else { return Ok(None) };
        if let Err(said) = payable(&trade, now) {
            return Ok(said);
        }
        // A refusal would undo the whole, and the count with it: so what can be seen here is no refusal.
        if matches!(wanted, Wanted::One(_)) && chosen.is_empty() {
            return Ok(Some(Said::CouponGone));
        }
        if buyer.balance_fen < trade.total_fen - coupon::off(&chosen).seller_fen {
            return Ok(Some(Said::ShortBalance));
        }
        let cause = Cause { app_id: None, trace_id: Some(&trace_id) };
        let moment = Moment::new(&trade, now, cause, |nth, bucket| bucket.id(first_number + i64::from(nth)));
        settle::count_sale(tx, &trade)?;
        settle::settle(tx, trade, Known::Before, &chosen, &moment)?;
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
