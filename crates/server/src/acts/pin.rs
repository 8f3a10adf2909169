//! Proving that one is an account's holder, by its pay PIN, inside the transaction that the proof is for.

use domain::pin::{Pin, PinResult};
use store::world::Account;
use store::{Fault, Tx, pin, world};

/// No account's id.
const NOBODY: &str = "";

/// What a PIN came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It was right; the account as it is while its count of tries is held.
    Right(Account),
    /// It was wrong, and is counted once the transaction is kept: that must not end as a refusal.
    Wrong,
    /// It was not looked at: the account's pages are locked, or it has no PIN.
    NotTried,
}

/// Does what trying a wrong PIN takes where there is no PIN to try: whoever asks learns nothing from how long the
/// answer takes.
pub fn pretend(tx: &mut Tx) -> Result<(), Fault> {
    for _ in 0..3 {
        world::account(tx, NOBODY)?;
    }
    pin::pretend(tx)
}

/// Tries a PIN of this account at `now`, UTC milliseconds; `kept` reads the one that an account has. From here on the
/// transaction holds the account's count of tries: it comes before whatever else the transaction changes.
pub fn prove(
    tx: &mut Tx,
    user_id: &str,
    given: &Pin,
    kept: impl Fn(&Account) -> Option<Pin>,
    now: i64,
) -> Result<Proof, Fault> {
    let load = |tx: &mut Tx| {
        let found = world::account(tx, user_id)?;
        Ok::<_, Fault>(found.and_then(|account| kept(&account).map(|pin| (account, pin))))
    };
    // Where there is nothing to try, nothing is counted.
    if load(tx)?.is_none() {
        return Ok(Proof::NotTried);
    }
    let tries = pin::hold(tx, user_id)?;
    // It may have waited for another's try, and the PIN may be another by now.
    let Some((account, kept)) = load(tx)? else { return Ok(Proof::NotTried) };
    match tries.try_pin(given, &kept, now) {
        PinResult::Right => pin::forget(tx, user_id).map(|()| Proof::Right(account)),
        PinResult::Wrong(tries) => pin::keep(tx, user_id, tries).map(|()| Proof::Wrong),
        PinResult::Locked => Ok(Proof::NotTried),
    }
}
