//! `/h5/cashier?tradeNo=…&token=…`: shows a trade that was made to be paid here, and pays it (`docs/decisions.md`,
//! "Cashier").
//!
//! Whoever holds the token may look; only the buyer's PIN pays. The count of wrong PINs and the payment are one
//! transaction, which holds the count first: of many PINs at once each is counted, and of many right ones one pays.
//!
//! The address says which of the buyer's coupons is chosen and which of the cash vouchers, the best when it says none.
//! While the page is looked at the trade holds those, and no other payment gets them; a form pays with what its page
//! showed, or not at all.

use super::address::query;
use super::page::{Page, is_plain};
use super::pin;
use super::request::{PageRequest, View};
use crate::acts::trade::cashier::{self, Desk, Opening, Outcome, PinPayment};
use crate::acts::trade::choice::{Chosen, Want, Wanted};
use crate::acts::trade::context;
use crate::pages::cashier::{Cashier, Entry, FormOutcome, Off, PayOption, Stage};
use crate::pages::error_page::ErrorPage;
use crate::pages::outcome::Outcome as _;
use axum::http::Uri;
use domain::Refusal;
use domain::coupon::choice::Class;
use domain::id::VoucherIdText;
use domain::login::masked;
use domain::pin::{Lock, Pin};
use domain::trade::Status;
use serde::Deserialize;
use std::collections::HashSet;
use store::{Bucket, Fault, Stop, Tx};

/// The address of a trade's page, and what it says came of the last form.
#[derive(Clone)]
pub struct CashierLink {
    trade_no: String,
    token: String,
    /// The id of a coupon, or [`NOTHING`]; the best one when absent.
    coupon: Option<String>,
    /// The same of a cash voucher.
    cash: Option<String>,
    outcome: Option<FormOutcome>,
}

/// How an address and a form say that none is wanted.
const NOTHING: &str = "none";
/// The most coupons, and the most cash vouchers, that a page offers; a buyer with more has the best of them here.
const OFFERED_MAX: usize = 20;

/// What an address or a form says of coupons, or of cash vouchers.
fn want(said: &str) -> Want {
    VoucherIdText::parse(said).map_or(Want::None, |text| Want::One(text.number))
}

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "tradeNo")]
    trade_no: String,
    token: String,
    coupon: Option<String>,
    cash: Option<String>,
    #[serde(rename = "said")]
    outcome: Option<String>,
}

/// A PIN, and what the page showed as chosen.
#[derive(Deserialize)]
pub struct PinForm {
    pin: String,
    coupon: Option<String>,
    cash: Option<String>,
}

impl Page for CashierLink {
    const PATH: &'static str = "/h5/cashier";
    type Form = PinForm;

    fn read(uri: &Uri) -> Option<CashierLink> {
        let Query { trade_no, token, coupon, cash, outcome } = query(uri)?;
        let outcome = outcome.as_deref().and_then(FormOutcome::parse);
        let optional = |text: &Option<String>| text.as_deref().is_none_or(is_plain);
        let plain = is_plain(&trade_no) && is_plain(&token) && optional(&coupon) && optional(&cash);
        plain.then_some(CashierLink { trade_no, token, coupon, cash, outcome })
    }

    fn address(&self) -> String {
        let CashierLink { trade_no, token, coupon, cash, outcome } = self;
        let coupon = coupon.as_ref().map_or(String::new(), |coupon| format!("&coupon={coupon}"));
        let cash = cash.as_ref().map_or(String::new(), |cash| format!("&cash={cash}"));
        let outcome = outcome.map_or(String::new(), |outcome| format!("&said={}", outcome.name()));
        format!("{}?tradeNo={trade_no}&token={token}{coupon}{cash}{outcome}", Self::PATH)
    }

    fn form(&self) -> String {
        format!("cashier/{}/{}", self.trade_no, self.token)
    }

    fn without_outcome(self) -> CashierLink {
        CashierLink { outcome: None, ..self }
    }

    async fn look(self, request: &PageRequest) -> Result<View, ErrorPage> {
        let (link, now) = (self.clone(), request.app().clock.now());
        let load = move |tx: &mut Tx| Desk::load(tx, link.opening(), link.wanted(), now);
        let desk = request.app().store.read(load).await;
        let mut desk = desk.map_err(|failure: Fault| request.failed(&failure))?.ok_or(ErrorPage::Unknown)?;
        if !desk.offer.usable.is_empty() {
            desk = self.hold(request, now).await?;
        }
        let page = Content { desk, link: &self, request }.page(now);
        Ok(Box::new(move |shell| page.page(shell)))
    }

    /// Tries the PIN and pays.
    async fn press(self, form: PinForm, request: &PageRequest) -> Result<CashierLink, ErrorPage> {
        let Some(pin) = Pin::parse(&form.pin) else {
            return Ok(CashierLink { outcome: Some(FormOutcome::NoPin), ..self });
        };
        let said = |text: &Option<String>| want(text.as_deref().unwrap_or(NOTHING));
        let wanted = Wanted { coupon: said(&form.coupon), cash: said(&form.cash) };
        let payment = self.clone().pay(request.clone(), wanted, pin);
        let was_wrong = |outcome: &Result<_, _>| matches!(outcome, Ok(Some(FormOutcome::WrongPin)));
        let outcome = pin::attempt(request.app(), request.caller(), &self.trade_no, payment, was_wrong).await??;
        let is_gone = outcome == Some(FormOutcome::CouponGone);
        let (coupon, cash) = (self.coupon.filter(|_| !is_gone), self.cash.filter(|_| !is_gone));
        Ok(CashierLink { coupon, cash, outcome, trade_no: self.trade_no, token: self.token })
    }
}

impl CashierLink {
    /// The page's address with this one of a class chosen, in the visitor's language.
    fn choosing(&self, class: Class, one: &str, request: &PageRequest) -> String {
        let one = Some(one.to_owned());
        let link = match class {
            Class::Coupon => CashierLink { coupon: one, ..self.clone() },
            Class::Cash => CashierLink { cash: one, ..self.clone() },
        };
        request.in_lang(&link.without_outcome().address())
    }

    /// What opens the trade.
    fn opening(&self) -> Opening<'_> {
        Opening { trade_no: &self.trade_no, token: &self.token }
    }

    /// What the address chooses, the best where it says nothing.
    fn wanted(&self) -> Wanted {
        let said = |text: &Option<String>| text.as_deref().map_or(Want::Best, want);
        Wanted { coupon: said(&self.coupon), cash: said(&self.cash) }
    }

    /// The trade holds what its page shows as chosen, from `now` on for a quarter of an hour.
    async fn hold(&self, request: &PageRequest, now: i64) -> Result<Desk, ErrorPage> {
        let link = self.clone();
        let write = move |tx: &mut Tx| cashier::hold(tx, link.opening(), link.wanted(), now);
        match request.app().store.write(write).await {
            Ok(desk) => desk.ok_or(ErrorPage::Unknown),
            Err(Stop::Fault(failure)) => Err(request.failed(&failure)),
            Err(Stop::Refused(refusal)) => {
                Err(request.failed(&Fault::bug(format!("a coupon that can be used cannot be held: {refusal:?}"))))
            }
        }
    }

    /// In one transaction: the PIN, its count, and the payment with all that follows from it. Gives what the page is to
    /// say of it, beside what it sees in the trade.
    async fn pay(self, request: PageRequest, wanted: Wanted, pin: Pin) -> Result<Option<FormOutcome>, ErrorPage> {
        let failed = |failure: Fault| request.failed(&failure);
        let first_number = request.app().store.next_numbers(context::NEW_IDS).await.map_err(failed)?;
        let (app, at, trace_id) = (request.app().clone(), request.app().clock.now(), request.trace_id().to_owned());
        let write = move |tx: &mut Tx| {
            let payment = PinPayment { opening: self.opening(), pin: &pin, wanted, trace_id: &trace_id, at };
            let new_id = |nth: u16, bucket: Bucket| bucket.id(first_number + i64::from(nth));
            cashier::pay(tx, payment, |account| pin::of(account, &app), new_id)
        };
        match request.app().store.write(write).await {
            Ok(Outcome::Paid | Outcome::NotTried) => Ok(None),
            Ok(Outcome::PaidBefore) => Ok(Some(FormOutcome::PaidAlready)),
            Ok(Outcome::WrongPin) => Ok(Some(FormOutcome::WrongPin)),
            Ok(Outcome::CouponGone) => Ok(Some(FormOutcome::CouponGone)),
            // The balance may have gone elsewhere since it was looked at.
            Ok(Outcome::BalanceTooLow) | Err(Stop::Refused(Refusal::BuyerBalanceNotEnough)) => {
                Ok(Some(FormOutcome::ShortBalance))
            }
            // The trade has changed: the page shows where it is.
            Err(Stop::Refused(_)) => Ok(None),
            Err(Stop::Fault(failure)) => Err(failed(failure)),
        }
    }
}

/// What the page shows of a trade, for the address that opened it.
struct Content<'a> {
    desk: Desk,
    link: &'a CashierLink,
    request: &'a PageRequest,
}

impl Content<'_> {
    fn chosen(&self, class: Class) -> Option<&Chosen> {
        self.desk.offer.choice.chosen.iter().find(|one| one.holding.class() == class)
    }

    /// The choice as the page offers it: each coupon, or each cash voucher, once, and none. Of several of one kind it
    /// is the chosen one, or the first to end. The chosen one takes off what the other class leaves.
    fn offered(&self, class: Class) -> Vec<PayOption> {
        let (link, request) = (self.link, self.request);
        let usable = self.desk.offer.usable.iter().filter(|one| one.holding.class() == class);
        let chosen = self.chosen(class);
        let is_chosen = |one: &Chosen| chosen.is_some_and(|chosen| chosen.holding.id() == one.holding.id());
        let mut seen = HashSet::new();
        let mut once = |one: &&Chosen| match chosen {
            Some(chosen) if chosen.holding.kind() == one.holding.kind() => is_chosen(one),
            _ => seen.insert(one.holding.kind()),
        };
        let option = |one: &Chosen| PayOption {
            holding: Some((
                one.worth.name().to_owned(),
                chosen.filter(|_| is_chosen(one)).map_or(one.fen, |chosen| chosen.fen),
                one.holding.redemption().ends_at,
            )),
            address: link.choosing(class, &one.holding.id().to_text(), request),
            chosen: is_chosen(one),
        };
        let mut offered: Vec<_> = usable.filter(|one| once(one)).take(OFFERED_MAX).map(option).collect();
        if !offered.is_empty() {
            let address = link.choosing(class, NOTHING, request);
            offered.push(PayOption { holding: None, address, chosen: chosen.is_none() });
        }
        offered
    }

    /// What the page shows as chosen of a class, as its form names it.
    fn in_form(&self, class: Class) -> String {
        self.chosen(class).map_or_else(|| NOTHING.to_owned(), |one| one.holding.id().to_text())
    }

    /// What was taken off, or will be.
    fn off(&self) -> Off {
        let chosen_fen = |class| self.chosen(class).map_or(0, |one| one.fen);
        let used_fen = |is_cash: bool| {
            let used = self.desk.used.iter().filter(|one| one.template.is_some() == is_cash);
            used.map(|one| one.deducted_fen).sum()
        };
        match self.desk.trade.status {
            Status::WaitBuyerPay => Off { coupon_fen: chosen_fen(Class::Coupon), cash_fen: chosen_fen(Class::Cash) },
            _ => Off { coupon_fen: used_fen(false), cash_fen: used_fen(true) },
        }
    }

    fn page(&self, now: i64) -> Cashier {
        let Content { desk, link, request } = self;
        let trade = &desk.trade;
        let gone_fen: i64 = desk.used.iter().map(|one| one.refunded_fen).sum();
        let stage = match trade.status {
            Status::WaitBuyerPay if trade.expires_at.is_some_and(|end| end <= now) => Stage::Closed { expired: true },
            Status::WaitBuyerPay => {
                let entry = match desk.tries.lock(now) {
                    _ if desk.buyer.as_ref().and_then(|buyer| pin::of(buyer, request.app())).is_none() => Entry::Unset,
                    Lock::Locked { until } => Entry::Locked(until),
                    Lock::Open { left } => {
                        let (action, csrf) = CashierLink::clone(link).without_outcome().signed_form(request);
                        let (coupon, cash) = (self.in_form(Class::Coupon), self.in_form(Class::Cash));
                        Entry::Form { action, csrf, coupon, cash, left }
                    }
                };
                let (coupons, cash) = (self.offered(Class::Coupon), self.offered(Class::Cash));
                Stage::ToPay { entry, coupons, cash, outcome: link.outcome, until: trade.expires_at }
            }
            Status::TradeSuccess | Status::TradeFinished => Stage::Paid {
                at: trade.paid_at.unwrap_or(now),
                refunded_fen: trade.refunded_fen - gone_fen,
                again: link.outcome == Some(FormOutcome::PaidAlready),
            },
            Status::TradeClosed if trade.paid_at.is_some() => Stage::Refunded { at: trade.refunded_at },
            Status::TradeClosed => {
                let ended = trade.closed_at.zip(trade.expires_at);
                Stage::Closed { expired: ended.is_some_and(|(closed, end)| end <= closed) }
            }
        };
        let login = desk.buyer.as_ref().and_then(|buyer| buyer.login_id.as_ref()).unwrap_or(&trade.buyer_id);
        Cashier {
            seller: desk.seller.clone(),
            subject: trade.subject.clone(),
            total_fen: trade.total_fen,
            off: self.off(),
            buyer: masked(login),
            trade_no: trade.trade_no(),
            stage,
        }
    }
}
