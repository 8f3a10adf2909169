//! Pay PINs at rest: sealed, like the store's other secrets, so that neither its file nor a backup shows one. Six
//! digits are of a build that kept them as they were; they are still read, and sealed where they are found.

use crate::keys::MasterKey;
use domain::pin::Pin;
use store::{Fault, Store, Tx, control, world};

/// The setting that says there are no more than sealed ones.
const ALL_SEALED: &str = "pay_pins_sealed";
/// Accounts a transaction.
const CHUNK: usize = 1_000;

/// The PIN in what an account keeps; `None`, with a line in the log, if it cannot be read.
pub fn opened(key: &MasterKey, kept: &str) -> Option<Pin> {
    let pin = Pin::parse(kept).or_else(|| Pin::parse(&key.open(kept).ok()?));
    if pin.is_none() {
        tracing::error!("an account's pay PIN cannot be read");
    }
    pin
}

/// Seals what an earlier build has left, once for a store. An older process that works on the same PostgreSQL may write
/// some more, until the next file that states them is applied.
pub async fn seal_old(store: &Store, key: &MasterKey) -> Result<(), Fault> {
    let done = |tx: &mut Tx| control::get(tx, ALL_SEALED);
    if store.read::<_, Fault, _>(done).await?.is_some() {
        return Ok(());
    }
    let plain = store.read(|tx: &mut Tx| world::plain_pins(tx)).await?;
    for chunk in plain.chunks(CHUNK) {
        let sealed: Vec<_> = chunk.iter().map(|(user, pin)| (user.clone(), pin.clone(), key.seal(pin))).collect();
        let seal = move |tx: &mut Tx| {
            sealed.iter().try_for_each(|(user, pin, sealed)| world::replace_pin(tx, user, pin, sealed).map(drop))
        };
        store.write::<_, Fault, _>(seal).await?;
    }
    store.write(|tx: &mut Tx| control::set_new(tx, ALL_SEALED, "1").map(drop)).await
}
