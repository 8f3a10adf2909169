//! Proving on a page that one is an account's holder: by its pay PIN, inside the transaction that the proof is for.

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
pub fn of(account: Option<&Account>, mode: Mode) -> Option<Pin> {
    Pin::of_account(account?.pay_pin.as_deref(), mode == Mode::StandIn)
}

/// Tries a PIN at `now` (UTC milliseconds). From here on the transaction holds the account's count: it comes before
/// whatever else the transaction changes.
pub fn prove(tx: &mut Tx, account: &Account, given: &Pin, mode: Mode, now: i64) -> Result<Proof, Fault> {
    let Some(pin) = of(Some(account), mode) else { return Ok(Proof::NotTried) };
    match store::pin::hold(tx, &account.user_id)?.try_pin(given, &pin, now) {
        Tried::Right => store::pin::forget(tx, &account.user_id).map(|()| Proof::Right),
        Tried::Wrong(tries) => store::pin::keep(tx, &account.user_id, tries).map(|()| Proof::Wrong),
        Tried::Locked => Ok(Proof::NotTried),
    }
}
