//! `/oauth2/appToAppAuth.htm?app_id=…&redirect_uri=…&state=…`: a merchant lets a service provider's app act for it; and
//! `/oauth2/publicAppAuthorize.htm?app_id=…&scope=…&redirect_uri=…&state=…`: a member lets an app know who they are
//! (`docs/decisions.md`, "Consent").
//!
//! Whoever opens it sees who asks for what; an account's login id and PIN agree to it, in one transaction with the code
//! that is handed out. Only then, or when somebody presses the button that refuses, the browser goes to the app's page.

use super::address::{QUERY_MAX, query};
use super::page::Page;
use super::pin;
use super::request::{PageRequest, View};
use crate::acts::consent::page::{self as act, Agreement, Defect, Desk, Opening, Outcome};
use crate::app::App;
use crate::keys::token_key;
use crate::merchant_page::MerchantPage;
use crate::pages::consent::{self, ConsentPage, FormOutcome, REFUSED, Stage};
use crate::pages::error_page::ErrorPage;
use crate::pages::outcome::Outcome as _;
use axum::http::Uri;
use domain::login;
use domain::pin::Pin;
use serde::Deserialize;
use std::marker::PhantomData;
use store::{Fault, Mode, Tx};
use wire::percent_encoded;

/// The longest login id, in bytes.
const LOGIN_BYTES_MAX: usize = 256;
/// What the rest of an address may take beside what the app has put there: its outcome and its language.
const OWN_BYTES: usize = 64;

/// Whose consent is asked for.
pub trait Kind: Clone + Send + Sync + 'static {
    /// The path of the page.
    const PATH: &'static str;
    /// What the browser brings back the code as.
    const CODE: &'static str;

    /// What is asked for, where the address has this scope.
    fn wish(scope: Option<String>) -> Option<act::Wish>;
}

/// A merchant's.
#[derive(Clone)]
pub struct OfMerchant;

/// A member's.
#[derive(Clone)]
pub struct OfMember;

impl Kind for OfMerchant {
    const PATH: &'static str = "/oauth2/appToAppAuth.htm";
    const CODE: &'static str = "app_auth_code";

    fn wish(_: Option<String>) -> Option<act::Wish> {
        Some(act::Wish::ActForMerchant)
    }
}

impl Kind for OfMember {
    const PATH: &'static str = "/oauth2/publicAppAuthorize.htm";
    const CODE: &'static str = "auth_code";

    fn wish(scope: Option<String>) -> Option<act::Wish> {
        Some(act::Wish::KnowMember { scope: scope? })
    }
}

/// The address of a consent page, and what it says came of the last form.
#[derive(Clone)]
pub struct ConsentLink<K> {
    opening: Opening,
    state: Option<String>,
    outcome: Option<FormOutcome>,
    /// Where the browser goes instead.
    onward: Option<String>,
    kind: PhantomData<K>,
}

#[derive(Deserialize)]
struct Query {
    app_id: String,
    redirect_uri: String,
    scope: Option<String>,
    state: Option<String>,
    #[serde(rename = "said")]
    outcome: Option<String>,
}

/// A decision, and who makes it.
#[derive(Deserialize)]
pub struct DecisionForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    pin: String,
    decision: Option<String>,
    /// The methods that the page has shown.
    #[serde(default)]
    shown: String,
}

impl<K: Kind> Page for ConsentLink<K> {
    const PATH: &'static str = K::PATH;
    type Form = DecisionForm;

    fn read(uri: &Uri) -> Option<ConsentLink<K>> {
        let Query { app_id, redirect_uri, scope, state, outcome } = query(uri)?;
        let wish = K::wish(scope)?;
        let outcome = outcome.as_deref().and_then(FormOutcome::parse);
        let opening = Opening { app_id, wish, redirect_uri };
        let link = ConsentLink { opening, state, outcome: None, onward: None, kind: PhantomData };
        // It is read again as it is written here.
        let is_short = link.address().len() <= K::PATH.len() + QUERY_MAX - OWN_BYTES;
        let is_text = |text: &str| !text.contains('\0');
        let is_app_id = link.opening.app_id.bytes().all(|byte| byte.is_ascii_digit());
        let texts = [Some(&link.opening.redirect_uri), link.scope(), link.state.as_ref()];
        let are_texts = is_app_id && texts.into_iter().flatten().all(|text| is_text(text));
        (is_short && are_texts).then_some(ConsentLink { outcome, ..link })
    }

    fn address(&self) -> String {
        let outcome = self.outcome.map_or(String::new(), |outcome| format!("&said={}", outcome.name()));
        format!("{}?{}&redirect_uri={}{outcome}", K::PATH, self.told(), percent_encoded(&self.opening.redirect_uri))
    }

    fn form(&self) -> String {
        format!("consent/{}", self.clone().without_outcome().address())
    }

    fn without_outcome(self) -> ConsentLink<K> {
        ConsentLink { outcome: None, onward: None, ..self }
    }

    fn onward(&self) -> Option<&str> {
        self.onward.as_deref()
    }

    async fn look(self, request: &PageRequest) -> Result<View, ErrorPage> {
        let desk = self.desk(request).await?;
        if desk.place.is_ok() {
            request.lets_form_lead_on();
        }
        let page = self.page(&desk, request);
        Ok(Box::new(move |shell| page.page(shell)))
    }

    /// Tries the PIN and hands a code out, or goes back without one.
    async fn press(self, form: DecisionForm, request: &PageRequest) -> Result<ConsentLink<K>, ErrorPage> {
        let Ok(place) = self.desk(request).await?.place else { return Ok(self) };
        if form.decision.as_deref() == Some(REFUSED) {
            return Ok(self.back_to(&place, "error=access_denied"));
        }
        let said = |outcome| ConsentLink { outcome: Some(outcome), ..self.clone() };
        let (login_id, pin) = (form.login.trim(), Pin::parse(&form.pin));
        let is_login = !login_id.is_empty() && login_id.len() <= LOGIN_BYTES_MAX && !login_id.contains('\0');
        let Some(pin) = pin.filter(|_| is_login) else { return Ok(said(FormOutcome::Incomplete)) };
        let code = request.app().new_secret();
        let agreeing = self.clone().agree(request.clone(), login_id.to_owned(), pin, token_key(&code), form.shown);
        let was_wrong = |outcome: &Result<_, _>| matches!(outcome, Ok(Outcome::NotProved));
        let outcome =
            pin::attempt(request.app(), request.caller(), &login::folded(login_id), agreeing, was_wrong).await??;
        Ok(match outcome {
            Outcome::Given => self.back_to(&place, &format!("{}={code}", K::CODE)),
            Outcome::NotProved => said(FormOutcome::NotProved),
            Outcome::NoMerchant => said(FormOutcome::NoMerchant),
            Outcome::Changed => self,
        })
    }
}

impl<K: Kind> ConsentLink<K> {
    fn scope(&self) -> Option<&String> {
        match &self.opening.wish {
            act::Wish::KnowMember { scope } => Some(scope),
            act::Wish::ActForMerchant => None,
        }
    }

    /// What both this address and the app's page are told.
    fn told(&self) -> String {
        let part = |name: &str, value: Option<&String>| {
            value.map_or(String::new(), |value| format!("&{name}={}", percent_encoded(value)))
        };
        format!("app_id={}{}{}", self.opening.app_id, part("scope", self.scope()), part("state", self.state.as_ref()))
    }

    /// Back to the app's page, with this beside what it has said.
    fn back_to(self, place: &MerchantPage, result: &str) -> ConsentLink<K> {
        let onward = place.with(&format!("{}&{result}", self.told()));
        ConsentLink { onward: Some(onward), ..self }
    }

    async fn desk(&self, request: &PageRequest) -> Result<Desk, ErrorPage> {
        let (opening, any_place) = (self.opening.clone(), is_any_place(request.app()));
        let desk = request.app().store.read(move |tx: &mut Tx| Desk::load(tx, &opening, any_place)).await;
        desk.map_err(|failure: Fault| request.failed(&failure))?.ok_or(ErrorPage::Unknown)
    }

    /// In one transaction: the PIN, its count, and the code.
    async fn agree(
        self,
        request: PageRequest,
        login_id: String,
        pin: Pin,
        code_key: String,
        shown: String,
    ) -> Result<Outcome, ErrorPage> {
        let (app, at, any_place) = (request.app().clone(), request.app().clock.now(), is_any_place(request.app()));
        let write = move |tx: &mut Tx| {
            let agreement = Agreement {
                opening: &self.opening,
                any_place,
                shown: &shown,
                login_id: &login_id,
                pin: &pin,
                code_key: &code_key,
                at,
            };
            act::agree(tx, &agreement, |account| pin::of(account, &app))
        };
        request.app().store.write(write).await.map_err(|failure: Fault| request.failed(&failure))
    }

    fn page(&self, desk: &Desk, request: &PageRequest) -> ConsentPage {
        let wish = match &self.opening.wish {
            act::Wish::ActForMerchant => consent::Wish::ActForMerchant { methods: desk.app.methods.clone() },
            act::Wish::KnowMember { .. } => {
                let profile = self.opening.scopes().iter().any(|scope| scope == act::PROFILE);
                consent::Wish::KnowMember { profile }
            }
        };
        let stage = match &desk.place {
            Ok(place) => Stage::Open {
                form: self.clone().without_outcome().signed_form(request),
                shown: desk.shown(),
                place: place.origin().to_owned(),
                outcome: self.outcome,
            },
            Err(defect) => Stage::Broken(match defect {
                Defect::AppDisabled => consent::Defect::AppDisabled,
                Defect::NotProvider => consent::Defect::NotProvider,
                Defect::Scope => consent::Defect::Scope,
                Defect::RedirectUri => consent::Defect::RedirectUri,
            }),
        };
        ConsentPage { owner: desk.owner.clone(), app_id: desk.app.app_id.clone(), wish, stage }
    }
}

/// Whether an app that has listed no addresses may have browsers led to any: only where nobody's account is real.
fn is_any_place(app: &App) -> bool {
    app.store.mode() == Mode::StandIn
}
