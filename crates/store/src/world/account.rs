//! Accounts: whoever has a balance, users and merchants alike.
//!
//! A world file states the opening balance. Altering it later moves the balance by the difference, so that what trades
//! have moved since stays moved, and stating it again changes nothing.

use crate::account_key;
use crate::bucket::bucket_of;
use crate::fault::Fault;
use crate::params;
use crate::row::{FromRow, Row};
use crate::sql::statements;
use crate::tx::Tx;

use super::{from_json, to_json};

statements! {
    PUT = "INSERT INTO account (bucket, user_id, login_id, taobao_nick, opening_fen, balance_fen, pay_codes, pay_pin,
            student, member_cards) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)
        ON CONFLICT (bucket, user_id) DO UPDATE SET login_id = excluded.login_id, taobao_nick = excluded.taobao_nick,
        balance_fen = account.balance_fen - account.opening_fen + excluded.opening_fen, opening_fen = excluded.opening_fen,
        pay_codes = excluded.pay_codes, pay_pin = excluded.pay_pin, student = excluded.student,
        member_cards = excluded.member_cards
        WHERE account.login_id IS DISTINCT FROM excluded.login_id
        OR account.taobao_nick IS DISTINCT FROM excluded.taobao_nick OR account.opening_fen <> excluded.opening_fen
        OR account.pay_codes <> excluded.pay_codes OR account.pay_pin IS DISTINCT FROM excluded.pay_pin
        OR account.student <> excluded.student OR account.member_cards <> excluded.member_cards";
    PUT_MERCHANT = "INSERT INTO account (bucket, user_id, login_id, opening_fen, balance_fen) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (bucket, user_id) DO UPDATE SET login_id = excluded.login_id,
        balance_fen = account.balance_fen - account.opening_fen + excluded.opening_fen, opening_fen = excluded.opening_fen
        WHERE account.login_id IS DISTINCT FROM excluded.login_id OR account.opening_fen <> excluded.opening_fen";
    // Nobody else states this account from here on until the transaction ends: what was read of it before would be old.
    HOLD = "UPDATE account SET student = student WHERE bucket = $1 AND user_id = $2";
    PLAIN_PINS = "SELECT user_id, pay_pin FROM account WHERE pay_pin IS NOT NULL AND length(pay_pin) = 6 ORDER BY user_id";
    REPLACE_PIN = "UPDATE account SET pay_pin = $1 WHERE bucket = $2 AND user_id = $3 AND pay_pin = $4";
    GET = "SELECT user_id, login_id, taobao_nick, opening_fen, balance_fen, pay_codes, pay_pin, student, member_cards
        FROM account WHERE bucket = $1 AND user_id = $2";
}

/// The most that an account can have or open with: what the schema checks.
pub const BALANCE_FEN_MAX: i64 = 4_000_000_000_000_000;

/// An account. Shown in logs without its PIN and pay codes.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// 16 digits, `2088…`; for a merchant, its PID.
    pub user_id: String,
    /// A phone number or e-mail address.
    pub login_id: Option<String>,
    /// The nickname on Taobao.
    pub taobao_nick: Option<String>,
    /// What a world file gave.
    pub opening_fen: i64,
    /// What there is now; not looked at by [`put_account`].
    pub balance_fen: i64,
    /// Codes that pay from this account.
    pub pay_codes: Vec<String>,
    /// Six digits in the form that the caller keeps them: sealed; `None` for the mode's default.
    pub pay_pin: Option<String>,
    /// Whether coupons for students apply.
    pub student: bool,
    /// Member cards held.
    pub member_cards: Vec<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Account { user_id, balance_fen, .. } = self;
        f.debug_struct("Account").field("user_id", user_id).field("balance_fen", balance_fen).finish_non_exhaustive()
    }
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
    let changed = tx.execute(PUT, values)? == 1;
    account_key::change(tx, before.as_ref(), account)?;
    Ok(changed)
}

/// States the part of a merchant that is an account.
pub(super) fn put_merchant(tx: &mut Tx, pid: &str, login_id: Option<&str>, opening_fen: i64) -> Result<bool, Fault> {
    let before = held_account(tx, pid)?;
    let changed = tx.execute(PUT_MERCHANT, params![bucket_of("", pid), pid, login_id, opening_fen])? == 1;
    if let Some(after) = account(tx, pid)?.filter(|_| changed) {
        account_key::change(tx, before.as_ref(), &after)?;
    }
    Ok(changed)
}

/// Every PIN that is kept as six digits, by user id: what builds before did. Reads the whole table.
pub fn plain_pins(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    tx.query(PLAIN_PINS, &[])
}

/// Keeps an account's PIN in another form, if it is still in this one; whether it was.
pub fn replace_pin(tx: &mut Tx, user_id: &str, old: &str, new: &str) -> Result<bool, Fault> {
    Ok(tx.execute(REPLACE_PIN, params![new, bucket_of("", user_id), user_id, old])? == 1)
}

/// An account that is about to be stated anew: until the transaction ends nobody else changes it.
pub fn held_account(tx: &mut Tx, user_id: &str) -> Result<Option<Account>, Fault> {
    tx.execute(HOLD, params![bucket_of("", user_id), user_id])?;
    account(tx, user_id)
}

/// One account.
pub fn account(tx: &mut Tx, user_id: &str) -> Result<Option<Account>, Fault> {
    tx.query_opt(GET, params![bucket_of("", user_id), user_id])
}

impl FromRow for Account {
    fn from_row(row: &dyn Row) -> Result<Account, Fault> {
        type Columns = (String, Option<String>, Option<String>, i64, i64, String, Option<String>, bool, String);
        let (user_id, login_id, taobao_nick, opening_fen, balance_fen, codes, pay_pin, student, cards) =
            Columns::from_row(row)?;
        let (pay_codes, member_cards) = (from_json(&codes)?, from_json(&cards)?);
        Ok(Account {
            user_id,
            login_id,
            taobao_nick,
            opening_fen,
            balance_fen,
            pay_codes,
            pay_pin,
            student,
            member_cards,
        })
    }
}
