//! `/h5/fund/confirm?fundOrderNo=…&token=…`: shows what a template of cash vouchers costs, and pays for it
//! (`docs/decisions.md`, "Paying for a template").
//!
//! Whoever holds the token may look; only the sponsor's PIN pays, and only who has given it is told the balance: the
//! page's next address carries the balance, sealed. The count of wrong PINs and the payment are one transaction, as at
//! the cashier. Then the browser goes to the merchant's `redirect_uri`, or sees here that all is done.

use super::address::query;
use super::page::{Page, is_plain};
use super::pin;
use super::request::{PageRequest, View};
use crate::acts::voucher::fund::{self, Desk, Opening, Outcome, PinPayment};
use crate::app::App;
use crate::pages::error_page::ErrorPage;
use crate::pages::fund::{FormOutcome, FundPage, Stage};
use crate::pages::outcome::Outcome as _;
use crate::pages::pin::{Trial, Tried};
use axum::http::Uri;
use domain::login::masked;
use domain::pin::{Lock, Pin};
use domain::template::{FundOrder, Status};
use serde::Deserialize;
use store::{Bucket, Fault, Stop, Tx};

/// The address of a fund order's page, and what it says came of the last form.
#[derive(Clone)]
pub struct FundLink {
    fund_order_no: String,
    token: String,
    outcome: Option<FormOutcome>,
    /// The sponsor's balance in fen, and what shows that the platform said so.
    balance: Option<(i64, String)>,
    /// Where the browser goes instead.
    onward: Option<String>,
}

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "fundOrderNo")]
    fund_order_no: String,
    token: String,
    #[serde(rename = "said")]
    outcome: Option<String>,
    balance: Option<String>,
    seal: Option<String>,
}

/// A PIN.
#[derive(Deserialize)]
pub struct PinForm {
    pin: String,
}

impl Page for FundLink {
    const PATH: &'static str = "/h5/fund/confirm";
    type Form = PinForm;

    fn read(uri: &Uri) -> Option<FundLink> {
        let Query { fund_order_no, token, outcome, balance, seal } = query(uri)?;
        let outcome = outcome.as_deref().and_then(FormOutcome::parse);
        let balance = balance.and_then(|fen| fen.parse().ok()).zip(seal.filter(|seal| is_plain(seal)));
        let plain = is_plain(&fund_order_no) && is_plain(&token);
        plain.then_some(FundLink { fund_order_no, token, outcome, balance, onward: None })
    }

    fn address(&self) -> String {
        let FundLink { fund_order_no, token, outcome, balance, .. } = self;
        let outcome = outcome.map_or(String::new(), |outcome| format!("&said={}", outcome.name()));
        let balance = balance.as_ref().map_or(String::new(), |(fen, seal)| format!("&balance={fen}&seal={seal}"));
        format!("{}?fundOrderNo={fund_order_no}&token={token}{outcome}{balance}", Self::PATH)
    }

    fn form(&self) -> String {
        format!("fund/{}/{}", self.fund_order_no, self.token)
    }

    fn without_outcome(self) -> FundLink {
        FundLink { outcome: None, balance: None, onward: None, ..self }
    }

    fn onward(&self) -> Option<&str> {
        self.onward.as_deref()
    }

    async fn look(self, request: &PageRequest) -> Result<View, ErrorPage> {
        let (link, now) = (self.clone(), request.app().clock.now());
        let desk = request.app().store.read(move |tx: &mut Tx| Desk::load(tx, link.opening())).await;
        let desk = desk.map_err(|failure: Fault| request.failed(&failure))?.ok_or(ErrorPage::Unknown)?;
        let page = self.page(&desk, request, now);
        if matches!(page.stage, Stage::ToPay { .. }) && fund::redirect(&desk.content).is_some() {
            request.lets_form_lead_on();
        }
        Ok(Box::new(move |shell| page.page(shell)))
    }

    /// Tries the PIN and pays.
    async fn press(self, form: PinForm, request: &PageRequest) -> Result<FundLink, ErrorPage> {
        let Some(pin) = Pin::parse(&form.pin) else {
            return Ok(FundLink { outcome: Some(FormOutcome::Tried(Tried::NoPin)), ..self });
        };
        let payment = self.clone().pay(request.clone(), pin);
        let was_wrong = |outcome: &Result<_, _>| matches!(outcome, Ok(Outcome::WrongPin));
        let outcome = pin::attempt(request.app(), request.caller(), &self.fund_order_no, payment, was_wrong).await?;
        let said = |outcome| FundLink { outcome: Some(outcome), ..self.clone() };
        let short = FormOutcome::Tried(Tried::ShortBalance);
        Ok(match outcome? {
            Outcome::Paid { onward: Some(place), .. } => FundLink { onward: Some(place), ..self },
            Outcome::Paid { left_fen, onward: None } => said(FormOutcome::Paid).telling(left_fen, request.app()),
            Outcome::PaidBefore => said(FormOutcome::PaidAlready),
            Outcome::NotTried => self,
            Outcome::WrongPin => said(FormOutcome::Tried(Tried::Wrong)),
            Outcome::BalanceTooLow { balance_fen: Some(fen) } => said(short).telling(fen, request.app()),
            Outcome::BalanceTooLow { balance_fen: None } => said(short),
        })
    }
}

impl FundLink {
    /// What opens the order.
    fn opening(&self) -> Opening<'_> {
        Opening { fund_order_no: &self.fund_order_no, token: &self.token }
    }

    /// The same address with the sponsor's balance.
    fn telling(self, fen: i64, app: &App) -> FundLink {
        let seal = app.master_key.vouch(&self.sealed(fen));
        FundLink { balance: Some((fen, seal)), ..self }
    }

    /// What the platform vouches for in the address that tells a balance.
    fn sealed(&self, fen: i64) -> String {
        let outcome = self.outcome.map_or("", FormOutcome::name);
        format!("fund balance/{}/{outcome}/{fen}", self.fund_order_no)
    }

    /// The balance that the address tells, if the platform has sealed it.
    fn balance_fen(&self, app: &App) -> Option<i64> {
        let (fen, seal) = self.balance.as_ref()?;
        app.master_key.vouched(&self.sealed(*fen), seal).then_some(*fen)
    }

    /// In one transaction: the PIN, its count, and the payment with all that follows from it.
    async fn pay(self, request: PageRequest, pin: Pin) -> Result<Outcome, ErrorPage> {
        let failed = |failure: Fault| request.failed(&failure);
        let number = request.app().store.next_numbers(1).await.map_err(failed)?;
        let (app, at, trace_id) = (request.app().clone(), request.app().clock.now(), request.trace_id().to_owned());
        let write = move |tx: &mut Tx| {
            let payment = PinPayment { opening: self.opening(), pin: &pin, trace_id: &trace_id, at };
            fund::pay(tx, payment, |account| pin::of(account, &app), |bucket: Bucket| bucket.id(number))
        };
        match request.app().store.write(write).await {
            Ok(outcome) => Ok(outcome),
            // The balance has gone elsewhere since it was looked at.
            Err(Stop::Refused(_)) => Ok(Outcome::BalanceTooLow { balance_fen: None }),
            Err(Stop::Fault(failure)) => Err(failed(failure)),
        }
    }

    fn page(&self, desk: &Desk, request: &PageRequest, now: i64) -> FundPage {
        let Desk { template, content, merchant, sponsor, tries } = desk;
        let app = request.app();
        let tried = match self.outcome {
            Some(FormOutcome::Tried(tried)) => Some(tried),
            Some(FormOutcome::Paid | FormOutcome::PaidAlready) | None => None,
        };
        let stage = match template.fund_order(now) {
            FundOrder::WaitPay => Stage::ToPay {
                trial: match tries.lock(now) {
                    _ if sponsor.as_ref().and_then(|sponsor| pin::of(sponsor, app)).is_none() => Trial::Unset,
                    Lock::Locked { until } => Trial::Locked(until),
                    Lock::Open { left } => Trial::Open { left },
                },
                form: self.clone().without_outcome().signed_form(request),
                tried,
                balance_fen: self.balance_fen(app).filter(|_| tried.is_some()),
                until: template.publication.ends_at,
            },
            FundOrder::Paid => Stage::Paid {
                at: template.paid_at.unwrap_or(now),
                left_fen: self.balance_fen(app).filter(|_| self.outcome == Some(FormOutcome::Paid)),
                again: self.outcome == Some(FormOutcome::PaidAlready),
                onward: fund::onward(template, content),
            },
            FundOrder::Closed => Stage::Closed { expired: template.status_at(now) == Status::Expired },
        };
        FundPage {
            merchant: merchant.clone(),
            name: content.voucher_name(template.amount_fen),
            amount_fen: template.amount_fen,
            quantity: template.quantity,
            total_fen: template.total_fen(),
            sponsor: masked(&content.fund_account),
            order_no: template.fund_order_no().to_text(),
            stage,
        }
    }
}
