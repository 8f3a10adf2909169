//! An imported trade that comes again with a refund where there was none, or with a higher one: merchants export all of their
//! trades each day. Nothing else of it may differ.

use std::collections::BTreeMap;

use domain::trade::{Status, Trade};

use super::{Imported, Plan, TradeChunk, TradeContent, Whose};
use crate::bucket::{Bucket, bucket_of_key};
use crate::fault::Fault;
use crate::job;
use crate::ledger::{self, Cause, Purse, Transfer};
use crate::params;
use crate::sql::statements;
use crate::trade::{Refund, get, insert_refunds, scope, update};
use crate::tx::Tx;

statements! {
    AGAIN = "UPDATE once SET fingerprint = $1 WHERE bucket = $2 AND scope = $3 AND key = $4 AND fingerprint = $5";
}

/// A trade that more is refunded of.
#[derive(Debug)]
pub(super) struct Change {
    /// As the store has it.
    before: Trade,
    /// The fingerprint that its numbers were used with.
    print: Vec<u8>,
    /// The row that says how it is now.
    row: usize,
}

impl Change {
    /// How much more was refunded.
    fn more_fen(&self, chunk: &TradeChunk) -> i64 {
        chunk.rows[self.row].trade.refunded_fen - self.before.refunded_fen
    }
}

/// Whether a row is about the trade that was imported as `known`, but for a higher refund; notes it in the plan.
///
/// The row with the refund that the trade has must have the fingerprint that was kept. So everything else is as it was; and
/// nothing of the trade was refunded here since, which the file might count or not.
pub(super) fn refunds_more(
    tx: &mut Tx,
    chunk: &TradeChunk,
    plan: &mut Plan,
    place: usize,
    known: &[u8],
    whose: Whose,
) -> Result<bool, Fault> {
    let row = &chunk.rows[place];
    let Some((fen, _)) = refunded(&row.trade) else { return Ok(false) };
    let higher = |trade: &Trade| {
        let before = refunded(trade);
        before.is_none_or(|(before, _)| before < fen) && (chunk.print)(&row.content(before)) == *known
    };
    Ok(match whose {
        Whose::Row(new) => {
            let latest = plan.latest.get(&new).copied().unwrap_or(new);
            let higher = higher(&chunk.rows[latest].trade);
            if higher {
                plan.latest.insert(new, place);
            }
            higher
        }
        Whose::Stored(id) => {
            if let Some(change) = plan.changes.get_mut(&id) {
                let higher = higher(&chunk.rows[change.row].trade);
                if higher {
                    change.row = place;
                }
                return Ok(higher);
            }
            let Some(before) = get(tx, id)?.filter(&higher) else { return Ok(false) };
            plan.changes.insert(id, Change { before, print: known.to_owned(), row: place });
            true
        }
    })
}

/// What was refunded of a trade, and when last.
fn refunded(trade: &Trade) -> Option<(i64, i64)> {
    Some((trade.refunded_fen, trade.refunded_at?))
}

impl Imported {
    /// What the row says, with another refund.
    fn content(&self, refunded: Option<(i64, i64)>) -> TradeContent<'_> {
        TradeContent {
            trade_no: self.key(false),
            user_id: self.user_id(),
            shop_id: self.trade.shop_id.as_deref(),
            total_fen: self.trade.total_fen,
            paid_at: self.trade.no.created_at,
            out_trade_no: self.says_out.then_some(&self.trade.out_trade_no),
            refunded,
        }
    }
}

/// Changes the trades: numbers, jobs, the trades, their refunds, and an entry for each, as for one that is refunded here. Gives
/// the sum of what was refunded, which is still to be moved and taken from the members' sums.
pub(super) fn change(
    tx: &mut Tx,
    chunk: &TradeChunk,
    changes: &BTreeMap<i64, Change>,
    number: impl Fn(usize) -> i64,
) -> Result<i64, Fault> {
    let scope = scope(&chunk.pid);
    let mut used = Vec::with_capacity(2 * changes.len());
    for change in changes.values() {
        let row = &chunk.rows[change.row];
        used.extend(row.outs().map(|out| (bucket_of_key(&scope, row.key(out)), row.key(out), change)));
    }
    used.sort_unstable_by_key(|&(bucket, key, _)| (bucket, key));
    for (bucket, key, change) in used {
        let print = chunk.rows[change.row].fingerprint.as_slice();
        if tx.execute(AGAIN, params![print, bucket, &scope, key, change.print.as_slice()])? != 1 {
            return Err(tx.fail(Fault::Stale));
        }
    }
    let after = |change: &Change| &chunk.rows[change.row].trade;
    let mut in_order: Vec<(i64, &Change)> = changes.iter().map(|(&id, change)| (id, change)).collect();
    in_order.sort_unstable_by_key(|&(id, _)| (Bucket::of_id(id), id));
    for &(id, change) in &in_order {
        if change.before.status == Status::TradeSuccess && after(change).status != Status::TradeSuccess {
            job::take(tx, job::TRADE_FINISH, id)?;
        }
    }
    let mut refunds = Vec::with_capacity(in_order.len());
    let mut entries = Vec::with_capacity(in_order.len());
    for &(id, change) in &in_order {
        let (before, after, amount_fen) = (change.before.clone(), after(change), change.more_fen(chunk));
        // The first has the trade's number, as when it comes with the trade.
        let out_request_no = match before.refunded_fen {
            0 => before.out_trade_no.clone(),
            _ => format!("{}#{}", before.out_trade_no, before.version + 1),
        };
        let at = after.refunded_at.unwrap_or(chunk.now);
        refunds.push(Refund {
            trade: id,
            out_request_no,
            amount_fen,
            buyer_fen: amount_fen,
            reason: None,
            cancels: false,
            at,
        });
        entries.push(Transfer {
            id: Bucket::of_id(id).id(number(change.row)),
            debit: Purse::Account(&chunk.pid),
            credit: Purse::Outside(&chunk.pid),
            amount_fen,
            kind: "import",
            trade: Some(id),
            at: chunk.now,
            cause: Cause::default(),
        });
        let Trade { status, refunded_fen, refunded_at, closed_at, .. } = after;
        let changed = Trade {
            status: *status,
            refunded_fen: *refunded_fen,
            refunded_at: *refunded_at,
            closed_at: *closed_at,
            ..before
        };
        update(tx, &changed)?;
    }
    insert_refunds(tx, &refunds)?;
    ledger::enter_many(tx, &entries)?;
    Ok(entries.iter().map(|entry| entry.amount_fen).sum())
}

/// The members' sums less what was refunded, in the order of members.
pub(super) fn less<'a>(
    sums: Vec<(&'a str, i64)>,
    changes: &'a BTreeMap<i64, Change>,
    chunk: &TradeChunk,
) -> Vec<(&'a str, i64)> {
    if changes.is_empty() {
        return sums;
    }
    let mut all: BTreeMap<&str, i64> = sums.into_iter().collect();
    for change in changes.values() {
        *all.entry(change.before.buyer_id.as_str()).or_default() -= change.more_fen(chunk);
    }
    all.into_iter().collect()
}
