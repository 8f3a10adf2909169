//! Stating who exists: merchants and their accounts, shops, tags and apps, as a world file has them.
//! Each is inserted or altered by its id, and says whether that changed anything.

use std::sync::Arc;

use domain::tag::Tag;

use super::account::{Account, account};
use super::app::App;
use super::json::to_json;
use super::merchant::{Merchant, Shop, tags};
use crate::account_key;
use crate::changes::announce::announce;
use crate::changes::change::Change;
use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::tx::{Backend, Tx};
use crate::params;

statements! {
    HOLD = "UPDATE setting SET value = value WHERE name = 'mode'";
    PUT_MERCHANT = "INSERT INTO merchant (pid, name, mid, options) VALUES ($1, $2, $3, $4)
        ON CONFLICT (pid) DO UPDATE SET name = excluded.name, mid = excluded.mid, options = excluded.options
        WHERE merchant.name <> excluded.name OR merchant.mid IS DISTINCT FROM excluded.mid
        OR merchant.options <> excluded.options";
    PUT_SHOP = "INSERT INTO shop (shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (shop_id) DO UPDATE SET store_id = excluded.store_id, name = excluded.name,
        address = excluded.address, shop_type = excluded.shop_type, lon_e7 = excluded.lon_e7, lat_e7 = excluded.lat_e7
        WHERE shop.pid = excluded.pid AND (shop.store_id IS DISTINCT FROM excluded.store_id OR shop.name <> excluded.name
        OR shop.address IS DISTINCT FROM excluded.address OR shop.shop_type IS DISTINCT FROM excluded.shop_type
        OR shop.lon_e7 IS DISTINCT FROM excluded.lon_e7 OR shop.lat_e7 IS DISTINCT FROM excluded.lat_e7)";
    PUT_TAG = "INSERT INTO tag (pid, code, place, name, kind, codes)
        SELECT $1, $2, COALESCE((SELECT MAX(place) FROM tag WHERE pid = $1), 0) + 1, $3, $4, $5 WHERE true
        ON CONFLICT (pid, code) DO UPDATE SET name = excluded.name, codes = excluded.codes
        WHERE tag.kind = excluded.kind AND (tag.name <> excluded.name OR tag.codes <> excluded.codes)";
    PUT_APP = "INSERT INTO app (app_id, pid, public_key, aes_key, isv, methods, notify_charset, enabled, version,
            certificates, redirect_uris)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10)
        ON CONFLICT (app_id) DO UPDATE SET pid = excluded.pid, public_key = excluded.public_key,
        certificates = excluded.certificates, redirect_uris = excluded.redirect_uris,
        aes_key = excluded.aes_key, isv = excluded.isv, methods = excluded.methods,
        notify_charset = excluded.notify_charset, enabled = excluded.enabled, version = app.version + 1
        WHERE app.pid <> excluded.pid OR app.public_key <> excluded.public_key
        OR app.certificates <> excluded.certificates OR app.redirect_uris <> excluded.redirect_uris
        OR app.aes_key IS DISTINCT FROM excluded.aes_key OR app.isv <> excluded.isv OR app.methods <> excluded.methods
        OR app.notify_charset <> excluded.notify_charset OR app.enabled <> excluded.enabled
        RETURNING version";
    PUT_ACCOUNT = "INSERT INTO account (bucket, user_id, login_id, taobao_nick, opening_fen, balance_fen, pay_codes, pay_pin,
            student, member_cards) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)
        ON CONFLICT (bucket, user_id) DO UPDATE SET login_id = excluded.login_id, taobao_nick = excluded.taobao_nick,
        balance_fen = account.balance_fen - account.opening_fen + excluded.opening_fen, opening_fen = excluded.opening_fen,
        pay_codes = excluded.pay_codes, pay_pin = excluded.pay_pin, student = excluded.student,
        member_cards = excluded.member_cards
        WHERE account.login_id IS DISTINCT FROM excluded.login_id
        OR account.taobao_nick IS DISTINCT FROM excluded.taobao_nick OR account.opening_fen <> excluded.opening_fen
        OR account.pay_codes <> excluded.pay_codes OR account.pay_pin IS DISTINCT FROM excluded.pay_pin
        OR account.student <> excluded.student OR account.member_cards <> excluded.member_cards";
    PUT_MERCHANT_ACCOUNT = "INSERT INTO account (bucket, user_id, login_id, opening_fen, balance_fen) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (bucket, user_id) DO UPDATE SET login_id = excluded.login_id,
        balance_fen = account.balance_fen - account.opening_fen + excluded.opening_fen, opening_fen = excluded.opening_fen
        WHERE account.login_id IS DISTINCT FROM excluded.login_id OR account.opening_fen <> excluded.opening_fen";
    // Nobody else states this account from here on until the transaction ends: what was read of it before would be old.
    HOLD_ACCOUNT = "UPDATE account SET student = student WHERE bucket = $1 AND user_id = $2";
}

/// Has every other transaction that calls this wait for the end of this one: what is read from here on of what a world
/// file states is changed by nobody else meanwhile.
pub fn hold(tx: &mut Tx) -> Result<(), Fault> {
    match tx.backend {
        // There is one writer.
        Backend::Sqlite(_) => Ok(()),
        Backend::Postgres(_) => tx.execute(HOLD, &[]).map(drop),
    }
}

/// States a merchant and its account; whether anything changed.
pub fn put_merchant(tx: &mut Tx, merchant: &Merchant) -> Result<bool, Fault> {
    let Merchant { pid, name, mid, login_id, opening_fen, options } = merchant;
    let altered = tx.execute(PUT_MERCHANT, params![pid, name, mid.as_deref(), options])? == 1;
    let moved = put_merchant_account(tx, pid, login_id.as_deref(), *opening_fen)?;
    if altered || moved {
        announce(tx, Change::Merchant(Arc::new(merchant.clone())))?;
    }
    Ok(altered || moved)
}

/// States a shop; whether anything changed. Its merchant must exist. One that is another merchant's is left as it is:
/// look whose it is afterwards, for two may state it at once.
pub fn put_shop(tx: &mut Tx, shop: &Shop) -> Result<bool, Fault> {
    let Shop { shop_id, pid, store_id, name, address, shop_type, position } = shop;
    let (store_id, address, shop_type) = (store_id.as_deref(), address.as_deref(), shop_type.as_deref());
    let (lon, lat) = (position.map(|it| it.lon_e7), position.map(|it| it.lat_e7));
    let changed = tx.execute(PUT_SHOP, params![shop_id, pid, store_id, name, address, shop_type, lon, lat])? == 1;
    if changed {
        announce(tx, Change::Shop(Arc::new(shop.clone())))?;
    }
    Ok(changed)
}

/// States one of a merchant's own tags; whether anything changed. A new one comes after those that it has. The merchant
/// must exist. One of another kind is left as it is: look afterwards, for two may state it at once.
pub fn put_tag(tx: &mut Tx, pid: &str, tag: &Tag) -> Result<bool, Fault> {
    let codes: Vec<(&str, &str)> = tag.values.iter().map(|it| (it.value.as_str(), it.label.as_str())).collect();
    let codes = to_json(&codes);
    let values = params![pid, &tag.code, &tag.name, tag.kind.name(), &codes];
    let changed = tx.execute(PUT_TAG, values)? == 1;
    if changed {
        let tags = tags(tx, pid)?.into();
        announce(tx, Change::Tags { pid: pid.into(), tags })?;
    }
    Ok(changed)
}

/// States an app; whether anything changed.
pub fn put_app(tx: &mut Tx, app: &App) -> Result<bool, Fault> {
    let App {
        app_id,
        pid,
        public_key,
        certificates,
        aes_key,
        isv,
        methods,
        notify_charset,
        enabled,
        redirect_uris,
        ..
    } = app;
    let (aes_key, methods, certificates) = (aes_key.as_deref(), to_json(methods), to_json(certificates));
    let places = to_json(redirect_uris);
    let values =
        params![app_id, pid, public_key, aes_key, *isv, &methods, notify_charset, *enabled, &certificates, &places];
    let Some((version,)) = tx.query_opt(PUT_APP, values)? else { return Ok(false) };
    announce(tx, Change::App(Arc::new(App { version, ..app.clone() })))?;
    Ok(true)
}

/// States a user's account; whether anything changed. An opening balance below what is spent is a [`Fault::Check`].
pub fn put_account(tx: &mut Tx, account: &Account) -> Result<bool, Fault> {
    let Account { user_id, login_id, taobao_nick, opening_fen, pay_codes, pay_pin, student, member_cards, .. } =
        account;
    let before = held_account(tx, user_id)?;
    let (codes, cards) = (to_json(pay_codes), to_json(member_cards));
    let bucket = bucket_of("", user_id);
    let (login_id, nick, pin) = (login_id.as_deref(), taobao_nick.as_deref(), pay_pin.as_deref());
    let values = params![bucket, user_id, login_id, nick, *opening_fen, &codes, pin, *student, &cards];
    let changed = tx.execute(PUT_ACCOUNT, values)? == 1;
    account_key::change(tx, before.as_ref(), account)?;
    Ok(changed)
}

/// States the part of a merchant that is an account.
fn put_merchant_account(tx: &mut Tx, pid: &str, login_id: Option<&str>, opening_fen: i64) -> Result<bool, Fault> {
    let before = held_account(tx, pid)?;
    let changed = tx.execute(PUT_MERCHANT_ACCOUNT, params![bucket_of("", pid), pid, login_id, opening_fen])? == 1;
    if let Some(after) = account(tx, pid)?.filter(|_| changed) {
        account_key::change(tx, before.as_ref(), &after)?;
    }
    Ok(changed)
}

/// An account that is about to be stated anew: until the transaction ends nobody else changes it.
///
/// A world file states accounts in an order of its own, each with what it is found by, so it may lock in any order;
/// world files wait for one another, and what they meet besides, PostgreSQL solves as a deadlock.
pub fn held_account(tx: &mut Tx, user_id: &str) -> Result<Option<Account>, Fault> {
    tx.lock_in_any_order();
    hold_account(tx, user_id)?;
    account(tx, user_id)
}

/// Has every other transaction that changes this account, or holds it so, wait for the end of this one.
pub fn hold_account(tx: &mut Tx, user_id: &str) -> Result<(), Fault> {
    tx.execute(HOLD_ACCOUNT, params![bucket_of("", user_id), user_id]).map(drop)
}
