//! Changing accounts of points.
//!
//! A change is entered in the log and added to its account by one guarded UPDATE, last in its transaction: the row of
//! an account is locked hardly longer than the COMMIT takes. Only where the guard says no is the account read, and
//! `domain` asked why. A freeze that waits is a row of its own; whoever ends it takes the row away, so it ends once.

use domain::id::{CardId, PointLogNo};
use domain::points::{self, Account, AccountChange, Amount, Card, Freeze, Kind, TOTAL_MAX};

use super::tables::DEPOSIT_SCOPE;
use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::{Fault, Stop};
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::ledger::Cause;
use crate::{idempotency, params};

statements! {
    CARD = "SELECT tool.id, tool.created_at, tool.ends_at, activity.id, activity.pid FROM tool
        JOIN activity ON activity.id = tool.activity WHERE tool.id = $1 AND tool.kind = 'POINT_CARD'";
    ACCOUNT = "SELECT available, frozen, spent, total FROM point_account WHERE bucket = $1 AND card = $2 AND user_id = $3";
    CHANGE = "UPDATE point_account SET available = available + $1, frozen = frozen + $2, spent = spent + $3
        WHERE bucket = $4 AND card = $5 AND user_id = $6 AND available + $1 >= 0 AND frozen + $2 >= 0";
    DEPOSIT = "INSERT INTO point_account (bucket, pid, card, user_id, available, frozen, spent, total)
        VALUES ($1, $2, $3, $4, $5, 0, 0, $5)
        ON CONFLICT (bucket, card, user_id) DO UPDATE SET available = point_account.available + excluded.available,
        total = point_account.total + excluded.total WHERE point_account.total + excluded.total <= $6";
    ENTER = "INSERT INTO point_log (bucket, id, card, user_id, kind, amount, biz_no, freeze_id, shop_id, memo, ext_info, at,
            app_id, trace_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    ENTRY = "SELECT at FROM point_log WHERE bucket = $1 AND id = $2";
    HOLD = "INSERT INTO point_freeze (bucket, id, card, user_id, amount, at) VALUES ($1, $2, $3, $4, $5, $6)";
    FREEZE = "SELECT point_log.at, point_log.card, point_log.user_id, point_log.amount, point_freeze.id FROM point_log
        LEFT JOIN point_freeze ON point_freeze.bucket = $1 AND point_freeze.id = point_log.id
        WHERE point_log.bucket = $1 AND point_log.id = $2 AND point_log.kind = 'FREEZE'";
    END = "DELETE FROM point_freeze WHERE bucket = $1 AND id = $2";
}

/// A change of points to be entered.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// `point_log_no`, in the bucket of merchant and user.
    pub no: PointLogNo,
    /// The merchant.
    pub pid: &'a str,
    /// The number of the card.
    pub card: i64,
    /// Whose points.
    pub user_id: &'a str,
    /// What happens.
    pub kind: Kind,
    /// To how many.
    pub amount: Amount,
    /// The trade of a DEPOSIT, as the caller wrote it.
    pub biz_no: Option<&'a str>,
    /// The FREEZE that a COMMIT or CANCEL ends.
    pub freeze: Option<i64>,
    /// Where.
    pub shop_id: Option<&'a str>,
    /// What the caller says of it.
    pub memo: Option<&'a str>,
    /// And besides.
    pub ext_info: Option<&'a str>,
    /// The call that caused it.
    pub cause: Cause<'a>,
}

/// A FREEZE in the log, and whether it waits still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Its `point_log_no`.
    pub no: PointLogNo,
    /// The number of the card.
    pub card: i64,
    /// Whose points.
    pub user_id: String,
    /// How many, and whether they are set aside still.
    pub freeze: Freeze,
}

/// Where the points are that a user has with a merchant, and so what their numbers carry.
pub fn bucket(pid: &str, user_id: &str) -> Bucket {
    bucket_of(pid, user_id)
}

/// Within what the trades that points were deposited for are unique: the number of the card.
pub fn deposit_scope(card: i64) -> String {
    idempotency::scope(&[DEPOSIT_SCOPE, &card.to_string()])
}

/// The point card that the store knows by this number, whoever's it is.
pub fn card(tx: &mut Tx, number: i64) -> Result<Option<Card>, Fault> {
    tx.query_opt(CARD, params![number])
}

/// What a user has on a merchant's card; `None` before the first deposit.
pub fn account(tx: &mut Tx, pid: &str, card: i64, user_id: &str) -> Result<Option<Account>, Fault> {
    account_in(tx, bucket(pid, user_id), card, user_id)
}

/// Enters a change and adds it to its account, unless it may not be: see [`points::change`]. A FREEZE waits from now
/// on. Who enters a COMMIT or CANCEL has ended its freeze, with [`end`].
pub fn change(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), Stop> {
    let Entry { no, pid, card, user_id, kind, amount, .. } = *entry;
    let bucket = Bucket::of_id(no.number);
    enter(tx, entry)?;
    if kind == Kind::Freeze {
        tx.execute(HOLD, params![bucket, no.number, card, user_id, amount.points(), no.created_at])?;
    }
    let AccountChange { available, frozen, spent, total } = kind.moves(amount);
    let changed = match kind {
        Kind::Deposit => tx.execute(DEPOSIT, params![bucket, pid, card, user_id, total, TOTAL_MAX])?,
        _ => tx.execute(CHANGE, params![available, frozen, spent, bucket, card, user_id])?,
    };
    if changed == 1 {
        return Ok(());
    }
    let account = account_in(tx, bucket, card, user_id)?;
    match points::change(account, kind, amount) {
        Err(refusal) => Err(refusal.into()),
        // Another transaction has changed the account between the two statements.
        Ok(_) => Err(tx.fail(Fault::Stale).into()),
    }
}

/// When the change of this number was entered, UTC milliseconds; it is in the log.
pub fn entered_at(tx: &mut Tx, number: i64) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(ENTRY, params![Bucket::of_id(number), number])?.0)
}

/// The FREEZE that the log has under this number.
pub fn frozen(tx: &mut Tx, number: i64) -> Result<Option<Frozen>, Fault> {
    let found = tx.query_opt(FREEZE, params![Bucket::of_id(number), number])?;
    Ok(found.map(|FrozenRow { at, card, user_id, freeze }| Frozen {
        no: PointLogNo::new(at, number),
        card,
        user_id,
        freeze,
    }))
}

/// Ends the freeze of this number; `false` when it has ended, or there was none. Of several at once, one ends it, and
/// the others wait for what becomes of that.
pub fn end(tx: &mut Tx, number: i64) -> Result<bool, Fault> {
    Ok(tx.execute(END, params![Bucket::of_id(number), number])? == 1)
}

fn account_in(tx: &mut Tx, bucket: Bucket, card: i64, user_id: &str) -> Result<Option<Account>, Fault> {
    let found = tx.query_opt(ACCOUNT, params![bucket, card, user_id])?;
    Ok(found.map(|(available, frozen, spent, total)| Account { available, frozen, spent, total }))
}

fn enter(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), Fault> {
    let Entry { no, card, user_id, kind, amount, biz_no, freeze, shop_id, memo, ext_info, cause, .. } = *entry;
    let values = params![
        Bucket::of_id(no.number),
        no.number,
        card,
        user_id,
        kind.name(),
        amount.points(),
        biz_no,
        freeze,
        shop_id,
        memo,
        ext_info,
        no.created_at,
        cause.app_id,
        cause.trace_id
    ];
    tx.execute(ENTER, values).map(drop)
}

/// An amount that the store holds.
pub(super) fn amount(points: i64) -> Result<Amount, Fault> {
    Amount::new(points).ok_or_else(|| Fault::bug(format!("{points} points are no amount")))
}

impl FromRow for Card {
    fn from_row(row: &dyn Row) -> Result<Card, Fault> {
        let (number, created_at, ends_at, activity, pid) = FromRow::from_row(row)?;
        Ok(Card { id: CardId::new(created_at, number), pid, activity, ends_at })
    }
}

struct FrozenRow {
    at: i64,
    card: i64,
    user_id: String,
    freeze: Freeze,
}

impl FromRow for FrozenRow {
    fn from_row(row: &dyn Row) -> Result<FrozenRow, Fault> {
        let (at, card, user_id, points, waits) = <(i64, i64, String, i64, Option<i64>)>::from_row(row)?;
        Ok(FrozenRow { at, card, user_id, freeze: Freeze { amount: amount(points)?, waits: waits.is_some() } })
    }
}
