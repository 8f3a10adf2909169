//! Double entry: a transfer takes from one party what it gives to another, and is never altered. A balance is the
//! opening balance and the sum of the transfers to it less the sum of those from it; the sum of all balances never
//! changes.
//!
//! Both balances are written in the order of their keys, whoever pays whom, so that of two transactions that move money
//! between the same two none waits for the other in a circle: a merchant's row is hot, and a deadlock costs far more
//! than its wait. A caller moves money last in its transaction, so that the rows are locked hardly longer than the
//! COMMIT takes.

use std::borrow::Cow;

use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { without_rowid: true, lock: Lock::Balance, ..Table::by_bucket("fund", BucketOf::Pair(None, "name")) },
        Table { without_rowid: true, lock: Lock::Part, ..Table::by_bucket("transfer", BucketOf::Id("id")) },
    ],
    proofs: &[
        Proof { name: "account balances", count: ACCOUNTS, differ: ACCOUNTS_OFF, values: &[] },
        Proof { name: "fund balances", count: FUNDS, differ: FUNDS_OFF, values: &[] },
        Proof { name: "transfers between known accounts", count: TRANSFERS, differ: TRANSFERS_OFF, values: &[] },
        Proof { name: "the sum of all money", count: ACCOUNTS, differ: MONEY_OFF, values: &[] },
    ],
};

statements! {
    TAKE = "UPDATE account SET balance_fen = balance_fen - $1 WHERE bucket = $2 AND user_id = $3 AND balance_fen >= $1";
    GIVE = "UPDATE account SET balance_fen = balance_fen + $1 WHERE bucket = $2 AND user_id = $3";
    TAKE_FUND = "UPDATE fund SET balance_fen = balance_fen - $1 WHERE bucket = $2 AND name = $3 AND balance_fen >= $1";
    MOVE_FUND = "INSERT INTO fund (bucket, name, balance_fen) VALUES ($1, $2, $3)
        ON CONFLICT (bucket, name) DO UPDATE SET balance_fen = fund.balance_fen + excluded.balance_fen";
    FIND = "SELECT debit, credit, amount_fen, kind, trade, at FROM transfer WHERE bucket = $1 AND id = $2";
    FUND_BALANCE = "SELECT balance_fen FROM fund WHERE bucket = $1 AND name = $2";
    OF_FUND: all_buckets = "SELECT debit, credit, amount_fen, kind, trade, at, id FROM transfer
        WHERE CASE WHEN kind = 'fund' THEN credit ELSE debit END = $1 AND kind IN ('fund', 'voucher', 'recycle')
            AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4";
    ACCOUNTS: proof = "SELECT COUNT(*) FROM account";
    ACCOUNTS_OFF: proof = "SELECT account.user_id, CAST(account.balance_fen AS TEXT),
            CAST(account.opening_fen + COALESCE(moved.fen, 0) AS TEXT) FROM account
        LEFT JOIN (SELECT name, CAST(SUM(fen) AS BIGINT) AS fen FROM (SELECT credit AS name, amount_fen AS fen FROM transfer
            UNION ALL SELECT debit, 0 - amount_fen FROM transfer) AS parts GROUP BY name) AS moved
            ON moved.name = account.user_id
        WHERE account.balance_fen <> account.opening_fen + COALESCE(moved.fen, 0) ORDER BY account.user_id";
    FUNDS: proof = "SELECT COUNT(*) FROM fund";
    FUNDS_OFF: proof = "SELECT fund.name, CAST(fund.balance_fen AS TEXT), CAST(COALESCE(moved.fen, 0) AS TEXT) FROM fund
        LEFT JOIN (SELECT name, CAST(SUM(fen) AS BIGINT) AS fen FROM (SELECT credit AS name, amount_fen AS fen FROM transfer
            UNION ALL SELECT debit, 0 - amount_fen FROM transfer) AS parts GROUP BY name) AS moved ON moved.name = fund.name
        WHERE fund.balance_fen <> COALESCE(moved.fen, 0) ORDER BY fund.name";
    TRANSFERS: proof = "SELECT COUNT(*) FROM transfer";
    TRANSFERS_OFF: proof = "SELECT CAST(parts.id AS TEXT), parts.name, 'an account' FROM (SELECT id, credit AS name FROM transfer
            UNION ALL SELECT id, debit FROM transfer) AS parts
        LEFT JOIN account ON account.user_id = parts.name LEFT JOIN fund ON fund.name = parts.name
        WHERE account.user_id IS NULL AND fund.name IS NULL ORDER BY 1";
    MONEY_OFF: proof = "SELECT 'all accounts and funds', CAST(balances.fen AS TEXT), CAST(openings.fen AS TEXT) FROM
        (SELECT CAST(COALESCE(SUM(fen), 0) AS BIGINT) AS fen FROM (SELECT balance_fen AS fen FROM account
            UNION ALL SELECT balance_fen FROM fund) AS parts) AS balances,
        (SELECT CAST(COALESCE(SUM(opening_fen), 0) AS BIGINT) AS fen FROM account) AS openings
        WHERE balances.fen <> openings.fen";
}

static INSERT: Rows<10> = Rows::new(
    "INSERT INTO transfer (bucket, id, debit, credit, amount_fen, kind, trade, at, app_id, trace_id) VALUES",
    ["INTEGER", "BIGINT", "TEXT", "TEXT", "BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT"],
    "",
);

/// What holds money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party<'a> {
    /// The account of a user or merchant; never below zero.
    Account(&'a str),
    /// Where the history that this merchant imported comes from: the world outside, which may owe any amount.
    Outside(&'a str),
    /// What is left of what the sponsor of this template (its number) paid for its vouchers; never below zero.
    Template(i64),
}

impl<'a> Party<'a> {
    /// As a transfer names it: a user id, `outside/` and a PID, or `template/` and a number.
    pub fn name(self) -> Cow<'a, str> {
        match self {
            Party::Account(user_id) => Cow::Borrowed(user_id),
            Party::Outside(pid) => Cow::Owned(format!("outside/{pid}")),
            Party::Template(number) => Cow::Owned(format!("template/{number}")),
        }
    }
}

/// Money on its way, and why.
#[derive(Clone, Copy, Debug)]
pub struct Transfer<'a> {
    /// What the store knows it by, in the bucket of its cause.
    pub id: i64,
    /// Who gives.
    pub debit: Party<'a>,
    /// Who gets.
    pub credit: Party<'a>,
    /// How much, at least 1.
    pub amount_fen: i64,
    /// What for: `pay`, `refund`, `cancel`, `import`; with vouchers [`FUND`], `voucher`, `voucher_refund`, and
    /// [`RECYCLE`].
    pub kind: &'a str,
    /// The trade that moves it.
    pub trade: Option<i64>,
    /// When, UTC milliseconds.
    pub at: i64,
    /// The call that caused it.
    pub cause: Cause<'a>,
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Who gave, as [`Party::name`] has it.
    pub debit: String,
    /// Who got.
    pub credit: String,
    /// How much.
    pub amount_fen: i64,
    /// What for; see [`Transfer::kind`].
    pub kind: String,
    /// The number of the trade that moved it.
    pub trade: Option<i64>,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// The entry of that id, if there is one.
pub fn entry(tx: &mut Tx, id: i64) -> Result<Option<Entered>, Fault> {
    let row = tx.query_opt(FIND, params![Bucket::of_id(id), id])?;
    Ok(row.map(|(debit, credit, amount_fen, kind, trade, at)| Entered { debit, credit, amount_fen, kind, trade, at }))
}

/// The kind of a transfer by which a sponsor pays for a template.
pub const FUND: &str = "fund";

/// The kind of a transfer by which the fund of a template gives back to its sponsor.
pub const RECYCLE: &str = "recycle";

/// What made money move: a call, a page or a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cause<'a> {
    /// The calling app.
    pub app_id: Option<&'a str>,
    /// The call's name in the log.
    pub trace_id: Option<&'a str>,
}

/// What a template's fund has left, fen.
pub fn fund_balance(tx: &mut Tx, template: i64) -> Result<i64, Fault> {
    let name = Party::Template(template).name();
    let found = tx.query_opt::<(i64,)>(FUND_BALANCE, params![bucket_of("", &name), &*name])?;
    Ok(found.map_or(0, |(fen,)| fen))
}

/// At most `limit` entries of a template's fund with their ids, newest first, below the place (time and id) `after`.
pub fn of_fund(
    tx: &mut Tx,
    template: i64,
    after: Option<(i64, i64)>,
    limit: u32,
) -> Result<Vec<(i64, Entered)>, Fault> {
    let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
    let name = Party::Template(template).name();
    let rows = tx.query(OF_FUND, params![&*name, at, id, limit])?;
    let entered =
        |(debit, credit, amount_fen, kind, trade, at, id)| (id, Entered { debit, credit, amount_fen, kind, trade, at });
    Ok(rows.into_iter().map(entered).collect())
}

/// Moves money and enters it; `false`, and nothing is moved, when the giver's balance does not cover it.
pub fn transfer(tx: &mut Tx, transfer: &Transfer<'_>) -> Result<bool, Fault> {
    Ok(transfer_all(tx, std::slice::from_ref(transfer))?.is_none())
}

/// Moves money several ways at once and enters each. Each balance is written once. Gives who cannot give what it gives
/// beyond what it gets, and then nothing is moved.
pub fn transfer_all<'a>(tx: &mut Tx, transfers: &[Transfer<'a>]) -> Result<Option<Party<'a>>, Fault> {
    let mut nets: Vec<(Party<'_>, i64)> = Vec::with_capacity(2 * transfers.len());
    for &Transfer { debit, credit, amount_fen, .. } in transfers {
        for (party, fen) in [(debit, -amount_fen), (credit, amount_fen)] {
            match nets.iter_mut().find(|(known, _)| *known == party) {
                Some((_, net)) => *net += fen,
                None => nets.push((party, fen)),
            }
        }
    }
    let short = move_all(tx, nets)?;
    if short.is_none() {
        enter_many(tx, transfers)?;
    }
    Ok(short)
}

/// Writes entries alone: for a chunk of an import, which moves their sum once, with [`move_between`].
pub(crate) fn enter_many(tx: &mut Tx, transfers: &[Transfer<'_>]) -> Result<(), Fault> {
    let names: Vec<_> = transfers.iter().map(|it| (it.debit.name(), it.credit.name())).collect();
    let rows = transfers.iter().zip(&names).map(|(&Transfer { id, amount_fen, kind, trade, at, cause, .. }, names)| {
        [
            Bucket::of_id(id).into(),
            id.into(),
            (&*names.0).into(),
            (&*names.1).into(),
            amount_fen.into(),
            kind.into(),
            trade.into(),
            at.into(),
            cause.app_id.into(),
            cause.trace_id.into(),
        ]
    });
    tx.execute_rows(&INSERT, rows).map(drop)
}

/// Moves money without an entry, which the caller writes; `false` when the giver's balance does not cover it.
pub(crate) fn move_between(tx: &mut Tx, debit: Party<'_>, credit: Party<'_>, fen: i64) -> Result<bool, Fault> {
    Ok(move_all(tx, vec![(debit, -fen), (credit, fen)])?.is_none())
}

/// Adds to each balance what it gets, or takes what it gives, in the order of locks. Gives the party whose balance does
/// not cover that, and then nothing is changed.
fn move_all<'a>(tx: &mut Tx, mut nets: Vec<(Party<'a>, i64)>) -> Result<Option<Party<'a>>, Fault> {
    nets.retain(|&(_, fen)| fen != 0);
    nets.sort_by_cached_key(|&(party, _)| key(party));
    for (nth, &(party, fen)) in nets.iter().enumerate() {
        if 0 < fen {
            give(tx, party, fen)?;
        } else if !add(tx, party, fen)? {
            // These rows are this transaction's since they were changed, so it can change them back.
            nets[..nth].iter().try_for_each(|&(party, fen)| give(tx, party, -fen))?;
            return Ok(Some(party));
        }
    }
    Ok(None)
}

/// Where a party stands in the order of locks: funds after accounts, each by its primary key.
fn key(party: Party<'_>) -> (bool, Bucket, String) {
    let name = party.name();
    (!matches!(party, Party::Account(_)), bucket_of("", &name), name.into_owned())
}

fn give(tx: &mut Tx, party: Party<'_>, fen: i64) -> Result<(), Fault> {
    if add(tx, party, fen)? { Ok(()) } else { Err(tx.fail(Fault::bug(format!("no account {}", party.name())))) }
}

/// Adds to a balance, or takes from it; `false` if an account is not there, or has less.
fn add(tx: &mut Tx, party: Party<'_>, fen: i64) -> Result<bool, Fault> {
    let name = party.name();
    let bucket = bucket_of("", &name);
    let changed = match party {
        Party::Account(_) if fen < 0 => tx.execute(TAKE, params![-fen, bucket, &*name])?,
        Party::Account(_) => tx.execute(GIVE, params![fen, bucket, &*name])?,
        Party::Template(_) if fen < 0 => tx.execute(TAKE_FUND, params![-fen, bucket, &*name])?,
        Party::Outside(_) | Party::Template(_) => tx.execute(MOVE_FUND, params![bucket, &*name, fen])?,
    };
    Ok(changed == 1)
}
