//! Accounts: whoever has a balance, users and merchants alike.
//!
//! A world file states the opening balance. Altering it later moves the balance by the difference, so that what trades
//! have moved since stays moved, and stating it again changes nothing.

use std::collections::HashSet;

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

use super::json::from_json;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Balance,
        ..Table::by_bucket("account", BucketOf::Pair(None, "user_id"))
    }],
    proofs: &[],
};

statements! {
    PLAIN_PINS: all_buckets = "SELECT user_id, pay_pin FROM account WHERE pay_pin IS NOT NULL AND length(pay_pin) = 6 ORDER BY user_id";
    REPLACE_PIN = "UPDATE account SET pay_pin = $1 WHERE bucket = $2 AND user_id = $3 AND pay_pin = $4";
    IS_THERE = "SELECT user_id FROM account WHERE bucket = $1 AND user_id = $2";
    GET = "SELECT user_id, login_id, taobao_nick, opening_fen, balance_fen, pay_codes, pay_pin, student, member_cards
        FROM account WHERE bucket = $1 AND user_id = $2";
}

static ARE_THERE: Rows<2> = Rows::new(
    "WITH wanted (bucket, user_id) AS (VALUES",
    ["INTEGER", "TEXT"],
    ") SELECT account.user_id FROM wanted
        JOIN account ON account.bucket = wanted.bucket AND account.user_id = wanted.user_id",
)
.or_alone(IS_THERE);

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

/// Every PIN that is kept as six digits, by user id: what builds before did. Reads the whole table.
pub fn plain_pins(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    tx.query(PLAIN_PINS, &[])
}

/// Keeps an account's PIN in another form, if it is still in this one; whether it was.
pub fn replace_pin(tx: &mut Tx, user_id: &str, old: &str, new: &str) -> Result<bool, Fault> {
    Ok(tx.execute(REPLACE_PIN, params![new, bucket_of("", user_id), user_id, old])? == 1)
}

/// One account.
pub fn account(tx: &mut Tx, user_id: &str) -> Result<Option<Account>, Fault> {
    tx.query_opt(GET, params![bucket_of("", user_id), user_id])
}

/// Whether there is an account of that number: for who needs nothing else of it.
pub fn has_account(tx: &mut Tx, user_id: &str) -> Result<bool, Fault> {
    Ok(tx.query_opt::<(String,)>(IS_THERE, params![bucket_of("", user_id), user_id])?.is_some())
}

/// Those of `users` that are accounts, in no order.
pub fn existing_accounts(tx: &mut Tx, users: &[&str]) -> Result<HashSet<String>, Fault> {
    let wanted = users.iter().map(|user| [bucket_of("", user).into(), (*user).into()]);
    let found: Vec<(String,)> = tx.query_rows(&ARE_THERE, wanted)?;
    Ok(found.into_iter().map(|(user_id,)| user_id).collect())
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
