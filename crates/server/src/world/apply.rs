//! Applies a checked world to a store: all of it in one transaction, or nothing.

use super::World;
use crate::app::App;
use crate::app::site::Site;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use store::Tx;
use store::world as rows;
use thiserror::Error;
use wire::PrivateKey;

/// What came of it: how many things were new or changed, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Things in the file.
    pub things: usize,
    /// Of these, new or changed.
    pub changed: usize,
}

/// Why nothing was applied.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// It refers to what neither it nor the store holds, or contradicts what the store holds.
    #[error("{message}")]
    Refused {
        /// The table with the reference.
        table: &'static str,
        /// That table's id.
        id: String,
        /// What is wrong.
        message: String,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Fault),
}

/// Applies a world: upserts by id, deletes nothing; applying twice changes nothing.
pub async fn apply(app: &App, world: World) -> Result<Applied, ApplyError> {
    let key = world.platform_key.as_deref().map(|text| PrivateKey::parse(text).expect("checked"));
    let mut world = world;
    for row in &mut world.apps {
        let known = app.directory.app(&row.app_id).and_then(|known| known.row.aes_key.clone());
        row.aes_key = row.aes_key.as_ref().map(|key| sealed(app, key, known));
    }
    seal_pins(app, &mut world.accounts).await?;
    let world = Arc::new(world);
    let applied = app.store.write(move |tx: &mut Tx| record(tx, &world)).await?;
    if let Some(key) = key {
        app.replace_platform_key(&key).await?;
    }
    Ok(applied)
}

/// The sealed form of a secret; the one that is known already where it is of the same, since no two sealings are equal.
fn sealed(app: &App, secret: &str, known: Option<String>) -> String {
    let known = known.filter(|known| app.master_key.open(known).is_ok_and(|opened| opened == secret));
    known.unwrap_or_else(|| app.master_key.seal(secret))
}

/// Seals the accounts' pay PINs. What the store has may be another by the time that it is written: then it opens to the same
/// PIN all the same.
async fn seal_pins(app: &App, accounts: &mut [rows::Account]) -> Result<(), store::Fault> {
    let with_pin: Vec<_> = accounts.iter_mut().filter(|account| account.pay_pin.is_some()).collect();
    let users: Vec<String> = with_pin.iter().map(|account| account.user_id.clone()).collect();
    let kept = move |tx: &mut Tx| {
        let kept = users.iter().map(|user| Ok(rows::account(tx, user)?.and_then(|account| account.pay_pin)));
        kept.collect::<Result<Vec<_>, store::Fault>>()
    };
    for (account, known) in with_pin.into_iter().zip(app.store.read(kept).await?) {
        account.pay_pin = account.pay_pin.as_ref().map(|pin| sealed(app, pin, known));
    }
    Ok(())
}

fn record(tx: &mut Tx, world: &World) -> Result<Applied, ApplyError> {
    let mut applied = Applied::default();
    let mut count = |changed: bool| {
        applied.things += 1;
        applied.changed += usize::from(changed);
    };
    let refused = |table, id: &str, message: String| ApplyError::Refused { table, id: id.to_owned(), message };
    if let Some(base_url) = &world.base_url {
        count(store::control::set(tx, Site::SETTING, base_url)?);
    }
    for merchant in &world.merchants {
        count(rows::put_merchant(tx, merchant)?);
    }
    for shop in &world.shops {
        count(rows::put_shop(tx, shop)?);
        if rows::shop(tx, &shop.shop_id)?.is_some_and(|known| known.pid != shop.pid) {
            return Err(refused("shop", &shop.shop_id, format!("shop {} is another merchant's", shop.shop_id)));
        }
    }
    for (pid, tag) in &world.tags {
        count(rows::put_tag(tx, pid, tag)?);
        let known = rows::tags(tx, pid)?.into_iter().find(|known| known.code == tag.code);
        if let Some(known) = known.filter(|known| known.kind != tag.kind) {
            let (code, was) = (&tag.code, known.kind.name());
            let message =
                format!("tag {code} is of type {was} and members carry its values: give the new type another code");
            return Err(refused("tag", &format!("{pid}/{code}"), message));
        }
    }
    let known_merchants: HashSet<_> = rows::merchants(tx)?.into_iter().collect();
    for row in &world.apps {
        if !known_merchants.contains(&row.pid) {
            let message = format!("app {}: no merchant {} here or in the store", row.app_id, row.pid);
            return Err(refused("app", &row.app_id, message));
        }
        count(rows::put_app(tx, row)?);
    }
    let known_apps: HashSet<_> = rows::apps(tx)?.into_iter().map(|app| app.app_id).collect();
    for row in &world.authorizations {
        if let Some(unknown) = [&row.app_id, &row.auth_app_id].into_iter().find(|app_id| !known_apps.contains(*app_id))
        {
            let message = format!("authorization: no app {unknown} here or in the store");
            return Err(refused("authorization", &row.app_auth_token, message));
        }
        if !known_merchants.contains(&row.pid) {
            let message = format!("authorization: no merchant {} here or in the store", row.pid);
            return Err(refused("authorization", &row.app_auth_token, message));
        }
        count(rows::put_authorization(tx, row)?);
    }
    for row in &world.accounts {
        count(rows::put_account(tx, row)?);
    }
    for row in &world.images {
        count(rows::put_image(tx, row)?);
    }
    Ok(applied)
}
