//! Ids: a counter leased from the store in blocks, with the bucket below it. No clock takes part, so a clock that
//! stands still repeats nothing; a restart leaves the rest of its block unused.

use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module =
    Module { tables: &[Table { lock: Lock::Numbers, ..Table::on_coordinator("id_lease") }], proofs: &[] };

/// What the counter of all ids is called.
const NAME: &str = "id";
/// How many numbers one visit to the store gives: a payment takes eight, and whoever finds the block used up waits for
/// a COMMIT.
pub(crate) const BLOCK: i64 = 1 << 14;
/// The same for imports: numbers for some chunks, so that not each waits for a COMMIT before its own.
pub(crate) const BULK: i64 = 1 << 17;

statements! {
    LEASE = "INSERT INTO id_lease (name, next) VALUES ($1, $2 + 1)
        ON CONFLICT (name) DO UPDATE SET next = id_lease.next + $2 RETURNING next";
    NEXT_ORIGIN = "INSERT INTO id_lease (name, next) VALUES ('origin', 1)
        ON CONFLICT (name) DO UPDATE SET next = id_lease.next + 1 RETURNING next";
}

/// Numbers that this process may give: from `next` up to, but not with, `end`.
#[derive(Default)]
pub(crate) struct Block {
    next: i64,
    end: i64,
}

impl Block {
    /// The first of `count` numbers in a row; `None` when the block has fewer.
    pub(crate) fn take(&mut self, count: i64) -> Option<i64> {
        let first = self.next;
        let fits = count <= self.end - first;
        if fits {
            self.next += count;
        }
        fits.then_some(first)
    }
}

/// One more number inside of a transaction, for who finds out only there that it is needed. Until the transaction ends
/// nobody else gets numbers from the store: seldom, then.
pub fn next_number_in(tx: &mut Tx) -> Result<i64, Fault> {
    Ok(advance(tx, NAME, 1)? - 1)
}

/// Takes a block of `size` numbers from the store.
pub(crate) fn lease(tx: &mut Tx, size: i64) -> Result<Block, Fault> {
    let end = advance(tx, NAME, size)?;
    Ok(Block { next: end - size, end })
}

/// Moves a counter on by `by`, from 1 where there is none yet; where it stands now. Until the transaction ends nobody
/// else moves it.
pub(crate) fn advance(tx: &mut Tx, name: &str, by: i64) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(LEASE, params![name, by])?.0)
}

/// The number of an opening of the store: no other one has it.
pub(crate) fn next_origin(tx: &mut Tx) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(NEXT_ORIGIN, params![])?.0)
}
