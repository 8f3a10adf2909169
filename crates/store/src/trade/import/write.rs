//! Writing the rows of an import: trade, refund, job and numbers of each row, members and their sums, and once for all
//! of it the entries and both balances.

use std::collections::BTreeMap;

use domain::Refusal;
use domain::trade::{Status, Trade, finishes_at};

use super::again;
use super::chunk::{Imported, TradeChunk};
use super::plan::{Change, Effect, Plan, plan};
use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::{Fault, Stop};
use crate::engine::row::Val;
use crate::engine::tx::Tx;
use crate::history::{self, Event};
use crate::idempotency::{NewClaim, claim_many};
use crate::ledger::{self, Cause, Party, Transfer};
use crate::member::{MemberRow, put_chunk};
use crate::takings::{self, Sums};
use crate::trade::refund::{Refund, insert_refunds};
use crate::trade::row::{INSERT, columns, scope};
use crate::{job, sales};

/// How many new numbers a chunk of so many rows takes: for each its trade's, or that of the entry of its refund, and
/// one for each of the chunk's two entries.
pub fn numbers(rows: usize) -> u32 {
    u32::try_from(rows + 2).expect("a chunk is small")
}

/// Takes in a merchant's trades; what each row did, in their order. `first_number` is the first of as many new numbers
/// as [`numbers`] says. Whole or not at all; refused when the merchant's balance does not cover what was refunded
/// since.
pub fn import(tx: &mut Tx, chunk: &TradeChunk, first_number: i64) -> Result<Vec<Effect>, Stop> {
    let Plan { effects, latest, changes } = plan(tx, chunk)?;
    // Each row has a number of its own, whether it needs it or not.
    let number = |row: usize| first_number + i64::try_from(row).expect("a chunk is small");
    let id = |(row, had): (usize, &Effect)| {
        (*had == Effect::New).then(|| Bucket::of_id(chunk.rows[row].trade.no.number).id(number(row)))
    };
    let ids: Vec<Option<i64>> = effects.iter().enumerate().map(id).collect();
    let content = |row: usize| latest.get(&row).copied().unwrap_or(row);
    let trade = |row: usize| &chunk.rows[content(row)].trade;
    let new: Vec<New<'_>> =
        ids.iter().enumerate().filter_map(|(row, &id)| Some(New { id: id?, trade: trade(row) })).collect();
    if new.is_empty() && changes.is_empty() {
        return Ok(effects);
    }
    claim(tx, chunk, &ids, content)?;
    again::claim(tx, chunk, &changes)?;
    let of_user = |rows: &[usize]| {
        let new = rows.iter().filter(|&&row| ids[row].is_some());
        let rests = new.map(|&row| trade(row).rest_fen());
        let sum = rests.reduce(|sum, rest| sum + rest)?;
        Some((chunk.rows[rows[0]].user_id(), sum))
    };
    let same = |left: &usize, right: &usize| chunk.rows[*left].user_id() == chunk.rows[*right].user_id();
    let sums: Vec<(&str, i64)> = chunk.by_user.chunk_by(same).filter_map(of_user).collect();
    let users: Vec<&str> = sums.iter().map(|(user, _)| *user).collect();
    let known = sales::payers(tx, &chunk.pid, &users)?;
    let people = users.into_iter().filter(|user| !known.contains(*user)).map(|user| MemberRow::new(user, []));
    put_chunk(tx, &chunk.pid, &people.collect::<Vec<_>>())?;
    let sums = again::less(sums, &changes, chunk);
    if !changes.is_empty() {
        sales::hold_many(tx, &chunk.pid, sums.iter().map(|(user, _)| *user))?;
    }
    let back = again::change(tx, chunk, &changes, number)?;
    sales::move_many(tx, &chunk.pid, &sums)?;
    tx.execute_rows(&INSERT, new.iter().map(New::columns))?;
    let paid = new.iter().map(|it| (it.id, it.trade));
    let refunded = changes.iter().map(|(&id, change)| (id, &chunk.rows[change.row].trade));
    history::announce(tx, &chunk.pid, paid.chain(refunded).filter_map(|(id, trade)| Event::paid(id, trade)))?;
    follow(tx, &new)?;
    count(tx, chunk, &new, &changes)?;
    enter(tx, chunk, &new, back, number(chunk.len()))?;
    Ok(effects)
}

/// A row that becomes a trade, and its number.
struct New<'a> {
    id: i64,
    trade: &'a Trade,
}

impl New<'_> {
    /// What its row in the table holds.
    fn columns(&self) -> [Val<'_>; 27] {
        let mut columns = columns(self.trade);
        columns[1] = self.id.into();
        columns
    }
}

/// Uses up the numbers of the new trades; if another operation was faster with any of them, this one runs again.
fn claim(tx: &mut Tx, chunk: &TradeChunk, ids: &[Option<i64>], content: impl Fn(usize) -> usize) -> Result<(), Fault> {
    let claims = chunk.keys.iter().filter_map(|&key| {
        let Imported { trade, fingerprint, .. } = &chunk.rows[content(key.row)];
        let subject = Some(ids[key.row]?);
        Some(NewClaim { key: chunk.text(key), fingerprint, subject, at: trade.no.created_at })
    });
    claim_many(tx, &scope(&chunk.pid), claims)
}

/// Refunds and jobs.
fn follow(tx: &mut Tx, new: &[New<'_>]) -> Result<(), Fault> {
    let refund = |it: &New<'_>| {
        let fen = it.trade.refunded_fen;
        Some(Refund {
            trade: it.id,
            out_request_no: it.trade.out_trade_no.clone(),
            amount_fen: fen,
            buyer_fen: fen,
            cash_fen: 0,
            reason: None,
            cancels: false,
            at: it.trade.refunded_at?,
        })
    };
    insert_refunds(tx, &new.iter().filter_map(refund).collect::<Vec<_>>())?;
    let jobs = new.iter().filter(|it| it.trade.status == Status::TradeSuccess);
    job::put_many(
        tx,
        job::TRADE_FINISH,
        &jobs.map(|it| (it.id, finishes_at(it.trade.no.created_at))).collect::<Vec<_>>(),
    )
}

/// Counts payments and refunds on their days.
fn count(tx: &mut Tx, chunk: &TradeChunk, new: &[New<'_>], changes: &BTreeMap<i64, Change>) -> Result<(), Fault> {
    let mut sums: BTreeMap<(i64, &str), Sums> = BTreeMap::new();
    let mut add = |key, more| {
        let sum = sums.entry(key).or_default();
        *sum = sum.plus(more);
    };
    for New { trade, .. } in new {
        if let Some(paid_at) = trade.paid_at {
            add(takings::key(trade, paid_at), Sums::of_payment(trade));
        }
        if let Some(refunded_at) = trade.refunded_at {
            add(takings::key(trade, refunded_at), Sums::of_refund(trade.refunded_fen, trade.refunded_fen));
        }
    }
    for change in changes.values() {
        let (fen, at) = (change.more_fen(chunk), again::refunded_at(chunk, change));
        add(takings::key(&change.before, at), Sums::of_refund(fen, fen));
    }
    takings::add(tx, &chunk.pid, sums)
}

/// One entry for all that was paid and one for all that was refunded, which name no trade: a trade from elsewhere has
/// no entry of its own until it is refunded here, or an import says so, and `prove` compares the merchant's imported
/// trades with these. (Earlier builds wrote both for each trade.) Last, because a merchant's balance is the one row
/// that everybody waits for. `more_back` is what was refunded since of trades that were imported before: that has
/// entries.
fn enter(tx: &mut Tx, chunk: &TradeChunk, new: &[New<'_>], more_back: i64, number: i64) -> Result<(), Stop> {
    let (outside, merchant) = (Party::Outside(&chunk.pid), Party::Account(&chunk.pid));
    let paid: i64 = new.iter().map(|it| it.trade.receipt_fen).sum();
    let back: i64 = new.iter().map(|it| it.trade.refunded_fen).sum();
    let bucket = bucket_of(&chunk.pid, "");
    let entry = |number: i64, debit, credit, amount_fen| Transfer {
        id: bucket.id(number),
        debit,
        credit,
        amount_fen,
        kind: "import",
        trade: None,
        at: chunk.now,
        cause: Cause::default(),
    };
    let entries = [entry(number, outside, merchant, paid), entry(number + 1, merchant, outside, back)];
    let entries: Vec<_> = entries.into_iter().filter(|entry| 0 < entry.amount_fen).collect();
    ledger::enter_many(tx, &entries)?;
    let fen = paid - back - more_back;
    let moved = match fen.signum() {
        0 => true,
        1 => ledger::move_between(tx, outside, merchant, fen)?,
        _ => ledger::move_between(tx, merchant, outside, -fen)?,
    };
    if moved { Ok(()) } else { Err(Refusal::SellerBalanceNotEnough.into()) }
}
