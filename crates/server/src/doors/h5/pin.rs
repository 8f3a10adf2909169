//! Proving on a page that one is an account's holder: by its pay PIN, inside the transaction that the proof is for.
//!
//! Wrong PINs are counted twice. An account's are in the store (`store::pin`): a right one forgets them. An address's are in
//! this process, over all accounts and by real time (`rate_limit`): nothing forgets them but a quarter of an hour, or
//! whoever knows one account's PIN could try as many as he likes on others. Each node counts for itself, and a restart
//! forgets; that is enough, for an account's own lock holds over all of them, and the count by address only keeps somebody
//! from going on to the next account.

use crate::app::{App, pins};
use crate::pages::apology::Apology;
use domain::pin::{Pin, Tried};
use std::net::IpAddr;
use std::time::Instant;
use store::world::Account;
use store::{Fault, Mode, Tx};

/// Whether somebody is the account's holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// He is.
    Right,
    /// The PIN was wrong, and is counted once the transaction is kept: it must not end as a refusal.
    Wrong,
    /// The PIN was not looked at: the account's pages are locked, or it has none.
    NotTried,
}

/// A try of a PIN from an address. It is counted as a wrong one of that address's until it is known to be none: so of many
/// tries at once no more are looked at than may be wrong, and hanging up before the answer saves none.
pub struct Attempt<'a> {
    app: &'a App,
    address: IpAddr,
    at: Instant,
}

impl Attempt<'_> {
    /// One more from this address, unless it has sent too many wrong ones.
    pub fn new(app: &App, address: IpAddr) -> Result<Attempt<'_>, Apology> {
        let at = Instant::now();
        let allowed = app.wrong_pins.take(address, at);
        allowed.then_some(Attempt { app, address, at }).ok_or(Apology::TooManyPins)
    }

    /// The PIN was right, or was not looked at: it counts no longer.
    pub fn was_not_wrong(self) {
        self.app.wrong_pins.give_back(self.address, self.at);
    }
}

/// The account's PIN, if it has one (DECISIONS.md 5).
pub fn of(account: Option<&Account>, app: &App) -> Option<Pin> {
    match &account?.pay_pin {
        Some(kept) => pins::opened(&app.master_key, kept),
        None => Pin::unset(app.store.mode() == Mode::StandIn),
    }
}

/// Tries a PIN of this account at `now` (UTC milliseconds), as part of an [`Attempt`]. From here on the transaction holds the account's count: it comes
/// before whatever else the transaction changes.
pub fn prove(tx: &mut Tx, user_id: &str, given: &Pin, app: &App, now: i64) -> Result<Proof, Fault> {
    let pin = |tx: &mut Tx| Ok::<_, Fault>(of(store::world::account(tx, user_id)?.as_ref(), app));
    // Where there is nothing to try, nothing is counted.
    if pin(tx)?.is_none() {
        return Ok(Proof::NotTried);
    }
    let tries = store::pin::hold(tx, user_id)?;
    // It may have waited for another's try, and the PIN may be another by now.
    let Some(pin) = pin(tx)? else { return Ok(Proof::NotTried) };
    match tries.try_pin(given, &pin, now) {
        Tried::Right => store::pin::forget(tx, user_id).map(|()| Proof::Right),
        Tried::Wrong(tries) => store::pin::keep(tx, user_id, tries).map(|()| Proof::Wrong),
        Tried::Locked => Ok(Proof::NotTried),
    }
}
