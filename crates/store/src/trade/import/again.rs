//! An imported trade that comes again with a higher refund: its numbers, its row, and the refund.

use std::collections::BTreeMap;

use domain::trade::{Status, Trade};

use super::chunk::TradeChunk;
use super::plan::Change;
use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::tx::Tx;
use crate::idempotency::{ClaimAgain, claim_many_again};
use crate::job;
use crate::ledger::{self, Cause, Party, Transfer};
use crate::trade::refund::{Refund, insert_refunds};
use crate::trade::row::{keep, scope};

/// Notes with the trades' numbers what their rows say now.
pub(super) fn claim(tx: &mut Tx, chunk: &TradeChunk, changes: &BTreeMap<i64, Change>) -> Result<(), Fault> {
    let scope = scope(&chunk.pid);
    let used = changes.values().flat_map(|change| {
        let row = &chunk.rows[change.row];
        let claim = |out| ClaimAgain { key: row.key(out), before: &change.print, fingerprint: &row.fingerprint };
        row.outs().map(claim)
    });
    claim_many_again(tx, &scope, used)
}

/// Changes the trades: jobs, the trades, their refunds, and an entry for each, as for one that is refunded here. Gives
/// the sum of what was refunded, which is still to be moved.
pub(super) fn change(
    tx: &mut Tx,
    chunk: &TradeChunk,
    changes: &BTreeMap<i64, Change>,
    number: impl Fn(usize) -> i64,
) -> Result<i64, Fault> {
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
        let at = refunded_at(chunk, change);
        refunds.push(Refund {
            trade: id,
            out_request_no,
            amount_fen,
            buyer_fen: amount_fen,
            cash_fen: 0,
            reason: None,
            cancels: false,
            at,
        });
        entries.push(Transfer {
            id: Bucket::of_id(id).id(number(change.row)),
            debit: Party::Account(&chunk.pid),
            credit: Party::Outside(&chunk.pid),
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
        keep(tx, &changed)?;
    }
    insert_refunds(tx, &refunds)?;
    ledger::enter_many(tx, &entries)?;
    Ok(entries.iter().map(|entry| entry.amount_fen).sum())
}

/// When a trade was refunded, that comes with a higher refund.
pub(super) fn refunded_at(chunk: &TradeChunk, change: &Change) -> i64 {
    chunk.rows[change.row].trade.refunded_at.unwrap_or(chunk.now)
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
