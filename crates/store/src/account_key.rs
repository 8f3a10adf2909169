//! By what an account is found beside its number: login ids, pay codes, nicknames.
//!
//! A row leads to an account; whether the account still has the key is the account's to say, so a row that was left
//! behind leads nowhere. A key that a second account states is that account's from then on.
//!
//! Login ids are the same in any case (`domain::login`): their rows are in small letters. Rows of earlier builds are
//! as the ids were stated. They are looked for first, so that two that differ by case alone, which those builds took,
//! still lead each to its account.

use domain::login;
use std::borrow::Cow;

use crate::engine::bucket::{Bucket, bucket_of_key};
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;
use crate::world::account::{Account, account};

pub(crate) static MODULE: Module = Module {
    tables: &[Table { lock: Lock::AccountKey, ..Table::by_bucket("account_key", BucketOf::Pair(Some("kind"), "key")) }],
    proofs: &[],
};

statements! {
    PUT = "INSERT INTO account_key (bucket, kind, key, user_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (bucket, kind, key) DO UPDATE SET user_id = excluded.user_id, used_at = NULL
        WHERE account_key.user_id <> excluded.user_id";
    DELETE = "DELETE FROM account_key WHERE bucket = $1 AND kind = $2 AND key = $3 AND user_id = $4";
    FIND = "SELECT user_id FROM account_key WHERE bucket = $1 AND kind = $2 AND key = $3";
    USE = "UPDATE account_key SET used_at = $1 WHERE bucket = $2 AND kind = 'pay_code' AND key = $3
        AND user_id = $4 AND used_at IS NULL";
    PUT_NEW = "INSERT INTO account_key (bucket, kind, key, user_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (bucket, kind, key) DO NOTHING";
    LOGINS: all_buckets = "SELECT user_id, login_id FROM account WHERE login_id IS NOT NULL ORDER BY user_id";
    WITH_KEYS: all_buckets = "SELECT user_id FROM account WHERE login_id IS NOT NULL OR taobao_nick IS NOT NULL OR pay_codes <> '[]'
        ORDER BY user_id";
}

/// What kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A phone number or e-mail address.
    Login,
    /// What a buyer shows to pay.
    PayCode,
    /// A nickname on Taobao.
    Nick,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Login => "login",
            Kind::PayCode => "pay_code",
            Kind::Nick => "nick",
        }
    }
}

/// The account that has this key; a login id in any case.
pub fn find(tx: &mut Tx, kind: Kind, key: &str) -> Result<Option<Account>, Fault> {
    let folded = folded(kind, key);
    if folded != key
        && let Some(account) = find_row(tx, kind, key)?
    {
        return Ok(Some(account));
    }
    find_row(tx, kind, &folded)
}

/// The account that the row of this very key leads to.
fn find_row(tx: &mut Tx, kind: Kind, key: &str) -> Result<Option<Account>, Fault> {
    let mut before = None;
    loop {
        let found: Option<(String,)> = tx.query_opt(FIND, params![bucket(kind, key), kind.name(), key])?;
        let Some((user_id,)) = found.filter(|found| before.as_ref() != Some(found)) else { return Ok(None) };
        let account = account(tx, &user_id)?;
        if let Some(account) = account.filter(|account| has(account, kind, key)) {
            return Ok(Some(account));
        }
        // Another account may have got the key between the two reads; the same one again has left the row behind.
        before = Some((user_id,));
    }
}

/// Whether an account states this key; a login id in any case.
pub fn has(account: &Account, kind: Kind, key: &str) -> bool {
    let key = folded(kind, key);
    stated(account).any(|(stated_kind, stated)| stated_kind == kind && folded(kind, stated) == key)
}

/// The account that a pay code is of: one that lists it or, where `by_default` says so (on a stand-in:
/// `docs/decisions.md`, "Pay codes"), the one whose default it is, `28` and the last 14 digits of the user id.
pub fn find_payer(tx: &mut Tx, code: &str, by_default: bool) -> Result<Option<Account>, Fault> {
    if let Some(found) = find(tx, Kind::PayCode, code)? {
        return Ok(Some(found));
    }
    if by_default { default_owner(tx, code) } else { Ok(None) }
}

/// The account whose default pay code on a stand-in this is.
pub fn default_owner(tx: &mut Tx, code: &str) -> Result<Option<Account>, Fault> {
    match code.strip_prefix("28").filter(|rest| rest.len() == 14) {
        Some(rest) => account(tx, &format!("20{rest}")),
        None => Ok(None),
    }
}

/// The default pay code of an account on a stand-in.
pub fn default_code(user_id: &str) -> Option<String> {
    user_id.strip_prefix("20").filter(|rest| rest.len() == 14).map(|rest| format!("28{rest}"))
}

/// Uses up a listed pay code of this account, which pays only once; `false` if it has paid before, or is another's by
/// now.
pub fn use_pay_code(tx: &mut Tx, code: &str, user_id: &str, at: i64) -> Result<bool, Fault> {
    Ok(tx.execute(USE, params![at, bucket(Kind::PayCode, code), code, user_id])? == 1)
}

/// Writes what the account has now and had not, removes what it had and has not.
pub(crate) fn change(tx: &mut Tx, before: Option<&Account>, after: &Account) -> Result<(), Fault> {
    let (had, has) = (before.map(keys).unwrap_or_default(), keys(after));
    for (kind, key) in had.iter().filter(|key| !has.contains(key)) {
        tx.execute(DELETE, params![bucket(*kind, key), kind.name(), &**key, &after.user_id])?;
    }
    for (kind, key) in has.iter().filter(|key| !had.contains(key)) {
        tx.execute(PUT, params![bucket(*kind, key), kind.name(), &**key, &after.user_id])?;
    }
    Ok(())
}

/// The accounts that state a login id with capital letters, and what it is. Reads the whole table.
pub fn capital_logins(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    let logins: Vec<(String, String)> = tx.query(LOGINS, &[])?;
    Ok(logins.into_iter().filter(|(_, login)| folded(Kind::Login, login) != login.as_str()).collect())
}

/// Has a login id of an earlier build lead to its account in small letters too, unless those are another's.
pub fn fold_login(tx: &mut Tx, user_id: &str, login_id: &str) -> Result<(), Fault> {
    let Some(account) = account(tx, user_id)? else { return Ok(()) };
    if account.login_id.as_deref() != Some(login_id) {
        return Ok(());
    }
    let key = folded(Kind::Login, login_id);
    tx.execute(PUT_NEW, params![bucket(Kind::Login, &key), Kind::Login.name(), &*key, user_id]).map(drop)
}

/// Writes the keys of all accounts: what follows migration 2, before which there was no such table.
pub(crate) fn fill(tx: &mut Tx) -> Result<(), Fault> {
    for (user_id,) in tx.query::<(String,)>(WITH_KEYS, &[])? {
        if let Some(account) = account(tx, &user_id)? {
            change(tx, None, &account)?;
        }
    }
    Ok(())
}

fn bucket(kind: Kind, key: &str) -> Bucket {
    bucket_of_key(kind.name(), key)
}

/// A key as its row has it.
fn folded(kind: Kind, key: &str) -> Cow<'_, str> {
    if kind == Kind::Login { login::folded(key) } else { key.into() }
}

/// Everything by which an account can be found, each once.
fn keys(account: &Account) -> Vec<(Kind, Cow<'_, str>)> {
    let mut keys: Vec<_> = stated(account).map(|(kind, key)| (kind, folded(kind, key))).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The same as the account states it.
fn stated(account: &Account) -> impl Iterator<Item = (Kind, &str)> {
    let login = account.login_id.iter().map(|key| (Kind::Login, key.as_str()));
    let nick = account.taobao_nick.iter().map(|key| (Kind::Nick, key.as_str()));
    let codes = account.pay_codes.iter().map(|key| (Kind::PayCode, key.as_str()));
    login.chain(nick).chain(codes)
}
