//! What the rows of an import do, decided before anything is written: each is new, known, or known with a lower refund.
//!
//! An imported trade may come again with a refund where there was none, or with a higher one: merchants export all of
//! their trades each day. Nothing else of it may differ.

use std::collections::{BTreeMap, HashMap};

use domain::trade::Trade;

use super::chunk::TradeChunk;
use crate::engine::fault::Fault;
use crate::engine::tx::Tx;
use crate::idempotency::find_many;
use crate::trade::row::{get, scope};

/// What a row of an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The trade is new.
    New,
    /// It was imported before.
    Unchanged,
    /// It was imported before, and more of it has been refunded since.
    Changed,
    /// One of its numbers is used by another trade, or by this one with other content: the row was left out.
    Taken,
}

/// A trade that more is refunded of.
#[derive(Debug)]
pub(super) struct Change {
    /// As the store has it.
    pub(super) before: Trade,
    /// The fingerprint that its numbers were used with.
    pub(super) print: Vec<u8>,
    /// The row that says how it is now.
    pub(super) row: usize,
}

impl Change {
    /// How much more was refunded.
    pub(super) fn more_fen(&self, chunk: &TradeChunk) -> i64 {
        chunk.rows[self.row].trade.refunded_fen - self.before.refunded_fen
    }
}

/// What the rows do, without doing it.
pub(super) struct Plan {
    pub(super) effects: Vec<Effect>,
    /// New rows that come again in the chunk with higher refunds, and the last of these.
    pub(super) latest: HashMap<usize, usize>,
    /// The trades of the store that change, by their numbers there.
    pub(super) changes: BTreeMap<i64, Change>,
}

/// What the rows of a chunk do to what the store has.
pub(super) fn plan(tx: &mut Tx, chunk: &TradeChunk) -> Result<Plan, Fault> {
    let scope = scope(&chunk.pid);
    let keys: Vec<&str> = chunk.keys.iter().map(|&key| chunk.text(key)).collect();
    let found = find_many(tx, &scope, &keys)?;
    let mut plan = Plan { effects: Vec::new(), latest: HashMap::new(), changes: BTreeMap::new() };
    if found.is_empty() && !chunk.repeats {
        plan.effects = vec![Effect::New; chunk.len()];
        return Ok(plan);
    }
    let mut used: HashMap<&str, (&[u8], Whose)> = HashMap::with_capacity(found.len());
    for (key, print, id) in &found {
        let id = id.ok_or_else(|| Fault::bug("a number that no trade uses"))?;
        used.insert(key, (print, Whose::Stored(id)));
    }
    plan.effects.reserve(chunk.len());
    for (place, row) in chunk.rows.iter().enumerate() {
        let print = row.fingerprint.as_slice();
        let before: Vec<Option<(&[u8], Whose)>> = row.outs().map(|out| used.get(row.key(out)).copied()).collect();
        let (effect, whose) = match before[0] {
            None if before.iter().all(Option::is_none) => (Effect::New, Whose::Row(place)),
            Some((known, whose)) if before.iter().all(|used| *used == before[0]) => {
                if known == print {
                    (Effect::Unchanged, whose)
                } else if refunds_more(tx, chunk, &mut plan, place, known, whose)? {
                    (Effect::Changed, whose)
                } else {
                    (Effect::Taken, whose)
                }
            }
            _ => (Effect::Taken, Whose::Row(place)),
        };
        if matches!(effect, Effect::New | Effect::Changed) {
            used.extend(row.outs().map(|out| (row.key(out), (print, whose))));
        }
        plan.effects.push(effect);
    }
    Ok(plan)
}

/// Which trade uses a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// One of the store, by its number there.
    Stored(i64),
    /// That of a row of this chunk.
    Row(usize),
}

/// Whether a row is about the trade that was imported as `known`, but for a higher refund; notes it in the plan.
///
/// The row with the refund that the trade has must have the fingerprint that was kept. So everything else is as it was;
/// and nothing of the trade was refunded here since, which the file might count or not.
fn refunds_more(
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
