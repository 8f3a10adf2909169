//! Who asks for consent, and what it takes to give it: the account's login id and PIN, in one transaction with the code
//! that is handed out.

use crate::acts::pin::{self, Proof};
use crate::directory::allows;
use crate::keys::token_key;
use crate::merchant_page::MerchantPage;
use domain::authorization::{Code, Consent, REMEMBERED_MS};
use domain::pin::Pin;
use store::account_key::{self, Kind};
use store::world::{self, Account, App};
use store::{Fault, Tx, auth_code};

/// The method by which a service provider's app exchanges a code: without it no consent is of use.
pub const EXCHANGE_FOR_MERCHANT: &str = "alipay.open.auth.token.app";
/// The method by which an app exchanges a member's code.
pub const EXCHANGE_FOR_MEMBER: &str = "alipay.system.oauth.token";

/// The scopes that a member may agree to.
pub const SCOPES: [&str; 2] = ["auth_base", PROFILE];
/// The one by which more is known of a member than the user id.
pub const PROFILE: &str = "auth_user";

/// What an app asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That a merchant lets it act for them.
    ActForMerchant,
    /// That a member lets it know who they are.
    KnowMember {
        /// The scopes, as the address names them, separated by commas.
        scope: String,
    },
}

/// What opens a consent page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The app that asks.
    pub app_id: String,
    /// For what.
    pub wish: Wish,
    /// Where the browser goes afterwards.
    pub redirect_uri: String,
}

/// Why nobody can agree to what an address asks for. Browsers are led nowhere then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The app may not call, or not the method that exchanges codes.
    AppDisabled,
    /// Only a service provider's app acts for others.
    NotProvider,
    /// The scope is none of [`SCOPES`].
    Scope,
    /// The address to go back to is no web page, or none of the app's.
    RedirectUri,
}

/// What the page is made from.
pub struct Desk {
    /// The app that asks.
    pub app: App,
    /// What its owner is called.
    pub owner: String,
    /// The page to go back to, or why there is nothing to agree to.
    pub place: Result<MerchantPage, Defect>,
}

impl Opening {
    /// The scopes, each once.
    pub fn scopes(&self) -> Vec<String> {
        let Wish::KnowMember { scope } = &self.wish else { return Vec::new() };
        let mut scopes: Vec<String> = scope.split(',').map(|one| one.trim().to_owned()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// The page to go back to. An app that has listed none has any in a stand-in, and none on a platform.
    fn place(&self, app: &App, any_place: bool) -> Result<MerchantPage, Defect> {
        let exchange = match self.wish {
            Wish::ActForMerchant => EXCHANGE_FOR_MERCHANT,
            Wish::KnowMember { .. } => EXCHANGE_FOR_MEMBER,
        };
        if !app.enabled || !allows(&app.methods, exchange) {
            return Err(Defect::AppDisabled);
        }
        if self.wish == Wish::ActForMerchant && !app.isv {
            return Err(Defect::NotProvider);
        }
        if self.scopes().iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
            return Err(Defect::Scope);
        }
        let place = MerchantPage::parse(&self.redirect_uri).ok_or(Defect::RedirectUri)?;
        // The app's page might take that one for the code that it is given.
        if has_a_code(&self.redirect_uri) {
            return Err(Defect::RedirectUri);
        }
        let is_allowed = if app.redirect_uris.is_empty() { any_place } else { place.is_listed(&app.redirect_uris) };
        if is_allowed { Ok(place) } else { Err(Defect::RedirectUri) }
    }
}

/// Whether an address has a parameter by the name of what a browser brings back.
fn has_a_code(address: &str) -> bool {
    let query = address.split(['?', '#']).skip(1).flat_map(|part| part.split('&'));
    let mut names = query.map(|pair| pair.split('=').next().unwrap_or_default());
    names.any(|name| name.contains('%') || ["app_auth_code", "auth_code"].contains(&name))
}

impl Desk {
    /// What the page shows; `None` where there is no such app. `any_place` says whether an app that has listed no
    /// addresses may have browsers led to any.
    pub fn load(tx: &mut Tx, opening: &Opening, any_place: bool) -> Result<Option<Desk>, Fault> {
        let Some(app) = world::app(tx, &opening.app_id)? else { return Ok(None) };
        let (owner, place) = (world::merchant_label(tx, &app.pid)?, opening.place(&app, any_place));
        Ok(Some(Desk { app, owner, place }))
    }

    /// A short text that is another one once the page says something else of who asks for what.
    pub fn shown(&self) -> String {
        let App { app_id, pid, methods, .. } = &self.app;
        token_key(&format!("{app_id}\n{pid}\n{}\n{}", self.owner, methods.join("\n")))
    }
}

/// Somebody who agrees.
pub struct Agreement<'a> {
    /// To what.
    pub opening: &'a Opening,
    /// Whether an app that has listed no addresses may have browsers led to any.
    pub any_place: bool,
    /// What the page has shown, as [`Desk::shown`] said: by now it must be the same.
    pub shown: &'a str,
    /// Who they say they are.
    pub login_id: &'a str,
    /// What proves it.
    pub pin: &'a Pin,
    /// What the code is found by.
    pub code_key: &'a str,
    /// Now, UTC milliseconds.
    pub at: i64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The code is handed out.
    Given,
    /// Nobody has this login id with this PIN, or the account's pages are locked: nobody learns which.
    NotProved,
    /// The account is no merchant's.
    NoMerchant,
    /// The page has changed since it was shown.
    Changed,
}

/// Tries the PIN, counts it, and hands a code out. `kept_pin` reads the PIN that an account has.
pub fn agree(
    tx: &mut Tx,
    agreement: &Agreement<'_>,
    kept_pin: impl Fn(&Account) -> Option<Pin>,
) -> Result<Outcome, Fault> {
    let Agreement { opening, any_place, shown, login_id, pin, code_key, at } = *agreement;
    let Some(desk) = Desk::load(tx, opening, any_place)? else { return Ok(Outcome::Changed) };
    if desk.place.is_err() || desk.shown() != shown {
        return Ok(Outcome::Changed);
    }
    let found = account_key::find(tx, Kind::Login, login_id)?;
    let Some(account) = found.filter(|account| kept_pin(account).is_some()) else {
        pin::pretend(tx)?;
        return Ok(Outcome::NotProved);
    };
    let account_id = account.user_id;
    let Proof::Right(_) = pin::prove(tx, &account_id, pin, kept_pin, at)? else { return Ok(Outcome::NotProved) };
    let consent = match &opening.wish {
        Wish::KnowMember { .. } => Consent::Member { scopes: opening.scopes() },
        Wish::ActForMerchant => {
            if world::merchant(tx, &account_id)?.is_none() {
                return Ok(Outcome::NoMerchant);
            }
            let auth_app_id = own_app(tx, &account_id)?.unwrap_or_else(|| opening.app_id.clone());
            Consent::Merchant { auth_app_id, methods: desk.app.methods }
        }
    };
    let code = Code::new(&opening.app_id, &account_id, consent, at);
    auth_code::insert(tx, code_key, &code, at - REMEMBERED_MS)?;
    Ok(Outcome::Given)
}

/// The merchant's own app, which notifications name: the first one that is no service provider's.
fn own_app(tx: &mut Tx, pid: &str) -> Result<Option<String>, Fault> {
    let is_own = |app: &App| app.pid == pid && app.enabled && !app.isv;
    Ok(world::apps(tx)?.into_iter().find(is_own).map(|app| app.app_id))
}
