//! Login ids in stores of earlier builds, which compared them by case: each leads to its account in small letters too.

use store::{Fault, Store, Tx, account_key, control};

/// The setting that says that all do.
const ALL_FOLDED: &str = "login_ids_folded";
/// Accounts a transaction.
const CHUNK: usize = 1_000;

/// Has what an earlier build has left found in any case, once for a store. Of two login ids that differ by case
/// alone, each leads to its own account as it is spelled, and the account with the lower number has the other
/// spellings. An older process that works on the same PostgreSQL may write some more, until the next file that states
/// them is applied.
pub async fn fold_old(store: &Store) -> Result<(), Fault> {
    let done = |tx: &mut Tx| control::get(tx, ALL_FOLDED);
    if store.read::<_, Fault, _>(done).await?.is_some() {
        return Ok(());
    }
    for chunk in store.read(|tx: &mut Tx| account_key::capital_logins(tx)).await?.chunks(CHUNK) {
        let logins = chunk.to_vec();
        let fold = move |tx: &mut Tx| {
            logins.iter().try_for_each(|(user_id, login_id)| account_key::fold_login(tx, user_id, login_id))
        };
        store.write::<_, Fault, _>(fold).await?;
    }
    store.write(|tx: &mut Tx| control::set_new(tx, ALL_FOLDED, "1").map(drop)).await
}
