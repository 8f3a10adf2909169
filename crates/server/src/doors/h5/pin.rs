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
use store::Mode;
use store::world::Account;

/// Runs `trying`, which tries one more PIN from this address, unless the address has sent too many wrong ones;
/// `was_wrong` says so of what it came to. `subject` is what the PIN opens: a trade, an order, a login id. Of an
/// address with too many wrong ones, those who try another subject wait for their turn.
///
/// Once begun it runs to its end, though its page is dropped because the visitor has hung up: what the transaction came
/// to decides whether the address has sent a wrong PIN, and never the connection.
pub async fn attempt<T: Send + 'static>(
    app: &App,
    address: IpAddr,
    subject: &str,
    trying: impl Future<Output = T> + Send + 'static,
    was_wrong: fn(&T) -> bool,
) -> Result<T, ErrorPage> {
    let attempt = app.wrong_pins.begin(address, subject).await.ok_or(ErrorPage::TooManyPins)?;
    let tried = tokio::spawn(async move {
        let result = trying.await;
        if !was_wrong(&result) {
            attempt.did_not_fail();
        }
        result
    });
    Ok(tried.await.expect("trying a PIN does not panic"))
}

/// The account's PIN, if it has one (`docs/decisions.md`, "Pay PIN").
pub fn of(account: &Account, app: &App) -> Option<Pin> {
    match &account.pay_pin {
        Some(kept) => pins::opened(&app.master_key, kept),
        None => Pin::unset(app.store.mode() == Mode::StandIn),
    }
}
