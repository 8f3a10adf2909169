//! Trades that happened elsewhere, taken in by the chunk: trade, refund, entries, numbers, members and sums of each row, and
//! both balances once.

use std::collections::{BTreeMap, HashMap};

use domain::Refusal;
use domain::id::TradeNo;
use domain::trade::{Off, Status, Trade, finishes_at};

use super::{INSERT, Refund, columns, insert_refunds, scope};
use crate::bucket::{Bucket, bucket_of_key};
use crate::fault::Fault;
use crate::ledger::{self, Cause, Purse, Transfer};
use crate::member::{MemberRow, put_chunk};
use crate::params;
use crate::row::Val;
use crate::rows::Rows;
use crate::sql::statements;
use crate::tx::Tx;
use crate::{job, sales};

statements! {
    CLAIMED = "SELECT key, fingerprint FROM once WHERE bucket = $1 AND scope = $2 AND key = $3";
    BETWEEN = "SELECT key, fingerprint FROM once
        WHERE bucket = $1 AND scope = $2 AND key >= $3 AND key <= $4 ORDER BY key LIMIT $5";
}

static FIND: Rows<3> = Rows::new(
    "WITH wanted (bucket, scope, key) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT once.key, fingerprint FROM wanted
        JOIN once ON once.bucket = wanted.bucket AND once.scope = wanted.scope AND once.key = wanted.key",
)
.or_alone(CLAIMED);

static CLAIM: Rows<6> = Rows::new(
    "INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at) VALUES",
    ["INTEGER", "TEXT", "TEXT", "", "BIGINT", "BIGINT"],
    "ON CONFLICT (bucket, scope, key) DO NOTHING",
);

/// How many new numbers a row takes: its trade's, which its payment's entry shares, and its refund's entry's.
pub const NUMBERS_A_ROW: u32 = 2;

/// A trade that happened elsewhere. Checked by the caller: amounts are above 0, times are past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeRow {
    /// The number that it has; what the import is idempotent by.
    pub trade_no: String,
    /// What makes two rows of one number the same row.
    pub fingerprint: [u8; 32],
    /// Who paid.
    pub user_id: String,
    /// In which of the merchant's shops.
    pub shop_id: Option<String>,
    /// What was paid.
    pub total_fen: i64,
    /// When, UTC milliseconds.
    pub paid_at: i64,
    /// The merchant's number; the trade's own when absent.
    pub out_trade_no: Option<String>,
    /// What was refunded, and when.
    pub refunded: Option<(i64, i64)>,
}

/// What a row of an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The trade is new.
    New,
    /// It was imported before.
    Unchanged,
    /// One of its numbers is used by another trade, or by this one with other content: the row was left out.
    Taken,
}

/// Takes in a merchant's trades; what each row did, in their order. `first_number` is the first of [`NUMBERS_A_ROW`] new
/// numbers for each row, `now` UTC milliseconds. Whole or not at all.
pub fn import(tx: &mut Tx, pid: &str, rows: &[TradeRow], first_number: i64, now: i64) -> Result<Vec<Effect>, Fault> {
    let effects = effects(tx, pid, rows)?;
    let mut new: Vec<&TradeRow> =
        rows.iter().zip(&effects).filter(|(_, had)| **had == Effect::New).map(|it| it.0).collect();
    // Numbered by member, the chunk goes through the table and through the index of members from one end to the other.
    new.sort_by_key(|row| (&row.user_id, row.paid_at));
    // Each row has numbers of its own, whether it needs them or not.
    let numbers = (first_number..).step_by(NUMBERS_A_ROW as usize);
    let new: Vec<(Trade, &TradeRow)> = new
        .into_iter()
        .zip(numbers)
        .map(|(row, number)| Ok((row.trade(pid, super::bucket(pid, &row.user_id).id(number), now)?, row)))
        .collect::<Result<_, Refusal>>()
        .map_err(|refusal| tx.fail(Fault::bug(format!("a row that was not checked: {refusal:?}"))))?;
    if new.is_empty() {
        return Ok(effects);
    }
    claim(tx, pid, &new)?;
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for (trade, _) in &new {
        *sums.entry(&trade.buyer_id).or_default() += trade.rest_fen();
    }
    let people: Vec<MemberRow> = sums.keys().map(|user| MemberRow::new(user, [])).collect();
    put_chunk(tx, pid, &people)?;
    sales::add_many(tx, pid, &sums)?;
    let values: Vec<_> = new.iter().map(|(trade, _)| columns(trade)).collect();
    tx.execute_rows(&INSERT, &values)?;
    follow(tx, pid, &new)?;
    // Last, because a merchant's balance is the one row that everybody waits for.
    let net_fen: i64 = new.iter().map(|(trade, _)| trade.rest_fen()).sum();
    if net_fen == 0 || ledger::move_between(tx, Purse::Outside(pid), Purse::Account(pid), net_fen)? {
        Ok(effects)
    } else {
        Err(tx.fail(Fault::bug("the outside has no bound")))
    }
}

impl TradeRow {
    /// The numbers by which the merchant knows it, each once.
    fn keys(&self) -> impl Iterator<Item = &str> {
        let out = self.out_trade_no.as_ref().filter(|out| **out != self.trade_no);
        [Some(&self.trade_no), out].into_iter().flatten().map(String::as_str)
    }

    /// The trade, with all that has happened to it until now.
    fn trade(&self, pid: &str, number: i64, now: i64) -> Result<Trade, Refusal> {
        let waiting = Trade {
            no: TradeNo::new(self.paid_at, number),
            pid: pid.to_owned(),
            seller_id: pid.to_owned(),
            buyer_id: self.user_id.clone(),
            out_trade_no: self.out_trade_no.as_ref().unwrap_or(&self.trade_no).clone(),
            imported_no: Some(self.trade_no.clone()),
            status: Status::WaitBuyerPay,
            subject: String::new(),
            total_fen: self.total_fen,
            discountable_fen: self.total_fen,
            buyer_pay_fen: 0,
            receipt_fen: 0,
            refunded_fen: 0,
            shop_id: self.shop_id.clone(),
            detail: "{}".to_owned(),
            origin: None,
            page_token: None,
            expires_at: None,
            paid_at: None,
            closed_at: None,
            refunded_at: None,
            version: 1,
        };
        let paid = waiting.pay(Off::default(), self.paid_at)?;
        let trade = match self.refunded {
            Some((fen, at)) => paid.refund(fen, at)?,
            None => paid,
        };
        let over = trade.status == Status::TradeSuccess && finishes_at(self.paid_at) <= now;
        if over { trade.finish() } else { Ok(trade) }
    }
}

/// What the rows do, without doing it.
fn effects(tx: &mut Tx, pid: &str, rows: &[TradeRow]) -> Result<Vec<Effect>, Fault> {
    let scope = scope(pid);
    let keys: Vec<&str> = rows.iter().flat_map(TradeRow::keys).collect();
    let found = match find_between(tx, &scope, &keys)? {
        Some(found) => found,
        None => {
            let rows = keys.iter().map(|key| [bucket_of_key(&scope, key).into(), scope.as_str().into(), (*key).into()]);
            tx.query_rows(&FIND, &rows.collect::<Vec<_>>())?
        }
    };
    let mut used: HashMap<&str, &[u8]> = found.iter().map(|(key, print)| (key.as_str(), print.as_slice())).collect();
    let mut effects = Vec::with_capacity(rows.len());
    for row in rows {
        let prints: Vec<Option<&[u8]>> = row.keys().map(|key| used.get(key).copied()).collect();
        effects.push(if prints.iter().all(Option::is_none) {
            used.extend(row.keys().map(|key| (key, row.fingerprint.as_slice())));
            Effect::New
        } else if prints.iter().all(|print| *print == Some(row.fingerprint.as_slice())) {
            Effect::Unchanged
        } else {
            Effect::Taken
        });
    }
    Ok(effects)
}

/// What is known of a number: itself, and the fingerprint that it was used with.
type Used = (String, Vec<u8>);

/// Every number from the first of `keys` to the last, unless these are far more than `keys`: most files are sorted, and one
/// walk along the key is much cheaper than a search for each. Only where one bucket holds them all.
fn find_between(tx: &mut Tx, scope: &str, keys: &[&str]) -> Result<Option<Vec<Used>>, Fault> {
    let (Some(first), Some(last)) = (keys.iter().min(), keys.iter().max()) else { return Ok(None) };
    if 1 < tx.buckets() {
        return Ok(None);
    }
    let most = 2 * keys.len();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let found: Vec<Used> = tx.query(BETWEEN, params![bucket_of_key(scope, first), scope, *first, *last, limit])?;
    Ok((found.len() < most).then_some(found))
}

/// Uses up the numbers of the new trades; if another operation was faster with any of them, this one runs again.
fn claim(tx: &mut Tx, pid: &str, new: &[(Trade, &TradeRow)]) -> Result<(), Fault> {
    let scope = scope(pid);
    let pairs = new.iter().flat_map(|(trade, row)| row.keys().map(move |key| (key, *row, trade.no)));
    let mut keys: Vec<_> = pairs.map(|(key, row, no)| (bucket_of_key(&scope, key), key, row, no)).collect();
    if tx.buckets() == 1 {
        keys.sort_unstable_by_key(|&(_, key, ..)| key);
    } else {
        keys.sort_unstable_by_key(|&(bucket, key, ..)| (bucket, key));
    }
    let values: Vec<_> = keys
        .iter()
        .map(|&(bucket, key, row, no)| {
            let print = Val::Bytes(&row.fingerprint);
            [bucket.into(), scope.as_str().into(), key.into(), print, no.number.into(), no.created_at.into()]
        })
        .collect();
    let claimed = tx.execute_rows(&CLAIM, &values)?;
    if usize::try_from(claimed) == Ok(values.len()) { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// Entries, refunds and jobs.
fn follow(tx: &mut Tx, pid: &str, new: &[(Trade, &TradeRow)]) -> Result<(), Fault> {
    let (outside, merchant) = (Purse::Outside(pid), Purse::Account(pid));
    let entry = |trade: &Trade, id: i64, from, to, amount_fen, at| Transfer {
        id,
        debit: from,
        credit: to,
        amount_fen,
        kind: "import",
        trade: Some(trade.no.number),
        at,
        cause: Cause::default(),
    };
    let (mut entries, mut refunds, mut jobs) = (Vec::with_capacity(new.len()), Vec::new(), Vec::new());
    for (trade, row) in new {
        let number = trade.no.number;
        entries.push(entry(trade, number, outside, merchant, trade.total_fen, row.paid_at));
        if let Some((fen, at)) = row.refunded {
            let second = Bucket::of_id(number).id((number >> domain::id::BUCKET_BITS) + 1);
            entries.push(entry(trade, second, merchant, outside, fen, at));
            refunds.push(Refund {
                trade: number,
                out_request_no: trade.out_trade_no.clone(),
                amount_fen: fen,
                buyer_fen: fen,
                reason: None,
                cancels: false,
                at,
            });
        }
        if trade.status == Status::TradeSuccess {
            jobs.push((number, finishes_at(row.paid_at)));
        }
    }
    insert_refunds(tx, &refunds)?;
    job::put_many(tx, job::TRADE_FINISH, &jobs)?;
    ledger::enter_many(tx, &entries)
}

/// The texts that are made as needed, for the test of the rules.
#[cfg(test)]
pub(crate) fn several_rows() -> impl Iterator<Item = (&'static str, String)> {
    [1, 2].into_iter().flat_map(|rows| [FIND.text(rows), CLAIM.text(rows)]).map(|sql| ("several rows", sql))
}
