//! How many wrong PINs an address may send to pages, and the PIN that an account has.
//!
//! Wrong PINs are counted twice. An account's are in the store ([`crate::acts::pin`]): a right one resets the count. An
//! address's are in this process, over all accounts and by real time (`rate_limit`): only a quarter of an hour resets
//! that count, or whoever knows one account's PIN could try as many as he likes on others. Each node counts for itself,
//! and a restart resets the count; that is enough, for an account's own lock holds over all nodes, and the count by
//! address only keeps somebody from going on to the next account.

use crate::app::{App, pins};
use crate::pages::error_page::ErrorPage;
use crate::rate_limit::Attempt;
use domain::pin::Pin;
use std::net::IpAddr;
use store::Mode;
use store::world::Account;

/// One more PIN from an address, unless it has sent too many wrong ones. It is counted as a wrong one unless it is
/// known to be none.
pub async fn attempt(app: &App, address: IpAddr) -> Result<Attempt, ErrorPage> {
    app.wrong_pins.begin(address).await.ok_or(ErrorPage::TooManyPins)
}

/// The account's PIN, if it has one (`docs/decisions.md`, "Pay PIN").
pub fn of(account: &Account, app: &App) -> Option<Pin> {
    match &account.pay_pin {
        Some(kept) => pins::opened(&app.master_key, kept),
        None => Pin::unset(app.store.mode() == Mode::StandIn),
    }
}
