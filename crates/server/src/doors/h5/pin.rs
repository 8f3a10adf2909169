//! How many wrong PINs an address may send to pages, and the PIN that an account has.
//!
//! Wrong PINs are counted twice. An account's are in the store ([`crate::acts::pin`]): a right one resets the count. An
//! address's are in this process, over all accounts and by real time (`rate_limit`): only a quarter of an hour resets
//! that count, or whoever knows one account's PIN could try as many as he likes on others. Each node counts for itself,
//! and a restart resets the count; that is enough, for an account's own lock holds over all nodes, and the count by
//! address only keeps somebody from going on to the next account.

use crate::app::{App, pins};
use crate::pages::error_page::ErrorPage;
use domain::pin::Pin;
use std::net::IpAddr;
use std::time::Instant;
use store::Mode;
use store::world::Account;

/// A try of a PIN from an address. It is counted as a wrong one of that address's until it is known to be none: so of
/// many tries at once no more are looked at than may be wrong, and hanging up before the answer saves none.
pub struct Attempt<'a> {
    app: &'a App,
    address: IpAddr,
    at: Instant,
}

impl Attempt<'_> {
    /// One more from this address, unless it has sent too many wrong ones.
    pub fn new(app: &App, address: IpAddr) -> Result<Attempt<'_>, ErrorPage> {
        let at = Instant::now();
        let allowed = app.wrong_pins.take(address, at);
        allowed.then_some(Attempt { app, address, at }).ok_or(ErrorPage::TooManyPins)
    }

    /// The PIN was right, or was not looked at: it counts no longer.
    pub fn was_not_wrong(self) {
        self.app.wrong_pins.give_back(self.address, self.at);
    }
}

/// The account's PIN, if it has one (DECISIONS.md 5).
pub fn of(account: &Account, app: &App) -> Option<Pin> {
    match &account.pay_pin {
        Some(kept) => pins::opened(&app.master_key, kept),
        None => Pin::unset(app.store.mode() == Mode::StandIn),
    }
}
