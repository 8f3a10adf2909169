//! Proving on a page that one is an account's holder: by its pay PIN, inside the transaction that the proof is for.

use crate::app::{App, pins};
use domain::pin::{Pin, Tried};
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

/// The account's PIN, if it has one (DECISIONS.md 5).
pub fn of(account: Option<&Account>, app: &App) -> Option<Pin> {
    match &account?.pay_pin {
        Some(kept) => pins::opened(&app.master_key, kept),
        None => Pin::unset(app.store.mode() == Mode::StandIn),
    }
}

/// Tries a PIN of this account at `now` (UTC milliseconds). From here on the transaction holds the account's count: it comes
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
